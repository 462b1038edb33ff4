/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exception vectors of EL2 and the way back into a guest.
 *
 * While a guest runs, SP_EL2 points at its vcpu_arch: the exit stores the
 * caller-saved registers there and moves to this CPU's stack. C preserves the
 * rest. Exits that look at any register, and switches to another vCPU, store and
 * load all of them. The four tables differ in what they do to branch history
 * before the first predicted branch; errata.c picks one for each CPU.
 */
#include "arch/arm64/cpu_arch.h"
#include "arch/arm64/sysreg.h"

#define CORE_ATTENTION 8

	.macro	save_caller
	stp	x0, x1, [sp, #VCPU_X(0)]
	stp	x2, x3, [sp, #VCPU_X(2)]
	stp	x4, x5, [sp, #VCPU_X(4)]
	stp	x6, x7, [sp, #VCPU_X(6)]
	stp	x8, x9, [sp, #VCPU_X(8)]
	stp	x10, x11, [sp, #VCPU_X(10)]
	stp	x12, x13, [sp, #VCPU_X(12)]
	stp	x14, x15, [sp, #VCPU_X(14)]
	stp	x16, x17, [sp, #VCPU_X(16)]
	str	x18, [sp, #VCPU_X(18)]
	str	x30, [sp, #VCPU_X(30)]
	.endm

	.macro	load_caller
	ldp	x2, x3, [sp, #VCPU_X(2)]
	ldp	x4, x5, [sp, #VCPU_X(4)]
	ldp	x6, x7, [sp, #VCPU_X(6)]
	ldp	x8, x9, [sp, #VCPU_X(8)]
	ldp	x10, x11, [sp, #VCPU_X(10)]
	ldp	x12, x13, [sp, #VCPU_X(12)]
	ldp	x14, x15, [sp, #VCPU_X(14)]
	ldp	x16, x17, [sp, #VCPU_X(16)]
	ldr	x18, [sp, #VCPU_X(18)]
	ldr	x30, [sp, #VCPU_X(30)]
	ldp	x0, x1, [sp, #VCPU_X(0)]
	.endm

	.macro	save_callee base
	stp	x19, x20, [\base, #VCPU_X(19)]
	stp	x21, x22, [\base, #VCPU_X(21)]
	stp	x23, x24, [\base, #VCPU_X(23)]
	stp	x25, x26, [\base, #VCPU_X(25)]
	stp	x27, x28, [\base, #VCPU_X(27)]
	str	x29, [\base, #VCPU_X(29)]
	.endm

	.macro	load_callee base
	ldp	x19, x20, [\base, #VCPU_X(19)]
	ldp	x21, x22, [\base, #VCPU_X(21)]
	ldp	x23, x24, [\base, #VCPU_X(23)]
	ldp	x25, x26, [\base, #VCPU_X(25)]
	ldp	x27, x28, [\base, #VCPU_X(27)]
	ldr	x29, [\base, #VCPU_X(29)]
	.endm

/* Nothing after an ERET may be speculated past it (Arm "straight-line speculation"). */
	.macro	eret_fenced
	eret
	dsb	nsh
	isb
	.endm

/* Each keeps x0 = this CPU and may change x1-x3. */
	.macro	mitigate_none
	.endm
/* Overwrite the branch history: a loop whose length is the core's (Arm "Spectre-BHB"). */
	.macro	mitigate_loop
	ldr	x1, [x0, #CPU_BHB_LOOPS]
1:	b	2f
2:	subs	x1, x1, #1
	b.ne	1b
	dsb	nsh
	isb
	.endm
	.macro	mitigate_clrbhb
	hint	#22
	isb
	.endm
/* SMCCC_ARCH_WORKAROUND_3 or _1: the function identifier stands in bhb_loops; x0-x3 are lost. */
	.macro	mitigate_smc
	ldr	x0, [x0, #CPU_BHB_LOOPS]
	smc	#0
	mrs	x0, tpidr_el2
	.endm

	.macro	lower name, kind
	.balign	128
	save_caller
	mrs	x0, tpidr_el2
	mitigate_\name
	b	\kind
	.endm

	.macro	current kind
	.balign	128
	msr	sp_el0, x0
	mov	x0, #\kind
	b	exit_host
	.endm

/* The only exception inside the hypervisor that it may survive: see serror_window. */
	.macro	current_serror
	.balign	128
	msr	sp_el0, x0
	b	host_serror
	.endm

	.macro	table name
	.balign	2048
	.global	vectors_\name
vectors_\name:
	current 0
	current 1
	current 2
	current 3
	current 4
	current 5
	current 6
	current_serror
	lower	\name, enter_sync
	lower	\name, enter_irq
	lower	\name, enter_irq
	lower	\name, enter_serror
	lower	\name, enter_sync
	lower	\name, enter_irq
	lower	\name, enter_irq
	lower	\name, enter_serror
	.endm

	.section .text.hot.vectors, "ax"
	table	none
	table	loop
	table	clrbhb
	table	smc

	.balign	64
/* x0 = this CPU; then x1 = vcpu_arch, sp = this CPU's stack */
	.macro	to_host_stack
	mov	x1, sp
	ldr	x2, [x0, #CPU_STACK_TOP]
	mov	sp, x2
	.endm

enter_sync:
	to_host_stack
	mrs	x2, esr_el2
	ubfx	x3, x2, #26, #6
	cmp	x3, #EC_HVC64
	b.ne	1f
	mov	x0, x1
	bl	exit_hvc
	b	return_fast
1:	adrp	x4, exit_fast
	add	x4, x4, :lo12:exit_fast
	ldr	x4, [x4, x3, lsl #3]
	cbz	x4, enter_sync_full
	mov	x0, x1
	mov	x1, x2
	blr	x4
	cbnz	w0, return_fast
	mrs	x0, tpidr_el2
	ldr	x1, [x0, #CPU_VCPU]
	mrs	x2, esr_el2
	b	enter_sync_full

enter_irq:
	to_host_stack
	mov	x0, x1
	bl	exit_irq

/* The vCPU goes on unless something asks for attention. */
return_fast:
	mrs	x1, tpidr_el2
	ldr	x2, [x1, #CPU_CORE]
	ldr	x0, [x1, #CPU_VCPU]
	ldr	w3, [x2, #CORE_ATTENTION]
	cbnz	w3, return_slow
	mov	sp, x0
	load_caller
	eret_fenced

enter_serror:
	to_host_stack
	save_callee x1
	mov	x0, x1
	bl	exit_serror
	b	return_full

enter_sync_full:
	save_callee x1
	mov	x0, x1
	mov	x1, x2
	bl	exit_sync

return_full:
	mrs	x1, tpidr_el2
	ldr	x2, [x1, #CPU_CORE]
	ldr	x0, [x1, #CPU_VCPU]
	ldr	w3, [x2, #CORE_ATTENTION]
	cbnz	w3, return_tail
	mov	sp, x0
	load_callee sp
	load_caller
	eret_fenced

return_slow:
	save_callee x0
return_tail:
	mov	x0, x2
	bl	sched_tail
	b	enter_vcpu

/* void enter_first(struct cpu *cpu): this CPU's first guest; never returns. */
	.global enter_first
enter_first:
	mrs	x1, tpidr_el2
	ldr	x2, [x1, #CPU_STACK_TOP]
	mov	sp, x2
	bl	sched_tail
/* x0 = struct vcpu to enter; its arch block is its first member. */
enter_vcpu:
	ldr	x0, [x0]
	mrs	x1, tpidr_el2
	str	x0, [x1, #CPU_VCPU]
	mov	sp, x0
	load_callee sp
	load_caller
	eret_fenced

/*
 * u64 serror_window(void): take an SError that is pending now, here, where it is known whose it is; ESR_EL2, 0: none.
 * PSTATE.A is clear for one instruction. An ISB lets a pending interrupt that is not masked be taken before the instruction
 * behind it (D1.3.5), so ELR_EL2 is one of two addresses. What the exception overwrites is kept in x2-x5: the vCPU's
 * return state, and the two registers of EL0 that the vector borrows.
 */
	.global serror_window
serror_window:
	mrs	x2, elr_el2
	mrs	x3, spsr_el2
	mrs	x4, sp_el0
	mrs	x5, tpidr_el0
	mov	x0, xzr
	dsb	sy
	msr	daifclr, #4
serror_open:
	isb
serror_closed:
	msr	daifset, #4
	ret

/* Old x0 in SP_EL0. */
host_serror:
	msr	tpidr_el0, x1
	mrs	x0, elr_el2
	adr	x1, serror_open
	sub	x0, x0, x1
	cmp	x0, #(serror_closed - serror_open)
	mov	x0, #7
	b.hi	exit_host_x1
	/* All is masked again, as it was before the window: its caller goes on. */
	mrs	x0, esr_el2
	msr	elr_el2, x2
	msr	spsr_el2, x3
	msr	sp_el0, x4
	msr	tpidr_el0, x5
	ret

/*
 * An exception taken inside the hypervisor: a defect or an uncontainable
 * error. The stack may be what failed, so go to the emergency stack, a page
 * above this CPU's; x0 = vector number, old x0 in SP_EL0.
 */
exit_host:
	msr	tpidr_el0, x1
exit_host_x1:
	mov	x1, sp
	msr	tpidrro_el0, x1
	mrs	x1, tpidr_el2
	ldr	x1, [x1, #CPU_STACK_TOP]
	add	x1, x1, #4096
	mov	sp, x1
	sub	sp, sp, #272
	stp	x2, x3, [sp, #VCPU_X(2)]
	stp	x4, x5, [sp, #VCPU_X(4)]
	stp	x6, x7, [sp, #VCPU_X(6)]
	stp	x8, x9, [sp, #VCPU_X(8)]
	stp	x10, x11, [sp, #VCPU_X(10)]
	stp	x12, x13, [sp, #VCPU_X(12)]
	stp	x14, x15, [sp, #VCPU_X(14)]
	stp	x16, x17, [sp, #VCPU_X(16)]
	str	x18, [sp, #VCPU_X(18)]
	save_callee sp
	mrs	x2, sp_el0
	mrs	x3, tpidr_el0
	stp	x2, x3, [sp, #VCPU_X(0)]
	mrs	x4, tpidrro_el0
	stp	x30, x4, [sp, #VCPU_X(30)]
	mov	x1, sp
	mov	x29, xzr
	bl	exit_from_host
	b	.
