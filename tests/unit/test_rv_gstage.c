/* SPDX-License-Identifier: Apache-2.0 */
/* VMIDs and HFENCE on harts that keep all they may keep: hgatp, flushes by range, harts with sparse ids, VMIDs that run out.
 * SOURCES: arch/riscv/sbi.c arch/riscv/pt_formats.c core/vmid.c core/pgtable.c core/pt_pool.c core/pt_range.c tests/unit/fake_hart.c hal/fake/fake_hfence.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c hal/fake/fake_mem.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hal/atomic.h"

static void at_fence(void);
#undef atomic_fence
#define atomic_fence() at_fence()
#include "arch/riscv/gstage.c"
#include "core/pt_pool.h"
#include "hal/fake/fake_hfence.h"
#include "hal/mem.h"
#include "tests/unit/fake_hart.h"

#define HARTS 4
#define VMS 9
#define VCPUS 2
#define POOL_PAGES 512u
#define QUOTA 32u
#define BASE 0x80000000ULL
#define PAGES 16

struct host_features host_features;

static struct vm guests[VMS];
static struct vm_arch archs[VMS];
static struct pt_space spaces[VMS];
static struct pt_meta meta[POOL_PAGES];
static struct pt_pool pool;

static void flush_hook(void *vm, u64 gpa, u64 size)
{
	s2_flush(vm, GPA(gpa), size);
}

static const struct pt_hooks hooks = {.flush = flush_hook, .publish = s2_publish};

/* A first stage for each vCPU of each VM: the pages in another order. */
static u64 stage1(u64 vsatp, u64 va)
{
	u64 page = (va - BASE) / PAGE_SIZE, n = vsatp & 0xff;

	return BASE + (page * 5 + n) % PAGES * PAGE_SIZE + va % PAGE_SIZE;
}

static u64 vsatp_of(u32 vm, u32 vcpu)
{
	return (u64)ATP_SV39 << ATP_MODE_SHIFT | (vm * VCPUS + vcpu + 1);
}

static u64 frame(u32 vm, u32 page)
{
	return FAKE_RAM_BASE + MIB(32) + (vm * 64ULL + page) * PAGE_SIZE;
}

static void map(u32 vm, u32 page, u32 to)
{
	u64 done = 0;

	assert_int_equal(pt_map_range(&spaces[vm], BASE + page * PAGE_SIZE, frame(vm, to), PAGE_SIZE,
				      PT_R | PT_W | PT_X, 100, &done),
			 OK);
}

/* All pages at once, to frames as far apart: a run where the harts have those. */
static void map_all(u32 vm, u32 to)
{
	u64 done = 0;

	assert_int_equal(pt_map_range(&spaces[vm], BASE, frame(vm, to), PAGES * PAGE_SIZE, PT_R | PT_W | PT_X,
				      100, &done),
			 OK);
}

static void unmap(u32 vm, u32 page, u32 count)
{
	u64 done = 0;

	assert_int_equal(pt_unmap_range(&spaces[vm], BASE + page * PAGE_SIZE, count * PAGE_SIZE, 100, &done),
			 OK);
}

static void make_vm(u32 i, u32 bits)
{
	guests[i] = (struct vm){.arch = &archs[i], .index = (u16)i};
	spaces[i] = (struct pt_space){.fmt = s2_format(bits),
				      .pool = &pool,
				      .hooks = &hooks,
				      .ctx = &guests[i],
				      .first = i * QUOTA,
				      .count = QUOTA,
				      .owner = (u16)(i + 1)};
	assert_int_equal(pt_space_init(&spaces[i]), OK);
	gstage_bind(&archs[i], pt_root(&spaces[i]), bits);
	for (u32 page = 0; page < PAGES; page++)
		map(i, page, page);
}

static void begin(u32 vmid_bits, u32 gpa_bits)
{
	static const u64 ids[HARTS] = {2, 5, 70, 4096};

	fake_ram_init();
	fake_hart_reset(HARTS);
	fake_hfence_reset();
	fake_hart_napot = pt_napot;
	fake_hart_stage1 = stage1;
	memset(&vmids, 0, sizeof(vmids));
	memset(loaded, 0, sizeof(loaded));
	memset(archs, 0, sizeof(archs));
	for (u32 i = 0; i < HARTS; i++) {
		the_machine.cpus[i].hwid = ids[i];
		fake_harts[i].has.vmid_bits = vmid_bits;
	}
	host_features = (struct host_features){.vmid_bits = vmid_bits, .gpa_bits = gpa_bits};
	gstage_init();
	pt_pool_init(&pool, HPA(FAKE_RAM_BASE), meta, POOL_PAGES);
	for (u32 i = 0; i < VMS; i++)
		make_vm(i, gpa_bits);
	fake_fences_clear();
	memset(&fake_firmware, 0, sizeof(fake_firmware));
}

/* As vcpu_load() and vcpu_put() do. */
static void load(u32 hart, u32 vm, u32 vcpu)
{
	fake_hart_on(hart);
	gstage_load(&archs[vm], vcpu);
	csr_write(CSR_VSATP, vsatp_of(vm, vcpu));
}

static void put(u32 hart)
{
	fake_hart_on(hart);
	csr_write(CSR_VSATP, 0);
	gstage_put();
}

static void load_on_all(u32 vm)
{
	for (u32 hart = HARTS; hart--;)
		load(hart, vm, 0);
	fake_fences_clear();
	fake_firmware.fence_calls = 0;
}

static u64 hgatp(u32 hart)
{
	return fake_harts[hart].csr[CSR_HGATP];
}

static u64 vmid(u32 hart)
{
	return hgatp(hart) >> HGATP_VMID_SHIFT & HGATP_VMID_MASK;
}

/* The guest on `hart` gets at `va` what its tables say now. */
static void expect_right(u32 hart, u64 va)
{
	u64 h = hgatp(hart), v = fake_harts[hart].csr[CSR_VSATP], got = 0, want = 0;
	bool write = va >> 12 & 1;
	bool ok = fake_hart_access(hart, h, v, va, write, &got), is = fake_hart_walk(h, v, va, write, &want);

	if (ok != is || got != want)
		fail_msg("hart %u at %llx: %d %llx instead of %d %llx", hart, (unsigned long long)va, ok,
			 (unsigned long long)got, is, (unsigned long long)want);
}

static void use_all(u32 hart)
{
	for (u32 page = 0; page < PAGES; page++)
		expect_right(hart, BASE + page * PAGE_SIZE);
	assert_int_equal(fake_violations, 0);
}

static bool fenced(enum fake_fence kind, u32 hart, u64 addr, u64 id)
{
	for (u32 i = 0; i < fake_nr_fences; i++)
		if (fake_fences[i].kind == kind && fake_fences[i].hart == hart &&
		    fake_fences[i].addr == addr && fake_fences[i].id == id)
			return true;
	return false;
}

/* ---- registers ---- */

static void hgatp_has_mode_root_and_vmid_while_loaded_and_nothing_after(void **state UNUSED)
{
	static const u32 bits[] = {41, 50, 59};

	for (u32 i = 0; i < 3; i++) {
		begin(14, bits[i]);
		load(1, 3, 0);
		assert_int_equal(hgatp(1) >> 60, 8 + i);
		assert_int_equal((hgatp(1) & ATP_PPN_MASK) << 12, pt_root(&spaces[3]).v);
		assert_int_equal(pt_root(&spaces[3]).v % KIB(16), 0);
		assert_in_range(vmid(1), 1, 0x3fff);
		use_all(1);
		put(1);
		assert_int_equal(hgatp(1), 0);
	}
}

/* ---- flushes ---- */

static void a_range_is_flushed_by_page_and_vmid_on_every_hart_that_runs_the_vm(void **state UNUSED)
{
	begin(14, 50);
	load_on_all(2);
	s2_flush(&guests[2], GPA(BASE), 3 * PAGE_SIZE);
	assert_int_equal(fake_nr_fences, 3 * HARTS);
	for (u32 hart = 0; hart < HARTS; hart++)
		for (u32 page = 0; page < 3; page++)
			assert_true(fenced(HFENCE_GVMA, hart, BASE + page * PAGE_SIZE, vmid(1)));
}

static void harts_with_sparse_ids_are_reached_by_as_few_calls_as_their_ids_allow(void **state UNUSED)
{
	begin(14, 50);
	load_on_all(2);
	s2_flush(&guests[2], GPA(BASE), PAGE_SIZE);
	assert_int_equal(fake_firmware.fence_calls, 3); /* 5; 70; 4096 */
	fake_hart_on(3);
	fake_firmware.fence_calls = 0;
	s2_flush(&guests[2], GPA(BASE), PAGE_SIZE);
	assert_int_equal(fake_firmware.fence_calls, 2); /* 2 and 5; 70 */
}

static void a_long_range_or_none_flushes_the_whole_vmid(void **state UNUSED)
{
	static const u64 sizes[] = {0, 65 * PAGE_SIZE, MIB(2), GIB(1), UINT64_MAX - 0xfff};

	begin(14, 50);
	load_on_all(2);
	for (u32 i = 0; i < 5; i++) {
		fake_fences_clear();
		s2_flush(&guests[2], GPA(BASE), sizes[i]);
		assert_int_equal(fake_nr_fences, HARTS);
		for (u32 hart = 0; hart < HARTS; hart++)
			assert_true(fenced(HFENCE_GVMA, hart, FAKE_ALL, vmid(0)));
	}
	fake_fences_clear();
	s2_flush(&guests[2], GPA(BASE), 64 * PAGE_SIZE);
	assert_int_equal(fake_nr_fences, 64 * HARTS);
}

static void a_hart_that_runs_another_vm_is_not_interrupted_and_fences_when_it_is_back(void **state UNUSED)
{
	begin(14, 50);
	for (u32 hart = 0; hart < 3; hart++) {
		load(hart, 2, 0);
		use_all(hart);
	}
	put(1);
	load(1, 3, 0);
	put(2);
	fake_hart_on(0);
	fake_firmware.fence_calls = 0;
	fake_fences_clear();
	unmap(2, 3, 1);
	assert_int_equal(fake_firmware.fence_calls, 0);
	assert_int_equal(fake_nr_fences, 1);
	put(1);
	for (u32 hart = 1; hart < 3; hart++) {
		fake_fences_clear();
		load(hart, 2, 0);
		assert_true(fenced(HFENCE_GVMA, hart, FAKE_ALL, vmid(hart)));
		assert_int_equal(fake_fences[0].hgatp, hgatp(hart)); /* after the registers name it */
		use_all(hart);
		put(hart);
		fake_fences_clear();
		load(hart, 2, 0);
		assert_int_equal(fake_nr_fences, 0); /* once */
	}
}

static void whoever_flushes_a_vm_that_it_does_not_run_fences_later(void **state UNUSED)
{
	begin(14, 50);
	load(0, 2, 0);
	use_all(0);
	put(0);
	fake_fences_clear();
	unmap(2, 3, 1);
	assert_int_equal(fake_nr_fences, 0);
	load(0, 2, 0);
	use_all(0);
}

static u32 busy_hart = HARTS, busy_page;

/* Hart 0 takes a page away in the middle of what `busy_hart` does. */
static void take_a_page(void)
{
	u32 hart = busy_hart;

	if (this_cpu()->index != hart)
		return;
	busy_hart = HARTS;
	fake_hart_on(0);
	unmap(2, busy_page++, 1);
	fake_hart_on(hart);
	busy_hart = hart;
}

static void at_fence(void)
{
	take_a_page();
}

static void at_csr(u32 csr, u64 value UNUSED)
{
	if (csr == CSR_HGATP)
		take_a_page();
}

static void a_flush_in_the_middle_of_a_load_or_put_leaves_nothing(void **state UNUSED)
{
	begin(14, 50);
	load(1, 2, 0);
	use_all(1);
	put(1);
	busy_hart = 1;
	busy_page = 0;
	fake_csr_written = at_csr;
	for (u32 n = 0; n < 4; n++) { /* two flushes in a load, one in a put */
		load(1, 2, 0);
		use_all(1);
		put(1);
	}
	fake_csr_written = NULL;
	busy_hart = HARTS;
	assert_int_equal(busy_page, 12);
	load(1, 2, 0);
	use_all(1);
}

static void a_hart_that_did_not_come_is_not_asked(void **state UNUSED)
{
	begin(14, 50);
	cpus[2].online = false;
	fake_hart_on(0);
	vmid_flush_all();
	assert_int_equal(fake_fence_count(HFENCE_GVMA, 2), 0);
	assert_int_equal(fake_fence_count(HFENCE_GVMA, FAKE_ALL), HARTS - 1);
}

static void a_vm_that_was_never_loaded_needs_no_flush(void **state UNUSED)
{
	begin(14, 50);
	load(0, 1, 0);
	fake_fences_clear();
	s2_flush(&guests[2], GPA(BASE), PAGE_SIZE);
	assert_int_equal(fake_nr_fences, 0);
}

static void firmware_that_refuses_a_fence_stops_the_machine(void **state UNUSED)
{
	begin(14, 50);
	load_on_all(2);
	fake_firmware.refuse = SBI_ERR_INVALID_ADDRESS;
	if (fake_catch() == FAKE_RUNNING) {
		s2_flush(&guests[2], GPA(BASE), PAGE_SIZE);
		fake_uncatch();
		fail();
	}
	assert_true(strstr(fake_panic_text, "refuses fence") != NULL);
}

/* ---- the first stage ---- */

static void another_vcpu_of_the_vm_on_a_hart_costs_one_fence_of_the_first_stage(void **state UNUSED)
{
	begin(14, 50);
	load(0, 1, 0);
	put(0);
	fake_fences_clear();
	load(0, 1, 0);
	put(0);
	assert_int_equal(fake_nr_fences, 0);
	load(0, 1, 1);
	assert_int_equal(fake_fence_count(HFENCE_VVMA, 0), 1);
	assert_int_equal(fake_fence_count(FENCE_I, 0), 1);
	assert_int_equal(fake_fences[0].hgatp, hgatp(0)); /* under its VMID */
	assert_int_equal(fake_nr_fences, 2);
}

static void another_vm_between_costs_nothing(void **state UNUSED)
{
	begin(14, 50);
	for (u32 round = 0; round < 3; round++)
		for (u32 vm = 0; vm < VMS; vm++) {
			fake_fences_clear();
			load(0, vm, 0);
			use_all(0);
			put(0);
			assert_int_equal(fake_nr_fences, round ? 0 : 3);
		}
}

static void two_vcpus_of_a_vm_on_one_hart_never_use_each_others_first_stage(void **state UNUSED)
{
	begin(14, 50);
	for (u32 n = 0; n < 6; n++) {
		load(2, 4, n % 2);
		use_all(2);
		put(2);
	}
}

/* HFENCE.GVMA, by which a VMID changes hands, leaves it in place. */
static void a_vmid_that_changes_hands_brings_no_first_stage_of_its_former_vm(void **state UNUSED)
{
	for (u32 bits = 0; bits <= 3; bits += 3) {
		begin(bits, 50);
		for (u32 n = 0; n < 64; n++) {
			load(0, n * 5 % VMS, 0);
			use_all(0);
			put(0);
			load(1, n * 3 % VMS, 1);
			use_all(1);
			put(1);
		}
	}
}

static void without_vmids_every_change_of_vm_fences_this_hart_alone(void **state UNUSED)
{
	begin(0, 50);
	load(0, 1, 0); /* once, for its tables */
	put(0);
	load(0, 0, 0);
	assert_int_equal(vmid(0), 0);
	put(0);
	fake_fences_clear();
	load(0, 0, 0);
	put(0);
	assert_int_equal(fake_nr_fences, 0);
	load(0, 1, 0);
	assert_int_equal(fake_fence_count(HFENCE_GVMA, 0), 1);
	assert_true(fake_fence_count(HFENCE_VVMA, 0) >= 1);
	assert_int_equal(fake_fence_count(HFENCE_GVMA, FAKE_ALL), 1);
	assert_int_equal(fake_firmware.fence_calls, 0);
}

/* ---- everything ---- */

static u64 rnd(u64 *seed, u64 n)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (*seed >> 33) % n;
}

static void change(u64 *seed, bool mapped[VMS][PAGES])
{
	u32 vm = (u32)rnd(seed, VMS), page = (u32)rnd(seed, PAGES);
	u64 done = 0;

	if (mapped[vm][page])
		unmap(vm, page, 1);
	else
		map(vm, page, (u32)rnd(seed, 64));
	mapped[vm][page] = !mapped[vm][page];
	if (!rnd(seed, 8)) { /* all of it, and its tables */
		bool again = rnd(seed, 2);

		unmap(vm, 0, PAGES);
		assert_int_equal(pt_reap_range(&spaces[vm], BASE, MIB(2), 100, &done), OK);
		memset(mapped[vm], again, PAGES);
		if (again)
			map_all(vm, (u32)rnd(seed, 4) * PAGES);
	}
}

static void no_history_of_loads_and_changes_leaves_anything_stale(void **state UNUSED)
{
	static const u8 vmid_bits[] = {0, 1, 3, 4, 14};
	bool running[HARTS], mapped[VMS][PAGES];

	for (u64 seed = 1; seed <= 15; seed++) {
		u64 x = seed;

		pt_napot = seed & 2;
		begin(vmid_bits[seed % 5], seed & 1 ? 41 : 50);
		memset(running, 0, sizeof(running));
		memset(mapped, 1, sizeof(mapped));
		for (u32 n = 0; n < 250; n++) {
			u32 hart = (u32)rnd(&x, HARTS);

			if (running[hart])
				put(hart);
			else
				load(hart, (u32)rnd(&x, VMS), (u32)rnd(&x, VCPUS));
			running[hart] = !running[hart];
			if (!rnd(&x, 3))
				change(&x, mapped);
			for (u32 h = 0; h < HARTS; h++)
				for (u32 i = 0; running[h] && i < 4; i++)
					expect_right(h, BASE + rnd(&x, PAGES) * PAGE_SIZE);
		}
		pt_napot = false;
		if (fake_violations)
			fail_msg("%s", fake_last_violation);
	}
}

/* ---- the model itself ---- */

static void the_model_keeps_pointers_to_tables_through_fences_of_addresses(void **state UNUSED)
{
	u64 hpa, *link, moved;

	begin(14, 41);
	load(0, 1, 0);
	csr_write(CSR_VSATP, 0);
	assert_true(fake_hart_access(0, hgatp(0), 0, BASE, false, &hpa));
	link = pt_slot(&spaces[1], BASE, 1);
	moved = *link;
	*link = 0;
	hfence_gvma(BASE, vmid(0));
	assert_true(fake_hart_access(0, hgatp(0), 0, BASE, false, &hpa));
	hfence_gvma_vmid(vmid(0));
	assert_false(fake_hart_access(0, hgatp(0), 0, BASE, false, &hpa));
	*link = moved;
}

static void the_model_keeps_the_first_stage_through_fences_of_the_second(void **state UNUSED)
{
	u64 hpa;

	begin(14, 41);
	load(0, 1, 0);
	expect_right(0, BASE);
	hfence_gvma_all();
	csr_write(CSR_VSATP, vsatp_of(1, 1));
	assert_true(fake_hart_access(0, hgatp(0), vsatp_of(1, 1), BASE, false, &hpa));
	assert_int_equal(hpa, frame(1, (u32)((stage1(vsatp_of(1, 0), BASE) - BASE) / PAGE_SIZE)));
	hfence_vvma_all();
	expect_right(0, BASE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hgatp_has_mode_root_and_vmid_while_loaded_and_nothing_after),
		cmocka_unit_test(a_range_is_flushed_by_page_and_vmid_on_every_hart_that_runs_the_vm),
		cmocka_unit_test(harts_with_sparse_ids_are_reached_by_as_few_calls_as_their_ids_allow),
		cmocka_unit_test(a_long_range_or_none_flushes_the_whole_vmid),
		cmocka_unit_test(a_hart_that_runs_another_vm_is_not_interrupted_and_fences_when_it_is_back),
		cmocka_unit_test(whoever_flushes_a_vm_that_it_does_not_run_fences_later),
		cmocka_unit_test(a_flush_in_the_middle_of_a_load_or_put_leaves_nothing),
		cmocka_unit_test(a_hart_that_did_not_come_is_not_asked),
		cmocka_unit_test(a_vm_that_was_never_loaded_needs_no_flush),
		cmocka_unit_test(firmware_that_refuses_a_fence_stops_the_machine),
		cmocka_unit_test(another_vcpu_of_the_vm_on_a_hart_costs_one_fence_of_the_first_stage),
		cmocka_unit_test(another_vm_between_costs_nothing),
		cmocka_unit_test(two_vcpus_of_a_vm_on_one_hart_never_use_each_others_first_stage),
		cmocka_unit_test(a_vmid_that_changes_hands_brings_no_first_stage_of_its_former_vm),
		cmocka_unit_test(without_vmids_every_change_of_vm_fences_this_hart_alone),
		cmocka_unit_test(no_history_of_loads_and_changes_leaves_anything_stale),
		cmocka_unit_test(the_model_keeps_pointers_to_tables_through_fences_of_addresses),
		cmocka_unit_test(the_model_keeps_the_first_stage_through_fences_of_the_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
