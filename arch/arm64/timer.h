/* SPDX-License-Identifier: Apache-2.0 */
/* The host's timer: CNTHP_EL2, and what guests may do with theirs. */
#ifndef ARM64_TIMER_H
#define ARM64_TIMER_H

#include "arch/arm64/timer_regs.h"

struct machine;

/*
 * Boot CPU, once, before anything asks for the time in seconds: PPIs and frequency.
 * ERR_INVAL: a PPI is missing, or nobody says how fast the counter runs.
 */
enum err timer_init(const struct machine *m) MUST_USE;
/* Every CPU, before the first vCPU is made: all timers off, guests' access to the physical one trapped. */
void timer_cpu_init(void);
/* The host's own timer interrupt was acknowledged: switch it off and run what is due. */
void timer_irq(void);

#endif
