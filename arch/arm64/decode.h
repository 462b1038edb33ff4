/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A64 loads and stores that report no syndrome on a stage 2 abort (ISV = 0):
 * pairs and writeback forms (DDI 0487 C4.1.94). Pure.
 */
#ifndef ARM64_DECODE_H
#define ARM64_DECODE_H

#include "hal/types.h"

struct decoded {
	u8 size; /* bytes an element: 1, 2, 4, 8 */
	u8 nr;   /* elements, consecutive in memory: 1 or 2 */
	u8 reg[2];
	u8 base;
	bool write, sign, sixty_four; /* a load's result is sign-extended; to 64 bits */
	bool writeback;
	s32 offset; /* added to the base register afterwards */
	s32 disp;   /* the access is at base + disp */
};

/* False: not such an instruction, or one without a defined meaning for a device (SIMD, exclusive, atomic). */
bool decode_load_store(u32 insn, struct decoded *d) MUST_USE;

#endif
