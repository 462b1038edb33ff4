/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VMSAv8-64 descriptors (Arm ARM DDI 0487, D8.3), 4 KiB granule.
 *
 *   table, levels 0-2      [47:12] next table                          [1:0] 11
 *   block, levels 1-2      [54:50] upper | [47:shift] frame | [11:2] lower | 01
 *   page, level 3          the same                                    [1:0] 11
 */
#include "arch/arm64/pt_formats.h"

#include "hal/vcpu.h"

#define PTE_TYPE_MASK 3ull
#define PTE_BLOCK 1ull /* levels 1, 2 */
#define PTE_TABLE 3ull /* levels 0..2 */
#define PTE_PAGE 3ull  /* level 3 */
#define PTE_ADDR_MASK (((1ull << PA_BITS) - 1) & ~(PAGE_SIZE - 1))
#define PTE_AF (1ull << 10)
#define PTE_SH_INNER (3ull << 8)

#define PA_BITS 48
#define LEAF_TOP 2 /* 1 GiB: level 1 */

/* D8.3.1.2, stage 1 of a regime with one exception level */
#define S1_ATTR_INDEX(n) ((u64)(n) << 2)
#define S1_ATTR_INDEX_MASK (7ull << 2)
#define S1_AP1_RES1 (1ull << 6)
#define S1_AP2_READ_ONLY (1ull << 7)
#define S1_XN (1ull << 54)

/* D8.3.1.2, stage 2 */
#define S2_MEMATTR_NORMAL (0xfull << 2) /* inner and outer write-back */
#define S2_MEMATTR_DEVICE (0x1ull << 2) /* Device-nGnRE */
#define S2_MEMATTR_MASK (0xfull << 2)
#define S2_AP_READ (1ull << 6)
#define S2_AP_WRITE (1ull << 7)
#define S2_XN (2ull << 53) /* XN[1:0] = 10: at neither EL1 nor EL0, with or without FEAT_XNX */

/* ---- common to both stages ---- */

static u64 make_table(u64 pa)
{
	return pa | PTE_TABLE;
}

static u64 leaf_type(u32 level)
{
	return level ? PTE_BLOCK : PTE_PAGE;
}

static enum pt_kind kind(u64 pte, u32 level)
{
	u64 type = pte & PTE_TYPE_MASK;

	if (level > 0 && type == PTE_TABLE)
		return PT_TABLE;
	if (level <= LEAF_TOP && type == leaf_type(level))
		return PT_LEAF;
	return PT_EMPTY;
}

/* A block's low bits are zero: make_leaf() is given an aligned frame. */
static u64 addr(u64 pte, u32 level UNUSED)
{
	return pte & PTE_ADDR_MASK;
}

/* ---- EL2 stage 1 ---- */

static bool el2_attr_ok(u32 attr)
{
	u32 known = PT_R | PT_W | PT_X | PT_DEVICE;

	if (!(attr & PT_R) || (attr & ~known))
		return false;
	return !(attr & PT_X) || !(attr & (PT_W | PT_DEVICE));
}

static u64 el2_make_leaf(u64 pa, u32 level, u32 attr)
{
	u64 pte = pa | leaf_type(level) | PTE_AF | PTE_SH_INNER | S1_AP1_RES1;

	pte |= S1_ATTR_INDEX(attr & PT_DEVICE ? EL2_ATTR_DEVICE : EL2_ATTR_NORMAL);
	pte |= attr & PT_W ? 0 : S1_AP2_READ_ONLY;
	pte |= attr & PT_X ? 0 : S1_XN;
	return pte;
}

static u32 el2_attr(u64 pte, u32 level UNUSED)
{
	u32 attr = PT_R;

	attr |= pte & S1_AP2_READ_ONLY ? 0 : PT_W;
	attr |= pte & S1_XN ? 0 : PT_X;
	attr |= (pte & S1_ATTR_INDEX_MASK) == S1_ATTR_INDEX(EL2_ATTR_DEVICE) ? PT_DEVICE : 0;
	return attr;
}

const struct pt_format el2_format = {
	.name = "EL2",
	.levels = 4,
	.root_bits = 9,
	.va_bits = 48,
	.pa_bits = PA_BITS,
	.leaf_top = LEAF_TOP,
	.make_leaf = el2_make_leaf,
	.make_table = make_table,
	.kind = kind,
	.addr = addr,
	.attr = el2_attr,
	.attr_ok = el2_attr_ok,
};

/* ---- stage 2 ---- */

static bool s2_attr_ok(u32 attr)
{
	u32 known = PT_R | PT_W | PT_X | PT_DEVICE;

	if (!(attr & PT_R) || (attr & ~known))
		return false;
	return !(attr & PT_X) || !(attr & PT_DEVICE);
}

static u64 s2_make_leaf(u64 pa, u32 level, u32 attr)
{
	u64 pte = pa | leaf_type(level) | PTE_AF | PTE_SH_INNER | S2_AP_READ;

	pte |= attr & PT_DEVICE ? S2_MEMATTR_DEVICE : S2_MEMATTR_NORMAL;
	pte |= attr & PT_W ? S2_AP_WRITE : 0;
	pte |= attr & PT_X ? 0 : S2_XN;
	return pte;
}

static u32 s2_attr(u64 pte, u32 level UNUSED)
{
	u32 attr = PT_R;

	attr |= pte & S2_AP_WRITE ? PT_W : 0;
	attr |= pte & S2_XN ? 0 : PT_X;
	attr |= (pte & S2_MEMATTR_MASK) == S2_MEMATTR_DEVICE ? PT_DEVICE : 0;
	return attr;
}

#define S2_FORMAT(bits, nr_levels)                                             \
	{.name = "stage 2, " #bits " bits",                                    \
	 .levels = (nr_levels),                                                \
	 .root_bits = (bits) - PAGE_SHIFT - PT_INDEX_BITS * ((nr_levels) - 1), \
	 .va_bits = (bits),                                                    \
	 .pa_bits = PA_BITS,                                                   \
	 .leaf_top = LEAF_TOP,                                                 \
	 .make_leaf = s2_make_leaf,                                            \
	 .make_table = make_table,                                             \
	 .kind = kind,                                                         \
	 .addr = addr,                                                         \
	 .attr = s2_attr,                                                      \
	 .attr_ok = s2_attr_ok}

#define S2_BITS_MIN 32
#define S2_BITS_MAX 48

/*
 * D8.2.8 and D8.2.9: up to 43 bits the walk starts at level 1, from 40 bits on with 2 to
 * 16 concatenated tables (the form that machines of 40- and 42-bit PA have to
 * use); above, at level 0.
 */
static const struct pt_format s2_formats[] = {
	S2_FORMAT(32, 3), S2_FORMAT(33, 3), S2_FORMAT(34, 3), S2_FORMAT(35, 3), S2_FORMAT(36, 3),
	S2_FORMAT(37, 3), S2_FORMAT(38, 3), S2_FORMAT(39, 3), S2_FORMAT(40, 3), S2_FORMAT(41, 3),
	S2_FORMAT(42, 3), S2_FORMAT(43, 3), S2_FORMAT(44, 4), S2_FORMAT(45, 4), S2_FORMAT(46, 4),
	S2_FORMAT(47, 4), S2_FORMAT(48, 4),
};

BOOT_CODE const struct pt_format *s2_format(u32 ipa_bits)
{
	if (ipa_bits < S2_BITS_MIN || ipa_bits > S2_BITS_MAX)
		return NULL;
	return &s2_formats[ipa_bits - S2_BITS_MIN];
}

BOOT_CODE u64 s2_vtcr_geometry(const struct pt_format *fmt)
{
	u64 t0sz = 64u - fmt->va_bits;
	u64 sl0 = fmt->levels - 2u; /* 4 KiB granule: 01 starts at level 1, 10 at level 0 */

	return t0sz | sl0 << 6;
}
