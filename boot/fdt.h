/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The physical machine as a flattened device tree describes it (Devicetree
 * Specification 0.4 and the bindings of the named devices). Boot only, one
 * CPU; also built into mkplan, so nothing here follows a physical address.
 */
#ifndef BOOT_FDT_H
#define BOOT_FDT_H

#include "core/machine.h"

/*
 * Fill `m` from the tree: CPUs, how to start them, interrupt controllers, timers, console, ECAM, clock, the bundle's
 * place, NUMA nodes and, only when m->nr_ram is 0 (no UEFI memory map was read before), RAM. Takes /memreserve/,
 * /reserved-memory and the bundle out of m->ram; the tree itself and the hypervisor's image are
 * for the caller to reserve, who knows where they are, and to correct m->boot_cpu by the CPU's own
 * identity.
 *
 * ERR_INVAL: not a tree. ERR_NOENT: RAM, CPUs, an interrupt controller or timer that is needed is not
 * described; ERR_UNSUPPORTED: CPUs cannot be started or the GIC is older than version 3. The reason has
 * been logged.
 */
enum err machine_from_fdt(const void *fdt, struct machine *m) MUST_USE;

/*
 * The UART at `where` (aliases resolve, options after ':' are ignored), for the manifest's
 * `console`. ERR_NOENT: no such node or no address; ERR_PERM: its status is not "okay" (the Secure world's, for
 * one); ERR_UNSUPPORTED: not a UART that has a driver.
 * `u` is written on success only.
 */
enum err uart_from_fdt(const void *fdt, const char *where, struct machine_uart *u) MUST_USE;

/* Size of the tree in bytes as its header says; 0: not a tree. Reads the header only. */
u32 machine_fdt_size(const void *fdt) MUST_USE;
/* How much of that is read; the same otherwise. */
u32 machine_fdt_extent(const void *fdt) MUST_USE;

#endif
