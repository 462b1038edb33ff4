/* SPDX-License-Identifier: Apache-2.0 */
/* SVE register file to and from memory: Z0-Z31, then P0-P15, then FFR, at the vector length in force at EL2. */
	.arch	armv8-a+sve
	.text

	.macro	z_regs op
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	\op	z\n, [x0, #\n, mul vl]
	.endr
	.endm
	.macro	p_regs op
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	\op	p\n, [x2, #\n, mul vl]
	.endr
	.endm

	.global	sve_vector_bytes
sve_vector_bytes:
	rdvl	x0, #1
	ret

/* x0 = state, x1 = { fpsr, fpcr } */
	.global	sve_save
sve_save:
	addvl	x2, x0, #16
	addvl	x2, x2, #16
	z_regs	str
	p_regs	str
	rdffr	p0.b
	str	p0, [x2, #16, mul vl]
	ldr	p0, [x2, #0, mul vl]
	mrs	x3, fpsr
	mrs	x4, fpcr
	stp	x3, x4, [x1]
	ret

	.global	sve_load
sve_load:
	addvl	x2, x0, #16
	addvl	x2, x2, #16
	ldr	p0, [x2, #16, mul vl]
	wrffr	p0.b
	z_regs	ldr
	p_regs	ldr
	ldp	x3, x4, [x1]
	msr	fpsr, x3
	msr	fpcr, x4
	ret
