/* SPDX-License-Identifier: Apache-2.0 */
/* Device tree to struct machine. */
/* SOURCES: boot/fdt.c boot/fdt_arm64.c boot/dt.c boot/memmap.c core/machine.c hal/fake/fake.c hal/fake/fake_log.c @libfdt */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <libfdt.h>

#include "boot/fdt.h"
#include "filter.h"
#include "machine_env.h"

static u64 tree[8192];

static void *load(const char *name)
{
	assert_true(compile_dts(name, tree, sizeof(tree)) > 0);
	/* Room for edits. */
	assert_int_equal(fdt_open_into(tree, tree, sizeof(tree)), 0);
	return tree;
}

static u32 node_of(u64 at)
{
	for (u32 i = 0; i < m.nr_ram; i++)
		if (range_inside(at, 1, m.ram[i].base.v, m.ram[i].size))
			return m.ram[i].node;
	return UINT32_MAX;
}

static void qemu_virt_is_read_whole(void **state)
{
	(void)state;
	assert_int_equal(machine_from_fdt(load("virt"), &m), OK);
	assert_int_equal(m.nr_ram, 1);
	assert_int_equal(m.ram[0].base.v, 0x40000000);
	assert_int_equal(m.ram[0].size, 0x80000000);
	assert_int_equal(m.ram_total, 0x80000000);
	assert_int_equal(m.nr_cpus, 4);
	for (u32 i = 0; i < 4; i++)
		assert_int_equal(m.cpus[i].hwid, i);
	assert_int_equal(m.conduit, PSCI_SMC);
	assert_virt_interrupts();
	assert_int_equal(m.timer.hz, 0);
	assert_int_equal(m.uart.kind, UART_PL011);
	assert_int_equal(m.uart.base.v, 0x9000000);
	assert_int_equal(m.uart.irq, 33);
	assert_false(m.uart.irq_edge);
	assert_int_equal(m.uart.clock_hz, 24000000);
	assert_int_equal(m.uart.io_width, 4);
	assert_string_equal(m.uart.path, "/pl011@9000000");
	assert_int_equal(m.nr_ecam, 1);
	assert_int_equal(m.ecam[0].base.v, 0x4010000000);
	assert_int_equal(m.ecam[0].bus_last, 255);
	assert_int_equal(m.rtc.v, 0x9010000);
	assert_int_equal(m.nr_nodes, 1);
	assert_int_equal(m.bundle_size, 0);
}

static void only_enabled_psci_cpus_are_used_and_each_once(void **state)
{
	static const u64 hwid[] = {0, 0x100, 0x100000100};

	(void)state;
	assert_int_equal(machine_from_fdt(load("server"), &m), OK);
	assert_int_equal(m.nr_cpus, 3);
	for (u32 i = 0; i < 3; i++)
		assert_int_equal(m.cpus[i].hwid, hwid[i]);
	assert_int_equal(m.cpus[2].node, 1);
	assert_int_equal(m.conduit, PSCI_HVC);
	assert_true(fake_log_has("CPU 0x300 is not used: its enable-method is not psci"));
	assert_true(fake_log_has("CPU 0x100000100 is not used: it is there twice"));
}

static void reserved_memory_is_never_free(void **state)
{
	(void)state;
	assert_int_equal(machine_from_fdt(load("server"), &m), OK);
	assert_false(is_free(0)); /* page 0 */
	assert_true(is_free(0x1000));
	assert_false(is_free(0x80000000)); /* /memreserve/ */
	assert_true(is_free(0x80010000));
	assert_false(is_free(0xa0000000)); /* no-map */
	assert_false(is_free(0xa01fffff));
	assert_true(is_free(0xa0200000));
	assert_false(is_free(0xa0300800)); /* half a page is a page */
	assert_true(is_free(0xa0301000));
	assert_false(is_free(0x8800000000)); /* second entry of one node */
	assert_true(is_free(0x8800001000));
	assert_false(is_free(0x9900000000)); /* disabled RAM */
	assert_int_equal(m.ram_total, 0x1000000 + 0x40000000 + 0x100000000);
}

static void the_initrd_is_the_bundle_and_not_free(void **state)
{
	(void)state;
	assert_int_equal(machine_from_fdt(load("server"), &m), OK);
	assert_int_equal(m.bundle.v, 0x90000000);
	assert_int_equal(m.bundle_size, 0x100800);
	assert_false(is_free(0x90000000));
	assert_false(is_free(0x90100fff));
	assert_true(is_free(0x90101000));
}

static void a_bundle_from_the_handoff_block_stays(void **state)
{
	(void)state;
	m.bundle = HPA(0xb0000000);
	m.bundle_size = 0x1000;
	assert_int_equal(machine_from_fdt(load("server"), &m), OK);
	assert_int_equal(m.bundle.v, 0xb0000000);
	assert_int_equal(m.bundle_size, 0x1000);
}

static void memory_carries_its_numa_node(void **state)
{
	(void)state;
	assert_int_equal(machine_from_fdt(load("server"), &m), OK);
	assert_int_equal(m.nr_nodes, 2);
	assert_int_equal(node_of(0x80010000), 0);
	assert_int_equal(node_of(0x8810000000), 1);
}

static void ram_known_from_uefi_is_not_added_to_but_gets_its_nodes(void **state)
{
	(void)state;
	assert_int_equal(machine_add_ram(&m, 0xbf000000, 0x1000000, 0), OK);
	assert_int_equal(machine_add_ram(&m, 0x87ff000000, 0x2000000, 0), OK);
	assert_int_equal(machine_from_fdt(load("server"), &m), OK);
	assert_false(is_free(0x80010000));
	assert_int_equal(node_of(0xbf000000), 0);
	assert_int_equal(node_of(0x87ff000000), 0);
	assert_int_equal(node_of(0x8800001000), 1);
	assert_false(is_free(0x8801000000));
}

static void two_redistributor_regions_and_a_stride_are_read(void **state)
{
	(void)state;
	assert_int_equal(machine_from_fdt(load("server"), &m), OK);
	assert_int_equal(m.gic.nr_redist, 2);
	assert_int_equal(m.gic.redist[0].base.v, 0x30040000);
	assert_int_equal(m.gic.redist[1].base.v, 0x4030040000);
	assert_int_equal(m.gic.redist[1].size, 0x100000);
	assert_int_equal(m.gic.stride, 0x40000);
}

static void timers_are_found_by_name_in_any_order(void **state)
{
	(void)state;
	assert_int_equal(machine_from_fdt(load("server"), &m), OK);
	assert_int_equal(m.timer.phys_intid, 30);
	assert_int_equal(m.timer.virt_intid, 27);
	assert_int_equal(m.timer.hyp_intid, 26);
	assert_int_equal(m.timer.hz, 25000000);
}

static void the_console_is_found_by_alias_behind_two_buses(void **state)
{
	(void)state;
	assert_int_equal(machine_from_fdt(load("server"), &m), OK);
	assert_int_equal(m.uart.kind, UART_NS16550);
	assert_int_equal(m.uart.base.v, 0x2000002000);
	assert_int_equal(m.uart.size, 0x100);
	assert_int_equal(m.uart.reg_shift, 2);
	assert_int_equal(m.uart.io_width, 4);
	assert_int_equal(m.uart.clock_hz, 1843200);
	assert_int_equal(m.uart.irq, 65);
	assert_true(m.uart.irq_edge);
}

static void a_console_path_of_the_manifest_is_looked_up(void **state)
{
	struct machine_uart u = {0};
	void *fdt = load("server");

	(void)state;
	assert_int_equal(uart_from_fdt(fdt, "/soc/sbsa@4000:115200", &u), OK);
	assert_int_equal(u.kind, UART_SBSA);
	assert_int_equal(u.base.v, 0x1000004000);
	assert_int_equal(u.irq, 72);
	assert_int_equal(uart_from_fdt(fdt, "/soc/absent", &u), ERR_NOENT);
	assert_int_equal(uart_from_fdt(fdt, "", &u), ERR_NOENT);
	assert_int_equal(uart_from_fdt(fdt, "/soc/other@3000", &u), ERR_UNSUPPORTED);
	assert_int_equal(uart_from_fdt(fdt, "/soc/secure@5000", &u), ERR_PERM);
	assert_int_equal(u.kind, UART_SBSA);
}

static void an_address_that_no_bus_maps_is_no_device(void **state)
{
	struct machine_uart u = {0};
	void *fdt = load("server");

	(void)state;
	assert_int_equal(uart_from_fdt(fdt, "/soc/bus@8000000/lost@200000", &u), ERR_NOENT);
	assert_int_equal(uart_from_fdt(fdt, "/soc/hidden/serial@0", &u), ERR_NOENT);
}

static void ecam_windows_end_with_their_bus_range_or_size(void **state)
{
	(void)state;
	assert_int_equal(machine_from_fdt(load("server"), &m), OK);
	assert_int_equal(m.nr_ecam, 2);
	assert_int_equal(m.ecam[0].segment, 3);
	assert_int_equal(m.ecam[0].bus_first, 0x20);
	assert_int_equal(m.ecam[0].bus_last, 0x27);
	assert_int_equal(m.ecam[1].bus_first, 0);
	assert_int_equal(m.ecam[1].bus_last, 3);
}

static void four_byte_initrd_addresses_are_understood(void **state)
{
	void *fdt = load("virt");
	int chosen = fdt_path_offset(fdt, "/chosen");

	(void)state;
	assert_int_equal(fdt_setprop_u32(fdt, chosen, "linux,initrd-start", 0x48000000), 0);
	assert_int_equal(
		fdt_setprop_u32(fdt, fdt_path_offset(fdt, "/chosen"), "linux,initrd-end", 0x48001234), 0);
	assert_int_equal(machine_from_fdt(fdt, &m), OK);
	assert_int_equal(m.bundle.v, 0x48000000);
	assert_int_equal(m.bundle_size, 0x1234);
}

static void a_machine_without_what_is_needed_is_refused_with_the_reason(void **state)
{
	static const struct {
		const char *node, *compatible;
		enum err e;
		const char *why;
	} rows[] = {
		{"/memory@40000000", NULL, ERR_NOENT, "no RAM"},
		{"/cpus", NULL, ERR_NOENT, "no usable CPU"},
		{"/psci", NULL, ERR_UNSUPPORTED, "no PSCI"},
		{"/psci", "arm,psci", ERR_UNSUPPORTED, "no PSCI"},
		{"/intc@8000000", NULL, ERR_NOENT, "no GICv3"},
		{"/intc@8000000", "arm,cortex-a15-gic", ERR_UNSUPPORTED, "GICv2"},
		{"/timer", NULL, ERR_NOENT, "no generic timer"},
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		void *fdt = load("virt");
		int node = fdt_path_offset(fdt, rows[i].node);

		machine_setup(NULL);
		if (rows[i].compatible)
			fdt_setprop_string(fdt, node, "compatible", rows[i].compatible);
		else
			fdt_del_node(fdt, node);
		assert_int_equal(machine_from_fdt(fdt, &m), rows[i].e);
		assert_true(fake_log_has(rows[i].why));
	}
}

static void what_is_no_tree_is_refused(void **state)
{
	u64 zero[8] = {0};

	(void)state;
	assert_int_equal(machine_from_fdt(zero, &m), ERR_INVAL);
	assert_int_equal(machine_fdt_size(zero), 0);
	assert_int_equal(machine_fdt_size(load("virt")), sizeof(tree));
	fdt_set_off_dt_struct(tree, fdt_off_dt_struct(tree) + 2); /* cells lie at multiples of four */
	assert_int_equal(machine_from_fdt(tree, &m), ERR_INVAL);
}

/* Every byte of the structure changed, one at a time: no access outside, no hang (the sanitizers watch). */
static void a_damaged_tree_is_read_without_harm(void **state)
{
	u8 *fdt;
	u32 size;

	(void)state;
	assert_true(compile_dts("server", tree, sizeof(tree)) > 0);
	fdt = (u8 *)tree;
	size = machine_fdt_size(fdt);
	for (u32 i = fdt_off_dt_struct(fdt); i < size; i++) {
		u8 old = fdt[i];

		machine_setup(NULL);
		fdt[i] = (u8)(old ^ 0xff);
		(void)!machine_from_fdt(fdt, &m);
		fdt[i] = old;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(qemu_virt_is_read_whole, machine_setup),
		cmocka_unit_test_setup(only_enabled_psci_cpus_are_used_and_each_once, machine_setup),
		cmocka_unit_test_setup(reserved_memory_is_never_free, machine_setup),
		cmocka_unit_test_setup(the_initrd_is_the_bundle_and_not_free, machine_setup),
		cmocka_unit_test_setup(a_bundle_from_the_handoff_block_stays, machine_setup),
		cmocka_unit_test_setup(memory_carries_its_numa_node, machine_setup),
		cmocka_unit_test_setup(ram_known_from_uefi_is_not_added_to_but_gets_its_nodes, machine_setup),
		cmocka_unit_test_setup(two_redistributor_regions_and_a_stride_are_read, machine_setup),
		cmocka_unit_test_setup(timers_are_found_by_name_in_any_order, machine_setup),
		cmocka_unit_test_setup(the_console_is_found_by_alias_behind_two_buses, machine_setup),
		cmocka_unit_test_setup(a_console_path_of_the_manifest_is_looked_up, machine_setup),
		cmocka_unit_test_setup(an_address_that_no_bus_maps_is_no_device, machine_setup),
		cmocka_unit_test_setup(ecam_windows_end_with_their_bus_range_or_size, machine_setup),
		cmocka_unit_test_setup(four_byte_initrd_addresses_are_understood, machine_setup),
		cmocka_unit_test_setup(a_machine_without_what_is_needed_is_refused_with_the_reason,
				       machine_setup),
		cmocka_unit_test_setup(what_is_no_tree_is_refused, machine_setup),
		cmocka_unit_test_setup(a_damaged_tree_is_read_without_harm, machine_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
