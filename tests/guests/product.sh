#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# product.sh: rows for `make test-all`, in the form of suites.cfg: every wrapping of both kernels, U-Boot with and without
# variables and both forms of bare image, on every CPU by every way in. A boot takes three kernels, so three make a cell.
set -euo pipefail

kernels=() n=0
for debian in debian12 debian13; do
	kernels+=($debian.{Image,Image.gz,zboot-gzip,zboot-zstd})
done
memory=(256 512 1024 2048 6144)
vars=(yes no yes) bare=(bin elf elf)

for cpu in cortex-a57 cortex-a72 neoverse-n1 neoverse-v1 neoverse-n2 max; do
	for path in uefi-acpi uefi-dt raw uboot; do
		for part in 0 1 2; do
			# Nine places for eight kernels; from cell to cell each moves to another place.
			abc=()
			for place in 0 1 2; do
				abc+=("${kernels[(part * 3 + place + n) % 8]}")
			done
			echo "all-$cpu-$path-$part all,threads $cpu $path 9 9G pair.dts pair.exp A=${abc[0]} B=${abc[1]} C=${abc[2]}" \
				"MEMORY=${memory[(part + n) % 5]} VARS=${vars[part]} BARE=${bare[part]}"
		done
		n=$((n + 1))
	done
done
