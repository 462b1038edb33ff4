/* SPDX-License-Identifier: Apache-2.0 */
/* Stand-ins for formats of later ports, by their manuals' bit positions. */
#include "tests/proofs/formats.h"

/* ---- RISC-V Sv39x4, Sv48x4 (privileged manual, "two-stage address translation") ---- */

static u64 rv_leaf(u64 pa, u32 level UNUSED, u32 attr)
{
	return pa >> 2 | 0xd1 | (u64)(attr & (PT_R | PT_W | PT_X)) << 1;
}

static u64 rv_table(u64 pa)
{
	return pa >> 2 | 1;
}

static enum pt_kind rv_kind(u64 pte, u32 level)
{
	if (!(pte & 1))
		return PT_EMPTY;
	if (!(pte & 0xe))
		return level ? PT_TABLE : PT_EMPTY;
	return level <= 2 ? PT_LEAF : PT_EMPTY;
}

static u64 rv_addr(u64 pte, u32 level UNUSED)
{
	return (pte << 2) & 0xfffffffff000ull;
}

static u32 rv_attr(u64 pte, u32 level UNUSED)
{
	return (u32)(pte >> 1) & 7;
}

static bool rv_attr_ok(u32 attr)
{
	return (attr & PT_R) && !(attr & ~7u);
}

#define RV_FORMAT(n)                         \
	{.levels = (n),                      \
	 .root_bits = 11,                    \
	 .va_bits = 12 + 9 * ((n) - 1) + 11, \
	 .pa_bits = 48,                      \
	 .leaf_top = 2,                      \
	 .make_leaf = rv_leaf,               \
	 .make_table = rv_table,             \
	 .kind = rv_kind,                    \
	 .addr = rv_addr,                    \
	 .attr = rv_attr,                    \
	 .attr_ok = rv_attr_ok}

const struct pt_format sv39x4_format = RV_FORMAT(3);
const struct pt_format sv48x4_format = RV_FORMAT(4);

/* ---- EPT ---- */

static u64 ept_leaf(u64 pa, u32 level, u32 attr)
{
	return pa | (attr & 7) | 6u << 3 | (level ? 0x80 : 0);
}

static u64 ept_table(u64 pa)
{
	return pa | 7;
}

static enum pt_kind ept_kind(u64 pte, u32 level)
{
	if (!(pte & 7))
		return PT_EMPTY;
	if (level == 0 || (pte & 0x80))
		return level <= 2 ? PT_LEAF : PT_EMPTY;
	return PT_TABLE;
}

static u64 ept_addr(u64 pte, u32 level UNUSED)
{
	return pte & 0xfffffffff000ull;
}

static u32 ept_attr(u64 pte, u32 level UNUSED)
{
	return (u32)pte & 7;
}

const struct pt_format ept_format = {
	.levels = 4,
	.root_bits = 9,
	.va_bits = 48,
	.pa_bits = 48,
	.leaf_top = 2,
	.make_leaf = ept_leaf,
	.make_table = ept_table,
	.kind = ept_kind,
	.addr = ept_addr,
	.attr = ept_attr,
	.attr_ok = rv_attr_ok,
};
