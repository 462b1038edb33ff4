/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds of a RISC-V machine's numbers, whether a device tree or ACPI says them. Pure. Boot only; also built into
 * mkplan.
 */
#ifndef BOOT_CHECK_RISCV64_H
#define BOOT_CHECK_RISCV64_H

#include "core/machine.h"

#define INTC_SOURCES_MAX 1023 /* of a PLIC and of an APLIC */

/* Why a hart other than the boot hart cannot be used, or NULL. What the boot hart lacks is for arch_boot_init() to say. */
const char *check_hart(const struct machine_cpu *cpu);
/* Bytes of a cache block: a power of two within a page; what is not is taken as if nothing were said: 0. */
u16 check_block(u64 size);
/* `context` where the PLIC has registers for it, else UINT32_MAX. */
u32 check_plic_context(const struct machine_plic *plic, u64 context);

/* How wide an IMSIC's indexes are and how many identities there are (AIA 1.0, 3.1 and 3.6). */
struct imsic_numbers {
	u64 ids, guest_ids;
	u64 guest_bits, hart_bits, group_bits, group_shift;
};

/* Into `imsic`; false: not as the specification allows, and it is as before. */
bool check_imsic(const struct imsic_numbers *n, struct machine_imsic *imsic) MUST_USE;

#endif
