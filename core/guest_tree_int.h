/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between core/guest_tree.c, which writes what every guest's device tree has, and drivers/emul/tree_ARCH.c, which writes the
 * board. Nodes and properties come out in the order of the calls, a node's properties before its children; there is nothing
 * to check: what does not fit is said by guest_tree_write(). Boot only, one CPU.
 */
#ifndef CORE_GUEST_TREE_INT_H
#define CORE_GUEST_TREE_INT_H

#include "core/plan.h"
#include "hal/types.h"

struct tree {
	void *fdt;
	bool failed;
	u64 seed[2]; /* where in the tree the values of rng-seed and kaslr-seed lie */
};

/* ---- core/guest_tree.c: properties of the node that is open ---- */

void tree_put(struct tree *t, const char *name, const void *value, size_t size);
void tree_flag(struct tree *t, const char *name);
void tree_string(struct tree *t, const char *name, const char *value);
/* A list of strings given as one literal with NULs between them. */
#define tree_strings(t, name, literal) tree_put(t, name, literal, sizeof(literal))
void tree_cells(struct tree *t, const char *name, const u32 *value, u32 n);
void tree_u32(struct tree *t, const char *name, u32 value);
void tree_u64(struct tree *t, const char *name, u64 value);
/* `reg`: `n` pairs of address and size, two cells each; at most 2. */
void tree_reg(struct tree *t, const u64 (*pair)[2], u32 n);

/* ---- nodes ---- */

#define TREE_NAME_MAX 48

/* NAME@ADDRESS, the address in hexadecimal without leading zeros. `out` has TREE_NAME_MAX bytes, `name` at most 30. */
void tree_name_at(char *out, const char *name, u64 at);
void tree_begin(struct tree *t, const char *name);
void tree_begin_at(struct tree *t, const char *name, u64 at);
void tree_end(struct tree *t);

/* A node of the root: the key on line `line` of the GPIO controller `gpio` (its phandle), down when high, is KEY_POWER. */
void tree_power_key(struct tree *t, u32 gpio, u32 line);

/* ---- drivers/emul/tree_ARCH.c ---- */

struct tree_board {
	const char *compatible;
	const char *uart;     /* path of the console's node, without its address */
	u32 interrupt_parent; /* phandle at the root, 0: none */
};

extern const struct tree_board tree_board;
/* CPUs, interrupt controller, timer, devices: children of the root. Flash is not the board's. */
void tree_write_board(struct tree *t, const struct vm_plan *vm);

#endif
