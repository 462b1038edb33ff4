/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Static pools. Their sizes follow from the plan; all are cut from one piece of
 * memory at boot and filled there to the last byte. There is no heap: nothing is
 * allocated or freed later.
 */
#ifndef CORE_POOLS_H
#define CORE_POOLS_H

#include "core/plan.h"
#include "hal/types.h"

/* Bytes of all pools for this plan, page aligned. Boot; the plan is placed. */
u64 pools_size(const struct plan *plan);
/* Cut [base, base + pools_size()) of mapped, zeroed memory. */
void pools_init(const struct plan *plan, hpa_t base);
/* The next `size` bytes of pool `what`; a pool that is asked for more than the plan said is a defect: panic. Boot only. */
void *pool_alloc(const char *what, size_t size, size_t align);
/* Pool `index` for people: false, there are no more. */
bool pools_get(u32 index, const char **what, u64 *size, u64 *used);
/* Is every pool used exactly to its plan size? Says which is not. */
bool pools_exact(void);

#endif
