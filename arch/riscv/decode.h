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
 * clear. False: 0, a pseudo-instruction, another kind, or the second half of a misaligned access whose first half went elsewhere.
 */
static inline bool decode_htinst(u64 htinst, struct decoded *d, u32 *length)
{
	u32 insn = (u32)htinst, funct3 = insn >> 12 & 7;
	bool write = insn & 0x20;

	/*
	 * LOAD is 0000011, STORE 0100011; of eight forms a load has seven, a store four. In place of rs1 is how far behind the
	 * access's address the fault was: 0 but for what is not aligned.
	 */
	if ((htinst & 0xffffffff000f805dULL) != 1 || (write ? funct3 > 3 : funct3 == 7))
		return false;
	*length = insn & 2 ? 4 : 2;
	d->size = (u8)(1u << (funct3 & 3));
	d->reg = (u8)(write ? insn >> 20 & 31 : insn >> 7 & 31);
	d->write = write;
	d->sign = !(funct3 & 4);
	return true;
}
/* An implicit access by a walk of the guest's tables is what faulted: 0x2000, 0x2020, 0x3000, 0x3020 (table 75). */
bool htinst_is_implicit(u64 htinst);
/* It was to set A or D there. */
static inline bool htinst_is_implicit_write(u64 htinst)
{
	return htinst_is_implicit(htinst) && htinst & 0x20;
}

#endif
