/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SBI 3.0, chapter 5: legacy calls. Their answer is in a0 alone. Hart masks are at *virtual* addresses of the caller, read once, by its
 * own translation; address 0: all harts.
 */
#include "arch/riscv/vsbi.h"
#include "arch/riscv/vtimer.h"

static s64 set_timer(struct vcpu_arch *a)
{
	vtimer_set(a, a->x[A0]);
	return SBI_SUCCESS;
}

static s64 putchar(struct vcpu_arch *a)
{
	vsbi_console_put(a, (u8)a->x[A0]);
	return SBI_SUCCESS;
}

static s64 getchar(struct vcpu_arch *a)
{
	return vsbi_console_get(a);
}

static s64 clear_ipi(struct vcpu_arch *a UNUSED)
{
	csr_clear(CSR_HVIP, IRQ_BIT(IRQ_VSSI));
	return SBI_SUCCESS;
}

static s64 mask_at(const struct vcpu_arch *a, u64 va, u64 *set)
{
	u64 mask, cause;

	if (!va)
		return vsbi_harts(a, 0, UINT64_MAX, set);
	if ((va & 7) || !guest_load64(va, &mask, &cause))
		return SBI_ERR_INVALID_ADDRESS;
	return vsbi_harts(a, mask, 0, set);
}

static s64 send_ipi(struct vcpu_arch *a)
{
	u64 set;
	s64 e = mask_at(a, a->x[A0], &set);

	if (!e)
		vsbi_ipi_send(a, set);
	return e;
}

static s64 fence(struct vcpu_arch *a, enum vsbi_fence kind)
{
	u64 set;
	s64 e = mask_at(a, a->x[A0], &set);

	if (!e)
		vsbi_fence(a, set, kind, a->x[A1], a->x[A2], a->x[A3]);
	return e;
}

static s64 remote_fence_i(struct vcpu_arch *a)
{
	return fence(a, VSBI_FENCE_I);
}

static s64 remote_sfence_vma(struct vcpu_arch *a)
{
	return fence(a, VSBI_SFENCE_VMA);
}

static s64 remote_sfence_vma_asid(struct vcpu_arch *a)
{
	return fence(a, VSBI_SFENCE_VMA_ASID);
}

static s64 shutdown(struct vcpu_arch *a)
{
	vsbi_shutdown(a, VM_EV_HALT);
	return SBI_SUCCESS;
}

static s64 (*const calls[])(struct vcpu_arch *a) = {
	set_timer, putchar,        getchar,           clear_ipi,
	send_ipi,  remote_fence_i, remote_sfence_vma, remote_sfence_vma_asid,
	shutdown,
};

void vsbi_legacy(struct vcpu_arch *a)
{
	u64 call = a->x[A7];

	a->x[A0] = (u64)(call < ARRAY_SIZE(calls) ? calls[call](a) : SBI_ERR_NOT_SUPPORTED);
}
