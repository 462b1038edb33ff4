/* SPDX-License-Identifier: Apache-2.0 */
/* What a bare guest wants of its device tree, which is the hypervisor's and is trusted: properties precede nodes inside. */
#include "tests/guests/bare/lib.h"

enum { TREE_BEGIN = 1, TREE_END, TREE_PROP, TREE_NOP };

static u32 be32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

static u32 length(const u8 *s)
{
	u32 n = 0;

	while (s[n])
		n++;
	return n;
}

/* What a node's name has behind its '@'; "" without one. */
static const char *unit_of(const u8 *name)
{
	while (*name && *name != '@')
		name++;
	return (const char *)name + (*name == '@');
}

const u8 *tree_property(const void *tree, const char *unit, const char *name, u32 *size)
{
	const char *here = "";
	const u8 *t = tree;

	if (!t || be32(t) != 0xd00dfeed)
		return NULL;
	const u8 *p = t + be32(t + 8), *names = t + be32(t + 12);

	for (;;) {
		u32 token = be32(p);

		p += 4;
		if (token == TREE_BEGIN) {
			here = unit_of(p);
			p += (length(p) + 4) & ~3u;
		} else if (token == TREE_PROP) {
			if (!strcmp((const char *)names + be32(p + 4), name) &&
			    (!unit || !strcmp(here, unit))) {
				if (size)
					*size = be32(p);
				return p + 8;
			}
			p += 8 + ((be32(p) + 3) & ~3u);
		} else if (token != TREE_END && token != TREE_NOP) {
			return NULL;
		}
	}
}

u32 tree_number(const void *tree, const char *unit, const char *name, u32 otherwise)
{
	const u8 *p = tree_property(tree, unit, name, NULL);

	return p ? be32(p) : otherwise;
}

const char *tree_bootargs(const void *tree)
{
	const u8 *p = tree_property(tree, NULL, "bootargs", NULL);

	return p ? (const char *)p : "";
}
