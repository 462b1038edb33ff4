/* SPDX-License-Identifier: Apache-2.0 */
/* SBI 3.0, chapter 6: timer. */
#include "arch/riscv/vsbi.h"
#include "arch/riscv/vtimer.h"

/* set_timer, the one function, without a table's detour: the call that guests make most. */
void vsbi_time(struct vcpu_arch *a)
{
	bool known = !a->x[A6];

	if (likely(known))
		vtimer_set(a, a->x[A0]);
	a->x[A0] = (u64)(known ? SBI_SUCCESS : SBI_ERR_NOT_SUPPORTED);
	a->x[A1] = 0;
}
