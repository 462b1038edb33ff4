/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device tree to struct machine: what every machine's tree has; the rest is fdt_ARCH.c's. The
 * tree is the machine's firmware's: trusted to be honest, not to be complete or
 * free of mistakes, so every length is checked and what is not understood is
 * said. Boot only, one CPU, no lock.
 */
#include "boot/fdt.h"

#include "boot/fdt_int.h"
#include "boot/memmap.h"
#include "core/log.h"
#include "core/string.h"

/* ---- properties ---- */

u64 fdt_cells(const cell_t *p, int n)
{
	u64 v = 0;

	while (n-- > 0)
		v = v << 32 | dt_cell(p++);
	return v;
}

const cell_t *fdt_prop_cells(const struct dt *dt, int node, const char *name, int *n)
{
	u32 len;
	const cell_t *p = dt_prop(dt, node, name, &len);

	*n = (int)(len / sizeof(*p));
	return *n ? p : NULL;
}

u64 fdt_prop_number(const struct dt *dt, int node, const char *name, u64 otherwise)
{
	int n;
	const cell_t *p = fdt_prop_cells(dt, node, name, &n);

	return p && n <= 2 ? fdt_cells(p, n) : otherwise;
}

bool fdt_prop_is(const struct dt *dt, int node, const char *name, const char *value)
{
	return dt_string_index(dt, node, name, value) >= 0;
}

/* Devicetree Specification 2.3.4: absent means okay. */
static bool node_okay(const struct dt *dt, int node)
{
	return !dt->node[node].off;
}

static int path(const struct dt *dt, const char *where)
{
	return dt_path(dt, where, strlen(where));
}

int fdt_next_compatible(const struct dt *dt, int from, const char *compatible)
{
	do
		from = dt_next_compatible(dt, from, compatible);
	while (from >= 0 && !node_okay(dt, from));
	return from;
}

/* ---- addresses ---- */

/* Map *addr from the child side of `bus` to its parent's, by its `ranges` (2.3.8). */
static enum err through_ranges(const struct dt *dt, int bus, int parent, u64 *addr, u64 size)
{
	int n;
	int nc = dt_address_cells(dt, bus);
	int np = dt_address_cells(dt, parent);
	int ns = dt_size_cells(dt, bus);
	const cell_t *p = fdt_prop_cells(dt, bus, "ranges", &n);

	if (!dt_prop(dt, bus, "ranges", NULL) || nc < 1 || nc > 2 || np < 1 || np > 2 || ns < 1 || ns > 2)
		return ERR_NOENT;
	if (!p)
		return OK; /* empty: one to one */
	for (; n >= nc + np + ns; n -= nc + np + ns, p += nc + np + ns) {
		u64 child = fdt_cells(p, nc);

		if (range_inside(*addr, size, child, fdt_cells(p + nc + np, ns))) {
			*addr = *addr - child + fdt_cells(p + nc, np);
			return OK;
		}
	}
	return ERR_RANGE;
}

enum err fdt_node_reg(const struct dt *dt, int node, int index, u64 *addr, u64 *size)
{
	int n;
	int bus = dt_parent(dt, node);
	int na = bus < 0 ? -1 : dt_address_cells(dt, bus);
	int ns = bus < 0 ? -1 : dt_size_cells(dt, bus);
	const cell_t *p = fdt_prop_cells(dt, node, "reg", &n);

	if (!p || na < 1 || na > 2 || ns < 0 || ns > 2 || n / (na + ns) <= index)
		return ERR_NOENT;
	p += index * (na + ns);
	*addr = fdt_cells(p, na);
	*size = fdt_cells(p + na, ns);
	for (int depth = 0; bus != DT_ROOT; depth++) {
		int parent = dt_parent(dt, bus);
		enum err e = parent < 0 || depth == DT_DEPTH_MAX
				     ? ERR_NOENT
				     : through_ranges(dt, bus, parent, addr, *size);

		if (e != OK)
			return e;
		bus = parent;
	}
	return *addr + *size >= *addr ? OK : ERR_RANGE;
}

/* ---- interrupts ---- */

#define IRQ_CELLS_MAX 8

/* The node that `interrupts` of `node` refer to (2.4), inherited from its ancestors. */
static int interrupt_parent(const struct dt *dt, int node)
{
	for (int depth = 0; node >= 0 && depth <= DT_DEPTH_MAX; depth++) {
		u64 phandle = fdt_prop_number(dt, node, "interrupt-parent", 0);

		if (phandle)
			return dt_by_phandle(dt, (u32)phandle);
		node = dt_parent(dt, node);
	}
	return DT_NONE;
}

struct fdt_irq fdt_node_irq(const struct dt *dt, int node, int index)
{
	const struct fdt_irq none = {0, false};
	int n, parent = -1;
	const cell_t *p = fdt_prop_cells(dt, node, "interrupts-extended", &n);
	int extended = p ? 1 : 0; /* cells before the specifier: the controller of this very entry */
	u64 width;

	if (!p)
		p = fdt_prop_cells(dt, node, "interrupts", &n);
	if (p)
		parent = extended ? dt_by_phandle(dt, dt_cell(p)) : interrupt_parent(dt, node);
	if (parent < 0)
		return none;
	width = fdt_prop_number(dt, parent, "#interrupt-cells", 0);
	if (!width || width > IRQ_CELLS_MAX || n / ((int)width + extended) <= index)
		return none;
	p += index * ((int)width + extended);
	if (extended && dt_by_phandle(dt, dt_cell(p)) != parent)
		return none;
	return fdt_arch_irq(dt, parent, p + extended, (u32)width);
}

/* ---- RAM ---- */

static u32 node_numa(const struct dt *dt, int node)
{
	u64 id = fdt_prop_number(dt, node, "numa-node-id", 0);

	if (id < MACHINE_NODES_MAX)
		return (u32)id;
	log_warn("device tree: NUMA node %llu of %s is beyond the limit of %u, taken as 0",
		 (unsigned long long)id, dt->node[node].name, MACHINE_NODES_MAX);
	return 0;
}

static void reserve(struct machine *m, u64 base, u64 size)
{
	if (size && machine_reserve(m, base, size) != OK)
		log_warn("device tree: too many reserved ranges, RAM around 0x%llx is not used",
			 (unsigned long long)base);
}

static void add_ram(struct machine *m, u64 base, u64 size, u32 node)
{
	m->ram_total += size;
	if (machine_add_ram(m, base, size, node) != OK)
		log_warn("device tree: too many RAM ranges, 0x%llx bytes at 0x%llx not used",
			 (unsigned long long)size, (unsigned long long)base);
}

/* Every memory node: RAM itself, or only its NUMA node when the RAM is known from UEFI. */
static void read_memory(const struct dt *dt, struct machine *m, bool ram_known)
{
	int node;
	u64 base, size;

	for (node = dt_next_child(dt, DT_ROOT, DT_NONE); node != DT_NONE;
	     node = dt_next_child(dt, DT_ROOT, node)) {
		u32 numa;

		if (!fdt_prop_is(dt, node, "device_type", "memory") || !node_okay(dt, node))
			continue;
		numa = node_numa(dt, node);
		m->nr_nodes = (u32)max_u64(m->nr_nodes, numa + 1);
		for (int i = 0; fdt_node_reg(dt, node, i, &base, &size) == OK; i++) {
			if (!size)
				continue;
			if (!ram_known)
				add_ram(m, base, size, numa);
			else if (machine_set_node(m, base, size, numa) != OK)
				log_warn("device tree: too many RAM ranges to keep NUMA nodes apart");
		}
	}
}

/* 5.3.2 and 3.5: what the hypervisor must not touch, with or without no-map. */
static void read_reserved(const struct dt *dt, struct machine *m)
{
	int node, parent = path(dt, "/reserved-memory");
	u64 base, size;

	for (u32 i = 0; dt_reservation(dt, i, &base, &size); i++)
		reserve(m, base, size);
	if (parent >= 0) {
		for (node = dt_next_child(dt, parent, DT_NONE); node != DT_NONE;
		     node = dt_next_child(dt, parent, node)) {
			for (int i = 0; fdt_node_reg(dt, node, i, &base, &size) == OK; i++)
				reserve(m, base, size);
		}
	}
	reserve(m, 0, PAGE_SIZE); /* virtual = physical: page 0 stays NULL's */
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

/* Can it be had, and is it not said twice? */
static bool cpu_usable(const struct dt *dt, int node, u64 reg, const struct machine *m,
		       struct machine_cpu *cpu)
{
	const char *why = fdt_arch_cpu(dt, node, reg, cpu);

	if (cpu_known(m, cpu->hwid))
		why = "it is there twice";
	else if (!why && m->nr_cpus == MAX_CPUS)
		why = "there are too many";
	if (why)
		log_warn("device tree: CPU 0x%llx is not used: %s", (unsigned long long)cpu->hwid, why);
	return !why;
}

static void read_cpus(const struct dt *dt, struct machine *m)
{
	int n, node, parent = path(dt, "/cpus");
	int width = parent < 0 ? 0 : dt_address_cells(dt, parent);

	if (width < 1 || width > 2)
		return;
	for (node = dt_next_child(dt, parent, DT_NONE); node != DT_NONE;
	     node = dt_next_child(dt, parent, node)) {
		const cell_t *reg = fdt_prop_cells(dt, node, "reg", &n);
		struct machine_cpu cpu = {0};

		if (!fdt_prop_is(dt, node, "device_type", "cpu") || !node_okay(dt, node) || !reg || n < width)
			continue;
		if (!cpu_usable(dt, node, fdt_cells(reg, width), m, &cpu))
			continue;
		cpu.node = node_numa(dt, node);
		cpu.acpi_uid = m->nr_cpus;
		m->nr_nodes = (u32)max_u64(m->nr_nodes, cpu.node + 1);
		if (cpu.hwid == dt_boot_cpu(dt))
			m->boot_cpu = m->nr_cpus;
		m->cpus[m->nr_cpus++] = cpu;
	}
}

/* ---- PCI, clock ---- */

static void read_ecam(const struct dt *dt, struct machine *m)
{
	u64 base, size, buses;
	int n, node = -1;

	while ((node = fdt_next_compatible(dt, node, "pci-host-ecam-generic")) >= 0) {
		const cell_t *range = fdt_prop_cells(dt, node, "bus-range", &n);
		u32 first = range && n >= 2 ? dt_cell(range) : 0;

		if (fdt_node_reg(dt, node, 0, &base, &size) != OK || size < MIB(1) || first > 255)
			continue;
		if (m->nr_ecam == MACHINE_ECAM_MAX) {
			log_warn("device tree: more than %u PCI host bridges, devices of %s stay as they are",
				 MACHINE_ECAM_MAX, dt->node[node].name);
			continue;
		}
		buses = min_u64(size >> 20, 256 - first);
		if (range && n >= 2 && dt_cell(range + 1) >= first)
			buses = min_u64(buses, (u64)dt_cell(range + 1) - first + 1);
		m->ecam[m->nr_ecam++] = (struct machine_ecam){
			.base = HPA(base),
			.segment = (u16)fdt_prop_number(dt, node, "linux,pci-domain", 0),
			.bus_first = (u8)first,
			.bus_last = (u8)(first + buses - 1),
		};
	}
}

static const struct {
	const char *compatible;
	enum rtc_kind kind;
} rtc_types[] = {
	{"arm,pl031", RTC_PL031},
	{"google,goldfish-rtc", RTC_GOLDFISH},
};

static void read_rtc(const struct dt *dt, struct machine *m)
{
	u64 base, size;

	for (u32 i = 0; i < ARRAY_SIZE(rtc_types); i++) {
		int node = fdt_next_compatible(dt, -1, rtc_types[i].compatible);

		if (node < 0 || fdt_node_reg(dt, node, 0, &base, &size) != OK)
			continue;
		m->rtc = HPA(base);
		m->rtc_kind = rtc_types[i].kind;
		return;
	}
}

/* ---- console ---- */

static const struct {
	const char *compatible;
	enum uart_kind kind;
	u8 io_width; /* without reg-io-width */
} uart_types[] = {
	{"arm,pl011", UART_PL011, 4}, {"arm,sbsa-uart", UART_SBSA, 4},       {"ns16550a", UART_NS16550, 1},
	{"ns16550", UART_NS16550, 1}, {"snps,dw-apb-uart", UART_NS16550, 1},
};

/* The node behind "path:options" or an alias of it; negative: none. */
static int path_node(const struct dt *dt, const char *where, size_t max)
{
	size_t len = 0;

	while (len < max && where[len] && where[len] != ':')
		len++;
	return dt_path(dt, where, len);
}

/* Hertz of the UART's clock: its own property, or that of a fixed clock it names first. */
static u32 uart_clock(const struct dt *dt, int node)
{
	int n, clock;
	const cell_t *p = fdt_prop_cells(dt, node, "clocks", &n);
	u64 own = fdt_prop_number(dt, node, "clock-frequency", 0);

	if (own || !p)
		return (u32)own;
	clock = dt_by_phandle(dt, dt_cell(p));
	return clock < 0 ? 0 : (u32)fdt_prop_number(dt, clock, "clock-frequency", 0);
}

static void uart_fill(const struct dt *dt, int node, u32 type, u64 base, u64 size, struct machine_uart *u)
{
	u64 offset = fdt_prop_number(dt, node, "reg-offset", 0);
	struct fdt_irq irq = fdt_node_irq(dt, node, 0);

	memset(u, 0, sizeof(*u));
	if (offset >= size)
		offset = 0;
	u->kind = uart_types[type].kind;
	u->base = HPA(base + offset);
	u->size = size - offset;
	u->irq = irq.number;
	u->irq_edge = irq.edge;
	u->clock_hz = uart_clock(dt, node);
	u->reg_shift = (u8)fdt_prop_number(dt, node, "reg-shift", 0);
	u->io_width = (u8)fdt_prop_number(dt, node, "reg-io-width", uart_types[type].io_width);
	if (!dt_full_path(dt, node, u->path, sizeof(u->path)))
		memcpy(u->path, "(long path)", sizeof("(long path)"));
}

static enum err uart_from_node(const struct dt *dt, int node, struct machine_uart *u)
{
	u64 base, size, shift, width;

	if (node < 0 || fdt_node_reg(dt, node, 0, &base, &size) != OK || !size)
		return ERR_NOENT;
	shift = fdt_prop_number(dt, node, "reg-shift", 0);
	width = fdt_prop_number(dt, node, "reg-io-width", 1);
	if (shift > 3 || (width != 1 && width != 2 && width != 4))
		return ERR_UNSUPPORTED;
	for (u32 i = 0; i < ARRAY_SIZE(uart_types); i++) {
		if (dt_compatible(dt, node, uart_types[i].compatible)) {
			uart_fill(dt, node, i, base, size, u);
			return OK;
		}
	}
	return ERR_UNSUPPORTED;
}

/* /chosen/stdout-path (3.6), its older name, else the first serial port by alias. */
static void read_console(const struct dt *dt, struct machine *m)
{
	static const char *const names[] = {"stdout-path", "linux,stdout-path"};
	int chosen = path(dt, "/chosen");
	u32 len;

	for (u32 i = 0; chosen >= 0 && i < ARRAY_SIZE(names); i++) {
		const char *value = dt_prop(dt, chosen, names[i], &len);

		if (!value || !len)
			continue;
		if (uart_from_node(dt, path_node(dt, value, len), &m->uart) != OK)
			log_warn("device tree: no driver for the console %.*s", (int)len, value);
		return;
	}
	if (uart_from_node(dt, path(dt, "serial0"), &m->uart) != OK)
		log_warn("device tree: no console is named");
}

/* ---- the whole ---- */

/* The bundle is what boot loaders call the initrd; one that the handoff block gave stays. */
static void read_bundle(const struct dt *dt, struct machine *m)
{
	int chosen = path(dt, "/chosen");
	u64 start = chosen < 0 ? 0 : fdt_prop_number(dt, chosen, "linux,initrd-start", 0);
	u64 end = chosen < 0 ? 0 : fdt_prop_number(dt, chosen, "linux,initrd-end", 0);

	if (!m->bundle_size && start && end > start) {
		m->bundle = HPA(start);
		m->bundle_size = end - start;
	}
	reserve(m, m->bundle.v, m->bundle_size);
}

enum err fdt_complain(enum err e, const char *what)
{
	log_error("device tree: %s", what);
	return e;
}

static enum err check(const struct machine *m)
{
	if (!m->nr_ram)
		return fdt_complain(ERR_NOENT, "no RAM");
	if (!m->nr_cpus)
		return fdt_complain(ERR_NOENT, "no usable CPU");
	return fdt_arch_check(m);
}

u32 machine_fdt_size(const void *fdt)
{
	return dt_size(fdt);
}

u32 machine_fdt_extent(const void *fdt)
{
	return dt_extent(fdt);
}

/* The index is made for each caller anew: there are two, and the tree may have been edited (tests do). */
static struct dt tree;

enum err uart_from_fdt(const void *fdt, const char *where, struct machine_uart *u)
{
	int node;

	if (dt_open(&tree, fdt) != OK)
		return ERR_NOENT;
	node = path_node(&tree, where, strlen(where));
	if (node >= 0 && !node_okay(&tree, node))
		return ERR_PERM;
	return uart_from_node(&tree, node, u);
}

enum err machine_from_fdt(const void *fdt, struct machine *m)
{
	const struct dt *dt = &tree;
	bool ram_known = m->nr_ram != 0;
	enum err e = dt_open(&tree, fdt);

	if (e != OK)
		return fdt_complain(ERR_INVAL, e == ERR_NOMEM ? "too many nodes" : "it is broken");
	m->source = "device tree";
	m->nr_nodes = (u32)max_u64(m->nr_nodes, 1);
	read_memory(dt, m, ram_known);
	read_reserved(dt, m);
	read_bundle(dt, m);
	read_cpus(dt, m);
	fdt_arch_read(dt, m);
	read_ecam(dt, m);
	read_rtc(dt, m);
	read_console(dt, m);
	return check(m);
}
