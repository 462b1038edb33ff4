/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated DW_apb_gpio (Synopsys databook, "Registers"; names below are its), port A
 * only, without interrupts on both edges: drivers turn the polarity at each edge.
 * An edge is a change of the line, not of its polarity. Lock: dev->lock, a leaf.
 */
#include "drivers/emul/dwgpio.h"

#include "hal/cpu.h"
#include "hal/vcpu.h"

/* Registers by offset / 4 */
enum {
	R_DR = 0x00 / 4, /* gpio_swporta_dr */
	R_DDR = 0x04 / 4,
	R_INTEN = 0x30 / 4,
	R_INTMASK = 0x34 / 4,
	R_INTTYPE = 0x38 / 4,  /* 1: edge */
	R_POLARITY = 0x3c / 4, /* 1: rising or high */
	R_INTSTATUS = 0x40 / 4,
	R_RAW = 0x44 / 4,
	R_DEBOUNCE = 0x48 / 4,
	R_EOI = 0x4c / 4,
	R_EXT = 0x50 / 4, /* gpio_ext_porta */
	NR_REGS
};

static u8 lines(const struct vdwgpio *d)
{
	return (u8)((d->in & ~d->ddr) | (d->dr & d->ddr));
}

/* Enabled inputs that are at their level, or had their edge. */
static u8 raw_status(const struct vdwgpio *d)
{
	u8 at_level = (u8) ~(lines(d) ^ d->polarity);

	return (u8)(((at_level & ~d->inttype) | (d->edges & d->inttype)) & d->inten & ~d->ddr);
}

static u8 status(const struct vdwgpio *d)
{
	return raw_status(d) & (u8)~d->intmask;
}

/* Edges latch where they are asked for, until EOI clears them. */
static void sense(struct vdwgpio *d, u8 before)
{
	u8 now = lines(d), wanted = d->inten & d->inttype & (u8)~d->ddr;
	bool level;

	d->edges |= (u8)((now ^ before) & ~(now ^ d->polarity));
	d->edges &= wanted;
	level = status(d);
	if (level == d->level)
		return;
	d->level = level;
	virq_set(d->vm, d->irq, level);
}

static u64 vdwgpio_read(void *dev, struct vcpu *vcpu UNUSED, u64 off, u32 size UNUSED)
{
	struct vdwgpio *d = dev;
	u32 value = 0;

	spin_lock(&d->lock);
	const u8 regs[NR_REGS] = {
		[R_DR] = d->dr,
		[R_DDR] = d->ddr,
		[R_INTEN] = d->inten,
		[R_INTMASK] = d->intmask,
		[R_INTTYPE] = d->inttype,
		[R_POLARITY] = d->polarity,
		[R_INTSTATUS] = status(d),
		[R_RAW] = raw_status(d),
		[R_DEBOUNCE] = d->debounce,
		[R_EXT] = lines(d),
	};

	if (off / 4 < NR_REGS)
		value = regs[off / 4];
	spin_unlock(&d->lock);
	return value;
}

static void vdwgpio_write(void *dev, struct vcpu *vcpu UNUSED, u64 off, u32 size UNUSED, u64 value)
{
	struct vdwgpio *d = dev;
	u64 reg = off / 4;
	u8 *const stored[NR_REGS] = {
		[R_DR] = &d->dr,
		[R_DDR] = &d->ddr,
		[R_INTEN] = &d->inten,
		[R_INTMASK] = &d->intmask,
		[R_INTTYPE] = &d->inttype,
		[R_POLARITY] = &d->polarity,
		[R_DEBOUNCE] = &d->debounce,
	};
	u8 before;

	if (reg >= NR_REGS)
		return;
	spin_lock(&d->lock);
	before = lines(d);
	if (reg == R_EOI)
		d->edges &= (u8)~value;
	else if (stored[reg])
		*stored[reg] = (u8)value;
	sense(d, before);
	spin_unlock(&d->lock);
}

const struct mmio_ops vdwgpio_mmio = {.sizes = 4, .read = vdwgpio_read, .write = vdwgpio_write};

static void set_key(struct vdwgpio *d, bool down)
{
	u8 before;

	spin_lock(&d->lock);
	before = lines(d);
	d->in = down ? 1u << DWGPIO_POWER_LINE : 0;
	sense(d, before);
	spin_unlock(&d->lock);
}

static void release_fired(struct ktimer *t)
{
	set_key(container_of(t, struct vdwgpio, release), false);
}

void vdwgpio_press(struct vdwgpio *d)
{
	set_key(d, true);
	ktimer_set(&d->release, time_now() + (u64)time_hz() * DWGPIO_PRESS_MS / 1000);
}

void vdwgpio_reset(struct vdwgpio *d)
{
	ktimer_cancel(&d->release);
	spin_lock(&d->lock);
	d->in = d->dr = d->ddr = d->inten = d->intmask = d->inttype = d->polarity = d->debounce = 0;
	sense(d, 0);
	spin_unlock(&d->lock);
}

BOOT_CODE enum err vdwgpio_init(struct vm *vm, struct vdwgpio *d, gpa_t base, u32 irq)
{
	d->vm = vm;
	d->irq = irq;
	d->level = false;
	ktimer_init(&d->release, release_fired);
	vdwgpio_reset(d);
	return mmio_add(vm->mmio, base, DWGPIO_SIZE, &vdwgpio_mmio, d);
}
