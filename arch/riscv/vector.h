/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's vector registers (Vector extension 1.0), which the hypervisor itself never uses. As long on every hart, or not
 * offered. sstatus.VS says whether they changed.
 */
#ifndef ARCH_RISCV_VECTOR_H
#define ARCH_RISCV_VECTOR_H

#include "hal/types.h"

struct vector_regs {
	u64 vstart, vl, vtype, vcsr;
	u8 *v; /* v0 to v31; NULL: not offered */
};

/* Bytes of one register of this hart, 0: none that can be used. Boot. */
u32 vector_read_cpu(void);
/* Bytes of all registers of a vCPU, multiple of 64; 0: not offered. */
size_t vector_state_size(void);
void vector_reset(struct vector_regs *r);
/* Into the hart's registers; after it sstatus.VS is to be vector_clean(). */
void vector_load(const struct vector_regs *r);
/* Out of them, when `sstatus` says that they changed since; VS is off then. */
void vector_save(struct vector_regs *r, u64 sstatus);
u64 vector_clean(void);

#endif
