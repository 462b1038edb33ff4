/* SPDX-License-Identifier: Apache-2.0 */
/* What time it is when VMs' clocks begin. Boot only, one CPU. */
#ifndef BOOT_CLOCK_H
#define BOOT_CLOCK_H

#include "core/machine.h"

/*
 * Set VMs' clocks by what UEFI told, else by a clock of the device tree, else to `otherwise` (seconds since 1970), and say
 * which. There is a console.
 */
void clock_begin(const struct machine *m, u64 otherwise);

#endif
