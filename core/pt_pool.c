/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Table memory and its records. Callers are serialised (pgtable.h).
 * Entries are written by single 64-bit stores, so that a walker sees the old
 * or the new one.
 */
#include "core/pt_pool.h"

#include "hal/atomic.h"
#include "hal/mem.h"

#ifndef PROOF_TABLE_LOOP /* loop contracts, when the proofs compile this file */
#define PROOF_TABLE_LOOP(i)
#define PROOF_EMPTY_LOOP(i)
#define PROOF_PICK_LOOP(i)
#endif

static u64 *table_va(const struct pt_space *s, u32 table)
{
	return hpa_to_va(HPA(pt_table_pa(s, table)));
}

u64 pt_table_pa(const struct pt_space *s, u32 table)
{
	return s->pool->base.v + ((u64)table << PAGE_SHIFT);
}

u32 pt_table_of(const struct pt_space *s, u64 pa)
{
	return (u32)((pa - s->pool->base.v) >> PAGE_SHIFT);
}

u64 *pt_entry(const struct pt_space *s, u32 table, u32 index)
{
	return &table_va(s, table)[index];
}

u64 pt_get(const struct pt_space *s, u32 table, u32 index)
{
	return load_relaxed(pt_entry(s, table, index));
}

void pt_put(const struct pt_space *s, u32 table, u32 index, u64 pte)
{
	u64 *entry = pt_entry(s, table, index);

	store_relaxed(entry, pte);
	s->hooks->publish(entry, sizeof(*entry));
}

void pt_zero(const struct pt_space *s, u32 table)
{
	u64 *va = table_va(s, table);

#pragma GCC unroll 8
	for (u32 i = 0; i < PT_ENTRIES; i++)
		PROOF_TABLE_LOOP(i)
			va[i] = 0;
	s->hooks->publish(va, PAGE_SIZE);
}

/* Entries from `first` on become leaves that lie one after the other; attr 0: they become 0. Each by one store. */
static void fill(const struct pt_space *s, u64 *first, u32 count, u64 pa, u32 level, u32 attr)
{
	for (u32 i = 0; i < count; i++)
		PROOF_TABLE_LOOP(i)
			store_relaxed(&first[i],
				      attr ? s->fmt->make_leaf(pa + ((u64)i << pt_shift(level)), level, attr)
					   : 0);
	s->hooks->publish(first, count * sizeof(*first));
}

void pt_fill(const struct pt_space *s, u32 table, u64 pa, u32 level, u32 attr)
{
	fill(s, table_va(s, table), PT_ENTRIES, pa, level, attr);
}

static bool are_zero(const u64 *first, u32 count)
{
	for (u32 i = 0; i < count; i++)
		PROOF_EMPTY_LOOP(i)
			if (first[i])
				return false;
	return true;
}

bool pt_is_empty(const struct pt_space *s, u32 table)
{
	return are_zero(table_va(s, table), PT_ENTRIES);
}

static u32 run_of(u32 index)
{
	return index & ~(PT_RUN_ENTRIES - 1);
}

void pt_fill_run(const struct pt_space *s, u32 table, u32 index, u64 pa, u32 attr)
{
	fill(s, pt_entry(s, table, run_of(index)), PT_RUN_ENTRIES, pa, 0, attr);
}

bool pt_is_empty_run(const struct pt_space *s, u32 table, u32 index)
{
	return are_zero(pt_entry(s, table, run_of(index)), PT_RUN_ENTRIES);
}

BOOT_CODE struct pt_meta pt_meta_get(const struct pt_space *s, u32 table)
{
	return s->pool->meta[table];
}

void pt_meta_set(const struct pt_space *s, u32 table, struct pt_meta m)
{
	s->pool->meta[table] = m;
}

u32 pt_pick(struct pt_space *s)
{
	u32 end = s->first + s->count;

	for (u32 i = s->hint; i < end; i++)
		PROOF_PICK_LOOP(i)
			if (!s->pool->meta[i].used) {
				s->hint = i; /* it may stay unused */
				return i;
			}
	return PT_NONE;
}

void pt_unpick(struct pt_space *s, u32 table)
{
	s->pool->meta[table] = (struct pt_meta){0};
	if (table < s->hint)
		s->hint = table;
}
