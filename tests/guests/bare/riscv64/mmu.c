/* SPDX-License-Identifier: Apache-2.0 */
/* Sv39, identity map of 1 GiB pages: what lies below RAM for data only, 254 GiB from RAM_BASE for anything. */
#include "tests/guests/bare/lib.h"

#define GIB (1ULL << 30)
#define PTE_V (1u << 0)
#define PTE_R (1u << 1)
#define PTE_W (1u << 2)
#define PTE_X (1u << 3)
#define PTE_A (1u << 6)
#define PTE_D (1u << 7)
#define SATP_SV39 (8ULL << 60)

static u64 table[512] __attribute__((aligned(4096)));

/* Addresses whose bit 38 is set are not identical to their sign-extended form: that half stays empty. */
static void fill(void)
{
	for (u64 i = 0; i < 256; i++)
		table[i] = i * GIB >> 2 | PTE_V | PTE_R | PTE_W | PTE_A | PTE_D |
			   (i >= RAM_BASE / GIB ? PTE_X : 0);
	fence();
}

bool mmu_is_on(void)
{
	return read_csr(satp) != 0;
}

void mmu_on(void)
{
	if (!table[0])
		fill();
	write_csr(satp, SATP_SV39 | (u64)(uintptr_t)table >> 12);
	__asm__ volatile("sfence.vma" ::: "memory");
}
