/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walker: find, and the steps that change one entry, or one run, each. Invariant, and
 * who owes publishing and flushing: pgtable.h. No locks. The range loops are
 * in pt_range.c, table memory in pt_pool.c.
 */
#include "core/pgtable.h"

#include "core/pt_pool.h"

/* Where a walk ended. */
struct pos {
	u64 pte;
	u32 table, index;
	u32 level;
	u32 attr;                 /* by look(): 0: no leaf */
	u64 size;                 /* by look(): that the entry translates; of a run, all of it */
	u32 parent, parent_index; /* PT_NONE: `table` is of the root */
};

/* Follow va down to level `stop`, or to the first entry that is no table. */
static struct pos find(const struct pt_space *s, u64 va, u32 stop)
{
	u32 level = pt_root_level(s->fmt);
	u32 index = (u32)(va >> pt_shift(level));
	struct pos p = {.level = level, .parent = PT_NONE};

	/* a root of concatenated tables is one table with more index bits */
	p.table = s->root + (index >> PT_INDEX_BITS);
	p.index = index & (PT_ENTRIES - 1);
	for (;;) {
		p.pte = pt_get(s, p.table, p.index);
		if (p.level == stop || p.level == 0 || s->fmt->kind(p.pte, p.level) != PT_TABLE)
			return p;
		p.parent = p.table;
		p.parent_index = p.index;
		p.table = pt_table_of(s, s->fmt->addr(p.pte, p.level));
		p.level--;
		p.index = (u32)(va >> pt_shift(p.level)) & (PT_ENTRIES - 1);
	}
}

/* What translates va, or could. */
static struct pos look(const struct pt_space *s, u64 va)
{
	struct pos p = find(s, va, 0);

	if (s->fmt->kind(p.pte, p.level) == PT_LEAF)
		p.attr = s->fmt->attr(p.pte, p.level);
	p.size = p.attr & PT_RUN ? PT_RUN_SIZE : pt_size(p.level);
	return p;
}

/* Take a page of the quota for the table below p's entry. */
static u32 table_below(struct pt_space *s, const struct pos *p)
{
	u32 t = pt_pick(s);

	if (t != PT_NONE)
		pt_meta_set(s, t,
			    (struct pt_meta){.used = 1,
					     .level = (u8)(p->level - 1),
					     .owner = s->owner,
					     .parent = p->table,
					     .index = p->index});
	return t;
}

static u64 frame(const struct pt_space *s, const struct pos *p)
{
	return s->fmt->addr(p->pte, p->level);
}

/* p's entry, or its run, becomes 0. */
static void clear(struct pt_space *s, const struct pos *p)
{
	if (p->attr & PT_RUN)
		pt_fill_run(s, p->table, p->index, 0, 0);
	else
		pt_put(s, p->table, p->index, 0);
}

/* p's entry, or the run that it is in, becomes a leaf. */
static void make(struct pt_space *s, const struct pos *p, u64 pa, u32 attr)
{
	if (attr & PT_RUN)
		pt_fill_run(s, p->table, p->index, pa, attr);
	else
		pt_put(s, p->table, p->index, s->fmt->make_leaf(pa, p->level, attr));
}

/* The first half of break-before-make: what p's entry said at va is used nowhere any more. */
static void break_at(struct pt_space *s, const struct pos *p, u64 va)
{
	clear(s, p);
	s->hooks->flush(s->ctx, align_down(va, p->size), p->size);
}

/* p's block becomes a table of the next smaller leaves with the same meaning, a run becomes pages. */
static enum err split(struct pt_space *s, const struct pos *p, u64 va)
{
	const struct pt_format *f = s->fmt;
	u32 t;

	if (p->attr & PT_RUN) {
		break_at(s, p, va);
		pt_fill_run(s, p->table, p->index, frame(s, p), p->attr & ~(u32)PT_RUN);
		return ERR_AGAIN;
	}
	t = table_below(s, p);
	if (t == PT_NONE)
		return ERR_NOMEM;
	pt_fill(s, t, frame(s, p), p->level - 1, f->runs && p->level == 1 ? p->attr | PT_RUN : p->attr);
	break_at(s, p, va);
	pt_put(s, p->table, p->index, f->make_table(pt_table_pa(s, t)));
	return ERR_AGAIN;
}

/* How far a step at va reaches: to the end of the entry that translates `size`, at most `left`. */
static u64 reach(u64 va, u64 size, u64 left)
{
	return min_u64(left, size - (va & (size - 1)));
}

bool pt_query(const struct pt_space *s, u64 va, struct pt_hit *hit)
{
	if (va >> s->fmt->va_bits)
		return false;

	struct pos p = look(s, va);

	if (!p.attr)
		return false;
	hit->size = p.size;
	hit->pa = frame(s, &p) | (va & (p.size - 1));
	hit->attr = p.attr & ~(u32)PT_RUN;
	return true;
}

enum err pt_map_step(struct pt_space *s, u64 va, u64 pa, u32 level, u32 attr)
{
	struct pos p = find(s, va, level);

	if (p.pte)
		return ERR_EXIST;
	if (p.level == level) {
		/* from the first entry of a run on a walker may use it for all its pages: the others have to be empty */
		if (attr & PT_RUN && !pt_is_empty_run(s, p.table, p.index))
			return ERR_EXIST;
		make(s, &p, pa, attr);
		return OK;
	}

	u32 t = table_below(s, &p);

	if (t == PT_NONE)
		return ERR_NOMEM;
	pt_zero(s, t);
	pt_put(s, p.table, p.index, s->fmt->make_table(pt_table_pa(s, t)));
	return ERR_AGAIN;
}

enum err pt_unmap_step(struct pt_space *s, u64 va, u64 left, u64 *step)
{
	struct pos p = look(s, va);

	*step = reach(va, p.size, left);
	if (!p.attr)
		return OK;
	if (*step != p.size)
		return split(s, &p, va);
	clear(s, &p);
	return OK;
}

enum err pt_protect_step(struct pt_space *s, u64 va, u64 left, u32 attr, u64 *step)
{
	struct pos p = look(s, va);
	u32 run = p.attr & PT_RUN;

	*step = reach(va, p.size, left);
	if (!p.attr || p.attr == (attr | run))
		return OK;
	if (*step != p.size)
		return split(s, &p, va);
	break_at(s, &p, va);
	make(s, &p, frame(s, &p), attr | run);
	return OK;
}

enum err pt_reap_step(struct pt_space *s, u64 va, u64 left, u64 *step)
{
	struct pos p = find(s, va, 0);
	u64 size = pt_size(p.level + 1);

	*step = reach(va, p.level ? pt_size(p.level) : size, left);
	if (p.parent == PT_NONE || !pt_is_empty(s, p.table))
		return OK;
	pt_put(s, p.parent, p.parent_index, 0);
	/* a walker may hold a pointer to the table until this */
	s->hooks->flush(s->ctx, align_down(va, size), size);
	pt_unpick(s, p.table);
	return ERR_AGAIN;
}

u64 *pt_slot(const struct pt_space *s, u64 va, u32 level)
{
	if (va >> s->fmt->va_bits || level > pt_root_level(s->fmt))
		return NULL;

	struct pos p = find(s, va, level);

	return p.level == level ? pt_entry(s, p.table, p.index) : NULL;
}

/* ---- a space ---- */

BOOT_CODE void pt_pool_init(struct pt_pool *pool, hpa_t base, struct pt_meta *meta, u32 pages)
{
	*pool = (struct pt_pool){.base = base, .meta = meta, .pages = pages};
	for (u32 i = 0; i < pages; i++)
		meta[i] = (struct pt_meta){0};
}

/* The first page of the quota that is aligned for the root and has room for it. */
static enum err place_root(struct pt_space *s)
{
	u64 size = (u64)pt_root_pages(s->fmt) << PAGE_SHIFT;
	u64 base = s->pool->base.v;
	u64 at = align_up(base + ((u64)s->first << PAGE_SHIFT), size);
	u64 end = base + ((u64)(s->first + s->count) << PAGE_SHIFT);

	if (at > end || end - at < size)
		return ERR_NOMEM;
	s->root = pt_table_of(s, at);
	return OK;
}

BOOT_CODE enum err pt_space_init(struct pt_space *s)
{
	if (!range_inside(s->first, s->count, 0, s->pool->pages))
		return ERR_RANGE;
	s->hint = s->first;
	if (pt_space_used(s))
		return ERR_STATE;

	enum err e = place_root(s);

	if (e)
		return e;
	for (u32 i = 0; i < pt_root_pages(s->fmt); i++) {
		pt_meta_set(s, s->root + i,
			    (struct pt_meta){.used = 1,
					     .level = (u8)pt_root_level(s->fmt),
					     .owner = s->owner,
					     .parent = PT_NONE,
					     .index = i});
		pt_zero(s, s->root + i);
	}
	return OK;
}

BOOT_CODE hpa_t pt_root(const struct pt_space *s)
{
	return HPA(pt_table_pa(s, s->root));
}

BOOT_CODE u32 pt_space_used(const struct pt_space *s)
{
	u32 n = 0;

	for (u32 i = 0; i < s->count; i++)
		n += pt_meta_get(s, s->first + i).used;
	return n;
}
