/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/string.h for a build without a C library. Copies go by blocks of eight
 * words where both sides are aligned alike, by half words where they are to four bytes
 * (a bundle's members are), by bytes otherwise: no access is ever misaligned, so all of it also works while the MMU is off. Built without the
 * compiler's loop recognition, which would turn memset() into a call of itself.
 */
#include "core/string.h"

#include "hal/types.h"

typedef u64 __attribute__((may_alias)) word;
typedef u32 __attribute__((may_alias)) half;

#define WORD sizeof(word)
#define BLOCK (8 * WORD)

static bool alike(const void *a, const void *b)
{
	return (((uintptr_t)a ^ (uintptr_t)b) & (WORD - 1)) == 0;
}

static bool aligned(const void *p)
{
	return ((uintptr_t)p & (WORD - 1)) == 0;
}

static void copy_block(word *d, const word *s)
{
	word a = s[0], b = s[1], c = s[2], e = s[3], f = s[4], g = s[5], h = s[6], i = s[7];

	d[0] = a;
	d[1] = b;
	d[2] = c;
	d[3] = e;
	d[4] = f;
	d[5] = g;
	d[6] = h;
	d[7] = i;
}

/* Upwards by half words; returns how much is left. */
static size_t copy_halves(u8 **d, const u8 **s, size_t n)
{
	half *to;
	const half *from;

	if (((uintptr_t)*d ^ (uintptr_t)*s) & (sizeof(half) - 1))
		return n;
	for (; n && ((uintptr_t)*d & (sizeof(half) - 1)); n--)
		*(*d)++ = *(*s)++;
	to = (half *)(void *)*d;
	from = (const half *)(const void *)*s;
	for (; n >= 4 * sizeof(half); n -= 4 * sizeof(half), to += 4, from += 4) {
		half a = from[0], b = from[1], c = from[2], e = from[3];

		to[0] = a;
		to[1] = b;
		to[2] = c;
		to[3] = e;
	}
	*d = (u8 *)to;
	*s = (const u8 *)from;
	return n;
}

/* Several at a time; byte by byte, so overlap with dst < src is still right. */
static void copy_bytes(u8 *d, const u8 *s, size_t n)
{
	for (; n >= 4; n -= 4, d += 4, s += 4) {
		d[0] = s[0];
		d[1] = s[1];
		d[2] = s[2];
		d[3] = s[3];
	}
	while (n--)
		*d++ = *s++;
}

/* Upwards: right for overlap when dst < src, since a block is read before it is written. */
static void *copy_up(void *dst, const void *src, size_t n)
{
	u8 *d = dst;
	const u8 *s = src;

	if (alike(d, s)) {
		for (; n && !aligned(d); n--)
			*d++ = *s++;
		for (; n >= BLOCK; n -= BLOCK, d += BLOCK, s += BLOCK)
			copy_block((word *)(void *)d, (const word *)(const void *)s);
		for (; n >= WORD; n -= WORD, d += WORD, s += WORD)
			*(word *)(void *)d = *(const word *)(const void *)s;
	} else {
		n = copy_halves(&d, &s, n);
	}
	copy_bytes(d, s, n);
	return dst;
}

static void *copy_down(void *dst, const void *src, size_t n)
{
	u8 *d = (u8 *)dst + n;
	const u8 *s = (const u8 *)src + n;

	if (alike(d, s)) {
		for (; n && !aligned(d); n--)
			*--d = *--s;
		for (; n >= BLOCK; n -= BLOCK) {
			d -= BLOCK;
			s -= BLOCK;
			copy_block((word *)(void *)d, (const word *)(const void *)s);
		}
	}
	while (n--)
		*--d = *--s;
	return dst;
}

void *memcpy(void *dst, const void *src, size_t n)
{
	return copy_up(dst, src, n);
}

BOOT_CODE void *memmove(void *dst, const void *src, size_t n)
{
	if ((uintptr_t)dst - (uintptr_t)src >= n)
		return copy_up(dst, src, n);
	return copy_down(dst, src, n);
}

void *memset(void *dst, int c, size_t n)
{
	u8 *d = dst;
	u8 byte = (u8)c;
	word w = byte * 0x0101010101010101ULL;

	for (; n && !aligned(d); n--)
		*d++ = byte;
	for (; n >= BLOCK; n -= BLOCK, d += BLOCK) {
		word *p = (word *)(void *)d;

		p[0] = w;
		p[1] = w;
		p[2] = w;
		p[3] = w;
		p[4] = w;
		p[5] = w;
		p[6] = w;
		p[7] = w;
	}
	while (n--)
		*d++ = byte;
	return dst;
}

BOOT_CODE int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *p = a, *q = b;

	for (; n; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

/* The C library's interface takes const and gives it back without. */
static void *unconst(const void *p)
{
	return (void *)(uintptr_t)p;
}

void *memchr(const void *s, int c, size_t n)
{
	const u8 *p = s;

	for (; n; n--, p++)
		if (*p == (u8)c)
			return unconst(p);
	return NULL;
}

size_t strnlen(const char *s, size_t n)
{
	size_t len = 0;

	while (len < n && s[len])
		len++;
	return len;
}

size_t strlen(const char *s)
{
	const char *end = s;

	while (*end)
		end++;
	return (size_t)(end - s);
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return unconst(s);
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	for (;; s++) {
		if (*s == (char)c)
			last = s;
		if (!*s)
			return unconst(last);
	}
}
