/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Free memory while the plan is made. Invariant: the table is sorted, disjoint,
 * page aligned, without page 0; neighbours on one node are merged. Memory leaves it
 * once and returns only by plan_release().
 */
#include "core/planner.h"
#include "core/string.h"

static u64 end_of(const struct mem_range *r)
{
	return r->base.v + r->size;
}

static bool on_node(const struct mem_range *r, u32 node)
{
	return node == NODE_ANY || r->node == node;
}

void plan_mem_init(struct plan_mem *pm, const struct machine *m)
{
	pm->nr = 0;
	for (u32 i = 0; i < m->nr_ram; i++) {
		u64 base = max_u64(m->ram[i].base.v, PAGE_SIZE), end = end_of(&m->ram[i]);

		if (end > base)
			plan_release(pm, HPA(base), end - base, m->ram[i].node);
	}
}

u32 plan_node_of(const struct machine *m, hpa_t base)
{
	for (u32 i = 0; i < m->nr_ram; i++)
		if (range_inside(base.v, 1, m->ram[i].base.v, m->ram[i].size))
			return m->ram[i].node;
	return 0;
}

u64 plan_mem_free(const struct plan_mem *pm, u32 node)
{
	u64 sum = 0;

	for (u32 i = 0; i < pm->nr; i++)
		if (on_node(&pm->free[i], node))
			sum += pm->free[i].size;
	return sum;
}

static void remove_at(struct plan_mem *pm, u32 i)
{
	pm->nr--;
	memmove(&pm->free[i], &pm->free[i + 1], (pm->nr - i) * sizeof(pm->free[0]));
}

static bool insert_at(struct plan_mem *pm, u32 i, u64 base, u64 end, u32 node)
{
	if (pm->nr == PLAN_FREE_MAX)
		return false;
	memmove(&pm->free[i + 1], &pm->free[i], (pm->nr - i) * sizeof(pm->free[0]));
	pm->free[i] = (struct mem_range){.base = HPA(base), .size = end - base, .node = node};
	pm->nr++;
	return true;
}

bool plan_take(struct plan_mem *pm, u32 i, u64 base, u64 size)
{
	struct mem_range *r = &pm->free[i];
	u64 end = base + size, old_end = end_of(r);

	if (end < old_end && base > r->base.v && !insert_at(pm, i + 1, end, old_end, r->node))
		return false;
	if (base > r->base.v) {
		r->size = base - r->base.v;
	} else if (end < old_end) {
		r->base = HPA(end);
		r->size = old_end - end;
	} else {
		remove_at(pm, i);
	}
	return true;
}

hpa_t plan_carve(struct plan_mem *pm, u64 size, u64 align, u32 node)
{
	u32 best = pm->nr;

	if (!size || size > UINT64_MAX - PAGE_SIZE)
		return HPA(0);
	size = align_up(size, PAGE_SIZE);
	align = max_u64(align, PAGE_SIZE);
	for (u32 i = 0; i < pm->nr; i++) {
		const struct mem_range *r = &pm->free[i];

		if (!on_node(r, node) || r->size < size || align_down(end_of(r) - size, align) < r->base.v)
			continue;
		if (best == pm->nr || r->size < pm->free[best].size)
			best = i;
	}
	if (best == pm->nr)
		return HPA(0);
	u64 base = align_down(end_of(&pm->free[best]) - size, align);

	return plan_take(pm, best, base, size) ? HPA(base) : HPA(0);
}

void plan_release(struct plan_mem *pm, hpa_t base, u64 size, u32 node)
{
	u32 i = 0;

	while (i < pm->nr && pm->free[i].base.v < base.v)
		i++;
	bool below = i > 0 && end_of(&pm->free[i - 1]) == base.v && pm->free[i - 1].node == node;
	bool above = i < pm->nr && pm->free[i].base.v == base.v + size && pm->free[i].node == node;

	if (below && above) {
		pm->free[i - 1].size += size + pm->free[i].size;
		remove_at(pm, i);
	} else if (below) {
		pm->free[i - 1].size += size;
	} else if (above) {
		pm->free[i].base = base;
		pm->free[i].size += size;
	} else if (!insert_at(pm, i, base.v, base.v + size, node)) {
		return;
	}
}
