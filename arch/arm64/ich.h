/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's half of the GIC virtual CPU interface (IHI 0069H, 12.4):
 * field names and the narrow accessors through which the virtual GIC reaches
 * it. ich.c implements them with MRS and MSR, tests/unit/fake_gic.c with a model.
 * All act on the CPU that calls.
 */
#ifndef ARM64_ICH_H
#define ARM64_ICH_H

#include "hal/types.h"

#define ICH_LR_MAX 16

/* ICH_LR<n>_EL2 (12.4.8) */
#define LR_VINTID(lr) ((u32)(lr))
#define LR_PINTID_SHIFT 32
#define LR_EOI (1ULL << 41) /* HW = 0: maintenance interrupt on deactivation */
#define LR_PRIORITY_SHIFT 48
#define LR_PRIORITY(lr) ((u8)((lr) >> LR_PRIORITY_SHIFT))
#define LR_GROUP1 (1ULL << 60)
#define LR_HW (1ULL << 61)
#define LR_PENDING (1ULL << 62)
#define LR_ACTIVE (1ULL << 63)
#define LR_STATE (LR_PENDING | LR_ACTIVE)

/* ICH_HCR_EL2 (12.4.6) */
#define ICH_HCR_EN (1ULL << 0)
#define ICH_HCR_UIE (1ULL << 1)
#define ICH_HCR_LRENPIE (1ULL << 2)
#define ICH_HCR_NPIE (1ULL << 3)
#define ICH_HCR_VGRP0EIE (1ULL << 4)
#define ICH_HCR_VGRP0DIE (1ULL << 5)
#define ICH_HCR_VGRP1EIE (1ULL << 6)
#define ICH_HCR_VGRP1DIE (1ULL << 7)
#define ICH_HCR_TC (1ULL << 10)
#define ICH_HCR_TDIR (1ULL << 14)
#define ICH_HCR_EOICOUNT_SHIFT 27
#define ICH_HCR_EOICOUNT(hcr) ((u32)((hcr) >> ICH_HCR_EOICOUNT_SHIFT) & 0x1f)

/* ICH_VMCR_EL2 (12.4.9) */
#define VMCR_VENG0 (1ULL << 0)
#define VMCR_VENG1 (1ULL << 1)
#define VMCR_VCBPR (1ULL << 4)
#define VMCR_VEOIM (1ULL << 9)
#define VMCR_VBPR1_SHIFT 18
#define VMCR_VBPR0_SHIFT 21
#define VMCR_VBPR1(v) ((u32)((v) >> VMCR_VBPR1_SHIFT) & 7)
#define VMCR_VBPR0(v) ((u32)((v) >> VMCR_VBPR0_SHIFT) & 7)
#define VMCR_VPMR_SHIFT 24
#define VMCR_VPMR(v) ((u32)((v) >> VMCR_VPMR_SHIFT) & 0xff)

/* What the machine's CPUs all have (the least of them); constant once guests run. */
struct ich_features {
	u8 nr_lr;         /* list registers, 1..16 */
	u8 priority_bits; /* 5..8 */
	u8 preempt_bits;  /* 5..7 */
	u8 id_bits;       /* ICH_VTR_EL2.IDbits */
	bool tdir;        /* ICH_HCR_EL2.TDIR exists */
	bool a3v, seis;
};
extern struct ich_features ich_features;

/* This CPU's list registers and active priorities empty, its features merged into ich_features. Once a CPU, at boot. */
void ich_cpu_init(void);

/* n < ich_features.nr_lr. A write is seen by the guest after the next exception return. */
u64 ich_lr_read(u32 n);
void ich_lr_write(u32 n, u64 lr);
/* ICH_HCR_EL2 and ICH_VMCR_EL2, whole. */
u64 ich_hcr_read(void);
void ich_hcr_write(u64 hcr);
u64 ich_vmcr_read(void);
void ich_vmcr_write(u64 vmcr);
/* ICH_ELRSR_EL2: list registers that hold nothing and owe no maintenance interrupt. */
u32 ich_elrsr_read(void);
/* Active priorities: group 0 or 1, word n. Only the words that preempt_bits implies exist. */
u32 ich_apr_read(u32 group, u32 n);
void ich_apr_write(u32 group, u32 n, u32 value);
/* How many words of active priorities a group has. */
static inline u32 ich_nr_apr(void)
{
	return 1u << (ich_features.preempt_bits - 5);
}

/* EL1 uses system registers, whatever the previous guest left (ICC_SRE_EL1). */
void ich_sre_set(void);

#endif
