/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which physical CPU each vCPU lives on. `pinned` vCPUs get whole CPUs that nobody
 * else has, housekeeping ones last; other vCPUs go where the least weight is among
 * the CPUs that are not pinned, a VM's own vCPUs apart first. All of a VM on one NUMA
 * node that also has its memory, when there is one.
 *
 * Invariant: a CPU with an owner has weight 0 and hosts only vCPUs of its owner.
 */
#include "core/planner.h"

#define ANY_NODE UINT32_MAX
#define NO_CPU UINT32_MAX

static u32 node_of(const struct planner *p, u32 cpu)
{
	return p->m->cpus[cpu].node;
}

static bool on_node(const struct planner *p, u32 cpu, u32 node)
{
	return node == ANY_NODE || node_of(p, cpu) == node;
}

static u32 nr_nodes(const struct planner *p)
{
	return p->m->nr_nodes ? p->m->nr_nodes : 1;
}

/* ---- pinned ---- */

static bool is_free(const struct planner *p, u32 cpu, bool housekeeping)
{
	const struct cpu_use *c = &p->cpu[cpu];

	return !c->offline && !c->owner && !c->weight && (housekeeping || !c->housekeeping);
}

static u32 count_free(const struct planner *p, u32 node, bool housekeeping)
{
	u32 nr = 0;

	for (u32 i = 0; i < p->m->nr_cpus; i++)
		nr += is_free(p, i, housekeeping) && on_node(p, i, node);
	return nr;
}

/* The fullest node that still has them all and the memory; ANY_NODE: none has. */
static u32 pinned_node(const struct planner *p, const struct vm_plan *vm, bool housekeeping)
{
	u32 best = ANY_NODE, least = UINT32_MAX;

	for (u32 node = 0; node < nr_nodes(p); node++) {
		u32 nr = count_free(p, node, housekeeping);
		bool fits = nr >= vm->nr_vcpus &&
			    (vm->has_node ? vm->node == node : plan_mem_free(&p->mem, node) >= vm->memory);

		if (fits && nr < least) {
			least = nr;
			best = node;
		}
	}
	return best;
}

static void take_free(struct planner *p, struct vm_plan *vm, u32 node, bool housekeeping)
{
	u32 nr = 0;

	/* First the CPUs that do no housekeeping, then those that do. */
	for (u32 turn = 0; turn < 2; turn++)
		for (u32 i = 0; i < p->m->nr_cpus && nr < vm->nr_vcpus; i++)
			if (is_free(p, i, housekeeping) && on_node(p, i, node) &&
			    p->cpu[i].housekeeping == (turn == 1))
				vm->cpus[nr++] = (u16)i;
}

static enum err place_pinned(struct planner *p, struct vm_plan *vm)
{
	for (u32 housekeeping = 0; housekeeping < 2; housekeeping++) {
		u32 node = pinned_node(p, vm, housekeeping);

		if (count_free(p, node, housekeeping) < vm->nr_vcpus)
			continue;
		take_free(p, vm, node, housekeeping);
		return OK;
	}
	plan_refuse_prop(p, vm, "vcpus", "%u asked, %u CPUs free to be pinned", vm->nr_vcpus,
			 count_free(p, ANY_NODE, true));
	return ERR_NOENT;
}

/* ---- shared ---- */

/* Is CPU a a better home than b? Fewer vCPUs of this VM, less weight, no housekeeping, lower index. */
static bool better(const struct planner *p, u32 a, u32 b)
{
	const struct cpu_use *x = &p->cpu[a], *y = &p->cpu[b];

	if (x->own != y->own)
		return x->own < y->own;
	if (x->weight != y->weight)
		return x->weight < y->weight;
	return !x->housekeeping && y->housekeeping;
}

static u32 best_cpu(const struct planner *p, u32 node)
{
	u32 best = NO_CPU;

	for (u32 i = 0; i < p->m->nr_cpus; i++)
		if (!p->cpu[i].offline && !p->cpu[i].owner && on_node(p, i, node) &&
		    (best == NO_CPU || better(p, i, best)))
			best = i;
	return best;
}

/* How crowded it gets. */
struct score {
	u32 own, weight;
};

/* Choose homes on `node`. False: no CPU there is left. */
static bool choose_shared(struct planner *p, struct vm_plan *vm, u32 node, struct score *score)
{
	*score = (struct score){0};
	for (u32 i = 0; i < p->m->nr_cpus; i++)
		p->cpu[i].own = 0;
	for (u32 i = 0; i < vm->nr_vcpus; i++) {
		u32 cpu = best_cpu(p, node);

		if (cpu == NO_CPU)
			return false;
		vm->cpus[i] = (u16)cpu;
		p->cpu[cpu].own++;
		u32 weight = p->cpu[cpu].weight + p->cpu[cpu].own * vm->weight;

		score->own = p->cpu[cpu].own > score->own ? p->cpu[cpu].own : score->own;
		score->weight = weight > score->weight ? weight : score->weight;
	}
	return true;
}

static u32 shared_node(struct planner *p, struct vm_plan *vm)
{
	struct score best = {UINT32_MAX, UINT32_MAX}, score;
	u32 best_node = ANY_NODE;

	for (u32 node = 0; node < nr_nodes(p); node++) {
		if (vm->has_node ? vm->node != node : plan_mem_free(&p->mem, node) < vm->memory)
			continue;
		if (!choose_shared(p, vm, node, &score))
			continue;
		if (score.own < best.own || (score.own == best.own && score.weight < best.weight)) {
			best = score;
			best_node = node;
		}
	}
	return best_node;
}

static enum err place_shared(struct planner *p, struct vm_plan *vm)
{
	struct score score;

	if (choose_shared(p, vm, shared_node(p, vm), &score))
		return OK;
	plan_refuse_prop(p, vm, "policy", "no CPU is left to share, all %u are pinned", p->m->nr_cpus);
	return ERR_NOENT;
}

/* ---- */

static void account(struct planner *p, const struct vm_plan *vm, bool claim)
{
	for (u32 i = 0; i < vm->nr_vcpus; i++) {
		struct cpu_use *c = &p->cpu[vm->cpus[i]];

		if (vm->policy == POLICY_PINNED)
			c->owner = claim ? vm->index + 1u : 0;
		else if (claim)
			c->weight += vm->weight;
		else
			c->weight -= vm->weight;
	}
}

/* CPUs that the manifest names must run. */
static enum err check_online(struct planner *p, struct vm_plan *vm)
{
	for (u32 i = 0; i < vm->nr_cpus; i++)
		if (p->cpu[vm->cpus[i]].offline) {
			plan_refuse_prop(p, vm, "cpus", "CPU %u did not start", vm->cpus[i]);
			return ERR_NOENT;
		}
	return OK;
}

enum err plan_place_cpus(struct planner *p, struct vm_plan *vm)
{
	enum err err = vm->has_cpus ? check_online(p, vm) : OK;

	if (!vm->has_cpus)
		err = vm->policy == POLICY_PINNED ? place_pinned(p, vm) : place_shared(p, vm);
	if (err)
		return err;
	if (!vm->has_node)
		vm->node = node_of(p, vm->cpus[0]);
	account(p, vm, true);
	return OK;
}

void plan_unplace_cpus(struct planner *p, const struct vm_plan *vm)
{
	account(p, vm, false);
}
