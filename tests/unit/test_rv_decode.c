/* SPDX-License-Identifier: Apache-2.0 */
/* Loads and stores of RV64I, C and Zcb from their encodings, and from htinst.
 * SOURCES: arch/riscv/decode.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arch/riscv/decode.h"

/* One row an instruction: bits that are fixed, and where the register is (its lowest bit, and whether three bits name x8 to x15). */
struct form {
	u32 mask, match;
	struct decoded d;
	u8 reg_at;
	bool reg_short, reg_not_zero;
};

#define LOAD(bytes, is_signed) {.size = (bytes), .sign = (is_signed)}
#define STORE(bytes) {.size = (bytes), .write = true}

/* RV64I (Unprivileged, chapter 36): imm rs1 funct3 rd 0000011, imm rs2 rs1 funct3 imm 0100011 */
static const struct form wide[] = {
	{0x707f, 0x0003, LOAD(1, true), 7, false, false},  /* lb */
	{0x707f, 0x1003, LOAD(2, true), 7, false, false},  /* lh */
	{0x707f, 0x2003, LOAD(4, true), 7, false, false},  /* lw */
	{0x707f, 0x3003, LOAD(8, true), 7, false, false},  /* ld */
	{0x707f, 0x4003, LOAD(1, false), 7, false, false}, /* lbu */
	{0x707f, 0x5003, LOAD(2, false), 7, false, false}, /* lhu */
	{0x707f, 0x6003, LOAD(4, false), 7, false, false}, /* lwu */
	{0x707f, 0x0023, STORE(1), 20, false, false},      /* sb */
	{0x707f, 0x1023, STORE(2), 20, false, false},      /* sh */
	{0x707f, 0x2023, STORE(4), 20, false, false},      /* sw */
	{0x707f, 0x3023, STORE(8), 20, false, false},      /* sd */
};

/* C and Zcb (27.8 and 28.13): the RVC tables' rows for RV64 */
static const struct form narrow[] = {
	{0xe003, 0x4000, LOAD(4, true), 2, true, false},  /* c.lw */
	{0xe003, 0x6000, LOAD(8, true), 2, true, false},  /* c.ld */
	{0xfc03, 0x8000, LOAD(1, false), 2, true, false}, /* c.lbu */
	{0xfc43, 0x8400, LOAD(2, false), 2, true, false}, /* c.lhu */
	{0xfc43, 0x8440, LOAD(2, true), 2, true, false},  /* c.lh */
	{0xfc03, 0x8800, STORE(1), 2, true, false},       /* c.sb */
	{0xfc43, 0x8c00, STORE(2), 2, true, false},       /* c.sh */
	{0xe003, 0xc000, STORE(4), 2, true, false},       /* c.sw */
	{0xe003, 0xe000, STORE(8), 2, true, false},       /* c.sd */
	{0xe003, 0x4002, LOAD(4, true), 7, false, true},  /* c.lwsp */
	{0xe003, 0x6002, LOAD(8, true), 7, false, true},  /* c.ldsp */
	{0xe003, 0xc002, STORE(4), 2, false, false},      /* c.swsp */
	{0xe003, 0xe002, STORE(8), 2, false, false},      /* c.sdsp */
};

#define COUNT(a) ((u32)(sizeof(a) / sizeof((a)[0])))

static bool expected(const struct form *f, u32 count, u32 insn, struct decoded *d)
{
	for (u32 i = 0; i < count; i++) {
		u32 reg = insn >> f[i].reg_at & (f[i].reg_short ? 7 : 31);

		if ((insn & f[i].mask) != f[i].match)
			continue;
		*d = f[i].d;
		d->reg = (u8)(f[i].reg_short ? reg + 8 : reg);
		return d->reg || !f[i].reg_not_zero;
	}
	return false;
}

static bool same(const struct decoded *a, const struct decoded *b)
{
	return a->size == b->size && a->reg == b->reg && a->write == b->write &&
	       (a->write || a->sign == b->sign);
}

static void compare(u32 insn, u32 length)
{
	struct decoded want, d;
	bool wanted = length == 4 ? expected(wide, COUNT(wide), insn, &want)
				  : expected(narrow, COUNT(narrow), insn, &want);
	bool ok = decode_load_store(insn, length, &d);

	if (ok != wanted)
		fail_msg("%08x: decoded %d, expected %d", insn, ok, wanted);
	if (ok && !same(&d, &want))
		fail_msg("%08x: size %u reg %u write %d sign %d", insn, d.size, d.reg, d.write, d.sign);
}

static void all_encodings_of_sixteen_bits_are_as_the_tables_say(void **state)
{
	(void)state;
	for (u32 insn = 0; insn < 0x10000; insn++)
		if ((insn & 3) != 3)
			compare(insn, 2);
}

static void all_opcodes_and_functions_of_32_bits_are_as_the_tables_say(void **state)
{
	(void)state;
	/* opcode, rd, funct3 in full; the rest in a few values */
	for (u32 low = 3; low < 1u << 15; low += 4) {
		compare(low, 4);
		compare(low | 0xffff8000, 4);
		compare(low | 0x00f50000, 4);
		compare(low | 0x5a2a8000, 4);
	}
	/* rs2 and what is around it */
	for (u32 high = 0; high < 1u << 17; high++)
		for (u32 funct3 = 0; funct3 < 8; funct3++)
			compare(high << 15 | funct3 << 12 | 0x023, 4);
}

static void any_word_is_decoded_or_refused(void **state)
{
	u64 x = 88172645463325252ULL;

	(void)state;
	for (u32 n = 0; n < 3000000; n++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		compare((u32)x | 3, 4);
	}
}

static void what_means_nothing_to_a_device_is_refused(void **state)
{
	static const u32 words[] = {
		0x00053007, 0x00a53027, 0x00052007, 0x02056007, /* fld, fsd, flw, vle32.v */
		0x1005252f, 0x18b5252f, 0x00b5202f, 0x0ab5252f, /* lr.w, sc.w, amoadd.w, amoswap.w */
		0x0005700f, 0x0045200f, 0x0000000f, 0x00057003, /* fence, cbo.zero, fence, load of 128 bits */
		0x00054023, 0x00007023, 0x62054573, 0xffffffff, /* stores of funct3 4, 7; hlv.b */
	};
	static const u32 halves[] = {0x2108, 0xa108, 0x2502, 0xa02a, 0x0001, 0x8082, 0x9002, 0x4002, 0x6002};
	struct decoded d;

	(void)state;
	for (u32 i = 0; i < COUNT(words); i++)
		assert_false(decode_load_store(words[i], 4, &d));
	for (u32 i = 0; i < COUNT(halves); i++)
		assert_false(decode_load_store(halves[i], 2, &d));
}

/* What a hart writes to htinst (21.6.3): the 32-bit form without immediates and rs1, bit 1 clear for a compressed one. */
static u64 transformed(u32 i, u32 reg, bool compressed)
{
	u32 insn = wide[i].match | reg << wide[i].reg_at;

	return compressed ? insn & ~2u : insn;
}

static void transformed_instructions_say_size_register_and_length(void **state)
{
	(void)state;
	for (u32 i = 0; i < COUNT(wide); i++)
		for (u32 reg = 0; reg < 32; reg++)
			for (u32 compressed = 0; compressed < 2; compressed++) {
				struct decoded want = wide[i].d, d;
				u32 length = 0;

				want.reg = (u8)reg;
				assert_true(decode_htinst(transformed(i, reg, compressed), &d, &length));
				assert_true(same(&d, &want));
				assert_int_equal(length, compressed ? 2 : 4);
			}
}

static void a_misaligned_access_that_faulted_behind_its_start_is_refused(void **state)
{
	struct decoded d;
	u32 length;

	(void)state;
	for (u32 offset = 1; offset < 32; offset++)
		assert_false(decode_htinst(transformed(3, 10, false) | offset << 15, &d, &length));
}

static void other_values_of_htinst_are_refused(void **state)
{
	static const u64 values[] = {
		0,          0x2000,     0x2020, 0x3000,     0x3020, 2, 0x100003003ULL, /* beyond 32 bits */
		0x3007,     0x3027,     0xa02f, 0x1000a02f, /* fld, fsd, amoadd, lr */
		0x600403f3,                                 /* hlv: of the hypervisor's own */
		0x7003,     0x4023,     0x3005,             /* reserved; c.* of another opcode */
		UINT64_MAX, UINT32_MAX,
	};
	struct decoded d;
	u32 length;

	(void)state;
	for (u32 i = 0; i < COUNT(values); i++)
		assert_false(decode_htinst(values[i], &d, &length));
}

static void pseudo_instructions_are_those_four(void **state)
{
	u32 n = 0, writes = 0;

	(void)state;
	for (u64 v = 0; v < 1u << 20; v++) {
		n += htinst_is_implicit(v);
		writes += htinst_is_implicit_write(v);
	}
	assert_int_equal(n, 4);
	assert_int_equal(writes, 2);
	assert_true(htinst_is_implicit(0x2000) && htinst_is_implicit(0x3000));
	assert_true(htinst_is_implicit_write(0x2020) && htinst_is_implicit_write(0x3020));
	assert_false(htinst_is_implicit(0x100002000ULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_encodings_of_sixteen_bits_are_as_the_tables_say),
		cmocka_unit_test(all_opcodes_and_functions_of_32_bits_are_as_the_tables_say),
		cmocka_unit_test(any_word_is_decoded_or_refused),
		cmocka_unit_test(what_means_nothing_to_a_device_is_refused),
		cmocka_unit_test(transformed_instructions_say_size_register_and_length),
		cmocka_unit_test(a_misaligned_access_that_faulted_behind_its_start_is_refused),
		cmocka_unit_test(other_values_of_htinst_are_refused),
		cmocka_unit_test(pseudo_instructions_are_those_four),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
