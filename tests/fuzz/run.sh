#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [NAME...]: the fuzz stage. Builds tests/fuzz/fuzz_NAME.c with libFuzzer and sanitizers and runs each for FUZZ_SECONDS
# (20), JOBS at a time; FUZZ_SECONDS=0 goes on in rounds of ten minutes until interrupted. Seeds: what mkseeds.c makes and what
# stands in tests/fuzz/corpus/NAME (inputs that once found something). What is found lies in build/fuzz/found, with the
# command that shows it again; put it into tests/fuzz/corpus/NAME once it is understood.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
JOBS=${JOBS:-$(nproc)}
out=build/fuzz
lib_dir=$out/lib
. tests/sources.sh

seconds=${FUZZ_SECONDS:-20}
sanitizers=address,undefined
compiler=(clang -std=gnu11 -g -O1 "-fsanitize=$sanitizers" -fno-sanitize-recover=all)

compile() { # OUT FILE OPTION...
	local to=$1 file=$2
	shift 2
	mapfile -t args < <(arguments "$file")
	"${compiler[@]}" "$@" -o "$to" "${args[@]}"
}

# fuzz NAME SECONDS: one target for so long
fuzz() {
	local name=$1 log=$out/$1.log status=0 corpus=$out/corpus/$1 dirs=() d runs
	mkdir -p "$corpus" "$out/found/$name"
	if [ ! -x "$out/fuzz_$name" ] || [ "${FUZZ_BUILD:-1}" = 1 ]; then
		if ! compile "$out/fuzz_$name" "tests/fuzz/fuzz_$name.c" "-fsanitize=fuzzer,$sanitizers" >"$log" 2>&1; then
			cat "$log"
			echo "FAIL $name: does not compile"
			echo 1 >"$out/$name.status"
			return
		fi
	fi
	for d in "$out/seeds/$name" "tests/fuzz/corpus/$name"; do
		[ ! -d "$d" ] || dirs+=("$d")
	done
	timeout -k 1 $(($2 + 60)) "$out/fuzz_$name" -seed=1 -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="$out/found/$name/" "$corpus" "${dirs[@]}" >"$log" 2>&1 || status=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	echo $status >"$out/$name.status"
	if [ $status = 0 ]; then
		echo "ok   $name: ${runs:-?} runs, $(find "$corpus" -type f | wc -l) inputs kept"
	else
		grep -vE '^#[0-9]+\s|^INFO|^\s*(NEW|REDUCE)' "$log" | tail -n 40
		echo "FAIL $name: exit status $status; $(sed -n "s|.*Test unit written to \(.*\)|again: $out/fuzz_$name \1|p" "$log")"
	fi
}

# A child of this script with one target; the parent starts JOBS of them at a time.
if [ "${1:-}" = --one ]; then
	fuzz "$3" "$2"
	exit
fi

mkdir -p "$out" build/test
[ -n "${FUZZ_SECONDS:-}" ] || rm -rf "$out/corpus" # as in a fresh clone
rm -f "$out"/*.status
mkdir -p "$out/seeds"/{bundle,manifest}
build_libs clang -g -O1 -fsanitize=fuzzer-no-link,address || exit 1
compile "$out/mkseeds" tests/fuzz/mkseeds.c && "$out/mkseeds" "$out/seeds" || exit 1

if [ $# = 0 ]; then
	mapfile -t names < <(for f in tests/fuzz/fuzz_*.c; do basename "${f#*/fuzz_}" .c; done)
	set -- "${names[@]}"
fi
targets() { printf '%s\n' "$@" | xargs -n 1 -P "$JOBS" tests/fuzz/run.sh --one "$seconds"; }
if [ "$seconds" = 0 ]; then
	seconds=600
	targets "$@"
	export FUZZ_BUILD=0
	while ! grep -qvx 0 "$out"/*.status; do
		targets "$@"
	done
else
	targets "$@"
fi

cat "$out"/*.status | awk '$1 { f++; next } { p++ } END { print p + 0, f + 0, 0 }' >build/test/fuzz.result
read -r _ failed _ <build/test/fuzz.result
[ "$failed" = 0 ]
