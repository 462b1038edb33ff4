/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's own translation on riscv64, against tables laid out by the manual's figures.
 * SOURCES: arch/riscv/s1walk.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/riscv/s1walk.h"

/* PTE fields (Privileged Architecture, figures 12.20 to 12.24) */
#define V 0x01ULL
#define R 0x02ULL
#define W 0x04ULL
#define X 0x08ULL
#define U 0x10ULL
#define G 0x20ULL
#define A 0x40ULL
#define D 0x80ULL
#define RSW 0x300ULL
#define N (1ULL << 63)
#define PBMT(n) ((u64)(n) << 61)
#define LEAF (V | R | W | X | A | D)

/* Memory: six tables from 2 GiB on, all else is a hole. */
#define TABLES 6
#define BASE 0x80000000ULL
#define HOLE 0x123456000ULL
#define FRAME 0x00abcdefc0000000ULL /* aligned to 1 GiB */

static u64 table[TABLES][512];
static u32 reads;
static u64 last_read;

static bool read_memory(void *ctx, u64 gpa, u64 *pte)
{
	assert_ptr_equal(ctx, table);
	assert_int_equal(gpa % 8, 0);
	reads++;
	last_read = gpa;
	if (gpa < BASE || gpa - BASE >= sizeof(table))
		return false;
	*pte = table[(gpa - BASE) / 4096][gpa % 4096 / 8];
	return true;
}

static u64 at(u32 n)
{
	return BASE + n * 4096ULL;
}

static u64 pte(u64 gpa, u64 flags)
{
	return gpa >> 12 << 10 | flags;
}

static u64 vsatp(u32 levels, u64 root)
{
	return (u64)(5 + levels) << 60 | 0xbeefULL << 44 | root >> 12; /* with an ASID */
}

static u32 index_of(u64 va, u32 level)
{
	return (u32)(va >> (12 + 9 * level) & 0x1ff);
}

static u64 gpa;

static enum s1_result walk(u64 atp, u64 va)
{
	reads = 0;
	gpa = ~0ULL;
	return s1_walk(atp, va, read_memory, table, &gpa);
}

/* Tables for `va` down to `level`, where `entry` is; the walk from there. */
static enum s1_result walk_to(u32 levels, u64 va, u32 level, u64 entry)
{
	memset(table, 0, sizeof(table));
	for (u32 l = levels - 1, n = 0; l > level; l--, n++)
		table[n][index_of(va, l)] = pte(at(n + 1), V | RSW | G);
	table[levels - 1 - level][index_of(va, level)] = entry;
	return walk(vsatp(levels, at(0)), va);
}

/* Some address of the lower or the upper half. */
static u64 some_va(u32 levels, bool upper)
{
	u64 va = 0x00923456789abcdeULL & ((1ULL << (11 + 9 * levels)) - 1);

	return upper ? va | ~0ULL << (11 + 9 * levels) : va;
}

static void bare_is_the_address_itself(void **state)
{
	(void)state;
	assert_int_equal(walk(0, 0xfedcba9876543210ULL), S1_OK);
	assert_int_equal(gpa, 0xfedcba9876543210ULL);
	assert_int_equal(reads, 0);
}

static void modes_that_are_reserved_translate_nothing(void **state)
{
	(void)state;
	for (u64 mode = 1; mode < 16; mode++)
		if (mode < 8 || mode > 10) {
			assert_int_equal(walk(mode << 60 | at(0) >> 12, 0x1000), S1_FAULT);
			assert_int_equal(reads, 0);
		}
}

static void a_leaf_of_every_level_of_every_mode_translates(void **state)
{
	(void)state;
	for (u32 levels = 3; levels <= 5; levels++)
		for (u32 level = 0; level < levels; level++)
			for (u32 upper = 0; upper < 2; upper++) {
				u64 va = some_va(levels, upper), size = 1ULL << (12 + 9 * level);
				u64 frame = level < 3    ? FRAME
					    : level == 3 ? 0x00ab800000000000ULL
							 : 1ULL << 48;

				assert_int_equal(walk_to(levels, va, level, pte(frame, LEAF)), S1_OK);
				assert_int_equal(gpa, frame | (va & (size - 1)));
				assert_int_equal(reads, levels - level);
			}
}

static void a_superpage_that_is_not_aligned_faults(void **state)
{
	(void)state;
	for (u32 levels = 3; levels <= 5; levels++)
		for (u32 level = 1; level < levels; level++)
			for (u32 bit = 12; bit < 12 + 9 * level; bit++)
				assert_int_equal(walk_to(levels, 0x1234, level, pte(1ULL << bit, LEAF)),
						 S1_FAULT);
}

static void an_address_that_is_not_sign_extended_faults(void **state)
{
	(void)state;
	for (u32 levels = 3; levels <= 5; levels++)
		for (u32 bit = 11 + 9 * levels; bit < 64; bit++) {
			for (u32 upper = 0; upper < 2; upper++) {
				u64 va = some_va(levels, upper) ^ 1ULL << bit;

				assert_int_equal(walk(vsatp(levels, at(0)), va), S1_FAULT);
				assert_int_equal(reads, 0);
			}
		}
}

static void sixteen_pages_that_are_one_take_the_low_bits_from_the_address(void **state)
{
	(void)state;
	for (u32 levels = 3; levels <= 5; levels++)
		for (u32 page = 0; page < 16; page++) {
			u64 va = 0x40000 | page << 12 | 0x678;

			assert_int_equal(walk_to(levels, va, 0, pte(FRAME | 0x8000, LEAF | N)), S1_OK);
			assert_int_equal(gpa, FRAME | page << 12 | 0x678);
		}
}

static void other_sizes_of_contiguous_pages_are_reserved(void **state)
{
	(void)state;
	for (u32 low = 0; low < 16; low++)
		if (low != 8)
			assert_int_equal(walk_to(3, 0, 0, pte(FRAME | low << 12, LEAF | N)), S1_FAULT);
	for (u32 level = 1; level < 5; level++)
		assert_int_equal(walk_to(5, 0, level, pte(0, LEAF | N)), S1_FAULT);
}

static void rights_that_are_reserved_fault(void **state)
{
	(void)state;
	for (u32 level = 0; level < 3; level++) {
		assert_int_equal(walk_to(3, 0x5678, level, pte(FRAME, V | W | A | D)), S1_FAULT);
		assert_int_equal(walk_to(3, 0x5678, level, pte(FRAME, V | W | X | A | D)), S1_FAULT);
	}
}

static void every_other_combination_of_rights_translates(void **state)
{
	static const u64 rights[] = {R, X, R | W, R | X, R | W | X};

	(void)state;
	for (u32 i = 0; i < 5; i++)
		for (u64 more = 0; more < 0x400; more += 0x10)
			assert_int_equal(walk_to(4, 0x5678, 0, pte(FRAME, V | rights[i] | more)), S1_OK);
}

static void memory_types_but_the_reserved_one_translate(void **state)
{
	(void)state;
	for (u32 type = 0; type < 4; type++)
		for (u32 level = 0; level < 3; level++)
			assert_int_equal(walk_to(3, 0, level, pte(FRAME, LEAF | PBMT(type))),
					 type == 3 ? S1_FAULT : S1_OK);
}

static void reserved_bits_fault_in_leaves_and_pointers(void **state)
{
	(void)state;
	for (u32 bit = 54; bit <= 60; bit++) {
		assert_int_equal(walk_to(3, 0, 0, pte(FRAME, LEAF) | 1ULL << bit), S1_FAULT);
		assert_int_equal(walk_to(3, 0, 1, pte(at(2), V) | 1ULL << bit), S1_FAULT);
	}
}

static void a_pointer_with_what_only_leaves_have_faults(void **state)
{
	static const u64 bits[] = {U, A, D, PBMT(1), PBMT(2), PBMT(3), N};

	(void)state;
	for (u32 i = 0; i < 7; i++)
		for (u32 level = 1; level < 4; level++) {
			assert_int_equal(walk_to(4, 0, level, pte(at(4), V | bits[i])), S1_FAULT);
			assert_int_equal(reads, 4 - level);
		}
}

static void an_entry_that_is_not_valid_faults_whatever_else_it_holds(void **state)
{
	(void)state;
	for (u32 level = 0; level < 5; level++) {
		assert_int_equal(walk_to(5, 0, level, ~V), S1_FAULT);
		assert_int_equal(walk_to(5, 0, level, 0), S1_FAULT);
	}
}

static void a_pointer_at_the_last_level_faults(void **state)
{
	(void)state;
	for (u32 levels = 3; levels <= 5; levels++)
		assert_int_equal(walk_to(levels, 0x1000, 0, pte(at(5), V)), S1_FAULT);
}

static void a_table_where_no_memory_is_is_told_with_the_entry(void **state)
{
	(void)state;
	for (u32 levels = 3; levels <= 5; levels++) {
		u64 va = some_va(levels, true);

		assert_int_equal(walk(vsatp(levels, HOLE), va), S1_NO_MEMORY);
		assert_int_equal(gpa, HOLE + 8 * index_of(va, levels - 1));
		for (u32 level = levels - 1; level > 0; level--) {
			assert_int_equal(walk_to(levels, va, level, pte(HOLE, V)), S1_NO_MEMORY);
			assert_int_equal(gpa, HOLE + 8 * index_of(va, level - 1));
			assert_int_equal(gpa, last_read);
		}
	}
}

static void a_table_that_is_its_own_page_ends_the_walk(void **state)
{
	(void)state;
	for (u32 levels = 3; levels <= 5; levels++) {
		for (u32 i = 0; i < 512; i++)
			table[0][i] = pte(at(0), V);
		assert_int_equal(walk(vsatp(levels, at(0)), some_va(levels, false)), S1_FAULT);
		assert_int_equal(reads, levels);
	}
}

static void any_values_end_after_five_reads_at_an_address_of_56_bits(void **state)
{
	u64 x = 88172645463325252ULL, v[4];

	(void)state;
	for (u32 n = 0; n < 300000; n++) {
		for (u32 i = 0; i < 4; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			v[i] = x;
		}
		if (n & 1)
			v[0] = vsatp(3 + v[0] % 3, at(0));
		if (n & 2)
			v[1] = (u64)((s64)v[1] >> 26);
		table[v[2] % TABLES][v[3] % 512] = n & 4 ? pte(at(v[2] >> 8 & 3), v[3] & 0x3ff) : v[2];

		enum s1_result r = walk(v[0], v[1]);

		assert_true(reads <= 5);
		assert_true(r == S1_OK || r == S1_FAULT || r == S1_NO_MEMORY);
		if (r == S1_OK && v[0] >> 60)
			assert_int_equal(gpa >> 56, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bare_is_the_address_itself),
		cmocka_unit_test(modes_that_are_reserved_translate_nothing),
		cmocka_unit_test(a_leaf_of_every_level_of_every_mode_translates),
		cmocka_unit_test(a_superpage_that_is_not_aligned_faults),
		cmocka_unit_test(an_address_that_is_not_sign_extended_faults),
		cmocka_unit_test(sixteen_pages_that_are_one_take_the_low_bits_from_the_address),
		cmocka_unit_test(other_sizes_of_contiguous_pages_are_reserved),
		cmocka_unit_test(rights_that_are_reserved_fault),
		cmocka_unit_test(every_other_combination_of_rights_translates),
		cmocka_unit_test(memory_types_but_the_reserved_one_translate),
		cmocka_unit_test(reserved_bits_fault_in_leaves_and_pointers),
		cmocka_unit_test(a_pointer_with_what_only_leaves_have_faults),
		cmocka_unit_test(an_entry_that_is_not_valid_faults_whatever_else_it_holds),
		cmocka_unit_test(a_pointer_at_the_last_level_faults),
		cmocka_unit_test(a_table_where_no_memory_is_is_told_with_the_entry),
		cmocka_unit_test(a_table_that_is_its_own_page_ends_the_walk),
		cmocka_unit_test(any_values_end_after_five_reads_at_an_address_of_56_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
