/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated PL031 real-time clock (ARM DDI 0224C): seconds since 1970 in DR, a
 * match register with an interrupt. The alarm's timer lives on the first
 * housekeeping CPU.
 */
#ifndef DRIVERS_EMUL_PL031_H
#define DRIVERS_EMUL_PL031_H

#include "core/house.h"
#include "core/mmio.h"
#include "core/timer.h"
#include "core/vm.h"
#include "hal/atomic.h"

#define PL031_SIZE KIB(4)

struct vpl031 {
	spinlock_t lock; /* a leaf; held for one register access */
	struct vm *vm;
	u32 irq;
	bool level;
	bool armed;    /* MR was written and has not matched since */
	u64 base_time; /* ticks at which DR was base */
	u32 base;
	u32 mr, lr, imsc, ris;
	struct house_job job; /* sets `alarm` */
	struct ktimer alarm;  /* housekeeping CPU only */
};

extern const struct mmio_ops vpl031_mmio;

/*
 * The machine's wall clock: it was `seconds` since 1970 when the counter was `at`, and it goes on by the counter. Boot
 * only.
 */
void vpl031_set_clock(u64 seconds, u64 at);

/* Boot: make the device, reset it, add PL031_SIZE bytes at `base` to the VM's map. Errors of mmio_add(). */
enum err vpl031_init(struct vm *vm, struct vpl031 *dev, gpa_t base, u32 irq) MUST_USE;
/* Clock to the machine's time, no alarm; the interrupt line falls. No vCPU runs. */
void vpl031_reset(struct vpl031 *dev);

#endif
