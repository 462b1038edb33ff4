/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guest-page faults: accesses to emulated devices, and everything that would be a bus error on a real machine, which
 * becomes an access fault of the guest. What trapped is taken from htinst where the hart gives it; otherwise the instruction is
 * fetched through the guest's own translation and decoded. Likewise the address, from htval or by walking the guest's tables.
 */
#include "arch/riscv/decode.h"
#include "arch/riscv/exit.h"
#include "arch/riscv/s1walk.h"
#include "core/aspace.h"
#include "core/gmem.h"
#include "core/mmio.h"
#include "core/vm.h"

/* By the guest-page fault: the access fault that a guest takes in its place. */
static u64 access_fault(u64 scause)
{
	return scause == EXC_INSN_GUEST_PAGE   ? EXC_INSN_ACCESS
	       : scause == EXC_LOAD_GUEST_PAGE ? EXC_LOAD_ACCESS
					       : EXC_STORE_ACCESS;
}

static void fail(struct vcpu_arch *a, u64 scause)
{
	exit_note(a, EXIT_FAULT, a->gpa_exit);
	inject_exception(access_fault(scause), csr_read(CSR_STVAL));
}

static bool read_pte(void *ctx, u64 gpa, u64 *pte)
{
	const struct vcpu_arch *a = ctx;

	return gmem_get(a->core->vm->aspace, GPA(gpa), sizeof(*pte), pte) == OK;
}

/* The page is mapped now: somebody split or changed a leaf meanwhile (core/pgtable.h); take the access again. */
static bool is_mapped(struct vcpu_arch *a, u64 gpa, u32 rights)
{
	return aspace_is_mapped(a->core->vm->aspace, GPA(gpa), rights);
}

enum where { AT_ADDRESS, AT_TABLE, AT_NOTHING };

/*
 * Where the access went. htval holds the address divided by 4 or 0 (21.4.4: also when it could be told); a walk of the
 * guest's tables answers then, and tells whether it was the walk itself that met no memory.
 */
static enum where locate(struct vcpu_arch *a, u64 htinst, u64 *gpa)
{
	u64 va = csr_read(CSR_STVAL), htval = csr_read(CSR_HTVAL);

	if (htinst_is_implicit(htinst)) {
		*gpa = htval << 2;
		return AT_TABLE;
	}
	if (htval && htinst) {
		*gpa = htval << 2 | (va & 3);
		return AT_ADDRESS;
	}
	switch (s1_walk(csr_read(CSR_VSATP), va, read_pte, a, gpa)) {
	case S1_OK:
		return AT_ADDRESS;
	case S1_NO_MEMORY:
		return AT_TABLE;
	case S1_FAULT:
	default:
		return AT_NOTHING;
	}
}

/* What the device gave, as the instruction would load it. */
static inline u64 loaded(u64 value, const struct decoded *d)
{
	u32 drop = 64 - 8 * d->size;

	value <<= drop;
	return d->sign ? (u64)((s64)value >> drop) : value >> drop;
}

/* The vCPU goes on behind the access before the device acts, which may end it. */
static inline void access(struct vcpu_arch *a, const struct mmio_region *r, const struct decoded *d,
			  u32 length, gpa_t gpa)
{
	bool own = r->dev == a->own_irqs;

	exit_skip(length);
	if (d->write)
		mmio_write(r, a->core, gpa, d->size, exit_reg_get(a, d->reg));
	else
		exit_reg_set(a, d->reg, loaded(r->ops->read(r->dev, a->core, gpa.v - r->base, d->size), d));
	if (own)
		vintc_update(a);
}

static void emulate(struct vcpu_arch *a, const struct decoded *d, u32 length, gpa_t gpa, u64 scause)
{
	const struct mmio_region *r = mmio_device_at(a->core, &a->mmio_last, gpa, d->size);

	if (likely(r != NULL))
		access(a, r, d, length, gpa);
	else
		fail(a, scause);
}

/* A hart may keep for long that an entry was not valid (12.2.1, 21.3.2): it forgets that and tries again. */
static void retry_or_fail(struct vcpu_arch *a, u64 gpa, u32 rights, u64 scause)
{
	if (is_mapped(a, gpa, rights))
		hfence_gvma(gpa, csr_read(CSR_HGATP) >> HGATP_VMID_SHIFT & HGATP_VMID_MASK);
	else
		fail(a, scause);
}

/* False: the guest goes on without it, or what trapped cannot be emulated and it was told so. Flash is a device, and may be mapped now. */
static bool decode(struct vcpu_arch *a, u64 htinst, u64 scause, struct decoded *d, u32 *length)
{
	u32 insn;

	if (likely(decode_htinst(htinst, d, length)))
		return true;
	if (!htinst && !exit_fetch(a, &insn, length))
		return false;
	/* A second hart may have changed the instruction since: what is fetched has to be of the kind that trapped. */
	if (!htinst && decode_load_store(insn, *length, d) && d->write == (scause == EXC_STORE_GUEST_PAGE))
		return true;
	retry_or_fail(a, a->gpa_exit, scause == EXC_STORE_GUEST_PAGE ? PT_W : PT_R, scause);
	return false;
}

/* What has to be mapped there for the access not to fault again. */
static u32 needed(enum where where, u64 scause, u64 htinst)
{
	if (where == AT_TABLE)
		return htinst_is_implicit_write(htinst) ? PT_W : PT_R;
	return scause == EXC_INSN_GUEST_PAGE ? PT_X : scause == EXC_STORE_GUEST_PAGE ? PT_W : PT_R;
}

void exit_guest_page_fault(struct vcpu_arch *a, u64 scause)
{
	u64 htinst = csr_read(CSR_HTINST), gpa;
	enum where where = locate(a, htinst, &gpa);
	struct decoded d;
	u32 length;

	if (where == AT_NOTHING)
		return; /* its tables changed meanwhile: the retry gives the guest its own fault */
	a->gpa_exit = gpa;
	a->core->exits[EXIT_MMIO]++;
	trace_exit(a->core, EXIT_MMIO, gpa);
	/* A device's addresses are never RAM's; only what hits no device is worth the question. */
	if (likely(where == AT_ADDRESS && scause != EXC_INSN_GUEST_PAGE &&
		   mmio_region_of(a->core->vm->mmio, GPA(gpa)))) {
		if (decode(a, htinst, scause, &d, &length))
			emulate(a, &d, length, GPA(gpa), scause);
	} else {
		retry_or_fail(a, gpa, needed(where, scause, htinst), scause);
	}
}

/*
 * The one that is nearly all: described by htinst, of registers that entry.S has stored already, at the device that was
 * accessed last. Nothing else needs to be asked: a device's addresses are never RAM's.
 */
#define STORED_AT_ENTRY 0xf003fcf7u /* x0-x2, x4-x7, x10-x17, x28-x31 */

bool exit_fast_fault(struct vcpu_arch *a, u64 scause UNUSED)
{
	gpa_t gpa = GPA(csr_read(CSR_HTVAL) << 2 |
			(csr_read(CSR_STVAL) & 3)); /* without htval 0, where no device is */
	const struct mmio_region *r = a->mmio_last;
	struct decoded d;
	u32 length;

	if (unlikely(!mmio_covers(r, gpa) || trace_wanted()))
		return false;
	if (unlikely(!decode_htinst(csr_read(CSR_HTINST), &d, &length) || !(STORED_AT_ENTRY >> d.reg & 1) ||
		     !mmio_takes(r, gpa, d.size)))
		return false;
	a->core->exits[EXIT_MMIO]++;
	access(a, r, &d, length, gpa);
	return true;
}
