/* SPDX-License-Identifier: Apache-2.0 */
/*
 * List registers of the vCPU loaded on this CPU.
 *
 * Everything that can be delivered is in a list register; only when that does
 * not fit is there an order to keep, and then all of them are taken out, sorted
 * and filled anew (vgic_resync). The highest-priority pending interrupt always
 * gets one, active interrupts may lose theirs:
 *   - some pending are left out: NPIE says when those in LRs are used up, and
 *     the group-enable maintenance interrupts when the order changes;
 *   - some active are left out: LRENPIE and EOIcount tell of an EOI without LR
 *     (EOImode 0: it is for the highest active priority); writes of ICC_DIR_EL1
 *     trap (EOImode 1: it may be for any). They trap as well when there are several
 *     vCPUs, since one may deactivate an SPI that is in another's LR.
 * A level interrupt asks for a maintenance interrupt at its deactivation as long
 * as its line is up, so that it is sampled again.
 *
 * An interrupt keeps its LR after the guest has finished with it, until the LR
 * is needed: pending it again is then one read and one write.
 *
 * All with vgic.lock held.
 */
#include "arch/arm64/gicv3.h"
#include "arch/arm64/timer_regs.h"
#include "arch/arm64/vgic_state.h"

#define PRIORITY_OF(tag) ((tag) & VGIC_PRIORITY_MASK)
#define GROUP_OF(tag) ((tag) & 1u)

/* Priority and group as they are kept while an interrupt is active. */
static u8 tag_of(const struct vgic_bank *b, const struct virq *v, u32 bit)
{
	return (u8)((v->priority & VGIC_PRIORITY_MASK) | (b->group & bit ? 1 : 0));
}

/* ---- who an interrupt is for ---- */

void vgic_set_target(struct vgic *g, u32 intid, u8 target)
{
	struct virq *v = &g->irq[intid - 32];
	u32 bank = intid / 32 - 1;
	u32 bit = BIT32(intid & 31);

	if (v->target == target)
		return;
	if (v->target != VGIC_NOBODY)
		g->cpu[v->target]->routed[bank] &= ~bit;
	if (target != VGIC_NOBODY)
		g->cpu[target]->routed[bank] |= bit;
	store_relaxed(&v->target, target);
}

/* 1 of N: stay where it is while that vCPU is awake, else the first that is. */
static void choose_target(struct vgic *g, struct virq *v, u32 intid)
{
	if (v->target != VGIC_NOBODY && !g->cpu[v->target]->asleep)
		return;
	for (u32 i = 0; i < g->nr_cpus; i++) {
		if (!g->cpu[i]->asleep) {
			vgic_set_target(g, intid, (u8)i);
			return;
		}
	}
}

void vgic_post(struct vgic *g, struct vgic_cpu *self, struct vgic_cpu *c, u32 intid)
{
	u32 word = BIT32(intid / 32);

	if (intid >= 32) {
		struct virq *v = &g->irq[intid - 32];

		if (v->flags & VIRQ_ANY)
			choose_target(g, v, intid);
		if (v->target == VGIC_NOBODY)
			return;
		c = g->cpu[v->target];
	}
	c->hint |= word;
	c->todo |= word;
	if (c != self)
		g->wake |= BIT64(c->index);
}

/* ---- active state outside list registers ---- */

/* The physical interrupt behind a linked PPI may fire again. */
static void unlink_physical(struct vgic *g, struct vgic_cpu *self, struct vgic_cpu *c, u32 intid)
{
	u32 bit = BIT32(intid);

	c->priv.line &= ~bit;
	if (c == self) {
		c->linked &= ~bit;
		gic_deactivate(c->irq[intid].hw);
	} else if (c->loaded) {
		/* its own CPU does it, in unlink_idle() */
		g->dirty |= BIT64(c->index);
		g->wake |= BIT64(c->index);
	} else {
		c->linked &= ~bit;
	}
}

void vgic_deactivate(struct vgic *g, struct vgic_cpu *self, struct vgic_cpu *c, u32 intid)
{
	struct vgic_bank *b = vgic_bank(g, c, intid / 32);
	u32 bit = BIT32(intid & 31);

	if (!(b->active & bit))
		return;
	b->active &= ~bit;
	if (intid < 32 && (c->linked & bit))
		unlink_physical(g, self, c, intid);
	if (vgic_ready(g, b) & bit)
		vgic_post(g, self, c, intid);
}

void vgic_activate(struct vgic *g, struct vgic_cpu *c, u32 intid)
{
	struct vgic_bank *b = vgic_bank(g, c, intid / 32);
	struct virq *v = vgic_virq(g, c, intid);
	u32 bit = BIT32(intid & 31);

	if (b->active & bit)
		return;
	b->active |= bit;
	v->active_tag = tag_of(b, v, bit);
	if (intid >= 32)
		v->owner = v->target == VGIC_NOBODY ? 0 : v->target;
	g->cpu[v->owner]->act |= BIT32(intid / 32);
}

/* ---- one list register ---- */

/*
 * May an active interrupt be pending in its LR too? It then becomes pending by the
 * guest's deactivation alone, here, with the priority it was active with: right only
 * for an edge (a level may have dropped), for this vCPU, unchanged, and when
 * nothing outside the LRs may be more urgent. Else deactivation is asked for.
 */
static bool may_be_both(const struct vgic_cpu *c, const struct vgic_bank *b, const struct virq *v, u32 intid)
{
	u32 bit = BIT32(intid & 31);

	return (b->edge & bit) && !c->overflow && (intid < 32 || v->target == c->index) &&
	       v->active_tag == tag_of(b, v, bit);
}

static u64 lr_compose(struct vgic_cpu *c, struct vgic_bank *b, const struct virq *v, u32 intid)
{
	u32 bit = BIT32(intid & 31);
	bool active = b->active & bit;
	bool up = b->line & ~b->edge & bit;
	bool pending = vgic_pending(b) & vgic_forwarded(c->vgic, b) & bit;
	bool into_lr = pending && (!active || may_be_both(c, b, v, intid));
	u8 tag = active ? v->active_tag : tag_of(b, v, bit);
	u64 lr = intid | (u64)PRIORITY_OF(tag) << LR_PRIORITY_SHIFT;

	if (GROUP_OF(tag))
		lr |= LR_GROUP1;
	if (active)
		lr |= LR_ACTIVE;
	if (into_lr) {
		lr |= LR_PENDING;
		b->lr_pend |= b->latch & bit;
		b->latch &= ~bit;
	}
	if (intid < 32 && (c->linked & bit) && !(active && pending))
		lr |= LR_HW | (u64)v->hw << LR_PINTID_SHIFT;
	else if (pending && (!into_lr || up))
		lr |= LR_EOI;
	return lr;
}

static NOINLINE void lr_place(struct vgic_cpu *c, struct vgic_bank *b, struct virq *v, u32 n, u32 intid)
{
	u32 bit = BIT32(intid & 31);
	bool plain = vgic_forwarded(c->vgic, b) & bit &&
		     (!(b->active & bit) || v->active_tag == tag_of(b, v, bit));

	b->in_lr |= bit;
	v->flags = (u8)((v->flags & ~VIRQ_ODD_LR) | (plain ? 0 : VIRQ_ODD_LR));
	v->lr = (u8)n;
	v->owner = (u8)c->index;
	c->lr_irq[n] = (u16)intid;
	c->lr_used |= BIT32(n);
	ich_lr_write(n, lr_compose(c, b, v, intid));
}

static void lr_put(struct vgic_cpu *c, u32 n, u32 intid)
{
	lr_place(c, vgic_bank(c->vgic, c, intid / 32), vgic_virq(c->vgic, c, intid), n, intid);
}

/* What the guest did to the interrupt in the LR, as far as it is a fact of the interrupt. */
static void lr_observe(struct vgic_cpu *c, struct vgic_bank *b, struct virq *v, u32 intid, u64 lr)
{
	u32 bit = BIT32(intid & 31);
	bool linked = intid < 32 && (c->linked & bit);

	if (lr & LR_ACTIVE) {
		b->active |= bit;
		v->active_tag = (u8)(LR_PRIORITY(lr) | (lr & LR_GROUP1 ? 1 : 0));
		c->act |= BIT32(intid / 32);
	} else {
		b->active &= ~bit;
	}
	if (!(lr & LR_PENDING))
		b->lr_pend &= ~bit;
	if (!linked)
		return;
	if (lr & LR_HW) {
		/* Acknowledged: the input counts again once the physical interrupt is deactivated. */
		if (!(lr & LR_PENDING))
			b->line &= ~bit;
		/* Deactivated by hardware along with the virtual one. */
		if (!(lr & LR_STATE))
			c->linked &= ~bit;
	} else if (!(lr & LR_STATE)) {
		unlink_physical(c->vgic, c, c, intid);
	}
}

/* Pending, but the timer behind it no longer asserts: a level that dropped. */
static void retire(struct vgic_cpu *c, u32 intid)
{
	u32 bit = BIT32(intid);

	if (!(c->linked & bit) || (c->priv.active & bit))
		return;
	if ((c->priv.line & bit) && timer_ppi_asserted(c->irq[intid].hw))
		return;
	unlink_physical(c->vgic, c, c, intid);
}

static void apply_deferred(struct vgic_cpu *c, struct vgic_bank *b, struct virq *v, u32 intid)
{
	u8 flags = v->flags;

	v->flags = (u8)(flags & ~VIRQ_DEFERRED);
	if (flags & VIRQ_CLEAR_ACTIVE)
		vgic_deactivate(c->vgic, c, c, intid);
	if ((flags & VIRQ_SET_ACTIVE) && !(b->active & BIT32(intid & 31))) {
		vgic_activate(c->vgic, c, intid);
		v->owner = (u8)c->index;
		c->act |= BIT32(intid / 32);
	}
}

/* Take the interrupt out of LR n, whose hardware content then means nothing. */
static NOINLINE void lr_fold(struct vgic_cpu *c, u32 n)
{
	u32 intid = c->lr_irq[n];
	struct vgic_bank *b = vgic_bank(c->vgic, c, intid / 32);
	struct virq *v = vgic_virq(c->vgic, c, intid);
	u32 bit = BIT32(intid & 31);

	lr_observe(c, b, v, intid, ich_lr_read(n));
	if (!(v->flags & VIRQ_CLEAR_PENDING))
		b->latch |= b->lr_pend & bit;
	b->lr_pend &= ~bit;
	b->in_lr &= ~bit;
	c->lr_used &= ~BIT32(n);
	if (intid < 32)
		retire(c, intid);
	if (v->flags & VIRQ_DEFERRED)
		apply_deferred(c, b, v, intid);
}

static bool belongs_here(const struct vgic_cpu *c, const struct vgic_bank *b, const struct virq *v, u32 intid)
{
	u32 bit = BIT32(intid & 31);

	if (b->active & bit)
		return v->owner == c->index;
	return (vgic_ready(c->vgic, b) & bit) && (intid < 32 || v->target == c->index);
}

/*
 * The short way for a private interrupt that is pended again: its LR is empty
 * and its other fields are still right. False: it has to go the long way.
 */
static inline bool lr_again(struct vgic_cpu *c, u32 intid, u64 hw)
{
	struct virq *v = &c->irq[intid];
	u64 lr;

	if (v->flags || c->overflow)
		return false;
	lr = ich_lr_read(v->lr);
	if ((lr & (LR_STATE | LR_EOI)) || (lr & LR_HW) != hw)
		return false;
	c->priv.active &= ~BIT32(intid);
	ich_lr_write(v->lr, lr | LR_PENDING);
	return true;
}

static inline bool pend_sgi(struct vgic_cpu *c, u32 intid)
{
	u32 bit = BIT32(intid);

	if (!lr_again(c, intid, 0))
		return false;
	c->priv.lr_pend |= bit;
	c->priv.latch &= ~bit;
	return true;
}

bool vgic_pend_sgi(struct vgic_cpu *c, u32 intid)
{
	return pend_sgi(c, intid);
}

/* Out of LR n and, if it still belongs there, in again. `fired`: its physical interrupt did, in between. */
static NOINLINE void refresh(struct vgic_cpu *c, u32 n, bool fired)
{
	u32 intid = c->lr_irq[n];
	struct vgic_bank *b = vgic_bank(c->vgic, c, intid / 32);
	struct virq *v = vgic_virq(c->vgic, c, intid);
	u32 bit = BIT32(intid & 31);

	lr_fold(c, n);
	if (fired) {
		c->linked |= bit;
		b->line |= bit;
	}
	if (belongs_here(c, b, v, intid)) {
		lr_place(c, b, v, n, intid);
		return;
	}
	ich_lr_write(n, 0);
	if (vgic_ready(c->vgic, b) & bit)
		vgic_post(c->vgic, c, c, intid);
}

void vgic_refresh(struct vgic_cpu *c, u32 n)
{
	refresh(c, n, false);
}

static NOINLINE void link_slow(struct vgic_cpu *c, u32 intid)
{
	u32 bit = BIT32(intid);

	if (c->priv.in_lr & bit) {
		refresh(c, c->irq[intid].lr, true);
		if (c->overflow)
			c->todo |= 1;
	} else {
		c->linked |= bit;
		c->priv.line |= bit;
		if (vgic_ready(c->vgic, &c->priv) & bit)
			vgic_post(c->vgic, c, c, intid);
	}
	vgic_unlock(c->vgic, c->loaded ? c : NULL);
}

void vgic_inject_linked(struct vgic_cpu *c, u32 intid)
{
	struct vgic *g = c->vgic;
	u32 bit = BIT32(intid);

	vgic_lock(g);
	if (unlikely(!(c->priv.in_lr & bit) || !lr_again(c, intid, LR_HW))) {
		link_slow(c, intid);
		return;
	}
	c->linked |= bit;
	c->priv.line |= bit;
	spin_unlock(&g->lock);
}

void vgic_peek(struct vgic_cpu *c)
{
	for (u32 used = c->lr_used; used; used &= used - 1) {
		u32 n = (u32)__builtin_ctz(used);
		u32 intid = c->lr_irq[n];

		lr_observe(c, vgic_bank(c->vgic, c, intid / 32), vgic_virq(c->vgic, c, intid), intid,
			   ich_lr_read(n));
		/* A timer that was set anew since it fired: its level has gone. */
		if (intid < 32 && (c->linked & ~c->priv.active & BIT32(intid)) &&
		    !timer_ppi_asserted(c->irq[intid].hw))
			vgic_refresh(c, n);
	}
}

/* An LR for one more interrupt, or -1. */
static int lr_alloc(struct vgic_cpu *c)
{
	u32 free = c->lr_mask & ~c->lr_used;

	if (!free) {
		for (u32 empty = ich_elrsr_read() & c->lr_used; empty; empty &= empty - 1)
			lr_fold(c, (u32)__builtin_ctz(empty));
		free = c->lr_mask & ~c->lr_used;
	}
	return free ? __builtin_ctz(free) : -1;
}

/* ---- what is new ---- */

static u32 ready_here(const struct vgic_cpu *c, const struct vgic_bank *b, u32 word)
{
	u32 ready = vgic_ready(c->vgic, b);

	return word ? ready & c->routed[word - 1] : ready;
}

/* Interrupts of the bank that are in LRs of c and pended again. */
static void flush_again(struct vgic_cpu *c, const struct vgic_bank *b, u32 word)
{
	u32 again = b->in_lr & vgic_pending(b) & vgic_forwarded(c->vgic, b);

	if (!word)
		again &= ~c->linked;
	for (; again; again &= again - 1) {
		u32 intid = word * 32 + (u32)__builtin_ctz(again);
		struct virq *v = vgic_virq(c->vgic, c, intid);

		if (v->owner == c->index && (intid >= 16 || !vgic_pend_sgi(c, intid)))
			vgic_refresh(c, v->lr);
	}
}

/* False: no room. */
static bool flush_word(struct vgic_cpu *c, u32 word)
{
	struct vgic *g = c->vgic;
	struct vgic_bank *b = vgic_bank(g, c, word);

	flush_again(c, b, word);
	for (u32 ready = ready_here(c, b, word); ready; ready &= ready - 1) {
		u32 intid = word * 32 + (u32)__builtin_ctz(ready);
		int n = lr_alloc(c);

		if (n < 0)
			return false;
		lr_place(c, b, vgic_virq(g, c, intid), (u32)n, intid);
	}
	return true;
}

/* All that is new is one SGI that has its LR still: what an IPI usually finds. False: more to do. */
static inline bool flush_sgi(struct vgic_cpu *c)
{
	struct vgic_bank *b = &c->priv;
	u32 sgi = b->latch;
	bool alone = sgi && !(sgi & (sgi - 1)) && !(sgi & ~(b->in_lr & 0xffff)) && !(b->line & ~c->linked);

	if (c->todo != 1 || !alone || !pend_sgi(c, (u32)__builtin_ctz(sgi)))
		return false;
	c->todo = 0;
	return true;
}

void vgic_cpu_sync(struct vgic_cpu *c)
{
	struct vgic *g = c->vgic;

	if (!c->loaded)
		return;
	vgic_lock_lines(g, c);
	if (unlikely(g->dirty & BIT64(c->index)))
		vgic_resync(c);
	else if (likely(flush_sgi(c) && !g->wake)) {
		spin_unlock(&g->lock);
		return;
	}
	vgic_unlock(g, c);
}

void vgic_flush(struct vgic_cpu *c)
{
	if (c->overflow) {
		vgic_resync(c);
		return;
	}
	while (c->todo) {
		u32 word = (u32)__builtin_ctz(c->todo);

		c->todo &= c->todo - 1;
		if (!flush_word(c, word)) {
			vgic_resync(c);
			return;
		}
	}
}

void vgic_unlock_busy(struct vgic *g, struct vgic_cpu *self)
{
	u64 wake;

	if (self && self->todo)
		vgic_flush(self);
	wake = g->wake;
	g->wake = 0;
	spin_unlock(&g->lock);
	for (; wake; wake &= wake - 1)
		vgic_wake(g, (u32)__builtin_ctzll(wake));
}

/* ---- all of it: out, sorted, in ---- */

struct pick {
	u16 key;
	u16 intid;
};

struct picks {
	struct pick top[ICH_LR_MAX];
	u32 n;
	u32 total;
};

/* The lowest keys stay in top[0..max), max > 0, sorted; equal ones in the order they come. */
static inline void pick_insert(struct picks *p, u32 max, u16 key, u32 intid)
{
	u32 i;

	p->total++;
	if (p->n == max && key >= p->top[max - 1].key)
		return;
	i = p->n < max ? p->n++ : max - 1;
	for (; i > 0 && p->top[i - 1].key > key; i--)
		p->top[i] = p->top[i - 1];
	p->top[i] = (struct pick){key, (u16)intid};
}

static u16 key_of(const struct vgic_bank *b, const struct virq *v, u32 bit, u64 vmcr)
{
	u64 enable = b->group & bit ? VMCR_VENG1 : VMCR_VENG0;

	return (u16)((v->priority & VGIC_PRIORITY_MASK) | (vmcr & enable ? 0 : VGIC_KEY_MASKED));
}

/* At most 32 words with 32 bits each; each is looked at once. */
static void pick_pending(struct vgic_cpu *c, struct picks *p, u32 max, u64 vmcr)
{
	p->n = p->total = 0;
	for (u32 words = c->hint; words; words &= words - 1) {
		u32 word = (u32)__builtin_ctz(words);
		struct vgic_bank *b = vgic_bank(c->vgic, c, word);
		u32 ready = ready_here(c, b, word);

		if (!ready)
			c->hint &= ~BIT32(word);
		for (; ready; ready &= ready - 1) {
			u32 i = (u32)__builtin_ctz(ready);
			u32 intid = word * 32 + i;
			u16 key = key_of(b, vgic_virq(c->vgic, c, intid), BIT32(i), vmcr);

			pick_insert(p, max, key, intid);
		}
	}
}

/* Active interrupts of this vCPU that are in no LR. */
static void pick_active(struct vgic_cpu *c, struct picks *p, u32 max)
{
	p->n = p->total = 0;
	for (u32 words = c->act; words; words &= words - 1) {
		u32 word = (u32)__builtin_ctz(words);
		struct vgic_bank *b = vgic_bank(c->vgic, c, word);
		bool any = false;

		for (u32 act = b->active & ~b->in_lr; act; act &= act - 1) {
			u32 intid = word * 32 + (u32)__builtin_ctz(act);
			struct virq *v = vgic_virq(c->vgic, c, intid);

			if (v->owner != c->index)
				continue;
			any = true;
			pick_insert(p, max, (u16)PRIORITY_OF(v->active_tag), intid);
		}
		if (!any && !(b->active & b->in_lr))
			c->act &= ~BIT32(word);
	}
}

u32 vgic_best_key(struct vgic_cpu *c, u64 vmcr)
{
	struct picks p;

	pick_pending(c, &p, 1, vmcr);
	return p.n ? p.top[0].key : VGIC_NO_KEY;
}

/*
 * EOIs that found no LR (EOImode 0): each dropped the highest active priority,
 * so it was for the highest of those left out. With EOImode 1 an EOI does not
 * deactivate and DIR traps: nothing to do.
 */
static void take_eois(struct vgic_cpu *c)
{
	struct picks p;
	u32 count;

	if (!(c->hcr & ICH_HCR_LRENPIE))
		return;
	count = ICH_HCR_EOICOUNT(ich_hcr_read());
	if (!count)
		return;
	ich_hcr_write(c->hcr);
	if (ich_vmcr_read() & VMCR_VEOIM)
		return;
	for (; count; count--) {
		pick_active(c, &p, 1);
		if (!p.n)
			return;
		vgic_deactivate(c->vgic, c, c, p.top[0].intid);
	}
}

void vgic_fold(struct vgic_cpu *c)
{
	take_eois(c);
	for (u32 used = c->lr_used; used; used &= used - 1) {
		u32 n = (u32)__builtin_ctz(used);
		u32 intid = c->lr_irq[n];

		lr_fold(c, n);
		ich_lr_write(n, 0);
		if (vgic_ready(c->vgic, vgic_bank(c->vgic, c, intid / 32)) & BIT32(intid & 31))
			vgic_post(c->vgic, c, c, intid);
	}
	/* Linked interrupts that never got an LR. */
	for (u32 linked = c->linked; linked; linked &= linked - 1)
		retire(c, (u32)__builtin_ctz(linked));
}

/* Which maintenance interrupts and traps this filling needs. */
static u64 hcr_for(const struct vgic_cpu *c, bool pending_out, bool active_out, u64 vmcr)
{
	u64 hcr = ICH_HCR_EN;

	if (pending_out) {
		hcr |= ICH_HCR_NPIE;
		hcr |= vmcr & VMCR_VENG0 ? ICH_HCR_VGRP0DIE : ICH_HCR_VGRP0EIE;
		hcr |= vmcr & VMCR_VENG1 ? ICH_HCR_VGRP1DIE : ICH_HCR_VGRP1EIE;
	}
	if (active_out)
		hcr |= ICH_HCR_LRENPIE;
	if (active_out || c->vgic->nr_cpus > 1)
		hcr |= ich_features.tdir ? ICH_HCR_TDIR : ICH_HCR_TC;
	return hcr;
}

void vgic_fill(struct vgic_cpu *c)
{
	u32 nr = 32 - (u32)__builtin_clz(c->lr_mask); /* they are the first ones */
	u64 vmcr = ich_vmcr_read();
	struct picks pending, active;
	u32 na, np, n = 0;
	u64 hcr;

	pick_pending(c, &pending, nr, vmcr);
	pick_active(c, &active, nr);
	/* One for what is pending, the rest for what is active, what is left for more that is pending. */
	na = active.n && active.n == nr && pending.n ? nr - 1 : active.n;
	np = pending.n < nr - na ? pending.n : nr - na;
	c->overflow = pending.total > np;

	for (u32 i = 0; i < np; i++)
		lr_put(c, n++, pending.top[i].intid);
	for (u32 i = 0; i < na; i++)
		lr_put(c, n++, active.top[i].intid);

	c->todo = 0;
	hcr = hcr_for(c, c->overflow, active.total > na, vmcr);
	if (hcr != c->hcr) {
		c->hcr = hcr;
		ich_hcr_write(hcr);
	}
}

void vgic_resync(struct vgic_cpu *c)
{
	struct vgic *g = c->vgic;

	vgic_fold(c);
	g->dirty &= ~BIT64(c->index);
	g->rwp &= ~BIT64(c->index);
	vgic_fill(c);
}
