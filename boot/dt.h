/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a flattened device tree (Devicetree Specification 0.4, chapter 5): one pass checks its structure and
 * makes an index of its nodes; looking something up costs a walk over one node's properties then. The blob stays where
 * it is and must not change. Boot only.
 *
 * A node is a number: 0 is the root, children follow their parent, -1 is none.
 */
#ifndef BOOT_DT_H
#define BOOT_DT_H

#include "hal/types.h"

#define DT_NODES_MAX 4096
#define DT_DEPTH_MAX 32
#define DT_ROOT 0
#define DT_NONE (-1)

struct dt_node {
	const u8 *props; /* its first token */
	const char *name;
	const char *compatible; /* strings, or NULL */
	u32 compatible_len;
	u32 compatible_hashes; /* a bit for each string, so that most are told apart without looking */
	u32 phandle;           /* 0: none */
	u16 parent;
	u16 next; /* behind its subtree */
	bool off; /* its status is not "okay" (2.3.4) */
};

struct dt {
	const u8 *blob;
	const char *strings;
	u32 nr;
	struct dt_node node[DT_NODES_MAX];
};

/* Size of the tree as its header says; 0: not a tree (of version 16 or 17, aligned to 8). Reads the header only. */
u32 dt_size(const void *blob);
/* How much of it from the start is ever read; 0: not a tree. The rest is room for boot loaders to write to. */
u32 dt_extent(const void *blob);
/* ERR_INVAL: not a tree, or one that is broken; ERR_NOMEM: more nodes or deeper than the limits. */
enum err dt_open(struct dt *dt, const void *blob) MUST_USE;

/* A property's value and length in bytes, or NULL. Values are as the tree has them: big-endian, aligned to 4. */
const void *dt_prop(const struct dt *dt, int node, const char *name, u32 *len);
/* One big-endian cell. */
static inline u32 dt_cell(const void *p)
{
	const u8 *b = __builtin_assume_aligned(p, 4); /* one load where the CPU can turn bytes round */

	return (u32)b[0] << 24 | (u32)b[1] << 16 | (u32)b[2] << 8 | b[3];
}
/* Position of `value` in a list of strings, or -1. */
int dt_string_index(const struct dt *dt, int node, const char *name, const char *value);
/* #address-cells or #size-cells of a bus: 0..4, or -1 when it is wrong. */
int dt_address_cells(const struct dt *dt, int bus);
int dt_size_cells(const struct dt *dt, int bus);

/* DT_NONE: of the root. */
int dt_parent(const struct dt *dt, int node);
/* The child of `parent` after `child`; DT_NONE for the first. DT_NONE: no more. */
int dt_next_child(const struct dt *dt, int parent, int child);
/* DT_NONE: there is none. */
int dt_by_phandle(const struct dt *dt, u32 phandle);
bool dt_compatible(const struct dt *dt, int node, const char *compatible);
/* The next node after `from` (DT_NONE: of all) that is compatible. */
int dt_next_compatible(const struct dt *dt, int from, const char *compatible);
/* A path of `len` characters; without a leading slash it begins with an alias. Unit addresses may be left out. */
int dt_path(const struct dt *dt, const char *path, size_t len);
/* The path with all unit addresses, NUL terminated. False: it does not fit. */
bool dt_full_path(const struct dt *dt, int node, char *buf, size_t size);

/* Entry `index` of the memory reservation block; false: the end. */
bool dt_reservation(const struct dt *dt, u32 index, u64 *base, u64 *size);
/* The header's boot_cpuid_phys. */
u32 dt_boot_cpu(const struct dt *dt);

#endif
