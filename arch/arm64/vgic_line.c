/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Input lines of the virtual GIC. A PPI's is driven by its own CPU, under the lock. An SPI's is
 * driven by a device on any CPU, which waits for nobody: a level is a bit in `input`, and what it means
 * is found out by whoever holds vgic.lock next.
 */
#include "arch/arm64/vgic_state.h"

/* An interrupt in a list register has news: pended again, or its level moved. */
static void line_in_lr(struct vgic *g, struct vgic_cpu *self, u32 intid, u32 owner, u32 lr, bool level)
{
	bool own = self && self->index == owner;

	if (own && !self->overflow) {
		vgic_refresh(self, lr);
		return;
	}
	g->cpu[owner]->todo |= BIT32(intid / 32);
	if (own)
		return;
	if (!level)
		g->dirty |= BIT64(owner);
	g->wake |= BIT64(owner);
}

static void set_line(struct vgic *g, struct vgic_cpu *self, struct vgic_cpu *c, u32 intid, bool level)
{
	struct vgic_bank *b = vgic_bank(g, c, intid / 32);
	struct virq *v = vgic_virq(g, c, intid);
	u32 bit = BIT32(intid & 31);

	if (level == !!(b->line & bit))
		return;
	b->line ^= bit;
	if (b->edge & bit) {
		if (!level)
			return;
		b->latch |= bit;
	}
	if (b->in_lr & bit)
		line_in_lr(g, self, intid, v->owner, v->lr, level);
	else if (vgic_ready(g, b) & bit)
		vgic_post(g, self, c, intid);
}

#define INPUT_LEVEL(i) (1ULL << (i))
#define INPUT_ROSE(i) (1ULL << 32 << (i))

/* An edge counts although the line may have fallen again, or fell before; of a level only what it is now. */
static void take_line(struct vgic *g, struct vgic_cpu *self, u32 intid, bool rose, bool level)
{
	if (rose) {
		set_line(g, self, NULL, intid, false);
		set_line(g, self, NULL, intid, true);
	}
	set_line(g, self, NULL, intid, level);
}

static void take_bank(struct vgic *g, struct vgic_cpu *self, u32 word)
{
	struct vgic_bank *b = &g->spi[word - 1];
	u64 input = atomic_and(&g->input[word - 1], INPUT_ROSE(0) - 1);
	u32 level = (u32)input, rose = (u32)(input >> 32) & b->edge;

	for (u32 m = rose | (level ^ b->line); m; m &= m - 1) {
		u32 i = (u32)__builtin_ctz(m);

		take_line(g, self, word * 32 + i, rose >> i & 1, level >> i & 1);
	}
}

NOINLINE void vgic_take_lines(struct vgic *g, struct vgic_cpu *self)
{
	/* Cleared first: what changes from here on is news again. */
	for (u32 words = atomic_xchg(&g->news, 0); words; words &= words - 1)
		take_bank(g, self, (u32)__builtin_ctz(words));
}

/* Whom it is for, as far as that can be seen without the lock; whoever takes it in passes it on to whom it is for then. */
static u32 whom_to_tell(const struct vgic *g, u32 intid)
{
	const struct virq *v = &g->irq[intid - 32];
	u32 target = load_relaxed(&v->target);

	if (!(load_relaxed(&v->flags) & VIRQ_ANY))
		return target;
	for (u32 i = 0; i < g->nr_cpus && (target == VGIC_NOBODY || load_relaxed(&g->cpu[target]->asleep));
	     i++)
		target = i;
	return target;
}

/*
 * The order: the line, then that it is news, then who and whether it is loaded. A vCPU that comes, goes, or is routed to
 * meanwhile does the opposite: it says so, then looks for news (vgic_cpu_put(), vgic_told_others(); a load and a wake-up
 * are ordered by vcpu->requests). One of the two sees the other. A vCPU that is off is told in vain, as hardware's
 * would be; then the line is taken in by the next access to the controller or when it is switched on.
 */
u32 vgic_line(struct vgic *g, u32 intid, bool level)
{
	u32 word = intid / 32, i = intid & 31;
	u64 *input;

	if (intid < 32 || intid >= VGIC_INTIDS)
		return VGIC_NOBODY;
	input = &g->input[word - 1];
	if (!!(load_relaxed(input) & INPUT_LEVEL(i)) == level)
		return VGIC_NOBODY;
	if (level)
		atomic_or(input, INPUT_LEVEL(i) | INPUT_ROSE(i));
	else
		atomic_and(input, ~INPUT_LEVEL(i));
	atomic_or(&g->news, BIT32(word));
	atomic_fence();
	return whom_to_tell(g, intid);
}

void vgic_set_spi(struct vgic *g, struct vgic_cpu *self, u32 intid, bool level)
{
	vgic_line(g, intid, level); /* this CPU looks */
	vgic_lock_lines(g, self);
	vgic_unlock(g, self);
}

void vgic_set_ppi(struct vgic_cpu *c, u32 intid, bool level)
{
	struct vgic_cpu *self = c->loaded ? c : NULL;

	vgic_lock(c->vgic);
	set_line(c->vgic, self, c, intid, level);
	c->vgic->wake &= ~BIT64(c->index); /* its own CPU is at it */
	vgic_unlock(c->vgic, self);
}
