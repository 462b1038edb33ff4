/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VMSAv8-64 descriptor formats, 4 KiB granule, 48-bit output addresses: the
 * EL2 stage 1 with HCR_EL2.E2H = 0, and stage 2 for 32 to 48 bits of IPA
 * (Arm ARM D8.2, D8.3). Pure data and functions; s2_format() of hal/vcpu.h is
 * here.
 *
 * An architecture's level n is the walker's level 3 - n.
 */
#ifndef ARCH_ARM64_PT_FORMATS_H
#define ARCH_ARM64_PT_FORMATS_H

#include "core/pgtable.h"

/* Memory attribute indices that EL2 leaves use, and the MAIR_EL2 that gives them meaning. */
enum el2_attr_index { EL2_ATTR_NORMAL = 0, EL2_ATTR_DEVICE = 1 };
#define EL2_MAIR_NORMAL 0xffull /* inner and outer write-back, read- and write-allocate */
#define EL2_MAIR_DEVICE 0x00ull /* Device-nGnRnE */
#define EL2_MAIR (EL2_MAIR_NORMAL << (8 * EL2_ATTR_NORMAL) | EL2_MAIR_DEVICE << (8 * EL2_ATTR_DEVICE))

/*
 * EL2, 48-bit virtual addresses. PT_R alone, RW or RX: write and execute at
 * once has no encoding here, nor has executable device memory.
 */
extern const struct pt_format el2_format;

/*
 * VTCR_EL2.{T0SZ, SL0, TG0} of a format from s2_format(): the input size, the start
 * level and the 4 KiB granule. The other fields (PS, VS, SH0, ORGN0, IRGN0,
 * RES1) do not depend on it. The leaves assume HCR_EL2.FWB = 0.
 */
u64 s2_vtcr_geometry(const struct pt_format *fmt);

#endif
