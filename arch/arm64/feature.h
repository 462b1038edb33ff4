/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feature registers: what this machine's CPUs have in common, what the
 * hypervisor itself uses, and what a VM's guest is shown (default: nothing).
 */
#ifndef ARM64_FEATURE_H
#define ARM64_FEATURE_H

#include "hal/types.h"

struct vm_plan;

/* op0=3 op1=0 crn=0: every register of crm 1..7. */
#define ID_INDEX(crm, op2) (((crm) - 1) * 8 + (op2))
#define ID_COUNT 56

/* ID registers as all vCPUs of one VM read them. */
struct feature_view {
	u64 reg[ID_COUNT];
};

/* Features the hypervisor asks for, each by one field of one register (feature.c). */
enum feature {
	FEAT_VHE,
	FEAT_NV,
	FEAT_NV2,
	FEAT_FGT,
	FEAT_FGT2,
	FEAT_HCX,
	FEAT_AMU,
	FEAT_SVE,
	FEAT_SME,
	FEAT_SPE,
	FEAT_TRBE,
	FEAT_TRF,
	FEAT_BRBE,
	FEAT_MPAM,
	FEAT_MTE,
	FEAT_MTE2,
	FEAT_RAS,
	FEAT_CSV2,
	FEAT_CSV2_1P2,
	FEAT_CSV2_2,
	FEAT_CSV2_3,
	FEAT_CSV3,
	FEAT_ECBHB,
	FEAT_CLRBHB,
	FEAT_SSBS,
	FEAT_PAUTH,
	FEAT_ECV,
	FEAT_ECV_POFF,
	FEAT_TCR2,
	FEAT_S1PIE,
	FEAT_S2PIE,
	FEAT_S1POE,
	FEAT_SCTLR2,
	FEAT_GCS,
	FEAT_PMU,
	FEAT_PAN,
	FEAT_XNX,
	FEAT_VMID16,
	FEAT_RNG,
	FEAT_AA32_EL0,
	FEAT_AA32_EL1,
	FEAT_EVT,
	FEAT_FWB,
	FEAT_E2H0_ABSENT,
	FEAT_NMI,
	FEAT_EL3,
	FEATURES
};

/* Read this CPU's registers and take the intersection with those read before. Boot, each CPU once, one after another. */
void feature_read_cpu(void);
/* Has every CPU read so far the feature? */
extern u64 features_present; /* by enum feature */
static inline bool feature_has(enum feature f)
{
	return features_present >> f & 1;
}
/* This CPU alone, once it was read. Boot. */
bool feature_cpu_has(enum feature f);
/* Physical address width of all CPUs, 32..48 (more is not used). */
extern u32 feature_pa_bits;
/* What a VM sees: what the homes of its vCPUs have, as far as the hypervisor's part is done everywhere. Boot, all CPUs read. */
void feature_view_init(struct feature_view *view, const struct vm_plan *plan);
/* The value a guest reads of ID register op2, crm of the space op0=3 op1=0 crn=0; crm 1..7. */
static inline u64 feature_guest_id(const struct feature_view *view, u32 crm, u32 op2)
{
	return view->reg[ID_INDEX(crm, op2)];
}
/* One line at boot: what is there. */
void feature_report(void);

#endif
