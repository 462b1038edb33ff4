/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See clock.h. The time is read once; from then on the machine's counter tells it. A clock with an empty battery begins
 * at some round year long ago, so a time before this code was written is none.
 */
#include "boot/clock.h"

#include "boot/calendar.h"
#include "core/log.h"
#include "core/platform.h"
#include "hal/cpu.h"
#include "hal/mem.h"

#define EARLIEST 1704067200u /* 2024-01-01 */
#define LATEST UINT32_MAX    /* 2106, as far as a PL031 counts */

/* PL031 (ARM DDI 0224C, 3.2) */
#define RTC_DR 0x00
#define RTC_CR 0x0c
#define RTC_CR_RUNS 1u
#define RTC_SIZE KIB(4)

struct told {
	u64 seconds, at; /* UTC since 1970 when the counter was `at`; 0: nobody told */
	const char *by;
};

static struct told from_pl031(hpa_t base)
{
	volatile u32 *regs = host_map_io(base, RTC_SIZE);

	if (!regs || !(regs[RTC_CR / 4] & RTC_CR_RUNS))
		return (struct told){0};
	return (struct told){regs[RTC_DR / 4], time_now(), "PL031"};
}

static void say(enum log_level level, const char *what, u64 seconds, const char *by)
{
	struct calendar c = calendar_of(seconds);

	log_line(level, "clock: %s%04u-%02u-%02u %02u:%02u:%02u UTC, %s", what, c.year, c.month, c.day,
		 c.hour, c.minute, c.second, by);
}

void clock_begin(const struct machine *m, u64 otherwise)
{
	struct told t = {m->clock_seconds, m->clock_at, "UEFI"};

	if (!t.seconds && m->rtc.v)
		t = from_pl031(m->rtc);
	if (t.seconds && (t.seconds < EARLIEST || t.seconds > LATEST)) {
		say(LOG_WARN, "not believed: ", min_u64(t.seconds, LATEST), t.by);
		t.seconds = 0;
	}
	if (!t.seconds)
		t = (struct told){otherwise, time_now(), "the build's: the machine has no clock that is set"};
	say(LOG_INFO, "", t.seconds, t.by);
	platform_set_clock(t.seconds, t.at);
}
