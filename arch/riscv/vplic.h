/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM's PLIC (RISC-V PLIC specification 1.0), laid out as on QEMU's virt board: sources 1..95, seven
 * priorities, two contexts a hart of which the second is S-mode's. M-mode's read as zero and ignore writes.
 *
 * A model without any register access of the host's: the architecture puts vplic_pending() into hvip.VSEIP.
 *
 * Two parties. Devices drive lines from any CPU with any lock held, so all that a line touches is one atomic
 * operation, loads and a wake-up. Guests' register accesses are ordered among each other by vplic.lock, a leaf; wake-ups
 * are sent after it is released. It is held for at most 32 sources.
 */
#ifndef RISCV_VPLIC_H
#define RISCV_VPLIC_H

#include "core/plan.h"
#include "hal/atomic.h"
#include "hal/types.h"

struct vm;
struct mmio_ops;

#define VPLIC_SIZE 0x600000u
#define VPLIC_SOURCES 96 /* with 0, which does not exist: `riscv,ndev` is one less */
#define VPLIC_WORDS (VPLIC_SOURCES / 32)
#define VPLIC_PRIORITY_BITS 3
#define VPLIC_CONTEXT(vcpu) (2 * (vcpu) + 1)

/*
 * Bits of sources, 32 to a word. A source is pending when its gateway has requested and it is not busy.
 *
 * What lines and vplic_pending() read without the lock is written with it, by single stores: they may see a change
 * half made. Whoever makes one tells all whom it concerns afterwards, so they look again.
 */
struct vplic {
	struct vm *vm;
	/* Without the lock. 31:0 lines as devices drive them; 63:32 the gateway's request. */
	u64 input[VPLIC_WORDS];
	spinlock_t lock;
	u32 busy[VPLIC_WORDS]; /* claimed and not completed: the gateway sends no second request */
	/* Bit b of all priorities, so that what exceeds a threshold and what is highest are found for 32 at once. */
	u32 priority[VPLIC_PRIORITY_BITS][VPLIC_WORDS];
	u32 enable[PLAN_VCPUS_MAX][VPLIC_WORDS];
	u32 threshold[PLAN_VCPUS_MAX];
	u64 enabled_by[VPLIC_SOURCES]; /* the same as `enable`, by source: bits of vCPUs */
};

/* Boot: a zeroed block becomes the PLIC of a VM whose vCPUs are there. */
void vplic_init(struct vplic *p, struct vm *vm);
/* As after power-on, all lines low. No vCPU of the VM runs. */
void vplic_reset(struct vplic *p);
/*
 * Drive source `irq` (others are ignored): any CPU, any lock; waits for nobody. Calls for one source come one after
 * another. Wakes the vCPUs that it is for.
 */
void vplic_line(struct vplic *p, u32 irq, bool level);
/*
 * Is the notification of the vCPU's S-mode context asserted? Any CPU, no lock. May say yes for what is just being taken
 * by another vCPU: a claim that returns 0 is legal. The architecture asks when the vCPU was woken, at load,
 * and after each access by the vCPU to vplic_ops, which wakes others only.
 */
bool vplic_pending(const struct vplic *p, u32 vcpu);

extern const struct mmio_ops vplic_ops; /* dev: struct vplic; region of VPLIC_SIZE bytes */

#endif
