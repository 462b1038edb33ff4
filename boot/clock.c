/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See clock.h. The time is read once; from then on the machine's counter tells it. A clock with an empty battery begins
 * at some round year long ago, and firmware without one may begin with the date of its own build (EDK2's virtual clock), so
 * a time before the hypervisor was built is none.
 */
#include "boot/clock.h"

#include "boot/calendar.h"
#include "core/log.h"
#include "core/platform.h"
#include "hal/cpu.h"
#include "hal/mem.h"

#define EARLIEST 1704067200u /* 2024-01-01 */
#define LATEST UINT32_MAX    /* 2106, as far as a PL031 counts */
#define RTC_SIZE KIB(4)

/* PL031 (ARM DDI 0224C, 3.2) */
#define PL031_DR 0x00
#define PL031_CR 0x0c
#define PL031_CR_RUNS 1u

/* Goldfish RTC (Android, platform/external/qemu, docs/GOLDFISH-VIRTUAL-HARDWARE.TXT): nanoseconds since 1970 */
#define GOLDFISH_TIME_LOW 0x00 /* read first: it latches the other half */
#define GOLDFISH_TIME_HIGH 0x04
#define NS_PER_S 1000000000u

struct told {
	u64 seconds, at; /* UTC since 1970 when the counter was `at`; 0: nobody told */
	const char *by;
};

/* Seconds since 1970; 0: it does not run. */
static u64 read_pl031(volatile u32 *regs)
{
	return regs[PL031_CR / 4] & PL031_CR_RUNS ? regs[PL031_DR / 4] : 0;
}

static u64 read_goldfish(volatile u32 *regs)
{
	u64 low = regs[GOLDFISH_TIME_LOW / 4];
	u64 high = regs[GOLDFISH_TIME_HIGH / 4];

	return (high << 32 | low) / NS_PER_S;
}

static const struct {
	const char *name;
	u64 (*read)(volatile u32 *regs);
} drivers[] = {
	[RTC_PL031] = {"PL031", read_pl031},
	[RTC_GOLDFISH] = {"Goldfish RTC", read_goldfish},
};

static struct told from_rtc(hpa_t base, enum rtc_kind kind)
{
	volatile u32 *regs = host_map_io(base, RTC_SIZE);

	if (!regs)
		return (struct told){0};
	return (struct told){drivers[kind].read(regs), time_now(), drivers[kind].name};
}

static void say(enum log_level level, const char *what, u64 seconds, const char *by)
{
	struct calendar c = calendar_of(seconds);

	log_line(level, "clock: %s%04u-%02u-%02u %02u:%02u:%02u UTC, %s", what, c.year, c.month, c.day,
		 c.hour, c.minute, c.second, by);
}

/* Can it be? Else it is said and nobody told. */
static struct told believed(struct told t, u64 earliest)
{
	if (!t.seconds || (t.seconds >= earliest && t.seconds <= LATEST))
		return t;
	say(LOG_WARN, "not believed: ", min_u64(t.seconds, LATEST), t.by);
	return (struct told){0};
}

void clock_begin(const struct machine *m, u64 otherwise)
{
	u64 earliest = max_u64(EARLIEST, otherwise);
	struct told t = believed((struct told){m->clock_seconds, m->clock_at, "UEFI"}, earliest);

	if (!t.seconds && m->rtc.v)
		t = believed(from_rtc(m->rtc, m->rtc_kind), earliest);
	if (!t.seconds)
		t = (struct told){otherwise, time_now(), "the build's: the machine has no clock that is set"};
	say(LOG_INFO, "", t.seconds, t.by);
	platform_set_clock(t.seconds, t.at);
}
