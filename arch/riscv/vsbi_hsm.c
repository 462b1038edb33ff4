/* SPDX-License-Identifier: Apache-2.0 */
/* SBI 3.0, chapter 9: hart state management; hart n is vCPU n. */
#include "arch/riscv/vsbi.h"
#include "core/aspace.h"
#include "hal/vcpu.h"

enum hart_state { STARTED, STOPPED, START_PENDING, STOP_PENDING, SUSPENDED, SUSPEND_PENDING, RESUME_PENDING };

#define SUSPEND_RETENTIVE 0u
#define SUSPEND_NON_RETENTIVE 0x80000000u

static struct vcpu *hart(struct vcpu_arch *a, u64 id)
{
	struct vm *vm = a->core->vm;

	return id < vm->nr_vcpus ? &vm->vcpus[id] : NULL;
}

/* The one translation of internal outcomes to SBI's. */
static s64 start_error(enum err e)
{
	return e == OK                           ? SBI_SUCCESS
	       : e == ERR_EXIST || e == ERR_BUSY ? SBI_ERR_ALREADY_AVAILABLE
						 : SBI_ERR_FAILED;
}

static s64 hart_start(struct vcpu_arch *a, u64 *value UNUSED)
{
	struct vcpu *target = hart(a, a->x[A0]);
	u64 entry = a->x[A1];

	if (!target)
		return SBI_ERR_INVALID_PARAM;
	if ((entry & 1) || !aspace_is_mapped(a->core->vm->aspace, GPA(entry), PT_X))
		return SBI_ERR_INVALID_ADDRESS;
	return start_error(vcpu_power_on(target, GPA(entry), a->x[A2]));
}

static s64 hart_stop(struct vcpu_arch *a, u64 *value UNUSED)
{
	vcpu_power_off(a->core);
	return SBI_SUCCESS; /* not seen by anybody */
}

static s64 hart_get_status(struct vcpu_arch *a, u64 *value)
{
	static const u8 state[] = {
		[VCPU_OFF] = STOPPED, [VCPU_ON_PENDING] = START_PENDING, [VCPU_ON] = STARTED};
	struct vcpu *target = hart(a, a->x[A0]);

	if (!target)
		return SBI_ERR_INVALID_PARAM;
	*value = state[vcpu_power_state(target)];
	return SBI_SUCCESS;
}

/* By the convention of an answer a0 is the hart and a1 what was asked to be there (table 9.4). */
s64 vsbi_sleep(struct vcpu_arch *a, u64 entry, u64 opaque, u64 *value)
{
	if ((entry & 1) || !aspace_is_mapped(a->core->vm->aspace, GPA(entry), PT_X))
		return SBI_ERR_INVALID_ADDRESS;
	csr_write(CSR_SEPC, entry);
	csr_write(CSR_VSATP, 0);
	csr_clear(CSR_VSSTATUS, SSTATUS_SIE);
	csr_set(CSR_SSTATUS, SSTATUS_SPP);
	csr_set(CSR_HSTATUS, HSTATUS_SPVP);
	vcpu_block(a->core);
	*value = opaque;
	return a->core->index;
}

static s64 hart_suspend(struct vcpu_arch *a, u64 *value)
{
	u32 type = (u32)a->x[A0];

	if (type == SUSPEND_NON_RETENTIVE)
		return vsbi_sleep(a, a->x[A1], a->x[A2], value);
	if (type !=
	    SUSPEND_RETENTIVE) /* reserved, or a platform's own, of which there are none (tables 9.3 and 9.5) */
		return SBI_ERR_INVALID_PARAM;
	vcpu_block(a->core);
	return SBI_SUCCESS;
}

static const vsbi_fn functions[] = {hart_start, hart_stop, hart_get_status, hart_suspend};

void vsbi_hsm(struct vcpu_arch *a)
{
	VSBI_FUNCTION(a, functions);
}
