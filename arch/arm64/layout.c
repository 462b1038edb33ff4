/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a guest's machine looks like on arm64 (docs/manifest.md, "What a guest
 * sees"): the addresses of QEMU's `virt` board, and what this build can plan. Plain
 * data, also compiled into mkplan and unit tests.
 */
#include "core/image.h"
#include "core/planner.h"

const struct vm_layout arch_layout = {
	.ram = {GIB(1)},
	.uart = {0x09000000},
	.rtc = {0x09010000},
	.flash = {{0}, {0x04000000}},
	.flash_size = MIB(64),
	.intc_dist = {0x08000000},
	.intc_cpu = {0x080a0000},
	.power = {0x09030000},
	.ecam = {0x4010000000},
	.ecam_size = MIB(256),
	.pci32 = {0x10000000},
	.pci32_size = 0x2eff0000,
	.pci64 = {0x8000000000},
	.pci64_size = GIB(512),
	.ipa_bits = 40,
};

const struct arch_plan arch_plan = {
	.name = "arm64",
	.arch = PLAN_ARM64,
	.policies = 1u << POLICY_PINNED | 1u << POLICY_SHARED,
	.protocols = 1u << BOOT_LINUX | 1u << BOOT_RAW | 1u << BOOT_ELF | 1u << BOOT_FIRMWARE,
	.devices = 1u << DEV_CONSOLE,
	.raw_load = 0x80000,
	.hwid_name = "MPIDR",
};

const struct arch_image arch_image = {
	.linux_name = "an arm64 Linux Image",
	.linux_magic = {'A', 'R', 'M', 0x64},
	.text_align = PAGE_SIZE,
	.text_limit = MIB(2),
	.elf_name = "AArch64",
	.elf_machine = 183,
	.code_align = 4,
	.tree_room = KIB(32),
};

/* One interrupt controller, one layout. */
void arch_plan_layout(const struct vm_plan *vm UNUSED, struct vm_layout *layout UNUSED)
{
}
