/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated devices behind guest physical addresses: one sorted, constant
 * table a VM, found by binary search.
 */
#ifndef CORE_MMIO_H
#define CORE_MMIO_H

#include "core/vm.h"
#include "hal/types.h"
#include "hal/vmexit.h"

#define MMIO_REGIONS_MAX 128

/*
 * `sizes` is the OR of the access sizes in bytes (1, 2, 4, 8) the device takes;
 * others and misaligned ones give ERR_INVAL to the caller, who delivers the
 * fault hardware would. Offsets are inside the region. A read returns the value
 * zero-extended. Both run on the vCPU's CPU; a device has its own lock.
 */
struct mmio_ops {
	u32 sizes;
	u64 (*read)(void *dev, struct vcpu *vcpu, u64 off, u32 size);
	void (*write)(void *dev, struct vcpu *vcpu, u64 off, u32 size, u64 value);
};

struct mmio_region {
	u64 base;
	u64 size;
	const struct mmio_ops *ops;
	void *dev;
};

struct mmio_map {
	u32 nr;
	struct mmio_region region[MMIO_REGIONS_MAX];
};

/* Boot only. ERR_EXIST on overlap, ERR_NOMEM when full. Keeps the table sorted. */
enum err mmio_add(struct mmio_map *map, gpa_t base, u64 size, const struct mmio_ops *ops, void *dev) MUST_USE;
/*
 * The same in steps, for the exit path: the region at an address or NULL; whether it takes an access of `size` bytes (1, 2,
 * 4 or 8); the access. What is read is zero-extended; of what is written only `size` bytes count.
 */
const struct mmio_region *mmio_region_of(const struct mmio_map *map, gpa_t addr);

static inline bool mmio_covers(const struct mmio_region *r, gpa_t addr)
{
	return addr.v - r->base < r->size;
}
static inline bool mmio_takes(const struct mmio_region *r, gpa_t addr, u32 size)
{
	return (r->ops->sizes & size) && !(addr.v & (size - 1)) && size <= r->size - (addr.v - r->base);
}
/* The device that takes this access, or NULL. `last`: of the access before, likely this one's too. */
static inline const struct mmio_region *mmio_device_at(const struct vcpu *vcpu,
						       const struct mmio_region **last, gpa_t addr, u32 size)
{
	const struct mmio_region *r = *last;

	if (unlikely(!mmio_covers(r, addr))) {
		r = mmio_region_of(vcpu->vm->mmio, addr);
		if (!r)
			return NULL;
		*last = r;
	}
	return mmio_takes(r, addr, size) ? r : NULL;
}
static inline u64 mmio_mask(u32 size)
{
	return ~0ULL >> (64 - 8 * size);
}
static inline u64 mmio_read(const struct mmio_region *r, struct vcpu *vcpu, gpa_t addr, u32 size)
{
	return r->ops->read(r->dev, vcpu, addr.v - r->base, size) & mmio_mask(size);
}
static inline void mmio_write(const struct mmio_region *r, struct vcpu *vcpu, gpa_t addr, u32 size, u64 value)
{
	r->ops->write(r->dev, vcpu, addr.v - r->base, size, value & mmio_mask(size));
}

/* ERR_NOENT: nothing there. ERR_INVAL: size or alignment the device does not take. */
enum err mmio_dispatch(struct vcpu *vcpu, struct mmio_access *access) MUST_USE;

#endif
