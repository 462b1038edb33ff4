/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The manifest's rules that concern more than one property, and what this build
 * lacks. Runs after parsing, so that a mistyped property gives one line and not a
 * second one for what follows from it.
 */
#include "core/log.h"
#include "core/manifest.h"
#include "core/string.h"

void manifest_check_focus(struct planner *p)
{
	const struct plan *plan = p->plan;

	if (!plan->focus[0] || p->refused_all)
		return;
	for (u32 i = 0; i < plan->nr_vms; i++)
		if (plan->vms[i].console && strcmp(plan->vms[i].name, plan->focus) == 0)
			return;
	plan_refuse(p, NULL, "/hypervisor/focus", "\"%s\" is no VM with a console", plan->focus);
}

/* What the machine has of it, and what the architecture has not. */
static void check_console(struct planner *p)
{
	static const char where[] = "/hypervisor/console";
	struct plan *plan = p->plan;
	const char *why;

	if (strcmp(plan->console, "com1") == 0 && !(arch_plan.arch & PLAN_X86_64)) {
		log_warn("warning: %s: com1 does not apply to architecture %s, ignored", where,
			 arch_plan.name);
		fmt_string(plan->console, sizeof(plan->console), "auto");
	}
	if (strcmp(plan->console, "auto") == 0 || !p->find_console)
		return;
	why = p->find_console(plan->console, &p->uart);
	if (why)
		plan_refuse(p, NULL, where, "\"%s\": %s", plan->console, why);
}

void manifest_check_hypervisor(struct planner *p)
{
	const struct plan *plan = p->plan;

	check_console(p);

	for (u32 i = 0; i < plan->nr_housekeeping; i++)
		for (u32 j = 0; j < i; j++)
			if (plan->housekeeping[i] == plan->housekeeping[j]) {
				plan_refuse(p, NULL, "/hypervisor/cpus", "CPU %u twice",
					    plan->housekeeping[i]);
				return;
			}
}

static void check_build(struct planner *p, struct vm_plan *vm)
{
	const struct vm_request *req = &p->request[vm->index];
	char prop[VM_NAME_MAX + 8];

	if (!(arch_plan.policies >> vm->policy & 1))
		plan_refuse_prop(p, vm, "policy", "%s: not in this build", policy_names[vm->policy]);
	if (!(arch_plan.protocols >> vm->protocol & 1))
		plan_refuse_prop(p, vm, "boot-protocol", "%s: not in this build",
				 protocol_names[vm->protocol]);
	for (u32 i = 0; i < req->nr_devices; i++) {
		const struct device_request *dev = &req->device[i];

		if (arch_plan.devices >> dev->type & 1)
			continue;
		fmt_string(prop, sizeof(prop), "%s/type", dev->name);
		plan_refuse_prop(p, vm, prop, "%s: not in this build", device_names[dev->type]);
	}
}

static void check_cpus(struct planner *p, struct vm_plan *vm)
{
	if (!vm->has_cpus)
		return;
	if (vm->nr_cpus != vm->nr_vcpus) {
		plan_refuse_prop(p, vm, "cpus", "%u CPUs for %u vCPUs", vm->nr_cpus, vm->nr_vcpus);
		return;
	}
	if (vm->policy != POLICY_PINNED)
		return;
	for (u32 i = 0; i < vm->nr_cpus; i++)
		for (u32 j = 0; j < i; j++)
			if (vm->cpus[i] == vm->cpus[j]) {
				plan_refuse_prop(p, vm, "cpus", "CPU %u twice, policy pinned", vm->cpus[i]);
				return;
			}
}

/* A raw image is not compressed, so where it ends is known here. */
static void check_raw(struct planner *p, struct vm_plan *vm)
{
	u64 ram = arch_layout.ram.v;

	if (vm->protocol != BOOT_RAW)
		return;
	if (!vm->has_load)
		vm->load = ram + arch_plan.raw_load;
	if (!vm->has_entry)
		vm->entry_opt = vm->load;
	if (!range_inside(vm->load, max_u64(vm->kernel.size, 1), ram, vm->memory))
		plan_refuse_prop(p, vm, vm->has_load ? "load" : "memory-mib",
				 "0x%lx to 0x%lx is outside RAM, 0x%lx to 0x%lx", (unsigned long)vm->load,
				 (unsigned long)(vm->load + vm->kernel.size), (unsigned long)ram,
				 (unsigned long)(ram + vm->memory));
	else if (!range_inside(vm->entry_opt, 1, ram, vm->memory))
		plan_refuse_prop(p, vm, "entry", "0x%lx is outside RAM, 0x%lx to 0x%lx",
				 (unsigned long)vm->entry_opt, (unsigned long)ram,
				 (unsigned long)(ram + vm->memory));
}

static void check_reservation(struct planner *p, struct vm_plan *vm)
{
	if (vm->budget_us && vm->period_us && vm->budget_us > vm->period_us)
		plan_refuse_prop(p, vm, "budget-us", "%u asked, period-us is %u", vm->budget_us,
				 vm->period_us);
}

void manifest_check_vm(struct planner *p, struct vm_plan *vm)
{
	static void (*const checks[])(struct planner *, struct vm_plan *) = {
		check_build, check_cpus, check_reservation, check_raw, plan_layout,
	};

	for (u32 i = 0; i < ARRAY_SIZE(checks); i++) {
		if (vm->refused)
			return;
		checks[i](p, vm);
	}
}
