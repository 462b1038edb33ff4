#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The style stage. Each check prints its violations as `file:line: what` and counts as one test.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
JOBS=${JOBS:-$(nproc)}
bin=build/third-party

passed=0 failed=0
check() { # NAME COMMAND...: passes when the command prints nothing and succeeds
	local name=$1 start=$SECONDS text status=0
	shift
	text=$("$@" 2>&1) || status=$?
	if [ $status = 0 ] && [ -z "$text" ]; then
		passed=$((passed + 1))
		echo "ok   $name ($((SECONDS - start)) s)"
	else
		failed=$((failed + 1))
		[ -z "$text" ] || printf '%s\n' "$text"
		echo "FAIL $name ($((SECONDS - start)) s)"
	fi
}

all_files() { git ls-files -co --exclude-standard | while read -r f; do [ ! -f "$f" ] || echo "$f"; done; }
c_files() { all_files | grep -E '\.[ch]$'; }
hypervisor() { all_files | grep -E '^(core|hal|drivers|boot|rtos|arch)/' | grep -vE '^(hal/fake|boot/include-stubs)/'; }
units() { hypervisor | grep '\.c$' | grep -v '^boot/efi/'; }
# What only riscv64 is built from is looked at with that compiler's target and flags, all else with arm64's.
riscv64_units() { units | grep -E '^arch/riscv/|_riscv64\.c$'; }
arm64_units() { units | grep -vE '^arch/riscv/|_riscv64\.c$'; }

formatted() {
	c_files | xargs -r "$bin/clang-tools/bin/clang-format-19" --dry-run 2>&1 |
		sed -n 's/^\([^ ]*:[0-9]*\):[0-9]*: warning: .*/\1: not as .clang-format wants it; run: make format/p' | sort -u
}

# The static analyzer takes nearly all of the time: it gives a function up after a third of its usual number of states, which
# finds the same here. A file that was clean is looked at again when it, a header or the checks have changed.
analyzer="-Xclang -analyzer-config -Xclang max-nodes=75000"
tidy() { # FLAGS FILES...
	local flags=$1 common
	shift
	[ $# -gt 0 ] || return 0
	common=$({ echo "$analyzer $flags" && cat .clang-tidy tools/third-party "$0" && all_files | grep '\.h$' | xargs cat; } | sha256sum)
	printf '%s\n' "$@" | xargs -n 1 -P "$JOBS" tests/style/run.sh --tidy "$common" "$flags" | awk '!seen[$0]++'
}
tidy_one() { # COMMON FLAGS FILE
	local key text status=0 stamp=build/test/tidy/$3
	key="$1 $(sha256sum "$3")"
	[ "$(cat "$stamp" 2>/dev/null)" != "$key" ] || return 0
	# shellcheck disable=SC2086
	text=$("$bin/clang-tools/bin/clang-tidy-19" --quiet "$3" -- $analyzer $2 2>/dev/null) || status=$?
	text=$(grep -E '^[^ ].*: (warning|error|note):' <<<"$text" | sed -e "s#^$PWD/##" -e 's#^\./##')
	[ $status = 0 ] || [ -n "$text" ] || text="$3:1: clang-tidy failed: exit status $status"
	if [ -n "$text" ]; then
		printf '%s\n' "$text"
	else
		mkdir -p "${stamp%/*}" && echo "$key" >"$stamp"
	fi
}
tidy_hypervisor() { mapfile -t f < <("$1_units"); tidy "$(make -s ARCH="$1" tidy-flags)" "${f[@]}"; }
tidy_efi() { tidy "$(make -s ARCH="$1" tidy-flags-efi)" "${@:2}"; } # ARCH FILES...

cppcheck() {
	mkdir -p build/test/cppcheck
	units | "$bin/cppcheck/bin/cppcheck" --file-list=- -j "$JOBS" -q --cppcheck-build-dir=build/test/cppcheck --std=c11 --platform=unix64 --inline-suppr \
		--enable=warning,portability,performance --suppressions-list=tests/style/cppcheck-suppressions \
		-I. "-I$bin/libfdt/libfdt" --template='{file}:{line}: {id}: {message}' 2>&1
}

lengths() { hypervisor | grep -E '\.[ch]$' | xargs -r awk -f tests/style/lengths.awk; }
show_lengths() { hypervisor | grep -E '\.[ch]$' | xargs -r awk -v show=1 -f tests/style/lengths.awk; }
includes() { all_files | grep -E '^(core|hal|drivers|boot|rtos|arch)/.*\.[chS]$' | xargs -r awk -f tests/style/includes.awk; }
conditionals() { hypervisor | grep '\.c$' | xargs -r awk -f tests/style/conditionals.awk; }

# A first line may be a script's interpreter; data of tests has no comments to put it in.
spdx() {
	all_files | grep -vE '^LICENSE$|/corpus/|\.(bin|cpio|dtb|gz|zst|txt)$' | while read -r f; do
		head -n 2 "$f" | awk -v f="$f" '/^#!/ && NR == 1 { next } { if ($0 ~ /SPDX-License-Identifier: Apache-2.0/) ok = 1; exit }
			END { if (!ok) print f ":1: no SPDX-License-Identifier: Apache-2.0 line first" }'
	done
}

# Words that only this machine knows: its mirrors' hosts, where this clone and its cache lie.
machine_words() {
	apt-get --print-uris update 2>/dev/null | sed -n "s#^'[a-z+]*://\([^/]*\)/.*#\1#p" | sort -u
	for p in "$PWD" "${XDG_CACHE_HOME:-$HOME/.cache}/monadic"; do
		case $p in /*/*) echo "$p" ;; esac
	done
}
machine() {
	all_files | xargs -r grep -InF -f <(machine_words) -- | sed 's/$/   (a path or host of this machine)/'
	return 0
}

if [ "${1:-}" = --tidy ]; then
	tidy_one "${@:2}"
	exit
fi

make -s "$bin"/{clang-tools,cppcheck,libfdt}/.unpacked || exit 1
check "clang-format" formatted
check "clang-tidy" tidy_hypervisor arm64
check "clang-tidy of riscv64" tidy_hypervisor riscv64
check "clang-tidy of the EFI application" tidy_efi arm64 boot/efi/{main,arch_aarch64}.c
check "clang-tidy of riscv64's EFI application" tidy_efi riscv64 boot/efi/arch_riscv64.c
check "cppcheck" cppcheck
check "lengths of files and functions" lengths
show_lengths
check "include layering" includes
check "conditional compilation" conditionals
check "SPDX lines" spdx
check "nothing of this machine" machine

echo "$passed $failed 0" >build/test/style.result
[ $failed = 0 ]
