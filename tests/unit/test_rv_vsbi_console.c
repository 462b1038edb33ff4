/* SPDX-License-Identifier: Apache-2.0 */
/* The SBI that guests see: console, time, firmware features and the legacy calls; the rest is test_rv_vsbi.c's.
 * SOURCES: arch/riscv/vsbi.c arch/riscv/vsbi_base.c arch/riscv/vsbi_dbcn.c arch/riscv/vsbi_fwft.c arch/riscv/vsbi_hsm.c arch/riscv/vsbi_ipi.c arch/riscv/vsbi_legacy.c arch/riscv/vsbi_pmu.c arch/riscv/vsbi_rfence.c arch/riscv/vsbi_srst.c arch/riscv/vsbi_susp.c arch/riscv/vsbi_time.c arch/riscv/vtimer.c arch/riscv/sbi.c core/timer.c tests/unit/fake_hart.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c */
#include "tests/unit/rv_vsbi_env.h"

/* ---- DBCN ---- */

static void text_is_taken_from_memory_in_pieces(void **state UNUSED)
{
	begin(1);
	memset(ram, 'x', sizeof(ram));
	sbi(SBI_EXT_DBCN, 0, ALL, RAM, 0, 0, 0);
	assert_int_equal(error, SBI_SUCCESS);
	assert_in_range(value, 1, 64);
	assert_int_equal(nr_printed, value);
	sbi(SBI_EXT_DBCN, 0, 5, RAM + MEM_SIZE - 5, 0, 0, 0);
	assert_int_equal(error, SBI_SUCCESS);
	assert_int_equal(value, 5);
}

static void text_outside_of_memory_is_invalid(void **state UNUSED)
{
	static const u64 at[][3] = {{1, 0, 0},
				    {1, RAM - 1, 0},
				    {2, RAM + MEM_SIZE - 1, 0},
				    {1, RAM + MEM_SIZE, 0},
				    {64, ALL - 8, 0},
				    {1, RAM, 1},
				    {1, RAM, ALL},
				    {1, RAM | 1ULL << 63, 0},
				    {ALL, RAM + MEM_SIZE - 1, 0},
				    {ALL, ALL, ALL}};

	begin(1);
	for (u32 i = 0; i < ARRAY_SIZE(at); i++) {
		sbi(SBI_EXT_DBCN, 0, at[i][0], at[i][1], at[i][2], 0, 0);
		EXPECT(SBI_ERR_INVALID_PARAM);
	}
	assert_int_equal(nr_printed, 0);
}

static void a_console_that_is_full_takes_nothing_and_says_so(void **state UNUSED)
{
	begin(1);
	room = 3;
	sbi(SBI_EXT_DBCN, 0, 10, RAM, 0, 0, 0);
	assert_int_equal(error, SBI_SUCCESS);
	assert_int_equal(value, 3);
	sbi(SBI_EXT_DBCN, 0, 10, RAM, 0, 0, 0);
	EXPECT(SBI_SUCCESS);
	sbi(SBI_EXT_DBCN, 2, 'x', 0, 0, 0, 0);
	EXPECT(SBI_ERR_FAILED);
}

static void a_byte_is_the_low_eight_bits(void **state UNUSED)
{
	begin(1);
	sbi(SBI_EXT_DBCN, 2, 0xabcdef00 | 'y', 0, 0, 0, 0);
	EXPECT(SBI_SUCCESS);
	assert_int_equal(printed[0], 'y');
	sbi(SBI_EXT_DBCN, 1, 10, RAM, 0, 0, 0); /* nothing was typed */
	EXPECT(SBI_SUCCESS);
}

static void what_was_typed_is_read_once(void **state UNUSED)
{
	begin(1);
	typed = "hello";
	sbi(SBI_EXT_DBCN, 1, 0, RAM, 0, 0, 0);
	EXPECT(SBI_SUCCESS);
	sbi(SBI_EXT_DBCN, 1, 2, RAM + MEM_SIZE - 2, 0, 0, 0);
	assert_int_equal(error, SBI_SUCCESS);
	assert_int_equal(value, 2);
	assert_memory_equal(ram + MEM_SIZE - 2, "he", 2);
	sbi(2, 0, 0, 0, 0, 0, 0); /* getchar */
	assert_int_equal(error, 'l');
	sbi(SBI_EXT_DBCN, 1, ALL, RAM, 0, 0, 0);
	assert_int_equal(error, SBI_SUCCESS);
	assert_int_equal(value, 2);
	assert_memory_equal(ram, "lo", 2);
	sbi(2, 0, 0, 0, 0, 0, 0);
	assert_int_equal(error, -1);
}

static void what_was_typed_is_not_lost_for_a_wrong_address(void **state UNUSED)
{
	static const u64 at[][3] = {{1, 0, 0},      {2, RAM - 1, 0}, {2, RAM + MEM_SIZE - 1, 0},
				    {1, ROM, 0},    {8, ALL - 3, 0}, {1, RAM, 1},
				    {64, ALL, 0},   {1, RAM, ALL},   {1, RAM | 1ULL << 63, 0},
				    {ALL, ALL, ALL}};

	begin(1);
	typed = "still here";
	for (u32 i = 0; i < ARRAY_SIZE(at); i++) {
		sbi(SBI_EXT_DBCN, 1, at[i][0], at[i][1], at[i][2], 0, 0);
		EXPECT(SBI_ERR_INVALID_PARAM);
	}
	assert_string_equal(typed, "still here");
}

/* ---- TIME ---- */

static void set_timer_is_vstimecmp_with_sstc(void **state UNUSED)
{
	begin(1);
	sbi(SBI_EXT_TIME, 0, 0x123456789, 0, 0, 0, 0);
	EXPECT(SBI_SUCCESS);
	assert_int_equal(*reg(CSR_VSTIMECMP), 0x123456789);
}

static void set_timer_clears_the_pending_interrupt_without_sstc(void **state UNUSED)
{
	begin(1);
	host_features.henvcfg = 0;
	fake_harts[0].has.sstc = false;
	sbi(SBI_EXT_TIME, 0, 4000, 0, 0, 0, 0); /* guest time is 4000 */
	EXPECT(SBI_SUCCESS);
	assert_true(*reg(CSR_HVIP) & IRQ_BIT(IRQ_VSTI));
	sbi(SBI_EXT_TIME, 0, ALL, 0, 0, 0, 0);
	assert_false(*reg(CSR_HVIP) & IRQ_BIT(IRQ_VSTI));
}

/* ---- FWFT ---- */

static void features_are_denied_not_supported_or_told(void **state UNUSED)
{
	static const u64 reserved[] = {6,          0x3fffffff, 0x40000000, 0x7fffffff,
				       0x80000000, 0xbfffffff, 0xc0000000, UINT32_MAX};

	begin(1);
	for (u64 fid = 0; fid < 2; fid++) {
		for (u32 i = 0; i < ARRAY_SIZE(reserved); i++) {
			sbi(SBI_EXT_FWFT, fid, reserved[i], 0, 0, 0, 0);
			EXPECT(SBI_ERR_DENIED);
		}
		for (u64 feature = 1; feature <= 5; feature++) {
			sbi(SBI_EXT_FWFT, fid, feature, 0, 0, 0, 0);
			EXPECT(SBI_ERR_NOT_SUPPORTED);
		}
	}
	sbi(SBI_EXT_FWFT, 1, 0, 0, 0, 0, 0);
	assert_int_equal(error, SBI_SUCCESS);
	assert_int_equal(value, 1);
	host_features.henvcfg |= ADUE;
	sbi(SBI_EXT_FWFT, 1, 4, 0, 0, 0, 0);
	assert_int_equal(error, SBI_SUCCESS);
	assert_int_equal(value, 1);
}

static void features_that_are_fixed_take_what_they_are(void **state UNUSED)
{
	begin(1);
	sbi(SBI_EXT_FWFT, 0, 0, 1, 0, 0, 0);
	EXPECT(SBI_SUCCESS);
	sbi(SBI_EXT_FWFT, 0, 0, 0, 0, 0, 0);
	EXPECT(SBI_ERR_DENIED);
	sbi(SBI_EXT_FWFT, 0, 0, 2, 0, 0, 0);
	EXPECT(SBI_ERR_INVALID_PARAM);
	sbi(SBI_EXT_FWFT, 0, 0, 1, 2, 0, 0);
	EXPECT(SBI_ERR_INVALID_PARAM);
	sbi(SBI_EXT_FWFT, 0, 0, 1, 1ULL << 63, 0, 0);
	EXPECT(SBI_ERR_INVALID_PARAM);
}

static void a_locked_feature_is_not_set_again(void **state UNUSED)
{
	begin(2);
	host_features.henvcfg |= ADUE;
	sbi(SBI_EXT_FWFT, 0, 4, 0, 1, 0, 0); /* a set that is denied locks nothing */
	EXPECT(SBI_ERR_DENIED);
	sbi(SBI_EXT_FWFT, 0, 4, 1, 1, 0, 0);
	EXPECT(SBI_SUCCESS);
	sbi(SBI_EXT_FWFT, 0, 4, 1, 0, 0, 0);
	EXPECT(SBI_ERR_DENIED_LOCKED);
	sbi(SBI_EXT_FWFT, 0, 0, 1, 0, 0, 0);
	EXPECT(SBI_SUCCESS);
	fake_hart_on(1); /* features are a hart's own */
	sbi(SBI_EXT_FWFT, 0, 4, 1, 0, 0, 0);
	EXPECT(SBI_SUCCESS);
	fake_hart_on(0);
}

/* ---- legacy ---- */

static u64 mask_value, mask_at;

static bool load_mask(u64 va, u32 size, u64 *v, u64 *cause UNUSED)
{
	assert_int_equal(size, 8);
	*v = mask_value;
	return va == mask_at;
}

static s64 legacy(u64 call, u64 a0)
{
	sbi(call, 0x77, a0, 0x55, 0, 0, 0);
	assert_int_equal(value, 0x55); /* a1 is preserved */
	return error;
}

static void legacy_masks_are_read_by_the_callers_translation(void **state UNUSED)
{
	begin(4);
	fake_guest_load = load_mask;
	mask_at = 0xffffffc012345678;
	mask_value = 0xb;
	assert_int_equal(legacy(4, mask_at), 0);
	assert_int_equal(core.woken, 0xa);
	assert_true(*reg(CSR_HVIP) & IRQ_BIT(IRQ_VSSI));
	assert_int_equal(legacy(3, 0), 0);
	assert_false(*reg(CSR_HVIP) & IRQ_BIT(IRQ_VSSI));
	for (u64 call = 5; call <= 7; call++) {
		fake_fences_clear();
		assert_int_equal(legacy(call, mask_at), 0);
		assert_int_equal(fake_fence_count(call == 5 ? FENCE_I : HFENCE_VVMA, FAKE_ALL), 3);
		assert_int_equal(fake_fence_count(call == 5 ? FENCE_I : HFENCE_VVMA, 2), 0);
	}
}

static void legacy_masks_that_cannot_be_read_or_name_nobody_are_refused(void **state UNUSED)
{
	begin(4);
	fake_guest_load = load_mask;
	mask_at = 0x1000;
	mask_value = 0x10;
	for (u64 call = 4; call <= 7; call++) {
		assert_true(legacy(call, 0x2000) < 0); /* not mapped */
		assert_true(legacy(call, 0x1001) < 0); /* not aligned */
		assert_true(legacy(call, ALL) < 0);
		assert_true(legacy(call, 0x1000) < 0); /* hart 4 */
	}
	assert_int_equal(core.woken, 0);
	assert_int_equal(fake_nr_fences, 0);
	assert_int_equal(*reg(CSR_HVIP), 0);
}

static void a_legacy_mask_at_null_is_everybody(void **state UNUSED)
{
	begin(4);
	assert_int_equal(legacy(4, 0), 0);
	assert_int_equal(core.woken, 0xe);
	assert_int_equal(legacy(6, 0), 0);
	assert_int_equal(fake_fence_count(HFENCE_VVMA, FAKE_ALL), 4);
}

static void legacy_console_timer_and_shutdown(void **state UNUSED)
{
	begin(1);
	assert_int_equal(legacy(1, 'z'), 0);
	assert_int_equal(printed[0], 'z');
	assert_int_equal(legacy(2, 0), -1);
	assert_int_equal(legacy(0, 777), 0);
	assert_int_equal(*reg(CSR_VSTIMECMP), 777);
	(void)legacy(8, 0);
	assert_int_equal(core.event, VM_EV_HALT);
	assert_int_equal(core.off, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_taken_from_memory_in_pieces),
		cmocka_unit_test(text_outside_of_memory_is_invalid),
		cmocka_unit_test(a_console_that_is_full_takes_nothing_and_says_so),
		cmocka_unit_test(a_byte_is_the_low_eight_bits),
		cmocka_unit_test(what_was_typed_is_read_once),
		cmocka_unit_test(what_was_typed_is_not_lost_for_a_wrong_address),
		cmocka_unit_test(set_timer_is_vstimecmp_with_sstc),
		cmocka_unit_test(set_timer_clears_the_pending_interrupt_without_sstc),
		cmocka_unit_test(features_are_denied_not_supported_or_told),
		cmocka_unit_test(features_that_are_fixed_take_what_they_are),
		cmocka_unit_test(a_locked_feature_is_not_set_again),
		cmocka_unit_test(legacy_masks_are_read_by_the_callers_translation),
		cmocka_unit_test(legacy_masks_that_cannot_be_read_or_name_nobody_are_refused),
		cmocka_unit_test(a_legacy_mask_at_null_is_everybody),
		cmocka_unit_test(legacy_console_timer_and_shutdown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
