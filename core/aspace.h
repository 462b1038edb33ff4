/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who owns which frame of the machine, in what state, and the address spaces
 * of VMs made from them. The only caller of the walker for guests.
 *
 * A range of frames (page-aligned [lo, hi), sorted, disjoint) has one owner for
 * good, and one of these states:
 *
 *            reserve            zero_step              load_step
 *   (free) ----------> DIRTY ------------> CLEAN ------------------> LOADED
 *                        ^                   |  map_step               |
 *                        |  unmap_step       v                         |
 *                        +--------------- MAPPED <---------------------+
 *
 *   DIRTY   content is somebody's: nothing maps it, no TLB can still reach it
 *   CLEAN   all zero, and so is DRAM (clean to the point of coherency)
 *   LOADED  CLEAN, then overwritten by the hypervisor with the VM's images
 *   MAPPED  its owner's stage 2 may translate to it
 *   CONST   shared, read-only: any VM may map it without PT_W; never changes
 *   DEVICE  registers of a device assigned to its owner: never zeroed or copied
 *
 * Invariants
 *   1. Stage 2 of a VM translates only to frames the VM owns in state MAPPED or
 *      DEVICE, or, without PT_W, to CONST frames. So no frame is in two VMs.
 *   2. A frame becomes MAPPED only from CLEAN or LOADED: it is MAPPED before the
 *      first descriptor names it.
 *   3. A frame leaves MAPPED only after its descriptors are cleared AND flushed; it is
 *      zeroed only after that.
 *
 * Context: boot builds the frame table and the regions. Afterwards each aspace is
 * changed only by the CPU that runs vm_work, while no vCPU and no device of the VM
 * uses it (the VM's state machine sees to that), and translated by any CPU. The
 * frame table is constant then but for `state`, which its owner's aspace alone
 * changes. No locks.
 */
#ifndef CORE_ASPACE_H
#define CORE_ASPACE_H

#include "core/pgtable.h"
#include "core/plan.h"
#include "hal/atomic.h"
#include "hal/types.h"

/* ---- frames ---- */

enum frame_owner {
	FRAME_NOBODY,
	FRAME_HYPERVISOR, /* image, pools, bundle, firmware's ranges */
	FRAME_SHARED,
	FRAME_VM0, /* + plan index */
};

enum frame_state {
	FRAME_DIRTY,
	FRAME_CLEAN,
	FRAME_LOADED,
	FRAME_MAPPED,
	FRAME_CONST,
	FRAME_DEVICE,
	FRAME_STATES
};

struct frame_range {
	u64 lo, hi; /* host physical, page aligned */
	u16 owner;
	u8 state;
};

/* Boot only: an empty table of at most `max` ranges. */
void frames_init(struct frame_range *table, u32 max);
/*
 * Boot only: [base, base+size) gets an owner. ERR_EXIST: a part of it has one;
 * ERR_RANGE: not page aligned, empty or past the end; ERR_NOMEM: table full.
 */
enum err frames_add(hpa_t base, u64 size, u16 owner, enum frame_state state) MUST_USE;
/* The range that holds all of [base, base+size), or NULL. */
const struct frame_range *frames_find(hpa_t base, u64 size);
/* Number of ranges in the table. */
u32 frames_count(void);

/* ---- address spaces ---- */

#define ASPACE_REGIONS_MAX (VM_RAM_MAX + 8 + PLAN_VCPUS_MAX)
/* Steps of the walker a call of map_step or unmap_step takes: some 10 us. */
#define ASPACE_STEPS 64u
/* Bytes a call of zero_step or load_step touches: at most 20 us with cache maintenance. */
#define ASPACE_SLICE KIB(64)

struct aspace_region {
	u64 gpa, hpa, size;
	u32 attr;    /* enum pt_attr */
	u32 owner;   /* enum frame_owner, of its frames */
	bool hidden; /* taken out of stage 2 for a while (aspace_show) */
};

enum aspace_phase { ASPACE_EMPTY, ASPACE_MAPPING, ASPACE_MAPPED, ASPACE_UNMAPPING };

struct aspace {
	struct pt_space pt;
	struct vm *vm; /* given to s2_flush() */
	u16 owner;
	u16 nr;
	u32 phase;       /* enum aspace_phase; others read it with acquire */
	u32 cur;         /* progress of a step sequence: region ... */
	u64 pos;         /* ... and bytes of it */
	bool reaping;    /* second half of unmapping */
	spinlock_t lock; /* aspace_show() of different devices */
	/* sorted by gpa */
	struct aspace_region region[ASPACE_REGIONS_MAX];
};

/*
 * Boot. An empty space with the stage-2 format for `ipa_bits` and table quota
 * [first, first + count) of the pool. `vm_index` is the plan's. Errors of pt_space_init();
 * ERR_UNSUPPORTED: no such format.
 */
enum err aspace_init(struct aspace *as, struct vm *vm, u32 vm_index, u32 ipa_bits, struct pt_pool *pool,
		     u32 first, u32 count) MUST_USE;

/*
 * Boot. A region of frames of the VM's own, which get it as their owner (private RAM,
 * flash: DIRTY; PT_DEVICE: DEVICE). ERR_EXIST: frames are owned or guest addresses used;
 * ERR_RANGE: misaligned, empty, or outside the space; ERR_INVAL: attributes; ERR_NOMEM: table full.
 */
enum err aspace_add(struct aspace *as, gpa_t gpa, hpa_t hpa, u64 size, u32 attr) MUST_USE;
/* Boot. A read-only view of CONST frames of FRAME_SHARED. ERR_PERM: they are not. */
enum err aspace_add_shared(struct aspace *as, gpa_t gpa, hpa_t hpa, u64 size, u32 attr) MUST_USE;
/* Boot. All of a VM's plan: RAM read-write-execute, flash backings read-execute. */
enum err aspace_reserve(struct aspace *as, const struct vm_plan *plan) MUST_USE;
/* Planner: pages of quota that aspace_reserve()d ranges need; fill in layout.ipa_bits, ram and flash before. */
u32 aspace_quota(const struct vm_plan *plan);

/*
 * Steps, one slice (<= 50 us) a call: ERR_AGAIN: more; OK: done (and again OK when
 * called again). vm_work's CPU only.
 *
 * zero:  every private frame becomes CLEAN (those that are CLEAN already are
 *        skipped). ERR_STATE: something is mapped.
 * map:   from CLEAN or LOADED frames (ERR_STATE otherwise) all regions are mapped; then
 *        the space can be translated and entered. Other errors: a broken plan; unmap then.
 * unmap: everything is unmapped, flushed, and its tables are given back; private frames
 *        become DIRTY. Also from a half-mapped space.
 * scrub: unmap, then zero.
 */
enum err aspace_zero_step(struct aspace *as) MUST_USE;
enum err aspace_map_step(struct aspace *as) MUST_USE;
enum err aspace_unmap_step(struct aspace *as) MUST_USE;
enum err aspace_scrub_step(struct aspace *as) MUST_USE;

/*
 * Copy [src, src+size) of hypervisor-owned memory to gpa, one slice a call; *pos starts at 0
 * and is kept by the caller. Read-only regions too. Clean to the point of coherency; the caller
 * owes icache_inval_all() after the last. ERR_RANGE: not wholly in private RAM or
 * flash; ERR_STATE: those frames are neither CLEAN nor LOADED, or zeroing is under way.
 */
enum err aspace_load_step(struct aspace *as, gpa_t gpa, hpa_t src, u64 size, u64 *pos) MUST_USE;
/* The same with one byte's value: erased flash. */
enum err aspace_fill_step(struct aspace *as, gpa_t gpa, u8 byte, u64 size, u64 *pos) MUST_USE;

/*
 * Where [gpa, gpa + *chunk) lies: *chunk is 1..len bytes, as far as it is contiguous. ERR_STATE:
 * the space is not (wholly) mapped; ERR_RANGE: nothing there, or a device; ERR_PERM: write to
 * a read-only region. Any CPU while the VM runs.
 */
enum err aspace_translate(const struct aspace *as, gpa_t gpa, u64 len, bool write, hpa_t *hpa,
			  u64 *chunk) MUST_USE;
/*
 * The same for the hypervisor itself: read-only regions may be written (flash
 * programming), and LOADED or CLEAN frames reached before they are mapped.
 */
enum err aspace_translate_host(const struct aspace *as, gpa_t gpa, u64 len, hpa_t *hpa, u64 *chunk) MUST_USE;

/*
 * While the VM runs: take the region that begins at gpa out of stage 2, flushed on return, or
 * put it back. For devices that are memory part of the time (flash). Any CPU; leaf lock as->lock.
 */
void aspace_show(struct aspace *as, gpa_t gpa, bool show);

/* Is gpa mapped with those of PT_R, PT_W and PT_X? For a stage-2 fault that must then be retried, and for entry points. */
bool aspace_is_mapped(const struct aspace *as, gpa_t gpa, u32 rights);

#endif
