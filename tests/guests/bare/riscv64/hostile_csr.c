/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile rows: every CSR number there is, from S- and from U-mode, and the ones that are the guest's at their limits. */
#include "tests/guests/bare/riscv64/hostile.h"

#define CSRS 4096u
#define CSR_SATP_NUMBER 0x180u
#define CSR_SENVCFG 0x10a
#define EIDELIVERY 0x70

/* a1 := old, a0 in, a2 := what stays of it, old again: what another value does lasts for two instructions. */
static u32 probe[5] __attribute__((aligned(16)));

static struct outcome write_probe(u32 csr, u64 value)
{
	const u64 regs[8] = {value};

	probe[0] = INSN_CSRRW(A1, csr, A0);
	probe[1] = INSN_CSRRW(A1 + 1, csr, A1);
	probe[2] = INSN_RET;
	__asm__ volatile("fence.i" ::: "memory");
	return run_code(probe, regs);
}

/* Neither done nor an illegal instruction with its bits in stval. */
static bool odd(const struct outcome *o, u32 insn, u64 pc)
{
	return o->taken && !(o->cause == CAUSE_ILLEGAL && o->stval == insn && o->sepc == pc);
}

/* The numbers, once all is over: a line in pieces is no row. */
static u64 known[CSRS / 64];

static void note(u32 csr)
{
	known[csr / 64] |= 1ULL << csr % 64;
}

static void say_known(u32 others)
{
	for (u32 csr = 0; csr < CSRS; csr++)
		if (known[csr / 64] >> csr % 64 & 1)
			say("%03x", csr);
	memset(known, 0, sizeof(known));
	say("%u other", others);
}

/* Those that can be read, by number; nothing else but illegal instructions. Claims (stopei) are lost to nobody. */
static void csr_read(void)
{
	u32 others = 0;

	row_time(2000);
	set_csr(sstatus, SSTATUS_FS);
	for (u32 csr = 0; csr < CSRS; csr++) {
		u32 insn = INSN_CSRRS(A1, csr, 0);
		struct outcome o = run_insn(insn, 0, 0);

		others += odd(&o, insn, insn_address()) || o.taken > 1;
		if (!o.taken)
			note(csr);
	}
	say_known(others);
}

/* Those that can be written, with each of some values, and back: read-only ones and others' are illegal instructions. */
static void csr_write(void)
{
	static const u64 value[] = {0, ~0ULL, 0x5555555555555555ULL, 0xaaaaaaaaaaaaaaaaULL};
	u32 others = 0;

	row_time(4000);
	set_csr(sstatus, SSTATUS_FS);
	irq_off();
	write_csr(sie, 0);
	for (u32 csr = 0; csr < CSRS; csr++) {
		bool done = false;

		/* Some of the values are modes with tables nowhere; satp-modes has what can be come back from. */
		for (u32 i = 0; i < ARRAY_SIZE(value) && csr != CSR_SATP_NUMBER; i++) {
			struct outcome o = write_probe(csr, value[i]);
			u64 second = (u64)(uintptr_t)(probe + 1);

			others += o.taken > 2 || odd(&o, INSN_CSRRW(A1 + 1, csr, A1), second);
			done |= !o.taken;
		}
		if (done)
			note(csr);
	}
	irq_clean();
	irq_on();
	say_known(others);
}

/* ---- U-mode ---- */

static u32 user_code[4] __attribute__((aligned(16)));

/* One instruction in U-mode; behind it an ECALL, whose cause says that it was done. */
static struct frame user_insn(u32 insn, u64 a0, u64 a1)
{
	const u64 regs[4] = {a0, a1};

	user_code[0] = insn;
	user_code[1] = 0x00000073;
	__asm__ volatile("fence.i" ::: "memory");
	return run_user(user_alias((u64)(uintptr_t)user_code), regs);
}

#define CAUSE_ECALL_U 8

static void user_sweep(bool write)
{
	u32 others = 0;

	row_time(3000);
	set_csr(sstatus, SSTATUS_FS);
	for (u32 csr = 0; csr < CSRS; csr++) {
		u32 insn = write ? INSN_CSRRW(0, csr, A0) : INSN_CSRRS(A1, csr, 0);
		struct frame f = user_insn(insn, 0, 0);

		if (f.scause == CAUSE_ECALL_U)
			note(csr);
		else
			others += f.scause != CAUSE_ILLEGAL || f.stval != insn;
	}
	say_known(others);
}

static void csr_read_user(void)
{
	write_csr(scounteren, 0);
	user_sweep(false);
}

/* All counters that the supervisor can give: those that the hypervisor keeps stay closed. */
static void csr_counters_user(void)
{
	write_csr(scounteren, ~0ULL);
	user_sweep(false);
	write_csr(scounteren, 0);
}

static void csr_write_user(void)
{
	user_sweep(true);
}

/* ---- at their limits ---- */

/* Modes of satp with tables of five levels under it: the ones that are there, and no write of others does anything. */
static void satp_modes(void)
{
	static u64 roots[2][512] __attribute__((aligned(4096)));
	u64 regime = read_csr(satp), root = (u64)(uintptr_t)root_table();

	irq_off();
	roots[0][0] = PTE_OF(root, PTE_V);
	roots[1][0] = PTE_OF((u64)(uintptr_t)roots[0], PTE_V);
	for (u64 mode = 0; mode < 16; mode++) {
		u64 table = mode == 9    ? (u64)(uintptr_t)roots[0]
			    : mode == 10 ? (u64)(uintptr_t)roots[1]
					 : root;
		struct outcome o = write_probe(CSR_SATP_NUMBER, mode << 60 | table >> 12);

		sfence();
		if (!o.taken && o.x[2] >> 60 == mode && read_csr(satp) == regime)
			say("%lu", mode);
		else if (o.taken || o.x[2] != regime)
			say("mode %lu: %lx", mode, o.taken ? o.cause : o.x[2]);
	}
	irq_on();
}

/* scounteren, senvcfg with all bits: what there is of them. */
static void limits(void)
{
	struct outcome c = write_probe(0x106, ~0ULL), e = write_probe(CSR_SENVCFG, ~0ULL);
	struct outcome s = write_probe(0x104, ~0ULL), p = write_probe(0x144, ~0ULL);

	say("scounteren %lx senvcfg %lx sie %lx", c.x[2], e.x[2], s.x[2]);
	say("%s", p.taken ? "sip refused" : "sip");
	irq_clean();
	irq_on();
}

/* ---- the AIA's indirect registers ---- */

/* CSRRW siselect, a0; CSRRS a2, siselect; CSRRS a1, sireg; CSRRW sireg, a1. */
static struct outcome indirect(u64 select)
{
	const u64 regs[8] = {select};

	probe[0] = INSN_CSRRW(0, CSR_SISELECT, A0);
	probe[1] = INSN_CSRRS(A1 + 1, CSR_SISELECT, 0);
	probe[2] = INSN_CSRRS(A1, CSR_SIREG, 0);
	probe[3] = INSN_CSRRW(0, CSR_SIREG, A1);
	probe[4] = INSN_RET;
	__asm__ volatile("fence.i" ::: "memory");
	return run_code(probe, regs);
}

/*
 * Of these numbers, how many there are a register behind; what is refused is an illegal instruction. A number that siselect does
 * not hold has none.
 */
static u32 registers(u64 first, u64 last, u32 *others)
{
	u32 there = 0;

	for (u64 select = first; select <= last; select++) {
		struct outcome o = indirect(select);

		there += !o.taken && o.x[2] == select;
		*others += o.taken && o.cause != CAUSE_ILLEGAL;
	}
	return there;
}

/*
 * Priorities, the file's control, its pending and enabled bits: with XLEN 64 at even numbers; the rest is nobody's. Left out are
 * Ssctr's, 0x200 to 0x2ff, which the emulator has in VS-mode whatever hstateen0.CTR says.
 */
static void sireg(void)
{
	static const u64 block[][2] = {{0, 0x2f},    {0x30, 0x3f}, {0x40, 0x6f},   {0x70, 0x7f},
				       {0x80, 0xbf}, {0xc0, 0xff}, {0x100, 0x1ff}, {0x300, 0xfff}};
	u32 others = 0, there[ARRAY_SIZE(block)];

	row_time(2000);
	irq_off();
	for (u32 i = 0; i < ARRAY_SIZE(block); i++)
		there[i] = registers(block[i][0], block[i][1], &others);
	for (u32 bit = 13; bit < 64; bit++)
		others += registers(1ULL << bit, 1ULL << bit, &others);
	irq_clean();
	irq_on();
	for (u32 i = 0; i < ARRAY_SIZE(block); i++)
		say("%u", there[i]);
	say("%u other", others);
}

/* Any value into any register of the file, as CSRRW, CSRRS, CSRRC and their immediate forms do it. */
static void sireg_nonsense(void)
{
	u32 others = 0;

	row_time(3000);
	irq_off();
	for (u32 i = 0; i < 6000; i++) {
		static const u8 op[] = {1, 2, 3, 5, 6, 7};
		u32 csr = i % 8 ? CSR_SIREG : CSR_STOPEI;
		u32 insn = INSN_SYSTEM((u32)op[i % 6], i >> 3 & 15 ? 0u : A1, i & 64 ? A0 : 0u, csr);
		struct outcome o;

		(void)indirect(0x70 + (random64() % 0x90));
		o = run_insn(insn, random64(), 0);
		others += o.taken && !is_illegal(&o, insn);
	}
	for (u64 select = 0x70; has_aia && select <= 0xff; select += 2) {
		(void)indirect(select);
		(void)run_insn(INSN_CSRRW(0, CSR_SIREG, A0), select == EIDELIVERY, 0);
	}
	irq_clean();
	irq_on();
	say("%u other", others);
}

/* ---- floating point and vectors ---- */

/* With FS off its instructions are illegal; with it on what was in the registers is there after exits of all kinds. */
static void floats(void)
{
	static const u32 fmv = 0xf2050053; /* fmv.d.x ft0, a0 */
	struct outcome off, on, kept;
	u32 lost = 0;

	clear_csr(sstatus, SSTATUS_FS);
	off = run_insn(fmv, 1, 0);
	set_csr(sstatus, SSTATUS_FS);
	on = run_insn(fmv, 0x3ff0123456789abcULL, 0);
	for (u32 i = 0; i < 200; i++) {
		(void)read32(RTC_BASE);
		(void)sbi_call(SBI_BASE, 0, 0, 0, 0);
		if (i & 1)
			clear_csr(sstatus, SSTATUS_FS);
		set_csr(sstatus, i & 2 ? SSTATUS_FS : 0x2000);
		irq_off();
		timer_set(counter() + 30);
		wfi();
		row_time(400);
		irq_on();
		kept = run_insn(0xe20005d3, 0, 0); /* fmv.x.d a1, ft0 */
		lost += kept.taken || kept.x[1] != 0x3ff0123456789abcULL;
	}
	say("%s %s, %u lost", is_fault(&off, CAUSE_ILLEGAL, fmv, insn_address()) ? "illegal" : "?",
	    on.taken ? cause_name(on.cause) : "ok", lost);
	clear_csr(sstatus, SSTATUS_FS);
}

#define WITH_V(text) ".option push\n\t.option arch, +v\n\t" text "\n\t.option pop"
#define VSETVLI_M8 0x0db572d7u /* vsetvli t0, a0, e64, m8, ta, ma */

/* Marks into all of them, and the CSRs beside: vl odd, both modes of vcsr, vstart in the middle. */
static void fill_vectors(void)
{
	__asm__ volatile(
		WITH_V("vsetvli t0, zero, e64, m8, ta, ma\n\tvid.v v0\n\tvadd.vi v8, v0, 1\n\tvadd.vi v16, v0, 2\n\t"
		       "vadd.vi v24, v0, 3\n\tli t0, 5\n\tvsetvli zero, t0, e16, m2, tu, mu\n\t"
		       "csrwi vcsr, 5\n\tcsrwi vstart, 2")::
			: "t0", "memory");
}

#define VECTOR_BYTES_MAX 8192u
static u64 vectors_seen[4 * VECTOR_BYTES_MAX] __attribute__((aligned(64)));

static bool vectors_stand(void)
{
	u64 vlenb, vl, vtype, vcsr, vstart, words;

	__asm__ volatile(
		WITH_V("csrr %0, vstart\n\tcsrr %1, vl\n\tcsrr %2, vtype\n\tcsrr %3, vcsr\n\tcsrr %4, vlenb")
		: "=r"(vstart), "=r"(vl), "=r"(vtype), "=r"(vcsr), "=r"(vlenb));
	__asm__ volatile(
		WITH_V("csrwi vstart, 0\n\tvs8r.v v0, (%0)\n\tvs8r.v v8, (%1)\n\tvs8r.v v16, (%2)\n\tvs8r.v v24, (%3)")::
			"r"(vectors_seen),
		"r"(vectors_seen + vlenb), "r"(vectors_seen + 2 * vlenb), "r"(vectors_seen + 3 * vlenb)
		: "memory");
	words = vlenb; /* of eight registers */
	if (vstart != 2 || vl != 5 || vtype != 0x09 || vcsr != 5)
		return false;
	for (u64 i = 0; i < 4 * words; i++)
		if (vectors_seen[i] != i % words + i / words)
			return false;
	return true;
}

/* Where there are none, illegal whatever VS says; else as floats(), with the vCPU off its hart in between. */
static void vectors(void)
{
	struct outcome off, on;
	u32 lost = 0;

	clear_csr(sstatus, SSTATUS_VS);
	off = run_insn(VSETVLI_M8, 1, 0);
	set_csr(sstatus, SSTATUS_VS);
	on = run_insn(VSETVLI_M8, 1, 0);
	for (u32 i = 0; i < 200 && !on.taken; i++) {
		fill_vectors();
		(void)read32(RTC_BASE);
		if (i & 1)
			clear_csr(sstatus, SSTATUS_VS);
		irq_off();
		timer_set(counter() + 30);
		(void)sbi_call(SBI_HSM, HSM_SUSPEND, 0, 0, 0);
		row_time(400);
		irq_on();
		set_csr(sstatus, i & 2 ? SSTATUS_VS : 0x200);
		lost += !vectors_stand();
	}
	clear_csr(sstatus, SSTATUS_VS);
	say("%s %s, %u lost", is_illegal(&off, VSETVLI_M8) ? "illegal" : "?",
	    on.taken ? cause_name(on.cause) : "ok", lost);
}

const struct row csr_rows[] = {
	{"csr-read", csr_read},
	{"csr-write", csr_write},
	{"csr-read-user", csr_read_user},
	{"csr-counters-user", csr_counters_user},
	{"csr-write-user", csr_write_user},
	{"satp-modes", satp_modes},
	{"csr-limits", limits},
	{"sireg", sireg},
	{"sireg-nonsense", sireg_nonsense},
	{"floats", floats},
	{"vectors", vectors},
	{NULL, NULL},
};

/* ---- instructions of levels above ---- */

struct insn {
	u32 code;
	const char *name;
};

/* HFENCE, HINVAL, HLV, HLVX, HSV: opcode SYSTEM, funct3 0 or 4, of all addresses. */
#define HYP(funct3, funct7, rd, rs1, rs2) INSN_R(0x73u, funct3, funct7, rd, rs1, rs2)
static const struct insn hyp[] = {
	{HYP(0u, 0x11, 0, 0, 0), "hfence.vvma"}, {HYP(0u, 0x11, 0, 10, 11), "hfence.vvma a0"},
	{HYP(0u, 0x31, 0, 0, 0), "hfence.gvma"}, {HYP(0u, 0x31, 0, 10, 11), "hfence.gvma a0"},
	{HYP(0u, 0x13, 0, 0, 0), "hinval.vvma"}, {HYP(0u, 0x33, 0, 0, 0), "hinval.gvma"},
	{HYP(4u, 0x30, 11, 10, 0), "hlv.b"},     {HYP(4u, 0x30, 11, 10, 1), "hlv.bu"},
	{HYP(4u, 0x32, 11, 10, 0), "hlv.h"},     {HYP(4u, 0x32, 11, 10, 1), "hlv.hu"},
	{HYP(4u, 0x32, 11, 10, 3), "hlvx.hu"},   {HYP(4u, 0x34, 11, 10, 0), "hlv.w"},
	{HYP(4u, 0x34, 11, 10, 1), "hlv.wu"},    {HYP(4u, 0x34, 11, 10, 3), "hlvx.wu"},
	{HYP(4u, 0x36, 11, 10, 0), "hlv.d"},     {HYP(4u, 0x31, 0, 10, 11), "hsv.b"},
	{HYP(4u, 0x33, 0, 10, 11), "hsv.h"},     {HYP(4u, 0x35, 0, 10, 11), "hsv.w"},
	{HYP(4u, 0x37, 0, 10, 11), "hsv.d"},
};

/* The emulator leaves stval of an MRET as an earlier instruction had it, and the hypervisor does not see that exception. */
#define INSN_MRET 0x30200073u
static bool stval_right(u64 stval, u32 insn)
{
	return stval == insn || insn == INSN_MRET;
}

/* Of M-mode and of debug mode. */
static const struct insn machine[] = {
	{INSN_MRET, "mret"},       {0x70200073, "mnret"}, {0x7b200073, "dret"},     {0x00200073, "uret"},
	{0x10400073, "sfence.vm"}, {0xffffffff, "ones"},  {0x0000006b, "reserved"}, {0x00000000, "zero"},
};

static void all_illegal(const struct insn *list, u32 n)
{
	u32 illegal = 0;

	for (u32 i = 0; i < n; i++) {
		struct outcome o = run_insn(list[i].code, RAM_BASE, 0);
		/* One of 16 bits: that much of it is in stval. */
		u32 stval = (list[i].code & 3) == 3 ? list[i].code : list[i].code & 0xffff;
		bool right = o.taken == 1 && o.cause == CAUSE_ILLEGAL && o.sepc == insn_address() &&
			     stval_right(o.stval, stval);

		illegal += right;
		if (!right)
			say("%s: %s %lx", list[i].name, o.taken ? cause_name(o.cause) : "ok", o.stval);
	}
	say("%u of %u illegal", illegal, n);
}

static void hyp_insns(void)
{
	all_illegal(hyp, ARRAY_SIZE(hyp));
}
static void machine_insns(void)
{
	all_illegal(machine, ARRAY_SIZE(machine));
}

/*
 * Every encoding of SYSTEM with funct3 0 and 4 without operands, but ECALL, EBREAK, SRET, WFI,
 * WRS and MRET: what is done are SFENCE.VMA of any ASID and what Svinval has.
 */
static void system_space(void)
{
	u32 done = 0, others = 0;

	row_time(2000);
	irq_off();
	for (u32 imm = 0; imm < 4096; imm++) {
		for (u32 funct3 = 0; funct3 <= 4; funct3 += 4) {
			u32 insn = INSN_SYSTEM(funct3, 0, 0, imm);
			struct outcome o;

			if (!funct3 && (imm <= 1 || imm == 0x102 || imm == 0x105 || imm == 0x0d ||
					imm == 0x1d || insn == INSN_MRET))
				continue;
			o = run_insn(insn, 0, 0);
			done += !o.taken;
			others += o.taken && !is_illegal(&o, insn);
		}
	}
	irq_on();
	say("%u done, %u other", done, others);
}

const struct row insn_rows[] = {
	{"hyp-instructions", hyp_insns},
	{"machine-instructions", machine_insns},
	{"system-space", system_space},
	{NULL, NULL},
};

/* ---- what U-mode may not ---- */

/* Without SFENCE.W.INVAL and SFENCE.INVAL.IR, which the emulator takes in U-mode, and does nothing. */
static void user_privileged(void)
{
	static const struct insn list[] = {
		{0x10200073, "sret"},          {0x10500073, "wfi"},        {0x12000073, "sfence.vma"},
		{0x12b50073, "sfence.vma a0"}, {0x16000073, "sinval.vma"},

		{INSN_MRET, "mret"},
	};
	u32 illegal = 0, n = ARRAY_SIZE(list);

	for (u32 i = 0; i < n + ARRAY_SIZE(hyp); i++) {
		const struct insn *x = i < n ? &list[i] : &hyp[i - n];
		struct frame f = user_insn(x->code, RAM_BASE, 0);
		bool right = f.scause == CAUSE_ILLEGAL && stval_right(f.stval, x->code);

		illegal += right;
		if (!right)
			say("%s: %s %lx", x->name, cause_name(f.scause), f.stval);
	}
	say("%u of %u illegal", illegal, n + (u32)ARRAY_SIZE(hyp));
}

static void user_calls(void)
{
	struct frame f = user_insn(0x00000073, 0, 0), b = user_insn(0x00100073, 0, 0);

	say("%s, %s", cause_name(f.scause), cause_name(b.scause));
}

/* senvcfg of all ones opens to U-mode what there is, and nothing of it reaches others. */
static void user_blocks(void)
{
	static const struct insn list[] = {
		{0x0045200f, "zero"}, {0x0005200f, "inval"}, {0x0015200f, "clean"}, {0x0025200f, "flush"}};
	static u64 line[8] __attribute__((aligned(64)));

	for (u32 open = 0; open < 2; open++) {
		u32 done = 0, illegal = 0, fault = 0;

		write_csr(CSR_SENVCFG, open ? ~0ULL : 0);
		for (u32 i = 0; i < ARRAY_SIZE(list); i++) {
			struct frame f = user_insn(list[i].code, user_alias((u64)(uintptr_t)line), 0);
			struct frame h = user_insn(list[i].code, user_alias(HOLE), 0);

			done += f.scause == CAUSE_ECALL_U;
			illegal += f.scause == CAUSE_ILLEGAL && f.stval == list[i].code;
			fault += h.scause == CAUSE_STORE_ACCESS;
		}
		say("%u done %u illegal %u fault", done, illegal, fault);
	}
	write_csr(CSR_SENVCFG, 0);
}

const struct row user_rows[] = {
	{"user-privileged", user_privileged},
	{"user-calls", user_calls},
	{"user-blocks", user_blocks},
	{NULL, NULL},
};
