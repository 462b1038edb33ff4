/* SPDX-License-Identifier: Apache-2.0 */
/* The supervisor timer: stimecmp where there is one (Sstc), else SBI TIME. */
#include "tests/guests/bare/lib.h"

enum known { NOT_KNOWN, ABSENT, PRESENT };

bool timer_has_stimecmp(void)
{
	static enum known stimecmp;

	if (stimecmp == NOT_KNOWN) {
		fault_catch();
		__asm__ volatile("csrw %0, %1" ::"i"(CSR_STIMECMP), "r"(~0ULL) : "memory");
		stimecmp = fault_caught(NULL) ? ABSENT : PRESENT;
	}
	return stimecmp == PRESENT;
}

void timer_set(u64 deadline)
{
	if (timer_has_stimecmp())
		__asm__ volatile("csrw %0, %1" ::"i"(CSR_STIMECMP), "r"(deadline) : "memory");
	else
		sbi_call(SBI_TIME, 0, deadline, 0, 0);
}

void timer_off(void)
{
	timer_set(~0ULL);
}
