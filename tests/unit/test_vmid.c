/* SPDX-License-Identifier: Apache-2.0 */
/* VMID generations with 2 bits: three VMIDs for more VMs than that, on CPUs with a model of the tagged TLB.
 * SOURCES: arch/arm64/vmid.c hal/fake/fake.c hal/fake/fake_cpu.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/arm64/vmid.h"

#define CPUS 2
#define VMS 7
#define NOBODY 0xff

static struct vmid_pool pool;
static struct vmid vms[VMS];
static u8 loaded[CPUS];     /* VM on each CPU */
static u8 cached[1u << 16]; /* by VMID: whose translations some TLB holds */
static u8 under[CPUS];      /* VMID in VTTBR_EL2 of each CPU, 0: none */
static u32 flushes;

/* All translations of all CPUs go; those of running VMs may come back at once. */
void vmid_flush_all(void)
{
	flushes++;
	memset(cached, NOBODY, sizeof(cached));
	for (u32 cpu = 0; cpu < CPUS; cpu++)
		if (under[cpu])
			cached[under[cpu]] = loaded[cpu];
}

static int begin(void **state)
{
	(void)state;
	vmid_pool_init(&pool, 2);
	memset(vms, 0, sizeof(vms));
	memset(loaded, NOBODY, sizeof(loaded));
	memset(cached, NOBODY, sizeof(cached));
	memset(under, 0, sizeof(under));
	flushes = 0;
	return 0;
}

static void put(u32 cpu)
{
	under[cpu] = 0;
	loaded[cpu] = NOBODY;
	vmid_put(&pool, cpu);
}

/* Load a VM and use it: nothing of another VM may be found under its VMID, nor may another VM run under it. */
static u32 load(u32 cpu, u8 vm)
{
	u32 id = vmid_load(&pool, cpu, &vms[vm]);

	assert_in_range(id, 1, 3);
	if (cached[id] != NOBODY)
		assert_int_equal(cached[id], vm);
	for (u32 other = 0; other < CPUS; other++)
		if (other != cpu && under[other] && loaded[other] != vm)
			assert_int_not_equal(under[other], id);
	under[cpu] = (u8)id;
	loaded[cpu] = vm;
	cached[id] = vm;
	return id;
}

static void a_vm_keeps_its_vmid_while_there_are_enough(void **state)
{
	u32 id[3];

	(void)state;
	for (u8 vm = 0; vm < 3; vm++) {
		id[vm] = load(0, vm);
		put(0);
	}
	for (u8 vm = 0; vm < 3; vm++) {
		assert_int_equal(load(1, vm), id[vm]);
		put(1);
	}
	assert_true(id[0] != id[1] && id[1] != id[2] && id[0] != id[2]);
	assert_int_equal(flushes, 0);
}

static void the_fourth_vm_begins_a_generation_with_one_flush(void **state)
{
	(void)state;
	for (u8 vm = 0; vm < 4; vm++) {
		(void)load(0, vm);
		put(0);
	}
	assert_int_equal(flushes, 1);
}

static void a_vm_that_runs_keeps_its_vmid_through_a_rollover(void **state)
{
	u32 id = load(1, 0);

	(void)state;
	for (u8 vm = 1; vm < 7; vm++) {
		(void)load(0, vm);
		put(0);
	}
	assert_true(flushes >= 1);
	/* a second vCPU of it, and it again after it was put */
	assert_int_equal(load(0, 0), id);
	put(0);
	put(1);
	assert_int_equal(load(1, 0), id);
}

static void a_vm_that_runs_through_two_rollovers_keeps_its_vmid(void **state)
{
	u32 id = load(1, 0);

	(void)state;
	for (u32 round = 0; round < 20; round++) {
		(void)load(0, (u8)(1 + round % 6));
		put(0);
	}
	assert_true(flushes >= 2);
	put(1);
	assert_int_equal(load(0, 0), id);
}

static void what_was_put_before_a_rollover_is_not_valid_after_it(void **state)
{
	(void)state;
	(void)load(0, 0);
	put(0);
	assert_true(vmid_valid(&pool, &vms[0]));
	for (u8 vm = 1; vm < 5; vm++) {
		(void)load(0, vm);
		put(0);
	}
	assert_false(vmid_valid(&pool, &vms[0]));
}

static void a_vm_that_runs_is_valid_through_a_rollover(void **state)
{
	(void)state;
	(void)load(1, 0);
	for (u8 vm = 1; vm < 5; vm++) {
		(void)load(0, vm);
		put(0);
	}
	assert_true(vmid_valid(&pool, &vms[0]));
}

static void a_vm_that_never_ran_has_nothing_to_flush(void **state)
{
	(void)state;
	assert_false(vmid_valid(&pool, &vms[3]));
}

static void both_cpus_can_run_one_vm(void **state)
{
	(void)state;
	assert_int_equal(load(0, 2), load(1, 2));
}

/* The invariant is in load(); here is every order of loads and puts, at random, and a check that a flush by VMID is never missed. */
static void any_history_keeps_vms_apart(void **state)
{
	u64 x = 88172645463325252ULL;

	(void)state;
	for (u32 n = 0; n < 500000; n++) {
		u32 cpu, vm;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		cpu = (u32)(x >> 20) % CPUS;
		vm = (u32)(x >> 30) % (n & 0x1000 ? VMS : 4);
		if (under[cpu])
			put(cpu);
		if (x >> 60 > 2)
			(void)load(cpu, (u8)vm);
		/* what is cached under a VM's VMID is found by a flush of that VM */
		for (u32 id = 1; id < 4; id++)
			if (cached[id] != NOBODY)
				assert_true(!vmid_valid(&pool, &vms[cached[id]]) ||
					    (vms[cached[id]].context & 0xffff) == id);
	}
	assert_true(flushes > 1000);
}

static void what_is_cached_belongs_to_a_valid_vmid(void **state)
{
	u64 x = 1234567;

	(void)state;
	for (u32 n = 0; n < 200000; n++) {
		u32 cpu;

		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		cpu = (u32)(x >> 33) % CPUS;
		if (under[cpu])
			put(cpu);
		(void)load(cpu, (u8)((x >> 40) % VMS));
		for (u32 id = 1; id < 4; id++)
			if (cached[id] != NOBODY)
				assert_true(vmid_valid(&pool, &vms[cached[id]]));
	}
}

#define T(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_vm_keeps_its_vmid_while_there_are_enough),
		T(the_fourth_vm_begins_a_generation_with_one_flush),
		T(a_vm_that_runs_keeps_its_vmid_through_a_rollover),
		T(a_vm_that_runs_through_two_rollovers_keeps_its_vmid),
		T(what_was_put_before_a_rollover_is_not_valid_after_it),
		T(a_vm_that_runs_is_valid_through_a_rollover),
		T(a_vm_that_never_ran_has_nothing_to_flush),
		T(both_cpus_can_run_one_vm),
		T(any_history_keeps_vms_apart),
		T(what_is_cached_belongs_to_a_valid_vmid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
