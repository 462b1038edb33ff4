/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arch/arm64/pt_formats.c against an independent statement of the descriptor
 * bits (Arm ARM DDI 0487, D8.3.1: tables "stage 1 / stage 2 Block and Page
 * descriptor fields", 4 KiB granule), for every frame, level, attribute and, for
 * decoding, every 64-bit value. Choose CODEC_S2 or CODEC_EL2.
 */
#include "arch/arm64/pt_formats.h"
#include "hal/vcpu.h"
#include "tests/proofs/prove.h"

u64 nondet_u64(void);
u32 nondet_u32(void);

static u64 field(u64 x, u32 high, u32 low)
{
	return (x << (63 - high)) >> (63 - high + low);
}

/* Architecture level 3 is a page, 1 and 2 blocks; frame bits above the block's size. */
static u64 low_bit_of_frame(u32 arch_level)
{
	return arch_level == 3 ? 12 : arch_level == 2 ? 21 : 30;
}

static void common(u64 e, u64 pa, u32 arch_level)
{
	PROVE(field(e, 0, 0) == 1, "leaf: valid");
	PROVE(field(e, 1, 1) == (arch_level == 3), "leaf: page at level 3, else block");
	PROVE(field(e, 47, low_bit_of_frame(arch_level)) == pa >> low_bit_of_frame(arch_level),
	      "leaf: frame");
	PROVE(arch_level == 3 || field(e, low_bit_of_frame(arch_level) - 1, 12) == 0,
	      "leaf: RES0 and nT below a block's frame");
	PROVE(field(e, 9, 8) == 3, "leaf: inner shareable");
	PROVE(field(e, 10, 10) == 1, "leaf: accessed");
	PROVE(field(e, 11, 11) == 0, "leaf: nG or FnXS is 0");
	PROVE(field(e, 52, 48) == 0, "leaf: neither contiguous, guarded nor dirty-managed");
	PROVE(field(e, 63, 55) == 0, "leaf: software and reserved bits are 0");
}

#ifdef CODEC_S2
static void stage(u64 e, u32 attr)
{
	PROVE(field(e, 5, 2) == (attr & PT_DEVICE ? 1 : 15), "S2 MemAttr: Device-nGnRE or Normal write-back");
	PROVE(field(e, 6, 6) == 1, "S2AP[0]: readable");
	PROVE(field(e, 7, 7) == !!(attr & PT_W), "S2AP[1]: writable");
	PROVE(field(e, 54, 53) == (attr & PT_X ? 0 : 2), "XN[1:0]");
}

static void attributes(u32 attr)
{
	bool r = attr & PT_R, w = attr & PT_W, xn = !(attr & PT_X), device = attr & PT_DEVICE;

	(void)w;
	PROVE(s2_format(40)->attr_ok(attr) == (attr < 16 && r && (xn || !device)), "S2 attributes");
}

static const struct pt_format *format(void)
{
	u32 bits = nondet_u32();
	const struct pt_format *f = s2_format(bits);

	PROVE((f != NULL) == (bits >= 32 && bits <= 48), "S2: 32 to 48 bits");
	ASSUME(f);

	/* D8.2.8 and the VTCR_EL2 description: T0SZ [5:0], SL0 [7:6], TG0 [15:14] */
	u64 vtcr = s2_vtcr_geometry(f);
	u32 size = 64 - (u32)field(vtcr, 5, 0);
	u32 start = 2 - (u32)field(vtcr, 7, 6);
	u32 start_bits = size - (12 + 9 * (3 - start));

	PROVE(field(vtcr, 63, 8) == 0, "VTCR: 4 KiB granule, nothing else");
	PROVE(size == bits && size == f->va_bits, "VTCR: input size");
	PROVE(start == 4u - f->levels && start <= 1, "VTCR: start level");
	PROVE(start == 1 ? size >= 31 && size <= 43 : size >= 44 && size <= 48,
	      "VTCR: sizes that level may start");
	PROVE(start_bits == f->root_bits && start_bits >= 1 && start_bits <= 13,
	      "at most 16 concatenated tables");
	PROVE(pt_root_pages(f) == (start_bits > 9 ? 1u << (start_bits - 9) : 1), "root pages");
	PROVE(f->pa_bits == 48 && f->leaf_top == 2, "48-bit frames, blocks of 1 GiB");

	const struct pt_format *same = s2_format(48);

	PROVE(f->make_leaf == same->make_leaf && f->make_table == same->make_table && f->kind == same->kind &&
		      f->addr == same->addr && f->attr == same->attr && f->attr_ok == same->attr_ok,
	      "one codec for every size");
	return same;
}
#else
static void stage(u64 e, u32 attr)
{
	PROVE(field(e, 4, 2) == (attr & PT_DEVICE ? EL2_ATTR_DEVICE : EL2_ATTR_NORMAL), "AttrIndx");
	PROVE(field(e, 5, 5) == 0, "NS is 0");
	PROVE(field(e, 6, 6) == 1, "AP[1] is RES1");
	PROVE(field(e, 7, 7) == !(attr & PT_W), "AP[2]: read-only");
	PROVE(field(e, 53, 53) == 0, "PXN is RES0");
	PROVE(field(e, 54, 54) == !(attr & PT_X), "XN");
	PROVE(field(e, 7, 7) == 1 || field(e, 54, 54) == 1, "W^X");
}

static void attributes(u32 attr)
{
	bool r = attr & PT_R, w = attr & PT_W, x = attr & PT_X, device = attr & PT_DEVICE;

	PROVE(el2_format.attr_ok(attr) == (attr < 16 && r && !(x && (w || device))), "EL2 attributes");
}

static const struct pt_format *format(void)
{
	PROVE(field(EL2_MAIR, 8 * EL2_ATTR_NORMAL + 7, 8 * EL2_ATTR_NORMAL) == 0xff,
	      "MAIR: Normal write-back");
	PROVE(field(EL2_MAIR, 8 * EL2_ATTR_DEVICE + 7, 8 * EL2_ATTR_DEVICE) == 0x00, "MAIR: Device-nGnRnE");
	PROVE(el2_format.levels == 4 && el2_format.root_bits == 9 && el2_format.va_bits == 48,
	      "EL2: 48 bits");
	return &el2_format;
}
#endif

static void leaves(const struct pt_format *f)
{
	u64 pa = nondet_u64();
	u32 level = nondet_u32(), attr = nondet_u32();

	ASSUME(level <= f->leaf_top && f->attr_ok(attr) && !(pa >> 48) && !(pa & (pt_size(level) - 1)));

	u64 e = f->make_leaf(pa, level, attr);

	common(e, pa, 3 - level);
	stage(e, attr);
	PROVE(f->kind(e, level) == PT_LEAF, "a leaf decodes as a leaf");
	PROVE(f->addr(e, level) == pa && f->attr(e, level) == attr, "a leaf decodes to what was encoded");
	REACHABLE(level == 2 && (attr & PT_DEVICE), "a 1 GiB device leaf");
	REACHABLE(level == 0 && (attr & PT_X), "an executable page");
}

static void tables(const struct pt_format *f)
{
	u64 pa = nondet_u64();
	u32 level = nondet_u32();

	ASSUME(level >= 1 && level <= 3 && !(pa & 0xfff) && !(pa >> 48));

	u64 e = f->make_table(pa);

	PROVE(field(e, 1, 0) == 3 && field(e, 47, 12) == pa >> 12, "table: type and address");
	PROVE(field(e, 11, 2) == 0 && field(e, 63, 48) == 0, "table: no hierarchical attributes");
	PROVE(f->kind(e, level) == PT_TABLE && f->addr(e, level) == pa, "a table decodes as that table");
}

/* Any descriptor: is it what hardware takes it for? */
static void any(const struct pt_format *f)
{
	u64 e = nondet_u64();
	u32 level = nondet_u32();

	ASSUME(level <= 3);

	bool leaf = level == 0 ? field(e, 1, 0) == 3 : field(e, 1, 0) == 1 && level <= 2;
	bool table = level > 0 && field(e, 1, 0) == 3;

	PROVE((f->kind(e, level) == PT_LEAF) == leaf, "kind: leaf");
	PROVE((f->kind(e, level) == PT_TABLE) == table, "kind: table");
	PROVE(f->kind(0, level) == PT_EMPTY, "kind: zero is empty");
}

int main(void)
{
	const struct pt_format *f = format();

	attributes(nondet_u32());
	leaves(f);
	tables(f);
	any(f);
	return 0;
}
