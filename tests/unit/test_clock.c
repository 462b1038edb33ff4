/* SPDX-License-Identifier: Apache-2.0 */
/* The calendar against the C library's, and where VMs' time of day comes from. */
/* SOURCES: boot/clock.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c */
#define _DEFAULT_SOURCE /* timegm */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "boot/calendar.h"
#include "boot/clock.h"
#include "core/platform.h"
#include "hal/fake/fake.h"
#include "hal/mem.h"

#define BUILD 1767225600u
#define PL031 0x9010000u
#define GOLDFISH 0x101000u

static struct machine machine;
static u32 regs[1024];
static u32 maps;
static u64 seconds, at;

volatile void *host_map_io(hpa_t base, u64 size UNUSED)
{
	maps++;
	return base.v == PL031 || base.v == GOLDFISH ? regs : NULL;
}

void platform_set_clock(u64 s, u64 counter)
{
	seconds = s;
	at = counter;
}

static int setup(void **state UNUSED)
{
	fake_reset();
	memset(&machine, 0, sizeof(machine));
	memset(regs, 0, sizeof(regs));
	maps = 0;
	fake_cpu.now = 777;
	return 0;
}

/* ---- the calendar ---- */

static struct calendar broken_down(time_t t)
{
	struct tm *tm = gmtime(&t);

	return (struct calendar){.year = (u32)tm->tm_year + 1900,
				 .month = (u32)tm->tm_mon + 1,
				 .day = (u32)tm->tm_mday,
				 .hour = (u32)tm->tm_hour,
				 .minute = (u32)tm->tm_min,
				 .second = (u32)tm->tm_sec};
}

static void every_day_up_to_9999_is_that_of_the_c_library(void **state UNUSED)
{
	for (time_t t = 1; t < 253402300800; t += CALENDAR_DAY + 7) {
		struct calendar want = broken_down(t), got = calendar_of((u64)t);

		assert_memory_equal(&got, &want, sizeof(got));
		assert_int_equal(calendar_seconds(&got), t);
	}
}

static void a_time_zone_is_minutes_to_add_and_an_unknown_one_is_utc(void **state UNUSED)
{
	struct calendar c = {2026, 7, 1, 10, 30, 5, 0};
	u64 utc = calendar_seconds(&c);

	c.zone =
		420; /* Pacific daylight time, which is 480 less the hour it was put forward (UEFI 2.10, 8.3.1) */
	assert_int_equal(calendar_seconds(&c), utc + 7 * 3600);
	c.zone = -120;
	assert_int_equal(calendar_seconds(&c), utc - 2 * 3600);
	c.zone = CALENDAR_ZONE_UNKNOWN;
	assert_int_equal(calendar_seconds(&c), utc);
}

static void what_is_no_date_is_no_time(void **state UNUSED)
{
	static const struct calendar wrong[] = {
		{0},
		{1969, 12, 31, 23, 59, 59, 0},
		{10000, 1, 1, 0, 0, 0, 0},
		{2026, 0, 1, 0, 0, 0, 0},
		{2026, 13, 1, 0, 0, 0, 0},
		{2026, 1, 0, 0, 0, 0, 0},
		{2026, 2, 29, 0, 0, 0, 0},
		{2100, 2, 29, 0, 0, 0, 0},
		{2026, 12, 32, 0, 0, 0, 0},
		{2026, 1, 1, 24, 0, 0, 0},
		{2026, 1, 1, 0, 60, 0, 0},
		{2026, 1, 1, 0, 0, 60, 0},
		{2026, 1, 1, 0, 0, 0, 1441},
		{2026, 1, 1, 0, 0, 0, -1441},
		{1970, 1, 1, 0, 0, 0, -60},
	};

	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++)
		if (calendar_seconds(&wrong[i]))
			fail_msg("row %u", i);
}

/* ---- where it comes from ---- */

static void uefis_time_goes_before_any_other(void **state UNUSED)
{
	machine.clock_seconds = 1796000000;
	machine.clock_at = 55;
	machine.rtc = HPA(PL031);
	clock_begin(&machine, BUILD);
	assert_int_equal(seconds, 1796000000);
	assert_int_equal(at, 55);
	assert_int_equal(maps, 0);
	assert_true(fake_log_has("clock: 2026-11-30 00:53:20 UTC, UEFI"));
}

static void a_pl031_that_runs_is_asked(void **state UNUSED)
{
	machine.rtc = HPA(PL031);
	regs[0] = 1796000000;
	regs[3] = 1;
	clock_begin(&machine, BUILD);
	assert_int_equal(seconds, 1796000000);
	assert_int_equal(at, 777);
	assert_true(fake_log_has("UTC, PL031"));
}

static void a_pl031_that_stands_tells_nothing(void **state UNUSED)
{
	machine.rtc = HPA(PL031);
	regs[0] = 1796000000;
	clock_begin(&machine, BUILD);
	assert_int_equal(seconds, BUILD);
}

static void a_goldfish_rtc_tells_nanoseconds(void **state UNUSED)
{
	u64 ns = 1796000000 * UINT64_C(1000000000) + 999999999;

	machine.rtc = HPA(GOLDFISH);
	machine.rtc_kind = RTC_GOLDFISH;
	regs[0] = (u32)ns;
	regs[1] = (u32)(ns >> 32);
	clock_begin(&machine, BUILD);
	assert_int_equal(seconds, 1796000000);
	assert_int_equal(at, 777);
	assert_true(fake_log_has("UTC, Goldfish RTC"));
}

static void without_a_clock_it_is_the_builds_date(void **state UNUSED)
{
	clock_begin(&machine, BUILD);
	assert_int_equal(seconds, BUILD);
	assert_int_equal(at, 777);
	assert_true(fake_log_has("clock: 2026-01-01 00:00:00 UTC, the build's"));
}

static void a_time_that_cannot_be_is_not_believed(void **state UNUSED)
{
	static const u64 wrong[] = {1, 946684800 /* 2000 */, 1704067199, BUILD - 1, 0x100000000, UINT64_MAX};

	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++) {
		setup(NULL);
		machine.clock_seconds = wrong[i];
		clock_begin(&machine, BUILD);
		assert_int_equal(seconds, BUILD);
		assert_true(fake_log_has("clock: not believed: "));
		assert_true(fake_log_has("clock: 2026-01-01 00:00:00 UTC, the build's"));
	}
}

/* EDK2 without a driver for the machine's clock begins with the date of its own build. */
static void a_machines_clock_is_asked_when_uefis_time_is_older_than_the_build(void **state UNUSED)
{
	machine.clock_seconds = BUILD - 86400;
	machine.rtc = HPA(PL031);
	regs[0] = 1796000000;
	regs[3] = 1;
	clock_begin(&machine, BUILD);
	assert_int_equal(seconds, 1796000000);
	assert_true(fake_log_has("clock: not believed: 2025-12-31 00:00:00 UTC, UEFI"));
	assert_true(fake_log_has("UTC, PL031"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(every_day_up_to_9999_is_that_of_the_c_library),
		T(a_time_zone_is_minutes_to_add_and_an_unknown_one_is_utc),
		T(what_is_no_date_is_no_time),
		T(uefis_time_goes_before_any_other),
		T(a_pl031_that_runs_is_asked),
		T(a_pl031_that_stands_tells_nothing),
		T(a_goldfish_rtc_tells_nanoseconds),
		T(without_a_clock_it_is_the_builds_date),
		T(a_time_that_cannot_be_is_not_believed),
		T(a_machines_clock_is_asked_when_uefis_time_is_older_than_the_build),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
