/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry of the boot CPU (Linux arm64 Image protocol: MMU off, x0 = device tree
 * or hand-off block) and of secondary CPUs (PSCI CPU_ON, x0 = their cpu_arch).
 * Until the MMU is on, data accesses are uncached: lines of what is written then
 * that somebody left in a cache are cleaned out before the first write and again
 * before caches go on (Arm ARM B2.8, D7.5). That is little: what was loaded, the
 * first stack, CPU blocks and page tables; the rest is zeroed with caches on.
 */
#include "arch/arm64/cpu_arch.h"
#include "arch/arm64/sysreg.h"

	.section .head.text, "ax"
	.global _start
_start:
	b	primary_entry
	.long	0
	.quad	0			/* text_offset */
	.quad	__image_end - _start
	.quad	0xa			/* little-endian, 4 KiB pages, anywhere in memory */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

/*
 * x0 = x0 rounded down to a line .. x1, and up to three lines more: clean and invalidate to the point of coherency.
 * Uses x2, x3.
 */
	.macro	clean_range
	mrs	x2, ctr_el0
	ubfx	x2, x2, #16, #4
	mov	x3, #4
	lsl	x2, x3, x2
	sub	x3, x2, #1
	bic	x0, x0, x3
1:	.rept	4
	dc	civac, x0
	add	x0, x0, x2
	.endr
	cmp	x0, x1
	b.lo	1b
	dsb	sy
	.endm

/* Known EL2 control before anything else: E2H=0, MMU and caches off. */
	.macro	el2_baseline
	msr	daifset, #0xf
	msr	spsel, #1
	mov	x1, #HCR_RW
	msr	hcr_el2, x1
	isb
	ldr	x1, =SCTLR_EL2_RES1
	msr	sctlr_el2, x1
	isb
	.endm

primary_entry:
	mrs	x19, cntpct_el0
	mrs	x9, CurrentEL
	cmp	x9, #(2 << 2)
	b.ne	wrong_el
	mov	x20, x0
	el2_baseline
	adrp	x0, __image_start
	adrp	x1, __bss_tables + EARLY_TABLES_SIZE
	clean_range

	/* R_AARCH64_RELATIVE: *(base + r_offset) = base + r_addend */
	adrp	x21, __image_start
	adrp	x0, __rela_start
	add	x0, x0, #:lo12:__rela_start
	adrp	x1, __rela_end
	add	x1, x1, #:lo12:__rela_end
2:	ldr	x2, [x0], #24
	ldur	x3, [x0, #-8]
	add	x3, x3, x21
	str	x3, [x21, x2]
	cmp	x0, x1
	b.lo	2b

	adrp	x0, __bss_start
	adrp	x1, __bss_tables
	mrs	x23, cntpct_el0
	bl	zero_range
	mrs	x0, cntpct_el0
	sub	x23, x0, x23

	adrp	x0, boot_stack_top
	add	x0, x0, #:lo12:boot_stack_top
	mov	sp, x0
	adrp	x22, cpu_archs
	add	x22, x22, #:lo12:cpu_archs
	msr	tpidr_el2, x22
	mov	x29, xzr
	mov	x0, x22
	bl	mmu_early_init
	adrp	x0, __rodata_start
	adrp	x1, __boot_text_start
	clean_range
	adrp	x0, __boot_rodata_start
	adrp	x1, __bss_tables + EARLY_TABLES_SIZE
	clean_range
	mov	x0, x22
	adrp	x30, primary_mapped
	add	x30, x30, #:lo12:primary_mapped
	b	mmu_enable

primary_mapped:
	adrp	x0, __bss_tables_end
	adrp	x1, __boot_bss_end
	mrs	x24, cntpct_el0
	bl	zero_range
	mrs	x2, cntpct_el0
	sub	x2, x2, x24
	add	x2, x2, x23
	mov	x0, x20
	mov	x1, x19
	bl	arm64_boot
	b	.

/* Zero whole pages, x0 .. x1; by cache lines where caches are on. Uses x2-x4. */
zero_range:
	mrs	x2, sctlr_el2
	mrs	x3, dczid_el0
	tbz	x2, #2, 2f
	tbnz	x3, #4, 2f
	and	x3, x3, #0xf
	mov	x4, #4
	lsl	x4, x4, x3
1:	dc	zva, x0
	add	x0, x0, x4
	cmp	x0, x1
	b.lo	1b
	ret
2:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	2b
	ret

/* x0 = this CPU's block: load the regime it names and turn the MMU on; returns to x30. */
mmu_enable:
	ldr	x1, [x0, #CPU_MAIR]
	msr	mair_el2, x1
	ldr	x1, [x0, #CPU_TCR]
	msr	tcr_el2, x1
	ldr	x1, [x0, #CPU_TTBR0]
	msr	ttbr0_el2, x1
	isb
	tlbi	alle2
	ic	iallu
	dsb	nsh
	isb
	ldr	x1, [x0, #CPU_SCTLR]
	msr	sctlr_el2, x1
	isb
	ret

	.global secondary_entry
secondary_entry:
	mrs	x9, CurrentEL
	cmp	x9, #(2 << 2)
	b.ne	wrong_el
	mov	x22, x0
	el2_baseline
	/* With E2H fixed at 1 the registers have another layout than the boot CPU's: reported as one that did not come. */
	mrs	x1, ID_AA64MMFR4_EL1
	tbnz	x1, #MMFR4_E2H0_SIGN, wrong_el
	mrs	x1, hcr_el2
	tbnz	x1, #HCR_E2H_SHIFT, wrong_el
	msr	tpidr_el2, x22
	mov	x0, x22
	bl	mmu_enable
	ldr	x1, [x22, #CPU_STACK_TOP]
	mov	sp, x1
	mov	x29, xzr
	bl	secondary_main
	b	.

/*
 * Not at EL2: nothing can be done and no console is known. The UEFI loader has
 * checked before; a boot loader's user sees this address in a debugger.
 */
	.global wrong_el
wrong_el:
	wfi
	b	wrong_el
	.ltorg

	/* The boot CPU's stack: guard page, stack, emergency stack (exceptions inside the hypervisor). */
	.section .bss.stack, "aw", %nobits
	.balign 4096
	.global boot_stack_guard
boot_stack_guard:
	.skip	4096
	.skip	16384
	.global boot_stack_top
boot_stack_top:
	.skip	4096
