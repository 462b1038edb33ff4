/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The common part of the emulated real-time clocks. Counts are the machine's
 * counter times a rate, in whole seconds and their rest apart: so nothing overflows
 * and nothing is wider than 64 bits. Lock: rtc->lock, a leaf.
 */
#include "drivers/emul/rtc_base.h"

#include "hal/cpu.h"
#include "hal/vcpu.h"

#define ALARM_SECONDS_MAX (1ull << 30) /* 34 years; then it is looked at again */

static struct {
	u64 seconds, at; /* since 1970, when the counter was `at` */
} wall;

BOOT_CODE void rtc_set_clock(u64 seconds, u64 at)
{
	wall.seconds = seconds;
	wall.at = at;
}

/* Rounded down. */
static u64 units_of(const struct rtc_base *r, u64 ticks)
{
	u64 hz = time_hz();

	return ticks / hz * r->rate + ticks % hz * r->rate / hz;
}

/* Rounded up, so that as many units have passed then. */
static u64 ticks_of(const struct rtc_base *r, u64 units)
{
	u64 hz = time_hz(), seconds = units / r->rate;

	if (seconds >= ALARM_SECONDS_MAX)
		return ALARM_SECONDS_MAX * hz;
	return seconds * hz + (units % r->rate * hz + r->rate - 1) / r->rate;
}

u64 rtc_now(const struct rtc_base *r)
{
	return r->count + units_of(r, time_now() - r->at);
}

void rtc_load(struct rtc_base *r, u64 count)
{
	r->count = count;
	r->at = time_now();
}

void rtc_arm(struct rtc_base *r, u64 alarm)
{
	r->alarm = alarm;
	r->armed = true;
}

/* By what has passed, as the deadline is: the guest's count may be near its end, and begin again. */
static bool is_met(const struct rtc_base *r)
{
	return r->count >= r->alarm || units_of(r, time_now() - r->at) >= r->alarm - r->count;
}

/* Seen late it still counts. */
static void check_alarm(struct rtc_base *r)
{
	if (!r->armed || !is_met(r))
		return;
	r->armed = false;
	r->pending = true;
}

void rtc_update(struct rtc_base *r)
{
	bool level;

	check_alarm(r);
	level = r->pending && r->enabled;
	if (level == r->level)
		return;
	r->level = level;
	virq_set(r->vm, r->irq, level);
}

/* ---- the alarm: housekeeping CPU ---- */

static void timer_set(struct rtc_base *r)
{
	u64 deadline;

	spin_lock(&r->lock);
	rtc_update(r);
	deadline = r->armed ? r->at + ticks_of(r, r->alarm - r->count) : NO_DEADLINE;
	spin_unlock(&r->lock);
	ktimer_set(&r->timer, deadline);
}

static void timer_fired(struct ktimer *t)
{
	timer_set(container_of(t, struct rtc_base, timer));
}

static void timer_job(struct house_job *job)
{
	timer_set(container_of(job, struct rtc_base, job));
}

void rtc_moved(struct rtc_base *r)
{
	house_post(&r->job);
}

void rtc_reset(struct rtc_base *r)
{
	spin_lock(&r->lock);
	rtc_load(r, wall.seconds * r->rate + units_of(r, time_now() - wall.at));
	r->armed = r->pending = r->enabled = false;
	rtc_update(r);
	spin_unlock(&r->lock);
	rtc_moved(r);
}

BOOT_CODE void rtc_init(struct vm *vm, struct rtc_base *r, u32 irq, u32 rate)
{
	r->vm = vm;
	r->irq = irq;
	r->rate = rate;
	r->level = false;
	ktimer_init(&r->timer, timer_fired);
	house_job_init(&r->job, timer_job);
}
