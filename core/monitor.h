/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The monitor: the operator's command line on the console, behind Ctrl-]. All
 * of it runs on the first housekeeping CPU in bounded steps; long listings are
 * made row by row as the console takes them.
 */
#ifndef CORE_MONITOR_H
#define CORE_MONITOR_H

#include "core/vm.h"
#include "hal/types.h"

struct machine;
struct plan;

struct monitor_pool {
	const char *what;
	u64 size, used; /* bytes */
};

/* What the commands need from whoever built the machine. A NULL function: its command says that it is not there. */
struct monitor_env {
	const struct machine *machine;
	const struct plan *plan;
	enum err (*power_key)(struct vm *vm);               /* press it; ERR_NOENT: the VM has none */
	bool (*pool)(u32 index, struct monitor_pool *pool); /* false: there are no more */
};

/* Boot. `env` stays valid. */
void monitor_init(const struct monitor_env *env);
/* Open it, or give a new prompt. */
void monitor_open(void);
void monitor_close(void);
bool monitor_is_open(void);

/* ---- to and from the console ---- */

/* One key. Only queued: monitor_work() acts on it. */
void monitor_key(u8 key);
/* Take up to `size` bytes of output. */
u32 monitor_output(u8 *buf, u32 size);
/* Another's line is shown while it is open: the prompt comes back when things are quiet, or at the next key. */
void monitor_interrupted(void);
/* Housekeeping: one bounded step; true: more to do now. */
bool monitor_work(void);

#endif
