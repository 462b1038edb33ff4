/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See pt_formats.h. A and D are always set in what is paged as the host is, A in pointers too: hardware writes them where they are
 * clear, and the walker's entries are nobody's else to change.
 */
#include "arch/x86/pt_formats.h"
#include "hal/vcpu.h"

#define PTE_P (1ULL << 0)
#define PTE_RW (1ULL << 1)
#define PTE_US (1ULL << 2)
#define PTE_PWT (1ULL << 3)
#define PTE_PCD (1ULL << 4)
#define PTE_A (1ULL << 5)
#define PTE_D (1ULL << 6)
#define PTE_PS (1ULL << 7)
#define PTE_XD (1ULL << 63)
#define PTE_UC (PTE_PCD | PTE_PWT) /* PAT entry 3 */

#define EPT_R (1ULL << 0)
#define EPT_W (1ULL << 1)
#define EPT_X (1ULL << 2)
#define EPT_TYPE(n) ((u64)(n) << 3)
#define EPT_TYPE_UC 0u
#define EPT_TYPE_WB 6u
#define EPT_IPAT (1ULL << 6) /* the guest's PAT does not count */
#define EPT_LEAF (1ULL << 7)

#define PA_BITS 52u
#define ADDR_MASK (((1ULL << PA_BITS) - 1) & ~(PAGE_SIZE - 1))
#define VA_BITS 48u
#define LEAF_MAX 2u /* 1 GiB */

static u64 addr(u64 pte, u32 level UNUSED)
{
	return pte & ADDR_MASK;
}

/* Bit 7 says so where there could be a table; in a PML4 entry it is reserved. */
static enum pt_kind kind_of(u64 pte, u32 level, u64 present)
{
	if (!(pte & present))
		return PT_EMPTY;
	if (!level)
		return PT_LEAF;
	if (!(pte & PTE_PS))
		return PT_TABLE;
	return level <= LEAF_MAX ? PT_LEAF : PT_EMPTY;
}

/* Executable device memory has no place in any map. */
static bool guest_attr_ok(u32 a)
{
	return (a & PT_R) && !(a & ~(u32)(PT_R | PT_W | PT_X | PT_DEVICE)) &&
	       (a & (PT_X | PT_DEVICE)) != (PT_X | PT_DEVICE);
}

/* ---- as the host pages: its own map, and NPT ---- */

static enum pt_kind kind(u64 pte, u32 level)
{
	return kind_of(pte, level, PTE_P);
}

static u64 leaf(u64 pa, u32 level, u32 attr)
{
	return pa | PTE_P | PTE_A | PTE_D | (level ? PTE_PS : 0) | (attr & PT_W ? PTE_RW : 0) |
	       (attr & PT_X ? 0 : PTE_XD) | (attr & PT_DEVICE ? PTE_UC : 0);
}

static u32 attr(u64 pte, u32 level UNUSED)
{
	return PT_R | (pte & PTE_RW ? PT_W : 0u) | (pte & PTE_XD ? 0u : PT_X) |
	       ((pte & PTE_UC) == PTE_UC ? PT_DEVICE : 0u);
}

static u64 host_table(u64 pa)
{
	return pa | PTE_P | PTE_RW | PTE_A;
}

/* Nor has write and execute at once in the host's. */
static bool host_attr_ok(u32 a)
{
	return guest_attr_ok(a) && (a & (PT_W | PT_X)) != (PT_W | PT_X);
}

static u64 npt_leaf(u64 pa, u32 level, u32 a)
{
	return leaf(pa, level, a) | PTE_US;
}

static u64 npt_table(u64 pa)
{
	return host_table(pa) | PTE_US;
}

/* ---- EPT ---- */

static enum pt_kind ept_kind(u64 pte, u32 level)
{
	return kind_of(pte, level, EPT_R | EPT_W | EPT_X);
}

/* RAM is write-back whatever the guest's PAT says: what is zeroed and loaded through the host's caches is what it finds. */
static u64 ept_leaf(u64 pa, u32 level, u32 a)
{
	return pa | EPT_R | (a & PT_W ? EPT_W : 0) | (a & PT_X ? EPT_X : 0) | (level ? EPT_LEAF : 0) |
	       (a & PT_DEVICE ? EPT_TYPE(EPT_TYPE_UC) : EPT_TYPE(EPT_TYPE_WB) | EPT_IPAT);
}

static u32 ept_attr(u64 pte, u32 level UNUSED)
{
	return PT_R | (pte & EPT_W ? PT_W : 0u) | (pte & EPT_X ? PT_X : 0u) |
	       ((pte & EPT_TYPE(7)) == EPT_TYPE(EPT_TYPE_UC) ? PT_DEVICE : 0u);
}

static u64 ept_table(u64 pa)
{
	return pa | EPT_R | EPT_W | EPT_X;
}

#define FORMAT(text, top, leaf_fn, table_fn, kind_fn, attr_fn, ok_fn) \
	{.name = text,                                                \
	 .levels = 4,                                                 \
	 .root_bits = 9,                                              \
	 .va_bits = VA_BITS,                                          \
	 .pa_bits = PA_BITS,                                          \
	 .leaf_top = top,                                             \
	 .make_leaf = leaf_fn,                                        \
	 .make_table = table_fn,                                      \
	 .kind = kind_fn,                                             \
	 .addr = addr,                                                \
	 .attr = attr_fn,                                             \
	 .attr_ok = ok_fn}
#define VARIANTS(text, ...) {FORMAT(text, 1, __VA_ARGS__), FORMAT(text, LEAF_MAX, __VA_ARGS__)}

const struct pt_format long_mode_formats[PT_1G_VARIANTS] =
	VARIANTS("4-level", leaf, host_table, kind, attr, host_attr_ok);
const struct pt_format ept_formats[PT_1G_VARIANTS] =
	VARIANTS("EPT", ept_leaf, ept_table, ept_kind, ept_attr, guest_attr_ok);
const struct pt_format npt_formats[PT_1G_VARIANTS] =
	VARIANTS("NPT", npt_leaf, npt_table, kind, attr, guest_attr_ok);

bool pt_1g, pt_npt;

BOOT_CODE const struct pt_format *s2_format(u32 ipa_bits)
{
	return ipa_bits > VA_BITS ? NULL : pt_npt ? &npt_formats[pt_1g] : &ept_formats[pt_1g];
}
