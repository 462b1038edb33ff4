/* SPDX-License-Identifier: Apache-2.0 */
/* Formatted output, and the memory functions that a compiler calls. */
#include "tests/guests/bare/lib.h"

static void put_text(const char *s, u32 width)
{
	u32 n = 0;

	for (; *s; s++, n++) {
		if (*s == '\n')
			uart_putc('\r');
		uart_putc(*s);
	}
	for (; n < width; n++)
		uart_putc(' ');
}

static void put_number(u64 value, bool negative, u32 base, u32 width, char pad)
{
	char digits[24];
	u32 n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	if (negative)
		digits[n++] = '-';
	for (u32 i = n; i < width; i++)
		uart_putc(pad);
	while (n)
		uart_putc(digits[--n]);
}

static s64 take(va_list *args, bool wide, bool sign)
{
	if (wide)
		return va_arg(*args, s64);
	return sign ? (s64)va_arg(*args, s32) : (s64)va_arg(*args, u32);
}

/* One conversion; `f` stands behind the per cent sign. Returns its last character. */
static const char *convert(const char *f, va_list *args)
{
	char pad = *f == '0' ? '0' : ' ';
	u32 width = 0;
	bool wide = false;
	s64 v;

	for (; *f >= '0' && *f <= '9'; f++)
		width = width * 10 + (u32)(*f - '0');
	for (; *f == 'l'; f++)
		wide = true;
	switch (*f) {
	case 'c':
		uart_putc((char)va_arg(*args, int));
		break;
	case 's':
		put_text(va_arg(*args, const char *), width);
		break;
	case 'd':
		v = take(args, wide, true);
		put_number(v < 0 ? 0 - (u64)v : (u64)v, v < 0, 10, width, pad);
		break;
	case 'u':
		put_number((u64)take(args, wide, false), false, 10, width, pad);
		break;
	case 'x':
		put_number((u64)take(args, wide, false), false, 16, width, pad);
		break;
	case 'p':
		put_number((u64)take(args, true, false), false, 16, 16, '0');
		break;
	case '\0':
		return f - 1;
	default:
		uart_putc(*f);
	}
	return f;
}

void vprint(const char *format, va_list args)
{
	va_list own;

	va_copy(own, args);
	for (const char *f = format; *f; f++) {
		char text[2] = {*f, 0};

		if (*f == '%')
			f = convert(f + 1, &own);
		else
			put_text(text, 0);
	}
	va_end(own);
}

void print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprint(format, args);
	va_end(args);
}

void *memset(void *to, int c, size_t n)
{
	for (u8 *p = to; n; n--)
		*p++ = (u8)c;
	return to;
}

void *memcpy(void *to, const void *from, size_t n)
{
	const u8 *q = from;

	for (u8 *p = to; n; n--)
		*p++ = *q++;
	return to;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (u8)*a - (u8)*b;
}
