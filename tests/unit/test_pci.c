/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: boot/pci.c hal/fake/fake.c hal/fake/fake_log.c */
/*
 * Devices that firmware left running, against configuration space that is plain memory. Registers by PCI Express
 * 5.0, 7.5.1: what a function answers is what the test wrote there, nothing there reads as all ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/pci.h"
#include "hal/fake/fake.h"
#include "hal/mem.h"

#define BUSES 8u
#define BUS_BYTES MIB(1)
#define REGIONS 3u
#define BASE(region) (0x4010000000ull + (region) * GIB(1))

#define COMMAND_IO 1u
#define COMMAND_MEMORY 2u
#define COMMAND_MASTER 4u
#define COMMAND_INTX_OFF 0x400u
#define RUNNING (COMMAND_MEMORY | COMMAND_MASTER)
#define MULTI 0x80u
#define BRIDGE 1u

static u32 *space[REGIONS]; /* what is at BASE(i) */
static struct machine machine;
static u32 maps;
static u64 mapped_bytes;
static bool unmappable;

volatile void *host_map_io(hpa_t base, u64 size)
{
	maps++;
	mapped_bytes += size;
	for (u32 i = 0; i < REGIONS; i++)
		if (base.v == BASE(i) && !unmappable) {
			assert_true(size <= BUSES * BUS_BYTES);
			return space[i];
		}
	return NULL;
}

/* Bus numbers count from the region's first. */
static u32 *regs_in(u32 region, u32 bus, u32 dev, u32 fn)
{
	assert_true(bus < BUSES);
	return space[region] + (bus * BUS_BYTES + dev * KIB(32) + fn * KIB(4)) / 4;
}

static u32 *regs(u32 bus, u32 dev, u32 fn)
{
	return regs_in(0, bus, dev, fn);
}

/* A function of header type `type` with `command`; its status bits are set, as RW1C bits that nobody may clear. */
static u32 *add_in(u32 region, u32 bus, u32 dev, u32 fn, u32 type, u32 command)
{
	u32 *r = regs_in(region, bus, dev, fn);

	memset(r, 0, 4096);
	r[0] = 0x10001af4;
	r[1] = 0xf9000000 | command;
	r[3] = type << 16;
	return r;
}

static u32 *add(u32 bus, u32 dev, u32 fn, u32 type, u32 command)
{
	return add_in(0, bus, dev, fn, type, command);
}

static u32 *add_bridge(u32 bus, u32 dev, u32 fn, u32 secondary, u32 type)
{
	u32 *r = add(bus, dev, fn, type, RUNNING);

	r[6] = bus | secondary << 8 | (BUSES - 1) << 16;
	return r;
}

static void add_region(u8 first, u8 last)
{
	machine.ecam[machine.nr_ecam] = (struct machine_ecam){
		.base = HPA(BASE(machine.nr_ecam)),
		.segment = (u16)machine.nr_ecam,
		.bus_first = first,
		.bus_last = last,
	};
	machine.nr_ecam++;
}

static int setup(void **state UNUSED)
{
	fake_reset();
	memset(&machine, 0, sizeof(machine));
	for (u32 i = 0; i < REGIONS; i++) {
		space[i] = malloc(BUSES * BUS_BYTES); /* its end is guarded by the sanitizer */
		assert_non_null(space[i]);
		memset(space[i], 0xff, BUSES * BUS_BYTES);
	}
	maps = 0;
	mapped_bytes = 0;
	unmappable = false;
	return 0;
}

static int teardown(void **state UNUSED)
{
	for (u32 i = 0; i < REGIONS; i++)
		free(space[i]);
	return 0;
}

static u32 command_of(const u32 *r)
{
	return r[1] & 0xffff;
}

/* Written with status bits 0: those are cleared by writing ones. */
#define assert_stopped(r) assert_int_equal((r)[1], COMMAND_MEMORY | COMMAND_INTX_OFF)
#define assert_untouched(r) assert_int_equal((r)[1], 0xf9000000 | RUNNING)

static void assert_empty(u32 region)
{
	const u32 *p = space[region];

	for (u32 i = 0; i < BUSES * BUS_BYTES / 4; i++)
		if (p[i] != UINT32_MAX)
			fail_msg("offset %x was written", i * 4);
}

static void a_machine_without_ecam_maps_nothing(void **state UNUSED)
{
	pci_quiesce(&machine, false);
	assert_int_equal(maps, 0);
	assert_int_equal(fake_log_len, 0);
}

static void nothing_there_is_left_alone(void **state UNUSED)
{
	add_region(0, BUSES - 1);
	pci_quiesce(&machine, false);
	assert_empty(0);
	assert_int_equal(mapped_bytes, BUSES * BUS_BYTES);
	assert_true(fake_log_has("PCI segment 0: 0 functions, bus mastering switched off on 0"));
}

static void mastering_and_legacy_interrupts_end_and_nothing_else_changes(void **state UNUSED)
{
	u32 before[1024];

	add_region(0, BUSES - 1);
	u32 *running = add(0, 3, 0, 0, RUNNING | COMMAND_IO);
	u32 *quiet = add(0, 31, 0, 0, COMMAND_MEMORY);

	memcpy(before, running, sizeof(before));
	pci_quiesce(&machine, false);
	assert_int_equal(running[1], COMMAND_IO | COMMAND_MEMORY | COMMAND_INTX_OFF);
	before[1] = running[1];
	assert_memory_equal(running, before, sizeof(before));
	assert_stopped(quiet);
	assert_true(fake_log_has("2 functions, bus mastering switched off on 1"));
}

static void functions_above_0_are_looked_at_only_where_there_are_several(void **state UNUSED)
{
	add_region(0, BUSES - 1);
	u32 *multi = add(0, 1, 0, MULTI, RUNNING);
	u32 *gap = add(0, 1, 5, 0, RUNNING), *last = add(0, 1, 7, MULTI, RUNNING);
	u32 *single = add(0, 2, 0, 0, RUNNING);
	u32 *ghost = add(0, 2, 1, 0,
			 RUNNING); /* a device that does not decode the function: it is function 0 again */
	u32 *headless = add(0, 4, 1, 0, RUNNING);

	pci_quiesce(&machine, false);
	assert_stopped(multi);
	assert_stopped(gap);
	assert_stopped(last);
	assert_stopped(single);
	assert_untouched(ghost);
	assert_untouched(headless); /* no function 0: not a device (7.5.1.1.9) */
	assert_true(fake_log_has("4 functions, bus mastering switched off on 4"));
}

static void what_is_behind_bridges_stops_and_so_do_they(void **state UNUSED)
{
	add_region(0, BUSES - 1);
	u32 *bridge = add_bridge(0, 1, 0, 1, BRIDGE);
	u32 *deeper = add_bridge(1, 0, 0, 2, BRIDGE), *deepest = add_bridge(2, 31, 0, 5, BRIDGE);
	u32 *disk = add(5, 0, 0, 0, RUNNING), *nic = add(2, 0, 0, 0, RUNNING);
	u32 *unreached = add(4, 0, 0, 0, RUNNING);

	pci_quiesce(&machine, false);
	assert_stopped(bridge);
	assert_stopped(deeper);
	assert_stopped(deepest);
	assert_stopped(disk);
	assert_stopped(nic);
	assert_untouched(unreached);
	assert_true(fake_log_has("5 functions, bus mastering switched off on 5"));
}

/* Several host bridges in one segment: no bridge of the first leads to the second's root bus. */
static void a_root_bus_that_no_bridge_leads_to_is_found_by_looking_at_all(void **state UNUSED)
{
	add_region(0, BUSES - 1);
	u32 *disk = add(0, 1, 0, 0, RUNNING);
	u32 *nic = add(5, 17, 0, MULTI, RUNNING), *second = add(5, 17, 6, 0, RUNNING);
	u32 *bridge = add_bridge(5, 2, 0, 6, BRIDGE), *behind = add(6, 0, 0, 0, RUNNING);

	pci_quiesce(&machine, false);
	assert_stopped(disk);
	assert_untouched(nic);
	assert_untouched(behind);
	pci_quiesce(&machine, true);
	assert_stopped(nic);
	assert_stopped(second);
	assert_stopped(behind);
	assert_stopped(bridge);
	assert_true(fake_log_has("5 functions, bus mastering switched off on 4"));
}

static void more_bridges_than_can_be_remembered_are_stopped_too(void **state UNUSED)
{
	u32 wrong = 0;

	add_region(0, BUSES - 1);
	for (u32 bus = 0; bus < 2; bus++)
		for (u32 dev = 0; dev < 32; dev++)
			for (u32 fn = 0; fn < 8; fn++)
				add_bridge(bus, dev, fn, 1, BRIDGE | MULTI);
	pci_quiesce(&machine, false);
	for (u32 i = 0; i < 2 * 256; i++)
		wrong += regs(i / 256, i / 8 % 32, i % 8)[1] != (COMMAND_MEMORY | COMMAND_INTX_OFF);
	assert_int_equal(wrong, 0);
	assert_true(fake_log_has("512 functions, bus mastering switched off on 512"));
}

static void a_device_of_several_bridges_leads_to_all_their_buses(void **state UNUSED)
{
	u32 *behind[3];

	add_region(0, BUSES - 1);
	add_bridge(0, 2, 0, 1, BRIDGE | MULTI);
	add_bridge(0, 2, 3, 4, BRIDGE | MULTI);
	add_bridge(0, 2, 7, 7, BRIDGE | MULTI);
	for (u32 i = 0; i < 3; i++)
		behind[i] = add(1 + 3 * i, 0, 0, 0, RUNNING);
	pci_quiesce(&machine, false);
	for (u32 i = 0; i < 3; i++)
		assert_stopped(behind[i]);
}

static void bus_numbers_out_of_range_lead_nowhere(void **state UNUSED)
{
	static const u32 wild[] = {BUSES, BUSES + 1, 0x7f, 0xff, 0x80};

	add_region(0, BUSES - 1);
	for (u32 i = 0; i < ARRAY_SIZE(wild); i++)
		add_bridge(0, i, 0, wild[i], BRIDGE);
	u32 *disk = add(0, 9, 0, 0, RUNNING);

	pci_quiesce(&machine, false); /* the sanitizer sees any access beyond the region */
	assert_stopped(disk);
	assert_true(fake_log_has("6 functions, bus mastering switched off on 6"));
}

static void bridges_in_a_circle_end(void **state UNUSED)
{
	add_region(0, BUSES - 1);
	add_bridge(0, 0, 0, 0, BRIDGE); /* not numbered by firmware, or to itself */
	add_bridge(0, 1, 0, 1, BRIDGE);
	add_bridge(1, 0, 0, 0, BRIDGE);
	add_bridge(1, 1, 0, 1, BRIDGE);
	u32 *disk = add(1, 2, 0, 0, RUNNING);

	pci_quiesce(&machine, false);
	assert_stopped(disk);
	assert_true(fake_log_has("5 functions, bus mastering switched off on 5"));
}

static void a_region_may_begin_at_any_bus(void **state UNUSED)
{
	add_region(0x40, 0x43);
	u32 *bridge = add(0, 1, 0, BRIDGE, RUNNING);

	bridge[6] = 0x40 | 0x42 << 8 | 0x43 << 16;
	u32 *disk = add(2, 0, 0, 0, RUNNING);
	u32 *below = add_in(0, 1, 0, 0, 0, RUNNING); /* bus 0x41: no bridge leads there */

	/* one to the left of the region: bus 2 is not 0x42 */
	bridge = add(0, 2, 0, BRIDGE, RUNNING);
	bridge[6] = 0x40 | 0x01 << 8;
	pci_quiesce(&machine, false);
	assert_stopped(disk);
	assert_untouched(below);
	assert_int_equal(mapped_bytes, 4 * BUS_BYTES);
}

static void the_last_bus_of_all_is_looked_at(void **state UNUSED)
{
	add_region(0xfe, 0xff);
	u32 *bridge = add(0, 31, 7, BRIDGE, RUNNING);

	add(0, 31, 0, MULTI, RUNNING);
	bridge[6] = 0xfe | 0xff << 8 | 0xff << 16;
	u32 *disk = add(1, 31, 7, 0, RUNNING), *first = add(1, 31, 0, MULTI, RUNNING);

	pci_quiesce(&machine, false);
	assert_stopped(disk);
	assert_stopped(first);
}

static void every_region_has_its_turn(void **state UNUSED)
{
	u32 *disk[REGIONS];

	for (u32 i = 0; i < REGIONS; i++) {
		add_region(0, 0);
		disk[i] = add_in(i, 0, i, 0, 0, RUNNING);
	}
	pci_quiesce(&machine, false);
	for (u32 i = 0; i < REGIONS; i++)
		assert_stopped(disk[i]);
	assert_int_equal(maps, REGIONS);
	assert_int_equal(mapped_bytes, REGIONS * BUS_BYTES);
	assert_true(fake_log_has("PCI segment 2: 1 functions"));
}

static void a_region_that_cannot_be_mapped_is_reported(void **state UNUSED)
{
	add_region(0, BUSES - 1);
	u32 *disk = add(0, 0, 0, 0, RUNNING);

	unmappable = true;
	pci_quiesce(&machine, false);
	assert_untouched(disk);
	assert_int_equal(command_of(disk), RUNNING);
	assert_true(fake_log_has("PCI segment 0: its configuration space cannot be mapped"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_machine_without_ecam_maps_nothing),
		T(nothing_there_is_left_alone),
		T(mastering_and_legacy_interrupts_end_and_nothing_else_changes),
		T(functions_above_0_are_looked_at_only_where_there_are_several),
		T(what_is_behind_bridges_stops_and_so_do_they),
		T(a_root_bus_that_no_bridge_leads_to_is_found_by_looking_at_all),
		T(more_bridges_than_can_be_remembered_are_stopped_too),
		T(a_device_of_several_bridges_leads_to_all_their_buses),
		T(bus_numbers_out_of_range_lead_nowhere),
		T(bridges_in_a_circle_end),
		T(a_region_may_begin_at_any_bus),
		T(the_last_bus_of_all_is_looked_at),
		T(every_region_has_its_turn),
		T(a_region_that_cannot_be_mapped_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
