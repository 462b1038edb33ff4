/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ACPI tables to struct machine. Invariant: nothing of a table is used before
 * its length and checksum were checked, nothing of a subtable before its length
 * was. Boot only, one CPU, no lock.
 */
#include "boot/acpi.h"

#include "boot/acpi_tables.h"
#include "boot/memmap.h"
#include "core/log.h"
#include "core/string.h"

#define TABLE_SIZE_MAX MIB(4)
#define XSDT_ENTRIES_MAX 256
#define RSDP_SIZE_MAX 256 /* 36 today */
#define MPIDR_AFFINITY UINT64_C(0xff00ffffff)

/* What reading the tables shares. */
struct reader {
	struct machine *m;
	u32 domains[MACHINE_NODES_MAX]; /* proximity domain of each node number */
	u32 nr_domains;
	u32 gicd_version;
	bool has_gicd;
};

static bool checksum_ok(const void *p, u64 size)
{
	const u8 *b = p;
	u8 sum = 0;

	while (size--)
		sum = (u8)(sum + *b++);
	return sum == 0;
}

/* A whole, sound table; NULL when it is not. */
static const struct acpi_header *table_at(u64 pa)
{
	const struct acpi_header *h = pa ? acpi_map(HPA(pa), sizeof(*h)) : NULL;
	u32 length;

	if (!h)
		return NULL;
	length = h->length;
	if (length < sizeof(*h) || length > TABLE_SIZE_MAX || pa + length < pa)
		return NULL;
	h = acpi_map(HPA(pa), length);
	return h && h->length == length && checksum_ok(h, length) ? h : NULL;
}

/* ---- subtables of MADT and SRAT ---- */

struct sub_handler {
	u8 type;
	u8 min_length;
	void (*fn)(struct reader *r, const void *sub);
};

/* Call the handler of every subtable from `offset` on. False: one of them is malformed. */
static bool each_sub(struct reader *r, const struct acpi_header *h, u32 offset,
		     const struct sub_handler *handlers, u32 n)
{
	const u8 *p = (const u8 *)h;

	while (offset + sizeof(struct acpi_sub) <= h->length) {
		const struct acpi_sub *sub = (const void *)(p + offset);

		if (sub->length < sizeof(*sub) || sub->length > h->length - offset)
			return false;
		for (u32 i = 0; i < n; i++) {
			if (handlers[i].type != sub->type)
				continue;
			if (sub->length < handlers[i].min_length)
				return false;
			handlers[i].fn(r, sub);
		}
		offset += sub->length;
	}
	return offset == h->length;
}

/* ---- MADT: CPUs and interrupt controller ---- */

static bool cpu_known(const struct machine *m, u64 hwid)
{
	for (u32 i = 0; i < m->nr_cpus; i++) {
		if (m->cpus[i].hwid == hwid)
			return true;
	}
	return false;
}

/*
 * A CPU that is only online-capable (5.2.12.14) is not there yet: making it so takes
 * AML methods. It is said, so that nobody wonders.
 */
static void read_gicc(struct reader *r, const void *sub)
{
	const struct madt_gicc *g = sub;
	struct machine *m = r->m;
	u64 hwid = g->mpidr & MPIDR_AFFINITY;
	const char *why = NULL;

	if (!(g->flags & GICC_ENABLED)) {
		if (g->flags & GICC_ONLINE_CAPABLE)
			log_info("ACPI: CPU 0x%llx is not present yet, not used", (unsigned long long)hwid);
		return;
	}
	if (cpu_known(m, hwid))
		why = "it is there twice";
	else if (m->nr_cpus == MAX_CPUS)
		why = "there are too many";
	if (why) {
		log_warn("ACPI: CPU 0x%llx is not used: %s", (unsigned long long)hwid, why);
		return;
	}
	m->cpus[m->nr_cpus++] = (struct machine_cpu){.hwid = hwid, .gicr = g->gicr, .acpi_uid = g->uid};
	if (!m->gic.maint_intid)
		m->gic.maint_intid = g->maint_gsiv;
}

static void read_gicd(struct reader *r, const void *sub)
{
	const struct madt_gicd *g = sub;

	r->has_gicd = true;
	r->gicd_version = g->version;
	r->m->gic.dist = HPA(g->base);
}

static void read_gicr(struct reader *r, const void *sub)
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

static const struct sub_handler madt_handlers[] = {
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

static enum err complain(enum err e, const char *what)
{
	log_error("ACPI: %s", what);
	return e;
}

static enum err read_madt(struct reader *r, const struct acpi_header *h)
{
	struct machine *m = r->m;

	if (!each_sub(r, h, MADT_SUBTABLES, madt_handlers, ARRAY_SIZE(madt_handlers)))
		return complain(ERR_INVAL, "MADT: a subtable is malformed");
	if (!m->nr_cpus)
		return complain(ERR_NOENT, "MADT: no usable CPU");
	if (!r->has_gicd)
		return complain(ERR_NOENT, "MADT: no interrupt distributor");
	/* Version 0 leaves it to the hardware; only a GICv3 or later has redistributors. */
	m->gic.version = r->gicd_version ? r->gicd_version : redistributors_known(m) ? 3 : 2;
	if (m->gic.version < 3)
		return complain(ERR_UNSUPPORTED, "MADT: the interrupt controller is older than GICv3");
	if (!redistributors_known(m))
		return complain(ERR_NOENT, "MADT: a CPU has no redistributor");
	return OK;
}

/* ---- GTDT, FADT ---- */

static enum err read_gtdt(struct reader *r, const struct acpi_header *h)
{
	const struct acpi_gtdt *t = (const void *)h;
	struct machine_timer *timer = &r->m->timer;

	if (h->length < sizeof(*t))
		return complain(ERR_INVAL, "GTDT: too short");
	*timer = (struct machine_timer){t->phys_gsiv, t->virt_gsiv, t->hyp_gsiv, 0};
	if (!timer->virt_intid || !timer->hyp_intid)
		return complain(ERR_NOENT, "GTDT: no virtual or hypervisor timer interrupt");
	return OK;
}

static enum err read_fadt(struct reader *r, const struct acpi_header *h)
{
	u16 flags = 0;

	if (h->length >= FADT_ARM_BOOT + sizeof(flags))
		memcpy(&flags, (const u8 *)h + FADT_ARM_BOOT, sizeof(flags));
	if (flags & FADT_PSCI)
		r->m->conduit = flags & FADT_PSCI_HVC ? PSCI_HVC : PSCI_SMC;
	else if (r->m->nr_cpus > 1)
		return complain(ERR_UNSUPPORTED, "FADT: no PSCI to start CPUs by");
	return OK;
}

/* ---- SRAT: NUMA nodes ---- */

/* Domains are any numbers; nodes are numbered as domains appear. */
static u32 domain_node(struct reader *r, u32 domain)
{
	for (u32 i = 0; i < r->nr_domains; i++) {
		if (r->domains[i] == domain)
			return i;
	}
	if (r->nr_domains == MACHINE_NODES_MAX) {
		log_warn("SRAT: more than %u proximity domains, %u is taken as node 0", MACHINE_NODES_MAX,
			 domain);
		return 0;
	}
	r->domains[r->nr_domains] = domain;
	r->m->nr_nodes = (u32)max_u64(r->m->nr_nodes, r->nr_domains + 1);
	return r->nr_domains++;
}

static void read_srat_memory(struct reader *r, const void *sub)
{
	const struct srat_memory *s = sub;

	if (!(s->flags & SRAT_ENABLED) || !s->length)
		return;
	if (machine_set_node(r->m, s->base, s->length, domain_node(r, s->domain)) != OK)
		log_warn("SRAT: RAM at 0x%llx cannot be kept apart by node", (unsigned long long)s->base);
}

static void read_srat_gicc(struct reader *r, const void *sub)
{
	const struct srat_gicc *s = sub;

	if (!(s->flags & SRAT_ENABLED))
		return;
	for (u32 i = 0; i < r->m->nr_cpus; i++) {
		if (r->m->cpus[i].acpi_uid == s->uid)
			r->m->cpus[i].node = domain_node(r, s->domain);
	}
}

static const struct sub_handler srat_handlers[] = {
	{SRAT_MEMORY, sizeof(struct srat_memory), read_srat_memory},
	{SRAT_GICC, sizeof(struct srat_gicc), read_srat_gicc},
};

static enum err read_srat(struct reader *r, const struct acpi_header *h)
{
	return each_sub(r, h, SRAT_SUBTABLES, srat_handlers, ARRAY_SIZE(srat_handlers)) ? OK : ERR_INVAL;
}

/* ---- SPCR: console ---- */

/* Debug Port Table 2, serial port subtypes, which SPCR shares */
static const struct {
	u8 interface;
	enum uart_kind kind;
} uart_types[] = {
	{0x00, UART_NS16550},                       /* full 16550 */
	{0x01, UART_NS16550},                       /* 16550 subset */
	{0x03, UART_PL011},   {0x0d, UART_SBSA},    /* 32-bit accesses only */
	{0x0e, UART_SBSA},    {0x12, UART_NS16550}, /* registers as the address structure says */
};

static u8 log2_bytes(u32 bytes)
{
	u8 n = 0;

	while (bytes > 1 && n < 3) {
		bytes >>= 1;
		n++;
	}
	return n;
}

static void uart_fill(struct machine_uart *u, const struct acpi_spcr *t, enum uart_kind kind)
{
	u32 width = t->base.access ? 1u << (t->base.access - 1) : t->base.bits / 8;

	memset(u, 0, sizeof(*u));
	u->kind = kind;
	u->base = HPA(t->base.address);
	u->size = PAGE_SIZE;
	u->irq = t->irq_type & SPCR_IRQ_GIC ? t->gsiv : 0;
	/* Revision 2 has the field reserved where some firmware left other values than zero. */
	u->clock_hz = t->h.revision >= 3 ? t->clock_hz : 0;
	if (kind == UART_NS16550) {
		/* Registers are as far apart as one is wide, or as an access is. */
		u->io_width = (u8)(width ? width : 1);
		u->reg_shift = log2_bytes((u32)max_u64(t->base.bits / 8, u->io_width));
	} else {
		u->io_width = (u8)(kind == UART_PL011 && width == 2 ? 2 : 4);
	}
	memcpy(u->path, "SPCR", sizeof("SPCR"));
}

static enum err read_spcr(struct reader *r, const struct acpi_header *h)
{
	const struct acpi_spcr *t = (const void *)h;

	if (h->length < sizeof(*t) || t->base.access > 3)
		return ERR_INVAL;
	if (t->base.space != 0 || !t->base.address)
		return OK; /* no console, which is what firmware may say */
	for (u32 i = 0; i < ARRAY_SIZE(uart_types); i++) {
		if (uart_types[i].interface == t->interface) {
			uart_fill(&r->m->uart, t, uart_types[i].kind);
			return OK;
		}
	}
	log_warn("SPCR: no driver for interface type 0x%x", t->interface);
	return OK;
}

/* ---- MCFG: PCI ---- */

static enum err read_mcfg(struct reader *r, const struct acpi_header *h)
{
	struct machine *m = r->m;
	const u8 *p = (const u8 *)h;
	struct mcfg_entry e;

	for (u32 at = MCFG_ENTRIES; at + sizeof(e) <= h->length; at += sizeof(e)) {
		memcpy(&e, p + at, sizeof(e));
		if (!e.base || e.bus_last < e.bus_first)
			return ERR_INVAL;
		if (m->nr_ecam == MACHINE_ECAM_MAX) {
			log_warn("MCFG: more than %u regions, devices of PCI segment %u stay as they are",
				 MACHINE_ECAM_MAX, e.segment);
			continue;
		}
		/* The table's base is that of bus 0; ours is where bus_first is. */
		m->ecam[m->nr_ecam++] = (struct machine_ecam){
			.base = HPA(e.base + ((u64)e.bus_first << 20)),
			.segment = e.segment,
			.bus_first = e.bus_first,
			.bus_last = e.bus_last,
		};
	}
	return OK;
}

/* ---- the whole ---- */

/* In this order: FADT and SRAT need the CPUs of MADT. */
static const struct {
	char signature[5];
	bool needed;
	enum err (*read)(struct reader *r, const struct acpi_header *h);
} tables[] = {
	{"APIC", true, read_madt},  {"GTDT", true, read_gtdt},  {"FACP", true, read_fadt},
	{"SRAT", false, read_srat}, {"SPCR", false, read_spcr}, {"MCFG", false, read_mcfg},
};

static const struct acpi_header *find_xsdt(hpa_t pa)
{
	const struct acpi_rsdp *rsdp = pa.v ? acpi_map(pa, sizeof(*rsdp)) : NULL;
	const struct acpi_header *xsdt;
	u32 length;

	if (!rsdp || memcmp(rsdp->signature, "RSD PTR ", 8) != 0 || rsdp->revision < 2)
		return NULL;
	length = rsdp->length;
	if (length < sizeof(*rsdp) || length > RSDP_SIZE_MAX || !checksum_ok(rsdp, ACPI_RSDP_V1_SIZE))
		return NULL;
	rsdp = acpi_map(pa, length);
	if (!rsdp || !checksum_ok(rsdp, length))
		return NULL;
	xsdt = table_at(rsdp->xsdt);
	return xsdt && memcmp(xsdt->signature, "XSDT", 4) == 0 ? xsdt : NULL;
}

/* The first sound table of that signature. *broken: one had it, but was not sound. */
static const struct acpi_header *find_table(const struct acpi_header *xsdt, const char *signature,
					    bool *broken)
{
	u64 n = min_u64((xsdt->length - sizeof(*xsdt)) / 8, XSDT_ENTRIES_MAX);
	u64 pa;

	*broken = false;
	for (u64 i = 0; i < n; i++) {
		const struct acpi_header *h;

		memcpy(&pa, (const u8 *)xsdt + sizeof(*xsdt) + i * 8, sizeof(pa));
		h = pa ? acpi_map(HPA(pa), sizeof(*h)) : NULL;
		if (!h || memcmp(h->signature, signature, 4) != 0)
			continue;
		h = table_at(pa);
		if (h)
			return h;
		*broken = true;
	}
	return NULL;
}

enum err machine_from_acpi(hpa_t rsdp, struct machine *m)
{
	struct reader r = {.m = m};
	const struct acpi_header *xsdt = find_xsdt(rsdp);

	if (!xsdt)
		return complain(ERR_INVAL, "the RSDP or XSDT is wrong");
	m->source = "ACPI";
	m->nr_nodes = (u32)max_u64(m->nr_nodes, 1);
	for (u32 i = 0; i < ARRAY_SIZE(tables); i++) {
		bool broken;
		const struct acpi_header *h = find_table(xsdt, tables[i].signature, &broken);
		enum err e = h ? tables[i].read(&r, h) : broken ? ERR_INVAL : ERR_NOENT;

		if (e == OK || (!tables[i].needed && e == ERR_NOENT))
			continue;
		log_warn("ACPI: table %s is %s", tables[i].signature,
			 e == ERR_NOENT ? "missing or incomplete" : "malformed");
		if (tables[i].needed)
			return e;
	}
	return OK;
}
