/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's floating-point registers, which the hypervisor itself never uses. sstatus.FS says whether they changed. */
#ifndef ARCH_RISCV_FP_H
#define ARCH_RISCV_FP_H

#include "hal/types.h"

struct fp_regs;

/* Into the hart's registers; after it sstatus.FS is to be fp_clean(). */
void fp_load(const struct fp_regs *fp);
/* Out of them, when `sstatus` says that they changed since; FS is off then. */
void fp_save(struct fp_regs *fp, u64 sstatus);
u64 fp_clean(void);

#endif
