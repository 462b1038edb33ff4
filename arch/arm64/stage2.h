/* SPDX-License-Identifier: Apache-2.0 */
/* Stage 2 of a VM in hardware: VTTBR_EL2, VTCR_EL2, VMID and invalidation. */
#ifndef ARM64_STAGE2_H
#define ARM64_STAGE2_H

#include "core/vmid.h"
#include "hal/types.h"

struct vm;
struct vm_arch;

/* Once, after features are known. */
void stage2_init(void);
/* The translation regime while no guest is loaded: an empty table under VMID 0. */
u64 stage2_none_vttbr(void);
u64 stage2_none_vtcr(void);
/* The VM's root table, before any vCPU is loaded. */
void stage2_bind(struct vm_arch *vm, hpa_t root, u32 ipa_bits);
/* (home) Enter or leave a VM's translation. EL1 walks are disabled by the caller meanwhile. */
void stage2_load(struct vm_arch *vm, u32 vcpu_index);
void stage2_put(void);

#endif
