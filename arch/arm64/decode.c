/* SPDX-License-Identifier: Apache-2.0 */
/* See decode.h. Encodings: DDI 0487 C4.1.94 "Loads and Stores". */
#include "arch/arm64/decode.h"
#include "arch/arm64/sysreg.h"

/* Indexing, at bits 11:10 and 24:23. */
#define POST 1
#define PRE 3

static s32 sign_extend(u32 v, u32 bits)
{
	u32 top = 1u << (bits - 1);

	return (s32)((v ^ top) - top);
}

/* size:opc of the register forms: opc 0 store, 1 load, 2 load signed to 64 bits, 3 to 32. */
static bool single(u32 insn, struct decoded *d)
{
	u32 size = (u32)BITS(insn, 31, 30), opc = (u32)BITS(insn, 23, 22);

	if (size == 3 && opc >= 2)
		return false; /* PRFM */
	if (size == 2 && opc == 3)
		return false;
	d->size = (u8)(1u << size);
	d->nr = 1;
	d->reg[0] = (u8)BITS(insn, 4, 0);
	d->base = (u8)BITS(insn, 9, 5);
	d->write = opc == 0;
	d->sign = opc >= 2;
	d->sixty_four = opc == 2 || (opc == 1 && size == 3);
	return true;
}

/* LDR/STR (immediate) with post- or pre-index, and the unprivileged and unscaled forms: x x111 000 opc 0 imm9 idx. */
static bool unscaled(u32 insn, struct decoded *d)
{
	u32 index = (u32)BITS(insn, 11, 10);
	s32 imm = sign_extend((u32)BITS(insn, 20, 12), 9);

	if (!single(insn, d))
		return false;
	d->writeback = index == POST || index == PRE;
	d->offset = d->writeback ? imm : 0;
	d->disp = index == POST ? 0 : imm;
	return !(d->writeback && d->base == d->reg[0] && d->base != 31); /* constrained unpredictable */
}

/* LDP, STP, LDPSW, LDNP, STNP: opc 101 0 idx L imm7 Rt2 Rn Rt. */
static bool pair(u32 insn, struct decoded *d)
{
	u32 opc = (u32)BITS(insn, 31, 30), index = (u32)BITS(insn, 24, 23);
	bool load = insn & BIT(22);
	s32 imm = sign_extend((u32)BITS(insn, 21, 15), 7);

	if (opc == 3 || (opc == 1 && (!load || index == 0))) /* STGP; LDPSW has no non-temporal form */
		return false;
	d->size = opc == 2 ? 8 : 4;
	d->nr = 2;
	d->reg[0] = (u8)BITS(insn, 4, 0);
	d->reg[1] = (u8)BITS(insn, 14, 10);
	d->base = (u8)BITS(insn, 9, 5);
	d->write = !load;
	d->sign = opc == 1;
	d->sixty_four = opc != 0;
	imm *= (s32)d->size;
	d->writeback = index == POST || index == PRE;
	d->offset = d->writeback ? imm : 0;
	d->disp = index == POST ? 0 : imm;
	if (load && d->reg[0] == d->reg[1])
		return false;
	return !(d->writeback && d->base != 31 && (d->base == d->reg[0] || d->base == d->reg[1]));
}

/* LDR/STR with an unsigned offset in units of the access. */
static bool scaled(u32 insn, struct decoded *d)
{
	if (!single(insn, d))
		return false;
	d->disp = (s32)(BITS(insn, 21, 10) * d->size);
	return true;
}

struct encoding {
	u32 mask, value;
	bool (*decode)(u32 insn, struct decoded *d);
};

static const struct encoding encodings[] = {
	{0x3f200000, 0x38000000, unscaled}, /* unscaled, post-, unprivileged, pre-index; not SIMD (bit 26) */
	{0x3f000000, 0x39000000, scaled},   /* register offset always has a syndrome */
	{0x3e000000, 0x28000000, pair},
};

bool decode_load_store(u32 insn, struct decoded *d)
{
	*d = (struct decoded){.reg = {31, 31}, .base = 31};
	for (u32 i = 0; i < ARRAY_SIZE(encodings); i++)
		if ((insn & encodings[i].mask) == encodings[i].value)
			return encodings[i].decode(insn, d);
	return false;
}
