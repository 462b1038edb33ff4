/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes to the UART next: the monitor's output, else a line of the log, else
 * the focused VM's bytes as they are, else one line of the VM whose turn it is.
 * Only one of them is in console.out at a time, so lines never mix; one that has
 * to stop inside its line is completed before another begins.
 *
 * In line mode a VM's bytes are filtered: nothing it writes can move the cursor
 * off its own line, so no VM can forge another's prefix or the hypervisor's.
 */
#include "core/console_int.h"
#include "core/log.h"
#include "core/monitor.h"
#include "core/string.h"
#include "hal/atomic.h"
#include "hal/cpu.h"

#define RAW_CHUNK 64u

static const char log_owner, monitor_owner; /* for console.open_line */

/* ---- the output buffer ---- */

static void out_put(const void *src, u32 len)
{
	struct console *c = &console;

	if (len > sizeof(c->out) - c->out_len)
		len = (u32)sizeof(c->out) - c->out_len;
	memcpy(c->out + c->out_len, src, len);
	c->out_len += len;
}

static void out_text(const char *s)
{
	out_put(s, (u32)strlen(s));
}

/* `who` writes now: an unfinished line of another is ended. */
static void out_begin(const void *who)
{
	struct console *c = &console;

	c->out_pos = c->out_len = 0;
	if (who != &monitor_owner && monitor_is_open() && !c->emergency)
		monitor_interrupted();
	if (!c->open_line || c->open_line == who)
		return;
	out_text("\r\n");
	c->open_line = NULL;
}

static void out_end_line(void)
{
	out_text("\r\n");
	console.open_line = NULL;
}

/* ---- the filter ---- */

enum { ESC_NONE, ESC_BEGUN, ESC_CSI };

/* Escape sequences (ECMA-48, 5.3 and 5.4) leave no trace. True: the byte was part of one. */
static bool filter_escape(struct line_filter *f, u8 b)
{
	u8 was = f->escape;

	if (b == 0x1b) {
		f->escape = ESC_BEGUN;
		return true;
	}
	f->escape = ESC_NONE;
	if (was == ESC_NONE || b < 0x20 || b > 0x7e)
		return false;
	if (was == ESC_BEGUN)
		f->escape = b == '[' ? ESC_CSI : b < 0x30 ? ESC_BEGUN : ESC_NONE;
	else if (b < 0x40)
		f->escape = ESC_CSI;
	return true;
}

/* UTF-8 passes, but no C1 control: neither bare nor as U+0080 to U+009F. */
static u8 filter_high(struct line_filter *f, u8 b)
{
	if (b >= 0xc2 && b <= 0xf4) {
		f->utf8_left = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
		f->utf8_c2 = b == 0xc2;
		return b;
	}
	if (b >= 0xc0 || !f->utf8_left || (f->utf8_c2 && b < 0xa0)) {
		f->utf8_left = 0;
		return '?';
	}
	f->utf8_left--;
	f->utf8_c2 = false;
	return b;
}

/* What is shown for one byte that is no line end: up to 2 bytes at `to`; returns how many. */
static u32 filter_byte(struct line_filter *f, u8 b, u8 *to)
{
	if (filter_escape(f, b) || b == 0)
		return 0;
	if (b >= 0x80) {
		to[0] = filter_high(f, b);
		return 1;
	}
	f->utf8_left = 0;
	if (b == '\t' || (b >= ' ' && b != 0x7f)) {
		to[0] = b;
		return 1;
	}
	to[0] = '^';
	to[1] = b ^ 0x40;
	return 2;
}

/*
 * Does the line end before byte `b`, or with it? A carriage return ends a line
 * with text when something other than a line feed follows: what a guest meant to
 * overwrite stands on a line of its own.
 */
enum line_end { LINE_GOES_ON, LINE_ENDS_BEFORE, LINE_ENDS_WITH, LINE_SKIP };

static enum line_end filter_line_end(struct line_filter *f, u8 b)
{
	bool cr = f->cr;

	f->cr = false;
	if (b == '\n')
		return LINE_ENDS_WITH;
	if (b == '\r') {
		f->cr = true;
		return LINE_SKIP;
	}
	return cr && f->text ? LINE_ENDS_BEFORE : LINE_GOES_ON;
}

/* ---- a VM's line ---- */

void vuart_room(struct vuart *v)
{
	if (console.emergency || !load_relaxed(&v->held_back))
		return;
	if (!load_relaxed(&v->hidden) && load_acquire(&v->head) - v->tail > CONSOLE_BEHIND / 2)
		return;
	if (atomic_xchg(&v->held_back, 0))
		v->ops->tx_room(v->dev);
}

void vuart_skip_to(struct vuart *v, u64 pos)
{
	store_release(&v->tail, pos);
	v->partial = false;
	/* pairs with console_vm_room(): it sets held_back and reads tail again */
	atomic_fence();
	vuart_room(v);
}

/* Bytes that wait in the ring; what was overwritten is given up. */
static u32 vuart_waiting(struct vuart *v)
{
	u64 head = load_acquire(&v->head);

	if (head - v->tail > CONSOLE_RING)
		vuart_skip_to(v, head - CONSOLE_RING);
	return (u32)(head - v->tail);
}

/* Is there a line to show: whole, long enough, or old enough? */
static bool line_ready(struct vuart *v, u32 waiting, u64 now)
{
	u32 len = waiting < CONSOLE_LINE ? waiting : CONSOLE_LINE;

	if (!waiting)
		return false;
	for (v->scanned = max_u64(v->scanned, v->tail); v->scanned < v->tail + len; v->scanned++)
		if (vuart_byte(v, v->scanned) == '\n')
			return true;
	if (waiting >= CONSOLE_LINE || console.flushing)
		return true;
	if (!v->partial) {
		v->partial = true;
		v->partial_since = now;
	}
	return now - v->partial_since >= ms_to_ticks(CONSOLE_PARTIAL_MS);
}

static void put_prefix(const struct vm *vm, const struct vuart *v)
{
	if (console.open_line == v)
		return;
	out_text("[");
	out_text(vm->plan->name);
	out_text("] ");
	console.open_line = v;
}

/* Bytes of the VM up to the end of its line, at most CONSOLE_LINE. */
static void put_line(struct vm *vm, struct vuart *v, u32 waiting)
{
	u64 pos = v->tail, end = pos + (waiting < CONSOLE_LINE ? waiting : CONSOLE_LINE);
	enum line_end how = LINE_GOES_ON;
	u8 shown[2];

	out_begin(v);
	v->filter.text = console.open_line == v;
	while (pos < end && how != LINE_ENDS_WITH) {
		u8 b = vuart_byte(v, pos);

		how = filter_line_end(&v->filter, b);
		if (how == LINE_ENDS_BEFORE)
			break;
		pos++;
		u32 n = how == LINE_GOES_ON ? filter_byte(&v->filter, b, shown) : 0;

		if (n || how == LINE_ENDS_WITH)
			put_prefix(vm, v);
		out_put(shown, n);
		v->filter.text = v->filter.text || n;
	}
	if (how == LINE_ENDS_WITH || how == LINE_ENDS_BEFORE)
		out_end_line();
	vuart_skip_to(v, pos);
}

static bool fill_line(u64 now)
{
	struct console *c = &console;

	for (u32 i = 0; i < nr_vms; i++) {
		struct vm *vm = &vms[(c->next_vm + i) % nr_vms];
		struct vuart *v = vm->console;
		u32 waiting = v ? vuart_waiting(v) : 0;

		if (!v || !line_ready(v, waiting, now))
			continue;
		put_line(vm, v, waiting);
		c->next_vm = (vm->index + 1u) % nr_vms;
		return true;
	}
	return false;
}

u64 console_partial_deadline(void)
{
	u64 first = NO_DEADLINE;

	if (console.focus)
		return NO_DEADLINE;
	for (u32 i = 0; i < nr_vms; i++) {
		const struct vuart *v = vms[i].console;

		if (v && v->partial)
			first = min_u64(first, v->partial_since + ms_to_ticks(CONSOLE_PARTIAL_MS));
	}
	return first;
}

/* ---- the other sources ---- */

static bool fill_raw(struct vuart *v)
{
	u32 waiting = vuart_waiting(v), len = waiting < RAW_CHUNK ? waiting : RAW_CHUNK;
	u8 b = '\n';

	if (!len)
		return false;
	out_begin(v);
	for (u32 i = 0; i < len; i++) {
		b = vuart_byte(v, v->tail + i);
		out_put(&b, 1);
	}
	console.open_line = b == '\n' ? NULL : v;
	vuart_skip_to(v, v->tail + len);
	return true;
}

static bool fill_log(void)
{
	static struct log_record r;
	u64 lost;

	if (!log_read(&console.log_pos, &r, &lost))
		return false;
	out_begin(&log_owner);
	if (lost)
		out_text("monadic: lines were lost here, the log overflowed\r\n");
	out_text("monadic: ");
	out_put(r.text, r.len);
	out_end_line();
	return true;
}

static bool fill_monitor(void)
{
	u8 chunk[RAW_CHUNK];
	u32 n = monitor_output(chunk, sizeof(chunk));

	if (!n)
		return false;
	out_begin(&monitor_owner);
	out_put(chunk, n);
	console.open_line = chunk[n - 1] == '\n' ? NULL : &monitor_owner;
	return true;
}

bool console_fill(u64 now)
{
	struct console *c = &console;

	c->out_pos = c->out_len = 0;
	if (c->emergency)
		return fill_log();
	if (fill_monitor() || fill_log())
		return true;
	return c->focus ? fill_raw(c->focus->console) : fill_line(now);
}

/* ---- replay ---- */

u64 console_vm_bytes(const struct vm *vm)
{
	return vm->console ? load_acquire(&vm->console->head) : 0;
}

bool console_replay(const struct vm *vm, u64 *pos, char *text, u32 size)
{
	const struct vuart *v = vm->console;
	struct line_filter f = {0};
	u64 head = console_vm_bytes(vm);
	u32 len = 0;

	if (head > CONSOLE_RING)
		*pos = max_u64(*pos, head - CONSOLE_RING);
	if (*pos >= head)
		return false;
	while (*pos < head && len + 3 <= size) {
		u8 b = vuart_byte(v, *pos);
		enum line_end how = filter_line_end(&f, b);

		if (how == LINE_ENDS_BEFORE)
			break;
		(*pos)++;
		if (how == LINE_ENDS_WITH)
			break;
		if (how == LINE_GOES_ON)
			len += filter_byte(&f, b, (u8 *)text + len);
		f.text = len;
	}
	text[len] = 0;
	return true;
}
