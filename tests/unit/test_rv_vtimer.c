/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's timer on riscv64, on harts with Sstc and without.
 * SOURCES: arch/riscv/vtimer.c core/timer.c tests/unit/fake_hart.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c */
#include "arch/riscv/feature.h"
#include "tests/unit/rv_env.h"

#define VSTIP IRQ_BIT(IRQ_VSTI)
#define OFFSET 1000000ULL /* guest time is the counter less this */

struct host_features host_features;

static void begin(bool sstc)
{
	env(2);
	host_features = (struct host_features){.henvcfg = sstc ? 1ULL << ENVCFG_STCE_SHIFT : 0};
	for (u32 i = 0; i < 2; i++)
		fake_harts[i].has.sstc = sstc;
	guest_arch.clock.offset = OFFSET;
	fake_cpu.now = OFFSET + 5000;
	for (u32 i = 0; i < 2; i++) {
		vtimer_init(&guest_vcpus[i]);
		vtimer_reset(&guest_vcpus[i]);
		guest_archs[i].vsie = IRQ_BIT(IRQ_STI);
	}
}

/* As vcpu_load() and vcpu_put() with the interrupt controller's part of hvip. */
static void load(void)
{
	vtimer_load(me());
	csr_write(CSR_HVIP, me()->hvip);
}

static void put(void)
{
	vtimer_put(me());
	me()->hvip = csr_swap(CSR_HVIP, 0) & (IRQ_BIT(IRQ_VSSI) | VSTIP);
}

/* Does the guest see its timer's interrupt now? By vstimecmp and htimedelta as hardware compares them, or by hvip. */
static bool pending(void)
{
	u64 time = fake_cpu.now + *reg(CSR_HTIMEDELTA);

	return *reg(CSR_HVIP) & VSTIP || (fake_hart_here()->has.sstc && time >= *reg(CSR_VSTIMECMP));
}

static void guest_time(u64 t)
{
	u64 at = t + OFFSET;

	assert_true(at >= fake_cpu.now);
	fake_time_advance(at - fake_cpu.now);
}

static void a_deadline_interrupts_the_guest_in_its_own_time(void **state UNUSED)
{
	for (u32 sstc = 0; sstc < 2; sstc++) {
		begin(sstc);
		load();
		assert_int_equal(fake_cpu.now + *reg(CSR_HTIMEDELTA), 5000);
		assert_false(pending());
		vtimer_set(me(), 6000);
		guest_time(5999);
		assert_false(pending());
		guest_time(6000);
		assert_true(pending());
		vtimer_set(me(), 7000);
		assert_false(pending());
		guest_time(7001);
		assert_true(pending());
		assert_int_equal(fake_violations, 0);
	}
}

static void a_deadline_that_passed_is_pending_at_once_and_none_never(void **state UNUSED)
{
	for (u32 sstc = 0; sstc < 2; sstc++) {
		begin(sstc);
		load();
		vtimer_set(me(), 0);
		assert_true(pending());
		vtimer_set(me(), 5000);
		assert_true(pending());
		vtimer_set(me(), NO_DEADLINE);
		assert_false(pending());
		guest_time(1ULL << 60);
		assert_false(pending());
	}
}

static void a_deadline_beyond_the_counter_is_none(void **state UNUSED)
{
	begin(false);
	load();
	vtimer_set(me(), NO_DEADLINE - 10);
	assert_false(pending());
	put();
	assert_int_equal(vcpu_deadline(me()->core), NO_DEADLINE);
}

static void the_interrupt_stays_until_the_next_deadline_is_set(void **state UNUSED)
{
	for (u32 sstc = 0; sstc < 2; sstc++) {
		begin(sstc);
		load();
		vtimer_set(me(), 5500);
		guest_time(5600);
		put();
		assert_true(vtimer_pending(me()));
		load();
		assert_true(pending());
		vtimer_set(me(), 9000);
		assert_false(pending());
		put();
		assert_false(vtimer_pending(me()));
		assert_int_equal(me()->hvip & VSTIP, 0);
	}
}

static void what_a_vcpu_armed_does_not_fire_while_another_runs(void **state UNUSED)
{
	for (u32 sstc = 0; sstc < 2; sstc++) {
		begin(sstc);
		load();
		vtimer_set(me(), 6000);
		put();
		assert_int_equal(*reg(CSR_HTIMEDELTA), 0);
		if (sstc)
			assert_int_equal(*reg(CSR_VSTIMECMP), NO_DEADLINE);
		guest_time(6500);
		assert_false(*reg(CSR_HVIP) & VSTIP);
		assert_true(vtimer_pending(me()));
		load();
		assert_true(pending());
	}
}

static void a_deadline_written_by_the_guest_itself_is_kept(void **state UNUSED)
{
	begin(true);
	load();
	*reg(CSR_VSTIMECMP) = 8000; /* without an exit */
	put();
	assert_int_equal(vcpu_deadline(me()->core), OFFSET + 8000);
	load();
	assert_int_equal(*reg(CSR_VSTIMECMP), 8000);
}

static void a_sleeping_vcpus_deadline_is_the_hosts_while_it_wants_the_interrupt(void **state UNUSED)
{
	for (u32 sstc = 0; sstc < 2; sstc++) {
		begin(sstc);
		load();
		vtimer_set(me(), 8000);
		put();
		assert_int_equal(vcpu_deadline(me()->core), OFFSET + 8000);
		me()->vsie = 0;
		assert_int_equal(vcpu_deadline(me()->core), NO_DEADLINE);
		me()->vsie = IRQ_BIT(IRQ_STI);
		guest_time(8000);
		assert_int_equal(vcpu_deadline(me()->core), fake_cpu.now);
		vcpu_timer_expired(me()->core);
		assert_int_equal(vcpu_deadline(me()->core), NO_DEADLINE); /* it was told */
		assert_true(vtimer_pending(me()));
		load();
		assert_true(pending());
		put();
		assert_int_equal(vcpu_deadline(me()->core), fake_cpu.now); /* to be told anew */
	}
}

static void time_that_a_vm_is_stopped_does_not_pass_for_it(void **state UNUSED)
{
	for (u32 sstc = 0; sstc < 2; sstc++) {
		begin(sstc);
		load();
		vtimer_set(me(), 6000);
		put();
		vm_time_stop(&guest);
		fake_time_advance(1000000);
		vm_time_start(&guest);
		assert_int_equal(vcpu_deadline(me()->core), fake_cpu.now + 1000);
		load();
		assert_int_equal(fake_cpu.now + *reg(CSR_HTIMEDELTA), 5000);
		assert_false(pending());
		fake_time_advance(1000);
		assert_true(pending());
	}
}

static void reset_forgets_the_deadline(void **state UNUSED)
{
	for (u32 sstc = 0; sstc < 2; sstc++) {
		begin(sstc);
		load();
		vtimer_set(me(), 5100);
		put();
		vtimer_reset(me()->core);
		me()->hvip = 0;
		guest_time(6000);
		assert_false(vtimer_pending(me()));
		assert_int_equal(vcpu_deadline(me()->core), NO_DEADLINE);
		load();
		assert_false(pending());
	}
}

static void vcpus_have_timers_of_their_own(void **state UNUSED)
{
	for (u32 sstc = 0; sstc < 2; sstc++) {
		begin(sstc);
		load();
		vtimer_set(me(), 6000);
		fake_hart_on(1);
		load();
		vtimer_set(me(), 7000);
		assert_false(pending());
		guest_time(6500);
		assert_false(pending());
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deadline_interrupts_the_guest_in_its_own_time),
		cmocka_unit_test(a_deadline_that_passed_is_pending_at_once_and_none_never),
		cmocka_unit_test(a_deadline_beyond_the_counter_is_none),
		cmocka_unit_test(the_interrupt_stays_until_the_next_deadline_is_set),
		cmocka_unit_test(what_a_vcpu_armed_does_not_fire_while_another_runs),
		cmocka_unit_test(a_deadline_written_by_the_guest_itself_is_kept),
		cmocka_unit_test(a_sleeping_vcpus_deadline_is_the_hosts_while_it_wants_the_interrupt),
		cmocka_unit_test(time_that_a_vm_is_stopped_does_not_pass_for_it),
		cmocka_unit_test(reset_forgets_the_deadline),
		cmocka_unit_test(vcpus_have_timers_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
