/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's own address space. Memory the hypervisor owns (image,
 * stacks, pools) is mapped at virtual = physical, never executable and
 * writable at once; device registers go to an I/O area; guest memory is
 * visible only through a short-lived per-CPU window.
 */
#ifndef HAL_MEM_H
#define HAL_MEM_H

#include "hal/types.h"

/*
 * Hypervisor-owned memory at hpa. Valid only for ranges that host_map_ram()
 * has mapped or that belong to the image.
 */
static inline void *hpa_to_va(hpa_t p)
{
	return (void *)(uintptr_t)p.v;
}

static inline hpa_t va_to_hpa(const void *p)
{
	return HPA((u64)(uintptr_t)p);
}

/* Physical memory from here on cannot be owned by the hypervisor or its guests. */
u64 host_ram_limit(void);

/*
 * Map [base, base+size) of RAM read-write, cacheable; pages that are mapped already stay as they are. Boot only.
 */
enum err host_map_ram(hpa_t base, u64 size) MUST_USE;
/* Remove such a mapping again (boot data that is given back). Boot only. */
enum err host_unmap_ram(hpa_t base, u64 size) MUST_USE;
/* Map device registers; returns NULL when the I/O area is full. Boot only. */
volatile void *host_map_io(hpa_t base, u64 size);

/* Boot: windows for CPUs 0..count-1; before the first window_open(). */
void host_windows_init(u32 count);

/* The window's size and alignment; a request never crosses this boundary. */
#define WINDOW_SIZE KIB(64)

/*
 * Map the part of [hpa, hpa+size) that lies in one WINDOW_SIZE-aligned block
 * into this CPU's window, cacheable; *got receives how much that is. One
 * window a CPU: close it before the next; never keep it across an exit.
 */
void *window_open(hpa_t hpa, u64 size, u64 *got);
void window_close(void);

/* Clean (and invalidate) data cache lines of [va, va+size) to the point of coherency. */
void cache_clean(const void *va, u64 size);
void cache_clean_inval(const void *va, u64 size);
/* After cache_clean() of new code: no vCPU that starts from now on runs older bytes, on any CPU. */
void icache_inval_all(void);
/* Zero by the fastest means; [va, va+size) cacheable, 64-byte aligned. Not cleaned. */
void mem_zero_fast(void *va, u64 size);

#endif
