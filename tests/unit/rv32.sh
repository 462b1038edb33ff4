#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The part of the core that an RTOS on a 32-bit microcontroller shares: it compiles for rv32imc without an operating system, needs
# neither a 64-bit division nor atomic instructions nor a C library, and stays below 5 KiB of code and constants (before
# linking, which only shortens it).
set -euo pipefail
cd "$(dirname "$0")/../.."

LIMIT=5120
FILES="core/vm.c core/sched.c core/timer.c core/fault.c"
# What these files may ask of their surroundings: functions of core/ and hal/ headers. The rest is the compiler's own.
FORBIDDEN='__(u?div|u?mod|mul|ashl|ashr|lshr|cmp|ucmp|sync|atomic).*|mem(cpy|set|move|cmp)|str.*|.*printf'

CC=${RV32_CC:-riscv64-linux-gnu-gcc}
command -v "$CC" >/dev/null || { echo "rv32: $CC is not installed (Debian: gcc-riscv64-linux-gnu)"; exit 1; }
tool=${CC%gcc}
out=build/test/rv32
rm -rf "$out"
mkdir -p "$out"

for file in $FILES; do
	"$CC" -std=c11 -Os -march=rv32imc -mabi=ilp32 -ffreestanding -fno-asynchronous-unwind-tables -fno-unwind-tables -DMONADIC_UP -Wall -Wextra -Werror \
		-Wshadow -Wundef -Wvla -I. -c "$file" -o "$out/$(basename "$file" .c).o"
done

# An include of anything but core/ and hal/ headers would have shown as -MM output.
strangers=$(for file in $FILES; do "$CC" -march=rv32imc -mabi=ilp32 -ffreestanding -DMONADIC_UP -I. -MM "$file"; done |
	tr ' \\' '\n\n' | grep '\.h$' | grep -Ev '^(core/(plan|vm|cpu|timer|sched_policy)|hal/[a-z]+)\.h$' || true)
[ -z "$strangers" ] || { echo "rv32: includes more than its own headers: $strangers"; exit 1; }

undefined=$("${tool}nm" -u "$out"/*.o | awk '$1 == "U" { print $2 }' | sort -u)
bad=$(grep -Ex "$FORBIDDEN" <<<"$undefined" || true)
[ -z "$bad" ] || { echo "rv32: needs of the compiler's library: $bad"; exit 1; }

"${tool}size" "$out"/*.o
total=$("${tool}size" "$out"/*.o | awk 'NR > 1 { sum += $1 } END { print sum }')
[ "$total" -le $LIMIT ] || { echo "rv32: $total bytes of code and constants, limit $LIMIT"; exit 1; }
echo "rv32: $total bytes of code and constants of $LIMIT"
