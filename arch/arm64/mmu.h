/* SPDX-License-Identifier: Apache-2.0 */
/* The host's translation regime; hal/mem.h holds what the core uses of it. */
#ifndef ARM64_MMU_H
#define ARM64_MMU_H

#include "hal/types.h"

struct cpu_arch;

/* MMU off, first C of all: map the image, fill the boot CPU's regime registers. */
void mmu_early_init(struct cpu_arch *cpu);
/* The same regime for another CPU. */
void mmu_secondary(struct cpu_arch *to, const struct cpu_arch *from);

#endif
