/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guest memory, as devices touch it: bounds-checked copies through this CPU's
 * window. A byte is fetched once: what was copied is what gets checked. Memory is
 * accessed cacheable and not cleaned, as a coherent device would.
 *
 * All: any CPU while the VM runs, no window open. Errors as aspace_translate();
 * ERR_INVAL: more than GMEM_MAX bytes, or a bad size or alignment. What lies before the
 * first bad byte may have been copied.
 */
#ifndef CORE_GMEM_H
#define CORE_GMEM_H

#include "core/aspace.h"

/* Bytes a call may copy: keeps it within some 20 us. */
#define GMEM_MAX KIB(64)

enum err gmem_read(const struct aspace *as, gpa_t gpa, void *buf, u64 len) MUST_USE;
/*
 * What memory holds, whatever caches do: for words that a guest may have written with its caches off or by a mapping that is
 * not cacheable. A line is cleaned and invalidated before it is read and leaves again after.
 */
enum err gmem_read_poc(const struct aspace *as, gpa_t gpa, void *buf, u64 len) MUST_USE;
enum err gmem_write(const struct aspace *as, gpa_t gpa, const void *buf, u64 len) MUST_USE;
/* Also into read-only regions and before the space is mapped; cleaned and invalidated to the point of coherency. */
enum err gmem_write_host(const struct aspace *as, gpa_t gpa, const void *buf, u64 len) MUST_USE;

/* From one guest address to another, of the same or another VM. Overlap: as memcpy, undefined content. */
enum err gmem_copy(const struct aspace *to, gpa_t dst, const struct aspace *from, gpa_t src,
		   u64 len) MUST_USE;

/* One naturally aligned value of 1, 2, 4 or 8 bytes, by one access: acquire, release. */
enum err gmem_get(const struct aspace *as, gpa_t gpa, u32 size, u64 *value) MUST_USE;
enum err gmem_put(const struct aspace *as, gpa_t gpa, u32 size, u64 value) MUST_USE;

#endif
