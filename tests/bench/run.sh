#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh: the bench stage. Boots the benchmark guest (tests/guests/bare/$ARCH/bench.c) on QEMU with one instruction a nanosecond,
# so that differences of its counter are retired instructions, and compares each figure with the table of this ARCH
# and compiler, tests/bench/$ARCH-gccN.expected (compilers differ by more): more than 2 % off, either way, is a failure.
#
#   BENCH_CPUS    CPU models, of those in the table (default: the first)
#   BENCH_DOC     a document whose table, between its `bench` markers, is rewritten with what was measured
#   BENCH_ACCEPT  1: what was measured becomes the committed table
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

# One architecture after the other, and the sum.
every_architecture() {
	local passed=0 failed=0 p f
	for ARCH in arm64 riscv64; do
		rm -f build/test/bench.result
		ARCH=$ARCH tests/bench/run.sh
		read -r p f _ < <(cat build/test/bench.result 2>/dev/null || echo 0 1 0)
		passed=$((passed + p)) failed=$((failed + f))
	done
	echo "$passed $failed 0" >build/test/bench.result
	[ $failed = 0 ]
}
if [ -z "${ARCH:-}" ]; then
	every_architecture
	exit
fi
O=build/$ARCH out=build/test/bench/$ARCH
# tick: instructions of one tick of the counter
case $ARCH in
arm64) CROSS=aarch64-linux-gnu- tick=1 models=(cortex-a57 max) ;;
riscv64) CROSS=riscv64-linux-gnu- tick=100 models=(aia plic plic-no-sstc) ;;
esac
compiler=gcc$("${CROSS}gcc" -dumpversion | cut -d. -f1)
expected=tests/bench/$ARCH-$compiler.expected peers=tests/bench/$ARCH.peers
IFS=' ' read -r -a cpus <<<"${BENCH_CPUS:-${models[0]}}"
seconds=60 # for one boot

mkdir -p "$out"
rm -f "$out"/*

# How many CPUs the machine has whose boot is measured. On riscv64 one: with more, most of what is counted is firmware on
# the others, which spins for its turn while this emulator runs one CPU at a time.
declare -A boot_cpus=([arm64]=3 [riscv64]=1)
one_cpu=()
[ "${boot_cpus[$ARCH]}" != 1 ] || one_cpu=(-e "s/vcpus = <2>/vcpus = <1>/" -e "s/cpus = <1 2>/cpus = <0>/")

# bundle NAME MEMORY-MIB KERNEL [SED-OPTION...]: the manifest with other memory and kernel
bundle() {
	sed "${@:4}" -e "s/memory-mib = <[0-9]*>/memory-mib = <$2>/" -e "s/kernel = \"[^\"]*\"/kernel = \"$3\"/" tests/bench/bench.dts >"$out/$1.dts"
	tools/mkbundle "$out/$1.dts" "$out/$1.cpio" "$out" "$O/guests"
}

# For the boot three machines, so that copying and zeroing can be told apart from the rest: MiB of memory and of image that are more.
more_memory=32 more_image=4
prepare() {
	make -s ARCH="$ARCH" "$O/monadic.bin" "$O/guests/bench.bin" build/host/mkcpio || return 1
	cp "$O/guests/bench.bin" "$out/padded.bin"
	truncate -s "+${more_image}M" "$out/padded.bin"
	bundle plain 16 bench.bin && bundle boot 16 bench.bin "${one_cpu[@]}" &&
		bundle memory $((16 + more_memory)) bench.bin "${one_cpu[@]}" && bundle image 16 padded.bin "${one_cpu[@]}"
}

# Each sets $machine to the board with that CPU model; on riscv64 a model is named after its interrupt controller, and what it lacks.
machine_arm64() {
	local model=$1
	[ "$1" = max ] || model=$1,cntfrq=1000000000
	machine=(qemu-system-aarch64 -M "virt,virtualization=on,gic-version=3,dtb-randomness=off" -cpu "$model")
}
machine_riscv64() {
	local -A boards=([aia]=virt,aia=aplic-imsic,aia-guests=3 [plic]=virt [plic-no-sstc]=virt)
	local -A without=([plic-no-sstc]=,sstc=off)
	machine=(qemu-system-riscv64 -M "${boards[$1]}" -cpu "rv64,svpbmt=on,svinval=on,smstateen=on${without[$1]:-}")
}

# boot CPU BUNDLE: the console's text; bundle `native` is the guest alone under the firmware
boot() {
	local machine cpus=${boot_cpus[$ARCH]} kernel=(-kernel "$O/monadic.bin" -initrd "$out/$2.cpio")
	[ "$2" != plain ] || cpus=3
	[ "$2" != native ] || kernel=(-kernel "$O/guests/bench.bin")
	"machine_$ARCH" "$1"
	timeout -k 1 $seconds "${machine[@]}" -accel tcg -smp $cpus -m 512M -nographic -nic none -icount shift=0,sleep=off -seed 1 -rtc base=2040-01-01,clock=vm \
		"${kernel[@]}" </dev/null 2>"$out/$1-$2.err" | tr -d '\r' >"$out/$1-$2.log"
}

figure() { sed -n "s/^\[bench\] bench $2 \([0-9]*\) \([0-9]*\)$/\1 \2/p" "$out/$1.log"; }

# whole RUN: instructions from the hypervisor's first instruction to the guest's, less the zeroing of the hypervisor's own memory
whole() {
	local ready zeroing first
	read -r ready zeroing < <(sed -n 's/^monadic: boot: bench is ready after .*(\([0-9]*\) ticks, \([0-9]*\) zeroing.*$/\1 \2/p' "$out/$1.log")
	first=$(figure "$1" first-instruction)
	echo $(((${ready:-0} - ${zeroing:-0}) * tick + ${first%% *}))
}

# ended CPU BUNDLE LAST: boots it; did it come to the line LAST of the guest's?
ended() {
	boot "$1" "$2"
	grep -q "^\(\[bench\] \)\?bench $3" "$out/$1-$2.log" && return
	tail -n 20 "$out/$1-$2.log" "$out/$1-$2.err" >&2
	return 1
}

# timers CPU: what is not as on the model with Sstc, and what the firmware's own set_timer costs; lines as of measure
timers() {
	ended "$1" plain 'done$' && ended "$1" native 'done$' || return
	sed -n "s/^\[bench\] bench \(sbi-[a-z-]*timer[a-z-]* [0-9]* [0-9]*\)$/$1 \1/p" "$out/$1-plain.log"
	sed -n "s/^bench \(sbi-set-timer-near [0-9]* [0-9]*\)$/$1 native-\1/p" "$out/$1-native.log"
}

# measure CPU: lines "CPU NAME MINIMUM AVERAGE"
measure() {
	local cpu=$1 base zero copy image name
	local -A last=([plain]='done$' [boot]=first-instruction [memory]=first-instruction [image]=first-instruction)
	for run in plain boot memory image; do
		ended "$cpu" $run "${last[$run]}" || return
	done
	sed -n "s/^\[bench\] bench \([a-z0-9-]* [0-9]* [0-9]*\)$/$cpu \1/p" "$out/$cpu-plain.log" |
		grep -v ' first-instruction \| counter-reads '
	base=$(whole "$cpu-boot")
	zero=$((($(whole "$cpu-memory") - base) / more_memory))
	copy=$((($(whole "$cpu-image") - base) / more_image))
	image=$(stat -c %s "$O/guests/bench.bin")
	base=$((base - 16 * zero - image * copy / 1048576))
	for name in "boot $base" "zeroing-per-mib $zero" "copying-per-mib $copy"; do
		echo "$cpu $name ${name##* }"
	done
}

sizes() {
	make -s ARCH="$ARCH" size 2>/dev/null | awk '/^resident code/ { print "all code-resident", $3, $3 }
		/^boot-only code/ { print "all code-boot-only", $3, $3 }'
}

# What the branch history loop costs: the same exit on cortex-a57, which needs it, and on cortex-a53, which is alike but does not.
mitigations() {
	local with without
	boot cortex-a53 plain
	with=$(figure cortex-a57-plain hypercall) without=$(figure cortex-a53-plain hypercall)
	[ -n "$with" ] && [ -n "$without" ] || return 1
	echo "cortex-a57 mitigations $((${with%% *} - ${without%% *})) $((${with##* } - ${without##* }))"
}

# Compares $out/measured with the table; prints a line each, and "PASSED FAILED" last.
verdict() {
	awk -v table="$expected" '
		function off(is, was) { return (is > was ? is - was : was - is) * 100 > 2 * was }
		FNR == 1 { file++ }
		/^#/ { next }
		file == 1 { min[$1 " " $2] = $3; avg[$1 " " $2] = $4; next }
		{
			key = $1 " " $2
			what = sprintf("%-32s %8d %8d", key, $3, $4)
			if (!(key in min)) { print "FAIL " what "   not in " table; failed++ }
			else if (off($3, min[key]) || off($4, avg[key])) {
				print "FAIL " what "   expected " min[key] " " avg[key] ", more than 2 % off"; failed++ }
			else { print "ok   " what; passed++ }
		}
		END { print passed + 0, failed + 0 }' "$expected" "$out/measured"
}

accept() {
	{
		echo '# SPDX-License-Identifier: Apache-2.0'
		echo '# What the bench stage compares with: CPU OPERATION MINIMUM AVERAGE of 256, retired instructions (tests/bench/run.sh).'
		echo '# Written by: make bench-accept'
		cat "$out/measured"
	} >"$expected"
}

# The table of $BENCH_DOC, for people.
document() {
	awk -F'|' -v measured="$out/measured" '
		BEGIN { while ((getline line < measured) > 0) { split(line, f, " "); min[f[1] " " f[2]] = f[3]; avg[f[1] " " f[2]] = f[4] } }
		function cell(cpu, name,    k) {
			k = (cpu " " name) in min ? cpu " " name : "all " name
			if (!(k in min)) return "–"
			return min[k] == avg[k] ? min[k] : min[k] " / " avg[k] }
		function all(name, reach,    a, b) {
			if (reach == "") return ""
			a = cell("cortex-a57", name) + 0; b = cell("max", name) + 0
			return "≤ " reach (a <= reach && b <= reach ? "" : " (not reached)") }
		/^#/ { next }
		!head++ {
			print "| operation | cortex-a57 | max | aim | Bao | Xen 4.17 | KVM nVHE | KVM VHE (max / n1) |"
			print "|---|---|---|---|---|---|---|---|" }
		{ print "| " $2 " | " cell("cortex-a57", $1) " | " cell("max", $1) " | " all($1, $3) " | " $4 " | " $5 " | " $6 " | " $7 " |" }
	' "$peers" >"$out/table"
	awk -v table="$out/table" '
		/^<!-- bench: begin/ { print; while ((getline line < table) > 0) print line; skip = 1; next }
		/^<!-- bench: end/ { skip = 0 }
		!skip { print }' "$1" >"$out/doc"
	cat "$out/doc" >"$1"
}

passed=0 failed=0
if [ ! -e "$expected" ] && [ "${BENCH_ACCEPT:-}" != 1 ]; then
	echo "FAIL $expected: missing. There are tables for Debian's compilers; make bench-accept writes one for $compiler"
	echo "0 1 0" >build/test/bench.result
	exit 1
fi
if ! prepare; then
	echo "FAIL the benchmark guest or its bundle cannot be built"
	echo "0 1 0" >build/test/bench.result
	exit 1
fi
sizes >"$out/measured"
for cpu in "${cpus[@]}"; do
	case $cpu in *-no-sstc) how=timers ;; *) how=measure ;; esac
	$how "$cpu" >>"$out/measured" && { [ "$cpu" != cortex-a57 ] || mitigations >>"$out/measured"; } && continue
	echo "FAIL $cpu: the benchmark did not come to its end; see $out/$cpu-*.log"
	failed=$((failed + 1))
done
[ "${BENCH_ACCEPT:-}" != 1 ] || [ $failed != 0 ] || accept
mapfile -t lines < <(verdict)
printf '%s\n' "${lines[@]:0:${#lines[@]}-1}"
read -r p f <<<"${lines[-1]}"
passed=$p failed=$((failed + f))
[ -z "${BENCH_DOC:-}" ] || document "$BENCH_DOC"
echo "$passed $failed 0" >build/test/bench.result
[ $failed = 0 ]
