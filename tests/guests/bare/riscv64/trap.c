/* SPDX-License-Identifier: Apache-2.0 */
/* Traps: interrupts by number, faults that a test expects, and the report of all others. */
#include "tests/guests/bare/lib.h"

trap_fn interrupt_handler[IRQS], exception_handler;

static struct {
	bool catching;
	u32 taken;
	struct frame last;
} faults[BARE_CPUS];

void fault_catch(void)
{
	faults[cpu_index()].taken = 0;
	faults[cpu_index()].catching = true;
	fence();
}

u32 fault_caught(struct frame *frame)
{
	u32 cpu = cpu_index();

	fence();
	faults[cpu].catching = false;
	if (frame)
		*frame = faults[cpu].last;
	return faults[cpu].taken;
}

static void step_over(struct frame *f)
{
	u64 cause = f->scause;

	if (cause <= CAUSE_FETCH_ACCESS || cause == CAUSE_FETCH_PAGE)
		f->sepc = f->x[1];
	else
		f->sepc += (*(const volatile u16 *)(uintptr_t)f->sepc & 3) == 3 ? 4 : 2;
}

static void report(const struct frame *f)
{
	print("exception: cpu %u scause %lx stval %016lx sepc %016lx sstatus %lx\n", cpu_index(), f->scause,
	      f->stval, f->sepc, f->sstatus);
	for (u32 i = 0; i < 32; i += 4)
		print("  x%02u %016lx %016lx %016lx %016lx\n", i, f->x[i], f->x[i + 1], f->x[i + 2],
		      f->x[i + 3]);
	print("FAIL exception\n");
	power_off();
}

void trap_dispatch(struct frame *frame)
{
	u32 cpu = cpu_index();
	u64 number = frame->scause & ~SCAUSE_INTERRUPT;

	if ((frame->scause & SCAUSE_INTERRUPT) && number < IRQS && interrupt_handler[number]) {
		interrupt_handler[number](frame);
	} else if (!(frame->scause & SCAUSE_INTERRUPT) && faults[cpu].catching) {
		faults[cpu].taken++;
		faults[cpu].last = *frame;
		step_over(frame);
	} else if (!(frame->scause & SCAUSE_INTERRUPT) && exception_handler) {
		exception_handler(frame);
	} else {
		report(frame);
	}
}
