/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arch/x86/pt_formats.c against an independent statement of the entries' bits (Intel SDM vol. 3A, tables of "Linear-Address Translation
 * with 4-Level Paging", and vol. 3C, of "EPT Translation Mechanism"; AMD APM vol. 2, figures of 5.3 and 15.25), for every frame, level, attribute and, for decoding, every 64-bit value. Choose
 * FAMILY: long_mode_formats, ept_formats or npt_formats.
 */
#include "arch/x86/pt_formats.h"
#include "hal/vcpu.h"
#include "tests/proofs/prove.h"

u64 nondet_u64(void);
u32 nondet_u32(void);

static const bool is_host = FAMILY == long_mode_formats;
static const bool is_ept = FAMILY == ept_formats;

static u64 field(u64 x, u32 high, u32 low)
{
	return (x << (63 - high)) >> (63 - high + low);
}

static void geometry(u32 variant)
{
	const struct pt_format *f = &FAMILY[variant];

	PROVE(f->levels == 4 && f->root_bits == 9 && f->va_bits == 48 && f->pa_bits == 52, "geometry");
	PROVE(pt_root_pages(f) == 1 && !f->runs, "one page of root");
	PROVE(f->leaf_top == (variant ? 2 : 1), "leaves of 1 GiB in the second variant");
	PROVE(f->make_leaf == FAMILY[0].make_leaf && f->make_table == FAMILY[0].make_table &&
		      f->kind == FAMILY[0].kind && f->addr == FAMILY[0].addr && f->attr == FAMILY[0].attr &&
		      f->attr_ok == FAMILY[0].attr_ok,
	      "one codec for both");
}

static void attributes(const struct pt_format *f)
{
	u32 attr = nondet_u32();
	bool r = attr & PT_R, w = attr & PT_W, x = attr & PT_X, device = attr & PT_DEVICE;

	PROVE(f->attr_ok(attr) == (attr < 16 && r && !(x && device) && !(is_host && w && x)), "attributes");
}

static void ept_bits(u64 e, u32 level, u32 attr)
{
	bool device = attr & PT_DEVICE;

	PROVE(field(e, 0, 0) == 1, "EPT leaf: R");
	PROVE(field(e, 1, 1) == !!(attr & PT_W) && field(e, 2, 2) == !!(attr & PT_X), "EPT leaf: W, X");
	PROVE(field(e, 5, 3) == (device ? 0 : 6), "EPT leaf: UC or WB");
	PROVE(field(e, 6, 6) == !device, "EPT leaf: the guest's PAT counts for devices alone");
	PROVE(field(e, 7, 7) == (level != 0), "EPT leaf: a large page says so");
	PROVE(field(e, 11, 8) == 0, "EPT leaf: no flags, no mode-based execution");
	PROVE(field(e, 63, 52) == 0, "EPT leaf: #VE not suppressed, no shadow stacks");
}

static void paged_bits(u64 e, u32 level, u32 attr)
{
	bool device = attr & PT_DEVICE;

	PROVE(field(e, 0, 0) == 1, "leaf: P");
	PROVE(field(e, 1, 1) == !!(attr & PT_W), "leaf: R/W");
	PROVE(field(e, 2, 2) == !is_host, "leaf: U/S: a guest's accesses are user accesses");
	PROVE(field(e, 4, 3) == (device ? 3 : 0), "leaf: PAT entry 3, uncacheable, or 0");
	PROVE(field(e, 6, 5) == 3, "leaf: A and D");
	PROVE(field(e, 7, 7) == (level != 0), "leaf: PS; of a page the PAT bit, 0");
	PROVE(field(e, 11, 8) == 0, "leaf: not global, nothing of software's");
	PROVE(field(e, 62, 52) == 0, "leaf: no protection key, nothing of software's");
	PROVE(field(e, 63, 63) == !(attr & PT_X), "leaf: XD");
	PROVE(!is_host || !field(e, 1, 1) || field(e, 63, 63), "W^X");
}

static void leaves(const struct pt_format *f)
{
	u64 pa = nondet_u64(), e;
	u32 level = nondet_u32(), attr = nondet_u32();

	ASSUME(level <= 2 && f->attr_ok(attr) && !(pa >> 52) && !(pa & (pt_size(level) - 1)));
	e = f->make_leaf(pa, level, attr);
	PROVE(field(e, 51, 12) == pa >> 12, "leaf: frame, the PAT bit of a large page 0");
	if (is_ept)
		ept_bits(e, level, attr);
	else
		paged_bits(e, level, attr);
	PROVE(f->kind(e, level) == PT_LEAF, "a leaf decodes as a leaf");
	PROVE(f->addr(e, level) == pa && f->attr(e, level) == attr, "a leaf decodes to what was encoded");
	REACHABLE(level == 2 && (attr & PT_DEVICE), "a 1 GiB device leaf");
	REACHABLE(level == 0 && (attr & PT_X), "an executable page");
}

static void tables(const struct pt_format *f)
{
	u64 pa = nondet_u64(), e;
	u32 level = nondet_u32();

	ASSUME(level >= 1 && level <= 3 && !(pa & 0xfff) && !(pa >> 52));
	e = f->make_table(pa);
	PROVE(field(e, 11, 0) == (is_ept    ? 7
				  : is_host ? 0x23
					    : 0x27),
	      "table: all rights; A where hardware would set it");
	PROVE(field(e, 63, 52) == 0, "table: XD 0");
	PROVE(field(e, 51, 12) == pa >> 12, "table: address");
	PROVE(f->kind(e, level) == PT_TABLE && f->addr(e, level) == pa, "a table decodes as that table");
}

static void any(const struct pt_format *f)
{
	u64 e = nondet_u64();
	u32 level = nondet_u32();
	bool present = is_ept ? field(e, 2, 0) != 0 : field(e, 0, 0);

	ASSUME(level <= 3);
	if (!present)
		PROVE(f->kind(e, level) == PT_EMPTY, "kind: not present");
	else if (level == 0)
		PROVE(f->kind(e, level) == PT_LEAF, "kind: of level 0 a page");
	else if (field(e, 7, 7))
		PROVE(f->kind(e, level) == (level == 3 ? PT_EMPTY : PT_LEAF),
		      "kind: large page, or reserved");
	else
		PROVE(f->kind(e, level) == PT_TABLE, "kind: table");
	PROVE(f->kind(0, level) == PT_EMPTY, "kind: zero is empty");
}

static void choice(void)
{
	u32 bits = nondet_u32();

	pt_1g = nondet_u32() & 1;
	pt_npt = nondet_u32() & 1;
	PROVE((s2_format(bits) != NULL) == (bits <= 48), "a guest's space has at most 48 bits");
	PROVE(bits > 48 || s2_format(bits) == (pt_npt ? npt_formats : ept_formats) + pt_1g,
	      "by what CPUs have");
}

int main(void)
{
	geometry(nondet_u32() & 1);
	attributes(&FAMILY[0]);
	leaves(&FAMILY[0]);
	tables(&FAMILY[0]);
	any(&FAMILY[0]);
	choice();
	return 0;
}
