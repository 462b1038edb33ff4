/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vCPU state in and out of a CPU. All functions marked (home) in hal/vcpu.h
 * run on the vCPU's CPU with interrupts masked; no locks here.
 *
 * Between two guests, EL1 walks are disabled (TCR_EL1.EPDx, with SCTLR_EL1.M
 * set so that TCR counts) and stage 2 is an empty table: neither speculation nor
 * an AT instruction can cache a mix of two guests (Cortex-A57 1319537, A72
 * 1319367 and the general rule of DDI 0487 D8.17.5).
 */
#include "arch/arm64/cpu_arch.h"
#include "arch/arm64/el2.h"
#include "arch/arm64/exit.h"
#include "arch/arm64/feature.h"
#include "arch/arm64/stage2.h"
#include "arch/arm64/sve.h"
#include "arch/arm64/sysreg.h"
#include "arch/arm64/vcpu_arch.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/mmio.h"
#include "core/string.h"
#include "hal/vcpu.h"

#define TCR_NO_WALKS (TCR_EPD0 | TCR_EPD1)

BOOT_CODE size_t vcpu_arch_size(void)
{
	return (size_t)align_up(sizeof(struct vcpu_arch), 64) + sve_state_size();
}

BOOT_CODE size_t vm_arch_size(const struct vm_plan *plan UNUSED)
{
	return (size_t)align_up(sizeof(struct vm_arch), 64);
}

static u64 hcr_for(const struct vm_plan *plan)
{
	u64 hcr = HCR_GUEST;

	if (feature_has(FEAT_RAS))
		hcr |= HCR_TERR;
	if (feature_has(FEAT_MTE2))
		hcr |= HCR_TID5; /* GMID_EL1; ATA is clear, so tags cannot be used and their registers trap */
	if (feature_has(FEAT_PAUTH))
		hcr |= HCR_APK | HCR_API;
	if (plan->policy != POLICY_PINNED)
		hcr |= HCR_TWI | HCR_TWE;
	return hcr;
}

/* MPIDR of vCPU i: 16 CPUs a cluster, so that an SGI target list reaches each (IHI 0069, 12.11.21). */
u64 vcpu_mpidr(u32 index)
{
	return BIT(31) | (index & 0xf) | (u64)(index >> 4) << 8;
}

BOOT_CODE void vcpu_arch_init(struct vcpu *vcpu)
{
	struct vcpu_arch *a = vcpu->arch;

	a->core = vcpu;
	a->mmio_last = &vcpu->vm->mmio->region[0];
	a->hcr = hcr_for(vcpu->vm->plan);
	a->vmpidr = vcpu_mpidr(vcpu->index);
	if (sve_state_size())
		a->sve = (u8 *)a + align_up(sizeof(*a), 64);
	vgic_vcpu_init(vcpu);
	vtimer_vcpu_init(vcpu);
}

static void regs_reset(struct vcpu_arch *a)
{
#define RESET(name, reg, value) a->name = (value);
	EL1_REGS(RESET)
	EL1_PAUTH_REGS(RESET)
	EL1_RAS_REGS(RESET)
#undef RESET
	a->sctlr = SCTLR_EL1_RES1;
	a->tcr = 0;
	a->zcr = 0;
	a->oslsr = 0;
	a->debug_used = false;
	a->sw_done = false;
	a->sw_piece = 0;
	a->sw_pos = 0;
	memset(a->dbgbvr, 0, sizeof(a->dbgbvr));
	memset(a->dbgbcr, 0, sizeof(a->dbgbcr));
	memset(a->dbgwvr, 0, sizeof(a->dbgwvr));
	memset(a->dbgwcr, 0, sizeof(a->dbgwcr));
	memset(&a->fp, 0, sizeof(a->fp));
	if (a->sve)
		memset(a->sve, 0, sve_state_size());
}

void vcpu_arch_reset(struct vcpu *vcpu, gpa_t entry, u64 arg)
{
	struct vcpu_arch *a = vcpu->arch;

	memset(a->x, 0, sizeof(a->x));
	regs_reset(a);
	a->x[0] = arg;
	a->pc = entry.v;
	a->pstate = PSR_D | PSR_A | PSR_I | PSR_F | PSR_MODE_EL1H;
	a->hcr = hcr_for(vcpu->vm->plan);
	vgic_vcpu_reset(vcpu);
	vtimer_vcpu_reset(vcpu);
}

/* The GIC is emulated; list registers are nobody's for good. */
BOOT_CODE void vm_arch_claim(struct vm_plan *plan UNUSED)
{
}

BOOT_CODE enum err vm_arch_init(struct vm *vm)
{
	vm->arch->core = vm;
	feature_view_init(&vm->arch->features, vm->plan);
	vgic_vm_init(vm);
	return OK;
}

BOOT_CODE enum err vm_arch_map(struct vm *vm, struct mmio_map *map)
{
	return vgic_map(vm, map);
}

BOOT_CODE void vm_arch_bind(struct vm *vm, hpa_t root, u32 ipa_bits)
{
	stage2_bind(vm->arch, root, ipa_bits);
}

void vm_arch_reset(struct vm *vm)
{
	vgic_vm_reset(vm);
	guest_clock_reset(&vm->arch->clock);
}

static void fp_save(struct fp_regs *fp)
{
	__asm__ volatile(
		".arch_extension fp\n\t.arch_extension simd\n\t"
		"stp q0, q1, [%0, #0]\n\tstp q2, q3, [%0, #32]\n\tstp q4, q5, [%0, #64]\n\t"
		"stp q6, q7, [%0, #96]\n\tstp q8, q9, [%0, #128]\n\tstp q10, q11, [%0, #160]\n\t"
		"stp q12, q13, [%0, #192]\n\tstp q14, q15, [%0, #224]\n\tstp q16, q17, [%0, #256]\n\t"
		"stp q18, q19, [%0, #288]\n\tstp q20, q21, [%0, #320]\n\tstp q22, q23, [%0, #352]\n\t"
		"stp q24, q25, [%0, #384]\n\tstp q26, q27, [%0, #416]\n\tstp q28, q29, [%0, #448]\n\t"
		"stp q30, q31, [%0, #480]\n\t"
		:
		: "r"(fp->v)
		: "memory");
	fp->fpsr = read_sysreg(FPSR);
	fp->fpcr = read_sysreg(FPCR);
}

static void fp_load(const struct fp_regs *fp)
{
	__asm__ volatile(
		".arch_extension fp\n\t.arch_extension simd\n\t"
		"ldp q0, q1, [%0, #0]\n\tldp q2, q3, [%0, #32]\n\tldp q4, q5, [%0, #64]\n\t"
		"ldp q6, q7, [%0, #96]\n\tldp q8, q9, [%0, #128]\n\tldp q10, q11, [%0, #160]\n\t"
		"ldp q12, q13, [%0, #192]\n\tldp q14, q15, [%0, #224]\n\tldp q16, q17, [%0, #256]\n\t"
		"ldp q18, q19, [%0, #288]\n\tldp q20, q21, [%0, #320]\n\tldp q22, q23, [%0, #352]\n\t"
		"ldp q24, q25, [%0, #384]\n\tldp q26, q27, [%0, #416]\n\tldp q28, q29, [%0, #448]\n\t"
		"ldp q30, q31, [%0, #480]\n\t"
		:
		: "r"(fp->v)
		: "memory");
	write_sysreg(FPSR, fp->fpsr);
	write_sysreg(FPCR, fp->fpcr);
}

static void optional_save(struct vcpu_arch *a)
{
#define SAVE(name, reg, reset) a->name = read_sysreg(reg);
	if (feature_has(FEAT_PAUTH)) {
		EL1_PAUTH_REGS(SAVE)
	}
	if (feature_has(FEAT_RAS)) {
		EL1_RAS_REGS(SAVE)
	}
	if (feature_has(FEAT_SVE))
		a->zcr = read_sysreg(ZCR_EL1);
	EL1_REGS(SAVE)
#undef SAVE
}

static void optional_load(const struct vcpu_arch *a)
{
#define LOAD(name, reg, reset) write_sysreg(reg, a->name);
	if (feature_has(FEAT_PAUTH)) {
		EL1_PAUTH_REGS(LOAD)
	}
	if (feature_has(FEAT_RAS)) {
		EL1_RAS_REGS(LOAD)
	}
	if (feature_has(FEAT_SVE))
		write_sysreg(ZCR_EL1, a->zcr);
	EL1_REGS(LOAD)
#undef LOAD
}

/* EL1 translation of this CPU yields nothing until regime_open(). */
static void regime_close(void)
{
	write_sysreg(TCR_EL1, TCR_NO_WALKS);
	isb();
	write_sysreg(SCTLR_EL1, SCTLR_EL1_RES1 | SCTLR_M);
	isb();
}

static void regime_open(const struct vcpu_arch *a)
{
	isb();
	write_sysreg(SCTLR_EL1, a->sctlr);
	isb();
	write_sysreg(TCR_EL1, a->tcr);
}

BOOT_CODE void vcpu_regime_init(void)
{
	regime_close();
}

void vcpu_load(struct vcpu *vcpu)
{
	struct vcpu_arch *a = vcpu->arch;
	struct vm_arch *vm = vcpu->vm->arch;

	/* Walks are off: by vcpu_put() or vcpu_regime_init(). */
	write_sysreg(HCR_EL2, a->hcr);
	write_sysreg(MDCR_EL2, this_cpu_arch()->mdcr);
	write_sysreg(VMPIDR_EL2, a->vmpidr);
	write_sysreg(ELR_EL2, a->pc);
	write_sysreg(SPSR_EL2, a->pstate);
	optional_load(a);
	if (a->debug_used)
		debug_load(a);
	stage2_load(vm, vcpu->index);
	if (a->sve)
		sve_load(a->sve, &a->fp.fpsr);
	else
		fp_load(&a->fp);
	vgic_load(vcpu);
	vtimer_load(vcpu);
	regime_open(a);
	this_cpu_arch()->vcpu = a;
}

void vcpu_put(struct vcpu *vcpu)
{
	struct vcpu_arch *a = vcpu->arch;

	serror_drain(vcpu);
	a->pc = read_sysreg(ELR_EL2);
	a->pstate = read_sysreg(SPSR_EL2);
	a->sctlr = read_sysreg(SCTLR_EL1);
	a->tcr = read_sysreg(TCR_EL1);
	optional_save(a);
	if (a->debug_used)
		debug_save(a);
	regime_close();
	vtimer_put(vcpu);
	vgic_put(vcpu);
	if (a->sve)
		sve_save(a->sve, &a->fp.fpsr);
	else
		fp_save(&a->fp);
	stage2_put();
	write_sysreg(HCR_EL2, HCR_HOST);
	isb();
}
