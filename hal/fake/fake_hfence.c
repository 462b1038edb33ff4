/* SPDX-License-Identifier: Apache-2.0 */
/* See fake_hfence.h. Bit positions are the manual's, written apart from arch/riscv/pt_formats.c. */
#include <string.h>

#include "hal/fake/fake.h"
#include "hal/fake/fake_hfence.h"
#include "hal/mem.h"

#define ENTRIES 4096u

enum kind { STAGE1, LEAF, POINTER, BOTH };

struct entry {
	enum kind kind;
	u32 hart;
	u64 vmid;
	u64 at, size; /* of virtual addresses, or guest physical ones */
	u64 to;       /* POINTER: the table */
	bool write;
	u32 level; /* POINTER, LEAF: of the entry */
};

static struct entry entries[ENTRIES];
static u32 nr;
bool fake_hart_napot;
u64 (*fake_hart_stage1)(u64 vsatp, u64 va);

void fake_hfence_reset(void)
{
	nr = 0;
	fake_hart_napot = false;
	fake_hart_stage1 = NULL;
}

static void add(struct entry e)
{
	if (nr == ENTRIES)
		fake_violation("the model's TLB is full");
	else
		entries[nr++] = e;
}

static const struct entry *find(u32 hart, u64 vmid, enum kind kind, u64 at, u32 level)
{
	for (u32 i = 0; i < nr; i++) {
		const struct entry *e = &entries[i];

		if (e->hart == hart && e->vmid == vmid && e->kind == kind && at - e->at < e->size &&
		    (kind != POINTER || e->level == level))
			return e;
	}
	return NULL;
}

static void drop(bool (*goes)(const struct entry *e, const struct entry *fence), const struct entry *fence)
{
	u32 kept = 0;

	for (u32 i = 0; i < nr; i++)
		if (entries[i].hart != fence->hart || !goes(&entries[i], fence))
			entries[kept++] = entries[i];
	nr = kept;
}

static bool is_of(const struct entry *e, const struct entry *fence)
{
	return fence->vmid == HFENCE_ALL || e->vmid == fence->vmid;
}

static bool covers(const struct entry *e, const struct entry *fence)
{
	return fence->at == HFENCE_ALL || fence->at - e->at < e->size;
}

static bool gvma_removes(const struct entry *e, const struct entry *fence)
{
	if (!is_of(e, fence) || e->kind == STAGE1)
		return false;
	return e->kind == BOTH || (e->kind == LEAF ? covers(e, fence) : fence->at == HFENCE_ALL);
}

static bool vvma_removes(const struct entry *e, const struct entry *fence)
{
	return is_of(e, fence) && (e->kind == STAGE1 || e->kind == BOTH) && covers(e, fence);
}

void fake_hfence_gvma(u32 hart, u64 gpa, u64 vmid)
{
	drop(gvma_removes, &(struct entry){.hart = hart, .at = gpa, .vmid = vmid});
}

/* ASIDs are not modelled: a fence of one removes nothing for sure. */
void fake_hfence_vvma(u32 hart, u64 vmid, u64 va, u64 asid)
{
	if (asid == HFENCE_ALL)
		drop(vvma_removes, &(struct entry){.hart = hart, .at = va, .vmid = vmid});
}

/* ---- the second stage ---- */

static u64 vmid_of(u64 hgatp)
{
	return hgatp >> 44 & 0x3fff;
}

static u64 read_entry(u64 hpa)
{
	u64 v;

	if (!fake_is_ram(hpa, 8)) {
		fake_violation("a hart reads an entry outside of RAM: %llx", (unsigned long long)hpa);
		return 0;
	}
	memcpy(&v, hpa_to_va(HPA(hpa)), 8);
	return v;
}

/* The root has four times the entries: 11 bits of index (21.5.1). */
static u64 index_of(u64 gpa, u32 level, u32 levels)
{
	return gpa >> (12 + 9 * level) & (level + 1 == levels ? 0x7ff : 0x1ff);
}

/* A page of a run of 64 KiB (Svnapot), the one form of N that is not reserved. */
static bool is_run(u64 pte, u32 level)
{
	return fake_hart_napot && !level && pte & 0xe && (pte >> 10 & 0xf) == 8;
}

/* An entry of a run is cached for each of its pages, and each is kept until a fence of its own (Svnapot). */
static void add_leaf(struct entry leaf, bool run)
{
	u64 at = leaf.at & ~0xffffULL, to = leaf.to & ~0xffffULL;

	if (!run)
		add(leaf);
	for (u64 off = 0; run && off < 0x10000; off += 0x1000) {
		leaf.at = at + off;
		leaf.to = to + off;
		if (!find(leaf.hart, leaf.vmid, LEAF, leaf.at, 0))
			add(leaf);
	}
}

/* `hart` HFENCE_ALL: caches nothing, and uses nothing that is cached. */
static bool second(u64 hart, u64 hgatp, u64 gpa, struct entry *out)
{
	u32 levels = (u32)(hgatp >> 60) - 5, level = levels - 1;
	u64 table = (hgatp & 0xfffffffffffULL) << 12, vmid = vmid_of(hgatp);

	if (hgatp >> 60 < 8 || hgatp >> 60 > 10 || gpa >> (14 + 9 * levels))
		return false;
	if (table & 0x3fff)
		fake_violation("the root %llx is not aligned to 16 KiB", (unsigned long long)table);
	for (;; level--) {
		u64 size = 1ULL << (12 + 9 * level), pte;
		const struct entry *cached =
			hart == HFENCE_ALL || !level ? NULL : find((u32)hart, vmid, POINTER, gpa, level);

		if (cached) {
			table = cached->to;
			continue;
		}
		pte = read_entry(table + 8 * index_of(gpa, level, levels));
		if (!(pte & 1))
			return false;
		if (pte >> 54 & 0x7f || (pte >> 61 & 3) == 3 || (pte >> 63 && !is_run(pte, level)))
			fake_violation("reserved bits in %llx", (unsigned long long)pte);
		*out = (struct entry){
			pte & 0xe ? LEAF : POINTER,           (u32)hart,    vmid, gpa & ~(size - 1), size,
			(pte >> 10 & 0xfffffffffffULL) << 12, pte >> 2 & 1, level};
		if (pte >> 63)
			out->to = (out->to & ~0xffffULL) | (gpa & 0xf000);
		if (pte & 0xe)
			break;
		if (!level || pte & 0xd0)
			return false;
		if (hart != HFENCE_ALL)
			add(*out);
		table = out->to;
	}
	if (out->to & (out->size - 1))
		fake_violation("a leaf of %llx is not aligned", (unsigned long long)out->at);
	if (hart != HFENCE_ALL)
		add_leaf(*out, read_entry(table + 8 * index_of(gpa, level, levels)) >> 63);
	/* U, A set; D as well where it can be written: the second stage knows no other */
	return (read_entry(table + 8 * index_of(gpa, level, levels)) & 0x50) == 0x50;
}

static u64 first(u64 vsatp, u64 va)
{
	return fake_hart_stage1 && vsatp >> 60 ? fake_hart_stage1(vsatp, va) : va;
}

bool fake_hart_walk(u64 hgatp, u64 vsatp, u64 va, bool write, u64 *hpa)
{
	u64 gpa = first(vsatp, va);
	struct entry leaf;

	if (!second(HFENCE_ALL, hgatp, gpa, &leaf) || (write && !leaf.write))
		return false;
	*hpa = leaf.to + (gpa - leaf.at);
	return true;
}

static u64 first_cached(u32 hart, u64 hgatp, u64 vsatp, u64 va)
{
	u64 page = va & ~0xfffULL, vmid = vmid_of(hgatp);
	const struct entry *e = find(hart, vmid, STAGE1, va, 0);

	if (!(vsatp >> 60))
		return va;
	if (e)
		return e->to + (va - e->at);
	add((struct entry){STAGE1, hart, vmid, page, 0x1000, first(vsatp, page), true, 0});
	return first(vsatp, va);
}

bool fake_hart_access(u32 hart, u64 hgatp, u64 vsatp, u64 va, bool write, u64 *hpa)
{
	u64 vmid = vmid_of(hgatp), page = va & ~0xfffULL, gpa;
	const struct entry *e = find(hart, vmid, BOTH, va, 0);
	struct entry leaf;

	if (e && (!write || e->write)) {
		*hpa = e->to + (va - e->at);
		return true;
	}
	gpa = first_cached(hart, hgatp, vsatp, va);
	e = find(hart, vmid, LEAF, gpa, 0);
	if (!e && !second(hart, hgatp, gpa, &leaf))
		return false;
	leaf = e ? *e : leaf;
	if (write && !leaf.write)
		return false;
	*hpa = leaf.to + (gpa - leaf.at);
	add((struct entry){BOTH, hart, vmid, page, 0x1000, *hpa & ~0xfffULL, leaf.write, 0});
	return true;
}
