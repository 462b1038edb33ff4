/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only functions that touch table memory and its records; the walker
 * (pgtable.c) is built on these alone. The proofs replace this layer by one
 * with arbitrary content, and prove these functions apart, on one real page.
 * Every write is published when it returns.
 */
#ifndef CORE_PT_POOL_H
#define CORE_PT_POOL_H

#include "core/pgtable.h"

/* Address, value and new value of an entry; `table` is of the pool and `index` below PT_ENTRIES, unchecked. */
u64 *pt_entry(const struct pt_space *s, u32 table, u32 index);
u64 pt_get(const struct pt_space *s, u32 table, u32 index);
void pt_put(const struct pt_space *s, u32 table, u32 index, u64 pte);
/* All entries 0. */
void pt_zero(const struct pt_space *s, u32 table);
/* Entry i becomes the leaf of `level` for pa + i * pt_size(level). */
void pt_fill(const struct pt_space *s, u32 table, u64 pa, u32 level, u32 attr);
/* True only when all entries are 0. */
bool pt_is_empty(const struct pt_space *s, u32 table);
/*
 * The same two of the PT_RUN_ENTRIES, of level 0, among which `index` is: the i-th becomes the leaf for pa + i * PAGE_SIZE, attr 0:
 * becomes 0.
 */
void pt_fill_run(const struct pt_space *s, u32 table, u32 index, u64 pa, u32 attr);
bool pt_is_empty_run(const struct pt_space *s, u32 table, u32 index);

/* The record of a page. */
struct pt_meta pt_meta_get(const struct pt_space *s, u32 table);
void pt_meta_set(const struct pt_space *s, u32 table, struct pt_meta m);
/* Some unused page of the quota, PT_NONE: none. It is not yet marked used. */
u32 pt_pick(struct pt_space *s);
/* `table` of the quota is unused again. */
void pt_unpick(struct pt_space *s, u32 table);

/* Physical address of a table, and the table at one. */
u64 pt_table_pa(const struct pt_space *s, u32 table);
u32 pt_table_of(const struct pt_space *s, u64 pa);

#endif
