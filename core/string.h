/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory and string functions of the freestanding build, with the C library's
 * names and meanings (C11 7.24, strnlen as in POSIX). core/string.c defines them;
 * on a workstation the C library does. The compiler also calls memcpy, memmove,
 * memset and memcmp by itself. Any context, no lock; RAM only, never device memory.
 */
#ifndef CORE_STRING_H
#define CORE_STRING_H

#include <string.h>

/* strnlen(), which ISO C's <string.h> lacks: nothing behind s[max - 1] is read. */
static inline size_t str_length(const char *s, size_t max)
{
	const char *end = memchr(s, 0, max);

	return end ? (size_t)(end - s) : max;
}

#endif
