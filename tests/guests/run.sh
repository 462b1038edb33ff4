#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [NAME...]: the guests stage: boots the rows of suites-ARCH.cfg of every architecture, or of $ARCH alone, under QEMU and
# plays their console scripts (expect.c). Without names: the rows marked ci; with TEST_ALL=1 every row and the product of guests,
# CPUs and boot paths (product.sh). JOBS machines at a time. What a row said and did lies in build/test/guests/NAME/console.log.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
JOBS=${JOBS:-$(nproc)}
here=tests/guests out=build/test/guests
limit=900 # seconds for one row; its script gives up long before
read -ra archs <<<"${ARCH:-arm64 riscv64}"

all_rows() { # of the suites and the product, each with its architecture before it
	local arch
	for arch in "${archs[@]}"; do
		{ grep -v "^ *#" $here/suites-"$arch".cfg | grep .; $here/product.sh "$arch"; } | sed "s/^/$arch /"
	done
}

# substitute FILE VARIABLE=VALUE...: FILE with every ${VARIABLE} replaced
substitute() {
	local file=$1 program=() v
	shift
	for v; do
		program+=(-e "s|\${${v%%=*}}|${v#*=}|g")
	done
	sed "${program[@]}" "$file"
}

# cpu_seconds FILE: user and system time of ended children, of which the machine is nearly all, from the output of `times`
cpu_seconds() { awk 'NR == 2 { split($1 "m" $2, t, /[ms]+/); printf "%d", (t[1] + t[3]) * 60 + t[2] + t[4] }' "$1"; }

# derive: variables that follow from others of the row
derive() {
	local v
	for v in "${variables[@]}"; do
		case $v in
		[ABC]=debian12.*) variables+=("VERSION_${v%%=*}=6.1.") ;;
		[ABC]=debian13.*) variables+=("VERSION_${v%%=*}=6.12.") ;;
		BARE=bin) variables+=(PROTOCOL=raw) ;;
		BARE=elf) variables+=(PROTOCOL=elf) ;;
		VARS=yes) variables+=('FLASH=vars = "vars.txt";' 'FLASH_TEXT=MONADIC-VARS') ;;
		VARS=no) variables+=(FLASH= 'FLASH_TEXT=ff ff ff ff') ;;
		esac
	done
}

# The ways in that all architectures have, and what machine-ARCH.sh makes its own of.
path_raw() { machine+=(-kernel "$o/monadic.bin" -initrd "$dir/bundle.cpio"); }
path_uboot-twice() { path_uboot; }

add_esp() { # the application and the bundle, where firmware looks for them
	tools/mkesp "$dir/esp.img" "$o/monadic.efi" "$efi_name" "$dir/bundle.cpio"
	machine+=(-drive "file=$dir/esp.img,format=raw,if=none,id=esp" -device virtio-blk-pci,drive=esp)
}
add_booti() { # IMAGE BUNDLE: addresses at which U-Boot finds them; scripts/boot-uboot.exp names them to it
	machine+=(-device "loader,file=$o/monadic.bin,addr=0x$1,force-raw=on"
		-device "loader,file=$dir/bundle.cpio,addr=0x$2,force-raw=on")
	variables+=("IMAGE_AT=$1" "BUNDLE_AT=$2" "BUNDLE_SIZE=$(printf %x "$(stat -c %s "$dir/bundle.cpio")")")
}
dump_tree() { # the device tree of the row's machine
	"$qemu" -M "$board,dumpdtb=$dir/machine.dtb" -cpu "$cpu" -smp "$cpus" -m "$memory" -nic none -display none >/dev/null 2>&1
}

row() { # ARCH NAME MARKS CPU BOARD PATH CPUS MEMORY MANIFEST SCRIPT VARIABLE=VALUE...
	local arch=$1 name=$2 marks=$3 cpu=$4 board=$5 path=$6 cpus=$7 memory=$8 manifest=$9 script=${10}
	local o=build/$arch g=build/guests/$arch dir=$out/$name
	local machine=() variables accel=tcg what="$cpu, $board, $path" status=0 start=$SECONDS text seconds
	. "$here/machine-$arch.sh"
	shift 10
	variables=("BOOT=$path" "CPUS=$cpus" "${variables_arch[@]}" "$@")
	# One thread for all CPUs moves on where a CPU spins or waits: that is half the work, and with 64 CPUs the only way to get
	# anywhere. With a thread for each, CPUs truly run at once.
	[[ ,$marks, = *,threads,* ]] || accel=tcg,thread=single
	derive
	rm -rf "$dir"
	mkdir -p "$dir"
	cp $here/manifests/*.dtsi "$dir"
	substitute "$here/manifests/$manifest" "${variables[@]}" >"$dir/manifest.dts"
	text=$(tools/mkbundle "$dir/manifest.dts" "$dir/bundle.cpio" "$g" "$o/guests" $here/manifests 2>&1) || status=1
	if [ $status = 0 ]; then
		"board_$board"
		"path_$path"
		text=$(timeout -k 1 $limit build/host/expect "$here/scripts/$script" "$dir/console.log" "${variables[@]}" -- \
			timeout -k 1 $limit "$qemu" -accel "$accel" -M "$board" -cpu "$cpu" -smp "$cpus" -m "$memory" \
			-display none -monitor none -serial stdio -nic none "${machine[@]}" 2>&1) || status=$?
	fi
	seconds=$((SECONDS - start))
	times >"$dir/times"
	rm -f "$dir"/{bundle.cpio,esp.img,machine.dtb,vars.fd}
	echo $status >"$dir/status"
	if [ $status = 0 ]; then
		echo "ok   $name: $what, $text ($seconds s, $(cpu_seconds "$dir/times") s of CPU)"
	else
		[ ! -f "$dir/console.log" ] || tail -n 25 "$dir/console.log"
		echo "FAIL $name: $what, $text; see $dir/console.log ($seconds s)"
	fi
}

# A child of this script with one row to do; the parent starts JOBS of them at a time.
if [ "${1:-}" = --row ]; then
	read -ra fields <<<"$2"
	row "${fields[@]}"
	exit
fi

for a in "${archs[@]}"; do
	make -s ARCH="$a" all guests build/"$a"/guests/{hello,play}.{bin,elf} build/host/{mkcpio,expect} || exit 1
done
mkdir -p "$out"
rm -f "$out"/*/status
if [ $# -gt 0 ]; then
	for name; do
		all_rows | awk -v n="$name" '$2 == n { print; found = 1 } END { exit !found }' ||
			echo "run.sh: no row $name in $here/suites-*.cfg" >&2
	done
elif [ "${TEST_ALL:-0}" = 1 ]; then
	all_rows
else
	all_rows | awk '$3 ~ /(^|,)ci(,|$)/'
fi >"$out/rows"
for a in "${archs[@]}"; do
	awk -f $here/coverage.awk "$here/suites-$a.cfg"
done | tee "$out/missing"
xargs -a "$out/rows" -d '\n' -n 1 -P "$JOBS" $here/run.sh --row

cat "$out"/*/status | awk -v f="$(wc -l <"$out/missing")" \
	'$1 { f++; next } { p++ } END { print p + 0, f + 0, 0 }' >build/test/guests.result
read -r passed failed _ <build/test/guests.result
[ "$failed" = 0 ] && [ "$passed" = "$(wc -l <"$out/rows")" ]
