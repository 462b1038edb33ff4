/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile rows: self-hosted debug, and single steps over what the hypervisor emulates. */
#include "tests/guests/bare/arm64/hostile.h"

#define MDSCR_SS 1ULL
#define MDSCR_KDE (1ULL << 13)
#define MDSCR_MDE (1ULL << 15)
#define SPSR_SS (1ULL << 21)
#define BVR 4
#define BCR 5
#define WVR 6
#define WCR 7

static u32 bank_count(u32 bank)
{
	return (u32)(read_sysreg(id_aa64dfr0_el1) >> (bank <= BCR ? 12 : 20) & 0xf) + 1;
}

static struct outcome bank(bool read, u32 what, u32 n, u64 v)
{
	return run_insn(SYS_INSN(read, 2, 0, 0, n, what), 0, v);
}

/* As many as ID_AA64DFR0 says, not one more; control keeps no bit that would reach another exception level. */
static void limits(void)
{
	u32 wrong = 0, reach = 0;

	for (u32 what = BVR; what <= WCR; what++) {
		for (u32 n = 0; n < 16; n++) {
			bool there = n < bank_count(what);
			struct outcome w = bank(false, what, n, what & 1 ? 0xffffffff & ~1ULL : ~3ULL),
				       r = bank(true, what, n, 0);

			wrong += (w.taken == 0) != there || (r.taken == 0) != there;
			if (there && (what & 1))
				reach += (r.x[1] >> 13 & 7) != 0; /* HMC, SSC */
			(void)bank(false, what, n, 0);
		}
	}
	say("%u wrong, %u reach out", wrong, reach);
}

static void all_off(void)
{
	for (u32 n = 0; n < 16; n++) {
		(void)bank(false, BCR, n, 0);
		(void)bank(false, WCR, n, 0);
	}
	write_sysreg(mdscr_el1, 0);
	isb();
}

CODE(d_target, "nop\n\tldr x1, [x0]\n\tnop");

/* A breakpoint on each instruction of this guest's first megabyte at once would be too many: on one, then all of BT. */
static void breakpoints(void)
{
	u64 regs[8] = {RAM_BASE};
	struct outcome o;

	(void)bank(false, BVR, 0, (u64)(uintptr_t)d_target);
	(void)bank(false, BCR, 0, 1 | 1 << 1 | 0xf << 5);
	write_sysreg(mdscr_el1, MDSCR_MDE | MDSCR_KDE);
	isb();
	fault_catch();
	__asm__ volatile("msr daifclr, #8" ::: "memory");
	code_call(d_target, regs);
	__asm__ volatile("msr daifset, #8" ::: "memory");
	struct frame f;
	u32 taken = fault_caught(&f);

	say("%s x%u", ESR_EC(f.esr) == 0x31 && f.elr == (u64)(uintptr_t)d_target ? "breakpoint" : "?", taken);
	/* every type of breakpoint there is, linked to every other */
	u32 odd = 0;

	for (u32 type = 0; type < 16; type++) {
		for (u32 link = 0; link < 16; link++) {
			o = bank(false, BCR, 0, 1 | 3 << 1 | 0xf << 5 | link << 16 | type << 20);
			odd += o.taken != 0;
		}
	}
	all_off();
	say("%u odd", odd);
}

static void watchpoints(void)
{
	static u64 watched[2] __attribute__((aligned(16)));
	u64 regs[8] = {(u64)(uintptr_t)watched};
	struct frame f;
	u32 taken;

	(void)bank(false, WVR, 0, (u64)(uintptr_t)watched);
	(void)bank(false, WCR, 0, 1 | 1 << 1 | 3 << 3 | 0xff << 5);
	write_sysreg(mdscr_el1, MDSCR_MDE | MDSCR_KDE);
	isb();
	fault_catch();
	__asm__ volatile("msr daifclr, #8" ::: "memory");
	code_call(d_target, regs);
	__asm__ volatile("msr daifset, #8" ::: "memory");
	taken = fault_caught(&f);
	all_off();
	say("%s x%u", ESR_EC(f.esr) == 0x35 && f.far == regs[0] ? "watchpoint" : "?", taken);
}

/* ---- single steps ---- */

CODE(t_mmio, "ldr w1, [x0]\n\tsvc #9");
CODE(t_post, "ldr w1, [x0], #4\n\tsvc #9");
CODE(t_hvc, "hvc #0\n\tsvc #9");
CODE(t_smc, "smc #0\n\tsvc #9");
CODE(t_sysreg, "mrs x1, id_aa64pfr0_el1\n\tsvc #9");
CODE(t_undef, "mrs x1, s3_0_c10_c4_7\n\tsvc #9");
CODE(t_hole, "ldr w1, [x2]\n\tsvc #9");
CODE(t_wfe, "sevl\n\twfe\n\tsvc #9");
CODE(t_nop, "nop\n\tsvc #9");

static u64 step_context[16];
static struct frame step_frame;

static void stepped(struct frame *f)
{
	step_frame = *f;
	f->elr = (u64)(uintptr_t)context_load;
	f->spsr = 0x3c5;
	f->x[0] = (u64)(uintptr_t)step_context;
}

/* Step one instruction from EL1: where the step exception comes, or what else did. */
static void step(const char *name, const char *code, u32 skip)
{
	u64 regs[5] = {UART_BASE + 0xfe0, 0, 0x0b000000, 0, (u64)(uintptr_t)step_context & ~0xfULL};
	u64 pc = (u64)(uintptr_t)code + skip;
	exception_fn saved = exception_handler[VECTOR_SYNC];

	if (code == t_hvc || code == t_smc)
		regs[0] = 0xc6000000;
	exception_handler[VECTOR_SYNC] = stepped;
	irq_off();
	if (!context_save(step_context)) {
		__asm__ volatile("msr daifset, #8" ::: "memory");
		write_sysreg(mdscr_el1, MDSCR_SS | MDSCR_KDE);
		isb();
		enter_el0(pc, 0x1c5 | SPSR_SS, regs); /* D clear: EL1 steps itself */
	}
	write_sysreg(mdscr_el1, 0);
	isb();
	exception_handler[VECTOR_SYNC] = saved;
	irq_on();
	if (ESR_EC(step_frame.esr) == 0x33 && step_frame.elr == pc + 4)
		say("%s", name);
	else
		say("%s: EC %x at +%ld", name, ESR_EC(step_frame.esr), (s64)(step_frame.elr - pc));
}

static void steps(void)
{
	step("nop", t_nop, 0);
	step("mmio", t_mmio, 0);
	step("post", t_post, 0);
	step("hvc", t_hvc, 0);
	step("smc", t_smc, 0);
	step("sysreg", t_sysreg, 0);
	step("wfe", t_wfe, 4);
	step("undef", t_undef, 0);
	step("hole", t_hole, 0);
}

/* ---- the rest ---- */

CODE(d_brk, "brk #7");

static void brk(void)
{
	const u64 regs[8] = {0};
	struct outcome o = run_code(d_brk, regs);

	say_outcome(&o, (u64)(uintptr_t)d_brk, NO_VA);
	say("%u", o.iss);
}

/* The OS lock reads back; the external debugger's channel is empty. */
static void os_lock(void)
{
	/* MDCCSR, DBGDTR, DBGDTRRX, OSDTRRX, OSDTRTX, OSECCR, OSDLR, DBGPRCR, DBGAUTHSTATUS, MDCCINT */
	static const u32 channel[] = {SYS_INSN(0, 2, 3, 0, 1, 0),  SYS_INSN(0, 2, 3, 0, 4, 0),
				      SYS_INSN(0, 2, 3, 0, 5, 0),  SYS_INSN(0, 2, 0, 0, 0, 2),
				      SYS_INSN(0, 2, 0, 0, 3, 2),  SYS_INSN(0, 2, 0, 0, 6, 2),
				      SYS_INSN(0, 2, 0, 1, 3, 4),  SYS_INSN(0, 2, 0, 1, 4, 4),
				      SYS_INSN(0, 2, 0, 7, 14, 6), SYS_INSN(0, 2, 0, 0, 2, 0)};
	u32 empty = 0;

	write_sysreg(oslar_el1, 1);
	isb();
	say("%lx", read_sysreg(oslsr_el1));
	write_sysreg(oslar_el1, 0);
	isb();
	say("%lx", read_sysreg(oslsr_el1));
	for (u32 i = 0; i < ARRAY_SIZE(channel); i++) {
		struct outcome r = run_insn(channel[i] | 1u << 21, 0, 0), w = run_insn(channel[i], 0, ~0ULL);

		empty += (r.taken ? r.ec == EC_UNKNOWN : r.x[1] == 0) && (!w.taken || w.ec == EC_UNKNOWN);
	}
	say("%u of %u empty", empty, (u32)ARRAY_SIZE(channel));
}

static void mdscr(void)
{
	write_sysreg(mdscr_el1, ~MDSCR_SS);
	isb();
	say("%lx", read_sysreg(mdscr_el1));
	write_sysreg(mdscr_el1, 0);
	isb();
}

const struct row debug_rows[] = {
	{"debug-limits", limits},
	{"breakpoints", breakpoints},
	{"watchpoints", watchpoints},
	{"single-steps", steps},
	{"brk", brk},
	{"os-lock", os_lock},
	{"mdscr", mdscr},
	{NULL, NULL},
};
