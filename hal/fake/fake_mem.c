/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hal/mem.h on a workstation. Fake RAM exists three times at fixed low
 * addresses (below the sanitizers' shadow): what CPUs see through their
 * caches, what DRAM holds, and what the table walker sees (fake_tlb.c).
 * Host memory outside of it (a test's own arrays) works too, without models.
 */
#define _DEFAULT_SOURCE /* madvise, MAP_ANONYMOUS */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "hal/fake/fake.h"
#include "hal/fake/fake_views.h"
#include "hal/mem.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

#define LINE 64u
#define LINES (FAKE_RAM_SIZE / LINE)

struct fake_mem_state fake_mem;
static bool mapped;
static u8 cached[LINES / 8]; /* a CPU holds this line */
static u8 stale[LINES / 8];  /* it held it unchanged when DRAM was written */

static void map_view(u64 base)
{
	void *want = hpa_to_va(HPA(base));
	void *p = mmap(want, FAKE_RAM_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

	if (p != want) {
		perror("fake RAM");
		abort();
	}
}

void fake_ram_init(void)
{
	if (mapped)
		return;
	map_view(FAKE_RAM_BASE);
	map_view(FAKE_DRAM_BASE);
	map_view(FAKE_WALK_BASE);
	mapped = true;
}

void fake_mem_reset(void);
void fake_mem_reset(void)
{
	fake_mem = (struct fake_mem_state){0};
	memset(cached, 0, sizeof(cached));
	memset(stale, 0, sizeof(stale));
	if (!mapped)
		return;
	/* back to zero pages */
	madvise(hpa_to_va(HPA(FAKE_RAM_BASE)), FAKE_RAM_SIZE, MADV_DONTNEED);
	madvise(hpa_to_va(HPA(FAKE_DRAM_BASE)), FAKE_RAM_SIZE, MADV_DONTNEED);
	madvise(hpa_to_va(HPA(FAKE_WALK_BASE)), FAKE_RAM_SIZE, MADV_DONTNEED);
}

bool fake_is_ram(u64 hpa, u64 size)
{
	return mapped && range_inside(hpa, size, FAKE_RAM_BASE, FAKE_RAM_SIZE);
}

/* ---- the data cache ---- */

static bool line_is(const u8 *map, u64 hpa)
{
	u64 n = (hpa - FAKE_RAM_BASE) / LINE;

	return map[n / 8] & (1u << (n % 8));
}

static void line_set(u8 *map, u64 hpa, bool on)
{
	u64 n = (hpa - FAKE_RAM_BASE) / LINE;
	u8 bit = (u8)(1u << (n % 8));

	map[n / 8] = (u8)(on ? map[n / 8] | bit : map[n / 8] & ~bit);
}

void fake_cache_touch(hpa_t hpa, u64 size)
{
	if (!fake_is_ram(hpa.v, size))
		return;
	for (u64 a = align_down(hpa.v, LINE); a < hpa.v + size; a += LINE)
		line_set(cached, a, true);
}

static void clean(const void *va, u64 size, bool inval)
{
	u64 base = va_to_hpa(va).v;

	if (fake_mem.drop_cleans || !fake_is_ram(base, size))
		return;
	fake_mem.icache_dirty += size;
	for (u64 a = align_down(base, LINE); a < base + size; a += LINE) {
		/* A line that was not changed is not written back, only dropped. */
		if (!line_is(stale, a))
			memcpy(fake_view(FAKE_DRAM_BASE, a), hpa_to_va(HPA(a)), LINE);
		else if (inval)
			memcpy(hpa_to_va(HPA(a)), fake_view(FAKE_DRAM_BASE, a), LINE);
		if (inval) {
			line_set(cached, a, false);
			line_set(stale, a, false);
		}
	}
}

void cache_clean(const void *va, u64 size)
{
	clean(va, size, false);
}

void cache_clean_inval(const void *va, u64 size)
{
	clean(va, size, true);
}

void icache_inval_all(void)
{
	fake_mem.icache_invs++;
	fake_mem.icache_dirty = 0;
}

void mem_zero_fast(void *va, u64 size)
{
	if ((va_to_hpa(va).v | size) % LINE)
		fake_violation("mem_zero_fast(%p, %llu) is not line aligned", va, (unsigned long long)size);
	memset(va, 0, size);
	fake_cache_touch(va_to_hpa(va), size);
	fake_mem.zeroed += size;
}

void fake_dram_read(hpa_t hpa, void *buf, size_t size)
{
	if (!fake_is_ram(hpa.v, size)) {
		fake_violation("DRAM read outside of RAM: %llx", (unsigned long long)hpa.v);
		memset(buf, 0xee, size);
		return;
	}
	memcpy(buf, fake_view(FAKE_DRAM_BASE, hpa.v), size);
}

void fake_dram_write(hpa_t hpa, const void *buf, size_t size)
{
	if (!fake_is_ram(hpa.v, size)) {
		fake_violation("DRAM write outside of RAM: %llx", (unsigned long long)hpa.v);
		return;
	}
	for (u64 a = align_down(hpa.v, LINE); a < hpa.v + size; a += LINE)
		if (line_is(cached, a) && !memcmp(hpa_to_va(HPA(a)), fake_view(FAKE_DRAM_BASE, a), LINE))
			line_set(stale, a, true);
	memcpy(fake_view(FAKE_DRAM_BASE, hpa.v), buf, size);
	for (size_t i = 0; i < size; i++)
		if (!line_is(cached, hpa.v + i))
			*(u8 *)hpa_to_va(HPA(hpa.v + i)) = ((const u8 *)buf)[i];
}

/* ---- the hypervisor's address space ---- */

enum err host_map_ram(hpa_t base UNUSED, u64 size UNUSED)
{
	return OK;
}

enum err host_unmap_ram(hpa_t base UNUSED, u64 size UNUSED)
{
	return OK;
}

volatile void *host_map_io(hpa_t base, u64 size UNUSED)
{
	return hpa_to_va(base);
}

void *window_open(hpa_t hpa, u64 size, u64 *got)
{
	if (fake_mem.window_is_open)
		fake_violation("a second window is opened");
	if (!size)
		fake_violation("a window of no size is opened");
	fake_mem.window_is_open = true;
	fake_mem.windows++;
	*got = min_u64(size, WINDOW_SIZE - (hpa.v & (WINDOW_SIZE - 1)));
	fake_cache_touch(hpa, *got);
	return hpa_to_va(hpa);
}

void window_close(void)
{
	if (!fake_mem.window_is_open)
		fake_violation("a window is closed that was not open");
	fake_mem.window_is_open = false;
}
