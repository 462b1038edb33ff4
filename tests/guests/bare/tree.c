/* SPDX-License-Identifier: Apache-2.0 */
/* The one thing a bare guest wants of its device tree: its arguments. The tree is the hypervisor's and is trusted. */
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

const char *tree_bootargs(const void *tree)
{
	const u8 *t = tree;

	if (!t || be32(t) != 0xd00dfeed)
		return "";
	const u8 *p = t + be32(t + 8), *names = t + be32(t + 12);

	for (;;) {
		u32 token = be32(p);

		p += 4;
		if (token == TREE_BEGIN) {
			p += (length(p) + 4) & ~3u;
		} else if (token == TREE_PROP) {
			if (strcmp((const char *)names + be32(p + 4), "bootargs") == 0)
				return (const char *)p + 8;
			p += 8 + ((be32(p) + 3) & ~3u);
		} else if (token != TREE_END && token != TREE_NOP) {
			return "";
		}
	}
}
