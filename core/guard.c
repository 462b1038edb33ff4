/* SPDX-License-Identifier: Apache-2.0 */
/* The compiler's stack protector: the word it puts behind a function's variables, and what happens when it has changed. */
#include "core/guard.h"
#include "core/cpu.h"
#include "core/log.h"

extern u64 __stack_chk_guard;
NORETURN void __stack_chk_fail(void);

u64 __stack_chk_guard = 0x5bd1e995a7c3f00dULL;

void __stack_chk_fail(void)
{
	panic("stack overrun on CPU %u", this_cpu()->index);
}

/* Protects nothing itself: the guard changes here. */
BOOT_CODE __attribute__((optimize("no-stack-protector"))) void guard_init(u64 bits)
{
	__stack_chk_guard ^= bits * 0x9e3779b97f4a7c15ULL;
	__stack_chk_guard &= ~0xffULL; /* a zero byte stops string overruns */
}
