/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Set/way cache maintenance by a guest. It cannot be passed on (it would act
 * on one CPU's caches and on everybody's lines), and what a guest means by a loop of them is
 * "all my memory", so the first one cleans and invalidates all of the VM's RAM by
 * address, in slices: the instruction is taken again until the last slice. After
 * that the loop is free of cost, until the guest switches its data cache
 * on or off (HCR_EL2.TVM shows it), where the same is done once more.
 */
#include "arch/arm64/exit.h"
#include "arch/arm64/sysreg.h"
#include "arch/arm64/vcpu_arch.h"
#include "core/aspace.h"
#include "hal/mem.h"

#define SLICE KIB(64)

static void trap_vm_registers(struct vcpu_arch *a, bool on)
{
	/* Not a->hcr: the guest may have taken a virtual SError that stands there as pending. */
	u64 hcr = read_sysreg(HCR_EL2) & ~(u64)HCR_TVM;

	a->hcr = hcr | (on ? HCR_TVM : 0);
	write_sysreg(HCR_EL2, a->hcr);
}

/* One slice of the VM's RAM; true after the last. The plan is constant, so is what is walked. */
static bool clean_slice(struct vcpu_arch *a)
{
	const struct vm_plan *plan = a->core->vm->plan;
	const struct vm_ram *ram = &plan->ram[a->sw_piece];
	u64 got;
	void *va;

	if (a->sw_piece >= plan->nr_ram) {
		a->sw_piece = 0;
		return true;
	}
	va = window_open(HPA(ram->hpa.v + a->sw_pos), min_u64(SLICE, ram->size - a->sw_pos), &got);
	cache_clean_inval(va, got);
	window_close();
	a->sw_pos += got;
	if (a->sw_pos >= ram->size) {
		a->sw_pos = 0;
		a->sw_piece++;
	}
	return false;
}

bool setway_step(struct vcpu_arch *a)
{
	if (a->sw_done)
		return true;
	if (!clean_slice(a))
		return false;
	a->sw_done = true;
	trap_vm_registers(a, true);
	return true;
}

/* The registers that HCR_EL2.TVM traps, but for SCTLR_EL1 (trap.c names the encodings). */
static void vm_register_write(u32 enc, u64 v)
{
#define REG(op1, crn, crm, op2, name)                                            \
	if (enc == (3u << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))) { \
		write_sysreg(name, v);                                           \
		return;                                                          \
	}
	REG(0, 2, 0, 0, TTBR0_EL1)
	REG(0, 2, 0, 1, TTBR1_EL1)
	REG(0, 2, 0, 2, TCR_EL1)
	REG(0, 5, 1, 0, AFSR0_EL1)
	REG(0, 5, 1, 1, AFSR1_EL1)
	REG(0, 5, 2, 0, ESR_EL1)
	REG(0, 6, 0, 0, FAR_EL1)
	REG(0, 10, 2, 0, MAIR_EL1)
	REG(0, 10, 3, 0, AMAIR_EL1)
	REG(0, 13, 0, 1, CONTEXTIDR_EL1)
#undef REG
}

#define ENC_SCTLR_EL1 (3u << 14 | 1u << 7)

bool setway_vm_register(struct vcpu_arch *a, u32 enc, u64 value)
{
	if (enc != ENC_SCTLR_EL1) {
		vm_register_write(enc, value);
		return true;
	}
	if ((read_sysreg(SCTLR_EL1) ^ value) & SCTLR_C) {
		if (!clean_slice(a))
			return false;
		if (value & SCTLR_C) { /* caches are on again: what comes next is a new story */
			a->sw_done = false;
			trap_vm_registers(a, false);
		}
	}
	write_sysreg(SCTLR_EL1, value);
	return true;
}
