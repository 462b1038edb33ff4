/* SPDX-License-Identifier: Apache-2.0 */
/* See pt_formats.h. A and D are always set: neither the host nor a VM's owner counts what is used. */
#include "arch/riscv/pt_formats.h"
#include "hal/vcpu.h"

#define PTE_V (1ULL << 0)
#define PTE_R (1ULL << 1)
#define PTE_W (1ULL << 2)
#define PTE_X (1ULL << 3)
#define PTE_U (1ULL << 4)
#define PTE_A (1ULL << 6)
#define PTE_D (1ULL << 7)
#define PTE_RSW_DEVICE \
	(1ULL << 8)              /* software's: where the machine's attributes alone make it device memory */
#define PTE_PBMT_IO (2ULL << 61) /* non-cacheable, idempotent or not, strongly ordered */
#define PTE_PBMT (3ULL << 61)
#define PTE_N \
	(1ULL \
	 << 63) /* of a run of 64 KiB, which the PPN names with 1000 in the place of the entry's number (Svnapot) */
#define RUN_MARK (PT_RUN_SIZE / 2)
#define PTE_PPN_SHIFT 10
#define PTE_PPN ((1ULL << 44) - 1)

#define PA_BITS 56u

static u64 address_field(u64 pa)
{
	return (pa >> PAGE_SHIFT & PTE_PPN) << PTE_PPN_SHIFT;
}

static u64 leaf(u64 pa, u32 attr)
{
	bool run = attr & PT_RUN;
	u64 frame = run ? align_down(pa, PT_RUN_SIZE) | RUN_MARK : pa;
	u64 pte = PTE_V | PTE_R | PTE_A | PTE_D | address_field(frame) | (run ? PTE_N : 0);

	return pte | (attr & PT_W ? PTE_W : 0) | (attr & PT_X ? PTE_X : 0);
}

static u64 marked(u32 attr, u64 device)
{
	return attr & PT_DEVICE ? device : 0;
}

static u64 host_leaf(u64 pa, u32 level UNUSED, u32 attr)
{
	return leaf(pa, attr) | marked(attr, PTE_RSW_DEVICE);
}

static u64 host_leaf_pbmt(u64 pa, u32 level UNUSED, u32 attr)
{
	return leaf(pa, attr) | marked(attr, PTE_PBMT_IO);
}

/* All accesses of a guest count as U-mode's in the second stage (21.5.1). */
static u64 gstage_leaf(u64 pa, u32 level UNUSED, u32 attr)
{
	return leaf(pa, attr) | PTE_U | marked(attr, PTE_RSW_DEVICE);
}

static u64 gstage_leaf_pbmt(u64 pa, u32 level UNUSED, u32 attr)
{
	return leaf(pa, attr) | PTE_U | marked(attr, PTE_PBMT_IO);
}

static u64 make_table(u64 pa)
{
	return PTE_V | address_field(pa);
}

static enum pt_kind kind(u64 pte, u32 level UNUSED)
{
	if (!(pte & PTE_V))
		return PT_EMPTY;
	return pte & (PTE_R | PTE_W | PTE_X) ? PT_LEAF : PT_TABLE;
}

static u64 addr(u64 pte, u32 level UNUSED)
{
	u64 frame = (pte >> PTE_PPN_SHIFT & PTE_PPN) << PAGE_SHIFT;

	return pte & PTE_N ? align_down(frame, PT_RUN_SIZE) : frame;
}

static u32 rights(u64 pte)
{
	return PT_R | (pte & PTE_W ? PT_W : 0u) | (pte & PTE_X ? PT_X : 0u) | (pte & PTE_N ? PT_RUN : 0u);
}

static u32 attr(u64 pte, u32 level UNUSED)
{
	return rights(pte) | (pte & PTE_RSW_DEVICE ? PT_DEVICE : 0u);
}

static u32 attr_pbmt(u64 pte, u32 level UNUSED)
{
	return rights(pte) | ((pte & PTE_PBMT) == PTE_PBMT_IO ? PT_DEVICE : 0u);
}

/* Executable device memory has no place in any map. */
static bool gstage_attr_ok(u32 a)
{
	return (a & PT_R) && !(a & ~(u32)(PT_R | PT_W | PT_X | PT_DEVICE)) &&
	       (a & (PT_X | PT_DEVICE)) != (PT_X | PT_DEVICE);
}

/* Nor has write and execute at once in the host's. */
static bool host_attr_ok(u32 a)
{
	return gstage_attr_ok(a) && (a & (PT_W | PT_X)) != (PT_W | PT_X);
}

#define FORMAT(text, nr_levels, root, kind_of, suffix, has_runs)             \
	{.name = text,                                                       \
	 .levels = nr_levels,                                                \
	 .root_bits = root,                                                  \
	 .va_bits = PAGE_SHIFT + PT_INDEX_BITS * ((nr_levels) - 1) + (root), \
	 .pa_bits = PA_BITS,                                                 \
	 .leaf_top = 2,                                                      \
	 .runs = has_runs,                                                   \
	 .make_leaf = kind_of##_leaf##suffix,                                \
	 .make_table = make_table,                                           \
	 .kind = kind,                                                       \
	 .addr = addr,                                                       \
	 .attr = attr##suffix,                                               \
	 .attr_ok = kind_of##_attr_ok}

#define HOST_FORMATS(suffix)                               \
	{                                                  \
		FORMAT("Sv39", 3, 9, host, suffix, false), \
		FORMAT("Sv48", 4, 9, host, suffix, false), \
		FORMAT("Sv57", 5, 9, host, suffix, false), \
	}
#define GSTAGE_FORMATS(suffix, runs)                           \
	{                                                      \
		FORMAT("Sv39x4", 3, 11, gstage, suffix, runs), \
		FORMAT("Sv48x4", 4, 11, gstage, suffix, runs), \
		FORMAT("Sv57x4", 5, 11, gstage, suffix, runs), \
	}

const struct pt_format host_formats[SV_FORMATS] = HOST_FORMATS();
const struct pt_format host_formats_pbmt[SV_FORMATS] = HOST_FORMATS(_pbmt);
const struct pt_format gstage_formats[SV_FORMATS] = GSTAGE_FORMATS(, false);
const struct pt_format gstage_formats_pbmt[SV_FORMATS] = GSTAGE_FORMATS(_pbmt, false);
const struct pt_format gstage_formats_napot[SV_FORMATS] = GSTAGE_FORMATS(, true);
const struct pt_format gstage_formats_pbmt_napot[SV_FORMATS] = GSTAGE_FORMATS(_pbmt, true);

bool pt_pbmt, pt_napot;

BOOT_CODE const struct pt_format *s2_format(u32 ipa_bits)
{
	static const struct pt_format *const families[2][2] = {
		{gstage_formats, gstage_formats_napot},
		{gstage_formats_pbmt, gstage_formats_pbmt_napot},
	};
	const struct pt_format *f = families[pt_pbmt][pt_napot];

	for (u32 i = 0; i < SV_FORMATS; i++)
		if (ipa_bits <= f[i].va_bits)
			return &f[i];
	return NULL;
}
