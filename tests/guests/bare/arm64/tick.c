/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual timer's interrupt and one SGI, for guests that do not care which controller there is. */
#include "tests/guests/bare/lib.h"

#define SGI 3
#define SGI_PRIORITY 0x80

static void (*tick)(u64 entered);

static void on_irq(struct frame *f)
{
	u32 intid = gic_ack();

	if (intid == INTID_VTIMER)
		tick(f->entered);
	if (intid != INTID_SPURIOUS)
		gic_eoi(intid);
}

u64 counter_hz(const void *tree)
{
	(void)tree;
	return read_sysreg(cntfrq_el0);
}

void timer_set(u64 deadline)
{
	vtimer_set(deadline);
}

void tick_init(void (*fn)(u64 entered))
{
	tick = fn;
	exception_handler[VECTOR_IRQ] = on_irq;
	gic_init();
}

void tick_cpu_init(void)
{
	gic_cpu_init();
	gic_enable(INTID_VTIMER, 0);
}

void tick_wait(void)
{
	wfi();
	gic_eoi(gic_ack());
}

void ipi_init(void)
{
	gic_init();
}

void ipi_cpu_init(void)
{
	gic_cpu_init();
	gic_enable(SGI, SGI_PRIORITY);
}

void ipi_send(u32 index)
{
	gic_send_sgi(SGI, index);
}

bool ipi_take(void)
{
	u32 intid = gic_ack();

	if (intid != INTID_SPURIOUS)
		gic_eoi(intid);
	return intid == SGI;
}

bool cpu_is_off(u32 index)
{
	return cpu_affinity_info(index) == 1;
}
