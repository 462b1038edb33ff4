/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC's life: reset, a vCPU on and off its CPU.
 * While a vCPU is put, nothing of it is in list registers: banks are all there is.
 */
#include "arch/arm64/vgic.h"
#include "arch/arm64/gicv3.h"
#include "arch/arm64/vgic_state.h"

/* ---- reset ---- */

static void virq_reset(struct virq *v)
{
	*v = (struct virq){.hw = v->hw, .target = v->target, .owner = v->owner};
}

static void redist_reset(struct vgic_cpu *c)
{
	c->priv = (struct vgic_bank){.edge = 0xffff};
	c->hint = c->act = c->todo = 0;
	c->linked = 0;
	c->asleep = true;
	for (u32 i = 0; i < 32; i++)
		virq_reset(&c->irq[i]);
	/* Affinity 0.0.0.0 is what GICD_IROUTER is reset to here. */
	for (u32 i = 0; i < VGIC_SPI_BANKS; i++)
		c->routed[i] = c->index == 0 ? ~0u : 0;
}

void vgic_cpu_reset(struct vgic_cpu *c)
{
	c->vmcr = 0;
	for (u32 n = 0; n < 4; n++)
		c->apr[0][n] = c->apr[1][n] = 0;
}

void vgic_reset(struct vgic *g)
{
	vgic_lock(g);
	g->ctlr = 0;
	g->dirty = g->rwp = g->wake = 0;
	store_relaxed(&g->news, 0);
	for (u32 i = 0; i < VGIC_SPI_BANKS; i++) {
		g->spi[i] = (struct vgic_bank){0};
		store_relaxed(&g->input[i], 0);
	}
	for (u32 i = 0; i < VGIC_SPIS; i++) {
		virq_reset(&g->irq[i]);
		g->irq[i].target = g->irq[i].owner = 0;
	}
	for (u32 i = 0; i < g->nr_cpus; i++) {
		redist_reset(g->cpu[i]);
		vgic_cpu_reset(g->cpu[i]);
	}
	vgic_unlock(g, NULL);
}

BOOT_CODE void vgic_init(struct vgic *g, u32 nr_cpus)
{
	g->nr_cpus = nr_cpus;
}

BOOT_CODE void vgic_cpu_init(struct vgic *g, struct vgic_cpu *c, u32 index)
{
	g->cpu[index] = c;
	c->vgic = g;
	c->index = (u16)index;
	for (u32 i = 0; i < 32; i++)
		c->irq[i].target = c->irq[i].owner = (u8)index;
}

/* ---- a vCPU on and off its CPU ---- */

void vgic_cpu_load(struct vgic_cpu *c)
{
	struct vgic *g = c->vgic;

	ich_sre_set();
	ich_vmcr_write(c->vmcr);
	for (u32 n = 0; n < ich_nr_apr(); n++) {
		ich_apr_write(0, n, c->apr[0][n]);
		ich_apr_write(1, n, c->apr[1][n]);
	}
	/* Before their timers run again, or they would interrupt the host. */
	for (u32 m = c->linked; m; m &= m - 1)
		gic_set_active(c->irq[__builtin_ctz(m)].hw);
	c->lr_mask = BIT32(ich_features.nr_lr) - 1;
	c->hcr = 0;
	vgic_lock_lines(g, NULL);
	c->loaded = true;
	vgic_fill(c);
	g->wake &= ~BIT64(c->index); /* its own CPU is at it */
	vgic_unlock(g, c);
}

void vgic_cpu_put(struct vgic_cpu *c)
{
	struct vgic *g = c->vgic;

	vgic_lock_lines(g, c);
	vgic_fold(c);
	store_relaxed(&c->loaded, false);
	c->todo = 0;
	g->dirty &= ~BIT64(c->index);
	g->rwp &= ~BIT64(c->index);
	/* Still on the guest's behalf, but another guest may use the PPI here meanwhile. */
	for (u32 m = c->linked; m; m &= m - 1)
		gic_deactivate(c->irq[__builtin_ctz(m)].hw);
	vgic_unlock(g, NULL);
	/* Who drove a line and still saw it loaded has only kicked this CPU: vgic_cpu_has_irq() or the next load sees the line. */
	atomic_fence();
	c->vmcr = ich_vmcr_read();
	for (u32 n = 0; n < ich_nr_apr(); n++) {
		c->apr[0][n] = ich_apr_read(0, n);
		c->apr[1][n] = ich_apr_read(1, n);
	}
	ich_hcr_write(0);
}

void vgic_cpu_resync(struct vgic_cpu *c)
{
	vgic_lock_lines(c->vgic, c);
	vgic_resync(c);
	vgic_unlock(c->vgic, c);
}

/* ---- would it be interrupted? ---- */

/* Highest active priority of the put vCPU, 0x100 for none. */
static u32 running_priority(const struct vgic_cpu *c)
{
	for (u32 n = 0; n < ich_nr_apr(); n++) {
		u32 apr = c->apr[0][n] | c->apr[1][n];

		if (apr)
			return (n * 32 + (u32)__builtin_ctz(apr)) << (8 - ich_features.preempt_bits);
	}
	return 0x100;
}

/* Masked by the smallest group field, the comparison errs towards true: a wake-up too many. */
bool vgic_cpu_has_irq(struct vgic_cpu *c)
{
	u32 key;

	vgic_lock_lines(c->vgic, NULL);
	key = vgic_best_key(c, c->vmcr);
	c->vgic->wake &= ~BIT64(c->index); /* it looks already */
	vgic_unlock(c->vgic, NULL);
	return key < VGIC_KEY_MASKED && key < VMCR_VPMR(c->vmcr) && key < running_priority(c);
}
