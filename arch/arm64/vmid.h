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

/* A VM's current VMID: generation << 16 | vmid; 0: none. VMID 0 is nobody's. Written with the pool's lock held. */
struct vmid {
	u64 context;
};

struct vmid_cpu {
	u64 active; /* context loaded, VMID 0: none; all 0: a rollover took it, the next load takes the lock */
	u64 reserved; /* what lived through the last rollover here; with the lock */
} ALIGNED(64);

struct vmid_pool {
	spinlock_t lock;
	u32 bits;
	u32 hint;
	u64 generation; /* counts from 1 */
	struct vmid_cpu cpu[MAX_CPUS];
	u64 used[(1u << VMID_BITS_MAX) / 64];
};

/* *p is zeroed. `bits` of 8 or 16; tests use 2. More CPUs than VMIDs - 1 is a configuration this cannot serve. */
void vmid_pool_init(struct vmid_pool *p, u32 bits);
/* Make the VMID of *v current on `cpu`, which runs nobody, and return it. On that CPU; without the lock unless *v needs a new one. */
u32 vmid_load(struct vmid_pool *p, u32 cpu, struct vmid *v);
/* CPU `cpu` runs nobody, and its registers say so already. On that CPU; no lock. */
void vmid_put(struct vmid_pool *p, u32 cpu);
/* Does *v still own its VMID? If not, nothing is cached under it, nor will be before the lock is released. With p->lock held. */
bool vmid_valid(const struct vmid_pool *p, const struct vmid *v);

/* Given by the user: invalidate all EL1&0 translations of all CPUs, complete on return. */
void vmid_flush_all(void);

#endif
