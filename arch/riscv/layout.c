/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a guest's machine looks like on riscv64 (docs/manifest.md, "What a guest
 * sees"): the addresses of QEMU's `virt` board, and what this build can plan. Plain
 * data, also compiled into mkplan and unit tests.
 */
#include "core/guest_tree.h"
#include "core/image.h"
#include "core/planner.h"
#include "drivers/emul/tree_riscv64.h"

#define APLIC_BASE 0x0d000000

const struct vm_layout arch_layout = {
	.ram = {GIB(2)},
	.uart = {0x10000000},
	.rtc = {0x00101000},
	.flash = {{0x20000000}, {0x22000000}},
	.flash_size = MIB(32),
	.intc_dist = {0x0c000000}, /* PLIC */
	.intc_cpu = {0x28000000},
	.power = {0x10060000},
	.finisher = {0x00100000},
	.ecam = {0x30000000},
	.ecam_size = MIB(256),
	.pci32 = {0x40000000},
	.pci32_size = GIB(1),
	.pci64 = {GIB(16)},
	.pci64_size = GIB(16),
	.ipa_bits = 41, /* Sv39x4 */
};

const struct arch_plan arch_plan = {
	.name = "riscv64",
	.arch = PLAN_RISCV64,
	.policies = 1u << POLICY_PINNED | 1u << POLICY_SHARED,
	.protocols = 1u << BOOT_LINUX | 1u << BOOT_RAW | 1u << BOOT_ELF | 1u << BOOT_FIRMWARE,
	.devices = 1u << DEV_CONSOLE,
	.raw_load = 0x200000,
	.hwid_name = "hart",
};

/* text_offset is counted from the start of RAM; 2 MiB in all kernels so far. */
const struct arch_image arch_image = {
	.linux_name = "a riscv64 Linux Image",
	.linux_magic = {'R', 'S', 'C', 0x05},
	.text_align = MIB(2),
	.text_limit = GIB(1),
	.elf_name = "RISC-V",
	.elf_machine = 243,
	.code_align = 2,
	.tree_room = KIB(16),
	.tree_room_vcpu = 1792, /* names of extensions, twice */
};

void arch_plan_layout(const struct vm_plan *vm, struct vm_layout *layout)
{
	if (guest_isa(vm)->aia)
		layout->intc_dist = GPA(APLIC_BASE);
}
