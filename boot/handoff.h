/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the UEFI application gives the hypervisor's entry point in place
 * of a device tree (arm64: x0, riscv64: a1). Plain C, fixed layout, no other
 * header of the tree: the application is built in a world of its own.
 *
 * Everything that it points to lies in loader data, is mapped cacheable, and
 * was cleaned to the point of coherency before the MMU was turned off. All
 * addresses are physical, all sizes bytes. Unused fields are zero.
 */
#ifndef BOOT_HANDOFF_H
#define BOOT_HANDOFF_H

#include <stdint.h>

/* "MONADIC" and 1 as bytes in memory; a device tree begins d0 0d fe ed. */
#define HANDOFF_MAGIC UINT64_C(0x01434944414e4f4d)
#define HANDOFF_VERSION 1

struct handoff {
	uint64_t magic;
	uint32_t version;
	uint32_t size; /* of this structure as the writer knows it */

	uint64_t efi_map; /* the final memory map, as ExitBootServices took it */
	uint64_t efi_map_size;
	uint64_t efi_desc_size; /* distance of descriptors; may exceed the structure's size */
	uint32_t efi_desc_version;
	uint32_t reserved;

	uint64_t rsdp; /* ACPI 2.0 table, 0: none */
	uint64_t fdt;  /* device tree table, 0: none; ACPI is preferred when both are there */

	uint64_t bundle;
	uint64_t bundle_size;

	uint64_t image; /* the hypervisor as loaded, with its bss */
	uint64_t image_size;

	/* From here on a writer of old has nothing: `size` says so. */
	uint64_t time;         /* UTC, seconds since 1970, 0: firmware has no clock that is set */
	uint64_t time_counter; /* CNTPCT_EL0 or time at that moment */
};

#define HANDOFF_SIZE_MIN 96

_Static_assert(sizeof(struct handoff) == 112, "handoff layout is an ABI");

/* Is `p` such a block (and not a device tree)? Reads only the magic of what is not. */
static inline int handoff_is(const void *p)
{
	const struct handoff *h = (const struct handoff *)p;

	return h->magic == HANDOFF_MAGIC && h->version == HANDOFF_VERSION && h->size >= HANDOFF_SIZE_MIN;
}

#endif
