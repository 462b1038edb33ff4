/* SPDX-License-Identifier: Apache-2.0 */
/* core/string.c under other names, compared with the C library. */
#define memcpy own_memcpy
#define memmove own_memmove
#define memset own_memset
#define memcmp own_memcmp
#define memchr own_memchr
#define strlen own_strlen
#define strnlen own_strnlen
#define strcmp own_strcmp
#define strncmp own_strncmp
#define strchr own_strchr
#define strrchr own_strrchr
#define CORE_STRING_H
#include "core/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef strrchr

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROOM 512

static u8 own[ROOM], lib[ROOM];

static void fill(void)
{
	for (size_t i = 0; i < ROOM; i++)
		own[i] = lib[i] = (u8)(i * 7 + 1);
}

static void copies_of_any_size_and_alignment_are_exact(void **state)
{
	u8 src[ROOM];

	(void)state;
	for (size_t i = 0; i < ROOM; i++)
		src[i] = (u8)(i ^ 0x5a);
	for (size_t d = 0; d < 9; d++)
		for (size_t s = 0; s < 9; s++)
			for (size_t n = 0; n < 160; n++) {
				fill();
				assert_ptr_equal(own_memcpy(own + d, src + s, n), own + d);
				memcpy(lib + d, src + s, n);
				assert_memory_equal(own, lib, ROOM);
			}
}

static void moves_over_each_other_are_exact(void **state)
{
	(void)state;
	for (size_t d = 0; d < 90; d += 1 + d / 20)
		for (size_t s = 0; s < 90; s += 1 + s / 20)
			for (size_t n = 0; n < 200; n += 1 + n / 30) {
				fill();
				assert_ptr_equal(own_memmove(own + d, own + s, n), own + d);
				memmove(lib + d, lib + s, n);
				assert_memory_equal(own, lib, ROOM);
			}
}

static void fills_touch_only_their_range(void **state)
{
	(void)state;
	for (size_t d = 0; d < 9; d++)
		for (size_t n = 0; n < 300; n++) {
			fill();
			assert_ptr_equal(own_memset(own + d, 0x1c3, n), own + d);
			memset(lib + d, 0xc3, n);
			assert_memory_equal(own, lib, ROOM);
		}
}

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

static void comparisons_have_the_library_s_sign(void **state)
{
	static const char *const words[] = {"",    "a",     "b",      "ab",        "abc",
					    "abd", "a\xff", "ab\x80", "abcdefghij"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		for (size_t j = 0; j < ARRAY_SIZE(words); j++) {
			assert_int_equal(sign(own_strcmp(words[i], words[j])),
					 sign(strcmp(words[i], words[j])));
			for (size_t n = 0; n < 5; n++)
				assert_int_equal(sign(own_strncmp(words[i], words[j], n)),
						 sign(strncmp(words[i], words[j], n)));
		}
	assert_true(own_memcmp("a\0b", "a\0c", 3) < 0);
	assert_true(own_memcmp("a\xff", "a\1", 2) > 0);
	assert_int_equal(own_memcmp("x", "y", 0), 0);
}

static void searches_find_the_first_or_last(void **state)
{
	const char *s = "a/b/c";

	(void)state;
	assert_ptr_equal(own_strchr(s, '/'), s + 1);
	assert_ptr_equal(own_strrchr(s, '/'), s + 3);
	assert_null(own_strchr(s, 'x'));
	assert_null(own_strrchr(s, 'x'));
	assert_ptr_equal(own_strchr(s, 0), s + 5);
	assert_ptr_equal(own_strrchr(s, 0), s + 5);
	assert_ptr_equal(own_memchr(s, 'c', 5), s + 4);
	assert_null(own_memchr(s, 'c', 4));
}

static void lengths_stop_at_the_bound(void **state)
{
	char *s = malloc(4);

	(void)state;
	memcpy(s, "abcd", 4);
	assert_int_equal(own_strnlen(s, 4), 4);
	assert_int_equal(own_strnlen(s, 0), 0);
	assert_int_equal(own_strlen("abc"), 3);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_of_any_size_and_alignment_are_exact),
		cmocka_unit_test(moves_over_each_other_are_exact),
		cmocka_unit_test(fills_touch_only_their_range),
		cmocka_unit_test(comparisons_have_the_library_s_sign),
		cmocka_unit_test(searches_find_the_first_or_last),
		cmocka_unit_test(lengths_stop_at_the_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
