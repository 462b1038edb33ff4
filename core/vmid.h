/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VMID allocation by generations (Arm DDI 0487, D8.16; RISC-V privileged, hgatp: translations of
 * guests are tagged with the VMID). When all are taken a new generation begins: every
 * translation of guests is invalidated once, VMIDs in use on a CPU at that moment stay
 * with their VM, all other VMs get a new one when they are next loaded.
 *
 * VMID 0 is nobody's, and each CPU may keep one through a rollover, so generations need at least as many VMIDs
 * beside it as there are CPUs. A machine with fewer (RISC-V: 0 to 14 bits) is *untagged*: everybody runs under
 * VMID 0, and a CPU that loads another VM than the last one invalidates what it cached.
 */
#ifndef CORE_VMID_H
#define CORE_VMID_H

#include "hal/atomic.h"
#include "hal/cpu.h"
#include "hal/types.h"

#define VMID_BITS_MAX 16

/* A VM's current VMID: generation << 16 | vmid; 0: it was never loaded. Written with the pool's lock held. */
struct vmid {
	u64 context;
};

struct vmid_cpu {
	u64 active; /* context loaded, VMID 0: none; all 0: a rollover took it, the next load takes the lock */
	u64 reserved;            /* what lived through the last rollover here; with the lock */
	const struct vmid *last; /* untagged: whose translations this CPU may hold; by that CPU */
} ALIGNED(64);

struct vmid_pool {
	spinlock_t lock;
	u32 bits;
	u32 hint;
	bool untagged;
	u64 generation; /* counts from 1; untagged: of no context, so that every load is a slow one */
	struct vmid_cpu cpu[MAX_CPUS];
	u64 used[(1u << VMID_BITS_MAX) / 64];
};

/* *p is zeroed. VMIDs of `bits` <= VMID_BITS_MAX bits, for CPUs 0 to `cpus` - 1. */
void vmid_pool_init(struct vmid_pool *p, u32 bits, u32 cpus);
/*
 * Make the VMID of *v current on `cpu`, which runs nobody, and return it. On that CPU, whose registers name nobody yet; without
 * the lock unless *v needs a new one. May call the hooks below.
 */
u32 vmid_load(struct vmid_pool *p, u32 cpu, struct vmid *v);
/* CPU `cpu` runs nobody, and its registers say so already. On that CPU; no lock. */
void vmid_put(struct vmid_pool *p, u32 cpu);
/*
 * May something be cached under vmid_of(v)? If not, nothing is, nor will be before the lock is released: there is nothing to
 * flush. With p->lock held.
 */
bool vmid_valid(const struct vmid_pool *p, const struct vmid *v);
/* The VMID by which *v's translations are flushed, when vmid_valid(): on all CPUs, untagged too. */
static inline u32 vmid_of(const struct vmid *v)
{
	return v->context & ((1u << VMID_BITS_MAX) - 1);
}

/* Given by the architecture, complete on return: invalidate all translations of guests, of all VMIDs, on all CPUs. With the lock. */
void vmid_flush_all(void);
/* The same on the CPU that runs this alone; called by vmid_load() of an untagged pool, without the lock. */
void vmid_flush_local(void);

#endif
