/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vCPU's generic timers. The virtual timer is hardware's: its physical PPI
 * comes to the host, stays active there and is linked to a list register, so
 * that the guest's deactivation lets it fire again. The EL1 physical timer goes
 * the same way where CNTPOFF_EL2 exists (FEAT_ECV), else its registers trap and a
 * software timer stands for it. Both count guest time (core/guest_clock.h).
 *
 * While the vCPU is put its timers stand here and drive nothing: what fired and
 * was not yet acknowledged fires again at load. No lock: home CPU only, but for
 * the offset, which changes while all vCPUs are put.
 */
#ifndef ARM64_VTIMER_H
#define ARM64_VTIMER_H

#include "arch/arm64/timer_regs.h"
#include "core/guest_clock.h"
#include "core/timer.h"
#include "hal/types.h"

struct vm;
struct vcpu;
struct vgic_cpu;

/* INTIDs the guest sees (its device tree says so). */
#define VTIMER_PHYS_INTID 30u
#define VTIMER_VIRT_INTID 27u

struct vtimer_regs {
	u64 cval; /* guest time */
	u32 ctl;  /* ENABLE, IMASK */
};

struct vtimer {
	const struct guest_clock *clock; /* the VM's */
	struct vgic_cpu *vgic;
	struct vtimer_regs regs[GUEST_TIMERS]; /* stale while loaded, where hardware has the timer */
	struct ktimer soft;                    /* stands for the trapped physical timer while loaded */
	bool loaded;
};

/* ---- for the architecture's VM code; vgic_vm.c ---- */

/* Boot, once a vCPU; reset: as after power-on, while put. */
void vtimer_vcpu_init(struct vcpu *vcpu);
void vtimer_vcpu_reset(struct vcpu *vcpu);
/* (home) In this order: vgic_load(), vtimer_load(); vtimer_put(), vgic_put(). */
void vtimer_load(struct vcpu *vcpu);
void vtimer_put(struct vcpu *vcpu);
/*
 * (home) The physical interrupt of a guest timer was acknowledged and its priority
 * dropped. It stays active until the guest deactivates it, or is deactivated here
 * when it was spurious.
 */
void vtimer_irq(enum guest_timer t);
/* ---- the timers themselves ---- */

/* Boot; then as vtimer_vcpu_reset(), vtimer_load() and vtimer_put(). */
void vtimer_init(struct vtimer *t, const struct guest_clock *clock, struct vgic_cpu *vgic);
void vtimer_reset(struct vtimer *t);
void vtimer_cpu_load(struct vtimer *t);
void vtimer_cpu_put(struct vtimer *t);
/* While put: host ticks at which the first timer will assert; NO_DEADLINE for none. */
u64 vtimer_deadline(const struct vtimer *t);
/* While put: make interrupts of what has expired. */
void vtimer_expire(struct vtimer *t);
/* (home) A trapped access of the loaded vCPU to CNTP_*_EL0 or CNTPCT_EL0. False: not one of them. */
bool vtimer_access(struct vtimer *t, u32 enc, bool write, u64 *val);

#endif
