/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page tables: one walker for every format with 4 KiB tables of 512 64-bit
 * entries (the host's own map, stage 2, EPT, NPT, Sv39x4..., IOMMU tables).
 *
 * Words. A *level* counts from the leaves: 0 holds 4 KiB leaves, 1 2 MiB, 2
 * 1 GiB; the root is level `levels - 1`. A *table* is named by its index in a
 * pool, never by a pointer. `va` is the address the tables translate (virtual,
 * guest physical or bus address), `pa` what they translate to. A *run* is 16
 * aligned entries of level 0 that say together what one leaf of 64 KiB would, where
 * a format has such (RISC-V's Svnapot): a TLB may use any of them for all 16 pages.
 *
 * Shape invariant, kept by every step: an entry of a used table is zero, or a
 * leaf exactly as the format's make_leaf() writes it, or a pointer to a used
 * table one level below whose record names this owner, table and entry.
 * Entries of a run are all there and all of that run.
 * An unused table belongs to nobody and nothing points to it.
 *
 * Who owes what
 *   step   changes at most one entry, or one run, between its walk and its return; an entry that
 *          was valid becomes another valid one only as break (0), publish, flush,
 *          make, publish (Arm ARM D8.16.1 "break-before-make"); a table
 *          is unlinked and flushed before its page is free.
 *   range  pt_unmap_range() has flushed all it cleared when it returns, whatever it
 *          returns. pt_map_range() flushes nothing: where a hart may keep that an entry was invalid
 *          (RISC-V), its publish() or the handler of the fault makes it forget.
 *   pool   (pt_pool.c) publishes what a call wrote before it returns.
 *   hooks  flush(): on return no walker or TLB uses a translation or a table
 *          pointer that was removed from [va, va+size). publish(): orders the write
 *          before later ones for every walker, cleans it to memory where walks are not
 *          coherent.
 *   caller serialises all calls for one space (no lock in here) and passes
 *          frames that may be mapped: that is core/aspace.c, for guests.
 *
 * While an entry is broken another CPU may fault on an address that is mapped
 * before and after; a fault handler that finds its address mapped retries.
 * Nothing here needs the MMU: tables are reached at hpa_to_va().
 */
#ifndef CORE_PGTABLE_H
#define CORE_PGTABLE_H

#include "hal/types.h"

#define PT_INDEX_BITS 9u
#define PT_ENTRIES (1u << PT_INDEX_BITS)
#define PT_NONE UINT32_MAX /* no table */
#define PT_LEVELS_MAX 5u
#define PT_RUN_ENTRIES 16u
#define PT_RUN_SIZE ((u64)PT_RUN_ENTRIES * PAGE_SIZE)

/* Attributes of a leaf, in no format's encoding. */
enum pt_attr {
	PT_R = 1u << 0,
	PT_W = 1u << 1,
	PT_X = 1u << 2,
	PT_DEVICE = 1u << 3, /* device memory: no gathering, no reordering */
	PT_RUN = 1u << 4,    /* of an entry: it is of a run; the walker's own, nobody asks for it */
};

enum pt_kind { PT_EMPTY, PT_LEAF, PT_TABLE };

/* A descriptor format. Accessors are pure; `level` as above. */
struct pt_format {
	const char *name;
	u8 levels;    /* 2..PT_LEVELS_MAX */
	u8 root_bits; /* index bits at the root, 1..13: more than 9 are concatenated tables */
	u8 va_bits;   /* 12 + 9 * (levels - 1) + root_bits */
	u8 pa_bits;
	u8 leaf_top; /* highest level that may hold a leaf; all below may, too */
	bool runs;   /* use them: the codec has them */
	u64 (*make_leaf)(u64 pa, u32 level, u32 attr); /* of a run: pa of any of its pages */
	u64 (*make_table)(u64 pa);
	enum pt_kind (*kind)(u64 pte, u32 level);
	u64 (*addr)(u64 pte, u32 level); /* of a leaf's frame, a run's first, or a table */
	u32 (*attr)(u64 pte, u32 level); /* of a leaf */
	bool (*attr_ok)(u32 attr);       /* can the format say exactly this? Without PT_RUN */
};

/* What is known of one page of the pool. */
struct pt_meta {
	u8 used;
	u8 level;
	u16 owner;
	u32 parent; /* table that points here, PT_NONE: this is (a part of) a root */
	u32 index;  /* entry of the parent; of a root: which of its pages */
};

/* 4 KiB pages of hypervisor-owned memory at `base`, 4 KiB aligned. */
struct pt_pool {
	hpa_t base;
	struct pt_meta *meta;
	u32 pages;
};

struct pt_hooks {
	void (*flush)(void *ctx, u64 va, u64 size);
	void (*publish)(const void *entry, size_t size);
};

/* One address space's tables. Its quota is pages [first, first + count) of the pool, its alone. */
struct pt_space {
	const struct pt_format *fmt;
	struct pt_pool *pool;
	const struct pt_hooks *hooks;
	void *ctx; /* given to flush() */
	u32 first, count;
	u32 hint; /* no page below it is unused */
	u32 root; /* first page of the root */
	u16 owner;
};

static inline u32 pt_shift(u32 level)
{
	return PAGE_SHIFT + PT_INDEX_BITS * level;
}

/* Bytes that one entry of a level covers. */
static inline u64 pt_size(u32 level)
{
	return 1ull << pt_shift(level);
}

static inline u32 pt_root_level(const struct pt_format *fmt)
{
	return fmt->levels - 1u;
}

/* Pages of the root, contiguous and aligned to their whole size. */
static inline u32 pt_root_pages(const struct pt_format *fmt)
{
	return fmt->root_bits > PT_INDEX_BITS ? 1u << (fmt->root_bits - PT_INDEX_BITS) : 1u;
}

/* ---- planning ---- */

/*
 * Tables below the root that mapping [va, va+size) to [pa, pa+size) takes at
 * most, with the largest leaves their alignment permits. Sum it over an
 * address space's ranges. Arguments page aligned.
 */
u32 pt_tables_needed(const struct pt_format *fmt, u64 va, u64 pa, u64 size);
/* Pages to reserve for a space that needs `tables`, with its root and that root's alignment. */
u32 pt_quota(const struct pt_format *fmt, u32 tables);

/* ---- a space ---- */

/* All pages of the pool become unused. `meta` has `pages` elements. */
void pt_pool_init(struct pt_pool *pool, hpa_t base, struct pt_meta *meta, u32 pages);

/*
 * Make an empty space of what the caller has set: fmt, pool, hooks, ctx, owner and the quota
 * [first, first + count). ERR_RANGE: that is not in the pool; ERR_STATE: a page of it is in use;
 * ERR_NOMEM: no room for the root.
 */
enum err pt_space_init(struct pt_space *s) MUST_USE;
/* Physical address of the root table. */
hpa_t pt_root(const struct pt_space *s);
/* Pages of the quota in use, the root's included. */
u32 pt_space_used(const struct pt_space *s);

struct pt_hit {
	u64 pa;   /* of va itself */
	u64 size; /* of the leaf; of a run, all of it */
	u32 attr;
};

/* Translate. False: nothing mapped at va. */
bool pt_query(const struct pt_space *s, u64 va, struct pt_hit *hit);

/* ---- ranges, in slices ---- */

/*
 * All: page-aligned arguments; at most `budget` (>= 1) steps a call; *done
 * starts at 0, is bytes finished, and goes into the next call. ERR_AGAIN: call
 * again; OK: all of it. ERR_RANGE: not representable, nothing was done.
 */

/* ERR_EXIST: something is mapped there; ERR_NOMEM: quota. [va, va + *done) stays mapped then. */
enum err pt_map_range(struct pt_space *s, u64 va, u64 pa, u64 size, u32 attr, u32 budget, u64 *done) MUST_USE;
/* Holes are skipped. A block that sticks out is split (ERR_NOMEM). Flushed on return. Empty tables stay. */
enum err pt_unmap_range(struct pt_space *s, u64 va, u64 size, u32 budget, u64 *done) MUST_USE;
/* Change the attributes of what is mapped; holes are skipped; splits like unmap. */
enum err pt_protect_range(struct pt_space *s, u64 va, u64 size, u32 attr, u32 budget, u64 *done) MUST_USE;
/* Free the tables that are empty and translate a part of the range. */
enum err pt_reap_range(struct pt_space *s, u64 va, u64 size, u32 budget, u64 *done) MUST_USE;

/* ---- steps: at most one mutation each; what the proofs are about ---- */

/*
 * Preconditions: va + size of the step inside va_bits, all page aligned;
 * map: level <= leaf_top, va and pa aligned to it, pa + size inside pa_bits, attr_ok(attr); attr may have PT_RUN where fmt->runs
 * and level is 0: then va and pa are aligned to PT_RUN_SIZE, and that is what is mapped.
 * ERR_AGAIN: a table was linked, split off or unlinked, call again with the same arguments.
 */

/* One leaf or run. ERR_EXIST: there is something. */
enum err pt_map_step(struct pt_space *s, u64 va, u64 pa, u32 level, u32 attr) MUST_USE;
/* At va, not beyond left > 0 bytes. OK: *step > 0 bytes are done. The CALLER owes their flush. */
enum err pt_unmap_step(struct pt_space *s, u64 va, u64 left, u64 *step) MUST_USE;
enum err pt_protect_step(struct pt_space *s, u64 va, u64 left, u32 attr, u64 *step) MUST_USE;
enum err pt_reap_step(struct pt_space *s, u64 va, u64 left, u64 *step) MUST_USE;

/*
 * The entry for va at `level` when its table exists, else NULL: for a window
 * whose entry is rewritten outside the walker. Its user keeps it zero or a leaf
 * and does break-before-make itself; nothing else maps there.
 */
u64 *pt_slot(const struct pt_space *s, u64 va, u32 level);

#endif
