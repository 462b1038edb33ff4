/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the virtual GIC share. Every function here is called with
 * vgic.lock held; `self` is the vCPU of the VM that is loaded on this CPU, or
 * NULL: list registers are touched for no other.
 */
#ifndef ARM64_VGIC_STATE_H
#define ARM64_VGIC_STATE_H

#include "arch/arm64/vgic.h"

#define GICD_CTLR_GRP0 (1u << 0)
#define GICD_CTLR_GRP1 (1u << 1)

#define BIT32(n) (1u << (n))
#define BIT64(n) (1ULL << (n))

static inline struct vgic_bank *vgic_bank(struct vgic *g, struct vgic_cpu *c, u32 word)
{
	return word ? &g->spi[word - 1] : &c->priv;
}

static inline struct virq *vgic_virq(struct vgic *g, struct vgic_cpu *c, u32 intid)
{
	return intid < 32 ? &c->irq[intid] : &g->irq[intid - 32];
}

static inline u32 vgic_pending(const struct vgic_bank *b)
{
	return b->latch | (b->line & ~b->edge);
}

/* Interrupts of the bank that the distributor forwards: enabled, of an enabled group. */
static inline u32 vgic_forwarded(const struct vgic *g, const struct vgic_bank *b)
{
	u32 group1 = g->ctlr & GICD_CTLR_GRP1 ? b->group : 0;
	u32 group0 = g->ctlr & GICD_CTLR_GRP0 ? ~b->group : 0;

	return b->enable & (group0 | group1);
}

/* Pending and free to go into a list register. */
static inline u32 vgic_ready(const struct vgic *g, const struct vgic_bank *b)
{
	return vgic_pending(b) & vgic_forwarded(g, b) & ~b->active & ~b->in_lr;
}

/* Five bits of priority, as every virtual CPU interface has at least (12.4.7, ICH_VTR_EL2.PRIbits). */
#define VGIC_PRIORITY_MASK 0xf8u

static inline void vgic_lock(struct vgic *g)
{
	spin_lock(&g->lock);
}

/* What devices did to SPI lines since: into the banks, and to the vCPUs concerned. */
void vgic_take_lines(struct vgic *g, struct vgic_cpu *self);

/* For whoever looks at, delivers or changes SPIs. */
static inline void vgic_lock_lines(struct vgic *g, struct vgic_cpu *self)
{
	vgic_lock(g);
	if (unlikely(load_relaxed(&g->news)))
		vgic_take_lines(g, self);
}

/*
 * Something by which vgic_line() chooses whom to tell was changed: what came just before, and was told to the
 * wrong one, is taken in here. With the fence there, either that is seen here or the change there.
 */
static inline void vgic_told_others(struct vgic *g, struct vgic_cpu *self)
{
	atomic_fence();
	if (unlikely(load_relaxed(&g->news)))
		vgic_take_lines(g, self);
}

/* Take what `self` got meanwhile into its list registers, release the lock and wake others. */
void vgic_unlock_busy(struct vgic *g, struct vgic_cpu *self);

static inline void vgic_unlock(struct vgic *g, struct vgic_cpu *self)
{
	if ((self && self->todo) || g->wake)
		vgic_unlock_busy(g, self);
	else
		spin_unlock(&g->lock);
}

/* ---- vgic_lr.c ---- */

/* Everything out of the loaded vCPU's list registers into the banks. Owes vgic_fill(). */
void vgic_fold(struct vgic_cpu *c);
/* The best of what is pending and active into the (empty) list registers. */
void vgic_fill(struct vgic_cpu *c);
void vgic_resync(struct vgic_cpu *c);
/* What is new for the loaded vCPU into its list registers. */
void vgic_flush(struct vgic_cpu *c);
/* Update banks from the list registers, which stay as they are. */
void vgic_peek(struct vgic_cpu *c);
/* The interrupt in LR n of the loaded vCPU changed: make the LR agree. */
void vgic_refresh(struct vgic_cpu *c, u32 n);
/* An SGI of the loaded vCPU that is in an LR and has its latch set: into the LR, if that is simple. */
bool vgic_pend_sgi(struct vgic_cpu *c, u32 intid);
/* The interrupt is ready: tell the vCPU it is for. `c` owns the bank when word is 0. */
void vgic_post(struct vgic *g, struct vgic_cpu *self, struct vgic_cpu *c, u32 intid);
/* It is no longer active (and not in an LR). */
void vgic_deactivate(struct vgic *g, struct vgic_cpu *self, struct vgic_cpu *c, u32 intid);
/* Make it active (not in an LR). */
void vgic_activate(struct vgic *g, struct vgic_cpu *c, u32 intid);
/* Best key of what is pending for c, or VGIC_NO_KEY; VGIC_KEY_MASKED: its group is off in vmcr. */
#define VGIC_NO_KEY 0xffff
#define VGIC_KEY_MASKED 0x100
u32 vgic_best_key(struct vgic_cpu *c, u64 vmcr);
/* Change the vCPU an SPI is for. */
void vgic_set_target(struct vgic *g, u32 intid, u8 target);

/* ---- register frames (vgic_bank.c) ---- */

/* One access to the registers of a bank. */
struct vgic_access {
	struct vgic *g;
	struct vgic_cpu *self; /* who does it */
	struct vgic_cpu *c;    /* whose private bank, when word is 0 */
	struct vgic_bank *b;
	u32 word;  /* bank number: INTID / 32 */
	u32 off;   /* of the register within its array, bytes */
	u32 valid; /* bits that exist */
	bool refill;
};

/* Registers from 0x80 to 0xfff of a distributor or SGI frame, by offset / 0x80. `size` is 1 or 4. */
u32 vgic_bank_read(struct vgic *g, struct vgic_cpu *self, struct vgic_cpu *c, u32 off, u32 size);
void vgic_bank_write(struct vgic *g, struct vgic_cpu *self, struct vgic_cpu *c, u32 off, u32 size, u32 val);

/* Bring `mask` of a bank into the banks where this CPU can / tell everybody concerned. */
void vgic_begin(struct vgic_access *a, u32 mask);
void vgic_end(struct vgic_access *a, u32 mask);
/* Pend by software, or take that back. */
void vgic_set_latch(struct vgic_access *a, u32 mask);
void vgic_clear_latch(struct vgic_access *a, u32 mask);

/* Identification registers 0xffd0..0xffff of a frame (11.3): PIDR4..7, 0..3, CIDR0..3. */
u32 vgic_id_register(u32 off, u8 part);

#define VGIC_IIDR 0x4d00043bu /* product 'M', implementer Arm as other virtual GICs say */

#endif
