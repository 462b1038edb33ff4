/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SBI 3.0, chapter 11: performance counters, of which guests have none. The extension is there to say so: without it Linux takes cycle
 * and instret for its own, which trap.
 */
#include "arch/riscv/vsbi.h"

static s64 num_counters(struct vcpu_arch *a UNUSED, u64 *value UNUSED)
{
	return SBI_SUCCESS; /* 0 */
}

/* Whatever counter is named, or set of them: there is none such. */
static s64 no_counter(struct vcpu_arch *a UNUSED, u64 *value UNUSED)
{
	return SBI_ERR_INVALID_PARAM;
}

/* get_info, config_matching, start, stop, fw_read, fw_read_hi; no shared memory, no events to ask about. */
static const vsbi_fn functions[] = {num_counters, no_counter, no_counter, no_counter,
				    no_counter,   no_counter, no_counter};

void vsbi_pmu(struct vcpu_arch *a)
{
	VSBI_FUNCTION(a, functions);
}
