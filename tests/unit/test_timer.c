/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: core/timer.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c */
/* Software timers over one hardware deadline. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/cpu.h"
#include "core/timer.h"
#include "hal/fake/fake.h"

#define N 64

struct probe {
	struct ktimer t;
	u32 fired;
	u64 at;
	u64 period; /* sets itself again */
	struct ktimer *cancel, *set;
};

static struct probe probe[N];
static struct ktimer *order[4 * N];
static u32 fired;

static void on_fire(struct ktimer *t)
{
	struct probe *p = container_of(t, struct probe, t);

	p->fired++;
	p->at = fake_cpu.now;
	order[fired++ % (4 * N)] = t;
	if (p->period)
		ktimer_set(t, t->deadline + p->period);
	if (p->cancel)
		ktimer_cancel(p->cancel);
	if (p->set)
		ktimer_set(p->set, fake_cpu.now);
}

static int setup(void **state UNUSED)
{
	fake_reset();
	memset(probe, 0, sizeof(probe));
	fired = 0;
	for (u32 i = 0; i < N; i++)
		ktimer_init(&probe[i].t, on_fire);
	return 0;
}

/* The hardware interrupts as long as its deadline has passed. */
static void advance_to(u64 when)
{
	while (fake_cpu.armed <= when) {
		fake_cpu.now = max_u64(fake_cpu.now, fake_cpu.armed);
		timer_expired();
	}
	fake_cpu.now = when;
}

static void timers_fire_in_the_order_of_their_deadlines(void **state UNUSED)
{
	static const u8 deadline[] = {50, 10, 40, 20, 30};
	static const u8 expected[] = {1, 3, 4, 2, 0};

	for (u32 i = 0; i < 5; i++)
		ktimer_set(&probe[i].t, deadline[i]);
	advance_to(100);
	assert_int_equal(fired, 5);
	for (u32 i = 0; i < 5; i++) {
		assert_ptr_equal(order[i], &probe[expected[i]].t);
		assert_int_equal(probe[i].at, deadline[i]);
	}
	assert_true(fake_cpu.armed == NO_DEADLINE);
}

static void timers_with_equal_deadlines_fire_in_the_order_they_were_set(void **state UNUSED)
{
	for (u32 i = 0; i < 8; i++)
		ktimer_set(&probe[7 - i].t, 5);
	advance_to(5);
	for (u32 i = 0; i < 8; i++)
		assert_ptr_equal(order[i], &probe[7 - i].t);
}

static void the_hardware_is_written_only_when_the_first_deadline_changes(void **state UNUSED)
{
	ktimer_set(&probe[0].t, 100);
	assert_int_equal(fake_cpu.arms, 1);
	ktimer_set(&probe[1].t, 200);
	ktimer_set(&probe[2].t, 150);
	ktimer_set(&probe[0].t, 100);
	ktimer_cancel(&probe[1].t);
	ktimer_cancel(&probe[1].t);
	assert_int_equal(fake_cpu.arms, 1);
	ktimer_cancel(&probe[0].t);
	assert_int_equal(fake_cpu.arms, 2);
	assert_int_equal(fake_cpu.armed, 150);
	ktimer_cancel(&probe[2].t);
	assert_true(fake_cpu.armed == NO_DEADLINE);
	assert_int_equal(fake_cpu.arms, 3);
}

static void no_deadline_disarms(void **state UNUSED)
{
	ktimer_set(&probe[0].t, NO_DEADLINE);
	assert_int_equal(fake_cpu.arms, 0);
	ktimer_set(&probe[0].t, 7);
	ktimer_set(&probe[0].t, NO_DEADLINE);
	assert_false(probe[0].t.armed);
	advance_to(1000);
	assert_int_equal(fired, 0);
}

static void a_deadline_of_zero_or_in_the_past_fires(void **state UNUSED)
{
	fake_cpu.now = 1000;
	ktimer_set(&probe[0].t, 0);
	ktimer_set(&probe[1].t, 999);
	assert_int_equal(fake_cpu.armed, 0);
	advance_to(1000);
	assert_int_equal(fired, 2);
}

static void the_interrupt_always_ends_with_a_write_of_the_deadline(void **state UNUSED)
{
	ktimer_set(&probe[0].t, 10);
	fake_cpu.now = 10;
	timer_expired();
	assert_int_equal(fake_cpu.arms, 2);
	assert_true(fake_cpu.armed == NO_DEADLINE);
	timer_expired(); /* spurious */
	assert_int_equal(fake_cpu.arms, 3);
}

static void an_early_interrupt_fires_nothing_and_arms_again(void **state UNUSED)
{
	ktimer_set(&probe[0].t, 10);
	fake_cpu.now = 9;
	timer_expired();
	assert_int_equal(fired, 0);
	assert_int_equal(fake_cpu.arms, 2);
	assert_int_equal(fake_cpu.armed, 10);
}

static void one_interrupt_runs_a_bounded_number_of_callbacks(void **state UNUSED)
{
	for (u32 i = 0; i < N; i++)
		ktimer_set(&probe[i].t, 1);
	fake_cpu.now = 1;
	timer_expired();
	assert_in_range(fired, 1, 16);
	assert_int_equal(fake_cpu.armed, 1); /* and comes again at once */
	advance_to(1);
	assert_int_equal(fired, N);
}

static void a_timer_that_rearms_itself_in_the_past_does_not_hang_the_interrupt(void **state UNUSED)
{
	probe[0].period = 1;
	ktimer_set(&probe[0].t, 1);
	fake_cpu.now = 1000;
	timer_expired();
	assert_in_range(fired, 1, 16);
}

static void callbacks_may_set_and_cancel_timers(void **state UNUSED)
{
	probe[0].cancel = &probe[1].t;
	probe[0].set = &probe[2].t;
	ktimer_set(&probe[0].t, 10);
	ktimer_set(&probe[1].t, 10);
	advance_to(20);
	assert_int_equal(probe[1].fired, 0);
	assert_int_equal(probe[2].fired, 1);
	assert_int_equal(fired, 2);
}

static void the_hardware_is_written_once_however_many_callbacks_set_timers(void **state UNUSED)
{
	for (u32 i = 0; i < 8; i++) {
		probe[i].period = 100 - i;
		ktimer_set(&probe[i].t, 10);
	}
	fake_cpu.now = 10;
	u32 arms = fake_cpu.arms;
	timer_expired();
	assert_int_equal(fake_cpu.arms, arms + 1);
	assert_int_equal(fake_cpu.armed, 10 + 93);
}

static void poll_runs_what_is_due_and_touches_nothing_else(void **state UNUSED)
{
	ktimer_poll();
	ktimer_set(&probe[0].t, 10);
	u32 arms = fake_cpu.arms;
	ktimer_poll();
	assert_int_equal(fired, 0);
	assert_int_equal(fake_cpu.arms, arms);
	fake_cpu.now = 10;
	ktimer_poll();
	assert_int_equal(fired, 1);
	assert_true(fake_cpu.armed == NO_DEADLINE);
}

static void check_list(const u64 *want)
{
	const struct ktimer *prev = NULL;
	u32 n = 0, armed = 0;

	for (const struct ktimer *t = this_cpu()->timers.first; t; prev = t, t = t->next, n++) {
		assert_ptr_equal(t->prev, prev);
		assert_true(!prev || prev->deadline <= t->deadline);
	}
	for (u32 i = 0; i < N; i++) {
		assert_int_equal(probe[i].t.armed, want[i] != NO_DEADLINE);
		armed += want[i] != NO_DEADLINE;
	}
	assert_int_equal(n, armed);
	assert_true(fake_cpu.armed == (n ? this_cpu()->timers.first->deadline : NO_DEADLINE));
}

static void a_long_random_history_agrees_with_a_plain_model(void **state UNUSED)
{
	u64 want[N];

	srand(1);
	memset(want, 0xff, sizeof(want));
	for (u32 round = 0; round < 20000; round++) {
		u32 i = (u32)rand() % N, what = (u32)rand() % 4;

		if (what == 0) {
			ktimer_cancel(&probe[i].t);
			want[i] = NO_DEADLINE;
		} else if (what < 3) {
			want[i] = fake_cpu.now + (u32)rand() % 200;
			ktimer_set(&probe[i].t, want[i]);
		} else {
			advance_to(fake_cpu.now + (u32)rand() % 40);
			for (u32 k = 0; k < N; k++) {
				if (want[k] <= fake_cpu.now) {
					assert_int_equal(probe[k].at, want[k]);
					want[k] = NO_DEADLINE;
				}
			}
		}
		if (what < 3 && want[i] == fake_cpu.now) {
			advance_to(fake_cpu.now);
			want[i] = NO_DEADLINE;
			for (u32 k = 0; k < N; k++)
				if (want[k] <= fake_cpu.now)
					want[k] = NO_DEADLINE;
		}
		check_list(want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(timers_fire_in_the_order_of_their_deadlines, setup),
		cmocka_unit_test_setup(timers_with_equal_deadlines_fire_in_the_order_they_were_set, setup),
		cmocka_unit_test_setup(the_hardware_is_written_only_when_the_first_deadline_changes, setup),
		cmocka_unit_test_setup(no_deadline_disarms, setup),
		cmocka_unit_test_setup(a_deadline_of_zero_or_in_the_past_fires, setup),
		cmocka_unit_test_setup(the_interrupt_always_ends_with_a_write_of_the_deadline, setup),
		cmocka_unit_test_setup(an_early_interrupt_fires_nothing_and_arms_again, setup),
		cmocka_unit_test_setup(one_interrupt_runs_a_bounded_number_of_callbacks, setup),
		cmocka_unit_test_setup(a_timer_that_rearms_itself_in_the_past_does_not_hang_the_interrupt,
				       setup),
		cmocka_unit_test_setup(callbacks_may_set_and_cancel_timers, setup),
		cmocka_unit_test_setup(the_hardware_is_written_once_however_many_callbacks_set_timers, setup),
		cmocka_unit_test_setup(poll_runs_what_is_due_and_touches_nothing_else, setup),
		cmocka_unit_test_setup(a_long_random_history_agrees_with_a_plain_model, setup),
	};

	return cmocka_run_group_tests_name("timer", tests, NULL, NULL);
}
