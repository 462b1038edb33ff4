/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A neighbour that wants its time: a 1 ms timer on a CPU of its own, for ever. Every 256 handlers it says the largest
 * distance of two that it has seen, in ticks of the guest's counter.
 *
 * Its second vCPU, on a CPU of its own too, takes a timer interrupt every 40 us and does nothing else. Under -icount an
 * emulator with one thread gives each CPU in turn an equal part of the time to the next event of any timer: without such
 * an event close by, a CPU is late by up to 25 ms for reasons that are not the hypervisor's.
 */
#include "tests/guests/bare/lib.h"

#define REPORT 256

static volatile u64 handled, last, max_gap;
static u64 period, deadline;

static void tick(u64 entered)
{
	if (handled && entered - last > max_gap)
		max_gap = entered - last;
	last = entered;
	handled++;
	deadline += period;
	timer_set(deadline);
}

static u64 beat_deadline;

static void metronome(u64 beat)
{
	tick_cpu_init();
	for (beat_deadline = counter();;) {
		/* Beats that are over are left out: some emulators end a CPU's turn by a wait that need not wait. */
		do
			beat_deadline += beat;
		while (beat_deadline <= counter());
		timer_set(beat_deadline);
		tick_wait();
	}
}

void guest_main(const void *tree)
{
	u64 hz = counter_hz(tree), told = 0;

	tick_init(tick);
	tick_cpu_init();
	cpu_start(1, metronome, hz / 25000);
	period = hz / 1000;
	deadline = counter() + period;
	timer_set(deadline);
	irq_on();
	for (;;) {
		u64 n = handled;

		if (n < told + REPORT) {
			wfi();
			continue;
		}
		told = n;
		print("neighbour: %lu handlers, max gap %lu ticks of %lu Hz\n", n, max_gap, hz);
	}
}
