/* SPDX-License-Identifier: Apache-2.0 */
/* The host's own map over the real walker and format: what is mapped, that entries are published, and that none outlives its
 * flush in a TLB that keeps what it can.
 * SOURCES: core/pgtable.c core/pt_pool.c core/pt_range.c arch/arm64/pt_formats.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/arm64/pt_formats.h"
#include "hal/vcpu.h"
#include "hal/fake/fake.h"

#include "core/host_map.c"

/* ---- an image of one page a part, its stack in three ---- */

#define SYMBOL(name, page) ".set " #name ", image + " #page " * 4096\n"
#define PART(name, from, to) SYMBOL(name##_start, from) SYMBOL(name##_end, to)

extern u8 image[16][PAGE_SIZE];
u8 image[16][PAGE_SIZE] ALIGNED(4096);
/* Of this file only: the workstation's linker has some of these names, too. */
__asm__(PART(__text, 0, 1) PART(__rodata, 1, 2) PART(__data, 2, 3) PART(__boot_text, 3, 4));
__asm__(PART(__boot_rodata, 4, 5) PART(__boot_data, 5, 6) PART(__boot_bss, 6, 12) PART(__image, 0, 16));
__asm__(SYMBOL(boot_stack_guard, 7));

#define IO 0xfe0000000000ULL
#define WINDOWS_AT 0xff0000000000ULL
#define TABLES_AT_START 12

static const struct host_layout wide = {&el2_format, IO, MIB(16), WINDOWS_AT};

/* ---- the architecture ---- */

#define CPUS 2
#define CACHE 4096

static struct {
	u64 va, pa;
} cached[CACHE]; /* what some TLB may hold */
static u32 nr_cached, flushes, window_flushes;
static struct cpu host_cpu[CPUS];

static void forget(u64 va, u64 size)
{
	u32 kept = 0;

	for (u32 i = 0; i < nr_cached; i++)
		if (cached[i].va < va || cached[i].va >= va + size)
			cached[kept++] = cached[i];
	nr_cached = kept;
}

/* Every page of it is mapped by now, and may be cached from now on. */
void host_publish(u64 va, u64 size)
{
	struct pt_hit hit;

	for (u64 off = 0; off < size; off += PAGE_SIZE) {
		assert_true(pt_query(&host_space, va + off, &hit));
		for (u32 i = 0; i < nr_cached; i++)
			assert_true(cached[i].va != va + off || cached[i].pa == hit.pa);
		if (nr_cached < CACHE) {
			cached[nr_cached].va = va + off;
			cached[nr_cached++].pa = hit.pa;
		}
	}
}

void host_flush(u64 va, u64 size)
{
	flushes++;
	forget(va, size);
}

void host_flush_window(u64 va, u64 size)
{
	u64 own = WINDOWS_AT + this_cpu()->index * (u64)WINDOW_STRIDE;

	assert_true(range_inside(va, size, own, WINDOW_STRIDE));
	window_flushes++;
	forget(va, size);
}

static int begin(void **state UNUSED)
{
	hpa_t root;

	fake_reset();
	nr_cached = 0;
	memset(window, 0, sizeof(window));
	for (u32 i = 0; i < CPUS; i++)
		host_cpu[i].index = i;
	fake_cpu.cpu = &host_cpu[0];
	assert_int_equal(host_map_image(&wide, TABLES_AT_START, &root), OK);
	assert_ptr_equal(hpa_to_va(root), host_table_pages[0]);
	host_windows_init(CPUS);
	nr_cached = flushes = window_flushes = 0;
	return 0;
}

/* Rights at va, which is mapped at virtual = physical, or 0: it is not mapped. */
static u32 rights(const void *va)
{
	struct pt_hit hit;

	if (!pt_query(&host_space, (u64)(uintptr_t)va, &hit))
		return 0;
	assert_int_equal(hit.pa, (u64)(uintptr_t)va);
	return hit.attr;
}

/* ---- image ---- */

static void each_part_of_the_image_has_its_own_rights(void **state UNUSED)
{
	static const u32 expected[16] = {PT_R | PT_X, PT_R,        PT_R | PT_W, PT_R | PT_X,
					 PT_R,        PT_R | PT_W, PT_R | PT_W, 0,
					 PT_R | PT_W, PT_R | PT_W, PT_R | PT_W, PT_R | PT_W};

	for (u32 i = 0; i < ARRAY_SIZE(expected); i++)
		assert_int_equal(rights(image[i]), expected[i]);
}

static void a_layout_that_does_not_fit_leaves_nothing_behind(void **state UNUSED)
{
	static const struct host_layout narrow = {.io = MIB(1), .io_size = MIB(1), .windows = MIB(4)};
	struct host_layout l = narrow;
	hpa_t root;

	l.format = s2_format(32); /* the image lies above */
	assert_int_not_equal(host_map_image(&l, TABLES_AT_START, &root), OK);
	assert_int_equal(host_map_image(&wide, 1, &root), ERR_NOMEM);
	assert_int_equal(host_map_image(&wide, TABLES_AT_START, &root), OK);
	assert_int_equal(host_ram_limit(), IO);
	each_part_of_the_image_has_its_own_rights(NULL);
	assert_true(pt_space_used(&host_space) <= TABLES_AT_START);
}

/* ---- owned memory ---- */

static void what_is_mapped_already_keeps_its_rights(void **state UNUSED)
{
	assert_int_equal(host_map_ram(va_to_hpa(image[0]), sizeof(image)), OK);
	assert_int_equal(rights(image[0]), PT_R | PT_X);
	assert_int_equal(rights(image[1]), PT_R);
	assert_int_equal(rights(image[7]), PT_R | PT_W);
	assert_int_equal(rights(image[15]), PT_R | PT_W);
}

static void owned_memory_is_mapped_by_blocks_where_it_fills_them(void **state UNUSED)
{
	struct pt_hit hit;
	u32 before = pt_space_used(&host_space);

	assert_int_equal(host_map_ram(HPA(MIB(2) - PAGE_SIZE), MIB(8) + 2 * PAGE_SIZE), OK);
	for (u64 va = MIB(2) - PAGE_SIZE; va < MIB(10) + PAGE_SIZE; va += PAGE_SIZE) {
		assert_int_equal(rights((void *)(uintptr_t)va), PT_R | PT_W);
		assert_true(pt_query(&host_space, va, &hit));
		assert_int_equal(hit.size, va >= MIB(2) && va < MIB(10) ? MIB(2) : PAGE_SIZE);
	}
	assert_int_equal(rights((void *)(uintptr_t)(MIB(10) + PAGE_SIZE)), 0);
	assert_int_equal(pt_space_used(&host_space),
			 before + 4); /* of the first GiB, and pages at both ends */
}

static void all_that_was_mapped_was_published(void **state UNUSED)
{
	assert_int_equal(host_map_ram(HPA(MIB(4)), KIB(64)), OK);
	nr_cached = 0;
	assert_int_equal(host_map_ram(HPA(MIB(4) - KIB(64)), KIB(192)), OK);
	for (u64 va = MIB(4) - KIB(64); va < MIB(4) + KIB(128); va += PAGE_SIZE) {
		bool found = va >= MIB(4) && va < MIB(4) + KIB(64);

		for (u32 i = 0; i < nr_cached; i++)
			found |= cached[i].va == va;
		assert_true(found);
	}
}

static void memory_beyond_the_limit_is_refused(void **state UNUSED)
{
	assert_int_equal(host_map_ram(HPA(IO - PAGE_SIZE), 2 * PAGE_SIZE), ERR_RANGE);
	assert_int_equal(host_map_ram(HPA(IO + PAGE_SIZE), PAGE_SIZE), ERR_RANGE);
	assert_int_equal(host_map_ram(HPA(IO - PAGE_SIZE), PAGE_SIZE), OK);
	assert_int_equal(host_map_ram(HPA(PAGE_SIZE + 1), PAGE_SIZE), ERR_INVAL);
}

static void what_is_unmapped_is_in_no_tlb(void **state UNUSED)
{
	assert_int_equal(host_map_ram(HPA(MIB(2)), MIB(2) + KIB(32)), OK);
	assert_true(nr_cached != 0);
	assert_int_equal(host_unmap_ram(HPA(MIB(2)), MIB(2) + KIB(32)), OK);
	assert_int_equal(nr_cached, 0);
	assert_int_equal(rights((void *)(uintptr_t)MIB(2)), 0);
	assert_int_equal(rights((void *)(uintptr_t)MIB(4)), 0);
	/* Nothing there: nothing to flush. */
	flushes = 0;
	assert_int_equal(host_unmap_ram(HPA(MIB(4)), KIB(32)), OK);
	assert_int_equal(flushes, 0);
}

static void a_page_out_of_a_block_can_be_unmapped(void **state UNUSED)
{
	assert_int_equal(host_map_ram(HPA(MIB(2)), MIB(2)), OK);
	assert_int_equal(host_unmap_ram(HPA(MIB(3)), PAGE_SIZE), OK);
	for (u32 i = 0; i < nr_cached; i++)
		assert_true(cached[i].va != MIB(3));
	assert_int_equal(rights((void *)(uintptr_t)MIB(3)), 0);
	assert_int_equal(rights((void *)(uintptr_t)(MIB(3) + PAGE_SIZE)), PT_R | PT_W);
	assert_int_equal(rights((void *)(uintptr_t)(MIB(3) - PAGE_SIZE)), PT_R | PT_W);
}

/* ---- devices ---- */

static void devices_have_a_hole_behind_them(void **state UNUSED)
{
	volatile u8 *a = host_map_io(HPA(0x9000010), 0x20), *b = host_map_io(HPA(0x9010000), PAGE_SIZE);
	struct pt_hit hit;

	assert_int_equal((u64)(uintptr_t)a, IO + 0x10);
	assert_int_equal((u64)(uintptr_t)b, IO + 2 * PAGE_SIZE);
	assert_true(pt_query(&host_space, (u64)(uintptr_t)a, &hit));
	assert_int_equal(hit.pa, 0x9000010);
	assert_int_equal(hit.attr, PT_R | PT_W | PT_DEVICE);
	assert_false(pt_query(&host_space, IO + PAGE_SIZE, &hit));
}

static void big_devices_are_mapped_by_blocks(void **state UNUSED)
{
	volatile u8 *regs = host_map_io(HPA(0x80a0000), MIB(4));
	struct pt_hit hit;

	assert_true(regs != NULL);
	assert_true(pt_query(&host_space, (u64)(uintptr_t)regs + MIB(2), &hit));
	assert_int_equal(hit.pa, 0x80a0000 + MIB(2));
	assert_int_equal(hit.size, MIB(2));
}

static void a_device_for_which_there_is_no_room_is_not_mapped(void **state UNUSED)
{
	assert_null(host_map_io(HPA(GIB(1)), MIB(17)));
	assert_non_null(host_map_io(HPA(GIB(1)), MIB(8)));
	assert_null(host_map_io(HPA(GIB(2)), MIB(8)));
	assert_non_null(host_map_io(HPA(GIB(2)), MIB(1)));
}

/* ---- windows ---- */

static u64 frame_at(const void *va)
{
	struct pt_hit hit;

	return pt_query(&host_space, (u64)(uintptr_t)va, &hit) ? hit.pa : 0;
}

static void a_window_ends_at_its_boundary_and_vanishes(void **state UNUSED)
{
	u64 got;
	u8 *w = window_open(HPA(GIB(1) + 0x123), MIB(1), &got);

	assert_int_equal(got, WINDOW_SIZE - 0x123);
	assert_int_equal(frame_at(w), GIB(1) + 0x123);
	assert_int_equal(frame_at(w + got - 1), GIB(1) + WINDOW_SIZE - 1);
	assert_int_equal(frame_at(w + got), 0);
	window_close();
	assert_int_equal(frame_at(w), 0);
	w = window_open(HPA(GIB(1) + WINDOW_SIZE - 8), 4, &got);
	assert_int_equal(got, 4);
	assert_int_equal(frame_at(w), GIB(1) + WINDOW_SIZE - 8);
	window_close();
}

/* host_publish() checks it: an address that some TLB still has of an earlier window is not used for another frame. */
static void a_window_is_reused_only_after_a_flush(void **state UNUSED)
{
	u64 x = 88172645463325252ULL, got;

	for (u32 n = 0; n < 4000; n++) {
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		fake_cpu.cpu = &host_cpu[x >> 40 & 1];
		(void)window_open(HPA(GIB(1) + (x >> 20 & 0xffffff)),
				  x >> 50 & 1 ? KIB(64) : (x >> 44 & 63) + 1, &got);
		window_close();
		assert_true(nr_cached < CACHE);
	}
	assert_int_equal(flushes, 0);
	assert_true(window_flushes >= 4000 / HOST_WINDOWS - CPUS);
}

static void a_round_of_small_windows_flushes_only_what_was_open(void **state UNUSED)
{
	u64 got;

	for (u32 n = 0; n < HOST_WINDOWS; n++) {
		(void)window_open(HPA(GIB(1)), 8, &got);
		window_close();
	}
	assert_int_equal(window_flushes, HOST_WINDOWS);
	for (u32 n = 0; n < HOST_WINDOWS; n++) {
		(void)window_open(HPA(GIB(1)), WINDOW_SIZE, &got);
		window_close();
	}
	assert_int_equal(window_flushes, HOST_WINDOWS + 1);
	assert_int_equal(nr_cached, 0);
}

static void a_second_window_of_a_cpu_panics(void **state UNUSED)
{
	u64 got;

	(void)window_open(HPA(GIB(1)), 8, &got);
	if (fake_catch() == FAKE_RUNNING) {
		(void)window_open(HPA(GIB(1)), 8, &got);
		fake_uncatch();
		fail();
	}
}

#define T(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(each_part_of_the_image_has_its_own_rights),
		T(a_layout_that_does_not_fit_leaves_nothing_behind),
		T(what_is_mapped_already_keeps_its_rights),
		T(owned_memory_is_mapped_by_blocks_where_it_fills_them),
		T(all_that_was_mapped_was_published),
		T(memory_beyond_the_limit_is_refused),
		T(what_is_unmapped_is_in_no_tlb),
		T(a_page_out_of_a_block_can_be_unmapped),
		T(devices_have_a_hole_behind_them),
		T(big_devices_are_mapped_by_blocks),
		T(a_device_for_which_there_is_no_room_is_not_mapped),
		T(a_window_ends_at_its_boundary_and_vanishes),
		T(a_window_is_reused_only_after_a_flush),
		T(a_round_of_small_windows_flushes_only_what_was_open),
		T(a_second_window_of_a_cpu_panics),
	};

	return cmocka_run_group_tests_name("host_map", tests, NULL, NULL);
}
