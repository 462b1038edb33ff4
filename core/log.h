/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's own lines. Each call is one line without the newline; the
 * console prefixes `monadic: ` and keeps it (monitor: `log`). Any CPU, any lock but
 * the console's. Never waits for the UART after boot.
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <stdarg.h>

#include "hal/types.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Lines above it are dropped; constant once the plan is made. */
extern u32 log_level;

/* What log_error() and the others call. */
void log_line(enum log_level level, const char *fmt, ...) PRINTF(2, 3);

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_line(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

/* ---- the ring of past lines ---- */

#define LOG_TEXT 240 /* longest text of a line, with NUL; what is longer is cut */

struct log_record {
	u64 ticks; /* when */
	u32 level; /* enum log_level */
	u32 len;
	char text[LOG_TEXT];
};

/*
 * The line at cursor *pos (0: the oldest that is kept), which moves on. False: none. *lost
 * receives how many bytes of lines were overwritten before they could be read.
 */
bool log_read(u64 *pos, struct log_record *record, u64 *lost);

/* A broken invariant of the hypervisor: say where and stop the machine. */
NORETURN void panic(const char *fmt, ...) PRINTF(1, 2);
#define ASSERT(x) ((x) ? (void)0 : panic("assertion failed: %s (%s:%d)", #x, __FILE__, __LINE__))

/*
 * printf subset: %s %.*s %c %d %u %x %p %%, l/ll/z modifiers, width, 0 and '-' flags.
 * Returns the length without NUL that the whole would have; always terminates when size > 0.
 */
int fmt_string(char *buf, size_t size, const char *fmt, ...) PRINTF(3, 4);
int fmt_vstring(char *buf, size_t size, const char *fmt, va_list ap);

#endif
