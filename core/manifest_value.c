/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the value of one property by its row of the table. Each reader checks the
 * type (length, NUL, characters), then the range, and only then stores; it says
 * itself what is wrong. Values are big-endian (Devicetree Specification 0.4,
 * 2.2.4) and may lie at any address.
 */
#include "core/log.h"
#include "core/manifest.h"
#include "core/string.h"

struct value {
	struct manifest_node *n;
	const struct manifest_prop *row;
	const u8 *data;
	u32 len;
};

#define SECTOR 512u

#define refuse(v, ...) manifest_refuse((v)->n, (v)->row->name, __VA_ARGS__)

void manifest_refuse(struct manifest_node *n, const char *name, const char *fmt, ...)
{
	char where[160], text[160];
	va_list ap;

	fmt_string(where, sizeof(where), "%s/%s", n->path, name);
	va_start(ap, fmt);
	fmt_vstring(text, sizeof(text), fmt, ap);
	va_end(ap);
	plan_refuse(n->p, n->vm, where, "%s", text);
}

/* A field by a row's offset; NULL: nowhere. */
static void *field(const struct manifest_node *n, u32 at)
{
	return at == NOWHERE ? NULL : (char *)n->base + at - 1;
}

static void store(const struct value *v, const void *value, size_t size)
{
	void *to = field(v->n, v->row->at);

	if (to)
		memcpy(to, value, size);
}

static u32 be32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

/* ---- strings ---- */

static bool printable(const u8 *s, u32 len)
{
	for (u32 i = 0; i < len; i++)
		if (s[i] < 0x20 || s[i] > 0x7e)
			return false;
	return true;
}

/* The string; NULL: it is none, and that has been said. */
static const char *as_string(const struct value *v)
{
	if (!v->len || v->data[v->len - 1] || !printable(v->data, v->len - 1)) {
		refuse(v, "not a string of printable ASCII");
		return NULL;
	}
	return (const char *)v->data;
}

static void read_string(const struct value *v)
{
	const char *s = as_string(v);

	if (s && v->len > v->row->max)
		refuse(v, "%u bytes, at most %u allowed", v->len - 1, v->row->max - 1);
	else if (s)
		store(v, s, v->len);
}

static void read_text(const struct value *v)
{
	const char *s = as_string(v);

	if (s && !*s)
		refuse(v, "empty");
}

static void read_word(const struct value *v)
{
	const char *s = as_string(v);
	const char *const *words = v->row->words;
	char known[128];
	int at = 0;

	if (!s)
		return;
	for (u32 i = 0; words[i]; i++)
		if (strcmp(words[i], s) == 0) {
			u32 value = v->row->min + i;

			store(v, &value, sizeof(value));
			return;
		}
	for (u32 i = 0; words[i] && at < (int)sizeof(known); i++)
		at += fmt_string(known + at, sizeof(known) - (size_t)at, " %s", words[i]);
	refuse(v, "\"%.40s\" is none of%s", s, known);
}

/* ---- numbers ---- */

static bool as_u32(const struct value *v, u32 *n)
{
	if (v->len != sizeof(u32)) {
		refuse(v, "not one u32: %u bytes", v->len);
		return false;
	}
	*n = be32(v->data);
	return true;
}

static bool in_range(const struct value *v, u32 n)
{
	if (n >= v->row->min && n <= v->row->max)
		return true;
	refuse(v, "%u asked, %u to %u allowed", n, v->row->min, v->row->max);
	return false;
}

static void read_u32(const struct value *v)
{
	u32 n;

	if (as_u32(v, &n) && in_range(v, n))
		store(v, &n, sizeof(n));
}

static void read_mib(const struct value *v)
{
	u32 n;

	if (!as_u32(v, &n) || !in_range(v, n))
		return;
	u64 bytes = MIB(n);

	store(v, &bytes, sizeof(bytes));
}

static void read_u64(const struct value *v)
{
	if (v->len != sizeof(u64)) {
		refuse(v, "not one u64 (/bits/ 64): %u bytes", v->len);
		return;
	}
	u64 n = (u64)be32(v->data) << 32 | be32(v->data + 4);

	store(v, &n, sizeof(n));
}

static void read_flag(const struct value *v)
{
	bool set = true;

	if (v->len)
		refuse(v, "a flag has no value");
	else
		store(v, &set, sizeof(set));
}

static void read_cpus(const struct value *v)
{
	u16 *list = field(v->n, v->row->at);
	u32 nr = v->len / (u32)sizeof(u32);

	if (!nr || v->len % sizeof(u32)) {
		refuse(v, "not a list of u32: %u bytes", v->len);
		return;
	}
	if (nr > v->row->max) {
		refuse(v, "%u CPUs, at most %u allowed", nr, v->row->max);
		return;
	}
	for (u32 i = 0; i < nr; i++) {
		u32 cpu = be32(v->data + i * sizeof(u32));

		if (cpu >= v->n->p->m->nr_cpus) {
			refuse(v, "CPU %u asked, the machine has %u", cpu, v->n->p->m->nr_cpus);
			return;
		}
		list[i] = (u16)cpu;
	}
	memcpy(field(v->n, v->row->length), &nr, sizeof(nr));
}

static void read_node(const struct value *v)
{
	u32 n, nodes = v->n->p->m->nr_nodes;

	if (!as_u32(v, &n))
		return;
	if (n >= (nodes ? nodes : 1))
		refuse(v, "node %u asked, the machine has %u", n, nodes ? nodes : 1);
	else
		store(v, &n, sizeof(n));
}

/* ---- bundle members ---- */

/*
 * False: there is no such member, and that has been said. Without a bundle nothing is known of it but
 * its name.
 */
static bool find_member(const struct value *v, struct bundle_file *file)
{
	const char *s = as_string(v);
	const struct planner *p = v->n->p;

	if (!s)
		return false;
	*file = (struct bundle_file){.name = s};
	if (!p->has_bundle)
		return true;
	const struct bundle_file *found = bundle_find(&p->bundle, s);

	/* The archive's names have lost it. */
	if (!found && strncmp(s, "./", 2) == 0)
		found = bundle_find(&p->bundle, s + 2);
	if (!found) {
		refuse(v, "no member \"%.64s\" in the bundle", s);
		return false;
	}
	if (!found->size) {
		refuse(v, "member \"%.64s\" is empty", s);
		return false;
	}
	*file = *found;
	return true;
}

static void read_member(const struct value *v)
{
	struct bundle_file file;

	if (find_member(v, &file))
		store(v, &file, sizeof(file));
}

static void read_image(const struct value *v)
{
	struct bundle_file file;

	if (find_member(v, &file) && file.size % SECTOR)
		refuse(v, "%lu bytes, not a multiple of %u", (unsigned long)file.size, SECTOR);
}

/* ---- addresses of devices ---- */

/* `digits` hexadecimal digits at *s, then `behind`. */
static bool take_hex(const char **s, u32 digits, char behind, u32 *value)
{
	*value = 0;
	for (u32 i = 0; i < digits; i++, (*s)++) {
		char c = **s, lower = (char)(c | 0x20);

		if (c >= '0' && c <= '9')
			*value = *value << 4 | (u32)(c - '0');
		else if (lower >= 'a' && lower <= 'f')
			*value = *value << 4 | ((u32)(lower - 'a') + 10);
		else
			return false;
	}
	return *(*s)++ == behind;
}

static void read_mac(const struct value *v)
{
	const char *s = as_string(v), *at = s;
	u32 byte, any = 0;

	if (!s)
		return;
	for (u32 i = 0; i < 6; i++) {
		if (!take_hex(&at, 2, i < 5 ? ':' : 0, &byte)) {
			refuse(v, "\"%.40s\" is not of the form 52:54:00:00:00:01", s);
			return;
		}
		if (!i && (byte & 1)) {
			refuse(v, "\"%.40s\" is a group address", s);
			return;
		}
		any |= byte;
	}
	if (!any)
		refuse(v, "\"%.40s\" is no address", s);
}

/* DDDD:BB:DD.F */
static bool take_bdf(const char *s, u32 *bdf)
{
	u32 segment, bus, device, function;

	if (!take_hex(&s, 4, ':', &segment) || !take_hex(&s, 2, ':', &bus) ||
	    !take_hex(&s, 2, '.', &device) || !take_hex(&s, 1, 0, &function) || device > 31 || function > 7)
		return false;
	*bdf = segment << 16 | bus << 8 | device << 3 | function;
	return true;
}

static void read_bdf(const struct value *v)
{
	const char *s = as_string(v);
	u32 bdf;

	if (!s)
		return;
	if (take_bdf(s, &bdf))
		store(v, &bdf, sizeof(bdf));
	else
		refuse(v, "\"%.40s\" is not of the form 0000:01:00.0", s);
}

static void read_console(const struct value *v)
{
	static const char *const words[] = {"auto", "spcr", "com1"};
	const char *s = as_string(v);
	u32 bdf;

	if (!s)
		return;
	bool known = s[0] == '/';

	for (u32 i = 0; i < ARRAY_SIZE(words); i++)
		known = known || strcmp(s, words[i]) == 0;
	if (strncmp(s, "pci:", 4) == 0)
		known = take_bdf(s + 4, &bdf);
	if (!known)
		refuse(v, "\"%.40s\" is none of auto, a device tree path, spcr, com1, pci:0000:01:00.0", s);
	else
		read_string(v);
}

static void read_any(const struct value *v UNUSED)
{
}

/* ---- */

static void (*const readers[PROP_TYPES])(const struct value *) = {
	[PROP_STRING] = read_string, [PROP_TEXT] = read_text,   [PROP_WORD] = read_word,
	[PROP_FLAG] = read_flag,     [PROP_U32] = read_u32,     [PROP_U64] = read_u64,
	[PROP_MIB] = read_mib,       [PROP_CPUS] = read_cpus,   [PROP_NODE] = read_node,
	[PROP_MEMBER] = read_member, [PROP_IMAGE] = read_image, [PROP_CONSOLE] = read_console,
	[PROP_MAC] = read_mac,       [PROP_BDF] = read_bdf,     [PROP_ANY] = read_any,
};

static void read_value(const struct value *v)
{
	bool *given = field(v->n, v->row->given);

	if (given)
		*given = true;
	readers[v->row->type](v);
}

void manifest_prop_read(struct manifest_node *n, const char *name, const void *data, u32 len)
{
	for (u32 i = 0; i < n->table->nr; i++) {
		const struct manifest_prop *row = &n->table->prop[i];
		struct value v = {.n = n, .row = row, .data = data, .len = len};

		if (strcmp(row->name, name) != 0)
			continue;
		if (n->seen >> i & 1) {
			refuse(&v, "there twice");
			return;
		}
		n->seen |= 1ULL << i;
		read_value(&v);
		return;
	}
	manifest_refuse(n, name, "unknown property");
}

void manifest_check_required(struct manifest_node *n, u32 devices)
{
	for (u32 i = 0; i < n->table->nr; i++) {
		const struct manifest_prop *row = &n->table->prop[i];
		bool applies = !devices || (row->devices & devices);
		bool seen = n->seen >> i & 1;

		if (seen && !applies)
			manifest_refuse(n, row->name, "not a property of this type");
		else if (!seen && applies && row->required)
			manifest_refuse(n, row->name, "missing");
	}
}

static void warn(const struct manifest_node *n, const char *name, const char *what, const char *which)
{
	log_warn("warning: %s/%s: does not apply to %s %s, ignored", n->path, name, what, which);
}

void manifest_warn_unused(const struct manifest_node *n)
{
	const struct vm_plan *vm = n->vm;

	for (u32 i = 0; i < n->table->nr; i++) {
		const struct manifest_prop *row = &n->table->prop[i];

		if (!(n->seen >> i & 1))
			continue;
		if (row->archs && !(row->archs & arch_plan.arch))
			warn(n, row->name, "architecture", arch_plan.name);
		else if (vm && row->policies && !(row->policies >> vm->policy & 1))
			warn(n, row->name, "policy", policy_names[vm->policy]);
		else if (vm && row->protocols && !(row->protocols >> vm->protocol & 1))
			warn(n, row->name, "boot-protocol", protocol_names[vm->protocol]);
	}
}

bool manifest_name_ok(const char *name)
{
	size_t len = str_length(name, VM_NAME_MAX);

	if (len == VM_NAME_MAX || name[0] < 'a' || name[0] > 'z')
		return false;
	for (size_t i = 1; i < len; i++) {
		char c = name[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return true;
}
