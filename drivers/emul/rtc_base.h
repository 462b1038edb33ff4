/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the emulated real-time clocks have in common: a count of time that begins at
 * the machine's time of day and runs on while the VM is paused, one alarm, one
 * interrupt line. The device gives it registers.
 *
 * A software timer belongs to one CPU and registers are written on the vCPU's: who
 * moves the alarm posts a job, and the first housekeeping CPU sets the timer.
 */
#ifndef DRIVERS_EMUL_RTC_BASE_H
#define DRIVERS_EMUL_RTC_BASE_H

#include "core/house.h"
#include "core/timer.h"
#include "core/vm.h"
#include "hal/atomic.h"

struct rtc_base {
	spinlock_t lock; /* a leaf; held for one register access */
	struct vm *vm;
	u32 irq;
	u32 rate;   /* units of the count in a second, at most 10^9 */
	bool level; /* of the line */
	bool armed; /* the alarm was set and has not been met since */
	bool pending, enabled;
	u64 count, at; /* the count was `count` at tick `at` */
	u64 alarm;     /* as a count */
	struct house_job job;
	struct ktimer timer; /* housekeeping CPU only */
};

/*
 * The machine's wall clock: it was `seconds` since 1970 when the counter was `at`, and it goes on by the counter. Boot
 * only.
 */
void rtc_set_clock(u64 seconds, u64 at);

/* Boot: a clock of `vm` that counts `rate` units a second; then rtc_reset(). `irq` as for virq_set(). */
void rtc_init(struct vm *vm, struct rtc_base *rtc, u32 irq, u32 rate);
/* Count to the machine's time, no alarm, interrupt masked; the line falls. No vCPU runs. Takes the lock. */
void rtc_reset(struct rtc_base *rtc);

/* ---- with the lock held ---- */

/* Units since 1970, by the guest's idea of it. */
u64 rtc_now(const struct rtc_base *rtc);
/* Set the count for this VM. The alarm stays the count that it was. */
void rtc_load(struct rtc_base *rtc, u64 count);
/* Interrupt when the count is `alarm`, at once when it is or is past. */
void rtc_arm(struct rtc_base *rtc, u64 alarm);
/* After any change, and before pending is read: look whether the alarm is met, and set the line. */
void rtc_update(struct rtc_base *rtc);

/* ---- without it ---- */

/* The count or the alarm was changed. */
void rtc_moved(struct rtc_base *rtc);

#endif
