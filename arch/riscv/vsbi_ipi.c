/* SPDX-License-Identifier: Apache-2.0 */
/* SBI 3.0, chapter 7: IPI. */
#include "arch/riscv/vsbi.h"

static void send_to(struct vcpu *target)
{
	struct vcpu_arch *t = target->arch;

	/* One that is posted already was told: it looks before it sleeps or runs on. */
	if (!(atomic_or(&t->posted, POST_IPI) & POST_IPI))
		vcpu_wake(target);
}

/* To itself it is pending at once. At most 64 of others. */
void vsbi_ipi_send(struct vcpu_arch *a, u64 set)
{
	struct vm *vm = a->core->vm;
	u64 self = 1ULL << a->core->index;

	if (set & self)
		csr_set(CSR_HVIP, IRQ_BIT(IRQ_VSSI));
	for (set &= ~self; set; set &= set - 1)
		send_to(&vm->vcpus[__builtin_ctzll(set)]);
}

static s64 send_ipi(struct vcpu_arch *a, u64 *value UNUSED)
{
	u64 set;
	s64 e = vsbi_harts(a, a->x[A0], a->x[A1], &set);

	if (likely(!e))
		vsbi_ipi_send(a, set);
	return e;
}

static const vsbi_fn functions[] = {send_ipi};

void vsbi_ipi(struct vcpu_arch *a)
{
	VSBI_FUNCTION(a, functions);
}
