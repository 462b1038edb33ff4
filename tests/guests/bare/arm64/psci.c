/* SPDX-License-Identifier: Apache-2.0 */
/* Hypercalls, PSCI, and the start of secondary CPUs. */
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

#define CALL(name, instruction)                                                                             \
	s64 name(u64 id, u64 a1, u64 a2, u64 a3)                                                            \
	{                                                                                                   \
		register u64 x0 __asm__("x0") = id;                                                         \
		register u64 x1 __asm__("x1") = a1;                                                         \
		register u64 x2 __asm__("x2") = a2;                                                         \
		register u64 x3 __asm__("x3") = a3;                                                         \
		__asm__ volatile(instruction                                                                \
				 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"x4", "x5", "x6", "x7", "x8",    \
				   "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "memory"); \
		return (s64)x0;                                                                             \
	}
CALL(hvc_call, "hvc #0")
CALL(smc_call, "smc #0")

void power_off(void)
{
	hvc_call(PSCI_SYSTEM_OFF, 0, 0, 0);
	for (;;)
		wfi();
}

void power_reset(void)
{
	hvc_call(PSCI_SYSTEM_RESET, 0, 0, 0);
	for (;;)
		wfi();
}

void cpu_off(void)
{
	hvc_call(PSCI_CPU_OFF, 0, 0, 0);
	for (;;)
		wfi();
}

s64 cpu_start(u32 index, void (*fn)(u64 arg), u64 arg)
{
	struct cpu_boot *b = &boots[index];

	*b = (struct cpu_boot){.mmu = mmu_is_on(), .fn = fn, .arg = arg};
	__asm__ volatile("dc civac, %0" ::"r"(b) : "memory");
	dsb(sy);
	return hvc_call(PSCI_CPU_ON, cpu_mpidr(index), (u64)(uintptr_t)secondary_start, (u64)(uintptr_t)b);
}

s64 cpu_affinity_info(u32 index)
{
	return hvc_call(PSCI_AFFINITY_INFO, cpu_mpidr(index), 0, 0);
}
