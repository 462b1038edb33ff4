/* SPDX-License-Identifier: Apache-2.0 */
/* All 32 vector registers to or from a0, whatever vtype is; whole registers need vstart to be 0 (Vector extension 1.0, 7.9). */
	.option	arch, +v

	.macro	groups insn
	csrw	vstart, zero
	csrr	t0, vlenb
	slli	t0, t0, 3
	.irp	n, 0,8,16,24
	\insn	v\n, (a0)
	add	a0, a0, t0
	.endr
	.endm

	.text
	.global	vector_file_save
vector_file_save:
	groups	vs8r.v
	ret

	.global	vector_file_load
vector_file_load:
	groups	vl8re8.v
	ret

	.global	vector_set
vector_set:
	vsetvl	zero, a0, a1
	ret
