/* SPDX-License-Identifier: Apache-2.0 */
/* hal/cpu.h on a workstation: one CPU at a time, time that only tests move. */
#include <sched.h>
#include <string.h>

#include "core/cpu.h"
#include "hal/fake/fake.h"

#define FAKE_HZ 62500000u
#define WEAK __attribute__((weak)) /* the real one wins */

static struct cpu fake_default_cpu;
struct fake_cpu_state fake_cpu = {.cpu = &fake_default_cpu, .hz = FAKE_HZ, .armed = NO_DEADLINE};

/* core/timer.c, when the test links it. */
void timer_expired(void) __attribute__((weak));

void fake_cpu_reset(void);
void fake_cpu_reset(void)
{
	memset(&fake_default_cpu, 0, sizeof(fake_default_cpu));
	fake_cpu = (struct fake_cpu_state){.cpu = &fake_default_cpu, .hz = FAKE_HZ, .armed = NO_DEADLINE};
}

struct cpu *this_cpu(void)
{
	return fake_cpu.cpu;
}

void cpu_kick(u32 cpu)
{
	if (cpu >= MAX_CPUS) {
		fake_violation("kick of CPU %u", cpu);
		return;
	}
	fake_cpu.kicks[cpu]++;
}

void cpu_wait(void)
{
	fake_cpu.waits++;
	if (fake_cpu.on_wait)
		fake_cpu.on_wait();
}

void cpu_relax(void)
{
	sched_yield(); /* for tests that use threads as CPUs */
}

void cpu_stop_others(void)
{
}

void cpu_panic_stop(void)
{
	fake_end(FAKE_PANIC);
}

WEAK void machine_poweroff(void)
{
	fake_end(FAKE_POWEROFF);
}

WEAK void machine_reset(void)
{
	fake_end(FAKE_RESET);
}

u64 time_now(void)
{
	return fake_cpu.now;
}

u32 time_hz(void)
{
	return fake_cpu.hz;
}

void timer_arm(u64 deadline)
{
	fake_cpu.armed = deadline;
	fake_cpu.arms++;
}

void fake_time_advance(u64 ticks)
{
	fake_cpu.now += ticks;
	if (fake_cpu.armed == NO_DEADLINE || fake_cpu.now < fake_cpu.armed)
		return;
	fake_cpu.armed = NO_DEADLINE;
	if (timer_expired)
		timer_expired();
}
