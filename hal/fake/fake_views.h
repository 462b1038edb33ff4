/* SPDX-License-Identifier: Apache-2.0 */
/* Between the pieces of the fake machine: where the other views of fake RAM lie. */
#ifndef HAL_FAKE_FAKE_VIEWS_H
#define HAL_FAKE_FAKE_VIEWS_H

#include "hal/fake/fake.h"

#define FAKE_DRAM_BASE (FAKE_RAM_BASE + FAKE_RAM_SIZE)
#define FAKE_WALK_BASE (FAKE_DRAM_BASE + FAKE_RAM_SIZE)

static inline void *fake_view(u64 view, u64 hpa)
{
	return (void *)(uintptr_t)(hpa - FAKE_RAM_BASE + view);
}

#endif
