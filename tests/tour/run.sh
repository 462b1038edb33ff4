#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [MAKE-ARGUMENT...]: the tour stage: `make run` with those arguments, played as a person at its console would (run.exp).
# Without arguments: for every architecture, or for $ARCH alone. What was said lies in build/test/tour/ARCH.log.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
out=build/test/tour limit=600
variables_arm64=(MACHINE=aarch64 KERNEL_A=debian12.Image VERSION_A=6.1. KERNEL_B=debian13.Image VERSION_B=6.12.)
variables_riscv64=(MACHINE=riscv64 KERNEL_A=debian13.Image VERSION_A=6.12. KERNEL_B=debian13.Image VERSION_B=6.12.)
mkdir -p $out
unset MAKEFLAGS MAKELEVEL MFLAGS

# tour ARCH MAKE-ARGUMENT...
tour() {
	local arch=$1 text
	local -n variables=variables_$arch
	shift
	if text=$(timeout -k 1 $limit build/host/expect tests/tour/run.exp "$out/$arch.log" "${variables[@]}" -- \
		timeout -k 1 $limit make run "$@" 2>&1); then
		echo "ok   make run${*:+ $*}: $text"
		passed=$((passed + 1))
	else
		tail -n 25 "$out/$arch.log"
		echo "FAIL make run${*:+ $*}: $text; see $out/$arch.log"
		failed=$((failed + 1))
	fi
}

make -s build/host/expect || exit 1
passed=0 failed=0 one=${ARCH:-arm64}
for argument; do
	[[ $argument != ARCH=* ]] || one=${argument#ARCH=}
done
if [ $# -gt 0 ]; then
	tour "$one" "$@"
elif [ -n "${ARCH:-}" ]; then
	tour "$ARCH"
else
	tour arm64
	tour riscv64 ARCH=riscv64
fi
echo "$passed $failed 0" >build/test/tour.result
[ $failed = 0 ]
