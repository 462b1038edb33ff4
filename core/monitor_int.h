/* SPDX-License-Identifier: Apache-2.0 */
/* Between monitor.c (line editing, output) and monitor_cmds.c (the commands). */
#ifndef CORE_MONITOR_INT_H
#define CORE_MONITOR_INT_H

#include "core/monitor.h"

#define MONITOR_LINE 128u /* longest command, with NUL */
#define MONITOR_ARGS 4u

/* Output: each '\n' becomes CR LF. What does not fit into the queue is cut: at most one row a call. */
void monitor_printf(const char *fmt, ...) PRINTF(1, 2);

/*
 * Go on with the listing: print row `index` (0, 1, ...), at most 500 bytes. False: that was the last. The
 * prompt comes after it; Ctrl-C ends it early.
 */
typedef bool (*monitor_row_fn)(u32 index);
void monitor_rows(monitor_row_fn row);

extern const struct monitor_env *monitor_env;

/* Carry out one line. It is cut into words in place. */
void monitor_command(char *line);
/* Word `index` that may follow the `nr` words `before`; NULL: no more. For completion. */
const char *monitor_candidate(u32 nr, char *const before[], u32 index);
/* Cut at blanks; returns how many words, at most MONITOR_ARGS + 1 (then: too many). */
u32 monitor_split(char *line, char *word[MONITOR_ARGS + 1]);

#endif
