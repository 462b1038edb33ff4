/* SPDX-License-Identifier: Apache-2.0 */
/* EL2's own state on each CPU (docs/arm64.md). */
#ifndef ARM64_EL2_H
#define ARM64_EL2_H

#include "arch/arm64/sysreg.h"
#include "hal/types.h"

#define MDCR_TPMCR BIT(5)
#define MDCR_TPM BIT(6)
#define MDCR_TDE BIT(8)
#define MDCR_TDA BIT(9)
#define MDCR_TDOSA BIT(10)
#define MDCR_TDRA BIT(11)
#define MDCR_TPMS BIT(14)
#define MDCR_HPMD BIT(17)
#define MDCR_TTRF BIT(19)

/* While no guest is loaded: EL1 is AArch64, stage 2 is on with an empty table, everything routes here. */
#define HCR_HOST (HCR_RW | HCR_VM | HCR_IMO | HCR_FMO | HCR_AMO)

/*
 * For every guest. VM: stage 2. SWIO: set/way invalidation also cleans. PTW: a
 * table walk that reaches Device memory faults. FMO, IMO, AMO: physical
 * interrupts and SErrors come here. BSU, FB: barriers and TLB maintenance by a
 * vCPU reach the inner shareable domain. TID1, TID3: identification registers.
 * TSC: SMC. TIDCP, TACR: implementation-defined registers. TSW: set/way
 * maintenance. TLOR: LORegions. RW: EL1 is AArch64. vcpu.c adds what depends on
 * features: TERR (error records), TID5 (GMID_EL1), APK and API (keys).
 * TEA is clear: a guest's synchronous external abort comes here by its address
 * only when stage 2 is at fault; AMO brings the asynchronous ones.
 */
#define HCR_GUEST                                                                                     \
	(HCR_VM | HCR_SWIO | HCR_PTW | HCR_FMO | HCR_IMO | HCR_AMO | HCR_BSU_IS | HCR_FB | HCR_TID1 | \
	 HCR_TID3 | HCR_TSC | HCR_TIDCP | HCR_TACR | HCR_TSW | HCR_TLOR | HCR_RW)

/* MDCR_EL2 for the features that all CPUs have (D19.3.20). Boot only. */
u64 el2_mdcr(void);
/* Set every EL2 register of this CPU; interrupts masked, MMU on. Boot only. */
void el2_init_cpu(void);

#endif
