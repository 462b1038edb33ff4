/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's own translation regime (EL2 stage 1, E2H=0): the image and
 * owned memory at virtual = physical, device registers in an I/O area, a window
 * a CPU onto guest memory. No mapping is writable and executable (also
 * SCTLR_EL2.WXN); a hole lies under every stack.
 *
 * mmu_early_init() runs with the MMU off. Everything else that adds mappings is
 * boot code on one CPU; afterwards only windows change, each by its own CPU.
 */
#include "arch/arm64/cpu_arch.h"
#include "arch/arm64/errata.h"
#include "arch/arm64/mmu.h"
#include "arch/arm64/pt_formats.h"
#include "arch/arm64/sysreg.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/pgtable.h"
#include "hal/mem.h"

/* TCR_EL2 (D19.2.139, E2H=0): 48-bit addresses, 4 KiB, write-back inner shareable walks. */
#define TCR_EL2_RES1 (BIT(31) | BIT(23))
#define TCR_EL2_WALKS ((1ULL << 8) | (1ULL << 10) | (3ULL << 12))
#define TCR_EL2_T0SZ 16ULL
#define TCR_EL2_PS(x) ((u64)(x) << 16)

/* Owned memory is below, so that virtual = physical never meets these. */
#define IO_AREA 0xfe0000000000ULL
#define IO_AREA_SIZE GIB(1024)
#define WINDOW_AREA 0xff0000000000ULL
#define WINDOW_PAGES (WINDOW_SIZE / PAGE_SIZE)
/*
 * Each CPU goes round its own windows: a closed one is unmapped at once, but reused
 * only after an invalidation, of which one serves all. Broadcast, because another
 * CPU may have cached an entry by speculation (D8.16.1).
 */
#define WINDOWS 8
#define WINDOW_STRIDE (WINDOWS * WINDOW_SIZE)

/* Owned memory is mapped by blocks where it fills them. */
#define BLOCK MIB(2)
#define HOST_TABLES 128
#define HOST_OWNER 0xffff
/* Beyond this one invalidation of everything is cheaper. */
#define FLUSH_PAGES_MAX 512

extern char __image_start[], __text_start[], __text_end[], __rodata_start[], __rodata_end[], __data_start[],
	__data_end[], __boot_text_start[], __boot_text_end[], __boot_rodata_start[], __boot_rodata_end[],
	__boot_data_start[], __boot_bss_end[], boot_stack_guard[];

/* Those for the image are written before caches are on (EARLY_TABLES_SIZE), and none before it is zeroed as a table. */
static u8 host_table_pages[HOST_TABLES][PAGE_SIZE] __attribute__((aligned(4096), section(".bss.tables")));
static struct pt_meta host_meta[HOST_TABLES] EARLY_BSS;
static struct pt_pool host_pool EARLY_BSS;
static struct pt_space host_space EARLY_BSS;
static u64 io_next EARLY_BSS;
static struct {
	u32 next;  /* window to open */
	u32 most;  /* pages of the largest one since the last invalidation */
	u32 round; /* pages opened since the last invalidation */
	u32 pages; /* open now */
} window[MAX_CPUS];

static void host_flush(void *ctx UNUSED, u64 va, u64 size)
{
	dsb(ishst);
	if (size >= FLUSH_PAGES_MAX * PAGE_SIZE) {
		__asm__ volatile("tlbi alle2is" : : : "memory");
		size = 0;
	}
	for (u64 off = 0; off < size; off += PAGE_SIZE) {
		u64 arg = (va + off) >> PAGE_SHIFT & (BIT(44) - 1);

		__asm__ volatile("tlbi vae2is, %0" : : "r"(arg) : "memory");
	}
	dsb(ish);
	isb();
}

static void host_publish(const void *entry UNUSED, size_t size UNUSED)
{
	dsb(ishst);
	isb();
}

static const struct pt_hooks host_hooks = {host_flush, host_publish};

BOOT_CODE static enum err map_walking(u64 va, u64 pa, u64 size, u32 attr)
{
	u64 done = 0;

	return pt_map_range(&host_space, va, pa, size, attr, UINT32_MAX, &done);
}

/* Leaves of `level` under one table: the walker makes the table and the first, the others are written beside it. */
BOOT_CODE static enum err map_run(u64 va, u64 pa, u64 size, u32 level, u32 attr)
{
	u64 unit = pt_size(level), *slot, leaf;
	enum err e = map_walking(va, pa, unit, attr);

	if (e != OK)
		return e;
	slot = pt_slot(&host_space, va, level);
	leaf = el2_format.make_leaf(pa, level, attr);
	for (u64 i = 1; i < size / unit; i++) {
		if (slot[i])
			return ERR_EXIST;
		__atomic_store_n(&slot[i], leaf + i * unit, __ATOMIC_RELAXED);
	}
	host_publish(slot, size / unit * sizeof(*slot));
	return OK;
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

BOOT_CODE void mmu_early_init(struct cpu_arch *cpu)
{
	u64 pa_range = BITS(read_sysreg(ID_AA64MMFR0_EL1), 3, 0);
	enum err e = OK;

	pt_pool_init(&host_pool, va_to_hpa(host_table_pages), host_meta, HOST_TABLES);
	host_space = (struct pt_space){.fmt = &el2_format,
				       .pool = &host_pool,
				       .hooks = &host_hooks,
				       .count = EARLY_TABLES_SIZE / PAGE_SIZE,
				       .owner = HOST_OWNER};
	e |= pt_space_init(&host_space);
	e |= map_image(__text_start, __text_end, PT_R | PT_X);
	e |= map_image(__rodata_start, __rodata_end, PT_R);
	e |= map_image(__data_start, __data_end, PT_R | PT_W);
	e |= map_image(__boot_text_start, __boot_text_end, PT_R | PT_X);
	e |= map_image(__boot_rodata_start, __boot_rodata_end, PT_R);
	e |= map_image(__boot_data_start, boot_stack_guard, PT_R | PT_W);
	e |= map_image(boot_stack_guard + PAGE_SIZE, __boot_bss_end, PT_R | PT_W);
	if (e != OK)
		for (;;) /* no console yet: stay where a debugger finds it */
			__asm__ volatile("wfi");
	host_space.count = HOST_TABLES;
	io_next = IO_AREA;
	cpu->mair = EL2_MAIR;
	cpu->tcr = TCR_EL2_RES1 | TCR_EL2_T0SZ | TCR_EL2_WALKS | TCR_EL2_PS(pa_range > 5 ? 5 : pa_range);
	cpu->ttbr0 = pt_root(&host_space).v;
	cpu->sctlr = SCTLR_EL2_RES1 | SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_SA | SCTLR_WXN;
}

BOOT_CODE void mmu_secondary(struct cpu_arch *to, const struct cpu_arch *from)
{
	to->mair = from->mair;
	to->tcr = from->tcr;
	to->ttbr0 = from->ttbr0;
	to->sctlr = from->sctlr;
}

BOOT_CODE void host_windows_init(u32 count)
{
	u64 end = WINDOW_AREA + (u64)count * WINDOW_STRIDE;

	/* The tables are made once by mapping a page of each and unmapping it; from now on only entries change. */
	for (u64 va = WINDOW_AREA; va < end; va += BLOCK) {
		u64 done = 0;

		if (map(va, va_to_hpa(__image_start).v, PAGE_SIZE, PT_R) != OK ||
		    pt_unmap_range(&host_space, va, PAGE_SIZE, UINT32_MAX, &done) != OK)
			panic("no page tables for %u guest memory windows", count);
	}
}

BOOT_CODE u64 host_ram_limit(void)
{
	return IO_AREA;
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
	if (base.v > IO_AREA || size > IO_AREA - base.v)
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
		__atomic_store_n(slot, 0, __ATOMIC_RELAXED);
		first = min_u64(first, off);
		end = off + PAGE_SIZE;
	}
	if (end)
		host_flush(NULL, va + first, end - first);
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
	if (len > IO_AREA + IO_AREA_SIZE - va || map(va, first, len, PT_R | PT_W | PT_DEVICE) != OK)
		return NULL;
	io_next = va + len + PAGE_SIZE; /* a hole behind each device */
	return (volatile void *)(uintptr_t)(va + (base.v - first));
}

static u64 window_va(u32 cpu)
{
	return WINDOW_AREA + (u64)cpu * WINDOW_STRIDE + window[cpu].next * WINDOW_SIZE;
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
		__atomic_store_n(&slot[i], el2_format.make_leaf(first + i * PAGE_SIZE, 0, PT_R | PT_W),
				 __ATOMIC_RELAXED);
	window[cpu].pages = (u32)pages;
	window[cpu].round += (u32)pages;
	window[cpu].most = pages > window[cpu].most ? (u32)pages : window[cpu].most;
	host_publish(slot, pages * sizeof(*slot));
	return (void *)(uintptr_t)(va + (hpa.v - first));
}

/* A few pages are invalidated one by one, so that small accesses do not empty the TLBs of all CPUs. */
#define ROUND_FEW (4 * WINDOWS)

static void windows_flush(u32 cpu)
{
	u64 base = WINDOW_AREA + (u64)cpu * WINDOW_STRIDE;

	if (window[cpu].round <= ROUND_FEW) {
		for (u32 w = 0; w < WINDOWS; w++)
			host_flush(NULL, base + w * WINDOW_SIZE, window[cpu].most * PAGE_SIZE);
	} else {
		dsb(ishst);
		errata_tlbi_repeat(__asm__ volatile("tlbi alle2is" : : : "memory"));
		dsb(ish);
		isb();
	}
	window[cpu].round = 0;
	window[cpu].most = 0;
}

void window_close(void)
{
	u32 cpu = this_cpu()->index;
	u64 *slot = pt_slot(&host_space, window_va(cpu), 0);

	for (u32 i = 0; i < window[cpu].pages; i++)
		__atomic_store_n(&slot[i], 0, __ATOMIC_RELAXED);
	window[cpu].pages = 0;
	dsb(ishst);
	window[cpu].next = (window[cpu].next + 1) % WINDOWS;
	if (!window[cpu].next)
		windows_flush(cpu);
}
