/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loops over the walker's steps, and the arithmetic of how many tables a
 * mapping takes. No locks; see pgtable.h.
 */
#include "core/pgtable.h"

#ifndef PROOF_MAP_LOOP /* loop contracts, when the proofs compile this file */
#define PROOF_MAP_LOOP
#define PROOF_LEVEL_LOOP
#define PROOF_UNMAP_LOOP
#define PROOF_PROTECT_LOOP
#define PROOF_REAP_LOOP
#endif

/* [base, base+size) is page aligned, not empty and below 1 << bits; *done is inside it. */
static bool range_ok(u64 base, u64 size, u32 bits, u64 done)
{
	u64 end = 1ull << bits;

	return !((base | size | done) & (PAGE_SIZE - 1)) && size && range_inside(base, size, 0, end) &&
	       done <= size;
}

/* The largest leaf at va -> pa that stays within `left` bytes. */
static u32 leaf_level(const struct pt_format *fmt, u64 va, u64 pa, u64 left)
{
	u32 level = fmt->leaf_top;

	while (level && (((va | pa) & (pt_size(level) - 1)) || left < pt_size(level))) PROOF_LEVEL_LOOP
		level--;
	return level;
}

/* Can the leaf of level 0 be a run? */
static bool run_fits(const struct pt_format *fmt, u64 va, u64 pa, u64 left)
{
	return fmt->runs && !((va | pa) & (PT_RUN_SIZE - 1)) && left >= PT_RUN_SIZE;
}

static enum err progress(enum err e, u64 done, u64 size)
{
	if (e != OK && e != ERR_AGAIN)
		return e;
	return done < size ? ERR_AGAIN : OK;
}

enum err pt_map_range(struct pt_space *s, u64 va, u64 pa, u64 size, u32 attr, u32 budget, u64 *done)
{
	u64 d = *done;
	enum err e = OK;

	if (!range_ok(va, size, s->fmt->va_bits, d) || !range_ok(pa, size, s->fmt->pa_bits, d) ||
	    !s->fmt->attr_ok(attr))
		return ERR_RANGE;
	while (d < size && budget && (e == OK || e == ERR_AGAIN)) PROOF_MAP_LOOP {
		u32 level = leaf_level(s->fmt, va + d, pa + d, size - d);
		bool run = !level && run_fits(s->fmt, va + d, pa + d, size - d);

		e = pt_map_step(s, va + d, pa + d, level, run ? attr | PT_RUN : attr);
		if (e == OK)
			d += run ? PT_RUN_SIZE : pt_size(level);
		budget--;
	}
	*done = d;
	return progress(e, d, size);
}

enum err pt_unmap_range(struct pt_space *s, u64 va, u64 size, u32 budget, u64 *done)
{
	u64 start = *done;
	u64 d = start;
	enum err e = OK;

	if (!range_ok(va, size, s->fmt->va_bits, d))
		return ERR_RANGE;
	while (d < size && budget && (e == OK || e == ERR_AGAIN)) PROOF_UNMAP_LOOP {
		u64 n = 0;

		e = pt_unmap_step(s, va + d, size - d, &n);
		if (e == OK)
			d += n;
		budget--;
	}
	if (d > start)
		s->hooks->flush(s->ctx, va + start, d - start);
	*done = d;
	return progress(e, d, size);
}

enum err pt_protect_range(struct pt_space *s, u64 va, u64 size, u32 attr, u32 budget, u64 *done)
{
	u64 d = *done;
	enum err e = OK;

	if (!range_ok(va, size, s->fmt->va_bits, d) || !s->fmt->attr_ok(attr))
		return ERR_RANGE;
	while (d < size && budget && (e == OK || e == ERR_AGAIN)) PROOF_PROTECT_LOOP {
		u64 n = 0;

		e = pt_protect_step(s, va + d, size - d, attr, &n);
		if (e == OK)
			d += n;
		budget--;
	}
	*done = d;
	return progress(e, d, size);
}

enum err pt_reap_range(struct pt_space *s, u64 va, u64 size, u32 budget, u64 *done)
{
	u64 d = *done;
	enum err e = OK;

	if (!range_ok(va, size, s->fmt->va_bits, d))
		return ERR_RANGE;
	while (d < size && budget && (e == OK || e == ERR_AGAIN)) PROOF_REAP_LOOP {
		u64 n = 0;

		e = pt_reap_step(s, va + d, size - d, &n);
		if (e == OK)
			d += n;
		budget--;
	}
	*done = d;
	return progress(e, d, size);
}

/* ---- planning ---- */

/* Entries of a level that [va, va+size) touches. */
static u64 touched(u64 va, u64 size, u32 level)
{
	return ((va + size - 1) >> pt_shift(level)) - (va >> pt_shift(level)) + 1;
}

/* Of those, how many it does not cover whole: at most the first and the last. */
static u64 partial(u64 va, u64 size, u32 level)
{
	u64 mask = pt_size(level) - 1;
	u64 head = va & mask;
	u64 tail = (va + size) & mask;
	u64 n = (head != 0) + (tail != 0);

	return min_u64(n, touched(va, size, level));
}

BOOT_CODE u32 pt_tables_needed(const struct pt_format *fmt, u64 va, u64 pa, u64 size)
{
	u64 n = 0;

	if (!size)
		return 0;
	/* an entry above the leaves points to a table unless a block can take its place */
	for (u32 level = 1; level < fmt->levels; level++) {
		bool blocks = level <= fmt->leaf_top && !((va ^ pa) & (pt_size(level) - 1));

		n += blocks ? partial(va, size, level) : touched(va, size, level);
	}
	return (u32)n;
}

BOOT_CODE u32 pt_quota(const struct pt_format *fmt, u32 tables)
{
	u32 root = pt_root_pages(fmt);

	/* the pages before an aligned root serve as tables */
	return root + (tables > root - 1 ? tables : root - 1);
}
