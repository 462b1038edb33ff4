/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated SiFive test finisher. It reads 0; only its first register does anything.
 * As with the firmware's calls for this, the vCPU that wrote is off from then on, and
 * the others run until the housekeeping CPU stops the VM.
 */
#include "drivers/emul/finisher.h"

#include "core/log.h"

static u64 vfinisher_read(void *dev UNUSED, struct vcpu *vcpu UNUSED, u64 off UNUSED, u32 size UNUSED)
{
	return 0;
}

static void end_vm(struct vcpu *vcpu, enum vm_event event)
{
	vm_post(vcpu->vm, event);
	vcpu_power_off(vcpu);
}

static void vfinisher_write(void *dev UNUSED, struct vcpu *vcpu, u64 off, u32 size UNUSED, u64 value)
{
	u32 what = value & 0xffff;

	if (off)
		return;
	if (what == FINISHER_FAIL)
		log_warn("%s: says that it failed, code %u", vcpu->vm->plan->name,
			 (u32)(value >> 16) & 0xffff);
	if (what == FINISHER_PASS || what == FINISHER_FAIL)
		end_vm(vcpu, VM_EV_HALT);
	else if (what == FINISHER_RESET)
		end_vm(vcpu, VM_EV_GUEST_RESET);
}

const struct mmio_ops vfinisher_mmio = {.sizes = 2 | 4, .read = vfinisher_read, .write = vfinisher_write};

BOOT_CODE enum err vfinisher_init(struct vm *vm, gpa_t base)
{
	return mmio_add(vm->mmio, base, FINISHER_SIZE, &vfinisher_mmio, NULL);
}
