/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vectors of the benchmark guest. Interrupts are unmasked only inside its measuring assembly, which gives up x26-x28: so the
 * first instruction of the handler can be the counter read. Everything else goes where the library's vectors send it.
 *
 * x28 becomes the counter; it is stored where TPIDR_EL1 points as well, for another CPU to see.
 */
	.text
	.balign	2048
	.global	bench_vectors
bench_vectors:
	.irp	n, 0, 1, 2, 3, 4
	.balign	128
	b	vectors + \n * 128
	.endr
	.balign	128
	mrs	x28, cntvct_el0
	mrs	x27, icc_iar1_el1
	dsb	sy
	msr	cntv_ctl_el0, xzr
	isb
	msr	icc_eoir1_el1, x27
	mrs	x26, tpidr_el1
	str	x28, [x26]
	eret
	.irp	n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	.balign	128
	b	vectors + \n * 128
	.endr
