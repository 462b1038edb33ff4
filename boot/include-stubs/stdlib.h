/* SPDX-License-Identifier: Apache-2.0 */
/* There is no heap: the decoders are given static work space, and what still asks for memory is told that there is none. */
#ifndef STUB_STDLIB_H
#define STUB_STDLIB_H

#include <stddef.h>

static inline void *malloc(size_t n)
{
	(void)n;
	return NULL;
}

static inline void *calloc(size_t n, size_t size)
{
	(void)n;
	(void)size;
	return NULL;
}

static inline void free(void *p)
{
	(void)p;
}

unsigned long strtoul(const char *s, char **end, int base);

#endif
