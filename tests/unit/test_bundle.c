/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: core/bundle.c tests/unit/bad/bad_build.c tests/unit/bad/bad_bundle.c @libfdt */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/bundle.h"
#include "hal/mem.h"
#include "tests/unit/bad/bad.h"

static struct bundle bundle;

/* In a block of exactly its size, so that a read beyond it is caught. */
static enum err parse_exact(const uint8_t *data, size_t size)
{
	void *copy = malloc(size ? size : 1);

	if (size)
		memcpy(copy, data, size);
	enum err err = bundle_parse(&bundle, copy, size);

	for (u32 i = 0; i < bundle.nr; i++) {
		assert_true(range_inside((u64)(uintptr_t)hpa_to_va(bundle.file[i].data), bundle.file[i].size,
					 (u64)(uintptr_t)copy, size));
		assert_true(strlen(bundle.file[i].name) > 0);
	}
	free(copy);
	return err;
}

static struct bytes archive_of(const char *name, const void *data, size_t size, uint32_t mode)
{
	struct bytes a = {0};

	cpio_add(&a, name, data, size, mode, 1);
	cpio_end(&a);
	return a;
}

static void members_are_found_by_name(void **state)
{
	struct bytes a = bad_build(NULL, "kernel", 6);

	(void)state;
	assert_int_equal(bundle_parse(&bundle, a.data, a.size), OK);
	assert_int_equal(bundle.nr, 4);
	const struct bundle_file *f = bundle_find(&bundle, BAD_KERNEL);

	assert_non_null(f);
	assert_int_equal(f->size, 6);
	assert_memory_equal(hpa_to_va(f->data), "kernel", 6);
	assert_non_null(bundle_find(&bundle, "manifest.dtb"));
	assert_null(bundle_find(&bundle, "guest"));
	assert_null(bundle_find(&bundle, "guest.bin2"));
	assert_null(bundle_find(&bundle, ""));
	free(a.data);
}

static void a_leading_dot_slash_is_stripped_once(void **state)
{
	struct bytes a = {0};

	(void)state;
	cpio_add(&a, "./a", "1", 1, 0100644, 1);
	cpio_add(&a, "././b", "2", 1, 0100644, 1);
	cpio_add(&a, ".c", "3", 1, 0100644, 1);
	cpio_end(&a);
	assert_int_equal(parse_exact(a.data, a.size), OK);
	assert_int_equal(bundle_parse(&bundle, a.data, a.size), OK);
	assert_non_null(bundle_find(&bundle, "a"));
	assert_null(bundle_find(&bundle, "./a"));
	assert_non_null(bundle_find(&bundle, "./b"));
	assert_non_null(bundle_find(&bundle, ".c"));
	free(a.data);
}

static void directories_are_ignored_and_not_counted(void **state)
{
	struct bytes a = {0};
	char name[16];

	(void)state;
	cpio_add(&a, ".", NULL, 0, 0040755, 2);
	for (unsigned i = 0; i < 256; i++) {
		snprintf(name, sizeof(name), "d%u", i);
		cpio_add(&a, name, NULL, 0, 0040755, 2);
		snprintf(name, sizeof(name), "d%u/f", i);
		cpio_add(&a, name, "x", 1, 0100600, 1);
	}
	cpio_end(&a);
	assert_int_equal(bundle_parse(&bundle, a.data, a.size), OK);
	assert_int_equal(bundle.nr, 256);
	assert_null(bundle_find(&bundle, "d0"));
	assert_non_null(bundle_find(&bundle, "d255/f"));
	free(a.data);
}

static void padding_after_the_trailer_is_allowed(void **state)
{
	struct bytes a = archive_of("f", "data", 4, 0100644);
	uint8_t padded[4096] = {0};

	(void)state;
	memcpy(padded, a.data, a.size);
	for (size_t size = a.size; size <= sizeof(padded); size += 101)
		assert_int_equal(parse_exact(padded, size), OK);
	free(a.data);
}

static void an_archive_cut_at_any_byte_is_refused(void **state)
{
	struct bytes a = {0};

	(void)state;
	cpio_add(&a, "manifest.dtb", "0123456789", 10, 0100644, 1);
	cpio_add(&a, "dir", NULL, 0, 0040755, 1);
	cpio_add(&a, "b", NULL, 0, 0100644, 1);
	cpio_end(&a);
	/* Without the padding behind the trailer's name it is still whole. */
	size_t whole = a.size;

	while (a.data[whole - 1] == 0 && a.data[whole - 2] == 0)
		whole--;
	assert_int_equal(parse_exact(a.data, whole), OK);
	for (size_t size = 0; size < whole; size++) {
		assert_int_equal(parse_exact(a.data, size), ERR_INVAL);
		assert_int_equal(bundle.nr, 0);
		assert_non_null(bundle.why);
	}
	free(a.data);
}

static void every_malformed_archive_is_refused_without_members(void **state)
{
	(void)state;
	for (size_t i = 0; i < nr_bad_bundles; i++) {
		struct bytes a = bad_build(&bad_bundles[i], "kernel", 6);
		enum err err = parse_exact(a.data, a.size);

		/* All but the one that is about a missing manifest are wrong as archives. */
		if (bad_bundles[i].archive && strcmp(bad_bundles[i].name, "bundle-no-manifest") != 0) {
			assert_int_equal(err, ERR_INVAL);
			assert_int_equal(bundle.nr, 0);
		}
		free(a.data);
	}
}

static void any_single_changed_byte_of_a_header_is_survived(void **state)
{
	struct bytes a = archive_of("file", "data", 4, 0100644);

	(void)state;
	for (size_t at = 0; at < a.size; at++)
		for (unsigned value = 0; value < 256; value += 3) {
			uint8_t old = a.data[at];

			a.data[at] = (uint8_t)value;
			(void)!parse_exact(a.data, a.size);
			a.data[at] = old;
		}
	free(a.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_found_by_name),
		cmocka_unit_test(a_leading_dot_slash_is_stripped_once),
		cmocka_unit_test(directories_are_ignored_and_not_counted),
		cmocka_unit_test(padding_after_the_trailer_is_allowed),
		cmocka_unit_test(an_archive_cut_at_any_byte_is_refused),
		cmocka_unit_test(every_malformed_archive_is_refused_without_members),
		cmocka_unit_test(any_single_changed_byte_of_a_header_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
