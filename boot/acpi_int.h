/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between boot/acpi.c, which reads the ACPI tables that every machine has, and boot/acpi_ARCH.c, which reads the
 * architecture's: CPUs, interrupt controllers, timers. Boot only, one CPU, no lock.
 */
#ifndef BOOT_ACPI_INT_H
#define BOOT_ACPI_INT_H

#include "boot/acpi_tables.h"
#include "core/machine.h"

/* What reading the tables shares. */
struct acpi_reader {
	struct machine *m;
	u32 domains[MACHINE_NODES_MAX]; /* proximity domain of each node number */
	u32 nr_domains;
};

/* `read` is given a whole table whose checksum is right. ERR_INVAL: it is malformed. ERR_NOENT: something is not in it. */
struct acpi_table {
	char signature[5];
	bool needed;
	enum err (*read)(struct acpi_reader *r, const struct acpi_header *h);
};

/* ---- boot/acpi.c ---- */

struct acpi_sub_handler {
	u8 type;
	u8 min_length;
	void (*fn)(struct acpi_reader *r, const void *sub);
};

/* Call the handler of every subtable from `offset` on. False: one of them is malformed. */
bool acpi_each_sub(struct acpi_reader *r, const struct acpi_header *h, u32 offset,
		   const struct acpi_sub_handler *handlers, u32 n) MUST_USE;
/*
 * `cpu` as the machine's next; `state` are the flags of its MADT entry, `why` a reason not to use it or NULL. Returns
 * NULL when it is not used, which has been said.
 */
struct machine_cpu *acpi_add_cpu(struct machine *m, const struct machine_cpu *cpu, u32 state,
				 const char *why);
/* The CPU of that ACPI processor UID, if it is used, is in proximity domain `domain`. */
void acpi_cpu_domain(struct acpi_reader *r, u32 uid, u32 domain);
/* One line at error level; returns `e`. */
enum err acpi_complain(enum err e, const char *what) MUST_USE;

/* ---- boot/acpi_ARCH.c ---- */

/* Read before all others, in their order. */
extern const struct acpi_table acpi_arch_tables[];
extern const u32 acpi_nr_arch_tables;
/* SRAT's subtable of CPUs. */
extern const struct acpi_sub_handler acpi_arch_srat;
/* The UART's interrupt from SPCR, and what else the architecture's firmware means by it; the rest of `u` is filled. */
void acpi_arch_uart(const struct machine *m, const struct acpi_spcr *t, struct machine_uart *u);

#endif
