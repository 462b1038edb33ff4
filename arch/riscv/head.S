/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry of the boot hart (Linux RISC-V boot protocol: S-mode, translation off, a0 = hart id, a1 = device tree or hand-off
 * block) and of the others (SBI HSM hart_start, a1 = their cpu_arch). Nothing is inherited from firmware but the hart's
 * identity. RISC-V caches are coherent for normal memory, with translation on or off, so there is nothing to clean.
 */
#include "arch/riscv/cpu_arch.h"
#include "arch/riscv/csr.h"

#define SBI_LEGACY_PUTCHAR 1
#define SBI_EXT_SRST 0x53525354

	.option	norvc
	.option	norelax
	.section .head.text, "ax"
	.global _start
_start:
	j	primary_entry
	.word	0
	.quad	0x200000		/* text_offset */
	.quad	__image_end - _start
	.quad	0			/* flags: little-endian */
	.word	2			/* version 0.2 */
	.word	0
	.quad	0
	.ascii	"RISCV\0\0\0"
	.ascii	"RSC\x05"
	.word	0

/* Interrupts off, no register file and no page of U-mode open, translation off, no counter and no extension of U-mode open; gp and tp are nobody's. */
	.macro	hart_baseline
	csrw	CSR_SIE, zero
	li	t0, SSTATUS_SIE | SSTATUS_FS | SSTATUS_VS | SSTATUS_SUM | SSTATUS_MXR
	csrc	CSR_SSTATUS, t0
	csrw	CSR_SATP, zero
	sfence.vma
	csrw	CSR_SSCRATCH, zero
	csrw	CSR_SCOUNTEREN, zero
	mv	gp, zero
	mv	tp, zero
	.endm

primary_entry:
	csrr	s2, CSR_TIME
	mv	s0, a0
	mv	s1, a1
	hart_baseline

	/* R_RISCV_RELATIVE: *(base + r_offset) = base + r_addend */
	lla	s3, __image_start
	lla	t0, __rela_start
	lla	t1, __rela_end
1:	bgeu	t0, t1, 2f
	ld	t2, 0(t0)
	ld	t3, 16(t0)
	add	t2, t2, s3
	add	t3, t3, s3
	sd	t3, 0(t2)
	addi	t0, t0, 24
	j	1b

	/* The hypervisor extension has no bit that S-mode could read: a register of it traps where it is absent. */
2:	lla	t0, without_h
	csrw	CSR_STVEC, t0
	csrr	t0, CSR_HGATP

	/* Page tables are zeroed as they are used. */
	csrr	s4, CSR_TIME
	lla	t0, __bss_start
	lla	t1, __bss_tables
	call	zero_range
	lla	t0, __bss_tables_end
	lla	t1, __boot_bss_end
	call	zero_range
	csrr	t0, CSR_TIME
	sub	s4, t0, s4

	lla	sp, boot_stack_top
	lla	tp, cpu_archs
	lla	t0, trap_entry
	csrw	CSR_STVEC, t0
	mv	a0, tp
	call	mmu_early_init
	mv	a0, s0
	mv	a1, s1
	mv	a2, s2
	mv	a3, s4
	call	riscv_boot
1:	wfi
	j	1b

/* Turn translation on as this hart's block says; one that lacks the mode keeps satp as it is (12.1.11). */
regime_on:
	ld	t0, CPU_SATP(tp)
	csrw	CSR_SATP, t0
	sfence.vma
	csrr	t1, CSR_SATP
	bne	t0, t1, not_ours
	ret

/* Zero whole pages, t0 .. t1. */
zero_range:
	sd	zero, 0(t0)
	sd	zero, 8(t0)
	sd	zero, 16(t0)
	sd	zero, 24(t0)
	addi	t0, t0, 32
	bltu	t0, t1, zero_range
	ret

	.global secondary_entry
secondary_entry:
	hart_baseline
	mv	tp, a1
	lla	t0, not_ours
	csrw	CSR_STVEC, t0
	csrr	t0, CSR_HGATP
	call	regime_on
	lla	t0, trap_entry
	csrw	CSR_STVEC, t0
	ld	sp, CPU_STACK_TOP(tp)
	call	secondary_main

/* A hart that cannot run guests: it never arrives, which the boot hart reports. */
	.balign	4
not_ours:
	wfi
	j	not_ours

/* The boot hart has no H: said by the one console there is for sure, then off. */
	.balign	4
without_h:
	lla	s0, no_h_text
1:	lbu	a0, 0(s0)
	beqz	a0, 2f
	li	a7, SBI_LEGACY_PUTCHAR
	ecall
	addi	s0, s0, 1
	j	1b
2:	li	a7, SBI_EXT_SRST
	li	a6, 0
	li	a0, 0
	li	a1, 0
	ecall
	j	not_ours

	.section .rodata.head, "a"
no_h_text:
	.asciz	"\r\nmonadic: this hart has no hypervisor extension (H): nothing can be run. The machine is turned off.\r\n"

	/* The boot hart's stack: guard page, stack, emergency stack (traps inside the hypervisor). */
	.section .bss.stack, "aw", %nobits
	.balign 4096
	.global boot_stack_guard
boot_stack_guard:
	.skip	4096
	.skip	16384
	.global boot_stack_top
boot_stack_top:
	.skip	4096
