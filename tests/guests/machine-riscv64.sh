# SPDX-License-Identifier: Apache-2.0
# Part of run.sh: the machines of riscv64, as machine-arm64.sh has those of arm64. OpenSBI, which comes with QEMU, is below all.
qemu=qemu-system-riscv64
efi_name=BOOTRISCV64.EFI
# Debian's U-Boot for S-mode is linked for RAM, so a guest has it there, with no flash. By OFF a guest ends itself through the
# finisher; the bare one, and Linux by its power key, do so through SBI.
variables_arch=(CONSOLE=ttyS0 MODE=S-mode UBOOT=raw FLASH= UART=16550 REPORT=harts "OFF=devmem 0x100000 32 0x5555" "HALT=echo System halted")

board_plic() { board=virt; }
# APLICs without IMSICs: interrupts by wire.
board_aplic() { board=virt,aia=aplic; }
board_imsic() { board=virt,aia=aplic-imsic; }
# With guest interrupt files.
board_imsic3() { board=virt,aia=aplic-imsic,aia-guests=3; }
# The same with an OpenSBI that starts 64 harts; that of QEMU 10.0 has memory for 59.
board_many() {
	board_imsic3
	machine+=(-bios "$g/fw_dynamic.bin")
}

path_uefi-dt() {
	path_uefi-acpi
	board+=,acpi=off
}
path_uefi-acpi() {
	cp "$g/RISCV_VIRT_VARS.fd" "$dir/vars.fd"
	board+=,pflash0=code,pflash1=vars
	machine+=(-blockdev "driver=file,filename=$g/RISCV_VIRT_CODE.fd,read-only=on,node-name=code"
		-blockdev "driver=file,filename=$dir/vars.fd,node-name=vars")
	add_esp
}
# U-Boot in S-mode, entered by OpenSBI.
path_uboot() {
	machine+=(-kernel "$g/u-boot.bin")
	add_booti 84000000 90000000
}
