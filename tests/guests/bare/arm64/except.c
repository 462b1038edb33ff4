/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions: handlers by vector, faults that a test expects, and the report of all others. */
#include "tests/guests/bare/lib.h"

exception_fn exception_handler[VECTORS];

static struct {
	bool catching;
	u32 taken;
	struct frame last;
} faults[BARE_CPUS];

void fault_catch(void)
{
	faults[cpu_index()].taken = 0;
	faults[cpu_index()].catching = true;
	dsb(sy);
	isb();
}

u32 fault_caught(struct frame *frame)
{
	u32 cpu = cpu_index();

	dsb(sy);
	isb();
	faults[cpu].catching = false;
	if (frame)
		*frame = faults[cpu].last;
	return faults[cpu].taken;
}

static bool is_fault(const struct frame *f)
{
	return (f->vector & 3) == (VECTOR_SYNC & 3) || (f->vector & 3) == (VECTOR_SERROR & 3);
}

/* SVC, HVC and SMC that completed would return behind themselves; none of these comes here as a fault. */
static void step_over(struct frame *f)
{
	u32 ec = ESR_EC(f->esr);

	if ((f->vector & 3) == (VECTOR_SERROR & 3))
		return; /* not of the instruction that was interrupted */
	if (ec == EC_IABT || f->elr == f->far)
		f->elr = f->x[30];
	else
		f->elr += 4;
}

static void report(const struct frame *f)
{
	print("exception: cpu %u vector %u esr %08lx far %016lx elr %016lx spsr %08lx\n", cpu_index(),
	      (u32)f->vector, f->esr, f->far, f->elr, f->spsr);
	for (u32 i = 0; i < 30; i += 3)
		print("  x%02u %016lx %016lx %016lx\n", i, f->x[i], f->x[i + 1], f->x[i + 2]);
	print("  x30 %016lx\nFAIL exception\n", f->x[30]);
	power_off();
}

void exception_dispatch(struct frame *frame)
{
	u32 cpu = cpu_index();

	if (faults[cpu].catching && is_fault(frame)) {
		faults[cpu].taken++;
		faults[cpu].last = *frame;
		step_over(frame);
	} else if (exception_handler[frame->vector]) {
		exception_handler[frame->vector](frame);
	} else {
		report(frame);
	}
}
