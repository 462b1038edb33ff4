/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vCPU's timer, in guest time: the machine's counter less the VM's offset (htimedelta), which hides the time that the
 * VM was stopped. With Sstc the guest programs vstimecmp and its interrupt comes without an exit; SBI set_timer does
 * the same for it. Without, a software timer of the hypervisor's makes hvip.VSTIP pending.
 *
 * While the vCPU is put its deadline stands here. No lock: home CPU only, but for the offset, which changes while all
 * vCPUs are put.
 */
#ifndef ARCH_RISCV_VTIMER_H
#define ARCH_RISCV_VTIMER_H

#include "core/timer.h"
#include "hal/types.h"

struct vcpu;
struct vcpu_arch;

struct vtimer {
	u64 deadline;       /* guest time; NO_DEADLINE: none. Stale while loaded, where Sstc has it */
	bool told;          /* put, and vcpu_timer_expired() has said that it passed */
	struct ktimer soft; /* without Sstc: while loaded */
};

void vtimer_init(struct vcpu *vcpu);
void vtimer_reset(struct vcpu *vcpu);
/* (home) The vCPU is being loaded or put; hvip is not written here but in vcpu->arch->hvip, before vintc_load(). */
void vtimer_load(struct vcpu_arch *a);
void vtimer_put(struct vcpu_arch *a);
/* (home, loaded) SBI set_timer. */
void vtimer_set(struct vcpu_arch *a, u64 deadline);
/* (home, put) Is its interrupt pending? */
bool vtimer_pending(const struct vcpu_arch *a);

#endif
