# SPDX-License-Identifier: Apache-2.0
# Part of run.sh: the machines of arm64. board_NAME sets `board` (-M) for a row's BOARD; path_NAME sets `machine`, further
# arguments of QEMU, for its PATH; both may add variables for the scripts. A machine has PL011 and PSCI, and its EL2 is used.
qemu=qemu-system-aarch64
efi_name=BOOTAA64.EFI
variables_arch=(CONSOLE=ttyAMA0 MODE=EL1 FLASH0=0 FLASH1=4000000 UBOOT=firmware REPORT=mitigations "OFF=poweroff -f" "HALT=halt -f")

board_gicv3() {
	board=virt,virtualization=on,gic-version=3
	variables+=("UART=PL011")
}
# An EL3 above, as on real machines: the interrupt controller has two security states (GICD_CTLR.DS is 0).
board_el3() {
	board_gicv3
	board+=,secure=on
}
# No EL2.
board_el1() {
	board_gicv3
	board=virt,gic-version=3
}
# The SBSA generic UART, by QEMU's own device tree with another name for its PL011.
board_sbsa() {
	board=virt,virtualization=on,gic-version=3
	variables+=("UART=SBSA generic UART")
	dump_tree
	fdtput -t s "$dir/machine.dtb" /pl011@9000000 compatible arm,sbsa-uart
	machine+=(-dtb "$dir/machine.dtb")
}

path_uefi-dt() {
	path_uefi-acpi
	board+=,acpi=off
}
path_uefi-acpi() {
	machine+=(-bios "$g/QEMU_EFI.fd")
	add_esp
}
# U-Boot as firmware, below no other.
path_uboot() {
	machine+=(-bios "$g/u-boot.bin")
	add_booti 48000000 50000000
}
