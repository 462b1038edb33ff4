/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What entry.S calls, and the parts an exit is handled in. Every function runs on the hart that the vCPU is loaded on.
 */
#ifndef ARCH_RISCV_EXIT_H
#define ARCH_RISCV_EXIT_H

#include "arch/riscv/csr.h"
#include "arch/riscv/vcpu_arch.h"
#include "core/trace.h"
#include "hal/types.h"

struct cpu;

/* ---- from entry.S ---- */
/* ECALL from VS-mode and interrupts: of the guest's registers only the caller-saved are in `a`. The rest: all are. */
void exit_ecall(struct vcpu_arch *a);
void exit_irq(struct vcpu_arch *a, u64 scause);
/* A load or store guest-page fault, as it nearly always is; false: nothing was done, exit_sync() is called with all registers. */
bool exit_fast_fault(struct vcpu_arch *a, u64 scause);
void exit_sync(struct vcpu_arch *a, u64 scause);
/* A trap inside the hypervisor, `frame` x0..x31: said, then the machine stops. */
NORETURN void exit_from_host(const u64 *frame);
NORETURN void enter_first(struct cpu *cpu);
/* 16 bits of an instruction at the guest's virtual address `va`; false: *cause is what the fetch ended in. */
bool guest_fetch16(u64 va, u64 *value, u64 *cause);
/* The same of 8 bytes, aligned. */
bool guest_load64(u64 va, u64 *value, u64 *cause);

/* A rare exit: counted, and kept in the trace in any case, for dumps. */
static inline void exit_note(const struct vcpu_arch *a, enum exit_reason reason, u64 info)
{
	a->core->exits[reason]++;
	trace_exit(a->core, reason, info);
}

/* x0 is zero, and its slot something else. */
static inline u64 exit_reg_get(const struct vcpu_arch *a, u32 n)
{
	return n ? a->x[n] : 0;
}
static inline void exit_reg_set(struct vcpu_arch *a, u32 n, u64 value)
{
	if (n)
		a->x[n] = value;
}

/* Go on behind the trapped instruction of `length` bytes. */
static inline void exit_skip(u32 length)
{
	csr_write(CSR_SEPC, csr_read(CSR_SEPC) + length);
}

/* An exception into the guest's VS-mode as hardware would take it; the vCPU is loaded and sepc at the instruction. */
void inject_exception(u64 cause, u64 stval);

/*
 * The instruction at the guest's sepc: *insn, and its length in bytes, 2 or 4; compressed ones as they are. False: it cannot be
 * fetched now, and the guest goes on: with a fault of its own that was injected, or with another try.
 */
bool exit_fetch(struct vcpu_arch *a, u32 *insn, u32 *length);

/* ---- handlers ---- */
void exit_guest_page_fault(struct vcpu_arch *a, u64 scause); /* fault.c */
void exit_virtual_insn(struct vcpu_arch *a, u64 scause);     /* trap.c */
void vsbi_call(struct vcpu_arch *a);                         /* vsbi.c: ECALL; sepc is behind it */

const char *exit_cause_name(u64 scause);

#endif
