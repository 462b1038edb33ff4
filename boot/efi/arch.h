/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the UEFI application wants of an architecture: arch_NAME.c says what firmware must have left in place, jump_NAME.S is
 * what has to be assembly. Both run at virtual = physical, as UEFI has it on either architecture (UEFI 2.10, 2.3.6, 2.3.7).
 */
#ifndef BOOT_EFI_ARCH_H
#define BOOT_EFI_ARCH_H

#include <efi.h>

/* The way out: to be clean like the image itself. */
extern UINT8 efi_jump_start[], efi_jump_end[];

/* Can a hypervisor be entered from here? If not: says why, EFI_UNSUPPORTED. Before anything is allocated. */
EFI_STATUS arch_check(void);
/*
 * What the hypervisor's entry is told of the CPU it starts on, in *cpu; `fdt` is firmware's device tree or 0. Says so when it
 * cannot be found out: EFI_NOT_FOUND. Before boot services are left.
 */
EFI_STATUS arch_boot_cpu(UINT64 fdt, UINT64 *cpu);

/* The counter that the hypervisor's time is made of, after what precedes the call. */
UINT64 efi_counter(void);
/* From now on a CPU with its MMU off sees what was written to these bytes. */
void efi_clean(UINT64 address, UINT64 size);
/* After boot services: translation and interrupts off, and to the entry as the architecture's image protocol has it. */
void efi_jump(UINT64 entry, UINT64 handoff, UINT64 cpu) __attribute__((noreturn));

#endif
