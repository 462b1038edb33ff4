#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mkplan on a sound manifest and on bad ones: its output is the plan or the refusal that the machine would print, and its exit
# status says which. The machine is tests/unit/data/virt.dts. Last line: `mkplan: N of N`.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=build/test/mkplan
make -s build/host/mkplan build/host/mkcpio
rm -rf "$out"
mkdir -p "$out"
dtc -q -I dts -O dtb -o "$out/machine.dtb" tests/unit/data/virt.dts

# le BYTES VALUE: little-endian
le() {
	local i
	for ((i = 0; i < $1; i++)); do
		# shellcheck disable=SC2059
		printf "\\x$(printf %02x $(($2 >> 8 * i & 255)))"
	done
}

# An arm64 Image (Linux, Documentation/arch/arm64/booting) of 128 KiB that takes 1 MiB: text_offset 0, little-endian.
{ le 16 0; le 8 $((1 << 20)); le 8 10; le 24 0; printf 'ARMd'; le 4 0; yes monadic | head -c 131008; } >"$out/Image" 2>/dev/null || true
gzip -nc "$out/Image" >"$out/Image.gz"
{ head -c 2000 "$out/Image.gz"; le 8 0; tail -c +2009 "$out/Image.gz"; } >"$out/damaged.gz"
yes raw | head -c 8192 >"$out/raw.bin" || true
yes initrd | head -c 50000 >"$out/initrd" || true
truncate -s $(((64 << 20) + 1)) "$out/flash.bin"

# manifest NAME BODY: $out/NAME.dts with this inside /vms and a sound VM behind it
manifest() {
	cat >"$out/$1.dts" <<-END
		/dts-v1/;
		/ {
			compatible = "monadic,manifest-v1";
			vms {
				$2
				sound { kernel = "raw.bin"; boot-protocol = "raw"; memory-mib = <16>; cpus = <3>; };
			};
		};
	END
}

passed=0 total=0

# try NAME STATUS OPTIONS...: run mkplan on $out/NAME.dts; what it prints is $out/NAME.out and has to hold the lines of standard
# input in this order. How much is free depends on the bundle's size, so that number is N.
try() {
	local name=$1 status=$2 got=0
	shift 2
	total=$((total + 1))
	cat >"$out/$name.want"
	build/host/mkplan -m "$out/machine.dtb" "$@" "$out/$name.dts" >"$out/$name.out" 2>&1 || got=$?
	sed -i 's/, [0-9]* MiB free$/, N MiB free/; s/, [0-9]* free on node/, N free on node/' "$out/$name.out"
	if [ $got != "$status" ]; then
		echo "$name: exit status $got, wanted $status"
	elif ! grep -Fxf "$out/$name.want" "$out/$name.out" | diff - "$out/$name.want" >"$out/$name.diff"; then
		echo "$name: these lines differ (< printed, > wanted):"
		cat "$out/$name.diff"
	else
		passed=$((passed + 1))
		return
	fi
	sed 's/^/    /' "$out/$name.out"
}

members=("$out/Image" "$out/Image.gz" "$out/damaged.gz" "$out/raw.bin" "$out/initrd" "$out/flash.bin")
named=()
for f in "${members[@]}"; do
	named+=("${f##*/}=$f")
done
build/host/mkcpio "${named[@]}" >"$out/bundle.cpio"
bundle=(-b "$out/bundle.cpio")

# ---- sound: all of the output ----

manifest good '
	linux-a { kernel = "Image.gz"; initrd = "initrd"; memory-mib = <512>; vcpus = <2>; cpus = <0 1>; policy = "pinned"; autostart; console { }; };
	flash { kernel = "raw.bin"; boot-protocol = "firmware"; memory-mib = <64>; cpus = <2>; };'
try good 0 "${bundle[@]}" <<END
monadic: plan: 4 CPUs, 1 node, housekeeping on CPU 0
monadic: plan: CPU index = id: 0 = 0x0 1 = 0x1 2 = 0x2 3 = 0x3
monadic: plan: linux-a: 512 MiB on node 0, kernel Image.gz (linux), autostart
monadic: plan:   RAM 0x40000000 to 0x5fffffff at 0x40000000
monadic: plan:   2 vCPUs on CPUs 0 1, pinned
monadic: plan:   linux-a shares CPU 0 with housekeeping in slices of at most 50 us
monadic: plan:   devices: console
monadic: plan: flash: 64 MiB on node 0, kernel raw.bin (firmware)
monadic: plan:   RAM 0x40000000 to 0x43ffffff at 0x60000000
monadic: plan:   1 vCPU on CPU 2, shared, weight 100
monadic: plan:   devices: none
monadic: plan: sound: 16 MiB on node 0, kernel raw.bin (raw)
monadic: plan:   RAM 0x40000000 to 0x40ffffff at 0x64000000
monadic: plan:   1 vCPU on CPU 3, shared, weight 100
monadic: plan:   devices: none
monadic: plan: 3 VMs, 0 refused, N MiB free
END
total=$((total + 1))
if diff "$out/good.out" "$out/good.want"; then passed=$((passed + 1)); else echo "good: more than that is printed"; fi

# ---- one VM is wrong: it alone is refused ----

# refused NAME BODY LINE: with the bundle
refused() {
	manifest "$1" "$2"
	try "$1" 1 "${bundle[@]}" <<-END
		monadic: refused: /vms/$3
		monadic: plan: 1 VM, 1 refused, N MiB free
	END
}

refused wrong-kernel 'a { kernel = "raw.bin"; memory-mib = <64>; };' \
	'a/kernel: not an arm64 Linux Image, plain, gzip or EFI-zboot'
refused damaged-kernel 'a { kernel = "damaged.gz"; memory-mib = <64>; };' \
	'a/kernel: the compressed data is damaged'
refused large-flash 'a { kernel = "flash.bin"; boot-protocol = "firmware"; memory-mib = <64>; };' \
	'a/kernel: 0x4000001 bytes, more than the flash bank of 64 MiB'
refused small-memory 'a { kernel = "Image"; initrd = "initrd"; memory-mib = <2>; };' \
	'a/initrd: 0xc350 bytes at 0x40200000 are outside its memory, 0x200000 bytes at 0x40000000'
refused large-memory 'a { kernel = "Image"; memory-mib = <65536>; cpus = <0>; };' \
	'a/memory-mib: 65536 asked, N free on node 0'
refused typing-mistake 'a { kernel = "Image"; memory-mb = <64>; };' \
	'a/memory-mb: unknown property'
refused missing-member 'a { kernel = "nowhere"; memory-mib = <64>; };' \
	'a/kernel: no member "nowhere" in the bundle'

# ---- without a bundle files are not looked up; a broken machine is no refusal ----

manifest no-bundle 'a { kernel = "nowhere"; memory-mib = <64>; };'
try no-bundle 0 <<END
monadic: plan: 2 VMs, 0 refused, N MiB free
END
cp "$out/good.dts" "$out/no-machine.dts"
try no-machine 2 -m "$out/raw.bin" <<END
mkplan: $out/raw.bin: not a compiled device tree (.dtb); give the machine's with -m
END

# ---- the console is looked for on this machine ----

# console VALUE STATUS LINE
console() {
	sed "s|vms {|hypervisor { console = \"$1\"; };\n&|" "$out/good.dts" >"$out/console.dts"
	try console "$2" "${bundle[@]}" <<<"$3"
}
console /pl011@9000000 0 "monadic: plan: 3 VMs, 0 refused, N MiB free"
console com1 0 "monadic: warning: /hypervisor/console: com1 does not apply to architecture arm64, ignored"
console spcr 1 'monadic: refused: /hypervisor/console: "spcr": this machine has no SPCR, a device tree describes it; use a path in it or auto'
console /pl011@1 1 'monadic: refused: /hypervisor/console: "/pl011@1": not in the machine'"'"'s device tree, or without an address; use another path or auto'
console pci:0000:00:01.0 1 'monadic: refused: /hypervisor/console: "pci:0000:00:01.0": not in this build; use auto, spcr or a device tree path'

# ---- wrong arguments: what is wrong is the first line ----

# misused LINE COMMAND...
misused() {
	local line=$1 got=0
	shift
	total=$((total + 1))
	"$@" >"$out/misused.out" 2>&1 || got=$?
	if [ $got != 0 ] && [ "$(head -n 1 "$out/misused.out")" = "$line" ]; then
		passed=$((passed + 1))
	else
		echo "$*: exit status $got, wanted: $line" && sed 's/^/    /' "$out/misused.out"
	fi
}
misused "mkplan: -m is missing: the plan is made for a machine" build/host/mkplan "$out/good.dts"
misused "mkplan: the manifest is missing" build/host/mkplan -m "$out/machine.dtb"
misused "mkplan: -i 64: the guest physical address bits are a number from 32 to 52" build/host/mkplan -i 64 -m x y
misused "mkplan: -x: no such option" build/host/mkplan -x
misused "mkplan: -b: its argument is missing" build/host/mkplan -m x -b
misused "mkplan: $out/none.dtb: No such file or directory" build/host/mkplan -m "$out/none.dtb" y
misused "mkbundle: $out/none.dts: cannot be read; name a .dts or .dtb (make: MANIFEST=file.dts)" tools/mkbundle "$out/none.dts" "$out/x"
misused "mkbundle: $out/raw.bin: neither .dts nor .dtb; give it the ending of what it is" tools/mkbundle "$out/raw.bin" "$out/x"
manifest far 'a { kernel = "./elsewhere"; memory-mib = <64>; };'
misused "mkbundle: $out/far.dts: file \"elsewhere\" is in none of: $out tools; name its folder as a further argument" \
	tools/mkbundle "$out/far.dts" "$out/x" tools

echo "mkplan: $passed of $total"
[ $passed = $total ]
