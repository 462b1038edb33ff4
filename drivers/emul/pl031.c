/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated PL031 (ARM DDI 0224C): the registers of a clock that counts seconds
 * (rtc_base.h). DR and MR are the count's low 32 bits.
 */
#include "drivers/emul/pl031.h"
#include "drivers/emul/primecell.h"

/* Registers (3.2, table 3-1) */
#define RTC_DR 0x00
#define RTC_MR 0x04
#define RTC_LR 0x08
#define RTC_CR 0x0c
#define RTC_IMSC 0x10
#define RTC_RIS 0x14
#define RTC_MIS 0x18
#define RTC_ICR 0x1c

static u64 vpl031_read(void *dev, struct vcpu *vcpu UNUSED, u64 off, u32 size UNUSED)
{
	struct vpl031 *d = dev;
	struct rtc_base *r = &d->rtc;
	u32 value = 0;

	if (off & 3)
		return 0;
	if (off >= PRIMECELL_ID)
		return primecell_id(off, 0x031, 1);
	spin_lock(&r->lock);
	rtc_update(r);
	const u32 regs[] = {(u32)rtc_now(r),         d->mr, d->lr, 1, r->enabled, r->pending,
			    r->pending && r->enabled};

	if (off / 4 < ARRAY_SIZE(regs))
		value = regs[off / 4];
	spin_unlock(&r->lock);
	return value;
}

/*
 * Equality of counter and MR raises the interrupt (3.3.2). A time in the past is met when the counter comes round, in up
 * to 136 years: never.
 */
static void set_alarm(struct vpl031 *d)
{
	u64 now = rtc_now(&d->rtc);
	u32 ahead = d->mr - (u32)now;

	d->rtc.armed = false;
	if ((s32)ahead >= 0)
		rtc_arm(&d->rtc, now + ahead);
}

/* True: the alarm may have moved. */
static bool write_reg(struct vpl031 *d, u64 off, u32 value)
{
	switch (off) {
	case RTC_MR:
		d->mr = value;
		set_alarm(d);
		return true;
	case RTC_LR:
		d->lr = value;
		rtc_load(&d->rtc, value);
		set_alarm(d);
		return true;
	case RTC_IMSC:
		d->rtc.enabled = value & 1;
		return false;
	case RTC_ICR:
		if (value & 1)
			d->rtc.pending = false;
		return false;
	default: /* CR: the counter cannot be stopped once started (3.3.4), and it is */
		return false;
	}
}

static void vpl031_write(void *dev, struct vcpu *vcpu UNUSED, u64 off, u32 size UNUSED, u64 value)
{
	struct vpl031 *d = dev;
	bool moved;

	spin_lock(&d->rtc.lock);
	moved = write_reg(d, off, (u32)value);
	rtc_update(&d->rtc);
	spin_unlock(&d->rtc.lock);
	if (moved)
		rtc_moved(&d->rtc);
}

const struct mmio_ops vpl031_mmio = {.sizes = 1 | 2 | 4, .read = vpl031_read, .write = vpl031_write};

void vpl031_reset(struct vpl031 *d)
{
	d->mr = d->lr = 0;
	rtc_reset(&d->rtc);
}

BOOT_CODE enum err vpl031_init(struct vm *vm, struct vpl031 *d, gpa_t base, u32 irq)
{
	rtc_init(vm, &d->rtc, irq, 1);
	vpl031_reset(d);
	return mmio_add(vm->mmio, base, PL031_SIZE, &vpl031_mmio, d);
}
