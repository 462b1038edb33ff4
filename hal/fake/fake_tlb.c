/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stage-2 (and EL2 stage-1) table walker and its TLB, written from the Arm
 * ARM's descriptor diagrams (DDI 0487, D8.2 and D8.3) with bit positions of
 * its own, so that it can disagree with arch/arm64/pt_formats.c; likewise from
 * RISC-V's (Privileged Architecture 12.3 to 12.6, 14, 21.5.1) for
 * arch/riscv/pt_formats.c. Levels are numbered as Arm does: pages are 3, Sv57's root is -1.
 *
 * Walkers read the *walk view*: what fake_publish() has shown them. What was
 * never published reads as garbage. The TLB is the worst one allowed: it holds
 * every leaf and every table pointer from the moment it can be walked until a
 * flush covers it. Complained of: a valid entry changed into another valid
 * one; a new translation while an old one for the same address may be cached;
 * a table that a cached pointer still names being written, or linked elsewhere.
 */
#include <stdlib.h>
#include <string.h>

#include "hal/fake/fake.h"
#include "hal/fake/fake_views.h"
#include "hal/mem.h"
#include "hal/vcpu.h"

#define CONTEXTS 16
#define PAGES (FAKE_RAM_SIZE / 4096)
#define GARBAGE 0xa5a5a5a5a5a5a5a5ull /* walk-view words are stored XORed with this */

struct context {
	const void *ctx;
	enum fake_regime regime;
	u64 root;
	u32 bits;
	s32 start; /* the architecture's level number */
};

/* Where a page of RAM hangs in a tree, as far as published descriptors say. */
struct page {
	u8 linked; /* context + 1 */
	s8 level;  /* architecture's: -1..3 */
	u64 va;    /* first address it translates */
};

struct tlbe {
	u8 context;
	bool table; /* a cached pointer to a table page */
	u64 va, size;
	u64 pte;
	u64 page; /* table: its address */
	s32 level;
};

static struct context contexts[CONTEXTS];
static u32 nr_contexts;
static struct page pages[PAGES];
static struct tlbe *tlb;
static u32 nr_tlb, max_tlb;
struct fake_tlb_state fake_tlb = {.max_ipa_bits = 48};

void fake_tlb_reset(void);
void fake_tlb_reset(void)
{
	nr_contexts = 0;
	nr_tlb = 0;
	memset(pages, 0, sizeof(pages));
	fake_tlb = (struct fake_tlb_state){.max_ipa_bits = 48};
}

/* ---- descriptors ---- */

static u64 bits(u64 x, u32 high, u32 low)
{
	return (x >> low) & ((2ull << (high - low)) - 1);
}

/* Bytes that one entry of an architectural level translates: 48, 39, 30, 21, 12 bits. */
static u64 span(s32 level)
{
	return 1ull << (39 - 9 * level);
}

static bool is_valid(u64 pte)
{
	return bits(pte, 0, 0);
}

static bool arm_is_table(u64 pte, s32 level)
{
	return level < 3 && bits(pte, 1, 0) == 3;
}

static bool arm_is_leaf(u64 pte, s32 level)
{
	if (level == 3)
		return bits(pte, 1, 0) == 3;
	return bits(pte, 1, 0) == 1 && (level == 1 || level == 2);
}

static u64 arm_address(u64 pte)
{
	return bits(pte, 47, 12) << 12;
}

static void arm_stage2_rights(u64 pte, struct fake_xlat *x)
{
	x->write = bits(pte, 7, 7);
	x->exec = bits(pte, 54, 53) == 0;
	x->device = bits(pte, 5, 4) == 0;
	x->fault = !bits(pte, 10, 10) ? FAKE_ACCESS_FLAG : bits(pte, 6, 6) ? FAKE_OK : FAKE_PERMISSION;
}

static void arm_el2_rights(u64 pte, struct fake_xlat *x)
{
	x->write = !bits(pte, 7, 7);
	x->exec = !bits(pte, 54, 54);
	x->device = bits(pte, 4, 2) == 1;
	x->fault = bits(pte, 10, 10) ? FAKE_OK : FAKE_ACCESS_FLAG;
}

/* A pointer has nothing set but V and the address. */
static bool riscv_is_table(u64 pte, s32 level)
{
	return level < 3 && bits(pte, 7, 0) == 1 && bits(pte, 63, 54) == 0;
}

/* N, of which one form is not reserved: pages in runs of 16. */
static bool riscv_n_ok(u64 pte, s32 level)
{
	return !bits(pte, 63, 63) || (fake_tlb.napot && level == 3 && bits(pte, 13, 10) == 8);
}

/* Bits 60:54, the memory type 3 and W without R are reserved; leaves above 1 GiB are not used. */
static bool riscv_is_leaf(u64 pte, s32 level)
{
	return level >= 1 && is_valid(pte) && bits(pte, 3, 1) && bits(pte, 2, 1) != 2 && !bits(pte, 60, 54) &&
	       riscv_n_ok(pte, level) && bits(pte, 62, 61) != 3;
}

static u64 riscv_address(u64 pte)
{
	return bits(pte, 63, 63) ? bits(pte, 53, 14) << 16 : bits(pte, 53, 10) << 12;
}

/* `user`: U has to be set, or has to be clear. Stores need D as well as A; neither is set by hardware. */
static void riscv_rights(u64 pte, struct fake_xlat *x, u64 user)
{
	x->write = bits(pte, 2, 2) && bits(pte, 7, 7);
	x->exec = bits(pte, 3, 3);
	x->device = bits(pte, 62, 61) == 2 || bits(pte, 9, 8) == 1;
	x->fault = !bits(pte, 6, 6)                             ? FAKE_ACCESS_FLAG
		   : bits(pte, 1, 1) && bits(pte, 4, 4) == user ? FAKE_OK
								: FAKE_PERMISSION;
}

static void riscv_gstage_rights(u64 pte, struct fake_xlat *x)
{
	riscv_rights(pte, x, 1);
}

static void riscv_host_rights(u64 pte, struct fake_xlat *x)
{
	riscv_rights(pte, x, 0);
}

static const struct {
	bool (*is_table)(u64 pte, s32 level);
	bool (*is_leaf)(u64 pte, s32 level);
	u64 (*address)(u64 pte);
	void (*rights)(u64 pte, struct fake_xlat *x); /* and whether it can be read */
} regimes[] = {
	[FAKE_STAGE2] = {arm_is_table, arm_is_leaf, arm_address, arm_stage2_rights},
	[FAKE_EL2] = {arm_is_table, arm_is_leaf, arm_address, arm_el2_rights},
	[FAKE_GSTAGE] = {riscv_is_table, riscv_is_leaf, riscv_address, riscv_gstage_rights},
	[FAKE_RISCV_HOST] = {riscv_is_table, riscv_is_leaf, riscv_address, riscv_host_rights},
};

static bool is_table(u32 c, u64 pte, s32 level)
{
	return regimes[contexts[c].regime].is_table(pte, level);
}

static bool is_leaf(u32 c, u64 pte, s32 level)
{
	return regimes[contexts[c].regime].is_leaf(pte, level);
}

static u64 address(u32 c, u64 pte)
{
	return regimes[contexts[c].regime].address(pte);
}

/* Bytes that a leaf translates: an entry of a run speaks for all 16 pages. Contiguous of Arm's is not used. */
static u64 leaf_span(enum fake_regime regime, u64 pte, s32 level)
{
	return regimes[regime].address == riscv_address && bits(pte, 63, 63) ? 16 * 4096 : span(level);
}

static u64 read_walk(u64 hpa)
{
	u64 v;

	if (!fake_is_ram(hpa, 8)) {
		fake_violation("the walker reads a descriptor outside of RAM: %llx", (unsigned long long)hpa);
		return 0;
	}
	memcpy(&v, fake_view(FAKE_WALK_BASE, hpa), 8);
	return v ^ GARBAGE;
}

static void write_walk(u64 hpa, u64 pte)
{
	pte ^= GARBAGE;
	memcpy(fake_view(FAKE_WALK_BASE, hpa), &pte, 8);
}

static struct page *page_of(u64 hpa)
{
	return fake_is_ram(hpa, 1) ? &pages[(hpa - FAKE_RAM_BASE) / 4096] : NULL;
}

static int context_of(const void *ctx)
{
	for (u32 i = 0; i < nr_contexts; i++)
		if (contexts[i].ctx == ctx)
			return (int)i;
	return -1;
}

/* ---- the TLB ---- */

static bool overlap(u64 a, u64 an, u64 b, u64 bn)
{
	return a < b + bn && b < a + an;
}

static void tlb_add(struct tlbe t)
{
	for (u32 i = 0; i < nr_tlb; i++) {
		struct tlbe *o = &tlb[i];

		if (o->context != t.context || !overlap(o->va, o->size, t.va, t.size))
			continue;
		if (o->va == t.va && o->level == t.level && o->pte == t.pte)
			return;
		/* two leaves, or two contents of one entry */
		if ((!o->table && !t.table) || o->level == t.level)
			fake_violation("%llx: %llx becomes visible while %llx may be cached",
				       (unsigned long long)t.va, (unsigned long long)t.pte,
				       (unsigned long long)o->pte);
	}
	if (nr_tlb == max_tlb) {
		max_tlb = max_tlb ? 2 * max_tlb : 1024;
		tlb = realloc(tlb, max_tlb * sizeof(*tlb));
		if (!tlb)
			abort();
	}
	tlb[nr_tlb++] = t;
}

/* An entry of a run is cached for each of its pages, and each is kept until a flush of its own. */
static void tlb_add_leaf(u32 c, u64 pte, s32 level, u64 va)
{
	u64 size = span(level), all = leaf_span(contexts[c].regime, pte, level);

	va = align_down(va, all);
	for (u64 off = 0; off < all; off += size)
		tlb_add((struct tlbe){(u8)c, false, va + off, size, pte, 0, level});
}

/* A cached pointer to the table page that is not a live link. */
static bool pointer_cached(u64 table)
{
	for (u32 i = 0; i < nr_tlb; i++)
		if (tlb[i].table && tlb[i].page == table)
			return true;
	return false;
}

void fake_flush(void *ctx, u64 va, u64 size)
{
	int c = context_of(ctx);
	u32 kept = 0;

	fake_tlb.flushes++;
	fake_tlb.flushed_bytes += size;
	fake_tlb.full_flushes += !size;
	for (u32 i = 0; i < nr_tlb; i++) {
		bool hit = tlb[i].context == c && (!size || overlap(tlb[i].va, tlb[i].size, va, size));

		if (!hit)
			tlb[kept++] = tlb[i];
	}
	nr_tlb = kept;
	/* what is still linked can be walked and cached again at once */
	for (u64 p = 0; c >= 0 && p < PAGES; p++) {
		u64 hpa = FAKE_RAM_BASE + p * 4096;
		s32 level = pages[p].level;

		if (pages[p].linked != c + 1 || (size && !overlap(pages[p].va, 512 * span(level), va, size)))
			continue;
		for (u32 i = 0; i < 512; i++) {
			u64 pte = read_walk(hpa + 8 * i);

			if (is_leaf((u32)c, pte, level))
				tlb_add_leaf((u32)c, pte, level, pages[p].va + i * span(level));
			else if (is_table((u32)c, pte, level))
				tlb_add((struct tlbe){(u8)c, true, pages[p].va + i * span(level), span(level),
						      pte, address((u32)c, pte), level});
		}
	}
}

/* ---- descriptors become visible ---- */

static void see(u32 c, u64 pte, s32 level, u64 va);

/* The walker of context c can now reach the table page. */
static void link_page(u32 c, u64 table, s32 level, u64 va)
{
	struct page *p = page_of(table);

	if (!p) {
		fake_violation("a table outside of RAM is linked: %llx", (unsigned long long)table);
		return;
	}
	if (p->linked)
		fake_violation("table %llx is linked twice", (unsigned long long)table);
	*p = (struct page){(u8)(c + 1), (s8)level, va};
	for (u32 i = 0; i < 512; i++)
		see(c, read_walk(table + 8 * i), level, va + i * span(level));
}

/* A valid descriptor can be walked: assume that it is cached. */
static void see(u32 c, u64 pte, s32 level, u64 va)
{
	if (is_leaf(c, pte, level)) {
		tlb_add_leaf(c, pte, level, va);
	} else if (is_table(c, pte, level)) {
		u64 next = address(c, pte);

		if (pointer_cached(next))
			fake_violation("table %llx is linked while an old pointer to it may be cached",
				       (unsigned long long)next);
		tlb_add((struct tlbe){(u8)c, true, va, span(level), pte, next, level});
		link_page(c, next, level + 1, va);
	} else if (is_valid(pte)) {
		fake_violation("%llx: reserved descriptor %llx at level %d", (unsigned long long)va,
			       (unsigned long long)pte, level);
	}
}

/* The pages below an unlinked table are out of the walker's reach. */
static void unlink_page(u64 table)
{
	struct page *p = page_of(table);
	u32 c;

	if (!p || !p->linked)
		return;
	c = p->linked - 1u;
	p->linked = 0;
	for (u32 i = 0; i < 512; i++) {
		u64 pte = read_walk(table + 8 * i);

		if (is_table(c, pte, p->level))
			unlink_page(address(c, pte));
	}
}

static void publish_entry(u64 hpa, u64 pte)
{
	struct page *p = page_of(hpa);
	u64 old = read_walk(hpa);

	if (pte == old)
		return;
	write_walk(hpa, pte);
	if (!p || !p->linked) {
		if (pointer_cached(align_down(hpa, 4096)))
			fake_violation("table %llx is written while an old pointer to it may be cached",
				       (unsigned long long)align_down(hpa, 4096));
		return;
	}

	s32 level = p->level;
	u32 c = p->linked - 1u;
	u64 va = p->va + (hpa % 4096) / 8 * span(level);

	if (is_valid(old) && is_valid(pte))
		fake_violation("%llx: valid descriptor %llx becomes %llx without break",
			       (unsigned long long)va, (unsigned long long)old, (unsigned long long)pte);
	if (is_table(c, old, level))
		unlink_page(address(c, old));
	see(c, pte, level, va);
}

void fake_publish(const void *entry, size_t size)
{
	u64 hpa = va_to_hpa(entry).v;

	fake_tlb.publishes++;
	if (!fake_is_ram(hpa, size) || (hpa | size) % 8) {
		fake_violation("publish of %p, %zu", entry, size);
		return;
	}
	for (size_t i = 0; i < size; i += 8) {
		u64 pte;

		memcpy(&pte, (const u8 *)entry + i, 8);
		publish_entry(hpa + i, pte);
	}
}

void s2_flush(struct vm *vm, gpa_t gpa, u64 size)
{
	fake_flush(vm, gpa.v, size);
}

void s2_publish(const void *entry, size_t size)
{
	fake_publish(entry, size);
}

u32 s2_max_ipa_bits(void)
{
	return fake_tlb.max_ipa_bits;
}

/* ---- walks ---- */

/* Sv39, Sv48, Sv57 by their width, of the second stage two bits more; D8.2.9: stage 2 of up to 43 bits from level 1. */
static s32 start_level(enum fake_regime regime, u32 addr_bits)
{
	if (regime == FAKE_GSTAGE || regime == FAKE_RISCV_HOST)
		return 1 - (s32)(addr_bits - 39) / 9;
	return regime == FAKE_EL2 || addr_bits > 43 ? 0 : 1;
}

/* With concatenation from 40 bits; RISC-V's second stage always has four. */
static u64 root_tables(enum fake_regime regime, u32 addr_bits, s32 start)
{
	if (regime == FAKE_GSTAGE)
		return 4;
	return regime == FAKE_STAGE2 && addr_bits > 39 && start == 1 ? 1ull << (addr_bits - 39) : 1;
}

void fake_walker_attach(const void *ctx, enum fake_regime regime, hpa_t root, u32 addr_bits)
{
	if (nr_contexts == CONTEXTS)
		abort();

	u32 c = nr_contexts++;
	s32 start = start_level(regime, addr_bits);
	u64 tables = root_tables(regime, addr_bits, start);

	contexts[c] = (struct context){ctx, regime, root.v, addr_bits, start};
	if (root.v % (4096 * tables))
		fake_violation("root %llx is not aligned to %llu tables", (unsigned long long)root.v,
			       (unsigned long long)tables);
	for (u64 i = 0; i < tables; i++)
		link_page(c, root.v + i * 4096, start, i * 512 * span(start));
}

static struct fake_xlat check_leaf(enum fake_regime regime, u64 pte, s32 level, u64 va,
				   enum fake_access access)
{
	struct fake_xlat x = {.leaf_size = leaf_span(regime, pte, level)};
	u64 base = regimes[regime].address(pte);

	x.hpa = base + va % x.leaf_size;
	if (base % x.leaf_size) {
		x.fault = FAKE_ADDRESS_SIZE;
		fake_violation("block %llx is not aligned", (unsigned long long)pte);
		return x;
	}
	regimes[regime].rights(pte, &x);
	if (!x.fault && ((access == FAKE_WRITE && !x.write) || (access == FAKE_EXEC && !x.exec)))
		x.fault = FAKE_PERMISSION;
	return x;
}

struct fake_xlat fake_walk(const void *ctx, u64 va, enum fake_access access)
{
	int n = context_of(ctx);

	if (n < 0 || va >> contexts[n].bits)
		return (struct fake_xlat){.fault = FAKE_TRANSLATION};

	const struct context *c = &contexts[n];
	/* the index at the start level takes all the remaining upper bits: concatenation */
	u64 pte_at = c->root + 8 * (va / span(c->start));

	for (s32 level = c->start;; level++) {
		u64 pte = read_walk(pte_at);

		if (is_leaf((u32)n, pte, level))
			return check_leaf(c->regime, pte, level, va, access);
		if (!is_table((u32)n, pte, level))
			return (struct fake_xlat){.fault = FAKE_TRANSLATION};
		pte_at = address((u32)n, pte) + 8 * (va / span(level + 1) % 512);
	}
}

struct fake_xlat fake_access(const void *ctx, u64 va, enum fake_access access)
{
	int c = context_of(ctx);

	for (u32 i = 0; i < nr_tlb; i++) {
		const struct tlbe *t = &tlb[i];

		if (t->context == c && !t->table && va - t->va < t->size && va >= t->va)
			return check_leaf(contexts[c].regime, t->pte, t->level, va, access);
	}
	return fake_walk(ctx, va, access);
}

u32 fake_tlb_count(const void *ctx)
{
	int c = context_of(ctx);
	u32 n = 0;

	for (u32 i = 0; i < nr_tlb; i++)
		n += tlb[i].context == c;
	return n;
}

u32 fake_tlb_stale(const void *ctx)
{
	int c = context_of(ctx);
	u32 n = 0;

	for (u32 i = 0; i < nr_tlb; i++) {
		const struct tlbe *t = &tlb[i];

		if (t->context != c)
			continue;
		if (t->table) {
			const struct page *p = page_of(t->page);

			n += !p || p->linked != c + 1 || p->va != t->va;
			continue;
		}
		struct fake_xlat now = fake_walk(ctx, t->va, FAKE_READ);
		struct fake_xlat old = check_leaf(contexts[c].regime, t->pte, t->level, t->va, FAKE_READ);

		n += now.fault != old.fault || now.hpa != old.hpa || now.write != old.write ||
		     now.exec != old.exec;
	}
	return n;
}

/* ---- a vCPU's loads and stores ---- */

static bool guest_access(const void *ctx, u64 gpa, void *buf, size_t size, bool write, bool is_cached)
{
	for (size_t i = 0; i < size; i++) {
		struct fake_xlat x = fake_access(ctx, gpa + i, write ? FAKE_WRITE : FAKE_READ);
		u8 *byte = (u8 *)buf + i;

		if (x.fault)
			return false;
		if (!fake_is_ram(x.hpa, 1)) {
			fake_violation("a guest reaches %llx, which is no RAM", (unsigned long long)x.hpa);
			return false;
		}
		if (is_cached && write) {
			*(u8 *)hpa_to_va(HPA(x.hpa)) = *byte;
			fake_cache_touch(HPA(x.hpa), 1);
		} else if (is_cached) {
			*byte = *(u8 *)hpa_to_va(HPA(x.hpa));
		} else if (write) {
			fake_dram_write(HPA(x.hpa), byte, 1);
		} else {
			fake_dram_read(HPA(x.hpa), byte, 1);
		}
	}
	return true;
}

bool fake_guest_read(const void *ctx, u64 gpa, void *buf, size_t size, bool is_cached)
{
	return guest_access(ctx, gpa, buf, size, false, is_cached);
}

bool fake_guest_write(const void *ctx, u64 gpa, const void *buf, size_t size, bool is_cached)
{
	u8 copy[512];

	if (size > sizeof(copy))
		abort();
	memcpy(copy, buf, size);
	return guest_access(ctx, gpa, copy, size, true, is_cached);
}
