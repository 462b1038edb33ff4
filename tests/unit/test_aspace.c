/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: core/aspace.c core/gmem.c core/pgtable.c core/pt_pool.c core/pt_range.c arch/arm64/pt_formats.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c hal/fake/fake_mem.c hal/fake/fake_tlb.c */
/* Frame ownership, address spaces and guest memory access, seen by guests of the fake machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "core/aspace.h"
#include "core/gmem.h"
#include "hal/fake/fake.h"
#include "hal/mem.h"

#define RWX (PT_R | PT_W | PT_X)
#define POOL_PAGES 128u
#define POOL_BASE FAKE_RAM_BASE
#define RAM_A (FAKE_RAM_BASE + MIB(16))
#define RAM_B (FAKE_RAM_BASE + MIB(32))
#define FLASH_A (FAKE_RAM_BASE + MIB(48))
#define ROM (FAKE_RAM_BASE + MIB(64))
#define IMAGE (FAKE_RAM_BASE + MIB(80)) /* hypervisor-owned */
#define GUEST_RAM 0x40000000ull
#define RAM_SIZE MIB(4)
#define FLASH_SIZE KIB(256)

static struct pt_meta meta[POOL_PAGES];
static struct pt_pool pool;
static struct frame_range table[32];
static struct aspace a, b;
static int vm_objects[2];
#define VM_A ((struct vm *)(void *)&vm_objects[0])
#define VM_B ((struct vm *)(void *)&vm_objects[1])

static int begin(void **state UNUSED)
{
	fake_ram_init();
	fake_reset();
	pt_pool_init(&pool, HPA(POOL_BASE), meta, POOL_PAGES);
	frames_init(table, ARRAY_SIZE(table));
	assert_int_equal(frames_add(HPA(POOL_BASE), POOL_PAGES * PAGE_SIZE, FRAME_HYPERVISOR, FRAME_CONST),
			 OK);
	assert_int_equal(aspace_init(&a, VM_A, 0, 40, &pool, 0, 16), OK);
	assert_int_equal(aspace_init(&b, VM_B, 1, 44, &pool, 16, 16), OK);
	fake_walker_attach(VM_A, FAKE_STAGE2, pt_root(&a.pt), 40);
	fake_walker_attach(VM_B, FAKE_STAGE2, pt_root(&b.pt), 44);
	/* what was there before must not be seen */
	memset(hpa_to_va(HPA(RAM_A)), 0xaa, RAM_SIZE);
	memset(hpa_to_va(HPA(RAM_B)), 0xbb, RAM_SIZE);
	memset(hpa_to_va(HPA(FLASH_A)), 0xcc, FLASH_SIZE);
	cache_clean_inval(hpa_to_va(HPA(RAM_A)), RAM_SIZE);
	cache_clean_inval(hpa_to_va(HPA(RAM_B)), RAM_SIZE);
	cache_clean_inval(hpa_to_va(HPA(FLASH_A)), FLASH_SIZE);
	assert_int_equal(aspace_add(&a, GPA(GUEST_RAM), HPA(RAM_A), RAM_SIZE, RWX), OK);
	assert_int_equal(aspace_add(&a, GPA(0), HPA(FLASH_A), FLASH_SIZE, PT_R | PT_X), OK);
	assert_int_equal(aspace_add(&b, GPA(GUEST_RAM), HPA(RAM_B), RAM_SIZE, RWX), OK);
	return 0;
}

static int end(void **state UNUSED)
{
	if (fake_violations)
		fail_msg("%u violations, last: %s", fake_violations, fake_last_violation);
	assert_false(fake_mem.window_is_open);
	return 0;
}

typedef enum err (*step_fn)(struct aspace *);

static enum err run(step_fn step, struct aspace *as)
{
	enum err e;
	u32 bound = 10000;

	do {
		u64 zeroed = fake_mem.zeroed;

		e = step(as);
		assert_true(fake_mem.zeroed - zeroed <= ASPACE_SLICE);
	} while (e == ERR_AGAIN && --bound);
	assert_true(bound);
	return e;
}

static void build(struct aspace *as)
{
	assert_int_equal(run(aspace_zero_step, as), OK);
	assert_int_equal(run(aspace_map_step, as), OK);
}

static enum err load(struct aspace *as, u64 gpa, u64 src, u64 size)
{
	u64 pos = 0;
	enum err e;

	do
		e = aspace_load_step(as, GPA(gpa), HPA(src), size, &pos);
	while (e == ERR_AGAIN);
	return e;
}

/* ---- frames ---- */

static void frames_have_one_owner(void **state UNUSED)
{
	assert_int_equal(aspace_add(&b, GPA(MIB(512)), HPA(RAM_A), PAGE_SIZE, RWX), ERR_EXIST);
	assert_int_equal(aspace_add(&b, GPA(MIB(512)), HPA(RAM_A + RAM_SIZE - PAGE_SIZE), MIB(1), RWX),
			 ERR_EXIST);
	assert_int_equal(aspace_add(&b, GPA(MIB(512)), HPA(RAM_A - PAGE_SIZE), GIB(1), RWX), ERR_EXIST);
	assert_int_equal(aspace_add(&b, GPA(MIB(512)), HPA(POOL_BASE), PAGE_SIZE, RWX), ERR_EXIST);
	assert_int_equal(aspace_add(&b, GPA(MIB(512)), HPA(RAM_A - PAGE_SIZE), PAGE_SIZE, RWX), OK);
	assert_int_equal(frames_find(HPA(RAM_A - 1), 1)->owner, FRAME_VM0 + 1);
	assert_int_equal(frames_find(HPA(RAM_A), PAGE_SIZE)->owner, FRAME_VM0);
	assert_null(frames_find(HPA(RAM_A - PAGE_SIZE), 2 * PAGE_SIZE));
	assert_null(frames_find(HPA(RAM_A + RAM_SIZE), 1));
}

static void the_frame_table_stays_sorted_whatever_the_order(void **state UNUSED)
{
	static struct frame_range t[20];
	u64 seed = 5;

	frames_init(t, 20);
	while (frames_count() < 20) {
		seed = seed * 6364136223846793005ull + 1;
		u64 base = (seed >> 40) % 64 * PAGE_SIZE;
		bool free = true;

		for (u32 i = 0; i < frames_count(); i++)
			free = free && !(base < t[i].hi && t[i].lo < base + 2 * PAGE_SIZE);
		assert_int_equal(frames_add(HPA(base), 2 * PAGE_SIZE, 3, FRAME_DIRTY), free ? OK : ERR_EXIST);
		for (u32 i = 1; i < frames_count(); i++)
			assert_true(t[i - 1].hi <= t[i].lo);
	}
	assert_int_equal(frames_add(HPA(GIB(1)), PAGE_SIZE, 3, FRAME_DIRTY), ERR_NOMEM);
}

static void malformed_regions_are_refused(void **state UNUSED)
{
	u64 free = FAKE_RAM_BASE + MIB(100);

	assert_int_equal(aspace_add(&a, GPA(1), HPA(free), PAGE_SIZE, RWX), ERR_RANGE);
	assert_int_equal(aspace_add(&a, GPA(GIB(2)), HPA(free), 0, RWX), ERR_RANGE);
	assert_int_equal(aspace_add(&a, GPA(1ull << 40), HPA(free), PAGE_SIZE, RWX), ERR_RANGE);
	assert_int_equal(aspace_add(&a, GPA(GIB(2)), HPA(free), UINT64_MAX - 0xfff, RWX), ERR_RANGE);
	assert_int_equal(aspace_add(&a, GPA(GIB(2)), HPA(free), PAGE_SIZE, PT_W), ERR_INVAL);
	assert_int_equal(aspace_add(&a, GPA(GUEST_RAM + MIB(2)), HPA(free), PAGE_SIZE, RWX), ERR_EXIST);
	assert_int_equal(frames_add(HPA(free), 100, 3, FRAME_DIRTY), ERR_RANGE);
	assert_null(frames_find(HPA(free), PAGE_SIZE));
}

/* ---- life ---- */

static void nothing_is_mapped_before_it_is_zeroed(void **state UNUSED)
{
	u8 byte;

	assert_int_equal(run(aspace_map_step, &a), ERR_STATE);
	assert_false(fake_guest_read(VM_A, GUEST_RAM, &byte, 1, true));
	/* half zeroed is not zeroed */
	assert_int_equal(aspace_zero_step(&a), ERR_AGAIN);
	assert_int_equal(run(aspace_map_step, &a), ERR_STATE);
	build(&a);
	assert_true(fake_guest_read(VM_A, GUEST_RAM, &byte, 1, true));
}

static void a_guest_with_caches_off_sees_only_zeroes(void **state UNUSED)
{
	u8 buf[256];

	build(&a);
	for (u64 off = 0; off < RAM_SIZE; off += sizeof(buf)) {
		fake_dram_read(HPA(RAM_A + off), buf, sizeof(buf));
		for (u32 i = 0; i < sizeof(buf); i++)
			assert_int_equal(buf[i], 0);
	}
	assert_true(fake_guest_read(VM_A, GUEST_RAM + RAM_SIZE - 8, buf, 8, false));
	/* and its uncached writes are not hidden behind a line the zeroing left */
	assert_true(fake_guest_write(VM_A, GUEST_RAM + 64, "hello", 5, false));
	assert_int_equal(gmem_read(&a, GPA(GUEST_RAM + 64), buf, 5), OK);
	assert_memory_equal(buf, "hello", 5);
}

/* As when an instruction of firmware is decoded, whose caches are off, or its tables are read. */
static void a_line_the_hypervisor_read_before_does_not_hide_an_uncached_write(void **state UNUSED)
{
	u8 buf[8];

	build(&a);
	assert_int_equal(gmem_read(&a, GPA(GUEST_RAM + 64), buf, 8), OK); /* the line stays */
	assert_true(fake_guest_write(VM_A, GUEST_RAM + 64, "anew", 5, false));
	assert_int_equal(gmem_read(&a, GPA(GUEST_RAM + 64), buf, 5), OK);
	assert_memory_not_equal(buf, "anew", 5); /* the model shows what is wrong with that */
	assert_int_equal(gmem_read_poc(&a, GPA(GUEST_RAM + 64), buf, 5), OK);
	assert_memory_equal(buf, "anew", 5);
	/* nor is a line left behind for the next time, or for the guest when its caches are on */
	assert_true(fake_guest_write(VM_A, GUEST_RAM + 64, "later", 6, false));
	assert_true(fake_guest_read(VM_A, GUEST_RAM + 64, buf, 6, true));
	assert_memory_equal(buf, "later", 6);
	/* what a guest wrote with its caches on is found too, and stays */
	assert_true(fake_guest_write(VM_A, GUEST_RAM + 128, "cached", 7, true));
	assert_int_equal(gmem_read_poc(&a, GPA(GUEST_RAM + 128), buf, 7), OK);
	assert_memory_equal(buf, "cached", 7);
	assert_true(fake_guest_read(VM_A, GUEST_RAM + 128, buf, 7, true));
	assert_memory_equal(buf, "cached", 7);
}

static void what_the_hypervisor_writes_leaves_no_line_before_an_uncached_write(void **state UNUSED)
{
	u8 buf[8];

	build(&a);
	assert_int_equal(gmem_write_host(&a, GPA(GUEST_RAM + 64), "seed", 5), OK);
	assert_true(fake_guest_write(VM_A, GUEST_RAM + 64, "anew", 5, false));
	assert_true(fake_guest_read(VM_A, GUEST_RAM + 64, buf, 5, true));
	assert_memory_equal(buf, "anew", 5);
}

static void loaded_images_are_seen_with_caches_off(void **state UNUSED)
{
	u8 buf[16];

	memset(hpa_to_va(HPA(IMAGE)), 0x5c, KIB(200));
	assert_int_equal(load(&a, GUEST_RAM, IMAGE, KIB(200)), ERR_STATE); /* not zeroed yet */
	assert_int_equal(run(aspace_zero_step, &a), OK);
	assert_int_equal(load(&a, GUEST_RAM + KIB(100), IMAGE, KIB(200)), OK);
	assert_int_equal(load(&a, GUEST_RAM + RAM_SIZE - KIB(100), IMAGE, KIB(200)), ERR_RANGE);
	assert_int_equal(load(&a, UINT64_MAX - 10, IMAGE, KIB(200)), ERR_RANGE);
	assert_int_equal(run(aspace_map_step, &a), OK);
	assert_int_equal(load(&a, GUEST_RAM, IMAGE, KIB(200)), ERR_STATE); /* the guest's now */
	assert_true(fake_guest_read(VM_A, GUEST_RAM + KIB(300) - 8, buf, 16, false));
	assert_int_equal(buf[7], 0x5c);
	assert_int_equal(buf[8], 0);
	assert_true(fake_guest_read(VM_A, GUEST_RAM + KIB(100) - 8, buf, 16, false));
	assert_int_equal(buf[7], 0);
	assert_int_equal(buf[8], 0x5c);
}

static void flash_is_read_only_to_the_guest_and_erased_where_not_loaded(void **state UNUSED)
{
	u8 buf[2];
	u64 pos = 0;

	memset(hpa_to_va(HPA(IMAGE)), 0x11, PAGE_SIZE);
	assert_int_equal(run(aspace_zero_step, &a), OK);
	assert_int_equal(load(&a, 0, IMAGE, PAGE_SIZE), OK);
	while (aspace_fill_step(&a, GPA(PAGE_SIZE), 0xff, FLASH_SIZE - PAGE_SIZE, &pos) == ERR_AGAIN)
		;
	assert_int_equal(pos, FLASH_SIZE - PAGE_SIZE);
	assert_int_equal(run(aspace_map_step, &a), OK);
	assert_true(fake_guest_read(VM_A, PAGE_SIZE - 1, buf, 2, false));
	assert_int_equal(buf[0], 0x11);
	assert_int_equal(buf[1], 0xff);
	assert_false(fake_guest_write(VM_A, 0, buf, 1, true));
	assert_int_equal(fake_access(VM_A, 0, FAKE_EXEC).fault, FAKE_OK);
	assert_int_equal(gmem_write(&a, GPA(0), buf, 1), ERR_PERM);
	assert_int_equal(gmem_write_host(&a, GPA(0), "x", 1), OK);
	assert_true(fake_guest_read(VM_A, 0, buf, 1, false));
	assert_int_equal(buf[0], 'x');
}

static void each_guest_reaches_its_own_frames_and_no_others(void **state UNUSED)
{
	build(&a);
	build(&b);
	for (u64 off = 0; off < GIB(2); off += PAGE_SIZE * 7) {
		struct fake_xlat x = fake_walk(VM_A, off, FAKE_READ);
		struct fake_xlat y = fake_walk(VM_B, off, FAKE_READ);

		if (!x.fault)
			assert_true(range_inside(x.hpa, 1, RAM_A, RAM_SIZE) ||
				    range_inside(x.hpa, 1, FLASH_A, FLASH_SIZE));
		if (!y.fault)
			assert_true(range_inside(y.hpa, 1, RAM_B, RAM_SIZE));
		assert_int_equal(!x.fault, aspace_is_mapped(&a, GPA(off), PT_R));
		assert_int_equal(!y.fault, aspace_is_mapped(&b, GPA(off), PT_R));
	}
}

static void after_scrub_nothing_is_left(void **state UNUSED)
{
	u8 buf[8];
	u64 byte = 0;

	build(&a);
	assert_true(fake_guest_write(VM_A, GUEST_RAM + 4096, "secret", 6, true));
	assert_true(fake_guest_write(VM_A, GUEST_RAM + 8192, "secret", 6, false));
	assert_int_equal(run(aspace_scrub_step, &a), OK);
	assert_int_equal(fake_tlb_count(VM_A), 0);
	assert_false(fake_guest_read(VM_A, GUEST_RAM + 4096, buf, 1, true));
	assert_false(fake_guest_write(VM_A, GUEST_RAM + 4096, buf, 1, true));
	for (u64 off = 0; off < RAM_SIZE; off++)
		byte |= *(u8 *)hpa_to_va(HPA(RAM_A + off));
	assert_int_equal(byte, 0);
	fake_dram_read(HPA(RAM_A + 4096), buf, 8);
	assert_int_equal(buf[0], 0);
	fake_dram_read(HPA(RAM_A + 8192), buf, 8);
	assert_int_equal(buf[0], 0);
	assert_int_equal(pt_space_used(&a.pt), pt_root_pages(a.pt.fmt));
	assert_int_equal(aspace_translate(&a, GPA(GUEST_RAM), 1, false, &(hpa_t){0}, &byte), ERR_STATE);
}

/* A guest that keeps writing as long as hardware lets it. */
static void no_frame_is_zeroed_while_the_guest_can_still_write_it(void **state UNUSED)
{
	u64 zeroed;
	enum err e;

	build(&a);
	do {
		bool writable = fake_guest_write(VM_A, GUEST_RAM, "w", 1, true) ||
				fake_guest_write(VM_A, GUEST_RAM + RAM_SIZE - 1, "w", 1, true);

		zeroed = fake_mem.zeroed;
		e = aspace_scrub_step(&a);
		if (fake_mem.zeroed != zeroed)
			assert_false(writable);
	} while (e == ERR_AGAIN);
	assert_int_equal(e, OK);
	assert_int_equal(*(u8 *)hpa_to_va(HPA(RAM_A)), 0);
}

static void each_slice_of_unmapping_leaves_nothing_stale(void **state UNUSED)
{
	/* a misaligned region, so that there are many leaves */
	assert_int_equal(aspace_add(&a, GPA(GUEST_RAM + MIB(16)), HPA(FAKE_RAM_BASE + MIB(100) + PAGE_SIZE),
				    MIB(2), RWX),
			 OK);
	build(&a);
	u32 slices = 0;
	enum err e;

	do {
		e = aspace_unmap_step(&a);
		assert_int_equal(fake_tlb_stale(VM_A), 0);
		slices++;
	} while (e == ERR_AGAIN);
	assert_int_equal(e, OK);
	assert_true(slices > 8);
}

static void a_half_mapped_space_can_be_taken_down(void **state UNUSED)
{
	assert_int_equal(run(aspace_zero_step, &a), OK);
	assert_int_equal(aspace_map_step(&a), ERR_AGAIN);
	assert_int_equal(aspace_map_step(&a), ERR_AGAIN);
	assert_int_equal(run(aspace_zero_step, &a), ERR_STATE);
	assert_int_equal(run(aspace_scrub_step, &a), OK);
	assert_int_equal(pt_space_used(&a.pt), pt_root_pages(a.pt.fmt));
	build(&a);
	assert_int_equal(fake_access(VM_A, GUEST_RAM, FAKE_READ).fault, FAKE_OK);
}

static void a_build_given_up_after_loading_leaves_no_image(void **state UNUSED)
{
	memset(hpa_to_va(HPA(IMAGE)), 0x5c, PAGE_SIZE);
	assert_int_equal(run(aspace_zero_step, &a), OK);
	assert_int_equal(load(&a, GUEST_RAM, IMAGE, PAGE_SIZE), OK);
	assert_int_equal(run(aspace_scrub_step, &a), OK);
	assert_int_equal(*(u8 *)hpa_to_va(HPA(RAM_A)), 0);
	assert_int_equal(frames_find(HPA(RAM_A), RAM_SIZE)->state, FRAME_CLEAN);
}

static void nothing_is_loaded_while_zeroing_is_under_way(void **state UNUSED)
{
	assert_int_equal(run(aspace_zero_step, &a), OK);
	assert_int_equal(run(aspace_map_step, &a), OK);
	assert_int_equal(run(aspace_unmap_step, &a), OK);
	/* the flash, at address 0, is zeroed first: it is CLEAN, the RAM is not yet */
	while (frames_find(HPA(FLASH_A), FLASH_SIZE)->state != FRAME_CLEAN)
		assert_int_equal(aspace_zero_step(&a), ERR_AGAIN);
	assert_int_equal(load(&a, 0, IMAGE, PAGE_SIZE), ERR_STATE);
	assert_int_equal(run(aspace_scrub_step, &a), OK);
	assert_int_equal(load(&a, 0, IMAGE, PAGE_SIZE), OK);
}

static void a_clean_frame_is_not_zeroed_again(void **state UNUSED)
{
	build(&a);
	assert_int_equal(run(aspace_scrub_step, &a), OK);
	u64 zeroed = fake_mem.zeroed;
	build(&a);
	assert_int_equal(fake_mem.zeroed, zeroed);
}

static void a_thousand_lives_leave_every_pool_as_planned(void **state UNUSED)
{
	u8 buf[4];

	for (u32 i = 0; i < 1000; i++) {
		build(&b);
		if (i % 100 == 0) {
			assert_true(fake_guest_read(VM_B, GUEST_RAM + 100, buf, 4, true));
			assert_int_equal(buf[0], 0);
			assert_true(fake_guest_write(VM_B, GUEST_RAM + 100, "abcd", 4, true));
		}
		assert_int_equal(run(aspace_unmap_step, &b), OK);
		assert_int_equal(pt_space_used(&b.pt), 1);
		assert_int_equal(run(aspace_zero_step, &b), OK);
	}
	assert_int_equal(frames_count(), 4);
}

/* ---- shared and device regions ---- */

static void shared_frames_are_read_only_in_every_vm(void **state UNUSED)
{
	u8 buf[4];

	assert_int_equal(frames_add(HPA(ROM), MIB(1), FRAME_SHARED, FRAME_CONST), OK);
	memset(hpa_to_va(HPA(ROM)), 0x77, MIB(1));
	cache_clean(hpa_to_va(HPA(ROM)), MIB(1));
	assert_int_equal(aspace_add_shared(&a, GPA(MIB(64)), HPA(ROM), MIB(1), RWX), ERR_INVAL);
	assert_int_equal(aspace_add_shared(&a, GPA(MIB(64)), HPA(RAM_B), MIB(1), PT_R), ERR_PERM);
	assert_int_equal(aspace_add_shared(&a, GPA(MIB(64)), HPA(ROM), MIB(2), PT_R), ERR_PERM);
	assert_int_equal(aspace_add_shared(&a, GPA(MIB(64)), HPA(ROM), MIB(1), PT_R | PT_X), OK);
	assert_int_equal(aspace_add_shared(&b, GPA(0), HPA(ROM), MIB(1), PT_R), OK);
	build(&a);
	build(&b);
	assert_true(fake_guest_read(VM_A, MIB(64), buf, 4, true));
	assert_true(fake_guest_read(VM_B, 0, buf, 4, true));
	assert_int_equal(buf[3], 0x77);
	assert_false(fake_guest_write(VM_B, 0, buf, 4, true));
	assert_int_equal(gmem_write_host(&a, GPA(MIB(64)), buf, 4), ERR_RANGE);
	assert_int_equal(run(aspace_scrub_step, &a), OK);
	assert_int_equal(*(u8 *)hpa_to_va(HPA(ROM)), 0x77);
	assert_true(fake_guest_read(VM_B, 0, buf, 4, true));
}

static void device_frames_are_mapped_but_never_touched(void **state UNUSED)
{
	u8 buf[4];
	u64 bar = 0x10000000000; /* no RAM: touching it would be noticed */

	assert_int_equal(aspace_add(&a, GPA(MIB(256)), HPA(bar), KIB(64), PT_R | PT_W | PT_DEVICE), OK);
	build(&a);
	assert_true(fake_access(VM_A, MIB(256) + 8, FAKE_WRITE).device);
	assert_int_equal(fake_access(VM_A, MIB(256) + 8, FAKE_EXEC).fault, FAKE_PERMISSION);
	assert_int_equal(gmem_read(&a, GPA(MIB(256)), buf, 4), ERR_RANGE);
	assert_int_equal(gmem_write_host(&a, GPA(MIB(256)), buf, 4), ERR_RANGE);
	assert_int_equal(run(aspace_scrub_step, &a), OK);
	assert_int_equal(fake_access(VM_A, MIB(256), FAKE_READ).fault, FAKE_TRANSLATION);
}

static void the_planned_quota_is_enough_for_a_plan(void **state UNUSED)
{
	static struct vm_plan plan;
	struct aspace c;

	plan.layout.ipa_bits = 43;
	plan.nr_ram = 2;
	plan.ram[0] = (struct vm_ram){GPA(GUEST_RAM), HPA(FAKE_RAM_BASE + MIB(100)), MIB(8)};
	plan.ram[1] =
		(struct vm_ram){GPA(GUEST_RAM + MIB(8)), HPA(FAKE_RAM_BASE + MIB(120) + KIB(8)), MIB(3)};
	plan.flash[1] = (struct vm_flash){.gpa = GPA(MIB(64)),
					  .size = MIB(64),
					  .backing = HPA(FAKE_RAM_BASE + MIB(140)),
					  .backing_size = KIB(256)};
	u32 quota = aspace_quota(&plan);

	assert_int_equal(aspace_init(&c, VM_A, 5, 43, &pool, 33, quota), OK);
	assert_int_equal(aspace_reserve(&c, &plan), OK);
	build(&c);
	assert_true(pt_space_used(&c.pt) <= quota);
	assert_false(aspace_is_mapped(&c, GPA(MIB(64)), PT_W));
	assert_true(aspace_is_mapped(&c, GPA(MIB(64)), PT_R | PT_X));
	assert_int_equal(aspace_reserve(&c, &plan), ERR_EXIST);
}

/* ---- guest memory ---- */

static void access_outside_of_memory_is_refused(void **state UNUSED)
{
	u8 buf[64];
	u64 v;

	build(&a);
	assert_int_equal(gmem_read(&a, GPA(GUEST_RAM - 1), buf, 2), ERR_RANGE);
	assert_int_equal(gmem_read(&a, GPA(GUEST_RAM + RAM_SIZE - 1), buf, 2), ERR_RANGE);
	assert_int_equal(gmem_read(&a, GPA(UINT64_MAX), buf, 2), ERR_INVAL);
	assert_int_equal(gmem_read(&a, GPA(UINT64_MAX - 1), buf, 1), ERR_RANGE);
	assert_int_equal(gmem_write(&a, GPA(GUEST_RAM), buf, GMEM_MAX + 1), ERR_INVAL);
	assert_int_equal(gmem_get(&a, GPA(GUEST_RAM + 1), 2, &v), ERR_INVAL);
	assert_int_equal(gmem_get(&a, GPA(GUEST_RAM), 3, &v), ERR_INVAL);
	assert_int_equal(gmem_get(&a, GPA(GUEST_RAM + RAM_SIZE), 8, &v), ERR_RANGE);
	assert_int_equal(gmem_put(&a, GPA(0), 4, 1), ERR_PERM);
	assert_int_equal(gmem_read(&b, GPA(GUEST_RAM), buf, 1), ERR_STATE);
}

static void copies_cross_windows_and_regions(void **state UNUSED)
{
	static u8 buf[KIB(16)], back[KIB(16)];
	u64 v = 0;

	/* a second region right behind the first, elsewhere in the machine */
	assert_int_equal(
		aspace_add(&a, GPA(GUEST_RAM + RAM_SIZE), HPA(FAKE_RAM_BASE + MIB(100)), MIB(1), RWX), OK);
	build(&a);
	build(&b);
	for (u32 i = 0; i < sizeof(buf); i++)
		buf[i] = (u8)(i * 7);
	assert_int_equal(gmem_write(&a, GPA(GUEST_RAM + MIB(2) - 5), buf, sizeof(buf)), OK);
	assert_int_equal(gmem_read(&a, GPA(GUEST_RAM + MIB(2) - 5), back, sizeof(back)), OK);
	assert_memory_equal(buf, back, sizeof(buf));
	assert_int_equal(gmem_write(&a, GPA(GUEST_RAM + RAM_SIZE - 9), buf, sizeof(buf)), OK);
	assert_true(fake_guest_read(VM_A, GUEST_RAM + RAM_SIZE - 9, back, 64, true));
	assert_memory_equal(buf, back, 64);
	assert_int_equal(gmem_copy(&b, GPA(GUEST_RAM + 3), &a, GPA(GUEST_RAM + RAM_SIZE - 9), 5000), OK);
	assert_int_equal(gmem_read(&b, GPA(GUEST_RAM + 3), back, 5000), OK);
	assert_memory_equal(buf, back, 5000);
	assert_int_equal(gmem_put(&b, GPA(GUEST_RAM + 8), 8, 0x1122334455667788), OK);
	assert_int_equal(gmem_get(&b, GPA(GUEST_RAM + 10), 2, &v), OK);
	assert_int_equal(v, 0x5566);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frames_have_one_owner),
		TEST(the_frame_table_stays_sorted_whatever_the_order),
		TEST(malformed_regions_are_refused),
		TEST(nothing_is_mapped_before_it_is_zeroed),
		TEST(a_guest_with_caches_off_sees_only_zeroes),
		TEST(a_line_the_hypervisor_read_before_does_not_hide_an_uncached_write),
		TEST(what_the_hypervisor_writes_leaves_no_line_before_an_uncached_write),
		TEST(loaded_images_are_seen_with_caches_off),
		TEST(flash_is_read_only_to_the_guest_and_erased_where_not_loaded),
		TEST(each_guest_reaches_its_own_frames_and_no_others),
		TEST(after_scrub_nothing_is_left),
		TEST(no_frame_is_zeroed_while_the_guest_can_still_write_it),
		TEST(each_slice_of_unmapping_leaves_nothing_stale),
		TEST(a_half_mapped_space_can_be_taken_down),
		TEST(a_build_given_up_after_loading_leaves_no_image),
		TEST(nothing_is_loaded_while_zeroing_is_under_way),
		TEST(a_clean_frame_is_not_zeroed_again),
		TEST(a_thousand_lives_leave_every_pool_as_planned),
		TEST(shared_frames_are_read_only_in_every_vm),
		TEST(device_frames_are_mapped_but_never_touched),
		TEST(the_planned_quota_is_enough_for_a_plan),
		TEST(access_outside_of_memory_is_refused),
		TEST(copies_cross_windows_and_regions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
