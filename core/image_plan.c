/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image stage as a stage of the planner: memory and refusals are its. Boot
 * only, one CPU, no lock.
 */
#include "core/image.h"
#include "core/planner.h"

static hpa_t carve(void *ctx, u64 size, u64 align)
{
	struct planner *p = ctx;

	return plan_carve(&p->mem, size, align, NODE_ANY);
}

/* Carved memory lies in one range of the machine's RAM and has its node. */
static void release(void *ctx, hpa_t base, u64 size)
{
	struct planner *p = ctx;

	for (u32 i = 0; i < p->m->nr_ram; i++) {
		const struct mem_range *r = &p->m->ram[i];

		if (range_inside(base.v, size, r->base.v, r->size))
			plan_release(&p->mem, base, size, r->node);
	}
}

static void refuse(void *ctx, struct vm_plan *vm, const char *prop, const char *why)
{
	plan_refuse_prop(ctx, vm, prop, "%s", why);
}

void image_stage(struct planner *p, void *(*map)(void *ctx, hpa_t base, u64 size))
{
	const struct image_env env = {p, carve, release, map, refuse};

	if (!p->has_bundle)
		return;
	image_begin();
	for (u32 i = 0; i < p->plan->nr_vms; i++) {
		struct vm_plan *vm = &p->plan->vms[i];

		if (!vm->refused && image_prepare(&env, vm) != OK)
			vm->refused = true; /* said and counted by refuse() */
	}
	image_end(&env);
}
