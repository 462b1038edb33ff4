/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mitigations and errata by MIDR and feature registers: one table (errata.c),
 * evaluated on every CPU, reported at boot.
 */
#ifndef ARM64_ERRATA_H
#define ARM64_ERRATA_H

#include "arch/arm64/sysreg.h"
#include "hal/types.h"

struct cpu_arch;

/* Choose this CPU's vectors (cpu->vectors, for el2_init_cpu()) and workarounds. Features have been read, PSCI is known. */
void errata_init_cpu(struct cpu_arch *cpu);
/* Lines for the boot log; after all CPUs are up. */
void errata_report(void);

/* World-switch and invalidation errata; constant once all CPUs have been seen. */
extern bool errata_repeat_tlbi;

/* A broadcast invalidation, done twice with a completed DSB between where a CPU needs that (A76 1286807 and kin). */
#define errata_tlbi_repeat(tlbi)          \
	do {                              \
		tlbi;                     \
		if (errata_repeat_tlbi) { \
			dsb(ish);         \
			tlbi;             \
		}                         \
	} while (0)

/* SMCCC_ARCH_FEATURES answers for guests about WORKAROUND_1, _2, _3: what EL2 or the part itself guarantees. */
s32 errata_guest_workaround(u32 function);

#endif
