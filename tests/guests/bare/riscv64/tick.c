/* SPDX-License-Identifier: Apache-2.0 */
/* The supervisor timer's interrupt and the software interrupt, for guests that do not care how they come. */
#include "tests/guests/bare/lib.h"

#define TIMEBASE 10000000 /* the emulator's, when the tree does not say */

static void (*tick)(u64 entered);

static void on_timer(struct frame *f)
{
	tick(f->entered);
}

u64 counter_hz(const void *tree)
{
	return tree_number(tree, NULL, "timebase-frequency", TIMEBASE);
}

void tick_init(void (*fn)(u64 entered))
{
	tick = fn;
	interrupt_handler[IRQ_TIMER] = on_timer;
}

/* What was left pending by firmware ends here. */
void tick_cpu_init(void)
{
	timer_off();
	set_csr(sie, 1u << IRQ_TIMER);
}

void tick_wait(void)
{
	wfi();
}

void ipi_init(void)
{
}

void ipi_cpu_init(void)
{
	set_csr(sie, 1u << IRQ_SOFT);
}

void ipi_send(u32 index)
{
	(void)sbi_send_ipi(index);
}

bool ipi_take(void)
{
	u64 pending;

	__asm__ volatile("csrrc %0, sip, %1" : "=r"(pending) : "r"(1u << IRQ_SOFT) : "memory");
	return pending >> IRQ_SOFT & 1;
}

bool cpu_is_off(u32 index)
{
	return cpu_state(index) == HSM_STOPPED;
}
