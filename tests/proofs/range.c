/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The range loops of core/pt_range.c by loop contract over the steps' contracts
 * (which step.c proves): any size up to the whole space, any budget, any
 * progress before. Watched: one arbitrary address, with what is mapped there and
 * whether a TLB may hold what was. Choose MAP, UNMAP, PROTECT or REAP.
 */
#include "core/pgtable.h"
#include "tests/proofs/prove.h"

u64 nondet_u64(void);
u32 nondet_u32(void);
bool nondet_bool(void);

struct watched {
	bool ok, stale;
	u64 pa;
	u32 attr;
};

static struct watched now, before;
static u64 x; /* the address: of a page, inside the space */

#define VA_BITS 48
#define PA_BITS 48

static bool attr_ok(u32 attr)
{
	return attr & PT_R && !(attr & PT_RUN);
}

#define FORMAT_WITH(has_runs) \
	{.levels = 4,         \
	 .root_bits = 9,      \
	 .va_bits = VA_BITS,  \
	 .pa_bits = PA_BITS,  \
	 .leaf_top = 2,       \
	 .runs = has_runs,    \
	 .attr_ok = attr_ok}
static const struct pt_format format = FORMAT_WITH(false);
static const struct pt_format format_with_runs = FORMAT_WITH(true);

/* ---- contracts of the steps ---- */

static bool inside(u64 va, u64 size)
{
	return x >= va && x < va + size;
}

enum err pt_map_step(struct pt_space *s, u64 va, u64 pa, u32 level, u32 attr)
{
	u32 outcome = nondet_u32(), meaning = attr & ~(u32)PT_RUN;
	u64 size = attr & PT_RUN ? PT_RUN_SIZE : pt_size(level);

	PROVE(level <= s->fmt->leaf_top && !((va | pa) & (size - 1)), "map_step: aligned");
	PROVE(!(attr & PT_RUN) || (s->fmt->runs && !level),
	      "map_step: a run is of level 0, where there are any");
	PROVE(va < 1ull << VA_BITS && pa < 1ull << PA_BITS && attr_ok(meaning), "map_step: in range");
	ASSUME(outcome == OK || outcome == ERR_AGAIN || outcome == ERR_EXIST || outcome == ERR_NOMEM);
	if (outcome == OK && inside(va, size)) {
		ASSUME(!now.ok);
		now.ok = true;
		now.pa = pa + (x - va);
		now.attr = meaning;
	}
	return (enum err)outcome;
}

static u64 some_step(u64 va, u64 left)
{
	u64 n = nondet_u64() & ((2ull << VA_BITS) - PAGE_SIZE);

	PROVE(!((va | left) & (PAGE_SIZE - 1)) && left && va < 1ull << VA_BITS &&
		      left <= (1ull << VA_BITS) - va,
	      "step: in range");
	ASSUME(n && n <= left);
	return n;
}

enum err pt_unmap_step(struct pt_space *s, u64 va, u64 left, u64 *step)
{
	u32 outcome = nondet_u32();

	*step = some_step(va, left);
	ASSUME(outcome == OK || outcome == ERR_AGAIN || outcome == ERR_NOMEM);
	if (outcome == OK && inside(va, *step)) {
		now.stale = now.stale || now.ok;
		now.ok = false;
	}
	return (enum err)outcome;
}

enum err pt_protect_step(struct pt_space *s, u64 va, u64 left, u32 attr, u64 *step)
{
	u32 outcome = nondet_u32();

	*step = some_step(va, left);
	PROVE(attr_ok(attr), "protect_step: attributes");
	ASSUME(outcome == OK || outcome == ERR_AGAIN || outcome == ERR_NOMEM);
	if (outcome == OK && inside(va, *step))
		now.attr = attr;
	return (enum err)outcome;
}

enum err pt_reap_step(struct pt_space *s, u64 va, u64 left, u64 *step)
{
	*step = some_step(va, left);
	return nondet_bool() ? OK : ERR_AGAIN;
}

static void flush(void *ctx, u64 va, u64 size)
{
	if (inside(va, size))
		now.stale = false;
}

/* ---- the loops' contracts ---- */

#define NOW(is_ok, frame, attributes, is_stale) \
	(now.ok == (is_ok) && now.pa == (frame) && now.attr == (attributes) && now.stale == (is_stale))
#define SAME NOW(before.ok, before.pa, before.attr, before.stale)
#define PROGRESS                                              \
	(d >= *done && d <= size && !(d & (PAGE_SIZE - 1)) && \
	 (e == OK || e == ERR_AGAIN || e == ERR_EXIST || e == ERR_NOMEM))
#define DONE (x >= va + *done && x < va + d)
#define LOOP(invariant)                                                                        \
	__CPROVER_assigns(d, e, budget, now) __CPROVER_loop_invariant(PROGRESS && (invariant)) \
		__CPROVER_decreases(budget)

#define PROOF_MAP_LOOP LOOP(DONE ? NOW(true, pa + (x - va), attr, before.stale) : SAME)
#define PROOF_LEVEL_LOOP \
	__CPROVER_assigns(level) __CPROVER_loop_invariant(level <= 2) __CPROVER_decreases(level)
#define PROOF_UNMAP_LOOP LOOP(DONE ? NOW(false, before.pa, before.attr, before.stale || before.ok) : SAME)
#define PROOF_PROTECT_LOOP LOOP(DONE ? NOW(before.ok, before.pa, attr, before.stale) : SAME)
#define PROOF_REAP_LOOP LOOP(SAME)

#include "core/pt_range.c"

static const struct pt_hooks hooks = {.flush = flush};

int main(void)
{
	struct pt_space s = {.fmt = nondet_bool() ? &format : &format_with_runs, .hooks = &hooks};
	u64 va = nondet_u64(), pa = nondet_u64(), size = nondet_u64(), start = nondet_u64(), done = start;
	u32 attr = nondet_u32(), budget = nondet_u32();
	enum err e;

	/* a page; wider ones are refused */
	x = nondet_u64() & ((1ull << VA_BITS) - PAGE_SIZE);
	now = (struct watched){nondet_bool(), nondet_bool(), nondet_u64(), nondet_u32()};
#if defined(MAP) || defined(PROTECT)
	ASSUME(!now.stale);
#endif
	before = now;
#if defined(MAP)
	e = pt_map_range(&s, va, pa, size, attr, budget, &done);
#elif defined(UNMAP)
	e = pt_unmap_range(&s, va, size, budget, &done);
#elif defined(PROTECT)
	e = pt_protect_range(&s, va, size, attr, budget, &done);
#else
	e = pt_reap_range(&s, va, size, budget, &done);
#endif
	if (e == ERR_RANGE) {
		PROVE(SAME && done == start, "a refused range changes nothing");
		return 0;
	}
	PROVE(done >= start && done <= size, "progress is monotonous");
	PROVE((e == OK) <= (done == size), "OK is all of it");
	PROVE(e != ERR_AGAIN || done < size, "AGAIN is not all of it");
	if (inside(va + start, done - start)) {
#if defined(MAP)
		PROVE(now.ok && now.pa == pa + (x - va) && now.attr == attr,
		      "map: what is done is mapped as asked");
#elif defined(UNMAP)
		PROVE(!now.ok && !now.stale, "unmap: what is done is unmapped and flushed");
#elif defined(PROTECT)
		PROVE(now.ok == before.ok && now.pa == before.pa && now.attr == attr, "protect: attributes");
#else
		PROVE(SAME, "reap: changes no translation");
#endif
	} else {
		PROVE(now.ok == before.ok && now.pa == before.pa && now.attr == before.attr,
		      "outside is unchanged");
	}
	REACHABLE(e == OK && size > GIB(1) && inside(va, size), "a large range is done");
	REACHABLE(e == ERR_AGAIN && done > start, "a slice");
	return 0;
}
