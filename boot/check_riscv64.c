/* SPDX-License-Identifier: Apache-2.0 */
/* See check_riscv64.h. */
#include "boot/check_riscv64.h"

#include "hal/boot.h"

/* RISC-V PLIC 1.0, chapter 3 */
#define PLIC_CONTEXT_BASE 0x200000
#define PLIC_CONTEXT_SIZE 0x1000
#define PLIC_CONTEXTS_MAX 15872

const char *check_hart(const struct machine_cpu *cpu)
{
	if (cpu->hwid == cpu_hwid())
		return NULL;
	if (!isa_has(&cpu->isa, EXT_H))
		return "it has no hypervisor extension";
	return cpu->mmu_bits ? NULL : "it has no MMU";
}

u16 check_block(u64 size)
{
	return size <= PAGE_SIZE && !(size & (size - 1)) ? (u16)size : 0;
}

u32 check_plic_context(const struct machine_plic *plic, u64 context)
{
	bool fits =
		context < PLIC_CONTEXTS_MAX && range_inside(PLIC_CONTEXT_BASE + context * PLIC_CONTEXT_SIZE,
							    PLIC_CONTEXT_SIZE, 0, plic->size);

	return fits ? (u32)context : UINT32_MAX;
}

bool check_imsic(const struct imsic_numbers *n, struct machine_imsic *imsic)
{
	if (n->ids < 63 || n->ids > 2047 || n->guest_ids < 63 || n->guest_ids > 2047 || n->guest_bits > 7 ||
	    n->hart_bits > 15 || n->group_bits > 7 || n->group_shift > 55)
		return false;
	imsic->nr_ids = (u32)n->ids;
	imsic->nr_guest_ids = (u32)n->guest_ids;
	imsic->nr_guest_files = (1u << n->guest_bits) - 1;
	imsic->stride = (u32)PAGE_SIZE << n->guest_bits;
	imsic->guest_index_bits = (u8)n->guest_bits;
	imsic->hart_index_bits = (u8)n->hart_bits;
	imsic->group_index_bits = (u8)n->group_bits;
	imsic->group_index_shift = (u8)n->group_shift;
	return true;
}
