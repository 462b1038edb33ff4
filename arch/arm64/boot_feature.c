/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feature registers (DDI 0487, D19.2.58 on) at boot. Tables: which registers
 * exist and how each field reaches guests, and which fields the hypervisor
 * itself asks. What no table names, a guest reads as zero: a feature unknown to
 * this build is hidden, and its registers trap.
 *
 * CPUs may differ. What each has is kept until the VMs are made: a guest sees what
 * the CPUs of its own vCPUs have in common, which never move to others. What the hypervisor
 * itself uses, what all CPUs have.
 */
#include "arch/arm64/feature.h"
#include "arch/arm64/sysreg.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/plan.h"
#include "core/string.h"

#define ID_NAMED(X)               \
	X(1, 0, ID_PFR0_EL1)      \
	X(1, 1, ID_PFR1_EL1)      \
	X(1, 2, ID_DFR0_EL1)      \
	X(1, 4, ID_MMFR0_EL1)     \
	X(1, 5, ID_MMFR1_EL1)     \
	X(1, 6, ID_MMFR2_EL1)     \
	X(1, 7, ID_MMFR3_EL1)     \
	X(2, 0, ID_ISAR0_EL1)     \
	X(2, 1, ID_ISAR1_EL1)     \
	X(2, 2, ID_ISAR2_EL1)     \
	X(2, 3, ID_ISAR3_EL1)     \
	X(2, 4, ID_ISAR4_EL1)     \
	X(2, 5, ID_ISAR5_EL1)     \
	X(2, 6, ID_MMFR4_EL1)     \
	X(2, 7, S3_0_C0_C2_7)     \
	X(3, 0, MVFR0_EL1)        \
	X(3, 1, MVFR1_EL1)        \
	X(3, 2, MVFR2_EL1)        \
	X(3, 4, ID_PFR2_EL1)      \
	X(4, 0, ID_AA64PFR0_EL1)  \
	X(4, 1, ID_AA64PFR1_EL1)  \
	X(4, 2, ID_AA64PFR2_EL1)  \
	X(4, 4, ID_AA64ZFR0_EL1)  \
	X(4, 5, ID_AA64SMFR0_EL1) \
	X(5, 0, ID_AA64DFR0_EL1)  \
	X(5, 1, ID_AA64DFR1_EL1)  \
	X(6, 0, ID_AA64ISAR0_EL1) \
	X(6, 1, ID_AA64ISAR1_EL1) \
	X(6, 2, ID_AA64ISAR2_EL1) \
	X(6, 3, ID_AA64ISAR3_EL1) \
	X(7, 0, ID_AA64MMFR0_EL1) \
	X(7, 1, ID_AA64MMFR1_EL1) \
	X(7, 2, ID_AA64MMFR2_EL1) \
	X(7, 3, ID_AA64MMFR3_EL1) \
	X(7, 4, ID_AA64MMFR4_EL1)

enum rule {
	SHOW,   /* the smallest value of the VM's CPUs, unsigned, at most `cap` */
	SIGNED, /* the same for a signed field (0xf: absent) */
	FIXED,  /* always `cap` */
};

struct id_field {
	u8 crm, op2, lo, rule, cap;
};

/* What guests see. AArch32 registers matter to EL0 only and pass as they are (FIELD32). */
static const struct id_field guest_fields[] = {
	/* ID_AA64PFR0: EL0, EL1 AArch64 only, FP, AdvSIMD, GIC system registers, SVE, DIT, CSV2, CSV3 */
	{4, 0, 0, SHOW, 2},
	{4, 0, 4, FIXED, 1},
	{4, 0, 16, SIGNED, 1},
	{4, 0, 20, SIGNED, 1},
	{4, 0, 24, FIXED, 1},
	{4, 0, 32, SHOW, 1},
	{4, 0, 48, SHOW, 1},
	{4, 0, 56, SHOW, 1}, /* SCXTNUM_ELx are not offered (el2.c) */
	{4, 0, 60, SHOW, 1},
	/* ID_AA64PFR1: BT, SSBS, CSV2_frac */
	{4, 1, 0, SHOW, 1},
	{4, 1, 4, SHOW, 2},
	{4, 1, 32, SHOW, 1},
	/* ID_AA64ZFR0 (only with SVE): SVEver, AES, BitPerm, BF16, SHA3, SM4, I8MM, F32MM, F64MM */
	{4, 4, 0, SHOW, 1},
	{4, 4, 4, SHOW, 2},
	{4, 4, 16, SHOW, 1},
	{4, 4, 20, SHOW, 1},
	{4, 4, 32, SHOW, 1},
	{4, 4, 40, SHOW, 1},
	{4, 4, 44, SHOW, 1},
	{4, 4, 52, SHOW, 1},
	{4, 4, 56, SHOW, 1},
	/* ID_AA64DFR0: DebugVer, BRPs, WRPs, CTX_CMPs; no PMU, trace, SPE */
	{5, 0, 0, SHOW, 8},
	{5, 0, 12, SHOW, 15},
	{5, 0, 20, SHOW, 15},
	{5, 0, 28, SHOW, 15},
	/* ID_AA64ISAR0: AES SHA1 SHA2 CRC32 Atomics RDM SHA3 SM3 SM4 DP FHM TS TLB RNDR */
	{6, 0, 4, SHOW, 2},
	{6, 0, 8, SHOW, 1},
	{6, 0, 12, SHOW, 2},
	{6, 0, 16, SHOW, 1},
	{6, 0, 20, SHOW, 2},
	{6, 0, 28, SHOW, 1},
	{6, 0, 32, SHOW, 1},
	{6, 0, 36, SHOW, 1},
	{6, 0, 40, SHOW, 1},
	{6, 0, 44, SHOW, 1},
	{6, 0, 48, SHOW, 1},
	{6, 0, 52, SHOW, 2},
	{6, 0, 56, SHOW, 2},
	{6, 0, 60, SHOW, 1},
	/* ID_AA64ISAR1: DPB APA API JSCVT FCMA LRCPC GPA GPI FRINTTS SB SPECRES BF16 DGH I8MM */
	{6, 1, 0, SHOW, 2},
	{6, 1, 4, SHOW, 5},
	{6, 1, 8, SHOW, 5},
	{6, 1, 12, SHOW, 1},
	{6, 1, 16, SHOW, 1},
	{6, 1, 20, SHOW, 2},
	{6, 1, 24, SHOW, 1},
	{6, 1, 28, SHOW, 1},
	{6, 1, 32, SHOW, 1},
	{6, 1, 36, SHOW, 1},
	{6, 1, 40, SHOW, 1},
	{6, 1, 44, SHOW, 2},
	{6, 1, 48, SHOW, 1},
	{6, 1, 52, SHOW, 1},
	/* ID_AA64ISAR2: RPRES GPA3 APA3 BC PAC_frac CLRBHB */
	{6, 2, 4, SHOW, 1},
	{6, 2, 8, SHOW, 1},
	{6, 2, 12, SHOW, 5},
	{6, 2, 20, SHOW, 1},
	{6, 2, 24, SHOW, 1},
	{6, 2, 28, SHOW, 1},
	/* ID_AA64MMFR0: ASIDBits BigEnd BigEndEL0 TGran16 TGran64 TGran4; PARange is the VM's */
	{7, 0, 4, SHOW, 2},
	{7, 0, 8, SHOW, 1},
	{7, 0, 16, SHOW, 1},
	{7, 0, 20, SHOW, 1},
	{7, 0, 24, SIGNED, 0},
	{7, 0, 28, SIGNED, 0},
	/* ID_AA64MMFR1: HAFDBS HPDS PAN ETS ECBHB */
	{7, 1, 0, SHOW, 2},
	{7, 1, 12, SHOW, 2},
	{7, 1, 20, SHOW, 3},
	{7, 1, 36, SHOW, 1},
	{7, 1, 60, SHOW, 1},
	/* ID_AA64MMFR2: CnP UAO LSM VARange CCIDX ST AT IDS BBM E0PD */
	{7, 2, 0, SHOW, 1},
	{7, 2, 4, SHOW, 1},
	{7, 2, 8, SHOW, 1},
	{7, 2, 16, SHOW, 1},
	{7, 2, 20, SHOW, 1},
	{7, 2, 28, SHOW, 1},
	{7, 2, 32, SHOW, 1},
	{7, 2, 36, SHOW, 1},
	{7, 2, 52, SHOW, 2},
	{7, 2, 60, SHOW, 1},
};

/* What the hypervisor asks: the feature is there when field >= min. Signed fields are not asked. */
struct id_feature {
	u8 crm, op2, lo, min;
};

static const struct id_feature features[FEATURES] = {
	[FEAT_VHE] = {7, 1, 8, 1},
	[FEAT_NV] = {7, 2, 24, 1},
	[FEAT_NV2] = {7, 2, 24, 2},
	[FEAT_FGT] = {7, 0, 56, 1},
	[FEAT_FGT2] = {7, 0, 56, 2},
	[FEAT_HCX] = {7, 1, 40, 1},
	[FEAT_AMU] = {4, 0, 44, 1},
	[FEAT_SVE] = {4, 0, 32, 1},
	[FEAT_SME] = {4, 1, 24, 1},
	[FEAT_SPE] = {5, 0, 32, 1},
	[FEAT_TRBE] = {5, 0, 44, 1},
	[FEAT_TRF] = {5, 0, 40, 1},
	[FEAT_BRBE] = {5, 0, 52, 1},
	[FEAT_MPAM] = {4, 0, 40, 1},
	[FEAT_MTE] = {4, 1, 8, 1},
	[FEAT_MTE2] = {4, 1, 8, 2},
	[FEAT_RAS] = {4, 0, 28, 1},
	[FEAT_CSV2] = {4, 0, 56, 1},
	[FEAT_CSV2_3] = {4, 0, 56, 3},
	[FEAT_CSV3] = {4, 0, 60, 1},
	[FEAT_ECBHB] = {7, 1, 60, 1},
	[FEAT_CLRBHB] = {6, 2, 28, 1},
	[FEAT_SSBS] = {4, 1, 4, 1},
	[FEAT_PAUTH] = {6, 1, 4, 1},
	[FEAT_ECV] = {7, 0, 60, 1},
	[FEAT_ECV_POFF] = {7, 0, 60, 2},
	[FEAT_TCR2] = {7, 3, 0, 1},
	[FEAT_SCTLR2] = {7, 3, 4, 1},
	[FEAT_GCS] = {4, 1, 44, 1},
	[FEAT_PMU] = {5, 0, 8, 1},
	[FEAT_PAN] = {7, 1, 20, 1},
	[FEAT_XNX] = {7, 1, 28, 1},
	[FEAT_VMID16] = {7, 1, 4, 2},
	[FEAT_RNG] = {6, 0, 60, 1},
	[FEAT_AA32_EL0] = {4, 0, 0, 2},
	[FEAT_AA32_EL1] = {4, 0, 4, 2},
	[FEAT_EVT] = {7, 2, 56, 1},
	[FEAT_FWB] = {7, 2, 40, 1},
	[FEAT_E2H0_ABSENT] = {7, 4, 24, 0xe},
	[FEAT_NMI] = {4, 1, 36, 1},
	[FEAT_EL3] = {4, 0, 12, 1},
	[FEAT_S1PIE] = {7, 3, 8, 1},
	[FEAT_S2PIE] = {7, 3, 12, 1},
	[FEAT_S1POE] = {7, 3, 16, 1},
	[FEAT_CSV2_2] = {4, 0, 56, 2},
	[FEAT_CSV2_1P2] = {4, 1, 32, 2},
};

/*
 * What a guest can use only where the hypervisor switches its registers, opens them or minds it in exceptions,
 * which it does on all CPUs or on none: where not all CPUs have `need`, at most `cap` is shown.
 */
static const struct {
	u8 crm, op2, lo, cap;
	enum feature need;
} owned[] = {
	{4, 0, 32, 0, FEAT_SVE},   {4, 1, 4, 0, FEAT_SSBS},
	{7, 1, 20, 0, FEAT_PAN}, /* PSTATE of an injected exception */
	{6, 1, 4, 0, FEAT_PAUTH},  {6, 1, 8, 0, FEAT_PAUTH},
	{6, 1, 24, 0, FEAT_PAUTH}, {6, 1, 28, 0, FEAT_PAUTH},
	{6, 2, 8, 0, FEAT_PAUTH},  {6, 2, 12, 0, FEAT_PAUTH},
	{6, 2, 24, 0, FEAT_PAUTH},
};

static u64 ids[MAX_CPUS][ID_COUNT]; /* of each CPU that was read */
static u64 common[ID_COUNT];        /* field-wise minimum over them */
static bool any_read;

static u64 field_of(u64 reg, u32 lo)
{
	return (reg >> lo) & 0xf;
}

static void read_own(u64 *id)
{
#define READ(crm, op2, name) id[ID_INDEX(crm, op2)] = read_sysreg(name);
	ID_NAMED(READ)
#undef READ
}

static bool is_signed(u32 index, u32 lo)
{
	for (u32 i = 0; i < ARRAY_SIZE(guest_fields); i++) {
		const struct id_field *f = &guest_fields[i];

		if (f->rule == SIGNED && (u32)ID_INDEX(f->crm, f->op2) == index && f->lo == lo)
			return true;
	}
	return false;
}

static u64 smaller(u64 a, u64 b, bool sign)
{
	u64 flip = sign ? 8 : 0;

	return (a ^ flip) < (b ^ flip) ? a : b;
}

static u64 merged(u32 index, u64 a, u64 b)
{
	u64 out = 0;

	for (u32 lo = 0; lo < 64; lo += 4)
		out |= smaller(field_of(a, lo), field_of(b, lo), is_signed(index, lo)) << lo;
	return out;
}

/* `into` becomes what both have; true: it changed. */
static bool merge(u64 *into, const u64 *other)
{
	bool changed = false;

	for (u32 i = 0; i < ID_COUNT; i++) {
		if (into[i] == other[i])
			continue;
		into[i] = merged(i, into[i], other[i]);
		changed = true;
	}
	return changed;
}

static bool has_in(const u64 *id, enum feature f)
{
	const struct id_feature *t = &features[f];
	u64 v = field_of(id[ID_INDEX(t->crm, t->op2)], t->lo);

	if (f == FEAT_PAUTH)
		return (id[ID_INDEX(6, 1)] & 0xff0) != 0 || field_of(id[ID_INDEX(6, 2)], 12) != 0;
	if (f == FEAT_MPAM) /* v0.1 stands in ID_AA64PFR1.MPAM_frac alone */
		return v || field_of(id[ID_INDEX(4, 1)], 16);
	if (f == FEAT_PMU || f == FEAT_FWB)
		return v >= t->min && v != 0xf;
	return v >= t->min;
}

static void settle(void)
{
	static const u8 bits[] = {32, 36, 40, 42, 44, 48};
	u64 range = field_of(common[ID_INDEX(7, 0)], 0);

	features_present = 0;
	for (u32 i = 0; i < FEATURES; i++)
		features_present |= (u64)has_in(common, (enum feature)i) << i;
	feature_pa_bits = range < ARRAY_SIZE(bits) ? bits[range] : 48;
}

void feature_read_cpu(void)
{
	u64 *mine = ids[this_cpu()->index];
	bool news = !any_read;

	read_own(mine);
	if (news)
		memcpy(common, mine, sizeof(common));
	else
		news = merge(common, mine);
	any_read = true;
	if (news)
		settle();
}

bool feature_cpu_has(enum feature f)
{
	return has_in(ids[this_cpu()->index], f);
}

/* ---- a VM's view ---- */

static u64 shown(const u64 *id, const struct id_field *f)
{
	u64 v = field_of(id[ID_INDEX(f->crm, f->op2)], f->lo);

	return (f->rule == FIXED ? f->cap : smaller(v, f->cap, f->rule == SIGNED)) << f->lo;
}

/* AArch32 at EL0 only; ID_PFR0 as ID_AA64PFR0 without RAS and activity monitors, ID_DFR0 without PMU and trace. */
static void show_aarch32(u64 *reg, const u64 *id)
{
	if (!has_in(id, FEAT_AA32_EL0))
		return;
	memcpy(reg, id, ID_INDEX(4, 0) * sizeof(*reg));
	reg[ID_INDEX(1, 0)] &= 0x0f0fffff;
	reg[ID_INDEX(1, 2)] &= 0xf;
}

static void withhold(u64 *reg)
{
	for (u32 i = 0; i < ARRAY_SIZE(owned); i++) {
		u64 *r = &reg[ID_INDEX(owned[i].crm, owned[i].op2)];
		u64 v = field_of(*r, owned[i].lo);

		if (!feature_has(owned[i].need) && v > owned[i].cap)
			*r ^= (v ^ owned[i].cap) << owned[i].lo;
	}
	if (!feature_has(FEAT_SVE))
		reg[ID_INDEX(4, 4)] = 0;
}

static u64 pa_range_of(u32 ipa_bits)
{
	static const u8 bits[] = {32, 36, 40, 42, 44, 48};
	u64 v = 0;

	while (v + 1 < ARRAY_SIZE(bits) && bits[v] < ipa_bits)
		v++;
	return v;
}

void feature_view_init(struct feature_view *view, const struct vm_plan *plan)
{
	u64 *reg = view->reg, id[ID_COUNT];

	memcpy(id, ids[plan->cpus[0]], sizeof(id));
	for (u32 i = 1; i < plan->nr_vcpus; i++)
		(void)merge(id, ids[plan->cpus[i]]);
	memset(reg, 0, sizeof(view->reg));
	for (u32 i = 0; i < ARRAY_SIZE(guest_fields); i++)
		reg[ID_INDEX(guest_fields[i].crm, guest_fields[i].op2)] |= shown(id, &guest_fields[i]);
	withhold(reg);
	show_aarch32(reg, id);
	reg[ID_INDEX(7, 0)] |= pa_range_of(plan->layout.ipa_bits);
}

void feature_report(void)
{
	static const struct {
		enum feature f;
		const char *name;
	} names[] = {
		{FEAT_VHE, "vhe"},          {FEAT_SVE, "sve"},
		{FEAT_PAUTH, "pauth"},      {FEAT_RAS, "ras"},
		{FEAT_VMID16, "vmid16"},    {FEAT_FGT, "fgt"},
		{FEAT_ECV_POFF, "cntpoff"}, {FEAT_AA32_EL0, "aarch32-el0"},
	};
	char line[96];
	int n = 0;

	line[0] = 0;
	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		if (feature_has(names[i].f))
			n += fmt_string(line + n, sizeof(line) - (size_t)n, " %s", names[i].name);
	log_info("cpu features: %u-bit physical addresses%s", feature_pa_bits, line);
}
