/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ACPI tables to struct machine: what every machine has; the rest is acpi_ARCH.c's. Invariant: nothing of a table is
 * used before its length and checksum were checked, nothing of a subtable before its length was. Boot only, one CPU,
 * no lock.
 */
#include "boot/acpi.h"

#include "boot/acpi_int.h"
#include "boot/memmap.h"
#include "core/log.h"
#include "core/string.h"

#define TABLE_SIZE_MAX MIB(4)
#define XSDT_ENTRIES_MAX 256
#define RSDP_SIZE_MAX 256 /* 36 today */

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

bool acpi_each_sub(struct acpi_reader *r, const struct acpi_header *h, u32 offset,
		   const struct acpi_sub_handler *handlers, u32 n)
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

/* ---- CPUs ---- */

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
struct machine_cpu *acpi_add_cpu(struct machine *m, const struct machine_cpu *cpu, u32 state, const char *why)
{
	if (!(state & ACPI_CPU_ENABLED)) {
		if (state & ACPI_CPU_ONLINE_CAPABLE)
			log_info("ACPI: CPU 0x%llx is not present yet, not used",
				 (unsigned long long)cpu->hwid);
		return NULL;
	}
	if (cpu_known(m, cpu->hwid))
		why = "it is there twice";
	else if (!why && m->nr_cpus == MAX_CPUS)
		why = "there are too many";
	if (why) {
		log_warn("ACPI: CPU 0x%llx is not used: %s", (unsigned long long)cpu->hwid, why);
		return NULL;
	}
	m->cpus[m->nr_cpus] = *cpu;
	return &m->cpus[m->nr_cpus++];
}

enum err acpi_complain(enum err e, const char *what)
{
	log_error("ACPI: %s", what);
	return e;
}

/* ---- SRAT: NUMA nodes ---- */

/* Domains are any numbers; nodes are numbered as domains appear. */
static u32 domain_node(struct acpi_reader *r, u32 domain)
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

static void read_srat_memory(struct acpi_reader *r, const void *sub)
{
	const struct srat_memory *s = sub;

	if (!(s->flags & SRAT_ENABLED) || !s->length)
		return;
	if (machine_set_node(r->m, s->base, s->length, domain_node(r, s->domain)) != OK)
		log_warn("SRAT: RAM at 0x%llx cannot be kept apart by node", (unsigned long long)s->base);
}

void acpi_cpu_domain(struct acpi_reader *r, u32 uid, u32 domain)
{
	for (u32 i = 0; i < r->m->nr_cpus; i++) {
		if (r->m->cpus[i].acpi_uid == uid)
			r->m->cpus[i].node = domain_node(r, domain);
	}
}

static enum err read_srat(struct acpi_reader *r, const struct acpi_header *h)
{
	const struct acpi_sub_handler handlers[] = {
		{SRAT_MEMORY, sizeof(struct srat_memory), read_srat_memory},
		acpi_arch_srat,
	};

	return acpi_each_sub(r, h, SRAT_SUBTABLES, handlers, ARRAY_SIZE(handlers)) ? OK : ERR_INVAL;
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

/* 1, 2 or 4; what is said otherwise is taken as bytes. */
static u32 access_bytes(const struct acpi_gas *gas)
{
	u32 bytes = gas->access ? 1u << (gas->access - 1) : gas->bits / 8;

	return bytes == 2 || bytes == 4 ? bytes : 1;
}

static void uart_fill(const struct machine *m, const struct acpi_spcr *t, enum uart_kind kind,
		      struct machine_uart *u)
{
	u32 width = access_bytes(&t->base);

	memset(u, 0, sizeof(*u));
	u->kind = kind;
	u->base = HPA(t->base.address);
	u->size = PAGE_SIZE;
	/* Revision 2 has the field reserved where some firmware left other values than zero. */
	u->clock_hz = t->h.revision >= 3 ? t->clock_hz : 0;
	if (kind == UART_NS16550) {
		/* Registers are as far apart as one is wide, or as an access is. */
		u->io_width = (u8)width;
		u->reg_shift = log2_bytes((u32)max_u64(t->base.bits / 8, u->io_width));
	} else {
		u->io_width = (u8)(kind == UART_PL011 && width == 2 ? 2 : 4);
	}
	memcpy(u->path, "SPCR", sizeof("SPCR"));
	acpi_arch_uart(m, t, u);
}

static enum err read_spcr(struct acpi_reader *r, const struct acpi_header *h)
{
	const struct acpi_spcr *t = (const void *)h;

	if (h->length < sizeof(*t) || t->base.access > 3)
		return ERR_INVAL;
	if (t->base.space != 0 || !t->base.address)
		return OK; /* no console, which is what firmware may say */
	for (u32 i = 0; i < ARRAY_SIZE(uart_types); i++) {
		if (uart_types[i].interface == t->interface) {
			uart_fill(r->m, t, uart_types[i].kind, &r->m->uart);
			return OK;
		}
	}
	log_warn("SPCR: no driver for interface type 0x%x", t->interface);
	return OK;
}

/* ---- MCFG: PCI ---- */

static enum err read_mcfg(struct acpi_reader *r, const struct acpi_header *h)
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

/* After the architecture's, because SRAT needs the CPUs and SPCR the interrupt controller. */
static const struct acpi_table tables[] = {
	{"SRAT", false, read_srat},
	{"SPCR", false, read_spcr},
	{"MCFG", false, read_mcfg},
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

/* The error of a table that is needed; others are ignored with a warning. */
static enum err read_table(struct acpi_reader *r, const struct acpi_header *xsdt, const struct acpi_table *t)
{
	bool broken;
	const struct acpi_header *h = find_table(xsdt, t->signature, &broken);
	enum err e = h ? t->read(r, h) : broken ? ERR_INVAL : ERR_NOENT;

	if (e == OK || (!t->needed && e == ERR_NOENT))
		return OK;
	log_warn("ACPI: table %s is %s", t->signature,
		 e == ERR_NOENT ? "missing or incomplete" : "malformed");
	return t->needed ? e : OK;
}

enum err machine_from_acpi(hpa_t rsdp, struct machine *m)
{
	struct acpi_reader r = {.m = m};
	const struct acpi_header *xsdt = find_xsdt(rsdp);
	enum err e = OK;

	if (!xsdt)
		return acpi_complain(ERR_INVAL, "the RSDP or XSDT is wrong");
	m->source = "ACPI";
	m->nr_nodes = (u32)max_u64(m->nr_nodes, 1);
	for (u32 i = 0; e == OK && i < acpi_nr_arch_tables; i++)
		e = read_table(&r, xsdt, &acpi_arch_tables[i]);
	for (u32 i = 0; e == OK && i < ARRAY_SIZE(tables); i++)
		e = read_table(&r, xsdt, &tables[i]);
	return e;
}
