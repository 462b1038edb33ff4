/* SPDX-License-Identifier: Apache-2.0 */
/* Identity map of 1 GiB blocks: the GiB at 0 and the one at 256 GiB (PCI) as devices, 63 GiB from RAM_BASE as memory. */
#include "tests/guests/bare/lib.h"

#define BLOCK 1ULL
#define ATTR(n) ((u64)(n) << 2)
#define SHARED (3ULL << 8)
#define AF (1ULL << 10)
#define UXN_PXN (3ULL << 53)
#define GIB (1ULL << 30)

#define MAIR_VALUE 0xff04ULL /* attribute 0: Device-nGnRE, 1: write-back */
/* 39-bit addresses from TTBR0 alone, 4 KiB granule, walks cacheable and shareable, 40-bit physical. */
#define TCR_VALUE (25ULL | 1ULL << 8 | 1ULL << 10 | 3ULL << 12 | 1ULL << 23 | 2ULL << 32)
#define SCTLR_M (1ULL << 0)
#define SCTLR_C (1ULL << 2)
#define SCTLR_I (1ULL << 12)

static u64 table[512] __attribute__((aligned(4096)));

static void fill(void)
{
	for (u64 i = 0; i < 512; i++) {
		bool memory = i >= RAM_BASE / GIB && i < 64;

		table[i] = i * GIB | AF | BLOCK | (memory ? ATTR(1) | SHARED : ATTR(0) | UXN_PXN);
	}
	dsb(sy);
}

bool mmu_is_on(void)
{
	return read_sysreg(sctlr_el1) & SCTLR_M;
}

void mmu_on(void)
{
	if (!table[0])
		fill();
	write_sysreg(mair_el1, MAIR_VALUE);
	write_sysreg(tcr_el1, TCR_VALUE);
	write_sysreg(ttbr0_el1, (u64)(uintptr_t)table);
	isb();
	__asm__ volatile("tlbi vmalle1\n\tic iallu\n\tdsb nsh\n\tisb" ::: "memory");
	write_sysreg(sctlr_el1, read_sysreg(sctlr_el1) | SCTLR_M | SCTLR_C | SCTLR_I);
	isb();
}
