/* SPDX-License-Identifier: Apache-2.0 */
/* The resident end of boot: from a finished plan to running guests. */
#ifndef CORE_START_H
#define CORE_START_H

#include "core/machine.h"
#include "core/plan.h"

extern struct plan the_plan;

/* Everything is made; boot's own code goes away, VMs start, the boot CPU goes to work. */
NORETURN void start_run(void);
/* Boot: before CPUs are started, tell the core which they are. */
void start_cpus(const struct machine *m);

#endif
