/* SPDX-License-Identifier: Apache-2.0 */
/* VMID generations with 2 bits: three VMIDs for more VMs than that, on CPUs with a model of the tagged TLB; and too few VMIDs for that.
 * SOURCES: hal/fake/fake.c hal/fake/fake_cpu.c */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hal/atomic.h"

/* Another CPU may act right before each of the module's atomic operations. */
static void (*before_swap)(void *word), (*before_exchange)(void *word);

static void call(void (**hook)(void *word), void *word)
{
	void (*fn)(void *word) = *hook;

	*hook = NULL; /* once, and not inside itself */
	if (fn)
		fn(word);
}

static bool swap(u64 *p, u64 old, u64 new_value)
{
	call(&before_swap, p);
	return atomic_cas(p, old, new_value);
}

static u64 exchange(u64 *p, u64 v)
{
	call(&before_exchange, p);
	return atomic_xchg(p, v);
}
#undef atomic_cas
#undef atomic_xchg
#define atomic_cas(p, old, new_value) swap(p, old, new_value)
#define atomic_xchg(p, v) exchange(p, v)

#include "core/vmid.c"

#define CPUS 2
#define VMS 7
#define NOBODY 0xff

static struct vmid_pool pool;
static struct vmid vms[VMS];
static u8 loaded[CPUS];     /* VM on each CPU */
static u8 cached[1u << 16]; /* by VMID: whose translations some TLB holds */
static u8 under[CPUS];      /* VMID in each CPU's registers, 0: none */
static u32 flushes;
static void (*on_flush)(void);

/* All translations of all CPUs go; those of running VMs may come back at once. */
void vmid_flush_all(void)
{
	flushes++;
	if (on_flush) {
		on_flush();
		return;
	}
	memset(cached, NOBODY, sizeof(cached));
	for (u32 cpu = 0; cpu < CPUS; cpu++)
		if (under[cpu])
			cached[under[cpu]] = loaded[cpu];
}

static u32 running; /* CPU that loads in an untagged pool */
static u32 local_flushes;
static u8 local_cached[CPUS]; /* whose translations the CPU's own TLB holds, all under VMID 0 */

void vmid_flush_local(void)
{
	assert_int_equal(under[running], 0);
	local_flushes++;
	local_cached[running] = NOBODY;
}

static int begin(void **state)
{
	(void)state;
	memset(&pool, 0, sizeof(pool));
	vmid_pool_init(&pool, 2, CPUS);
	memset(vms, 0, sizeof(vms));
	memset(loaded, NOBODY, sizeof(loaded));
	memset(cached, NOBODY, sizeof(cached));
	memset(under, 0, sizeof(under));
	memset(local_cached, NOBODY, sizeof(local_cached));
	flushes = local_flushes = 0;
	before_swap = before_exchange = NULL;
	on_flush = NULL;
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

/* ---- races: a CPU loads without the lock while another begins a generation ---- */

/* CPU 0 runs VMs 1 to 6 one after the other: two rollovers. */
static void others_roll_over(void *word)
{
	(void)word;
	for (u8 vm = 1; vm < 7; vm++) {
		(void)load(0, vm);
		put(0);
	}
	assert_true(flushes >= 1);
}

static void a_rollover_between_the_look_and_the_swap_is_noticed(void **state)
{
	(void)state;
	(void)load(1, 0);
	put(1);
	before_swap = others_roll_over;
	(void)load(1, 0); /* load() sees to it that nobody else has its VMID, nor left anything under it */
	assert_int_equal(vms[0].context >> 16, pool.generation);
	assert_true(vmid_valid(&pool, &vms[0]));
	put(1);
}

/* The same at every place of a long history: CPU 1 is about to swap, CPU 0 comes between. */
static void rollovers_at_any_swap_keep_vms_apart(void **state)
{
	u64 x = 88172645463325252ULL;

	(void)state;
	for (u32 n = 0; n < 20000; n++) {
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		if (under[0])
			put(0);
		if (under[1])
			put(1);
		before_swap = x >> 40 & 1 ? others_roll_over : NULL;
		(void)load(1, (u8)((x >> 41) % VMS));
		before_swap = NULL;
		(void)load(0, (u8)((x >> 50) % VMS));
	}
}

/* CPU 1 had read the old generation and swaps before the rollover, which has begun, comes to its word. */
static void cpu1_swaps_in_time(void *word)
{
	(void)word;
	assert_true(load_relaxed(&pool.cpu[1].active) != 0);
	assert_true(vms[0].context >> 16 < pool.generation);
	store_relaxed(&pool.cpu[1].active, vms[0].context);
	under[1] = (u8)(vms[0].context & 0xffff);
	loaded[1] = 0;
}

static void a_swap_during_a_rollover_keeps_its_vmid(void **state)
{
	u32 id = load(1, 0);

	(void)state;
	put(1);
	(void)load(0, 1);
	put(0);
	(void)load(0, 2);
	put(0);
	before_exchange = cpu1_swaps_in_time;
	(void)load(0, 3); /* begins the generation: exchanges word 0 first */
	put(0);
	assert_int_equal(flushes, 1);
	assert_true(vmid_valid(&pool, &vms[0]));
	for (u8 vm = 1; vm < 7; vm++) {
		(void)load(0, vm);
		put(0);
	}
	assert_true(vmid_valid(&pool, &vms[0]));
	put(1);
	assert_int_equal(load(1, 0), id);
}

static void a_vm_put_after_a_rollover_is_valid_until_the_next(void **state)
{
	(void)state;
	(void)load(1, 0);
	for (u8 vm = 1; vm < 4; vm++) {
		(void)load(0, vm);
		put(0);
	}
	assert_int_equal(flushes, 1);
	put(1);
	/* what it cached after the rollover is still there: a flush of the VM must find it */
	assert_true(vmid_valid(&pool, &vms[0]));
	for (u32 n = 0; flushes == 1; n++) {
		(void)load(0, (u8)(1 + n % 6));
		put(0);
	}
	assert_false(vmid_valid(&pool, &vms[0]));
}

static void a_load_without_news_takes_no_lock(void **state)
{
	(void)state;
	(void)load(1, 0);
	put(1);
	spin_lock(&pool.lock);
	(void)load(1, 0);
	put(1);
	spin_unlock(&pool.lock);
}

/* ---- fewer VMIDs than CPUs ---- */

static int begin_untagged(void **state)
{
	(void)begin(state);
	memset(&pool, 0, sizeof(pool));
	vmid_pool_init(&pool, 1, CPUS);
	return 0;
}

static void load_untagged_on(u32 cpu, u8 vm)
{
	running = cpu;
	assert_int_equal(vmid_load(&pool, cpu, &vms[vm]), 0);
	if (local_cached[cpu] != NOBODY)
		assert_int_equal(local_cached[cpu], vm);
	local_cached[cpu] = vm;
	vmid_put(&pool, cpu);
}

static void a_cpu_of_an_untagged_pool_forgets_one_vm_before_it_loads_another(void **state)
{
	u64 x = 88172645463325252ULL;

	(void)state;
	for (u32 n = 0; n < 10000; n++) {
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		load_untagged_on(x >> 40 & 1, (u8)((x >> 41) % VMS));
		for (u32 cpu = 0; cpu < CPUS; cpu++)
			if (local_cached[cpu] != NOBODY)
				assert_true(vmid_valid(&pool, &vms[local_cached[cpu]]) &&
					    vmid_of(&vms[local_cached[cpu]]) == 0);
	}
	assert_int_equal(flushes, 0);
}

static void a_vm_alone_on_its_cpu_of_an_untagged_pool_keeps_its_translations(void **state)
{
	(void)state;
	load_untagged_on(0, 1);
	load_untagged_on(1, 2);
	assert_int_equal(local_flushes, 2);
	for (u32 n = 0; n < 10; n++) {
		load_untagged_on(0, 1);
		load_untagged_on(1, 2);
	}
	assert_int_equal(local_flushes, 2);
}

static void a_vm_that_never_ran_untagged_has_nothing_to_flush(void **state)
{
	(void)state;
	load_untagged_on(0, 1);
	assert_false(vmid_valid(&pool, &vms[0]));
	assert_true(vmid_valid(&pool, &vms[1]));
}

static void a_pool_is_untagged_when_vmids_do_not_reach_for_all_cpus(void **state)
{
	static const struct {
		u32 bits, cpus;
		bool untagged;
	} pools[] = {
		{0, 1, true},          {1, 1, false},        {1, 2, true},        {2, 3, false},
		{2, 4, true},          {7, 128, true},       {8, MAX_CPUS, true}, {8, MAX_CPUS - 1, false},
		{14, MAX_CPUS, false}, {16, MAX_CPUS, false}};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(pools); i++) {
		memset(&pool, 0, sizeof(pool));
		vmid_pool_init(&pool, pools[i].bits, pools[i].cpus);
		memset(vms, 0, sizeof(vms));
		running = 0;
		assert_int_equal(vmid_load(&pool, 0, &vms[0]) == 0, pools[i].untagged);
	}
}

/* The smallest pool with tags: a CPU and a VMID. */
static void one_vmid_on_one_cpu_serves_all_vms_by_turns(void **state)
{
	(void)state;
	memset(&pool, 0, sizeof(pool));
	vmid_pool_init(&pool, 1, 1);
	for (u32 n = 0; n < 20; n++) {
		assert_int_equal(load(0, (u8)(n / 2 % VMS)), 1);
		put(0);
	}
	assert_int_equal(flushes, 9);
}

/* ---- the same with threads for CPUs ---- */

#define THREAD_LOADS 30000

static u32 runs[CPUS]; /* VM + 1 << 8 | VMID of each CPU, 0: none */
static u32 holds[4];   /* by VMID: VM + 1 whose translations are cached */
static u32 wrong;

static void forget_all(void)
{
	for (u32 id = 0; id < 4; id++)
		__atomic_store_n(&holds[id], 0, __ATOMIC_SEQ_CST);
}

static void *cpu_thread(void *arg)
{
	u32 cpu = (u32)(uintptr_t)arg;
	u64 x = 12345 + cpu;

	for (u32 n = 0; n < THREAD_LOADS; n++) {
		u32 vm, id, other, held;

		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		vm = (u32)(x >> 40) % VMS;
		id = vmid_load(&pool, cpu, &vms[vm]);
		__atomic_store_n(&runs[cpu], (vm + 1) << 8 | id, __ATOMIC_SEQ_CST);
		other = __atomic_load_n(&runs[!cpu], __ATOMIC_SEQ_CST);
		held = __atomic_load_n(&holds[id], __ATOMIC_SEQ_CST);
		if ((other && (other & 0xff) == id && other >> 8 != vm + 1) || (held && held != vm + 1))
			__atomic_fetch_add(&wrong, 1, __ATOMIC_SEQ_CST);
		__atomic_store_n(&holds[id], vm + 1, __ATOMIC_SEQ_CST);
		__atomic_store_n(&runs[cpu], 0, __ATOMIC_SEQ_CST);
		vmid_put(&pool, cpu);
	}
	return NULL;
}

static void two_cpus_at_once_never_share_a_vmid(void **state)
{
	pthread_t thread[CPUS];

	(void)state;
	on_flush = forget_all;
	for (uintptr_t i = 0; i < CPUS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, cpu_thread, (void *)i), 0);
	for (u32 i = 0; i < CPUS; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	assert_int_equal(wrong, 0);
	assert_true(flushes > 1000);
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
		T(a_rollover_between_the_look_and_the_swap_is_noticed),
		T(rollovers_at_any_swap_keep_vms_apart),
		T(a_swap_during_a_rollover_keeps_its_vmid),
		T(a_vm_put_after_a_rollover_is_valid_until_the_next),
		T(a_load_without_news_takes_no_lock),
		cmocka_unit_test_setup(a_cpu_of_an_untagged_pool_forgets_one_vm_before_it_loads_another,
				       begin_untagged),
		cmocka_unit_test_setup(a_vm_alone_on_its_cpu_of_an_untagged_pool_keeps_its_translations,
				       begin_untagged),
		cmocka_unit_test_setup(a_vm_that_never_ran_untagged_has_nothing_to_flush, begin_untagged),
		T(a_pool_is_untagged_when_vmids_do_not_reach_for_all_cpus),
		T(one_vmid_on_one_cpu_serves_all_vms_by_turns),
		T(two_cpus_at_once_never_share_a_vmid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
