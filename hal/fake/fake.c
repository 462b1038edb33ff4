/* SPDX-License-Identifier: Apache-2.0 */
/* What all pieces of the fake machine share: complaints, ends, reset. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "hal/fake/fake.h"

u32 fake_violations;
char fake_last_violation[256];
jmp_buf fake_jmp;
bool fake_catching;
char fake_panic_text[256];

void fake_log_reset(void) __attribute__((weak));
void fake_cpu_reset(void) __attribute__((weak));
void fake_mem_reset(void) __attribute__((weak));
void fake_tlb_reset(void) __attribute__((weak));

void fake_reset(void)
{
	fake_violations = 0;
	fake_last_violation[0] = 0;
	fake_panic_text[0] = 0;
	fake_catching = false;
	if (fake_log_reset)
		fake_log_reset();
	if (fake_cpu_reset)
		fake_cpu_reset();
	if (fake_mem_reset)
		fake_mem_reset();
	if (fake_tlb_reset)
		fake_tlb_reset();
}

void fake_violation(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(fake_last_violation, sizeof(fake_last_violation), fmt, ap);
	va_end(ap);
	fake_violations++;
	if (getenv("FAKE_LOG"))
		fprintf(stderr, "violation: %s\n", fake_last_violation);
}

void fake_uncatch(void)
{
	fake_catching = false;
}

void fake_end(enum fake_end how)
{
	static const char *const name[] = {"?", "panic", "poweroff", "reset"};

	if (fake_catching) {
		fake_catching = false;
		longjmp(fake_jmp, how);
	}
	fprintf(stderr, "fake machine ended: %s %s\n", name[how], fake_panic_text);
	abort();
}
