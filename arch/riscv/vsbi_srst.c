/* SPDX-License-Identifier: Apache-2.0 */
/* SBI 3.0, chapters 10 and 13: system reset and system suspend. */
#include "arch/riscv/vsbi.h"

#define RESET_SHUTDOWN 0u
#define RESET_COLD 1u
#define RESET_WARM 2u
#define REASON_LAST 1u

void vsbi_shutdown(struct vcpu_arch *a, enum vm_event ev)
{
	vm_post(a->core->vm, ev);
	vcpu_power_off(a->core);
}

/* A warm reboot is a cold one here. Vendors' types and reasons: there are none, as with what is reserved (table 10.3). */
static s64 system_reset(struct vcpu_arch *a, u64 *value UNUSED)
{
	u32 type = (u32)a->x[A0], reason = (u32)a->x[A1];

	if (type > RESET_WARM || reason > REASON_LAST)
		return SBI_ERR_INVALID_PARAM;
	vsbi_shutdown(a, type == RESET_SHUTDOWN ? VM_EV_HALT : VM_EV_GUEST_RESET);
	return SBI_SUCCESS; /* not seen by anybody */
}

static const vsbi_fn reset_functions[] = {system_reset};

void vsbi_srst(struct vcpu_arch *a)
{
	VSBI_FUNCTION(a, reset_functions);
}

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

static const vsbi_fn suspend_functions[] = {system_suspend};

void vsbi_susp(struct vcpu_arch *a)
{
	VSBI_FUNCTION(a, suspend_functions);
}
