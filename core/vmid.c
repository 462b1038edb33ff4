/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VMID generations; see vmid.h. Pure: flushes are link-time functions.
 *
 * A world switch takes no lock: a CPU that has a VMID of the current generation to load says so in its own
 * `active` by compare-and-swap. A rollover (with pool->lock, a leaf) first counts the generation up, then takes every `active`
 * by exchange. On each of these words the two are in one order:
 *   - the swap first: the exchange yields what was loaded, and that VMID is reserved for its VM;
 *   - the exchange first: the word is 0, the swap fails, and the load takes the lock, behind the rollover.
 * The swap compares with what was read before the generation was, and only its own CPU makes a word other than 0 again: in the
 * locked part, or by vmid_put(), an exchange too. So a CPU that finds its word not 0 has read (acquire) what the last
 * rollover that took it did before (release), the new generation above all: an outdated one cannot pass.
 */
#include "core/vmid.h"

#define NOBODY (1ULL << VMID_BITS_MAX) /* of no VM, but not 0 */
#define UNTAGGED NOBODY                /* of every VM that was loaded */

static u64 generation_of(u64 context)
{
	return context >> VMID_BITS_MAX;
}

static u64 id_of(u64 context)
{
	return context & ((1ULL << VMID_BITS_MAX) - 1);
}

static u64 current(const struct vmid_pool *p, u64 id)
{
	return p->generation << VMID_BITS_MAX | id;
}

static void mark(struct vmid_pool *p, u64 context)
{
	u64 id = id_of(context);

	p->used[id / 64] |= 1ULL << (id % 64);
}

static bool marked(const struct vmid_pool *p, u64 id)
{
	return (p->used[id / 64] >> (id % 64)) & 1;
}

BOOT_CODE void vmid_pool_init(struct vmid_pool *p, u32 bits, u32 cpus)
{
	p->bits = bits;
	p->untagged = (1u << bits) - 1 < cpus;
	p->generation = p->untagged ? UINT64_MAX : 1;
	p->hint = 1;
	p->used[0] = 1;
}

/*
 * All used[] words forget everybody but those loaded now; theirs stay valid under the new generation. One whose word
 * was taken by an earlier rollover and that was not put since runs on with what is reserved for it.
 */
static void begin_generation(struct vmid_pool *p)
{
	store_relaxed(&p->generation, p->generation + 1);
	for (u32 i = 0; i < ARRAY_SIZE(p->used); i++)
		p->used[i] = 0;
	p->used[0] = 1;
	for (u32 cpu = 0; cpu < MAX_CPUS; cpu++) {
		struct vmid_cpu *c = &p->cpu[cpu];
		u64 loaded = atomic_xchg(&c->active, 0);

		if (loaded)
			c->reserved = loaded;
		mark(p, c->reserved);
	}
	vmid_flush_all();
}

/* A context that was loaded when the generation began keeps its number everywhere it was loaded. */
static bool renew_reserved(struct vmid_pool *p, u64 old, u64 renewed)
{
	bool hit = false;

	for (u32 cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (p->cpu[cpu].reserved == old) {
			p->cpu[cpu].reserved = renewed;
			hit = true;
		}
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
	u64 id = id_of(old);

	if (id && renew_reserved(p, old, current(p, id)))
		return current(p, id);
	if (id && !marked(p, id)) {
		mark(p, id);
		return current(p, id);
	}
	id = find_free(p);
	if (!id) {
		begin_generation(p);
		id = id_of(old);
		if (id && renew_reserved(p, old, current(p, id)))
			return current(p, id);
		id = find_free(p);
	}
	mark(p, id);
	return current(p, id);
}

/* The context is written with the lock, so that a flush of the VM comes before or finds it (vmid_valid()). */
static u64 load_untagged(struct vmid_pool *p, struct vmid_cpu *c, struct vmid *v)
{
	if (!load_relaxed(&v->context)) {
		spin_lock(&p->lock);
		store_relaxed(&v->context, UNTAGGED);
		spin_unlock(&p->lock);
	}
	if (c->last != v) {
		vmid_flush_local();
		c->last = v;
	}
	return UNTAGGED;
}

static NOINLINE u64 load_slowly(struct vmid_pool *p, struct vmid_cpu *c, struct vmid *v)
{
	u64 context;

	if (p->untagged)
		return load_untagged(p, c, v);
	spin_lock(&p->lock);
	context = v->context;
	if (generation_of(context) != p->generation) {
		context = new_context(p, context);
		store_relaxed(&v->context, context);
	}
	store_relaxed(&c->active, context); /* rollovers have the lock */
	spin_unlock(&p->lock);
	return context;
}

u32 vmid_load(struct vmid_pool *p, u32 cpu, struct vmid *v)
{
	struct vmid_cpu *c = &p->cpu[cpu];
	u64 was = load_acquire(&c->active), context = load_relaxed(&v->context);

	if (unlikely(!was || generation_of(context) != load_relaxed(&p->generation) ||
		     !atomic_cas(&c->active, was, context)))
		context = load_slowly(p, c, v);
	return (u32)id_of(context);
}

/*
 * An exchange, to read what a rollover wrote there. What it reads is not looked at: a VMID that was reserved meanwhile
 * stays so until the next rollover, since what this CPU cached since the last one is found under it.
 */
void vmid_put(struct vmid_pool *p, u32 cpu)
{
	atomic_xchg(&p->cpu[cpu].active, NOBODY);
}

bool vmid_valid(const struct vmid_pool *p, const struct vmid *v)
{
	if (!v->context)
		return false;
	if (p->untagged)
		return true;
	if (generation_of(v->context) == p->generation)
		return true;
	/* Of an older one: whoever still loads it by the swap is taken by the rollover, so it is here. */
	for (u32 cpu = 0; cpu < MAX_CPUS; cpu++)
		if (p->cpu[cpu].reserved == v->context)
			return true;
	return false;
}
