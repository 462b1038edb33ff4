/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual IMSIC interrupt file. Section numbers are those of the RISC-V AIA specification 1.0.
 *
 * The order between an MSI and the vCPU: the sender sets the bit in `eip`, then looks whether the identity is enabled and
 * delivered. The vCPU changes what it enables or delivers, then the architecture asks vimsic_pending(), which looks at `eip`.
 * Both have a fence between the two, so one of them sees the other: either the sender wakes, or the vCPU finds it. A sender
 * that finds the bit set has nothing to do: who set it does, or the vCPU did not want it and looks when it does.
 */
#include "arch/riscv/vimsic.h"

#include "arch/riscv/imsic_regs.h"
#include "core/mmio.h"
#include "core/vm.h"

/* iselect (chapter 5, 3.8) */
#define IPRIO0 0x30
#define IPRIO15 0x3f
#define LAST 0xff

#define SETEIPNUM_LE 0x0u
#define SETEIPNUM_BE 0x4u

_Static_assert((VIMSIC_IDS & (VIMSIC_IDS + 1)) == 0 && VIMSIC_IDS >= 63 && VIMSIC_IDS <= 2047,
	       "one less than a power of two (3.1); a threshold is masked with it");

static u64 id_bit(u32 id)
{
	return 1ULL << (id % 64);
}

/* Identities of a word that exist. */
static u64 valid(u32 word)
{
	return word ? ~0ULL : ~1ULL;
}

/* ---- top interrupt (3.9, 3.10) ---- */

static bool below_threshold(const struct vimsic *f, u32 id)
{
	u32 threshold = load_relaxed(&f->s.threshold);

	return !threshold || id < threshold;
}

/* The lowest pending and enabled identity below the threshold, 0: none. Delivery does not matter. */
static u32 top(const struct vimsic *f)
{
	for (u32 w = 0; w < VIMSIC_WORDS; w++) {
		u64 ready = load_acquire(&f->s.eip[w]) & load_relaxed(&f->s.eie[w]);
		u32 id = w * 64;

		if (!ready)
			continue;
		id += (u32)__builtin_ctzll(ready);
		return below_threshold(f, id) ? id : 0;
	}
	return 0;
}

u32 vimsic_topei(const struct vimsic *f)
{
	u32 id = top(f);

	return id << 16 | id;
}

/* Nobody else clears bits, so it is still pending. */
u32 vimsic_claim(struct vimsic *f)
{
	u32 id = top(f);

	if (id)
		atomic_and(&f->s.eip[id / 64], ~id_bit(id));
	return id << 16 | id;
}

bool vimsic_pending(const struct vimsic *f)
{
	return load_relaxed(&f->s.delivery) && top(f);
}

/* ---- MSIs (3.5) ---- */

/* A store to a device: what the sender stored to memory before must be there first. */
static void hw_send(volatile u32 *page, u32 id)
{
#ifdef __riscv
	__asm__ volatile("fence w, o" ::: "memory");
#endif
	*page = id;
}

/* True: the vCPU must look. */
static bool post(struct vimsic *f, u32 id)
{
	if (f->hw) {
		hw_send(f->hw, id);
		return false;
	}
	if (atomic_or(&f->s.eip[id / 64], id_bit(id)) & id_bit(id))
		return false;
	atomic_fence();
	return load_relaxed(&f->s.delivery) && (load_relaxed(&f->s.eie[id / 64]) & id_bit(id)) &&
	       below_threshold(f, id);
}

static bool is_file_and_id(const struct vm *vm, u32 vcpu, u32 id)
{
	return vcpu < vm->nr_vcpus && id && id <= VIMSIC_IDS;
}

void vimsic_send(struct vm *vm, u32 vcpu, u32 id)
{
	if (is_file_and_id(vm, vcpu, id) && post(vimsic_of(vm, vcpu), id))
		vcpu_wake(&vm->vcpus[vcpu]);
}

static u64 page_read(void *dev UNUSED, struct vcpu *vcpu UNUSED, u64 off UNUSED, u32 size UNUSED)
{
	return 0;
}

/* As number in big-endian order; what is too large for one is no identity. */
static u32 from_be(u32 value)
{
	return value & 0xffffff ? 0 : value >> 24;
}
_Static_assert(VIMSIC_IDS <= 0xff, "from_be()");

static void page_write(void *dev, struct vcpu *vcpu, u64 off, u32 size UNUSED, u64 value)
{
	struct vm *vm = dev;
	u32 target = (u32)(off / VIMSIC_PAGE), reg = (u32)(off % VIMSIC_PAGE), id;

	if (reg > SETEIPNUM_BE)
		return;
	id = reg == SETEIPNUM_LE ? (u32)value : from_be((u32)value);
	if (is_file_and_id(vm, target, id) && post(vimsic_of(vm, target), id) && target != vcpu->index)
		vcpu_wake(&vm->vcpus[target]);
}

const struct mmio_ops vimsic_ops = {.sizes = 4, .read = page_read, .write = page_write};

/* ---- registers behind sireg (3.8) ---- */

static u64 merge(u64 old, u64 mask, u64 value)
{
	return (old & ~mask) | (value & mask);
}

/* eidelivery and eithreshold: the bits that exist are writable. */
static u64 control(u32 *reg, u64 exist, u64 mask, u64 value)
{
	u64 old = load_relaxed(reg);

	store_relaxed(reg, (u32)(merge(old, mask, value) & exist));
	return old;
}

/* MSIs come meanwhile: what is cleared was returned as set, and nothing else is touched. */
static u64 pending_word(u64 *word, u64 mask, u64 value)
{
	u64 set = mask & value, clear = mask & ~value, old;

	if (!clear)
		return set ? atomic_or(word, set) : load_acquire(word);
	old = atomic_and(word, ~clear);
	if (set)
		atomic_or(word, set);
	return old;
}

static u64 enable_word(u64 *word, u64 mask, u64 value)
{
	u64 old = load_relaxed(word);

	store_relaxed(word, merge(old, mask, value));
	return old;
}

/* One of the eip and eie arrays; parts above the last identity are read-only zero. */
static u64 array(struct vimsic *f, u32 iselect, u64 mask, u64 value)
{
	u32 w = (iselect & 0x3f) / 2;

	if (w >= VIMSIC_WORDS)
		return 0;
	mask &= valid(w);
	return iselect >= EIE0 ? enable_word(&f->s.eie[w], mask, value)
			       : pending_word(&f->s.eip[w], mask, value);
}

enum err vimsic_reg(struct vimsic *f, u64 iselect, u64 mask, u64 value, u64 *old)
{
	*old = 0;
	if (iselect >= IPRIO0 && iselect <= IPRIO15)
		return iselect & 1 ? ERR_NOENT : OK; /* major interrupts' priorities, fixed: read-only zero */
	if (iselect < EIDELIVERY || iselect > LAST || (iselect >= EIP0 && (iselect & 1)))
		return ERR_NOENT;
	if (iselect >= EIP0)
		*old = array(f, (u32)iselect, mask, value);
	else if (iselect == EIDELIVERY)
		*old = control(&f->s.delivery, 1, mask, value);
	else if (iselect == EITHRESHOLD)
		*old = control(&f->s.threshold, VIMSIC_IDS, mask, value);
	/* the others are reserved: they read as zero and ignore writes */
	if (mask)
		atomic_fence();
	return OK;
}

/* ---- life ---- */

void vimsic_reset(struct vimsic *f)
{
	store_relaxed(&f->s.delivery, 0);
	store_relaxed(&f->s.threshold, 0);
	for (u32 w = 0; w < VIMSIC_WORDS; w++) {
		store_relaxed(&f->s.eie[w], 0);
		store_relaxed(&f->s.eip[w], 0);
	}
	atomic_fence();
}

void vimsic_read(const struct vimsic *f, struct vimsic_state *state)
{
	state->delivery = load_relaxed(&f->s.delivery);
	state->threshold = load_relaxed(&f->s.threshold);
	for (u32 w = 0; w < VIMSIC_WORDS; w++) {
		state->eip[w] = load_acquire(&f->s.eip[w]);
		state->eie[w] = load_relaxed(&f->s.eie[w]);
	}
}

void vimsic_load(struct vimsic *f, const struct vimsic_state *state)
{
	store_relaxed(&f->s.delivery, state->delivery & 1);
	store_relaxed(&f->s.threshold, state->threshold & VIMSIC_IDS);
	for (u32 w = 0; w < VIMSIC_WORDS; w++) {
		store_relaxed(&f->s.eie[w], state->eie[w] & valid(w));
		atomic_or(&f->s.eip[w], state->eip[w] & valid(w));
	}
	atomic_fence();
}
