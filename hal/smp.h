/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an architecture gives core/smp.c, which brings CPUs up: smp_start() and smp_go() of hal/boot.h are there. In the
 * order in which a CPU meets them.
 */
#ifndef HAL_SMP_H
#define HAL_SMP_H

#include "hal/types.h"

struct cpu;

/*
 * Boot CPU: ask firmware for the CPU of hardware identity `hwid`, whose record is *cpu. 0: it was accepted; else what
 * firmware said. The CPU sees all that was stored before. When it comes, the architecture's entry gives it the
 * host's regime (core/host_map.c), a stack that ends at `stack_top` with the emergency stack above it (hal/boot.h),
 * vectors, and this_cpu(), and calls smp_enter(). One that cannot run a guest at all does not come.
 */
s64 cpu_start(struct cpu *cpu, u64 hwid, hpa_t stack_top);
/* core/smp.c: resident, because a CPU may come late. */
NORETURN void smp_enter(void);

/*
 * All but the boot CPU, for which arch_boot_init() does it: what this CPU has becomes part of what the machine has, and
 * cpu_kick() reaches it from now on. One CPU at a time. A CPU that cannot be used panics.
 */
void cpu_discover(void);
/*
 * Wait for smp_go(), called in a loop: returns once a kick is pending, which stays pending until cpu_virt_init(), or
 * without reason.
 */
void cpu_doze(void);

/* Boot CPU, once, when all have been discovered: what follows for the whole machine (stage 2, VMIDs). */
void virt_init(void);
/*
 * Every CPU, the boot CPU first: everything of it that follows from virt_init() and all features. Nothing that an
 * earlier system left translates for a guest or for the host, empty entries (hal/host_map.h) included. Takes a pending
 * kick away. One CPU at a time.
 */
void cpu_virt_init(void);
/* Boot CPU, after all: lines for the log about features and errata. */
void virt_report(void);

#endif
