/* SPDX-License-Identifier: Apache-2.0 */
/* What a VM's device tree says of its harts and interrupt controllers, and who knows it: the architecture. */
#ifndef DRIVERS_EMUL_TREE_RISCV64_H
#define DRIVERS_EMUL_TREE_RISCV64_H

#include "core/isa.h"
#include "core/plan.h"
#include "hal/types.h"

struct guest_isa {
	struct isa isa;  /* written as it is: with what its members imply where a guest should read that */
	u8 mmu_bits;     /* 39, 48, 57; 0: no MMU */
	u32 timebase_hz; /* of rdtime */
	u16 cbom_block, cboz_block; /* bytes, with Zicbom and Zicboz */
	bool aia;                   /* APLIC and IMSICs in place of a PLIC */
	u32 imsic_ids;              /* identities of an IMSIC, 63 to 2047 */
	u32 nr_sources;             /* of the PLIC or APLIC */
};

/*
 * What the harts of this VM have: constant from arch_boot_init() on, the same at every call for one VM. Given by the
 * architecture (mkplan and tests have their own). Boot.
 */
const struct guest_isa *guest_isa(const struct vm_plan *vm);

/* Sizes of the interrupt controllers at layout.intc_dist; an IMSIC is a page a hart from layout.intc_cpu on. */
#define GUEST_PLIC_SIZE 0x600000
#define GUEST_APLIC_SIZE KIB(16)

#endif
