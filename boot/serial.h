/* SPDX-License-Identifier: Apache-2.0 */
/* Which UART the manifest's /hypervisor/console means on this machine. Boot only, one CPU; also built into mkplan. */
#ifndef BOOT_SERIAL_H
#define BOOT_SERIAL_H

#include "core/machine.h"

/*
 * `value` is sound and not "auto": a device tree path, "spcr" or "pci:BDF". `tree` is the machine's device tree, NULL
 * when ACPI describes the machine. NULL: found, and *u is written; else why it cannot be had and what to write instead.
 */
const char *serial_find(const struct machine *m, const void *tree, const char *value, struct machine_uart *u);

#endif
