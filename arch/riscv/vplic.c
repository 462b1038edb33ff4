/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual PLIC. Section names are those of the RISC-V PLIC specification 1.0.
 *
 * Who is not told: a claim takes a source away from other vCPUs that have it enabled too. Their notification stays as it
 * is until they claim and get 0, as on hardware when notifications take time ("Interrupt Notifications"); a kick for each
 * claim would cost more than that rare trap. Changes of configuration are rare, so they tell in both directions.
 */
#include "arch/riscv/vplic.h"

#include "core/mmio.h"
#include "core/vm.h"

#define BIT32(n) (1u << (n))
#define BIT64(n) (1ULL << (n))
#define INPUT_LEVEL(i) (1ULL << (i))
#define INPUT_REQUEST(i) (1ULL << 32 << (i))
#define PRIORITY_MASK (BIT32(VPLIC_PRIORITY_BITS) - 1)

/* "Memory Map" */
#define PENDING 0x1000u
#define ENABLE 0x2000u
#define ENABLE_STRIDE 0x80u
#define CONTEXT 0x200000u
#define CONTEXT_STRIDE 0x1000u
#define THRESHOLD 0x0u
#define CLAIM 0x4u

#define NOBODY PLAN_VCPUS_MAX

/* ---- state ---- */

static u32 requested(const struct vplic *p, u32 word)
{
	return (u32)(load_acquire(&p->input[word]) >> 32);
}

/* "Interrupt Pending Bits" */
static u32 pending(const struct vplic *p, u32 word)
{
	return requested(p, word) & ~load_acquire(&p->busy[word]);
}

static u32 priority(const struct vplic *p, u32 source)
{
	u32 value = 0;

	for (u32 b = 0; b < VPLIC_PRIORITY_BITS; b++)
		value |= (load_relaxed(&p->priority[b][source / 32]) >> (source % 32) & 1) << b;
	return value;
}

/* Sources of a word with a priority above `threshold`: all are compared at once, from the highest bit down. */
static u32 above(const struct vplic *p, u32 word, u32 threshold)
{
	u32 greater = 0, equal = ~0u;

	for (u32 b = VPLIC_PRIORITY_BITS; b-- > 0;) {
		u32 ones = load_relaxed(&p->priority[b][word]);

		if (threshold >> b & 1) {
			equal &= ones;
		} else {
			greater |= equal & ones;
			equal &= ~ones;
		}
	}
	return greater;
}

bool vplic_pending(const struct vplic *p, u32 vcpu)
{
	u32 threshold = load_relaxed(&p->threshold[vcpu]);

	for (u32 w = 0; w < VPLIC_WORDS; w++) {
		u32 ready = pending(p, w) & load_relaxed(&p->enable[vcpu][w]);

		if (ready && (ready & above(p, w, threshold)))
			return true;
	}
	return false;
}

/* ---- notifications ---- */

/* `self`: the vCPU whose access this is. It looks anyway when the access is over. */
static void tell(struct vplic *p, u64 vcpus, u32 self)
{
	for (u64 m = vcpus; m; m &= m - 1) {
		u32 vcpu = (u32)__builtin_ctzll(m);

		if (vcpu != self)
			vcpu_wake(&p->vm->vcpus[vcpu]);
	}
}

/* The source became pending. */
static void notify(struct vplic *p, u32 source, u32 self)
{
	u32 value = priority(p, source);
	u64 vcpus = 0;

	for (u64 m = load_relaxed(&p->enabled_by[source]); m; m &= m - 1) {
		u32 vcpu = (u32)__builtin_ctzll(m);

		if (value > load_relaxed(&p->threshold[vcpu]))
			vcpus |= BIT64(vcpu);
	}
	tell(p, vcpus, self);
}

/* ---- gateways ("Interrupt Gateways"; all sources are level-triggered) ---- */

/*
 * A request is set with the line by one operation and never withdrawn. The order: the request, then whether the source is busy
 * and who has it enabled. Whoever completes or configures it does the opposite: that, then whether there is
 * a request (complete(), enable_write(), ...). One of the two sees the other and tells. The fence makes it so, as a store
 * may be overtaken by a later load.
 */
void vplic_line(struct vplic *p, u32 irq, bool level)
{
	u32 i = irq % 32;
	u64 *input;

	if (!irq || irq >= VPLIC_SOURCES)
		return;
	input = &p->input[irq / 32];
	if (!!(load_relaxed(input) & INPUT_LEVEL(i)) == level)
		return;
	if (!level) {
		atomic_and(input, ~INPUT_LEVEL(i));
		return;
	}
	if (atomic_or(input, INPUT_LEVEL(i) | INPUT_REQUEST(i)) & INPUT_REQUEST(i))
		return; /* pending since before, or busy and looked at when completed */
	atomic_fence();
	if (!(load_relaxed(&p->busy[irq / 32]) & BIT32(i)))
		notify(p, irq, NOBODY);
}

/*
 * The gateway looks at the line again: what it requested while the source was busy counts only if the line is still high. A
 * line that falls between the two operations was high when looked at; one that rises sets its request itself.
 */
static void gateway_reopen(struct vplic *p, u32 word, u32 i)
{
	if (atomic_and(&p->input[word], ~INPUT_REQUEST(i)) & INPUT_LEVEL(i))
		atomic_or(&p->input[word], INPUT_REQUEST(i));
	store_release(&p->busy[word], p->busy[word] & ~BIT32(i));
}

/* ---- "Interrupt Claim Process", "Interrupt Completion" ---- */

/* Highest priority, then lowest number; 0: none. The threshold has no part in it. Under the lock. */
static u32 top(const struct vplic *p, u32 vcpu)
{
	u32 best[VPLIC_WORDS], higher[VPLIC_WORDS];

	for (u32 w = 0; w < VPLIC_WORDS; w++)
		best[w] = pending(p, w) & p->enable[vcpu][w] & above(p, w, 0);
	for (u32 b = VPLIC_PRIORITY_BITS; b-- > 0;) {
		u32 any = 0;

		for (u32 w = 0; w < VPLIC_WORDS; w++)
			any |= higher[w] = best[w] & p->priority[b][w];
		for (u32 w = 0; any && w < VPLIC_WORDS; w++)
			best[w] = higher[w];
	}
	for (u32 w = 0; w < VPLIC_WORDS; w++)
		if (best[w])
			return w * 32 + (u32)__builtin_ctz(best[w]);
	return 0;
}

/* Busy first: a line that rises after its request is taken must not tell anybody. */
static u32 claim(struct vplic *p, u32 vcpu)
{
	u32 source, w, i;

	spin_lock(&p->lock);
	source = top(p, vcpu);
	w = source / 32;
	i = source % 32;
	if (source) {
		store_relaxed(&p->busy[w], p->busy[w] | BIT32(i));
		atomic_and(&p->input[w], ~INPUT_REQUEST(i));
	}
	spin_unlock(&p->lock);
	return source;
}

static void complete(struct vplic *p, u32 vcpu, u32 source, u32 self)
{
	u32 w = source / 32, bit = BIT32(source % 32);
	bool again = false;

	if (!source || source >= VPLIC_SOURCES)
		return;
	spin_lock(&p->lock);
	if (p->enable[vcpu][w] & p->busy[w] & bit) {
		gateway_reopen(p, w, source % 32);
		atomic_fence();
		again = requested(p, w) & bit;
	}
	spin_unlock(&p->lock);
	if (again)
		notify(p, source, self);
}

/* ---- configuration ---- */

/* "Interrupt Priorities". Bits are set before others are cleared: only what becomes 0 is ever seen as 0. */
static void priority_write(struct vplic *p, u32 source, u32 value, u32 self)
{
	u32 w = source / 32, bit = BIT32(source % 32);

	spin_lock(&p->lock);
	for (u32 b = 0; b < VPLIC_PRIORITY_BITS; b++)
		if (value >> b & 1)
			store_relaxed(&p->priority[b][w], p->priority[b][w] | bit);
	for (u32 b = 0; b < VPLIC_PRIORITY_BITS; b++)
		if (!(value >> b & 1))
			store_relaxed(&p->priority[b][w], p->priority[b][w] & ~bit);
	spin_unlock(&p->lock);
	atomic_fence();
	if (pending(p, w) & bit)
		tell(p, load_relaxed(&p->enabled_by[source]), self);
}

/* "Interrupt Enables" */
static void enable_write(struct vplic *p, u32 vcpu, u32 w, u32 value, u32 self)
{
	u32 changed;

	if (w == 0)
		value &= ~1u;
	spin_lock(&p->lock);
	changed = p->enable[vcpu][w] ^ value;
	store_relaxed(&p->enable[vcpu][w], value);
	for (u32 m = changed; m; m &= m - 1) {
		u64 *by = &p->enabled_by[w * 32 + (u32)__builtin_ctz(m)];

		store_relaxed(by, *by ^ BIT64(vcpu));
	}
	spin_unlock(&p->lock);
	atomic_fence();
	if (pending(p, w) & changed)
		tell(p, BIT64(vcpu), self);
}

/* "Priority Thresholds" */
static void threshold_write(struct vplic *p, u32 vcpu, u32 value, u32 self)
{
	store_relaxed(&p->threshold[vcpu], value & PRIORITY_MASK);
	atomic_fence();
	tell(p, BIT64(vcpu), self);
}

/* ---- the region ---- */

/* The vCPU whose S-mode context this is. */
static u32 vcpu_of(const struct vplic *p, u32 context)
{
	return (context & 1) && context / 2 < p->vm->nr_vcpus ? context / 2 : NOBODY;
}

/* Below ENABLE: sources' registers. */
static u32 source_read(const struct vplic *p, u32 off)
{
	u32 n = off % PENDING / 4;

	if (off < PENDING)
		return n < VPLIC_SOURCES ? priority(p, n) : 0;
	return n < VPLIC_WORDS ? pending(p, n) : 0;
}

static u32 enable_read(const struct vplic *p, u32 off)
{
	u32 vcpu = vcpu_of(p, off / ENABLE_STRIDE), w = off % ENABLE_STRIDE / 4;

	return vcpu < NOBODY && w < VPLIC_WORDS ? load_relaxed(&p->enable[vcpu][w]) : 0;
}

static u32 context_read(struct vplic *p, u32 off)
{
	u32 vcpu = vcpu_of(p, off / CONTEXT_STRIDE), reg = off % CONTEXT_STRIDE;

	if (vcpu == NOBODY || reg > CLAIM)
		return 0;
	return reg == CLAIM ? claim(p, vcpu) : load_relaxed(&p->threshold[vcpu]);
}

static u64 vplic_read(void *dev, struct vcpu *vcpu UNUSED, u64 off64, u32 size UNUSED)
{
	struct vplic *p = dev;
	u32 off = (u32)off64;

	if (off >= CONTEXT)
		return context_read(p, off - CONTEXT);
	return off >= ENABLE ? enable_read(p, off - ENABLE) : source_read(p, off);
}

static void context_write(struct vplic *p, u32 off, u32 value, u32 self)
{
	u32 vcpu = vcpu_of(p, off / CONTEXT_STRIDE), reg = off % CONTEXT_STRIDE;

	if (vcpu == NOBODY || reg > CLAIM)
		return;
	if (reg == CLAIM)
		complete(p, vcpu, value, self);
	else
		threshold_write(p, vcpu, value, self);
}

static void vplic_write(void *dev, struct vcpu *vcpu, u64 off64, u32 size UNUSED, u64 value)
{
	struct vplic *p = dev;
	u32 off = (u32)off64, target, w;

	if (off >= CONTEXT) {
		context_write(p, off - CONTEXT, (u32)value, vcpu->index);
	} else if (off >= ENABLE) {
		target = vcpu_of(p, (off - ENABLE) / ENABLE_STRIDE);
		w = off % ENABLE_STRIDE / 4;
		if (target < NOBODY && w < VPLIC_WORDS)
			enable_write(p, target, w, (u32)value, vcpu->index);
	} else if (off >= 4 && off < VPLIC_SOURCES * 4) {
		priority_write(p, off / 4, (u32)value, vcpu->index);
	}
}

const struct mmio_ops vplic_ops = {.sizes = 4, .read = vplic_read, .write = vplic_write};

/* ---- life ---- */

void vplic_reset(struct vplic *p)
{
	for (u32 w = 0; w < VPLIC_WORDS; w++) {
		store_relaxed(&p->input[w], 0);
		p->busy[w] = 0;
		for (u32 b = 0; b < VPLIC_PRIORITY_BITS; b++)
			p->priority[b][w] = 0;
		for (u32 i = 0; i < PLAN_VCPUS_MAX; i++)
			p->enable[i][w] = 0;
	}
	for (u32 i = 0; i < PLAN_VCPUS_MAX; i++)
		p->threshold[i] = 0;
	for (u32 i = 0; i < VPLIC_SOURCES; i++)
		p->enabled_by[i] = 0;
	atomic_fence(); /* before whatever starts a vCPU or drives a line again */
}

void vplic_init(struct vplic *p, struct vm *vm)
{
	p->vm = vm;
	vplic_reset(p);
}
