/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile rows: registers of other exception levels, of hidden features, and all encodings there are. */
#include "tests/guests/bare/arm64/hostile.h"

/* Reads and writes of [crn, crm, op2] ranges below op0, op1: how many are undefined, how many are not. */
struct range {
	u8 op0, op1, crn0, crn1, crm0, crm1, op20, op21;
};

/* EL1's own traps of SVE and SME come before the hypervisor's. */
static void open_fp(void)
{
	write_sysreg(cpacr_el1, 3 << 24 | 3 << 20 | 3 << 16);
	isb();
}

static void close_fp(void)
{
	write_sysreg(cpacr_el1, 3 << 20);
	isb();
}

static void range_undefined(const struct range *r, u32 *undefined, u32 *other)
{
	for (u32 crn = r->crn0; crn <= r->crn1; crn++)
		for (u32 crm = r->crm0; crm <= r->crm1; crm++)
			for (u32 op2 = r->op20; op2 <= r->op21; op2++)
				for (u32 write = 0; write <= 1; write++) {
					struct outcome o = run_insn(
						SYS_INSN(!write, r->op0, r->op1, crn, crm, op2), 0, 0);
					/* FEAT_IDST: another class for what is nothing in the space of identification */
					bool right = o.taken == 1 &&
						     (o.ec == EC_UNKNOWN || (o.ec == EC_SYSREG && !crn));

					*(right ? undefined : other) += 1;
					if (!right && *other < 4)
						say("S%u_%u_C%u", r->op0, r->op1, crn),
							say("_C%u_%u", crm, op2);
				}
}

static void ranges(const struct range *r, u32 n)
{
	u32 undefined = 0, other = 0;

	row_time(2000);
	open_fp();
	for (u32 i = 0; i < n; i++)
		range_undefined(r + i, &undefined, &other);
	close_fp();
	say("%u undefined, %u other", undefined, other);
}

#define RANGES(name, ...)                                      \
	static void name(void)                                 \
	{                                                      \
		static const struct range r[] = {__VA_ARGS__}; \
                                                               \
		ranges(r, ARRAY_SIZE(r));                      \
	}

#define ONE(op0, op1, crn, crm, op2) {op0, op1, crn, crn, crm, crm, op2, op2}

RANGES(el2, {3, 4, 0, 15, 0, 15, 0, 7})
RANGES(el2_alias, {3, 5, 0, 15, 0, 15, 0, 7})
RANGES(el3, {3, 6, 0, 15, 0, 15, 0, 7}, {3, 7, 0, 15, 0, 15, 0, 7})
RANGES(trace, {2, 1, 0, 15, 0, 15, 0, 7})
RANGES(pmu, {3, 3, 9, 9, 12, 14, 0, 7}, {3, 3, 14, 14, 8, 15, 0, 7}, {3, 0, 9, 9, 14, 14, 0, 7})
RANGES(spe, {3, 0, 9, 9, 9, 10, 0, 7})
RANGES(trbe, {3, 0, 9, 9, 11, 11, 0, 7})
RANGES(amu, {3, 3, 13, 13, 2, 15, 0, 7})
RANGES(mpam, {3, 0, 10, 10, 4, 4, 4, 6}, {3, 0, 10, 10, 5, 5, 0, 7})
RANGES(ras, {3, 0, 5, 5, 3, 5, 0, 7})
RANGES(lor, {3, 0, 10, 10, 4, 4, 0, 3}, ONE(3, 0, 10, 4, 7))
RANGES(mte, {3, 0, 1, 1, 0, 0, 5, 6}, {3, 0, 5, 5, 6, 6, 0, 1}, ONE(3, 1, 0, 0, 4))
RANGES(sme, {3, 0, 1, 1, 2, 2, 4, 6}, ONE(3, 3, 4, 2, 2), ONE(3, 1, 0, 0, 6), ONE(3, 3, 13, 0, 5))
RANGES(translation2, ONE(3, 0, 2, 0, 3), ONE(3, 0, 1, 0, 3), {3, 0, 10, 10, 2, 2, 2, 7}, ONE(3, 3, 10, 2, 4),
       {3, 0, 2, 2, 5, 5, 0, 2}, ONE(3, 3, 2, 5, 1), ONE(3, 0, 13, 0, 5), ONE(3, 3, 4, 4, 2))
RANGES(branches, {2, 1, 8, 9, 0, 15, 0, 7})
/* NV2's memory and the counter's registers of EL2, secure ones of the interrupt controller. */
RANGES(gic_hyp, {3, 4, 12, 12, 8, 15, 0, 7}, ONE(3, 6, 12, 12, 4), ONE(3, 6, 12, 12, 5), ONE(3, 6, 12, 12, 7))
RANGES(implementation, {3, 0, 11, 11, 0, 15, 0, 7}, {3, 3, 15, 15, 0, 15, 0, 7}, {3, 0, 15, 15, 0, 15, 0, 7},
       {1, 0, 15, 15, 0, 15, 0, 7}, {1, 3, 11, 11, 0, 15, 0, 7}, {3, 1, 11, 11, 0, 15, 0, 7},
       {3, 1, 15, 15, 0, 15, 0, 7})

/* ---- what identification registers must not say ---- */

/* Fields, by their lowest bit, that a guest reads as zero whatever the machine has. */
static const struct {
	u8 crm, op2, lo[12];
} hidden[] = {
	{4, 0, {28, 36, 40, 44, 52}}, /* RAS, SEL2, MPAM, AMU, RME */
	{4,
	 1,
	 {8, 12, 16, 20, 24, 28, 36, 40, 44, 48, 56,
	  60}}, /* MTE, RAS_frac, MPAM_frac, SME, RNDR_trap, NMI, GCS, ... */
	{4, 2, {0, 4, 8, 16, 32}},
	{5, 0, {4, 8, 32, 40, 44, 48, 52, 56}}, /* trace, PMU, SPE, TRF, TRBE, MTPMU, BRBE */
	{5, 1, {0, 4, 8, 16, 32, 36, 40, 48, 52}},
	{6, 1, {56, 60}},                               /* XS, LS64 */
	{6, 2, {16, 32, 36, 40, 48, 52, 60}},           /* MOPS, SYSREG_128, ... */
	{7, 0, {12, 40, 44, 56, 60}},                   /* SNSMem, TGran4_2, ExS, FGT, ECV */
	{7, 1, {4, 8, 16, 24, 28, 32, 40, 44, 52, 56}}, /* VMIDBits, VH, LO, SpecSEI, XNX, TWED, HCX, AFP */
	{7, 2, {12, 24, 40, 48, 56}},                   /* IESB, NV, FWB, TTL, EVT */
	{7, 3, {0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 44, 60}},
	{7, 4, {4, 20, 24, 28, 32, 36}},
};

static u64 id_read(u32 crm, u32 op2)
{
	return run_insn(SYS_INSN(1, 3, 0, 0, crm, op2), 0, 0).x[1];
}

static void id_hidden(void)
{
	u32 shown = 0, fields = 0;

	for (u32 i = 0; i < ARRAY_SIZE(hidden); i++) {
		u64 v = id_read(hidden[i].crm, hidden[i].op2);

		for (u32 k = 0; k < 12; k++) {
			if (k && !hidden[i].lo[k])
				continue;
			if (!k && !hidden[i].lo[0] && hidden[i].crm != 7 && hidden[i].crm != 5 &&
			    hidden[i].op2 != 2)
				continue;
			fields++;
			if (v >> hidden[i].lo[k] & 0xf) {
				shown++;
				say("%u.%u", hidden[i].crm, hidden[i].op2);
				say("bit %u", hidden[i].lo[k]);
			}
		}
	}
	say("%u fields, %u shown", fields, shown);
}

/* All reads work, no write does; what is allocated nowhere reads as zero. */
static void id_space(void)
{
	u32 readable = 0, writable = 0, unknown = 0;

	for (u32 crm = 1; crm < 8; crm++) {
		for (u32 op2 = 0; op2 < 8; op2++) {
			struct outcome o = run_insn(SYS_INSN(1, 3, 0, 0, crm, op2), 0, ~0ULL);

			readable += !o.taken;
			writable += !run_insn(SYS_INSN(0, 3, 0, 0, crm, op2), 0, 0).taken;
			if (!o.taken && (crm == 7 || crm == 6 || crm == 5) && op2 > 4)
				unknown += o.x[1] != 0;
		}
	}
	say("%u readable, %u writable, %u unknown", readable, writable, unknown);
}

CODE(id_user, "mrs x0, id_aa64pfr0_el1\n\tsvc #1");

static void id_from_user(void)
{
	u64 regs[5] = {0}, pc = alias(ALIAS_USER, (u64)(uintptr_t)id_user);
	struct frame f = run_el0(pc, SPSR_EL0_A64, regs);

	/* undefined, or with FEAT_IDST a trapped register */
	say("%s",
	    (ESR_EC(f.esr) == EC_UNKNOWN || ESR_EC(f.esr) == EC_SYSREG) && f.elr == pc ? "refused" : "?");
}

/* ---- everything ---- */

/* All MRS of op0 2 and 3: nothing happens but values and undefined instructions. */
static void read_all(void)
{
	u32 undefined = 0, values = 0, other = 0;

	row_time(4000);
	irq_off(); /* acknowledge registers are among them */
	open_fp();
	for (u32 i = 0; i < 1u << 15; i++) {
		struct outcome o = run_insn(0xd5300001u | i << 5, 0, 0);

		if (!o.taken)
			values++;
		else if (o.ec == EC_UNKNOWN || (o.ec == EC_SYSREG && !(i >> 7 & 15)))
			undefined++;
		else if (!other++)
			say("%x: EC %x,", i, o.ec);
	}
	close_fp();
	gic_clean();
	irq_on();
	say(values + undefined == 1u << 15 ? "values or undefined" : "%u other", other);
	(void)values;
}

/* SYS instructions (op0 1): maintenance, translation, prediction, whatever. The operand is an address of one's own. */
static u8 scratch[65536] __attribute__((aligned(65536)));

static void sys_all(void)
{
	u32 ok = 0, undefined = 0, other = 0;

	row_time(4000);
	irq_off();
	for (u32 i = 0; i < 1u << 14; i++) {
		struct outcome o;

		/* GCS, SME and trace state changes are among them: undefined, all of them */
		o = run_insn(0xd5080000u | i << 5 | 1, 0, (u64)(uintptr_t)scratch + 4096);
		if (!o.taken)
			ok++;
		else if (o.ec == EC_UNKNOWN)
			undefined++;
		else
			other++;
	}
	irq_on();
	say("%s", ok && undefined && !other ? "done or undefined" : "?");
	if (other)
		say("%u other", other);
}

/* Writes to every encoding that does not belong to this code's own footing. */
static bool mine(u32 op0, u32 op1, u32 crn, u32 crm)
{
	if (op0 != 3)
		return op0 == 2 && op1 == 0; /* breakpoints have a row of their own */
	if (op1 == 0)
		return crn == 1 || crn == 2 || crn == 4 || crn == 10 || (crn == 12 && crm == 0);
	return op1 == 3 && (crn == 4 || crn == 14 || (crn == 13 && crm == 0));
}

static void write_all(void)
{
	u32 n = 0, other = 0;

	row_time(4000);
	irq_off();
	for (u32 i = 0; i < 1u << 15; i++) {
		struct outcome o;

		if (mine(2 + (i >> 14), i >> 11 & 7, i >> 7 & 15, i >> 3 & 15))
			continue;
		o = run_insn(0xd5100001u | i << 5, 0, random64());
		n++;
		other += o.taken && o.ec != EC_UNKNOWN;
	}
	write_sysreg(cntkctl_el1, 0);
	close_fp();
	gic_clean();
	irq_on();
	say("%u other", other);
}

/* ---- hidden instructions ---- */

CODE(i_smstart, ".inst 0xd503477f");
CODE(i_smstart_za, ".inst 0xd503457f");
CODE(i_rdsvl, ".inst 0x04bf5820");
CODE(i_ld64b, ".inst 0xf83fd000");
CODE(i_st64b, ".inst 0xf83f9000");
CODE(i_cpyfp, ".inst 0x19010440");
CODE(i_gcspushm, ".inst 0xd50b7700");
CODE(i_tstart, ".inst 0xd5233060");
CODE(i_brb, ".inst 0xd509729f");
CODE(i_hlt, "hlt #0xf000");
CODE(i_dcps1, "dcps1");
CODE(i_dcps2, "dcps2");
CODE(i_dcps3, "dcps3");
CODE(i_drps, "drps");
CODE(i_udf, ".inst 0");

static void instructions(void)
{
	static const char *const code[] = {i_smstart, i_smstart_za, i_rdsvl,  i_ld64b, i_st64b,
					   i_cpyfp,   i_gcspushm,   i_tstart, i_brb,   i_hlt,
					   i_dcps1,   i_dcps2,      i_dcps3,  i_drps,  i_udf};
	u32 undefined = 0;

	open_fp();
	for (u32 i = 0; i < ARRAY_SIZE(code); i++) {
		const u64 regs[8] = {(u64)(uintptr_t)scratch, 0};
		struct outcome o = run_code(code[i], regs);
		bool right = o.taken == 1 && o.ec == EC_UNKNOWN && o.elr == (u64)(uintptr_t)code[i];

		undefined += right;
		if (!right) {
			say("%u:", i);
			say_outcome(&o, 0, NO_VA);
		}
	}
	close_fp();
	say("%u of %u undefined", undefined, (u32)ARRAY_SIZE(code));
}

CODE(i_tag, ".inst 0xd9200801\n\t.inst 0xd9600001"); /* stg x1, [x0]; ldg x1, [x0] */

/* Allocation tags: no such instructions, or (HCR_EL2.ATA) memory without tags. */
static void tags(void)
{
	const u64 regs[8] = {(u64)(uintptr_t)scratch, 5ULL << 56};
	struct outcome o = run_code(i_tag, regs);
	bool none = o.taken ? o.ec == EC_UNKNOWN : !(o.x[1] >> 56 & 0xf);

	say("%s", none ? "none" : "kept");
}

/* FEAT_NMI's mask: writes trap, reads cannot be trapped (HCRX_EL2.TALLINT) and give zero. */
static void allint(void)
{
	struct outcome w = run_insn(SYS_INSN(0, 3, 0, 4, 3, 0), 0, 1 << 13),
		       r = run_insn(SYS_INSN(1, 3, 0, 4, 3, 0), 0, 0);

	say("%s",
	    w.taken && w.ec == EC_UNKNOWN && (r.taken ? r.ec == EC_UNKNOWN : r.x[1] == 0) ? "hidden" : "?");
}

CODE(i_rdvl, ".inst 0x04bf5020"); /* rdvl x0, #1 */

/* SVE as far as ID_AA64PFR0 says; the vector length is bounded by the hypervisor whatever ZCR_EL1 asks. */
static void sve(void)
{
	bool has = read_sysreg(id_aa64pfr0_el1) >> 32 & 0xf;
	const u64 regs[8] = {0};
	struct outcome o;

	open_fp();
	if (has)
		write_sysreg(S3_0_C1_C2_0, ~0ULL);
	isb();
	o = run_code(i_rdvl, regs);
	close_fp();
	if (!has)
		say_outcome(&o, (u64)(uintptr_t)i_rdvl, NO_VA);
	else
		say("%s", !o.taken && o.x[0] >= 16 && o.x[0] <= 256 ? "bounded" : "?");
}

const struct row register_rows[] = {
	{"el2-registers", el2},
	{"el2-aliases", el2_alias},
	{"el3-registers", el3},
	{"trace-registers", trace},
	{"pmu", pmu},
	{"spe", spe},
	{"trbe", trbe},
	{"amu", amu},
	{"mpam", mpam},
	{"ras", ras},
	{"loregions", lor},
	{"mte", mte},
	{"sme", sme},
	{"translation-2", translation2},
	{"branch-records", branches},
	{"gic-hyp", gic_hyp},
	{"implementation-defined", implementation},
	{"id-hidden", id_hidden},
	{"id-space", id_space},
	{"id-from-el0", id_from_user},
	{"mte-tags", tags},
	{"allint", allint},
	{"instructions", instructions},
	{"sve", sve},
	{"read-all", read_all},
	{"sys-all", sys_all},
	{"write-all", write_all},
	{NULL, NULL},
};
