/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: @efi */
/*
 * The UEFI application against a firmware of our own: which services it calls, in which order, and with what it leaves; on
 * arm64. UEFI 2.10, 7.4.6: ExitBootServices fails when the map changed since its key was taken; from the first try on only the
 * map may be asked for.
 */
#include "tests/unit/efi_env.h"

#include "boot/efi/arch_aarch64.c"

static UINT64 level;

UINT64 efi_exception_level(void)
{
	return level;
}

void efi_clean(UINT64 address, UINT64 size)
{
	(void)address;
	fw.cleaned += size;
}

static int at_el2(void **state)
{
	level = 2;
	return fresh(state);
}

static void a_sound_firmware_is_left_with_the_newest_map_and_everything_clean(void **state)
{
	const struct handoff *h;

	(void)state;
	assert_int_equal(run(), EFI_ABORTED);
	h = jumped_handoff;
	assert_true(handoff_is(h));
	assert_int_equal(fw.tries, 1);
	assert_int_equal(fw.watchdog_off, 1);
	assert_int_equal(h->rsdp, 0x1234000);
	assert_int_equal(h->fdt, 0x5678000);
	assert_int_equal(h->bundle_size, FILE_SIZE);
	assert_int_equal(h->efi_map_size, 5 * h->efi_desc_size);
	assert_int_equal(h->image % IMAGE_ALIGN, 0);
	assert_int_equal(h->image, jumped_entry);
	assert_int_equal(h->image_size, IMAGE_TAKES);
	assert_memory_equal((void *)(UINTN)h->image, payload_start, IMAGE_FILE);
	assert_true(fw.cleaned >= sizeof(*h) + h->efi_map_size + h->bundle_size + h->image_size);
}

static void the_time_goes_along_as_utc(void **state)
{
	(void)state;
	/* two hours east of Greenwich: TimeZone is what to add for UTC (UEFI 2.10, 8.3.1) */
	fw.time = (EFI_TIME){
		.Year = 2033, .Month = 5, .Day = 18, .Hour = 5, .Minute = 33, .Second = 20, .TimeZone = -120};
	assert_int_equal(run(), EFI_ABORTED);
	assert_int_equal(jumped_handoff->time, 2000000000);
	assert_int_equal(jumped_handoff->time_counter, 777);
	fw.clock = EFI_DEVICE_ERROR;
	assert_int_equal(run(), EFI_ABORTED);
	assert_int_equal(jumped_handoff->time, 0);
}

static void a_stale_key_is_renewed_with_no_other_service_between(void **state)
{
	(void)state;
	fw.stale = 3;
	assert_int_equal(run(), EFI_ABORTED);
	assert_int_equal(fw.tries, 4);
	assert_int_equal(fw.maps, 5); /* the first asks how long it is */
	assert_int_equal(fw.forbid, 0);
}

static void a_key_that_stays_stale_does_not_enter_the_hypervisor(void **state)
{
	EFI_STATUS s;

	(void)state;
	fw.stale = 1000;
	s = run();
	assert_true(EFI_ERROR(s));
	assert_int_not_equal(s, EFI_ABORTED);
	assert_int_equal(fw.tries, EXIT_TRIES);
}

static void a_firmware_that_will_not_be_left_is_told_apart(void **state)
{
	(void)state;
	fw.exit_error = EFI_DEVICE_ERROR;
	assert_int_equal(run(), EFI_DEVICE_ERROR);
	assert_int_equal(fw.tries, 1);
}

static void at_el1_nothing_is_loaded(void **state)
{
	(void)state;
	level = 1;
	assert_int_equal(run(), EFI_UNSUPPORTED);
	assert_int_equal(fw.nr_pages, 0);
	assert_int_equal(fw.tries, 0);
}

static void without_acpi_and_tree_firmware_is_not_left(void **state)
{
	(void)state;
	system_table.NumberOfTableEntries = 0;
	assert_int_equal(run(), EFI_UNSUPPORTED);
	assert_int_equal(fw.tries, 0);
	assert_int_equal(fw.nr_opened, 0);
}

static void the_bundle_beside_the_application_is_first(void **state)
{
	(void)state;
	fw.has = L"\\EFI\\monadic\\bundle.cpio";
	assert_int_equal(run(), EFI_ABORTED);
	assert_int_equal(fw.nr_opened, 2);
	assert_true(same16(fw.opened[0], L"\\EFI\\BOOT\\bundle.cpio"));
	assert_true(same16(fw.opened[1], L"\\EFI\\monadic\\bundle.cpio"));
}

static void without_a_path_of_its_own_only_the_fixed_place_is_left(void **state)
{
	(void)state;
	loaded.FilePath = NULL;
	fw.has = L"\\EFI\\monadic\\bundle.cpio";
	assert_int_equal(run(), EFI_ABORTED);
	assert_int_equal(fw.nr_opened, 1);
}

static void an_option_names_the_only_bundle(void **state)
{
	static CHAR16 options[] = L"monadic.efi -b /other/b.cpio more";

	(void)state;
	loaded.LoadOptions = options;
	loaded.LoadOptionsSize = sizeof(options);
	fw.has = L"\\other\\b.cpio";
	assert_int_equal(run(), EFI_ABORTED);
	assert_int_equal(fw.nr_opened, 1);
	fw.has = NULL;
	assert_int_equal(run(), EFI_NOT_FOUND);
	assert_int_equal(fw.nr_opened, 2);
	assert_true(same16(fw.opened[1], L"\\other\\b.cpio"));
}

static void options_without_an_end_are_not_read_beyond(void **state)
{
	CHAR16 *options = malloc(6 * sizeof(CHAR16));

	(void)state;
	memcpy(options, L"-b abc", 6 * sizeof(CHAR16)); /* no NUL: the sanitizer watches */
	loaded.LoadOptions = options;
	loaded.LoadOptionsSize = 6 * sizeof(CHAR16);
	assert_int_equal(run(), EFI_NOT_FOUND);
	assert_true(same16(fw.opened[0], L"abc"));
	loaded.LoadOptionsSize = 4 * sizeof(CHAR16);
	assert_int_equal(run(), EFI_NOT_FOUND);
	free(options);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, at_el2, done)
	const struct CMUnitTest tests[] = {
		TEST(a_sound_firmware_is_left_with_the_newest_map_and_everything_clean),
		TEST(the_time_goes_along_as_utc),
		TEST(a_stale_key_is_renewed_with_no_other_service_between),
		TEST(a_key_that_stays_stale_does_not_enter_the_hypervisor),
		TEST(a_firmware_that_will_not_be_left_is_told_apart),
		TEST(at_el1_nothing_is_loaded),
		TEST(without_acpi_and_tree_firmware_is_not_left),
		TEST(the_bundle_beside_the_application_is_first),
		TEST(without_a_path_of_its_own_only_the_fixed_place_is_left),
		TEST(an_option_names_the_only_bundle),
		TEST(options_without_an_end_are_not_read_beyond),
	};

	return cmocka_run_group_tests_name("efi", tests, NULL, NULL);
}
