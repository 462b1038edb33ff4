/* SPDX-License-Identifier: Apache-2.0 */
/* See vtimer.h. */
#include "arch/riscv/vtimer.h"
#include "arch/riscv/csr.h"
#include "arch/riscv/feature.h"
#include "arch/riscv/vcpu_arch.h"
#include "core/cpu.h"
#include "hal/vcpu.h"

#define VSTIP IRQ_BIT(IRQ_VSTI)

static bool sstc(void)
{
	return host_features.henvcfg >> ENVCFG_STCE_SHIFT & 1;
}

static const struct guest_clock *clock_of(const struct vcpu_arch *a)
{
	return &a->core->vm->arch->clock;
}

/* Host ticks at which guest time `at` comes. */
static u64 host_time(const struct vcpu_arch *a, u64 at)
{
	return at == NO_DEADLINE ? at : guest_clock_deadline(clock_of(a), at);
}

static void soft_fired(struct ktimer *t)
{
	struct vcpu_arch *a = container_of(t, struct vcpu_arch, vtimer.soft);

	a->hvip |= VSTIP;
	csr_set(CSR_HVIP, VSTIP);
}

BOOT_CODE void vtimer_init(struct vcpu *vcpu)
{
	ktimer_init(&vcpu->arch->vtimer.soft, soft_fired);
}

void vtimer_reset(struct vcpu *vcpu)
{
	vcpu->arch->vtimer.deadline = NO_DEADLINE;
	vcpu->arch->vtimer.told = false;
}

void vtimer_load(struct vcpu_arch *a)
{
	struct vtimer *t = &a->vtimer;

	t->told = false;
	csr_write(CSR_HTIMEDELTA, 0 - clock_of(a)->offset);
	if (sstc()) {
		csr_write(CSR_VSTIMECMP, t->deadline);
		return;
	}
	if (host_time(a, t->deadline) <= time_now())
		a->hvip |= VSTIP;
	else
		ktimer_set(&t->soft, host_time(a, t->deadline));
}

void vtimer_put(struct vcpu_arch *a)
{
	if (sstc()) {
		a->vtimer.deadline = csr_read(CSR_VSTIMECMP);
		csr_write(CSR_VSTIMECMP, NO_DEADLINE);
	} else {
		ktimer_cancel(&a->vtimer.soft);
	}
	csr_write(CSR_HTIMEDELTA, 0);
}

/* Clears the pending interrupt (SBI 3.0, 6.1). */
void vtimer_set(struct vcpu_arch *a, u64 deadline)
{
	struct vtimer *t = &a->vtimer;
	u64 at;

	if (likely(sstc())) {
		csr_write(CSR_VSTIMECMP, deadline);
		return;
	}
	t->deadline = deadline;
	at = host_time(a, deadline);
	if (at <= time_now()) {
		ktimer_cancel(&t->soft);
		csr_set(CSR_HVIP, VSTIP);
		return;
	}
	csr_clear(CSR_HVIP, VSTIP);
	ktimer_set(&t->soft, at);
}

bool vtimer_pending(const struct vcpu_arch *a)
{
	return host_time(a, a->vtimer.deadline) <= time_now();
}

u64 vcpu_deadline(struct vcpu *vcpu)
{
	const struct vcpu_arch *a = vcpu->arch;

	return a->vtimer.told || !(a->vsie & IRQ_BIT(IRQ_STI)) ? NO_DEADLINE
							       : host_time(a, a->vtimer.deadline);
}

void vcpu_timer_expired(struct vcpu *vcpu)
{
	vcpu->arch->vtimer.told = true;
}

void vm_time_stop(struct vm *vm)
{
	guest_clock_stop(&vm->arch->clock);
}

void vm_time_start(struct vm *vm)
{
	guest_clock_start(&vm->arch->clock);
}
