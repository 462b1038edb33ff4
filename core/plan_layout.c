/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM's guest physical layout: the architecture's fixed addresses, with what RAM
 * would reach moved up (docs/manifest.md, "What a guest sees"). A moved region keeps
 * its alignment: an ECAM is aligned to its size (PCI Firmware Specification 3.3,
 * 4.1.2), a window of BARs to its size so that the largest BAR fits. What then lies
 * above the guest addresses this machine has is not there: size 0.
 */
#include "core/planner.h"
#include "hal/vcpu.h"

struct region {
	gpa_t *base;
	u64 *size;
};

static u32 bits_for(u64 end)
{
	u32 bits = 0;

	while (bits < 64 && (end - 1) >> bits)
		bits++;
	return bits;
}

/* Returns the end of what is used so far. */
static u64 move_up(const struct region *r, u64 top, u64 limit)
{
	if (r->base->v < arch_layout.ram.v)
		return top;
	if (r->base->v < top)
		r->base->v = align_up(top, *r->size);
	if (!range_inside(r->base->v, *r->size, 0, limit)) {
		*r->base = GPA(0);
		*r->size = 0;
		return top;
	}
	return r->base->v + *r->size;
}

void plan_layout(struct planner *p, struct vm_plan *vm)
{
	struct vm_layout *l = &vm->layout;
	u32 max_bits = s2_max_ipa_bits();
	u64 limit = 1ull << max_bits;

	*l = arch_layout;
	arch_plan_layout(vm, l);
	if (!range_inside(l->ram.v, vm->memory, 0, limit)) {
		plan_refuse_prop(p, vm, "memory-mib", "%lu asked, %lu fit in guest addresses of %u bits",
				 (unsigned long)(vm->memory >> 20), (unsigned long)((limit - l->ram.v) >> 20),
				 max_bits);
		return;
	}
	const struct region regions[] = {{&l->ecam, &l->ecam_size}, {&l->pci64, &l->pci64_size}};
	u64 top = l->ram.v + vm->memory;

	for (u32 i = 0; i < ARRAY_SIZE(regions); i++)
		top = move_up(&regions[i], top, limit);
	l->ipa_bits = (u32)min_u64(max_u64(l->ipa_bits, bits_for(top)), max_bits);
}
