/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ACPI tables with damage. The input is a list of (table, offset, byte) that change
 * a sound set of tables; checksums are made right again, so that the parsers see it.
 */
/* SOURCES: boot/acpi.c boot/acpi_arm64.c boot/memmap.c core/machine.c hal/fake/fake.c hal/fake/fake_log.c */
#include <stdlib.h>

#include "boot/acpi.h"
#include "tests/unit/acpi_build.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static struct machine m;

const void *acpi_map(hpa_t pa, u64 size)
{
	return range_inside(pa.v, size, 0, ACPI_IMAGE_SIZE) ? acpi_image + pa.v : NULL;
}

static void check(bool good)
{
	if (!good)
		abort();
}

static void check_machine(void)
{
	check(m.nr_cpus >= 1 && m.nr_cpus <= MAX_CPUS && m.nr_ram <= MACHINE_RAM_MAX);
	check(m.gic.version >= 3 && m.gic.nr_redist <= MACHINE_GICR_MAX && m.nr_ecam <= MACHINE_ECAM_MAX);
	check(m.nr_nodes >= 1 && m.nr_nodes <= MACHINE_NODES_MAX);
	for (u32 i = 0; i < m.nr_cpus; i++)
		check(m.cpus[i].node < m.nr_nodes);
	for (u32 i = 0; i < m.nr_ram; i++)
		check(m.ram[i].node < m.nr_nodes &&
		      (!i || m.ram[i].base.v >= m.ram[i - 1].base.v + m.ram[i - 1].size));
	for (u32 i = 0; i < m.nr_ecam; i++)
		check(m.ecam[i].bus_first <= m.ecam[i].bus_last);
	check(m.uart.kind == UART_NONE ||
	      (m.uart.io_width >= 1 && m.uart.io_width <= 4 && m.uart.reg_shift <= 3));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct acpi_machine a = acpi_plain;

	if (!size)
		return 0;
	a.gicd_version = data[0] & 3;
	a.gicr_region = data[0] & 4;
	a.gicc_gicr = data[0] & 8 ? 0x80a0000 : 0;
	a.arm_boot = data[0] >> 4 & 3;
	acpi_build(&a);
	for (size_t i = 1; i + 4 <= size && i < 4 * 64; i += 4) {
		u32 t = data[i] % acpi_nr_roots;
		struct acpi_header *h = (void *)(acpi_image + acpi_roots[t]);
		u32 at = (data[i + 1] | (u32)data[i + 2] << 8) % 512;

		if (acpi_roots[t] + at < ACPI_IMAGE_SIZE)
			((u8 *)h)[at] = data[i + 3];
	}
	acpi_sum_all();
	memset(&m, 0, sizeof(m));
	check(machine_add_ram(&m, 0x40000000, 0x80000000, 0) == OK);
	if (machine_from_acpi(HPA(ACPI_RSDP_AT), &m) == OK)
		check_machine();
	return 0;
}
