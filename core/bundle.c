/* SPDX-License-Identifier: Apache-2.0 */
/*
 * newc cpio parser. Invariant of the walk: `at` is a multiple of four and at most
 * the archive's size; each member advances it by at least one header, so the
 * loop is bounded by the size.
 */
#include "core/bundle.h"

#include "core/string.h"
#include "hal/mem.h"

/* cpio(5): magic, then thirteen fields of eight hexadecimal digits. */
#define MAGIC "070701"
#define MAGIC_LEN 6u
#define FIELD_LEN 8u
#define HEADER_LEN 110u
enum field {
	F_INO,
	F_MODE,
	F_UID,
	F_GID,
	F_NLINK,
	F_MTIME,
	F_SIZE,
	F_DEVMAJOR,
	F_DEVMINOR,
	F_RDEVMAJOR,
	F_RDEVMINOR,
	F_NAMESIZE,
	F_CHECK,
	FIELDS
};
_Static_assert(MAGIC_LEN + FIELDS * FIELD_LEN == HEADER_LEN, "newc header");

#define MODE_TYPE 0170000u
#define MODE_DIR 0040000u
#define MODE_FILE 0100000u
#define TRAILER "TRAILER!!!"

struct archive {
	const char *data;
	u64 size;
};

struct member {
	u32 field[FIELDS];
	const char *name;
	u64 data; /* offset */
	u64 end;  /* offset of the next header */
};

static enum err fail(struct bundle *b, const char *name, const char *why)
{
	b->why = why;
	b->why_name = name;
	b->why_after = b->nr ? b->file[b->nr - 1].name : NULL;
	b->nr = 0;
	return ERR_INVAL;
}

static bool parse_hex(const char *text, u32 *value)
{
	*value = 0;
	for (u32 i = 0; i < FIELD_LEN; i++) {
		char c = text[i], lower = (char)(c | 0x20);
		u32 digit;

		if (c >= '0' && c <= '9')
			digit = (u32)(c - '0');
		else if (lower >= 'a' && lower <= 'f')
			digit = (u32)(lower - 'a') + 10;
		else
			return false;
		*value = *value << 4 | digit;
	}
	return true;
}

static const char *parse_fields(const char *header, struct member *m)
{
	if (memcmp(header, MAGIC, MAGIC_LEN) != 0)
		return "not a newc cpio header";
	for (u32 i = 0; i < FIELDS; i++)
		if (!parse_hex(header + MAGIC_LEN + i * FIELD_LEN, &m->field[i]))
			return "header field is not a hexadecimal number";
	return NULL;
}

/* The name with its NUL, after the header. NULL: sound. */
static const char *parse_name(const struct archive *a, u64 at, struct member *m)
{
	u64 room = a->size - at - HEADER_LEN;
	u32 len = m->field[F_NAMESIZE];

	if (len > BUNDLE_NAME_MAX)
		return "name is too long";
	if (len > room)
		return "name runs past the end";
	m->name = a->data + at + HEADER_LEN;
	if (len < 2 || str_length(m->name, len) != len - 1) {
		m->name = NULL;
		return "name is empty or does not end where its length says";
	}
	return NULL;
}

/* One header with its name and the extent of its data. NULL: sound. */
static const char *parse_member(const struct archive *a, u64 at, struct member *m)
{
	const char *why;

	*m = (struct member){0};
	if (at == a->size)
		return "no trailer";
	if (a->size - at < HEADER_LEN)
		return "header runs past the end";
	why = parse_fields(a->data + at, m);
	if (!why)
		why = parse_name(a, at, m);
	if (why)
		return why;
	m->data = align_up(at + HEADER_LEN + m->field[F_NAMESIZE], 4);
	/* The padding behind a name or data at the very end may be missing: then the trailer is too. */
	m->data = min_u64(m->data, a->size);
	if (m->field[F_SIZE] > a->size - m->data)
		return "data runs past the end";
	m->end = min_u64(align_up(m->data + m->field[F_SIZE], 4), a->size);
	return NULL;
}

static const char *file_name(const char *name)
{
	return name[0] == '.' && name[1] == '/' && name[2] ? name + 2 : name;
}

static const char *check_file(const struct bundle *b, const struct member *m)
{
	if ((m->field[F_MODE] & MODE_TYPE) != MODE_FILE)
		return "neither a file nor a directory";
	if (m->field[F_NLINK] > 1 && !m->field[F_SIZE])
		return "hard link without data";
	if (bundle_find(b, file_name(m->name)))
		return "two members of this name";
	if (b->nr == BUNDLE_MEMBERS_MAX)
		return "more than 256 members";
	return NULL;
}

enum err bundle_parse(struct bundle *b, const void *data, u64 size)
{
	const struct archive a = {.data = data, .size = size};
	struct member m;

	memset(b, 0, sizeof(*b));
	for (u64 at = 0;; at = m.end) {
		const char *why = parse_member(&a, at, &m);

		if (why)
			return fail(b, m.name, why);
		if (strcmp(m.name, TRAILER) == 0)
			return OK;
		if ((m.field[F_MODE] & MODE_TYPE) == MODE_DIR)
			continue;
		why = check_file(b, &m);
		if (why)
			return fail(b, m.name, why);
		b->file[b->nr++] = (struct bundle_file){
			.name = file_name(m.name),
			.data = va_to_hpa(a.data + m.data),
			.size = m.field[F_SIZE],
		};
	}
}

const struct bundle_file *bundle_find(const struct bundle *b, const char *name)
{
	for (u32 i = 0; i < b->nr; i++)
		if (strcmp(b->file[i].name, name) == 0)
			return &b->file[i];
	return NULL;
}
