/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of riscv64 under the walker, and under the fake machine's own walker of them with its stale TLB.
 * SOURCES: core/pgtable.c core/pt_pool.c core/pt_range.c arch/riscv/pt_formats.c hal/fake/fake.c hal/fake/fake_log.c hal/fake/fake_mem.c hal/fake/fake_tlb.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "arch/riscv/pt_formats.h"
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

/* The families; those of odd number have memory types. */
static const struct family {
	const struct pt_format *formats;
	enum fake_regime regime;
	u32 root_bits;
	bool runs;
} families[] = {
	{host_formats, FAKE_RISCV_HOST, 9, false},     {host_formats_pbmt, FAKE_RISCV_HOST, 9, false},
	{gstage_formats, FAKE_GSTAGE, 11, false},      {gstage_formats_pbmt, FAKE_GSTAGE, 11, false},
	{gstage_formats_napot, FAKE_GSTAGE, 11, true}, {gstage_formats_pbmt_napot, FAKE_GSTAGE, 11, true},
};

static void begin_at(const struct pt_format *fmt, enum fake_regime regime, u32 first)
{
	fake_ram_init();
	fake_reset();
	fake_tlb.napot = fmt->runs;
	memset(hpa_to_va(HPA(POOL_BASE)), 0x5a, POOL_PAGES * PAGE_SIZE); /* pool pages are not zero */
	pt_pool_init(&pool, HPA(POOL_BASE), meta, POOL_PAGES);
	space = (struct pt_space){.fmt = fmt,
				  .pool = &pool,
				  .hooks = &hooks,
				  .ctx = &vm,
				  .first = first,
				  .count = POOL_PAGES - first,
				  .owner = 7};
	assert_int_equal(pt_space_init(&space), OK);
	fake_walker_attach(&vm, regime, pt_root(&space), fmt->va_bits);
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

static void expect_at(u64 va, u64 pa, u64 leaf)
{
	struct fake_xlat x = fake_access(&vm, va, FAKE_READ);

	assert_int_equal(x.fault, FAKE_OK);
	assert_int_equal(x.hpa, pa);
	assert_int_equal(x.leaf_size, leaf);
}

static void expect_sound(void)
{
	if (fake_violations)
		fail_msg("%u violations, last: %s", fake_violations, fake_last_violation);
	assert_int_equal(fake_tlb_stale(&vm), 0);
}

typedef void body(const struct family *family, const struct pt_format *f);

static void each(body *test)
{
	for (u32 i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		for (u32 n = 0; n < SV_FORMATS; n++)
			test(&families[i], &families[i].formats[n]);
}

/* ---- geometry ---- */

static void check_geometry(const struct family *family, const struct pt_format *f)
{
	u32 n = (u32)(f - family->formats);

	assert_int_equal(f->levels, 3 + n);
	assert_int_equal(f->root_bits, family->root_bits);
	assert_int_equal(f->va_bits, 39 + 9 * n + (family->root_bits - 9));
	assert_int_equal(pt_root_pages(f), family->root_bits == 11 ? 4 : 1);
	assert_int_equal(pt_mode(f), 8 + n);
	assert_int_equal(f->pa_bits, 56);
	assert_int_equal(f->runs, family->runs);
}

static void geometry_is_the_manuals(void **state UNUSED)
{
	each(check_geometry);
}

static void a_guests_width_takes_the_smallest_format_that_reaches_it(void **state UNUSED)
{
	for (u32 has = 0; has < 4; has++) {
		const struct pt_format *f = families[2 + has].formats;

		pt_pbmt = has & 1;
		pt_napot = has & 2;
		for (u32 bits = 32; bits <= 59; bits++)
			assert_ptr_equal(s2_format(bits), &f[bits <= 41 ? 0 : bits <= 50 ? 1 : 2]);
		assert_null(s2_format(60));
	}
	pt_pbmt = pt_napot = false;
}

static void check_alignment(const struct family *family, const struct pt_format *f)
{
	if (family->root_bits != 11)
		return;
	begin_at(f, FAKE_GSTAGE, 1); /* the quota begins at an odd page */
	assert_int_equal(pt_root(&space).v % KIB(16), 0);
	assert_int_equal(map(0x80000000, 0x90000000, PAGE_SIZE, RWX), OK);
	expect_at(0x80000000, 0x90000000, PAGE_SIZE);
	expect_sound();
}

static void a_root_of_16_kib_is_aligned_to_that(void **state UNUSED)
{
	each(check_alignment);
}

/* ---- round trips ---- */

static void check_round_trip(const struct family *family UNUSED, const struct pt_format *f)
{
	for (u32 attr = 0; attr < 32; attr++) {
		if (!f->attr_ok(attr))
			continue;
		for (u32 level = 0; level <= 2; level++)
			for (u32 bit = 12 + 9 * level; bit <= 56; bit++) {
				u64 pa = bit == 56 ? ((1ULL << 56) - 1) & ~(pt_size(level) - 1) : 1ULL << bit;
				u64 pte = f->make_leaf(pa, level, attr);

				assert_int_equal(f->kind(pte, level), PT_LEAF);
				assert_int_equal(f->addr(pte, level), pa);
				assert_int_equal(f->attr(pte, level), attr);
			}
	}
	for (u32 bit = 12; bit < 56; bit++) {
		u64 pte = f->make_table(1ULL << bit);

		assert_int_equal(pte, 1 | 1ULL << (bit - 2));
		assert_int_equal(f->kind(pte, 1), PT_TABLE);
		assert_int_equal(f->addr(pte, 1), 1ULL << bit);
	}
	assert_int_equal(f->kind(0, 0), PT_EMPTY);
	assert_int_equal(f->kind(~1ULL, 0), PT_EMPTY);
}

static void leaves_and_tables_decode_to_what_was_encoded(void **state UNUSED)
{
	each(check_round_trip);
}

static void check_rights(const struct family *family, const struct pt_format *f)
{
	bool host = family->regime == FAKE_RISCV_HOST;

	for (u32 attr = 0; attr < 32; attr++) {
		bool ok = attr < 16 && attr & PT_R && !(attr & PT_X && attr & PT_DEVICE) &&
			  !(host && attr & PT_W && attr & PT_X);

		assert_int_equal(f->attr_ok(attr), ok);
		if (!ok)
			continue;
		begin_at(f, family->regime, 0);
		assert_int_equal(map(0x80000000, 0x90000000, PAGE_SIZE, attr), OK);
		struct fake_xlat x = fake_access(&vm, 0x80000000, FAKE_READ);

		assert_int_equal(x.fault, FAKE_OK);
		assert_int_equal(x.write, !!(attr & PT_W));
		assert_int_equal(x.exec, !!(attr & PT_X));
		assert_int_equal(x.device, !!(attr & PT_DEVICE));
		expect_sound();
	}
}

static void rights_and_memory_type_reach_hardware_and_the_host_has_no_writable_code(void **state UNUSED)
{
	each(check_rights);
}

static void only_harts_with_the_extension_are_given_memory_types(void **state UNUSED)
{
	for (u32 i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		const struct pt_format *f = &families[i].formats[1];
		u64 pte = f->make_leaf(0x10000000, 0, PT_R | PT_W | PT_DEVICE);

		assert_int_equal(pte >> 54,
				 i & 1 ? 2ULL << 7 : 0); /* PBMT is IO, or all reserved bits are 0 */
	}
}

/* ---- the walker ---- */

static void check_mapping(const struct family *family, const struct pt_format *f)
{
	u64 top = 1ULL << f->va_bits;

	begin_at(f, family->regime, 0);
	assert_int_equal(map(0x3fe00000, 0x13fe00000, GIB(1) + MIB(4) + PAGE_SIZE, PT_R | PT_W), OK);
	expect_at(0x3fe00000, 0x13fe00000, MIB(2));
	expect_at(0x40000000, 0x140000000, GIB(1));
	expect_at(0x7fffffff, 0x17fffffff, GIB(1));
	expect_at(0x80000000, 0x180000000, MIB(2));
	expect_at(0x80200abc, 0x180200abc, PAGE_SIZE);
	assert_int_equal(map(top - PAGE_SIZE, (1ULL << 56) - PAGE_SIZE, PAGE_SIZE, PT_R), OK);
	expect_at(top - 1, (1ULL << 56) - 1, PAGE_SIZE);
	assert_int_equal(map(top / 2, 0x30000000, PAGE_SIZE, PT_R), OK);
	expect_at(top / 2, 0x30000000, PAGE_SIZE);
	assert_int_equal(map(top, 0x40000000, PAGE_SIZE, PT_R), ERR_RANGE);
	assert_int_equal(map(0, 1ULL << 56, PAGE_SIZE, PT_R), ERR_RANGE);
	expect_sound();
}

static void mappings_take_the_largest_leaves_and_reach_the_last_page(void **state UNUSED)
{
	each(check_mapping);
}

/* Each quarter of the root is a page of its own. */
static void check_quarters(const struct family *family, const struct pt_format *f)
{
	u64 top = 1ULL << f->va_bits;

	begin_at(f, family->regime, 0);
	for (u64 q = 0; q < 4; q++)
		assert_int_equal(map(q * (top / 4) + GIB(1), 0x100000000 + q * GIB(1), GIB(1), PT_R), OK);
	for (u64 q = 0; q < 4; q++)
		expect_at(q * (top / 4) + GIB(1) + 5, 0x100000000 + q * GIB(1) + 5, GIB(1));
	assert_int_equal(unmap(top / 2 + GIB(1), GIB(1)), OK);
	assert_int_equal(fake_access(&vm, top / 2 + GIB(1), FAKE_READ).fault, FAKE_TRANSLATION);
	expect_at(GIB(1), 0x100000000, GIB(1));
	expect_sound();
}

static void every_quarter_of_the_root_translates(void **state UNUSED)
{
	each(check_quarters);
}

static void check_splits(const struct family *family, const struct pt_format *f)
{
	u64 done = 0;

	begin_at(f, family->regime, 0);
	assert_int_equal(map(0, GIB(4), GIB(1), PT_R | PT_W), OK);
	assert_int_equal(unmap(0x12345000, PAGE_SIZE), OK);
	assert_int_equal(fake_access(&vm, 0x12345000, FAKE_READ).fault, FAKE_TRANSLATION);
	expect_at(0x12344fff, GIB(4) + 0x12344fff, PAGE_SIZE);
	expect_at(0x12350000, GIB(4) + 0x12350000, f->runs ? KIB(64) : PAGE_SIZE);
	expect_at(0x12400000, GIB(4) + 0x12400000, MIB(2));
	assert_int_equal(pt_protect_range(&space, 0x12346000, PAGE_SIZE, PT_R, ALL, &done), OK);
	assert_int_equal(fake_access(&vm, 0x12346000, FAKE_WRITE).fault, FAKE_PERMISSION);
	assert_int_equal(fake_access(&vm, 0x12347000, FAKE_WRITE).fault, FAKE_OK);
	expect_sound();
	assert_int_equal(unmap(0, GIB(1)), OK);
	done = 0;
	assert_int_equal(pt_reap_range(&space, 0, GIB(1), ALL, &done), OK);
	assert_int_equal(pt_space_used(&space), pt_root_pages(f));
	expect_sound();
}

static void parts_of_leaves_are_split_off_by_break_before_make(void **state UNUSED)
{
	each(check_splits);
}

static u64 rnd(u64 *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return *seed >> 24;
}

static void check_tables(const struct family *family UNUSED, const struct pt_format *f)
{
	static const u64 align[] = {PAGE_SIZE, MIB(2), GIB(1)};
	u64 seed = 5;

	for (u32 n = 0; n < 12; n++) {
		u64 va = align_down(rnd(&seed) & ((1ULL << 38) - 1), align[n % 3]);
		u64 pa = align_down(rnd(&seed) & ((1ULL << 39) - 1), align[n / 3 % 3]);
		u64 size = PAGE_SIZE * (1 + rnd(&seed) % 20000), done = 0;
		u32 need = pt_tables_needed(f, va, pa, size), quota = pt_quota(f, need);

		assert_true(quota <= POOL_PAGES);
		fake_reset();
		pt_pool_init(&pool, HPA(POOL_BASE), meta, POOL_PAGES);
		space = (struct pt_space){.fmt = f,
					  .pool = &pool,
					  .hooks = &hooks,
					  .ctx = &vm,
					  .first = n % 7,
					  .count = quota,
					  .owner = 7};
		assert_int_equal(pt_space_init(&space), OK);
		assert_int_equal(pt_map_range(&space, va, pa, size, PT_R, ALL, &done), OK);
		assert_int_equal(pt_space_used(&space), pt_root_pages(f) + need);
	}
}

static void the_planned_number_of_tables_is_enough(void **state UNUSED)
{
	each(check_tables);
}

static void check_query(const struct family *family, const struct pt_format *f)
{
	u64 seed = 3;
	struct pt_hit hit;

	begin_at(f, family->regime, 0);
	assert_int_equal(map(0x40000000, 0x80000000, MIB(2) + PAGE_SIZE, PT_R | PT_W), OK);
	assert_int_equal(map(0x40400000, 0xc0000000, 3 * PAGE_SIZE, PT_R | PT_X), OK);
	assert_int_equal(map(1ULL << 38, 0x100000000, MIB(4), PT_R | PT_W | PT_DEVICE), OK);
	for (u32 i = 0; i < 1500; i++) {
		u64 va = (i % 3 ? 0x40000000 : 1ULL << 38) + rnd(&seed) % MIB(5);
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
}

static void query_agrees_with_hardware(void **state UNUSED)
{
	each(check_query);
}

/* ---- runs of 64 KiB ---- */

static void an_entry_of_a_run_is_the_manuals(void **state UNUSED)
{
	const struct pt_format *f = gstage_formats_napot;
	u64 pte = f->make_leaf(0x12340000, 0, PT_R | PT_W | PT_RUN);

	assert_int_equal(pte, 1ULL << 63 | 0x12348000ULL >> 12 << 10 | 0xd7);
	for (u32 i = 0; i < PT_RUN_ENTRIES; i++)
		assert_int_equal(f->make_leaf(0x12340000 + i * PAGE_SIZE, 0, PT_R | PT_W | PT_RUN), pte);
	assert_int_equal(f->kind(pte, 0), PT_LEAF);
	assert_int_equal(f->addr(pte, 0), 0x12340000);
	assert_int_equal(f->attr(pte, 0), PT_R | PT_W | PT_RUN);
	assert_false(f->attr_ok(PT_R | PT_RUN)); /* nobody asks for one */
}

static void begin_runs(void)
{
	begin_at(&gstage_formats_napot[0], FAKE_GSTAGE, 0);
}

static void pages_that_are_aligned_together_are_runs_and_no_others(void **state UNUSED)
{
	begin_runs();
	assert_int_equal(map(0x8000f000, 0x9000f000, KIB(64) * 2 + PAGE_SIZE, RWX), OK);
	expect_at(0x8000f000, 0x9000f000, PAGE_SIZE);
	for (u64 off = 0x10000; off < 0x30000; off += PAGE_SIZE)
		expect_at(0x80000000 + off + 5, 0x90000000 + off + 5, KIB(64));
	assert_int_equal(fake_access(&vm, 0x80030000, FAKE_READ).fault, FAKE_TRANSLATION);
	assert_int_equal(map(0x80100000, 0x90108000, KIB(128), RWX), OK); /* not aligned to each other */
	expect_at(0x80100000, 0x90108000, PAGE_SIZE);
	expect_at(0x80110000, 0x90118000, PAGE_SIZE);
	assert_int_equal(map(0x80200000, 0x90200000, KIB(60), RWX), OK); /* too few */
	expect_at(0x80200000, 0x90200000, PAGE_SIZE);
	expect_sound();
}

static void a_run_takes_the_place_of_nothing(void **state UNUSED)
{
	u64 done = 0;

	for (u32 page = 0; page < PT_RUN_ENTRIES; page++) {
		begin_runs();
		assert_int_equal(map(0x80010000 + page * PAGE_SIZE, 0x40000000, PAGE_SIZE, PT_R), OK);
		done = 0;
		assert_int_equal(pt_map_range(&space, 0x80000000, 0x90000000, KIB(128), RWX, ALL, &done),
				 ERR_EXIST);
		assert_int_equal(done, KIB(64)); /* all that was before */
		expect_at(0x80010000 + page * PAGE_SIZE, 0x40000000, PAGE_SIZE);
		expect_at(0x8000f000, 0x9000f000, KIB(64));
		expect_sound();
	}
}

static void a_page_out_of_a_run_leaves_pages(void **state UNUSED)
{
	u64 done = 0;

	for (u64 page = 0; page < PT_RUN_ENTRIES; page++) {
		begin_runs();
		assert_int_equal(map(0x80000000, 0x90000000, KIB(192), RWX), OK);
		assert_int_equal(unmap(0x80010000 + page * PAGE_SIZE, PAGE_SIZE), OK);
		for (u64 other = 0; other < 48; other++) {
			u64 va = 0x80000000 + other * PAGE_SIZE;

			if (other == 16 + page)
				assert_int_equal(fake_access(&vm, va, FAKE_READ).fault, FAKE_TRANSLATION);
			else
				expect_at(va, va + 0x10000000, other / 16 == 1 ? PAGE_SIZE : KIB(64));
		}
		done = 0;
		assert_int_equal(pt_protect_range(&space, 0x80024000, KIB(8), PT_R, ALL, &done), OK);
		assert_int_equal(fake_access(&vm, 0x80024000, FAKE_WRITE).fault, FAKE_PERMISSION);
		assert_int_equal(fake_access(&vm, 0x80026000, FAKE_WRITE).fault, FAKE_OK);
		expect_sound();
	}
}

static void a_whole_run_changes_and_goes_as_one(void **state UNUSED)
{
	u64 done = 0;

	begin_runs();
	assert_int_equal(map(0x80000000, 0x90000000, KIB(192), PT_R | PT_W), OK);
	assert_int_equal(pt_protect_range(&space, 0x80010000, KIB(64), PT_R, 1, &done), OK);
	expect_at(0x80014000, 0x90014000, KIB(64));
	assert_int_equal(fake_access(&vm, 0x80014000, FAKE_WRITE).fault, FAKE_PERMISSION);
	assert_int_equal(fake_access(&vm, 0x80024000, FAKE_WRITE).fault, FAKE_OK);
	done = 0;
	assert_int_equal(pt_unmap_range(&space, 0x80010000, KIB(64), 1, &done), OK);
	assert_int_equal(fake_access(&vm, 0x8001f000, FAKE_READ).fault, FAKE_TRANSLATION);
	expect_at(0x8000f000, 0x9000f000, KIB(64));
	expect_sound();
}

/* Arbitrary ranges against a plain array of what each page should say. */
static void any_sequence_of_ranges_is_what_it_says(void **state UNUSED)
{
	enum { N = 128 };
	u64 frames[N], seed = 11;
	u32 attrs[N];

	begin_runs();
	memset(frames, 0, sizeof(frames));
	for (u32 n = 0; n < 3000; n++) {
		u64 first = rnd(&seed) % N, count = 1 + rnd(&seed) % 40, kind = rnd(&seed) % 3, done = 0;
		u32 attr = PT_R | (rnd(&seed) & 1 ? PT_W : PT_X);
		bool is_free = true;
		u64 va, pa;

		if (kind) {
			count = align_up(count, PT_RUN_ENTRIES);
			first = align_down(first, PT_RUN_ENTRIES);
		}
		count = min_u64(count, N - first);
		va = 0x80000000 + first * PAGE_SIZE;
		pa = 0x90000000 + (first + rnd(&seed) % 3 * 16) * PAGE_SIZE;
		for (u64 i = first; i < first + count; i++)
			is_free = is_free && !frames[i];
		if (is_free && kind < 2)
			assert_int_equal(map(va, pa, count * PAGE_SIZE, attr), OK);
		else if (kind == 2)
			assert_int_equal(pt_protect_range(&space, va, count * PAGE_SIZE, attr, ALL, &done),
					 OK);
		else
			assert_int_equal(unmap(va, count * PAGE_SIZE), OK);
		for (u64 i = 0; i < count; i++) {
			u64 *frame = &frames[first + i];

			attrs[first + i] = attr;
			if (kind < 2)
				*frame = is_free ? pa + i * PAGE_SIZE : 0;
		}
		for (u64 i = 0; i < N; i++) {
			struct fake_xlat x = fake_access(&vm, 0x80000000 + i * PAGE_SIZE, FAKE_READ);

			assert_int_equal(x.fault == FAKE_OK, frames[i] != 0);
			assert_true(!frames[i] || (x.hpa == frames[i] && x.write == !!(attrs[i] & PT_W)));
		}
		expect_sound();
	}
}

/* ---- the model itself ---- */

static void the_model_sees_what_is_reserved(void **state UNUSED)
{
	static const u64 bad[] = {1 | 4, 1ULL << 54 | 0xd7, 3ULL << 61 | 0xd7, 1ULL << 63 | 0xd7, 0x41, 0x11};

	for (u32 i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin_at(&gstage_formats[1], FAKE_GSTAGE, 0);
		assert_int_equal(map(0x80000000, 0x90000000, PAGE_SIZE, RWX), OK);
		u64 *slot = pt_slot(&space, 0x80001000, 0);

		*slot = bad[i];
		fake_publish(slot, 8);
		assert_true(fake_violations);
	}
}

static void the_model_sees_a_run_that_is_not_whole(void **state UNUSED)
{
	begin_runs();
	assert_int_equal(map(0x80000000, 0x90000000, KIB(64), RWX), OK);
	u64 *slot = pt_slot(&space, 0x80003000, 0);

	*slot = 0;
	fake_publish(slot, 8);
	fake_flush(&vm, 0x80003000, PAGE_SIZE);
	assert_int_equal(fake_tlb_stale(&vm), 1); /* any of the others brings it back */
	expect_at(0x80003000, 0x90003000, KIB(64));
}

static void the_model_sees_a_missing_flush(void **state UNUSED)
{
	begin_at(&gstage_formats[0], FAKE_GSTAGE, 0);
	assert_int_equal(map(0x80000000, 0x90000000, PAGE_SIZE, RWX), OK);
	u64 *slot = pt_slot(&space, 0x80000000, 0);

	*slot = 0;
	fake_publish(slot, 8);
	assert_int_equal(fake_tlb_stale(&vm), 1);
	expect_at(0x80000000, 0x90000000, PAGE_SIZE); /* still cached */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(geometry_is_the_manuals),
		cmocka_unit_test(a_guests_width_takes_the_smallest_format_that_reaches_it),
		cmocka_unit_test(a_root_of_16_kib_is_aligned_to_that),
		cmocka_unit_test(leaves_and_tables_decode_to_what_was_encoded),
		cmocka_unit_test(rights_and_memory_type_reach_hardware_and_the_host_has_no_writable_code),
		cmocka_unit_test(only_harts_with_the_extension_are_given_memory_types),
		cmocka_unit_test(mappings_take_the_largest_leaves_and_reach_the_last_page),
		cmocka_unit_test(every_quarter_of_the_root_translates),
		cmocka_unit_test(parts_of_leaves_are_split_off_by_break_before_make),
		cmocka_unit_test(the_planned_number_of_tables_is_enough),
		cmocka_unit_test(query_agrees_with_hardware),
		cmocka_unit_test(an_entry_of_a_run_is_the_manuals),
		cmocka_unit_test(pages_that_are_aligned_together_are_runs_and_no_others),
		cmocka_unit_test(a_run_takes_the_place_of_nothing),
		cmocka_unit_test(a_page_out_of_a_run_leaves_pages),
		cmocka_unit_test(a_whole_run_changes_and_goes_as_one),
		cmocka_unit_test(any_sequence_of_ranges_is_what_it_says),
		cmocka_unit_test(the_model_sees_what_is_reserved),
		cmocka_unit_test(the_model_sees_a_run_that_is_not_whole),
		cmocka_unit_test(the_model_sees_a_missing_flush),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
