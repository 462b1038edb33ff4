/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MMIO dispatch: a VM's table of emulated devices, sorted by base and disjoint.
 * It is built at boot and constant afterwards, so a look-up takes no lock.
 */
#include "core/mmio.h"

/* Index of the first region that begins above `addr`. */
static u32 first_above(const struct mmio_map *map, u64 addr)
{
	u32 lo = 0, hi = map->nr;

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (map->region[mid].base <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

enum err mmio_add(struct mmio_map *map, gpa_t base, u64 size, const struct mmio_ops *ops, void *dev)
{
	u64 last = base.v + size - 1;
	u32 at = first_above(map, base.v);

	if (!size || last < base.v)
		return ERR_RANGE;
	if (at > 0 && base.v - map->region[at - 1].base < map->region[at - 1].size)
		return ERR_EXIST;
	if (at < map->nr && map->region[at].base <= last)
		return ERR_EXIST;
	if (map->nr == MMIO_REGIONS_MAX)
		return ERR_NOMEM;
	for (u32 i = map->nr; i > at; i--)
		map->region[i] = map->region[i - 1];
	map->region[at] = (struct mmio_region){.base = base.v, .size = size, .ops = ops, .dev = dev};
	map->nr++;
	return OK;
}

enum err mmio_dispatch(struct vcpu *vcpu, struct mmio_access *access)
{
	const struct mmio_map *map = vcpu->vm->mmio;
	u64 addr = access->addr.v;
	u32 size = access->size;
	u32 at = first_above(map, addr);

	if (at == 0)
		return ERR_NOENT;
	const struct mmio_region *r = &map->region[at - 1];
	u64 off = addr - r->base;

	if (off >= r->size)
		return ERR_NOENT;
	/* `sizes` and `size` are both sets of powers of two; more than one bit in `size` is no access size */
	if (!(r->ops->sizes & size) || (size & (size - 1)) || (addr & (size - 1)) || size > r->size - off)
		return ERR_INVAL;

	u64 mask = ~0ULL >> (64 - 8 * size);

	if (access->write)
		r->ops->write(r->dev, vcpu, off, size, access->value & mask);
	else
		access->value = r->ops->read(r->dev, vcpu, off, size) & mask;
	return OK;
}
