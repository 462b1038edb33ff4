/* SPDX-License-Identifier: Apache-2.0 */
/* What the hostile guest's runner asks of the architecture: exceptions, interrupts, instructions under test. */
#include "tests/guests/bare/arm64/hostile.h"

const struct row *const row_groups[] = {memory_rows, walk_rows,  mmio_rows,    call_rows, register_rows,
					system_rows, debug_rows, aarch32_rows, time_rows, gic_rows,
					fuzz_rows,   last_rows,  NULL};

static u64 code_buffer[2] __attribute__((aligned(16)));
volatile u32 irqs_taken[32];

/* ---- instructions under test ---- */

struct outcome run_code(const void *code, const u64 regs[8])
{
	struct outcome o = {0};
	struct frame f;

	memcpy(o.x, regs, sizeof(o.x));
	fault_catch();
	code_call(code, o.x);
	o.taken = fault_caught(&f);
	if (o.taken) {
		o.ec = ESR_EC(f.esr);
		o.iss = (u32)(f.esr & 0x1ffffff);
		o.far = f.far;
		o.elr = f.elr;
		o.spsr = f.spsr;
	}
	return o;
}

struct outcome run_insn(u32 insn, u64 x0, u64 x1)
{
	const u64 regs[8] = {x0, x1};

	*(volatile u64 *)code_buffer = 0xd65f03c000000000ULL | insn;
	__asm__ volatile("dc cvau, %0\n\tdsb ish\n\tic ivau, %0\n\tdsb ish\n\tisb" ::"r"(code_buffer)
			 : "memory");
	return run_code(code_buffer, regs);
}

static const struct {
	u32 ec;
	const char *name;
} kinds[] = {
	{0x00, "undefined"},
	{0x0e, "illegal state"},
	{0x15, "SVC"},
	{0x18, "trapped register"},
	{0x19, "SVE trap"},
	{0x1d, "SME trap"},
	{0x20, "fetch abort from EL0"},
	{0x21, "fetch abort"},
	{0x22, "PC misaligned"},
	{0x24, "abort from EL0"},
	{0x25, "abort"},
	{0x26, "SP misaligned"},
	{0x30, "breakpoint from EL0"},
	{0x31, "breakpoint"},
	{0x33, "step"},
	{0x35, "watchpoint"},
	{0x3c, "BRK"},
	{0x2f, "SError"},
};

static const char *kind(u32 ec)
{
	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].ec == ec)
			return kinds[i].name;
	return "class";
}

void say_outcome(const struct outcome *o, u64 pc, u64 va)
{
	bool abort = o->ec == EC_DABT || o->ec == EC_IABT;

	if (!o->taken) {
		say("ok");
		return;
	}
	if (o->ec == EC_DABT)
		say("abort %02x%s", o->iss & 0x3f, o->iss & 0x40 ? "w" : "");
	else if (o->ec == EC_IABT)
		say("fetch abort %02x", o->iss & 0x3f);
	else
		say("%s", kind(o->ec));
	if (abort && va != NO_VA && o->far != va)
		say("FAR %lx", o->far);
	if (pc && o->elr != pc)
		say("ELR %lx not %lx", o->elr, pc);
	if (o->taken > 1)
		say("x%u", o->taken);
}

/* ---- exceptions ---- */

static void abandon(struct frame *f)
{
	f->elr = (u64)(uintptr_t)context_load;
	f->spsr = 0x3c5;
	f->x[0] = (u64)(uintptr_t)row_context();
}

static void on_irq(struct frame *f)
{
	u32 intid = gic_ack();

	if (intid >= 1020)
		return;
	if (intid < 32)
		irqs_taken[intid]++;
	if (intid != INTID_VTIMER || cpu_index() != 0) {
		gic_eoi(intid);
		return;
	}
	/* Armed anew since: a level that was pending once may still come in. */
	if ((read_sysreg(cntv_ctl_el0) & 5) != 5) {
		gic_eoi(intid);
		return;
	}
	vtimer_off();
	gic_eoi(intid);
	say("TIMEOUT at %lx", f->elr);
	abandon(f);
}

static void on_surprise(struct frame *f)
{
	if (cpu_index() != 0)
		cpu_off();
	say("UNEXPECTED vector %u", (u32)f->vector);
	say("%s, ISS %x", kind(ESR_EC(f->esr)), (u32)(f->esr & 0x1ffffff));
	say("ELR %lx, FAR %lx", f->elr, f->far);
	abandon(f);
}

static void on_fiq(struct frame *f)
{
	u32 intid = (u32)read_sysreg(icc_iar0_el1);

	if (intid < 1020)
		write_sysreg(icc_eoir0_el1, intid);
	(void)f;
}

void gic_clean(void)
{
	u64 sgi = gicr_frame(cpu_index()) + GICR_SGI_FRAME;

	irq_off();
	for (u32 i = 0; i < 128; i += 4) {
		write32(GICD_BASE + 0x180 + i, ~0u);
		write32(GICD_BASE + 0x280 + i, ~0u);
		write32(GICD_BASE + 0x380 + i, ~0u);
		write32(GICD_BASE + 0x80 + i, ~0u);
	}
	write32(sgi + 0x180, ~0u);
	write32(sgi + 0x280, ~0u);
	write32(sgi + 0x380, ~0u);
	/* What is still acknowledged, until no priority is active. */
	for (u32 i = 0; i < 300 && read_sysreg(icc_rpr_el1) < 0xff; i++) {
		gic_eoi(INTID_VTIMER);
		write_sysreg(icc_eoir0_el1, INTID_VTIMER);
	}
	gic_init();
	gic_cpu_init();
	write_sysreg(icc_igrpen0_el1, 0);
	gic_enable(INTID_VTIMER, 0);
}

/* ---- the rows ---- */

void row_begin(void)
{
	for (u32 i = 0; i < 32; i++)
		irqs_taken[i] = 0;
}

void row_end(void)
{
	irq_off();
	vtimer_off();
	fault_caught(NULL);
}

void rows_init(const void *tree UNUSED)
{
	for (u32 i = 0; i < VECTORS; i++)
		exception_handler[i] = on_surprise;
	exception_handler[VECTOR_IRQ] = on_irq;
	exception_handler[VECTOR_FIQ] = on_fiq;
	mmu_on();
	gic_clean();
}
