/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Physical interrupts of a hart: kicks, the host's timer, devices, and guest interrupt files that want attention. They are
 * taken when a guest is left, or polled while idle; never inside the hypervisor.
 */
#ifndef ARCH_RISCV_IRQ_H
#define ARCH_RISCV_IRQ_H

#include "hal/types.h"

struct machine;

/* The guest was left by interrupt `cause` (IRQ_*). */
void irq_handle(u64 cause);
/* Take one that is pending now; false: none is. */
bool irq_handle_one(void);
/* Boot: the host's interrupt controller, whichever it is. ERR_UNSUPPORTED: said. */
enum err irq_init(const struct machine *m) MUST_USE;
/* This hart: what it takes for itself. Kicks work from here on. */
void irq_cpu_init(void);

#endif
