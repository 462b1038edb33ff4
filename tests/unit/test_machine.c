/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: core/machine.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/machine.h"

static struct machine m;

static int setup(void **state)
{
	(void)state;
	memset(&m, 0, sizeof(m));
	return 0;
}

static void expect(u32 i, u64 base, u64 size, u32 node)
{
	assert_true(i < m.nr_ram);
	assert_int_equal(m.ram[i].base.v, base);
	assert_int_equal(m.ram[i].size, size);
	assert_int_equal(m.ram[i].node, node);
}

static void ranges_are_sorted_and_merged_on_one_node(void **state)
{
	(void)state;
	assert_int_equal(machine_add_ram(&m, 0x3000, 0x1000, 0), OK);
	assert_int_equal(machine_add_ram(&m, 0x1000, 0x1000, 0), OK);
	assert_int_equal(machine_add_ram(&m, 0x4000, 0x1000, 1), OK);
	assert_int_equal(m.nr_ram, 3);
	assert_int_equal(machine_add_ram(&m, 0x2000, 0x1000, 0), OK);
	assert_int_equal(m.nr_ram, 2);
	expect(0, 0x1000, 0x3000, 0);
	expect(1, 0x4000, 0x1000, 1);
}

static void added_ram_shrinks_to_whole_pages(void **state)
{
	(void)state;
	assert_int_equal(machine_add_ram(&m, 0x1800, 0x1000, 0), OK);
	assert_int_equal(m.nr_ram, 0);
	assert_int_equal(machine_add_ram(&m, 0x1800, 0x2000, 0), OK);
	assert_int_equal(m.nr_ram, 1);
	expect(0, 0x2000, 0x1000, 0);
	assert_int_equal(machine_add_ram(&m, 0x10, 0x20, 0), OK);
	assert_int_equal(m.nr_ram, 1);
}

static void ram_that_overlaps_is_counted_once(void **state)
{
	(void)state;
	assert_int_equal(machine_add_ram(&m, 0x4000, 0x2000, 1), OK);
	assert_int_equal(machine_add_ram(&m, 0x1000, 0x8000, 0), OK);
	assert_int_equal(m.nr_ram, 3);
	expect(0, 0x1000, 0x3000, 0);
	expect(1, 0x4000, 0x2000, 1);
	expect(2, 0x6000, 0x3000, 0);
}

static void a_reservation_is_widened_to_pages_and_splits(void **state)
{
	(void)state;
	assert_int_equal(machine_add_ram(&m, 0, 0x10000, 0), OK);
	assert_int_equal(machine_reserve(&m, 0x4ff0, 0x20), OK);
	assert_int_equal(m.nr_ram, 2);
	expect(0, 0, 0x4000, 0);
	expect(1, 0x6000, 0xa000, 0);
	assert_int_equal(machine_reserve(&m, 0, 1), OK);
	expect(0, 0x1000, 0x3000, 0);
	assert_int_equal(machine_reserve(&m, 0xf000, 0x100000), OK);
	expect(1, 0x6000, 0x9000, 0);
	assert_int_equal(machine_reserve(&m, 0x2000, 0x8000), OK);
	expect(0, 0x1000, 0x1000, 0);
	expect(1, 0xa000, 0x5000, 0);
	assert_int_equal(machine_reserve(&m, 0, UINT64_MAX), OK);
	assert_int_equal(m.nr_ram, 0);
}

static void an_empty_or_wrapping_reservation_is_survived(void **state)
{
	(void)state;
	assert_int_equal(machine_add_ram(&m, 0x1000, 0x1000, 0), OK);
	assert_int_equal(machine_reserve(&m, 0x1000, 0), OK);
	assert_int_equal(machine_reserve(&m, UINT64_MAX - 10, 100), OK);
	assert_int_equal(m.nr_ram, 1);
	assert_int_equal(machine_add_ram(&m, UINT64_MAX - 0x10000, UINT64_MAX, 0), OK);
	assert_int_equal(m.nr_ram, 2);
	assert_int_equal(machine_reserve(&m, 0x2000, UINT64_MAX), OK);
	assert_int_equal(m.nr_ram, 1);
}

static void a_full_table_says_so_and_gives_out_nothing_reserved(void **state)
{
	(void)state;
	for (u64 i = 0; i < MACHINE_RAM_MAX; i++)
		assert_int_equal(machine_add_ram(&m, i * 0x10000, 0x8000, 0), OK);
	assert_int_equal(machine_add_ram(&m, 0x10000000, 0x1000, 0), ERR_NOMEM);
	assert_int_equal(machine_reserve(&m, 0x14000, 0x1000), ERR_NOMEM);
	assert_int_equal(m.nr_ram, MACHINE_RAM_MAX - 1);
	for (u32 i = 0; i < m.nr_ram; i++)
		assert_false(range_inside(0x14000, 1, m.ram[i].base.v, m.ram[i].size));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(ranges_are_sorted_and_merged_on_one_node, setup),
		cmocka_unit_test_setup(added_ram_shrinks_to_whole_pages, setup),
		cmocka_unit_test_setup(ram_that_overlaps_is_counted_once, setup),
		cmocka_unit_test_setup(a_reservation_is_widened_to_pages_and_splits, setup),
		cmocka_unit_test_setup(an_empty_or_wrapping_reservation_is_survived, setup),
		cmocka_unit_test_setup(a_full_table_says_so_and_gives_out_nothing_reserved, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
