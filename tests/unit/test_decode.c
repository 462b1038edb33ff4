/* SPDX-License-Identifier: Apache-2.0 */
/* Loads and stores without a syndrome: every encoding of the classes that are decoded, and that no other is.
 * SOURCES: arch/arm64/decode.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arch/arm64/decode.h"

/* What the manual's pseudocode says, written anew from the encoding tables, field by field. */
struct want {
	bool ok;
	struct decoded d;
};

static s32 signed_field(u32 v, u32 bits)
{
	return (s32)(v << (32 - bits)) >> (32 - bits);
}

static bool single(struct want *w, u32 insn)
{
	u32 size = insn >> 30, opc = insn >> 22 & 3;
	/* LDR* by size and opc: store, load, load signed to 64, load signed to 32 */
	static const u8 known[4] = {0xf, 0xf, 0x7, 0x3};

	if (!(known[size] >> opc & 1))
		return false;
	w->d.size = (u8)(1 << size);
	w->d.nr = 1;
	w->d.write = opc == 0;
	w->d.sign = opc > 1;
	w->d.sixty_four = opc == 2 || (opc == 1 && size == 3);
	w->d.reg[0] = insn & 31;
	w->d.reg[1] = 31;
	w->d.base = insn >> 5 & 31;
	return true;
}

static struct want expected(u32 insn)
{
	struct want w = {0};
	u32 top = insn >> 24 & 0x3f;
	bool load;

	if (top == 0x39) { /* unsigned offset */
		w.ok = single(&w, insn);
		w.d.disp = (s32)((insn >> 10 & 0xfff) * w.d.size);
	} else if (top == 0x38 && !(insn >> 21 & 1)) {
		u32 mode = insn >> 10 & 3; /* unscaled, post, unprivileged, pre */
		s32 imm = signed_field(insn >> 12 & 0x1ff, 9);

		w.ok = single(&w, insn);
		w.d.writeback = mode & 1;
		w.d.offset = mode & 1 ? imm : 0;
		w.d.disp = mode == 1 ? 0 : imm;
		if (w.d.writeback && w.d.base != 31 && w.d.base == w.d.reg[0])
			w.ok = false;
	} else if ((top & 0x3e) == 0x28) {
		u32 opc = insn >> 30, mode = insn >> 23 & 3; /* no-allocate, post, offset, pre */

		load = insn >> 22 & 1;
		w.ok = opc == 0 || opc == 2 || (opc == 1 && load); /* 1: LDPSW, without a no-allocate form */
		w.d.size = opc == 2 ? 8 : 4;
		w.d.nr = 2;
		w.d.write = !load;
		w.d.sign = opc == 1;
		w.d.sixty_four = opc > 0;
		w.d.reg[0] = insn & 31;
		w.d.reg[1] = insn >> 10 & 31;
		w.d.base = insn >> 5 & 31;
		w.d.writeback = mode & 1;
		w.d.disp = signed_field(insn >> 15 & 0x7f, 7) * w.d.size;
		w.d.offset = mode & 1 ? w.d.disp : 0;
		if (mode == 1)
			w.d.disp = 0;
		if (load && w.d.reg[0] == w.d.reg[1])
			w.ok = false;
		if (w.d.writeback && w.d.base != 31 && (w.d.base == w.d.reg[0] || w.d.base == w.d.reg[1]))
			w.ok = false;
		if (opc == 1 && mode == 0)
			w.ok = false;
	}
	return w;
}

static void compare(u32 insn)
{
	struct want w = expected(insn);
	struct decoded d;
	bool ok = decode_load_store(insn, &d);

	if (ok != w.ok)
		fail_msg("%08x: decoded %d, expected %d", insn, ok, w.ok);
	if (!ok)
		return;
	if (d.size != w.d.size || d.nr != w.d.nr || d.write != w.d.write || d.sign != w.d.sign ||
	    d.sixty_four != w.d.sixty_four || d.reg[0] != w.d.reg[0] || d.base != w.d.base ||
	    d.writeback != w.d.writeback || d.offset != w.d.offset || d.disp != w.d.disp ||
	    (d.nr == 2 && d.reg[1] != w.d.reg[1]))
		fail_msg("%08x: fields differ", insn);
}

/* All of bits 31:21 with 11:10, a few registers and immediates. */
static void every_class_is_decoded_as_its_table_says(void **state)
{
	static const u32 rest[] = {0x00000000, 0x001ff3ff, 0x0000001f, 0x000003e0, 0x00000041,
				   0x00108021, 0x0017f0e5, 0x000fffff, 0x00100020, 0x001ff000,
				   0x00000400, 0x00007c1f, 0x00000421};

	(void)state;
	for (u32 high = 0; high < 1u << 11; high++)
		for (u32 mid = 0; mid < 4; mid++)
			for (u32 i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
				compare(high << 21 | ((rest[i] & 0x1fffff & ~0xc00u) | mid << 10));
}

static void every_register_and_immediate_of_one_form_each(void **state)
{
	(void)state;
	for (u32 low = 0; low < 1u << 21; low++) {
		compare(0xb8400000u | low);
		compare(0x29400000u | low);
		compare(0x28800000u | low);
	}
}

static void any_word_is_decoded_or_refused(void **state)
{
	u64 x = 88172645463325252ULL;

	(void)state;
	for (u32 n = 0; n < 3000000; n++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		compare((u32)x);
	}
}

static void what_means_nothing_to_a_device_is_refused(void **state)
{
	static const u32 words[] = {
		0x3dc00001, 0x3cc10401, 0xad400400, 0x0c407000, /* SIMD: ldr q, post, ldp q, ld1 */
		0x885f7c01, 0x88027c01, 0xc87f0801,             /* ldxr, stxr, ldxp */
		0x88a17c02, 0xb8218002, 0xb8210002, 0x48207c82, /* cas, swp, ldadd, casp */
		0xd50b7420, 0xf9800000, 0xf8a06800, 0x18000001, /* dc zva, prfm, prfm, ldr literal */
		0xb8616801, 0xf8200401, 0x69000400,             /* register offset, ldraa, stgp */
		0xd503201f, 0,          0xffffffff,
	};
	struct decoded d;

	(void)state;
	for (u32 i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (decode_load_store(words[i], &d))
			fail_msg("%08x was decoded", words[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_class_is_decoded_as_its_table_says),
		cmocka_unit_test(every_register_and_immediate_of_one_form_each),
		cmocka_unit_test(any_word_is_decoded_or_refused),
		cmocka_unit_test(what_means_nothing_to_a_device_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
