/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual distributor (IHI 0069H, 12.9): one security state (DS = 1),
 * affinity routing always on, message-based SPIs, no LPIs, no extended SPIs.
 */
#include "arch/arm64/vgic_state.h"
#include "core/mmio.h"
#include "core/vm.h"

#define GICD_CTLR_ARE (1u << 4)
#define GICD_CTLR_DS (1u << 6)
#define GICD_CTLR_RWP (1u << 31)

/* ITLinesNumber 31 (INTIDs to 1019), MBIS, ten bits of INTID. */
#define TYPER_VALUE (31u | 1u << 16 | 9u << 19)

#define IROUTER 0x6000u
#define IROUTER_END 0x8000u
#define IROUTER_IRM (1ULL << 31)
#define IROUTER_AFF3(v) ((u32)((v) >> 32) & 0xff)
#define IDS 0xffd0u

/* ---- control block, 0x000..0x07f ---- */

static COLD u32 ctlr_read(struct vgic *g)
{
	u32 rwp;

	vgic_lock(g);
	rwp = g->rwp ? GICD_CTLR_RWP : 0;
	vgic_unlock(g, NULL);
	return g->ctlr | GICD_CTLR_ARE | GICD_CTLR_DS | rwp;
}

/* Groups are switched for all interrupts: every vCPU sorts its own again. */
static void ctlr_write(struct vgic *g, struct vgic_cpu *self, u32 val)
{
	u32 ctlr = val & (GICD_CTLR_GRP0 | GICD_CTLR_GRP1);

	vgic_lock_lines(g, self);
	if (ctlr != g->ctlr) {
		vgic_fold(self);
		if (g->ctlr & ~ctlr) /* a group disabled */
			for (u32 i = 0; i < g->nr_cpus; i++)
				if (g->cpu[i]->loaded && g->cpu[i] != self)
					g->rwp |= BIT64(i);
		g->ctlr = ctlr;
		for (u32 i = 0; i < g->nr_cpus; i++) {
			g->cpu[i]->hint = ~0u;
			if (g->cpu[i] == self)
				continue;
			if (g->cpu[i]->loaded)
				g->dirty |= BIT64(i);
			g->wake |= BIT64(i);
		}
		vgic_fill(self);
	}
	vgic_unlock(g, self);
}

/* GICD_SETSPI_NSR, GICD_CLRSPI_NSR: an edge, or a level by message. */
static COLD void message(struct vgic *g, struct vgic_cpu *self, u32 val, bool set)
{
	u32 intid = val & 0x3ff;
	struct vgic_access a = {.g = g, .self = self, .word = intid / 32, .valid = ~0u};
	u32 bit = BIT32(intid & 31);

	if (intid < 32 || intid >= VGIC_INTIDS)
		return;
	a.b = &g->spi[a.word - 1];
	if (!(load_relaxed(&a.b->edge) & bit)) {
		vgic_set_spi(g, self, intid, set);
		return;
	}
	vgic_lock_lines(g, self);
	if (set)
		vgic_set_latch(&a, bit);
	else
		vgic_clear_latch(&a, bit);
	vgic_unlock(g, self);
}

static u32 control_read(struct vgic *g, u32 off)
{
	switch (off) {
	case 0x00:
		return ctlr_read(g);
	case 0x04:
		return TYPER_VALUE;
	case 0x08:
		return VGIC_IIDR;
	default: /* TYPER2, STATUSR and all else: RAZ */
		return 0;
	}
}

static COLD void control_write(struct vgic *g, struct vgic_cpu *self, u32 off, u32 val)
{
	switch (off) {
	case 0x00:
		ctlr_write(g, self, val);
		break;
	case 0x40:
		message(g, self, val, true);
		break;
	case 0x48:
		message(g, self, val, false);
		break;
	default:
		break;
	}
}

/* ---- GICD_IROUTER<n> ---- */

static u64 route_read(struct vgic *g, u32 intid)
{
	struct virq *v = &g->irq[intid - 32];
	u64 any = v->flags & VIRQ_ANY ? IROUTER_IRM : 0;

	return (v->route & 0xffffffu) | any | (u64)(v->route >> 24) << 32;
}

static u8 target_of(const struct vgic *g, u32 affinity)
{
	u32 index = (affinity >> 8 & 0xff) * 16 + (affinity & 0xff);

	if (index >= g->nr_cpus || vgic_affinity(index) != affinity)
		return VGIC_NOBODY;
	return (u8)index;
}

static void route_write(struct vgic *g, struct vgic_cpu *self, u32 intid, u64 val)
{
	struct vgic_access a = {.g = g, .self = self, .b = &g->spi[intid / 32 - 1], .word = intid / 32};
	struct virq *v = &g->irq[intid - 32];
	u32 bit = BIT32(intid & 31);

	vgic_begin(&a, bit);
	v->route = ((u32)val & 0xffffffu) | IROUTER_AFF3(val) << 24;
	if (val & IROUTER_IRM) {
		v->flags |= VIRQ_ANY;
		if (v->target == VGIC_NOBODY)
			vgic_set_target(g, intid, 0);
	} else {
		v->flags &= (u8)~VIRQ_ANY;
		vgic_set_target(g, intid, target_of(g, v->route));
	}
	vgic_end(&a, bit);
}

static COLD u64 router_read(struct vgic *g, u32 off, u32 size)
{
	u32 intid = (off - IROUTER) >> 3;
	u64 val;

	if (intid < 32 || intid >= VGIC_INTIDS)
		return 0;
	vgic_lock(g);
	val = route_read(g, intid);
	vgic_unlock(g, NULL);
	if (size == 8)
		return val;
	return off & 4 ? val >> 32 : val & 0xffffffffu;
}

static COLD void router_write(struct vgic *g, struct vgic_cpu *self, u32 off, u32 size, u64 val)
{
	u32 intid = (off - IROUTER) >> 3;

	if (intid < 32 || intid >= VGIC_INTIDS)
		return;
	vgic_lock_lines(g, self);
	if (size == 4 && (off & 4))
		val = (route_read(g, intid) & 0xffffffffu) | val << 32;
	else if (size == 4)
		val = (route_read(g, intid) & ~0xffffffffULL) | (val & 0xffffffffu);
	route_write(g, self, intid, val);
	vgic_told_others(g, self);
	vgic_unlock(g, self);
}

/* ---- the frame ---- */

/* Registers take words; IPRIORITYR bytes too, IROUTER doublewords too. All else is RAZ/WI. */
static u64 dist_read(void *dev, struct vcpu *vcpu, u64 off64, u32 size)
{
	struct vgic *g = dev;
	u32 off = (u32)off64;

	if (off < 0x80)
		return size == 4 ? control_read(g, off) : 0;
	if (off < 0x1000)
		return size == 8 ? 0 : vgic_bank_read(g, g->cpu[vcpu->index], NULL, off, size);
	if (off >= IROUTER && off < IROUTER_END && size >= 4)
		return router_read(g, off, size);
	if (off >= IDS && off < 0x10000 && size == 4)
		return vgic_id_register(off, 0x92);
	return 0;
}

static void dist_write(void *dev, struct vcpu *vcpu, u64 off64, u32 size, u64 val)
{
	struct vgic *g = dev;
	struct vgic_cpu *self = g->cpu[vcpu->index];
	u32 off = (u32)off64;

	if (off >= 0x80 && off < 0x1000) {
		if (size != 8)
			vgic_bank_write(g, self, NULL, off, size, (u32)val);
	} else if (off < 0x80 && size == 4) {
		control_write(g, self, off, (u32)val);
	} else if (off >= IROUTER && off < IROUTER_END && size >= 4) {
		router_write(g, self, off, size, val);
	}
}

const struct mmio_ops vgic_dist_ops = {.sizes = 1 | 4 | 8, .read = dist_read, .write = dist_write};
