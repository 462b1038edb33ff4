/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the UEFI application needs assembly for. Firmware runs in HS-mode with translation on, virtual = physical, so that
 * satp can be cleared by the code that it translates.
 */
	.text
	.balign	64
	.global	efi_jump_start
efi_jump_start:
	.global	efi_jump
efi_jump:				/* a0 = entry, a1 = hand-off block, a2 = hart */
	csrci	sstatus, 2		/* SIE */
	csrw	sie, zero
	mv	t0, a0
	mv	a0, a2
	fence	rw, rw
	csrw	satp, zero
	sfence.vma
	fence.i
	jr	t0
	.global	efi_jump_end
efi_jump_end:
	.balign	64

	.global	efi_counter
efi_counter:
	fence	iorw, iorw
	rdtime	a0
	ret

/*
 * a0: 1 when hgatp (privileged specification, hypervisor extension) can be read, which is HS-mode; 0 when that traps. Firmware's
 * interrupts wait meanwhile, and its own vector comes back.
 */
	.global	efi_hypervisor_mode
efi_hypervisor_mode:
	csrrci	t0, sstatus, 2
	lla	t1, 1f
	csrr	t3, sepc
	csrr	t4, scause
	csrr	t5, stval
	csrrw	t1, stvec, t1
	li	a0, 0
	csrr	t2, 0x680		/* hgatp, which assemblers without the extension do not know by name */
	li	a0, 1
	.balign	4			/* stvec in direct mode */
1:	csrw	stvec, t1
	csrw	sepc, t3
	csrw	scause, t4
	csrw	stval, t5
	csrw	sstatus, t0		/* with SPP and SPIE, which the trap changed */
	ret
