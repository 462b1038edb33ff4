#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# product.sh ARCH: rows for `make test-all`, in the form of suites-ARCH.cfg: every wrapping of each kernel, U-Boot with and without
# variables and both forms of bare image, on every CPU and board by every way in. A boot takes three kernels, so some make a cell.
set -euo pipefail

vars=(yes no yes) bare=(bin elf elf)
case $1 in
arm64)
	debians=(debian12 debian13)
	cpus=(cortex-a57 cortex-a72 neoverse-n1 neoverse-v1 neoverse-n2 max) boards=(gicv3)
	memory=(256 512 1024 2048 6144)
	;;
riscv64)
	debians=(debian13)
	cpus=(rv64 rv64,svpbmt=on,svinval=on,smstateen=on max rv64,sstc=off) boards=(plic aplic imsic imsic3)
	memory=(256 512 1024 2048 4096)
	;;
esac
kernels=() n=0
for debian in "${debians[@]}"; do
	kernels+=($debian.{Image,Image.gz,zboot-gzip,zboot-zstd})
done
parts=$(((${#kernels[@]} + 2) / 3))

cell() { # CPU BOARD PATH
	local part place abc
	for ((part = 0; part < parts; part++)); do
		# More places than kernels; from cell to cell each moves to another place.
		abc=()
		for place in 0 1 2; do
			abc+=("${kernels[(part * 3 + place + n) % ${#kernels[@]}]}")
		done
		echo "all-${1//[=,]/-}-$2-$3-$part all,threads $1 $2 $3 9 9G pair.dts pair.exp A=${abc[0]} B=${abc[1]} C=${abc[2]}" \
			"MEMORY=${memory[(part + n) % 5]} VARS=${vars[part]} BARE=${bare[part]}"
	done
	n=$((n + 1))
}

for cpu in "${cpus[@]}"; do
	for board in "${boards[@]}"; do
		for path in uefi-acpi uefi-dt raw uboot; do
			cell "$cpu" "$board" "$path"
		done
	done
done
