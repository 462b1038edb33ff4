/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SBI 3.0, chapter 8: remote fences. A vCPU that is loaded on its home is fenced there at once, by firmware, under the VM's
 * VMID. One that is not has it done when it is loaded next, so that a storm of fences disturbs no CPU that runs somebody else:
 * the bit is posted first, then it is looked whether it is loaded; vcpu_load() makes it current first and takes the bits then.
 */
#include "arch/riscv/cpu_arch.h"
#include "arch/riscv/feature.h"
#include "arch/riscv/vsbi.h"
#include "core/cpu.h"
#include "core/machine.h"
#include "hal/boot.h"

/* Firmware goes through a range page by page, some of it without an end of its own: above this many all are fenced at once. */
#define FENCE_PAGES_MAX 64

static void fence_here(enum vsbi_fence kind)
{
	if (kind == VSBI_FENCE_I)
		fence_i();
	else
		hfence_vvma_all();
}

static void fence_there(u64 hart, enum vsbi_fence kind, u64 start, u64 size, u64 asid)
{
	struct hart_mask m = {1, hart};

	if (kind == VSBI_FENCE_I)
		sbi_fence_i(m);
	else if (kind == VSBI_SFENCE_VMA)
		sbi_hfence_vvma(m, start, size);
	else
		sbi_hfence_vvma_asid(m, start, size, asid);
}

static void fence_one(const struct vcpu *target, enum vsbi_fence kind, u64 start, u64 size, u64 asid)
{
	struct vcpu_arch *t = target->arch;
	const struct cpu *home = &cpus[target->home];
	u32 bit = kind == VSBI_FENCE_I ? POST_FENCE_I : POST_SFENCE_VMA;

	atomic_or(&t->posted, bit);
	atomic_fence();
	if (load_relaxed(&home->current) != target || home == this_cpu())
		return;
	fence_there(the_machine.cpus[target->home].hwid, kind, start, size, asid);
}

/* Sign-extended from the widest first stage: firmware may refuse another address (8.3), and to it a fence is nobody's. */
static bool canonical(u64 va)
{
	u32 bits = host_features.va_bits;
	s64 upper =
		bits ? (s64)va >> (bits - 1) : 1; /* harts without translation have no addresses to fence */

	return upper == 0 || upper == -1;
}

/* Whole pages; *size 0: all of it (8). So are the last ones, whose end is no address. */
static void bound(u64 *start, u64 *size)
{
	u64 end = *start + *size;

	if (end < *start || *size > FENCE_PAGES_MAX * PAGE_SIZE || !align_up(end, PAGE_SIZE) ||
	    !canonical(*start) || !canonical(end - 1))
		*size = 0;
	if (!*size) {
		*start = 0;
		return;
	}
	*start = align_down(*start, PAGE_SIZE);
	*size = align_up(end, PAGE_SIZE) - *start;
}

/* An ASID has at most 16 bits. */
void vsbi_fence(struct vcpu_arch *a, u64 set, enum vsbi_fence kind, u64 start, u64 size, u64 asid)
{
	struct vm *vm = a->core->vm;
	u64 self = 1ULL << a->core->index;

	bound(&start, &size);
	if (set & self)
		fence_here(kind);
	for (set &= ~self; set; set &= set - 1)
		fence_one(&vm->vcpus[__builtin_ctzll(set)], kind, start, size, asid & 0xffff);
}

static s64 fence_call(struct vcpu_arch *a, enum vsbi_fence kind)
{
	u64 set;
	s64 e = vsbi_harts(a, a->x[A0], a->x[A1], &set);

	if (!e)
		vsbi_fence(a, set, kind, a->x[A2], a->x[A3], a->x[A4]);
	return e;
}

static s64 remote_fence_i(struct vcpu_arch *a, u64 *value UNUSED)
{
	return fence_call(a, VSBI_FENCE_I);
}

static s64 remote_sfence_vma(struct vcpu_arch *a, u64 *value UNUSED)
{
	return fence_call(a, VSBI_SFENCE_VMA);
}

static s64 remote_sfence_vma_asid(struct vcpu_arch *a, u64 *value UNUSED)
{
	return fence_call(a, VSBI_SFENCE_VMA_ASID);
}

/* Guests have no H, so no HFENCE: 3 to 6 are not supported (8.4-8.7). */
static const vsbi_fn functions[] = {remote_fence_i, remote_sfence_vma, remote_sfence_vma_asid};

void vsbi_rfence(struct vcpu_arch *a)
{
	VSBI_FUNCTION(a, functions);
}
