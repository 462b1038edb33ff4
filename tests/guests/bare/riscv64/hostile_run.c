/* SPDX-License-Identifier: Apache-2.0 */
/* What the hostile guest's runner asks of the architecture: exceptions, interrupts, instructions under test. */
#include "tests/guests/bare/riscv64/hostile.h"

#define SSTATUS_SPP 0x100
#define SSTATUS_SPIE 0x20
#define SIE_ROWS (1u << IRQ_TIMER | 1u << IRQ_SOFT | 1u << IRQ_EXTERNAL)
#define LAST_ID 255

const struct row *const row_groups[] = {memory_rows, walk_rows, mmio_rows, csr_rows, insn_rows,
					user_rows,   sbi_rows,  time_rows, msi_rows, plic_rows,
					wait_rows,   fuzz_rows, last_rows, NULL};

bool has_aia;
volatile u32 irqs_taken[IRQS];
static u32 code_buffer[4] __attribute__((aligned(16)));

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
		o.cause = f.scause;
		o.stval = f.stval;
		o.sepc = f.sepc;
	}
	return o;
}

u64 insn_address(void)
{
	return (u64)(uintptr_t)code_buffer;
}

/* Behind one of 16 bits lies C.NOP. */
struct outcome run_insn(u32 insn, u64 a0, u64 a1)
{
	const u64 regs[8] = {a0, a1};

	*(volatile u32 *)code_buffer = (insn & 3) == 3 ? insn : (insn & 0xffff) | 1u << 16;
	((volatile u32 *)code_buffer)[1] = INSN_RET;
	__asm__ volatile("fence.i" ::: "memory");
	return run_code(code_buffer, regs);
}

bool is_fault(const struct outcome *o, u64 cause, u64 stval, u64 sepc)
{
	return o->taken == 1 && o->cause == cause && o->stval == stval && o->sepc == sepc;
}

const char *cause_name(u64 cause)
{
	static const char *const name[16] = {"misaligned fetch",
					     "fetch fault",
					     "illegal",
					     "breakpoint",
					     "misaligned load",
					     "load fault",
					     "misaligned store",
					     "store fault",
					     "ecall from U",
					     "ecall",
					     "10",
					     "11",
					     "fetch page fault",
					     "load page fault",
					     "14",
					     "store page fault"};

	return cause < ARRAY_SIZE(name) ? name[cause] : "other cause";
}

void say_outcome(const struct outcome *o, u64 sepc, u64 va)
{
	if (!o->taken) {
		say("ok");
		return;
	}
	say("%s", cause_name(o->cause));
	if (va != NO_VA && o->stval != va)
		say("stval %lx", o->stval);
	if (sepc && o->sepc != sepc)
		say("sepc %lx not %lx", o->sepc, sepc);
	if (o->taken > 1)
		say("x%u", o->taken);
}

/* ---- exceptions ---- */

static void abandon(struct frame *f)
{
	f->sepc = (u64)(uintptr_t)context_load;
	f->sstatus = (f->sstatus | SSTATUS_SPP) & ~(u64)SSTATUS_SPIE;
	f->x[10] = (u64)(uintptr_t)row_context();
}

static void on_timer(struct frame *f)
{
	irqs_taken[IRQ_TIMER]++;
	timer_off();
	if (cpu_index() != 0)
		return;
	say("TIMEOUT at %lx", f->sepc);
	abandon(f);
}

static void on_soft(struct frame *f UNUSED)
{
	irqs_taken[IRQ_SOFT]++;
	clear_csr(sip, 1u << IRQ_SOFT);
}

/* By rows that want it: they enable what comes here. */
static void on_external(struct frame *f UNUSED)
{
	irqs_taken[IRQ_EXTERNAL]++;
	clear_csr(sie, 1u << IRQ_EXTERNAL);
}

static void on_surprise(struct frame *f)
{
	if (cpu_index() != 0)
		cpu_off();
	say("UNEXPECTED %s", cause_name(f->scause));
	say("sepc %lx, stval %lx", f->sepc, f->stval);
	abandon(f);
}

/* ---- the rows ---- */

void irq_clean(void)
{
	irq_off();
	timer_off();
	clear_csr(sip, 1u << IRQ_SOFT);
	for (u32 i = 0; has_aia && i <= LAST_ID && imsic_claim(); i++)
		;
	write_csr(sie, SIE_ROWS);
}

void row_begin(void)
{
	for (u32 i = 0; i < IRQS; i++)
		irqs_taken[i] = 0;
	irq_clean();
}

void row_end(void)
{
	irq_off();
	timer_off();
	fault_caught(NULL);
}

void rows_init(const void *tree)
{
	exception_handler = on_surprise;
	interrupt_handler[IRQ_TIMER] = on_timer;
	interrupt_handler[IRQ_SOFT] = on_soft;
	interrupt_handler[IRQ_EXTERNAL] = on_external;
	has_aia = imsic_init(tree);
	mmu_on();
}
