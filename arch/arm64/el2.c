/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All writable state of EL2, set from one table on every CPU: nothing is
 * inherited from firmware. Registers that belong to a vCPU or to the timer and
 * interrupt code get their idle value here. docs/arm64.md explains the bits.
 */
#include "arch/arm64/el2.h"
#include "arch/arm64/cpu_arch.h"
#include "arch/arm64/feature.h"
#include "arch/arm64/gicv3_regs.h"
#include "arch/arm64/stage2.h"
#include "arch/arm64/sve.h"
#include "arch/arm64/sysreg.h"

/* CPTR_EL2 with E2H=0: RES1 bits; TTA (trace), TAM (activity monitors), TSM (SME) trap; FP does not. */
#define CPTR_RES1 0x22ffULL
#define CPTR_TZ BIT(8)
#define CPTR_TSM BIT(12)
#define CPTR_TTA BIT(20)
#define CPTR_TAM BIT(30)

#define HCRX_TALLINT BIT(6)
#define MPAMIDR_HAS_HCR BIT(17)
#define MPAMIDR_HAS_TIDR BIT(58)
#define MPAMHCR_TRAP_MPAMIDR BIT(31)
#define MPAM2_TRAP_MPAM1 BIT(48)
#define MPAM2_TRAP_MPAM0 BIT(49)
#define MPAM2_TIDR BIT(58)
#define PMBIDR_P BIT(4)
#define TRBIDR_P BIT(4)
#define USERENR_EN BIT(0)

#define ALWAYS true
#define HAS(f) feature_cpu_has(f)

/*
 * E(register, whether this CPU lets EL2 write it, value). A register whose feature is absent is not touched: it does not
 * exist. CPTR_EL2 stands twice: its SVE and SME traps hold for EL2 too, so ZCR_EL2 and SMCR_EL2 come between. To get here,
 * head.S has loaded the first four from the same block, and gic_cpu_init() ICC_SRE_EL2.
 */
#define EL2_STATE(E)                                                                              \
	E(SCTLR_EL2, ALWAYS, this_cpu_arch()->sctlr)                                              \
	E(TCR_EL2, ALWAYS, this_cpu_arch()->tcr)                                                  \
	E(MAIR_EL2, ALWAYS, this_cpu_arch()->mair)                                                \
	E(TTBR0_EL2, ALWAYS, this_cpu_arch()->ttbr0)                                              \
	E(VBAR_EL2, ALWAYS, this_cpu_arch()->vectors)                                             \
	E(ICC_SRE_EL2, ALWAYS, ICC_SRE_HOST)                                                      \
	E(ICH_HCR_EL2, ALWAYS, 0)                                                                 \
	E(ICH_VMCR_EL2, ALWAYS, 0)                                                                \
	E(VTTBR_EL2, ALWAYS, stage2_none_vttbr())                                                 \
	E(VTCR_EL2, ALWAYS, stage2_none_vtcr())                                                   \
	E(HCR_EL2, ALWAYS, HCR_HOST)                                                              \
	E(HSTR_EL2, ALWAYS, 0)                                                                    \
	E(HACR_EL2, ALWAYS, 0)                                                                    \
	E(ACTLR_EL2, ALWAYS, 0)                                                                   \
	E(AFSR0_EL2, ALWAYS, 0)                                                                   \
	E(AFSR1_EL2, ALWAYS, 0)                                                                   \
	E(AMAIR_EL2, ALWAYS, 0)                                                                   \
	E(ESR_EL2, ALWAYS, 0)                                                                     \
	E(FAR_EL2, ALWAYS, 0)                                                                     \
	E(HPFAR_EL2, ALWAYS, 0)                                                                   \
	E(VPIDR_EL2, ALWAYS, read_sysreg(MIDR_EL1))                                               \
	E(VMPIDR_EL2, ALWAYS, read_sysreg(MPIDR_EL1))                                             \
	E(CPTR_EL2, ALWAYS, cptr_open())                                                          \
	E(MDCR_EL2, ALWAYS, el2_mdcr())                                                           \
	E(CNTHCTL_EL2, ALWAYS, 0)                                                                 \
	E(CNTVOFF_EL2, ALWAYS, 0)                                                                 \
	E(CNTHP_CTL_EL2, ALWAYS, 0)                                                               \
	E(CNTHP_CVAL_EL2, ALWAYS, 0)                                                              \
	E(CNTV_CTL_EL0, ALWAYS, 0)                                                                \
	E(CNTP_CTL_EL0, ALWAYS, 0)                                                                \
	E(DACR32_EL2, HAS(FEAT_AA32_EL1), 0)                                                      \
	E(IFSR32_EL2, HAS(FEAT_AA32_EL1), 0)                                                      \
	E(FPEXC32_EL2, HAS(FEAT_AA32_EL1), 0)                                                     \
	E(DBGVCR32_EL2, HAS(FEAT_AA32_EL1), 0)                                                    \
	E(CONTEXTIDR_EL2, HAS(FEAT_VHE), 0)                                                       \
	E(TTBR1_EL2, HAS(FEAT_VHE), 0)                                                            \
	E(S3_4_C14_C3_1, HAS(FEAT_VHE), 0) /* CNTHV_CTL_EL2 */                                    \
	E(S3_4_C14_C3_2, HAS(FEAT_VHE), 0) /* CNTHV_CVAL_EL2 */                                   \
	E(HCRX_EL2, HAS(FEAT_HCX), el2_hcrx())                                                    \
	E(HFGRTR_EL2, HAS(FEAT_FGT), 0)                                                           \
	E(HFGWTR_EL2, HAS(FEAT_FGT), 0)                                                           \
	E(HFGITR_EL2, HAS(FEAT_FGT), 0)                                                           \
	E(HDFGRTR_EL2, HAS(FEAT_FGT), 0)                                                          \
	E(HDFGWTR_EL2, HAS(FEAT_FGT), 0)                                                          \
	E(S3_4_C3_C1_6, HAS(FEAT_FGT) && HAS(FEAT_AMU), 0) /* HAFGRTR_EL2 */                      \
	E(HFGRTR2_EL2, HAS(FEAT_FGT2), 0)                                                         \
	E(HFGWTR2_EL2, HAS(FEAT_FGT2), 0)                                                         \
	E(HFGITR2_EL2, HAS(FEAT_FGT2), 0)                                                         \
	E(HDFGRTR2_EL2, HAS(FEAT_FGT2), 0)                                                        \
	E(HDFGWTR2_EL2, HAS(FEAT_FGT2), 0)                                                        \
	E(ZCR_EL2, HAS(FEAT_SVE), sve_zcr_el2())                                                  \
	E(SMCR_EL2, HAS(FEAT_SME), 0)                                                             \
	E(S3_4_C1_C2_5, HAS(FEAT_SME), 0) /* SMPRIMAP_EL2 */                                      \
	E(CPTR_EL2, ALWAYS, el2_cptr())                                                           \
	E(TRFCR_EL2, HAS(FEAT_TRF), 0)                                                            \
	E(BRBCR_EL2, HAS(FEAT_BRBE), 0)                                                           \
	E(PMSCR_EL2, spe_is_ours(), 0)                                                            \
	E(PMBLIMITR_EL1, spe_is_ours(), 0)                                                        \
	E(TRBLIMITR_EL1, trbe_is_ours(), 0)                                                       \
	E(MPAM2_EL2, HAS(FEAT_MPAM), mpam_control())                                              \
	E(VNCR_EL2, HAS(FEAT_NV2), 0)                                                             \
	E(TFSR_EL2, HAS(FEAT_MTE2), 0)                                                            \
	E(VSESR_EL2, HAS(FEAT_RAS), 0)                                                            \
	E(VDISR_EL2, HAS(FEAT_RAS), 0)                                                            \
	E(CNTPOFF_EL2, HAS(FEAT_ECV_POFF), 0)                                                     \
	E(TCR2_EL2, HAS(FEAT_TCR2), 0)                                                            \
	E(S3_4_C10_C2_3, HAS(FEAT_S1PIE), 0) /* PIR_EL2 */                                        \
	E(S3_4_C10_C2_2, HAS(FEAT_S1PIE), 0) /* PIRE0_EL2 */                                      \
	E(S3_4_C10_C2_4, HAS(FEAT_S1POE), 0) /* POR_EL2 */                                        \
	E(S3_4_C10_C2_5, HAS(FEAT_S2PIE), 0) /* S2PIR_EL2 */                                      \
	E(SCTLR2_EL2, HAS(FEAT_SCTLR2), 0)                                                        \
	E(GCSCR_EL2, HAS(FEAT_GCS), 0)                                                            \
	E(S3_4_C13_C0_7, scxtnum_is_ours(), 0)      /* SCXTNUM_EL2 */                             \
	E(PMUSERENR_EL0, HAS(FEAT_PMU), USERENR_EN) /* so that EL0 meets EL2's trap, not EL1's */ \
	E(AMUSERENR_EL0, HAS(FEAT_AMU), USERENR_EN)                                               \
	E(PMCNTENCLR_EL0, HAS(FEAT_PMU), 0xffffffff)                                              \
	E(PMINTENCLR_EL1, HAS(FEAT_PMU), 0xffffffff)                                              \
	E(PMOVSCLR_EL0, HAS(FEAT_PMU), 0xffffffff)                                                \
	E(PMCR_EL0, HAS(FEAT_PMU), BIT(6))                                                        \
	E(MDSCR_EL1, ALWAYS, 0)

/* Before the registers behind SVE and SME are written. TSM is RES1 without SME. */
static u64 cptr_open(void)
{
	return CPTR_RES1 | CPTR_TTA | (feature_cpu_has(FEAT_SME) ? 0 : CPTR_TSM);
}

/* SVE that not all CPUs have is not switched, so nobody may have it. */
static u64 el2_cptr(void)
{
	u64 v = CPTR_RES1 | CPTR_TTA | CPTR_TSM;

	if (feature_cpu_has(FEAT_AMU))
		v |= CPTR_TAM;
	if (!feature_has(FEAT_SVE))
		v |= CPTR_TZ;
	return v;
}

/* Everything that is off when clear stays off; interrupt superpriority traps by a bit that is set. */
static u64 el2_hcrx(void)
{
	return feature_cpu_has(FEAT_NMI) ? HCRX_TALLINT : 0;
}

/* Both EL1 traps, partition 0; MPAMIDR_EL1 too where that can be (DDI 0598, 7.4). */
static u64 mpam_control(void)
{
	u64 id = read_sysreg(MPAMIDR_EL1);

	if (id & MPAMIDR_HAS_HCR)
		write_sysreg(MPAMHCR_EL2, MPAMHCR_TRAP_MPAMIDR);
	return MPAM2_TRAP_MPAM0 | MPAM2_TRAP_MPAM1 | (id & MPAMIDR_HAS_TIDR ? MPAM2_TIDR : 0);
}

/* Buffers that EL3 keeps to itself (P set) cannot be written from here and are off for EL2 and below. */
BOOT_CODE static bool spe_is_ours(void)
{
	return HAS(FEAT_SPE) && !(read_sysreg(PMBIDR_EL1) & PMBIDR_P);
}

BOOT_CODE static bool trbe_is_ours(void)
{
	return HAS(FEAT_TRBE) && !(read_sysreg(TRBIDR_EL1) & TRBIDR_P);
}

/* An EL3 that leaves SCR_EL3.EnSCXT clear takes the write to itself, and nothing tells of it (docs/arm64.md). */
BOOT_CODE static bool scxtnum_is_ours(void)
{
	return (HAS(FEAT_CSV2_2) || HAS(FEAT_CSV2_1P2)) && !HAS(FEAT_EL3);
}

/*
 * Debug registers trap (TDRA, TDOSA, TDA), PMU traps (TPM, TPMCR), statistical
 * profiling and trace buffers belong to EL2 and trap (E2PB, E2TB = 0, TTRF),
 * EL2 is not counted (HPMD, HCCD), all event counters stay with EL1 (HPMN).
 */
BOOT_CODE u64 el2_mdcr(void)
{
	u64 v = MDCR_TDRA | MDCR_TDOSA | MDCR_TDA | MDCR_TPM | MDCR_TPMCR | MDCR_HPMD;

	if (feature_cpu_has(FEAT_PMU))
		v |= BITS(read_sysreg(PMCR_EL0), 15, 11);
	if (feature_cpu_has(FEAT_SPE))
		v |= MDCR_TPMS;
	if (feature_cpu_has(FEAT_TRF))
		v |= MDCR_TTRF;
	return v;
}

BOOT_CODE void el2_init_cpu(void)
{
	/* One may open or close the access to the next: each takes effect at once. */
#define SET(reg, need, value)             \
	if (need) {                       \
		write_sysreg(reg, value); \
		isb();                    \
	}
	EL2_STATE(SET)
#undef SET
}
