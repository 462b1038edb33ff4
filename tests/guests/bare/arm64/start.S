/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry of a bare guest (boot protocol `raw`: x0 = device tree, MMU off) and of its secondary CPUs (PSCI CPU_ON).
 * CPU i's stack is the i-th of `stacks`; vectors before anything else, so that a fault is reported.
 */
#include "tests/guests/bare/lib.h"

	.section .text.start, "ax"
	.global	_start
_start:
	b	1f
	.word	0
	.quad	0
1:	mov	x20, x0
	adr	x21, cntvct_at_entry
	isb
	mrs	x22, cntvct_el0
	mrs	x23, cntpct_el0
	bl	cpu_setup
	adrp	x0, __bss_start
	add	x0, x0, :lo12:__bss_start
	adrp	x1, __bss_end
	add	x1, x1, :lo12:__bss_end
2:	cmp	x0, x1
	b.hs	3f
	str	xzr, [x0], #8
	b	2b
3:	stp	x22, x23, [x21]
	mov	x0, x20
	bl	guest_main
	bl	power_off
	b	.

/* x0 = struct cpu_boot; it was cleaned to memory by cpu_start(). */
	.global	secondary_start
secondary_start:
	mov	x20, x0
	bl	cpu_setup
	ldr	x0, [x20, #CPU_BOOT_MMU]
	cbz	x0, 1f
	bl	mmu_on
1:	ldp	x1, x0, [x20, #CPU_BOOT_FN]
	blr	x1
	bl	cpu_off
	b	.

/* FP on, vectors, stack. The index is MPIDR's Aff1 * 16 + Aff0. */
cpu_setup:
	mov	x0, #3 << 20
	msr	cpacr_el1, x0
	adrp	x0, vectors
	add	x0, x0, :lo12:vectors
	msr	vbar_el1, x0
	msr	spsel, #1
	isb
	mrs	x0, mpidr_el1
	and	x1, x0, #0xff
	ubfx	x0, x0, #8, #8
	add	x0, x1, x0, lsl #4
	adrp	x1, stacks
	add	x1, x1, :lo12:stacks
	add	x0, x0, #1
	mov	x2, #STACK_SIZE
	madd	x1, x0, x2, x1
	mov	sp, x1
	ret

	.macro	vector n
	.balign	128
	sub	sp, sp, #FRAME_SIZE
	str	x0, [sp]
	mrs	x0, cntvct_el0
	str	x0, [sp, #FRAME_ENTERED]
	mov	x0, #\n
	b	enter
	.endm

	.balign	2048
	.global	vectors
vectors:
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vector	\n
	.endr

enter:
	stp	x1, x2, [sp, #8 * 1]
	stp	x3, x4, [sp, #8 * 3]
	stp	x5, x6, [sp, #8 * 5]
	stp	x7, x8, [sp, #8 * 7]
	stp	x9, x10, [sp, #8 * 9]
	stp	x11, x12, [sp, #8 * 11]
	stp	x13, x14, [sp, #8 * 13]
	stp	x15, x16, [sp, #8 * 15]
	stp	x17, x18, [sp, #8 * 17]
	stp	x19, x20, [sp, #8 * 19]
	stp	x21, x22, [sp, #8 * 21]
	stp	x23, x24, [sp, #8 * 23]
	stp	x25, x26, [sp, #8 * 25]
	stp	x27, x28, [sp, #8 * 27]
	stp	x29, x30, [sp, #8 * 29]
	mrs	x1, elr_el1
	mrs	x2, spsr_el1
	stp	x1, x2, [sp, #FRAME_ELR]
	mrs	x1, esr_el1
	mrs	x2, far_el1
	stp	x1, x2, [sp, #FRAME_ESR]
	str	x0, [sp, #FRAME_VECTOR]
	mov	x19, sp
	mov	x0, sp
	bl	exception_dispatch
	ldp	x1, x2, [x19, #FRAME_ELR]
	msr	elr_el1, x1
	msr	spsr_el1, x2
	ldp	x1, x2, [sp, #8 * 1]
	ldp	x3, x4, [sp, #8 * 3]
	ldp	x5, x6, [sp, #8 * 5]
	ldp	x7, x8, [sp, #8 * 7]
	ldp	x9, x10, [sp, #8 * 9]
	ldp	x11, x12, [sp, #8 * 11]
	ldp	x13, x14, [sp, #8 * 13]
	ldp	x15, x16, [sp, #8 * 15]
	ldp	x17, x18, [sp, #8 * 17]
	ldp	x19, x20, [sp, #8 * 19]
	ldp	x21, x22, [sp, #8 * 21]
	ldp	x23, x24, [sp, #8 * 23]
	ldp	x25, x26, [sp, #8 * 25]
	ldp	x27, x28, [sp, #8 * 27]
	ldp	x29, x30, [sp, #8 * 29]
	ldr	x0, [sp]
	add	sp, sp, #FRAME_SIZE
	eret

	.section .data
	.balign	16
	.global	cntvct_at_entry
cntvct_at_entry:
	.quad	0, 0
