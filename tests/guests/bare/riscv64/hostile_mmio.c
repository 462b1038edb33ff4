/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile rows: device registers by loads and stores of every kind, and by what is no load or store. */
#include "tests/guests/bare/riscv64/hostile.h"

#define PATTERN 0x87654320u
#define MARK64 0x7766554433221100ULL

static u64 reg32;

/* A register of 32 bits that holds any value: enables of the interrupt controller. Source 0 does not exist. */
static void set_pattern(void)
{
	reg32 = has_aia ? APLIC_BASE + 0x1e00 : PLIC_BASE + 0x2080;
	if (!has_aia) {
		write32(reg32, PATTERN);
		return;
	}
	for (u32 i = 1; i < 32; i++)
		write32(APLIC_BASE + 4 * i, 1); /* detached */
	write32(APLIC_BASE + 0x1f00, ~0u);
	write32(reg32, PATTERN);
}

static void clear_pattern(void)
{
	if (!has_aia)
		write32(reg32, 0);
	for (u32 i = 1; has_aia && i < 32; i++)
		write32(APLIC_BASE + 4 * i, 0);
}

/* ---- loads ---- */

CODE(l_lw, "lw a1, 0(a0)");
CODE(l_lwu, "lwu a1, 0(a0)");
CODE(l_lw_offset, "addi a0, a0, 512\n\tlw a1, -512(a0)");
CODE(l_c_lw, ".option arch, +c\n\tc.lw a1, 0(a0)");
CODE(l_c_lw_offset, "addi a0, a0, -124\n\tc.lw a1, 124(a0)");
CODE(l_c_lwsp, "mv t1, sp\n\tmv sp, a0\n\tc.lwsp a1, 0(sp)\n\tmv sp, t1");
CODE(l_lw_self, "lw a0, 0(a0)\n\tmv a1, a0");
CODE(l_lw_zero, "lw zero, 0(a0)\n\tmv a1, zero");
CODE(l_lb, "lb a1, 0(a0)");
CODE(l_lbu, "lbu a1, 0(a0)");
CODE(l_lh, "lh a1, 0(a0)");
CODE(l_lhu, "lhu a1, 0(a0)");
CODE(l_ld, "ld a1, 0(a0)");
CODE(l_c_ld, "c.ld a1, 0(a0)");
CODE(l_c_ldsp, "mv t1, sp\n\tmv sp, a0\n\tc.ldsp a1, 0(sp)\n\tmv sp, t1");

static const struct {
	const char *code;
	u64 value;
} loads32[] = {
	{l_lw, 0xffffffff00000000ULL | PATTERN},          {l_lwu, PATTERN},
	{l_lw_offset, 0xffffffff00000000ULL | PATTERN},   {l_c_lw, 0xffffffff00000000ULL | PATTERN},
	{l_c_lw_offset, 0xffffffff00000000ULL | PATTERN}, {l_c_lwsp, 0xffffffff00000000ULL | PATTERN},
	{l_lw_self, 0xffffffff00000000ULL | PATTERN},     {l_lw_zero, 0},
};

static struct outcome at(const char *code, u64 va)
{
	const u64 regs[8] = {va, MARK64};

	return run_code(code, regs);
}

/* With the stack pointer on a device no trap may come: a stopped interrupt would be stored there. */
static void loads(void)
{
	u32 right = 0;

	irq_off();
	set_pattern();
	for (u32 i = 0; i < ARRAY_SIZE(loads32); i++) {
		struct outcome o = at(loads32[i].code, reg32);

		right += !o.taken && o.x[1] == loads32[i].value;
		if (o.taken || o.x[1] != loads32[i].value)
			say("%u: %lx", i, o.taken ? o.cause : o.x[1]);
	}
	clear_pattern();
	irq_on();
	say("%u of %u", right, (u32)ARRAY_SIZE(loads32));
}

/* Of the UART's scratch register: 8 bits with the top one set, in all widths the UART takes. */
static void loads_narrow(void)
{
	struct outcome b, bu, h, hu, d;

	write8(UART_BASE + UART_SCRATCH, 0x95);
	b = at(l_lb, UART_BASE + UART_SCRATCH);
	bu = at(l_lbu, UART_BASE + UART_SCRATCH);
	h = at(l_lh, UART_BASE + 0x10 + UART_SCRATCH - 1);
	hu = at(l_lhu, UART_BASE + 0x10 + UART_SCRATCH - 1);
	d = at(l_ld, UART_BASE + 0x10);
	say("%lx %lx", b.x[1], bu.x[1]);
	say("%u taken", h.taken + hu.taken + d.taken);
	write8(UART_BASE + UART_SCRATCH, 0);
}

/* ---- stores ---- */

CODE(s_sw, "sw a1, 0(a0)");
CODE(s_sw_zero, "sw zero, 0(a0)");
CODE(s_c_sw, "c.sw a1, 0(a0)");
CODE(s_c_swsp, "mv t1, sp\n\tmv sp, a0\n\tc.swsp a1, 0(sp)\n\tmv sp, t1");
CODE(s_sb, "sb a1, 0(a0)");
CODE(s_sh, "sh a1, 0(a0)");
CODE(s_sd, "sd a1, 0(a0)");
CODE(s_c_sd, "c.sd a1, 0(a0)");

static void stores(void)
{
	static const char *const code[] = {s_sw, s_c_sw, s_c_swsp};
	u32 right = 0;

	irq_off();
	for (u32 i = 0; i < ARRAY_SIZE(code); i++) {
		const u64 regs[8] = {RTC_BASE + RTC_ALARM_HIGH, 0x1122334400000000ULL + 0x80000000u + i};
		struct outcome o = run_code(code[i], regs);

		right += !o.taken && read32(RTC_BASE + RTC_ALARM_HIGH) == 0x80000000u + i;
	}
	(void)at(s_sw_zero, RTC_BASE + RTC_ALARM_HIGH);
	right += read32(RTC_BASE + RTC_ALARM_HIGH) == 0;
	(void)at(s_sb, UART_BASE + UART_SCRATCH);
	right += read8(UART_BASE + UART_SCRATCH) == (u8)MARK64;
	irq_on();
	say("%u of 5", right);
}

/* Zcb: C.LBU (0) and C.SB (2) of a1 at a0. Harts that have it do the same, others take an illegal instruction. */
#define ZCB(which) (4u << 13 | (which) << 10 | 2u << 7 | 3u << 2)
static void loads_zcb(void)
{
	struct outcome o;

	write8(UART_BASE + UART_SCRATCH, 0xa5);
	o = run_insn(ZCB(0), UART_BASE + UART_SCRATCH, 0);
	say("%s", o.taken ? cause_name(o.cause) : o.x[1] == 0xa5 ? "loads" : "?");
	o = run_insn(ZCB(2), UART_BASE + UART_SCRATCH, 0x3c);
	say("%s", o.taken ? cause_name(o.cause) : read8(UART_BASE + UART_SCRATCH) == 0x3c ? "stores" : "?");
}

/* ---- what a device does not take ---- */

CODE(n_flw, "flw fa0, 0(a0)");
CODE(n_fld, "fld fa0, 0(a0)");
CODE(n_c_fld, "c.fld fa0, 0(a0)");
CODE(n_fsw, "fsw fa0, 0(a0)");
CODE(n_fsd, "fsd fa0, 0(a0)");
CODE(n_c_fsd, "c.fsd fa0, 0(a0)");
CODE(n_vle32, ".word 0x02056007");  /* vle32.v v0, (a0) */
CODE(n_vlse32, ".word 0x0ab56007"); /* vlse32.v v0, (a0), a1 */
CODE(n_vl1r, ".word 0x02850007");   /* vl1re8.v v0, (a0) */
CODE(n_vse32, ".word 0x02056027");  /* vse32.v v0, (a0) */
CODE(n_vs1r, ".word 0x02850027");   /* vs1r.v v0, (a0) */
CODE(n_lr_w, "lr.w a1, (a0)");
CODE(n_lr_d, "lr.d a1, (a0)");
CODE(n_swap_w, "amoswap.w a1, a1, (a0)");
CODE(n_add_w, "amoadd.w a1, a1, (a0)");
CODE(n_and_d, "amoand.d a1, a1, (a0)");
CODE(n_max_d, "amomaxu.d a1, a1, (a0)");
CODE(n_sc_w, "sc.w a1, a1, (a0)");
CODE(n_zero, ".insn i 0x0f, 2, x0, a0, 4");
CODE(n_inval, ".insn i 0x0f, 2, x0, a0, 0");
CODE(n_clean, ".insn i 0x0f, 2, x0, a0, 1");
CODE(n_flush, ".insn i 0x0f, 2, x0, a0, 2");

#define DEVICES 6
static void devices(u64 base[DEVICES])
{
	const u64 all[DEVICES] = {UART_BASE,
				  RTC_BASE,
				  GPIO_BASE,
				  FINISHER_BASE,
				  has_aia ? APLIC_BASE : PLIC_BASE,
				  has_aia ? APLIC_BASE + 0x3000 : PLIC_BASE + 0x201000};

	memcpy(base, all, sizeof(all));
}

/* The base of each device; nothing may be changed by what was refused. */
static void refused(const char *const *code, u32 n, u64 cause)
{
	u64 base[DEVICES];
	u32 faults = 0, tried = 0;

	devices(base);
	for (u32 i = 0; i < n; i++) {
		for (u32 d = 0; d < DEVICES; d++, tried++) {
			u64 place = base[d] & ~63ULL;
			struct outcome o = at(code[i], place);
			bool right = is_fault(&o, cause, place, (u64)(uintptr_t)code[i]);

			faults += right;
			if (!right)
				say("%u at %lx: %s", i, place, o.taken ? cause_name(o.cause) : "ok");
		}
	}
	say("%u of %u fault", faults, tried);
}

static void floats(void)
{
	static const char *const l[] = {n_flw, n_fld, n_c_fld}, *const s[] = {n_fsw, n_fsd, n_c_fsd};

	set_csr(sstatus, SSTATUS_FS);
	refused(l, ARRAY_SIZE(l), CAUSE_LOAD_ACCESS);
	refused(s, ARRAY_SIZE(s), CAUSE_STORE_ACCESS);
}

static void vectors(void)
{
	static const char *const l[] = {n_vle32, n_vlse32, n_vl1r}, *const s[] = {n_vse32, n_vs1r};

	set_csr(sstatus, SSTATUS_VS);
	if (run_insn(0x0d0572d7, 4, 0).taken) { /* vsetvli t0, a0, e32, m1, ta, ma */
		say("none");
		return;
	}
	refused(l, ARRAY_SIZE(l), CAUSE_LOAD_ACCESS);
	refused(s, ARRAY_SIZE(s), CAUSE_STORE_ACCESS);
	clear_csr(sstatus, SSTATUS_VS);
}

static void atomics(void)
{
	static const char *const l[] = {n_lr_w, n_lr_d}, *const s[] = {n_swap_w, n_add_w, n_and_d, n_max_d};
	struct outcome o;

	refused(l, ARRAY_SIZE(l), CAUSE_LOAD_ACCESS);
	refused(s, ARRAY_SIZE(s), CAUSE_STORE_ACCESS);
	/* Without a reservation it may fail before it looks. */
	o = at(n_sc_w, RTC_BASE);
	say("%s", (o.taken == 1 && o.cause == CAUSE_STORE_ACCESS) || (!o.taken && o.x[1] == 1)
			  ? "sc fails or faults"
			  : "?");
}

static void blocks(void)
{
	static const char *const s[] = {n_zero, n_inval, n_clean, n_flush};

	refused(s, ARRAY_SIZE(s), CAUSE_STORE_ACCESS);
}

/* Widths a device does not take, at the base of each; the UART takes all. */
static void widths(void)
{
	static const char *const l[] = {l_lb, l_lh, l_ld, l_c_ld}, *const s[] = {s_sb, s_sh, s_sd, s_c_sd};
	u64 base[DEVICES];
	u32 faults = 0, tried = 0;

	devices(base);
	for (u32 d = 1; d < DEVICES; d++) {
		for (u32 i = 0; i < ARRAY_SIZE(l); i++, tried += 2) {
			struct outcome r, w;

			/* The finisher has registers of 16 bits too. */
			if (base[d] == FINISHER_BASE && i == 1)
				continue;
			r = at(l[i], base[d]);
			w = at(s[i], base[d]);
			faults += is_fault(&r, CAUSE_LOAD_ACCESS, base[d], (u64)(uintptr_t)l[i]);
			faults += is_fault(&w, CAUSE_STORE_ACCESS, base[d], (u64)(uintptr_t)s[i]);
		}
	}
	say("%u of %u fault", faults, tried - 2);
}

static void misaligned(void)
{
	u64 base[DEVICES];
	u32 faults = 0, tried = 0;

	devices(base);
	for (u32 d = 0; d < DEVICES; d++) {
		for (u32 off = 1; off < 4; off++, tried += 2) {
			struct outcome r = at(l_lw, base[d] + off), w = at(s_sw, base[d] + off);

			/* Misaligned or not to be accessed: the manual leaves it open which comes first (12.1.10). */
			faults += r.taken == 1 && (r.cause == CAUSE_LOAD_ACCESS || r.cause == 4) &&
				  r.stval == base[d] + off;
			faults += w.taken == 1 && (w.cause == CAUSE_STORE_ACCESS || w.cause == 6) &&
				  w.stval == base[d] + off;
		}
	}
	say("%u of %u fault", faults, tried);
}

/* Across the first and the last byte of devices and of pages. stval is where it began or the part that faulted. */
static void borders(void)
{
	static const u64 place[] = {UART_BASE - 4,         UART_BASE + UART_SIZE - 4, RTC_BASE - 4,
				    RTC_BASE + 0x1000 - 4, GPIO_BASE + 0x1000 - 4,    FINISHER_BASE - 4};
	u32 faults = 0;

	for (u32 i = 0; i < ARRAY_SIZE(place); i++) {
		struct outcome r = at(l_ld, place[i]), w = at(s_sd, place[i]);

		faults += r.taken == 1 && (r.cause == CAUSE_LOAD_ACCESS || r.cause == 4) &&
			  r.stval - place[i] < 8 && r.x[1] == MARK64;
		faults += w.taken == 1 && (w.cause == CAUSE_STORE_ACCESS || w.cause == 6) &&
			  w.stval - place[i] < 8;
	}
	say("%u of %u fault", faults, (u32)ARRAY_SIZE(place) * 2);
}

/*
 * The page of the vCPU's interrupt file may be the machine's own, which answers as it likes. Nobody else notices, and the file
 * is still there.
 */
static void file_page(void)
{
	static const char *const code[] = {l_lb,    l_lh,   l_ld,    s_sb,   s_sh,   s_sd,
					   n_flw,   n_fld,  n_fsd,   n_lr_w, n_lr_d, n_swap_w,
					   n_max_d, n_zero, n_inval, n_flush};

	if (!has_aia) {
		say("PLIC instead");
		return;
	}
	set_csr(sstatus, SSTATUS_FS);
	irq_off();
	imsic_enable(55);
	for (u32 i = 0; i < ARRAY_SIZE(code); i++)
		for (u32 off = 0; off < 12; off++)
			(void)at(code[i], IMSIC_BASE + 0xff8 * (off & 1) + off);
	write32(imsic_file(0), 55);
	fence();
	say("then %u", imsic_claim());
	irq_clean();
	irq_on();
}

/* ---- code that another hart changes while it traps ---- */

static u32 changing[2] __attribute__((aligned(8)));
static volatile bool stop;

/* Of one length each, as what is skipped is looked up again. Behind one of 16 bits lies C.NOP. */
static const u32 wide[] = {
	0x00052583, /* lw a1, 0(a0) */
	0x00b52023, /* sw a1, 0(a0) */
	0x00056583, /* lwu a1, 0(a0) */
	0x00050583, /* lb a1, 0(a0) */
	0x00000013, /* nop */
	0xffffffff, /* illegal */
	0x00053583, /* ld a1, 0(a0) */
	0x00b5202f, /* amoadd.w zero, a1, (a0) */
};
static const u32 compressed[] = {
	0x0001410c, /* c.lw a1, 0(a0) */
	0x0001c10c, /* c.sw a1, 0(a0) */
	0x0001610c, /* c.ld a1, 0(a0) */
	0x00010001, /* c.nop */
	0x00010000, /* illegal */
	0x0001e10c, /* c.sd a1, 0(a0) */
	0x0001410c, 0x0001c10c,
};
#define KINDS ARRAY_SIZE(wide)
_Static_assert(ARRAY_SIZE(compressed) == KINDS, "changer()");

static void changer(u64 insns)
{
	const u32 *insn = (const u32 *)(uintptr_t)insns;

	for (u64 i = 0; !stop; i++) {
		*(volatile u32 *)changing = insn[(i * 2654435761u >> 7) % KINDS];
		__asm__ volatile("fence.i" ::: "memory");
	}
}

static void change(const u32 *insns)
{
	u32 odd = 0, tried = 0;

	stop = false;
	changing[0] = insns[0];
	changing[1] = INSN_RET;
	if (cpu_start(1, changer, (u64)(uintptr_t)insns) != 0)
		say("not started");
	for (; tried < 3000; tried++) {
		const u64 regs[8] = {GPIO_BASE + 8, GPIO_BASE + 8, 0};
		struct outcome o;

		__asm__ volatile("fence.i" ::: "memory");
		o = run_code(changing, regs);
		odd += o.taken > 1 || (o.taken && o.cause != CAUSE_ILLEGAL && o.cause != CAUSE_LOAD_ACCESS &&
				       o.cause != CAUSE_STORE_ACCESS);
	}
	stop = true;
	while (!other_is_off())
		cpu_relax();
	say("%u tried, %u odd", tried, odd);
}

static void changing_code(void)
{
	row_time(4000);
	change(wide);
	change(compressed);
}

/* ---- U-mode ---- */

CODE(u_load, "lw a1, 0(a0)\n\tecall");
CODE(u_store, "sw a1, 0(a0)\n\tecall");
CODE(u_fetch, "jr a0");

static void unprivileged(void)
{
	u64 regs[4] = {user_alias(RTC_BASE + RTC_ALARM_HIGH), 0x5a5a5a5a};
	struct frame w = run_user(user_alias((u64)(uintptr_t)u_store), regs), r;

	regs[1] = 0;
	r = run_user(user_alias((u64)(uintptr_t)u_load), regs);
	say("%s %lx", cause_name(w.scause), r.x[11]);
	regs[0] = RTC_BASE + RTC_ALARM_HIGH; /* the supervisor's mapping */
	r = run_user(user_alias((u64)(uintptr_t)u_load), regs);
	say("%s %lx,", cause_name(r.scause), r.stval);
	regs[0] = user_alias(HOLE);
	r = run_user(user_alias((u64)(uintptr_t)u_load), regs);
	say("%s", r.stval == regs[0] ? cause_name(r.scause) : "stval wrong");
	r = run_user(user_alias((u64)(uintptr_t)u_fetch), regs);
	say("%s", r.stval == regs[0] ? cause_name(r.scause) : "stval wrong");
	write32(RTC_BASE + RTC_ALARM_HIGH, 0);
}

const struct row mmio_rows[] = {
	{"mmio-loads", loads},
	{"mmio-loads-narrow", loads_narrow},
	{"mmio-zcb", loads_zcb},
	{"mmio-stores", stores},
	{"mmio-floats", floats},
	{"mmio-vectors", vectors},
	{"mmio-atomics", atomics},
	{"mmio-blocks", blocks},
	{"mmio-widths", widths},
	{"mmio-misaligned", misaligned},
	{"mmio-borders", borders},
	{"mmio-file-page", file_page},
	{"mmio-changing-code", changing_code},
	{"mmio-unprivileged", unprivileged},
	{NULL, NULL},
};
