/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: core/bundle.c core/manifest.c core/manifest_table.c core/manifest_value.c core/manifest_check.c core/plan.c core/plan_bundle.c core/plan_mem.c core/plan_ram.c core/plan_layout.c core/plan_conflict.c core/plan_cpu.c core/plan_print.c core/fmt.c arch/arm64/layout.c @libfdt */
/*
 * Any bytes as a manifest: every line is printable, and what is planned is inside the machine, exclusive and
 * within all limits.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/manifest.h"
#include "tests/unit/plan_env.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void check_lines(void)
{
	for (u32 i = 0; i < env_nr; i++)
		for (const char *c = env_line[i]; *c; c++)
			require(*c >= 0x20 && *c <= 0x7e);
}

static bool terminated(const char *s, size_t room)
{
	return memchr(s, 0, room);
}

static void check_cpus(const struct vm_plan *vm)
{
	require(vm->nr_vcpus >= 1 && vm->nr_vcpus <= PLAN_VCPUS_MAX);
	for (u32 i = 0; i < vm->nr_vcpus; i++) {
		require(vm->cpus[i] < machine.nr_cpus);
		u32 owner = planner.cpu[vm->cpus[i]].owner;

		require(owner == (vm->policy == POLICY_PINNED ? vm->index + 1u : 0));
	}
}

static void check_ram(const struct vm_plan *vm)
{
	u64 gpa = vm->layout.ram.v;

	require(vm->nr_ram >= 1 && vm->nr_ram <= VM_RAM_MAX);
	for (u32 i = 0; i < vm->nr_ram; i++) {
		const struct vm_ram *r = &vm->ram[i];

		require(r->gpa.v == gpa && r->size && (r->hpa.v | r->size) % PAGE_SIZE == 0);
		require(range_inside(r->hpa.v, r->size, machine.ram[0].base.v, machine.ram[0].size));
		gpa += r->size;
	}
	require(gpa == vm->layout.ram.v + vm->memory);
}

static void check_vm(const struct vm_plan *vm)
{
	require(terminated(vm->name, sizeof(vm->name)));
	if (vm->refused)
		return;
	require(manifest_name_ok(vm->name));
	require(terminated(vm->bootargs, sizeof(vm->bootargs)));
	require(vm->policy == POLICY_PINNED || vm->policy == POLICY_SHARED);
	require(vm->weight >= 1 && vm->weight <= 10000);
	check_cpus(vm);
	check_ram(vm);
}

static void check_plan(void)
{
	u32 refused = 0;
	u64 used = 0;

	require(plan.nr_vms <= PLAN_VMS_MAX && terminated(plan.console, sizeof(plan.console)));
	require(plan.nr_housekeeping >= 1 && plan.nr_housekeeping <= machine.nr_cpus);
	for (u32 i = 0; i < plan.nr_vms; i++) {
		check_vm(&plan.vms[i]);
		refused += plan.vms[i].refused;
		used += plan.vms[i].refused ? 0 : plan.vms[i].memory;
	}
	require(refused == plan.nr_refused);
	require(used + plan_mem_free(&planner.mem, NODE_ANY) == machine.ram[0].size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *copy = malloc(size ? size : 1);

	if (size)
		memcpy(copy, data, size);
	env_machine();
	plan_begin(&planner, &machine, &plan);
	if (plan_manifest(&planner, copy, size) == OK) {
		plan_place(&planner);
		plan_print(&planner);
	} else {
		require(plan.nr_vms == 0);
	}
	check_plan();
	check_lines();
	free(copy);
	return 0;
}
