/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arch/riscv/decode.c for every instruction word and every htinst: what is decoded is a load or store that exists, with its register;
 * htinst says the same as the instruction from which a hart makes it (Privileged Architecture 21.6.3).
 */
#include "arch/riscv/decode.h"
#include "tests/proofs/prove.h"

u64 nondet_u64(void);
u32 nondet_u32(void);

static bool is_load(u32 insn)
{
	return (insn & 0x7f) == 0x03 && (insn >> 12 & 7) != 7;
}

static bool is_store(u32 insn)
{
	return (insn & 0x7f) == 0x23 && (insn >> 12 & 7) <= 3;
}

static void sound(const struct decoded *d)
{
	PROVE(d->size == 1 || d->size == 2 || d->size == 4 || d->size == 8, "sizes");
	PROVE(d->reg < 32, "registers");
}

static void words(void)
{
	u32 insn = nondet_u32(), funct3 = insn >> 12 & 7;
	struct decoded d;
	bool ok = decode_load_store(insn, 4, &d);

	PROVE(ok == (is_load(insn) || is_store(insn)), "every load and store of RV64I, nothing else");
	if (!ok)
		return;
	sound(&d);
	PROVE(d.write == is_store(insn), "direction");
	PROVE(d.size == 1u << (funct3 & 3), "size");
	PROVE(d.reg == (d.write ? insn >> 20 & 31 : insn >> 7 & 31), "register");
	PROVE(d.write || d.sign == (funct3 < 4), "extension");
	REACHABLE(d.write && d.size == 8, "a store of 8 bytes");
}

static void halves(void)
{
	u32 insn = nondet_u32() & 0xffff;
	struct decoded d, same;
	bool ok = decode_load_store(insn, 2, &d);

	PROVE(ok == decode_load_store(insn | nondet_u32() << 16, 2, &same),
	      "what stands behind does not count");
	PROVE(!ok || (insn & 1) == 0, "quadrants 0 and 2");
	if (ok)
		sound(&d);
	REACHABLE(ok && d.size == 1, "a byte of Zcb");
}

/* As a hart makes it: immediates and rs1 are 0, bit 1 is clear for what had 16 bits. */
static void transformed(void)
{
	u32 insn = nondet_u32(), length, zero = is_store(insn) ? 0xfe0f8f80 : 0xfff00000 | 0x1f << 15;
	bool compressed = nondet_u32() & 1;
	struct decoded d, same;

	ASSUME(is_load(insn) || is_store(insn));
	insn &= ~zero;
	PROVE(decode_htinst(compressed ? insn & ~2u : insn, &d, &length),
	      "transformed instructions are known");
	PROVE(decode_load_store(insn, 4, &same) && d.size == same.size && d.reg == same.reg &&
		      d.write == same.write && (d.write || d.sign == same.sign),
	      "they mean what the instruction means");
	PROVE(length == (compressed ? 2 : 4), "length");
}

static void any_htinst(void)
{
	u64 htinst = nondet_u64();
	u32 length;
	struct decoded d;

	if (decode_htinst(htinst, &d, &length)) {
		sound(&d);
		PROVE(length == 2 || length == 4, "lengths");
		PROVE(!htinst_is_implicit(htinst), "either a transformed instruction or a walk");
	}
	PROVE(htinst_is_implicit(htinst) ==
		      (htinst == 0x2000 || htinst == 0x2020 || htinst == 0x3000 || htinst == 0x3020),
	      "table 75");
	PROVE(htinst_is_implicit_write(htinst) == (htinst == 0x2020 || htinst == 0x3020), "table 75: writes");
}

int main(void)
{
	words();
	halves();
	transformed();
	any_htinst();
	return 0;
}
