/* SPDX-License-Identifier: Apache-2.0 */
/* VMs from the plan: made once at boot (build_vms), built and torn down in steps ever after (core/vm.h names those). */
#ifndef CORE_BUILD_H
#define CORE_BUILD_H

#include "core/plan.h"
#include "hal/types.h"

/* Boot: `pools_init()` was done. Makes vms[], their vCPUs, address spaces and devices; starts nothing. */
void build_vms(const struct plan *plan);

#endif
