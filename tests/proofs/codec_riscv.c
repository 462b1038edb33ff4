/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arch/riscv/pt_formats.c against an independent statement of the entries' bits (Privileged Architecture, figures of Sv39, Sv48 and
 * Sv57 in 12.4 to 12.6, Svpbmt's table in chapter 14, 21.5.1), for every format of a family, frame, level, attribute and, for decoding,
 * every 64-bit value; runs of pages by Svnapot's table in chapter 13. Choose FAMILY: host_formats, host_formats_pbmt, gstage_formats,
 * gstage_formats_pbmt, gstage_formats_napot or gstage_formats_pbmt_napot.
 */
#include "arch/riscv/pt_formats.h"
#include "hal/vcpu.h"
#include "tests/proofs/prove.h"

u64 nondet_u64(void);
u32 nondet_u32(void);

static const bool runs = FAMILY == gstage_formats_napot || FAMILY == gstage_formats_pbmt_napot;
static const bool guests = FAMILY == gstage_formats || FAMILY == gstage_formats_pbmt ||
			   FAMILY == gstage_formats_napot || FAMILY == gstage_formats_pbmt_napot;
static const bool typed =
	FAMILY == host_formats_pbmt || FAMILY == gstage_formats_pbmt || FAMILY == gstage_formats_pbmt_napot;

static u64 field(u64 x, u32 high, u32 low)
{
	return (x << (63 - high)) >> (63 - high + low);
}

static void geometry(const struct pt_format *f, u32 n)
{
	PROVE(f->levels == 3 + n && f->leaf_top == 2, "levels; leaves of at most 1 GiB");
	PROVE(f->root_bits == (guests ? 11 : 9), "a root of 16 KiB for guests");
	PROVE(f->va_bits == 39 + 9 * n + (guests ? 2 : 0), "width");
	PROVE(pt_root_pages(f) == (guests ? 4 : 1), "root pages");
	PROVE(f->pa_bits == 56, "44 bits of PPN");
	PROVE(f->runs == runs, "runs");
	PROVE(pt_mode(f) == 8 + n, "MODE");
	PROVE(f->make_leaf == FAMILY[0].make_leaf && f->make_table == FAMILY[0].make_table &&
		      f->kind == FAMILY[0].kind && f->addr == FAMILY[0].addr && f->attr == FAMILY[0].attr &&
		      f->attr_ok == FAMILY[0].attr_ok,
	      "one codec for every width");
}

static void attributes(const struct pt_format *f)
{
	u32 attr = nondet_u32();
	bool r = attr & PT_R, w = attr & PT_W, x = attr & PT_X, device = attr & PT_DEVICE;

	PROVE(f->attr_ok(attr) == (attr < 16 && r && !(x && device) && (guests || !(w && x))), "attributes");
}

/* Under the host's map the software bits say what is a device where no type of memory can. */
static void leaf_bits(u64 e, u64 pa, u32 attr)
{
	bool device = attr & PT_DEVICE;

	PROVE(field(e, 0, 0) == 1 && field(e, 1, 1) == 1, "leaf: valid, readable");
	PROVE(field(e, 2, 2) == !!(attr & PT_W), "leaf: W");
	PROVE(field(e, 3, 3) == !!(attr & PT_X), "leaf: X");
	PROVE(field(e, 4, 4) == guests, "leaf: U for guests, whose accesses count as U-mode's");
	PROVE(field(e, 5, 5) == 0, "leaf: not global");
	PROVE(field(e, 7, 6) == 3, "leaf: A and D");
	PROVE(field(e, 9, 8) == (device && !typed), "leaf: RSW");
	PROVE(field(e, 53, 10) == (attr & PT_RUN ? (pa >> 12 & ~0xfULL) | 8 : pa >> 12), "leaf: PPN");
	PROVE(field(e, 60, 54) == 0, "leaf: reserved bits");
	PROVE(field(e, 63, 63) == !!(attr & PT_RUN), "leaf: N");
	PROVE(field(e, 62, 61) == (device && typed ? 2 : 0), "leaf: PBMT, IO or that of the PMA");
	PROVE(guests || field(e, 2, 2) == 0 || field(e, 3, 3) == 0, "W^X");
}

static void leaves(const struct pt_format *f)
{
	u64 pa = nondet_u64(), e;
	u32 level = nondet_u32(), attr = nondet_u32();
	bool run = runs && !level && nondet_u32() & 1;

	ASSUME(level <= 2 && f->attr_ok(attr) && !(pa >> 56) && !(pa & (pt_size(level) - 1)));
	attr |= run ? PT_RUN : 0;
	e = f->make_leaf(pa, level, attr);
	leaf_bits(e, pa, attr);
	PROVE(f->kind(e, level) == PT_LEAF, "a leaf decodes as a leaf");
	PROVE(f->addr(e, level) == (run ? pa & ~0xffffULL : pa) && f->attr(e, level) == attr,
	      "a leaf decodes to what was encoded");
	REACHABLE(level == 2 && (attr & PT_DEVICE), "a 1 GiB device leaf");
	REACHABLE(level == 0 && (attr & PT_X), "an executable page");
}

static void tables(const struct pt_format *f)
{
	u64 pa = nondet_u64(), e;
	u32 level = nondet_u32();

	ASSUME(level >= 1 && level < f->levels && !(pa & 0xfff) && !(pa >> 56));
	e = f->make_table(pa);
	PROVE(field(e, 9, 0) == 1 && field(e, 63, 54) == 0, "table: V alone");
	PROVE(field(e, 53, 10) == pa >> 12, "table: PPN");
	PROVE(f->kind(e, level) == PT_TABLE && f->addr(e, level) == pa, "a table decodes as that table");
}

/* Any value: 12.3.2, step 4. Reserved encodings are nothing that this code writes. */
static void any(const struct pt_format *f)
{
	u64 e = nondet_u64();
	u32 level = nondet_u32();

	ASSUME(level < f->levels);
	PROVE((f->kind(e, level) == PT_EMPTY) == !field(e, 0, 0), "kind: V");
	PROVE((f->kind(e, level) == PT_LEAF) == (field(e, 0, 0) && field(e, 3, 1) != 0), "kind: leaf");
	PROVE(f->kind(0, level) == PT_EMPTY, "kind: zero is empty");
}

static void choice(void)
{
	u32 bits = nondet_u32();
	bool pbmt = nondet_u32() & 1, napot = nondet_u32() & 1;
	const struct pt_format *plain = napot ? gstage_formats_napot : gstage_formats;
	const struct pt_format *types = napot ? gstage_formats_pbmt_napot : gstage_formats_pbmt;
	const struct pt_format *all = pbmt ? types : plain, *f;

	pt_pbmt = pbmt;
	pt_napot = napot;
	f = s2_format(bits);
	PROVE((f != NULL) == (bits <= 59), "a guest's space has at most 59 bits");
	PROVE(!f || f == &all[bits <= 41 ? 0 : bits <= 50 ? 1 : 2], "the smallest format that reaches");
}

int main(void)
{
	u32 n = nondet_u32();
	const struct pt_format *f;

	ASSUME(n < SV_FORMATS);
	f = &FAMILY[n];
	geometry(f, n);
	attributes(&FAMILY[0]);
	leaves(&FAMILY[0]);
	tables(f);
	any(f);
	choice();
	return 0;
}
