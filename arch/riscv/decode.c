/* SPDX-License-Identifier: Apache-2.0 */
/* See decode.h. RV64 only. */
#include "arch/riscv/decode.h"

#define OPCODE(i) ((i) & 0x7f)
#define OP_LOAD 0x03
#define OP_STORE 0x23
#define FUNCT3(i) ((i) >> 12 & 7)
#define RD(i) ((i) >> 7 & 31)
#define RS2(i) ((i) >> 20 & 31)

/* Compressed: quadrant and funct3 choose, registers of three bits are x8 to x15. */
#define C_FUNCT3(i) ((i) >> 13 & 7)
#define C_QUADRANT(i) ((i) & 3)
#define C_RD_SHORT(i) (8 + ((i) >> 2 & 7))
#define C_RD(i) ((i) >> 7 & 31)
#define C_RS2(i) ((i) >> 2 & 31)
/* Zcb: quadrant 0, funct3 100; bits 12:10 choose, bit 6 the form of halfwords. */
#define C_ZCB(i) ((i) >> 10 & 7)
#define C_ZCB_FORM(i) ((i) >> 6 & 1)

/* funct3 of a load: size, and bit 2: zero-extended; 7 is no load of RV64. */
static bool load(u32 funct3, u32 reg, struct decoded *d)
{
	*d = (struct decoded){.size = (u8)(1u << (funct3 & 3)), .reg = (u8)reg, .sign = !(funct3 & 4)};
	return funct3 != 7;
}

static bool store(u32 funct3, u32 reg, struct decoded *d)
{
	*d = (struct decoded){.size = (u8)(1u << (funct3 & 3)), .reg = (u8)reg, .write = true};
	return funct3 <= 3;
}

static bool full(u32 insn, struct decoded *d)
{
	if (OPCODE(insn) == OP_LOAD)
		return load(FUNCT3(insn), RD(insn), d);
	return OPCODE(insn) == OP_STORE && store(FUNCT3(insn), RS2(insn), d);
}

enum { F_B, F_H, F_W, F_D, F_BU, F_HU };

/* C.LBU, C.LHU, C.LH, C.SB, C.SH */
static bool compressed_zcb(u32 insn, struct decoded *d)
{
	u32 reg = C_RD_SHORT(insn);

	switch (C_ZCB(insn)) {
	case 0:
		return load(F_BU, reg, d);
	case 1:
		return load(C_ZCB_FORM(insn) ? F_H : F_HU, reg, d);
	case 2:
		return store(F_B, reg, d);
	case 3:
		return !C_ZCB_FORM(insn) && store(F_H, reg, d);
	default:
		return false;
	}
}

/* By quadrant and funct3: C.LW, C.LD, Zcb, C.SW, C.SD, C.LWSP, C.LDSP, C.SWSP, C.SDSP */
static bool compressed(u32 insn, struct decoded *d)
{
	switch (C_QUADRANT(insn) << 3 | C_FUNCT3(insn)) {
	case 0 << 3 | 2:
		return load(F_W, C_RD_SHORT(insn), d);
	case 0 << 3 | 3:
		return load(F_D, C_RD_SHORT(insn), d);
	case 0 << 3 | 4:
		return compressed_zcb(insn, d);
	case 0 << 3 | 6:
		return store(F_W, C_RD_SHORT(insn), d);
	case 0 << 3 | 7:
		return store(F_D, C_RD_SHORT(insn), d);
	case 2 << 3 | 2:
		return C_RD(insn) && load(F_W, C_RD(insn), d);
	case 2 << 3 | 3:
		return C_RD(insn) && load(F_D, C_RD(insn), d);
	case 2 << 3 | 6:
		return store(F_W, C_RS2(insn), d);
	case 2 << 3 | 7:
		return store(F_D, C_RS2(insn), d);
	default:
		return false;
	}
}

bool decode_load_store(u32 insn, u32 length, struct decoded *d)
{
	return length == 4 ? full(insn, d) : compressed(insn, d);
}

bool htinst_is_implicit(u64 htinst)
{
	return (htinst & ~0x1020ULL) == 0x2000;
}
