/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: core/pgtable.c core/pt_pool.c core/pt_range.c arch/arm64/pt_formats.c hal/fake/fake.c hal/fake/fake_log.c hal/fake/fake_mem.c hal/fake/fake_tlb.c */
/* The walker under the fake machine's own walker, stale TLB and publish model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "arch/arm64/pt_formats.h"
#include "core/pgtable.h"
#include "core/pt_pool.h"
#include "hal/fake/fake.h"
#include "hal/mem.h"
#include "hal/vcpu.h"

#define RWX (PT_R | PT_W | PT_X)
#define POOL_PAGES 256u
#define POOL_BASE FAKE_RAM_BASE
#define ALL 1000000u /* budget */

static struct pt_meta meta[POOL_PAGES];
static struct pt_pool pool;
static struct pt_space space;
static int vm; /* its address names the translation context */

static const struct pt_hooks hooks = {.flush = fake_flush, .publish = fake_publish};

static enum err init(struct pt_space *s, const struct pt_format *fmt, u32 first, u32 count)
{
	*s = (struct pt_space){.fmt = fmt,
			       .pool = &pool,
			       .hooks = &hooks,
			       .ctx = &vm,
			       .first = first,
			       .count = count,
			       .owner = (u16)(7 + first)};
	return pt_space_init(s);
}

static void begin(const struct pt_format *fmt, enum fake_regime regime, u32 count)
{
	fake_ram_init();
	fake_reset();
	memset(hpa_to_va(HPA(POOL_BASE)), 0x5a, POOL_PAGES * PAGE_SIZE); /* pool pages are not zero */
	pt_pool_init(&pool, HPA(POOL_BASE), meta, POOL_PAGES);
	assert_int_equal(init(&space, fmt, 0, count), OK);
	fake_walker_attach(&vm, regime, pt_root(&space), fmt->va_bits);
}

static void begin_s2(u32 ipa_bits)
{
	begin(s2_format(ipa_bits), FAKE_STAGE2, POOL_PAGES);
}

static enum err map(u64 va, u64 pa, u64 size, u32 attr)
{
	u64 done = 0;

	return pt_map_range(&space, va, pa, size, attr, ALL, &done);
}

static enum err unmap(u64 va, u64 size)
{
	u64 done = 0;

	return pt_unmap_range(&space, va, size, ALL, &done);
}

static enum err reap(u64 va, u64 size)
{
	u64 done = 0;

	return pt_reap_range(&space, va, size, ALL, &done);
}

static void expect_at(u64 va, u64 pa, u64 leaf)
{
	struct fake_xlat x = fake_access(&vm, va, FAKE_READ);

	assert_int_equal(x.fault, FAKE_OK);
	assert_int_equal(x.hpa, pa);
	if (leaf)
		assert_int_equal(x.leaf_size, leaf);
}

static void expect_fault(u64 va)
{
	assert_int_equal(fake_access(&vm, va, FAKE_READ).fault, FAKE_TRANSLATION);
}

static void expect_sound(void)
{
	if (fake_violations)
		fail_msg("%u violations, last: %s", fake_violations, fake_last_violation);
	assert_int_equal(fake_tlb_stale(&vm), 0);
}

/* ---- mapping ---- */

static void a_mapping_uses_the_largest_leaves_alignment_permits(void **state UNUSED)
{
	begin_s2(48);
	assert_int_equal(map(0x3fe00000, 0x13fe00000, GIB(1) + MIB(4) + PAGE_SIZE, RWX), OK);
	expect_at(0x3fe00000, 0x13fe00000, MIB(2));
	expect_at(0x40000000, 0x140000000, GIB(1));
	expect_at(0x7fffffff, 0x17fffffff, GIB(1));
	expect_at(0x80000000, 0x180000000, MIB(2));
	expect_at(0x80200abc, 0x180200abc, PAGE_SIZE);
	expect_fault(0x80201000);
	expect_fault(0x3fdfffff);
	expect_sound();
}

static void host_alignment_limits_the_leaf_too(void **state UNUSED)
{
	begin_s2(40);
	assert_int_equal(map(0x40000000, 0x100001000, MIB(4), RWX), OK);
	expect_at(0x40000000, 0x100001000, PAGE_SIZE);
	expect_at(0x403fffff, 0x100400fff, PAGE_SIZE);
	expect_sound();
}

static void every_ipa_size_is_reached_to_its_last_page(void **state UNUSED)
{
	for (u32 bits = 32; bits <= 48; bits++) {
		u64 top = 1ull << bits;

		begin_s2(bits);
		assert_int_equal(map(0, 0x10000000, PAGE_SIZE, RWX), OK);
		assert_int_equal(map(top - PAGE_SIZE, 0x20000000, PAGE_SIZE, RWX), OK);
		assert_int_equal(map(top / 2, 0x30000000, PAGE_SIZE, PT_R), OK);
		expect_at(0, 0x10000000, PAGE_SIZE);
		expect_at(top - 1, 0x20000fff, PAGE_SIZE);
		expect_at(top / 2, 0x30000000, PAGE_SIZE);
		assert_int_equal(map(top, 0x40000000, PAGE_SIZE, RWX), ERR_RANGE);
		assert_int_equal(map(top - PAGE_SIZE, 0x40000000, 2 * PAGE_SIZE, RWX), ERR_RANGE);
		expect_sound();
	}
}

static void a_concatenated_root_is_aligned_and_uses_the_pages_before_it(void **state UNUSED)
{
	fake_ram_init();
	fake_reset();
	pt_pool_init(&pool, HPA(POOL_BASE), meta, POOL_PAGES);
	/* 43 bits: 16 tables; the quota begins at an odd page */
	assert_int_equal(pt_quota(s2_format(43), 3), 16 + 15);
	assert_int_equal(init(&space, s2_format(43), 3, 31), OK);
	assert_int_equal(pt_root(&space).v % (16 * PAGE_SIZE), 0);
	fake_walker_attach(&vm, FAKE_STAGE2, pt_root(&space), 43);
	assert_int_equal(map(0x40000000, 0x40001000, PAGE_SIZE, RWX), OK);
	expect_at(0x40000000, 0x40001000, PAGE_SIZE);
	assert_int_equal(pt_space_used(&space), 18);
	assert_int_equal(meta[3].used, 1);
	expect_sound();
}

static void mapping_over_something_is_refused_and_changes_nothing(void **state UNUSED)
{
	begin_s2(40);
	assert_int_equal(map(0x40000000, 0x50000000, MIB(2), RWX), OK);
	assert_int_equal(map(0x40001000, 0x60000000, PAGE_SIZE, RWX), ERR_EXIST);
	assert_int_equal(map(0x40000000, 0x60000000, MIB(2), RWX), ERR_EXIST);
	expect_at(0x40001000, 0x50001000, MIB(2));
	expect_sound();
}

static void malformed_ranges_are_refused(void **state UNUSED)
{
	u64 done = 0;

	begin_s2(40);
	assert_int_equal(map(0x40000800, 0, PAGE_SIZE, RWX), ERR_RANGE);
	assert_int_equal(map(0x40000000, 0x800, PAGE_SIZE, RWX), ERR_RANGE);
	assert_int_equal(map(0x40000000, 0, 0, RWX), ERR_RANGE);
	assert_int_equal(map(0x40000000, 0, 100, RWX), ERR_RANGE);
	assert_int_equal(map(0x40000000, 1ull << 48, PAGE_SIZE, RWX), ERR_RANGE);
	assert_int_equal(map(0x40000000, 0, UINT64_MAX - 0xfff, RWX), ERR_RANGE);
	assert_int_equal(map(0x40000000, 0, PAGE_SIZE, PT_W), ERR_RANGE);
	assert_int_equal(map(0x40000000, 0, PAGE_SIZE, PT_R | PT_X | PT_DEVICE), ERR_RANGE);
	assert_int_equal(unmap(UINT64_MAX - 0xfff, PAGE_SIZE), ERR_RANGE);
	done = 2 * PAGE_SIZE;
	assert_int_equal(pt_map_range(&space, 0, 0, PAGE_SIZE, RWX, 1, &done), ERR_RANGE);
	assert_int_equal(pt_space_used(&space), 2);
}

static void a_slice_takes_no_more_steps_than_its_budget(void **state UNUSED)
{
	u64 done = 0;
	u32 calls = 0;

	begin_s2(48);
	while (pt_map_range(&space, 0x40000000, 0x50001000, 10 * PAGE_SIZE, RWX, 3, &done) == ERR_AGAIN) {
		assert_true(calls++ < 20);
		expect_sound();
	}
	assert_int_equal(done, 10 * PAGE_SIZE);
	assert_int_equal(calls, 4); /* 3 tables and 10 leaves, 3 at a time: 5 calls */
	expect_at(0x40009000, 0x5000a000, PAGE_SIZE);
}

/* ---- unmapping, splitting, protecting ---- */

static void an_unmapped_address_faults_although_it_was_cached(void **state UNUSED)
{
	begin_s2(40);
	assert_int_equal(map(0x40000000, 0x50000000, MIB(2), RWX), OK);
	expect_at(0x40000123, 0x50000123, MIB(2));
	assert_int_equal(unmap(0x40000000, MIB(2)), OK);
	expect_fault(0x40000123);
	expect_sound();
}

static void a_slice_of_unmapping_leaves_nothing_stale(void **state UNUSED)
{
	u64 done = 0;

	begin_s2(40);
	assert_int_equal(map(0x40000000, 0x50001000, 32 * PAGE_SIZE, RWX), OK);
	while (pt_unmap_range(&space, 0x40000000, 32 * PAGE_SIZE, 5, &done) == ERR_AGAIN) {
		expect_sound();
		expect_fault(0x40000000 + done - 1);
		expect_at(0x40000000 + done, 0x50001000 + done, PAGE_SIZE);
	}
	expect_sound();
}

static void unmapping_a_part_of_a_block_splits_it_by_break_before_make(void **state UNUSED)
{
	begin_s2(40);
	assert_int_equal(map(0, GIB(4), GIB(1), RWX), OK);
	expect_at(0, GIB(4), GIB(1));
	assert_int_equal(unmap(0x12345000, PAGE_SIZE), OK);
	expect_fault(0x12345000);
	expect_at(0x12344fff, GIB(4) + 0x12344fff, PAGE_SIZE);
	expect_at(0x12346000, GIB(4) + 0x12346000, PAGE_SIZE);
	expect_at(0x12400000, GIB(4) + 0x12400000, MIB(2));
	expect_at(0x3fffffff, GIB(4) + 0x3fffffff, MIB(2));
	expect_sound();
}

static void unmapping_skips_holes(void **state UNUSED)
{
	begin_s2(48);
	assert_int_equal(map(0x40000000, 0x50000000, PAGE_SIZE, RWX), OK);
	assert_int_equal(unmap(0, 1ull << 48), OK);
	expect_fault(0x40000000);
	assert_int_equal(reap(0, 1ull << 48), OK);
	assert_int_equal(pt_space_used(&space), 1);
	expect_sound();
}

static void protecting_changes_only_the_range(void **state UNUSED)
{
	u64 done = 0;

	begin_s2(40);
	assert_int_equal(map(0x40000000, 0x50000000, MIB(2), RWX), OK);
	assert_int_equal(fake_access(&vm, 0x40001000, FAKE_WRITE).fault, FAKE_OK);
	assert_int_equal(pt_protect_range(&space, 0x40001000, PAGE_SIZE, PT_R, ALL, &done), OK);
	assert_int_equal(fake_access(&vm, 0x40001000, FAKE_WRITE).fault, FAKE_PERMISSION);
	assert_int_equal(fake_access(&vm, 0x40001000, FAKE_EXEC).fault, FAKE_PERMISSION);
	assert_int_equal(fake_access(&vm, 0x40001000, FAKE_READ).fault, FAKE_OK);
	assert_int_equal(fake_access(&vm, 0x40000fff, FAKE_WRITE).fault, FAKE_OK);
	assert_int_equal(fake_access(&vm, 0x40002000, FAKE_EXEC).fault, FAKE_OK);
	expect_sound();
}

static void protecting_to_the_same_attributes_writes_nothing(void **state UNUSED)
{
	u64 done = 0;

	begin_s2(40);
	assert_int_equal(map(0x40000000, 0x50000000, MIB(2), RWX), OK);
	u32 before = fake_tlb.publishes;
	assert_int_equal(pt_protect_range(&space, 0x40001000, PAGE_SIZE, RWX, ALL, &done), OK);
	assert_int_equal(fake_tlb.publishes, before);
}

static void empty_tables_go_back_and_their_place_takes_a_block(void **state UNUSED)
{
	begin_s2(48);
	assert_int_equal(map(0x40000000, 0x50001000, MIB(2), RWX), OK);
	assert_int_equal(pt_space_used(&space), 4);
	assert_int_equal(unmap(0x40000000, MIB(2)), OK);
	assert_int_equal(map(0x40000000, 0x50000000, MIB(2), RWX), ERR_EXIST);
	assert_int_equal(reap(0x40000000, MIB(2)), OK);
	assert_int_equal(pt_space_used(&space), 1);
	assert_int_equal(map(0x40000000, 0x50000000, MIB(2), RWX), OK);
	expect_at(0x40000000, 0x50000000, MIB(2));
	expect_sound();
}

static void reaping_leaves_tables_in_use_alone(void **state UNUSED)
{
	begin_s2(48);
	assert_int_equal(map(0x40000000, 0x50001000, MIB(4), RWX), OK);
	assert_int_equal(unmap(0x40000000, MIB(2)), OK);
	assert_int_equal(reap(0x40000000, MIB(4)), OK);
	assert_int_equal(pt_space_used(&space), 4);
	expect_fault(0x401fffff);
	expect_at(0x40200000, 0x50201000, PAGE_SIZE);
	expect_sound();
}

/* ---- quota ---- */

static void a_space_never_takes_a_page_beyond_its_quota(void **state UNUSED)
{
	struct pt_space other;

	begin(s2_format(48), FAKE_STAGE2, 3);
	assert_int_equal(init(&other, s2_format(48), 3, 4), OK);
	assert_int_equal(map(0x40000000, 0x50001000, PAGE_SIZE, RWX), ERR_NOMEM);
	assert_int_equal(pt_space_used(&space), 3);
	assert_int_equal(pt_space_used(&other), 1);
	assert_int_equal(init(&other, s2_format(48), 2, 4), ERR_STATE);
	assert_int_equal(init(&other, s2_format(48), POOL_PAGES, 1), ERR_RANGE);
}

static u64 rnd(u64 *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return *seed >> 24;
}

static void the_planned_number_of_tables_is_enough_and_exact_for_one_range(void **state UNUSED)
{
	static const u64 align[] = {PAGE_SIZE, MIB(2), GIB(1)};
	u64 seed = 1;

	for (u32 n = 0; n < 300; n++) {
		const struct pt_format *f = s2_format(40 + n % 9);
		u64 va = align_down(rnd(&seed) & ((1ull << 39) - 1), align[rnd(&seed) % 3]);
		u64 pa = align_down(rnd(&seed) & ((1ull << 39) - 1), align[rnd(&seed) % 3]);
		u64 size = PAGE_SIZE * (1 + rnd(&seed) % (n % 3 ? 2000 : 60000));
		u64 done = 0;

		if ((va ^ pa) & (MIB(2) - 1))
			size = min_u64(size, MIB(200));

		u32 need = pt_tables_needed(f, va, pa, size);
		u32 quota = pt_quota(f, need);

		assert_true(quota <= POOL_PAGES);
		fake_ram_init();
		fake_reset();
		pt_pool_init(&pool, HPA(POOL_BASE), meta, POOL_PAGES);
		assert_int_equal(init(&space, f, n % 7, quota), OK);
		assert_int_equal(pt_map_range(&space, va, pa, size, RWX, ALL, &done), OK);
		assert_int_equal(pt_space_used(&space), pt_root_pages(f) + need);
	}
}

/* ---- the walker's own view ---- */

static void query_agrees_with_hardware(void **state UNUSED)
{
	u64 seed = 3;
	struct pt_hit hit;

	begin_s2(41);
	assert_int_equal(map(0x40000000, 0x80000000, MIB(2) + PAGE_SIZE, RWX), OK);
	assert_int_equal(map(0x40400000, 0xc0000000, 3 * PAGE_SIZE, PT_R | PT_X), OK);
	assert_int_equal(map(1ull << 40, 0x100000000, MIB(4), PT_R | PT_W | PT_DEVICE), OK);
	for (u32 i = 0; i < 5000; i++) {
		u64 va = (i % 3 ? 0x40000000 : 1ull << 40) + rnd(&seed) % MIB(5);
		struct fake_xlat x = fake_walk(&vm, va, FAKE_READ);
		bool ok = pt_query(&space, va, &hit);

		assert_int_equal(ok, x.fault == FAKE_OK);
		if (!ok)
			continue;
		assert_int_equal(hit.pa, x.hpa);
		assert_int_equal(hit.size, x.leaf_size);
		assert_int_equal(!!(hit.attr & PT_W), x.write);
		assert_int_equal(!!(hit.attr & PT_X), x.exec);
		assert_int_equal(!!(hit.attr & PT_DEVICE), x.device);
	}
	assert_false(pt_query(&space, 1ull << 41, &hit));
}

static void the_el2_format_maps_write_xor_execute(void **state UNUSED)
{
	begin(&el2_format, FAKE_EL2, 32);
	assert_int_equal(map(0x40000000, 0x40000000, MIB(2), PT_R | PT_X), OK);
	assert_int_equal(map(0x40200000, 0x40200000, MIB(2), PT_R | PT_W), OK);
	assert_int_equal(map(0x09000000, 0x09000000, PAGE_SIZE, PT_R | PT_W | PT_DEVICE), OK);
	assert_int_equal(map(0x50000000, 0x50000000, MIB(2), RWX), ERR_RANGE);
	assert_int_equal(fake_access(&vm, 0x40000000, FAKE_EXEC).fault, FAKE_OK);
	assert_int_equal(fake_access(&vm, 0x40000000, FAKE_WRITE).fault, FAKE_PERMISSION);
	assert_int_equal(fake_access(&vm, 0x40200000, FAKE_WRITE).fault, FAKE_OK);
	assert_int_equal(fake_access(&vm, 0x40200000, FAKE_EXEC).fault, FAKE_PERMISSION);
	assert_false(fake_access(&vm, 0x40200000, FAKE_READ).device);
	assert_true(fake_access(&vm, 0x09000000, FAKE_READ).device);
	expect_sound();
}

static void a_slot_is_there_once_its_table_is(void **state UNUSED)
{
	begin(&el2_format, FAKE_EL2, 32);
	assert_null(pt_slot(&space, 0x40000000, 0));
	assert_int_equal(map(0x40001000, 0x40001000, PAGE_SIZE, PT_R), OK);
	u64 *slot = pt_slot(&space, 0x40000000, 0);
	assert_non_null(slot);
	assert_int_equal(*slot, 0);
	assert_null(pt_slot(&space, 1ull << 48, 0));
}

static void geometry_reaches_the_register_as_the_manual_says(void **state UNUSED)
{
	assert_int_equal(s2_vtcr_geometry(s2_format(40)), 24 | 1 << 6);
	assert_int_equal(s2_vtcr_geometry(s2_format(43)), 21 | 1 << 6);
	assert_int_equal(s2_vtcr_geometry(s2_format(44)), 20 | 2 << 6);
	assert_int_equal(s2_vtcr_geometry(s2_format(48)), 16 | 2 << 6);
	assert_null(s2_format(49));
	assert_null(s2_format(31));
}

static void a_random_history_agrees_with_a_flat_model(void **state UNUSED)
{
	static u64 model[4096]; /* frame of each page of 16 MiB at 1 GiB, 0: none */
	const u64 base = 0x40000000;
	u64 seed = 11;

	begin_s2(40);
	memset(model, 0, sizeof(model));
	for (u32 n = 0; n < 200; n++) {
		u64 page = rnd(&seed) % 4096, done = 0;
		u64 count = 1 + rnd(&seed) % (n % 2 ? 1100 : 40);
		u64 pa = 0x100000000 + (page + (n % 3 ? 0 : 512 * (rnd(&seed) % 4))) * PAGE_SIZE;

		count = min_u64(count, 4096 - page);
		if (n % 5 < 2) {
			bool free = true;

			for (u64 i = 0; i < count; i++)
				free = free && !model[page + i];
			/* an empty table in a block's place is no free place until it is reaped */
			(void)reap(base, MIB(16));
			enum err e = map(base + page * PAGE_SIZE, pa, count * PAGE_SIZE, RWX);
			assert_int_equal(e, free ? OK : ERR_EXIST);
			for (u64 i = 0; free && i < count; i++)
				model[page + i] = pa + i * PAGE_SIZE;
			if (free)
				continue;
			/* what came before the obstacle is mapped: take it back */
			for (u64 i = 0; i < count && !model[page + i]; i++)
				assert_int_equal(unmap(base + (page + i) * PAGE_SIZE, PAGE_SIZE), OK);
		} else {
			assert_int_equal(pt_unmap_range(&space, base + page * PAGE_SIZE, count * PAGE_SIZE,
							ALL, &done),
					 OK);
			for (u64 i = 0; i < count; i++)
				model[page + i] = 0;
		}
		for (u64 i = 0; i < 4096; i += 1 + rnd(&seed) % 61) {
			struct fake_xlat x = fake_walk(&vm, base + i * PAGE_SIZE, FAKE_READ);

			assert_int_equal(x.fault, model[i] ? FAKE_OK : FAKE_TRANSLATION);
			if (model[i])
				assert_int_equal(x.hpa, model[i]);
		}
	}
	expect_sound();
	assert_int_equal(unmap(base, MIB(16)), OK);
	assert_int_equal(reap(base, MIB(16)), OK);
	assert_int_equal(pt_space_used(&space), pt_root_pages(space.fmt));
}

/* ---- the model itself: it must be able to complain ---- */

static u64 *leaf_of(u64 va)
{
	return pt_slot(&space, va, 0);
}

static void the_model_sees_a_missing_break(void **state UNUSED)
{
	begin_s2(40);
	assert_int_equal(map(0x40000000, 0x50001000, PAGE_SIZE, RWX), OK);
	*leaf_of(0x40000000) += PAGE_SIZE;
	fake_publish(leaf_of(0x40000000), 8);
	assert_true(fake_violations);
}

static void the_model_sees_a_missing_flush(void **state UNUSED)
{
	begin_s2(40);
	assert_int_equal(map(0x40000000, 0x50001000, PAGE_SIZE, RWX), OK);
	*leaf_of(0x40000000) = 0;
	fake_publish(leaf_of(0x40000000), 8);
	assert_int_equal(fake_tlb_stale(&vm), 1);
	expect_at(0x40000000, 0x50001000, PAGE_SIZE); /* still cached */
	assert_int_equal(map(0x40000000, 0x60001000, PAGE_SIZE, RWX), OK);
	assert_true(fake_violations);
}

static void the_model_sees_only_what_was_published(void **state UNUSED)
{
	begin_s2(40);
	assert_int_equal(map(0x40000000, 0x50001000, PAGE_SIZE, RWX), OK);
	*leaf_of(0x40001000) = *leaf_of(0x40000000) + PAGE_SIZE;
	expect_fault(0x40001000);
	fake_publish(leaf_of(0x40001000), 8);
	expect_at(0x40001000, 0x50002000, PAGE_SIZE);
}

static void the_model_sees_a_table_reused_while_a_pointer_is_cached(void **state UNUSED)
{
	begin_s2(40);
	assert_int_equal(map(0x40000000, 0x50001000, PAGE_SIZE, RWX), OK);
	u64 *link = pt_slot(&space, 0x40000000, 1);
	u64 *table = hpa_to_va(HPA(*link & ~0xfffull));
	*link = 0;
	fake_publish(link, 8);
	assert_int_equal(fake_violations, 0);
	table[5] = 0x70000000 | 3;
	fake_publish(&table[5], 8);
	assert_true(fake_violations);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mapping_uses_the_largest_leaves_alignment_permits),
		cmocka_unit_test(host_alignment_limits_the_leaf_too),
		cmocka_unit_test(every_ipa_size_is_reached_to_its_last_page),
		cmocka_unit_test(a_concatenated_root_is_aligned_and_uses_the_pages_before_it),
		cmocka_unit_test(mapping_over_something_is_refused_and_changes_nothing),
		cmocka_unit_test(malformed_ranges_are_refused),
		cmocka_unit_test(a_slice_takes_no_more_steps_than_its_budget),
		cmocka_unit_test(an_unmapped_address_faults_although_it_was_cached),
		cmocka_unit_test(a_slice_of_unmapping_leaves_nothing_stale),
		cmocka_unit_test(unmapping_a_part_of_a_block_splits_it_by_break_before_make),
		cmocka_unit_test(unmapping_skips_holes),
		cmocka_unit_test(protecting_changes_only_the_range),
		cmocka_unit_test(protecting_to_the_same_attributes_writes_nothing),
		cmocka_unit_test(empty_tables_go_back_and_their_place_takes_a_block),
		cmocka_unit_test(reaping_leaves_tables_in_use_alone),
		cmocka_unit_test(a_space_never_takes_a_page_beyond_its_quota),
		cmocka_unit_test(the_planned_number_of_tables_is_enough_and_exact_for_one_range),
		cmocka_unit_test(query_agrees_with_hardware),
		cmocka_unit_test(the_el2_format_maps_write_xor_execute),
		cmocka_unit_test(a_slot_is_there_once_its_table_is),
		cmocka_unit_test(geometry_reaches_the_register_as_the_manual_says),
		cmocka_unit_test(a_random_history_agrees_with_a_flat_model),
		cmocka_unit_test(the_model_sees_a_missing_break),
		cmocka_unit_test(the_model_sees_a_missing_flush),
		cmocka_unit_test(the_model_sees_only_what_was_published),
		cmocka_unit_test(the_model_sees_a_table_reused_while_a_pointer_is_cached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
