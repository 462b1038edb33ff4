/* SPDX-License-Identifier: Apache-2.0 */
/* The SBI that guests see, at its limits: every extension and function, as SBI 3.0 says.
 * SOURCES: arch/riscv/vsbi.c arch/riscv/vsbi_base.c arch/riscv/vsbi_dbcn.c arch/riscv/vsbi_fwft.c arch/riscv/vsbi_hsm.c arch/riscv/vsbi_ipi.c arch/riscv/vsbi_legacy.c arch/riscv/vsbi_pmu.c arch/riscv/vsbi_rfence.c arch/riscv/vsbi_srst.c arch/riscv/vsbi_susp.c arch/riscv/vsbi_time.c arch/riscv/vtimer.c arch/riscv/sbi.c core/timer.c tests/unit/fake_hart.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c */
#include "tests/unit/rv_vsbi_env.h"

/* ---- dispatch ---- */

static const u64 extensions[] = {SBI_EXT_BASE, SBI_EXT_TIME, SBI_EXT_IPI,  SBI_EXT_RFENCE, SBI_EXT_HSM,
				 SBI_EXT_SRST, SBI_EXT_DBCN, SBI_EXT_SUSP, SBI_EXT_FWFT,   SBI_EXT_PMU};
static const u32 functions[] = {7, 1, 1, 3, 4, 1, 3, 1, 2, 7};

static void unknown_extensions_are_not_supported(void **state UNUSED)
{
	static const u64 ids[] = {9,
				  0xf,
				  0x11,
				  0x4e41434c,
				  0x535441,
				  0x535345,
				  0x43505043,
				  0x08000000,
				  0x09000000,
				  0x0a000000,
				  UINT32_MAX,
				  ALL,
				  0x100000010ULL,
				  1ULL << 63,
				  0x4442434e00000000ULL,
				  0xffffffff54494d45ULL};

	begin(2);
	for (u32 i = 0; i < ARRAY_SIZE(ids); i++) {
		sbi(ids[i], 0, 1, 2, 3, 4, 5);
		assert_int_equal(error, SBI_ERR_NOT_SUPPORTED);
		assert_int_equal(value, ids[i] < 0x10 ? 2 : 0); /* legacy calls answer in a0 alone */
	}
	assert_int_equal(fake_firmware.calls, 0);
}

static void unknown_functions_are_not_supported(void **state UNUSED)
{
	begin(2);
	for (u32 i = 0; i < ARRAY_SIZE(extensions); i++)
		for (u32 n = 0; n < 6; n++) {
			const u64 fids[] = {functions[i], functions[i] + 1u, 64, UINT32_MAX, 1ULL << 32, ALL};

			sbi(extensions[i], fids[n], 0, 0, 0, 0, 0);
			EXPECT(SBI_ERR_NOT_SUPPORTED);
		}
	assert_int_equal(core.off + core.blocked + core.posts, 0);
}

static void there_are_no_counters_and_none_can_be_named(void **state UNUSED)
{
	static const u64 masks[] = {0, 1, ALL};

	begin(1);
	sbi(SBI_EXT_PMU, 0, 0, 0, 0, 0, 0);
	EXPECT(SBI_SUCCESS);
	assert_int_equal(value, 0);
	for (u32 fid = 1; fid < 7; fid++)
		for (u32 i = 0; i < ARRAY_SIZE(masks); i++) {
			sbi(SBI_EXT_PMU, fid, masks[i], masks[i], 0, 1, 0);
			EXPECT(SBI_ERR_INVALID_PARAM);
		}
	assert_int_equal(fake_firmware.calls, 0);
}

static void probe_tells_what_there_is(void **state UNUSED)
{
	begin(1);
	for (u32 i = 0; i < ARRAY_SIZE(extensions); i++) {
		sbi(SBI_EXT_BASE, 3, extensions[i], 0, 0, 0, 0);
		assert_int_equal(error, SBI_SUCCESS);
		assert_int_equal(value, 1);
		sbi(SBI_EXT_BASE, 3, extensions[i] | 1ULL << 32, 0, 0, 0, 0);
		EXPECT(SBI_SUCCESS);
	}
	for (u64 id = 0; id <= 0xf; id++) {
		sbi(SBI_EXT_BASE, 3, id, 0, 0, 0, 0);
		assert_int_equal(value, id <= 8);
	}
	for (u64 id = 0x11; id < 0x400; id++) {
		sbi(SBI_EXT_BASE, 3, id, 0, 0, 0, 0);
		EXPECT(SBI_SUCCESS);
	}
	sbi(SBI_EXT_BASE, 3, 0x43505043, 0, 0, 0, 0); /* CPPC */
	EXPECT(SBI_SUCCESS);
}

static void base_says_version_3_and_nothing_of_the_machine(void **state UNUSED)
{
	begin(1);
	sbi(SBI_EXT_BASE, 0, 9, 9, 9, 9, 9);
	assert_int_equal(error, SBI_SUCCESS);
	assert_int_equal(value, 3 << 24);
	assert_int_equal(value >> 31, 0);
	for (u64 fid = 4; fid <= 6; fid++) {
		sbi(SBI_EXT_BASE, fid, 9, 9, 9, 9, 9);
		EXPECT(SBI_SUCCESS);
	}
}

/* ---- hart masks (3.1) ---- */

/* What chapter 3 says, written anew: a set of harts, or the error. */
static bool harts(u16 nr, u64 mask, u64 base, u64 *set)
{
	*set = 0;
	if (base == ALL) {
		*set = nr == 64 ? ALL : (1ULL << nr) - 1;
		return true;
	}
	if (base >= nr)
		return false;
	for (u32 bit = 0; bit < 64; bit++) {
		if (!(mask >> bit & 1))
			continue;
		if (base + bit >= nr)
			return false;
		*set |= 1ULL << (base + bit);
	}
	return true;
}

static const u64 masks[] = {
	0, 1, 2, 3, 0x8000000000000000ULL, ALL, 0xff, 0x5555555555555555ULL, 1ULL << 32, 1ULL << 62};
static const u64 bases[] = {0,  1,   2,   3,          31,         32,         62,      63, 64,
			    65, 127, 128, UINT32_MAX, 1ULL << 32, 1ULL << 63, ALL - 1, ALL};

static void every_mask_and_base_names_the_harts_that_it_says_or_is_refused(void **state UNUSED)
{
	static const u16 sizes[] = {1, 2, 3, 33, 63, 64};

	for (u32 s = 0; s < ARRAY_SIZE(sizes); s++)
		for (u32 m = 0; m < ARRAY_SIZE(masks); m++)
			for (u32 b = 0; b < ARRAY_SIZE(bases); b++) {
				u64 set;
				bool ok = harts(sizes[s], masks[m], bases[b], &set);

				begin(sizes[s]);
				sbi(SBI_EXT_IPI, 0, masks[m], bases[b], 0, 0, 0);
				EXPECT(ok ? SBI_SUCCESS : SBI_ERR_INVALID_PARAM);
				assert_int_equal(core.woken, ok ? set & ~1ULL : 0);
				assert_int_equal(*reg(CSR_HVIP) & IRQ_BIT(IRQ_VSSI),
						 ok && set & 1 ? IRQ_BIT(IRQ_VSSI) : 0);
			}
}

static void fences_take_the_same_masks(void **state UNUSED)
{
	for (u64 fid = 0; fid < 3; fid++)
		for (u32 m = 0; m < ARRAY_SIZE(masks); m++)
			for (u32 b = 0; b < ARRAY_SIZE(bases); b++) {
				enum fake_fence kind = fid ? HFENCE_VVMA : FENCE_I;
				u64 set;
				bool ok = harts(33, masks[m], bases[b], &set);

				begin(33);
				sbi(SBI_EXT_RFENCE, fid, masks[m], bases[b], 0, 0, 7);
				EXPECT(ok ? SBI_SUCCESS : SBI_ERR_INVALID_PARAM);
				for (u32 hart = 0; hart < 33; hart++)
					assert_int_equal(fake_fence_count(kind, hart), ok && set >> hart & 1);
			}
}

/* ---- IPI ---- */

static void an_ipi_that_is_pending_wakes_nobody_again(void **state UNUSED)
{
	begin(4);
	sbi(SBI_EXT_IPI, 0, 0xe, 0, 0, 0, 0);
	assert_int_equal(core.woken, 0xe);
	assert_int_equal(load_relaxed(&guest_archs[2].posted), POST_IPI);
	core.woken = 0;
	sbi(SBI_EXT_IPI, 0, 0xe, 0, 0, 0, 0);
	EXPECT(SBI_SUCCESS);
	assert_int_equal(core.woken, 0);
}

/* ---- RFENCE ---- */

static const struct fake_fence_done *fence_on(u32 hart)
{
	for (u32 i = 0; i < fake_nr_fences; i++)
		if (fake_fences[i].hart == hart)
			return &fake_fences[i];
	fail_msg("no fence on hart %u", hart);
	return NULL;
}

static void a_remote_fence_has_the_range_and_the_asid_that_were_asked(void **state UNUSED)
{
	begin(2);
	*reg(CSR_HGATP) = 0x8000500000080000ULL;
	sbi(SBI_EXT_RFENCE, 2, 2, 0, 0x12345000, 0x1000, 0x77);
	EXPECT(SBI_SUCCESS);
	assert_int_equal(fence_on(1)->kind, HFENCE_VVMA);
	assert_int_equal(fence_on(1)->addr, 0x12345000);
	assert_int_equal(fence_on(1)->id, 0x77);
	assert_int_equal(fence_on(1)->hgatp, *reg(CSR_HGATP)); /* under the VM's VMID */
	fake_fences_clear();
	sbi(SBI_EXT_RFENCE, 1, 2, 0, 0x12345000, 0x1000, 0x77);
	assert_int_equal(fence_on(1)->id, FAKE_ALL);
}

/* 8: both 0, or a size of all ones; what would wrap round, and what no hart has for an address: firmware might refuse it. */
static void ranges_that_mean_all_and_those_that_are_none_fence_all(void **state UNUSED)
{
	static const u64 ranges[][2] = {{0, 0},
					{0, ALL},
					{0x1000, ALL},
					{ALL, ALL},
					{ALL, 2},
					{0xffffffffffff0000ULL, 0x20000},
					{0xfffffffffffff000ULL, 0x800},
					{0xfffffffffffff000ULL, 0xfff},
					{1ULL << 63, 0x1000},
					{1ULL << 56, 1},
					{(1ULL << 56) - 1, 2},
					{0xfeffffffffffffffULL, 1},
					{0xfefffffffffff000ULL, 0x2000}};

	for (u32 i = 0; i < ARRAY_SIZE(ranges); i++) {
		begin(2);
		sbi(SBI_EXT_RFENCE, 1, 3, 0, ranges[i][0], ranges[i][1], 0);
		EXPECT(SBI_SUCCESS);
		assert_int_equal(fence_on(1)->addr, FAKE_ALL);
		assert_int_equal(fence_on(0)->addr, FAKE_ALL);
	}
}

static void a_range_that_ends_inside_a_page_reaches_the_whole_page(void **state UNUSED)
{
	static const u64 ranges[][3] = {{0x1ff0, 0x20, 2},        {0x1000, 0x1000, 1},
					{0x1fff, 1, 1},           {0x1001, 0x1000, 2},
					{(1ULL << 56) - 1, 1, 1}, {0xff00000000000000ULL, 0x800, 1}};

	for (u32 i = 0; i < ARRAY_SIZE(ranges); i++) {
		begin(2);
		sbi(SBI_EXT_RFENCE, 1, 2, 0, ranges[i][0], ranges[i][1], 0);
		EXPECT(SBI_SUCCESS);
		assert_int_equal(fake_nr_fences, ranges[i][2]);
		for (u32 n = 0; n < fake_nr_fences; n++)
			assert_int_equal(fake_fences[n].addr, (ranges[i][0] & ~0xfffULL) + n * PAGE_SIZE);
	}
}

/* Firmware goes page by page, in M-mode, where nothing else runs. */
static void a_long_range_does_not_keep_firmware_busy(void **state UNUSED)
{
	static const u64 sizes[] = {65 * PAGE_SIZE, GIB(1), 1ULL << 56, 1ULL << 63, ALL - 0x2000};

	for (u32 legacy = 0; legacy < 2; legacy++)
		for (u32 i = 0; i < ARRAY_SIZE(sizes); i++) {
			begin(2);
			if (legacy)
				sbi(6, 0, 0, 0x1000, sizes[i], 0, 0);
			else
				sbi(SBI_EXT_RFENCE, 2, 3, 0, 0x1000, sizes[i], 1);
			assert_int_equal(error, SBI_SUCCESS);
			assert_int_equal(fake_nr_fences, 2);
			assert_int_equal(fence_on(1)->addr, FAKE_ALL);
		}
}

static void a_vcpu_that_is_not_loaded_fences_when_it_is(void **state UNUSED)
{
	begin(3);
	cpus[1].current = NULL;
	sbi(SBI_EXT_RFENCE, 0, 2, 0, 0, 0, 0);
	sbi(SBI_EXT_RFENCE, 1, 2, 0, 0, 0, 0);
	assert_int_equal(fake_nr_fences, 0);
	assert_int_equal(fake_firmware.calls, 0);
	assert_int_equal(guest_archs[1].posted, POST_FENCE_I | POST_SFENCE_VMA);
	assert_int_equal(core.woken, 0);
}

static void a_vcpu_that_shares_the_callers_hart_fences_when_it_is_loaded(void **state UNUSED)
{
	begin(3);
	guest_vcpus[1].home = 0;
	sbi(SBI_EXT_RFENCE, 2, 2, 0, 0, 0, 5);
	assert_int_equal(fake_nr_fences, 0);
	assert_int_equal(guest_archs[1].posted, POST_SFENCE_VMA);
}

static void guests_without_a_hypervisor_extension_have_no_hfence(void **state UNUSED)
{
	begin(2);
	for (u64 fid = 3; fid <= 6; fid++) {
		sbi(SBI_EXT_RFENCE, fid, 1, 0, 0, 0, 0);
		EXPECT(SBI_ERR_NOT_SUPPORTED);
	}
	assert_int_equal(fake_nr_fences, 0);
}

/* ---- HSM ---- */

static void harts_beyond_the_vms_are_invalid(void **state UNUSED)
{
	static const u64 ids[] = {2, 63, 64, UINT32_MAX, 1ULL << 32, 1ULL << 63, ALL};

	begin(2);
	for (u32 i = 0; i < ARRAY_SIZE(ids); i++) {
		sbi(SBI_EXT_HSM, 0, ids[i], RAM, 0, 0, 0);
		EXPECT(SBI_ERR_INVALID_PARAM);
		sbi(SBI_EXT_HSM, 2, ids[i], 0, 0, 0, 0);
		EXPECT(SBI_ERR_INVALID_PARAM);
	}
	assert_null(core.on);
}

static void a_hart_starts_where_memory_is_only(void **state UNUSED)
{
	static const u64 bad[] = {0,   RAM - 2, RAM + MEM_SIZE,   RAM | 1,
				  ALL, ALL - 1, 1ULL << 56 | RAM, FILE_PAGE};

	begin(2);
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		sbi(SBI_EXT_HSM, 0, 1, bad[i], 0, 0, 0);
		EXPECT(SBI_ERR_INVALID_ADDRESS);
	}
	assert_null(core.on);
	sbi(SBI_EXT_HSM, 0, 1, RAM + MEM_SIZE - 2, ALL, 0, 0);
	EXPECT(SBI_SUCCESS);
	assert_ptr_equal(core.on, &guest_vcpus[1]);
	assert_int_equal(core.entry.v, RAM + MEM_SIZE - 2);
	assert_int_equal(core.arg, ALL);
	sbi(SBI_EXT_HSM, 0, 1, ROM, 0, 0, 0);
	EXPECT(SBI_SUCCESS);
}

static void a_hart_that_is_started_or_being_started_is_available_already(void **state UNUSED)
{
	begin(2);
	core.on_error = ERR_EXIST;
	sbi(SBI_EXT_HSM, 0, 0, RAM, 0, 0, 0);
	EXPECT(SBI_ERR_ALREADY_AVAILABLE);
	core.on_error = ERR_BUSY;
	sbi(SBI_EXT_HSM, 0, 1, RAM, 0, 0, 0);
	EXPECT(SBI_ERR_ALREADY_AVAILABLE);
	core.on_error = ERR_STATE;
	sbi(SBI_EXT_HSM, 0, 1, RAM, 0, 0, 0);
	EXPECT(SBI_ERR_FAILED);
}

static void the_status_is_one_of_the_states_there_are(void **state UNUSED)
{
	static const u8 want[] = {[VCPU_ON] = 0, [VCPU_OFF] = 1, [VCPU_ON_PENDING] = 2};

	begin(2);
	for (u32 power = 0; power < 3; power++) {
		guest_vcpus[1].power = power;
		sbi(SBI_EXT_HSM, 2, 1, 0, 0, 0, 0);
		assert_int_equal(error, SBI_SUCCESS);
		assert_int_equal(value, want[power]);
	}
}

static void hart_stop_stops_the_caller(void **state UNUSED)
{
	begin(2);
	sbi(SBI_EXT_HSM, 1, 0, 0, 0, 0, 0);
	assert_int_equal(core.off, 1);
}

static void retentive_suspend_waits_and_changes_nothing(void **state UNUSED)
{
	begin(2);
	*reg(CSR_SEPC) = RAM + 0x104;
	sbi(SBI_EXT_HSM, 3, 0, 1, 2, 0, 0);
	EXPECT(SBI_SUCCESS);
	assert_int_equal(core.blocked, 1);
	assert_int_equal(*reg(CSR_SEPC), RAM + 0x104);
}

/* Table 9.4: satp 0, SIE 0, a0 the hart, a1 what was given; S-mode. */
static void expect_resumed(u64 entry, u64 opaque)
{
	assert_int_equal(error, me()->core->index);
	assert_int_equal(value, opaque);
	assert_int_equal(*reg(CSR_SEPC), entry);
	assert_int_equal(*reg(CSR_VSATP), 0);
	assert_false(*reg(CSR_VSSTATUS) & SSTATUS_SIE);
	assert_true(*reg(CSR_SSTATUS) & SSTATUS_SPP);
	assert_true(*reg(CSR_HSTATUS) & HSTATUS_SPVP);
	assert_int_equal(core.blocked, 1);
}

static void suspend_without_retention_goes_on_as_after_a_start(void **state UNUSED)
{
	begin(2);
	fake_hart_on(1);
	*reg(CSR_VSATP) = 8ULL << 60 | 0x80000;
	*reg(CSR_VSSTATUS) |= SSTATUS_SIE;
	sbi(SBI_EXT_HSM, 3, 0x80000000, RAM + 0x800, 0xabcdef, 0, 0);
	expect_resumed(RAM + 0x800, 0xabcdef);
}

static void suspend_refuses_other_types_and_addresses_without_memory(void **state UNUSED)
{
	static const u64 types[] = {1,          0x0fffffff, 0x10000000, 0x7fffffff,
				    0x80000001, 0x8fffffff, 0x90000000, UINT32_MAX};

	begin(2);
	for (u32 i = 0; i < ARRAY_SIZE(types); i++) {
		sbi(SBI_EXT_HSM, 3, types[i], RAM, 0, 0, 0);
		EXPECT(SBI_ERR_INVALID_PARAM);
	}
	sbi(SBI_EXT_HSM, 3, 0x80000000, RAM + MEM_SIZE, 0, 0, 0);
	EXPECT(SBI_ERR_INVALID_ADDRESS);
	sbi(SBI_EXT_HSM, 3, 0x80000000, RAM + 1, 0, 0, 0);
	EXPECT(SBI_ERR_INVALID_ADDRESS);
	assert_int_equal(core.blocked, 0);
}

/* ---- SUSP ---- */

static void system_suspend_wants_all_other_harts_stopped(void **state UNUSED)
{
	begin(3);
	sbi(SBI_EXT_SUSP, 0, 0, RAM, 7, 0, 0);
	EXPECT(SBI_ERR_DENIED);
	guest_vcpus[1].power = VCPU_OFF;
	guest_vcpus[2].power = VCPU_ON_PENDING;
	sbi(SBI_EXT_SUSP, 0, 0, RAM, 7, 0, 0);
	EXPECT(SBI_ERR_DENIED);
	guest_vcpus[2].power = VCPU_OFF;
	sbi(SBI_EXT_SUSP, 0, 0, RAM + MEM_SIZE, 7, 0, 0);
	EXPECT(SBI_ERR_INVALID_ADDRESS);
	sbi(SBI_EXT_SUSP, 0, 0, RAM, 7, 0, 0);
	expect_resumed(RAM, 7);
}

static void other_sleep_types_are_invalid(void **state UNUSED)
{
	static const u64 types[] = {1, 0x7fffffff, 0x80000000, UINT32_MAX};

	begin(1);
	for (u32 i = 0; i < ARRAY_SIZE(types); i++) {
		sbi(SBI_EXT_SUSP, 0, types[i], RAM, 0, 0, 0);
		EXPECT(SBI_ERR_INVALID_PARAM);
	}
	assert_int_equal(core.blocked, 0);
}

/* ---- SRST ---- */

static void reset_and_shutdown_are_the_vms(void **state UNUSED)
{
	for (u64 type = 0; type < 3; type++)
		for (u64 reason = 0; reason < 2; reason++) {
			begin(2);
			sbi(SBI_EXT_SRST, 0, type, reason, 0, 0, 0);
			assert_int_equal(core.posts, 1);
			assert_int_equal(core.event, type ? VM_EV_GUEST_RESET : VM_EV_HALT);
			assert_int_equal(core.off, 1);
		}
}

static void reset_types_and_reasons_that_are_not_there_are_invalid(void **state UNUSED)
{
	static const u64 types[] = {3, 0xefffffff, 0xf0000000, UINT32_MAX},
			 reasons[] = {2, 0xdfffffff, 0xe0000000, 0xf0000000, UINT32_MAX};

	begin(1);
	for (u32 i = 0; i < ARRAY_SIZE(types); i++) {
		sbi(SBI_EXT_SRST, 0, types[i], 0, 0, 0, 0);
		EXPECT(SBI_ERR_INVALID_PARAM);
	}
	for (u32 i = 0; i < ARRAY_SIZE(reasons); i++) {
		sbi(SBI_EXT_SRST, 0, 0, reasons[i], 0, 0, 0);
		EXPECT(SBI_ERR_INVALID_PARAM);
	}
	assert_int_equal(core.posts + core.off, 0);
}

/* ---- anything ---- */

static void any_call_leaves_other_registers_and_answers(void **state UNUSED)
{
	u64 x = 88172645463325252ULL, v[8];

	begin(64);
	for (u32 n = 0; n < 60000; n++) {
		for (u32 i = 0; i < 8; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			v[i] = x >> 60 & 1 ? x : x >> 40 & 0x3f;
		}
		fake_fences_clear();
		nr_printed = 0;
		room = sizeof(printed);
		core.posts = core.off = core.blocked = 0;
		sbi(extensions[v[7] % ARRAY_SIZE(extensions)], v[6] % 9, v[0], v[1], v[2], v[3], v[4]);
		assert_true(error >= -14 && error < 64);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_extensions_are_not_supported),
		cmocka_unit_test(unknown_functions_are_not_supported),
		cmocka_unit_test(there_are_no_counters_and_none_can_be_named),
		cmocka_unit_test(probe_tells_what_there_is),
		cmocka_unit_test(base_says_version_3_and_nothing_of_the_machine),
		cmocka_unit_test(every_mask_and_base_names_the_harts_that_it_says_or_is_refused),
		cmocka_unit_test(fences_take_the_same_masks),
		cmocka_unit_test(an_ipi_that_is_pending_wakes_nobody_again),
		cmocka_unit_test(a_remote_fence_has_the_range_and_the_asid_that_were_asked),
		cmocka_unit_test(ranges_that_mean_all_and_those_that_are_none_fence_all),
		cmocka_unit_test(a_range_that_ends_inside_a_page_reaches_the_whole_page),
		cmocka_unit_test(a_long_range_does_not_keep_firmware_busy),
		cmocka_unit_test(a_vcpu_that_is_not_loaded_fences_when_it_is),
		cmocka_unit_test(a_vcpu_that_shares_the_callers_hart_fences_when_it_is_loaded),
		cmocka_unit_test(guests_without_a_hypervisor_extension_have_no_hfence),
		cmocka_unit_test(harts_beyond_the_vms_are_invalid),
		cmocka_unit_test(a_hart_starts_where_memory_is_only),
		cmocka_unit_test(a_hart_that_is_started_or_being_started_is_available_already),
		cmocka_unit_test(the_status_is_one_of_the_states_there_are),
		cmocka_unit_test(hart_stop_stops_the_caller),
		cmocka_unit_test(retentive_suspend_waits_and_changes_nothing),
		cmocka_unit_test(suspend_without_retention_goes_on_as_after_a_start),
		cmocka_unit_test(suspend_refuses_other_types_and_addresses_without_memory),
		cmocka_unit_test(system_suspend_wants_all_other_harts_stopped),
		cmocka_unit_test(other_sleep_types_are_invalid),
		cmocka_unit_test(reset_and_shutdown_are_the_vms),
		cmocka_unit_test(reset_types_and_reasons_that_are_not_there_are_invalid),
		cmocka_unit_test(any_call_leaves_other_registers_and_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
