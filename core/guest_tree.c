/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guest device tree writer: what every guest's tree has, on libfdt's sequential-write calls; the board's nodes are
 * drivers/emul/tree_ARCH.c's. An error (there is only one: no room) sticks and is looked at once, at the end. Boot only,
 * one CPU.
 */
#include "core/guest_tree.h"

#include <libfdt.h>

#include "core/guest_tree_int.h"
#include "core/string.h"

#define KEY_POWER 116 /* linux,code */

/* ---- properties ---- */

static void note(struct tree *t, int result)
{
	t->failed |= result != 0;
}

void tree_put(struct tree *t, const char *name, const void *value, size_t size)
{
	note(t, fdt_property(t->fdt, name, value, (int)size));
}

/* To be filled later: its place in the tree, which stays (only names move when the tree is finished). */
static u64 put_zeros(struct tree *t, const char *name, u32 size)
{
	void *value;
	int e = fdt_property_placeholder(t->fdt, name, (int)size, &value);

	note(t, e);
	if (e)
		return 0;
	memset(value, 0, size);
	return (u64)((u8 *)value - (u8 *)t->fdt);
}

void tree_flag(struct tree *t, const char *name)
{
	tree_put(t, name, "", 0);
}

void tree_string(struct tree *t, const char *name, const char *value)
{
	tree_put(t, name, value, strlen(value) + 1);
}

void tree_cells(struct tree *t, const char *name, const u32 *value, u32 n)
{
	void *cells;
	int e = fdt_property_placeholder(t->fdt, name, (int)(n * sizeof(*value)), &cells);

	note(t, e);
	for (u32 i = 0; !e && i < n; i++)
		fdt32_st((u8 *)cells + i * sizeof(*value), value[i]);
}

void tree_u32(struct tree *t, const char *name, u32 value)
{
	tree_cells(t, name, (const u32[]){value}, 1);
}

void tree_u64(struct tree *t, const char *name, u64 value)
{
	tree_cells(t, name, (const u32[]){(u32)(value >> 32), (u32)value}, 2);
}

void tree_reg(struct tree *t, const u64 (*pair)[2], u32 n)
{
	u32 cell[8];

	for (u32 i = 0; i < n * 2 && i * 2 < ARRAY_SIZE(cell); i++) {
		u64 v = pair[i / 2][i % 2];

		cell[2 * i] = (u32)(v >> 32);
		cell[2 * i + 1] = (u32)v;
	}
	tree_cells(t, "reg", cell, n * 4);
}

/* ---- nodes ---- */

void tree_begin(struct tree *t, const char *name)
{
	note(t, fdt_begin_node(t->fdt, name));
}

void tree_name_at(char *out, const char *name, u64 at)
{
	size_t n = strlen(name);
	int shift = 60;

	memcpy(out, name, n);
	out[n++] = '@';
	while (shift > 0 && !(at >> shift & 15))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		out[n++] = "0123456789abcdef"[at >> shift & 15];
	out[n] = '\0';
}

void tree_begin_at(struct tree *t, const char *name, u64 at)
{
	char full[TREE_NAME_MAX];

	tree_name_at(full, name, at);
	tree_begin(t, full);
}

void tree_end(struct tree *t)
{
	note(t, fdt_end_node(t->fdt));
}

void tree_power_key(struct tree *t, u32 gpio, u32 line)
{
	tree_begin(t, "gpio-keys");
	tree_string(t, "compatible", "gpio-keys");
	tree_begin(t, "poweroff");
	tree_string(t, "label", "GPIO Key Poweroff");
	tree_u32(t, "linux,code", KEY_POWER);
	tree_cells(t, "gpios", (const u32[]){gpio, line, 0}, 3);
	tree_end(t);
	tree_end(t);
}

static void write_chosen(struct tree *t, const struct vm_plan *vm, const struct guest_tree_initrd *initrd)
{
	char uart[TREE_NAME_MAX];

	tree_begin(t, "chosen");
	if (vm->bootargs[0])
		tree_string(t, "bootargs", vm->bootargs);
	if (vm->console) {
		tree_name_at(uart, tree_board.uart, vm->layout.uart.v);
		tree_string(t, "stdout-path", uart);
	}
	if (initrd->size) {
		tree_u64(t, "linux,initrd-start", initrd->at.v);
		tree_u64(t, "linux,initrd-end", initrd->at.v + initrd->size);
	}
	t->seed[0] = put_zeros(t, "rng-seed", GUEST_RNG_SEED_SIZE);
	t->seed[1] = put_zeros(t, "kaslr-seed", GUEST_KASLR_SEED_SIZE);
	tree_end(t);
}

/* One node for every contiguous part of guest RAM. */
static void write_memory(struct tree *t, const struct vm_plan *vm)
{
	u64 reg[1][2] = {{vm->layout.ram.v, vm->memory}};
	u32 i = 0;

	do {
		if (vm->nr_ram) {
			reg[0][0] = vm->ram[i].gpa.v;
			reg[0][1] = vm->ram[i].size;
			for (i++; i < vm->nr_ram && vm->ram[i].gpa.v == reg[0][0] + reg[0][1]; i++)
				reg[0][1] += vm->ram[i].size;
		}
		tree_begin_at(t, "memory", reg[0][0]);
		tree_string(t, "device_type", "memory");
		tree_reg(t, (const u64(*)[2])reg, 1);
		tree_end(t);
	} while (i < vm->nr_ram);
}

static void write_flash(struct tree *t, const struct vm_plan *vm)
{
	const u64 reg[2][2] = {
		{vm->flash[0].gpa.v, vm->flash[0].size},
		{vm->flash[1].gpa.v, vm->flash[1].size},
	};

	tree_begin_at(t, "flash", reg[0][0]);
	tree_string(t, "compatible", "cfi-flash");
	tree_reg(t, reg, 2);
	tree_u32(t, "bank-width", 4);
	tree_end(t);
}

static void write_hypervisor(struct tree *t)
{
	tree_begin(t, "hypervisor");
	tree_string(t, "compatible", "monadic,hypervisor-1.0");
	tree_end(t);
}

static void write_root(struct tree *t, const struct vm_plan *vm, const struct guest_tree_initrd *initrd)
{
	tree_begin(t, "");
	tree_u32(t, "#address-cells", 2);
	tree_u32(t, "#size-cells", 2);
	if (tree_board.interrupt_parent)
		tree_u32(t, "interrupt-parent", tree_board.interrupt_parent);
	tree_string(t, "compatible", tree_board.compatible);
	tree_string(t, "model", "Monadic virtual machine");
	write_chosen(t, vm, initrd);
	write_memory(t, vm);
	tree_write_board(t, vm);
	if (vm->flash[0].size)
		write_flash(t, vm);
	write_hypervisor(t);
	tree_end(t);
}

enum err guest_tree_write(struct vm_plan *vm, const struct guest_tree_initrd *initrd, void *out, u32 room,
			  u32 *size)
{
	struct tree t = {.fdt = out};

	/* Looking for each name among those before costs more than writing it twice. */
	if (fdt_create_with_flags(out, (int)room, FDT_CREATE_FLAG_NO_NAME_DEDUP) != 0)
		return ERR_NOMEM; /* there is not even a header */
	note(&t, fdt_finish_reservemap(out));
	write_root(&t, vm, initrd);
	note(&t, fdt_finish(out));
	if (t.failed)
		return ERR_NOMEM;
	vm->seed_off[0] = t.seed[0];
	vm->seed_off[1] = t.seed[1];
	vm->seed_len[0] = GUEST_RNG_SEED_SIZE;
	vm->seed_len[1] = GUEST_KASLR_SEED_SIZE;
	*size = fdt_totalsize(out);
	return OK;
}
