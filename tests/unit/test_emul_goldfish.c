/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated Goldfish clock: registers, time, alarm. */
/* SOURCES: drivers/emul/goldfish_rtc.c drivers/emul/rtc_base.c core/mmio.c core/timer.c hal/fake/fake.c hal/fake/fake_cpu.c */
#include "house_env.h"

#include "drivers/emul/goldfish_rtc.h"

enum {
	TIME_LOW = 0,
	TIME_HIGH = 4,
	ALARM_LOW = 8,
	ALARM_HIGH = 0xc,
	IRQ_ENABLED = 0x10,
	CLEAR_ALARM = 0x14,
	ALARM_STATUS = 0x18,
	CLEAR_INTERRUPT = 0x1c
};
enum { IRQ = 11 };
#define NSEC 1000000000ull
#define START (1700000000 * NSEC)

static struct vgoldfish_rtc rtc;

static int setup(void **state UNUSED)
{
	env_reset();
	memset(&rtc, 0, sizeof(rtc));
	fake_cpu.now = 12345;
	rtc_set_clock(1700000000, fake_cpu.now);
	assert_int_equal(vgoldfish_rtc_init(&dev_vm, &rtc, GPA(DEV_BASE), IRQ), OK);
	house();
	return 0;
}

static u64 time_read(void)
{
	u64 low = rd(TIME_LOW);

	return low | (u64)rd(TIME_HIGH) << 32;
}

static void write64(u64 low, u64 value)
{
	wr(low + 4, (u32)(value >> 32));
	wr(low, (u32)value);
	house();
}

/* ---- time ---- */

static void the_clock_begins_at_the_machines_time_and_counts_nanoseconds(void **state UNUSED)
{
	assert_int_equal(time_read(), START);
	fake_time_advance(fake_cpu.hz / 4);
	assert_int_equal(time_read(), START + NSEC / 4);
	fake_time_advance(1);
	assert_int_equal(time_read(), START + NSEC / 4 + NSEC / fake_cpu.hz);
}

static void the_upper_half_belongs_to_the_lower_half_read_last(void **state UNUSED)
{
	u64 low, high;

	write64(TIME_LOW, 0x5ffffff00);
	low = rd(TIME_LOW);
	fake_time_advance(fake_cpu.hz);
	high = rd(TIME_HIGH);
	assert_int_equal(high << 32 | low, 0x5ffffff00);
	assert_int_equal(rd(TIME_HIGH), 5);
	(void)rd(TIME_LOW);
	assert_int_equal(rd(TIME_HIGH), 6);
}

static void a_rate_that_does_not_divide_a_second_loses_nothing(void **state UNUSED)
{
	fake_cpu.hz = 62500001;
	setup(NULL);
	fake_cpu.hz = 62500001;
	fake_cpu.now += 3ull * 62500001 * 86400 * 365; /* three years */
	assert_int_equal(time_read(), START + 3 * NSEC * 86400 * 365);
	fake_cpu.now += 62500000;
	assert_int_equal(time_read(), START + 3 * NSEC * 86400 * 365 + 62500000 * NSEC / 62500001);
}

static void a_vm_that_is_reset_later_begins_at_the_time_of_then(void **state UNUSED)
{
	write64(TIME_LOW, 5);
	fake_cpu.now += 100 * (u64)fake_cpu.hz + fake_cpu.hz / 2;
	vgoldfish_rtc_reset(&rtc);
	assert_int_equal(time_read(), START + 100 * NSEC + NSEC / 2);
}

static void writing_sets_the_clock_for_this_vm(void **state UNUSED)
{
	write64(TIME_LOW, 1234567890123456789ull);
	assert_int_equal(time_read(), 1234567890123456789ull);
	seconds_pass(5);
	assert_int_equal(time_read(), 1234567890123456789ull + 5 * NSEC);
}

/* ---- alarm ---- */

static void an_alarm_interrupts_at_its_time_and_not_before(void **state UNUSED)
{
	wr(IRQ_ENABLED, 1);
	write64(ALARM_LOW, START + 2 * NSEC + NSEC / 2);
	assert_int_equal(rd(ALARM_STATUS), 1);
	assert_int_equal(rd(ALARM_LOW) | (u64)rd(ALARM_HIGH) << 32, START + 2 * NSEC + NSEC / 2);
	seconds_pass(2);
	fake_time_advance(fake_cpu.hz / 2 - 1);
	assert_false(line[IRQ]);
	fake_time_advance(1);
	assert_true(line[IRQ]);
	assert_int_equal(rd(ALARM_STATUS), 0);
	wr(CLEAR_INTERRUPT, 1);
	assert_false(line[IRQ]);
	seconds_pass(3);
	assert_false(line[IRQ]); /* once */
}

static void an_alarm_of_the_past_interrupts_at_once(void **state UNUSED)
{
	wr(IRQ_ENABLED, 1);
	write64(ALARM_LOW, START - 1);
	assert_true(line[IRQ]);
	assert_int_equal(rd(ALARM_STATUS), 0);
}

static void an_alarm_counts_from_the_write_of_its_lower_half(void **state UNUSED)
{
	wr(IRQ_ENABLED, 1);
	wr(ALARM_HIGH, 0);
	house();
	assert_int_equal(rd(ALARM_STATUS), 0);
	assert_false(line[IRQ]);
}

static void a_masked_alarm_waits_until_it_is_enabled(void **state UNUSED)
{
	write64(ALARM_LOW, START + NSEC);
	seconds_pass(1);
	assert_false(line[IRQ]);
	wr(IRQ_ENABLED, 0xfffffffe);
	assert_int_equal(rd(IRQ_ENABLED), 0);
	assert_false(line[IRQ]);
	wr(IRQ_ENABLED, 1);
	assert_true(line[IRQ]);
	wr(IRQ_ENABLED, 0);
	assert_false(line[IRQ]);
}

static void an_alarm_that_is_cleared_does_not_come(void **state UNUSED)
{
	wr(IRQ_ENABLED, 1);
	write64(ALARM_LOW, START + NSEC);
	wr(CLEAR_ALARM, 1);
	house();
	assert_int_equal(rd(ALARM_STATUS), 0);
	assert_int_equal(fake_cpu.armed, NO_DEADLINE);
	seconds_pass(2);
	assert_false(line[IRQ]);
}

static void setting_the_clock_past_the_alarm_interrupts(void **state UNUSED)
{
	wr(IRQ_ENABLED, 1);
	write64(ALARM_LOW, START + 1000 * NSEC);
	write64(TIME_LOW, START + 998 * NSEC);
	seconds_pass(1);
	assert_false(line[IRQ]);
	seconds_pass(1);
	assert_true(line[IRQ]);
}

static void an_alarm_at_the_end_of_time_never_comes(void **state UNUSED)
{
	wr(IRQ_ENABLED, 1);
	write64(ALARM_LOW, ~0ull);
	assert_int_equal(rd(ALARM_STATUS), 1);
	assert_int_not_equal(fake_cpu.armed, NO_DEADLINE);
	seconds_pass(100);
	assert_false(line[IRQ]);
}

/* The count begins again at 0 then, which is before the alarm; it was met all the same. */
static void an_alarm_is_met_though_the_count_passes_its_end(void **state UNUSED)
{
	wr(IRQ_ENABLED, 1);
	write64(ALARM_LOW, ~0ull);
	write64(TIME_LOW, ~0ull - 9);
	fake_time_advance(fake_cpu.hz / 1000000);
	assert_true(line[IRQ]);
	assert_int_equal(fake_cpu.armed, NO_DEADLINE);
}

static void reset_forgets_alarm_and_offset(void **state UNUSED)
{
	wr(IRQ_ENABLED, 1);
	write64(TIME_LOW, 5);
	write64(ALARM_LOW, 4);
	assert_true(line[IRQ]);
	vgoldfish_rtc_reset(&rtc);
	house();
	assert_false(line[IRQ]);
	assert_int_equal(time_read(), START);
	assert_int_equal(rd(IRQ_ENABLED) | rd(ALARM_LOW) | rd(ALARM_HIGH) | rd(ALARM_STATUS), 0);
	assert_int_equal(fake_cpu.armed, NO_DEADLINE);
}

static void only_words_are_taken_and_any_is_survived(void **state UNUSED)
{
	struct mmio_access byte = {.addr = GPA(DEV_BASE), .size = 1};
	u32 seed = 1;

	assert_int_equal(mmio_dispatch(&dev_vcpu, &byte), ERR_INVAL);
	for (u32 i = 0; i < 200000; i++) {
		seed = seed * 1103515245u + 12345u;
		u64 off = (seed & 0x100 ? seed >> 16 & 0x1c : seed >> 16 & 0xffc);

		if (seed & 0x80)
			wr(off, seed ^ i);
		else
			(void)rd(off);
		if (seed & 0x200)
			fake_time_advance(seed >> 20);
		house();
	}
}

#define T(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_clock_begins_at_the_machines_time_and_counts_nanoseconds),
		T(the_upper_half_belongs_to_the_lower_half_read_last),
		T(a_rate_that_does_not_divide_a_second_loses_nothing),
		T(a_vm_that_is_reset_later_begins_at_the_time_of_then),
		T(writing_sets_the_clock_for_this_vm),
		T(an_alarm_interrupts_at_its_time_and_not_before),
		T(an_alarm_of_the_past_interrupts_at_once),
		T(an_alarm_counts_from_the_write_of_its_lower_half),
		T(a_masked_alarm_waits_until_it_is_enabled),
		T(an_alarm_that_is_cleared_does_not_come),
		T(setting_the_clock_past_the_alarm_interrupts),
		T(an_alarm_at_the_end_of_time_never_comes),
		T(an_alarm_is_met_though_the_count_passes_its_end),
		T(reset_forgets_alarm_and_offset),
		T(only_words_are_taken_and_any_is_survived),
	};

	return cmocka_run_group_tests_name("goldfish", tests, NULL, NULL);
}
