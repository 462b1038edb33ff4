/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM's time: the machine's counter less an offset, which hides the time that the VM was stopped. It changes only while
 * all of the VM's vCPUs are put, so there is no lock. All in ticks of time_now().
 */
#ifndef CORE_GUEST_CLOCK_H
#define CORE_GUEST_CLOCK_H

#include "hal/cpu.h"
#include "hal/types.h"

struct guest_clock {
	u64 offset;     /* guest time = counter - offset */
	u64 stopped_at; /* counter when the VM's time stopped */
	bool stopped;
};

/* Guest time starts at zero. */
static inline void guest_clock_reset(struct guest_clock *c)
{
	*c = (struct guest_clock){.offset = time_now()};
}

static inline u64 guest_clock_now(const struct guest_clock *c)
{
	return (c->stopped ? c->stopped_at : time_now()) - c->offset;
}

/* The counter when guest time `at` comes, now if it has come; saturates at NO_DEADLINE. */
static inline u64 guest_clock_deadline(const struct guest_clock *c, u64 at)
{
	u64 now = guest_clock_now(c), host = now + c->offset;
	u64 left = at > now ? at - now : 0;

	return left < NO_DEADLINE - host ? host + left : NO_DEADLINE;
}

/* Twice is once, as for guest_clock_start(). */
static inline void guest_clock_stop(struct guest_clock *c)
{
	if (c->stopped)
		return;
	c->stopped_at = time_now();
	c->stopped = true;
}

static inline void guest_clock_start(struct guest_clock *c)
{
	if (!c->stopped)
		return;
	c->offset += time_now() - c->stopped_at;
	c->stopped = false;
}

#endif
