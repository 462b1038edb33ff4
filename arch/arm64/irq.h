/* SPDX-License-Identifier: Apache-2.0 */
/* Physical interrupts of this CPU: who gets which. */
#ifndef ARM64_IRQ_H
#define ARM64_IRQ_H

#include "hal/types.h"

/* Acknowledge the highest-priority pending interrupt, if any, and handle it. Returns false: nothing was pending. */
bool irq_handle_one(void);
/* The same for an exit, which one that went away meanwhile may have caused. */
void irq_handle(void);
/* Boot: interrupts each CPU takes for itself (after gic_cpu_init()). */
void irq_cpu_init(void);

#endif
