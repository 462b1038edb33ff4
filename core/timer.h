/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Software timers of one CPU: a sorted list over the one hardware deadline.
 * All calls are for this CPU's own timers; a timer never moves between CPUs
 * while it is armed. Nothing here takes a lock.
 */
#ifndef CORE_TIMER_H
#define CORE_TIMER_H

#include "hal/types.h"

struct ktimer;
/* Runs on the timer's CPU, in cpu_wait() or in the exit path; may set and cancel any timer of this CPU. */
typedef void (*ktimer_fn)(struct ktimer *t);

struct ktimer {
	struct ktimer *next, *prev;
	u64 deadline; /* ticks */
	ktimer_fn fn;
	bool armed;
};

/* Zero is a good start: no timer, hardware disarmed. */
struct timer_queue {
	struct ktimer *first; /* earliest deadline first; equal ones in the order they were set */
	u64 programmed;       /* what timer_arm() was last given, plus one; 0: disarmed */
	bool expiring;        /* timer_expired() is running callbacks and programs the hardware at its end */
};

/* Once, before anything else is done with it. */
void ktimer_init(struct ktimer *t, ktimer_fn fn);
/*
 * (Re)arm for `deadline` ticks; one in the past fires as soon as interrupts are looked at. NO_DEADLINE
 * disarms.
 */
void ktimer_set(struct ktimer *t, u64 deadline);
/* Disarm; nothing happens when it is not armed. */
void ktimer_cancel(struct ktimer *t);
/* Run what is due now without waiting for the interrupt. */
void ktimer_poll(void);

#endif
