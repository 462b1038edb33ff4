/* SPDX-License-Identifier: Apache-2.0 */
/* What of hal/mem.h's caches needs to be found out. */
#ifndef ARCH_RISCV_CACHE_H
#define ARCH_RISCV_CACHE_H

#include "hal/types.h"

/* This hart, once features are known: may memory be zeroed by blocks? Boot, one hart after another. */
void cache_cpu_init(void);
/* CBIE = flush, CBCFE and CBZE of envcfg, as far as M-mode and this hart let the instructions through. Boot. */
u64 cache_cbo_open(void);

#endif
