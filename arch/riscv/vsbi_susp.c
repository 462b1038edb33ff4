/* SPDX-License-Identifier: Apache-2.0 */
/* SBI 3.0, chapter 13: system suspend. */
#include "arch/riscv/vsbi.h"

/* Suspend to RAM, by the last hart that runs (13.1): what its hart's suspend is. */
static s64 system_suspend(struct vcpu_arch *a, u64 *value)
{
	const struct vm *vm = a->core->vm;

	if ((u32)a->x[A0]) /* reserved, or a platform's own (table 13.3) */
		return SBI_ERR_INVALID_PARAM;
	for (u32 i = 0; i < vm->nr_vcpus; i++)
		if (i != a->core->index && vcpu_power_state(&vm->vcpus[i]) != VCPU_OFF)
			return SBI_ERR_DENIED;
	return vsbi_sleep(a, a->x[A1], a->x[A2], value);
}

static const vsbi_fn functions[] = {system_suspend};

void vsbi_susp(struct vcpu_arch *a)
{
	VSBI_FUNCTION(a, functions);
}
