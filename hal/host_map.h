/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an architecture gives core/host_map.c, which keeps the hypervisor's own translation regime (hal/mem.h): its
 * format, where the areas lie, and how entries become visible and vanish. All CPUs use the same tables.
 */
#ifndef HAL_HOST_MAP_H
#define HAL_HOST_MAP_H

#include "hal/cpu.h"
#include "hal/mem.h"
#include "hal/types.h"

struct pt_format;

/*
 * Each CPU goes round its own windows: a closed one is unmapped at once, but reused only after an
 * invalidation, of which one serves all.
 */
#define HOST_WINDOWS 8
#define HOST_WINDOWS_SIZE (MAX_CPUS * HOST_WINDOWS * WINDOW_SIZE)

/* Virtual addresses that are no memory of the hypervisor's own: that is below them, at virtual = physical. */
struct host_layout {
	const struct pt_format *format;
	u64 io; /* device registers; below `windows` */
	u64 io_size;
	u64 windows; /* HOST_WINDOWS_SIZE bytes, 2 MiB aligned */
};

/*
 * Map the image, each part with its own rights and without the page at boot_stack_guard. First C of all: relocations
 * are done, .bss.early is zero, and the MMU may be off. No more than `tables` tables are written, the first of
 * .bss.tables. The root table's address comes in *root. Again, with another layout, when the hardware did not take it.
 * ERR_NOMEM: `tables` do not suffice.
 */
enum err host_map_image(const struct host_layout *layout, u32 tables, hpa_t *root) MUST_USE;

/* ---- given by the architecture; nobody but core/host_map.c calls them. Any lock ---- */

/*
 * Entries of [va, va+size) that were empty are leaves now, stored before: walkers of all CPUs see them, and this CPU's
 * next access uses them, also where an empty entry can have been cached. Another CPU that may have cached one
 * invalidates before it goes to work (hal/smp.h), or at the latest by the host_flush() that ends boot.
 * `size` 0: of tables too, anywhere; the stores made before are in order before those made after, for every walker.
 */
void host_publish(u64 va, u64 size);
/*
 * Entries of [va, va+size) were made empty or narrower by stores made before, or a table was unlinked: complete
 * at return on all CPUs, none of which holds a translation or a table of the range any more.
 */
void host_flush(u64 va, u64 size);
/*
 * The same for this CPU's own windows, of which the range is a part or the whole. No other CPU ever uses these addresses,
 * but it may have cached entries by speculation: whether those have to go too is for the architecture to say.
 */
void host_flush_window(u64 va, u64 size);

#endif
