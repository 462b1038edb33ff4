/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of free RAM in struct machine. Invariant: sorted by address,
 * disjoint, page aligned, neighbours on one node merged. Boot only, one CPU.
 */
#include "core/machine.h"
#include "core/string.h"

/* One past the last byte; what would pass the end of the address space ends at its last page. */
static u64 end_of(u64 base, u64 size)
{
	u64 end = base + size;

	return end < base ? align_down(UINT64_MAX, PAGE_SIZE) : end;
}

static u64 ram_end(const struct mem_range *r)
{
	return r->base.v + r->size;
}

static void remove_at(struct machine *m, u32 i)
{
	m->nr_ram--;
	memmove(&m->ram[i], &m->ram[i + 1], (m->nr_ram - i) * sizeof(m->ram[0]));
}

static enum err insert_at(struct machine *m, u32 i, u64 base, u64 end, u32 node)
{
	if (m->nr_ram == MACHINE_RAM_MAX)
		return ERR_NOMEM;
	memmove(&m->ram[i + 1], &m->ram[i], (m->nr_ram - i) * sizeof(m->ram[0]));
	m->ram[i] = (struct mem_range){.base = HPA(base), .size = end - base, .node = node};
	m->nr_ram++;
	return OK;
}

/* Take [base, end), which touches range i, out of it. *gone: the range is no more, i is the next one. */
static enum err cut(struct machine *m, u32 i, u64 base, u64 end, bool *gone)
{
	struct mem_range *r = &m->ram[i];
	u64 old_end = ram_end(r);
	bool head = r->base.v<base, tail = old_end> end;

	*gone = !head && !tail;
	if (head && tail && m->nr_ram == MACHINE_RAM_MAX) {
		remove_at(m, i);
		*gone = true;
		return ERR_NOMEM;
	}
	if (*gone) {
		remove_at(m, i);
		return OK;
	}
	if (!head) {
		r->base = HPA(end);
		r->size = old_end - end;
		return OK;
	}
	r->size = base - r->base.v;
	return tail ? insert_at(m, i + 1, end, old_end, r->node) : OK;
}

enum err machine_reserve(struct machine *m, u64 base, u64 size)
{
	enum err err = OK;
	u64 end = end_of(base, size);

	if (!size)
		return OK;
	base = align_down(base, PAGE_SIZE);
	end = end > align_down(UINT64_MAX, PAGE_SIZE) ? align_down(UINT64_MAX, PAGE_SIZE)
						      : align_up(end, PAGE_SIZE);
	for (u32 i = 0; i < m->nr_ram;) {
		bool gone = false;

		if (m->ram[i].base.v < end && ram_end(&m->ram[i]) > base) {
			enum err e = cut(m, i, base, end, &gone);

			err = e ? e : err;
		}
		i += !gone;
	}
	return err;
}

static void merge(struct machine *m)
{
	for (u32 i = 1; i < m->nr_ram;) {
		struct mem_range *r = &m->ram[i - 1];

		if (ram_end(r) == m->ram[i].base.v && r->node == m->ram[i].node) {
			r->size += m->ram[i].size;
			remove_at(m, i);
		} else {
			i++;
		}
	}
}

enum err machine_add_ram(struct machine *m, u64 base, u64 size, u32 node)
{
	u64 end = align_down(end_of(base, size), PAGE_SIZE);
	u32 i = 0;

	if (base > end)
		return OK;
	base = align_up(base, PAGE_SIZE);
	/* Only the gaps between what is there already: a range keeps the node it has. */
	while (base < end) {
		while (i < m->nr_ram && ram_end(&m->ram[i]) <= base)
			i++;
		u64 gap_end = i < m->nr_ram ? min_u64(end, m->ram[i].base.v) : end;

		if (gap_end > base) {
			enum err e = insert_at(m, i, base, gap_end, node);

			if (e)
				return e;
		}
		base = ram_end(&m->ram[i]);
	}
	merge(m);
	return OK;
}
