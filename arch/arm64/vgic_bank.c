/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registers that a distributor and a redistributor's SGI frame have in
 * common: arrays with a bit, two bits or a byte an interrupt (IHI 0069H, 12.9 and
 * 12.11). A distributor's first words are RAZ/WI, since affinity routing is on.
 *
 * A change goes: vgic_begin() takes the interrupts concerned out of this CPU's
 * list registers, then the banks are changed, then vgic_end() fills the list registers again and
 * tells other CPUs. Lock: vgic.lock, taken here.
 */
#include "arch/arm64/vgic_state.h"
#include "hal/cpu.h"

/* How long a read waits for another CPU, at most: a part of a second, and of turns. */
#define WAIT_PARTS 50000u /* 20 us */
#define WAIT_TURNS 100000u

static struct virq *virq_of(const struct vgic_access *a, u32 i)
{
	return vgic_virq(a->g, a->c, a->word * 32 + i);
}

/* ---- changes ---- */

void vgic_begin(struct vgic_access *a, u32 mask)
{
	a->refill = false;
	for (u32 m = a->b->in_lr & mask; m; m &= m - 1) {
		if (virq_of(a, (u32)__builtin_ctz(m))->owner != a->self->index)
			continue;
		vgic_fold(a->self);
		a->refill = true;
		return;
	}
}

void vgic_end(struct vgic_access *a, u32 mask)
{
	struct vgic *g = a->g;

	for (u32 m = a->b->in_lr & mask; m; m &= m - 1) {
		u64 owner = BIT64(virq_of(a, (u32)__builtin_ctz(m))->owner);

		g->dirty |= owner;
		g->wake |= owner;
	}
	for (u32 m = vgic_ready(g, a->b) & mask; m; m &= m - 1)
		vgic_post(g, a->self, a->c, a->word * 32 + (u32)__builtin_ctz(m));
	if (a->refill)
		vgic_fill(a->self);
}

/* vCPUs other than self in whose list registers something of `mask` is. */
static u64 remote_owners(const struct vgic_access *a, u32 mask)
{
	u64 owners = 0;

	for (u32 m = a->b->in_lr & mask; m; m &= m - 1)
		owners |= BIT64(virq_of(a, (u32)__builtin_ctz(m))->owner);
	return owners & ~BIT64(a->self->index);
}

/*
 * Let the CPUs of `owners` bring their state up to date. They may be waiting for
 * this one in the same way, so it does its own part meanwhile. Gives up after 20 us:
 * the reader then gets what was last seen.
 */
static void wait_for(struct vgic *g, struct vgic_cpu *self, u64 owners)
{
	u64 limit = time_now() + time_hz() / WAIT_PARTS;

	g->dirty |= owners;
	g->wake |= owners;
	vgic_unlock(g, self);
	for (u32 i = 0; i < WAIT_TURNS && (load_acquire(&g->dirty) & owners) && time_now() <= limit; i++) {
		if (load_relaxed(&g->dirty) & BIT64(self->index))
			vgic_cpu_resync(self);
		cpu_relax();
	}
	vgic_lock(g);
}

/* Make the banks say what list registers hold of this word. */
static void look(struct vgic_access *a)
{
	u64 owners;

	if (!a->b->in_lr)
		return;
	owners = remote_owners(a, a->b->in_lr);
	if (owners)
		wait_for(a->g, a->self, owners);
	vgic_peek(a->self);
}

/* ---- a bit an interrupt ---- */

static u32 group_read(struct vgic_access *a)
{
	return a->b->group;
}

static COLD void group_write(struct vgic_access *a, u32 val)
{
	u32 changed = (a->b->group ^ val) & a->valid;

	if (!changed)
		return;
	vgic_begin(a, changed);
	a->b->group ^= changed;
	vgic_end(a, changed);
}

static u32 enable_read(struct vgic_access *a)
{
	return a->b->enable;
}

static void enable_set(struct vgic_access *a, u32 val)
{
	u32 changed = val & ~a->b->enable & a->valid;

	if (!changed)
		return;
	vgic_begin(a, changed);
	a->b->enable |= changed;
	vgic_end(a, changed);
}

static void enable_clear(struct vgic_access *a, u32 val)
{
	u32 changed = val & a->b->enable;

	if (!changed)
		return;
	vgic_begin(a, changed);
	a->b->enable &= ~changed;
	a->g->rwp |= remote_owners(a, changed);
	vgic_end(a, changed);
}

static u32 pending_read(struct vgic_access *a)
{
	look(a);
	return vgic_pending(a->b) | a->b->lr_pend;
}

void vgic_set_latch(struct vgic_access *a, u32 mask)
{
	vgic_begin(a, mask);
	a->b->latch |= mask;
	vgic_end(a, mask);
}

void vgic_clear_latch(struct vgic_access *a, u32 mask)
{
	vgic_begin(a, mask);
	a->b->latch &= ~mask;
	for (u32 m = a->b->in_lr & mask; m; m &= m - 1)
		virq_of(a, (u32)__builtin_ctz(m))->flags |= VIRQ_CLEAR_PENDING;
	vgic_end(a, mask);
}

static void pending_set(struct vgic_access *a, u32 val)
{
	vgic_set_latch(a, val & a->valid);
}

static void pending_clear(struct vgic_access *a, u32 val)
{
	vgic_clear_latch(a, val & a->valid);
}

static u32 active_read(struct vgic_access *a)
{
	look(a);
	return a->b->active;
}

static void defer(struct virq *v, u8 set, u8 clear)
{
	v->flags = (u8)((v->flags & ~clear) | set);
}

static COLD void active_set(struct vgic_access *a, u32 val)
{
	u32 mask = val & a->valid;

	vgic_begin(a, mask);
	for (u32 m = mask; m; m &= m - 1) {
		u32 i = (u32)__builtin_ctz(m);

		if (a->b->in_lr & BIT32(i)) {
			defer(virq_of(a, i), VIRQ_SET_ACTIVE, VIRQ_CLEAR_ACTIVE);
			continue;
		}
		vgic_activate(a->g, a->c, a->word * 32 + i);
		/* It may want an LR, and an EOI without one has to be told. */
		if (virq_of(a, i)->owner == a->self->index) {
			if (!a->refill)
				vgic_fold(a->self);
			a->refill = true;
		} else if (a->g->cpu[virq_of(a, i)->owner]->loaded) {
			a->g->dirty |= BIT64(virq_of(a, i)->owner);
			a->g->wake |= BIT64(virq_of(a, i)->owner);
		}
	}
	vgic_end(a, mask);
}

static COLD void active_clear(struct vgic_access *a, u32 val)
{
	u32 mask = val & a->valid;

	vgic_begin(a, mask);
	for (u32 m = mask; m; m &= m - 1) {
		u32 i = (u32)__builtin_ctz(m);

		if (a->b->in_lr & BIT32(i))
			defer(virq_of(a, i), VIRQ_CLEAR_ACTIVE, VIRQ_SET_ACTIVE);
		else
			vgic_deactivate(a->g, a->self, a->c, a->word * 32 + i);
	}
	vgic_end(a, mask);
}

/* ---- a byte, two bits an interrupt ---- */

static u32 priority_read(struct vgic_access *a, u32 size)
{
	u32 first = a->off & 31;
	u32 val = 0;

	for (u32 i = 0; i < size; i++)
		val |= (u32)virq_of(a, first + i)->priority << (8 * i);
	return val;
}

static void priority_write(struct vgic_access *a, u32 size, u32 val)
{
	u32 first = a->off & 31;
	u32 mask = (size == 1 ? 1u : 0xfu) << first & a->valid;

	vgic_begin(a, mask);
	for (u32 i = 0; i < size; i++)
		if (mask & BIT32(first + i))
			virq_of(a, first + i)->priority = (u8)(val >> (8 * i) & VGIC_PRIORITY_MASK);
	vgic_end(a, mask);
}

static u32 config_read(struct vgic_access *a)
{
	u32 edge = a->b->edge >> (a->off & 4 ? 16 : 0);
	u32 val = 0;

	for (u32 i = 0; i < 16; i++)
		val |= (edge >> i & 1) << (2 * i + 1);
	return val;
}

/* SGIs are edge, PPIs here are timers and level: both read-only. */
static COLD void config_write(struct vgic_access *a, u32 val)
{
	u32 first = a->off & 4 ? 16 : 0;
	u32 edge = 0, changed;

	if (!a->word)
		return;
	for (u32 i = 0; i < 16; i++)
		edge |= (val >> (2 * i + 1) & 1) << i;
	changed = (a->b->edge ^ edge << first) & 0xffffu << first & a->valid;
	vgic_begin(a, changed);
	a->b->edge ^= changed;
	vgic_end(a, changed);
}

/* ---- by offset ---- */

struct bank_reg {
	u32 (*read)(struct vgic_access *a);
	void (*write)(struct vgic_access *a, u32 val);
};

/* By offset / 0x80; entries without functions are RAZ/WI: ITARGETSR, IGRPMODR, NSACR, SGIR, ... */
static const struct bank_reg bank_regs[32] = {
	[0x080 >> 7] = {group_read, group_write},     /* IGROUPR */
	[0x100 >> 7] = {enable_read, enable_set},     /* ISENABLER */
	[0x180 >> 7] = {enable_read, enable_clear},   /* ICENABLER */
	[0x200 >> 7] = {pending_read, pending_set},   /* ISPENDR */
	[0x280 >> 7] = {pending_read, pending_clear}, /* ICPENDR */
	[0x300 >> 7] = {active_read, active_set},     /* ISACTIVER */
	[0x380 >> 7] = {active_read, active_clear},   /* ICACTIVER */
	[0xc00 >> 7] = {config_read, config_write},   /* ICFGR0..31 */
	[0xc80 >> 7] = {config_read, config_write},   /* ICFGR32..63 */
};

#define IPRIORITYR 0x400
#define ITARGETSR 0x800
#define ICFGR 0xc00
#define IGRPMODR 0xd00

static bool is_priority(u32 off)
{
	return off >= IPRIORITYR && off < ITARGETSR;
}

/* Which bank an offset is about; false: none that this frame has. */
static bool locate(struct vgic_access *a, struct vgic *g, struct vgic_cpu *self, struct vgic_cpu *c, u32 off)
{
	u32 word = (off & 0x7f) >> 2;

	if (is_priority(off))
		word = (off - IPRIORITYR) >> 5;
	else if (off >= ICFGR && off < IGRPMODR)
		word = (off - ICFGR) >> 3;
	/* word 0 is a redistributor's, the others are the distributor's */
	if ((word == 0) != (c != NULL))
		return false;
	*a = (struct vgic_access){.g = g, .self = self, .c = c, .b = vgic_bank(g, c, word)};
	a->word = word;
	a->off = off;
	a->valid = word == VGIC_SPI_BANKS ? VGIC_LAST_BANK_MASK : ~0u;
	return true;
}

u32 vgic_bank_read(struct vgic *g, struct vgic_cpu *self, struct vgic_cpu *c, u32 off, u32 size)
{
	const struct bank_reg *reg = &bank_regs[off >> 7 & 31];
	struct vgic_access a;
	u32 val = 0;

	if (!locate(&a, g, self, c, off))
		return 0;
	vgic_lock_lines(g, self);
	if (is_priority(off) && a.valid >> (off & 31) & 1)
		val = priority_read(&a, size);
	else if (reg->read && size == 4)
		val = reg->read(&a);
	vgic_unlock(g, self);
	return val;
}

void vgic_bank_write(struct vgic *g, struct vgic_cpu *self, struct vgic_cpu *c, u32 off, u32 size, u32 val)
{
	const struct bank_reg *reg = &bank_regs[off >> 7 & 31];
	struct vgic_access a;

	if (!locate(&a, g, self, c, off))
		return;
	vgic_lock_lines(g, self);
	if (is_priority(off))
		priority_write(&a, size, val);
	else if (reg->write && size == 4)
		reg->write(&a, val);
	vgic_unlock(g, self);
}

u32 vgic_id_register(u32 off, u8 part)
{
	/* PIDR4 (4 KiB count, JEP106 continuation), PIDR0..3 (part, JEP106 code, revision), CIDR0..3. */
	static const u8 id[12] = {0x44, 0, 0, 0, 0, 0xb4, 0x3b, 0, 0x0d, 0xf0, 0x05, 0xb1};
	u32 i = (off - 0xffd0) >> 2;

	return i == 4 ? part : id[i];
}
