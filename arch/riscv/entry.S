/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traps and the way back into a guest.
 *
 * While a guest runs, sscratch points at its vcpu_arch: a trap stores the caller-saved registers there and moves to this
 * hart's stack. C preserves the rest; gp is not used by the hypervisor and stays the guest's. What looks at any register,
 * and a switch to another vCPU, stores and loads all of them. In the hypervisor sscratch is 0: a trap then is its own.
 */
#include "arch/riscv/cpu_arch.h"
#include "arch/riscv/csr.h"

	.option	norelax

/* Registers but a0, which holds the vcpu_arch. */
	.macro	save_caller
	sd	ra, VCPU_X(1)(a0)
	sd	sp, VCPU_X(2)(a0)
	sd	tp, VCPU_X(4)(a0)
	sd	t0, VCPU_X(5)(a0)
	sd	t1, VCPU_X(6)(a0)
	sd	t2, VCPU_X(7)(a0)
	sd	a1, VCPU_X(11)(a0)
	sd	a2, VCPU_X(12)(a0)
	sd	a3, VCPU_X(13)(a0)
	sd	a4, VCPU_X(14)(a0)
	sd	a5, VCPU_X(15)(a0)
	sd	a6, VCPU_X(16)(a0)
	sd	a7, VCPU_X(17)(a0)
	sd	t3, VCPU_X(28)(a0)
	sd	t4, VCPU_X(29)(a0)
	sd	t5, VCPU_X(30)(a0)
	sd	t6, VCPU_X(31)(a0)
	.endm

	.macro	load_caller
	ld	ra, VCPU_X(1)(a0)
	ld	sp, VCPU_X(2)(a0)
	ld	tp, VCPU_X(4)(a0)
	ld	t0, VCPU_X(5)(a0)
	ld	t1, VCPU_X(6)(a0)
	ld	t2, VCPU_X(7)(a0)
	ld	a1, VCPU_X(11)(a0)
	ld	a2, VCPU_X(12)(a0)
	ld	a3, VCPU_X(13)(a0)
	ld	a4, VCPU_X(14)(a0)
	ld	a5, VCPU_X(15)(a0)
	ld	a6, VCPU_X(16)(a0)
	ld	a7, VCPU_X(17)(a0)
	ld	t3, VCPU_X(28)(a0)
	ld	t4, VCPU_X(29)(a0)
	ld	t5, VCPU_X(30)(a0)
	ld	t6, VCPU_X(31)(a0)
	ld	a0, VCPU_X(10)(a0)
	.endm

	.macro	save_callee
	sd	gp, VCPU_X(3)(a0)
	sd	s0, VCPU_X(8)(a0)
	sd	s1, VCPU_X(9)(a0)
	sd	s2, VCPU_X(18)(a0)
	sd	s3, VCPU_X(19)(a0)
	sd	s4, VCPU_X(20)(a0)
	sd	s5, VCPU_X(21)(a0)
	sd	s6, VCPU_X(22)(a0)
	sd	s7, VCPU_X(23)(a0)
	sd	s8, VCPU_X(24)(a0)
	sd	s9, VCPU_X(25)(a0)
	sd	s10, VCPU_X(26)(a0)
	sd	s11, VCPU_X(27)(a0)
	.endm

	.macro	load_callee
	ld	gp, VCPU_X(3)(a0)
	ld	s0, VCPU_X(8)(a0)
	ld	s1, VCPU_X(9)(a0)
	ld	s2, VCPU_X(18)(a0)
	ld	s3, VCPU_X(19)(a0)
	ld	s4, VCPU_X(20)(a0)
	ld	s5, VCPU_X(21)(a0)
	ld	s6, VCPU_X(22)(a0)
	ld	s7, VCPU_X(23)(a0)
	ld	s8, VCPU_X(24)(a0)
	ld	s9, VCPU_X(25)(a0)
	ld	s10, VCPU_X(26)(a0)
	ld	s11, VCPU_X(27)(a0)
	.endm

	.section .text.hot.entry, "ax"
	.balign	64
	.global	trap_entry
trap_entry:
	csrrw	a0, CSR_SSCRATCH, a0
	beqz	a0, trap_in_host
	save_caller
	csrrw	t0, CSR_SSCRATCH, zero
	sd	t0, VCPU_X(10)(a0)
	ld	tp, VCPU_CPU(a0)
	ld	sp, CPU_STACK_TOP(tp)
	csrr	a1, CSR_SCAUSE
	li	t0, EXC_ECALL_VS
	bne	a1, t0, 1f
	call	exit_ecall
	j	return_fast
1:	bltz	a1, 2f
	/* A load or store guest-page fault: 21 and 23. */
	andi	t0, a1, ~2
	li	t1, EXC_LOAD_GUEST_PAGE
	bne	t0, t1, enter_sync_full
	call	exit_fast_fault
	bnez	a0, return_fast
	ld	a0, CPU_VCPU(tp)
	csrr	a1, CSR_SCAUSE
	j	enter_sync_full
2:	call	exit_irq

/* The vCPU goes on unless something asks for attention. */
return_fast:
	ld	t0, CPU_CORE(tp)
	ld	a0, CPU_VCPU(tp)
	lw	t1, CORE_ATTENTION(t0)
	bnez	t1, return_slow
	csrw	CSR_SSCRATCH, a0
	load_caller
	sret

enter_sync_full:
	save_callee
	call	exit_sync
	ld	t0, CPU_CORE(tp)
	ld	a0, CPU_VCPU(tp)
	lw	t1, CORE_ATTENTION(t0)
	bnez	t1, return_tail
	j	enter_full

return_slow:
	save_callee
return_tail:
	mv	a0, t0
	call	sched_tail
/* a0 = struct vcpu to enter; its arch block is its first member. */
enter_vcpu:
	ld	a0, 0(a0)
	sd	a0, CPU_VCPU(tp)
	sd	tp, VCPU_CPU(a0)
enter_full:
	csrw	CSR_SSCRATCH, a0
	load_callee
	load_caller
	sret

/* void enter_first(struct cpu *cpu): this hart's first guest; never returns. */
	.global	enter_first
enter_first:
	ld	sp, CPU_STACK_TOP(tp)
	call	sched_tail
	j	enter_vcpu

/*
 * A trap taken inside the hypervisor: a defect. The stack may be what failed, so go to the emergency stack, a page above
 * this hart's. a0 is 0, its value in sscratch.
 */
trap_in_host:
	csrrw	a0, CSR_SSCRATCH, a0
	csrw	CSR_SSCRATCH, sp
	ld	sp, CPU_STACK_TOP(tp)
	add	sp, sp, 2047
	add	sp, sp, 2047
	addi	sp, sp, 2
	addi	sp, sp, -256
	sd	a0, VCPU_X(10)(sp)
	mv	a0, sp
	save_caller
	save_callee
	csrrw	t0, CSR_SSCRATCH, zero
	sd	t0, VCPU_X(2)(a0)
	call	exit_from_host
1:	wfi
	j	1b

/*
 * bool guest_fetch16(u64 va, u64 *value, u64 *cause), guest_load64(...): half an instruction, or a double word, of the current
 * guest's, by its own translation and with the privilege it trapped from (hstatus.SPVP): HLVX.HU, HLV.D (21.3.1). A fault of it
 * comes here and overwrites what the exit being handled still needs, which is kept. False: *cause is the exception.
 */
	.macro	guest_access name, funct7, rs2
	.global	\name
\name:
	csrr	t0, CSR_SEPC
	csrr	t1, CSR_SSTATUS
	csrr	t2, CSR_HSTATUS
	lla	t3, guest_access_fault
	csrrw	t4, CSR_STVEC, t3
	.insn	r 0x73, 4, \funct7, a0, a0, \rs2
	csrw	CSR_STVEC, t4
	sd	a0, 0(a1)
	li	a0, 1
	ret
	.endm

	.text
	guest_access guest_fetch16, 0x32, x3
	guest_access guest_load64, 0x36, x0
	.balign	4
guest_access_fault:
	csrw	CSR_STVEC, t4
	csrr	t3, CSR_SCAUSE
	sd	t3, 0(a2)
	csrw	CSR_SEPC, t0
	csrw	CSR_SSTATUS, t1
	csrw	CSR_HSTATUS, t2
	li	a0, 0
	ret

/* void reservation_drop(void): an SC to a place of its own, so that none of the next vCPU's succeeds by an LR of the one before (Zalrsc). */
	.global	reservation_drop
reservation_drop:
	addi	sp, sp, -16
	sc.d	zero, zero, (sp)
	addi	sp, sp, 16
	ret

/*
 * bool cbo_NAME(void *block): that instruction (Zicbom, Zicboz) on the cache block there, which M-mode may not allow: then, or where
 * there is no such instruction, false.
 */
	.macro	cbo name number
	.global	cbo_\name
cbo_\name:
	lla	t3, not_there
	csrrw	t4, CSR_STVEC, t3
	.insn	i 0x0f, 2, x0, a0, \number
	csrw	CSR_STVEC, t4
	li	a0, 1
	ret
	.endm
	cbo	inval 0
	cbo	clean 1
	cbo	zero 4

/*
 * bool stateen_closeN(void): hstateenN and sstateenN become 0, which M-mode may keep to itself: then no guest reaches either, and
 * the answer is false.
 */
	.macro	stateen number
	.global	stateen_close\number
stateen_close\number:
	lla	t3, not_there
	csrrw	t4, CSR_STVEC, t3
	csrw	0x60c + \number, zero
	csrw	0x10c + \number, zero
	csrw	CSR_STVEC, t4
	li	a0, 1
	ret
	.endm
	stateen	1
	stateen	2
	stateen	3

/*
 * bool seed_read(u64 *value): one look at the entropy source (Zkr, seed), which M-mode may keep to itself: then, or where there
 * is none, false.
 */
	.global	seed_read
seed_read:
	lla	t3, not_there
	csrrw	t4, CSR_STVEC, t3
	csrrw	t0, 0x015, zero
	csrw	CSR_STVEC, t4
	sd	t0, 0(a0)
	li	a0, 1
	ret
	.balign	4
not_there:
	csrw	CSR_STVEC, t4
	li	a0, 0
	ret
