/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The formatter behind every line people read: a small, bounded subset of
 * printf (core/log.h). No state, no lock, any context; never writes beyond the
 * buffer and never reads a %.*s string beyond its precision.
 */
#include "core/log.h"
#include "core/string.h"

struct out {
	char *buf;
	size_t size;
	size_t len; /* of the whole text, also what no longer fits */
};

struct spec {
	bool left, zero;
	u32 longs; /* 1: long or size_t, 2: long long */
	u32 width;
	bool has_precision;
	u32 precision;
};

#define WIDTH_MAX 4096u

static void put(struct out *o, char c)
{
	if (o->len + 1 < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void pad(struct out *o, char c, size_t n)
{
	while (n--)
		put(o, c);
}

/* A text of known length, padded to the field's width. */
static void put_field(struct out *o, const struct spec *s, const char *text, size_t len)
{
	size_t fill = s->width > len ? s->width - len : 0;

	if (!s->left)
		pad(o, ' ', fill);
	for (size_t i = 0; i < len; i++)
		put(o, text[i]);
	if (s->left)
		pad(o, ' ', fill);
}

static void put_string(struct out *o, const struct spec *s, const char *text)
{
	if (!text)
		text = "(null)";
	put_field(o, s, text, s->has_precision ? str_length(text, s->precision) : strlen(text));
}

static void put_number(struct out *o, const struct spec *s, u64 value, u32 base, const char *sign)
{
	static const char digits[] = "0123456789abcdef";
	char text[32];
	size_t at = sizeof(text), prefix = strlen(sign);

	do {
		text[--at] = digits[value % base];
		value /= base;
	} while (value);
	if (s->zero && !s->left) {
		size_t len = sizeof(text) - at + prefix;

		while (*sign)
			put(o, *sign++);
		pad(o, '0', s->width > len ? s->width - len : 0);
		prefix = 0;
	}
	while (prefix)
		text[--at] = sign[--prefix];
	struct spec plain = {.left = s->left, .width = s->zero && !s->left ? 0 : s->width};
	put_field(o, &plain, text + at, sizeof(text) - at);
}

static const char *parse_number(const char *fmt, u32 *n)
{
	for (*n = 0; *fmt >= '0' && *fmt <= '9'; fmt++)
		*n = *n < WIDTH_MAX ? *n * 10 + (u32)(*fmt - '0') : WIDTH_MAX;
	return fmt;
}

/* Flags, width, precision and length modifiers, from behind the '%'. */
static const char *parse_spec(const char *fmt, struct spec *s, va_list *ap)
{
	*s = (struct spec){0};
	for (; *fmt == '-' || *fmt == '0'; fmt++) {
		s->left = s->left || *fmt == '-';
		s->zero = s->zero || *fmt == '0';
	}
	fmt = parse_number(fmt, &s->width);
	if (*fmt == '.') {
		s->has_precision = true;
		if (fmt[1] == '*') {
			int n = va_arg(*ap, int);

			s->precision = n < 0 ? 0 : (u32)n;
			fmt += 2;
		} else {
			fmt = parse_number(fmt + 1, &s->precision);
		}
	}
	for (; *fmt == 'l' || *fmt == 'z'; fmt++)
		s->longs++;
	return fmt;
}

static u64 unsigned_arg(const struct spec *s, va_list *ap)
{
	if (s->longs > 1)
		return va_arg(*ap, unsigned long long);
	return s->longs ? va_arg(*ap, unsigned long) : va_arg(*ap, unsigned int);
}

static s64 signed_arg(const struct spec *s, va_list *ap)
{
	if (s->longs > 1)
		return va_arg(*ap, long long);
	return s->longs ? va_arg(*ap, long) : va_arg(*ap, int);
}

static void put_signed(struct out *o, const struct spec *s, va_list *ap)
{
	s64 v = signed_arg(s, ap);

	put_number(o, s, v < 0 ? 0 - (u64)v : (u64)v, 10, v < 0 ? "-" : "");
}

static void convert(struct out *o, const struct spec *s, char how, va_list *ap)
{
	char c = how;

	switch (how) {
	case 's':
		put_string(o, s, va_arg(*ap, const char *));
		return;
	case 'd':
		put_signed(o, s, ap);
		return;
	case 'u':
		put_number(o, s, unsigned_arg(s, ap), 10, "");
		return;
	case 'x':
		put_number(o, s, unsigned_arg(s, ap), 16, "");
		return;
	case 'p':
		put_number(o, s, (uintptr_t)va_arg(*ap, void *), 16, "0x");
		return;
	case 'c':
		c = (char)va_arg(*ap, int);
		break;
	default: /* %% and what this subset lacks: as it stands */
		break;
	}
	put_field(o, s, &c, 1);
}

int fmt_vstring(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct out o = {.buf = buf, .size = size};
	struct spec s;
	va_list args;

	va_copy(args, ap);
	for (; *fmt; fmt++) {
		if (*fmt != '%') {
			put(&o, *fmt);
			continue;
		}
		fmt = parse_spec(fmt + 1, &s, &args);
		if (!*fmt)
			break;
		convert(&o, &s, *fmt, &args);
	}
	va_end(args);
	if (size)
		buf[o.len < size ? o.len : size - 1] = 0;
	return (int)o.len;
}

int fmt_string(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = fmt_vstring(buf, size, fmt, ap);
	va_end(ap);
	return n;
}
