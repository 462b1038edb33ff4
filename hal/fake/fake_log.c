/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/log.h on a workstation: lines go to a buffer that tests search. All of
 * it is weak, so that a test of the real formatter can link both.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "hal/fake/fake.h"

#define WEAK __attribute__((weak))

char fake_log[16384];
size_t fake_log_len;
WEAK u32 log_level = LOG_DEBUG;

void fake_log_reset(void);
void fake_log_reset(void)
{
	fake_log[0] = 0;
	fake_log_len = 0;
}

bool fake_log_has(const char *text)
{
	return strstr(fake_log, text);
}

WEAK void log_line(enum log_level level UNUSED, const char *fmt, ...)
{
	size_t room = sizeof(fake_log) - fake_log_len;
	va_list ap;

	if (room < 3)
		return;
	va_start(ap, fmt);
	int n = vsnprintf(fake_log + fake_log_len, room - 1, fmt, ap);
	va_end(ap);
	size_t len = n < 0 ? 0 : (size_t)n < room - 2 ? (size_t)n : room - 2;

	if (getenv("FAKE_LOG"))
		fprintf(stderr, "log: %s\n", fake_log + fake_log_len);
	fake_log_len += len;
	fake_log[fake_log_len++] = '\n';
	fake_log[fake_log_len] = 0;
}

WEAK void panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(fake_panic_text, sizeof(fake_panic_text), fmt, ap);
	va_end(ap);
	fake_end(FAKE_PANIC);
}

WEAK int fmt_vstring(char *buf, size_t size, const char *fmt, va_list ap)
{
	return vsnprintf(buf, size, fmt, ap);
}

WEAK int fmt_string(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = fmt_vstring(buf, size, fmt, ap);
	va_end(ap);
	return n;
}
