/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VMID allocation by generations (DDI 0487, D8.16: translations are tagged
 * with the VMID). When all are taken a new generation begins: every
 * translation of EL1 is invalidated once, VMIDs in use on a CPU at that moment stay
 * with their VM, all other VMs get a new one when they are next loaded.
 */
#ifndef ARM64_VMID_H
#define ARM64_VMID_H

#include "hal/atomic.h"
#include "hal/cpu.h"
#include "hal/types.h"

#define VMID_BITS_MAX 16

/* A VM's current VMID: generation << 16 | vmid; 0: none. VMID 0 is nobody's. */
struct vmid {
	u64 context;
};

struct vmid_pool {
	spinlock_t lock;
	u32 bits;
	u32 hint;
	u64 generation;         /* counts from 1 */
	u64 active[MAX_CPUS];   /* context loaded on each CPU, 0: none */
	u64 reserved[MAX_CPUS]; /* contexts that lived through the last rollover */
	u64 used[(1u << VMID_BITS_MAX) / 64];
};

/* `bits` of 8 or 16; tests use 2. More CPUs than VMIDs - 1 is a configuration this cannot serve. */
void vmid_pool_init(struct vmid_pool *p, u32 bits);
/* Make the VMID of *v current on `cpu` and return it. Any CPU. */
u32 vmid_load(struct vmid_pool *p, u32 cpu, struct vmid *v);
/* CPU `cpu` runs nobody. */
void vmid_put(struct vmid_pool *p, u32 cpu);
/* Does *v still own its VMID? If not, nothing is cached under it. Stable only while the VM is loaded or p->lock held. */
bool vmid_valid(const struct vmid_pool *p, const struct vmid *v);

/* Given by the user: invalidate all EL1&0 translations of all CPUs, complete on return. */
void vmid_flush_all(void);

#endif
