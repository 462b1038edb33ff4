/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exits: vectors.S -> one of exit_*() here -> a handler by exception class.
 * What only ends a guest goes to vm_fault() with a dump; nothing a guest does
 * reaches panic().
 */
#include "arch/arm64/exit.h"
#include "arch/arm64/cpu_arch.h"
#include "arch/arm64/feature.h"
#include "arch/arm64/gicv3.h"
#include "arch/arm64/irq.h"
#include "arch/arm64/sysreg.h"
#include "arch/arm64/vcpu_arch.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/trace.h"
#include "hal/vcpu.h"

/* AArch32 EL0 (D1.3.7.2): IT state advances with the instruction. SPSR.IT is {14:10, 26:25}, base condition in IT<7:5>. */
static u64 advance_it(u64 spsr)
{
	u64 it = BITS(spsr, 26, 25) | BITS(spsr, 15, 10) << 2;

	it = it & 7 ? (it & 0xe0) | ((it << 1) & 0x1f) : 0;
	spsr &= ~((3ULL << 25) | (0x3fULL << 10));
	return spsr | (it & 3) << 25 | (it >> 2) << 10;
}

u64 exit_advance(u64 spsr)
{
	spsr &= ~(u64)PSR_SS;
	return spsr & PSR_NRW ? advance_it(spsr) : spsr & ~(u64)PSR_BTYPE;
}

static void count(struct vcpu_arch *a, enum exit_reason reason)
{
	a->core->exits[reason]++;
}

/*
 * A conditional AArch32 instruction may trap although its condition fails (G1.20.2); then it does nothing. The
 * syndrome gives the condition where it can (CV), else it is the IT block's.
 */
static bool condition_failed(u64 esr, u64 spsr)
{
	u32 n = BITS(spsr, 31, 31), z = BITS(spsr, 30, 30), c = BITS(spsr, 29, 29), v = BITS(spsr, 28, 28);
	const u32 met[8] = {z, c, n, v, c && !z, n == v, !z && n == v, 1};
	u32 it = (u32)BITS(spsr, 15, 12), cond;

	if (!(spsr & PSR_NRW))
		return false;
	cond = esr & ISS_CV ? (u32)BITS(esr, 23, 20) : (BITS(spsr, 11, 10) | BITS(spsr, 26, 25)) ? it : 0xe;
	return cond < 0xe && met[cond >> 1] == (cond & 1);
}

static void exit_wfx(struct vcpu_arch *a, u64 esr)
{
	u64 ti = esr & 3; /* 0 WFI, 1 WFE, 2 WFIT, 3 WFET */
	bool failed = condition_failed(esr, read_sysreg(SPSR_EL2));

	exit_skip(esr);
	if (failed)
		return;
	if (ti) { /* the forms with a timeout may end before it (C6.2.413) */
		count(a, EXIT_YIELD);
		vcpu_yield(a->core);
	} else {
		count(a, EXIT_IDLE);
		vcpu_block(a->core);
	}
}

static void exit_undef(struct vcpu_arch *a, u64 esr)
{
	trace_note(a->core, EXIT_FAULT, esr);
	inject_undef(a);
}

static void exit_aarch32(struct vcpu_arch *a, u64 esr)
{
	if (condition_failed(esr, read_sysreg(SPSR_EL2)))
		exit_skip(esr);
	else
		exit_undef(a, esr);
}

static void exit_hvc_full(struct vcpu_arch *a, u64 esr UNUSED)
{
	exit_hvc(a);
}

static COLD void exit_unhandled(struct vcpu_arch *a, u64 esr)
{
	trace_note(a->core, EXIT_FAULT, esr);
	log_warn("%s: unhandled exit, class %s (ESR_EL2 %llx): the guest gets an undefined instruction",
		 a->core->vm->plan->name, exit_class_name((u32)ESR_EC(esr)), (unsigned long long)esr);
	vcpu_dump(a->core);
	inject_undef(a);
}

struct exit_class {
	void (*handle)(struct vcpu_arch *a, u64 esr);
	const char *name;
};

/* By ESR_EL2.EC. A class without a handler is reported and becomes an undefined instruction. */
static const struct exit_class classes[64] = {
	[EC_UNKNOWN] = {exit_undef, "unknown reason"},
	[EC_WFX] = {exit_wfx, "WFI or WFE"},
	[EC_CP15_32] = {exit_aarch32, "AArch32 CP15 MCR/MRC"},
	[EC_CP15_64] = {exit_aarch32, "AArch32 CP15 MCRR/MRRC"},
	[EC_CP14_MR] = {exit_aarch32, "AArch32 CP14 MCR/MRC"},
	[EC_CP14_LS] = {exit_aarch32, "AArch32 CP14 LDC/STC"},
	[EC_FP_ACCESS] = {exit_undef, "FP or SIMD"},
	[EC_CP10_ID] = {exit_aarch32, "AArch32 VMRS"},
	[EC_PAC] = {exit_undef, "pointer authentication"},
	[EC_LS64] = {exit_undef, "LD64B or ST64B"},
	[EC_CP14_64] = {exit_aarch32, "AArch32 CP14 MRRC"},
	[EC_BTI] = {NULL, "branch target"},
	[EC_ILLEGAL] = {NULL, "illegal execution state"},
	[EC_HVC32] = {exit_undef, "AArch32 HVC"},
	[EC_SMC32] = {exit_aarch32, "AArch32 SMC"},
	[EC_SYS128] = {exit_undef, "128-bit system register"},
	[EC_HVC64] = {exit_hvc_full, "HVC"},
	[EC_SMC64] = {exit_smc, "SMC"},
	[EC_SYSREG] = {exit_sysreg, "system register"},
	[EC_SVE] = {exit_undef, "SVE"},
	[EC_ERET] = {exit_undef, "ERET"},
	[EC_SME] = {exit_undef, "SME"},
	[EC_IABT_LOW] = {exit_instruction_abort, "instruction abort"},
	[EC_DABT_LOW] = {exit_abort, "data abort"},
};

bool (*const exit_fast[64])(struct vcpu_arch *a, u64 esr) = {
	[EC_DABT_LOW] = exit_fast_abort,
	[EC_SYSREG] = exit_fast_sysreg,
};

const char *exit_class_name(u32 ec)
{
	return ec < ARRAY_SIZE(classes) && classes[ec].name ? classes[ec].name : "reserved";
}

static COLD void hvc_traced(struct vcpu_arch *a)
{
	trace_put(a->core, EXIT_HYPERCALL, a->x[0]);
	smccc_call(a);
}

void exit_hvc(struct vcpu_arch *a)
{
	count(a, EXIT_HYPERCALL);
	if (unlikely(trace_wanted()))
		hvc_traced(a);
	else
		smccc_call(a);
}

void exit_sync(struct vcpu_arch *a, u64 esr)
{
	const struct exit_class *c = &classes[ESR_EC(esr)];

	a->esr_exit = esr;
	if (likely(c->handle))
		c->handle(a, esr);
	else
		exit_unhandled(a, esr);
}

void exit_irq(struct vcpu_arch *a)
{
	count(a, EXIT_IRQ);
	irq_handle();
}

/* ---- SErrors (D1.3.4.5; RAS: DDI 0587) ---- */

#define SERROR_IDS BIT(24)
#define SERROR_AET(iss) BITS(iss, 12, 10)
#define AET_UC 0 /* uncontainable */

/* May the machine go on when a guest's access ended so? Without RAS nothing is known: only the guest is blamed. */
static bool containable(u64 iss)
{
	if (!feature_has(FEAT_RAS) || (iss & SERROR_IDS) || (iss & 0x3f) != 0x11)
		return true;
	return SERROR_AET(iss) != AET_UC;
}

static void blame(struct vcpu_arch *a, u64 iss)
{
	trace_note(a->core, EXIT_ERROR, iss);
	if (!containable(iss))
		panic("uncontainable SError in %s, syndrome %llx", a->core->vm->plan->name,
		      (unsigned long long)iss);
	log_warn("%s: vCPU %u caused an SError, syndrome %llx: delivered to it", a->core->vm->plan->name,
		 a->core->index, (unsigned long long)iss);
	inject_serror(a, iss);
}

void exit_serror(struct vcpu_arch *a)
{
	blame(a, ESR_ISS(read_sysreg(ESR_EL2)));
}

/* With RAS an SError that is pending is recorded instead of taken. */
static void drain_by_esb(struct vcpu *vcpu)
{
	u64 disr;

	dsb(sy);
	__asm__ volatile("hint #16" : : : "memory"); /* ESB: what is pending is recorded in DISR_EL1 */
	disr = read_sysreg(DISR_EL1);
	if (disr & BIT(31)) {
		write_sysreg(DISR_EL1, 0);
		blame(vcpu->arch, disr & 0x1ffffff);
	}
}

void serror_drain(struct vcpu *vcpu)
{
	u64 esr;

	/* A virtual SError the guest has taken is no longer pending. */
	vcpu->arch->hcr = (vcpu->arch->hcr & ~(u64)HCR_VSE) | (read_sysreg(HCR_EL2) & HCR_VSE);
	if (feature_has(FEAT_RAS)) {
		drain_by_esb(vcpu);
		return;
	}
	esr = serror_window();
	if (unlikely(esr))
		blame(vcpu->arch, ESR_ISS(esr));
}

/* ---- reports ---- */

u64 vcpu_pc(const struct vcpu *vcpu)
{
	return this_cpu()->current == vcpu ? read_sysreg(ELR_EL2) : vcpu->arch->pc;
}

void vcpu_dump(struct vcpu *vcpu)
{
	const struct vcpu_arch *a = vcpu->arch;
	bool loaded = this_cpu()->current == vcpu;
	u64 pc = loaded ? read_sysreg(ELR_EL2) : a->pc, ps = loaded ? read_sysreg(SPSR_EL2) : a->pstate;

	log_error("vCPU %s/%u: pc %016llx pstate %08llx", vcpu->vm->plan->name, vcpu->index,
		  (unsigned long long)pc, (unsigned long long)ps);
	for (u32 i = 0; i < 30; i += 3)
		log_error("  x%-2u %016llx  x%-2u %016llx  x%-2u %016llx", i, (unsigned long long)a->x[i],
			  i + 1, (unsigned long long)a->x[i + 1], i + 2, (unsigned long long)a->x[i + 2]);
	log_error("  x30 %016llx", (unsigned long long)a->x[30]);
	log_error("  last exit: %s, ESR_EL2 %08llx FAR_EL2 %016llx IPA %012llx",
		  exit_class_name((u32)ESR_EC(a->esr_exit)), (unsigned long long)a->esr_exit,
		  (unsigned long long)a->far_exit, (unsigned long long)a->hpfar_exit);
	trace_dump(this_cpu()->index);
}

static const char *const host_vectors[] = {"synchronous (SP0)", "IRQ (SP0)", "FIQ (SP0)", "SError (SP0)",
					   "synchronous",       "IRQ",       "FIQ",       "SError"};

void exit_from_host(u64 vector, const u64 *frame)
{
	struct cpu_arch *cpu = this_cpu_arch();

	if (cpu->dump_busy++)
		cpu_panic_stop();
	log_error("exception inside the hypervisor on CPU %u: %s", cpu->core ? cpu->core->index : 0,
		  vector < ARRAY_SIZE(host_vectors) ? host_vectors[vector] : "?");
	log_error("  ESR_EL2 %llx (%s) ELR_EL2 %llx FAR_EL2 %llx", (unsigned long long)read_sysreg(ESR_EL2),
		  exit_class_name((u32)ESR_EC(read_sysreg(ESR_EL2))),
		  (unsigned long long)read_sysreg(ELR_EL2), (unsigned long long)read_sysreg(FAR_EL2));
	for (u32 i = 0; i < 30; i += 3)
		log_error("  x%-2u %016llx  x%-2u %016llx  x%-2u %016llx", i, (unsigned long long)frame[i],
			  i + 1, (unsigned long long)frame[i + 1], i + 2, (unsigned long long)frame[i + 2]);
	log_error("  x30 %016llx  sp  %016llx", (unsigned long long)frame[30], (unsigned long long)frame[31]);
	panic("stopped by an exception inside the hypervisor");
}
