/* SPDX-License-Identifier: Apache-2.0 */
/* See dt.h. After dt_open() every token and string up to the tree's end is known to lie inside it. */
#include "boot/dt.h"

#include "core/string.h"

/* Header (5.2), offsets in bytes. */
#define DT_MAGIC 0xd00dfeedu
#define HEADER_SIZE 40u
enum {
	H_MAGIC = 0,
	H_TOTAL = 4,
	H_STRUCT = 8,
	H_STRINGS = 12,
	H_RESERVED = 16,
	H_VERSION = 20,
	H_COMPATIBLE = 24,
	H_BOOT_CPU = 28,
	H_STRINGS_SIZE = 32,
	H_STRUCT_SIZE = 36, /* version 17 */
};

/* Tokens (5.4.1) */
enum { DT_BEGIN_NODE = 1, DT_END_NODE = 2, DT_PROPERTY = 3, DT_NOP = 4, DT_END = 9 };

/* Compared as they stand, so that they need not be turned round. */
static bool is_token(const void *p, u32 token)
{
	return *(const u32 *)p == __builtin_bswap32(token);
}

static u32 field(const void *blob, u32 off)
{
	return dt_cell((const u8 *)blob + off);
}

u32 dt_size(const void *blob)
{
	u32 total;

	if ((uintptr_t)blob & 7)
		return 0;
	total = field(blob, H_TOTAL);
	if (field(blob, H_MAGIC) != DT_MAGIC || field(blob, H_VERSION) < 16 || field(blob, H_COMPATIBLE) > 17)
		return 0;
	return total >= HEADER_SIZE && total <= INT32_MAX ? total : 0;
}

static u64 block_end(const void *blob, u32 at, u32 size)
{
	return (u64)field(blob, at) + field(blob, size);
}

u32 dt_extent(const void *blob)
{
	u32 total = dt_size(blob);
	u64 end =
		max_u64(block_end(blob, H_STRUCT, H_STRUCT_SIZE), block_end(blob, H_STRINGS, H_STRINGS_SIZE));

	/* Where blocks come in another order than usual (5.1), or the size of one is not said, all of it. */
	if (!total || field(blob, H_VERSION) < 17 || end > total || field(blob, H_RESERVED) >= end)
		return total;
	return (u32)end;
}

/* ---- the pass ---- */

struct scan {
	struct dt *dt;
	const u8 *at, *end;
	const char *names; /* of properties */
	u32 names_size;
	int depth; /* open nodes - 1 */
	u16 open[DT_DEPTH_MAX];
};

static u32 padded(u32 len)
{
	return (len + 3) & ~3u;
}

static u64 left(const struct scan *s)
{
	return (u64)(s->end - s->at);
}

static enum err begin_node(struct scan *s)
{
	struct dt *dt = s->dt;
	const u8 *nul = memchr(s->at, 0, left(s));

	if (!nul || (s->depth < 0 && dt->nr))
		return ERR_INVAL;
	if (dt->nr == DT_NODES_MAX || s->depth + 1 == DT_DEPTH_MAX)
		return ERR_NOMEM;
	dt->node[dt->nr] = (struct dt_node){.name = (const char *)s->at,
					    .parent = s->depth < 0 ? DT_ROOT : s->open[s->depth]};
	s->open[++s->depth] = (u16)dt->nr;
	if (padded((u32)(nul + 1 - s->at)) > left(s))
		return ERR_INVAL;
	s->at += padded((u32)(nul + 1 - s->at));
	dt->node[dt->nr++].props = s->at;
	return OK;
}

static enum err end_node(struct scan *s)
{
	if (s->depth < 0)
		return ERR_INVAL;
	s->dt->node[s->open[s->depth--]].next = (u16)s->dt->nr;
	return OK;
}

static u32 hash_of(const char *s)
{
	u32 h = 0;

	for (; *s; s++)
		h = h * 31 + (u8)*s;
	return h;
}

/* Which hashes, modulo 32, the strings of a list have. */
static u32 hashes_of(const char *list, u32 len)
{
	u32 h = 0, set = 0;

	for (; len; list++, len--) {
		if (*list) {
			h = h * 31 + (u8)*list;
		} else {
			set |= 1u << (h & 31);
			h = 0;
		}
	}
	return set;
}

/* The properties that nodes are found by. */
static void note(struct dt_node *n, const char *name, const u8 *value, u32 len)
{
	if (name[0] == 'c' && strcmp(name, "compatible") == 0 && len && !value[len - 1]) {
		n->compatible = (const char *)value;
		n->compatible_len = len;
		n->compatible_hashes = hashes_of(n->compatible, len);
	} else if (name[0] == 's' && strcmp(name, "status") == 0) {
		n->off = len < 3 || memcmp(value, "ok", 2) != 0 ||
			 (value[2] && (len < 5 || memcmp(value, "okay", 5) != 0));
	} else if (len == 4 && ((name[0] == 'p' && strcmp(name, "phandle") == 0) ||
				(name[0] == 'l' && strcmp(name, "linux,phandle") == 0))) {
		n->phandle = dt_cell(value);
	}
}

static enum err property(struct scan *s)
{
	u32 len, name;

	if (s->depth < 0 || left(s) < 8)
		return ERR_INVAL;
	len = dt_cell(s->at);
	name = dt_cell(s->at + 4);
	s->at += 8;
	if (len > left(s) || padded(len) > left(s) || name >= s->names_size)
		return ERR_INVAL;
	note(&s->dt->node[s->open[s->depth]], s->names + name, s->at, len);
	s->at += padded(len);
	return OK;
}

static enum err scan(struct scan *s)
{
	for (;;) {
		enum err e = OK;
		u32 token;

		if (left(s) < 4)
			return ERR_INVAL;
		token = dt_cell(s->at);
		s->at += 4;
		if (token == DT_PROPERTY)
			e = property(s);
		else if (token == DT_BEGIN_NODE)
			e = begin_node(s);
		else if (token == DT_END_NODE)
			e = end_node(s);
		else if (token == DT_END)
			return s->depth < 0 && s->dt->nr ? OK : ERR_INVAL;
		else if (token != DT_NOP)
			return ERR_INVAL;
		if (e != OK)
			return e;
	}
}

/* Every entry up to the empty one lies in the blob. */
static bool reservations_end(const struct dt *dt, u64 total)
{
	for (u64 at = field(dt->blob, H_RESERVED); at + 16 <= total; at += 16)
		if (!(dt_cell(dt->blob + at) | dt_cell(dt->blob + at + 4) | dt_cell(dt->blob + at + 8) |
		      dt_cell(dt->blob + at + 12)))
			return true;
	return false;
}

enum err dt_open(struct dt *dt, const void *blob)
{
	u32 total = dt_size(blob), at, size, names, names_size;

	dt->blob = blob;
	dt->nr = 0;
	if (!total)
		return ERR_INVAL;
	at = field(blob, H_STRUCT);
	names = field(blob, H_STRINGS);
	names_size = field(blob, H_STRINGS_SIZE);
	if (at > total || (at & 3) || names > total || names_size > total - names)
		return ERR_INVAL;
	size = field(blob, H_VERSION) >= 17 ? field(blob, H_STRUCT_SIZE) : total - at;
	if (size > total - at || (names_size && dt->blob[names + names_size - 1]) ||
	    !reservations_end(dt, dt_extent(blob)))
		return ERR_INVAL;
	dt->strings = (const char *)dt->blob + names;
	return scan(&(struct scan){.dt = dt,
				   .at = dt->blob + at,
				   .end = dt->blob + at + size,
				   .names = dt->strings,
				   .names_size = names_size,
				   .depth = -1});
}

/* ---- properties ---- */

static bool is(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

const void *dt_prop(const struct dt *dt, int node, const char *name, u32 *len)
{
	const u8 *p = dt->node[node].props;

	for (;;) {
		u32 size;

		p += 4;
		if (is_token(p - 4, DT_NOP))
			continue;
		if (!is_token(p - 4, DT_PROPERTY))
			break;
		size = dt_cell(p);
		if (is(dt->strings + dt_cell(p + 4), name)) {
			if (len)
				*len = size;
			return p + 8;
		}
		p += 8 + padded(size);
	}
	if (len)
		*len = 0;
	return NULL;
}

/* Position of `value` among the strings, or -1; the last one may lack its end. */
static int string_index(const char *list, u32 len, const char *value)
{
	const char *end = list + len;

	for (int i = 0; list < end; i++) {
		const char *v = value;

		while (list < end && *list && *list == *v)
			list++, v++;
		if (list < end && *list == *v)
			return i;
		while (list < end && *list)
			list++;
		list++;
	}
	return -1;
}

int dt_string_index(const struct dt *dt, int node, const char *name, const char *value)
{
	u32 len;
	const char *list = dt_prop(dt, node, name, &len);

	return list ? string_index(list, len, value) : -1;
}

static int cells_of(const struct dt *dt, int bus, const char *name, int otherwise)
{
	u32 len;
	const void *p = dt_prop(dt, bus, name, &len);

	if (!p)
		return otherwise;
	return len == 4 && dt_cell(p) <= 4 ? (int)dt_cell(p) : -1;
}

int dt_address_cells(const struct dt *dt, int bus)
{
	return cells_of(dt, bus, "#address-cells", 2);
}

int dt_size_cells(const struct dt *dt, int bus)
{
	return cells_of(dt, bus, "#size-cells", 1);
}

/* ---- nodes ---- */

int dt_parent(const struct dt *dt, int node)
{
	return node == DT_ROOT ? DT_NONE : dt->node[node].parent;
}

int dt_next_child(const struct dt *dt, int parent, int child)
{
	int next = child == DT_NONE ? parent + 1 : dt->node[child].next;

	return next < dt->node[parent].next ? next : DT_NONE;
}

int dt_by_phandle(const struct dt *dt, u32 phandle)
{
	for (u32 i = 0; phandle && phandle != UINT32_MAX && i < dt->nr; i++)
		if (dt->node[i].phandle == phandle)
			return (int)i;
	return DT_NONE;
}

static bool has_string(const struct dt_node *n, const char *compatible, u32 hash)
{
	return (n->compatible_hashes >> (hash & 31) & 1) &&
	       string_index(n->compatible, n->compatible_len, compatible) >= 0;
}

bool dt_compatible(const struct dt *dt, int node, const char *compatible)
{
	return has_string(&dt->node[node], compatible, hash_of(compatible));
}

int dt_next_compatible(const struct dt *dt, int from, const char *compatible)
{
	u32 hash = hash_of(compatible);

	for (u32 i = (u32)(from + 1); i < dt->nr; i++)
		if (has_string(&dt->node[i], compatible, hash))
			return (int)i;
	return DT_NONE;
}

/* Does a component of a path name it? Without an address it names any. */
static bool is_named(const char *name, const char *component, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (name[i] != component[i])
			return false;
	return !name[len] || (name[len] == '@' && !memchr(component, '@', len));
}

static int child_named(const struct dt *dt, int parent, const char *component, size_t len)
{
	int child = dt_next_child(dt, parent, DT_NONE);

	while (child != DT_NONE && !is_named(dt->node[child].name, component, len))
		child = dt_next_child(dt, parent, child);
	return child;
}

static int walk(const struct dt *dt, int node, const char *path, size_t len)
{
	while (len && node != DT_NONE) {
		const char *slash = memchr(path, '/', len);
		size_t part = slash ? (size_t)(slash - path) : len, step = part + (slash != NULL);

		if (part)
			node = child_named(dt, node, path, part);
		path += step;
		len -= step;
	}
	return node;
}

/* The node of an alias; its property's name is the first `len` characters of `name`. */
static int alias(const struct dt *dt, const char *name, size_t len)
{
	int aliases = child_named(dt, DT_ROOT, "aliases", strlen("aliases"));
	char text[64];
	const char *path;
	u32 size;

	if (aliases == DT_NONE || len >= sizeof(text))
		return DT_NONE;
	memcpy(text, name, len);
	text[len] = 0;
	path = dt_prop(dt, aliases, text, &size);
	return path && size && path[0] == '/' ? walk(dt, DT_ROOT, path, str_length(path, size)) : DT_NONE;
}

int dt_path(const struct dt *dt, const char *path, size_t len)
{
	const char *slash = memchr(path, '/', len);
	size_t first = slash ? (size_t)(slash - path) : len;

	if (!len)
		return DT_NONE;
	if (!first)
		return walk(dt, DT_ROOT, path, len);
	return walk(dt, alias(dt, path, first), path + first, len - first);
}

bool dt_full_path(const struct dt *dt, int node, char *buf, size_t size)
{
	size_t used = 0;
	int chain[DT_DEPTH_MAX] = {DT_ROOT}, n = 0;

	for (; node != DT_ROOT && node != DT_NONE; node = dt_parent(dt, node))
		chain[n++] = node;
	while (n-- > 0) {
		const char *name = dt->node[chain[n]].name;
		size_t len = strlen(name);

		if (used + 1 + len + 1 > size)
			return false;
		buf[used] = '/';
		memcpy(buf + used + 1, name, len);
		used += 1 + len;
	}
	buf[used] = 0;
	return used != 0;
}

/* ---- the header's ---- */

bool dt_reservation(const struct dt *dt, u32 index, u64 *base, u64 *size)
{
	const u8 *entry = dt->blob + field(dt->blob, H_RESERVED);

	for (u32 i = 0; i <= index; i++, entry += 16) {
		*base = (u64)dt_cell(entry) << 32 | dt_cell(entry + 4);
		*size = (u64)dt_cell(entry + 8) << 32 | dt_cell(entry + 12);
		if (!*base && !*size)
			return false;
	}
	return true;
}

u32 dt_boot_cpu(const struct dt *dt)
{
	return field(dt->blob, H_BOOT_CPU);
}
