/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM's APLIC (RISC-V AIA 1.0, chapter 4) as a guest sees it: one supervisor-level domain without children, sources 1..96
 * as on QEMU's virt board, MSI delivery mode only, little-endian only. Interrupts are forwarded to the vCPUs'
 * interrupt files (vimsic.h); vCPU i has hart index i.
 *
 * Two parties. Devices drive lines from any CPU with any lock held: a source's whole state but its target is one word, and
 * a line does one or two atomic operations on it and at most one compare-and-swap that need not succeed. Guests'
 * register accesses are ordered among each other by vaplic.lock, a leaf, held for at most 32 sources; interrupts
 * are forwarded after it is released.
 */
#ifndef RISCV_VAPLIC_H
#define RISCV_VAPLIC_H

#include "hal/atomic.h"
#include "hal/types.h"

struct vm;
struct mmio_ops;

#define VAPLIC_SIZE 0x8000u
#define VAPLIC_SOURCES 96u /* `riscv,num-sources`; the first is 1 */

struct vaplic {
	struct vm *vm;
	spinlock_t lock;
	u32 enable;                     /* domaincfg.IE */
	u32 genmsi;                     /* as last written */
	u32 source[VAPLIC_SOURCES + 1]; /* enum vaplic_source; [0] is not used */
	u32 target[VAPLIC_SOURCES + 1]; /* written under the lock, read by whoever forwards */
};

/* Boot: a zeroed block becomes the APLIC of a VM whose vCPUs and their files are there. */
void vaplic_init(struct vaplic *a, struct vm *vm);
/* As after power-on, all lines low. No vCPU of the VM runs. */
void vaplic_reset(struct vaplic *a);
/*
 * Drive source `irq` (others are ignored): any CPU, any lock; waits for nobody. Calls for one source come one after
 * another.
 */
void vaplic_line(struct vaplic *a, u32 irq, bool level);

extern const struct mmio_ops vaplic_ops; /* dev: struct vaplic; region of VAPLIC_SIZE bytes */

#endif
