/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vectors of the benchmark guest, one an interrupt (stvec in vectored mode). Interrupts are let in only inside its measuring
 * assembly, which gives up s9-s11. Exceptions go where the library's vector sends them.
 *
 * A handler first spins to the next tick of time: s9 is that tick, s11 how often it spun, three instructions each. Both are
 * stored where sscratch points as well, the tick last, for another hart to see.
 */
#include "tests/guests/bare/lib.h"

	.macro	handler name, quiet:vararg
\name:	csrr	s10, time
	li	s11, 0
1:	addi	s11, s11, 1
	csrr	s9, time
	beq	s9, s10, 1b
	\quiet
	csrr	s10, sscratch
	sd	s11, 8(s10)
	fence	w, w
	sd	s9, 0(s10)
	sret
	.endm

	.macro	no_timer
	li	s10, 1 << IRQ_TIMER
	csrc	sie, s10
	.endm

	.text
	.option	norvc
	.balign	256
	.global	bench_vectors
bench_vectors:
	j	trap_entry
	j	soft
	j	trap_entry
	j	trap_entry
	j	trap_entry
	j	timer
	j	trap_entry
	j	trap_entry
	j	trap_entry
	j	external

	handler	soft, csrci sip, 2
	handler	timer, no_timer
	handler	external, csrw CSR_STOPEI, zero
