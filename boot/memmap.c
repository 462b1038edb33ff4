/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UEFI memory map to machine.ram. Invariant: memory that any entry of the map
 * calls something else than free is never in machine.ram, also when entries
 * overlap (which firmware should not do, and does). Boot only, one CPU, no lock.
 */
#include "boot/memmap.h"

#include "core/log.h"
#include "core/string.h"

/* EFI_MEMORY_DESCRIPTOR, UEFI 2.10, 7.2.3 */
struct efi_desc {
	u32 type;
	u32 pad;
	u64 phys;
	u64 virt;
	u64 pages; /* of 4 KiB */
	u64 attr;
};

#define EFI_MEMORY_WB (UINT64_C(1) << 3)
#define EFI_MEMORY_NV (UINT64_C(1) << 15)
#define EFI_MEMORY_SP (UINT64_C(1) << 18)
#define EFI_MEMORY_RUNTIME (UINT64_C(1) << 63)

#define TYPE_RAM (1u << 0)  /* is RAM at all */
#define TYPE_FREE (1u << 1) /* ours after ExitBootServices */

/* EFI_MEMORY_TYPE, by number; later ones are nobody's. */
static const u8 efi_types[] = {
	0,                    /* reserved */
	TYPE_RAM | TYPE_FREE, /* loader code */
	TYPE_RAM | TYPE_FREE, /* loader data */
	TYPE_RAM | TYPE_FREE, /* boot services code */
	TYPE_RAM | TYPE_FREE, /* boot services data */
	TYPE_RAM,             /* runtime services code */
	TYPE_RAM,             /* runtime services data */
	TYPE_RAM | TYPE_FREE, /* conventional */
	0,                    /* unusable (errors) */
	TYPE_RAM,             /* ACPI reclaim: its tables are read until the end of boot, then not worth it */
	TYPE_RAM,             /* ACPI NVS */
	0,                    /* MMIO */
	0,                    /* MMIO port space */
	0,                    /* PAL code */
	0,                    /* persistent */
	0,                    /* unaccepted */
};

/* A larger map than this is broken (QEMU has about 40 entries, servers some hundreds). */
#define EFI_MAP_SIZE_MAX MIB(1)

static u32 efi_type(const struct efi_desc *d)
{
	u32 t = d->type < ARRAY_SIZE(efi_types) ? efi_types[d->type] : 0;

	if (!(d->attr & EFI_MEMORY_WB) || (d->attr & (EFI_MEMORY_NV | EFI_MEMORY_SP | EFI_MEMORY_RUNTIME)))
		t &= ~TYPE_FREE;
	return t;
}

/* Descriptor `i`, copied; false when its extent is nonsense. */
static bool efi_get(const void *map, u64 desc_size, u64 i, struct efi_desc *d)
{
	memcpy(d, (const u8 *)map + i * desc_size, sizeof(*d));
	return d->pages <= (UINT64_MAX >> PAGE_SHIFT) && d->phys + (d->pages << PAGE_SHIFT) >= d->phys;
}

static void add_free(struct machine *m, const struct efi_desc *d)
{
	u32 type = efi_type(d);

	if (type & TYPE_RAM)
		m->ram_total += d->pages << PAGE_SHIFT;
	if ((type & TYPE_FREE) && d->pages && machine_add_ram(m, d->phys, d->pages << PAGE_SHIFT, 0) != OK)
		log_warn("memory map: too many ranges, 0x%llx bytes at 0x%llx not used",
			 (unsigned long long)(d->pages << PAGE_SHIFT), (unsigned long long)d->phys);
}

static void reserve(struct machine *m, u64 base, u64 size, const char *what)
{
	if (size && machine_reserve(m, base, size) != OK)
		log_warn("memory map: too many ranges around %s at 0x%llx, RAM there is not used", what,
			 (unsigned long long)base);
}

enum err machine_ram_from_efi(const void *map, u64 size, u64 desc_size, struct machine *m)
{
	struct efi_desc d;
	u64 n, i;

	if (desc_size < sizeof(d) || desc_size > PAGE_SIZE || size > EFI_MAP_SIZE_MAX || size % desc_size)
		return ERR_INVAL;
	n = size / desc_size;
	for (i = 0; i < n; i++) {
		if (!efi_get(map, desc_size, i, &d))
			return ERR_INVAL;
		add_free(m, &d);
	}
	for (i = 0; i < n; i++) {
		if (efi_get(map, desc_size, i, &d) && !(efi_type(&d) & TYPE_FREE))
			reserve(m, d.phys, d.pages << PAGE_SHIFT, "firmware memory");
	}
	reserve(m, 0, PAGE_SIZE, "address zero"); /* virtual = physical: page 0 stays NULL's */
	return m->nr_ram ? OK : ERR_NOENT;
}

enum err machine_from_handoff(const struct handoff *h, struct machine *m)
{
	enum err e;

	if (!handoff_is(h) || !h->efi_map || !h->image_size)
		return ERR_INVAL;
	if (h->bundle + h->bundle_size < h->bundle || h->image + h->image_size < h->image)
		return ERR_INVAL;
	e = machine_ram_from_efi((const void *)(uintptr_t)h->efi_map, h->efi_map_size, h->efi_desc_size, m);
	if (e != OK)
		return e;
	m->bundle = HPA(h->bundle);
	m->bundle_size = h->bundle_size;
	if (h->size >= sizeof(*h)) {
		m->clock_seconds = h->time;
		m->clock_at = h->time_counter;
	}
	reserve(m, (u64)(uintptr_t)h, h->size, "the handoff block");
	reserve(m, h->efi_map, h->efi_map_size, "the memory map");
	reserve(m, h->image, h->image_size, "the hypervisor");
	reserve(m, h->bundle, h->bundle_size, "the bundle");
	return OK;
}

/* The first part of free RAM in [lo, hi) that is not on `node` yet; false: none. */
static bool find_other(const struct machine *m, u64 lo, u64 hi, u32 node, struct mem_range *part)
{
	for (u32 i = 0; i < m->nr_ram; i++) {
		const struct mem_range *r = &m->ram[i];
		u64 a = max_u64(lo, r->base.v);
		u64 b = min_u64(hi, r->base.v + r->size);

		if (a < b && r->node != node) {
			*part = (struct mem_range){HPA(a), b - a, node};
			return true;
		}
	}
	return false;
}

enum err machine_set_node(struct machine *m, u64 base, u64 size, u32 node)
{
	enum err result = OK;
	struct mem_range part;
	u64 lo = align_up(base, PAGE_SIZE);
	u64 hi = align_down(base + size, PAGE_SIZE);

	if (node >= MACHINE_NODES_MAX || base + size < base || lo < base)
		return ERR_RANGE;
	/* Each turn moves one part to its node or, when the table is full, drops it. */
	for (u32 turns = 2 * MACHINE_RAM_MAX; turns && find_other(m, lo, hi, node, &part); turns--) {
		if (machine_reserve(m, part.base.v, part.size) != OK)
			result = ERR_NOMEM;
		if (machine_add_ram(m, part.base.v, part.size, node) != OK)
			result = ERR_NOMEM;
	}
	if (m->nr_nodes <= node)
		m->nr_nodes = node + 1;
	return result;
}
