/* SPDX-License-Identifier: Apache-2.0 */
/* Builds the sound base and applies a case's edits (bad.h). */
#include "tests/unit/bad/bad.h"

#include <assert.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define must(x)                                                                 \
	do {                                                                    \
		if ((x) < 0) {                                                  \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x); \
			abort();                                                \
		}                                                               \
	} while (0)

/* ---- edits ---- */

static int node(void *fdt, const char *path)
{
	int off = fdt_path_offset(fdt, path);

	must(off);
	return off;
}

void edit_set(void *fdt, const struct edit *e)
{
	uint8_t number[8];

	for (size_t i = 0; i < e->len && e->len <= 8; i++)
		number[i] = (uint8_t)(e->number >> 8 * (e->len - 1 - i));
	must(fdt_setprop(fdt, node(fdt, e->path), e->name, e->value ? e->value : number, (int)e->len));
}

void edit_delete(void *fdt, const struct edit *e)
{
	must(fdt_delprop(fdt, node(fdt, e->path), e->name));
}

void edit_node(void *fdt, const struct edit *e)
{
	must(fdt_add_subnode(fdt, node(fdt, e->path), e->name));
}

void edit_delete_node(void *fdt, const struct edit *e)
{
	must(fdt_del_node(fdt, node(fdt, e->path)));
}

void edit_rename(void *fdt, const struct edit *e)
{
	size_t len = strlen(e->path), size = fdt_totalsize(fdt);
	uint8_t *blob = fdt;
	int found = 0;

	assert(len == strlen(e->name));
	for (size_t i = fdt_off_dt_struct(fdt); i + len <= size; i++)
		if (memcmp(blob + i, e->path, len) == 0) {
			memcpy(blob + i, e->name, len);
			found++;
		}
	must(found - 1);
}

void edit_header(void *fdt, const struct edit *e)
{
	fdt32_t value = cpu_to_fdt32((uint32_t)e->number);

	memcpy((uint8_t *)fdt + e->len, &value, sizeof(value));
}

void edit_nodes(void *fdt, const struct edit *e)
{
	char name[32];

	for (uint64_t i = 0; i < e->number; i++) {
		snprintf(name, sizeof(name), "n%u", (unsigned)i);
		int off = fdt_add_subnode(fdt, node(fdt, e->path), name);

		must(off);
		must(fdt_setprop_string(fdt, off, e->name, e->value));
	}
}

/* ---- the sound base ---- */

static void sound_vm(void *fdt, const char *name)
{
	must(fdt_begin_node(fdt, name));
	must(fdt_property_string(fdt, "kernel", BAD_KERNEL));
	must(fdt_property_string(fdt, "boot-protocol", "raw"));
	must(fdt_property_u32(fdt, "memory-mib", 16));
	must(fdt_property(fdt, "autostart", "", 0));
	must(fdt_begin_node(fdt, "console"));
	must(fdt_end_node(fdt));
	must(fdt_end_node(fdt));
}

static void sound_tree(void *fdt, int room)
{
	static const char *const vms[] = {"first", "victim", "rival", "last"};

	must(fdt_create(fdt, room));
	must(fdt_finish_reservemap(fdt));
	must(fdt_begin_node(fdt, ""));
	must(fdt_property_string(fdt, "compatible", "monadic,manifest-v1"));
	must(fdt_begin_node(fdt, "hypervisor"));
	must(fdt_property_string(fdt, "when-all-halted", "poweroff"));
	must(fdt_end_node(fdt));
	must(fdt_begin_node(fdt, "vms"));
	for (size_t i = 0; i < sizeof(vms) / sizeof(vms[0]); i++)
		sound_vm(fdt, vms[i]);
	must(fdt_end_node(fdt));
	must(fdt_end_node(fdt));
	must(fdt_finish(fdt));
	must(fdt_open_into(fdt, fdt, room));
}

static struct bytes build_tree(const struct bad_case *c)
{
	struct bytes tree = {calloc(1, BAD_TREE_ROOM), 0, BAD_TREE_ROOM};
	const struct edit *e = c ? c->edit : NULL;
	size_t i = 0;

	sound_tree(tree.data, BAD_TREE_ROOM);
	/* Header edits last: libfdt would not work on the tree after them. */
	for (; e && i < BAD_EDITS && e[i].apply && e[i].apply != edit_header; i++)
		e[i].apply(tree.data, &e[i]);
	must(fdt_pack(tree.data));
	tree.size = fdt_totalsize(tree.data);
	for (; e && i < BAD_EDITS && e[i].apply; i++)
		e[i].apply(tree.data, &e[i]);
	if (c && c->tree)
		c->tree(&tree);
	return tree;
}

/* ---- archives ---- */

static void append(struct bytes *a, const void *data, size_t size)
{
	if (a->size + size > a->room) {
		a->room = 2 * (a->size + size);
		a->data = realloc(a->data, a->room);
		assert(a->data);
	}
	if (size)
		memcpy(a->data + a->size, data, size);
	a->size += size;
}

static void pad(struct bytes *a)
{
	append(a, "\0\0\0", -a->size & 3);
}

void cpio_add(struct bytes *a, const char *name, const void *data, size_t size, uint32_t mode, uint32_t nlink)
{
	char header[111];

	snprintf(header, sizeof(header), "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", 1u,
		 mode, 0u, 0u, nlink, 0u, (unsigned)size, 0u, 0u, 0u, 0u, (unsigned)strlen(name) + 1, 0u);
	append(a, header, 110);
	append(a, name, strlen(name) + 1);
	pad(a);
	append(a, data, size);
	pad(a);
}

void cpio_end(struct bytes *a)
{
	cpio_add(a, "TRAILER!!!", NULL, 0, 0, 1);
}

struct bytes bad_build(const struct bad_case *c, const void *kernel, size_t kernel_size)
{
	struct bytes archive = {NULL, 0, 0}, tree = build_tree(c);

	cpio_add(&archive, "manifest.dtb", tree.data, tree.size, 0100644, 1);
	cpio_add(&archive, BAD_KERNEL, kernel, kernel_size, 0100644, 1);
	cpio_add(&archive, "odd.img", "odd", 3, 0100644, 1);
	cpio_add(&archive, "empty", NULL, 0, 0100644, 1);
	cpio_end(&archive);
	if (c && c->archive)
		c->archive(&archive);
	free(tree.data);
	return archive;
}
