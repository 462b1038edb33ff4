/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame table of core/aspace.c: from any sorted table of up to N ranges, for
 * one arbitrary page. frames_add() gives an owner only to what had none and
 * keeps the table sorted and disjoint; frames_find() finds exactly what is there.
 */
#include "core/aspace.c"
#include "tests/proofs/prove.h"

#ifndef N
#define N 4
#endif

u64 nondet_u64(void);
u32 nondet_u32(void);
u16 nondet_u16(void);
u8 nondet_u8(void);

static struct frame_range t[N];
static u64 x;

/* The table's code only compares addresses, so 256 different pages are as good as all. */
static u64 page(void)
{
	return (u64)nondet_u8() << PAGE_SHIFT;
}

static bool sorted(void)
{
	for (u32 i = 0; i < N; i++) {
		if (i >= nr_frames)
			break;
		if (t[i].lo >= t[i].hi)
			return false;
		if (i && t[i - 1].hi > t[i].lo)
			return false;
	}
	return true;
}

/* Owner and state of x, and how many ranges claim it: by looking at all. */
static u32 look(u16 *owner, u8 *state)
{
	u32 n = 0;

	*owner = FRAME_NOBODY;
	*state = FRAME_STATES;
	for (u32 i = 0; i < N; i++)
		if (i < nr_frames && x >= t[i].lo && x < t[i].hi) {
			*owner = t[i].owner;
			*state = t[i].state;
			n++;
		}
	return n;
}

static bool overlaps(u64 lo, u64 hi)
{
	for (u32 i = 0; i < N; i++)
		if (i < nr_frames && t[i].lo < hi && t[i].hi > lo)
			return true;
	return false;
}

static void find_is_exact(void)
{
	u64 size = page();
	const struct frame_range *f = frames_find(HPA(x), size);
	u32 holders = 0;

	ASSUME(size);
	for (u32 i = 0; i < N; i++)
		if (i < nr_frames && range_inside(x, size, t[i].lo, t[i].hi - t[i].lo)) {
			holders++;
			PROVE(f == &t[i], "find: the range that holds all of it");
		}
	PROVE(holders || !f, "find: nothing otherwise");
	PROVE(holders <= 1, "find: one owner");
}

/* Any 64-bit arguments: what is malformed or wraps is refused. */
static void arguments(void)
{
	u64 base = nondet_u64(), size = nondet_u64();
	enum err e = frames_add(HPA(base), size, 1, FRAME_DIRTY);
	bool good = base % PAGE_SIZE == 0 && size % PAGE_SIZE == 0 && size && size <= UINT64_MAX - base;

	PROVE(e == (good ? OK : ERR_RANGE), "add: malformed ranges are refused, others are not");
	PROVE(!good || (frames_find(HPA(base), size) == t && !frames_find(HPA(base), size + 1)),
	      "find: exact");
}

int main(void)
{
	u16 owner, owner_after, new_owner = nondet_u16();
	u8 state, state_after;

	frames = t;
	max_frames = N;
#ifdef ARGUMENTS
	arguments();
	return 0;
#endif
	nr_frames = nondet_u32();
	ASSUME(nr_frames <= N);
	for (u32 i = 0; i < N; i++)
		t[i] = (struct frame_range){page(), page(), nondet_u16(), nondet_u8()};
	ASSUME(sorted());
	x = page();

	u32 claims = look(&owner, &state);
	u32 count = nr_frames;

	PROVE(claims <= 1, "one owner before");
#ifdef FIND
	find_is_exact();
	(void)owner_after;
	(void)state_after;
	(void)new_owner;
	(void)count;
#else
	u64 base = page(), size = page();
	enum err e = frames_add(HPA(base), size, new_owner, FRAME_DIRTY);
	u32 claims_after = look(&owner_after, &state_after);

	PROVE(sorted(), "add: stays sorted and disjoint");
	PROVE(claims_after <= 1, "add: one owner afterwards");
	if (e == OK && x >= base && x - base < size) {
		PROVE(claims == 0, "add: only what nobody owned");
		PROVE(claims_after == 1 && owner_after == new_owner && state_after == FRAME_DIRTY,
		      "add: owned, dirty");
	} else {
		PROVE(claims_after == claims && owner_after == owner && state_after == state,
		      "add: nothing else");
	}
	PROVE(nr_frames == count + (e == OK), "add: one range or none");
	PROVE(e != ERR_EXIST || overlaps(base, base + size), "add: refused only for what has an owner");
	REACHABLE(e == OK && count == N - 1 && t[1].lo == base,
		  "inserted in the middle, and the table is full");
	REACHABLE(e == ERR_EXIST, "overlap");
#endif
	return 0;
}
