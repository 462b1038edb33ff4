/* SPDX-License-Identifier: Apache-2.0 */
/* A RISC-V machine's device tree to struct machine; what every tree has is test_fdt.c's. */
/* SOURCES: boot/fdt.c boot/fdt_riscv64.c boot/check_riscv64.c boot/dt.c boot/memmap.c core/isa.c core/machine.c hal/fake/fake.c hal/fake/fake_log.c @libfdt */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <libfdt.h>

#include "boot/fdt.h"
#include "filter.h"
#include "hal/boot.h"
#include "machine_env.h"

static u64 tree[8192];
static u64 boot_hart;

u64 cpu_hwid(void)
{
	return boot_hart;
}

static void *load(const char *name)
{
	assert_true(compile_dts(name, tree, sizeof(tree)) > 0);
	assert_int_equal(fdt_open_into(tree, tree, sizeof(tree)), 0);
	return tree;
}

static int setup(void **state)
{
	boot_hart = 1;
	return machine_setup(state);
}

static void assert_virt(void)
{
	assert_int_equal(m.nr_ram, 1);
	assert_int_equal(m.ram[0].base.v, 0x80000000);
	assert_int_equal(m.ram[0].size, 0x80000000);
	assert_int_equal(m.nr_cpus, 4);
	for (u32 i = 0; i < 4; i++) {
		assert_int_equal(m.cpus[i].hwid, i);
		assert_int_equal(m.cpus[i].mmu_bits, 57);
		assert_int_equal(m.cpus[i].cbom_block, 64);
		assert_int_equal(m.cpus[i].cboz_block, 64);
		assert_true(isa_has(&m.cpus[i].isa, EXT_H) && isa_has(&m.cpus[i].isa, EXT_SSTC));
		assert_true(isa_has(&m.cpus[i].isa, EXT_V) && isa_has(&m.cpus[i].isa, EXT_SVVPTC));
		assert_false(isa_has(&m.cpus[i].isa, EXT_Q) || isa_has(&m.cpus[i].isa, EXT_SVADE));
	}
	assert_int_equal(m.timer.hz, 10000000);
	assert_int_equal(m.uart.kind, UART_NS16550);
	assert_int_equal(m.uart.base.v, 0x10000000);
	assert_int_equal(m.uart.irq, 10);
	assert_false(m.uart.irq_edge);
	assert_int_equal(m.uart.clock_hz, 3686400);
	assert_string_equal(m.uart.path, "/soc/serial@10000000");
	assert_int_equal(m.rtc.v, 0x101000);
	assert_int_equal(m.rtc_kind, RTC_GOLDFISH);
	assert_int_equal(m.nr_ecam, 1);
	assert_int_equal(m.ecam[0].base.v, 0x30000000);
}

static void qemu_virt_has_a_plic_with_an_s_context_a_hart(void **state)
{
	(void)state;
	assert_int_equal(machine_from_fdt(load("virt-riscv64"), &m), OK);
	assert_virt();
	assert_int_equal(m.plic.base.v, 0xc000000);
	assert_int_equal(m.plic.size, 0x600000);
	assert_int_equal(m.plic.nr_sources, 95);
	for (u32 i = 0; i < 4; i++)
		assert_int_equal(m.plic.context[i], 2 * i + 1);
	assert_int_equal(m.plic.context[4], UINT32_MAX);
	assert_int_equal(m.aia.imsic.nr_ids, 0);
	assert_int_equal(m.aia.aplic.base.v, 0);
}

static void contexts_that_firmware_took_out_still_count(void **state)
{
	void *fdt = load("virt-riscv64");
	int plic = fdt_path_offset(fdt, "/soc/plic@c000000"), len;
	fdt32_t *cell = fdt_getprop_w(fdt, plic, "interrupts-extended", &len);

	(void)state;
	for (int i = 0; i < len / 16; i++) /* M level, as OpenSBI leaves it */
		cell[4 * i + 1] = cpu_to_fdt32(0xffffffff);
	cell[14] = cpu_to_fdt32(0xffffffff); /* and the last hart's */
	assert_int_equal(machine_from_fdt(fdt, &m), OK);
	for (u32 i = 0; i < 3; i++)
		assert_int_equal(m.plic.context[i], 2 * i + 1);
	assert_int_equal(m.plic.context[3], UINT32_MAX);
}

static void a_context_outside_of_the_plics_registers_is_none(void **state)
{
	void *fdt = load("virt-riscv64");
	const fdt32_t reg[] = {0, cpu_to_fdt32(0xc000000), 0, cpu_to_fdt32(0x206000)};

	(void)state;
	fdt_setprop(fdt, fdt_path_offset(fdt, "/soc/plic@c000000"), "reg", reg, sizeof(reg));
	assert_int_equal(machine_from_fdt(fdt, &m), OK);
	assert_int_equal(m.plic.context[2], 5);
	assert_int_equal(m.plic.context[3], UINT32_MAX);
}

static void qemu_virt_with_aia_has_an_imsic_a_hart_and_an_aplic_before_it(void **state)
{
	(void)state;
	assert_int_equal(machine_from_fdt(load("virt-riscv64-aia"), &m), OK);
	assert_virt();
	assert_int_equal(m.plic.base.v, 0);
	assert_int_equal(m.aia.imsic.nr_ids, 255);
	assert_int_equal(m.aia.imsic.nr_guest_ids, 255);
	assert_int_equal(m.aia.imsic.nr_guest_files, 3);
	assert_int_equal(m.aia.imsic.stride, 0x4000);
	assert_int_equal(m.aia.imsic.guest_index_bits, 2);
	assert_int_equal(m.aia.imsic.hart_index_bits, 2);
	assert_int_equal(m.aia.imsic.group_index_bits, 0);
	for (u32 i = 0; i < 4; i++)
		assert_int_equal(m.aia.imsic.file[i].v, 0x28000000 + i * 0x4000);
	assert_int_equal(m.aia.aplic.base.v, 0xd000000);
	assert_int_equal(m.aia.aplic.size, 0x8000);
	assert_int_equal(m.aia.aplic.nr_sources, 96);
	assert_true(m.aia.aplic.msi);
	assert_int_equal(m.aia.aplic.idc[0], UINT32_MAX);
}

static void harts_that_cannot_run_guests_are_left_out_with_the_reason(void **state)
{
	(void)state;
	assert_int_equal(machine_from_fdt(load("server-riscv64"), &m), OK);
	assert_int_equal(m.nr_cpus, 2);
	assert_int_equal(m.cpus[0].hwid, 1);
	assert_int_equal(m.cpus[0].mmu_bits, 39);
	assert_int_equal(m.cpus[0].cbom_block, 64);
	assert_int_equal(m.cpus[0].cboz_block, 0); /* 48 is no block size */
	assert_true(isa_has(&m.cpus[0].isa, EXT_SVPBMT) && isa_has(&m.cpus[0].isa, EXT_ZICBOM));
	assert_int_equal(m.cpus[1].hwid, 0x100);
	assert_int_equal(m.cpus[1].mmu_bits, 57);
	assert_int_equal(m.cpus[1].node, 1);
	assert_true(isa_has(&m.cpus[1].isa, EXT_SSAIA));
	assert_false(isa_has(&m.cpus[1].isa, EXT_F));
	assert_true(fake_log_has("CPU 0x5 is not used: it has no hypervisor extension"));
	assert_true(fake_log_has("CPU 0x6 is not used: it has no MMU"));
	assert_true(fake_log_has("CPU 0x100 is not used: it is there twice"));
	assert_false(fake_log_has("CPU 0x0 ")); /* disabled is nothing to warn of */
}

static void the_boot_hart_is_described_whatever_it_lacks(void **state)
{
	(void)state;
	boot_hart = 5;
	assert_int_equal(machine_from_fdt(load("server-riscv64"), &m), OK);
	assert_int_equal(m.nr_cpus, 3);
	assert_int_equal(m.cpus[1].hwid, 5);
	assert_false(isa_has(&m.cpus[1].isa, EXT_H));
}

static void an_aplic_wired_to_harts_has_their_numbers(void **state)
{
	(void)state;
	assert_int_equal(machine_from_fdt(load("server-riscv64"), &m), OK);
	assert_int_equal(m.aia.aplic.base.v, 0xd000000);
	assert_false(m.aia.aplic.msi);
	assert_int_equal(m.aia.aplic.idc[0], 1);
	assert_int_equal(m.aia.aplic.idc[1], 8);
	assert_int_equal(m.aia.aplic.idc[2], UINT32_MAX);
	assert_true(fake_log_has("a second APLIC, interrupt-controller@e000000, is not used"));
}

static void imsics_lie_in_groups(void **state)
{
	(void)state;
	assert_int_equal(machine_from_fdt(load("server-riscv64"), &m), OK);
	assert_int_equal(m.aia.imsic.file[0].v, 0x28000000);
	assert_int_equal(m.aia.imsic.file[1].v,
			 0x29000000); /* third of the list, first of the second group */
	assert_int_equal(m.aia.imsic.nr_ids, 127);
	assert_int_equal(m.aia.imsic.nr_guest_ids, 63);
	assert_int_equal(m.aia.imsic.nr_guest_files, 0);
	assert_int_equal(m.aia.imsic.hart_index_bits, 3);
	assert_int_equal(m.aia.imsic.group_index_bits, 1);
	assert_int_equal(m.aia.imsic.group_index_shift, 24);
}

static void an_imsic_with_wrong_numbers_is_not_used(void **state)
{
	static const struct {
		const char *name;
		u32 value;
	} rows[] = {
		{"riscv,num-ids", 62},           {"riscv,num-ids", 2048},       {"riscv,num-guest-ids", 1},
		{"riscv,guest-index-bits", 8},   {"riscv,hart-index-bits", 16}, {"riscv,group-index-bits", 8},
		{"riscv,group-index-shift", 56},
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		void *fdt = load("virt-riscv64-aia");

		setup(NULL);
		fdt_setprop_u32(fdt, fdt_path_offset(fdt, "/soc/interrupt-controller@28000000"), rows[i].name,
				rows[i].value);
		assert_int_equal(machine_from_fdt(fdt, &m), OK);
		assert_int_equal(m.aia.imsic.nr_ids, 0);
		assert_false(m.aia.aplic.msi);
		assert_true(fake_log_has("is not used: its numbers are wrong"));
	}
}

static void a_uart_is_polled_when_its_interrupt_goes_elsewhere(void **state)
{
	struct machine_uart u = {0};
	void *fdt = load("server-riscv64");

	(void)state;
	assert_int_equal(uart_from_fdt(fdt, "serial0", &u), OK);
	assert_int_equal(u.irq, 32);
	assert_true(u.irq_edge);
	assert_int_equal(uart_from_fdt(fdt, "/serial@10001000", &u), OK);
	assert_int_equal(u.irq, 0);
	assert_int_equal(uart_from_fdt(fdt, "/serial@10002000", &u), OK);
	assert_int_equal(u.irq, 0); /* no such source */
}

static void a_machine_without_a_timebase_is_refused(void **state)
{
	void *fdt = load("virt-riscv64");

	(void)state;
	fdt_delprop(fdt, fdt_path_offset(fdt, "/cpus"), "timebase-frequency");
	assert_int_equal(machine_from_fdt(fdt, &m), ERR_NOENT);
	assert_true(fake_log_has("no timebase-frequency"));
}

static void without_an_interrupt_controller_devices_are_polled(void **state)
{
	void *fdt = load("virt-riscv64");

	(void)state;
	fdt_del_node(fdt, fdt_path_offset(fdt, "/soc/plic@c000000"));
	assert_int_equal(machine_from_fdt(fdt, &m), OK);
	assert_int_equal(m.uart.irq, 0);
	assert_true(fake_log_has("devices have no interrupts"));
}

/* Every byte changed, one at a time: no access outside, no hang (the sanitizers watch). */
static void a_damaged_tree_is_read_without_harm(void **state)
{
	u8 *fdt;
	u32 size;

	(void)state;
	assert_true(compile_dts("server-riscv64", tree, sizeof(tree)) > 0);
	fdt = (u8 *)tree;
	size = machine_fdt_size(fdt);
	for (u32 i = fdt_off_dt_struct(fdt); i < size; i++) {
		u8 old = fdt[i];

		setup(NULL);
		fdt[i] = (u8)(old ^ 0xff);
		(void)!machine_from_fdt(fdt, &m);
		fdt[i] = old;
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(qemu_virt_has_a_plic_with_an_s_context_a_hart),
		T(contexts_that_firmware_took_out_still_count),
		T(a_context_outside_of_the_plics_registers_is_none),
		T(qemu_virt_with_aia_has_an_imsic_a_hart_and_an_aplic_before_it),
		T(harts_that_cannot_run_guests_are_left_out_with_the_reason),
		T(the_boot_hart_is_described_whatever_it_lacks),
		T(an_aplic_wired_to_harts_has_their_numbers),
		T(imsics_lie_in_groups),
		T(an_imsic_with_wrong_numbers_is_not_used),
		T(a_uart_is_polled_when_its_interrupt_goes_elsewhere),
		T(a_machine_without_a_timebase_is_refused),
		T(without_an_interrupt_controller_devices_are_polled),
		T(a_damaged_tree_is_read_without_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
