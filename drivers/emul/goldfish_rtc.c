/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated Goldfish real-time clock: the registers of a clock that counts
 * nanoseconds (rtc_base.h). Registers are 32 bits wide; 64-bit values are read low
 * half first and written low half last.
 */
#include "drivers/emul/goldfish_rtc.h"

#define NSEC_PER_SEC 1000000000u

/* Registers by offset / 4 */
enum {
	R_TIME_LOW,  /* read: latches TIME_HIGH */
	R_TIME_HIGH, /* read: what was latched */
	R_ALARM_LOW, /* write: sets the alarm */
	R_ALARM_HIGH,
	R_IRQ_ENABLED,
	R_CLEAR_ALARM,     /* write only */
	R_ALARM_STATUS,    /* read only: an alarm is set and not met */
	R_CLEAR_INTERRUPT, /* write only */
	NR_REGS
};

static u64 with_low(u64 old, u32 low)
{
	return (old & ~0xffffffffull) | low;
}

static u64 with_high(u64 old, u32 high)
{
	return (u64)high << 32 | (u32)old;
}

static u32 read_time_low(struct vgoldfish_rtc *d)
{
	u64 now = rtc_now(&d->rtc);

	d->time_high = (u32)(now >> 32);
	return (u32)now;
}

static u32 read_reg(struct vgoldfish_rtc *d, u64 reg)
{
	switch (reg) {
	case R_TIME_LOW:
		return read_time_low(d);
	case R_TIME_HIGH:
		return d->time_high;
	case R_ALARM_LOW:
		return (u32)d->alarm;
	case R_ALARM_HIGH:
		return (u32)(d->alarm >> 32);
	case R_IRQ_ENABLED:
		return d->rtc.enabled;
	case R_ALARM_STATUS:
		return d->rtc.armed;
	default:
		return 0;
	}
}

static u64 vgoldfish_rtc_read(void *dev, struct vcpu *vcpu UNUSED, u64 off, u32 size UNUSED)
{
	struct vgoldfish_rtc *d = dev;
	u32 value;

	spin_lock(&d->rtc.lock);
	rtc_update(&d->rtc);
	value = read_reg(d, off / 4);
	spin_unlock(&d->rtc.lock);
	return value;
}

/* ---- writes ---- */

static void write_time_low(struct vgoldfish_rtc *d, u32 value)
{
	rtc_load(&d->rtc, with_low(rtc_now(&d->rtc), value));
}

static void write_time_high(struct vgoldfish_rtc *d, u32 value)
{
	rtc_load(&d->rtc, with_high(rtc_now(&d->rtc), value));
}

static void write_alarm_low(struct vgoldfish_rtc *d, u32 value)
{
	d->alarm = with_low(d->alarm, value);
	rtc_arm(&d->rtc, d->alarm);
}

static void write_alarm_high(struct vgoldfish_rtc *d, u32 value)
{
	d->alarm = with_high(d->alarm, value);
}

static void write_enabled(struct vgoldfish_rtc *d, u32 value)
{
	d->rtc.enabled = value & 1;
}

static void clear_alarm(struct vgoldfish_rtc *d, u32 value UNUSED)
{
	d->rtc.armed = false;
}

static void clear_interrupt(struct vgoldfish_rtc *d, u32 value UNUSED)
{
	d->rtc.pending = false;
}

static const struct {
	void (*fn)(struct vgoldfish_rtc *d, u32 value);
	bool moves; /* the time at which the alarm is met */
} reg_write[NR_REGS] = {
	[R_TIME_LOW] = {write_time_low, true},          [R_TIME_HIGH] = {write_time_high, true},
	[R_ALARM_LOW] = {write_alarm_low, true},        [R_ALARM_HIGH] = {write_alarm_high, false},
	[R_IRQ_ENABLED] = {write_enabled, false},       [R_CLEAR_ALARM] = {clear_alarm, true},
	[R_CLEAR_INTERRUPT] = {clear_interrupt, false},
};

static void vgoldfish_rtc_write(void *dev, struct vcpu *vcpu UNUSED, u64 off, u32 size UNUSED, u64 value)
{
	struct vgoldfish_rtc *d = dev;
	u64 reg = off / 4;

	if (reg >= NR_REGS || !reg_write[reg].fn)
		return;
	spin_lock(&d->rtc.lock);
	rtc_update(&d->rtc); /* an alarm that is met by now is met, whatever the write does */
	reg_write[reg].fn(d, (u32)value);
	rtc_update(&d->rtc);
	spin_unlock(&d->rtc.lock);
	if (reg_write[reg].moves)
		rtc_moved(&d->rtc);
}

const struct mmio_ops vgoldfish_rtc_mmio = {
	.sizes = 4, .read = vgoldfish_rtc_read, .write = vgoldfish_rtc_write};

void vgoldfish_rtc_reset(struct vgoldfish_rtc *d)
{
	d->time_high = 0;
	d->alarm = 0;
	rtc_reset(&d->rtc);
}

BOOT_CODE enum err vgoldfish_rtc_init(struct vm *vm, struct vgoldfish_rtc *d, gpa_t base, u32 irq)
{
	rtc_init(vm, &d->rtc, irq, NSEC_PER_SEC);
	vgoldfish_rtc_reset(d);
	return mmio_add(vm->mmio, base, GOLDFISH_RTC_SIZE, &vgoldfish_rtc_mmio, d);
}
