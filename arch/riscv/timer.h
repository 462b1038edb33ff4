/* SPDX-License-Identifier: Apache-2.0 */
/* The host's counter and timer: `time`, and stimecmp (Sstc) or the firmware's timer. */
#ifndef ARCH_RISCV_TIMER_H
#define ARCH_RISCV_TIMER_H

#include "hal/types.h"

struct machine;

/* Boot. ERR_INVAL: firmware does not say how fast `time` counts. */
enum err timer_init(const struct machine *m) MUST_USE;
/* This hart: nothing armed. */
void timer_cpu_init(void);
/* The supervisor timer interrupt was taken. */
void timer_irq(void);

#endif
