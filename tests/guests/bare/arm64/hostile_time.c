/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile rows: timers at the ends of their range. */
#include "tests/guests/bare/arm64/hostile.h"

static u64 us(u64 n)
{
	return read_sysreg(cntfrq_el0) / 1000000 * n;
}

/* Is the timer's interrupt pending within 50 us? By polling the GIC, the interrupt masked. */
static bool fires(u32 intid)
{
	u64 until = counter() + us(50), frame = gicr_frame(0) + GICR_SGI_FRAME;

	while (counter() < until)
		if (read32(frame + 0x200) >> intid & 1)
			return true;
	return false;
}

#define TRY(timer, intid, cval, tval, use_tval, ctl)              \
	({                                                        \
		bool fired_;                                      \
		if (use_tval)                                     \
			write_sysreg(timer##_tval_el0, tval);     \
		else                                              \
			write_sysreg(timer##_cval_el0, cval);     \
		write_sysreg(timer##_ctl_el0, ctl);               \
		isb();                                            \
		fired_ = fires(intid);                            \
		write_sysreg(timer##_ctl_el0, 0);                 \
		isb();                                            \
		fired_ && !fires(intid); /* and its level goes */ \
	})

#define TIMER_ROW(name, timer, intid)                                                                      \
	static void name(void)                                                                             \
	{                                                                                                  \
		irq_off();                                                                                 \
		vtimer_off();                                                                              \
		say("0 %s,", TRY(timer, intid, 0, 0, false, 1) ? "fires" : "silent");                      \
		say("-1 %s,", TRY(timer, intid, ~0ULL, 0, false, 1) ? "fires" : "silent");                 \
		say("masked %s,", TRY(timer, intid, 0, 0, false, 3) ? "fires" : "silent");                 \
		say("tval -1 %s,", TRY(timer, intid, 0, ~0ULL, true, 1) ? "fires" : "silent");             \
		/* 2^31 ticks ago, which is before the beginning in a young guest */                       \
		say("tval min %s,",                                                                        \
		    TRY(timer, intid, 0, 0x80000000, true, 1) == !!(counter() >> 31) ? "right" : "wrong"); \
		say("tval max %s,", TRY(timer, intid, 0, 0x7fffffff, true, 1) ? "fires" : "silent");       \
		say("top bit %s", TRY(timer, intid, 1ULL << 63, 0, false, 1) ? "fires" : "silent");        \
		for (u32 i = 0; i < 2000; i++) {                                                           \
			write_sysreg(timer##_cval_el0, random64() >> (i & 63));                            \
			write_sysreg(timer##_ctl_el0, i & 7);                                              \
			write_sysreg(timer##_tval_el0, random64());                                        \
		}                                                                                          \
		write_sysreg(timer##_ctl_el0, 0);                                                          \
		gic_clean();                                                                               \
		row_time(400);                                                                             \
		irq_on();                                                                                  \
	}
TIMER_ROW(virtual_timer, cntv, INTID_VTIMER)
TIMER_ROW(physical_timer, cntp, INTID_PTIMER)

/* A level that stays: never acknowledged, acknowledged and never deactivated, with both EOI modes. */
static void held_level(void)
{
	u32 taken = 0;

	irq_off();
	gic_enable(INTID_PTIMER, 0x20);
	write_sysreg(cntp_cval_el0, 0);
	write_sysreg(cntp_ctl_el0, 1);
	isb();
	for (u32 i = 0; i < 100; i++) {
		u32 intid = gic_ack();

		taken += intid == INTID_PTIMER;
		if (intid < 1020)
			gic_eoi(intid); /* the level is still up: again */
	}
	write_sysreg(cntp_ctl_el0, 0);
	isb();
	say("%u taken", taken);
	say("%s", fires(INTID_PTIMER) ? "still pending" : "gone");
	gic_clean();
	irq_on();
}

/* The two counters are one clock; it never goes back, whatever is written to what controls it. */
static void clock(void)
{
	u64 last = 0, back = 0, apart = 0;

	for (u32 i = 0; i < 2000; i++) {
		u64 v, p;

		write_sysreg(cntkctl_el1, random64());
		isb();
		v = read_sysreg(cntvct_el0);
		isb();
		p = read_sysreg(cntpct_el0);
		back += v < last || p < v;
		apart += p - v > us(100);
		last = p;
	}
	write_sysreg(cntkctl_el1, 0);
	say("%lu back, %lu apart", back, apart);
}

/* CNTFRQ_EL0 is for the highest exception level alone. */
static void frequency(void)
{
	struct outcome o = run_insn(SYS_INSN(0, 3, 3, 14, 0, 0), 0, 1);

	say_outcome(&o, 0, NO_VA);
}

const struct row time_rows[] = {
	{"timer-virtual", virtual_timer}, {"timer-physical", physical_timer},
	{"timer-held", held_level},       {"clock", clock},
	{"frequency", frequency},         {NULL, NULL},
};
