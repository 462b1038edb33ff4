/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: core/fmt.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/log.h"

#define SAME(...)                                                  \
	do {                                                       \
		char own[200], lib[200];                           \
		int a = fmt_string(own, sizeof(own), __VA_ARGS__), \
		    b = snprintf(lib, sizeof(lib), __VA_ARGS__);   \
		assert_string_equal(own, lib);                     \
		assert_int_equal(a, b);                            \
	} while (0)

static void numbers_are_as_printf_writes_them(void **state)
{
	(void)state;
	SAME("%d %d %d %d", 0, -1, INT32_MAX, INT32_MIN);
	SAME("%u %x", UINT32_MAX, 0xdeadbeefu);
	SAME("%ld %lu %lx", INT64_MIN, UINT64_MAX, UINT64_MAX);
	SAME("%lld %llu %llx %zu", INT64_MIN + 0ll, UINT64_MAX + 0ull, 0x123456789abcdefull, (size_t)77);
	SAME("%p", (void *)0x1234);
}

static void widths_and_flags_are_as_printf_has_them(void **state)
{
	(void)state;
	SAME("[%5d] [%-5d] [%05d] [%2d]", 42, 42, 42, 12345);
	SAME("[%5d] [%-6d] [%06d]", -42, -42, -42);
	SAME("[%8x] [%08x] [%016lx] [%-8x]", 0xabu, 0xabu, 0xabul, 0xabu);
	SAME("[%10s] [%-10s] [%.3s] [%6.2s] [%-6.2s]", "abc", "abc", "abcdef", "abcdef", "abcdef");
	SAME("[%3c] [%-3c] [%c] %%", 'x', 'y', 'z');
	SAME("[%1d%%]", 5);
}

static void a_precision_bounds_what_is_read(void **state)
{
	char *raw = malloc(3);

	(void)state;
	memcpy(raw, "abc", 3);
	SAME("%.*s|", 3, raw);
	SAME("%.*s|", 0, raw);
	free(raw);
}

static void a_text_that_does_not_fit_is_cut_and_its_length_told(void **state)
{
	(void)state;
	for (size_t size = 0; size < 12; size++) {
		char *own = malloc(size + 1), lib[16];

		own[size] = '#';
		assert_int_equal(fmt_string(own, size, "%s-%d", "hello", 42), 8);
		snprintf(lib, size ? size : 1, "%s-%d", "hello", 42);
		if (size)
			assert_string_equal(own, lib);
		assert_int_equal(own[size], '#');
		free(own);
	}
}

/* Not literals, so that the compiler does not check them. */
static const char *const broken[] = {"%", "abc%", "%-", "%08", "%l", "%.", "%y|", "%#x"};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
static void a_malformed_format_ends_quietly(void **state)
{
	char own[32], *volatile nothing = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
		memset(own, '#', sizeof(own));
		int len = fmt_string(own, sizeof(own), broken[i], 1, 2);

		assert_int_equal(strlen(own), len);
	}
	assert_int_equal(fmt_string(own, sizeof(own), "%s", nothing), 6);
	assert_string_equal(own, "(null)");
}
#pragma GCC diagnostic pop

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_as_printf_writes_them),
		cmocka_unit_test(widths_and_flags_are_as_printf_has_them),
		cmocka_unit_test(a_precision_bounds_what_is_read),
		cmocka_unit_test(a_text_that_does_not_fit_is_cut_and_its_length_told),
		cmocka_unit_test(a_malformed_format_ends_quietly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
