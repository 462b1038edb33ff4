/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between boot/fdt.c, which reads what every machine's device tree has, and boot/fdt_ARCH.c, which reads what the
 * architecture's has: CPUs, interrupt controllers, timers, firmware. Boot only, one CPU, no lock.
 */
#ifndef BOOT_FDT_INT_H
#define BOOT_FDT_INT_H

#include "boot/dt.h"
#include "core/machine.h"

/* ---- boot/fdt.c: reading ---- */

/* A big-endian number of 32 bits. */
typedef struct {
	u8 byte[4];
} cell_t;

/* A number of `n` cells, 1 or 2. */
u64 fdt_cells(const cell_t *p, int n);
/* The property's cells, or NULL; *n is how many. */
const cell_t *fdt_prop_cells(const struct dt *dt, int node, const char *name, int *n);
/* A number of one or two cells, or `otherwise`. */
u64 fdt_prop_number(const struct dt *dt, int node, const char *name, u64 otherwise);
/* Is `value` among the property's strings? */
bool fdt_prop_is(const struct dt *dt, int node, const char *name, const char *value);
/* Next node after `from` (-1: first) that is compatible and not disabled; negative: none. */
int fdt_next_compatible(const struct dt *dt, int from, const char *compatible);
/* Entry `index` of the node's `reg` as physical address and size. ERR_NOENT, ERR_RANGE: there is no such. */
enum err fdt_node_reg(const struct dt *dt, int node, int index, u64 *addr, u64 *size) MUST_USE;

struct fdt_irq {
	u32 number; /* as struct machine_uart has it; 0: none */
	bool edge;
};

/* Interrupt `index` of a node, as fdt_arch_irq() understands it; {0}: there is none, or not one of the CPUs' controller. */
struct fdt_irq fdt_node_irq(const struct dt *dt, int node, int index);

/* One line at error level; returns `e`. */
enum err fdt_complain(enum err e, const char *what) MUST_USE;

/* ---- boot/fdt_ARCH.c ---- */

/*
 * Fill `cpu`, which is zero, from its node, whose `reg` has been read. Returns why it cannot be used, or NULL.
 * hwid is set in either case.
 */
const char *fdt_arch_cpu(const struct dt *dt, int node, u64 reg, struct machine_cpu *cpu);
/* The interrupt that `width` cells mean to `controller`. */
struct fdt_irq fdt_arch_irq(const struct dt *dt, int controller, const cell_t *specifier, u32 width);
/* Everything that only this architecture has. CPUs are known. */
void fdt_arch_read(const struct dt *dt, struct machine *m);
/* Is it all there? The reason has been logged. RAM and CPUs are. */
enum err fdt_arch_check(const struct machine *m) MUST_USE;

#endif
