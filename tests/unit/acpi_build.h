/* SPDX-License-Identifier: Apache-2.0 */
/* The ACPI tables of a small arm64 machine, built: for the unit test and the fuzzer. */
#ifndef TESTS_UNIT_ACPI_BUILD_H
#define TESTS_UNIT_ACPI_BUILD_H

#include "tests/unit/acpi_image.h"

struct acpi_machine {
	u8 gicd_version;
	u64 gicc_gicr; /* of the first CPU; others follow 128 KiB apart; 0: in a region */
	bool gicr_region;
	u16 arm_boot;
	struct acpi_spcr spcr;
};

static void acpi_gicc(u32 uid, u64 mpidr, u32 flags, u64 gicr)
{
	struct madt_gicc g = {.sub = {MADT_GICC, 80},
			      .uid = uid,
			      .flags = flags,
			      .maint_gsiv = 25,
			      .gicr = gicr,
			      .mpidr = mpidr};

	acpi_add(&g, sizeof(g));
	acpi_zero(4); /* what later revisions append */
}

static void acpi_madt(const struct acpi_machine *a)
{
	struct madt_gicd d = {.sub = {MADT_GICD, sizeof(d)}, .base = 0x8000000, .version = a->gicd_version};
	struct madt_gicr r = {.sub = {MADT_GICR, sizeof(r)}, .base = 0x80a0000, .length = 0xf60000};
	u64 g = a->gicc_gicr;

	acpi_open("APIC", 4);
	acpi_zero(8);
	acpi_add(&d, sizeof(d));
	acpi_gicc(7, 0x80000000, GICC_ENABLED, g);
	acpi_gicc(8, 0x80000100, GICC_ENABLED, g ? g + 0x20000 : 0);
	acpi_gicc(9, 0x80000200, GICC_ONLINE_CAPABLE, 0);
	acpi_gicc(10, 0x80000300, 0, 0);
	if (a->gicr_region)
		acpi_add(&r, sizeof(r));
	acpi_zero(0);
	acpi_close();
}

static void acpi_gtdt(void)
{
	struct acpi_gtdt t = {.phys_gsiv = 30, .virt_gsiv = 27, .hyp_gsiv = 26};

	acpi_open("GTDT", 3);
	acpi_add((u8 *)&t + sizeof(t.h), sizeof(t) - sizeof(t.h));
	acpi_zero(24);
	acpi_close();
}

static void acpi_fadt(u16 arm_boot)
{
	acpi_open("FACP", 6);
	acpi_zero(FADT_ARM_BOOT - sizeof(struct acpi_header));
	acpi_add(&arm_boot, 2);
	acpi_zero(145);
	acpi_close();
}

static void acpi_srat(void)
{
	struct srat_gicc c[] = {{{SRAT_GICC, sizeof(c[0])}, 70, 7, SRAT_ENABLED, 0},
				{{SRAT_GICC, sizeof(c[0])}, 9, 8, SRAT_ENABLED, 0}};
	struct srat_memory m[] = {
		{{SRAT_MEMORY, sizeof(m[0])}, 70, 0, 0x40000000, 0x40000000, 0, SRAT_ENABLED, 0},
		{{SRAT_MEMORY, sizeof(m[0])}, 9, 0, 0x80000000, 0x40000000, 0, SRAT_ENABLED, 0},
		{{SRAT_MEMORY, sizeof(m[0])}, 5, 0, 0x40000000, 0x40000000, 0, 0, 0},
	};

	acpi_open("SRAT", 3);
	acpi_zero(12);
	acpi_add(c, sizeof(c));
	acpi_add(m, sizeof(m));
	acpi_close();
}

static void acpi_spcr_table(const struct acpi_spcr *s)
{
	acpi_open("SPCR", s->h.revision);
	acpi_add((const u8 *)s + sizeof(s->h), sizeof(*s) - sizeof(s->h));
	acpi_close();
}

static void acpi_mcfg(void)
{
	struct mcfg_entry e = {.base = 0x4010000000, .segment = 1, .bus_first = 0x10, .bus_last = 0x1f};

	acpi_open("MCFG", 1);
	acpi_zero(8);
	acpi_add(&e, sizeof(e));
	acpi_close();
}

static const struct acpi_machine acpi_plain = {
	.gicd_version = 3,
	.gicr_region = true,
	.arm_boot = FADT_PSCI,
	.spcr = {.h = {.revision = 2},
		 .interface = 3,
		 .base = {0, 32, 0, 3, 0x9000000},
		 .irq_type = SPCR_IRQ_GIC,
		 .gsiv = 33},
};

static inline void acpi_build(const struct acpi_machine *a)
{
	acpi_begin();
	acpi_madt(a);
	acpi_gtdt();
	acpi_fadt(a->arm_boot);
	acpi_srat();
	acpi_spcr_table(&a->spcr);
	acpi_mcfg();
	acpi_finish();
}

#endif
