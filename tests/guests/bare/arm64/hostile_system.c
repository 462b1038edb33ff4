/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile rows: caches, TLBs, translation control, and states that no sane guest puts itself into. */
#include "tests/guests/bare/arm64/hostile.h"

/* ---- set/way ---- */

static void set_way_loop(u32 op)
{
	u64 clidr = read_sysreg(clidr_el1);

	for (u32 level = 0; level < 7; level++) {
		u64 id, ways, sets, line;

		if ((clidr >> (3 * level) & 7) < 2)
			continue;
		write_sysreg(csselr_el1, level << 1);
		isb();
		id = read_sysreg(ccsidr_el1);
		line = (id & 7) + 4;
		ways = id >> 3 & 0x3ff;
		sets = id >> 13 & 0x7fff;
		if (ways > 7)
			ways = 7; /* all of them cost the same */
		for (u64 s = 0; s <= sets; s += 17) {
			u64 v = s << line | level << 1;

			for (u64 w = 0; w <= ways; w++) {
				if (op == 0)
					__asm__ volatile("dc isw, %0" ::"r"(v) : "memory");
				else if (op == 1)
					__asm__ volatile("dc csw, %0" ::"r"(v) : "memory");
				else
					__asm__ volatile("dc cisw, %0" ::"r"(v) : "memory");
			}
		}
	}
}

static volatile u64 pattern[512];

/* Invalidation by set and way must not lose what was written: HCR_EL2.SWIO, and the hypervisor does it by address. */
static void set_way(void)
{
	u32 lost = 0;

	row_time(3000);
	for (u32 round = 0; round < 3; round++) {
		for (u32 i = 0; i < ARRAY_SIZE(pattern); i++)
			pattern[i] = i * 0x0101010101010101ULL + round;
		set_way_loop(round);
		for (u32 i = 0; i < ARRAY_SIZE(pattern); i++)
			lost += pattern[i] != i * 0x0101010101010101ULL + round;
	}
	say("%u lost", lost);
}

/* Operands that name no cache. */
static void set_way_odd(void)
{
	u32 taken = 0;

	row_time(3000);
	for (u32 i = 0; i < 2000; i++) {
		u64 v = random64();

		taken += run_insn(0xd5087641, 0, v).taken; /* dc isw, x1 */
		taken += run_insn(0xd5087e41, 0, v).taken; /* dc cisw, x1 */
	}
	say("%u taken", taken);
}

/* With set/way maintenance seen, the hypervisor watches SCTLR_EL1.C: switch it over and over. */
static void cache_switch(void)
{
	u64 sctlr = read_sysreg(sctlr_el1);

	row_time(4000);
	irq_off();
	for (u32 i = 0; i < 6; i++) {
		set_way_loop(2);
		write_sysreg(sctlr_el1, sctlr & ~4ULL);
		isb();
		write_sysreg(tcr_el1, read_sysreg(tcr_el1));
		write_sysreg(ttbr1_el1, read_sysreg(ttbr1_el1));
		write_sysreg(mair_el1, read_sysreg(mair_el1));
		write_sysreg(sctlr_el1, sctlr);
		isb();
	}
	irq_on();
	say("%s", read_sysreg(sctlr_el1) == sctlr ? "done" : "SCTLR_EL1 changed");
}

static u32 differ(u64 seed)
{
	u32 n = 0;

	for (u32 i = 0; i < ARRAY_SIZE(pattern); i++)
		n += pattern[i] != (i ^ seed) * 0x0101010101010101ULL;
	return n;
}

static void write_pattern(u64 seed)
{
	for (u32 i = 0; i < ARRAY_SIZE(pattern); i++)
		pattern[i] = (i ^ seed) * 0x0101010101010101ULL;
}

/*
 * As boot loaders of old do before they enter the next image: write with caches on, clean by set and way, MMU and caches
 * off, and what was written is there; the next image invalidates by set and way and switches caches on, and what was written
 * meanwhile is there too.
 */
static void set_way_firmware(void)
{
	u64 sctlr = read_sysreg(sctlr_el1);
	u32 off = 0, on = 0;

	row_time(6000);
	irq_off();
	for (u64 round = 1; round <= 4; round++) {
		write_pattern(round);
		set_way_loop(2);
		dsb(sy);
		write_sysreg(sctlr_el1, sctlr & ~0x1005ULL); /* M, C, I */
		isb();
		off += differ(round);
		write_pattern(round << 8);
		dsb(sy);
		set_way_loop(0);
		dsb(sy);
		write_sysreg(sctlr_el1, sctlr);
		isb();
		on += differ(round << 8);
	}
	irq_on();
	say("%u lost with caches off, %u on", off, on);
}

/* ---- TLB ---- */

/* CRm of the forms that every CPU has, then what FEAT_TLBIOS and FEAT_TLBIRANGE add; all op2. */
static void tlbi_storm(void)
{
	static const u8 crm[] = {3, 7, 1, 2, 5, 6};
	u32 kinds = read_sysreg(id_aa64isar0_el1) >> 56 & 0xf,
	    n = kinds == 2 ? 6
		: kinds    ? 3
			   : 2,
	    done = 0, undefined = 0;

	row_time(4000);
	for (u32 round = 0; round < 200; round++) {
		for (u32 i = 0; i < n; i++) {
			for (u32 op2 = 0; op2 < 8; op2++) {
				struct outcome o =
					run_insn(0xd5088001u | (u32)crm[i] << 8 | op2 << 5, 0, random64());

				done += !o.taken;
				undefined += o.taken && o.ec == EC_UNKNOWN;
			}
		}
	}
	dsb(sy);
	say("%s", done ? "done" : "?");
	if (done + undefined != 200 * n * 8)
		say("%u other", 200 * n * 8 - done - undefined);
}

/* Invalidation of EL2's entries and of other VMs' (by IPA): not for EL1. */
static void tlbi_hyp(void)
{
	u32 undefined = 0, other = 0;

	for (u32 crm = 0; crm < 16; crm++)
		for (u32 op2 = 0; op2 < 8; op2++) {
			struct outcome o = run_insn(0xd50c8001u | crm << 8 | op2 << 5, 0, 0);
			struct outcome p = run_insn(0xd50c7801u | op2 << 5, 0, 0); /* at s1e2r, s12e1r ... */

			*(o.taken == 1 && o.ec == EC_UNKNOWN && p.taken == 1 && p.ec == EC_UNKNOWN
				  ? &undefined
				  : &other) += 1;
		}
	say("%u undefined, %u other", undefined, other);
}

/* ---- control registers ---- */

static void nonsense(void)
{
	static const u64 value[] = {
		0, ~0ULL, 0x5555555555555555ULL, 0xaaaaaaaaaaaaaaaaULL, 0xffffffff, 0xffffffff00000000ULL};

	irq_off();
	for (u32 i = 0; i < ARRAY_SIZE(value); i++)
		regime_nonsense(value[i]);
	for (u32 i = 0; i < 200; i++)
		regime_nonsense(random64());
	irq_on();
	say("survived");
}

/* ---- the program counter, the stack pointer, the state ---- */

static void pc_unaligned(void)
{
	const u64 regs[8] = {0};

	for (u32 i = 1; i < 4; i++) {
		u64 pc = (u64)(uintptr_t)pc_unaligned + i;
		struct outcome o = run_code((const void *)(uintptr_t)pc, regs);

		say_outcome(&o, pc, pc);
	}
}

CODE(s_sp, "ldr x3, [sp]\n\tsvc #1");

/* QEMU does not check the stack pointer's alignment: there it is the SVC that ends it. */
static void sp_unaligned(void)
{
	static u64 own[64] __attribute__((aligned(16)));
	u64 regs[5] = {0, 0, 0, 0, alias(ALIAS_USER, (u64)(uintptr_t)own) + 8};
	u64 pc = alias(ALIAS_USER, (u64)(uintptr_t)s_sp);
	struct frame f;

	write_sysreg(sctlr_el1, read_sysreg(sctlr_el1) | 1 << 4); /* SA0 */
	isb();
	f = run_el0(pc, SPSR_EL0_A64, regs);
	say("%s", (ESR_EC(f.esr) == 0x26 && f.elr == pc) || ESR_EC(f.esr) == EC_SVC64
			  ? "refused or not checked"
			  : "?");
}

/* An exception return to each mode there could be: illegal ones set PSTATE.IL and stay where they were (D1.4.3). */
static u64 back_context[16];
static struct frame back_frame;

static void back(struct frame *f)
{
	back_frame = *f;
	f->elr = (u64)(uintptr_t)context_load;
	f->spsr = 0x3c5;
	f->x[0] = (u64)(uintptr_t)back_context;
}

CODE(s_svc, "svc #3");

static struct frame eret_to(u64 spsr, u64 pc)
{
	exception_fn saved[VECTORS];
	u64 regs[5] = {0};

	memcpy(saved, exception_handler, sizeof(saved));
	regs[4] = (u64)(uintptr_t)back_context & ~0xfULL;
	for (u32 i = 0; i < VECTORS; i += 4)
		exception_handler[i] = back;
	irq_off();
	if (!context_save(back_context))
		enter_el0(pc, spsr, regs);
	memcpy(exception_handler, saved, sizeof(saved));
	irq_on();
	return back_frame;
}

static void eret_modes(void)
{
	u32 illegal = 0, allowed = 0, other = 0;

	for (u64 mode = 0; mode < 32; mode++) {
		bool fine = mode == 5 || mode == 0x10;
		struct frame f;

		if (mode == 0 || mode == 4)
			continue; /* EL0 has rows of its own; EL1t has no stack to take this on */
		f = eret_to(0x3c0 | mode, mode == 0x10 ? alias(ALIAS_LOW_USER, (u64)(uintptr_t)s_svc)
						       : (u64)(uintptr_t)s_svc);
		if (ESR_EC(f.esr) == 0x0e)
			illegal++;
		else if (fine)
			allowed++;
		else
			other++;
	}
	say("%u illegal, %u other", illegal, other);
	(void)allowed;
}

static void illegal_bit(void)
{
	struct frame f = eret_to(0x3c5 | 1 << 20, (u64)(uintptr_t)s_svc);

	say("%s", ESR_EC(f.esr) == 0x0e ? "illegal state" : "?");
}

/* An exit while PSTATE.IL is set cannot be: IL comes first. But the hypervisor's way back must keep odd flags. */
static void flags_kept(void)
{
	u64 nzcv = 0;

	__asm__ volatile(
		"mov x0, #0x84000000\n\tmov x1, #0xa0000000\n\tmsr nzcv, x1\n\thvc #0\n\tmrs %0, nzcv"
		: "=r"(nzcv)::"x0", "x1", "x2", "x3", "cc", "memory");
	say("%lx", nzcv >> 28);
}

/* A virtual SError of one's own making there is none; ISR shows nothing. */
static void serror(void)
{
	dsb(sy);
	serror_on();
	isb();
	say("ISR %lx", read_sysreg(isr_el1) & 0x100);
	__asm__ volatile("msr daifset, #4");
}

/* ---- waiting ---- */

static void wait_games(void)
{
	u32 woken = 0;

	for (u32 i = 0; i < 50; i++) {
		irq_off();
		vtimer_set(counter() + (i & 1 ? 10000 : 0));
		__asm__ volatile("wfi" ::: "memory");
		woken++;
		for (u32 k = 0; k < 4; k++)
			__asm__ volatile("sevl\n\twfe\n\tyield" ::: "memory");
		row_time(400);
		irq_on();
	}
	say("%u woken", woken);
}

/* Waiting with a timeout is hidden: it waits, ends early, or is undefined; it ends. */
static void wait_timeout(void)
{
	u64 end = counter() + 10000;
	struct outcome i = run_insn(0xd5031021, 0, end),
		       e = run_insn(0xd5031001, 0, end); /* wfit x1, wfet x1 */

	say("%s", (!i.taken || i.ec == EC_UNKNOWN) && (!e.taken || e.ec == EC_UNKNOWN) ? "ended" : "?");
}

const struct row system_rows[] = {
	{"set-way", set_way},
	{"set-way-odd", set_way_odd},
	{"cache-switch", cache_switch},
	{"set-way-firmware", set_way_firmware},
	{"tlbi-storm", tlbi_storm},
	{"tlbi-hyp", tlbi_hyp},
	{"regime-nonsense", nonsense},
	{"pc-unaligned", pc_unaligned},
	{"sp-unaligned", sp_unaligned},
	{"eret-modes", eret_modes},
	{"illegal-bit", illegal_bit},
	{"flags-kept", flags_kept},
	{"serror", serror},
	{"wait-games", wait_games},
	{"wait-timeout", wait_timeout},
	{NULL, NULL},
};
