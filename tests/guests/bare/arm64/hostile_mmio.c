/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile rows: loads and stores of every kind on device registers, most of them without a syndrome for the hypervisor. */
#include "tests/guests/bare/arm64/hostile.h"

/* PL011's identification: 0x11, 0x10, 0x34, 0x00, then 0x0d, 0xf0, 0x05, 0xb1 in words of four bytes. */
#define ID (UART_BASE + 0xfe0)
#define GICD_TYPER (GICD_BASE + 4)
#define GICD_IROUTER (GICD_BASE + 0x6000 + 8 * 40)
#define GPIO_BASE 0x09030000ULL
#define RTC_MR (RTC_BASE + 4)

__asm__(".arch armv8.5-a");

CODE(m_plain, "ldr w1, [x0]");
CODE(m_post, "ldr w1, [x0], #4");
CODE(m_pre, "ldr w1, [x0, #4]!");
CODE(m_preneg, "ldr w1, [x0, #-4]!");
CODE(m_ldur, "ldur w1, [x0, #4]");
CODE(m_ldtr, "ldtr w1, [x0]");
CODE(m_ldar, "ldar w1, [x0]");
CODE(m_ldrb, "ldrb w1, [x0]");
CODE(m_ldrh, "ldrh w1, [x0]");
CODE(m_ldrsb, "ldrsb x1, [x0], #1");
CODE(m_ldrsw, "ldrsw x1, [x0], #4");
CODE(m_ldpsw, "ldpsw x1, x2, [x0]");
CODE(m_ldp, "ldp w1, w2, [x0]");
CODE(m_ldp_post, "ldp w1, w2, [x0], #8");
CODE(m_ldp_pre, "ldp w1, w2, [x0, #-8]!");
CODE(m_ldnp, "ldnp w1, w2, [x0]");
CODE(m_ldp64, "ldp x1, x2, [x0]");
CODE(m_ldr64, "ldr x1, [x0]");
CODE(m_ldr64_post, "ldr x1, [x0], #8");
CODE(m_ldp_same, ".inst 0x29400401");  /* ldp w1, w1, [x0] */
CODE(m_base_same, ".inst 0xb8404400"); /* ldr w0, [x0], #4 */
CODE(m_zero, "ldr wzr, [x0], #4");
CODE(m_sp, "mov x2, sp\n\tmov sp, x0\n\tldr w1, [sp], #16\n\tmov x0, sp\n\tmov sp, x2");
CODE(m_str_post, "str w1, [x0], #4");
CODE(m_str_pre, "str w1, [x0, #4]!");
CODE(m_stp, "stp w1, w2, [x0]");
CODE(m_str64, "str x1, [x0]");
CODE(m_stp64, "stp x1, x1, [x0], #16");
CODE(m_strb, "strb w1, [x0], #1");

struct form {
	const char *name, *code;
	u64 x0, x1, x2;
	u64 want_x0, want_x1, want_x2; /* afterwards, unless it aborts */
	bool aborts;
};

static const u64 sentinel = 0x5a5a5a5a5a5a5a5aULL;

static void forms(const struct form *f, u32 n)
{
	u32 right = 0;

	for (u32 i = 0; i < n; i++, f++) {
		u64 regs[8] = {f->x0, f->x1, f->x2};
		struct outcome o;

		irq_off();
		o = run_code(f->code, regs);
		irq_on();
		if (f->aborts) {
			bool ok = o.taken == 1 && o.ec == EC_DABT && (o.iss & 0x3f) == 0x10 &&
				  o.elr == (u64)(uintptr_t)f->code && o.x[0] == f->x0 && o.x[1] == f->x1;

			right += ok;
			if (!ok)
				say("%s: %u taken, EC %x, ISS %x", f->name, o.taken, o.ec, o.iss);
			continue;
		}
		if (!o.taken && o.x[0] == f->want_x0 && o.x[1] == f->want_x1 && o.x[2] == f->want_x2) {
			right++;
			continue;
		}
		say("%s:", f->name);
		say_outcome(&o, (u64)(uintptr_t)f->code, f->x0);
		say("%lx %lx %lx", o.x[0], o.x[1], o.x[2]);
	}
	say("%u of %u", right, n);
}

static void loads(void)
{
	const u64 s = sentinel;
	const struct form f[] = {
		{"ldr", m_plain, ID, s, s, ID, 0x11, s, false},
		{"post", m_post, ID, s, s, ID + 4, 0x11, s, false},
		{"pre", m_pre, ID, s, s, ID + 4, 0x10, s, false},
		{"pre down", m_preneg, ID + 4, s, s, ID, 0x11, s, false},
		{"ldur", m_ldur, ID, s, s, ID, 0x10, s, false},
		{"ldar", m_ldar, ID, s, s, ID, 0x11, s, false},
		{"ldrb", m_ldrb, ID + 8, s, s, ID + 8, 0x34, s, false},
		{"ldrh", m_ldrh, ID + 8, s, s, ID + 8, 0x34, s, false},
		{"ldrsb", m_ldrsb, ID + 0x1c, s, s, ID + 0x1d, ~0ULL << 8 | 0xb1, s, false},
		{"ldrsw", m_ldrsw, ID + 0x1c, s, s, ID + 0x20, 0xb1, s, false},
		{"ldpsw", m_ldpsw, ID, s, s, ID, 0x11, 0x10, false},
		{"ldp", m_ldp, ID, s, s, ID, 0x11, 0x10, false},
		{"ldp post", m_ldp_post, ID, s, s, ID + 8, 0x11, 0x10, false},
		{"ldp pre", m_ldp_pre, ID + 8, s, s, ID, 0x11, 0x10, false},
		{"ldnp", m_ldnp, ID, s, s, ID, 0x11, 0x10, false},
		{"zero", m_zero, ID, s, s, ID + 4, s, s, false},
		{"sp", m_sp, ID, s, s, ID + 16, 0x11, 0, false},
	};
	struct form own[ARRAY_SIZE(f)];

	memcpy(own, f, sizeof(f));
	/* x2 is the library's stack pointer there */
	own[ARRAY_SIZE(f) - 1].want_x2 = (u64)(uintptr_t)0;
	forms(own, ARRAY_SIZE(f) - 1);
}

/* The stack pointer as the base, with writeback: exceptions cannot be taken meanwhile. */
static void load_sp(void)
{
	const u64 regs[8] = {ID, 0, 0};
	struct outcome o;

	irq_off();
	o = run_code(m_sp, regs);
	irq_on();
	say("%lx", o.x[1]);
	say("SP +%lu", (u64)(o.x[0] - ID));
}

static void stores(void)
{
	const struct form f[] = {
		{"str post", m_str_post, RTC_MR, 77, 0, RTC_MR + 4, 77, 0, false},
		{"str pre", m_str_pre, RTC_BASE, 78, 0, RTC_MR, 78, 0, false},
		{"stp", m_stp, RTC_MR, 79, 80, RTC_MR, 79, 80, false},
		{"strb", m_strb, RTC_MR, 81, 0, RTC_MR + 1, 81, 0, false},
	};
	static const u32 left[] = {77, 78, 79, 81};

	for (u32 i = 0; i < ARRAY_SIZE(f); i++) {
		forms(f + i, 1);
		if (read32(RTC_MR) != left[i])
			say("%s left %u", f[i].name, read32(RTC_MR));
	}
}

static void wide(void)
{
	const u64 s = sentinel;
	const struct form f[] = {
		{"ldr x uart", m_ldr64, ID, s, s, 0, 0, 0, true},
		{"ldr x post", m_ldr64_post, ID, s, s, 0, 0, 0, true},
		{"ldp x uart", m_ldp64, ID, s, s, 0, 0, 0, true},
		{"str x uart", m_str64, UART_BASE, s, s, 0, 0, 0, true},
		{"stp x uart", m_stp64, UART_BASE, s, s, 0, 0, 0, true},
		{"ldr x rtc", m_ldr64, RTC_BASE, s, s, 0, 0, 0, true},
		{"ldr x gpio", m_ldr64, GPIO_BASE, s, s, 0, 0, 0, true},
		{"ldp same", m_ldp_same, ID, s, s, 0, 0, 0, true},
		{"base same", m_base_same, ID, s, s, 0, 0, 0, true},
	};

	forms(f, ARRAY_SIZE(f));
}

/* Sizes that a GIC register does not have: it is left alone (IHI 0069, 12.1.3), read as zero or refused. */
static void gic_sizes(void)
{
	static const struct {
		const char *code;
		u64 at;
	} all[] = {
		{m_ldr64, GICD_BASE},        {m_ldrh, GICD_TYPER}, {m_ldrb, GICD_TYPER},
		{m_str64, GICD_BASE},        {m_strb, GICD_BASE},  {m_str64, GICD_BASE + 0x100},
		{m_strb, GICD_BASE + 0x104}, {m_ldr64, GICR_BASE}, {m_stp64, GICD_BASE + 0x80},
	};
	u32 ctlr = read32(GICD_BASE), enable = read32(GICD_BASE + 0x104), odd = 0;

	for (u32 i = 0; i < ARRAY_SIZE(all); i++) {
		const u64 regs[8] = {all[i].at, i < 3 || i == 7 ? 0 : ~0ULL};
		struct outcome o = run_code(all[i].code, regs);
		bool load = i < 3 || i == 7;

		odd += o.taken ? o.ec != EC_DABT || (o.iss & 0x3f) != 0x10 : load && o.x[1] != 0;
	}
	odd += read32(GICD_BASE) != ctlr || read32(GICD_BASE + 0x104) != enable;
	say("%u odd", odd);
}

static void wide_allowed(void)
{
	const u64 route = 0x80000000;
	const struct form f[] = {
		{"str x irouter", m_str64, GICD_IROUTER, route, 0, GICD_IROUTER, route, 0, false},
		{"ldr x irouter", m_ldr64, GICD_IROUTER, 1, 0, GICD_IROUTER, route, 0, false},
		{"ldr x post", m_ldr64_post, GICD_IROUTER, 1, 0, GICD_IROUTER + 8, route, 0, false},
		{"ldp x", m_ldp64, GICD_IROUTER, 1, 1, GICD_IROUTER, route, 0, false},
		{"ldp w", m_ldp, GICD_IROUTER, 1, 1, GICD_IROUTER, route, 0, false},
		{"str x 0", m_str64, GICD_IROUTER, 0, 0, GICD_IROUTER, 0, 0, false},
	};

	forms(f, ARRAY_SIZE(f));
}

/* ---- what has no meaning for a device ---- */

CODE(n_ldrq, "ldr q0, [x0]");
CODE(n_ldrd, "ldr d0, [x0]");
CODE(n_ldrs, "ldr s0, [x0]");
CODE(n_strq, "str q0, [x0]");
CODE(n_ldpq, "ldp q0, q1, [x0]");
CODE(n_stps, "stp s0, s1, [x0]");
CODE(n_ld1, "ld1 {v0.16b}, [x0]");
CODE(n_ld1post, "ld1 {v0.16b}, [x0], #16");
CODE(n_st4, "st4 {v0.4s, v1.4s, v2.4s, v3.4s}, [x0]");
CODE(n_ld1r, "ld1r {v0.4s}, [x0]");
CODE(n_ldxr, "ldxr w1, [x0]");
CODE(n_ldaxp, "ldaxp w1, w2, [x0]");
CODE(n_stxr, "stxr w2, w1, [x0]");
CODE(n_zva, "dc zva, x0");
CODE(n_cas, "cas w1, w2, [x0]");
CODE(n_casp, "casp w2, w3, w4, w5, [x0]");
CODE(n_swp, "swp w1, w2, [x0]");
CODE(n_ldadd, "ldadd w1, w2, [x0]");
CODE(n_stset, "stset w1, [x0]");

static void meaningless(const char *const *code, u32 n, u64 va)
{
	u32 aborts = 0;

	for (u32 i = 0; i < n; i++) {
		u64 regs[8] = {va, 1, 1, 1, 1, 1};
		struct outcome o = run_code(code[i], regs);
		u32 fsc = o.iss & 0x3f;
		/* external abort; alignment, where hardware says so first; unsupported exclusive or atomic access */
		bool right = o.taken == 1 && o.ec == EC_DABT && (fsc == 0x10 || fsc == 0x21 || fsc == 0x35) &&
			     o.far == va && o.elr == (u64)(uintptr_t)code[i];

		aborts += right;
		if (!right) {
			say("%u:", i);
			say_outcome(&o, (u64)(uintptr_t)code[i], va);
		}
	}
	say("%u of %u abort", aborts, n);
}

static void no_meaning(void)
{
	static const char *const code[] = {n_ldrq, n_ldrd,    n_ldrs, n_strq, n_ldpq,  n_stps,
					   n_ld1,  n_ld1post, n_st4,  n_ld1r, n_ldaxp, n_zva};

	meaningless(code, ARRAY_SIZE(code), UART_BASE + 0xfc0);
	meaningless(code, ARRAY_SIZE(code), alias(ALIAS_NORMAL, UART_BASE + 0xfc0));
	meaningless(code, ARRAY_SIZE(code), alias(ALIAS_NORMAL, GICD_BASE + 0x100));
}

static void exclusives(void)
{
	static const char *const code[] = {n_ldxr, n_ldaxp};
	const u64 regs[8] = {ID, 1, 1};
	struct outcome o;

	meaningless(code, ARRAY_SIZE(code), ID);
	meaningless(code, ARRAY_SIZE(code), alias(ALIAS_NORMAL, ID));
	/* Without a monitor set it may fail before it looks at the address. */
	o = run_code(n_stxr, regs);
	say("stxr %s", o.taken       ? o.ec == EC_DABT ? "fails or aborts" : "?"
		       : o.x[2] == 1 ? "fails or aborts"
				     : "?");
}

static void atomics(void)
{
	static const char *const code[] = {n_cas, n_casp, n_swp, n_ldadd, n_stset};

	if (!(read_sysreg(id_aa64isar0_el1) >> 20 & 0xf)) {
		say("none");
		return;
	}
	meaningless(code, ARRAY_SIZE(code), UART_BASE + 0xfc0);
	meaningless(code, ARRAY_SIZE(code), alias(ALIAS_NORMAL, GICD_BASE + 0x100));
}

/* ---- alignment and borders ---- */

CODE(n_ldrh1, "ldrh w1, [x0, #1]");

/* The bus refuses, or stage 1 before it, because the memory is a device's (alignment fault). */
static bool refused(const struct outcome *o, u64 pc, u64 va)
{
	return o->taken == 1 && o->ec == EC_DABT && ((o->iss & 0x3f) == 0x10 || (o->iss & 0x3f) == 0x21) &&
	       o->elr == pc && o->far == va;
}

static void misaligned(void)
{
	static const u64 at[] = {ID, GICD_BASE + 0x100, RTC_BASE};
	u32 right = 0;

	for (u32 i = 0; i < ARRAY_SIZE(at); i++) {
		u64 regs[8] = {at[i] + 2};
		struct outcome o = run_code(m_plain, regs);

		right += refused(&o, (u64)(uintptr_t)m_plain, regs[0]);
		regs[0] = alias(ALIAS_NORMAL, at[i] + 1);
		o = run_code(m_plain, regs);
		right += refused(&o, (u64)(uintptr_t)m_plain, regs[0]);
		regs[0] = alias(ALIAS_NORMAL, at[i]);
		o = run_code(n_ldrh1, regs);
		right += refused(&o, (u64)(uintptr_t)n_ldrh1, regs[0] + 1);
	}
	say("%u of 9 abort", right);
}

/* A pair that leaves the UART into a hole, one that comes from a hole, one from memory into nothing and back. */
static void borders(void)
{
	const u64 s = sentinel;
	const struct form f[] = {
		{"out", m_ldp, UART_BASE + 0xffc, s, s, 0, 0, 0, true},
		{"in", m_ldp, UART_BASE - 4, s, s, 0, 0, 0, true},
		{"stp out", m_stp, UART_BASE + 0xffc, s, s, 0, 0, 0, true},
		{"gpio out", m_ldp_post, GPIO_BASE + 0xffc, s, s, 0, 0, 0, true},
		{"gicd in", m_ldp64, GICD_BASE - 8, s, s, 0, 0, 0, true},
		{"ram out", m_ldp64, alias(ALIAS_NORMAL, RAM_BASE + 0x4000000) - 8, s, s, 0, 0, 0, true},
	};
	u32 right = 0;

	for (u32 i = 0; i < ARRAY_SIZE(f); i++) {
		u64 regs[8] = {f[i].x0, s, s};
		struct outcome o = run_code(f[i].code, regs);
		bool ok = o.taken == 1 && o.ec == EC_DABT && (o.iss & 0x3f) == 0x10 &&
			  o.elr == (u64)(uintptr_t)f[i].code && o.far >= f[i].x0 && o.far < f[i].x0 + 16;

		right += ok;
		if (!ok)
			say_outcome(&o, (u64)(uintptr_t)f[i].code, NO_VA);
	}
	say("%u of %u abort", right, (u32)ARRAY_SIZE(f));
}

/* The instruction that the hypervisor fetches changes while it does: nothing but a wrong result of one's own. */
static volatile bool stop;
static u32 changing[2] __attribute__((aligned(64)));

static void change(u64 arg UNUSED)
{
	while (!stop) {
		changing[0] ^= 0xb8404401u ^ 0x29400801u; /* ldr w1, [x0], #4 and ldp w1, w2, [x0] */
		__asm__ volatile("dc cvau, %0\n\tdsb ish\n\tic ivau, %0\n\tdsb ish" ::"r"(changing)
				 : "memory");
	}
}

static void changing_code(void)
{
	u32 odd = 0, seen = 0;

	stop = false;
	changing[0] = 0xb8404401u;
	changing[1] = 0xd65f03c0u;
	dsb(ish);
	if (cpu_start(1, change, 0) != 0) {
		say("no second vCPU");
		return;
	}
	for (u32 i = 0; i < 3000; i++) {
		const u64 regs[8] = {ID, 0, 0};
		struct outcome o;

		isb();
		o = run_code(changing, regs);
		seen++;
		if (o.taken ? o.ec != EC_DABT : o.x[1] != 0x11 || (o.x[0] != ID && o.x[0] != ID + 4))
			odd++;
	}
	stop = true;
	while (!other_is_off())
		cpu_relax();
	say("%u tried, %u odd", seen, odd);
}

/* ---- maintenance and hints on devices ---- */

CODE(c_civac, "dc civac, x0");
CODE(c_cvac, "dc cvac, x0");
CODE(c_cvau, "dc cvau, x0");
CODE(c_ivac, "dc ivac, x0");
CODE(c_ivau, "ic ivau, x0");
CODE(c_prfm, "prfm pldl1keep, [x0]");

static void maintenance(void)
{
	static const char *const code[] = {c_civac, c_cvac, c_cvau, c_ivac, c_ivau, c_prfm};
	static const u64 at[] = {UART_BASE, GICD_BASE, 0x0b000000, RAM_BASE + 0x10000000};
	u32 ok = 0, abort = 0;

	for (u32 i = 0; i < ARRAY_SIZE(code); i++) {
		for (u32 k = 0; k < ARRAY_SIZE(at); k++) {
			const u64 regs[8] = {at[k]};
			struct outcome o = run_code(code[i], regs);

			*(o.taken ? &abort : &ok) += 1;
		}
	}
	say("%u ok, %u abort", ok, abort);
}

static void endian(void)
{
	u64 ee = (read_sysreg(sctlr_el1) & ~5ULL) | 1ULL << 25;
	u32 id;

	irq_off();
	id = read32_swapped(ID, ee);
	write32_swapped(RTC_MR, ee, 0x01020304);
	irq_on();
	say("%08x %08x", id, read32(RTC_MR));
}

/* Unprivileged loads from EL1 on a page that EL0 may use. */
static void unprivileged(void)
{
	const u64 regs[8] = {alias(ALIAS_USER, ID)};
	struct outcome o = run_code(m_ldtr, regs);
	const u64 regs1[8] = {ID};
	struct outcome p = run_code(m_ldtr, regs1);

	say("%lx,", o.x[1]);
	say("%s", p.ec == EC_DABT && (p.iss & 0x3c) == 0x0c ? "permission fault" : "?");
}

CODE(e_post, "ldr w1, [x0], #4\n\tsvc #1");
CODE(e_sp, "ldr w1, [sp], #16\n\tmov x2, sp\n\tsvc #1");

/* From EL0: the PC is fetched through EL0's mapping, the base register may be SP_EL0. */
static void from_user(void)
{
	u64 va = alias(ALIAS_USER, ID);
	u64 regs[5] = {va, 0, 0, 0, va};
	struct frame f = run_el0(alias(ALIAS_USER, (u64)(uintptr_t)e_post), SPSR_EL0_A64, regs), g;

	say("%lx +%lu", f.x[1], f.x[0] - va);
	g = run_el0(alias(ALIAS_USER, (u64)(uintptr_t)e_sp), SPSR_EL0_A64, regs);
	say("%lx +%lu", g.x[1], g.x[2] - va);
	if (ESR_EC(f.esr) != EC_SVC64 || ESR_EC(g.esr) != EC_SVC64)
		say("EC %x %x", ESR_EC(f.esr), ESR_EC(g.esr));
}

const struct row mmio_rows[] = {
	{"mmio-loads", loads},
	{"mmio-load-sp", load_sp},
	{"mmio-stores", stores},
	{"mmio-wide", wide},
	{"gic-sizes", gic_sizes},
	{"mmio-wide-allowed", wide_allowed},
	{"mmio-no-meaning", no_meaning},
	{"mmio-exclusives", exclusives},
	{"mmio-atomics", atomics},
	{"mmio-misaligned", misaligned},
	{"mmio-borders", borders},
	{"mmio-changing-code", changing_code},
	{"mmio-maintenance", maintenance},
	{"mmio-big-endian", endian},
	{"mmio-unprivileged", unprivileged},
	{"mmio-from-el0", from_user},
	{NULL, NULL},
};
