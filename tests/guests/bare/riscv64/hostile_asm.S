/* SPDX-License-Identifier: Apache-2.0 */
/* What the hostile guest cannot say in C. */
#include "tests/guests/bare/lib.h"

	.macro	kept op
	\op	ra, 0(a0)
	\op	sp, 8(a0)
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	\op	s\n, (16 + 8 * \n)(a0)
	.endr
	.endm

	.text
/* u64 context_save(u64 *context): 0 now, 1 when context_load comes back here. */
	.global	context_save
context_save:
	kept	sd
	li	a0, 0
	ret

	.global	context_load
	.balign	4
context_load:
	kept	ld
	li	a0, 1
	ret

	.macro	arguments op
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	\op	a\n, (8 * \n)(s0)
	.endr
	.endm

/* void code_call(const void *code, u64 regs[8]): `code` may use a0-a7 and t0-t6. */
	.global	code_call
code_call:
	addi	sp, sp, -16
	sd	ra, 0(sp)
	sd	s0, 8(sp)
	mv	t0, a0
	mv	s0, a1
	arguments ld
	jalr	t0
	arguments sd
	ld	ra, 0(sp)
	ld	s0, 8(sp)
	addi	sp, sp, 16
	ret

/* void enter_user(u64 pc, const u64 *regs): the stack stays the supervisor's, which its traps use; U-mode cannot touch it. */
	.global	enter_user
enter_user:
	csrw	sepc, a0
	li	t0, 0x100
	csrc	sstatus, t0
	mv	t0, a1
	ld	a0, 0(t0)
	ld	a1, 8(t0)
	ld	a2, 16(t0)
	ld	a3, 24(t0)
	sret

/*
 * u64 call_watch(u64 extension, u64 function, u64 a0): x1-x31 but a0 and a1, which answer, are set to their number times a
 * constant, but sp and tp to what they are. 0: all came back; else one that did not.
 */
	.macro	watched op
	.irp	n, 1, 3, 5, 6, 7, 8, 9, 12, 13, 14, 15, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	\n
	.endr
	.endm
	.macro	mark n
	li	x\n, 0x1234567 * \n
	.endm
	.macro	look n
	li	a0, 0x1234567 * \n
	li	a1, \n
	bne	x\n, a0, 9f
	.endm

	.global	call_watch
call_watch:
	addi	sp, sp, -128
	sd	ra, 0(sp)
	sd	gp, 8(sp)
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	sd	s\n, (16 + 8 * \n)(sp)
	.endr
	mv	a7, a0
	mv	a6, a1
	mv	a0, a2
	watched	mark
	ecall
	watched	look
	li	a1, 0
9:	mv	a0, a1
	ld	ra, 0(sp)
	ld	gp, 8(sp)
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	ld	s\n, (16 + 8 * \n)(sp)
	.endr
	addi	sp, sp, 128
	ret
