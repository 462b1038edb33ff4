/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Malformed bundles and manifests, each with the lines it must be refused by. One
 * table feeds the unit tests and, through mkbad, files that are booted. Every
 * case is the sound base plus a few edits: VMs `first`, `victim`, `rival`, `last`,
 * of which only those that a line names may be refused.
 */
#ifndef TESTS_UNIT_BAD_H
#define TESTS_UNIT_BAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BAD_KERNEL "guest.bin"
#define BAD_EDITS 8
#define BAD_LINES 8
#define BAD_TREE_ROOM (3u << 20)

struct bytes {
	uint8_t *data; /* eight-byte aligned */
	size_t size;
	size_t room;
};

struct edit {
	void (*apply)(void *fdt, const struct edit *e);
	const char *path, *name; /* node; property or child */
	const void *value;
	size_t len;
	uint64_t number;
};

struct bad_case {
	const char *name; /* also a file's: [a-z0-9-]+ */
	struct edit edit[BAD_EDITS];
	/* After all edits, on the finished tree or archive. */
	void (*tree)(struct bytes *tree);
	void (*archive)(struct bytes *archive);
	const char *line[BAD_LINES]; /* each behind "refused: " */
	bool here;                   /* the lines are those of the unit tests' machine */
};

/*
 * All cases. `every_letter`: a property's name is changed at each of its letters, else
 * at one. What the case points to lasts until the callback returns.
 */
void bad_each(bool every_letter, void (*fn)(const struct bad_case *c, void *ctx), void *ctx);

/* The archive of a case (NULL: the sound base) around a guest's kernel. free() its data. */
struct bytes bad_build(const struct bad_case *c, const void *kernel, size_t kernel_size);

/* ---- for the tables (bad_build.c) ---- */

void edit_set(void *fdt, const struct edit *e);
void edit_delete(void *fdt, const struct edit *e);
void edit_node(void *fdt, const struct edit *e);
void edit_delete_node(void *fdt, const struct edit *e);
void edit_rename(void *fdt, const struct edit *e);
void edit_header(void *fdt, const struct edit *e);
void edit_nodes(void *fdt, const struct edit *e);

#define SET(p, n, v, l) {.apply = edit_set, .path = (p), .name = (n), .value = (v), .len = (l)}
#define STR(p, n, s) SET(p, n, s, sizeof(s))
#define U32(p, n, v) {.apply = edit_set, .path = (p), .name = (n), .number = (v), .len = 4}
#define U64(p, n, v) {.apply = edit_set, .path = (p), .name = (n), .number = (v), .len = 8}
#define FLAG(p, n) {.apply = edit_set, .path = (p), .name = (n)}
#define DELETE(p, n) {.apply = edit_delete, .path = (p), .name = (n)}
#define NODE(p, n) {.apply = edit_node, .path = (p), .name = (n)}
#define DELETE_NODE(p) {.apply = edit_delete_node, .path = (p)}
/* Every occurrence of the bytes `from`; both of one length. Makes doubles libfdt would not. */
#define RENAME(from, to) {.apply = edit_rename, .path = (from), .name = (to)}
#define HEADER(offset, v) {.apply = edit_header, .len = (offset), .number = (v)}
/* `count` children of `p`, each with `n` = `v`. */
#define NODES(p, n, v, count) {.apply = edit_nodes, .path = (p), .name = (n), .value = (v), .number = (count)}

void cpio_add(struct bytes *a, const char *name, const void *data, size_t size, uint32_t mode,
	      uint32_t nlink);
void cpio_end(struct bytes *a);

extern const struct bad_case bad_manifests[];
extern const size_t nr_bad_manifests;
extern const struct bad_case bad_bundles[];
extern const size_t nr_bad_bundles;

#endif
