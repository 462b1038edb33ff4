/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated PL061 GPIO (ARM DDI 0190B). Line 3 is the power key of QEMU's `virt`
 * board (a gpio-keys node, KEY_POWER); the other lines are inputs at 0.
 */
#ifndef DRIVERS_EMUL_PL061_H
#define DRIVERS_EMUL_PL061_H

#include "core/mmio.h"
#include "core/timer.h"
#include "core/vm.h"
#include "hal/atomic.h"

#define PL061_SIZE KIB(4)
#define PL061_POWER_LINE 3u
#define PL061_PRESS_MS 100u

struct vpl061 {
	spinlock_t lock; /* a leaf; held for one register access */
	struct vm *vm;
	u32 irq;
	bool level;
	u8 in;  /* levels of the lines from outside */
	u8 out; /* levels written to outputs */
	u8 dir, is, ibe, iev, ie, ris, afsel;
	struct ktimer release; /* CPU that pressed: the first housekeeping CPU */
};

extern const struct mmio_ops vpl061_mmio;

/* Boot: make the device, reset it, add PL061_SIZE bytes at `base` to the VM's map. Errors of mmio_add(). */
enum err vpl061_init(struct vm *vm, struct vpl061 *dev, gpa_t base, u32 irq) MUST_USE;
/* Power-on state, key up; the interrupt line falls. Housekeeping CPU; no vCPU runs. */
void vpl061_reset(struct vpl061 *dev);
/* Press the power key and let it go PL061_PRESS_MS later. First housekeeping CPU only. */
void vpl061_press(struct vpl061 *dev);

#endif
