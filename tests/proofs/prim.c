/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The primitives of core/pt_pool.c on one real page of 512 entries, by plain
 * unwinding, the choice of a page of the quota, and the addresses of tables. Every write is published
 * before the primitive returns. Choose PUT, EMPTY, FILL, ZERO, FILL_RUN, EMPTY_RUN, PICK or ADDRESS.
 */
#include "core/pt_pool.h"
#include "hal/mem.h"
#include "tests/proofs/formats.h"
#include "tests/proofs/prove.h"

u64 nondet_u64(void);
u32 nondet_u32(void);
u8 nondet_u8(void);

static u64 page[PT_ENTRIES] ALIGNED(4096);
static struct pt_meta meta[8];
static struct pt_pool pool;
static struct pt_space space;
static const u8 *published;
static size_t published_size;

static void publish(const void *entry, size_t size)
{
	published = entry;
	published_size = size;
}

static bool is_published(u32 index)
{
	const u8 *entry = (const u8 *)&page[index];

	return published && entry >= published && (size_t)(entry - published) + 8 <= published_size;
}

static const struct pt_hooks hooks = {.publish = publish};

#ifndef FORMAT
#define FORMAT s2_format(48)
#endif

/* PT_RUN, or 0. */
static u32 run_or_not(u32 level)
{
	return space.fmt->runs && !level ? nondet_u32() & PT_RUN : 0;
}

static void entries(u32 any)
{
#if defined(ZERO)
	__CPROVER_havoc_object(page);
	pt_zero(&space, 0);
	PROVE(page[any] == 0 && is_published(any), "zero: every entry, published");
#elif defined(FILL)
	u64 pa = nondet_u64();
	u32 level = nondet_u32() & 1, attr = nondet_u32();

	/* what split() gives it: a block of the level above */
	ASSUME(!(pa & (pt_size(level + 1) - 1)) && pa < 1ull << 48 && space.fmt->attr_ok(attr));
	attr |= run_or_not(level);
	pt_fill(&space, 0, pa, level, attr);
	PROVE(page[any] == space.fmt->make_leaf(pa + any * pt_size(level), level, attr) && is_published(any),
	      "fill: every entry, published");
#elif defined(FILL_RUN)
	__CPROVER_havoc_object(page);

	u64 old = page[any], pa = nondet_u64();
	u32 at = nondet_u32(), attr = nondet_u32();

	ASSUME(at < PT_ENTRIES && !(pa & (PT_RUN_SIZE - 1)) && pa < 1ull << 48 &&
	       (!attr || space.fmt->attr_ok(attr)));
	attr |= attr ? run_or_not(0) : 0;
	pt_fill_run(&space, 0, at, pa, attr);
	if (any / 16 != at / 16)
		PROVE(page[any] == old, "fill a run: no other entry");
	else
		PROVE(page[any] == (attr ? space.fmt->make_leaf(pa + any % 16 * PAGE_SIZE, 0, attr) : 0) &&
			      is_published(any),
		      "fill a run: every entry, published");
#elif defined(EMPTY_RUN)
	__CPROVER_havoc_object(page);

	u32 at = nondet_u32();

	ASSUME(at < PT_ENTRIES);
	PROVE(!pt_is_empty_run(&space, 0, at) || any / 16 != at / 16 || page[any] == 0,
	      "empty run: then every entry is zero");
#elif defined(EMPTY)
	PROVE(pt_is_empty(&space, 0), "empty: a page of zeroes is");
	__CPROVER_havoc_object(page);
	PROVE(!pt_is_empty(&space, 0) || page[any] == 0, "empty: then every entry is zero");
#else
	__CPROVER_havoc_object(page);

	u64 old = page[any], pte = nondet_u64();
	u32 at = nondet_u32();

	ASSUME(at < PT_ENTRIES);
	pt_put(&space, 0, at, pte);
	PROVE(page[any] == (any == at ? pte : old), "put: this entry and no other");
	PROVE(pt_get(&space, 0, at) == pte && is_published(at), "put: published, and read back");
#endif
}

/* hint invariant: no unused page of the quota lies below it */
static bool hint_ok(void)
{
	for (u32 i = 0; i < 8; i++)
		if (i >= space.first && i < space.first + space.count && i < space.hint && !meta[i].used)
			return false;
	return space.hint >= space.first;
}

static void picks(u32 any)
{
	for (u32 i = 0; i < 8; i++)
		meta[i].used = nondet_u8() & 1;
	space.first = nondet_u32();
	space.count = nondet_u32();
	space.hint = nondet_u32();
	ASSUME(range_inside(space.first, space.count, 0, 8) && hint_ok());
	ASSUME(any >= space.first && any - space.first < space.count);

	bool was_used = meta[any].used;
	u32 t = pt_pick(&space);

	PROVE(t == PT_NONE || (t >= space.first && t - space.first < space.count && !meta[t].used),
	      "pick: an unused page of the quota");
	PROVE(t != PT_NONE || was_used, "pick: none only when all are used");
	PROVE(hint_ok(), "pick: keeps the hint");
	if (t != PT_NONE)
		meta[t].used = 1;
	PROVE(hint_ok(), "pick: keeps the hint when the page is used");
	pt_unpick(&space, any);
	PROVE(!meta[any].used && hint_ok(), "unpick: keeps the hint");
}

/* Any pool below the end of physical addresses, at any page: conversion is exact, both ways. */
static void addresses(void)
{
	u32 t = nondet_u32(), u = nondet_u32();

	pool.base = HPA(nondet_u64() & ((1ull << 48) - PAGE_SIZE));
	pool.pages = nondet_u32();
	ASSUME(pool.pages <= ((1ull << 48) - pool.base.v) >> PAGE_SHIFT && t < pool.pages && u < pool.pages);

	u64 pa = pt_table_pa(&space, t);

	PROVE(pa >= pool.base.v && !(pa & (PAGE_SIZE - 1)) && !(pa >> 48), "address: a page of the pool");
	PROVE(pt_table_of(&space, pa) == t, "address: names its table");
	PROVE(t == u || pt_table_pa(&space, u) != pa, "address: of no other table");
}

int main(void)
{
	u32 any = nondet_u32();

	pool = (struct pt_pool){.base = va_to_hpa(page), .meta = meta, .pages = 8};
	space = (struct pt_space){.fmt = FORMAT, .pool = &pool, .hooks = &hooks};
	ASSUME(any < PT_ENTRIES);
#if defined(PICK)
	picks(any);
#elif defined(ADDRESS)
	addresses();
#else
	entries(any);
#endif
	return 0;
}
