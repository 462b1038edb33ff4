/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: core/vm_names.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c hal/fake/fake_vcpu.c */
/*
 * The policies `pinned` and `shared` over simulated time on one CPU, wake-ups,
 * storms, housekeeping beside a guest. A tick is a microsecond.
 */
#include "tests/unit/core_under_test.h"

#define MS 1000u
#define S 1000000u

/* What the guest on a vCPU does: compute for `run`, sleep for `sleep`, again; run 0: compute for ever. */
struct load {
	struct vcpu *v;
	u64 run, sleep;
	u64 left;
	u64 got;        /* CPU time */
	u64 since;      /* runs without a break since */
	u64 ready_at;   /* last time it became ready */
	u64 worst_wait; /* from ready or preempted to running */
	u64 shortest;   /* time it ran before it was preempted */
	bool was_running;
};

static struct load loads[8];
static u32 nr_loads;

static int setup(void **state UNUSED)
{
	core_reset(2, 0);
	memset(loads, 0, sizeof(loads));
	nr_loads = 0;
	return 0;
}

static int teardown(void **state UNUSED)
{
	if (fake_violations)
		print_error("%s\n", fake_last_violation);
	return (int)fake_violations;
}

static bool no_house(void)
{
	return false;
}

/* A VM with one vCPU on CPU 0 that runs now, as if it had been built and started. */
static struct load *add(u32 weight, u64 run, u64 sleep)
{
	static const u16 home = 0;
	static const char name[] = "abcdefgh";
	char n[2] = {name[nr_vms], 0};
	struct vm *vm = fake_vm_add(n, POLICY_SHARED, weight, 1, &home);
	struct load *l = &loads[nr_loads++];

	vm->state = VM_RUNNING;
	vm->vcpus[0].power = VCPU_ON;
	vm->vcpus[0].held = 0;
	*l = (struct load){.v = &vm->vcpus[0], .run = run, .sleep = sleep, .left = run};
	l->shortest = NO_DEADLINE;
	l->ready_at = fake_cpu.now;
	vcpu_request(l->v, VCPU_REQ_RUN);
	return l;
}

static struct load *current_load(void)
{
	for (u32 i = 0; i < nr_loads; i++)
		if (loads[i].v == cpus[0].current)
			return &loads[i];
	return NULL;
}

static void note_switches(const struct load *now_running)
{
	for (u32 i = 0; i < nr_loads; i++) {
		struct load *l = &loads[i];
		bool running = l == now_running;

		if (running && !l->was_running) {
			l->since = fake_cpu.now;
			l->worst_wait = max_u64(l->worst_wait, fake_cpu.now - l->ready_at);
		}
		if (!running && l->was_running) {
			if (l->v->queued)
				l->shortest = min_u64(l->shortest, fake_cpu.now - l->since);
			l->ready_at = fake_cpu.now;
		}
		if (l->v->held)
			l->ready_at = l->v->arch->deadline;
		l->was_running = running;
	}
}

static void run_until(u64 end)
{
	while (fake_cpu.now < end) {
		u64 next = end;

		rounds(0);
		struct load *l = current_load();
		note_switches(l);
		next = min_u64(next, max_u64(fake_cpu.armed, fake_cpu.now));
		if (l && l->run)
			next = min_u64(next, fake_cpu.now + l->left);
		if (l) {
			l->got += next - fake_cpu.now;
			l->left -= l->run ? next - fake_cpu.now : 0;
		}
		fake_cpu.now = next;
		if (l && l->run && !l->left) {
			l->left = l->run;
			l->v->arch->deadline = fake_cpu.now + l->sleep;
			vcpu_block(l->v);
		}
		if (l)
			l->v->arch->delivered = false;
	}
	rounds(0);
}

static void run_for(u64 ticks)
{
	run_until(fake_cpu.now + ticks);
}

/* got is within 2 % of part/whole of total. */
static void assert_share(const struct load *l, u64 part, u64 whole, u64 total)
{
	u64 fair = total * part / whole;

	if (l->got * 100 < fair * 98 || l->got * 100 > fair * 102)
		fail_msg("%s got %llu us, its share is %llu us", l->v->vm->plan->name,
			 (unsigned long long)l->got, (unsigned long long)fair);
}

/* ---- pinned ---- */

static void run_time_is_known_between_two_decisions(void **state UNUSED)
{
	static const u16 home = 0;
	struct vm *vm = fake_vm_add("p", POLICY_PINNED, 100, 1, &home);
	struct vcpu *v = &vm->vcpus[0];

	fake_cpu.now = 3 * S;
	vm->state = VM_RUNNING;
	v->power = VCPU_ON;
	v->held = 0;
	assert_int_equal(vcpu_run_ticks(v), 0); /* not loaded */
	vcpu_request(v, VCPU_REQ_RUN);
	rounds(0);
	assert_true(v->arch->loaded);
	fake_time_advance(40 * S);
	rounds(0);
	assert_int_equal(v->run_ticks, 0); /* nothing was decided since */
	fake_on(1);
	assert_int_equal(vcpu_run_ticks(v), 40 * S);
	store_relaxed(&vm->live, 1);
	vcpu_request(v, VCPU_REQ_STOP);
	rounds(0);
	assert_false(v->arch->loaded);
	assert_int_equal(v->run_ticks, 40 * S);
	fake_time_advance(S);
	assert_int_equal(vcpu_run_ticks(v), 40 * S);
}

static void a_pinned_vcpu_has_no_slice_and_no_timer(void **state UNUSED)
{
	static const u16 home = 0;
	struct vm *vm = fake_vm_add("p", POLICY_PINNED, 100, 1, &home);

	vm->state = VM_RUNNING;
	vm->vcpus[0].power = VCPU_ON;
	vm->vcpus[0].held = 0;
	vcpu_request(&vm->vcpus[0], VCPU_REQ_RUN);
	rounds(0);
	assert_ptr_equal(cpus[0].current, &vm->vcpus[0]);
	assert_int_equal(fake_cpu.arms, 0);
	vcpu_yield(&vm->vcpus[0]);
	assert_int_equal(cpus[0].attention, 0);
	vcpu_block(&vm->vcpus[0]);
	rounds(0);
	assert_null(cpus[0].current);
	fake_virq(&vm->vcpus[0]);
	rounds(0);
	assert_ptr_equal(cpus[0].current, &vm->vcpus[0]);
	assert_int_equal(fake_cpu.arms, 0);
}

static void realtime_and_cyclic_are_not_in_this_build(void **state UNUSED)
{
	assert_string_equal(sched_policies[POLICY_PINNED]->name, "pinned");
	assert_string_equal(sched_policies[POLICY_SHARED]->name, "shared");
	assert_null(sched_policies[POLICY_REALTIME]);
	assert_null(sched_policies[POLICY_CYCLIC]);
}

/* ---- shared ---- */

static void a_lone_shared_vcpu_has_no_slice_timer(void **state UNUSED)
{
	struct load *a = add(100, 0, 0);

	run_for(10 * S);
	assert_int_equal(fake_cpu.arms, 0);
	assert_int_equal(a->got, 10 * S);
	assert_int_equal(a->v->arch->loads, 1);
}

static void the_slice_timer_comes_and_goes_with_company(void **state UNUSED)
{
	add(100, 0, 0);
	struct load *b = add(100, 3 * MS, 100 * S);

	run_for(1);
	assert_true(fake_cpu.armed <= 10 * MS);
	run_for(50 * MS); /* b sleeps now */
	assert_int_equal(b->got, 3 * MS);
	assert_false(cpus[0].slice.armed);
}

static void equal_weights_share_in_slices_of_ten_milliseconds(void **state UNUSED)
{
	struct load *a = add(100, 0, 0), *b = add(100, 0, 0);

	run_for(10 * S);
	assert_share(a, 1, 2, 10 * S);
	assert_share(b, 1, 2, 10 * S);
	assert_in_range(a->v->arch->loads, 490, 510);
	assert_int_equal(a->shortest, 10 * MS);
}

static void weights_are_kept_within_two_percent(void **state UNUSED)
{
	static const u32 rows[][4] = {
		{100, 300}, {100, 200, 700}, {10000, 100}, {1, 3, 6}, {100, 100, 100, 50}};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		u64 whole = 0;

		setup(NULL);
		for (u32 k = 0; k < 4 && rows[i][k]; k++) {
			add(rows[i][k], 0, 0);
			whole += rows[i][k];
		}
		run_for(200 * S);
		for (u32 k = 0; k < nr_loads; k++)
			assert_share(&loads[k], rows[i][k], whole, 200 * S);
	}
}

static void the_lightest_waits_a_bounded_time_beside_the_heaviest(void **state UNUSED)
{
	struct load *light = add(1, 0, 0);

	add(10000, 0, 0);
	run_for(200 * S);
	assert_true(light->v->arch->loads >= 15);
	assert_true(light->worst_wait <= 11 * S); /* its slice of 1 ms, ten thousand times */
}

static void a_long_sleep_is_not_saved_up(void **state UNUSED)
{
	struct load *a = add(100, 0, 0), *b = add(100, 1 * MS, 60 * S);

	run_for(60 * S);
	b->run = 0; /* from now on it computes */
	u64 a0 = a->got, b0 = b->got;
	run_for(1 * S);
	assert_true(b->got - b0 <= 500 * MS + 15 * MS);
	assert_true(a->got - a0 >= 500 * MS - 15 * MS);
}

static void one_that_ran_while_the_others_slept_does_not_pay_for_it(void **state UNUSED)
{
	struct load *a = add(100, 0, 0);

	run_for(3600ull * S);
	struct load *b = add(100, 0, 0);
	u64 a0 = a->got;
	run_for(2 * S);
	assert_share(b, 1, 1, 1 * S);
	assert_true(a->got - a0 >= 980 * MS);
}

static void a_newcomer_starts_with_the_others_not_before_them(void **state UNUSED)
{
	struct load *a = add(100, 0, 0), *b = add(100, 0, 0);

	run_for(100 * S);
	struct load *c = add(100, 0, 0);
	u64 a0 = a->got, b0 = b->got;
	run_for(3 * S);
	assert_share(c, 1, 1, 1 * S);
	assert_true(a->got - a0 >= 970 * MS && b->got - b0 >= 970 * MS);
}

static void one_that_sleeps_much_is_served_within_a_millisecond(void **state UNUSED)
{
	struct load *io = add(100, 100, 5 * MS);

	add(100, 0, 0);
	run_for(100 * MS);
	io->worst_wait = 0;
	run_for(10 * S);
	assert_true(io->worst_wait <= 1 * MS);
	assert_true(io->v->arch->loads > 1500);
}

static void wake_ups_cannot_preempt_more_often_than_once_a_millisecond(void **state UNUSED)
{
	struct load *a = add(100, 0, 0), *b = add(100, 10, 10);

	run_for(10 * S);
	assert_true(a->shortest >= 1 * MS);
	assert_true(a->got >= 5 * S);
	assert_true(b->v->arch->loads <= 10 * 1000 + 10);
}

static void two_vcpus_of_one_vm_share_like_any_two(void **state UNUSED)
{
	static const u16 homes[] = {0, 0};
	struct vm *vm = fake_vm_add("t", POLICY_SHARED, 100, 2, homes);

	vm->state = VM_RUNNING;
	for (u32 i = 0; i < 2; i++) {
		vm->vcpus[i].power = VCPU_ON;
		vm->vcpus[i].held = 0;
		loads[nr_loads++] = (struct load){.v = &vm->vcpus[i], .shortest = NO_DEADLINE};
		vcpu_request(&vm->vcpus[i], VCPU_REQ_RUN);
	}
	run_for(10 * S);
	assert_share(&loads[0], 1, 2, 10 * S);
}

static void yield_lets_the_other_go_first(void **state UNUSED)
{
	struct load *a = add(100, 0, 0), *b = add(100, 0, 0);

	run_for(300); /* less than the shortest slice */
	struct vcpu *first = cpus[0].current;
	vcpu_yield(first);
	rounds(0);
	assert_ptr_not_equal(cpus[0].current, first);
	run_for(20 * S);
	assert_share(a, 1, 2, 20 * S);
	assert_share(b, 1, 2, 20 * S);
}

static void yield_of_one_that_is_owed_time_lets_the_other_go_first_too(void **state UNUSED)
{
	struct load *heavy = add(10000, 0, 0), *light = add(100, 0, 0);

	run_for(55 * MS);
	assert_ptr_equal(cpus[0].current, heavy->v);
	vcpu_yield(heavy->v);
	rounds(0);
	assert_ptr_equal(cpus[0].current, light->v);
}

static void yield_of_a_lone_vcpu_does_nothing(void **state UNUSED)
{
	struct load *a = add(100, 0, 0);

	run_for(1);
	vcpu_yield(a->v);
	assert_int_equal(cpus[0].attention, 0);
}

static void time_is_charged_to_who_ran(void **state UNUSED)
{
	struct load *a = add(100, 0, 0), *b = add(100, 2 * MS, 3 * MS);

	run_for(10 * S);
	vcpu_block(a->v);
	vcpu_block(b->v);
	rounds(0);
	assert_int_equal(a->v->run_ticks, a->got);
	assert_int_equal(b->v->run_ticks, b->got);
}

static void random_loads_never_break_the_queue(void **state UNUSED)
{
	srand(7);
	for (u32 round = 0; round < 30; round++) {
		setup(NULL);
		for (u32 i = 0; i < 8; i++)
			add(1 + (u32)rand() % 1000, (u32)rand() % 3 ? 1 + (u32)rand() % (20 * MS) : 0,
			    1 + (u32)rand() % (20 * MS));
		for (u32 i = 0; i < 200; i++) {
			run_for((u32)rand() % (20 * MS));
			u32 n = 0, queued = 0;
			const struct vcpu *prev = NULL;
			for (const struct vcpu *v = cpus[0].runq; v; prev = v, v = v->next, n++) {
				assert_ptr_equal(v->prev, prev);
				assert_true(v->queued && !v->held && !v->stopped);
				assert_true(!prev || (s64)(v->vruntime - prev->vruntime) >= 0);
			}
			for (u32 k = 0; k < nr_loads; k++)
				queued += loads[k].v->queued;
			assert_int_equal(n, queued);
			assert_int_equal(n != 0, cpus[0].current != NULL);
		}
	}
}

/* ---- attention, wakes and storms ---- */

static void a_cpu_is_kicked_once_until_it_looks(void **state UNUSED)
{
	fake_on(1);
	cpu_attention(&cpus[0]);
	cpu_attention(&cpus[0]);
	assert_int_equal(fake_cpu.kicks[0], 1);
	rounds(0);
	fake_on(1);
	cpu_attention(&cpus[0]);
	assert_int_equal(fake_cpu.kicks[0], 1);
	cpu_attention(&cpus[1]);
	assert_int_equal(fake_cpu.kicks[1], 0); /* itself */
}

/* From CPU 1, `n` interrupts at `v`, with CPU 0 looking after each. How often was CPU 0 disturbed? */
static u32 storm(struct vcpu *v, u32 n)
{
	u32 kicks = 0;

	for (u32 i = 0; i < n; i++) {
		fake_on(1);
		fake_virq(v);
		kicks += fake_cpu.kicks[0];
		rounds(0);
	}
	return kicks;
}

static void a_storm_at_a_vcpu_that_waits_its_turn_disturbs_nobody(void **state UNUSED)
{
	struct load *a = add(100, 0, 0), *b = add(100, 0, 0);

	run_for(15 * MS); /* both ran */
	struct vcpu *waits = cpus[0].current == a->v ? b->v : a->v;
	assert_int_equal(storm(waits, 1000), 0);
	run_for(10 * MS);
	assert_ptr_equal(cpus[0].current, waits);
	assert_true(waits->arch->syncs == 0);
}

static void a_storm_at_a_vcpu_that_never_ran_or_is_off_or_stopped_disturbs_once(void **state UNUSED)
{
	struct load *a = add(100, 0, 0), *b = add(100, 0, 0);

	rounds(0);
	struct vcpu *cur = cpus[0].current, *next = cur == a->v ? b->v : a->v;
	assert_true(storm(next, 1000) <= 1);
	run_for(10 * MS);
	assert_ptr_equal(cpus[0].current, next);
	vcpu_power_off(next);
	rounds(0);
	assert_true(storm(next, 1000) <= 1);
	assert_ptr_equal(cpus[0].current, cur);
	cur->vm->live = 1;
	vcpu_request(cur, VCPU_REQ_STOP);
	rounds(0);
	assert_true(storm(cur, 1000) <= 1);
	assert_null(cpus[0].current);
}

static void a_storm_at_a_blocked_vcpu_wakes_it_once(void **state UNUSED)
{
	struct load *a = add(100, 0, 0), *b = add(100, 0, 0);

	run_for(15 * MS);
	struct vcpu *cur = cpus[0].current, *blocked = cur == a->v ? b->v : a->v;
	vcpu_block(cur);
	rounds(0);
	assert_ptr_equal(cpus[0].current, blocked);
	assert_int_equal(storm(cur, 1000), 1);
	assert_true(cur->queued);
}

static void a_wake_of_the_running_vcpu_is_delivered_at_the_tail(void **state UNUSED)
{
	struct load *a = add(100, 0, 0);

	run_for(1);
	fake_virq(a->v); /* by its own exit */
	assert_int_equal(fake_cpu.kicks[0], 0);
	rounds(0);
	assert_true(a->v->arch->delivered);
	assert_int_equal(storm(a->v, 3), 3); /* from elsewhere: its own time */
	assert_int_equal(a->v->arch->syncs, 4);
}

static void an_interrupt_that_comes_as_it_blocks_is_not_slept_through(void **state UNUSED)
{
	struct load *a = add(100, 0, 0);

	run_for(1);
	vcpu_block(a->v);
	fake_on(1);
	fake_virq(a->v);
	rounds(0);
	assert_ptr_equal(cpus[0].current, a->v);
	assert_true(a->v->arch->delivered);
}

static void a_deadline_wakes_a_blocked_vcpu(void **state UNUSED)
{
	struct load *a = add(100, 0, 0);

	run_for(1);
	a->v->arch->deadline = 5 * MS;
	vcpu_block(a->v);
	rounds(0);
	assert_null(cpus[0].current);
	assert_int_equal(fake_cpu.armed, 5 * MS);
	run_until(5 * MS);
	rounds(0);
	assert_ptr_equal(cpus[0].current, a->v);
	assert_true(a->v->arch->delivered);
}

static void a_deadline_that_passes_while_it_waits_its_turn_is_there_when_it_runs(void **state UNUSED)
{
	struct load *a = add(100, 0, 0), *b = add(100, 0, 0);

	run_for(1);
	struct vcpu *cur = cpus[0].current;
	cur->arch->deadline = 12 * MS; /* it is preempted at 10, comes back at 20 */
	run_until(20 * MS);
	rounds(0);
	assert_ptr_equal(cpus[0].current, cur);
	assert_true(cur->arch->deadline == NO_DEADLINE);
	assert_true(a->v->arch->loads + b->v->arch->loads == 3);
}

static void wake_again(struct vcpu *v)
{
	fake_on(1);
	fake_virq(v);
	fake_on(0);
}

/* The word is not 0 when the remote wake comes, so that one does not kick. */
static void resched_then_wake_again(struct vcpu *v)
{
	cpus[0].attention |= ATTN_RESCHED;
	wake_again(v);
}

static void a_storm_does_not_keep_the_tail_from_returning(void **state UNUSED)
{
	struct load *a = add(100, 0, 0);

	run_for(1);
	fake_world.on_sync = resched_then_wake_again;
	wake_again(a->v);
	fake_cpu.kicks[0] = 0;
	u32 syncs = a->v->arch->syncs;
	assert_ptr_equal(sched_tail(&cpus[0]), a->v);
	assert_in_range(a->v->arch->syncs - syncs, 1, TAIL_ROUNDS);
	assert_int_not_equal(cpus[0].attention, 0);
	assert_true(fake_cpu.kicks[0] >= 1); /* nothing is lost */
	fake_world.on_sync = NULL;
}

static void slow_storm(struct vcpu *v)
{
	fake_cpu.now += 600;
	wake_again(v);
}

static void a_storm_at_the_running_vcpu_does_not_keep_its_neighbour_out(void **state UNUSED)
{
	struct load *a = add(100, 0, 0), *b = add(100, 0, 0);

	run_for(1);
	struct vcpu *victim = cpus[0].current == a->v ? b->v : a->v;
	fake_world.on_sync = slow_storm;
	wake_again(cpus[0].current);
	for (u32 i = 0; i < 10 && cpus[0].current != victim; i++)
		(void)sched_tail(&cpus[0]); /* no interrupt is taken in between */
	assert_ptr_equal(cpus[0].current, victim);
	fake_world.on_sync = NULL;
}

/* ---- housekeeping ---- */

static u64 house_took;
static bool house_more;

static bool busy_house(void)
{
	fake_cpu.now += house_took;
	return house_more;
}

static void make_house(u64 took, bool more)
{
	core_reset(2, 1);
	nr_loads = 0;
	house_took = took;
	house_more = more;
	fake_world.house = busy_house;
}

static void housekeeping_takes_at_most_half_of_a_guests_cpu(void **state UNUSED)
{
	make_house(50, true);
	struct load *a = add(100, 0, 0);
	house_kick();
	run_for(1 * S);
	assert_true(a->got >= 490 * MS);
	assert_true(fake_world.house_calls >= 9000); /* and goes on meanwhile */
	vcpu_block(a->v);
	rounds(0);
	assert_in_range(a->v->run_ticks, a->got - 50, a->got + 50); /* is not charged to it */
}

static void a_storm_of_kicks_costs_a_guest_one_short_slice_in_fifty_microseconds(void **state UNUSED)
{
	u32 kicks = 0;

	make_house(1, false);
	struct load *a = add(100, 0, 0);
	rounds(0);
	for (u32 i = 0; i < 10000; i++) {
		fake_on(1);
		house_kick();
		kicks += fake_cpu.kicks[0];
		fake_on(0);
		run_for(1);
	}
	assert_in_range(kicks, 1, 10000 / 50 + 1);
	assert_in_range(fake_world.house_calls, 10000 / 50 - 5, 10000 / 50 + 5);
	assert_true(a->got >= 9000);
}

static bool kicks_itself(void)
{
	static u32 n;

	if (n++ == 0)
		house_kick(); /* somebody posts while the slice is at its end */
	return false;
}

static void a_kick_during_a_housekeeping_slice_is_not_lost(void **state UNUSED)
{
	make_house(1, false);
	fake_world.house = kicks_itself;
	add(100, 0, 0);
	rounds(0);
	fake_on(0);
	house_kick();
	run_for(200);
	assert_int_equal(fake_world.house_calls, 2);
}

static u32 waits_with_work;

static void on_wait(void)
{
	waits_with_work += fake_cpu.armed <= fake_cpu.now;
	if (!fake_take_irqs()) { /* it really would wait: let a guest come */
		fake_on(1);
		vcpu_request(loads[0].v, VCPU_REQ_RUN);
		fake_on(0);
		(void)fake_take_irqs();
	}
	if (fake_world.house_calls == 20)
		house_more = false;
}

static void an_idle_cpu_works_without_rest_but_takes_interrupts_in_between(void **state UNUSED)
{
	make_house(50, true);
	struct load *a = add(100, 0, 0);
	atomic_and(&a->v->requests, 0);
	cpus[0].requested = NULL;
	fake_cpu.on_wait = on_wait;
	waits_with_work = 0;
	assert_ptr_equal(sched_tail(&cpus[0]), a->v);
	assert_true(fake_world.house_calls >= 20);
	assert_true(waits_with_work >= 18);
	assert_true(fake_cpu.now <= 25 * 50);
}

static bool forty_slices(void)
{
	fake_cpu.now += 50;
	if (fake_world.house_calls == 5)
		house_kick(); /* somebody asks while the timer for what is left is set */
	return fake_world.house_calls < 40;
}

static void a_kick_beside_work_that_is_left_does_not_keep_interrupts_out(void **state UNUSED)
{
	make_house(50, true);
	fake_world.house = forty_slices;
	struct load *a = add(100, 0, 0);
	atomic_and(&a->v->requests, 0);
	cpus[0].requested = NULL;
	fake_cpu.on_wait = on_wait;
	waits_with_work = 0;
	assert_ptr_equal(sched_tail(&cpus[0]), a->v);
	assert_true(waits_with_work >= 30);
}

static void work_left_when_a_guest_comes_goes_on_beside_it(void **state UNUSED)
{
	make_house(50, true);
	fake_on(0);
	house_kick();
	rounds(0); /* idle: a slice, and more to do */
	struct load *a = add(100, 0, 0);
	rounds(0);
	assert_ptr_equal(cpus[0].current, a->v);
	u32 calls = fake_world.house_calls;
	run_for(10 * MS);
	assert_true(fake_world.house_calls >= calls + 90);
}

static void a_cpu_without_housekeeping_never_does_it(void **state UNUSED)
{
	core_reset(2, 1);
	fake_world.house = no_house;
	fake_on(1);
	cpus[1].attention = ATTN_REQUEST;
	rounds(1);
	assert_int_equal(fake_world.house_calls, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_pinned_vcpu_has_no_slice_and_no_timer),
		T(run_time_is_known_between_two_decisions),
		T(realtime_and_cyclic_are_not_in_this_build),
		T(a_lone_shared_vcpu_has_no_slice_timer),
		T(the_slice_timer_comes_and_goes_with_company),
		T(equal_weights_share_in_slices_of_ten_milliseconds),
		T(weights_are_kept_within_two_percent),
		T(the_lightest_waits_a_bounded_time_beside_the_heaviest),
		T(a_long_sleep_is_not_saved_up),
		T(one_that_ran_while_the_others_slept_does_not_pay_for_it),
		T(a_newcomer_starts_with_the_others_not_before_them),
		T(one_that_sleeps_much_is_served_within_a_millisecond),
		T(wake_ups_cannot_preempt_more_often_than_once_a_millisecond),
		T(two_vcpus_of_one_vm_share_like_any_two),
		T(yield_lets_the_other_go_first),
		T(yield_of_one_that_is_owed_time_lets_the_other_go_first_too),
		T(yield_of_a_lone_vcpu_does_nothing),
		T(time_is_charged_to_who_ran),
		T(random_loads_never_break_the_queue),
		T(a_cpu_is_kicked_once_until_it_looks),
		T(a_storm_at_a_vcpu_that_waits_its_turn_disturbs_nobody),
		T(a_storm_at_a_vcpu_that_never_ran_or_is_off_or_stopped_disturbs_once),
		T(a_storm_at_a_blocked_vcpu_wakes_it_once),
		T(a_wake_of_the_running_vcpu_is_delivered_at_the_tail),
		T(an_interrupt_that_comes_as_it_blocks_is_not_slept_through),
		T(a_deadline_wakes_a_blocked_vcpu),
		T(a_deadline_that_passes_while_it_waits_its_turn_is_there_when_it_runs),
		T(a_storm_does_not_keep_the_tail_from_returning),
		T(a_storm_at_the_running_vcpu_does_not_keep_its_neighbour_out),
		T(housekeeping_takes_at_most_half_of_a_guests_cpu),
		T(a_storm_of_kicks_costs_a_guest_one_short_slice_in_fifty_microseconds),
		T(a_kick_during_a_housekeeping_slice_is_not_lost),
		T(an_idle_cpu_works_without_rest_but_takes_interrupts_in_between),
		T(work_left_when_a_guest_comes_goes_on_beside_it),
		T(a_kick_beside_work_that_is_left_does_not_keep_interrupts_out),
		T(a_cpu_without_housekeeping_never_does_it),
	};

	return cmocka_run_group_tests_name("sched", tests, NULL, NULL);
}
