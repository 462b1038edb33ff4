/* SPDX-License-Identifier: Apache-2.0 */
/* RISC-V's formats beside arm64's, and a stand-in for those of a later port, by its manual's bit positions. */
#include "tests/proofs/formats.h"

/* ---- RISC-V: the port's own; its s2_format() stands beside arm64's ---- */

#define s2_format riscv_s2_format
#include "arch/riscv/pt_formats.c"
#undef s2_format

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

static bool ept_attr_ok(u32 attr)
{
	return (attr & PT_R) && !(attr & ~7u);
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
	.attr_ok = ept_attr_ok,
};
