/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A RISC-V machine's ACPI tables with damage. The input is a choice of machine and a list of (table, offset, byte) that
 * change its tables; checksums are made right again, so that the parsers see it.
 */
/* SOURCES: boot/acpi.c boot/acpi_riscv64.c boot/check_riscv64.c boot/memmap.c core/isa.c core/machine.c hal/fake/fake.c hal/fake/fake_log.c */
#include <stdlib.h>

#include "boot/acpi.h"
#include "hal/boot.h"
#include "tests/unit/acpi_riscv64.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static struct machine m;

u64 cpu_hwid(void)
{
	return 1;
}

const void *acpi_map(hpa_t pa, u64 size)
{
	return range_inside(pa.v, size, 0, ACPI_IMAGE_SIZE) ? acpi_image + pa.v : NULL;
}

static void check(bool good)
{
	if (!good)
		abort();
}

static void check_cpu(u32 i)
{
	const struct machine_cpu *cpu = &m.cpus[i];
	u64 context = m.plic.context[i];

	check(cpu->node < m.nr_nodes);
	check(cpu->hwid == cpu_hwid() || (isa_has(&cpu->isa, EXT_H) && cpu->mmu_bits));
	check(cpu->cbom_block <= PAGE_SIZE && !(cpu->cbom_block & (cpu->cbom_block - 1)));
	check(context == UINT32_MAX || (context + 0x201) * PAGE_SIZE <= m.plic.size);
	check(m.aia.imsic.file[i].v % PAGE_SIZE == 0);
}

static void check_machine(void)
{
	const struct machine_imsic *s = &m.aia.imsic;

	check(m.nr_cpus >= 1 && m.nr_cpus <= MAX_CPUS && m.nr_ram <= MACHINE_RAM_MAX && m.timer.hz);
	check(m.nr_nodes >= 1 && m.nr_nodes <= MACHINE_NODES_MAX && m.nr_ecam <= MACHINE_ECAM_MAX);
	for (u32 i = 0; i < m.nr_cpus; i++)
		check_cpu(i);
	check(!m.plic.base.v != !m.aia.aplic.base.v && m.plic.nr_sources <= 1023);
	check(m.aia.aplic.nr_sources <= 1023 && (!m.aia.aplic.msi || s->nr_ids));
	check(!s->nr_ids || (s->nr_ids >= 63 && s->nr_ids <= 2047 && s->nr_guest_files <= 127));
	check(m.uart.kind == UART_NONE || (m.uart.io_width <= 4 && m.uart.reg_shift <= 2));
	check(m.uart.irq <= 1023);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const struct acpi_dump *const dumps[] = {&dump_aia, &dump_plic, &dump_aplic, &dump_sockets};

	if (!size)
		return 0;
	acpi_load(dumps[data[0] % ARRAY_SIZE(dumps)]);
	for (size_t i = 1; i + 4 <= size && i < 4 * 64; i += 4) {
		u32 t = data[i] % acpi_nr_roots;
		u32 at = (data[i + 1] | (u32)data[i + 2] << 8) % 1024;

		if (acpi_roots[t] + at < ACPI_IMAGE_SIZE)
			acpi_image[acpi_roots[t] + at] = data[i + 3];
	}
	acpi_sum_all();
	memset(&m, 0, sizeof(m));
	check(machine_add_ram(&m, 0x80000000, 0x10000000, 0) == OK);
	if (machine_from_acpi(HPA(ACPI_RSDP_AT), &m) == OK)
		check_machine();
	return 0;
}
