/* SPDX-License-Identifier: Apache-2.0 */
/* What of hal/mem.h's caches needs to be found out. */
#ifndef ARCH_RISCV_CACHE_H
#define ARCH_RISCV_CACHE_H

/* This hart, once features are known: may memory be zeroed by blocks? Boot, one hart after another. */
void cache_cpu_init(void);

#endif
