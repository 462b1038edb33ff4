/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile rows: AArch32 at EL0, where the CPU has it. */
#include "tests/guests/bare/arm64/hostile.h"

/* Instructions as words; each ends in SVC. T32 halves are put together little-endian. */
#define A32(name, ...) static const u32 name[] __attribute__((aligned(16))) = {__VA_ARGS__, 0xef000005u}

#define USER_DEVICE (UART_BASE + 0xfe0)

static bool has_aarch32(void)
{
	if ((read_sysreg(id_aa64pfr0_el1) & 0xf) == 2)
		return true;
	say("none");
	return false;
}

static struct frame run32(const void *code, u64 spsr, const u64 regs[4])
{
	u64 all[5] = {regs[0], regs[1], regs[2], regs[3], 0};
	u64 pc = alias(ALIAS_LOW_USER, (u64)(uintptr_t)code);

	(void)alias(ALIAS_LOW_USER, USER_DEVICE);
	return run_el0(pc, spsr, all);
}

static void say32(const char *name, const struct frame *f, const void *code)
{
	u64 at = f->elr - alias(ALIAS_LOW_USER, (u64)(uintptr_t)code);

	say("%s:", name);
	if (ESR_EC(f->esr) == 0x11)
		say("ran");
	else if (ESR_EC(f->esr) == EC_UNKNOWN)
		say("undefined +%lu", at);
	else
		say("EC %x", ESR_EC(f->esr));
}

A32(a_svc, 0xe1a00000u);
A32(a_midr, 0xee100f10u);      /* mrc p15, 0, r0, c0, c0, 0 */
A32(a_sctlr, 0xee110f10u);     /* mrc p15, 0, r0, c1, c0, 0 */
A32(a_pmccntr, 0xee190f1du);   /* mrc p15, 0, r0, c9, c13, 0 */
A32(a_pmcr, 0xee190f1cu);      /* mrc p15, 0, r0, c9, c12, 0 */
A32(a_impdef, 0xee1f0f10u);    /* mrc p15, 0, r0, c15, c0, 0 */
A32(a_impdef11, 0xee1b0f10u);  /* mrc p15, 0, r0, c11, c0, 0 */
A32(a_cntpct, 0xec510f0eu);    /* mrrc p15, 0, r0, r1, c14 */
A32(a_pmccntr64, 0xec510f09u); /* mrrc p15, 0, r0, r1, c9 */
A32(a_dbg, 0xee100e11u);       /* mrc p14, 0, r0, c0, c1, 0: DBGDSCRint */
A32(a_didr, 0xee100e10u);      /* mrc p14, 0, r0, c0, c0, 0: DBGDIDR */
A32(a_trace, 0xee310e10u);     /* mrc p14, 1, r0, c1, c0, 0 */
A32(a_ldc, 0xecb05e01u);       /* ldc p14, c5, [r0], #4 */
A32(a_hvc, 0xe1400070u);
A32(a_smc, 0xe1600070u);
A32(a_eret, 0xe160006eu);
A32(a_vmrs, 0xeef00a10u); /* vmrs r0, fpsid */
A32(a_mrs_spsr, 0xe14f0000u);
A32(a_cps, 0xf1020013u);
A32(a_srs, 0xf96d0513u);
A32(a_udf, 0xe7f000f0u);
A32(a_bkpt, 0xe1200070u);
A32(a_dmb, 0xee070fbau);    /* mcr p15, 0, r0, c7, c10, 5 */
A32(a_user, 0xee1d0f50u);   /* mrc p15, 0, r0, c13, c0, 2 */
A32(a_failed, 0x0e190f1du); /* mrceq: Z is clear, so nothing */
A32(a_wfi_failed, 0x0320f003u);

static void coprocessors(void)
{
	static const struct {
		const char *name;
		const void *code;
	} all[] = {
		{"svc", a_svc},
		{"midr", a_midr},
		{"sctlr", a_sctlr},
		{"pmccntr", a_pmccntr},
		{"pmcr", a_pmcr},
		{"c15", a_impdef},
		{"c11", a_impdef11},
		{"pmccntr64", a_pmccntr64},
		{"trace", a_trace},
		{"ldc", a_ldc},
		{"hvc", a_hvc},
		{"smc", a_smc},
		{"eret", a_eret},
		{"fpsid", a_vmrs},
		{"udf", a_udf},
		{"dmb", a_dmb},
		{"tpidr", a_user},
		{"failed", a_failed},
		{"wfi failed", a_wfi_failed},
	};
	const u64 regs[4] = {0};

	if (!has_aarch32())
		return;
	for (u32 i = 0; i < ARRAY_SIZE(all); i++) {
		struct frame f = run32(all[i].code, SPSR_EL0_A32, regs);

		say32(all[i].name, &f, all[i].code);
	}
}

/* What the architecture leaves open, or EL1 of AArch64 traps: they only have to end. */
static void odd_ones(void)
{
	static const void *const all[] = {a_cntpct, a_dbg, a_didr, a_mrs_spsr, a_cps, a_srs, a_bkpt};
	const u64 regs[4] = {0};
	u32 ended = 0;

	if (!has_aarch32())
		return;
	for (u32 i = 0; i < ARRAY_SIZE(all); i++) {
		(void)run32(all[i], SPSR_EL0_A32, regs);
		ended++;
	}
	say("%u ended", ended);
}

A32(l_ldr, 0xe5901000u);  /* ldr r1, [r0] */
A32(l_ldrb, 0xe5d01000u); /* ldrb r1, [r0] */
A32(l_post, 0xe4901004u); /* ldr r1, [r0], #4 */
A32(l_ldm, 0xe8900006u);  /* ldm r0, {r1, r2} */
A32(l_ldrd, 0xe1c020d0u); /* ldrd r2, r3, [r0] */

/* Device loads: with a syndrome they work; without one there is nothing to decode, so the bus says no. */
static void loads(void)
{
	static const struct {
		const char *name;
		const void *code;
	} all[] = {{"ldr", l_ldr}, {"ldrb", l_ldrb}, {"post", l_post}, {"ldm", l_ldm}, {"ldrd", l_ldrd}};

	if (!has_aarch32())
		return;
	for (u32 i = 0; i < ARRAY_SIZE(all); i++) {
		const u64 regs[4] = {alias(ALIAS_LOW_USER, USER_DEVICE)};
		struct frame f = run32(all[i].code, SPSR_EL0_A32, regs);

		say("%s", all[i].name);
		if (ESR_EC(f.esr) == 0x11)
			say("%lx +%lu", f.x[1], f.x[0] - regs[0]);
		else if (ESR_EC(f.esr) == EC_DABT_LOW)
			say("abort %02x%s", (u32)f.esr & 0x3f, f.far == regs[0] ? "" : " FAR");
		else
			say("EC %x", ESR_EC(f.esr));
	}
}

/* SCTLR_EL1.SED is clear where mixed endianness is there; else SETEND is undefined and E stays. */
static void big_endian(void)
{
	const u64 regs[4] = {alias(ALIAS_LOW_USER, USER_DEVICE)};
	struct frame f;

	if (!has_aarch32())
		return;
	f = run32(l_ldr, SPSR_EL0_A32 | 1 << 9, regs);
	say("%08lx", f.x[1] & 0xffffffff);
}

/* T32: IT EQ; <insn>EQ; IT state has to move on over a trapped instruction. */
static const u16 t_it[] __attribute__((aligned(16))) = {
	0x2000,         /* movs r0, #0: Z set */
	0xbf04,         /* itt eq */
	0xee19, 0x0f1d, /* mrceq p15, 0, r0, c9, c13, 0: PMCCNTR */
	0x2107,         /* moveq r1, #7 */
	0xdf05, 0xdf05, /* svc #5 */
};
static const u16 t_load[] __attribute__((aligned(16))) = {
	0x2200,         /* movs r2, #0 */
	0xbf06,         /* itte eq */
	0x6801,         /* ldreq r1, [r0] */
	0x2207,         /* moveq r2, #7 */
	0x2209,         /* movne r2, #9 */
	0xdf05, 0xdf05, /* svc #5 */
};
static const u16 t_wfi[] __attribute__((aligned(16))) = {
	0x2000, 0xbf14, /* ite ne */
	0xbf30,         /* wfine: Z is set, so nothing */
	0x2107,         /* moveq r1, #7 */
	0xdf05, 0xdf05,
};

static void thumb(void)
{
	u64 regs[4] = {0};
	struct frame f;

	if (!has_aarch32())
		return;
	f = run32(t_it, SPSR_EL0_T32, regs);
	say32("undefined in IT", &f, t_it);
	say("IT %lx", (f.spsr >> 10 & 0x3f) << 2 | (f.spsr >> 25 & 3));
	regs[0] = alias(ALIAS_LOW_USER, USER_DEVICE);
	f = run32(t_load, SPSR_EL0_T32, regs);
	say("load in IT: %lx %lu,", f.x[1], f.x[2]);
	regs[0] = 0;
	f = run32(t_wfi, SPSR_EL0_T32, regs);
	say("wait in IT: %lu", f.x[1]);
}

const struct row aarch32_rows[] = {
	{"aarch32-coprocessors", coprocessors}, {"aarch32-odd", odd_ones}, {"aarch32-loads", loads},
	{"aarch32-big-endian", big_endian},     {"aarch32-thumb", thumb},  {NULL, NULL},
};
