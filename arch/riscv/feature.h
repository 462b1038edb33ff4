/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the machine's harts have: the ISA strings of firmware's tables, and what cannot be read there, found by writing and
 * reading back (WARL). The hypervisor uses what all harts have in common; a VM is shown what the homes of its vCPUs have in
 * common, as far as the hypervisor does its part (default: nothing).
 */
#ifndef ARCH_RISCV_FEATURE_H
#define ARCH_RISCV_FEATURE_H

#include "core/isa.h"
#include "hal/types.h"

struct vm_plan;
struct guest_isa;

/* What all harts read so far have. */
struct host_features {
	struct isa isa;
	u64 henvcfg;     /* bits that can be set */
	u64 hstateen0;   /* the same; all, where there is no such register */
	u32 vmid_bits;   /* 0..14 */
	u32 gpa_bits;    /* of the widest second stage: 41, 50, 59 */
	u32 va_bits;     /* of a guest's widest first stage: 39, 48, 57 */
	u32 guest_files; /* IMSIC guest interrupt files a hart; 0: none */
	u32 vlenb;       /* bytes of a vector register; 0: none, or harts differ */
};

extern struct host_features host_features;

/* Read this hart and take the intersection with those before. Boot, each hart once, one after another. */
void feature_read_cpu(void);
static inline bool feature_has(enum riscv_ext ext)
{
	return isa_has(&host_features.isa, ext);
}
/* This hart alone. Boot. */
bool feature_cpu_has(enum riscv_ext ext);
bool feature_cpu_has_stateen(void);
static inline bool feature_has_stateen(void)
{
	return feature_has(EXT_SMSTATEEN) || feature_has(EXT_SSSTATEEN);
}
/* This hart's registers of csr_table.h, HOST_CSRS. Boot. */
void feature_host_csrs(void);
/* henvcfg and hstateen0 while guests run. */
u64 feature_henvcfg(void);
u64 feature_hstateen0(void);
/* Guests have the AIA's interrupt controllers, else a PLIC. */
bool feature_guest_aia(void);
/* One line at boot: what is there. */
void feature_report(void);

#endif
