/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The architecture's per-CPU block, found through TPIDR_EL2. The offsets that
 * assembly uses are checked in offsets.c.
 */
#ifndef ARM64_CPU_ARCH_H
#define ARM64_CPU_ARCH_H

/* Offsets in struct cpu_arch and struct vcpu_arch for assembly. */
#define CPU_CORE 0
#define CPU_STACK_TOP 8
#define CPU_VCPU 16
#define CPU_BHB_LOOPS 24
#define CPU_TTBR0 32
#define CPU_SECONDARY_ENTRY 40
#define CPU_SCTLR 48
#define CPU_MAIR 56
#define CPU_TCR 64

#define VCPU_X(n) ((n) * 8)
#define VCPU_SIZE_X (31 * 8)

/* Page tables that may be used before caches are on, bytes. */
#define EARLY_TABLES_SIZE 32768

#ifndef __ASSEMBLER__
#include "hal/types.h"

struct cpu;
struct vcpu_arch;

struct cpu_arch {
	struct cpu *core;
	u64 stack_top;          /* physical = virtual */
	struct vcpu_arch *vcpu; /* entered last; its block takes the registers of the next exit */
	u64 bhb_loops;          /* branch history iterations on each exit */
	/* What a secondary CPU needs before its MMU is on. */
	u64 ttbr0, entry, sctlr, mair, tcr;
	u64 mdcr;      /* MDCR_EL2 while a guest runs */
	u64 dump_busy; /* an exception inside the hypervisor is being reported */

	u64 mpidr;
	u64 vectors; /* the table that its errata ask for */
	u64 gicr;    /* redistributor, mapped */
} ALIGNED(128);

static inline struct cpu_arch *this_cpu_arch(void)
{
	struct cpu_arch *c;

	__asm__("mrs %0, tpidr_el2" : "=r"(c));
	return c;
}

extern struct cpu_arch cpu_archs[];
#endif

#endif
