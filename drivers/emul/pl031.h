/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated PL031 real-time clock (ARM DDI 0224C): seconds since 1970 in DR, a
 * match register with an interrupt.
 */
#ifndef DRIVERS_EMUL_PL031_H
#define DRIVERS_EMUL_PL031_H

#include "core/mmio.h"
#include "drivers/emul/rtc_base.h"

#define PL031_SIZE KIB(4)

struct vpl031 {
	struct rtc_base rtc; /* its lock covers all of it */
	u32 mr, lr;
};

extern const struct mmio_ops vpl031_mmio;

/* Boot: make the device, reset it, add PL031_SIZE bytes at `base` to the VM's map. Errors of mmio_add(). */
enum err vpl031_init(struct vm *vm, struct vpl031 *dev, gpa_t base, u32 irq) MUST_USE;
/* Clock to the machine's time, no alarm; the interrupt line falls. No vCPU runs. */
void vpl031_reset(struct vpl031 *dev);

#endif
