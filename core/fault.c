/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ends a VM by its own doing, and what then becomes of it: `on-fault`,
 * `on-reset` and the limit on restarts.
 *
 * vm_fault() runs on the faulting vCPU's CPU; vm_outcome() on the CPU of vm_work(). No locks.
 */
#include "core/cpu.h"
#include "core/vm.h"
#include "hal/cpu.h"
#include "hal/vcpu.h"

void vm_fault(struct vcpu *vcpu, const char *reason)
{
	struct vm *vm = vcpu->vm;

	store_relaxed(&vm->fault_reason, reason);
	vm_notice(vm, vm_event_name(VM_EV_FAULT), reason);
	vcpu_dump(vcpu);
	vcpu_hold(vcpu, VCPU_HELD_FAULT);
	vm_post(vm, VM_EV_FAULT);
}

static void forget_restarts(struct vm *vm)
{
	vm->nr_restarts = 0;
}

/* Count one; it is one too many when the VM_RESTARTS before it all lie in the last VM_RESTARTS_S seconds. */
static enum vm_event restart(struct vm *vm)
{
	u64 now = time_now();
	u64 *oldest = &vm->restarts[vm->nr_restarts % VM_RESTARTS];

	if (vm->nr_restarts >= VM_RESTARTS && now - *oldest < (u64)time_hz() * VM_RESTARTS_S) {
		vm_notice(vm, "more than 5 restarts in 10 s", NULL);
		return VM_EV_HALT;
	}
	*oldest = now;
	vm->nr_restarts++;
	return VM_EV_RESET;
}

enum vm_event vm_outcome(struct vm *vm, enum vm_event ev)
{
	static const u8 on_fault[] = {
		[FAULT_HALT] = VM_EV_HALT,
		[FAULT_RESTART] = VM_EV_GUEST_RESET,
		[FAULT_DESTROY] = VM_EV_DESTROY,
	};
	static const u8 on_reset[] = {[RESET_RESTART] = VM_EV_GUEST_RESET, [RESET_HALT] = VM_EV_HALT};

	if (ev == VM_EV_FAULT)
		ev = (enum vm_event)on_fault[vm->plan->on_fault];
	else if (ev == VM_EV_GUEST_RESET)
		ev = (enum vm_event)on_reset[vm->plan->on_reset];
	else if (ev == VM_EV_RESET || ev == VM_EV_START)
		forget_restarts(vm);
	return ev == VM_EV_GUEST_RESET ? restart(vm) : ev;
}
