/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frame ownership and guest address spaces. States, invariants and context:
 * aspace.h. Every change of a frame's state is in set_state().
 */
#include "core/aspace.h"

#include "core/log.h"
#include "core/string.h"
#include "hal/atomic.h"
#include "hal/mem.h"
#include "hal/vcpu.h"

/* ---- frames ---- */

static struct frame_range *frames; /* sorted by lo, disjoint */
static u32 nr_frames, max_frames;

BOOT_CODE void frames_init(struct frame_range *table, u32 max)
{
	frames = table;
	nr_frames = 0;
	max_frames = max;
}

u32 frames_count(void)
{
	return nr_frames;
}

BOOT_CODE static bool pages_ok(u64 base, u64 size)
{
	return size && !((base | size) & (PAGE_SIZE - 1)) && base + size > base;
}

BOOT_CODE enum err frames_add(hpa_t base, u64 size, u16 owner, enum frame_state state)
{
	u64 hi = base.v + size;
	u32 i = nr_frames;

	if (!pages_ok(base.v, size))
		return ERR_RANGE;
	if (nr_frames == max_frames)
		return ERR_NOMEM;
	while (i && frames[i - 1].lo >= hi)
		i--;
	/* all at i and above are beyond; the one below has to end before */
	if (i && frames[i - 1].hi > base.v)
		return ERR_EXIST;
	for (u32 k = nr_frames; k > i; k--)
		frames[k] = frames[k - 1];
	frames[i] = (struct frame_range){.lo = base.v, .hi = hi, .owner = owner, .state = (u8)state};
	nr_frames++;
	return OK;
}

static struct frame_range *find(u64 base, u64 size)
{
	u32 lo = 0, hi = nr_frames;

	while (lo < hi) { /* first range that ends above base */
		u32 mid = lo + (hi - lo) / 2;

		if (frames[mid].hi > base)
			hi = mid;
		else
			lo = mid + 1;
	}
	if (lo == nr_frames || !range_inside(base, size, frames[lo].lo, frames[lo].hi - frames[lo].lo))
		return NULL;
	return &frames[lo];
}

const struct frame_range *frames_find(hpa_t base, u64 size)
{
	return find(base.v, size);
}

/* From which states a private frame may come into another one. */
static const u8 state_from[FRAME_STATES] = {
	[FRAME_DIRTY] = 1u << FRAME_MAPPED | 1u << FRAME_CLEAN | 1u << FRAME_LOADED,
	[FRAME_CLEAN] = 1u << FRAME_DIRTY,
	[FRAME_LOADED] = 1u << FRAME_CLEAN | 1u << FRAME_LOADED,
	[FRAME_MAPPED] = 1u << FRAME_CLEAN | 1u << FRAME_LOADED,
};

static bool state_may(const struct frame_range *f, enum frame_state to)
{
	return state_from[to] & (1u << f->state);
}

static void set_state(struct frame_range *f, enum frame_state to)
{
	ASSERT(state_may(f, to));
	f->state = (u8)to;
}

/* ---- regions ---- */

static void flush_guest(void *vm, u64 gpa, u64 size)
{
	s2_flush(vm, GPA(gpa), size);
}

static const struct pt_hooks guest_hooks = {.flush = flush_guest, .publish = s2_publish};

static bool is_private(const struct aspace *as, const struct aspace_region *r)
{
	return r->owner == as->owner && !(r->attr & PT_DEVICE);
}

/* The frame range of a region; aspace_add() made it, so it is there. */
static struct frame_range *frames_of(const struct aspace *as, const struct aspace_region *r)
{
	struct frame_range *f = find(r->hpa, r->size);

	ASSERT(f && f->owner == r->owner);
	ASSERT(f->owner == as->owner || (f->state == FRAME_CONST && !(r->attr & PT_W)));
	return f;
}

/* The region that holds gpa, or NULL. */
static const struct aspace_region *region_at(const struct aspace *as, u64 gpa)
{
	for (u32 i = 0; i < as->nr; i++)
		if (gpa - as->region[i].gpa < as->region[i].size && gpa >= as->region[i].gpa)
			return &as->region[i];
	return NULL;
}

BOOT_CODE enum err aspace_init(struct aspace *as, struct vm *vm, u32 vm_index, u32 ipa_bits,
			       struct pt_pool *pool, u32 first, u32 count)
{
	const struct pt_format *fmt = s2_format(ipa_bits);
	u16 owner = (u16)(FRAME_VM0 + vm_index);

	if (!fmt)
		return ERR_UNSUPPORTED;
	*as = (struct aspace){.vm = vm, .owner = owner};
	as->pt = (struct pt_space){.fmt = fmt,
				   .pool = pool,
				   .hooks = &guest_hooks,
				   .ctx = vm,
				   .first = first,
				   .count = count,
				   .owner = owner};
	return pt_space_init(&as->pt);
}

/* Can [gpa, gpa+size) become a region? */
BOOT_CODE static enum err check_region(const struct aspace *as, u64 gpa, u64 hpa, u64 size, u32 attr)
{
	const struct pt_format *fmt = as->pt.fmt;

	if (!pages_ok(gpa, size) || !pages_ok(hpa, size) ||
	    !range_inside(gpa, size, 0, 1ull << fmt->va_bits) ||
	    !range_inside(hpa, size, 0, 1ull << fmt->pa_bits))
		return ERR_RANGE;
	if (!fmt->attr_ok(attr))
		return ERR_INVAL;
	for (u32 i = 0; i < as->nr; i++)
		if (gpa < as->region[i].gpa + as->region[i].size && as->region[i].gpa < gpa + size)
			return ERR_EXIST;
	return as->nr < ASPACE_REGIONS_MAX ? OK : ERR_NOMEM;
}

BOOT_CODE static void insert_region(struct aspace *as, struct aspace_region r)
{
	u32 i = as->nr++;

	for (; i && as->region[i - 1].gpa > r.gpa; i--)
		as->region[i] = as->region[i - 1];
	as->region[i] = r;
}

BOOT_CODE enum err aspace_add(struct aspace *as, gpa_t gpa, hpa_t hpa, u64 size, u32 attr)
{
	enum err e = check_region(as, gpa.v, hpa.v, size, attr);

	if (e)
		return e;
	if (as->phase != ASPACE_EMPTY)
		return ERR_STATE;
	e = frames_add(hpa, size, as->owner, attr & PT_DEVICE ? FRAME_DEVICE : FRAME_DIRTY);
	if (e)
		return e;
	insert_region(as, (struct aspace_region){gpa.v, hpa.v, size, attr, as->owner, false});
	return OK;
}

BOOT_CODE enum err aspace_add_shared(struct aspace *as, gpa_t gpa, hpa_t hpa, u64 size, u32 attr)
{
	enum err e = check_region(as, gpa.v, hpa.v, size, attr);

	if (e)
		return e;
	if (as->phase != ASPACE_EMPTY)
		return ERR_STATE;
	if (attr & (PT_W | PT_DEVICE))
		return ERR_INVAL;

	const struct frame_range *f = find(hpa.v, size);

	if (!f || f->owner != FRAME_SHARED || f->state != FRAME_CONST)
		return ERR_PERM;
	insert_region(as, (struct aspace_region){gpa.v, hpa.v, size, attr, FRAME_SHARED, false});
	return OK;
}

BOOT_CODE enum err aspace_reserve(struct aspace *as, const struct vm_plan *plan)
{
	enum err e = OK;

	for (u32 i = 0; i < plan->nr_ram && !e; i++)
		e = aspace_add(as, plan->ram[i].gpa, plan->ram[i].hpa, plan->ram[i].size, PT_R | PT_W | PT_X);
	for (u32 i = 0; i < ARRAY_SIZE(plan->flash) && !e; i++)
		if (plan->flash[i].backing_size)
			e = aspace_add(as, plan->flash[i].gpa, plan->flash[i].backing,
				       plan->flash[i].backing_size, PT_R | PT_X);
	for (u32 i = 0; i < plan->nr_pages && !e; i++)
		e = aspace_add(as, plan->page[i].gpa, plan->page[i].hpa, PAGE_SIZE, PT_R | PT_W | PT_DEVICE);
	return e;
}

BOOT_CODE u32 aspace_quota(const struct vm_plan *plan)
{
	const struct pt_format *fmt = s2_format(plan->layout.ipa_bits);
	u32 n = 0;

	if (!fmt)
		return 0;
	for (u32 i = 0; i < plan->nr_ram; i++)
		n += pt_tables_needed(fmt, plan->ram[i].gpa.v, plan->ram[i].hpa.v, plan->ram[i].size);
	for (u32 i = 0; i < ARRAY_SIZE(plan->flash); i++)
		n += pt_tables_needed(fmt, plan->flash[i].gpa.v, plan->flash[i].backing.v,
				      plan->flash[i].backing_size);
	if (plan->nr_pages)
		n += pt_tables_needed(fmt, plan->page[0].gpa.v, plan->page[0].hpa.v, PAGE_SIZE);
	return pt_quota(fmt, n);
}

/* ---- steps ---- */

static void enter(struct aspace *as, enum aspace_phase phase)
{
	as->cur = 0;
	as->pos = 0;
	as->reaping = false;
	store_release(&as->phase, (u32)phase);
}

/* The current region is done. OK after the last. */
static enum err next_region(struct aspace *as)
{
	as->pos = 0;
	return ++as->cur < as->nr ? ERR_AGAIN : OK;
}

/* [hpa, hpa+size) within one slice becomes zero, in DRAM too. */
static u64 zero_slice(u64 hpa, u64 size)
{
	u64 got;
	void *va = window_open(HPA(hpa), min_u64(size, ASPACE_SLICE), &got);

	mem_zero_fast(va, got);
	cache_clean_inval(va, got);
	window_close();
	return got;
}

enum err aspace_zero_step(struct aspace *as)
{
	if (as->phase != ASPACE_EMPTY)
		return ERR_STATE;
	for (; as->cur < as->nr; next_region(as)) {
		const struct aspace_region *r = &as->region[as->cur];
		struct frame_range *f = is_private(as, r) ? frames_of(as, r) : NULL;

		if (!f || f->state == FRAME_CLEAN)
			continue;
		if (f->state != FRAME_DIRTY)
			set_state(f, FRAME_DIRTY);
		as->pos += zero_slice(r->hpa + as->pos, r->size - as->pos);
		if (as->pos == r->size) {
			set_state(f, FRAME_CLEAN);
			(void)next_region(as);
		}
		return ERR_AGAIN;
	}
	as->cur = 0;
	return OK;
}

/* All private frames are ready for a guest: they become MAPPED, before any descriptor names them. */
static enum err begin_map(struct aspace *as)
{
	for (u32 i = 0; i < as->nr; i++)
		if (is_private(as, &as->region[i]) && !state_may(frames_of(as, &as->region[i]), FRAME_MAPPED))
			return ERR_STATE;
	for (u32 i = 0; i < as->nr; i++)
		if (is_private(as, &as->region[i]))
			set_state(frames_of(as, &as->region[i]), FRAME_MAPPED);
	enter(as, ASPACE_MAPPING);
	return as->nr ? ERR_AGAIN : OK;
}

enum err aspace_map_step(struct aspace *as)
{
	enum err e;

	if (as->phase == ASPACE_MAPPED)
		return OK;
	if (as->phase == ASPACE_UNMAPPING)
		return ERR_STATE;
	if (as->phase == ASPACE_EMPTY) {
		e = begin_map(as);
	} else {
		const struct aspace_region *r = &as->region[as->cur];

		(void)frames_of(as, r);
		e = pt_map_range(&as->pt, r->gpa, r->hpa, r->size, r->attr, ASPACE_STEPS, &as->pos);
		if (e == OK)
			e = next_region(as);
	}
	if (e == OK)
		enter(as, ASPACE_MAPPED);
	return e;
}

/* Everything is unmapped; drop what the VM may still have cached, then the frames are nobody's view. */
static enum err end_unmap(struct aspace *as)
{
	s2_flush(as->vm, GPA(0), 0);
	for (u32 i = 0; i < as->nr; i++)
		if (is_private(as, &as->region[i]))
			set_state(frames_of(as, &as->region[i]), FRAME_DIRTY);
	for (u32 i = 0; i < as->nr; i++)
		as->region[i].hidden = false;
	enter(as, ASPACE_EMPTY);
	return OK;
}

enum err aspace_unmap_step(struct aspace *as)
{
	if (as->phase == ASPACE_EMPTY)
		return OK;
	if (as->phase != ASPACE_UNMAPPING)
		enter(as, ASPACE_UNMAPPING);
	if (as->cur == as->nr) {
		if (as->reaping)
			return end_unmap(as);
		as->cur = 0;
		as->reaping = true;
		return ERR_AGAIN;
	}

	const struct aspace_region *r = &as->region[as->cur];
	enum err e = as->reaping ? pt_reap_range(&as->pt, r->gpa, r->size, ASPACE_STEPS, &as->pos)
				 : pt_unmap_range(&as->pt, r->gpa, r->size, ASPACE_STEPS, &as->pos);

	if (e != OK)
		return e;
	(void)next_region(as);
	return ERR_AGAIN;
}

enum err aspace_scrub_step(struct aspace *as)
{
	if (as->phase == ASPACE_EMPTY)
		return aspace_zero_step(as);

	enum err e = aspace_unmap_step(as);

	return e == OK ? ERR_AGAIN : e;
}

/* ---- access ---- */

enum err aspace_translate(const struct aspace *as, gpa_t gpa, u64 len, bool write, hpa_t *hpa, u64 *chunk)
{
	if (load_acquire(&as->phase) != ASPACE_MAPPED)
		return ERR_STATE;

	const struct aspace_region *r = region_at(as, gpa.v);

	if (!r || !len || (r->attr & PT_DEVICE))
		return ERR_RANGE;
	if (write && !(r->attr & PT_W))
		return ERR_PERM;
	*hpa = HPA(r->hpa + (gpa.v - r->gpa));
	*chunk = min_u64(len, r->size - (gpa.v - r->gpa));
	return OK;
}

enum err aspace_translate_host(const struct aspace *as, gpa_t gpa, u64 len, hpa_t *hpa, u64 *chunk)
{
	const struct aspace_region *r = region_at(as, gpa.v);

	if (!r || !len || !is_private(as, r))
		return ERR_RANGE;
	if (frames_of(as, r)->state == FRAME_DIRTY)
		return ERR_STATE;
	*hpa = HPA(r->hpa + (gpa.v - r->gpa));
	*chunk = min_u64(len, r->size - (gpa.v - r->gpa));
	return OK;
}

bool aspace_is_mapped(const struct aspace *as, gpa_t gpa, u32 rights)
{
	const struct aspace_region *r = region_at(as, gpa.v);

	return r && load_acquire(&as->phase) == ASPACE_MAPPED && !load_acquire(&r->hidden) &&
	       (r->attr & rights) == rights;
}

void aspace_show(struct aspace *as, gpa_t gpa, bool show)
{
	struct aspace_region *r = NULL;
	enum err e = OK;
	u64 done = 0;

	for (u32 i = 0; i < as->nr; i++)
		if (as->region[i].gpa == gpa.v)
			r = &as->region[i];
	ASSERT(r);
	spin_lock(&as->lock);
	if (as->phase == ASPACE_MAPPED && r->hidden == show) {
		/* Faults retry while an address counts as shown: hidden before it goes, shown after it came. */
		if (!show) {
			store_release(&r->hidden, true);
			e = pt_unmap_range(&as->pt, r->gpa, r->size, UINT32_MAX, &done);
		} else {
			e = pt_map_range(&as->pt, r->gpa, r->hpa, r->size, r->attr, UINT32_MAX, &done);
			store_release(&r->hidden, false);
		}
	}
	spin_unlock(&as->lock);
	ASSERT(e == OK);
}

/*
 * Open the next slice of [gpa + *pos, gpa + size) for overwriting; its frames
 * become LOADED. *va stays NULL when all is done.
 */
static enum err open_slice(struct aspace *as, u64 gpa, u64 size, u64 pos, void **va, u64 *got)
{
	const struct aspace_region *r = region_at(as, gpa + pos);

	*va = NULL;
	if (pos == size)
		return OK;
	if (pos > size || gpa + pos < gpa || !r || !is_private(as, r))
		return ERR_RANGE;

	struct frame_range *f = frames_of(as, r);
	u64 off = gpa + pos - r->gpa;

	/* while zeroing is under way, what it has passed stays CLEAN */
	if (!state_may(f, FRAME_LOADED) || as->cur || as->pos)
		return ERR_STATE;
	set_state(f, FRAME_LOADED);
	*va = window_open(HPA(r->hpa + off), min_u64(min_u64(size - pos, r->size - off), ASPACE_SLICE), got);
	return OK;
}

static enum err close_slice(void *va, u64 got, u64 size, u64 *pos)
{
	cache_clean_inval(va, got);
	window_close();
	*pos += got;
	return *pos < size ? ERR_AGAIN : OK;
}

enum err aspace_load_step(struct aspace *as, gpa_t gpa, hpa_t src, u64 size, u64 *pos)
{
	void *va;
	u64 got;
	enum err e = open_slice(as, gpa.v, size, *pos, &va, &got);

	if (e || !va)
		return e;
	memcpy(va, (const u8 *)hpa_to_va(src) + *pos, got);
	return close_slice(va, got, size, pos);
}

enum err aspace_fill_step(struct aspace *as, gpa_t gpa, u8 byte, u64 size, u64 *pos)
{
	void *va;
	u64 got;
	enum err e = open_slice(as, gpa.v, size, *pos, &va, &got);

	if (e || !va)
		return e;
	memset(va, byte, got);
	return close_slice(va, got, size, pos);
}
