/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated PL031 clock and PL061 power key: registers, time, interrupts. */
/* SOURCES: drivers/emul/pl031.c drivers/emul/rtc_base.c drivers/emul/pl061.c core/mmio.c core/timer.c hal/fake/fake.c hal/fake/fake_cpu.c */
#include "house_env.h"

#include "drivers/emul/pl031.h"
#include "drivers/emul/pl061.h"

enum { DR = 0, MR = 4, LR = 8, CR = 0xc, IMSC = 0x10, RIS = 0x14, MIS = 0x18, ICR = 0x1c };
enum { RTC_IRQ = 2, GPIO_IRQ = 7, GPIO = 0x1000 };

static struct vpl031 rtc;
static struct vpl061 gpio;

static int setup(void **state UNUSED)
{
	env_reset();
	memset(&rtc, 0, sizeof(rtc));
	memset(&gpio, 0, sizeof(gpio));
	fake_cpu.now = 12345;
	rtc_set_clock(1700000000, fake_cpu.now);
	assert_int_equal(vpl031_init(&dev_vm, &rtc, GPA(DEV_BASE), RTC_IRQ), OK);
	assert_int_equal(vpl061_init(&dev_vm, &gpio, GPA(DEV_BASE + GPIO), GPIO_IRQ), OK);
	house();
	return 0;
}

/* ---- clock ---- */

static void the_clock_begins_at_the_machines_time_and_runs(void **state UNUSED)
{
	assert_int_equal(rd(DR), 1700000000);
	fake_time_advance(fake_cpu.hz - 1);
	assert_int_equal(rd(DR), 1700000000);
	fake_time_advance(1);
	assert_int_equal(rd(DR), 1700000001);
}

static void a_vm_that_is_reset_later_begins_at_the_time_of_then(void **state UNUSED)
{
	wr(LR, 5);
	fake_cpu.now += 100 * (u64)fake_cpu.hz;
	vpl031_reset(&rtc);
	assert_int_equal(rd(DR), 1700000100);
}

static void loading_sets_the_clock_for_this_vm(void **state UNUSED)
{
	wr(LR, 1000);
	assert_int_equal(rd(DR), 1000);
	assert_int_equal(rd(LR), 1000);
	seconds_pass(5);
	assert_int_equal(rd(DR), 1005);
	assert_int_equal(rd(CR), 1);
	wr(CR, 0);
	assert_int_equal(rd(CR), 1);
}

static void an_alarm_interrupts_at_its_second_and_not_before(void **state UNUSED)
{
	wr(IMSC, 1);
	wr(MR, 1700000003);
	house();
	seconds_pass(2);
	assert_false(line[RTC_IRQ]);
	seconds_pass(1);
	assert_true(line[RTC_IRQ]);
	assert_int_equal(rd(RIS), 1);
	assert_int_equal(rd(MIS), 1);
	wr(ICR, 1);
	assert_false(line[RTC_IRQ]);
	seconds_pass(3);
	assert_int_equal(rd(RIS), 0); /* once */
}

static void a_masked_alarm_shows_in_the_raw_status_only(void **state UNUSED)
{
	wr(MR, 1700000001);
	house();
	seconds_pass(1);
	assert_int_equal(rd(RIS), 1);
	assert_int_equal(rd(MIS), 0);
	assert_false(line[RTC_IRQ]);
	wr(IMSC, 1);
	assert_true(line[RTC_IRQ]);
}

static void an_alarm_for_now_matches_and_for_the_past_does_not(void **state UNUSED)
{
	wr(IMSC, 1);
	wr(MR, 1699999999);
	house();
	assert_false(line[RTC_IRQ]);
	wr(MR, 1700000000);
	house();
	assert_true(line[RTC_IRQ]);
}

static void loading_moves_an_alarm(void **state UNUSED)
{
	wr(IMSC, 1);
	wr(MR, 1700000010);
	house();
	wr(LR, 1700000008);
	house();
	seconds_pass(1);
	assert_false(line[RTC_IRQ]);
	seconds_pass(1);
	assert_true(line[RTC_IRQ]);
}

static void rtc_reset_forgets_alarm_and_offset(void **state UNUSED)
{
	wr(IMSC, 1);
	wr(LR, 5);
	wr(MR, 6);
	house();
	vpl031_reset(&rtc);
	house();
	assert_int_equal(rd(DR), 1700000000);
	assert_int_equal(rd(IMSC) | rd(MR) | rd(RIS), 0);
	seconds_pass(3);
	assert_int_equal(rd(RIS), 0);
	assert_int_equal(fake_cpu.armed, NO_DEADLINE);
}

static void rtc_identification(void **state UNUSED)
{
	static const u8 id[] = {0x31, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

	for (u32 i = 0; i < 8; i++)
		assert_int_equal(rd(0xfe0 + 4 * i), id[i]);
}

/* ---- power key ---- */

static void gpio_setup_both_edges(void)
{
	wr(GPIO + 0x408, 8); /* IBE */
	wr(GPIO + 0x410, 8); /* IE */
}

static void the_power_key_is_line_3_for_a_tenth_of_a_second(void **state UNUSED)
{
	gpio_setup_both_edges();
	assert_int_equal(rd(GPIO + 0x3fc), 0);
	vpl061_press(&gpio);
	assert_int_equal(rd(GPIO + 0x3fc), 8);
	assert_int_equal(rd(GPIO + (8 << 2)), 8);
	assert_int_equal(rd(GPIO + (0xf7 << 2)), 0); /* masked by the address */
	assert_true(line[GPIO_IRQ]);
	wr(GPIO + 0x41c, 8);
	assert_false(line[GPIO_IRQ]);
	fake_time_advance(fake_cpu.hz / 10 - 1);
	assert_int_equal(rd(GPIO + 0x3fc), 8);
	fake_time_advance(1);
	assert_int_equal(rd(GPIO + 0x3fc), 0);
	assert_true(line[GPIO_IRQ]); /* the other edge */
}

static void one_edge_is_chosen_by_iev(void **state UNUSED)
{
	wr(GPIO + 0x410, 8);
	vpl061_press(&gpio); /* IEV 0: falling only */
	assert_false(line[GPIO_IRQ]);
	fake_time_advance(fake_cpu.hz / 10);
	assert_true(line[GPIO_IRQ]);
	wr(GPIO + 0x41c, 8);
	wr(GPIO + 0x40c, 8);
	vpl061_press(&gpio);
	assert_true(line[GPIO_IRQ]);
	wr(GPIO + 0x41c, 8);
	fake_time_advance(fake_cpu.hz / 10);
	assert_false(line[GPIO_IRQ]);
}

static void a_level_interrupt_lasts_as_long_as_the_level(void **state UNUSED)
{
	wr(GPIO + 0x40c, 8);
	wr(GPIO + 0x404, 8);
	wr(GPIO + 0x410, 8);
	assert_false(line[GPIO_IRQ]);
	vpl061_press(&gpio);
	assert_true(line[GPIO_IRQ]);
	wr(GPIO + 0x41c, 8);
	assert_true(line[GPIO_IRQ]);
	fake_time_advance(fake_cpu.hz / 10);
	assert_false(line[GPIO_IRQ]);
}

static void outputs_read_back_and_do_not_press_the_key(void **state UNUSED)
{
	wr(GPIO + 0x400, 0x0f);
	wr(GPIO + 0x3fc, 0xff);
	assert_int_equal(rd(GPIO + 0x3fc), 0x0f);
	wr(GPIO + (1 << 2), 0);
	assert_int_equal(rd(GPIO + 0x3fc), 0x0e);
}

static void gpio_reset_lets_the_key_go(void **state UNUSED)
{
	gpio_setup_both_edges();
	vpl061_press(&gpio);
	vpl061_reset(&gpio);
	assert_false(line[GPIO_IRQ]);
	assert_int_equal(rd(GPIO + 0x3fc), 0);
	fake_time_advance(fake_cpu.hz);
	assert_false(line[GPIO_IRQ]);
}

static void gpio_identification(void **state UNUSED)
{
	static const u8 id[] = {0, 0, 0, 0, 0x61, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

	for (u32 i = 0; i < 12; i++)
		assert_int_equal(rd(GPIO + 0xfd0 + 4 * i), id[i]);
}

static void any_access_of_any_size_is_survived(void **state UNUSED)
{
	u32 seed = 1;

	for (u32 i = 0; i < 200000; i++) {
		seed = seed * 1103515245u + 12345u;
		u8 size = (u8)(1u << (seed >> 30) % 3);
		u64 off = (seed >> 8) % 0x2000 & ~(u64)(size - 1);

		if (seed & 0x80)
			wr_size(off, size, seed >> 3);
		else
			(void)rd_size(off, size);
		house();
	}
}

#define T(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_clock_begins_at_the_machines_time_and_runs),
		T(a_vm_that_is_reset_later_begins_at_the_time_of_then),
		T(loading_sets_the_clock_for_this_vm),
		T(an_alarm_interrupts_at_its_second_and_not_before),
		T(a_masked_alarm_shows_in_the_raw_status_only),
		T(an_alarm_for_now_matches_and_for_the_past_does_not),
		T(loading_moves_an_alarm),
		T(rtc_reset_forgets_alarm_and_offset),
		T(rtc_identification),
		T(the_power_key_is_line_3_for_a_tenth_of_a_second),
		T(one_edge_is_chosen_by_iev),
		T(a_level_interrupt_lasts_as_long_as_the_level),
		T(outputs_read_back_and_do_not_press_the_key),
		T(gpio_reset_lets_the_key_go),
		T(gpio_identification),
		T(any_access_of_any_size_is_survived),
	};

	return cmocka_run_group_tests_name("pl031, pl061", tests, NULL, NULL);
}
