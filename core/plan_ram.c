/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM's RAM from free memory. Host and guest addresses are congruent modulo 1 GiB
 * where that is possible for a large VM, else modulo 2 MiB, so that stage 2 gets the
 * largest blocks; only when nothing else is left modulo 4 KiB. Memory comes from the
 * nodes of the VM's CPUs, the first vCPU's first, or from `numa-node`.
 */
#include "core/aspace.h"
#include "core/log.h"
#include "core/planner.h"

struct search {
	struct plan_mem *pm;
	const struct machine *m;
	u64 nodes; /* mask of those allowed */
	u32 first; /* the one preferred */
};

_Static_assert(MACHINE_NODES_MAX <= 64, "mask of nodes");

static bool allowed(const struct search *s, u32 i, bool first_only)
{
	u32 node = s->pm->free[i].node;

	return first_only ? node == s->first : node < 64 && (s->nodes >> node & 1);
}

/* First address in free range i that is congruent to gpa, and the bytes from there. */
static u64 usable(const struct search *s, u32 i, u64 gpa, u64 step, u64 *base)
{
	const struct mem_range *r = &s->pm->free[i];
	u64 end = r->base.v + r->size;

	*base = r->base.v + ((gpa - r->base.v) & (step - 1));
	return *base >= r->base.v && *base < end ? end - *base : 0;
}

static bool add_piece(const struct search *s, struct vm_plan *vm, u32 i, u64 base, u64 gpa, u64 size)
{
	if (!plan_take(s->pm, i, base, size))
		return false;
	vm->ram[vm->nr_ram++] = (struct vm_ram){.gpa = GPA(gpa), .hpa = HPA(base), .size = size};
	return true;
}

/* All of it in the smallest free range that holds it. */
static bool place_whole(const struct search *s, struct vm_plan *vm, u64 step, bool first_only)
{
	u32 best = PLAN_FREE_MAX;
	u64 base = 0, at = 0, gpa = vm->layout.ram.v;

	for (u32 i = 0; i < s->pm->nr; i++) {
		if (!allowed(s, i, first_only) || usable(s, i, gpa, step, &at) < vm->memory)
			continue;
		if (best == PLAN_FREE_MAX || s->pm->free[i].size < s->pm->free[best].size) {
			best = i;
			base = at;
		}
	}
	return best != PLAN_FREE_MAX && add_piece(s, vm, best, base, gpa, vm->memory);
}

static void give_back(const struct search *s, struct vm_plan *vm)
{
	while (vm->nr_ram) {
		const struct vm_ram *r = &vm->ram[--vm->nr_ram];

		plan_release(s->pm, r->hpa, r->size, plan_node_of(s->m, r->hpa));
	}
}

/* The largest free range for the next piece; its usable bytes. */
static u64 largest(const struct search *s, u64 gpa, u64 step, bool first_only, u32 *range, u64 *base)
{
	u64 most = 0, at = 0;

	for (u32 i = 0; i < s->pm->nr; i++) {
		u64 size = allowed(s, i, first_only) ? usable(s, i, gpa, step, &at) : 0;

		if (size > most) {
			most = size;
			*range = i;
			*base = at;
		}
	}
	return most;
}

/* In pieces of whole steps, the largest first; the last one may be smaller. */
static bool place_pieces(const struct search *s, struct vm_plan *vm, u64 step, bool first_only)
{
	u32 range = 0;
	u64 base = 0, done = 0;

	while (done < vm->memory && vm->nr_ram < VM_RAM_MAX) {
		u64 gpa = vm->layout.ram.v + done, left = vm->memory - done;
		u64 size = largest(s, gpa, step, first_only, &range, &base);

		size = size >= left ? left : align_down(size, step);
		if (!size || !add_piece(s, vm, range, base, gpa, size))
			break;
		done += size;
	}
	if (done == vm->memory)
		return true;
	give_back(s, vm);
	return false;
}

static bool place(const struct search *s, struct vm_plan *vm)
{
	static const struct {
		bool (*how)(const struct search *, struct vm_plan *, u64 step, bool first_only);
		u64 step;
	} ways[] = {
		{place_whole, GIB(1)},
		{place_whole, MIB(2)},
		{place_pieces, MIB(2)},
		{place_pieces, PAGE_SIZE},
	};

	for (u32 all = 0; all < 2; all++)
		for (u32 i = 0; i < ARRAY_SIZE(ways); i++)
			if (ways[i].step <= max_u64(vm->memory, MIB(2)) &&
			    ways[i].how(s, vm, ways[i].step, !all))
				return true;
	return false;
}

static struct search search_for(struct planner *p, const struct vm_plan *vm)
{
	struct search s = {.pm = &p->mem, .m = p->m, .first = vm->node};

	if (!vm->has_node)
		for (u32 i = 0; i < vm->nr_vcpus; i++)
			s.nodes |= 1ull << (p->m->cpus[vm->cpus[i]].node & 63);
	s.nodes |= 1ull << (vm->node & 63);
	return s;
}

/* "512 asked, 100 free on node 0", all nodes it may use. */
static void refuse(struct planner *p, struct vm_plan *vm, const struct search *s)
{
	char where[128];
	u64 sum = 0;
	int at = 0;

	for (u32 node = 0; node < 64 && at < (int)sizeof(where); node++) {
		if (!(s->nodes >> node & 1))
			continue;
		at += fmt_string(where + at, sizeof(where) - (size_t)at, "%s%u", at ? ", " : "", node);
		sum += plan_mem_free(&p->mem, node);
	}
	plan_refuse_prop(p, vm, "memory-mib", "%lu asked, %lu free on node%s %s%s",
			 (unsigned long)(vm->memory >> 20), (unsigned long)(sum >> 20),
			 s->nodes & (s->nodes - 1) ? "s" : "", where,
			 sum >= vm->memory ? ", in too many pieces" : "");
}

enum err plan_place_ram(struct planner *p, struct vm_plan *vm)
{
	const struct search s = search_for(p, vm);

	vm->nr_ram = 0;
	if (!place(&s, vm)) {
		refuse(p, vm, &s);
		return ERR_NOMEM;
	}
	vm->nr_tables = aspace_quota(vm);
	return OK;
}

void plan_unplace_ram(struct planner *p, struct vm_plan *vm)
{
	const struct search s = {.pm = &p->mem, .m = p->m};

	give_back(&s, vm);
}
