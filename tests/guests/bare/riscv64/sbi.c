/* SPDX-License-Identifier: Apache-2.0 */
/* SBI calls, power, and the start of other harts. */
#include "tests/guests/bare/lib.h"

struct cpu_boot {
	u64 mmu;
	void (*fn)(u64 arg);
	u64 arg;
	u64 unused[5]; /* a cache line each */
};
_Static_assert(offsetof(struct cpu_boot, mmu) == CPU_BOOT_MMU && offsetof(struct cpu_boot, fn) == CPU_BOOT_FN,
	       "layout in start.S");

static struct cpu_boot boots[BARE_CPUS] __attribute__((aligned(64)));
u8 stacks[BARE_CPUS * STACK_SIZE] __attribute__((aligned(16), section(".noinit")));
extern const char secondary_start[];

/* All but a0 and a1 are kept (SBI 2.0, chapter 3). */
struct sbi_ret sbi_call(u64 extension, u64 function, u64 arg0, u64 arg1, u64 arg2)
{
	register u64 a0 __asm__("a0") = arg0;
	register u64 a1 __asm__("a1") = arg1;
	register u64 a2 __asm__("a2") = arg2;
	register u64 a6 __asm__("a6") = function;
	register u64 a7 __asm__("a7") = extension;

	__asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
	return (struct sbi_ret){(s64)a0, a1};
}

bool sbi_has(u64 extension)
{
	struct sbi_ret r = sbi_call(SBI_BASE, BASE_PROBE, extension, 0, 0);

	return !r.error && r.value;
}

s64 sbi_send_ipi(u32 index)
{
	return sbi_call(SBI_IPI, 0, 1, index, 0).error;
}

static __attribute__((noreturn)) void reset(u64 type)
{
	sbi_call(SBI_SRST, 0, type, 0, 0);
	for (;;)
		wfi();
}

void power_off(void)
{
	reset(SRST_SHUTDOWN);
}

void power_reset(void)
{
	reset(SRST_COLD_REBOOT);
}

void cpu_off(void)
{
	sbi_call(SBI_HSM, HSM_STOP, 0, 0, 0);
	for (;;)
		wfi();
}

s64 cpu_start(u32 index, void (*fn)(u64 arg), u64 arg)
{
	struct cpu_boot *b = &boots[index];

	*b = (struct cpu_boot){.mmu = mmu_is_on(), .fn = fn, .arg = arg};
	fence();
	return sbi_call(SBI_HSM, HSM_START, index, (u64)(uintptr_t)secondary_start, (u64)(uintptr_t)b).error;
}

s64 cpu_state(u32 index)
{
	struct sbi_ret r = sbi_call(SBI_HSM, HSM_STATUS, index, 0, 0);

	return r.error ? r.error : (s64)r.value;
}
