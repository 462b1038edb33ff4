/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated PL031 (ARM DDI 0224C). The counter is the machine's counter divided
 * by its rate, plus a base that writing LR sets. The clock runs on while the VM
 * is paused: it tells the time of day.
 *
 * A software timer belongs to one CPU and registers are written on the vCPU's:
 * a write that moves the alarm posts a job, and the housekeeping CPU sets the
 * timer. Lock: dev->lock, a leaf.
 */
#include "drivers/emul/pl031.h"
#include "drivers/emul/primecell.h"

#include "hal/cpu.h"
#include "hal/vcpu.h"

/* Registers (3.2, table 3-1) */
#define RTC_DR 0x00
#define RTC_MR 0x04
#define RTC_LR 0x08
#define RTC_CR 0x0c
#define RTC_IMSC 0x10
#define RTC_RIS 0x14
#define RTC_MIS 0x18
#define RTC_ICR 0x1c

static struct {
	u64 seconds, at; /* since 1970, when the counter was `at` */
} wall;

BOOT_CODE void vpl031_set_clock(u64 seconds, u64 at)
{
	wall.seconds = seconds;
	wall.at = at;
}

static u64 wall_clock(void)
{
	return wall.seconds + (time_now() - wall.at) / time_hz();
}

static u32 now_seconds(const struct vpl031 *d)
{
	return d->base + (u32)((time_now() - d->base_time) / time_hz());
}

static void update_irq(struct vpl031 *d)
{
	bool level = d->ris & d->imsc;

	if (level == d->level)
		return;
	d->level = level;
	virq_set(d->vm, d->irq, level);
}

/* Equality of counter and MR raises the interrupt (3.3.2); seen late it still counts. */
static void check_match(struct vpl031 *d)
{
	if (!d->armed || (s32)(d->mr - now_seconds(d)) > 0)
		return;
	d->armed = false;
	d->ris = 1;
	update_irq(d);
}

/* Ticks at which the counter will be MR. */
static u64 match_deadline(const struct vpl031 *d)
{
	return d->base_time + (u64)(u32)(d->mr - d->base) * time_hz();
}

/* ---- the alarm: housekeeping CPU ---- */

static void alarm_set(struct vpl031 *d)
{
	u64 deadline;

	spin_lock(&d->lock);
	check_match(d);
	deadline = d->armed ? match_deadline(d) : NO_DEADLINE;
	spin_unlock(&d->lock);
	ktimer_set(&d->alarm, deadline);
}

static void alarm_fired(struct ktimer *t)
{
	alarm_set(container_of(t, struct vpl031, alarm));
}

static void alarm_job(struct house_job *job)
{
	alarm_set(container_of(job, struct vpl031, job));
}

/* ---- registers ---- */

static u64 vpl031_read(void *dev, struct vcpu *vcpu UNUSED, u64 off, u32 size UNUSED)
{
	struct vpl031 *d = dev;
	u32 value = 0;

	if (off & 3)
		return 0;
	if (off >= PRIMECELL_ID)
		return primecell_id(off, 0x031, 1);
	spin_lock(&d->lock);
	check_match(d);
	const u32 regs[] = {now_seconds(d), d->mr, d->lr, 1, d->imsc, d->ris, d->ris & d->imsc};

	if (off / 4 < ARRAY_SIZE(regs))
		value = regs[off / 4];
	spin_unlock(&d->lock);
	return value;
}

/* True: the alarm may have moved. */
static bool write_reg(struct vpl031 *d, u64 off, u32 value)
{
	switch (off) {
	case RTC_MR:
		d->mr = value;
		/* a time in the past is met when the counter comes round, in up to 136 years: never */
		d->armed = (s32)(value - now_seconds(d)) >= 0;
		return true;
	case RTC_LR:
		d->lr = d->base = value;
		d->base_time = time_now();
		d->armed = (s32)(d->mr - value) >= 0;
		return true;
	case RTC_IMSC:
		d->imsc = value & 1;
		return false;
	case RTC_ICR:
		d->ris &= ~value;
		return false;
	default: /* CR: the counter cannot be stopped once started (3.3.4), and it is */
		return false;
	}
}

static void vpl031_write(void *dev, struct vcpu *vcpu UNUSED, u64 off, u32 size UNUSED, u64 value)
{
	struct vpl031 *d = dev;
	bool moved;

	spin_lock(&d->lock);
	moved = write_reg(d, off, (u32)value);
	check_match(d);
	update_irq(d);
	spin_unlock(&d->lock);
	if (moved)
		house_post(&d->job);
}

const struct mmio_ops vpl031_mmio = {.sizes = 1 | 2 | 4, .read = vpl031_read, .write = vpl031_write};

void vpl031_reset(struct vpl031 *d)
{
	spin_lock(&d->lock);
	d->base = (u32)wall_clock();
	d->base_time = time_now();
	d->mr = d->lr = d->imsc = d->ris = 0;
	d->armed = false;
	update_irq(d);
	spin_unlock(&d->lock);
	house_post(&d->job);
}

BOOT_CODE enum err vpl031_init(struct vm *vm, struct vpl031 *d, gpa_t base, u32 irq)
{
	d->vm = vm;
	d->irq = irq;
	d->level = false;
	ktimer_init(&d->alarm, alarm_fired);
	house_job_init(&d->job, alarm_job);
	vpl031_reset(d);
	return mmio_add(vm->mmio, base, PL031_SIZE, &vpl031_mmio, d);
}
