/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry of a bare guest (boot protocol `raw`: a0 = hart, a1 = device tree, satp 0) and of its other harts (SBI HSM).
 * Hart i's stack is the i-th of `stacks`; vectors before anything else, so that a fault is reported.
 */
#include "tests/guests/bare/lib.h"

	.section .text.start, "ax"
	.global	_start
_start:
	rdtime	s2
	mv	s1, a1
	call	cpu_setup
	la	t0, __bss_start
	la	t1, __bss_end
1:	bgeu	t0, t1, 2f
	sd	zero, 0(t0)
	addi	t0, t0, 8
	j	1b
2:	la	t0, time_at_entry
	sd	s2, 0(t0)
	mv	a0, s1
	call	guest_main
	call	power_off
	j	.

/* a0 = hart, a1 = struct cpu_boot */
	.balign	4
	.global	secondary_start
secondary_start:
	mv	s1, a1
	call	cpu_setup
	ld	t0, CPU_BOOT_MMU(s1)
	beqz	t0, 1f
	call	mmu_on
1:	ld	t0, CPU_BOOT_FN(s1)
	ld	a0, (CPU_BOOT_FN + 8)(s1)
	jalr	t0
	call	cpu_off
	j	.

/* a0 = hart: interrupts off, vectors, tp, stack. */
cpu_setup:
	csrw	sie, zero
	csrci	sstatus, SSTATUS_SIE
	la	t0, trap_entry
	csrw	stvec, t0
	mv	tp, a0
	la	sp, stacks
	addi	t0, a0, 1
	li	t1, STACK_SIZE
	mul	t0, t0, t1
	add	sp, sp, t0
	ret

	.macro	registers op
	.irp	n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	x\n, 8 * \n(sp)
	.endr
	.endm

/* Every trap, on the stack of what it interrupts. */
	.balign	4
	.global	trap_entry
trap_entry:
	addi	sp, sp, -FRAME_SIZE
	registers sd
	rdtime	t0
	sd	t0, FRAME_ENTERED(sp)
	addi	t0, sp, FRAME_SIZE
	sd	t0, 8 * 2(sp)
	sd	zero, 0(sp)
	csrr	t0, sepc
	csrr	t1, sstatus
	sd	t0, FRAME_SEPC(sp)
	sd	t1, (FRAME_SEPC + 8)(sp)
	csrr	t0, scause
	csrr	t1, stval
	sd	t0, FRAME_SCAUSE(sp)
	sd	t1, (FRAME_SCAUSE + 8)(sp)
	mv	a0, sp
	call	trap_dispatch
	ld	t0, FRAME_SEPC(sp)
	ld	t1, (FRAME_SEPC + 8)(sp)
	csrw	sepc, t0
	csrw	sstatus, t1
	registers ld
	addi	sp, sp, FRAME_SIZE
	sret

	.section .data
	.balign	16
	.global	time_at_entry
time_at_entry:
	.quad	0
