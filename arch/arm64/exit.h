/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the vectors call, and the parts an exit is handled in. Every function
 * runs on the CPU that the vCPU is loaded on.
 */
#ifndef ARM64_EXIT_H
#define ARM64_EXIT_H

#include "arch/arm64/sysreg.h"
#include "arch/arm64/vcpu_arch.h"
#include "hal/types.h"

struct cpu;
struct vcpu;
struct vcpu_arch;

/* ---- from vectors.S ---- */
/*
 * By exception class, or NULL: exits that happen often. Only x0-x18 and x30 of the guest are in `a` (exit_fast_reg);
 * false: nothing was done, exit_sync() is called with all of them.
 */
extern bool (*const exit_fast[64])(struct vcpu_arch *a, u64 esr);
/* HVC and physical interrupts are handled with those registers; the others with all of them. */
void exit_hvc(struct vcpu_arch *a);
void exit_irq(struct vcpu_arch *a);
void exit_sync(struct vcpu_arch *a, u64 esr);
void exit_serror(struct vcpu_arch *a);
/* An exception inside the hypervisor, `frame` x0..x30 and SP: said, then the machine stops. */
NORETURN void exit_from_host(u64 vector, const u64 *frame);
/* vectors.S: take an SError that is pending; its ESR_EL2, or 0. Nowhere else does the hypervisor take one. */
u64 serror_window(void);
/* This CPU's first guest, from its whole stack. */
NORETURN void enter_first(struct cpu *cpu);

/* ---- general registers; 31 is the zero register ---- */
static inline u64 exit_reg_get(const struct vcpu_arch *a, u32 n)
{
	return n < 31 ? a->x[n] : 0;
}
static inline void exit_reg_set(struct vcpu_arch *a, u32 n, u64 value)
{
	if (n < 31)
		a->x[n] = value;
}
static inline bool exit_fast_reg(u32 n)
{
	return n < 19 || n > 29;
}

/* PSTATE behind an instruction that did not run: single step, branch type and IT state follow (D2.12.5). */
u64 exit_advance(u64 spsr);
/* Go on behind the trapped instruction. */
static inline void exit_skip(u64 esr)
{
	u64 spsr = read_sysreg(SPSR_EL2);

	write_sysreg(ELR_EL2, read_sysreg(ELR_EL2) + (esr & ESR_IL ? 4 : 2));
	if (unlikely(spsr & (PSR_SS | PSR_NRW | PSR_BTYPE)))
		write_sysreg(SPSR_EL2, exit_advance(spsr));
}

/* ---- exceptions into the guest's EL1 (D1.3.6); the vCPU is loaded and ELR_EL2 at the instruction ---- */
void inject_undef(struct vcpu_arch *a);
/* Abort of an instruction or data access; `iss`: status code and, for data, CM and WnR; FnV: `far` counts for nothing. */
void inject_abort(struct vcpu_arch *a, bool instruction, u64 far, u64 iss);
void inject_serror(struct vcpu_arch *a, u64 syndrome);

/* ---- handlers ---- */
void exit_abort(struct vcpu_arch *a, u64 esr); /* abort.c */
bool exit_fast_abort(struct vcpu_arch *a, u64 esr);
void exit_instruction_abort(struct vcpu_arch *a, u64 esr);
void exit_sysreg(struct vcpu_arch *a, u64 esr); /* trap.c */
bool exit_fast_sysreg(struct vcpu_arch *a, u64 esr);
void smccc_call(struct vcpu_arch *a); /* smccc.c: HVC; the return address is set */
void exit_smc(struct vcpu_arch *a, u64 esr);
bool debug_access(struct vcpu_arch *a, u32 enc, bool write, u64 *value); /* debug.c */
void debug_load(const struct vcpu_arch *a);
void debug_save(const struct vcpu_arch *a);
/* A set/way operation: true when it is complete, false: come back for the next slice (setway.c). */
bool setway_step(struct vcpu_arch *a);
bool setway_vm_register(struct vcpu_arch *a, u32 enc, u64 value);
/* SErrors that the vCPU caused become its own before anybody else runs. */
void serror_drain(struct vcpu *vcpu);

/* What vCPU `index` reads as MPIDR_EL1. */
u64 vcpu_mpidr(u32 index);
/* Boot: this CPU walks no guest's tables until the first vcpu_load(). */
void vcpu_regime_init(void);
/* ESR_EL2.EC for people. */
const char *exit_class_name(u32 ec);

#endif
