/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leave the firmware's translation regime for the hypervisor's entry point: MMU
 * and caches off (DDI 0487 D19.2: SCTLR_EL2.{M,C,I}), x0 = hand-off block. This code
 * runs at virtual = physical and was cleaned to the point of coherency.
 */
	.text
	.balign	64
	.global	efi_jump_start
efi_jump_start:
	.global	efi_jump
efi_jump:				/* x0 = entry, x1 = hand-off block; x2 says nothing here */
	msr	daifset, #0xf
	mov	x9, x0
	mov	x0, x1
	mrs	x2, sctlr_el2
	bic	x2, x2, #(1 << 0)
	bic	x2, x2, #(1 << 2)
	bic	x2, x2, #(1 << 12)
	dsb	sy
	msr	sctlr_el2, x2
	isb
	tlbi	alle2
	ic	iallu
	dsb	sy
	isb
	mov	x1, xzr
	mov	x2, xzr
	mov	x3, xzr
	br	x9
	.global	efi_jump_end
efi_jump_end:
	.balign	64

/* The counter of the generic timer, after what precedes the call (D12.2.1). */
	.global	efi_counter
efi_counter:
	isb
	mrs	x0, cntpct_el0
	ret

/* x0 = address, x1 = size: clean and invalidate to the point of coherency. */
	.global	efi_clean
efi_clean:
	mrs	x2, ctr_el0
	ubfx	x2, x2, #16, #4
	mov	x3, #4
	lsl	x2, x3, x2
	sub	x3, x2, #1
	add	x1, x0, x1
	bic	x0, x0, x3
1:	cmp	x0, x1
	b.hs	2f
	dc	civac, x0
	add	x0, x0, x2
	b	1b
2:	dsb	sy
	ret

	.global	efi_exception_level
efi_exception_level:
	mrs	x0, CurrentEL
	lsr	x0, x0, #2
	ret
