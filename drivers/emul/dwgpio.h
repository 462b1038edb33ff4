/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated DesignWare GPIO (Synopsys DW_apb_gpio), one port of eight lines with one
 * interrupt. Line DWGPIO_POWER_LINE is the power key (a gpio-keys node, KEY_POWER);
 * the other lines are inputs at 0. QEMU's `virt` of riscv64 has no power key; this
 * device is one whose driver takes any interrupt controller above it.
 */
#ifndef DRIVERS_EMUL_DWGPIO_H
#define DRIVERS_EMUL_DWGPIO_H

#include "core/mmio.h"
#include "core/timer.h"
#include "core/vm.h"
#include "hal/atomic.h"

#define DWGPIO_SIZE KIB(4)
#define DWGPIO_LINES 8u
#define DWGPIO_POWER_LINE 3u
#define DWGPIO_PRESS_MS 100u

struct vdwgpio {
	spinlock_t lock; /* a leaf; held for one register access */
	struct vm *vm;
	u32 irq;
	bool level; /* of the interrupt */
	u8 in;      /* levels of the lines from outside */
	u8 edges;   /* latched */
	u8 dr, ddr, inten, intmask, inttype, polarity, debounce;
	struct ktimer release; /* CPU that pressed: the first housekeeping CPU */
};

extern const struct mmio_ops vdwgpio_mmio;

/* Boot: make the device, reset it, add DWGPIO_SIZE bytes at `base` to the VM's map. Errors of mmio_add(). */
enum err vdwgpio_init(struct vm *vm, struct vdwgpio *dev, gpa_t base, u32 irq) MUST_USE;
/* Power-on state, key up; the interrupt line falls. Housekeeping CPU; no vCPU runs. */
void vdwgpio_reset(struct vdwgpio *dev);
/* Press the power key and let it go DWGPIO_PRESS_MS later. First housekeeping CPU only. */
void vdwgpio_press(struct vdwgpio *dev);

#endif
