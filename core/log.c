/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's own lines: formatted by the caller, kept in one ring that
 * the console and the monitor read with cursors of their own. A new line
 * overwrites the oldest. A record is a header and text, byte by byte, so it
 * may wrap.
 *
 * Lock: log_lock, a leaf, held for the copy of one line.
 */
#include "core/log.h"

#include "core/console.h"
#include "core/string.h"
#include "hal/atomic.h"
#include "hal/cpu.h"

#define LOG_SIZE KIB(32)
#define LOCK_TRIES 1000000u

struct log_header {
	u64 ticks;
	u32 len;
	u32 level;
};

u32 log_level = LOG_INFO;

static spinlock_t log_lock;
static u8 ring[LOG_SIZE];
static u64 head; /* bytes ever written */
static u64 tail; /* begin of the oldest record kept */

/* How many of `len` bytes at `at` come before the ring's end. */
static u32 before_end(u64 at, u32 len)
{
	return (u32)min_u64(len, LOG_SIZE - at % LOG_SIZE);
}

static void ring_put(const void *src, u32 len)
{
	u32 first = before_end(head, len);

	memcpy(ring + head % LOG_SIZE, src, first);
	memcpy(ring, (const u8 *)src + first, len - first);
	head += len;
}

static void ring_get(u64 at, void *dst, u32 len)
{
	u32 first = before_end(at, len);

	memcpy(dst, ring + at % LOG_SIZE, first);
	memcpy((u8 *)dst + first, ring, len - first);
}

/* Oldest records go until `need` bytes are free. */
static void make_room(u64 need)
{
	struct log_header h = {0};

	while (head + need - tail > LOG_SIZE) {
		ring_get(tail, &h, sizeof(h));
		tail += sizeof(h) + h.len;
	}
}

static void append(u32 level, const char *text, u32 len)
{
	struct log_header h = {.ticks = time_now(), .len = len, .level = level};

	make_room(sizeof(h) + len);
	ring_put(&h, sizeof(h));
	ring_put(text, len);
}

bool log_read(u64 *pos, struct log_record *record, u64 *lost)
{
	struct log_header h = {0};
	bool got = false;

	spin_lock(&log_lock);
	*lost = *pos < tail ? tail - *pos : 0;
	*pos = max_u64(*pos, tail);
	if (*pos != head) {
		ring_get(*pos, &h, sizeof(h));
		ring_get(*pos + sizeof(h), record->text, h.len);
		*pos += sizeof(h) + h.len;
		record->ticks = h.ticks;
		record->level = h.level;
		record->len = h.len;
		record->text[h.len] = 0;
		got = true;
	}
	spin_unlock(&log_lock);
	return got;
}

/* One line of printable text: what an argument smuggled in cannot end it or move the cursor. */
static u32 format_line(char *text, u32 size, const char *fmt, va_list ap)
{
	int n = fmt_vstring(text, size, fmt, ap);
	u32 len = n < 0 ? 0 : (u32)n < size ? (u32)n : size - 1;

	for (u32 i = 0; i < len; i++)
		if ((u8)text[i] < ' ' || (u8)text[i] > '~')
			text[i] = text[i] == '\t' ? ' ' : '?';
	return len;
}

void log_line(enum log_level level, const char *fmt, ...)
{
	char text[LOG_TEXT];
	va_list ap;
	u32 len;

	if (level > load_relaxed(&log_level))
		return;
	va_start(ap, fmt);
	len = format_line(text, sizeof(text), fmt, ap);
	va_end(ap);
	spin_lock(&log_lock);
	append(level, text, len);
	spin_unlock(&log_lock);
	console_log_added();
}

/* ---- panic ---- */

/* The lock may be held by a CPU that will never give it back: after a bound go on without it. */
static void lock_or_not(void)
{
	for (u32 i = 0; i < LOCK_TRIES; i++) {
		u32 owner = load_acquire(&log_lock.owner);

		if (atomic_cas_u32(&log_lock.next, owner, owner + 1))
			return;
		cpu_relax();
	}
	log_lock = (spinlock_t){0};
	log_lock.next = 1;
}

void panic(const char *fmt, ...)
{
	static u32 panicking;
	static char text[LOG_TEXT] = "panic: ";
	const u32 intro = 7;
	va_list ap;
	u32 len;

	if (atomic_xchg(&panicking, 1))
		cpu_panic_stop();
	cpu_stop_others();
	va_start(ap, fmt);
	len = intro + format_line(text + intro, sizeof(text) - intro, fmt, ap);
	va_end(ap);
	lock_or_not();
	append(LOG_ERROR, text, len);
	spin_unlock(&log_lock);
	console_emergency();
	cpu_panic_stop();
}
