/* SPDX-License-Identifier: Apache-2.0 */
/* SBI 3.0, chapter 10: system reset. */
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

static const vsbi_fn functions[] = {system_reset};

void vsbi_srst(struct vcpu_arch *a)
{
	VSBI_FUNCTION(a, functions);
}
