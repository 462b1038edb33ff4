/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One step of the walker (core/pgtable.c) from an ARBITRARY state that satisfies
 * the shape invariant, at real geometry: any pool of up to 2^20 tables, any
 * content, two arbitrary address spaces (the actor's and an observer's, possibly
 * the same), one arbitrary observed page, one arbitrary frame with a fixed
 * owner, one arbitrary entry.
 *
 * Table memory is an uninterpreted function and a short log of writes; the
 * invariant is assumed at the entries that are read, and asserted afterwards for
 * the arbitrary entry. What relates two entries of a run is assumed and asserted of
 * pairs: the arbitrary entry and an arbitrary neighbour; the one that is walked for the
 * observed page and the one that hardware may have used in its place.
 *
 * Choose with -D: FORMAT, and MAP (with LEVEL, and RUN), UNMAP,
 * PROTECT, REAP or QUERY; REACH turns on assertions that have to fail.
 */
#include "core/pgtable.h"
#include "core/pt_pool.h"
#include "tests/proofs/formats.h"
#include "tests/proofs/prove.h"

/* Proved here, known from here on: a lemma that spares the solver finding it. */
#ifdef REACH
#define LEMMA(x, text) PROVE(x, text)
#else
#define LEMMA(x, text)          \
	do {                    \
		PROVE(x, text); \
		ASSUME(x);      \
	} while (0)
#endif
#define POOL_MAX (1u << 20)
/* Any address that takes no carry in adding a table's offset is as good as another: prim.c proves the real conversions. */
#define POOL_BASE (0x5a5ull << 32)
#ifdef MAP
#define LOG 2 /* zero the new table, link it */
#elif defined(REAP)
#define LOG 1
#else
#define LOG 3 /* fill the new table, break, link it */
#endif

u64 nondet_u64(void);
u32 nondet_u32(void);
u16 nondet_u16(void);
bool nondet_bool(void);
u64 __CPROVER_uninterpreted_mem(u32 table, u32 index);
u64 __CPROVER_uninterpreted_meta(u32 table);

static const struct pt_format *fmt;
static struct pt_pool pool;
static struct pt_space actor, observer;
static u64 frame;       /* an arbitrary frame ... */
static u16 frame_owner; /* ... and the only owner that may map it */

/* ---- the initial state ---- */

static u32 root_pages;

static bool is_root(u32 root, u32 t)
{
	return t - root < root_pages;
}

/* Two known roots; everything else is arbitrary. */
static struct pt_meta meta_before(u32 t)
{
	u64 v = __CPROVER_uninterpreted_meta(t);
	bool a = is_root(actor.root, t), o = is_root(observer.root, t);
	struct pt_meta m;

	m.used = a || o ? 1 : v & 1;
	m.level = a || o ? (u8)(fmt->levels - 1) : v >> 1 & 7;
	m.owner = a ? actor.owner : o ? observer.owner : (u16)(v >> 4);
	m.parent = a || o || (v >> 60 & 1) ? PT_NONE : (u32)(v >> 20) & (POOL_MAX - 1);
	m.index = a ? t - actor.root : o ? t - observer.root : (u32)(v >> 40) & 0x1fff;
	return m;
}

/* ---- the invariant of pgtable.h at one entry ---- */

static bool is_run(u64 pte, u32 level)
{
	return fmt->runs && !level && fmt->kind(pte, 0) == PT_LEAF && fmt->attr(pte, 0) & PT_RUN;
}

/* Bytes that a leaf translates. */
static u64 leaf_size(u64 pte, u32 level)
{
	return is_run(pte, level) ? PT_RUN_SIZE : pt_size(level);
}

static bool leaf_ok(u64 pte, struct pt_meta m)
{
	u64 pa = fmt->addr(pte, m.level), size = leaf_size(pte, m.level);
	u32 attr = fmt->attr(pte, m.level);

	if (m.level > fmt->leaf_top || (pa & (size - 1)) || pa >> fmt->pa_bits ||
	    !fmt->attr_ok(attr & ~(u32)PT_RUN) || (attr & PT_RUN && !is_run(pte, m.level)))
		return false;
	if (pte != fmt->make_leaf(pa, m.level, fmt->attr(pte, m.level)))
		return false;
	/* isolation: it shows the arbitrary frame only to that frame's owner */
	return ((frame ^ pa) & ~(size - 1)) || frame_owner == m.owner;
}

/* `below` is the record of the table that pte points to, if it points to one. */
static bool invariant(u32 t, u32 i, u64 pte, struct pt_meta m, struct pt_meta below)
{
	if (!m.used)
		return true;
	if (m.level >= fmt->levels)
		return false;
	if (fmt->kind(pte, m.level) == PT_LEAF)
		return leaf_ok(pte, m);
	if (fmt->kind(pte, m.level) == PT_EMPTY)
		return pte == 0;

	u64 off = fmt->addr(pte, m.level) - POOL_BASE;

	if (fmt->addr(pte, m.level) < POOL_BASE || off >> PAGE_SHIFT >= pool.pages || (off & (PAGE_SIZE - 1)))
		return false;
	return pte == fmt->make_table(POOL_BASE + off) && below.used && below.level == m.level - 1 &&
	       below.owner == m.owner && below.parent == t && below.index == i;
}

/* What entry j of the run says when one of them is `pte`. */
static u64 mate(u64 pte, u32 j)
{
	return fmt->make_leaf(fmt->addr(pte, 0) + (j % PT_RUN_ENTRIES) * PAGE_SIZE, 0, fmt->attr(pte, 0));
}

/* Entries i and j of a table of level 0, which a run would hold both: in one, or both in none. */
static bool pair_ok(u32 i, u64 pte, u32 j, u64 other)
{
	return (!is_run(pte, 0) || other == mate(pte, j)) && (!is_run(other, 0) || pte == mate(other, i));
}

/* The table that pte points to, if it points to one. */
static u32 table_at(u64 pte, u32 level)
{
	return (u32)((fmt->addr(pte, level) - POOL_BASE) >> PAGE_SHIFT) & (POOL_MAX - 1);
}

/* ---- table memory: initial content and a log ---- */

enum write_kind { ONE, ALL_ZERO, ALL_LEAVES, RUN_ZERO, RUN_LEAVES };

static struct {
	enum write_kind kind;
	u32 table, index, level, attr;
	u64 value;
} log[LOG];
static u32 logged;
static struct {
	u32 table;
	struct pt_meta meta;
	bool set;
} meta_log;

struct entry {
	u64 pte;
	struct pt_meta below; /* initial record of the table that it pointed to initially */
};

/* Entry i of t, whose initial record is m. Each known record is handed on: a function applied twice costs the solver much. */
static struct entry mem_of(u32 t, u32 i, struct pt_meta m)
{
	u64 v = __CPROVER_uninterpreted_mem(t, i);
	struct pt_meta below = meta_before(table_at(v, m.level));

	ASSUME(invariant(t, i, v, m, below));
	for (u32 k = 0; k < LOG; k++) {
		if (k >= logged || log[k].table != t)
			continue;
		if (log[k].kind == ALL_ZERO)
			v = 0;
		else if (log[k].kind == ALL_LEAVES)
			v = fmt->make_leaf(log[k].value + ((u64)i << pt_shift(log[k].level)), log[k].level,
					   log[k].attr);
		else if (log[k].kind == ONE && log[k].index == i)
			v = log[k].value;
		else if (log[k].kind == RUN_ZERO && log[k].index / PT_RUN_ENTRIES == i / PT_RUN_ENTRIES)
			v = 0;
		else if (log[k].kind == RUN_LEAVES && log[k].index / PT_RUN_ENTRIES == i / PT_RUN_ENTRIES)
			v = fmt->make_leaf(log[k].value + (i % PT_RUN_ENTRIES) * PAGE_SIZE, 0, log[k].attr);
	}
	return (struct entry){v, below};
}

static u64 mem_now(u32 t, u32 i)
{
	return mem_of(t, i, meta_before(t)).pte;
}

/* The record of t, which was m in the beginning. */
static struct pt_meta updated(u32 t, struct pt_meta m)
{
	return meta_log.set && meta_log.table == t ? meta_log.meta : m;
}

static struct pt_meta meta_now(u32 t)
{
	return updated(t, meta_before(t));
}

/* m is the record of t. */
static void write(enum write_kind kind, u32 t, u32 i, u64 v, u32 level, u32 attr, struct pt_meta m)
{
	PROVE(logged < LOG, "no more writes than one mutation takes");
	PROVE(t < pool.pages && i < PT_ENTRIES, "writes stay inside the pool");
	PROVE(m.used && m.owner == actor.owner, "writes only to the actor's tables");
	log[logged].kind = kind;
	log[logged].table = t;
	log[logged].index = i;
	log[logged].value = v;
	log[logged].level = level;
	log[logged].attr = attr;
	logged++;
}

/* ---- break-before-make: the entry that was valid and may still be cached ---- */

static u64 step_va;
static struct {
	bool is;
	u64 size; /* that it translated */
} cached;

static void flush(void *ctx, u64 va, u64 size)
{
	u64 span = cached.size;
	u64 from = align_down(step_va, span);

	PROVE(ctx == actor.ctx, "flushes its own context");
	if (cached.is) {
		PROVE(va <= from && size >= span && from - va <= size - span,
		      "flush covers the changed entry");
		cached.is = false;
	}
}

/* ---- the primitives of pt_pool.h ---- */

u64 pt_table_pa(const struct pt_space *s, u32 t)
{
	return POOL_BASE + ((u64)t << PAGE_SHIFT);
}

u32 pt_table_of(const struct pt_space *s, u64 pa)
{
	return (u32)((pa - POOL_BASE) >> PAGE_SHIFT);
}

static u64 x; /* observed address */
static u32
	neighbour; /* 0..15: in the run of any entry that is looked at for x, another that hardware may use */
static u32 any_table, any_index, any_neighbour;

/* Entry number n of the run that i would be in. */
static u32 in_run(u32 i, u32 n)
{
	return align_down(i, PT_RUN_ENTRIES) | n;
}

/* Before the step: what is known of two entries of one run. `m` is the record of t. */
static void assume_pair(u32 t, struct pt_meta m, u32 i, u32 n)
{
	u64 a, b;

	if (!fmt->runs || logged || !m.used || m.level)
		return;
	a = mem_of(t, i, m).pte;
	b = mem_of(t, in_run(i, n), m).pte;
	ASSUME(pair_ok(i, a, in_run(i, n), b));
}

u64 pt_get(const struct pt_space *s, u32 t, u32 i)
{
	struct pt_meta m = meta_before(t);

	PROVE(t < pool.pages && i < PT_ENTRIES, "reads stay inside the pool");
	assume_pair(t, m, i, (u32)(x >> PAGE_SHIFT) % PT_RUN_ENTRIES);
	return mem_of(t, i, m).pte;
}

u64 *pt_entry(const struct pt_space *s, u32 t, u32 i)
{
	return NULL;
}

void pt_put(const struct pt_space *s, u32 t, u32 i, u64 pte)
{
	struct pt_meta before = meta_before(t), m = updated(t, before);
	u64 old = mem_of(t, i, before).pte;

	PROVE(!(old && pte), "a valid entry changes only by way of zero");
	PROVE(!(pte && cached.is), "nothing is made before the broken entry is flushed");
	PROVE(!is_run(old, m.level) && !is_run(pte, m.level), "an entry of a run is not changed alone");
	if (old) {
		cached.is = true;
		cached.size = pt_size(m.level);
	}
	write(ONE, t, i, pte, 0, 0, m);
}

void pt_zero(const struct pt_space *s, u32 t)
{
	write(ALL_ZERO, t, 0, 0, 0, 0, meta_now(t));
}

void pt_fill(const struct pt_space *s, u32 t, u64 pa, u32 level, u32 attr)
{
	write(ALL_LEAVES, t, 0, pa, level, attr, meta_now(t));
}

/* At entry n of the run: what a change of all of it owes. */
static void change_in_run(u32 t, struct pt_meta before, u32 i, u32 n, u32 attr)
{
	u64 old = mem_of(t, in_run(i, n), before).pte;

	PROVE(!(old && attr), "a run is made where nothing is, and so are pages in its place");
	PROVE(!old || is_run(old, 0), "only a run is broken as one");
	if (old) {
		cached.is = true;
		cached.size = PT_RUN_SIZE;
	}
}

void pt_fill_run(const struct pt_space *s, u32 t, u32 i, u64 pa, u32 attr)
{
	struct pt_meta before = meta_before(t), m = updated(t, before);

	PROVE(m.level == 0, "runs are of level 0");
	PROVE(!(attr && cached.is), "nothing is made before the broken entry is flushed");
	change_in_run(t, before, i, i % PT_RUN_ENTRIES, attr);
	change_in_run(t, before, i, (u32)(x >> PAGE_SHIFT) % PT_RUN_ENTRIES, attr);
	write(attr ? RUN_LEAVES : RUN_ZERO, t, i, pa, 0, attr, m);
}

/* Contract of the scan, as below. */
bool pt_is_empty_run(const struct pt_space *s, u32 t, u32 i)
{
	bool empty = nondet_bool();
	struct pt_meta m = meta_before(t);

	if (empty) {
		ASSUME(mem_of(t, in_run(i, (u32)(x >> PAGE_SHIFT) % PT_RUN_ENTRIES), m).pte == 0);
		ASSUME(mem_of(t, in_run(i, neighbour), m).pte == 0);
		if (t == any_table && in_run(i, 0) == in_run(any_index, 0)) {
			ASSUME(mem_of(t, any_index, m).pte == 0);
			ASSUME(mem_of(t, any_neighbour, m).pte == 0);
		}
	}
	return empty;
}

/* Contract of the scan: true only when every entry is zero; known at the points of interest. */
bool pt_is_empty(const struct pt_space *s, u32 t)
{
	bool empty = nondet_bool();

	if (empty) {
		struct pt_meta m = meta_before(t);
		u32 level = updated(t, m).level;

		ASSUME(mem_of(t, (u32)(x >> pt_shift(level)) & (PT_ENTRIES - 1), m).pte == 0);
		ASSUME(t != any_table ||
		       (mem_of(t, any_index, m).pte == 0 && mem_of(t, any_neighbour, m).pte == 0));
	}
	return empty;
}

struct pt_meta pt_meta_get(const struct pt_space *s, u32 t)
{
	return meta_now(t);
}

void pt_meta_set(const struct pt_space *s, u32 t, struct pt_meta m)
{
	PROVE(!meta_log.set && t < pool.pages, "one table a step");
	meta_log.set = true;
	meta_log.table = t;
	meta_log.meta = m;
}

u32 pt_pick(struct pt_space *s)
{
	u32 t = nondet_u32() & (POOL_MAX - 1);

	if (nondet_bool())
		return PT_NONE;
	ASSUME(t < pool.pages && !meta_now(t).used);
	return t;
}

static bool unpicked;

void pt_unpick(struct pt_space *s, u32 t)
{
	PROVE(!cached.is, "a table is free only after the pointer to it is flushed");

	struct pt_meta m = meta_now(t);

	PROVE(m.used && m.owner == actor.owner, "frees only its own table");
	pt_meta_set(s, t, (struct pt_meta){0});
	unpicked = true;
}

/* ---- what hardware sees at an address, written apart from the walker ---- */

struct view {
	bool ok;
	u64 pa, size; /* of the leaf */
	u32 attr, level;
};

/* By a leaf. */
static void see(struct view *v, u64 pte, u64 va)
{
	v->ok = true;
	v->size = leaf_size(pte, v->level);
	v->pa = fmt->addr(pte, v->level) | (va & (v->size - 1));
	v->attr = fmt->attr(pte, v->level) & ~(u32)PT_RUN;
}

static bool same_view(struct view a, struct view b)
{
	return a.ok == b.ok && (!a.ok || (a.pa == b.pa && a.attr == b.attr));
}

/* In a table of level 0 hardware may have come by another entry of the run: it shows the same. */
static void see_neighbour(struct view v, u32 t, struct pt_meta before, u32 i, u64 va)
{
	struct view by = {.level = 0};
	u64 pte;

	if (!fmt->runs)
		return;
	assume_pair(t, before, i, neighbour);
	pte = mem_of(t, in_run(i, neighbour), before).pte;
	if (is_run(pte, 0)) {
		see(&by, pte, va);
		PROVE(same_view(v, by), "every entry of a run shows the same");
	}
}

static struct view view(const struct pt_space *s, u64 va)
{
	struct view v = {.ok = false};
	u32 level = (u32)fmt->levels - 1;
	u64 top = va >> (12 + 9 * level); /* 9 bits and what concatenation adds */
	u32 t = s->root + (u32)(top / 512);
	u32 i = (u32)(top % 512);
	u32 parent = PT_NONE, index = (u32)(top / 512);
	struct pt_meta before = meta_before(t);

	for (u32 n = 0; n < fmt->levels; n++) {
		struct pt_meta m = updated(t, before);

		LEMMA(t < pool.pages && m.used && m.level == level && m.owner == s->owner &&
			      m.parent == parent && m.index == index,
		      "every table on the way is the owner's and knows its parent");

		struct entry e = mem_of(t, i, before);
		u64 pte = e.pte;
		enum pt_kind kind = fmt->kind(pte, level);

		v.level = level;
		if (kind == PT_LEAF)
			see(&v, pte, va);
		if (!level)
			see_neighbour(v, t, before, i, va);
		if (kind != PT_TABLE)
			return v;
		parent = t;
		index = i;
		t = (u32)((fmt->addr(pte, level) - POOL_BASE) / 4096);
		before = logged ? meta_before(t) : e.below;
		level--;
		i = (u32)(va >> (12 + 9 * level)) % 512;
	}
	return v;
}

/* ---- the state before ---- */

static const struct pt_hooks hooks = {.flush = flush};

static void space(struct pt_space *s)
{
	s->fmt = fmt;
	s->pool = &pool;
	s->hooks = &hooks;
	s->ctx = s;
	s->root = nondet_u32() & (POOL_MAX - 1);
	s->owner = nondet_u16();
	ASSUME(s->root < pool.pages && root_pages <= pool.pages - s->root);
}

static bool same;

/* A page-aligned number below 1 << bits, with no assumption for the solver to carry. */
static u64 page(u32 bits)
{
	return nondet_u64() & ((1ull << bits) - PAGE_SIZE);
}

static void state(void)
{
	fmt = FORMAT;
	root_pages = pt_root_pages(fmt);
	pool.pages = nondet_u32() & (2 * POOL_MAX - 1);
	ASSUME(pool.pages >= 2 && pool.pages <= POOL_MAX);
	frame = page(fmt->pa_bits);
	frame_owner = nondet_u16();
	space(&actor);
	space(&observer);
	same = actor.owner == observer.owner;
	if (same)
		ASSUME(actor.root == observer.root);
	else
		ASSUME(actor.root + root_pages <= observer.root || observer.root + root_pages <= actor.root);
	x = page(fmt->va_bits);
	any_table = nondet_u32() & (POOL_MAX - 1);
	any_index = nondet_u32() & (PT_ENTRIES - 1);
	ASSUME(any_table < pool.pages);
	neighbour = nondet_u32() % PT_RUN_ENTRIES;
	any_neighbour = in_run(any_index, nondet_u32() % PT_RUN_ENTRIES);
	/* the entry that is looked at afterwards satisfies the invariant before */
	(void)mem_now(any_table, any_index);
	assume_pair(any_table, meta_before(any_table), any_index, any_neighbour % PT_RUN_ENTRIES);
}

/* ---- the step and its contract ---- */

static struct view view_before;

struct step {
	u64 va, pa, left, done;
	u32 level, attr;
	enum err e;
};

static struct step s;

static void arguments(void)
{
	s.va = step_va = page(fmt->va_bits);
	s.left = page(fmt->va_bits + 1u);
	ASSUME(s.left && s.left <= (1ull << fmt->va_bits) - s.va);
	s.attr = nondet_u32();
	ASSUME(fmt->attr_ok(s.attr));
}

#if defined(MAP)
#ifdef RUN
#define ASKED (s.attr | PT_RUN)
#define LEAF PT_RUN_SIZE
#else
#define ASKED s.attr
#define LEAF pt_size(LEVEL)
#endif

static void act(void)
{
	s.level = LEVEL;
	ASSUME(s.level <= fmt->leaf_top);
	s.done = LEAF;
	s.va = step_va = align_down(s.va, s.done);
	s.pa = align_down(page(fmt->pa_bits), s.done);
	/* the caller owns what it maps (core/aspace.c) */
	ASSUME(((frame ^ s.pa) & ~(s.done - 1)) || frame_owner == actor.owner);
	s.e = pt_map_step(&actor, s.va, s.pa, s.level, ASKED);
	PROVE(s.e == OK || s.e == ERR_AGAIN || s.e == ERR_EXIST || s.e == ERR_NOMEM, "map: outcome");
	PROVE(!cached.is, "map: owes no flush");
}

static void inside(struct view before, struct view after)
{
	PROVE(!before.ok, "map: only where nothing was");
	PROVE(after.ok && after.pa == (s.pa | (x & (s.done - 1))) && after.attr == s.attr,
	      "map: maps what was asked");
}
#elif defined(UNMAP)
static void act(void)
{
	s.e = pt_unmap_step(&actor, s.va, s.left, &s.done);
	PROVE(s.e == OK || s.e == ERR_AGAIN || s.e == ERR_NOMEM, "unmap: outcome");
	if (s.e == OK)
		PROVE(s.done && s.done <= s.left && !(s.done & (PAGE_SIZE - 1)), "unmap: makes progress");
	if (s.e != OK)
		PROVE(!cached.is, "unmap: a split owes no flush");
	if (cached.is)
		PROVE(cached.size == s.done && !(s.va & (s.done - 1)),
		      "unmap: what it owes is exactly what it reports");
}

static void inside(struct view before, struct view after)
{
	PROVE(!after.ok, "unmap: nothing is left");
}
#elif defined(PROTECT)
static void act(void)
{
	s.e = pt_protect_step(&actor, s.va, s.left, s.attr, &s.done);
	PROVE(s.e == OK || s.e == ERR_AGAIN || s.e == ERR_NOMEM, "protect: outcome");
	if (s.e == OK)
		PROVE(s.done && s.done <= s.left && !(s.done & (PAGE_SIZE - 1)), "protect: makes progress");
	PROVE(!cached.is, "protect: owes no flush");
}

static void inside(struct view before, struct view after)
{
	PROVE(after.ok == before.ok, "protect: maps no more and no less");
	PROVE(!after.ok || (after.pa == before.pa && after.attr == s.attr),
	      "protect: same frame, new attributes");
}
#elif defined(REAP)
static void act(void)
{
	s.e = pt_reap_step(&actor, s.va, s.left, &s.done);
	PROVE(s.e == OK || s.e == ERR_AGAIN, "reap: outcome");
	PROVE(s.done && s.done <= s.left && !(s.done & (PAGE_SIZE - 1)), "reap: makes progress");
	PROVE(unpicked == (s.e == ERR_AGAIN), "reap: every AGAIN frees one table");
	PROVE(!cached.is, "reap: owes no flush");
}

static void inside(struct view before, struct view after)
{
	PROVE(same_view(before, after), "reap: changes no translation");
}
#else /* QUERY */
static void act(void)
{
	struct pt_hit hit;
	struct view v = view_before;
	bool ok = pt_query(&observer, x, &hit);

	s.e = OK;
	PROVE(ok == v.ok, "query: finds what hardware finds");
	PROVE(!ok || (hit.pa == v.pa && hit.attr == v.attr && hit.size == v.size), "query: the same");
	PROVE(logged == 0 && !meta_log.set, "query: writes nothing");
}

static void inside(struct view before, struct view after)
{
	PROVE(same_view(before, after), "query: changes no translation");
}
#endif

static void check_any_entry(void)
{
	struct pt_meta before = meta_before(any_table), m = updated(any_table, before);
	u64 pte = mem_of(any_table, any_index, before).pte;
	struct pt_meta below = meta_now(table_at(pte, m.level));

	PROVE(invariant(any_table, any_index, pte, m, below), "the invariant holds at any entry afterwards");
	if (fmt->runs && m.used && !m.level)
		PROVE(pair_ok(any_index, pte, any_neighbour, mem_of(any_table, any_neighbour, before).pte),
		      "a run stays whole");
}

int main(void)
{
	state();

	struct view before = view(&observer, x);

	view_before = before;
	PROVE(!before.ok || align_down(before.pa, PAGE_SIZE) != frame || frame_owner == observer.owner,
	      "isolation: a space shows only its owner's frames");
	arguments();
	act();

#ifdef QUERY
	struct view after = before; /* act() proves that nothing was written */
#else
	struct view after = view(&observer, x);
#endif

	if (same && s.e == OK && x >= s.va && x - s.va < s.done)
		inside(before, after);
	else
		PROVE(same_view(before, after), "every other address and space is unchanged");
#if !defined(REAP) && !defined(QUERY)
	if (same && x == s.va && s.e == ERR_AGAIN)
		PROVE(after.level + 1 == before.level ||
			      (before.size == PT_RUN_SIZE && after.size == PAGE_SIZE && !before.level),
		      "every AGAIN is one level nearer to the leaf, or out of a run");
#endif
	check_any_entry();
	PROVE(!meta_log.set ||
		      (!is_root(actor.root, meta_log.table) && !is_root(observer.root, meta_log.table)),
	      "roots stay");
	REACHABLE(s.e == OK && same && x >= s.va && x - s.va < s.done, "done inside");
	REACHABLE(before.ok && after.ok && !same, "another space has a mapping");
#ifdef RUNS
	REACHABLE(s.e == OK && same && x >= s.va && x - s.va < s.done && after.size == PT_RUN_SIZE,
		  "a run is made or changed");
#ifndef MAP
	REACHABLE(s.e == ERR_AGAIN && same && x == s.va && before.size == PT_RUN_SIZE &&
			  after.size == PAGE_SIZE,
		  "a run is split");
#endif
#endif
#ifndef QUERY
	REACHABLE(s.e == ERR_AGAIN && logged > 0, "a table is linked, split or unlinked");
	REACHABLE(s.e == ERR_AGAIN && logged > 0 && is_root(actor.root, log[logged - 1].table) &&
			  log[logged - 1].table != actor.root,
		  "in a later page of a concatenated root");
#endif
	return 0;
}
