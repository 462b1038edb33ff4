/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of RISC-V extensions, as device trees name them. */
/* SOURCES: core/isa.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/isa.h"

static struct isa list_of(const char *list, size_t len)
{
	char *copy = malloc(len); /* of its exact size, for the sanitizer */
	struct isa isa;

	memcpy(copy, list, len);
	isa = isa_from_list(copy, len);
	free(copy);
	return isa;
}

static struct isa string_of(const char *string)
{
	size_t len = strlen(string);
	char *copy = malloc(len + !len);
	struct isa isa;

	memcpy(copy, string, len);
	isa = isa_from_string(copy, len);
	free(copy);
	return isa;
}

static u32 count(struct isa isa)
{
	return (u32)__builtin_popcountll(isa.bit[0]) + (u32)__builtin_popcountll(isa.bit[1]);
}

static bool same(struct isa a, struct isa b)
{
	return a.bit[0] == b.bit[0] && a.bit[1] == b.bit[1];
}

static void every_name_finds_its_extension_and_is_there_once(void **state)
{
	(void)state;
	for (u32 i = 0; i < RISCV_EXTS; i++) {
		const char *name = isa_name((enum riscv_ext)i);

		assert_true(strlen(name) + 1 <= RISCV_EXT_NAME_MAX);
		assert_int_equal(isa_find(name, strlen(name)), i);
	}
}

static void part_of_a_name_is_no_name(void **state)
{
	(void)state;
	assert_int_equal(isa_find("zicbo", 5), RISCV_EXTS);
	assert_int_equal(isa_find("zicboms", 7), RISCV_EXTS);
	assert_int_equal(isa_find("", 0), RISCV_EXTS);
	assert_int_equal(isa_find("ZiCbOm", 6), EXT_ZICBOM);
}

static void a_list_of_names_is_the_set_of_them(void **state)
{
	static const char list[] = "i\0m\0zicbom\0nobody\0xvendor\0sstc";
	struct isa isa = list_of(list, sizeof(list));

	(void)state;
	assert_true(isa_has(&isa, EXT_I) && isa_has(&isa, EXT_M) && isa_has(&isa, EXT_ZICBOM));
	assert_true(isa_has(&isa, EXT_SSTC));
	assert_int_equal(count(isa), 5); /* Zmmul is part of M */
	assert_true(same(isa, list_of(list, sizeof(list) - 1)));
	isa = list_of("", 0);
	assert_true(isa_is_empty(&isa));
}

static void what_a_name_implies_is_in_the_set(void **state)
{
	static const struct {
		const char *list;
		size_t len;
		enum riscv_ext has[6];
	} rows[] = {
#define ROW(list) list, sizeof(list)
		{ROW("i\0v"), {EXT_ZVE64D, EXT_ZVE64X, EXT_ZVE32X, EXT_ZVE32F, EXT_D, EXT_ZICSR}},
		{ROW("i\0zk"), {EXT_ZKN, EXT_ZBKB, EXT_ZKND, EXT_ZKNH, EXT_ZKR, EXT_ZKT}},
		{ROW("i\0zvksc"), {EXT_ZVKS, EXT_ZVBC, EXT_ZVKSED, EXT_ZVKSH, EXT_ZVKB, EXT_ZVKT}},
		{ROW("i\0zvkng"), {EXT_ZVKN, EXT_ZVKG, EXT_ZVKNED, EXT_ZVKNHA, EXT_ZVKNHB}},
		{ROW("i\0b"), {EXT_ZBA, EXT_ZBB, EXT_ZBS}},
		{ROW("i\0d\0c\0a"), {EXT_F, EXT_ZICSR, EXT_ZCA, EXT_ZCD, EXT_ZAAMO, EXT_ZALRSC}},
		{ROW("i\0smaia\0smstateen\0zvfh"), {EXT_SSAIA, EXT_SSSTATEEN, EXT_ZVFHMIN, EXT_ZFHMIN}},
		{ROW("i\0sha"), {EXT_H, EXT_SSSTATEEN, EXT_SHGATPA, EXT_SHTVALA, EXT_SHVSTVECD}},
#undef ROW
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct isa isa = list_of(rows[i].list, rows[i].len);
		struct isa again = isa;

		for (u32 j = 0; j < 6; j++)
			if (!isa_has(&isa, rows[i].has[j]))
				fail_msg("row %u: %s", i, isa_name(rows[i].has[j]));
		isa_imply(&again);
		assert_true(same(isa, again)); /* one pass is enough */
	}
}

/* Whatever is set alone: a second pass adds nothing. */
static void one_pass_over_the_implications_is_enough(void **state)
{
	(void)state;
	for (u32 i = 0; i < RISCV_EXTS; i++) {
		struct isa once = {0}, twice;

		isa_add(&once, (enum riscv_ext)i);
		isa_imply(&once);
		twice = once;
		isa_imply(&twice);
		if (!same(once, twice))
			fail_msg("%s", isa_name((enum riscv_ext)i));
	}
}

static void the_older_string_gives_the_same_set(void **state)
{
	static const char list[] =
		"i\0m\0a\0f\0d\0c\0h\0zicsr\0zifencei\0zicntr\0zihpm\0zicbom\0zba\0sstc\0svpbmt";
	struct isa want = list_of(list, sizeof(list));
	static const char *const strings[] = {
		"rv64imafdch_zicbom_zba_sstc_svpbmt",
		"RV64IMAFDCH_Zicbom_Zba_Sstc_Svpbmt",
		"rv64gch_zicbom_zba_sstc_svpbmt",
		"rv64i2p1m2p0a2p1f2p2d2p2c2p0h1p0_zicbom1p0_zba1p0_sstc1_svpbmt1p0",
		"rv64imafdchzicbom_zba_sstc_svpbmt",
		"rv64imafdcsuh_zicbom_zba_sstc_svpbmt",
		"rv64imafdch_zicbom_xvendor9_zvl128b_zba_unknown__sstc_svpbmt_",
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(strings); i++)
		if (!same(string_of(strings[i]), want))
			fail_msg("%s", strings[i]);
}

static void digits_inside_a_name_belong_to_it(void **state)
{
	struct isa isa = string_of("rv64i_zve32x1p0_zic64b");

	(void)state;
	assert_true(isa_has(&isa, EXT_ZVE32X) && isa_has(&isa, EXT_ZIC64B));
}

static void what_is_not_rv64i_is_the_empty_set(void **state)
{
	static const char *const strings[] = {"",       "rv64",   "rv32imac", "rv64mac",
					      "rv128i", "imafdc", "rv64_zba"};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(strings); i++) {
		struct isa isa = string_of(strings[i]);

		if (!isa_is_empty(&isa))
			fail_msg("%s", strings[i]);
	}
}

/* Every short string over the characters that steer the reader: no access outside (the sanitizer watches), no hang. */
static void any_string_is_read_without_harm(void **state)
{
	static const char alphabet[] = "_psz2ui";
	char s[4 + 6];

	(void)state;
	memcpy(s, "rv64", 4);
	for (u32 n = 0; n < 7 * 7 * 7 * 7 * 7 * 7; n++) {
		u32 x = n;

		for (u32 i = 0; i < 6; i++, x /= 7)
			s[4 + i] = alphabet[x % 7];
		(void)isa_from_string(s, sizeof(s));
		(void)isa_from_list(s + 4, 6);
	}
}

static void a_set_written_is_read_back(void **state)
{
	static char text[ISA_TEXT_MAX];
	static const char some[] = "i\0m\0zicsr\0zifencei\0zicntr\0zihpm\0zicbom\0zmmul\0sstc";
	struct isa isa = list_of(some, sizeof(some)), all = {{UINT64_MAX, UINT64_MAX}};

	size_t len = isa_string(&isa, text);

	(void)state;
	assert_int_equal(len, strlen(text) + 1);
	assert_string_equal(text, "rv64im_zicbom_zicntr_zicsr_zifencei_zihpm_zmmul_sstc");
	assert_true(same(isa_from_string(text, sizeof(text)), isa));
	assert_true(same(isa_from_list(text, isa_list(&isa, text)), isa));
	all = isa_common(all, isa_from_list(text, isa_list(&all, text)));
	assert_int_equal(count(all), RISCV_EXTS);
	assert_true(isa_string(&all, text) <= sizeof(text) && isa_list(&all, text) <= sizeof(text));
	isa_remove(&all, EXT_SVVPTC);
	assert_false(isa_has(&all, EXT_SVVPTC));
	assert_int_equal(count(all), RISCV_EXTS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_finds_its_extension_and_is_there_once),
		cmocka_unit_test(part_of_a_name_is_no_name),
		cmocka_unit_test(a_list_of_names_is_the_set_of_them),
		cmocka_unit_test(what_a_name_implies_is_in_the_set),
		cmocka_unit_test(one_pass_over_the_implications_is_enough),
		cmocka_unit_test(the_older_string_gives_the_same_set),
		cmocka_unit_test(digits_inside_a_name_belong_to_it),
		cmocka_unit_test(what_is_not_rv64i_is_the_empty_set),
		cmocka_unit_test(any_string_is_read_without_harm),
		cmocka_unit_test(a_set_written_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
