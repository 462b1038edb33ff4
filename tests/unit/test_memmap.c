/* SPDX-License-Identifier: Apache-2.0 */
/* UEFI memory map and handoff block to machine.ram. */
/* SOURCES: boot/memmap.c core/machine.c hal/fake/fake.c hal/fake/fake_log.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "boot/memmap.h"
#include "machine_env.h"

#define WB 8
#define RUNTIME (UINT64_C(1) << 63)

struct desc {
	u32 type, pad;
	u64 phys, virt, pages, attr, more;
};

#define READ(map) machine_ram_from_efi(map, sizeof(map), sizeof((map)[0]), &m)

static void only_free_types_become_ram(void **state)
{
	static const bool usable[] = {
		[1] = true, [2] = true, [3] = true, [4] = true, [7] = true, [17] = false};
	struct desc map[18] = {0};

	(void)state;
	for (u32 t = 0; t < 18; t++)
		map[t] = (struct desc){.type = t, .phys = 0x40000000 + t * 0x10000, .pages = 16, .attr = WB};
	assert_int_equal(READ(map), OK);
	for (u32 t = 0; t < 18; t++)
		assert_int_equal(is_free(0x40000000 + t * 0x10000 + 0xf000), usable[t]);
	assert_int_equal(m.nr_ram, 2); /* 1 to 4 are one range */
	assert_int_equal(m.ram_total, 9 * 0x10000);
}

static void memory_with_special_attributes_is_left_alone(void **state)
{
	struct desc map[] = {
		{.type = 7, .phys = 0x40000000, .pages = 16, .attr = WB},
		{.type = 7, .phys = 0x50000000, .pages = 16, .attr = 1},            /* uncached only */
		{.type = 7, .phys = 0x60000000, .pages = 16, .attr = WB | 0x8000},  /* non-volatile */
		{.type = 7, .phys = 0x70000000, .pages = 16, .attr = WB | 0x40000}, /* specific purpose */
		{.type = 4, .phys = 0x80000000, .pages = 16, .attr = WB | RUNTIME},
	};

	(void)state;
	assert_int_equal(READ(map), OK);
	assert_int_equal(m.nr_ram, 1);
	assert_true(is_free(0x40000000));
}

static void an_overlapping_firmware_entry_wins_in_either_order(void **state)
{
	struct desc map[] = {
		{.type = 6, .phys = 0x40002000, .pages = 1, .attr = WB | RUNTIME},
		{.type = 7, .phys = 0x40000000, .pages = 16, .attr = WB},
		{.type = 9, .phys = 0x40008000, .pages = 2, .attr = WB},
	};

	(void)state;
	assert_int_equal(READ(map), OK);
	assert_true(is_free(0x40001fff));
	assert_false(is_free(0x40002000));
	assert_true(is_free(0x40003000));
	assert_false(is_free(0x40009fff));
}

static void page_zero_is_never_free(void **state)
{
	struct desc map[] = {{.type = 7, .phys = 0, .pages = 16, .attr = WB}};

	(void)state;
	assert_int_equal(READ(map), OK);
	assert_false(is_free(0));
	assert_true(is_free(0x1000));
}

static void a_malformed_map_is_refused(void **state)
{
	struct desc map[] = {{.type = 7, .phys = 0x40000000, .pages = 16, .attr = WB}};

	(void)state;
	assert_int_equal(machine_ram_from_efi(map, sizeof(map), 39, &m), ERR_INVAL);
	assert_int_equal(machine_ram_from_efi(map, sizeof(map) - 1, sizeof(map[0]), &m), ERR_INVAL);
	assert_int_equal(machine_ram_from_efi(map, 0, sizeof(map[0]), &m), ERR_NOENT);
	map[0].pages = UINT64_MAX;
	assert_int_equal(READ(map), ERR_INVAL);
	map[0].pages = 16;
	map[0].phys = UINT64_MAX - 0x1000;
	assert_int_equal(READ(map), ERR_INVAL);
}

static void more_ranges_than_the_table_holds_are_dropped_with_a_warning(void **state)
{
	static struct desc map[MACHINE_RAM_MAX + 10];

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(map); i++)
		map[i] = (struct desc){.type = 7, .phys = 0x40000000 + i * 0x2000, .pages = 1, .attr = WB};
	assert_int_equal(READ(map), OK);
	assert_int_equal(m.nr_ram, MACHINE_RAM_MAX);
	assert_true(fake_log_has("too many ranges"));
}

static void a_handoff_block_keeps_image_bundle_map_and_itself(void **state)
{
	static _Alignas(4096) struct {
		struct handoff h;
		struct desc map[2];
	} b;
	u64 at = (u64)(uintptr_t)&b;

	(void)state;
	b.map[0] = (struct desc){.type = 7, .phys = 0x40000000, .pages = 0x10000, .attr = WB};
	b.map[1] = (struct desc){.type = 2, .phys = at, .pages = 2, .attr = WB};
	b.h = (struct handoff){.magic = HANDOFF_MAGIC,
			       .version = HANDOFF_VERSION,
			       .size = sizeof(b.h),
			       .efi_map = (u64)(uintptr_t)b.map,
			       .efi_map_size = sizeof(b.map),
			       .efi_desc_size = sizeof(b.map[0]),
			       .bundle = 0x41000000,
			       .bundle_size = 0x1801,
			       .image = 0x42000000,
			       .image_size = 0x80000,
			       .time = 1700000000,
			       .time_counter = 99};
	assert_int_equal(machine_from_handoff(&b.h, &m), OK);
	assert_int_equal(m.clock_seconds, 1700000000);
	assert_int_equal(m.clock_at, 99);
	assert_int_equal(m.bundle.v, 0x41000000);
	assert_int_equal(m.bundle_size, 0x1801);
	assert_false(is_free(0x41001fff));
	assert_true(is_free(0x41002000));
	assert_false(is_free(0x42000000));
	assert_false(is_free(0x4207ffff));
	assert_true(is_free(0x42080000));
	assert_false(is_free(at));
	assert_true(is_free(at + 0x1000));
}

static void a_handoff_block_of_old_knows_no_time(void **state)
{
	static struct desc map = {.type = 7, .phys = 0x40000000, .pages = 0x10000, .attr = WB};
	struct handoff h = {.magic = HANDOFF_MAGIC,
			    .version = HANDOFF_VERSION,
			    .size = 96,
			    .efi_map_size = sizeof(map),
			    .efi_desc_size = sizeof(map),
			    .image = 0x42000000,
			    .image_size = 0x80000,
			    .time = 1700000000};

	(void)state;
	h.efi_map = (u64)(uintptr_t)&map;
	assert_int_equal(machine_from_handoff(&h, &m), OK);
	assert_int_equal(m.clock_seconds, 0);
}

static void a_handoff_block_is_told_from_a_device_tree(void **state)
{
	struct handoff h = {.magic = HANDOFF_MAGIC, .version = HANDOFF_VERSION, .size = sizeof(h)};
	static const u8 fdt[16] = {0xd0, 0x0d, 0xfe, 0xed};

	(void)state;
	assert_true(handoff_is(&h));
	assert_memory_equal(&h.magic, "MONADIC\1", 8);
	assert_false(handoff_is(fdt));
	h.version = 2;
	assert_false(handoff_is(&h));
	h.version = 1;
	h.size = 95;
	assert_false(handoff_is(&h));
	assert_int_equal(machine_from_handoff(&h, &m), ERR_INVAL);
}

static void nodes_split_free_ranges_where_they_meet(void **state)
{
	(void)state;
	assert_int_equal(machine_add_ram(&m, 0x40000000, 0x40000000, 0), OK);
	assert_int_equal(machine_set_node(&m, 0x60000000, 0x10000000, 3), OK);
	assert_int_equal(m.nr_ram, 3);
	assert_int_equal(m.ram[1].base.v, 0x60000000);
	assert_int_equal(m.ram[1].size, 0x10000000);
	assert_int_equal(m.ram[1].node, 3);
	assert_int_equal(m.nr_nodes, 4);
	assert_int_equal(machine_set_node(&m, 0x60000000, 0x10000000, 0), OK);
	assert_int_equal(m.nr_ram, 1);
	assert_int_equal(machine_set_node(&m, 0, UINT64_MAX, 1), OK);
	assert_int_equal(m.ram[0].node, 1);
	assert_int_equal(machine_set_node(&m, 0, 0x1000, MACHINE_NODES_MAX), ERR_RANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(only_free_types_become_ram, machine_setup),
		cmocka_unit_test_setup(memory_with_special_attributes_is_left_alone, machine_setup),
		cmocka_unit_test_setup(an_overlapping_firmware_entry_wins_in_either_order, machine_setup),
		cmocka_unit_test_setup(page_zero_is_never_free, machine_setup),
		cmocka_unit_test_setup(a_malformed_map_is_refused, machine_setup),
		cmocka_unit_test_setup(more_ranges_than_the_table_holds_are_dropped_with_a_warning,
				       machine_setup),
		cmocka_unit_test_setup(a_handoff_block_keeps_image_bundle_map_and_itself, machine_setup),
		cmocka_unit_test_setup(a_handoff_block_of_old_knows_no_time, machine_setup),
		cmocka_unit_test_setup(a_handoff_block_is_told_from_a_device_tree, machine_setup),
		cmocka_unit_test_setup(nodes_split_free_ranges_where_they_meet, machine_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
