/* SPDX-License-Identifier: Apache-2.0 */
/* What the emulated Arm PrimeCells have in common: the identification registers in the last words of their page. */
#ifndef EMUL_PRIMECELL_H
#define EMUL_PRIMECELL_H

#include "hal/types.h"

#define PRIMECELL_ID 0xfd0 /* PeriphID4-7; then PeriphID0-3, PCellID0-3 */

/* The register at `off` >= PRIMECELL_ID: part number and revision of a PrimeCell, designer Arm (0x41). */
static inline u32 primecell_id(u64 off, u32 part, u32 revision)
{
	u64 id = 0xb105f00d00041000 | revision << 20 | part;

	return off < PRIMECELL_ID + 0x10 ? 0 : (u32)(id >> off / 4 % 8 * 8) & 0xff;
}

#endif
