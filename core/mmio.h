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
/* ERR_NOENT: nothing there. ERR_INVAL: size or alignment the device does not take. */
enum err mmio_dispatch(struct vcpu *vcpu, struct mmio_access *access) MUST_USE;

#endif
