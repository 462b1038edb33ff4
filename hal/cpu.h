/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Physical CPUs, time and the host's own interrupt, as the core needs them.
 * See hal/contract.md for pre- and postconditions. The hypervisor never takes
 * an interrupt while it runs: interrupts are masked at its level, taken when a
 * guest is left or polled while idle.
 */
#ifndef HAL_CPU_H
#define HAL_CPU_H

#include "hal/types.h"

#define MAX_CPUS 256

struct cpu;

/* The core's record of the CPU that runs this (core/cpu.h). */
struct cpu *this_cpu(void);

/*
 * Make CPU `cpu` leave its guest or its idle wait and look at its requests.
 * Any CPU, any lock. Orders earlier stores before the interrupt.
 */
void cpu_kick(u32 cpu);

/*
 * Idle until an interrupt is pending for this CPU, then handle it (device,
 * kick, timer) before returning, and CPU_WAIT_IRQS at most: none keeps the CPU
 * from its other work. Called with no vCPU loaded and no lock held.
 */
#define CPU_WAIT_IRQS 64
void cpu_wait(void);

/* Tell the core that it is spinning (Arm YIELD, RISC-V PAUSE, x86 PAUSE). */
void cpu_relax(void);

/*
 * core/smp.c: make all other CPUs stop: those in a guest or idle at once, those in the hypervisor when they next leave it.
 * For panic(): nobody goes on with a broken invariant.
 */
void cpu_stop_others(void);

/* Stop this CPU for an uncontainable error or a broken invariant. */
NORETURN void cpu_panic_stop(void);

/* End of the whole machine, by firmware (PSCI SYSTEM_OFF, ...). */
NORETURN void machine_poweroff(void);
NORETURN void machine_reset(void);

/* ---- time: the machine's constant-rate counter, equal on all CPUs ---- */

/* Now, in ticks. */
u64 time_now(void);
/* Ticks a second; constant after boot. */
u32 time_hz(void);
/* Interrupt this CPU at `deadline` (ticks), or never for NO_DEADLINE; replaces what was armed. */
void timer_arm(u64 deadline);

/* Called by the architecture, in this CPU, when the armed deadline has passed. */
void timer_expired(void);

#endif
