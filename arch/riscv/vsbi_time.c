/* SPDX-License-Identifier: Apache-2.0 */
/* SBI 3.0, chapter 6: timer. */
#include "arch/riscv/vsbi.h"
#include "arch/riscv/vtimer.h"

static s64 set_timer(struct vcpu_arch *a, u64 *value UNUSED)
{
	vtimer_set(a, a->x[A0]);
	return SBI_SUCCESS;
}

static const vsbi_fn functions[] = {set_timer};

void vsbi_time(struct vcpu_arch *a)
{
	VSBI_FUNCTION(a, functions);
}
