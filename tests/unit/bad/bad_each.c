/* SPDX-License-Identifier: Apache-2.0 */
/* All cases: the two tables and one for each property name with a letter changed (bad.h). */
#include <stdio.h>
#include <string.h>

#include "core/manifest.h"
#include "tests/unit/bad/bad.h"

struct kind {
	const char *word, *path;
	const struct manifest_table *table;
	struct edit first[2]; /* makes the node */
};

static const struct kind kinds[] = {
	{"root", "", &manifest_root, {{0}}},
	{"hypervisor", "/hypervisor", &manifest_hypervisor, {{0}}},
	{"vm", "/vms/victim", &manifest_vm, {{0}}},
	{"device",
	 "/vms/victim/dev0",
	 &manifest_device,
	 {NODE("/vms/victim", "dev0"), STR("/vms/victim/dev0", "type", "virtio-rng")}},
};

static bool known(const struct manifest_table *t, const char *name)
{
	for (u32 i = 0; i < t->nr; i++)
		if (strcmp(t->prop[i].name, name) == 0)
			return true;
	return false;
}

/* One letter becomes the next of the alphabet. False: there is no letter there. */
static bool change(char *name, size_t at)
{
	if (name[at] < 'a' || name[at] > 'z')
		return false;
	name[at] = name[at] == 'z' ? 'a' : (char)(name[at] + 1);
	return true;
}

/* The changed name instead of the right one where the base has that, else beside it. */
static void emit(const struct kind *k, const char *right, const char *wrong,
		 void (*fn)(const struct bad_case *, void *), void *ctx)
{
	char name[64], line[128];
	struct bad_case c = {.name = name, .line = {line}};
	const char *path = *k->path ? k->path : "/";

	snprintf(name, sizeof(name), "letter-%s-%s", k->word, wrong);
	snprintf(line, sizeof(line), "%s/%s: unknown property", k->path, wrong);
	memcpy(c.edit, k->first, sizeof(k->first));
	struct edit *e = c.edit + (k->first[0].apply ? 2 : 0);

	e[0] = (struct edit)FLAG(path, right);
	e[1] = (struct edit)DELETE(path, right);
	e[2] = (struct edit)STR(path, wrong, "x");
	fn(&c, ctx);
}

static void each_letter(const struct kind *k, const char *right, bool every,
			void (*fn)(const struct bad_case *, void *), void *ctx)
{
	char wrong[64];

	for (size_t at = strlen(right); at-- > 0;) {
		snprintf(wrong, sizeof(wrong), "%s", right);
		if (!change(wrong, at) || known(k->table, wrong))
			continue;
		emit(k, right, wrong, fn, ctx);
		if (!every)
			return;
	}
}

void bad_each(bool every_letter, void (*fn)(const struct bad_case *c, void *ctx), void *ctx)
{
	for (size_t i = 0; i < nr_bad_bundles; i++)
		fn(&bad_bundles[i], ctx);
	for (size_t i = 0; i < nr_bad_manifests; i++)
		fn(&bad_manifests[i], ctx);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (u32 row = 0; row < kinds[i].table->nr; row++)
			each_letter(&kinds[i], kinds[i].table->prop[row].name, every_letter, fn, ctx);
}
