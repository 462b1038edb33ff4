/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The physical machine as ACPI tables describe it (ACPI 6.5; SPCR and MCFG by
 * their own specifications). Static tables only: there is no AML interpreter.
 * Boot only, one CPU.
 */
#ifndef BOOT_ACPI_H
#define BOOT_ACPI_H

#include "core/machine.h"

/*
 * Given by the caller: [pa, pa+size) of a firmware table readable at the returned address, any
 * alignment, until the end of boot; NULL when that cannot be. Asked for a header first and then
 * for the table, so ranges overlap.
 */
const void *acpi_map(hpa_t pa, u64 size);

/*
 * Fill `m` from the tables below the RSDP at `rsdp`: CPUs and how to start them, interrupt controllers, timers, console,
 * ECAM, NUMA nodes. RAM is in m->ram already, from the UEFI memory map. The caller corrects m->boot_cpu by
 * the CPU's own identity.
 *
 * ERR_INVAL: the RSDP, XSDT or a table that is needed (arm64: MADT, GTDT, FADT; riscv64: RHCT, MADT) is malformed.
 * ERR_NOENT: one of these is missing or names no CPU, interrupt controller or timer. ERR_UNSUPPORTED: arm64: no PSCI, or a
 * GIC older than version 3. The reason has been logged. A malformed table of the others is ignored with a warning.
 */
enum err machine_from_acpi(hpa_t rsdp, struct machine *m) MUST_USE;

#endif
