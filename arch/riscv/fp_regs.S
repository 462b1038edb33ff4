/* SPDX-License-Identifier: Apache-2.0 */
/* All 32 floating-point registers of 64 bits, to or from a0. */
	.option	arch, +d

	.macro	all insn
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	\insn	f\n, 8*\n(a0)
	.endr
	.endm

	.text
	.global	fp_regs_save
fp_regs_save:
	all	fsd
	ret

	.global	fp_regs_load
fp_regs_load:
	all	fld
	ret
