/* SPDX-License-Identifier: Apache-2.0 */
/* What the hostile guest cannot say in C. */
#include "tests/guests/bare/arm64/hostile.h"

	.text
/* u64 context_save(u64 *context): 0 now, 1 when context_load comes back here. */
	.global	context_save
context_save:
	stp	x19, x20, [x0, #0]
	stp	x21, x22, [x0, #16]
	stp	x23, x24, [x0, #32]
	stp	x25, x26, [x0, #48]
	stp	x27, x28, [x0, #64]
	stp	x29, x30, [x0, #80]
	mov	x1, sp
	str	x1, [x0, #CONTEXT_SP]
	mov	x0, #0
	ret

	.global	context_load
context_load:
	ldp	x19, x20, [x0, #0]
	ldp	x21, x22, [x0, #16]
	ldp	x23, x24, [x0, #32]
	ldp	x25, x26, [x0, #48]
	ldp	x27, x28, [x0, #64]
	ldp	x29, x30, [x0, #80]
	ldr	x1, [x0, #CONTEXT_SP]
	mov	sp, x1
	mov	x0, #1
	ret

/* void code_call(const void *code, u64 regs[8]) */
	.global	code_call
code_call:
	stp	x29, x30, [sp, #-112]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	str	x1, [sp, #96]
	mov	x16, x0
	mov	x19, x1
	ldp	x0, x1, [x19, #0]
	ldp	x2, x3, [x19, #16]
	ldp	x4, x5, [x19, #32]
	ldp	x6, x7, [x19, #48]
	blr	x16
	ldr	x19, [sp, #96]
	stp	x0, x1, [x19, #0]
	stp	x2, x3, [x19, #16]
	stp	x4, x5, [x19, #32]
	stp	x6, x7, [x19, #48]
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #112
	ret

/* void enter_el0(u64 pc, u64 spsr, const u64 *regs) */
	.global	enter_el0
enter_el0:
	msr	elr_el1, x0
	msr	spsr_el1, x1
	ldr	x3, [x2, #32]
	msr	sp_el0, x3
	ldp	x0, x1, [x2, #0]
	ldr	x3, [x2, #24]
	ldr	x2, [x2, #16]
	/* AArch32's stack pointer is x13. */
	mrs	x13, sp_el0
	eret

/*
 * Calls with all of x1-x30 watched. u64 call_watch(u64 id, u32 smc): 0 when x1-x17 (and the rest) came back as they went, else
 * the number of the first that did not; the answer is left in call_answer.
 */
	.global	call_watch
call_watch:
	stp	x29, x30, [sp, #-96]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	mov	x30, x1
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
	mov	x\n, #0x1000 + \n
	.endr
	cbnz	x30, 1f
	mov	x30, #0x1000 + 30
	hvc	#0
	b	2f
1:	mov	x30, #0x1000 + 30
	smc	#0
2:	str	x0, [sp, #-16]!
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	mov	x0, #\n
	sub	x\n, x\n, #0x1000
	cmp	x\n, x0
	b.ne	3f
	.endr
	mov	x0, #0
3:	ldr	x1, [sp], #16
	adrp	x2, call_answer
	add	x2, x2, :lo12:call_answer
	str	x1, [x2]
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #96
	ret

/* u32 read32_swapped(u64 va, u64 sctlr): a load with the MMU off and data big-endian (SCTLR_EL1.EE). */
	.global	read32_swapped
read32_swapped:
	mrs	x2, sctlr_el1
	dsb	sy
	msr	sctlr_el1, x1
	isb
	ldr	w0, [x0]
	dsb	sy
	msr	sctlr_el1, x2
	isb
	ret

/* void write32_swapped(u64 va, u64 sctlr, u32 value) */
	.global	write32_swapped
write32_swapped:
	mrs	x3, sctlr_el1
	dsb	sy
	msr	sctlr_el1, x1
	isb
	str	w2, [x0]
	dsb	sy
	msr	sctlr_el1, x3
	isb
	ret

/* void regime_nonsense(u64 value): every register of the EL1 regime gets it while the MMU is off, then what it had. */
	.global	regime_nonsense
regime_nonsense:
	mrs	x1, sctlr_el1
	mrs	x2, tcr_el1
	mrs	x3, ttbr0_el1
	mrs	x4, ttbr1_el1
	mrs	x5, mair_el1
	mrs	x6, vbar_el1
	mrs	x7, contextidr_el1
	mrs	x9, cpacr_el1
	mrs	x10, cntkctl_el1
	bic	x8, x1, #1		/* M */
	bic	x8, x8, #4		/* C */
	dsb	sy
	msr	sctlr_el1, x8
	isb
	msr	tcr_el1, x0
	msr	ttbr0_el1, x0
	msr	ttbr1_el1, x0
	msr	mair_el1, x0
	msr	vbar_el1, x0
	msr	contextidr_el1, x0
	msr	cpacr_el1, x0
	msr	cntkctl_el1, x0
	msr	amair_el1, x0
	msr	csselr_el1, x0
	isb
	/* All of SCTLR but M, EE and nTLSMD's kin that change what this code is. */
	bic	x8, x0, #1
	bic	x8, x8, #(1 << 25)
	msr	sctlr_el1, x8
	isb
	nop
	bic	x8, x1, #1
	bic	x8, x8, #4
	msr	sctlr_el1, x8
	isb
	msr	tcr_el1, x2
	msr	ttbr0_el1, x3
	msr	ttbr1_el1, x4
	msr	mair_el1, x5
	msr	vbar_el1, x6
	msr	contextidr_el1, x7
	msr	cpacr_el1, x9
	msr	cntkctl_el1, x10
	msr	amair_el1, xzr
	msr	csselr_el1, xzr
	isb
	tlbi	vmalle1
	dsb	nsh
	isb
	msr	sctlr_el1, x1
	isb
	ret

	.data
	.balign	8
	.global	call_answer
call_answer:
	.quad	0
