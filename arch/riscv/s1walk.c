/* SPDX-License-Identifier: Apache-2.0 */
/* See s1walk.h. Every value comes from a hostile guest: at most five entries are read. */
#include "arch/riscv/s1walk.h"
#include "arch/riscv/csr.h"

#define PTE_V (1ULL << 0)
#define PTE_R (1ULL << 1)
#define PTE_W (1ULL << 2)
#define PTE_RWX (7ULL << 1)
#define PTE_UAD (1ULL << 4 | 3ULL << 6)
#define PTE_RESERVED (0x7fULL << 54)
#define PTE_PBMT (3ULL << 61)
#define PTE_N (1ULL << 63)
#define PTE_PPN(pte) ((pte) >> 10 & ATP_PPN_MASK)
#define NAPOT_PAGES 16ULL /* the one size there is: 64 KiB, its low PPN bits 1000 */

static bool canonical(u64 va, u32 bits)
{
	s64 top = (s64)va >> (bits - 1);

	return top == 0 || top == -1;
}

/*
 * What a leaf at `level` may not be: writable alone, of the reserved memory type, or with a reserved bit (12.4.1, 14.1). What a hart
 * without Svpbmt or Svnapot would refuse beyond that, it has refused before anybody asks here.
 */
static bool is_reserved_leaf(u64 pte, u32 level)
{
	return (pte & (PTE_R | PTE_W)) == PTE_W || pte & PTE_RESERVED || (pte & PTE_PBMT) == PTE_PBMT ||
	       (pte & PTE_N && (level || (PTE_PPN(pte) & (NAPOT_PAGES - 1)) != NAPOT_PAGES / 2));
}

/* A pointer has nothing but an address: U, A, D, the memory type and N are reserved there. */
static bool is_reserved_pointer(u64 pte)
{
	return pte & (PTE_UAD | PTE_RESERVED | PTE_PBMT | PTE_N);
}

/* A leaf at `level`: pages below it come from the address; a superpage has to be aligned. */
static enum s1_result leaf(u64 pte, u64 va, u32 level, u64 *gpa)
{
	u64 low = pte & PTE_N ? NAPOT_PAGES - 1 : (1ULL << 9 * level) - 1, ppn = PTE_PPN(pte);

	if (is_reserved_leaf(pte, level) || (!(pte & PTE_N) && ppn & low))
		return S1_FAULT;
	*gpa = ((ppn & ~low) | (va >> PAGE_SHIFT & low)) << PAGE_SHIFT | (va & (PAGE_SIZE - 1));
	return S1_OK;
}

enum s1_result s1_walk(u64 vsatp, u64 va, bool (*read)(void *ctx, u64 gpa, u64 *pte), void *ctx, u64 *gpa)
{
	u32 mode = (u32)(vsatp >> ATP_MODE_SHIFT), levels = mode - 5;
	u64 table = (vsatp & ATP_PPN_MASK) << PAGE_SHIFT, pte;

	if (mode == ATP_BARE) {
		*gpa = va;
		return S1_OK;
	}
	if (mode < ATP_SV39 || mode > ATP_SV57 || !canonical(va, 12 + 9 * levels))
		return S1_FAULT;
	for (u32 level = levels; level-- > 0;) {
		*gpa = table + (va >> (PAGE_SHIFT + 9 * level) & 0x1ff) * 8;
		if (!read(ctx, *gpa, &pte))
			return S1_NO_MEMORY;
		if (!(pte & PTE_V))
			return S1_FAULT;
		if (pte & PTE_RWX)
			return leaf(pte, va, level, gpa);
		if (is_reserved_pointer(pte))
			return S1_FAULT;
		table = PTE_PPN(pte) << PAGE_SHIFT;
	}
	return S1_FAULT;
}
