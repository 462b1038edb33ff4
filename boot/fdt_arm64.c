/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an arm64 machine's device tree has beside that of others: CPUs with an MPIDR, PSCI, a GIC, the generic timer
 * (Linux, Documentation/devicetree/bindings of the named devices). Boot only, one CPU, no lock.
 */
#include "boot/fdt_int.h"

#include "core/log.h"

#define MPIDR_AFFINITY UINT64_C(0xff00ffffff)

/* ---- CPUs ---- */

/* To be had: started by PSCI, or running already. */
const char *fdt_arch_cpu(const struct dt *dt, int node, u64 reg, struct machine_cpu *cpu)
{
	cpu->hwid = reg & MPIDR_AFFINITY;
	if (cpu->hwid != dt_boot_cpu(dt) && !fdt_prop_is(dt, node, "enable-method", "psci"))
		return "its enable-method is not psci";
	return NULL;
}

static void read_psci(const struct dt *dt, struct machine *m)
{
	int node = fdt_next_compatible(dt, -1, "arm,psci-1.0");

	if (node < 0)
		node = fdt_next_compatible(dt, -1, "arm,psci-0.2");
	if (node < 0)
		return; /* 0.1 has no standard function numbers */
	if (fdt_prop_is(dt, node, "method", "hvc"))
		m->conduit = PSCI_HVC;
	else if (fdt_prop_is(dt, node, "method", "smc"))
		m->conduit = PSCI_SMC;
}

/* ---- interrupts ---- */

#define GIC_IRQ_CELLS_MIN 3 /* type, number, flags; a fourth one names a PPI partition */
#define GIC_IRQ_EDGE 3      /* flags: rising 1, falling 2 */

/* bindings/interrupt-controller/arm,gic-v3: where the numbers of a type begin, and how many there are */
static const struct {
	u32 first, count;
} gic_types[] = {
	{32, 988},    /* SPI */
	{16, 16},     /* PPI */
	{4096, 1024}, /* extended SPI */
	{1056, 64},   /* extended PPI */
};

struct fdt_irq fdt_arch_irq(const struct dt *dt, int controller, const cell_t *specifier, u32 width)
{
	const struct fdt_irq none = {0, false};
	u32 type, number;

	if (!dt_compatible(dt, controller, "arm,gic-v3") || width < GIC_IRQ_CELLS_MIN)
		return none;
	type = dt_cell(specifier);
	number = dt_cell(specifier + 1);
	if (type >= ARRAY_SIZE(gic_types) || number >= gic_types[type].count)
		return none;
	return (struct fdt_irq){gic_types[type].first + number, (dt_cell(specifier + 2) & GIC_IRQ_EDGE) != 0};
}

static void read_gic(const struct dt *dt, struct machine *m)
{
	struct machine_gic *gic = &m->gic;
	int node = fdt_next_compatible(dt, -1, "arm,gic-v3");
	u64 regions, base, size;

	if (node < 0 || fdt_node_reg(dt, node, 0, &base, &size) != OK) {
		if (fdt_next_compatible(dt, -1, "arm,gic-400") >= 0 ||
		    fdt_next_compatible(dt, -1, "arm,cortex-a15-gic") >= 0)
			gic->version = 2;
		return;
	}
	gic->version = 3;
	gic->dist = HPA(base);
	gic->stride = (u32)fdt_prop_number(dt, node, "redistributor-stride", 0);
	gic->maint_intid = fdt_node_irq(dt, node, 0).number;
	regions = fdt_prop_number(dt, node, "#redistributor-regions", 1);
	for (int i = 0; (u64)i < regions && gic->nr_redist < MACHINE_GICR_MAX; i++) {
		if (fdt_node_reg(dt, node, i + 1, &base, &size) != OK)
			break;
		gic->redist[gic->nr_redist++] = (struct mem_range){HPA(base), size, 0};
	}
	if (gic->nr_redist != regions)
		log_warn("device tree: %u of %llu redistributor regions are usable", gic->nr_redist,
			 (unsigned long long)regions);
}

/* ---- timers ---- */

/* bindings/timer/arm,arch_timer: by name, else in this order after the secure one. */
static u32 timer_irq(const struct dt *dt, int node, const char *name, int index)
{
	int named = dt_string_index(dt, node, "interrupt-names", name);

	return fdt_node_irq(dt, node, named >= 0 ? named : index).number;
}

static void read_timer(const struct dt *dt, struct machine *m)
{
	int node = fdt_next_compatible(dt, -1, "arm,armv8-timer");

	if (node < 0)
		return;
	m->timer.phys_intid = timer_irq(dt, node, "phys", 1);
	m->timer.virt_intid = timer_irq(dt, node, "virt", 2);
	m->timer.hyp_intid = timer_irq(dt, node, "hyp-phys", 3);
	m->timer.hz = (u32)fdt_prop_number(dt, node, "clock-frequency", 0);
}

/* ---- the whole ---- */

void fdt_arch_read(const struct dt *dt, struct machine *m)
{
	read_psci(dt, m);
	read_gic(dt, m);
	read_timer(dt, m);
}

enum err fdt_arch_check(const struct machine *m)
{
	if (m->gic.version == 2)
		return fdt_complain(ERR_UNSUPPORTED,
				    "the interrupt controller is a GICv2; version 3 is needed");
	if (!m->gic.version || !m->gic.nr_redist)
		return fdt_complain(ERR_NOENT, "no GICv3 with redistributors");
	if (!m->timer.hyp_intid || !m->timer.virt_intid)
		return fdt_complain(ERR_NOENT, "no generic timer with virtual and hypervisor interrupts");
	if (m->nr_cpus > 1 && m->conduit == PSCI_NONE)
		return fdt_complain(ERR_UNSUPPORTED, "no PSCI of version 0.2 or newer to start CPUs by");
	return OK;
}
