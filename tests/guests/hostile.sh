#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hostile.sh [ARCH:MACHINE...]: the hostile guest and its neighbours (manifests/hostile.dts) on each machine, by default all of
# `machines`, as many at a time as there are CPUs. Every row that the guest prints is compared with hostile-ARCH.cfg; the scans for
# residues have to find nothing, and the neighbour's largest gap between two handlers of its 1 ms timer must be below 1.1 ms of its
# counter. ONLY="row row": these rows alone. Under -icount, so that a gap counts instructions and is the same each time.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
here=tests/guests out=build/test/hostile
limit=600 # seconds for one machine

machines="arm64:max arm64:cortex-a57 riscv64:max riscv64:rv64 riscv64:rvnew"
# ARCH:MACHINE: how the hostile VM's vCPUs are scheduled, the emulator's CPU where MACHINE is not its name, the emulator with its
# board. rvnew: files in software for the hostile VM, in hardware for the neighbour; stateen; timers without stimecmp.
declare -A policy=([arm64]=pinned [riscv64:max]=pinned [riscv64:rv64]=shared [riscv64:rvnew]=shared)
declare -A model=([riscv64:rvnew]="rv64,svpbmt=on,svinval=on,smstateen=on,sstc=off")
declare -A board=(
	[arm64]="qemu-system-aarch64 -M virt,virtualization=on,gic-version=3"
	[riscv64:max]="qemu-system-riscv64 -M virt,aia=aplic-imsic,aia-guests=3"
	[riscv64:rv64]="qemu-system-riscv64 -M virt"
	[riscv64:rvnew]="qemu-system-riscv64 -M virt,aia=aplic-imsic,aia-guests=3"
)

# wanted ARCH MACHINE: "NAME: RESULT" of hostile-ARCH.cfg's rows, where NAME@MACHINE,MACHINE... goes before NAME
wanted() {
	awk -v machine="$2" '/^ *(#|$)/ { next }
		{ name = $1; $1 = ""; sub(/^ /, ""); special = split(name, part, /[@,]/) > 1; on = !special
		  for (i in part) on = on || (i > 1 && part[i] == machine)
		  name = part[1]
		  if (!(name in result)) order[n++] = name
		  if (on && (special || !(name in own))) result[name] = $0
		  else result[name] = result[name]
		  if (on && special) own[name] = 1 }
		END { for (i = 0; i < n; i++) print order[i] ": " result[order[i]] }' "$here/hostile-$1.cfg"
}

one() { # ARCH:MACHINE
	local arch=${1%:*} machine=${1#*:} dir=$out/${1/:/-} o=build/${1%:*} status=0 text start=$SECONDS wrong gap scans bad
	rm -rf "$dir"
	mkdir -p "$dir"
	sed -e "s|\${ONLY}|${ONLY:-}|" -e "s|\${POLICY}|${policy[$1]:-${policy[$arch]}}|" $here/manifests/hostile.dts >"$dir/hostile.dts"
	tools/mkbundle "$dir/hostile.dts" "$dir/bundle.cpio" "$o/guests" || exit 1
	# Some rows alone may be refused nothing that leaves a trace.
	sed "${ONLY:+/fault pc/d}" $here/scripts/hostile.exp >"$dir/hostile.exp"
	# shellcheck disable=SC2086
	text=$(timeout -k 1 $limit build/host/expect "$dir/hostile.exp" "$dir/console.log" -- \
		timeout -k 1 $limit ${board[$1]:-${board[$arch]}} -accel tcg -cpu "${model[$1]:-$machine}" -smp 5 -m 2G \
		-display none -monitor none -serial stdio -nic none -kernel $o/monadic.bin -initrd "$dir/bundle.cpio" -icount shift=0,sleep=off 2>&1) || status=1
	# OpenSBI from 1.6 on writes to the same UART when a guest tries an instruction of SYSTEM that there is not.
	tr -d '\r' <"$dir/console.log" | sed -n -e 's/system_opcode_insn: Invalid opcode for CSR read\/write instruction//g' \
		-e 's/.*\[hostile\] ROW //p' >"$dir/rows"
	wanted "$arch" "$machine" | if [ -n "${ONLY:-}" ]; then grep -E "^(${ONLY// /|}):"; else cat; fi >"$dir/wanted"
	wrong=$(diff "$dir/wanted" "$dir/rows" | grep -c '^[<>]')
	scans=$(grep -c '^\[residue\] residue: [0-9]' "$dir/console.log")
	bad=$(grep '^\[residue\] residue: [0-9]' "$dir/console.log" | grep -vc ' 0 words left, 0 of them marks, registers 0')
	gap=$(awk '/neighbour: [0-9]+ handlers.* ticks of [0-9]+ Hz/ { sub(/.*neighbour: /, ""); n = $1; us = $5 * 1e6 / $8; if (us > max) max = us }
		END { printf "%d handlers, max gap %.3f ms", n, max / 1000; exit !(n > 500 && max > 999 && max < 1100) }' "$dir/console.log") ||
		status=1
	[ "$wrong" = 0 ] && [ "$scans" = 12 ] && [ "$bad" = 0 ] || status=1
	[ "$wrong" = 0 ] || diff "$dir/wanted" "$dir/rows" | sed -n 's/^</expected:/p; s/^>/printed: /p'
	rm -f "$dir/bundle.cpio"
	text="$(wc -l <"$dir/rows") rows, $wrong wrong, $scans scans, $bad with residue, $gap; $text ($((SECONDS - start)) s)"
	if [ $status = 0 ]; then echo "ok   hostile $arch $machine: $text"; else echo "FAIL hostile $arch $machine: $text; see $dir/console.log"; fi
	echo $status >"$dir/status"
}

if [ "${1:-}" = --one ]; then
	one "$2"
	exit
fi

# shellcheck disable=SC2086
[ $# != 0 ] || set -- $machines
for arch in arm64 riscv64; do
	[[ " $* " != *" $arch:"* ]] ||
		make -s ARCH=$arch build/$arch/monadic.bin build/$arch/guests/{hostile,residue,loop,neighbour}.bin build/host/{mkcpio,expect} || exit 1
done
mkdir -p $out
rm -f $out/*/status
printf '%s\n' "$@" | xargs -n 1 -P "${JOBS:-$(nproc)}" $here/hostile.sh --one
[ "$(cat $out/*/status | grep -c '^0$')" = $# ]
