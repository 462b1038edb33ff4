/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a RISC-V machine's ACPI tables have beside those of others: the timebase and what harts can (RHCT), harts,
 * IMSICs, an APLIC or a PLIC (MADT). M level's controllers are not in them. Boot only, one CPU, no lock.
 */
#include "boot/acpi_int.h"

#include "boot/check_riscv64.h"
#include "core/log.h"
#include "core/string.h"

/* ---- RHCT: what harts can ---- */

/* The table, whole and sound; its nodes are asked for by the harts of MADT. */
static const struct acpi_rhct *rhct;

/* The node at `offset`, of `size` bytes at least; NULL: there is none. */
static const void *rhct_node(u32 offset, u32 size)
{
	const u8 *p = (const u8 *)rhct;
	const struct rhct_node *node;

	if (offset < sizeof(*rhct) || !range_inside(offset, sizeof(*node), 0, rhct->h.length))
		return NULL;
	node = (const void *)(p + offset);
	return node->length >= size && range_inside(offset, node->length, 0, rhct->h.length) ? node : NULL;
}

static void read_isa(const void *node, struct machine_cpu *cpu)
{
	const struct rhct_isa *n = node;
	u32 room = n->node.length - (u32)sizeof(*n);

	cpu->isa = isa_from_string(n->text, min_u64(n->length, room));
}

/* Sizes are powers of two; an exponent beyond a page's is as if nothing were said. */
static u16 block_of(u8 exponent)
{
	return exponent && exponent <= PAGE_SHIFT ? check_block(UINT64_C(1) << exponent) : 0;
}

static void read_cmo(const void *node, struct machine_cpu *cpu)
{
	const struct rhct_cmo *n = node;

	cpu->cbom_block = block_of(n->cbom);
	cpu->cboz_block = block_of(n->cboz);
}

static void read_mmu(const void *node, struct machine_cpu *cpu)
{
	static const u8 bits[] = {39, 48, 57};
	const struct rhct_mmu *n = node;

	cpu->mmu_bits = n->type < ARRAY_SIZE(bits) ? bits[n->type] : 0;
}

static const struct {
	u16 type;
	u16 size;
	void (*read)(const void *node, struct machine_cpu *cpu);
} node_types[] = {
	{RHCT_ISA, sizeof(struct rhct_isa), read_isa},
	{RHCT_CMO, sizeof(struct rhct_cmo), read_cmo},
	{RHCT_MMU, sizeof(struct rhct_mmu), read_mmu},
};

static void read_capability(u32 offset, struct machine_cpu *cpu)
{
	const struct rhct_node *node = rhct_node(offset, sizeof(*node));

	for (u32 i = 0; node && i < ARRAY_SIZE(node_types); i++) {
		if (node_types[i].type == node->type && rhct_node(offset, node_types[i].size))
			node_types[i].read(node, cpu);
	}
}

/* The hart info node of that ACPI processor UID; NULL: none. Nodes have been found to follow each other. */
static const struct rhct_hart *hart_info(u32 uid)
{
	u32 at = rhct->node_offset;

	for (u32 i = 0; i < rhct->nr_nodes; i++) {
		const struct rhct_node *node = rhct_node(at, sizeof(*node));
		const struct rhct_hart *hart = rhct_node(at, sizeof(*hart));

		if (node->type == RHCT_HART && hart && hart->uid == uid)
			return hart;
		at += node->length;
	}
	return NULL;
}

static void read_capabilities(struct machine_cpu *cpu)
{
	const struct rhct_hart *hart = hart_info(cpu->acpi_uid);
	u32 n = hart ? (hart->node.length - (u32)sizeof(*hart)) / (u32)sizeof(u32) : 0;

	for (u32 i = 0; hart && i < min_u64(n, hart->nr_offsets); i++) {
		u32 offset;

		memcpy(&offset, (const u8 *)(hart + 1) + i * sizeof(offset), sizeof(offset));
		read_capability(offset, cpu);
	}
}

static enum err read_rhct(struct acpi_reader *r, const struct acpi_header *h)
{
	const struct acpi_rhct *t = (const void *)h;
	u32 at;

	if (h->length < sizeof(*t))
		return acpi_complain(ERR_INVAL, "RHCT: too short");
	if (!t->timebase_hz || t->timebase_hz > UINT32_MAX)
		return acpi_complain(ERR_NOENT, "RHCT: no timebase frequency");
	rhct = t;
	at = t->node_offset;
	for (u32 i = 0; i < t->nr_nodes; i++) {
		const struct rhct_node *node = rhct_node(at, sizeof(*node));

		if (!node)
			return acpi_complain(ERR_INVAL, "RHCT: a node is malformed");
		at += node->length;
	}
	r->m->timer.hz = (u32)t->timebase_hz;
	return OK;
}

/* ---- MADT: harts and interrupt controllers ---- */

/* What it says until all of it has been read: subtables may come in any order. */
static struct {
	struct {
		u32 intc; /* identifier of the external interrupt controller, and place there */
		u64 imsic;
		u32 imsic_size;
	} cpu[MAX_CPUS];
	u32 gsi_base;
	u8 intc_id;
} madt;

static void read_rintc(struct acpi_reader *r, const void *sub)
{
	const struct madt_rintc *s = sub;
	struct machine_cpu cpu = {.hwid = s->hart, .acpi_uid = s->uid};
	u32 i = r->m->nr_cpus;

	read_capabilities(&cpu);
	if (!acpi_add_cpu(r->m, &cpu, s->flags, check_hart(&cpu)))
		return;
	madt.cpu[i].intc = s->intc;
	madt.cpu[i].imsic = s->imsic;
	madt.cpu[i].imsic_size = s->imsic_size;
}

static void read_imsic(struct acpi_reader *r, const void *sub)
{
	const struct madt_imsic *s = sub;
	const struct imsic_numbers n = {
		.ids = s->ids,
		.guest_ids = s->guest_ids,
		.guest_bits = s->guest_bits,
		.hart_bits = s->hart_bits,
		.group_bits = s->group_bits,
		.group_shift = s->group_shift,
	};

	if (!check_imsic(&n, &r->m->aia.imsic))
		log_warn("MADT: the IMSICs are not used: their numbers are wrong");
}

/* True: this one is, with its identifier and where its interrupts begin among all, the machine's. */
static bool take_intc(const struct machine *m, const char *name, u8 id, u32 gsi_base, u64 base, u64 size)
{
	if (!base || !size || base + size < base) {
		log_warn("MADT: %s %u is not used: it has no address", name, id);
		return false;
	}
	if (m->aia.aplic.base.v || m->plic.base.v) {
		log_warn("MADT: a second interrupt controller, %s %u, is not used", name, id);
		return false;
	}
	madt.intc_id = id;
	madt.gsi_base = gsi_base;
	return true;
}

static void read_aplic(struct acpi_reader *r, const void *sub)
{
	const struct madt_aplic *s = sub;
	struct machine_aplic *aplic = &r->m->aia.aplic;

	if (!take_intc(r->m, "APLIC", s->id, s->gsi_base, s->base, s->size))
		return;
	aplic->base = HPA(s->base);
	aplic->size = s->size;
	aplic->nr_sources = (u32)min_u64(s->nr_sources, INTC_SOURCES_MAX);
	aplic->msi = !s->nr_idcs;
}

static void read_plic(struct acpi_reader *r, const void *sub)
{
	const struct madt_plic *s = sub;
	struct machine_plic *plic = &r->m->plic;

	if (!take_intc(r->m, "PLIC", s->id, s->gsi_base, s->base, s->size))
		return;
	plic->base = HPA(s->base);
	plic->size = s->size;
	plic->nr_sources = (u32)min_u64(s->nr_sources, INTC_SOURCES_MAX);
}

static const struct acpi_sub_handler madt_handlers[] = {
	{MADT_RINTC, sizeof(struct madt_rintc), read_rintc},
	{MADT_IMSIC, sizeof(struct madt_imsic), read_imsic},
	{MADT_APLIC, sizeof(struct madt_aplic), read_aplic},
	{MADT_PLIC, sizeof(struct madt_plic), read_plic},
};

/* A CPU's place at the controller that is used, when it is wired to that one. */
static void place_cpu(struct machine *m, u32 i)
{
	bool wired = i < m->nr_cpus && madt.cpu[i].intc >> RINTC_INTC_ID_SHIFT == madt.intc_id;
	u32 place = madt.cpu[i].intc & RINTC_INTC_PLACE;

	m->aia.aplic.idc[i] = wired && m->aia.aplic.base.v && !m->aia.aplic.msi ? place : UINT32_MAX;
	m->plic.context[i] = wired && m->plic.base.v ? check_plic_context(&m->plic, place) : UINT32_MAX;
}

/* Its file, and as many guest files behind it as all CPUs have. */
static void place_imsic(struct machine *m, u32 i)
{
	u64 base = madt.cpu[i].imsic;
	u64 pages = madt.cpu[i].imsic_size >> PAGE_SHIFT;
	struct machine_imsic *imsic = &m->aia.imsic;

	if (!imsic->nr_ids || !base || base % PAGE_SIZE || !pages || base + (pages << PAGE_SHIFT) < base)
		return;
	imsic->file[i] = HPA(base);
	imsic->nr_guest_files = (u32)min_u64(imsic->nr_guest_files, pages - 1);
}

static enum err read_madt(struct acpi_reader *r, const struct acpi_header *h)
{
	struct machine *m = r->m;

	memset(&madt, 0, sizeof(madt));
	if (!acpi_each_sub(r, h, MADT_SUBTABLES, madt_handlers, ARRAY_SIZE(madt_handlers)))
		return acpi_complain(ERR_INVAL, "MADT: a subtable is malformed");
	if (!m->nr_cpus)
		return acpi_complain(ERR_NOENT, "MADT: no usable CPU");
	if (!m->aia.aplic.base.v && !m->plic.base.v)
		return acpi_complain(ERR_NOENT, "MADT: no APLIC and no PLIC");
	if (m->aia.aplic.msi && !m->aia.imsic.nr_ids)
		return acpi_complain(ERR_NOENT, "MADT: an APLIC that sends messages, but no IMSICs");
	for (u32 i = 0; i < MAX_CPUS; i++) {
		place_cpu(m, i);
		place_imsic(m, i);
	}
	return OK;
}

/* MADT's harts ask RHCT what they can. */
const struct acpi_table acpi_arch_tables[] = {
	{"RHCT", true, read_rhct},
	{"APIC", true, read_madt},
};
const u32 acpi_nr_arch_tables = ARRAY_SIZE(acpi_arch_tables);

/* ---- SRAT, SPCR ---- */

static void read_srat_rintc(struct acpi_reader *r, const void *sub)
{
	const struct srat_rintc *s = sub;

	if (s->flags & SRAT_ENABLED)
		acpi_cpu_domain(r, s->uid, s->domain);
}

const struct acpi_sub_handler acpi_arch_srat = {SRAT_RINTC, sizeof(struct srat_rintc), read_srat_rintc};

static u32 nr_sources(const struct machine *m)
{
	return m->aia.aplic.base.v ? m->aia.aplic.nr_sources : m->plic.nr_sources;
}

/*
 * A 16550's registers are as far apart as an access is wide, whatever the bit width says: QEMU's says 32 of registers that
 * are a byte apart, and firmware is tried with Linux, which goes by the access size alone.
 */
void acpi_arch_uart(const struct machine *m, const struct acpi_spcr *t, struct machine_uart *u)
{
	u32 source = t->gsiv - madt.gsi_base;

	if (t->irq_type & SPCR_IRQ_RISCV && source && source <= nr_sources(m))
		u->irq = source;
	if (u->kind == UART_NS16550)
		u->reg_shift = (u8)__builtin_ctz(u->io_width);
}
