/* SPDX-License-Identifier: Apache-2.0 */
/* See s1walk.h. Table walks: DDI 0487 D8.2; TCR_EL1: D19.2.139. Every value is the guest's: none is trusted. */
#include "arch/arm64/s1walk.h"
#include "arch/arm64/sysreg.h"

#define TCR_TSZ(tcr, upper) BITS((tcr) >> ((upper) ? 16 : 0), 5, 0)
#define TCR_TG(tcr, upper) BITS((tcr) >> ((upper) ? 16 : 0), 15, 14)
#define DESC_TYPE(desc) ((desc) & 3)
#define DESC_TABLE 3
#define OUTPUT_BITS 48
#define LAST_LEVEL 3

/* Bits of the page offset: TG0 and TG1 are coded differently; the reserved value counts as 4 KiB. */
static u32 granule(u64 tcr, bool upper)
{
	static const u8 bits[2][4] = {{12, 16, 14, 12}, {12, 14, 12, 16}};

	return bits[upper][TCR_TG(tcr, upper)];
}

static u64 field(u64 v, u32 lo, u32 bits)
{
	return v >> lo & ((1ULL << bits) - 1);
}

s32 s1_walk_level(const struct s1_regime *r, u64 va, u64 ipa, s1_read_fn read, void *ctx)
{
	bool upper = va >> 55 & 1;
	u32 page = granule(r->tcr, upper), stride = page - 3;
	u32 tsz = (u32)TCR_TSZ(r->tcr, upper), width = 64 - (tsz < 12 ? 12 : tsz > 47 ? 47 : tsz);
	s32 level = LAST_LEVEL - (s32)((width - page - 1) / stride);
	u32 lo = page + stride * (u32)(LAST_LEVEL - level);
	u32 index_bits = width - lo;
	u64 base = field(r->ttbr[upper], 0, OUTPUT_BITS) & ~((8ULL << index_bits) - 1);

	for (;; level++) {
		u64 at = base + field(va, lo, index_bits) * 8, desc;

		if (at >> PAGE_SHIFT == ipa >> PAGE_SHIFT || level == LAST_LEVEL || !read(ctx, at, &desc))
			return level;
		if (r->big_endian)
			desc = __builtin_bswap64(desc);
		if (DESC_TYPE(desc) != DESC_TABLE)
			return level;
		base = field(desc, page, OUTPUT_BITS - page) << page;
		lo -= stride;
		index_bits = stride;
	}
}
