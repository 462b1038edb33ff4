/* SPDX-License-Identifier: Apache-2.0 */
/* ACPI tables to struct machine. */
/* SOURCES: boot/acpi.c boot/acpi_arm64.c boot/memmap.c core/machine.c hal/fake/fake.c hal/fake/fake_log.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "acpi_build.h"
#include "boot/acpi.h"
#include "machine_env.h"

const void *acpi_map(hpa_t pa, u64 size)
{
	return range_inside(pa.v, size, 0, ACPI_IMAGE_SIZE) ? acpi_image + pa.v : NULL;
}

static int setup(void **state)
{
	machine_setup(state);
	return machine_add_ram(&m, 0x40000000, 0x80000000, 0) == OK ? 0 : -1;
}

static enum err read_machine(const struct acpi_machine *a)
{
	acpi_build(a);
	return machine_from_acpi(HPA(ACPI_RSDP_AT), &m);
}

static void a_machine_with_a_redistributor_region_is_read(void **state)
{
	(void)state;
	assert_int_equal(read_machine(&acpi_plain), OK);
	assert_string_equal(m.source, "ACPI");
	assert_int_equal(m.nr_cpus, 2);
	assert_int_equal(m.cpus[0].hwid, 0);
	assert_int_equal(m.cpus[1].hwid, 0x100);
	assert_int_equal(m.cpus[1].acpi_uid, 8);
	assert_int_equal(m.cpus[0].gicr, 0);
	assert_virt_interrupts();
	assert_int_equal(m.conduit, PSCI_SMC);
	assert_true(fake_log_has("CPU 0x200 is not present yet"));
}

static void redistributors_named_by_each_cpu_are_read(void **state)
{
	struct acpi_machine a = acpi_plain;

	(void)state;
	a.gicr_region = false;
	a.gicc_gicr = 0x80a0000;
	a.gicd_version = 0; /* ask the hardware: redistributors say that it is a GICv3 */
	a.arm_boot = FADT_PSCI | FADT_PSCI_HVC;
	assert_int_equal(read_machine(&a), OK);
	assert_int_equal(m.cpus[0].gicr, 0x80a0000);
	assert_int_equal(m.cpus[1].gicr, 0x80c0000);
	assert_int_equal(m.gic.version, 3);
	assert_int_equal(m.conduit, PSCI_HVC);
}

static void numa_nodes_are_numbered_as_domains_appear(void **state)
{
	(void)state;
	assert_int_equal(read_machine(&acpi_plain), OK);
	assert_int_equal(m.nr_nodes, 2);
	assert_int_equal(m.cpus[0].node, 0);
	assert_int_equal(m.cpus[1].node, 1);
	assert_int_equal(m.nr_ram, 2);
	assert_int_equal(m.ram[0].node, 0);
	assert_int_equal(m.ram[0].size, 0x40000000);
	assert_int_equal(m.ram[1].node, 1);
	assert_int_equal(m.ram[1].base.v, 0x80000000);
}

static void pci_windows_begin_at_their_first_bus(void **state)
{
	(void)state;
	assert_int_equal(read_machine(&acpi_plain), OK);
	assert_int_equal(m.nr_ecam, 1);
	assert_int_equal(m.ecam[0].base.v, 0x4011000000);
	assert_int_equal(m.ecam[0].segment, 1);
	assert_int_equal(m.ecam[0].bus_first, 0x10);
	assert_int_equal(m.ecam[0].bus_last, 0x1f);
}

static void every_serial_port_type_becomes_its_driver(void **state)
{
	static const struct {
		u8 interface, bits, access, revision;
		u32 clock;
		enum uart_kind kind;
		u8 width, shift;
		u32 hz;
	} rows[] = {
		{0x03, 32, 3, 2, 5, UART_PL011, 4, 0, 0},
		{0x03, 32, 2, 3, 24000000, UART_PL011, 2, 0, 24000000},
		{0x0d, 32, 3, 2, 0, UART_SBSA, 4, 0, 0},
		{0x0e, 32, 0, 2, 0, UART_SBSA, 4, 0, 0},
		{0x00, 8, 1, 2, 0, UART_NS16550, 1, 0, 0},
		{0x01, 8, 0, 2, 0, UART_NS16550, 1, 0, 0},
		{0x12, 32, 3, 4, 1843200, UART_NS16550, 4, 2, 1843200},
		{0x12, 32, 1, 4, 0, UART_NS16550, 1, 2, 0},
		{0x12, 16, 2, 4, 0, UART_NS16550, 2, 1, 0},
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct acpi_machine a = acpi_plain;

		setup(NULL);
		a.spcr.interface = rows[i].interface;
		a.spcr.base.bits = rows[i].bits;
		a.spcr.base.access = rows[i].access;
		a.spcr.h.revision = rows[i].revision;
		a.spcr.clock_hz = rows[i].clock;
		assert_int_equal(read_machine(&a), OK);
		assert_int_equal(m.uart.kind, rows[i].kind);
		assert_int_equal(m.uart.io_width, rows[i].width);
		assert_int_equal(m.uart.reg_shift, rows[i].shift);
		assert_int_equal(m.uart.clock_hz, rows[i].hz);
		assert_int_equal(m.uart.base.v, 0x9000000);
		assert_int_equal(m.uart.irq, 33);
	}
}

static void a_console_that_cannot_be_used_is_left_out(void **state)
{
	struct acpi_machine a = acpi_plain;

	(void)state;
	a.spcr.base.space = 1;
	assert_int_equal(read_machine(&a), OK);
	assert_int_equal(m.uart.kind, UART_NONE);
	setup(NULL);
	a = acpi_plain;
	a.spcr.interface = 0x11;
	assert_int_equal(read_machine(&a), OK);
	assert_int_equal(m.uart.kind, UART_NONE);
	assert_true(fake_log_has("no driver for interface type 0x11"));
	setup(NULL);
	a = acpi_plain;
	a.spcr.irq_type = 2; /* not the GIC's */
	assert_int_equal(read_machine(&a), OK);
	assert_int_equal(m.uart.irq, 0);
}

static void a_broken_checksum_refuses_a_needed_table_and_drops_another(void **state)
{
	static const struct {
		const char *signature;
		enum err e;
	} rows[] = {{"XSDT", ERR_INVAL}, {"APIC", ERR_INVAL}, {"GTDT", ERR_INVAL}, {"FACP", ERR_INVAL},
		    {"SRAT", OK},        {"SPCR", OK},        {"MCFG", OK}};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		setup(NULL);
		acpi_build(&acpi_plain);
		acpi_find(rows[i].signature)->checksum ^= 1;
		assert_int_equal(machine_from_acpi(HPA(ACPI_RSDP_AT), &m), rows[i].e);
		if (i)
			assert_true(fake_log_has("malformed"));
	}
}

static void a_missing_table_is_missed_only_when_needed(void **state)
{
	static const struct {
		const char *signature;
		enum err e;
	} rows[] = {{"APIC", ERR_NOENT}, {"GTDT", ERR_NOENT}, {"FACP", ERR_NOENT},
		    {"SRAT", OK},        {"SPCR", OK},        {"MCFG", OK}};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct acpi_header *h;

		setup(NULL);
		acpi_build(&acpi_plain);
		h = acpi_find(rows[i].signature);
		h->signature[0] = 'x';
		acpi_sum((u8 *)h, h->length, &h->checksum);
		assert_int_equal(machine_from_acpi(HPA(ACPI_RSDP_AT), &m), rows[i].e);
	}
}

static void a_wrong_rsdp_is_refused(void **state)
{
	(void)state;
	for (u32 i = 0; i < sizeof(struct acpi_rsdp); i++) {
		setup(NULL);
		acpi_build(&acpi_plain);
		acpi_image[ACPI_RSDP_AT + i] ^= 0x40;
		assert_int_equal(machine_from_acpi(HPA(ACPI_RSDP_AT), &m), ERR_INVAL);
	}
	assert_int_equal(machine_from_acpi(HPA(0), &m), ERR_INVAL);
	assert_int_equal(machine_from_acpi(HPA(ACPI_IMAGE_SIZE - 8), &m), ERR_INVAL);
}

static void subtables_with_wrong_lengths_are_refused(void **state)
{
	static const u8 lengths[] = {0, 1, 75, 255};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct acpi_header *h;
		u8 *gicc;

		setup(NULL);
		acpi_build(&acpi_plain);
		h = acpi_find("APIC");
		gicc = (u8 *)h + MADT_SUBTABLES + sizeof(struct madt_gicd);
		assert_int_equal(gicc[0], MADT_GICC);
		gicc[1] = lengths[i];
		acpi_sum((u8 *)h, h->length, &h->checksum);
		assert_int_equal(machine_from_acpi(HPA(ACPI_RSDP_AT), &m), ERR_INVAL);
	}
}

static void tables_longer_than_memory_are_refused(void **state)
{
	(void)state;
	acpi_build(&acpi_plain);
	acpi_find("APIC")->length = 0x7fffffff;
	assert_int_equal(machine_from_acpi(HPA(ACPI_RSDP_AT), &m), ERR_INVAL);
	setup(NULL);
	acpi_build(&acpi_plain);
	acpi_find("APIC")->length = 35;
	assert_int_equal(machine_from_acpi(HPA(ACPI_RSDP_AT), &m), ERR_INVAL);
}

static void an_old_interrupt_controller_or_no_psci_is_unsupported(void **state)
{
	struct acpi_machine a = acpi_plain;

	(void)state;
	a.gicd_version = 2;
	assert_int_equal(read_machine(&a), ERR_UNSUPPORTED);
	setup(NULL);
	a.gicd_version = 0;
	a.gicr_region = false;
	assert_int_equal(read_machine(&a), ERR_UNSUPPORTED);
	setup(NULL);
	a.gicd_version = 3;
	assert_int_equal(read_machine(&a), ERR_NOENT);
	setup(NULL);
	a = acpi_plain;
	a.arm_boot = 0;
	assert_int_equal(read_machine(&a), ERR_UNSUPPORTED);
}

/* Checksums put right again after every change, so that the parsers see it. */
static void damaged_tables_are_read_without_harm(void **state)
{
	(void)state;
	acpi_build(&acpi_plain);
	for (u32 t = 0; t < acpi_nr_roots; t++) {
		struct acpi_header *h = (void *)(acpi_image + acpi_roots[t]);
		u32 length = h->length;

		for (u32 i = 0; i < length; i++) {
			setup(NULL);
			acpi_build(&acpi_plain);
			((u8 *)h)[i] ^= 0xff;
			acpi_sum((u8 *)h, length, &h->checksum);
			(void)!machine_from_acpi(HPA(ACPI_RSDP_AT), &m);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_machine_with_a_redistributor_region_is_read, setup),
		cmocka_unit_test_setup(redistributors_named_by_each_cpu_are_read, setup),
		cmocka_unit_test_setup(numa_nodes_are_numbered_as_domains_appear, setup),
		cmocka_unit_test_setup(pci_windows_begin_at_their_first_bus, setup),
		cmocka_unit_test_setup(every_serial_port_type_becomes_its_driver, setup),
		cmocka_unit_test_setup(a_console_that_cannot_be_used_is_left_out, setup),
		cmocka_unit_test_setup(a_broken_checksum_refuses_a_needed_table_and_drops_another, setup),
		cmocka_unit_test_setup(a_missing_table_is_missed_only_when_needed, setup),
		cmocka_unit_test_setup(a_wrong_rsdp_is_refused, setup),
		cmocka_unit_test_setup(subtables_with_wrong_lengths_are_refused, setup),
		cmocka_unit_test_setup(tables_longer_than_memory_are_refused, setup),
		cmocka_unit_test_setup(an_old_interrupt_controller_or_no_psci_is_unsupported, setup),
		cmocka_unit_test_setup(damaged_tables_are_read_without_harm, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
