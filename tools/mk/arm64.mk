# SPDX-License-Identifier: Apache-2.0
# What is particular to ARCH=arm64: compiler, flags, EFI names.

CROSS     := aarch64-linux-gnu-
ARCH_DIR  := arch/arm64
# No FP or SIMD registers (they are the guest's), no unaligned access (EL2 starts with the MMU off), no libgcc atomics.
ARCH_FLAGS := -march=armv8-a -mgeneral-regs-only -mstrict-align -mno-outline-atomics \
	-mbranch-protection=none -mstack-protector-guard=global
# The decoders run with the MMU on, over memory only, and most of what they copy is a few bytes at any address.
DECODER_FLAGS := -mno-strict-align -U__ARM_NEON

EFI_ARCH  := aarch64
EFI_NAME  := BOOTAA64.EFI
EFI_FLAGS := -mgeneral-regs-only -mstrict-align
GNU_EFI   := gnu-efi-arm64
EFI_COPY  := --target efi-app-aarch64 --subsystem=10
TIDY_TARGET := aarch64-linux-gnu

RESIDENT_LIMIT := 98304
BOOT_LIMIT     := 163840

# The machine of `make run`. -accel tcg: with KVM there would be no EL2. Ctrl-C and Ctrl-] reach the guest (-nographic).
QEMU = qemu-system-aarch64 -accel tcg -M virt,virtualization=on,gic-version=3 -cpu max -smp 4 -m 2G -nographic -nic none
FIRMWARE_ARGS = -bios $G/QEMU_EFI.fd

# Guests: kernels, U-Boot's board, UEFI firmware of EFI_PACKAGE.
KERNELS     := debian12 debian13
UBOOT       := u-boot
UBOOT_BOARD := qemu_arm64
EFI_PACKAGE := qemu-efi-aarch64
EFI_IMAGES  := QEMU_EFI.fd

# Models that `make bench` compares, and the document whose table it rewrites.
BENCH_CPUS := cortex-a57 max
BENCH_DOC  := docs/performance.md

# What exits run through (OPT_HOT).
HOT := $(addprefix $(ARCH_DIR)/,exit smccc abort trap irq vgic_lr vgic_cpuif vgic_bank vgic_dist vtimer timer gicv3 ich)
# The vectors lie on 2 KiB, the entry is shorter.
TEXT_FIRST := core/string core/pt_pool $(addprefix $(ARCH_DIR)/,s1walk inject cache)
# Runs before boot's code goes, and refers to it.
ENTRY_CODE := _start primary_entry primary_mapped
