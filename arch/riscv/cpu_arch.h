/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The architecture's per-CPU block. While the hypervisor runs, tp points at it and sscratch is 0; while a guest runs,
 * sscratch points at its vcpu_arch, which points here. offsets.c checks what assembly assumes.
 */
#ifndef ARCH_RISCV_CPU_ARCH_H
#define ARCH_RISCV_CPU_ARCH_H

/* Offsets in struct cpu_arch and struct vcpu_arch for assembly. */
#define CPU_CORE 0
#define CPU_STACK_TOP 8
#define CPU_VCPU 16
#define CPU_SATP 24

#define CORE_ATTENTION 8

#define VCPU_X(n) ((n) * 8)
#define VCPU_CPU 0 /* in the place of x0 */

#ifndef __ASSEMBLER__
#include "hal/types.h"

struct cpu;
struct vcpu_arch;

struct cpu_arch {
	struct cpu *core;
	u64 stack_top;          /* physical = virtual */
	struct vcpu_arch *vcpu; /* entered last */
	u64 satp;               /* the host's regime, for this hart's start */
	u64 hart;
	u64 dump_busy; /* an exception inside the hypervisor is being reported */
} ALIGNED(128);

#ifdef __riscv
static inline struct cpu_arch *this_cpu_arch(void)
{
	struct cpu_arch *c;

	__asm__("mv %0, tp" : "=r"(c));
	return c;
}
#else
struct cpu_arch *this_cpu_arch(void); /* tests/unit/fake_hart.c */
#endif

extern struct cpu_arch cpu_archs[];
#endif

#endif
