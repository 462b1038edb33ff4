#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [NAME...]: the guests stage: boots the rows of suites.cfg under QEMU and plays their console scripts (expect.c). Without
# names: the rows marked ci; with TEST_ALL=1 every row and the product of guests, CPUs and boot paths (product.sh). JOBS
# machines at a time. What a row said and did lies in build/test/guests/NAME/console.log.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
JOBS=${JOBS:-$(nproc)}
here=tests/guests out=build/test/guests o=build/arm64 g=build/guests/arm64
limit=900 # seconds for one row; its script gives up long before

all_rows() { # of suites.cfg, and the product
	grep -v '^ *#' $here/suites.cfg | grep .
	$here/product.sh
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

# The ways in. Each leaves its arguments of QEMU in `machine`.
path_raw() {
	machine=(-kernel $o/monadic.bin -initrd "$dir/bundle.cpio")
}
# The same below an EL3, as on real machines: the interrupt controller has two security states (GICD_CTLR.DS is 0).
path_raw-el3() {
	board+=,secure=on
	path_raw
}
# The same with the SBSA generic UART, by QEMU's own device tree with another name for its PL011.
path_raw-sbsa() {
	qemu-system-aarch64 -M "$board,dumpdtb=$dir/machine.dtb" -cpu "$cpu" -smp "$cpus" -m "$memory" -nic none \
		-display none >/dev/null 2>&1
	fdtput -t s "$dir/machine.dtb" /pl011@9000000 compatible arm,sbsa-uart
	path_raw
	machine+=(-dtb "$dir/machine.dtb")
}
path_uefi() {
	tools/mkesp "$dir/esp.img" $o/monadic.efi BOOTAA64.EFI "$dir/bundle.cpio"
	machine=(-bios $g/QEMU_EFI.fd -drive "file=$dir/esp.img,format=raw,if=none,id=esp" -device virtio-blk-pci,drive=esp)
}
path_uefi-acpi() { path_uefi; }
path_uefi-dt() {
	path_uefi
	board+=,acpi=off
}
path_uboot-twice() { path_uboot; }
# The addresses stand in scripts/boot-uboot.exp too.
path_uboot() {
	machine=(-bios $g/u-boot.bin -device "loader,file=$o/monadic.bin,addr=0x48000000,force-raw=on"
		-device "loader,file=$dir/bundle.cpio,addr=0x50000000,force-raw=on")
	variables+=("BUNDLE_SIZE=$(printf %x "$(stat -c %s "$dir/bundle.cpio")")")
}

row() { # NAME MARKS CPU PATH CPUS MEMORY MANIFEST SCRIPT VARIABLE=VALUE...
	local name=$1 marks=$2 cpu=$3 path=$4 cpus=$5 memory=$6 manifest=$7 script=$8 status=0 start=$SECONDS text seconds
	local dir=$out/$1 machine=() variables board=virt,virtualization=on,gic-version=3 accel=tcg
	shift 8
	case $path in
	*/el1) board=virt,gic-version=3 path=${path%/el1} ;;
	esac
	variables=("BOOT=$path" "CPUS=$cpus" "$@")
	# One thread for all CPUs moves on where a CPU spins or waits: that is half the work, and with 64 CPUs the only way to get
	# anywhere. With a thread for each, CPUs truly run at once.
	[[ ,$marks, = *,threads,* ]] || accel=tcg,thread=single
	case $path in
	*-sbsa) variables+=("UART=SBSA generic UART") ;;
	*) variables+=("UART=PL011") ;;
	esac
	derive
	rm -rf "$dir"
	mkdir -p "$dir"
	case $manifest in
	*.cpio) cp "$here/manifests/$manifest" "$dir/bundle.cpio" ;;
	*)
		cp $here/manifests/*.dtsi "$dir"
		substitute "$here/manifests/$manifest" "${variables[@]}" >"$dir/manifest.dts"
		text=$(tools/mkbundle "$dir/manifest.dts" "$dir/bundle.cpio" $g $o/guests $here/manifests 2>&1) || status=1
		;;
	esac
	if [ $status = 0 ]; then
		"path_$path"
		text=$(timeout -k 1 $limit build/host/expect "$here/scripts/$script" "$dir/console.log" "${variables[@]}" -- \
			timeout -k 1 $limit qemu-system-aarch64 -accel "$accel" -M "$board" -cpu "$cpu" -smp "$cpus" -m "$memory" \
			-display none -monitor none -serial stdio -nic none "${machine[@]}" 2>&1) || status=$?
	fi
	seconds=$((SECONDS - start))
	times >"$dir/times"
	rm -f "$dir"/{bundle.cpio,esp.img,machine.dtb}
	echo $status >"$dir/status"
	if [ $status = 0 ]; then
		echo "ok   $name: $cpu, $path, $text ($seconds s, $(cpu_seconds "$dir/times") s of CPU)"
	else
		[ ! -f "$dir/console.log" ] || tail -n 25 "$dir/console.log"
		echo "FAIL $name: $cpu, $path, $text; see $dir/console.log ($seconds s)"
	fi
}

# A child of this script with one row to do; the parent starts JOBS of them at a time.
if [ "${1:-}" = --row ]; then
	read -ra fields <<<"$2"
	row "${fields[@]}"
	exit
fi

make -s ARCH=arm64 all guests $o/guests/{hello,play}.{bin,elf} build/host/{mkcpio,expect} || exit 1
mkdir -p "$out"
rm -f "$out"/*/status
if [ $# -gt 0 ]; then
	for name; do
		all_rows | awk -v n="$name" '$1 == n { print; found = 1 } END { exit !found }' ||
			echo "run.sh: no row $name in $here/suites.cfg" >&2
	done
elif [ "${TEST_ALL:-0}" = 1 ]; then
	all_rows
else
	all_rows | awk '$2 ~ /(^|,)ci(,|$)/'
fi >"$out/rows"
awk -f $here/coverage.awk $here/suites.cfg | tee "$out/missing"
xargs -a "$out/rows" -d '\n' -n 1 -P "$JOBS" $here/run.sh --row

cat "$out"/*/status | awk -v f="$(wc -l <"$out/missing")" \
	'$1 { f++; next } { p++ } END { print p + 0, f + 0, 0 }' >build/test/guests.result
read -r passed failed _ <build/test/guests.result
[ "$failed" = 0 ] && [ "$passed" = "$(wc -l <"$out/rows")" ]
