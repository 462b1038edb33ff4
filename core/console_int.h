/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between console.c (rings, focus, input) and console_out.c (what goes to the
 * UART next). Everything here but struct vuart's producer fields belongs to the
 * consumer: the CPU that holds console.busy.
 */
#ifndef CORE_CONSOLE_INT_H
#define CORE_CONSOLE_INT_H

#include "core/console.h"
#include "core/timer.h"

#define CONSOLE_RING KIB(64)
#define CONSOLE_BEHIND 4096u   /* a shown VM may be this far ahead of the UART */
#define CONSOLE_LINE 512u      /* an unfinished line goes out when it is this long, */
#define CONSOLE_PARTIAL_MS 50u /* or this old */
#define CONSOLE_RX 256u

/* What one VM's bytes become in line mode; see filter_byte(). */
struct line_filter {
	u8 escape;    /* inside an escape sequence: enum in console_out.c */
	u8 utf8_left; /* continuation bytes to come */
	bool utf8_c2; /* of a two-byte sequence that could be a C1 control */
	bool cr;      /* a carriage return was the last byte */
	bool text;    /* something stands on the line */
};

struct vuart {
	const struct vuart_ops *ops;
	void *dev;

	/* producer: the VM's device, under its lock */
	u64 head;      /* bytes ever put */
	u32 held_back; /* the VM saw no room: it wants tx_room */

	/* consumer */
	u64 tail;        /* shown, or skipped, up to here */
	u64 scanned;     /* no line end in [tail, scanned) */
	u64 hidden_from; /* tail when another VM got the focus */
	u64 partial_since;
	bool partial; /* an unfinished line waits since then */
	u32 hidden;   /* another VM has the focus: producer reads it */
	struct line_filter filter;

	/* what was typed and the device has no room for yet; producer reads the count */
	u32 rx_first, rx_count;
	u8 rx[CONSOLE_RX];

	u8 ring[CONSOLE_RING];
};

struct console {
	const struct uart_ops *uart;
	volatile void *regs;
	bool has_irq;
	u32 started;    /* console_start_irq() was called */
	u32 busy;       /* somebody is the consumer */
	u32 kicked;     /* producers need not kick: the consumer looks or will look */
	u32 todo;       /* console_work() has something to look at */
	bool flushing;  /* unfinished lines go out at once */
	bool emergency; /* log only */
	bool tx_irq;    /* enabled in the UART */
	struct ktimer tick;
	u64 tick_at;

	struct vm *focus;
	u32 next_vm; /* whose turn it is */
	u64 log_pos;
	u64 hint_after;        /* ticks */
	const void *open_line; /* whose unfinished line the cursor stands in; NULL: column 0 */

	u8 out[2 * CONSOLE_LINE + 128]; /* one line, on its way to the UART */
	u32 out_pos, out_len;
};

extern struct console console;

/* Put the next line into console.out. False: there is nothing to show now. */
bool console_fill(u64 now);
/* When an unfinished line falls due, in ticks; NO_DEADLINE: there is none. */
u64 console_partial_deadline(void);
/* A VM's ring moved on: let a held-back VM go on when there is room enough. */
void vuart_room(struct vuart *v);
void vuart_skip_to(struct vuart *v, u64 pos);

static inline u8 vuart_byte(const struct vuart *v, u64 pos)
{
	return load_relaxed(&v->ring[pos % CONSOLE_RING]);
}

static inline u64 ms_to_ticks(u64 ms)
{
	return ms * time_hz() / 1000;
}

#endif
