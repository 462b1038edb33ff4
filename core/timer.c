/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Software timers: a list sorted by deadline, per CPU, over the one hardware
 * deadline of hal/cpu.h.
 *
 * Invariants: the hardware is armed for the first timer's deadline whenever
 * no callback is running; it is written only when that deadline changes. Only the
 * CPU that owns a queue touches it, with interrupts masked: no lock.
 */
#include "core/cpu.h"
#include "hal/cpu.h"

/* Callbacks run by one timer_expired(); those that are left fire at once again, after other exits had their turn. */
#define EXPIRE_BATCH 16

static void program(struct timer_queue *q)
{
	u64 deadline = q->first ? q->first->deadline : NO_DEADLINE;

	if (q->expiring || q->programmed == deadline + 1)
		return;
	q->programmed = deadline + 1;
	timer_arm(deadline);
}

static void queue_insert(struct timer_queue *q, struct ktimer *t)
{
	struct ktimer *prev = NULL, *next = q->first;

	while (next && next->deadline <= t->deadline) {
		prev = next;
		next = next->next;
	}
	t->prev = prev;
	t->next = next;
	if (prev)
		prev->next = t;
	else
		q->first = t;
	if (next)
		next->prev = t;
	t->armed = true;
}

static void queue_remove(struct timer_queue *q, struct ktimer *t)
{
	if (!t->armed)
		return;
	if (t->prev)
		t->prev->next = t->next;
	else
		q->first = t->next;
	if (t->next)
		t->next->prev = t->prev;
	t->armed = false;
}

void ktimer_init(struct ktimer *t, ktimer_fn fn)
{
	t->next = t->prev = NULL;
	t->fn = fn;
	t->armed = false;
}

/* What a guest's timer mostly does: it is the CPU's next event, and will be. */
static bool stays_first(const struct ktimer *t, u64 deadline)
{
	return t->armed && !t->prev && deadline < (t->next ? t->next->deadline : NO_DEADLINE);
}

void ktimer_set(struct ktimer *t, u64 deadline)
{
	struct timer_queue *q = &this_cpu()->timers;

	if (stays_first(t, deadline)) {
		t->deadline = deadline;
	} else {
		queue_remove(q, t);
		if (deadline != NO_DEADLINE) {
			t->deadline = deadline;
			queue_insert(q, t);
		}
	}
	program(q);
}

void ktimer_cancel(struct ktimer *t)
{
	if (t->armed)
		ktimer_set(t, NO_DEADLINE);
}

void timer_expired(void)
{
	struct timer_queue *q = &this_cpu()->timers;
	u64 now = time_now();

	q->expiring = true;
	for (u32 n = 0; n < EXPIRE_BATCH && q->first && q->first->deadline <= now; n++) {
		struct ktimer *t = q->first;

		queue_remove(q, t);
		t->fn(t);
	}
	q->expiring = false;
	/* The interrupt is a level that only a write of the deadline takes away. */
	q->programmed = 0;
	if (!q->first)
		timer_arm(NO_DEADLINE);
	program(q);
}

void ktimer_poll(void)
{
	struct timer_queue *q = &this_cpu()->timers;

	if (q->first && q->first->deadline <= time_now())
		timer_expired();
}
