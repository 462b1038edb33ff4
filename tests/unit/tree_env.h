/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of the one VM `vm`, written and looked at by paths. */
#ifndef TESTS_UNIT_TREE_ENV_H
#define TESTS_UNIT_TREE_ENV_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <libfdt.h>

#include "core/guest_tree.h"

static struct vm_plan vm;
static struct guest_tree_initrd initrd;
static u64 tree[GUEST_TREE_MAX / 8];

static void write_tree(void)
{
	u32 size = 0;

	memset(tree, 0xa5, sizeof(tree));
	assert_int_equal(guest_tree_write(&vm, &initrd, tree, sizeof(tree), &size), OK);
	assert_int_equal(size, fdt_totalsize(tree));
	assert_int_equal(fdt_check_header(tree), 0);
}

static u64 number(const char *path, const char *name, u32 index, u32 cells)
{
	int len;
	const fdt32_t *p = fdt_getprop(tree, fdt_path_offset(tree, path), name, &len);
	u64 v = 0;

	assert_non_null(p);
	assert_true((u32)len >= (index + cells) * 4);
	while (cells--)
		v = v << 32 | fdt32_ld(p + index++);
	return v;
}

static const char *text(const char *path, const char *name)
{
	return fdt_getprop(tree, fdt_path_offset(tree, path), name, NULL);
}

static UNUSED bool compatible(const char *path, const char *with)
{
	return fdt_node_check_compatible(tree, fdt_path_offset(tree, path), with) == 0;
}

static UNUSED bool has_node(const char *path)
{
	return fdt_path_offset(tree, path) >= 0;
}

#endif
