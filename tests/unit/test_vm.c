/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: core/vm_names.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c hal/fake/fake_vcpu.c */
/* The life of VMs: every transition, the restart limit, power of vCPUs. Interleavings are in test_smp.c. */
#include "tests/unit/core_under_test.h"

static struct vm *vm, *other;

static int setup(void **state UNUSED)
{
	static const u16 homes[] = {1, 2, 1};

	core_reset(3, 1);
	vm = fake_vm_add("a", POLICY_SHARED, 100, 3, homes);
	other = fake_vm_add("b", POLICY_SHARED, 100, 1, homes);
	return 0;
}

static int teardown(void **state UNUSED)
{
	if (fake_violations)
		print_error("%s\n", fake_last_violation);
	return (int)fake_violations;
}

static void post(enum vm_event ev)
{
	vm_post(vm, ev);
	settle();
}

static void bring_to(enum vm_state state)
{
	if (state == VM_ABSENT)
		return;
	post(VM_EV_CREATE);
	if (state == VM_READY)
		return;
	post(VM_EV_START);
	if (state == VM_PAUSED)
		post(VM_EV_PAUSE);
	else if (state == VM_HALTED)
		post(VM_EV_HALT);
}

static bool noticed(const char *text)
{
	return strstr(fake_world.last_notice, text);
}

#define assert_state(s) assert_string_equal(vm_state_name(vm->state), vm_state_name(s))

static void create_builds_and_waits_for_start(void **state UNUSED)
{
	fake_world.build_steps = 3;
	post(VM_EV_CREATE);
	assert_state(VM_READY);
	assert_int_equal(vm->arch->built, 1);
	assert_false(fake_vm_loaded(vm));
	post(VM_EV_START);
	assert_state(VM_RUNNING);
	assert_true(vm->vcpus[0].arch->loaded);
	assert_int_equal(vm->arch->built, 1); /* a fresh one is not built again */
}

static void only_vcpu_0_runs_after_start(void **state UNUSED)
{
	bring_to(VM_RUNNING);
	assert_int_equal(vm->vcpus[0].power, VCPU_ON);
	assert_int_equal(vm->vcpus[1].power, VCPU_OFF);
	assert_int_equal(vm->vcpus[1].arch->loads, 0);
	assert_int_equal(vm->vcpus[2].arch->loads, 0);
}

static void create_and_start_posted_together_start_it(void **state UNUSED)
{
	vm_post(vm, VM_EV_START);
	vm_post(vm, VM_EV_CREATE);
	settle();
	assert_state(VM_RUNNING);
}

static void a_step_is_done_a_call_and_its_time_is_charged(void **state UNUSED)
{
	fake_world.build_steps = 4;
	fake_world.step_ticks = 7;
	fake_on(0);
	vm_post(vm, VM_EV_CREATE);
	vm_post(other, VM_EV_CREATE);
	u32 calls = 0;
	while (vm_work()) {
		calls++;
		if (vm->state == VM_BUILDING && other->state == VM_BUILDING)
			assert_in_range(vm->step + 1 - other->step, 0, 2);
	}
	assert_int_equal(calls, 2 * (1 + 5)); /* in turns */
	assert_int_equal(vm->work_ticks, 35);
	assert_int_equal(other->work_ticks, 35);
}

static void vm_work_does_nothing_on_other_cpus(void **state UNUSED)
{
	vm_post(vm, VM_EV_CREATE);
	fake_on(1);
	assert_false(vm_work());
	assert_state(VM_ABSENT);
}

static void pause_puts_all_vcpus_and_stops_time_and_resume_undoes_it(void **state UNUSED)
{
	bring_to(VM_RUNNING);
	assert_int_equal(vcpu_power_on(&vm->vcpus[1], GPA(0x100), 5), OK);
	settle();
	assert_true(vm->vcpus[1].arch->loaded);
	post(VM_EV_PAUSE);
	assert_state(VM_PAUSED);
	assert_false(fake_vm_loaded(vm));
	assert_true(vm->arch->time_stopped);
	post(VM_EV_RESUME);
	assert_state(VM_RUNNING);
	assert_false(vm->arch->time_stopped);
	assert_true(vm->vcpus[0].arch->loaded && vm->vcpus[1].arch->loaded);
	assert_int_equal(vm->vcpus[1].arch->entry.v, 0x100);
	assert_int_equal(vm->arch->built, 1);
}

static void pause_then_resume_before_anybody_looked_leaves_it_running(void **state UNUSED)
{
	bring_to(VM_RUNNING);
	vm_post(vm, VM_EV_PAUSE);
	vm_post(vm, VM_EV_RESUME);
	settle();
	assert_state(VM_RUNNING);
	assert_int_equal(vm->arch->time_stops, 1);
}

static void a_blocked_and_an_off_vcpu_acknowledge_stop_too(void **state UNUSED)
{
	bring_to(VM_RUNNING);
	fake_on(1);
	vcpu_block(&vm->vcpus[0]);
	settle();
	assert_false(fake_vm_loaded(vm));
	post(VM_EV_PAUSE);
	assert_state(VM_PAUSED);
	assert_int_equal(vm->live, 0);
	post(VM_EV_RESUME);
	assert_true(vm->vcpus[0].arch->loaded); /* woke, as WFI may */
}

static void it_stays_stopping_until_the_last_acknowledge(void **state UNUSED)
{
	bring_to(VM_RUNNING);
	fake_on(0);
	vm_post(vm, VM_EV_PAUSE);
	while (vm_work())
		continue;
	assert_state(VM_STOPPING);
	assert_int_equal(vm->live, 3);
	rounds(1);
	assert_int_equal(vm->live, 1);
	fake_on(0);
	while (vm_work())
		continue;
	assert_state(VM_STOPPING);
	settle();
	assert_state(VM_PAUSED);
}

static void halt_keeps_memory_and_start_rebuilds(void **state UNUSED)
{
	bring_to(VM_RUNNING);
	post(VM_EV_HALT);
	assert_state(VM_HALTED);
	assert_true(vm->arch->dirty);
	post(VM_EV_START);
	assert_state(VM_RUNNING);
	assert_int_equal(vm->arch->built, 2);
	assert_int_equal(vm->vcpus[0].arch->resets, 2);
}

static void reset_by_a_person_always_restarts(void **state UNUSED)
{
	fake_plan(vm)->on_reset = RESET_HALT;
	bring_to(VM_RUNNING);
	for (u32 i = 0; i < 20; i++)
		post(VM_EV_RESET);
	assert_state(VM_RUNNING);
	assert_int_equal(vm->arch->built, 21);
	post(VM_EV_PAUSE);
	post(VM_EV_RESET);
	assert_state(VM_RUNNING);
	assert_false(vm->arch->time_stopped);
	post(VM_EV_HALT);
	post(VM_EV_RESET);
	assert_state(VM_RUNNING);
}

static void a_guests_reset_does_what_on_reset_says(void **state UNUSED)
{
	bring_to(VM_RUNNING);
	post(VM_EV_GUEST_RESET);
	assert_state(VM_RUNNING);
	assert_int_equal(vm->arch->built, 2);
	fake_plan(vm)->on_reset = RESET_HALT;
	post(VM_EV_GUEST_RESET);
	assert_state(VM_HALTED);
}

static void fault(void)
{
	fake_on(1);
	vm_fault(&vm->vcpus[0], "bad");
	settle();
}

static void a_fault_does_what_on_fault_says(void **state UNUSED)
{
	bring_to(VM_RUNNING);
	fault();
	assert_state(VM_HALTED);
	assert_string_equal(vm->fault_reason, "bad");
	assert_int_equal(vm->vcpus[0].arch->dumps, 1);
	fake_plan(vm)->on_fault = FAULT_RESTART;
	post(VM_EV_START);
	fault();
	assert_state(VM_RUNNING);
	assert_true(vm->vcpus[0].arch->loaded);
	fake_plan(vm)->on_fault = FAULT_DESTROY;
	fault();
	assert_state(VM_ABSENT);
	assert_false(vm->arch->dirty);
}

static void a_faulted_vcpu_is_not_entered_again(void **state UNUSED)
{
	bring_to(VM_RUNNING);
	fake_on(1);
	vm_fault(&vm->vcpus[0], "bad");
	rounds(1);
	assert_null(cpus[1].current);
	fake_virq(&vm->vcpus[0]);
	rounds(1);
	assert_null(cpus[1].current);
}

static void fault_goes_before_halt_and_halt_before_reset(void **state UNUSED)
{
	fake_plan(vm)->on_fault = FAULT_DESTROY;
	bring_to(VM_RUNNING);
	vm_post(vm, VM_EV_GUEST_RESET);
	vm_post(vm, VM_EV_HALT);
	post(VM_EV_FAULT);
	assert_state(VM_ABSENT);
	bring_to(VM_RUNNING);
	vm_post(vm, VM_EV_GUEST_RESET);
	post(VM_EV_HALT);
	assert_state(VM_HALTED);
}

static void what_the_guest_does_while_a_pause_is_under_way_is_not_lost(void **state UNUSED)
{
	bring_to(VM_RUNNING);
	fake_on(0);
	vm_post(vm, VM_EV_PAUSE);
	while (vm_work())
		continue;
	assert_state(VM_STOPPING);
	vm_post(vm, VM_EV_HALT);
	rounds(1);
	rounds(2); /* STOPPED is posted now, too */
	settle();
	assert_state(VM_HALTED);
	assert_int_equal(vm->arch->time_stops, 0);
}

static void more_than_five_restarts_in_ten_seconds_halt_it(void **state UNUSED)
{
	fake_plan(vm)->on_fault = FAULT_RESTART;
	bring_to(VM_RUNNING);
	for (u32 i = 0; i < 5; i++) {
		fault();
		assert_state(VM_RUNNING);
		fake_cpu.now += fake_cpu.hz; /* a second */
	}
	fault();
	assert_state(VM_HALTED);
	assert_int_equal(vm->arch->built, 6);
}

static void the_limit_on_restarts_says_so(void **state UNUSED)
{
	fake_plan(vm)->on_fault = FAULT_RESTART;
	bring_to(VM_RUNNING);
	for (u32 i = 0; i < 5; i++)
		fault();
	fake_on(1);
	vm_fault(&vm->vcpus[0], "bad");
	fake_on(0);
	assert_true(vm_work());
	assert_true(noticed("more than 5 restarts in 10 s"));
}

static void restarts_further_apart_go_on_for_ever(void **state UNUSED)
{
	bring_to(VM_RUNNING);
	for (u32 i = 0; i < 50; i++) {
		fake_cpu.now += 2 * fake_cpu.hz;
		post(VM_EV_GUEST_RESET);
		assert_state(VM_RUNNING);
	}
}

static void a_start_by_a_person_forgets_the_restarts(void **state UNUSED)
{
	bring_to(VM_RUNNING);
	for (u32 i = 0; i < 6; i++)
		post(VM_EV_GUEST_RESET);
	assert_state(VM_HALTED);
	post(VM_EV_START);
	for (u32 i = 0; i < 5; i++)
		post(VM_EV_GUEST_RESET);
	assert_state(VM_RUNNING);
	post(VM_EV_GUEST_RESET);
	assert_state(VM_HALTED);
}

static void a_start_after_destroy_and_create_forgets_the_restarts(void **state UNUSED)
{
	bring_to(VM_RUNNING);
	for (u32 i = 0; i < 6; i++)
		post(VM_EV_GUEST_RESET);
	assert_state(VM_HALTED);
	post(VM_EV_DESTROY);
	post(VM_EV_CREATE);
	assert_state(VM_READY);
	post(VM_EV_START);
	for (u32 i = 0; i < 5; i++)
		post(VM_EV_GUEST_RESET);
	assert_state(VM_RUNNING);
}

static void destroy_works_from_every_state_and_leaves_nothing(void **state UNUSED)
{
	static const enum vm_state from[] = {VM_READY, VM_RUNNING, VM_PAUSED, VM_HALTED};

	fake_world.scrub_steps = 3;
	for (u32 i = 0; i < ARRAY_SIZE(from); i++) {
		bring_to(from[i]);
		assert_state(from[i]);
		post(VM_EV_DESTROY);
		assert_state(VM_ABSENT);
		assert_false(vm->arch->dirty || vm->arch->mapped || vm->arch->time_stopped);
	}
	assert_int_equal(vm->arch->scrubbed, 4);
}

static void destroy_during_a_build_aborts_it(void **state UNUSED)
{
	fake_world.build_steps = 1000000;
	fake_on(0);
	vm_post(vm, VM_EV_CREATE);
	for (u32 i = 0; i < 10; i++)
		assert_true(vm_work());
	vm_post(vm, VM_EV_DESTROY);
	while (vm_work())
		continue;
	assert_state(VM_ABSENT);
	assert_int_equal(vm->arch->built, 0);
	assert_int_equal(vm->arch->scrubbed, 1);
}

static void a_build_that_fails_is_scrubbed(void **state UNUSED)
{
	fake_world.build_error = ERR_NOMEM;
	vm_post(vm, VM_EV_START);
	post(VM_EV_CREATE);
	assert_state(VM_ABSENT);
	assert_false(vm->arch->dirty);
	fake_world.build_error = OK;
	bring_to(VM_RUNNING);
	assert_state(VM_RUNNING);
}

static void create_and_start_wait_for_a_destroy_to_end(void **state UNUSED)
{
	fake_world.scrub_steps = 5;
	bring_to(VM_RUNNING);
	vm_post(vm, VM_EV_DESTROY);
	vm_post(vm, VM_EV_START);
	vm_post(vm, VM_EV_CREATE);
	/* START comes after DESTROY in order and waits with CREATE */
	settle();
	assert_state(VM_RUNNING);
	assert_int_equal(vm->arch->scrubbed, 1);
	assert_int_equal(vm->arch->built, 2);
}

static void a_thousand_lives_leave_the_vcpus_as_they_were(void **state UNUSED)
{
	for (u32 i = 0; i < 1000; i++) {
		vm_post(vm, VM_EV_START);
		post(VM_EV_CREATE);
		assert_state(VM_RUNNING);
		post(VM_EV_DESTROY);
		assert_state(VM_ABSENT);
	}
	assert_int_equal(vm->vcpus[0].arch->loads, vm->vcpus[0].arch->puts);
	assert_null(cpus[1].runq);
	assert_null(cpus[1].timers.first);
}

/* Which events each stable state refuses with a word to the person. */
static void an_event_that_does_not_fit_is_ignored_and_says_why(void **state UNUSED)
{
	static const struct {
		enum vm_state state;
		u32 fits;
	} row[] = {
		{VM_ABSENT, 1u << VM_EV_CREATE},
		{VM_READY, 1u << VM_EV_START | 1u << VM_EV_DESTROY},
		{VM_RUNNING, 1u << VM_EV_PAUSE | 1u << VM_EV_RESET | 1u << VM_EV_DESTROY},
		{VM_PAUSED, 1u << VM_EV_RESUME | 1u << VM_EV_RESET | 1u << VM_EV_DESTROY},
		{VM_HALTED, 1u << VM_EV_START | 1u << VM_EV_RESET | 1u << VM_EV_DESTROY},
	};

	for (u32 i = 0; i < ARRAY_SIZE(row); i++) {
		setup(NULL);
		bring_to(row[i].state);
		assert_state(row[i].state);
		for (u32 ev = VM_EV_DESTROY; ev < VM_EVENTS; ev++) {
			if (row[i].fits >> ev & 1)
				continue;
			fake_world.notices = 0;
			post((enum vm_event)ev);
			assert_state(row[i].state);
			assert_int_equal(fake_world.notices, 1);
			assert_true(noticed(vm_event_name(ev)) && noticed(vm_state_name(row[i].state)));
		}
	}
}

static void a_refused_vm_takes_no_event(void **state UNUSED)
{
	fake_plan(vm)->refused = true;
	for (u32 ev = 0; ev < VM_EVENTS; ev++) {
		if (ev == VM_EV_STOPPED || ev == VM_EV_BUILT || ev == VM_EV_FAILED)
			continue;
		post((enum vm_event)ev);
		assert_state(VM_ABSENT);
	}
	assert_int_equal(vm->arch->built, 0);
}

static void all_halted_holds_at_once_when_none_is_started(void **state UNUSED)
{
	settle();
	assert_int_equal(fake_world.all_halted, 1);
	post(VM_EV_CREATE);
	settle();
	assert_int_equal(fake_world.all_halted, 1); /* ready is not active */
}

static void all_halted_is_told_once_each_time_it_becomes_true(void **state UNUSED)
{
	vm_post(vm, VM_EV_START);
	post(VM_EV_CREATE);
	assert_int_equal(fake_world.all_halted, 0);
	post(VM_EV_PAUSE);
	assert_true(vm_any_active());
	assert_int_equal(fake_world.all_halted, 0);
	post(VM_EV_RESUME);
	post(VM_EV_GUEST_RESET);
	assert_int_equal(fake_world.all_halted, 0); /* about to restart */
	post(VM_EV_HALT);
	assert_int_equal(fake_world.all_halted, 1);
	settle();
	assert_int_equal(fake_world.all_halted, 1);
	post(VM_EV_START);
	vm_post(other, VM_EV_CREATE);
	vm_post(other, VM_EV_START);
	settle();
	post(VM_EV_HALT);
	assert_int_equal(fake_world.all_halted, 1); /* the other one runs */
	vm_post(other, VM_EV_DESTROY);
	settle();
	assert_int_equal(fake_world.all_halted, 2);
}

static void cpu_on_starts_it_at_the_given_entry(void **state UNUSED)
{
	bring_to(VM_RUNNING);
	fake_on(1);
	assert_int_equal(vcpu_power_on(&vm->vcpus[1], GPA(0x8000), 77), OK);
	assert_int_equal(vcpu_power_on(&vm->vcpus[1], GPA(0x9000), 78), ERR_BUSY);
	assert_int_equal(vm->vcpus[1].power, VCPU_ON_PENDING);
	settle();
	assert_true(vm->vcpus[1].arch->loaded);
	assert_int_equal(vm->vcpus[1].arch->entry.v, 0x8000);
	assert_int_equal(vm->vcpus[1].arch->arg, 77);
	assert_int_equal(vcpu_power_on(&vm->vcpus[1], GPA(0x9000), 78), ERR_EXIST);
	assert_int_equal(vm->vcpus[1].power, VCPU_ON);
}

static void cpu_off_takes_effect_when_it_is_put(void **state UNUSED)
{
	bring_to(VM_RUNNING);
	fake_on(1);
	vcpu_power_off(&vm->vcpus[0]);
	assert_int_equal(vcpu_power_on(&vm->vcpus[0], GPA(1), 1), ERR_EXIST);
	rounds(1);
	assert_int_equal(vm->vcpus[0].power, VCPU_OFF);
	assert_false(fake_vm_loaded(vm));
	settle();
	assert_state(VM_RUNNING); /* with nobody: that is the guest's business */
	assert_int_equal(vcpu_power_on(&vm->vcpus[0], GPA(0x44), 1), OK);
	settle();
	assert_int_equal(vm->vcpus[0].arch->entry.v, 0x44);
	assert_true(vm->vcpus[0].arch->loaded);
}

static void a_vcpu_that_is_being_claimed_is_busy_and_not_started(void **state UNUSED)
{
	bring_to(VM_RUNNING);
	vm->vcpus[1].claim = 1;
	vcpu_request(&vm->vcpus[1], VCPU_REQ_START); /* a stale one */
	settle();
	assert_int_equal(vm->vcpus[1].power, VCPU_OFF);
	assert_int_equal(vcpu_power_on(&vm->vcpus[1], GPA(1), 1), ERR_BUSY);
	assert_int_equal(vm->vcpus[1].arch->loads, 0);
	vm->vcpus[0].claim = 1;
	assert_int_equal(vcpu_power_on(&vm->vcpus[0], GPA(1), 1), ERR_EXIST);
}

static void cpu_on_during_a_pause_is_done_after_it(void **state UNUSED)
{
	bring_to(VM_RUNNING);
	fake_on(0);
	vm_post(vm, VM_EV_PAUSE);
	while (vm_work())
		continue;
	rounds(2);
	fake_on(1); /* vCPU 0 still runs here */
	assert_int_equal(vcpu_power_on(&vm->vcpus[1], GPA(0x55), 1), OK);
	settle();
	assert_state(VM_PAUSED);
	assert_int_equal(vm->vcpus[1].power, VCPU_ON_PENDING);
	post(VM_EV_RESUME);
	assert_int_equal(vm->vcpus[1].arch->entry.v, 0x55);
	assert_true(vm->vcpus[1].arch->loaded);
}

static void cpu_on_that_races_with_a_reset_is_taken_back(void **state UNUSED)
{
	bring_to(VM_RUNNING);
	fake_on(0);
	vm_post(vm, VM_EV_RESET);
	while (vm_work())
		continue;
	rounds(2);
	fake_on(1);
	assert_int_equal(vcpu_power_on(&vm->vcpus[1], GPA(0x55), 1), OK);
	settle();
	assert_state(VM_RUNNING);
	assert_int_equal(vm->vcpus[1].power, VCPU_OFF);
	assert_int_equal(vm->vcpus[1].arch->loads, 0);
}

static void vms_are_found_by_name(void **state UNUSED)
{
	assert_ptr_equal(vm_find("a"), vm);
	assert_ptr_equal(vm_find("b"), other);
	assert_null(vm_find("ab"));
	assert_null(vm_find(""));
}

static void every_state_and_event_has_a_name(void **state UNUSED)
{
	for (u32 i = 0; i < VM_STATES; i++)
		assert_string_not_equal(vm_state_name(i), "?");
	for (u32 i = 0; i < VM_EVENTS; i++)
		assert_string_not_equal(vm_event_name(i), "?");
	assert_string_equal(vm_state_name(VM_STATES), "?");
	assert_string_equal(vm_event_name(VM_EVENTS), "?");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(create_builds_and_waits_for_start),
		T(only_vcpu_0_runs_after_start),
		T(create_and_start_posted_together_start_it),
		T(a_step_is_done_a_call_and_its_time_is_charged),
		T(vm_work_does_nothing_on_other_cpus),
		T(pause_puts_all_vcpus_and_stops_time_and_resume_undoes_it),
		T(pause_then_resume_before_anybody_looked_leaves_it_running),
		T(a_blocked_and_an_off_vcpu_acknowledge_stop_too),
		T(it_stays_stopping_until_the_last_acknowledge),
		T(halt_keeps_memory_and_start_rebuilds),
		T(reset_by_a_person_always_restarts),
		T(a_guests_reset_does_what_on_reset_says),
		T(a_fault_does_what_on_fault_says),
		T(a_faulted_vcpu_is_not_entered_again),
		T(fault_goes_before_halt_and_halt_before_reset),
		T(what_the_guest_does_while_a_pause_is_under_way_is_not_lost),
		T(more_than_five_restarts_in_ten_seconds_halt_it),
		T(the_limit_on_restarts_says_so),
		T(restarts_further_apart_go_on_for_ever),
		T(a_start_by_a_person_forgets_the_restarts),
		T(a_start_after_destroy_and_create_forgets_the_restarts),
		T(destroy_works_from_every_state_and_leaves_nothing),
		T(destroy_during_a_build_aborts_it),
		T(a_build_that_fails_is_scrubbed),
		T(create_and_start_wait_for_a_destroy_to_end),
		T(a_thousand_lives_leave_the_vcpus_as_they_were),
		T(an_event_that_does_not_fit_is_ignored_and_says_why),
		T(a_refused_vm_takes_no_event),
		T(all_halted_holds_at_once_when_none_is_started),
		T(all_halted_is_told_once_each_time_it_becomes_true),
		T(cpu_on_starts_it_at_the_given_entry),
		T(cpu_off_takes_effect_when_it_is_put),
		T(a_vcpu_that_is_being_claimed_is_busy_and_not_started),
		T(cpu_on_during_a_pause_is_done_after_it),
		T(cpu_on_that_races_with_a_reset_is_taken_back),
		T(vms_are_found_by_name),
		T(every_state_and_event_has_a_name),
	};

	return cmocka_run_group_tests_name("vm", tests, NULL, NULL);
}
