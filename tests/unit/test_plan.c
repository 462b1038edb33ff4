/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: core/bundle.c core/manifest.c core/manifest_table.c core/manifest_value.c core/manifest_check.c core/plan.c core/plan_bundle.c core/plan_mem.c core/plan_ram.c core/plan_layout.c core/plan_conflict.c core/plan_cpu.c core/plan_print.c core/fmt.c arch/arm64/layout.c @libfdt */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/plan_env.h"

static const u16 cpus_0[] = {0}, cpus_2[] = {2}, cpus_0_1[] = {0, 1};

/* Four CPUs on one node; `begin` again after changing `machine`. */
static void begin(void)
{
	plan_begin(&planner, &machine, &plan);
}

static int setup(void **state)
{
	(void)state;
	env_machine();
	begin();
	return 0;
}

static struct vm_plan *add_vm(const char *name, enum vm_policy policy, u32 vcpus, u32 mib)
{
	struct vm_plan *vm = &plan.vms[plan.nr_vms];

	memset(vm, 0, sizeof(*vm));
	snprintf(vm->name, sizeof(vm->name), "%s", name);
	vm->index = plan.nr_vms++;
	vm->policy = policy;
	vm->nr_vcpus = vcpus;
	vm->memory = MIB(mib);
	vm->weight = 100;
	vm->kernel.name = "Image";
	planner.request[vm->index].nr_devices = 0;
	plan_layout(&planner, vm);
	return vm;
}

static void fix_cpus(struct vm_plan *vm, const u16 *cpus)
{
	vm->has_cpus = true;
	vm->nr_cpus = vm->nr_vcpus;
	memcpy(vm->cpus, cpus, vm->nr_vcpus * sizeof(*cpus));
}

static void add_device(struct vm_plan *vm, const char *name, u32 bdf)
{
	struct vm_request *req = &planner.request[vm->index];
	struct device_request *dev = &req->device[req->nr_devices++];

	*dev = (struct device_request){.type = DEV_PASSTHROUGH, .bdf = bdf, .has_bdf = true};
	snprintf(dev->name, sizeof(dev->name), "%s", name);
}

/* Two nodes: CPUs 0 to 3 with 2 GiB from 1 GiB, CPUs 4 to 7 with 4 GiB from 8 GiB. */
static void two_nodes(void)
{
	machine.nr_cpus = 8;
	machine.nr_nodes = 2;
	for (u32 i = 0; i < 8; i++)
		machine.cpus[i].node = i / 4;
	machine.ram[0] = (struct mem_range){HPA(GIB(1)), GIB(2), 0};
	machine.ram[1] = (struct mem_range){HPA(GIB(8)), GIB(4), 1};
	machine.nr_ram = 2;
	begin();
}

/* ---- CPUs ---- */

static void pinned_vcpus_get_whole_cpus_and_housekeeping_ones_last(void **state)
{
	struct vm_plan *a = add_vm("a", POLICY_PINNED, 2, 16), *b = add_vm("b", POLICY_PINNED, 2, 16);

	(void)state;
	plan_place(&planner);
	plan_print(&planner);
	assert_int_equal(plan.nr_refused, 0);
	assert_int_equal(a->cpus[0], 1);
	assert_int_equal(a->cpus[1], 2);
	assert_int_equal(b->cpus[0], 3);
	assert_int_equal(b->cpus[1], 0);
	assert_true(env_has("plan:   b shares CPU 0 with housekeeping in slices of at most 50 us"));
	assert_int_equal(env_count("plan:   a shares"), 0);
}

static void a_pinned_vm_without_enough_free_cpus_is_refused(void **state)
{
	(void)state;
	add_vm("a", POLICY_PINNED, 3, 16);
	struct vm_plan *b = add_vm("b", POLICY_PINNED, 2, 16), *c = add_vm("c", POLICY_PINNED, 1, 16);

	plan_place(&planner);
	assert_true(b->refused);
	assert_true(env_has("refused: /vms/b/vcpus: 2 asked, 1 CPUs free to be pinned"));
	assert_false(c->refused);
	assert_int_equal(c->cpus[0], 0);
}

static void shared_vcpus_never_land_on_pinned_cpus_whatever_the_order(void **state)
{
	struct vm_plan *s = add_vm("s", POLICY_SHARED, 4, 16), *p = add_vm("p", POLICY_PINNED, 2, 16);

	(void)state;
	plan_place(&planner);
	assert_int_equal(plan.nr_refused, 0);
	for (u32 i = 0; i < 4; i++)
		for (u32 j = 0; j < 2; j++)
			assert_int_not_equal(s->cpus[i], p->cpus[j]);
	/* Two each on the two that are left. */
	assert_int_equal(planner.cpu[0].weight, 200);
	assert_int_equal(planner.cpu[3].weight, 200);
}

static void shared_vcpus_go_where_the_least_weight_is(void **state)
{
	struct vm_plan *heavy = add_vm("heavy", POLICY_SHARED, 1, 16);
	struct vm_plan *light[4];

	(void)state;
	heavy->weight = 1000;
	for (u32 i = 0; i < 4; i++)
		light[i] = add_vm("light", POLICY_SHARED, 1, 16);
	plan_place(&planner);
	assert_int_equal(heavy->cpus[0], 1);
	assert_int_equal(light[0]->cpus[0], 2);
	assert_int_equal(light[1]->cpus[0], 3);
	assert_int_equal(light[2]->cpus[0], 0);
	assert_int_equal(light[3]->cpus[0], 2);
}

static void vcpus_of_one_vm_are_spread_before_they_share(void **state)
{
	struct vm_plan *a = add_vm("a", POLICY_SHARED, 1, 16), *b = add_vm("b", POLICY_SHARED, 4, 16);
	u32 seen = 0;

	(void)state;
	a->weight = 10000;
	plan_place(&planner);
	for (u32 i = 0; i < 4; i++)
		seen |= 1u << b->cpus[i];
	assert_int_equal(seen, 0xf);
}

static void a_shared_vm_is_refused_when_all_cpus_are_pinned(void **state)
{
	(void)state;
	add_vm("a", POLICY_PINNED, 4, 16);
	struct vm_plan *b = add_vm("b", POLICY_SHARED, 1, 16);

	plan_place(&planner);
	assert_true(b->refused);
	assert_true(env_has("refused: /vms/b/policy: no CPU is left to share, all 4 are pinned"));
}

static void chosen_cpus_keep_clear_of_those_the_manifest_fixes(void **state)
{
	struct vm_plan *auto_vm = add_vm("a", POLICY_PINNED, 2, 16),
		       *fixed = add_vm("f", POLICY_PINNED, 1, 16);

	(void)state;
	fix_cpus(fixed, cpus_2);
	plan_place(&planner);
	assert_int_equal(plan.nr_refused, 0);
	assert_int_equal(auto_vm->cpus[0], 1);
	assert_int_equal(auto_vm->cpus[1], 3);
}

static void all_of_a_vm_is_on_one_node_with_its_memory(void **state)
{
	(void)state;
	two_nodes();
	struct vm_plan *a = add_vm("a", POLICY_PINNED, 4, 512), *b = add_vm("b", POLICY_SHARED, 2, 512);
	struct vm_plan *far = add_vm("far", POLICY_SHARED, 2, 3000),
		       *told = add_vm("told", POLICY_SHARED, 2, 3000);

	told->has_node = true;
	told->node = 1;
	plan_place(&planner);
	assert_false(a->refused || b->refused);
	/* Node 0 has housekeeping and so only three free CPUs without it. */
	assert_int_equal(a->node, 1);
	for (u32 i = 0; i < 4; i++)
		assert_int_equal(machine.cpus[a->cpus[i]].node, 1);
	assert_int_equal(b->node, 0);
	assert_true(b->ram[0].hpa.v >= GIB(1) && b->ram[0].hpa.v < GIB(3));
	/* No CPU is left where its memory would be: it is not taken from afar unasked. */
	assert_true(far->refused);
	assert_true(env_has("refused: /vms/far/memory-mib: 3000 asked, 1536 free on node 0"));
	assert_false(told->refused);
	assert_true(told->ram[0].hpa.v >= GIB(8));
}

static void a_vm_too_wide_for_a_node_spans_nodes(void **state)
{
	(void)state;
	two_nodes();
	struct vm_plan *a = add_vm("a", POLICY_PINNED, 6, 5000);

	plan_place(&planner);
	assert_false(a->refused);
	assert_int_equal(a->node, 0);
	u64 sum = 0;

	for (u32 i = 0; i < a->nr_ram; i++)
		sum += a->ram[i].size;
	assert_int_equal(sum, MIB(5000));
	assert_true(a->nr_ram >= 2);
}

static void numa_node_decides_over_memory_and_attracts_cpus(void **state)
{
	(void)state;
	two_nodes();
	struct vm_plan *a = add_vm("a", POLICY_PINNED, 2, 512), *b = add_vm("b", POLICY_PINNED, 1, 3000);

	a->has_node = b->has_node = true;
	a->node = 1;
	b->node = 0;
	plan_place(&planner);
	assert_int_equal(machine.cpus[a->cpus[0]].node, 1);
	assert_true(a->ram[0].hpa.v >= GIB(8));
	assert_true(b->refused);
	assert_true(env_has("refused: /vms/b/memory-mib: 3000 asked, 2048 free on node 0"));
}

static void a_vm_refused_for_memory_gives_its_cpus_back(void **state)
{
	struct vm_plan *a = add_vm("a", POLICY_PINNED, 4, 4096), *b = add_vm("b", POLICY_PINNED, 4, 16);

	(void)state;
	plan_place(&planner);
	assert_true(a->refused);
	assert_true(env_has("refused: /vms/a/memory-mib: 4096 asked, 976 free on node 0"));
	assert_false(b->refused);
	assert_int_equal(plan.nr_refused, 1);
}

/* ---- conflicts ---- */

static void two_vms_on_one_exclusive_cpu_are_both_refused(void **state)
{
	struct vm_plan *a = add_vm("a", POLICY_PINNED, 2, 16), *b = add_vm("b", POLICY_PINNED, 1, 16);
	struct vm_plan *c = add_vm("c", POLICY_SHARED, 1, 16);

	(void)state;
	fix_cpus(a, cpus_0_1);
	fix_cpus(b, cpus_0);
	fix_cpus(c, cpus_2);
	plan_place(&planner);
	assert_true(a->refused && b->refused && !c->refused);
	assert_true(env_has("refused: /vms/a/cpus: CPU 0 is exclusive, and asked by b too"));
	assert_true(env_has("refused: /vms/b/cpus: CPU 0 is exclusive, and asked by a too"));
	assert_int_equal(planner.cpu[0].owner, 0);
}

static void each_of_three_in_conflict_names_the_others(void **state)
{
	struct vm_plan *a = add_vm("a", POLICY_PINNED, 1, 16), *b = add_vm("b", POLICY_SHARED, 1, 16);
	struct vm_plan *c = add_vm("c", POLICY_SHARED, 1, 16);

	(void)state;
	fix_cpus(a, cpus_2);
	fix_cpus(b, cpus_2);
	fix_cpus(c, cpus_2);
	plan_place(&planner);
	assert_int_equal(plan.nr_refused, 3);
	assert_true(env_has("refused: /vms/a/cpus: CPU 2 is exclusive, and asked by b, c too"));
	assert_true(env_has("refused: /vms/b/cpus: CPU 2 is exclusive, and asked by a too"));
	assert_true(env_has("refused: /vms/c/cpus: CPU 2 is exclusive, and asked by a too"));
}

static void shared_vms_may_name_the_same_cpu(void **state)
{
	struct vm_plan *a = add_vm("a", POLICY_SHARED, 1, 16), *b = add_vm("b", POLICY_SHARED, 1, 16);

	(void)state;
	fix_cpus(a, cpus_2);
	fix_cpus(b, cpus_2);
	plan_place(&planner);
	assert_int_equal(plan.nr_refused, 0);
	assert_int_equal(planner.cpu[2].weight, 200);
}

static void a_vm_refused_already_is_in_no_conflict(void **state)
{
	struct vm_plan *a = add_vm("a", POLICY_PINNED, 1, 16), *b = add_vm("b", POLICY_PINNED, 1, 16);

	(void)state;
	fix_cpus(a, cpus_2);
	fix_cpus(b, cpus_2);
	plan_refuse_prop(&planner, a, "kernel", "missing");
	plan_place(&planner);
	assert_false(b->refused);
	assert_int_equal(b->cpus[0], 2);
}

static void two_vms_with_one_device_are_both_refused(void **state)
{
	struct vm_plan *a = add_vm("a", POLICY_SHARED, 1, 16), *b = add_vm("b", POLICY_SHARED, 1, 16);
	struct vm_plan *c = add_vm("c", POLICY_SHARED, 1, 16);

	(void)state;
	add_device(a, "nic", 0x0100);
	add_device(b, "eth0", 0x0100);
	add_device(c, "eth1", 0x0101);
	plan_place(&planner);
	assert_true(a->refused && b->refused && !c->refused);
	assert_true(env_has("refused: /vms/a/nic/bdf: 0000:01:00.0 is asked by b too"));
	assert_true(env_has("refused: /vms/b/eth0/bdf: 0000:01:00.0 is asked by a too"));
}

static void one_vm_asking_a_device_twice_is_refused(void **state)
{
	struct vm_plan *a = add_vm("a", POLICY_SHARED, 1, 16);

	(void)state;
	add_device(a, "x", 0x0100);
	add_device(a, "y", 0x0100);
	plan_place(&planner);
	assert_true(a->refused);
}

/* ---- memory ---- */

static void a_small_vm_is_congruent_modulo_2_mib(void **state)
{
	(void)state;
	machine.ram[0] = (struct mem_range){HPA(GIB(1) + KIB(12)), MIB(64), 0};
	begin();
	struct vm_plan *a = add_vm("a", POLICY_SHARED, 1, 33);

	plan_place(&planner);
	assert_int_equal(a->nr_ram, 1);
	assert_int_equal(a->ram[0].gpa.v, GIB(1));
	assert_int_equal(a->ram[0].hpa.v, GIB(1) + MIB(2));
	assert_int_equal(a->ram[0].size, MIB(33));
}

static void a_large_vm_is_congruent_modulo_1_gib(void **state)
{
	(void)state;
	machine.ram[0] = (struct mem_range){HPA(GIB(4) + MIB(64)), GIB(6), 0};
	begin();
	struct vm_plan *a = add_vm("a", POLICY_SHARED, 1, 4096);

	plan_place(&planner);
	assert_int_equal(a->nr_ram, 1);
	assert_int_equal(a->ram[0].hpa.v, GIB(5));
}

static void a_large_vm_takes_what_fits_when_1_gib_does_not(void **state)
{
	(void)state;
	machine.ram[0] = (struct mem_range){HPA(GIB(4) + MIB(63)), GIB(2), 0};
	begin();
	struct vm_plan *a = add_vm("a", POLICY_SHARED, 1, 2000);

	plan_place(&planner);
	assert_int_equal(a->nr_ram, 1);
	assert_int_equal(a->ram[0].hpa.v, GIB(4) + MIB(64));
}

static void a_vm_is_made_from_several_ranges(void **state)
{
	u64 gpa = GIB(1);

	(void)state;
	machine.nr_ram = 3;
	machine.ram[0] = (struct mem_range){HPA(GIB(1)), MIB(100), 0};
	machine.ram[1] = (struct mem_range){HPA(GIB(2) + KIB(4)), MIB(100), 0};
	machine.ram[2] = (struct mem_range){HPA(GIB(5)), MIB(300), 0};
	begin();
	struct vm_plan *a = add_vm("a", POLICY_SHARED, 1, 480);

	plan_place(&planner);
	assert_false(a->refused);
	assert_int_equal(a->nr_ram, 3);
	for (u32 i = 0; i < a->nr_ram; i++) {
		assert_int_equal(a->ram[i].gpa.v, gpa);
		assert_int_equal((a->ram[i].gpa.v ^ a->ram[i].hpa.v) & (MIB(2) - 1), 0);
		gpa += a->ram[i].size;
	}
	assert_int_equal(gpa, GIB(1) + MIB(480));
}

static void the_last_free_page_can_be_given_out(void **state)
{
	(void)state;
	machine.ram[0] = (struct mem_range){HPA(GIB(1) + KIB(4)), MIB(16), 0};
	begin();
	struct vm_plan *a = add_vm("a", POLICY_SHARED, 1, 16);

	plan_place(&planner);
	assert_false(a->refused);
	assert_int_equal(plan_mem_free(&planner.mem, NODE_ANY), 0);
	env_nr = 0;
	plan_print(&planner);
	assert_int_equal(env_count("plan:   RAM 0x40000000"), 1);
}

static void too_many_pieces_are_refused_and_nothing_is_lost(void **state)
{
	(void)state;
	machine.nr_ram = 20;
	for (u32 i = 0; i < 20; i++)
		machine.ram[i] = (struct mem_range){HPA(GIB(1) + i * MIB(4)), MIB(2), 0};
	begin();
	struct vm_plan *a = add_vm("a", POLICY_SHARED, 1, 34), *b = add_vm("b", POLICY_SHARED, 1, 32);

	plan_place(&planner);
	assert_true(env_has("refused: /vms/a/memory-mib: 34 asked, 40 free on node 0, in too many pieces"));
	assert_true(a->refused && a->nr_ram == 0);
	assert_false(b->refused);
	assert_int_equal(b->nr_ram, 16);
	assert_int_equal(plan_mem_free(&planner.mem, NODE_ANY), MIB(8));
}

static void carved_memory_is_aligned_and_never_given_out_again(void **state)
{
	(void)state;
	hpa_t a = plan_carve(&planner.mem, KIB(5), KIB(4), 0),
	      b = plan_carve(&planner.mem, MIB(3), MIB(2), NODE_ANY);

	assert_int_not_equal(a.v, 0);
	assert_int_equal(b.v % MIB(2), 0);
	struct vm_plan *vm = add_vm("a", POLICY_SHARED, 1, 970);

	plan_place(&planner);
	assert_false(vm->refused);
	for (u32 i = 0; i < vm->nr_ram; i++) {
		assert_false(range_inside(a.v, 1, vm->ram[i].hpa.v, vm->ram[i].size));
		assert_false(range_inside(b.v, 1, vm->ram[i].hpa.v, vm->ram[i].size));
	}
	assert_int_equal(plan_carve(&planner.mem, GIB(1), KIB(4), 0).v, 0);
	assert_int_equal(plan_carve(&planner.mem, KIB(4), KIB(4), 1).v, 0);
	assert_int_equal(plan_carve(&planner.mem, 0, KIB(4), 0).v, 0);
	assert_int_equal(plan_carve(&planner.mem, UINT64_MAX, KIB(4), 0).v, 0);
}

static u64 two_mib(const struct plan *pl)
{
	u64 placed = 0;

	for (u32 i = 0; i < pl->nr_vms; i++)
		placed += !pl->vms[i].refused && pl->vms[i].nr_ram;
	return placed * MIB(2);
}

static void what_the_hypervisor_needs_stays_free(void **state)
{
	(void)state;
	planner.reserve = two_mib;
	struct vm_plan *a = add_vm("a", POLICY_PINNED, 4, 975), *b = add_vm("b", POLICY_PINNED, 4, 974);
	struct vm_plan *c = add_vm("c", POLICY_SHARED, 1, 2);

	plan_place(&planner);
	assert_true(a->refused && !b->refused && c->refused);
	assert_true(
		env_has("refused: /vms/a/memory-mib: 975 asked, but the hypervisor needs 2048 KiB itself"));
	assert_int_equal(a->nr_ram, 0);
	assert_int_equal(plan_mem_free(&planner.mem, NODE_ANY), MIB(2));
	assert_int_not_equal(plan_carve(&planner.mem, MIB(2), KIB(64), NODE_ANY).v, 0);
}

static void released_memory_is_merged_again(void **state)
{
	hpa_t block[8];

	(void)state;
	for (u32 i = 0; i < 8; i++)
		block[i] = plan_carve(&planner.mem, MIB(1), MIB(1), 0);
	for (u32 i = 0; i < 8; i += 2)
		plan_release(&planner.mem, block[i], MIB(1), 0);
	assert_true(planner.mem.nr > 1);
	for (u32 i = 1; i < 8; i += 2)
		plan_release(&planner.mem, block[i], MIB(1), 0);
	assert_int_equal(planner.mem.nr, 1);
	assert_int_equal(planner.mem.free[0].size, machine.ram[0].size);
}

static void page_0_is_never_free(void **state)
{
	(void)state;
	machine.ram[0] = (struct mem_range){HPA(0), KIB(8), 0};
	begin();
	assert_int_equal(plan_mem_free(&planner.mem, NODE_ANY), KIB(4));
	assert_int_equal(plan_carve(&planner.mem, KIB(4), KIB(4), 0).v, KIB(4));
	assert_int_equal(plan_carve(&planner.mem, KIB(4), KIB(4), 0).v, 0);
}

static u32 seed = 1;

static u32 any(u32 below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % below;
}

static bool was_free(u64 base, u64 size)
{
	for (u32 i = 0; i < machine.nr_ram; i++)
		if (range_inside(base, size, machine.ram[i].base.v, machine.ram[i].size))
			return true;
	return false;
}

static void check_pieces(const struct vm_plan *a)
{
	u64 sum = 0;

	for (u32 i = 0; i < a->nr_ram; i++) {
		assert_true(was_free(a->ram[i].hpa.v, a->ram[i].size));
		assert_int_equal(a->ram[i].gpa.v, GIB(1) + sum);
		assert_int_equal((a->ram[i].hpa.v | a->ram[i].size) & (PAGE_SIZE - 1), 0);
		sum += a->ram[i].size;
	}
	assert_true(a->refused ? sum == 0 : sum == a->memory);
}

static void check_apart(const struct vm_plan *a, const struct vm_plan *b)
{
	for (u32 i = 0; i < a->nr_ram; i++)
		for (u32 j = 0; j < b->nr_ram; j++) {
			const struct vm_ram *x = &a->ram[i], *y = &b->ram[j];

			assert_true(x->hpa.v + x->size <= y->hpa.v || y->hpa.v + y->size <= x->hpa.v);
		}
}

static void random_machines_never_give_memory_twice(void **state)
{
	(void)state;
	for (u32 round = 0; round < 300; round++) {
		u64 at = PAGE_SIZE * any(1000), all = 0;

		env_machine();
		machine.nr_nodes = 2;
		for (u32 i = 0; i < 4; i++)
			machine.cpus[i].node = i & 1;
		machine.nr_ram = 1 + any(20);
		for (u32 i = 0; i < machine.nr_ram; i++) {
			at += PAGE_SIZE * (1 + any(5000));
			u64 size = PAGE_SIZE * (1 + any(any(4) ? 20000 : 600000));

			machine.ram[i] = (struct mem_range){HPA(at), size, any(2)};
			at += size;
			all += size;
		}
		begin();
		u32 nr = 1 + any(10);

		for (u32 i = 0; i < nr; i++)
			add_vm("vm", any(3) ? POLICY_SHARED : POLICY_PINNED, 1 + any(3),
			       1 + any(any(3) ? 60 : 3000));
		plan_place(&planner);
		for (u32 i = 0; i < nr; i++) {
			check_pieces(&plan.vms[i]);
			for (u32 k = 0; k < plan.vms[i].nr_ram; k++)
				all -= plan.vms[i].ram[k].size;
			for (u32 j = 0; j < i; j++)
				check_apart(&plan.vms[i], &plan.vms[j]);
		}
		assert_int_equal(plan_mem_free(&planner.mem, NODE_ANY), all);
	}
}

/* ---- layout ---- */

static void the_layout_is_that_of_the_manual(void **state)
{
	struct vm_plan *a = add_vm("a", POLICY_SHARED, 1, 16);

	(void)state;
	assert_int_equal(a->layout.ram.v, 0x40000000);
	assert_int_equal(a->layout.uart.v, 0x09000000);
	assert_int_equal(a->layout.rtc.v, 0x09010000);
	assert_int_equal(a->layout.flash[1].v, 0x04000000);
	assert_int_equal(a->layout.intc_dist.v, 0x08000000);
	assert_int_equal(a->layout.intc_cpu.v, 0x080a0000);
	assert_int_equal(a->layout.ecam.v, 0x4010000000);
	assert_int_equal(a->layout.pci32.v, 0x10000000);
	assert_int_equal(a->layout.pci64.v, 0x8000000000);
	assert_int_equal(a->layout.ipa_bits, 40);
}

static void ram_that_reaches_a_region_moves_it_up(void **state)
{
	(void)state;
	env_ipa_bits = 48;
	/* One byte below the ECAM: nothing moves. */
	struct vm_plan *a = add_vm("a", POLICY_SHARED, 1, (0x4010000000 - GIB(1)) >> 20);

	assert_int_equal(a->layout.ecam.v, 0x4010000000);
	/* One MiB more. */
	struct vm_plan *b = add_vm("b", POLICY_SHARED, 1, 1 + ((0x4010000000 - GIB(1)) >> 20));

	assert_int_equal(b->layout.ecam.v, 0x4020000000);
	assert_int_equal(b->layout.pci64.v, 0x8000000000);
	assert_int_equal(b->layout.ipa_bits, 40);
	struct vm_plan *c = add_vm("c", POLICY_SHARED, 1, 600 << 10);

	assert_int_equal(c->layout.ecam.v, GIB(601));
	assert_int_equal(c->layout.pci64.v, GIB(1024));
	assert_int_equal(c->layout.ipa_bits, 41);
}

static void a_region_beyond_the_machine_s_addresses_is_not_there(void **state)
{
	(void)state;
	env_ipa_bits = 39;
	struct vm_plan *a = add_vm("a", POLICY_SHARED, 1, 16);

	assert_int_equal(a->layout.ecam.v, 0x4010000000);
	assert_int_equal(a->layout.pci64_size, 0);
	assert_int_equal(a->layout.ipa_bits, 39);
	env_ipa_bits = 36;
	struct vm_plan *b = add_vm("b", POLICY_SHARED, 1, 16);

	assert_int_equal(b->layout.ecam_size, 0);
	assert_int_equal(b->layout.ipa_bits, 36);
	struct vm_plan *c = add_vm("c", POLICY_SHARED, 1, 64 << 10);

	assert_true(c->refused);
	assert_true(
		env_has("refused: /vms/c/memory-mib: 65536 asked, 64512 fit in guest addresses of 36 bits"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(pinned_vcpus_get_whole_cpus_and_housekeeping_ones_last, setup),
		cmocka_unit_test_setup(a_pinned_vm_without_enough_free_cpus_is_refused, setup),
		cmocka_unit_test_setup(shared_vcpus_never_land_on_pinned_cpus_whatever_the_order, setup),
		cmocka_unit_test_setup(shared_vcpus_go_where_the_least_weight_is, setup),
		cmocka_unit_test_setup(vcpus_of_one_vm_are_spread_before_they_share, setup),
		cmocka_unit_test_setup(a_shared_vm_is_refused_when_all_cpus_are_pinned, setup),
		cmocka_unit_test_setup(chosen_cpus_keep_clear_of_those_the_manifest_fixes, setup),
		cmocka_unit_test_setup(all_of_a_vm_is_on_one_node_with_its_memory, setup),
		cmocka_unit_test_setup(a_vm_too_wide_for_a_node_spans_nodes, setup),
		cmocka_unit_test_setup(numa_node_decides_over_memory_and_attracts_cpus, setup),
		cmocka_unit_test_setup(a_vm_refused_for_memory_gives_its_cpus_back, setup),
		cmocka_unit_test_setup(two_vms_on_one_exclusive_cpu_are_both_refused, setup),
		cmocka_unit_test_setup(each_of_three_in_conflict_names_the_others, setup),
		cmocka_unit_test_setup(shared_vms_may_name_the_same_cpu, setup),
		cmocka_unit_test_setup(a_vm_refused_already_is_in_no_conflict, setup),
		cmocka_unit_test_setup(two_vms_with_one_device_are_both_refused, setup),
		cmocka_unit_test_setup(one_vm_asking_a_device_twice_is_refused, setup),
		cmocka_unit_test_setup(a_small_vm_is_congruent_modulo_2_mib, setup),
		cmocka_unit_test_setup(a_large_vm_is_congruent_modulo_1_gib, setup),
		cmocka_unit_test_setup(a_large_vm_takes_what_fits_when_1_gib_does_not, setup),
		cmocka_unit_test_setup(a_vm_is_made_from_several_ranges, setup),
		cmocka_unit_test_setup(the_last_free_page_can_be_given_out, setup),
		cmocka_unit_test_setup(too_many_pieces_are_refused_and_nothing_is_lost, setup),
		cmocka_unit_test_setup(carved_memory_is_aligned_and_never_given_out_again, setup),
		cmocka_unit_test_setup(what_the_hypervisor_needs_stays_free, setup),
		cmocka_unit_test_setup(released_memory_is_merged_again, setup),
		cmocka_unit_test_setup(page_0_is_never_free, setup),
		cmocka_unit_test_setup(random_machines_never_give_memory_twice, setup),
		cmocka_unit_test_setup(the_layout_is_that_of_the_manual, setup),
		cmocka_unit_test_setup(ram_that_reaches_a_region_moves_it_up, setup),
		cmocka_unit_test_setup(a_region_beyond_the_machine_s_addresses_is_not_there, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
