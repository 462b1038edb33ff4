/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guest timers (DDI 0487, D12). See vtimer.h for who holds what when.
 */
#include "arch/arm64/vtimer.h"
#include "arch/arm64/gicv3.h"
#include "arch/arm64/vgic.h"
#include "hal/cpu.h"

static const u32 guest_intid[GUEST_TIMERS] = {
	[TIMER_VIRT] = VTIMER_VIRT_INTID, [TIMER_PHYS] = VTIMER_PHYS_INTID};

static bool in_hardware(enum guest_timer i)
{
	return i == TIMER_VIRT || timer_host.cntpoff;
}

static bool can_fire(const struct vtimer_regs *r)
{
	return (r->ctl & (CNT_CTL_ENABLE | CNT_CTL_IMASK)) == CNT_CTL_ENABLE;
}

/* D12.2.4: met when the counter has reached the compare value, both unsigned. */
static bool expired(const struct vtimer *t, enum guest_timer i)
{
	return guest_clock_now(t->clock) >= t->regs[i].cval;
}

/* Host ticks at which the timer's condition is met. */
static u64 deadline_of(const struct vtimer *t, enum guest_timer i)
{
	return guest_clock_deadline(t->clock, t->regs[i].cval);
}

/* ---- the trapped physical timer ---- */

static void soft_update(struct vtimer *t)
{
	bool can = can_fire(&t->regs[TIMER_PHYS]);
	bool level = can && expired(t, TIMER_PHYS);

	vgic_set_ppi(t->vgic, VTIMER_PHYS_INTID, level);
	if (!t->loaded)
		return;
	if (can && !level)
		ktimer_set(&t->soft, deadline_of(t, TIMER_PHYS));
	else
		ktimer_cancel(&t->soft);
}

static void soft_fired(struct ktimer *k)
{
	soft_update(container_of(k, struct vtimer, soft));
}

enum { REG_PCT, REG_TVAL, REG_CTL, REG_CVAL, REG_NONE };

/* CNTPCT_EL0 and CNTPCTSS_EL0 are 3,3,14,0,1 and 5; TVAL, CTL, CVAL are 3,3,14,2,0..2. */
static u32 reg_of(u32 enc)
{
	u32 crm = enc >> 3 & 15, op2 = enc & 7;

	if (enc >> 7 != (3u << 7 | 3u << 4 | 14u))
		return REG_NONE;
	if (crm == 0 && (op2 == 1 || op2 == 5))
		return REG_PCT;
	return crm == 2 && op2 <= 2 ? REG_TVAL + op2 : (u32)REG_NONE;
}

static bool read_reg(const struct vtimer *t, u32 reg, u64 *val)
{
	const struct vtimer_regs *r = &t->regs[TIMER_PHYS];

	switch (reg) {
	case REG_PCT:
		*val = guest_clock_now(t->clock);
		return true;
	case REG_TVAL:
		*val = (u32)(r->cval - guest_clock_now(t->clock));
		return true;
	case REG_CTL:
		*val = r->ctl | ((r->ctl & CNT_CTL_ENABLE) && expired(t, TIMER_PHYS) ? CNT_CTL_ISTATUS : 0);
		return true;
	case REG_CVAL:
		*val = r->cval;
		return true;
	default:
		return false;
	}
}

static bool write_reg(struct vtimer *t, u32 reg, u64 val)
{
	struct vtimer_regs *r = &t->regs[TIMER_PHYS];

	switch (reg) {
	case REG_TVAL:
		r->cval = guest_clock_now(t->clock) + (u64)(s64)(s32)(u32)val;
		break;
	case REG_CTL:
		r->ctl = (u32)val & (CNT_CTL_ENABLE | CNT_CTL_IMASK);
		break;
	case REG_CVAL:
		r->cval = val;
		break;
	default:
		return false;
	}
	soft_update(t);
	return true;
}

bool vtimer_access(struct vtimer *t, u32 enc, bool write, u64 *val)
{
	u32 reg = reg_of(enc);

	return write ? write_reg(t, reg, *val) : read_reg(t, reg, val);
}

/* ---- on and off the CPU ---- */

void vtimer_cpu_load(struct vtimer *t)
{
	t->loaded = true;
	cnt_offset_write(t->clock->offset);
	cnt_write(TIMER_VIRT, t->regs[TIMER_VIRT].cval, t->regs[TIMER_VIRT].ctl);
	if (timer_host.cntpoff)
		cnt_write(TIMER_PHYS, t->regs[TIMER_PHYS].cval, t->regs[TIMER_PHYS].ctl);
	else
		soft_update(t);
}

static void hardware_put(struct vtimer *t, enum guest_timer i)
{
	struct vtimer_regs *r = &t->regs[i];

	r->ctl = cnt_ctl_read(i) & (CNT_CTL_ENABLE | CNT_CTL_IMASK);
	r->cval = cnt_cval_read(i);
	cnt_write(i, r->cval, 0);
}

void vtimer_cpu_put(struct vtimer *t)
{
	hardware_put(t, TIMER_VIRT);
	if (timer_host.cntpoff)
		hardware_put(t, TIMER_PHYS);
	else
		ktimer_cancel(&t->soft);
	t->loaded = false;
}

/* Its interrupt is pending or active already: nothing more to come from it. */
static bool signalled(const struct vtimer *t, enum guest_timer i)
{
	u32 bit = 1u << guest_intid[i];

	return in_hardware(i) ? t->vgic->linked & bit : t->vgic->priv.line & bit;
}

u64 vtimer_deadline(const struct vtimer *t)
{
	u64 first = NO_DEADLINE;

	for (u32 i = 0; i < GUEST_TIMERS; i++)
		if (can_fire(&t->regs[i]) && !signalled(t, i))
			first = min_u64(first, deadline_of(t, i));
	return first;
}

void vtimer_expire(struct vtimer *t)
{
	for (u32 i = 0; i < GUEST_TIMERS; i++) {
		if (!can_fire(&t->regs[i]) || signalled(t, i) || !expired(t, i))
			continue;
		if (in_hardware(i))
			vgic_inject_linked(t->vgic, guest_intid[i]);
		else
			soft_update(t);
	}
}

/* ---- reset ---- */

BOOT_CODE void vtimer_init(struct vtimer *t, const struct guest_clock *clock, struct vgic_cpu *vgic)
{
	t->clock = clock;
	t->vgic = vgic;
	ktimer_init(&t->soft, soft_fired);
	for (u32 i = 0; i < GUEST_TIMERS; i++)
		vgic->irq[guest_intid[i]].hw = in_hardware(i) ? (u16)timer_host.intid[i] : 0;
}

void vtimer_reset(struct vtimer *t)
{
	for (u32 i = 0; i < GUEST_TIMERS; i++)
		t->regs[i] = (struct vtimer_regs){0};
}
