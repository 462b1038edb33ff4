/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vCPU's S-level interrupt file of an IMSIC (RISC-V AIA 1.0, chapter 3), in one of two forms.
 *
 * Software: the file is this structure. The architecture decodes trapped accesses to sireg and stopei into the functions
 * below and puts vimsic_pending() into hvip.VSEIP. Everything but `eip` is written by the vCPU's home alone; `eip` is
 * atomic, since MSIs come from any CPU with any lock held. There is no lock.
 *
 * Hardware: the vCPU owns a guest interrupt file of its home's IMSIC, whose page is at `hw`. MSIs are stores to
 * it, the guest's accesses do not trap, and the architecture maps the page where the guest expects its file. The
 * state here is unused, except to hold what the architecture saves and restores (vimsic_read(), vimsic_load()).
 */
#ifndef RISCV_VIMSIC_H
#define RISCV_VIMSIC_H

#include "hal/atomic.h"
#include "hal/types.h"

struct vm;
struct mmio_ops;

#define VIMSIC_IDS 255u /* the highest; `riscv,num-ids` */
#define VIMSIC_WORDS ((VIMSIC_IDS + 1) / 64)
#define VIMSIC_PAGE KIB(4) /* a vCPU, in their order, at the plan's address */

struct vimsic_state {
	u64 eip[VIMSIC_WORDS], eie[VIMSIC_WORDS]; /* bit 0 is never set */
	u32 delivery;                             /* 0 or 1: a PLIC's or APLIC's cannot be chosen */
	u32 threshold;                            /* 0: all */
};

struct vimsic {
	struct vimsic_state s;
	volatile u32 *hw; /* seteipnum_le of the hardware's file; NULL: software */
};

/* vCPU `vcpu` of the VM, which exists: by the architecture, or a test. */
struct vimsic *vimsic_of(const struct vm *vm, u32 vcpu);

/*
 * An MSI to a vCPU's file: any CPU, any lock; waits for nobody. Wakes the vCPU if that makes an interrupt deliverable.
 * What is not a vCPU or not an identity is ignored.
 */
void vimsic_send(struct vm *vm, u32 vcpu, u32 id);
/* Pages of the VM's vCPUs; dev: struct vm. Not for a page that is mapped to hardware. */
extern const struct mmio_ops vimsic_ops;

/*
 * Any CPU. Is the file's interrupt signal asserted? The architecture asks when the vCPU was woken, at load,
 * and after each of its own accesses by the functions below or to vimsic_ops, which wake others only.
 */
bool vimsic_pending(const struct vimsic *f);

/* ---- the vCPU's own accesses: home ---- */

/*
 * sireg, with siselect being `iselect`: *old becomes what it reads, then the bits of `mask` become those of `value`. One CSR
 * instruction: CSRRW has all of `mask` set, CSRRS and CSRRC rs1's with value ~0 or 0; one that does not write, none.
 * Priorities of major interrupts (0x30..0x3f) are fixed: zero. ERR_NOENT: no such register (other numbers outside of
 * 0x70..0xff; odd parts of the arrays, as XLEN is 64: chapter 5, 3.8.3 and 3.8.4 give a guest that accesses them a
 * virtual-instruction exception).
 */
enum err vimsic_reg(struct vimsic *f, u64 iselect, u64 mask, u64 value, u64 *old) MUST_USE;
/* stopei as it is read; and as it is written, with whatever value: what is returned is claimed. */
u32 vimsic_topei(const struct vimsic *f);
u32 vimsic_claim(struct vimsic *f);

/* ---- life: the vCPU does not run; MSIs may come meanwhile ---- */

/* Nothing pending or enabled, no delivery. `hw` stays; its registers are the architecture's to clear. */
void vimsic_reset(struct vimsic *f);
/* The whole state, and back: what is pending is added to what came since. Impossible values are made possible. */
void vimsic_read(const struct vimsic *f, struct vimsic_state *state);
void vimsic_load(struct vimsic *f, const struct vimsic_state *state);

#endif
