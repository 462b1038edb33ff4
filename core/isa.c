/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See isa.h. Strings come from firmware: every look at them is bounded by their length, and what is not understood is
 * passed over. Boot only, no lock.
 */
#include "core/isa.h"

#include "core/string.h"

#define RISCV_EXT_NAME(number, name) [EXT_##number] = (name),
static const char *const names[RISCV_EXTS] = {RISCV_EXTENSIONS(RISCV_EXT_NAME)};
#undef RISCV_EXT_NAME

_Static_assert(RISCV_EXTS <= 128, "struct isa has a bit for each");

/*
 * What each brings along. A row stands behind those that imply its extension, so that one pass over the table is enough.
 * A list ends with I, which all have anyway.
 */
static const struct {
	enum riscv_ext ext;
	enum riscv_ext implied[9];
} implications[] = {
	{EXT_Q, {EXT_D}},
	{EXT_V, {EXT_ZVE64D}},
	{EXT_ZVE64D, {EXT_ZVE64F, EXT_D}},
	{EXT_ZVE64F, {EXT_ZVE64X, EXT_ZVE32F}},
	{EXT_ZVE64X, {EXT_ZVE32X}},
	{EXT_ZVFH, {EXT_ZVFHMIN, EXT_ZFHMIN}},
	{EXT_ZVFBFWMA, {EXT_ZVFBFMIN, EXT_ZFBFMIN}},
	{EXT_ZVFBFMIN, {EXT_ZVE32F}},
	{EXT_ZVFHMIN, {EXT_ZVE32F}},
	{EXT_ZVE32F, {EXT_ZVE32X, EXT_F}},
	{EXT_ZVE32X, {EXT_ZICSR}},
	{EXT_D, {EXT_F}},
	{EXT_ZFH, {EXT_ZFHMIN}},
	{EXT_ZFHMIN, {EXT_F}},
	{EXT_ZFBFMIN, {EXT_F}},
	{EXT_ZFA, {EXT_F}},
	{EXT_F, {EXT_ZICSR}},
	{EXT_B, {EXT_ZBA, EXT_ZBB, EXT_ZBS}},
	{EXT_ZK, {EXT_ZKN, EXT_ZKR, EXT_ZKT}},
	{EXT_ZKN, {EXT_ZBKB, EXT_ZBKC, EXT_ZBKX, EXT_ZKND, EXT_ZKNE, EXT_ZKNH}},
	{EXT_ZKS, {EXT_ZBKB, EXT_ZBKC, EXT_ZBKX, EXT_ZKSED, EXT_ZKSH}},
	{EXT_ZVKNC, {EXT_ZVKN, EXT_ZVBC}},
	{EXT_ZVKNG, {EXT_ZVKN, EXT_ZVKG}},
	{EXT_ZVKN, {EXT_ZVKNED, EXT_ZVKNHB, EXT_ZVKB, EXT_ZVKT}},
	{EXT_ZVKNHB, {EXT_ZVKNHA}},
	{EXT_ZVKSC, {EXT_ZVKS, EXT_ZVBC}},
	{EXT_ZVKSG, {EXT_ZVKS, EXT_ZVKG}},
	{EXT_ZVKS, {EXT_ZVKSED, EXT_ZVKSH, EXT_ZVKB, EXT_ZVKT}},
	{EXT_ZVBB, {EXT_ZVKB}},
	{EXT_M, {EXT_ZMMUL}},
	{EXT_ZABHA, {EXT_ZAAMO}},
	{EXT_ZACAS, {EXT_ZAAMO}},
	{EXT_A, {EXT_ZAAMO, EXT_ZALRSC}},
	{EXT_ZCB, {EXT_ZCA}},
	{EXT_ZCD, {EXT_ZCA}},
	{EXT_ZCMOP, {EXT_ZCA}},
	{EXT_C, {EXT_ZCA}},
	{EXT_ZICFISS, {EXT_ZIMOP, EXT_ZICSR}},
	{EXT_ZICFILP, {EXT_ZICSR}},
	{EXT_ZICNTR, {EXT_ZICSR}},
	{EXT_ZIHPM, {EXT_ZICSR}},
	{EXT_SHA,
	 {EXT_H, EXT_SSSTATEEN, EXT_SHCOUNTERENW, EXT_SHVSTVALA, EXT_SHTVALA, EXT_SHVSTVECD, EXT_SHVSATPA,
	  EXT_SHGATPA}},
	{EXT_SMAIA, {EXT_SSAIA}},
	{EXT_SMSTATEEN, {EXT_SSSTATEEN}},
};

const char *isa_name(enum riscv_ext ext)
{
	return names[ext];
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_name(const char *known, const char *name, size_t len)
{
	size_t i = 0;

	while (i < len && known[i] && known[i] == lower(name[i]))
		i++;
	return i == len && !known[i];
}

/* Names with the same first two letters stand together; from here. */
static const struct {
	char letters[2];
	enum riscv_ext first;
} groups[] = {
	{{'z', 'i'}, EXT_ZIC64B}, {{'z', 'm'}, EXT_ZMMUL}, {{'z', 'a'}, EXT_ZAAMO}, {{'z', 'f'}, EXT_ZFA},
	{{'z', 'c'}, EXT_ZCA},    {{'z', 'b'}, EXT_ZBA},   {{'z', 'k'}, EXT_ZK},    {{'z', 't'}, EXT_ZTSO},
	{{'z', 'v'}, EXT_ZVBB},   {{'s', 'h'}, EXT_SHA},   {{'s', 'm'}, EXT_SMAIA}, {{'s', 's'}, EXT_SSAIA},
	{{'s', 'u'}, EXT_SUPM},   {{'s', 'v'}, EXT_SVADE},
};

static u32 first_of(char first, char second)
{
	for (u32 i = 0; i < ARRAY_SIZE(groups); i++)
		if (groups[i].letters[0] == first && groups[i].letters[1] == second)
			return groups[i].first;
	return RISCV_EXTS;
}

enum riscv_ext isa_find(const char *name, size_t len)
{
	char first = len ? lower(name[0]) : '\0', second = len > 1 ? lower(name[1]) : '\0';
	u32 i = second ? first_of(first, second) : EXT_I;

	for (; i < RISCV_EXTS && names[i][1] == second; i++)
		if (same_name(names[i], name, len))
			return (enum riscv_ext)i;
	return RISCV_EXTS;
}

void isa_imply(struct isa *isa)
{
	for (u32 i = 0; i < ARRAY_SIZE(implications); i++) {
		if (!isa_has(isa, implications[i].ext))
			continue;
		for (u32 j = 0; implications[i].implied[j] != EXT_I; j++)
			isa_add(isa, implications[i].implied[j]);
	}
	if (isa_has(isa, EXT_C) && isa_has(isa, EXT_D))
		isa_add(isa, EXT_ZCD);
}

static void add_name(struct isa *isa, const char *name, size_t len)
{
	enum riscv_ext ext = isa_find(name, len);

	if (ext != RISCV_EXTS)
		isa_add(isa, ext);
}

struct isa isa_from_list(const char *list, size_t len)
{
	struct isa isa = {0};

	for (size_t at = 0, n; at < len; at += n + 1) {
		n = str_length(list + at, len - at);
		add_name(&isa, list + at, n);
	}
	isa_imply(&isa);
	return isa;
}

/* ---- the older string ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Length of the version (2, 2p1) at `s`, of which `len` characters are left. */
static size_t version_length(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && is_digit(s[n]))
		n++;
	if (!n || n + 1 >= len || lower(s[n]) != 'p' || !is_digit(s[n + 1]))
		return n;
	for (n++; n < len && is_digit(s[n]); n++)
		;
	return n;
}

/* Length of a multi-letter name at `s` without the version at its end. */
static size_t bare_length(const char *s, size_t len)
{
	size_t n = len;

	while (n && is_digit(s[n - 1]))
		n--;
	if (n == len || n < 2 || lower(s[n - 1]) != 'p' || !is_digit(s[n - 2]))
		return n;
	for (n--; n && is_digit(s[n - 1]); n--)
		;
	return n;
}

/* G is short for these. */
static void add_general(struct isa *isa)
{
	static const enum riscv_ext general[] = {EXT_I, EXT_M, EXT_A, EXT_F, EXT_D, EXT_ZICSR, EXT_ZIFENCEI};

	for (u32 i = 0; i < ARRAY_SIZE(general); i++)
		isa_add(isa, general[i]);
}

/* The part up to the first underscore, of single letters; or, wherever it begins, a multi-letter name to its end. */
static void add_part(struct isa *isa, const char *s, size_t len)
{
	size_t at = 0;

	while (at < len) {
		char c = lower(s[at]);

		/* Old QEMUs wrote the privilege modes S and U as letters. */
		if (c == 'z' || c == 'x' ||
		    (c == 's' && (at == 0 || at + 1 == len || lower(s[at + 1]) != 'u')))
			break;
		if (c == 'g')
			add_general(isa);
		else
			add_name(isa, s + at, 1);
		at++;
		at += version_length(s + at, len - at);
	}
	add_name(isa, s + at, bare_length(s + at, len - at));
}

struct isa isa_from_string(const char *string, size_t max)
{
	static const enum riscv_ext once_i[] = {EXT_ZICSR, EXT_ZIFENCEI, EXT_ZICNTR, EXT_ZIHPM};
	struct isa isa = {0};
	size_t len = str_length(string, max);

	if (len < 5 || !same_name("rv64", string, 4))
		return isa;
	for (size_t at = 4, n; at < len; at += n + 1) {
		const char *end = memchr(string + at, '_', len - at);

		n = end ? (size_t)(end - (string + at)) : len - at;
		add_part(&isa, string + at, n);
	}
	if (!isa_has(&isa, EXT_I))
		return (struct isa){0};
	for (u32 i = 0; i < ARRAY_SIZE(once_i); i++)
		isa_add(&isa, once_i[i]);
	isa_imply(&isa);
	return isa;
}

/* ---- writing ---- */

size_t isa_list(const struct isa *isa, char *out)
{
	size_t n = 0;

	for (u32 i = 0; i < RISCV_EXTS; i++) {
		size_t len = strlen(names[i]) + 1;

		if (!isa_has(isa, (enum riscv_ext)i))
			continue;
		memcpy(out + n, names[i], len);
		n += len;
	}
	return n;
}

size_t isa_string(const struct isa *isa, char *out)
{
	size_t n = 4;

	memcpy(out, "rv64", n);
	for (u32 i = 0; i < RISCV_EXTS; i++) {
		size_t len = strlen(names[i]);

		if (!isa_has(isa, (enum riscv_ext)i))
			continue;
		if (len > 1)
			out[n++] = '_';
		memcpy(out + n, names[i], len);
		n += len;
	}
	out[n++] = '\0';
	return n;
}
