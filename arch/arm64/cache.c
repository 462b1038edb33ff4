/* SPDX-License-Identifier: Apache-2.0 */
/* Cache maintenance by address (DDI 0487 D7.5) and fast zeroing. Any CPU, no locks. */
#include "arch/arm64/sysreg.h"
#include "hal/mem.h"

static u64 line_size(void)
{
	return 4ULL << BITS(read_sysreg(CTR_EL0), 19, 16);
}

#define FOR_LINES(va, size, op)                                                                \
	do {                                                                                   \
		u64 line_ = line_size(), end_ = (u64)(uintptr_t)(va) + (size);                 \
		for (u64 p_ = align_down((u64)(uintptr_t)(va), line_); p_ < end_; p_ += line_) \
			__asm__ volatile("dc " op ", %0" : : "r"(p_) : "memory");              \
		dsb(sy);                                                                       \
	} while (0)

void cache_clean(const void *va, u64 size)
{
	FOR_LINES(va, size, "cvac");
}

/* A guest reaches the same bytes by another, non-cacheable mapping; only a barrier orders its accesses with these (D7.5.9). */
void cache_clean_inval(const void *va, u64 size)
{
	dmb(sy);
	FOR_LINES(va, size, "civac");
}

void icache_inval_all(void)
{
	dsb(ish);
	__asm__ volatile("ic ialluis" : : : "memory");
	dsb(ish);
	isb();
}

void mem_zero_fast(void *va, u64 size)
{
	u64 dczid = read_sysreg(DCZID_EL0), p = (u64)(uintptr_t)va, end = p + size;
	u64 block = 4ULL << (dczid & 0xf);

	if (dczid & BIT(4) || ((p | size) & (block - 1))) {
		for (; p < end; p += 16)
			__asm__ volatile("stp xzr, xzr, [%0]" : : "r"(p) : "memory");
		return;
	}
	for (; p < end; p += block)
		__asm__ volatile("dc zva, %0" : : "r"(p) : "memory");
}
