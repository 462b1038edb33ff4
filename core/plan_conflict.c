/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VMs that ask for one thing only one can have: a CPU that is pinned by at least one of
 * them, a passed-through device. All that take part are refused, each naming the
 * others. All conflicts are found before the first VM is refused.
 */
#include "core/log.h"
#include "core/planner.h"

_Static_assert(PLAN_VMS_MAX <= 64, "mask of VMs");

/* VMs that conflict with one VM over its first conflicting thing. */
struct conflict {
	u64 with;
	u32 what; /* CPU or position of the device */
};

static bool asks_cpu(const struct vm_plan *vm, u32 cpu)
{
	for (u32 i = 0; vm->has_cpus && i < vm->nr_cpus; i++)
		if (vm->cpus[i] == cpu)
			return true;
	return false;
}

static u64 others_on_cpu(const struct planner *p, const struct vm_plan *vm, u32 cpu)
{
	u64 mask = 0;

	for (u32 i = 0; i < p->plan->nr_vms; i++) {
		const struct vm_plan *other = &p->plan->vms[i];
		bool exclusive = vm->policy == POLICY_PINNED || other->policy == POLICY_PINNED;

		if (other != vm && !other->refused && exclusive && asks_cpu(other, cpu))
			mask |= 1ull << i;
	}
	return mask;
}

static struct conflict cpu_conflict(const struct planner *p, const struct vm_plan *vm)
{
	struct conflict c = {0};

	for (u32 i = 0; vm->has_cpus && i < vm->nr_cpus && !c.with; i++)
		c = (struct conflict){.with = others_on_cpu(p, vm, vm->cpus[i]), .what = vm->cpus[i]};
	return c;
}

static bool asks_bdf(const struct vm_request *req, u32 bdf, const struct device_request *except)
{
	for (u32 i = 0; i < req->nr_devices; i++)
		if (&req->device[i] != except && req->device[i].has_bdf && req->device[i].bdf == bdf)
			return true;
	return false;
}

static struct conflict device_conflict(const struct planner *p, const struct vm_plan *vm)
{
	const struct vm_request *req = &p->request[vm->index];
	struct conflict c = {0};

	for (u32 d = 0; d < req->nr_devices && !c.with; d++) {
		const struct device_request *dev = &req->device[d];

		if (!dev->has_bdf)
			continue;
		c.what = d;
		for (u32 i = 0; i < p->plan->nr_vms; i++)
			if (!p->plan->vms[i].refused && asks_bdf(&p->request[i], dev->bdf, dev))
				c.with |= 1ull << i;
	}
	return c;
}

static void name_all(const struct planner *p, u64 mask, char *text, size_t size)
{
	int at = 0;

	text[0] = 0;
	for (u32 i = 0; i < p->plan->nr_vms && at < (int)size; i++)
		if (mask >> i & 1)
			at += fmt_string(text + at, size - (size_t)at, "%s%s", at ? ", " : "",
					 p->plan->vms[i].name);
}

static void refuse_cpu(struct planner *p, struct vm_plan *vm, const struct conflict *c)
{
	char names[128];

	name_all(p, c->with, names, sizeof(names));
	plan_refuse_prop(p, vm, "cpus", "CPU %u is exclusive, and asked by %s too", c->what, names);
}

static void refuse_device(struct planner *p, struct vm_plan *vm, const struct conflict *c)
{
	const struct device_request *dev = &p->request[vm->index].device[c->what];
	char names[128], prop[VM_NAME_MAX + 8];

	name_all(p, c->with, names, sizeof(names));
	fmt_string(prop, sizeof(prop), "%s/bdf", dev->name);
	plan_refuse_prop(p, vm, prop, "%04x:%02x:%02x.%u is asked by %s too", dev->bdf >> 16,
			 dev->bdf >> 8 & 0xff, dev->bdf >> 3 & 0x1f, dev->bdf & 7, names);
}

static void find_and_refuse(struct planner *p,
			    struct conflict (*find)(const struct planner *, const struct vm_plan *),
			    void (*refuse)(struct planner *, struct vm_plan *, const struct conflict *))
{
	struct conflict found[PLAN_VMS_MAX] = {{0}};
	struct plan *plan = p->plan;

	for (u32 i = 0; i < plan->nr_vms; i++)
		if (!plan->vms[i].refused)
			found[i] = find(p, &plan->vms[i]);
	for (u32 i = 0; i < plan->nr_vms; i++)
		if (found[i].with)
			refuse(p, &plan->vms[i], &found[i]);
}

void plan_conflicts(struct planner *p)
{
	find_and_refuse(p, cpu_conflict, refuse_cpu);
	find_and_refuse(p, device_conflict, refuse_device);
}
