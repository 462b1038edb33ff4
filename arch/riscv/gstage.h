/* SPDX-License-Identifier: Apache-2.0 */
/* The second stage of a VM in hardware: hgatp, VMIDs and HFENCE. */
#ifndef ARCH_RISCV_GSTAGE_H
#define ARCH_RISCV_GSTAGE_H

#include "core/vmid.h"
#include "hal/types.h"

struct vm;
struct vm_arch;

/* Once, after features are known. */
void gstage_init(void);
/* The VM's root table, before any vCPU is loaded. */
void gstage_bind(struct vm_arch *vm, hpa_t root, u32 ipa_bits);
/* (home) Enter or leave a VM's translation; vsatp is bare meanwhile. */
void gstage_load(struct vm_arch *vm, u32 vcpu_index);
void gstage_put(void);

#endif
