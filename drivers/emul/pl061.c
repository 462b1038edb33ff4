/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated PL061 (ARM DDI 0190B). The data register is masked by the address:
 * bits 9:2 of the offset select the lines an access touches (3.3.1).
 * Lock: dev->lock, a leaf.
 */
#include "drivers/emul/pl061.h"
#include "drivers/emul/primecell.h"

#include "hal/cpu.h"
#include "hal/vcpu.h"

/* Registers (3.2, table 3-1), as index from 0x400 */
enum { R_DIR, R_IS, R_IBE, R_IEV, R_IE, R_RIS, R_MIS, R_IC, R_AFSEL, NR_REGS };
#define DATA_END 0x400

static u8 lines(const struct vpl061 *d)
{
	return (u8)((d->in & ~d->dir) | (d->out & d->dir));
}

static void update_irq(struct vpl061 *d)
{
	bool level = d->ris & d->ie;

	if (level == d->level)
		return;
	d->level = level;
	virq_set(d->vm, d->irq, level);
}

/* Level-sensitive lines follow their input; edges latch until IC clears them (3.3.3 to 3.3.8). */
static void sense(struct vpl061 *d, u8 before)
{
	u8 now = lines(d);
	u8 changed = now ^ before;
	u8 edge = changed & (u8)(d->ibe | (u8) ~(now ^ d->iev));
	u8 at_level = (u8) ~(now ^ d->iev);

	d->ris |= edge & (u8)~d->is;
	d->ris = (u8)((d->ris & ~d->is) | (at_level & d->is));
	update_irq(d);
}

static u64 vpl061_read(void *dev, struct vcpu *vcpu UNUSED, u64 off, u32 size UNUSED)
{
	struct vpl061 *d = dev;
	u32 value = 0;

	if (off & 3)
		return 0;
	if (off >= PRIMECELL_ID)
		return primecell_id(off, 0x061, 0);
	spin_lock(&d->lock);
	const u8 regs[NR_REGS] = {d->dir, d->is, d->ibe, d->iev, d->ie, d->ris, d->ris & d->ie, 0, d->afsel};

	if (off < DATA_END)
		value = lines(d) & (u8)(off >> 2);
	else if ((off - DATA_END) / 4 < NR_REGS)
		value = regs[(off - DATA_END) / 4];
	spin_unlock(&d->lock);
	return value;
}

static void write_reg(struct vpl061 *d, u32 reg, u8 value)
{
	u8 *const stored[NR_REGS] = {
		[R_DIR] = &d->dir, [R_IS] = &d->is, [R_IBE] = &d->ibe,
		[R_IEV] = &d->iev, [R_IE] = &d->ie, [R_AFSEL] = &d->afsel,
	};

	if (reg == R_IC)
		d->ris &= (u8)~value;
	else if (reg < NR_REGS && stored[reg])
		*stored[reg] = value;
}

static void vpl061_write(void *dev, struct vcpu *vcpu UNUSED, u64 off, u32 size UNUSED, u64 value)
{
	struct vpl061 *d = dev;
	u8 before, mask = (u8)(off >> 2);

	if ((off & 3) || off >= PRIMECELL_ID)
		return;
	spin_lock(&d->lock);
	before = lines(d);
	if (off < DATA_END)
		d->out = (u8)((d->out & ~mask) | (value & mask & d->dir));
	else
		write_reg(d, (u32)(off - DATA_END) / 4, (u8)value);
	sense(d, before);
	spin_unlock(&d->lock);
}

const struct mmio_ops vpl061_mmio = {.sizes = 1 | 2 | 4, .read = vpl061_read, .write = vpl061_write};

static void set_key(struct vpl061 *d, bool down)
{
	u8 before;

	spin_lock(&d->lock);
	before = lines(d);
	d->in = down ? 1u << PL061_POWER_LINE : 0;
	sense(d, before);
	spin_unlock(&d->lock);
}

static void release_fired(struct ktimer *t)
{
	set_key(container_of(t, struct vpl061, release), false);
}

void vpl061_press(struct vpl061 *d)
{
	set_key(d, true);
	ktimer_set(&d->release, time_now() + (u64)time_hz() * PL061_PRESS_MS / 1000);
}

void vpl061_reset(struct vpl061 *d)
{
	ktimer_cancel(&d->release);
	spin_lock(&d->lock);
	d->in = d->out = d->dir = d->is = d->ibe = d->iev = d->ie = d->ris = d->afsel = 0;
	update_irq(d);
	spin_unlock(&d->lock);
}

BOOT_CODE enum err vpl061_init(struct vm *vm, struct vpl061 *d, gpa_t base, u32 irq)
{
	d->vm = vm;
	d->irq = irq;
	d->level = false;
	ktimer_init(&d->release, release_fired);
	vpl061_reset(d);
	return mmio_add(vm->mmio, base, PL061_SIZE, &vpl061_mmio, d);
}
