/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RAM of the machine from the UEFI memory map that the boot application copied
 * into its handoff block, and what both kinds of firmware tables need to shape
 * `machine.ram`. Boot only, one CPU.
 */
#ifndef BOOT_MEMMAP_H
#define BOOT_MEMMAP_H

#include "boot/handoff.h"
#include "core/machine.h"

/*
 * Add to m->ram what the map calls usable (loader and boot services, code and data, conventional;
 * write-back, volatile, not specific-purpose) and take out again whatever any other entry covers:
 * on overlap the hypervisor gets nothing. `map` is `size` bytes of descriptors, `desc_size` apart.
 * ERR_INVAL: malformed. ERR_NOENT: no RAM. (UEFI 2.10, 7.2.3)
 */
enum err machine_ram_from_efi(const void *map, u64 size, u64 desc_size, struct machine *m) MUST_USE;

/*
 * The same from a whole handoff block, whose memory is mapped at virtual = physical: RAM, the
 * bundle's place, and the block, the map, the hypervisor's image and the bundle taken out of RAM.
 * ERR_INVAL: not such a block.
 */
enum err machine_from_handoff(const struct handoff *h, struct machine *m) MUST_USE;

/*
 * [base, base+size) of RAM is on NUMA node `node`: splits free ranges there. Only RAM that is free
 * already is touched. ERR_RANGE: no such node possible. ERR_NOMEM: the table of ranges is full,
 * some RAM was dropped.
 */
enum err machine_set_node(struct machine *m, u64 base, u64 size, u32 node) MUST_USE;

#endif
