/* SPDX-License-Identifier: Apache-2.0 */
/* What a load or store does, from its encoding, or from what htinst says of it. Pure. */
#ifndef ARCH_RISCV_DECODE_H
#define ARCH_RISCV_DECODE_H

#include "hal/types.h"

struct decoded {
	u8 size; /* bytes: 1, 2, 4, 8 */
	u8 reg;  /* loaded or stored; 0: zero */
	bool write;
	bool sign; /* loads: sign-extended */
};

/*
 * A load or store of the base integer set, or of the C extension (Unprivileged 2.6, 27.3-27.6), as fetched: `insn` with
 * its length in bytes. False: something else; floating point, atomics and vectors do not reach devices by emulation.
 */
bool decode_load_store(u32 insn, u32 length, struct decoded *d);

/*
 * The same from htinst (Privileged 21.6.3): a transformed load or store has bit 0 set; *length is 4, or 2 when bit 1 is
 * clear. False: 0, a pseudo-instruction or another kind.
 */
bool decode_htinst(u64 htinst, struct decoded *d, u32 *length);
/* An implicit access by a walk of the guest's tables is what faulted: 0x2000, 0x2020, 0x3000, 0x3020 (table 75). */
bool htinst_is_implicit(u64 htinst);

#endif
