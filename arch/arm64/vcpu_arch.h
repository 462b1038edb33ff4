/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vCPU's and a VM's architectural state. While a vCPU is loaded its system
 * registers, FP/SIMD registers and list registers are in hardware and the
 * copies here are stale; the general registers are stored at every exit.
 */
#ifndef ARM64_VCPU_ARCH_H
#define ARM64_VCPU_ARCH_H

#include "arch/arm64/el1_regs.h"
#include "arch/arm64/feature.h"
#include "arch/arm64/vgic.h"
#include "arch/arm64/vtimer.h"
#include "core/vm.h"
#include "core/vmid.h"
#include "hal/types.h"

#define DBG_PAIRS_MAX 16

struct fp_regs {
	__uint128_t v[32];
	u64 fpsr, fpcr;
} ALIGNED(16);

struct vcpu_arch {
	u64 x[31];      /* first: assembly stores here */
	u64 pc, pstate; /* ELR_EL2 and SPSR_EL2 while put */
	struct vcpu *core;

#define FIELD(name, reg, reset) u64 name;
	u64 sctlr, tcr;
	EL1_REGS(FIELD)
	EL1_PAUTH_REGS(FIELD)
	EL1_RAS_REGS(FIELD)
#undef FIELD
	u64 zcr;
	u64 hcr;                             /* HCR_EL2 for this vCPU */
	u64 vmpidr;                          /* VMPIDR_EL2 */
	u64 oslsr;                           /* emulated OS lock: bit 1 locked */
	const struct mmio_region *mmio_last; /* device of the last access: likely the next one's too */
	u64 esr_exit, far_exit, hpfar_exit;  /* of the last full exit, for reports */

	bool sw_done; /* set/way maintenance: RAM was cleaned since caches were last switched (setway.c) */
	u32 sw_piece; /* progress of that */
	u64 sw_pos;

	bool debug_used; /* breakpoint registers are the vCPU's: switched */
	u64 dbgbvr[DBG_PAIRS_MAX], dbgbcr[DBG_PAIRS_MAX], dbgwvr[DBG_PAIRS_MAX], dbgwcr[DBG_PAIRS_MAX];

	struct vgic_cpu vgic;
	struct vtimer vtimer;
	struct fp_regs fp;
	u8 *sve; /* SVE registers when the machine has them, else NULL */
};

struct vm_arch {
	struct vm *core;
	u64 vttbr_base; /* root table and, in bits 63:48, the VMID */
	u64 vtcr;
	struct vmid vmid;
	u8 last_vcpu[MAX_CPUS]; /* on each CPU: index + 1 of the vCPU whose translations it may hold */
	struct feature_view features;
	struct guest_clock clock;
	struct vgic vgic;
};

#endif
