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

BOOT_CODE enum err mmio_add(struct mmio_map *map, gpa_t base, u64 size, const struct mmio_ops *ops, void *dev)
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

const struct mmio_region *mmio_region_of(const struct mmio_map *map, gpa_t addr)
{
	u32 at = first_above(map, addr.v);

	return at && mmio_covers(&map->region[at - 1], addr) ? &map->region[at - 1] : NULL;
}

enum err mmio_dispatch(struct vcpu *vcpu, struct mmio_access *access)
{
	const struct mmio_region *r = mmio_region_of(vcpu->vm->mmio, access->addr);
	u32 size = access->size;

	if (!r)
		return ERR_NOENT;
	/* more than one bit in `size` is no access size */
	if ((size & (size - 1)) || !mmio_takes(r, access->addr, size))
		return ERR_INVAL;
	if (access->write)
		mmio_write(r, vcpu, access->addr, access->size, access->value);
	else
		access->value = mmio_read(r, vcpu, access->addr, access->size);
	return OK;
}
