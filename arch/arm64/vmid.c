/* SPDX-License-Identifier: Apache-2.0 */
/* VMID generations; see vmid.h. Pure: the one flush is a link-time function. Lock: pool->lock, a leaf. */
#include "arch/arm64/vmid.h"

#define VMID_MASK 0xffffULL

static u64 generation_of(u64 context)
{
	return context >> 16;
}

static void mark(struct vmid_pool *p, u64 context)
{
	u64 id = context & VMID_MASK;

	p->used[id / 64] |= 1ULL << (id % 64);
}

static bool marked(const struct vmid_pool *p, u64 id)
{
	return (p->used[id / 64] >> (id % 64)) & 1;
}

BOOT_CODE void vmid_pool_init(struct vmid_pool *p, u32 bits)
{
	*p = (struct vmid_pool){.bits = bits, .generation = 1, .hint = 1};
	p->used[0] = 1;
}

/* All used[] words forget everybody but those loaded now; theirs stay valid under the new generation. */
static void begin_generation(struct vmid_pool *p)
{
	p->generation++;
	for (u32 i = 0; i < ARRAY_SIZE(p->used); i++)
		p->used[i] = 0;
	p->used[0] = 1;
	for (u32 cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (p->active[cpu])
			p->reserved[cpu] = p->active[cpu];
		else
			p->reserved[cpu] = 0;
		if (p->reserved[cpu])
			mark(p, p->reserved[cpu]);
	}
	vmid_flush_all();
}

/* A context that was loaded when the generation began keeps its number everywhere it was loaded. */
static bool renew_reserved(struct vmid_pool *p, u64 old, u64 renewed)
{
	bool hit = false;

	for (u32 cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (old && p->reserved[cpu] == old) {
			p->reserved[cpu] = renewed;
			hit = true;
		}
		if (old && p->active[cpu] == old)
			p->active[cpu] = renewed;
	}
	return hit;
}

static u64 find_free(struct vmid_pool *p)
{
	u32 count = 1u << p->bits;

	for (u32 i = 0; i < count; i++) {
		u32 id = (p->hint + i) & (count - 1);

		if (!marked(p, id)) {
			p->hint = id + 1;
			return id;
		}
	}
	return 0;
}

static u64 new_context(struct vmid_pool *p, u64 old)
{
	u64 id = old & VMID_MASK;

	if (id && renew_reserved(p, old, p->generation << 16 | id))
		return p->generation << 16 | id;
	if (id && !marked(p, id)) {
		mark(p, id);
		return p->generation << 16 | id;
	}
	id = find_free(p);
	if (!id) {
		begin_generation(p);
		if (old && renew_reserved(p, old, p->generation << 16 | (old & VMID_MASK)))
			return p->generation << 16 | (old & VMID_MASK);
		id = find_free(p);
	}
	mark(p, id);
	return p->generation << 16 | id;
}

u32 vmid_load(struct vmid_pool *p, u32 cpu, struct vmid *v)
{
	u64 context;

	spin_lock(&p->lock);
	if (generation_of(v->context) != p->generation)
		v->context = new_context(p, v->context);
	context = v->context;
	p->active[cpu] = context;
	spin_unlock(&p->lock);
	return (u32)(context & VMID_MASK);
}

void vmid_put(struct vmid_pool *p, u32 cpu)
{
	spin_lock(&p->lock);
	p->active[cpu] = 0;
	spin_unlock(&p->lock);
}

bool vmid_valid(const struct vmid_pool *p, const struct vmid *v)
{
	if (!v->context)
		return false;
	if (generation_of(v->context) == p->generation)
		return true;
	for (u32 cpu = 0; cpu < MAX_CPUS; cpu++)
		if (p->reserved[cpu] == v->context || p->active[cpu] == v->context)
			return true;
	return false;
}
