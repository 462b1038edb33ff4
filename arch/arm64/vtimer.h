/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vCPU's generic timers. The virtual timer is hardware's: its physical PPI
 * comes to the host, stays active there and is linked to a list register, so
 * that the guest's deactivation lets it fire again. The EL1 physical timer goes
 * the same way where CNTPOFF_EL2 exists (FEAT_ECV), else its registers trap and a
 * software timer stands for it. Both count guest time: the machine's counter less
 * the VM's offset, which hides the time the VM was stopped.
 *
 * While the vCPU is put its timers stand here and drive nothing: what fired and
 * was not yet acknowledged fires again at load. No lock: home CPU only, but for
 * the offset, which changes while all vCPUs are put.
 */
#ifndef ARM64_VTIMER_H
#define ARM64_VTIMER_H

#include "arch/arm64/timer_regs.h"
#include "core/timer.h"
#include "hal/types.h"

struct vm;
struct vcpu;
struct vgic_cpu;

/* INTIDs the guest sees (its device tree says so). */
#define VTIMER_PHYS_INTID 30u
#define VTIMER_VIRT_INTID 27u

/* Of a VM. */
struct vtimer_vm {
	u64 offset;     /* guest time = counter - offset */
	u64 stopped_at; /* counter when the VM's time stopped */
	bool stopped;
};

struct vtimer_regs {
	u64 cval; /* guest time */
	u32 ctl;  /* ENABLE, IMASK */
};

struct vtimer {
	struct vtimer_vm *vm;
	struct vgic_cpu *vgic;
	struct vtimer_regs regs[GUEST_TIMERS]; /* stale while loaded, where hardware has the timer */
	struct ktimer soft;                    /* stands for the trapped physical timer while loaded */
	bool loaded;
};

/* ---- for the architecture's VM code; vgic_vm.c ---- */

/* Boot, once a vCPU; reset: as after power-on, while put. */
void vtimer_vcpu_init(struct vcpu *vcpu);
void vtimer_vcpu_reset(struct vcpu *vcpu);
/* Guest time starts at zero. No vCPU is loaded. */
void vtimer_vm_reset(struct vm *vm);
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
void vtimer_init(struct vtimer *t, struct vtimer_vm *vm, struct vgic_cpu *vgic);
void vtimer_reset(struct vtimer *t);
void vtimer_cpu_load(struct vtimer *t);
void vtimer_cpu_put(struct vtimer *t);
/* While put: host ticks at which the first timer will assert; NO_DEADLINE for none. */
u64 vtimer_deadline(const struct vtimer *t);
/* While put: make interrupts of what has expired. */
void vtimer_expire(struct vtimer *t);
/* (home) A trapped access of the loaded vCPU to CNTP_*_EL0 or CNTPCT_EL0. False: not one of them. */
bool vtimer_access(struct vtimer *t, u32 enc, bool write, u64 *val);
/* No vCPU is loaded; strictly in turn. */
void vtimer_time_stop(struct vtimer_vm *vm);
void vtimer_time_start(struct vtimer_vm *vm);

#endif
