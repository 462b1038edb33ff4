/* SPDX-License-Identifier: Apache-2.0 */
/* What firmware left running on PCI is stopped before memory is given to guests. Boot only. */
#ifndef BOOT_PCI_H
#define BOOT_PCI_H

#include "core/machine.h"

/*
 * Clear bus mastering and legacy interrupts of every function that is reachable from the first bus of each
 * ECAM region: a device that nobody owns can write nowhere (PCI Express 5.0, 7.5.1.1.3). Bridges keep forwarding.
 */
void pci_quiesce(const struct machine *m);

#endif
