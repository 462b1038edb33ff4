/* SPDX-License-Identifier: Apache-2.0 */
/* What firmware left running on PCI is stopped before memory is given to guests. Boot only. */
#ifndef BOOT_PCI_H
#define BOOT_PCI_H

#include "core/machine.h"

/*
 * Clear bus mastering and legacy interrupts of every function, bridges last: a device that nobody owns can write nowhere
 * (PCI Express 5.0, 7.5.1.1.3). A bridge without bus mastering passes no request up, which also stops what the scan did
 * not see behind it; requests down and their completions pass, so registers behind it can be used.
 *
 * `every_bus`: look at all buses of each ECAM region, because where host bridges begin is not known. MCFG has one
 * entry a segment, which may hold several of them, and only AML (_BBN) says their first buses; UEFI firmware has
 * set up all of them. False: at those that can be reached from a region's first bus. A host bridge of a device tree
 * has a region of its own, whose bus-range begins with its root bus.
 */
void pci_quiesce(const struct machine *m, bool every_bus);

#endif
