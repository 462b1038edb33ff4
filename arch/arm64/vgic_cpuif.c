/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What remains to be emulated of the CPU interface: SGI generation always traps
 * (HCR_EL2.IMO), ICC_DIR_EL1 when an interrupt may be active outside this CPU's list
 * registers, and the other common registers where only all of them can be
 * trapped (ICH_VTR_EL2.TDS = 0). The rest is hardware's (IHI 0069H, 12.2).
 */
#include "arch/arm64/sysreg_iss.h"
#include "arch/arm64/vgic_state.h"

/* ---- SGIs ---- */

#define SGIR_TARGETS(v) ((u32)(v) & 0xffff)
#define SGIR_AFF1(v) ((u32)((v) >> 16) & 0xff)
#define SGIR_INTID(v) ((u32)((v) >> 24) & 0xf)
#define SGIR_AFF2(v) ((u32)((v) >> 32) & 0xff)
#define SGIR_IRM (1ULL << 40)
#define SGIR_RS(v) ((u32)((v) >> 44) & 0xf)
#define SGIR_AFF3(v) ((u32)((v) >> 48) & 0xff)

/* Bits of the vCPUs a value names; those that do not exist are ignored (12.2.21). */
static u64 sgi_targets(const struct vgic_cpu *self, u64 value)
{
	u32 nr = self->vgic->nr_cpus;
	u64 all = nr == 64 ? ~0ULL : BIT64(nr) - 1;

	if (value & SGIR_IRM)
		return all & ~BIT64(self->index);
	if (SGIR_AFF3(value) || SGIR_AFF2(value) || SGIR_AFF1(value) > 3 || SGIR_RS(value))
		return 0;
	return (u64)SGIR_TARGETS(value) << (SGIR_AFF1(value) * 16) & all;
}

static void sgi_one(struct vgic *g, struct vgic_cpu *self, struct vgic_cpu *c, u32 intid)
{
	struct vgic_bank *b = &c->priv;
	u32 bit = BIT32(intid);

	b->latch |= bit;
	if (!(b->in_lr & bit)) {
		if (vgic_ready(g, b) & bit)
			vgic_post(g, self, c, intid);
	} else if (c != self) {
		c->todo |= 1;
		g->wake |= BIT64(c->index);
	} else if (c->overflow) {
		c->todo |= 1;
	} else if (!vgic_pend_sgi(c, intid)) {
		vgic_refresh(c, c->irq[intid].lr);
	}
}

/*
 * With one security state SGI1R makes SGIs of either group, SGI0R and ASGI1R
 * only of group 0, as the target has them configured (8.1.10, table 8-14).
 */
static void __attribute__((noinline)) sgi_send(struct vgic_cpu *self, enum vgic_sgi_kind kind, u32 intid,
					       u64 targets)
{
	struct vgic *g = self->vgic;

	vgic_lock(g);
	for (; targets; targets &= targets - 1) {
		struct vgic_cpu *c = g->cpu[__builtin_ctzll(targets)];

		/* Already pending and told: nothing new. */
		if (c->priv.latch & BIT32(intid))
			continue;
		if (kind == VGIC_SGI1R || !(c->priv.group & BIT32(intid)))
			sgi_one(g, self, c, intid);
	}
	vgic_unlock(g, self);
}

void vgic_sgi(struct vgic_cpu *self, enum vgic_sgi_kind kind, u64 value)
{
	u64 targets = sgi_targets(self, value);

	if (targets)
		sgi_send(self, kind, SGIR_INTID(value), targets);
}

/* ---- ICC_DIR_EL1 ---- */

void vgic_dir(struct vgic_cpu *self, u32 intid)
{
	struct vgic *g = self->vgic;
	struct vgic_access a = {.g = g, .self = self, .c = self, .word = intid / 32};
	struct virq *v;
	u32 bit = BIT32(intid & 31);

	if (intid >= VGIC_INTIDS || !(ich_vmcr_read() & VMCR_VEOIM))
		return;
	vgic_lock_lines(g, self);
	a.b = vgic_bank(g, self, a.word);
	v = vgic_virq(g, self, intid);
	vgic_begin(&a, bit);
	if (a.b->in_lr & bit)
		v->flags = (u8)((v->flags & ~VIRQ_SET_ACTIVE) | VIRQ_CLEAR_ACTIVE);
	else
		vgic_deactivate(g, self, self, intid);
	vgic_end(&a, bit);
	vgic_unlock(g, self);
}

/* ---- ICC_CTLR_EL1, ICC_PMR_EL1, ICC_RPR_EL1 ---- */

#define CTLR_CBPR (1u << 0)
#define CTLR_EOIMODE (1u << 1)
#define CTLR_PRIBITS_SHIFT 8
#define CTLR_IDBITS_SHIFT 11
#define CTLR_SEIS (1u << 14)
#define CTLR_A3V (1u << 15)

static u64 ctlr_read(void)
{
	u64 vmcr = ich_vmcr_read();
	u64 v = (u64)(ich_features.priority_bits - 1) << CTLR_PRIBITS_SHIFT;

	v |= (u64)ich_features.id_bits << CTLR_IDBITS_SHIFT;
	v |= vmcr & VMCR_VCBPR ? CTLR_CBPR : 0;
	v |= vmcr & VMCR_VEOIM ? CTLR_EOIMODE : 0;
	v |= ich_features.seis ? CTLR_SEIS : 0;
	return v | (ich_features.a3v ? CTLR_A3V : 0);
}

static void ctlr_write(u64 val)
{
	u64 vmcr = ich_vmcr_read() & ~(VMCR_VCBPR | VMCR_VEOIM);

	vmcr |= val & CTLR_CBPR ? VMCR_VCBPR : 0;
	vmcr |= val & CTLR_EOIMODE ? VMCR_VEOIM : 0;
	ich_vmcr_write(vmcr);
}

static u64 rpr_read(void)
{
	for (u32 n = 0; n < ich_nr_apr(); n++) {
		u32 apr = ich_apr_read(0, n) | ich_apr_read(1, n);

		if (apr)
			return (n * 32 + (u32)__builtin_ctz(apr)) << (8 - ich_features.preempt_bits);
	}
	return 0xff;
}

static void pmr_write(u64 val)
{
	u64 vmcr = ich_vmcr_read() & ~(0xffULL << VMCR_VPMR_SHIFT);

	ich_vmcr_write(vmcr | (val & 0xff) << VMCR_VPMR_SHIFT);
}

/* ---- the table ---- */

enum icc_reg { ICC_NONE, ICC_SGI, ICC_DIR, ICC_CTLR, ICC_PMR, ICC_RPR };

static const struct {
	u32 iss;
	enum icc_reg reg;
	enum vgic_sgi_kind kind;
} icc_regs[] = {
	{SYSREG_ISS(3, 0, 12, 11, 5), ICC_SGI, VGIC_SGI1R},
	{SYSREG_ISS(3, 0, 12, 11, 7), ICC_SGI, VGIC_SGI0R},
	{SYSREG_ISS(3, 0, 12, 11, 6), ICC_SGI, VGIC_ASGI1R},
	{SYSREG_ISS(3, 0, 12, 11, 1), ICC_DIR, 0},
	{SYSREG_ISS(3, 0, 12, 12, 4), ICC_CTLR, 0},
	{SYSREG_ISS(3, 0, 4, 6, 0), ICC_PMR, 0},
	{SYSREG_ISS(3, 0, 12, 11, 3), ICC_RPR, 0},
};

static bool icc_write(struct vgic_cpu *self, u32 i, u64 val)
{
	switch (icc_regs[i].reg) {
	case ICC_SGI:
		vgic_sgi(self, icc_regs[i].kind, val);
		return true;
	case ICC_DIR:
		vgic_dir(self, (u32)val & 0xffffff);
		return true;
	case ICC_CTLR:
		ctlr_write(val);
		return true;
	case ICC_PMR:
		pmr_write(val);
		return true;
	case ICC_RPR:
	case ICC_NONE:
		break;
	}
	return false;
}

static bool icc_read(u32 i, u64 *val)
{
	switch (icc_regs[i].reg) {
	case ICC_CTLR:
		*val = ctlr_read();
		return true;
	case ICC_PMR:
		*val = VMCR_VPMR(ich_vmcr_read());
		return true;
	case ICC_RPR:
		*val = rpr_read();
		return true;
	case ICC_SGI:
	case ICC_DIR:
	case ICC_NONE:
		break;
	}
	return false;
}

bool vgic_cpu_sysreg(struct vgic_cpu *self, u32 iss, bool write, u64 *val)
{
	/* By far the most frequent. */
	if (likely((iss & SYSREG_ISS_MASK) == icc_regs[0].iss && write)) {
		vgic_sgi(self, VGIC_SGI1R, *val);
		return true;
	}
	for (u32 i = 0; i < ARRAY_SIZE(icc_regs); i++)
		if (icc_regs[i].iss == (iss & SYSREG_ISS_MASK))
			return write ? icc_write(self, i, *val) : icc_read(i, val);
	return false;
}
