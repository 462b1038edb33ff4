/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work of the first housekeeping CPU: console, monitor, VM state machine, and
 * jobs that other CPUs hand to it (because a timer or device of that CPU is
 * involved). house_work() and house_kick() are declared in core/cpu.h.
 */
#ifndef CORE_HOUSE_H
#define CORE_HOUSE_H

#include "hal/types.h"

struct house_job;
typedef void (*house_fn)(struct house_job *job);

/* Something to be done once on the housekeeping CPU, soon; embedded in its owner. */
struct house_job {
	struct house_job *next;
	house_fn fn;
	u32 posted;
};

/*
 * Boot's end: from now on house_work() does something. The housekeeping CPU may be another than the boot CPU, and looks for work
 * while that still makes the VMs.
 */
void house_open(void);
/* Once, before the first house_post() of it. */
void house_job_init(struct house_job *job, house_fn fn);
/* Any CPU, any lock but house.c's: run the job; posting one that still waits does nothing. */
void house_post(struct house_job *job);

#endif
