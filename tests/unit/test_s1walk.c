/* SPDX-License-Identifier: Apache-2.0 */
/* Where a guest's walk left memory.
 * SOURCES: arch/arm64/s1walk.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arch/arm64/s1walk.h"

#define KIB4 0
#define KIB64 1
#define KIB16 2
#define TABLES 5

/* Memory: a few tables of 8192 entries from 1 GiB on, all else a hole. */
#define BASE 0x40000000ULL
#define TABLE_SIZE 0x10000ULL
#define HOLE 0x7000000000ULL

static u64 table[TABLES][8192];
static u32 reads;

static bool read_memory(void *ctx, u64 ipa, u64 *desc)
{
	(void)ctx;
	reads++;
	if (ipa < BASE || ipa - BASE >= TABLES * TABLE_SIZE)
		return false;
	*desc = table[(ipa - BASE) / TABLE_SIZE][(ipa - BASE) % TABLE_SIZE / 8];
	return true;
}

static u64 at(u32 n)
{
	return BASE + n * TABLE_SIZE;
}

static u64 tcr(u32 granule, u32 tsz, bool upper)
{
	static const u8 tg1[] = {[KIB4] = 2, [KIB64] = 3, [KIB16] = 1};

	return upper ? (u64)tsz << 16 | (u64)tg1[granule] << 30 : (u64)tsz | (u64)granule << 14;
}

static const struct {
	u32 granule, tsz, page;
	s32 start;
} geometry[] = {
	{KIB4, 16, 12, 0},  {KIB4, 25, 12, 1},  {KIB4, 34, 12, 2},  {KIB4, 39, 12, 2},  {KIB4, 43, 12, 3},
	{KIB4, 12, 12, -1}, {KIB16, 16, 14, 0}, {KIB16, 17, 14, 1}, {KIB16, 28, 14, 2}, {KIB16, 39, 14, 3},
	{KIB64, 16, 16, 1}, {KIB64, 22, 16, 2}, {KIB64, 35, 16, 3}, {KIB64, 12, 16, 1},
};

/* Tables 0, 1, ... lead to a table in the hole at `level`; indices are those of an arbitrary address. */
static s32 walk_to(u32 g, s32 level, bool upper, bool big)
{
	u32 page = geometry[g].page, stride = page - 3, lo = page + stride * (u32)(3 - geometry[g].start);
	u64 va = 0x00123456789abcdeULL & ((1ULL << (64 - geometry[g].tsz)) - 1), root = at(0);
	struct s1_regime r = {.tcr = tcr(geometry[g].granule, geometry[g].tsz, upper), .big_endian = big};

	for (u32 n = 0; n < TABLES; n++)
		for (u32 i = 0; i < 8192; i++)
			table[n][i] = 0;
	if (level == geometry[g].start)
		root = HOLE;
	for (s32 l = geometry[g].start, n = 0; l < level; l++, n++, lo -= stride) {
		u32 bits = l == geometry[g].start ? 64 - geometry[g].tsz - lo : stride;
		u64 desc = (l + 1 == level ? HOLE : at((u32)n + 1)) | 3;

		table[n][va >> lo & ((1ULL << bits) - 1)] = big ? __builtin_bswap64(desc) : desc;
	}
	r.ttbr[upper] = root | 0xabULL << 48; /* an ASID */
	r.ttbr[!upper] = at(TABLES - 1);
	reads = 0;
	if (upper)
		va |= ~0ULL << (64 - geometry[g].tsz);
	return s1_walk_level(&r, va, HOLE, read_memory, NULL);
}

static void every_level_of_every_geometry_is_found(void **state)
{
	(void)state;
	for (u32 g = 0; g < sizeof(geometry) / sizeof(geometry[0]); g++)
		for (s32 level = geometry[g].start; level <= 3; level++)
			for (u32 how = 0; how < 4; how++)
				assert_int_equal(walk_to(g, level, how & 1, how & 2), level);
}

static void a_walk_reads_at_most_once_a_level(void **state)
{
	(void)state;
	for (u32 g = 0; g < sizeof(geometry) / sizeof(geometry[0]); g++) {
		assert_int_equal(walk_to(g, 3, false, false), 3);
		assert_true(reads <= (u32)(3 - geometry[g].start));
	}
}

static void a_table_that_is_its_own_page_ends_the_walk(void **state)
{
	struct s1_regime r = {.tcr = tcr(KIB4, 16, false), .ttbr = {at(0), 0}};

	(void)state;
	for (u32 i = 0; i < 8192; i++)
		table[0][i] = at(0) | 3;
	reads = 0;
	assert_int_equal(s1_walk_level(&r, 0, HOLE, read_memory, NULL), 3);
	assert_int_equal(reads, 3);
}

static void a_table_that_has_become_a_block_ends_the_walk(void **state)
{
	struct s1_regime r = {.tcr = tcr(KIB4, 16, false), .ttbr = {at(0), 0}};

	(void)state;
	table[0][0] = at(1) | 3;
	table[1][0] = 1;
	assert_int_equal(s1_walk_level(&r, 0, HOLE, read_memory, NULL), 1);
}

static void any_values_of_the_registers_end_in_a_level(void **state)
{
	u64 x = 88172645463325252ULL;

	(void)state;
	for (u32 n = 0; n < 200000; n++) {
		u64 v[6];

		for (u32 i = 0; i < 6; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			v[i] = n & 1 ? x : x & ~(0xffffULL << 16);
		}
		struct s1_regime r = {.tcr = v[0], .ttbr = {v[1], v[2]}, .big_endian = n & 2};

		if (n & 4)
			r.ttbr[0] = r.ttbr[1] = at(0);
		table[0][v[5] % 8192] = v[5];
		reads = 0;
		s32 level = s1_walk_level(&r, v[3], v[4], read_memory, NULL);

		assert_in_range(level + 1, 0, 4);
		assert_true(reads <= 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_level_of_every_geometry_is_found),
		cmocka_unit_test(a_walk_reads_at_most_once_a_level),
		cmocka_unit_test(a_table_that_is_its_own_page_ends_the_walk),
		cmocka_unit_test(a_table_that_has_become_a_block_ends_the_walk),
		cmocka_unit_test(any_values_of_the_registers_end_in_a_level),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
