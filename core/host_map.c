/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's own translation regime (hal/mem.h): the image and owned memory at
 * virtual = physical, device registers in an I/O area, a window a CPU onto guest
 * memory. No mapping is writable and executable; a hole lies under every stack.
 *
 * host_map_image() may run with the MMU off. Everything else that adds mappings is
 * boot code on one CPU; afterwards only windows change, each by its own CPU.
 */
#include "core/cpu.h"
#include "core/log.h"
#include "core/pgtable.h"
#include "hal/boot.h"
#include "hal/host_map.h"
#include "hal/mem.h"

#define WINDOW_PAGES (WINDOW_SIZE / PAGE_SIZE)
#define WINDOW_STRIDE (HOST_WINDOWS * WINDOW_SIZE)

/* Owned memory is mapped by blocks where it fills them. */
#define BLOCK MIB(2)
#define HOST_TABLES 128
#define HOST_OWNER 0xffff

extern char __image_start[], __image_end[], __text_start[], __text_end[], __rodata_start[], __rodata_end[],
	__data_start[], __data_end[], __boot_text_start[], __boot_text_end[], __boot_rodata_start[],
	__boot_rodata_end[], __boot_data_start[], __boot_bss_end[], boot_stack_guard[];

/* Those for the image may be written before caches are on, and none before it is zeroed as a table. */
static u8 host_table_pages[HOST_TABLES][PAGE_SIZE] __attribute__((aligned(4096), section(".bss.tables")));
static struct pt_meta host_meta[HOST_TABLES] EARLY_BSS;
static struct pt_pool host_pool EARLY_BSS;
static struct pt_space host_space EARLY_BSS;
static struct host_layout layout EARLY_BSS;
static u64 io_next EARLY_BSS;
static struct {
	u32 next;  /* window to open */
	u32 most;  /* pages of the largest one since the last invalidation */
	u32 round; /* pages opened since the last invalidation */
	u32 pages; /* open now */
} window[MAX_CPUS];

/* ---- the walker's hooks ---- */

static void walker_flush(void *ctx UNUSED, u64 va, u64 size)
{
	host_flush(va, size);
}

/* Its order is all that counts: what became valid is published behind it, by address. */
static void walker_publish(const void *entry UNUSED, size_t size UNUSED)
{
	host_publish(0, 0);
}

static const struct pt_hooks host_hooks = {walker_flush, walker_publish};

/* ---- owned memory and devices ---- */

BOOT_CODE static enum err map_walking(u64 va, u64 pa, u64 size, u32 attr)
{
	u64 done = 0;

	return pt_map_range(&host_space, va, pa, size, attr, UINT32_MAX, &done);
}

/* Leaves of `level` under one table: the walker makes the table and the first, the others are written beside it. */
BOOT_CODE static enum err map_run(u64 va, u64 pa, u64 size, u32 level, u32 attr)
{
	u64 unit = pt_size(level), *slot, leaf, next, n;
	enum err e = map_walking(va, pa, unit, attr);

	if (e != OK)
		return e;
	slot = pt_slot(&host_space, va, level);
	leaf = layout.format->make_leaf(pa, level, attr);
	next = layout.format->make_leaf(pa + unit, level, attr) -
	       leaf; /* wherever a format has its address */
	for (n = 1; n < size / unit && !slot[n]; n++)
		store_relaxed(&slot[n], leaf + n * next);
	host_publish(va, n * unit);
	return n < size / unit ? ERR_EXIST : OK;
}

/*
 * By blocks where they fit, by pages before and behind. ERR_EXIST: something in there is mapped already; what lies
 * before it is mapped now.
 */
BOOT_CODE static enum err map(u64 va, u64 pa, u64 size, u32 attr)
{
	enum err e = (va | pa | size) & (PAGE_SIZE - 1) ? ERR_INVAL : OK;

	for (u64 n; size && e == OK; va += n, pa += n, size -= n) {
		u32 level = size >= BLOCK && !((va | pa) & (BLOCK - 1)) ? 1 : 0;

		n = min_u64(align_down(size, pt_size(level)),
			    pt_size(level + 1) - (va & (pt_size(level + 1) - 1)));
		e = map_run(va, pa, n, level, attr);
	}
	return e;
}

BOOT_CODE static enum err map_image(const char *from, const char *to, u32 attr)
{
	u64 base = (u64)(uintptr_t)from;

	return map(base, base, (u64)(uintptr_t)to - base, attr);
}

BOOT_CODE enum err host_map_image(const struct host_layout *l, u32 tables, hpa_t *root)
{
	enum err e;

	layout = *l;
	io_next = l->io;
	pt_pool_init(&host_pool, va_to_hpa(host_table_pages), host_meta, HOST_TABLES);
	host_space = (struct pt_space){.fmt = l->format,
				       .pool = &host_pool,
				       .hooks = &host_hooks,
				       .count = tables,
				       .owner = HOST_OWNER};
	e = pt_space_init(&host_space);
	e |= map_image(__text_start, __text_end, PT_R | PT_X);
	e |= map_image(__rodata_start, __rodata_end, PT_R);
	e |= map_image(__data_start, __data_end, PT_R | PT_W);
	e |= map_image(__boot_text_start, __boot_text_end, PT_R | PT_X);
	e |= map_image(__boot_rodata_start, __boot_rodata_end, PT_R);
	e |= map_image(__boot_data_start, boot_stack_guard, PT_R | PT_W);
	e |= map_image(boot_stack_guard + PAGE_SIZE, __boot_bss_end, PT_R | PT_W);
	host_space.count = HOST_TABLES;
	*root = pt_root(&host_space);
	return e == OK ? OK : ERR_NOMEM;
}

BOOT_CODE void image_range(hpa_t *base, u64 *size)
{
	*base = va_to_hpa(__image_start);
	*size = (u64)(__image_end - __image_start);
}

BOOT_CODE u64 host_ram_limit(void)
{
	return layout.io;
}

/* What of [at, at+size) is not mapped yet, page by page. */
BOOT_CODE static enum err map_the_rest(u64 at, u64 size)
{
	for (u64 off = 0; off < size; off += PAGE_SIZE) {
		enum err e = map(at + off, at + off, PAGE_SIZE, PT_R | PT_W);

		if (e != OK && e != ERR_EXIST)
			return e;
	}
	return OK;
}

BOOT_CODE enum err host_map_ram(hpa_t base, u64 size)
{
	if (base.v > layout.io || size > layout.io - base.v)
		return ERR_RANGE;
	for (u64 at = base.v, end = base.v + size, n; at < end; at += n) {
		enum err e;

		n = min_u64(end - at, BLOCK - (at & (BLOCK - 1)));
		e = map(at, at, n, PT_R | PT_W);
		if (e == ERR_EXIST)
			e = map_the_rest(at, n);
		if (e != OK)
			return e;
	}
	return OK;
}

/* Part of what one table covers; pages at once with one invalidation, what is a block by the walker. */
static enum err unmap_part(u64 va, u64 size)
{
	u64 *slot = pt_slot(&host_space, va, 0), done = 0, first = size, end = 0;

	if (!slot)
		return pt_unmap_range(&host_space, va, size, UINT32_MAX, &done);
	for (u64 off = 0; off < size; off += PAGE_SIZE, slot++) {
		if (!*slot)
			continue;
		store_relaxed(slot, 0);
		first = min_u64(first, off);
		end = off + PAGE_SIZE;
	}
	if (end)
		host_flush(va + first, end - first);
	return OK;
}

enum err host_unmap_ram(hpa_t base, u64 size)
{
	u64 n;

	for (u64 va = base.v; size; va += n, size -= n) {
		enum err e;

		n = min_u64(size, BLOCK - (va & (BLOCK - 1)));
		e = unmap_part(va, n);
		if (e != OK)
			return e;
	}
	return OK;
}

BOOT_CODE volatile void *host_map_io(hpa_t base, u64 size)
{
	u64 first = align_down(base.v, PAGE_SIZE);
	u64 len = align_up(base.v + size, PAGE_SIZE) - first;
	u64 va = io_next;

	if (len >= BLOCK) /* the same place in a block as the registers', so that blocks map them */
		va = align_up(va, BLOCK) + (first & (BLOCK - 1));
	if (len > layout.io + layout.io_size - va || map(va, first, len, PT_R | PT_W | PT_DEVICE) != OK)
		return NULL;
	io_next = va + len + PAGE_SIZE; /* a hole behind each device */
	return (volatile void *)(uintptr_t)(va + (base.v - first));
}

/* ---- windows ---- */

static u64 window_base(u32 cpu)
{
	return layout.windows + (u64)cpu * WINDOW_STRIDE;
}

BOOT_CODE void host_windows_init(u32 count)
{
	u64 end = window_base(count);

	/* The tables are made once by mapping a page of each and unmapping it; from now on only entries change. */
	for (u64 va = layout.windows; va < end; va += BLOCK) {
		u64 done = 0;

		if (map(va, va_to_hpa(__image_start).v, PAGE_SIZE, PT_R) != OK ||
		    pt_unmap_range(&host_space, va, PAGE_SIZE, UINT32_MAX, &done) != OK)
			panic("no page tables for %u guest memory windows", count);
	}
}

static u64 window_va(u32 cpu)
{
	return window_base(cpu) + window[cpu].next * WINDOW_SIZE;
}

void *window_open(hpa_t hpa, u64 size, u64 *got)
{
	u32 cpu = this_cpu()->index;
	u64 va = window_va(cpu), first = align_down(hpa.v, PAGE_SIZE), in_block = hpa.v & (WINDOW_SIZE - 1);
	u64 *slot = pt_slot(&host_space, va, 0);
	u64 pages;

	*got = min_u64(size, WINDOW_SIZE - in_block);
	pages = (hpa.v + *got - first + PAGE_SIZE - 1) >> PAGE_SHIFT;
	ASSERT(slot && window[cpu].pages == 0 && pages <= WINDOW_PAGES);
	for (u64 i = 0; i < pages; i++)
		store_relaxed(&slot[i], layout.format->make_leaf(first + i * PAGE_SIZE, 0, PT_R | PT_W));
	window[cpu].pages = (u32)pages;
	window[cpu].round += (u32)pages;
	window[cpu].most = pages > window[cpu].most ? (u32)pages : window[cpu].most;
	host_publish(va, pages * PAGE_SIZE);
	return (void *)(uintptr_t)(va + (hpa.v - first));
}

/* A few pages are invalidated one by one, so that small accesses do not empty the TLBs. */
#define ROUND_FEW (4 * HOST_WINDOWS)

static void windows_flush(u32 cpu)
{
	u64 base = window_base(cpu);

	if (window[cpu].round <= ROUND_FEW)
		for (u32 w = 0; w < HOST_WINDOWS; w++)
			host_flush_window(base + w * WINDOW_SIZE, window[cpu].most * PAGE_SIZE);
	else
		host_flush_window(base, WINDOW_STRIDE);
	window[cpu].round = 0;
	window[cpu].most = 0;
}

void window_close(void)
{
	u32 cpu = this_cpu()->index;
	u64 *slot = pt_slot(&host_space, window_va(cpu), 0);

	for (u32 i = 0; i < window[cpu].pages; i++)
		store_relaxed(&slot[i], 0);
	window[cpu].pages = 0;
	window[cpu].next = (window[cpu].next + 1) % HOST_WINDOWS;
	if (!window[cpu].next)
		windows_flush(cpu);
}
