/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a RISC-V machine's device tree has beside that of others: harts and what they can, the timebase, a PLIC, IMSICs
 * and an APLIC (Linux, Documentation/devicetree/bindings: riscv/cpus, riscv/extensions, interrupt-controller). Nodes of
 * M level are firmware's and passed over. Boot only, one CPU, no lock.
 */
#include "boot/fdt_int.h"

#include "boot/check_riscv64.h"
#include "core/log.h"

#define S_EXTERNAL 9 /* local interrupt (privileged architecture, 4.1.3) */

/* ---- harts ---- */

static const struct {
	const char *mmu_type;
	u8 bits;
} mmu_types[] = {{"riscv,sv39", 39}, {"riscv,sv48", 48}, {"riscv,sv57", 57}};

static u8 mmu_bits(const struct dt *dt, int node)
{
	for (u32 i = 0; i < ARRAY_SIZE(mmu_types); i++) {
		if (fdt_prop_is(dt, node, "mmu-type", mmu_types[i].mmu_type))
			return mmu_types[i].bits;
	}
	return 0;
}

static struct isa hart_isa(const struct dt *dt, int node)
{
	u32 len;
	const char *text = dt_prop(dt, node, "riscv,isa-extensions", &len);

	if (text && fdt_prop_is(dt, node, "riscv,isa-base", "rv64i"))
		return isa_from_list(text, len);
	text = dt_prop(dt, node, "riscv,isa", &len);
	return text ? isa_from_string(text, len) : (struct isa){0};
}

static u16 block_size(const struct dt *dt, int node, const char *name)
{
	return check_block(fdt_prop_number(dt, node, name, 0));
}

/* Started by SBI's HSM, which needs no word in the tree. */
const char *fdt_arch_cpu(const struct dt *dt, int node, u64 reg, struct machine_cpu *cpu)
{
	cpu->hwid = reg;
	cpu->isa = hart_isa(dt, node);
	cpu->mmu_bits = mmu_bits(dt, node);
	cpu->cbom_block = block_size(dt, node, "riscv,cbom-block-size");
	cpu->cboz_block = block_size(dt, node, "riscv,cboz-block-size");
	return check_hart(cpu);
}

/* ---- what is wired to harts ---- */

/* Entry of an `interrupts-extended` whose controllers are those of harts: one cell each behind the phandle. */
struct wire {
	u32 phandle, irq;
};

/* False: the list has ended. */
static bool wire_at(const struct dt *dt, int node, u32 index, struct wire *w)
{
	int n;
	const cell_t *p = fdt_prop_cells(dt, node, "interrupts-extended", &n);

	if (!p || index >= (u32)n / 2)
		return false;
	*w = (struct wire){dt_cell(p + 2 * index), dt_cell(p + 2 * index + 1)};
	return true;
}

static u32 nr_wires(const struct dt *dt, int node)
{
	int n;

	return fdt_prop_cells(dt, node, "interrupts-extended", &n) ? (u32)n / 2 : 0;
}

/* Index of the CPU at whose S-level external interrupt `w` ends, m->nr_cpus: none that is used. */
static u32 wire_cpu(const struct dt *dt, const struct machine *m, const struct wire *w)
{
	int n, intc = w->irq == S_EXTERNAL ? dt_by_phandle(dt, w->phandle) : DT_NONE;
	int hart = intc < 0 ? DT_NONE : dt_parent(dt, intc);
	int bus = hart < 0 ? DT_NONE : dt_parent(dt, hart);
	int width = bus < 0 ? 0 : dt_address_cells(dt, bus);
	const cell_t *reg = width == 1 || width == 2 ? fdt_prop_cells(dt, hart, "reg", &n) : NULL;
	u32 i = 0;

	if (!reg || n < width)
		return m->nr_cpus;
	while (i < m->nr_cpus && m->cpus[i].hwid != fdt_cells(reg, width))
		i++;
	return i;
}

static bool is_s_level(const struct dt *dt, int node)
{
	struct wire w;

	for (u32 i = 0; wire_at(dt, node, i, &w); i++) {
		if (w.irq == S_EXTERNAL)
			return true;
	}
	return false;
}

/* ---- PLIC (riscv-plic-1.0.0) ---- */

static int plic_node(const struct dt *dt)
{
	static const char *const compatible[] = {"riscv,plic0", "sifive,plic-1.0.0", "thead,c900-plic"};

	for (u32 i = 0; i < ARRAY_SIZE(compatible); i++) {
		int node = fdt_next_compatible(dt, -1, compatible[i]);

		if (node >= 0)
			return node;
	}
	return DT_NONE;
}

static void read_plic(const struct dt *dt, struct machine *m)
{
	struct machine_plic *plic = &m->plic;
	int node = plic_node(dt);
	struct wire w;
	u64 base, size;

	if (node < 0 || fdt_node_reg(dt, node, 0, &base, &size) != OK)
		return;
	plic->base = HPA(base);
	plic->size = size;
	plic->nr_sources = (u32)min_u64(fdt_prop_number(dt, node, "riscv,ndev", 0), INTC_SOURCES_MAX);
	for (u32 i = 0; i < MAX_CPUS; i++)
		plic->context[i] = UINT32_MAX;
	for (u32 i = 0; wire_at(dt, node, i, &w); i++) {
		u32 cpu = wire_cpu(dt, m, &w);

		if (cpu < m->nr_cpus)
			plic->context[cpu] = check_plic_context(plic, i);
	}
}

/* ---- IMSIC (AIA 1.0, chapter 3; bindings/interrupt-controller/riscv,imsics) ---- */

#define IMSIC_GROUP_SHIFT 24

static int imsic_node(const struct dt *dt)
{
	int node = -1;

	do
		node = fdt_next_compatible(dt, node, "riscv,imsics");
	while (node >= 0 && !is_s_level(dt, node));
	return node;
}

static u32 bits_for(u32 values)
{
	return values > 1 ? 32 - (u32)__builtin_clz(values - 1) : 0;
}

static bool imsic_shape(const struct dt *dt, int node, struct machine_imsic *imsic)
{
	u64 ids = fdt_prop_number(dt, node, "riscv,num-ids", 0);
	struct imsic_numbers n = {
		.ids = ids,
		.guest_ids = fdt_prop_number(dt, node, "riscv,num-guest-ids", ids),
		.guest_bits = fdt_prop_number(dt, node, "riscv,guest-index-bits", 0),
		.hart_bits = fdt_prop_number(dt, node, "riscv,hart-index-bits", bits_for(nr_wires(dt, node))),
		.group_bits = fdt_prop_number(dt, node, "riscv,group-index-bits", 0),
		.group_shift = fdt_prop_number(dt, node, "riscv,group-index-shift", IMSIC_GROUP_SHIFT),
	};

	return check_imsic(&n, imsic);
}

/* Files follow each other in the order of the harts, from one `reg` entry (a group) to the next. */
static hpa_t imsic_file(const struct dt *dt, int node, u64 offset, u64 stride)
{
	u64 base, size;

	for (int i = 0; fdt_node_reg(dt, node, i, &base, &size) == OK; i++) {
		if (range_inside(offset, PAGE_SIZE, 0, size))
			return HPA(base + offset);
		if (offset < size || offset < align_up(size, stride))
			break;
		offset -= align_up(size, stride);
	}
	return HPA(0);
}

static void read_imsic(const struct dt *dt, struct machine *m)
{
	struct machine_imsic *imsic = &m->aia.imsic;
	int node = imsic_node(dt);
	struct wire w;

	if (node < 0)
		return;
	if (!imsic_shape(dt, node, imsic)) {
		log_warn("device tree: %s is not used: its numbers are wrong", dt->node[node].name);
		return;
	}
	for (u32 i = 0; wire_at(dt, node, i, &w); i++) {
		u32 cpu = wire_cpu(dt, m, &w);

		if (cpu < m->nr_cpus)
			imsic->file[cpu] = imsic_file(dt, node, (u64)i * imsic->stride, imsic->stride);
	}
}

/* ---- APLIC (AIA 1.0, chapter 4; bindings/interrupt-controller/riscv,aplic) ---- */

static bool aplic_sends_msis(const struct dt *dt, int node)
{
	int imsic = imsic_node(dt);
	u32 parent = (u32)fdt_prop_number(dt, node, "msi-parent", 0);

	return imsic >= 0 && parent && dt_by_phandle(dt, parent) == imsic;
}

/* The first domain of S level. */
static int aplic_node(const struct dt *dt)
{
	int node = -1;

	do
		node = fdt_next_compatible(dt, node, "riscv,aplic");
	while (node >= 0 && !is_s_level(dt, node) && !aplic_sends_msis(dt, node));
	return node;
}

/* A hart's number in the domain is its place in the list, or what the second list says at that place. */
static void read_idcs(const struct dt *dt, int node, const struct machine *m, struct machine_aplic *aplic)
{
	int n;
	const cell_t *number = fdt_prop_cells(dt, node, "riscv,hart-indexes", &n);
	struct wire w;

	for (u32 i = 0; i < MAX_CPUS; i++)
		aplic->idc[i] = UINT32_MAX;
	for (u32 i = 0; wire_at(dt, node, i, &w); i++) {
		u32 cpu = wire_cpu(dt, m, &w);

		if (cpu < m->nr_cpus)
			aplic->idc[cpu] = number && i < (u32)n ? dt_cell(number + i) : i;
	}
}

static void read_aplic(const struct dt *dt, struct machine *m)
{
	struct machine_aplic *aplic = &m->aia.aplic;
	int node = aplic_node(dt);
	u64 base, size;

	if (node < 0 || fdt_node_reg(dt, node, 0, &base, &size) != OK)
		return;
	aplic->base = HPA(base);
	aplic->size = size;
	aplic->nr_sources = (u32)min_u64(fdt_prop_number(dt, node, "riscv,num-sources", 0), INTC_SOURCES_MAX);
	aplic->msi = m->aia.imsic.nr_ids && aplic_sends_msis(dt, node);
	read_idcs(dt, node, m, aplic);
	for (node = fdt_next_compatible(dt, node, "riscv,aplic"); node >= 0;
	     node = fdt_next_compatible(dt, node, "riscv,aplic")) {
		if (is_s_level(dt, node) || aplic_sends_msis(dt, node))
			log_warn("device tree: a second APLIC, %s, is not used", dt->node[node].name);
	}
}

/* ---- interrupts of devices ---- */

#define IRQ_TYPE_EDGE 3 /* rising 1, falling 2 */

/* Those of one controller count: the machine's APLIC, else its PLIC. */
struct fdt_irq fdt_arch_irq(const struct dt *dt, int controller, const cell_t *specifier, u32 width)
{
	int aplic = aplic_node(dt);
	const char *sources = aplic >= 0 ? "riscv,num-sources" : "riscv,ndev";

	if (controller != (aplic >= 0 ? aplic : plic_node(dt)) ||
	    dt_cell(specifier) > fdt_prop_number(dt, controller, sources, 0))
		return (struct fdt_irq){0, false};
	/* A PLIC does not tell levels from edges; some bindings have a second cell all the same. */
	return (struct fdt_irq){dt_cell(specifier), width > 1 && dt_cell(specifier + 1) & IRQ_TYPE_EDGE};
}

/* ---- the whole ---- */

void fdt_arch_read(const struct dt *dt, struct machine *m)
{
	static const char cpus[] = "/cpus";
	int node = dt_path(dt, cpus, sizeof(cpus) - 1);

	m->timer.hz = node < 0 ? 0 : (u32)fdt_prop_number(dt, node, "timebase-frequency", 0);
	read_plic(dt, m);
	read_imsic(dt, m);
	read_aplic(dt, m);
	if (!m->plic.base.v && !m->aia.aplic.base.v)
		log_warn("device tree: no PLIC and no APLIC of S level, devices have no interrupts");
}

enum err fdt_arch_check(const struct machine *m)
{
	return m->timer.hz ? OK : fdt_complain(ERR_NOENT, "no timebase-frequency");
}
