/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a frame: every step of core/aspace.c from any state that satisfies
 * its invariant, for one arbitrary page F of the machine. Ghosts: whether a
 * TLB or table of the VM may still lead to F, what F contains, whether that is
 * only in a cache. The walker's ranges are replaced by their contracts (range.c), the search
 * in the frame table by its own (frames.c): ASPACE is core/aspace.c without find(). Two
 * regions of any kind and order; a space of any phase and progress.
 * Choose ZERO, MAP, UNMAP, SCRUB, LOAD or FILL.
 */
#include "core/aspace.h"
#include "core/string.h"

#define REGIONS 2

static struct frame_range table[REGIONS];

static struct frame_range *find(u64 base, u64 size)
{
	if (range_inside(base, size, table[0].lo, table[0].hi - table[0].lo))
		return &table[0];
	if (range_inside(base, size, table[1].lo, table[1].hi - table[1].lo))
		return &table[1];
	return NULL;
}

#define memcpy proof_memcpy
#define memset proof_memset
void *proof_memcpy(void *to, const void *from, size_t size);
void *proof_memset(void *to, int byte, size_t size);
#include ASPACE
#undef memcpy
#undef memset

#define ASSUME __CPROVER_assume
#define PROVE __CPROVER_assert
u64 nondet_u64(void);
u32 nondet_u32(void);
u16 nondet_u16(void);
u8 nondet_u8(void);
bool nondet_bool(void);

enum content { FOREIGN, ZERO_CONTENT, IMAGE };

static struct aspace as;
static u64 F;          /* arbitrary page of the machine */
static bool reachable; /* the VM's tables or TLBs may lead to F */
static enum content content;
static bool only_in_cache; /* DRAM has not what content says */
static bool window_on, window_has_f;

/* Some page of 1 MiB: enough for regions of many slices. */
static u64 page(void)
{
	return (u64)nondet_u8() << PAGE_SHIFT;
}

/* ---- where F is ---- */

static const struct aspace_region *region_of_f(void)
{
	for (u32 i = 0; i < REGIONS; i++)
		if (i < as.nr && F >= as.region[i].hpa && F - as.region[i].hpa < as.region[i].size)
			return &as.region[i];
	return NULL;
}

static u64 gpa_of_f(const struct aspace_region *r)
{
	return r->gpa + (F - r->hpa);
}

static bool holds_f(u64 base, u64 size)
{
	return F >= base && F - base < size;
}

/* ---- contracts of what aspace.c calls ---- */

static bool some_progress(u64 size, u64 *done)
{
	u64 d = page();

	PROVE(*done <= size && !(*done & (PAGE_SIZE - 1)), "range: progress comes back as it was given");
	ASSUME(d >= *done && d <= size);
	*done = d;
	return d == size;
}

enum err pt_map_range(struct pt_space *s, u64 va, u64 pa, u64 size, u32 attr, u32 budget, u64 *done)
{
	if (holds_f(pa, size)) {
		const struct frame_range *f = frames_find(HPA(F), PAGE_SIZE);

		PROVE(f != NULL, "map: frames that somebody owns");
		if (f->state == FRAME_CONST) {
			PROVE(f->owner == FRAME_SHARED && !(attr & PT_W), "map: shared frames read-only");
		} else {
			PROVE(f->owner == as.owner, "map: only the VM's own frames");
			PROVE(f->state == FRAME_MAPPED || f->state == FRAME_DEVICE,
			      "map: marked before it is mapped");
			PROVE(f->state == FRAME_DEVICE || content != FOREIGN, "map: never another's content");
			PROVE(f->state == FRAME_DEVICE || !only_in_cache,
			      "map: in DRAM, for a guest with its caches off");
		}
		reachable = true;
	}
	if (nondet_bool()) {
		(void)some_progress(size, done);
		return nondet_bool() ? ERR_NOMEM : ERR_EXIST;
	}
	return some_progress(size, done) ? OK : ERR_AGAIN;
}

enum err pt_unmap_range(struct pt_space *s, u64 va, u64 size, u32 budget, u64 *done)
{
	const struct aspace_region *r = region_of_f();
	u64 start = *done;
	bool all = some_progress(size, done);

	if (r && gpa_of_f(r) >= va + start && gpa_of_f(r) < va + *done)
		reachable = false;
	return all ? OK : ERR_AGAIN;
}

enum err pt_reap_range(struct pt_space *s, u64 va, u64 size, u32 budget, u64 *done)
{
	return some_progress(size, done) ? OK : ERR_AGAIN;
}

static bool flushed;

void s2_flush(struct vm *vm, gpa_t gpa, u64 size)
{
	PROVE(vm == as.vm, "flush: this VM");
	flushed = flushed || !size;
}

void s2_publish(const void *entry, size_t size)
{
}

static u8 window[1];

void *window_open(hpa_t hpa, u64 size, u64 *got)
{
	u64 n = nondet_u8() & 1 ? size : PAGE_SIZE; /* all, or cut by the window's boundary */

	n = min_u64(n, size);
	PROVE(!window_on, "window: one at a time");
	PROVE(size && size <= ASPACE_SLICE, "window: a slice");
	*got = n;
	window_on = true;
	window_has_f = F + PAGE_SIZE > hpa.v && F < hpa.v + n;
	return window;
}

void window_close(void)
{
	PROVE(window_on, "window: was open");
	window_on = false;
}

static void overwrite(enum content c)
{
	PROVE(window_on, "writes through an open window");
	if (!window_has_f)
		return;

	const struct frame_range *f = frames_find(HPA(F), PAGE_SIZE);

	PROVE(!reachable, "never overwritten while the guest can still reach it");
	PROVE(f && f->owner == as.owner && f->state != FRAME_CONST && f->state != FRAME_DEVICE,
	      "only the VM's own RAM is overwritten");
	content = c;
	only_in_cache = true;
}

void mem_zero_fast(void *va, u64 size)
{
	overwrite(ZERO_CONTENT);
}

void *proof_memcpy(void *to, const void *from, size_t size)
{
	overwrite(content == FOREIGN ? FOREIGN : IMAGE);
	return to;
}

void *proof_memset(void *to, int byte, size_t size)
{
	overwrite(content == FOREIGN ? FOREIGN : IMAGE);
	return to;
}

void cache_clean_inval(const void *va, u64 size)
{
	if (window_on && window_has_f)
		only_in_cache = false;
}

void panic(const char *fmt, ...)
{
	PROVE(false, "no assertion fails");
	ASSUME(false);
	__builtin_unreachable();
}

/* ---- the invariant ---- */

static bool region_is_sound(const struct aspace_region *r)
{
	if (r->owner == FRAME_SHARED)
		return !(r->attr & (PT_W | PT_DEVICE));
	return r->owner == as.owner;
}

static bool frame_is_sound(const struct aspace_region *r, const struct frame_range *f)
{
	if (f->lo != r->hpa || f->hi - f->lo != r->size || f->owner != r->owner)
		return false;
	if (r->owner == FRAME_SHARED)
		return f->state == FRAME_CONST;
	if (r->attr & PT_DEVICE)
		return f->state == FRAME_DEVICE;
	return as.phase == ASPACE_EMPTY ? f->state <= FRAME_LOADED : f->state == FRAME_MAPPED;
}

/* Is F behind the progress of the step sequence under way? */
static bool passed(const struct aspace_region *r)
{
	u32 i = (u32)(r - as.region);

	return i < as.cur || (i == as.cur && F - r->hpa < as.pos);
}

static bool ghosts_are_sound(void)
{
	const struct aspace_region *r = region_of_f();

	if (!r)
		return !reachable;

	const struct frame_range *f = &table[r - as.region];

	switch (as.phase) {
	case ASPACE_EMPTY:
		if (reachable)
			return false;
		break;
	case ASPACE_MAPPING:
		if (reachable && !passed(r) && (u32)(r - as.region) != as.cur)
			return false;
		break;
	case ASPACE_UNMAPPING:
		if (reachable && (as.reaping || passed(r)))
			return false;
		break;
	}
	if (!is_private(&as, r))
		return true;
	if (f->state == FRAME_CLEAN && (content != ZERO_CONTENT || only_in_cache))
		return false;
	if (f->state == FRAME_LOADED && (content == FOREIGN || only_in_cache))
		return false;
	if (f->state == FRAME_MAPPED && content == FOREIGN)
		return false; /* as.phase is not EMPTY: what the guest wrote is its own */
	if (f->state == FRAME_MAPPED && as.phase == ASPACE_MAPPING && only_in_cache)
		return false;
	/* zeroing under way: what lies behind the progress is zero */
	if (f->state == FRAME_DIRTY && (u32)(r - as.region) == as.cur && F - r->hpa < as.pos)
		return content == ZERO_CONTENT && !only_in_cache;
	return true;
}

static bool progress_is_sound(void)
{
	if (as.phase > ASPACE_UNMAPPING || as.cur > as.nr || (as.pos & (PAGE_SIZE - 1)))
		return false;
	if (as.phase == ASPACE_MAPPING && as.cur >= as.nr)
		return false;
	if (as.reaping && as.phase != ASPACE_UNMAPPING)
		return false;
	if (as.cur == as.nr ? as.pos != 0 : as.pos > as.region[as.cur].size)
		return false;
	if (as.phase != ASPACE_EMPTY)
		return true;

	for (u32 i = 0; i < REGIONS; i++)
		if (i < as.cur && is_private(&as, &as.region[i]) && table[i].state != FRAME_CLEAN)
			return false;
	/* zeroing: a region is under way only while it is DIRTY, and is never left complete */
	if (as.cur == as.nr)
		return true;

	const struct aspace_region *r = &as.region[as.cur];
	const struct frame_range *f = &table[as.cur];

	return as.pos == 0 || (is_private(&as, r) && f->state == FRAME_DIRTY && as.pos < r->size);
}

static bool sound(void)
{
	for (u32 i = 0; i < REGIONS; i++) {
		if (i >= as.nr)
			break;

		const struct aspace_region *r = &as.region[i];
		const struct frame_range *f = &table[i];

		if (!region_is_sound(r) || !frame_is_sound(r, f))
			return false;
	}
	return progress_is_sound() && ghosts_are_sound() && !window_on;
}

static void any_state(void)
{
	as.owner = nondet_u16();
	ASSUME(as.owner >= FRAME_VM0);
	as.nr = (u16)(nondet_bool() ? REGIONS : 1);
	as.phase = nondet_u8() & 3;
	as.cur = nondet_u8() & 3;
	as.pos = page();
	as.reaping = nondet_bool();
	for (u32 i = 0; i < REGIONS; i++) {
		table[i] = (struct frame_range){page(), page(), nondet_u16(), nondet_u8() & 7};
		ASSUME(table[i].lo < table[i].hi && table[i].state < FRAME_STATES);
	}
	ASSUME(table[0].hi <= table[1].lo || table[1].hi <= table[0].lo);
	for (u32 i = 0; i < REGIONS; i++) {
		const struct frame_range *f = &table[i];

		as.region[i] =
			(struct aspace_region){page(), f->lo, f->hi - f->lo, nondet_u8() & 15, f->owner};
	}
	ASSUME(as.region[0].gpa + as.region[0].size <= as.region[1].gpa);
	F = page();
	reachable = nondet_bool();
	only_in_cache = nondet_bool();
	content = nondet_bool() ? FOREIGN : nondet_bool() ? ZERO_CONTENT : IMAGE;
	ASSUME(sound());
}

static u8 source[1];

static enum err step(void)
{
	u64 pos = page(), gpa = page(), size = page();

	(void)source;
	ASSUME(pos <= size);
#if defined(ZERO)
	return aspace_zero_step(&as);
#elif defined(MAP)
	return aspace_map_step(&as);
#elif defined(UNMAP)
	return aspace_unmap_step(&as);
#elif defined(SCRUB)
	return aspace_scrub_step(&as);
#elif defined(LOAD)
	return aspace_load_step(&as, GPA(gpa), va_to_hpa(source), size, &pos);
#else
	return aspace_fill_step(&as, GPA(gpa), nondet_u8(), size, &pos);
#endif
}

int main(void)
{
	any_state();

	u8 state = region_of_f() ? table[region_of_f() - as.region].state : FRAME_STATES;
	enum err e = step();
	u8 after = region_of_f() ? table[region_of_f() - as.region].state : FRAME_STATES;

	PROVE(sound(), "the invariant holds afterwards");
	PROVE(region_of_f() || !reachable, "frames of others are never reachable");
	PROVE(state == after || after != FRAME_MAPPED || state == FRAME_CLEAN || state == FRAME_LOADED,
	      "MAPPED only from CLEAN or LOADED");
	PROVE(state == after || state != FRAME_MAPPED || (after == FRAME_DIRTY && !reachable && flushed),
	      "MAPPED is left only unmapped and flushed");
	PROVE(state != FRAME_CONST || after == FRAME_CONST, "CONST for good");
	PROVE(state != FRAME_DEVICE || after == FRAME_DEVICE, "DEVICE for good");
#if defined(ZERO) || defined(SCRUB)
	if (e == OK && region_of_f() && is_private(&as, region_of_f()))
		PROVE(content == ZERO_CONTENT && !only_in_cache && !reachable,
		      "OK is: zero, in DRAM, unreachable");
#endif
#if defined(UNMAP)
	PROVE(e != OK || (as.phase == ASPACE_EMPTY && !reachable), "OK is: nothing reachable");
#endif
#ifdef REACH
	PROVE(e != OK, "REACH: done");
	PROVE(state == after, "REACH: a frame changes its state");
	PROVE(e != ERR_AGAIN, "REACH: more to do");
#endif
	return 0;
}
