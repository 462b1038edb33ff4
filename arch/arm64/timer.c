/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The generic timer (DDI 0487, D12) at EL2 with E2H = 0: the counter for
 * time_now(), CNTHP for timer_arm(), and the guest timers' registers.
 */
#include "arch/arm64/timer.h"
#include "arch/arm64/feature.h"
#include "arch/arm64/sysreg.h"
#include "core/machine.h"
#include "hal/cpu.h"

/* CNTHCTL_EL2, E2H = 0 (D19.12.7) */
#define CNTHCTL_EL1PCTEN BIT(0)
#define CNTHCTL_EL1PCEN BIT(1)
#define CNTHCTL_ECV BIT(12)

/* Until timer_init(), early boot waits by something sensible. */
#define DEFAULT_HZ 1000000000u

struct timer_host timer_host = {.hz = DEFAULT_HZ};

u64 time_now(void)
{
	u64 now;

	/* The read may not move up before what precedes it (D12.2.1). */
	__asm__ volatile("isb\n\tmrs %0, cntpct_el0" : "=r"(now) : : "memory");
	return now;
}

u32 time_hz(void)
{
	return timer_host.hz;
}

void timer_arm(u64 deadline)
{
	if (deadline == NO_DEADLINE) {
		write_sysreg(CNTHP_CTL_EL2, 0);
	} else {
		write_sysreg(CNTHP_CVAL_EL2, deadline);
		write_sysreg(CNTHP_CTL_EL2, CNT_CTL_ENABLE);
	}
	isb();
}

void timer_irq(void)
{
	write_sysreg(CNTHP_CTL_EL2, 0);
	isb();
	timer_expired();
}

BOOT_CODE enum err timer_init(const struct machine *m)
{
	u64 hz = read_sysreg(CNTFRQ_EL0);

	timer_host.intid[TIMER_VIRT] = m->timer.virt_intid;
	timer_host.intid[TIMER_PHYS] = m->timer.phys_intid;
	timer_host.hyp_intid = m->timer.hyp_intid;
	/* What firmware's table says overrides a register that it set wrongly. */
	timer_host.hz = m->timer.hz ? m->timer.hz : (u32)hz;
	/*
	 * An emulator without EL3 has the register but leaves it off, as SCR_EL3.ECVEn would: the physical counter would
	 * then not agree with the virtual one, nor with the deadlines of a timer that is put. Machines have EL3.
	 */
	timer_host.cntpoff = feature_has(FEAT_ECV_POFF) && feature_has(FEAT_EL3);
	if (!timer_host.hz)
		return ERR_INVAL;
	return m->timer.virt_intid - 16 < 16 && m->timer.hyp_intid - 16 < 16 && m->timer.phys_intid - 16 < 16
		       ? OK
		       : ERR_INVAL;
}

BOOT_CODE void timer_cpu_init(void)
{
	write_sysreg(CNTHP_CTL_EL2, 0);
	write_sysreg(CNTV_CTL_EL0, 0);
	write_sysreg(CNTP_CTL_EL0, 0);
	write_sysreg(CNTVOFF_EL2, 0);
	write_sysreg(CNTHCTL_EL2, 0);
	/* On every CPU or on none. */
	timer_host.cntpoff = timer_host.cntpoff && feature_has(FEAT_ECV_POFF); /* of all CPUs */
	isb();
}

/* ---- guest timers ---- */

u32 cnt_ctl_read(enum guest_timer t)
{
	return (u32)(t == TIMER_VIRT ? read_sysreg(CNTV_CTL_EL0) : read_sysreg(CNTP_CTL_EL0));
}

u64 cnt_cval_read(enum guest_timer t)
{
	return t == TIMER_VIRT ? read_sysreg(CNTV_CVAL_EL0) : read_sysreg(CNTP_CVAL_EL0);
}

void cnt_write(enum guest_timer t, u64 cval, u32 ctl)
{
	if (t == TIMER_VIRT) {
		write_sysreg(CNTV_CVAL_EL0, cval);
		isb();
		write_sysreg(CNTV_CTL_EL0, ctl);
	} else {
		write_sysreg(CNTP_CVAL_EL0, cval);
		isb();
		write_sysreg(CNTP_CTL_EL0, ctl);
	}
	isb();
}

void cnt_offset_write(u64 offset)
{
	write_sysreg(CNTVOFF_EL2, offset);
	/* Without an offset of its own the physical counter would not agree with the virtual one: both trap. */
	if (!timer_host.cntpoff)
		return;
	write_sysreg(CNTPOFF_EL2, offset);
	write_sysreg(CNTHCTL_EL2, CNTHCTL_EL1PCTEN | CNTHCTL_EL1PCEN | CNTHCTL_ECV);
}

bool timer_ppi_asserted(u32 intid)
{
	u32 ctl = cnt_ctl_read(intid == timer_host.intid[TIMER_VIRT] ? TIMER_VIRT : TIMER_PHYS);

	return ctl == (CNT_CTL_ENABLE | CNT_CTL_ISTATUS);
}
