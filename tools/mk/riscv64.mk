# SPDX-License-Identifier: Apache-2.0
# What is particular to ARCH=riscv64: compiler, flags, EFI names.

CROSS     := riscv64-linux-gnu-
ARCH_DIR  := arch/riscv
# No FP or vector registers (they are the guest's), no unaligned access (it may trap to firmware), nothing relative to gp.
ARCH_FLAGS := -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -mno-relax -mstrict-align -mstack-protector-guard=global

EFI_ARCH  := riscv64
EFI_NAME  := BOOTRISCV64.EFI
# gnu-efi's libraries have the double-float calling convention; nothing here takes or gives a floating-point value.
EFI_FLAGS := -march=rv64gc -mabi=lp64d -mno-relax -mstrict-align
GNU_EFI   := gnu-efi-riscv64
# Its start code is the PE header.
EFI_COPY  := -O binary
TIDY_TARGET := riscv64-linux-gnu

RESIDENT_LIMIT := 98304
BOOT_LIMIT     := 163840

# The machine of `make run`, under the OpenSBI that comes with QEMU. Ctrl-C and Ctrl-] reach the guest (-nographic).
QEMU = qemu-system-riscv64 -accel tcg -M virt,aia=aplic-imsic,aia-guests=3 -cpu rv64,svpbmt=on,svinval=on,smstateen=on \
	-smp 4 -m 2G -nographic -nic none
FIRMWARE_ARGS = -machine pflash0=code,pflash1=vars \
	-blockdev driver=file,filename=$G/RISCV_VIRT_CODE.fd,read-only=on,node-name=code \
	-blockdev driver=file,filename=$(FIRMWARE_VARS),node-name=vars
# The variables of that machine, a copy of the empty ones.
FIRMWARE_VARS = $R/vars.fd

# Guests: kernels, modules that they lack (the power key's), U-Boot's board (the one for S-mode), UEFI firmware of EFI_PACKAGE.
KERNELS     := debian13
MODULES     := gpio-dwapb
UBOOT       := u-boot-riscv64
UBOOT_BOARD := qemu-riscv64_smode
EFI_PACKAGE := qemu-efi-riscv64
EFI_IMAGES  := RISCV_VIRT_CODE.fd RISCV_VIRT_VARS.fd
# For machines of more harts than the OpenSBI that comes with QEMU has memory for.
OPENSBI     := fw_dynamic.bin

# Models that `make bench` compares, and the document whose table it rewrites.
BENCH_CPUS := aia plic plic-no-sstc
BENCH_DOC  :=

# What exits run through (OPT_HOT).
HOT := $(addprefix $(ARCH_DIR)/,exit fault decode trap irq vsbi vsbi_base vsbi_time vsbi_ipi vintc vplic vaplic vimsic vtimer timer cache libgcc pt_formats mmu) \
	$(addprefix core/,console console_out pgtable pt_pool pt_range host_map aspace build house) drivers/uart/ns16550
TEXT_FIRST :=
# Runs, or is used, before boot's code goes, and refers to it.
ENTRY_CODE := _start primary_entry intc_plic intc_aplic intc_imsic
