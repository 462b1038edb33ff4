/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an arm64 machine's ACPI tables have beside those of others: CPUs with an MPIDR and a GIC (MADT), the generic
 * timer (GTDT), PSCI (FADT). Boot only, one CPU, no lock.
 */
#include "boot/acpi_int.h"

#include "core/log.h"
#include "core/string.h"

#define MPIDR_AFFINITY UINT64_C(0xff00ffffff)

/* ---- MADT ---- */

/* What it says of the distributor. */
static struct {
	u32 version;
	bool there;
} gicd;

static void read_gicc(struct acpi_reader *r, const void *sub)
{
	const struct madt_gicc *g = sub;
	struct machine *m = r->m;
	const struct machine_cpu cpu = {
		.hwid = g->mpidr & MPIDR_AFFINITY, .gicr = g->gicr, .acpi_uid = g->uid};
	u32 state = (g->flags & GICC_ENABLED ? ACPI_CPU_ENABLED : 0) |
		    (g->flags & GICC_ONLINE_CAPABLE ? ACPI_CPU_ONLINE_CAPABLE : 0);

	if (acpi_add_cpu(m, &cpu, state, NULL) && !m->gic.maint_intid)
		m->gic.maint_intid = g->maint_gsiv;
}

static void read_gicd(struct acpi_reader *r, const void *sub)
{
	const struct madt_gicd *g = sub;

	gicd.there = true;
	gicd.version = g->version;
	r->m->gic.dist = HPA(g->base);
}

static void read_gicr(struct acpi_reader *r, const void *sub)
{
	const struct madt_gicr *g = sub;
	struct machine_gic *gic = &r->m->gic;

	if (!g->base || !g->length)
		return;
	if (gic->nr_redist == MACHINE_GICR_MAX) {
		log_warn("ACPI: too many redistributor regions");
		return;
	}
	gic->redist[gic->nr_redist++] = (struct mem_range){HPA(g->base), g->length, 0};
}

static const struct acpi_sub_handler madt_handlers[] = {
	{MADT_GICC, sizeof(struct madt_gicc), read_gicc},
	{MADT_GICD, sizeof(struct madt_gicd), read_gicd},
	{MADT_GICR, sizeof(struct madt_gicr), read_gicr},
};

/* Has every CPU a redistributor, of its own or in a region? */
static bool redistributors_known(const struct machine *m)
{
	for (u32 i = 0; i < m->nr_cpus; i++) {
		if (!m->cpus[i].gicr && !m->gic.nr_redist)
			return false;
	}
	return true;
}

static enum err read_madt(struct acpi_reader *r, const struct acpi_header *h)
{
	struct machine *m = r->m;

	memset(&gicd, 0, sizeof(gicd));
	if (!acpi_each_sub(r, h, MADT_SUBTABLES, madt_handlers, ARRAY_SIZE(madt_handlers)))
		return acpi_complain(ERR_INVAL, "MADT: a subtable is malformed");
	if (!m->nr_cpus)
		return acpi_complain(ERR_NOENT, "MADT: no usable CPU");
	if (!gicd.there)
		return acpi_complain(ERR_NOENT, "MADT: no interrupt distributor");
	/* Version 0 leaves it to the hardware; only a GICv3 or later has redistributors. */
	m->gic.version = gicd.version ? gicd.version : redistributors_known(m) ? 3 : 2;
	if (m->gic.version < 3)
		return acpi_complain(ERR_UNSUPPORTED, "MADT: the interrupt controller is older than GICv3");
	if (!redistributors_known(m))
		return acpi_complain(ERR_NOENT, "MADT: a CPU has no redistributor");
	return OK;
}

/* ---- GTDT, FADT ---- */

static enum err read_gtdt(struct acpi_reader *r, const struct acpi_header *h)
{
	const struct acpi_gtdt *t = (const void *)h;
	struct machine_timer *timer = &r->m->timer;

	if (h->length < sizeof(*t))
		return acpi_complain(ERR_INVAL, "GTDT: too short");
	*timer = (struct machine_timer){t->phys_gsiv, t->virt_gsiv, t->hyp_gsiv, 0};
	if (!timer->virt_intid || !timer->hyp_intid)
		return acpi_complain(ERR_NOENT, "GTDT: no virtual or hypervisor timer interrupt");
	return OK;
}

static enum err read_fadt(struct acpi_reader *r, const struct acpi_header *h)
{
	u16 flags = 0;

	if (h->length >= FADT_ARM_BOOT + sizeof(flags))
		memcpy(&flags, (const u8 *)h + FADT_ARM_BOOT, sizeof(flags));
	if (flags & FADT_PSCI)
		r->m->conduit = flags & FADT_PSCI_HVC ? PSCI_HVC : PSCI_SMC;
	else if (r->m->nr_cpus > 1)
		return acpi_complain(ERR_UNSUPPORTED, "FADT: no PSCI to start CPUs by");
	return OK;
}

/* FADT needs the CPUs of MADT. */
const struct acpi_table acpi_arch_tables[] = {
	{"APIC", true, read_madt},
	{"GTDT", true, read_gtdt},
	{"FACP", true, read_fadt},
};
const u32 acpi_nr_arch_tables = ARRAY_SIZE(acpi_arch_tables);

/* ---- SRAT, SPCR ---- */

static void read_srat_gicc(struct acpi_reader *r, const void *sub)
{
	const struct srat_gicc *s = sub;

	if (s->flags & SRAT_ENABLED)
		acpi_cpu_domain(r, s->uid, s->domain);
}

const struct acpi_sub_handler acpi_arch_srat = {SRAT_GICC, sizeof(struct srat_gicc), read_srat_gicc};

void acpi_arch_uart(const struct machine *m UNUSED, const struct acpi_spcr *t, struct machine_uart *u)
{
	u->irq = t->irq_type & SPCR_IRQ_GIC ? t->gsiv : 0;
}
