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
#include "tests/proofs/prove.h"

#define REGIONS 2

/* Two objects, not an array, and constant numbers wherever one is named: a pointer that may lead anywhere into an array or
 * structure costs the solver most of its time. */
static struct frame_range frames_0, frames_1;

static struct frame_range *frames_at(u32 i)
{
	return i ? &frames_1 : &frames_0;
}

static struct frame_range *find(u64 base, u64 size)
{
	if (range_inside(base, size, frames_0.lo, frames_0.hi - frames_0.lo))
		return &frames_0;
	if (range_inside(base, size, frames_1.lo, frames_1.hi - frames_1.lo))
		return &frames_1;
	return NULL;
}

#define memcpy proof_memcpy
#define memset proof_memset
void *proof_memcpy(void *to, const void *from, size_t size);
void *proof_memset(void *to, int byte, size_t size);
#include ASPACE
#undef memcpy
#undef memset

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

/* Some byte of it: images begin and end anywhere. */
static u64 byte(void)
{
	return page() + (nondet_u16() & (PAGE_SIZE - 1));
}

/* ---- where F is ---- */

static bool f_is_in(u32 i)
{
	return i < as.nr && F >= as.region[i].hpa && F - as.region[i].hpa < as.region[i].size;
}

static bool f_is_somewhere(void)
{
	return f_is_in(0) || f_is_in(1);
}

static u8 state_of_f(void)
{
	return f_is_in(0) ? frames_0.state : f_is_in(1) ? frames_1.state : FRAME_STATES;
}

static bool private_region(u32 i)
{
	return as.region[i].owner == as.owner && !(as.region[i].attr & PT_DEVICE);
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
	u64 start = *done;
	bool all = some_progress(size, done);

	for (u32 i = 0; i < REGIONS; i++) {
		u64 gpa = as.region[i].gpa + (F - as.region[i].hpa);

		if (f_is_in(i) && gpa >= va + start && gpa < va + *done)
			reachable = false;
	}
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
static u64 window_size;

void *window_open(hpa_t hpa, u64 size, u64 *got)
{
	/* all, or cut at the window's boundary */
	u64 n = nondet_bool() ? size : page() - (hpa.v & (PAGE_SIZE - 1));

	PROVE(!window_on, "window: one at a time");
	PROVE(size && size <= ASPACE_SLICE, "window: a slice");
	ASSUME(n && n <= size);
	*got = window_size = n;
	window_on = true;
	window_has_f = F + PAGE_SIZE > hpa.v && F < hpa.v + n;
	return window;
}

void window_close(void)
{
	PROVE(window_on, "window: was open");
	window_on = false;
}

static void overwrite(const void *va, u64 size, enum content c)
{
	PROVE(window_on && va == window && size == window_size, "writes all of an open window, and no more");
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
	overwrite(va, size, ZERO_CONTENT);
}

void *proof_memcpy(void *to, const void *from, size_t size)
{
	overwrite(to, size, content == FOREIGN ? FOREIGN : IMAGE);
	return to;
}

void *proof_memset(void *to, int byte, size_t size)
{
	overwrite(to, size, content == FOREIGN ? FOREIGN : IMAGE);
	return to;
}

void cache_clean_inval(const void *va, u64 size)
{
	PROVE(window_on && va == window && size == window_size, "cleans all of an open window");
	if (window_has_f)
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
static bool passed(u32 i)
{
	return i < as.cur || (i == as.cur && F - as.region[i].hpa < as.pos);
}

static bool reachable_is_sound(u32 i)
{
	switch (as.phase) {
	case ASPACE_EMPTY:
		return !reachable;
	case ASPACE_MAPPING:
		return !reachable || i <= as.cur;
	case ASPACE_UNMAPPING:
		return !reachable || (!as.reaping && !passed(i));
	default:
		return true;
	}
}

static bool content_is_sound(u32 i)
{
	switch (frames_at(i)->state) {
	case FRAME_CLEAN:
		return content == ZERO_CONTENT && !only_in_cache;
	case FRAME_LOADED:
		return content != FOREIGN && !only_in_cache;
	case FRAME_MAPPED: /* what the guest wrote is its own */
		return content != FOREIGN && (as.phase != ASPACE_MAPPING || !only_in_cache);
	case FRAME_DIRTY: /* zeroing under way: what lies behind the progress is zero */
		return i != as.cur || F - as.region[i].hpa >= as.pos ||
		       (content == ZERO_CONTENT && !only_in_cache);
	default:
		return true;
	}
}

static bool ghosts_are_sound(void)
{
	for (u32 i = 0; i < REGIONS; i++)
		if (f_is_in(i))
			return reachable_is_sound(i) && (!private_region(i) || content_is_sound(i));
	return !reachable;
}

/* Before mapping: the regions before cur are clean, and cur is under way only while it is DIRTY, never left complete. */
static bool zeroing_is_sound(void)
{
	for (u32 i = 0; i < REGIONS; i++) {
		if (i < as.cur && private_region(i) && frames_at(i)->state != FRAME_CLEAN)
			return false;
		if (i == as.cur && as.pos &&
		    (!private_region(i) || frames_at(i)->state != FRAME_DIRTY || as.pos >= as.region[i].size))
			return false;
	}
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
	if (as.cur == as.nr && as.pos)
		return false;
	for (u32 i = 0; i < REGIONS; i++)
		if (i == as.cur && i < as.nr && as.pos > as.region[i].size)
			return false;
	return as.phase != ASPACE_EMPTY || zeroing_is_sound();
}

static bool sound(void)
{
	for (u32 i = 0; i < REGIONS; i++) {
		if (i >= as.nr)
			break;

		const struct aspace_region *r = &as.region[i];
		const struct frame_range *f = frames_at(i);

		if (!region_is_sound(r) || !frame_is_sound(r, f))
			return false;
	}
	return progress_is_sound() && ghosts_are_sound() && !window_on;
}

/* nr and cur are constants where this is called: they choose what the code runs through. */
static void any_state(u32 nr, u32 cur)
{
	as.owner = nondet_u16();
	ASSUME(as.owner >= FRAME_VM0);
	as.nr = (u16)nr;
	as.cur = cur;
	as.phase = nondet_u8() & 3;
	as.pos = page();
	as.reaping = nondet_bool();
	for (u32 i = 0; i < REGIONS; i++) {
		struct frame_range *f = frames_at(i);

		*f = (struct frame_range){page(), page(), nondet_u16(), nondet_u8() & 7};
		ASSUME(f->lo < f->hi && f->state < FRAME_STATES);
	}
	ASSUME(frames_0.hi <= frames_1.lo || frames_1.hi <= frames_0.lo);
	for (u32 i = 0; i < REGIONS; i++) {
		const struct frame_range *f = frames_at(i);

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
	u64 pos = byte(), gpa = byte(), size = byte();

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

static void live(u32 nr, u32 cur)
{
	any_state(nr, cur);

	u8 state = state_of_f();
	enum err e = step();
	u8 after = state_of_f();

	PROVE(sound(), "the invariant holds afterwards");
	PROVE(f_is_somewhere() || !reachable, "frames of others are never reachable");
	PROVE(state == after || after != FRAME_MAPPED || state == FRAME_CLEAN || state == FRAME_LOADED,
	      "MAPPED only from CLEAN or LOADED");
	PROVE(state == after || state != FRAME_MAPPED || (after == FRAME_DIRTY && !reachable && flushed),
	      "MAPPED is left only unmapped and flushed");
	PROVE(state != FRAME_CONST || after == FRAME_CONST, "CONST for good");
	PROVE(state != FRAME_DEVICE || after == FRAME_DEVICE, "DEVICE for good");
#if defined(ZERO) || defined(SCRUB)
	for (u32 i = 0; i < REGIONS; i++)
		if (e == OK && f_is_in(i) && private_region(i))
			PROVE(content == ZERO_CONTENT && !only_in_cache && !reachable,
			      "OK is: zero, in DRAM, unreachable");
#endif
#if defined(UNMAP)
	PROVE(e != OK || (as.phase == ASPACE_EMPTY && !reachable), "OK is: nothing reachable");
#endif
	REACHABLE(e == OK, "done");
	REACHABLE(state != after, "a frame changes its state");
	REACHABLE(e == ERR_AGAIN, "more to do");
}

int main(void)
{
	u8 which = nondet_u8();

	if (which == 0)
		live(1, 0);
	else if (which == 1)
		live(1, 1);
	else if (which == 2)
		live(2, 0);
	else if (which == 3)
		live(2, 1);
	else
		live(2, 2);
	return 0;
}
