/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console multiplexer. Each VM's bytes go into a ring of its own, which is
 * both the queue to the UART (reader's cursor: tail) and the history that
 * `replay` shows; log.c holds the hypervisor's lines. One consumer at a time, on the
 * first housekeeping CPU, moves lines to the UART as it takes them
 * (console_out.c); nobody waits for it.
 *
 * A VM that is shown may be CONSOLE_BEHIND bytes ahead of the UART, then it
 * sees its own transmit FIFO full. One that is hidden, because another has the
 * focus, is never held back: its ring overwrites the oldest.
 *
 * Producers and consumer share head, tail, hidden, held_back and console.kicked
 * without a lock; each store that the other side must not miss is followed by a
 * fence before the other side's flag is read. console.busy is a try-lock.
 * Devices' locks are taken inside it (rx, tx_room), never the other way round.
 */
#include "core/console.h"

#include "core/console_int.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/machine.h"
#include "core/monitor.h"
#include "core/pools.h"
#include "core/string.h"
#include "hal/atomic.h"
#include "hal/cpu.h"

#define ESCAPE_KEY 0x1d /* Ctrl-] */
#define TX_SLICE 64u    /* bytes to the UART in one slice of work, at most 50 us */
#define RX_SLICE 32u
#define LOST_IRQ_MS 20u /* look again, should a transmit interrupt get lost */
#define POLL_IDLE_MS 10u
#define POLL_BUSY_MS 1u
#define HINT_MS 5000u

/* Bounds of polling: one byte never takes that many looks, nor everything queued that many rounds. */
#define FLUSH_TRIES 1000000u
#define FLUSH_ROUNDS 400000u

struct console console;

enum pump { PUMP_IDLE, PUMP_WAIT, PUMP_MORE };

/* ---- no UART: what is written is gone, the rings still turn ---- */

static void null_init(volatile void *regs UNUSED, const void *uart UNUSED)
{
}

static bool null_tx_ready(volatile void *regs UNUSED)
{
	return true;
}

static void null_tx(volatile void *regs UNUSED, u8 byte UNUSED)
{
}

static bool null_rx(volatile void *regs UNUSED, u8 *byte UNUSED)
{
	return false;
}

static void null_irq_enable(volatile void *regs UNUSED, bool rx UNUSED, bool tx UNUSED)
{
}

static void null_irq_ack(volatile void *regs UNUSED)
{
}

static const struct uart_ops null_uart = {
	"none", null_init, null_tx_ready, null_tx, null_rx, null_irq_enable, null_irq_ack,
};

/* ---- one consumer ---- */

static bool consumer_enter(void)
{
	return atomic_cas_u32(&console.busy, 0, 1);
}

static bool consumer_enter_bounded(void)
{
	for (u32 i = 0; i < FLUSH_TRIES; i++) {
		if (consumer_enter())
			return true;
		cpu_relax();
	}
	return false;
}

static void consumer_leave(void)
{
	store_release(&console.busy, 0);
}

/* Something was put into a ring (before this): see that the consumer looks. */
static void console_kick(void)
{
	struct console *c = &console;

	atomic_fence();
	if (load_relaxed(&c->kicked) || !load_relaxed(&c->started) || atomic_xchg(&c->kicked, 1))
		return;
	store_release(&c->todo, 1);
	house_kick();
}

static void look_again(void)
{
	store_release(&console.todo, 1);
	house_kick();
}

void console_wake(void)
{
	console_kick();
}

void console_log_added(void)
{
	if (load_acquire(&console.started))
		console_kick();
	else if (console.uart)
		console_flush();
}

/* ---- output ---- */

/* Of the budget, in bytes sent. */
#define FILL_COST (1 + CONSOLE_LINE / 16)

static enum pump pump(u32 budget)
{
	struct console *c = &console;
	u64 now = time_now();

	while (budget) {
		if (c->out_pos == c->out_len) {
			if (!console_fill(now))
				return PUMP_IDLE;
			/* What a guest makes vanish costs it, too: a line is looked at twice. */
			budget -= budget > FILL_COST ? FILL_COST : budget;
			continue;
		}
		if (!c->uart->tx_ready(c->regs))
			return PUMP_WAIT;
		c->uart->tx(c->regs, c->out[c->out_pos++]);
		budget--;
	}
	return PUMP_MORE;
}

static bool wait_tx(void)
{
	for (u32 i = 0; i < FLUSH_TRIES; i++) {
		if (console.uart->tx_ready(console.regs))
			return true;
		cpu_relax();
	}
	return false;
}

static void pump_all(void)
{
	enum pump how;

	console.flushing = true;
	for (u32 i = 0; i < FLUSH_ROUNDS; i++) {
		how = pump(TX_SLICE);
		if (how == PUMP_IDLE || (how == PUMP_WAIT && !wait_tx()))
			break;
	}
	console.flushing = false;
}

void console_flush(void)
{
	if (!console.uart || !consumer_enter_bounded())
		return;
	pump_all();
	consumer_leave();
	if (load_acquire(&console.started))
		look_again();
}

void console_emergency(void)
{
	if (!console.uart)
		return;
	(void)consumer_enter_bounded(); /* whoever has it may never leave */
	console.emergency = true;
	pump_all();
}

/* ---- focus ---- */

static void vuart_hide(struct vuart *v)
{
	v->hidden_from = v->tail;
	v->partial = false;
	store_release(&v->hidden, 1);
	atomic_fence();
	vuart_room(v);
}

static void vuart_show(const struct vm *vm, struct vuart *v)
{
	u64 missed;

	store_release(&v->hidden, 0);
	atomic_fence();
	vuart_skip_to(v, load_acquire(&v->head));
	missed = v->tail - v->hidden_from;
	if (missed)
		log_info("%s: %lu bytes were not shown; `replay %s` shows them", vm->plan->name, missed,
			 vm->plan->name);
}

static void move_focus(struct vm *vm)
{
	struct console *c = &console;

	if (vm == c->focus)
		return;
	c->focus = vm;
	for (u32 i = 0; i < nr_vms; i++) {
		struct vuart *v = vms[i].console;
		bool hide = vm && vm != &vms[i];

		if (!v)
			continue;
		v->filter = (struct line_filter){0};
		if (hide && !v->hidden)
			vuart_hide(v);
		else if (!hide && v->hidden)
			vuart_show(&vms[i], v);
	}
	if (vm)
		log_info("%s has the focus; Ctrl-] opens the monitor", vm->plan->name);
	console_kick();
}

enum err console_set_focus(struct vm *vm)
{
	if (vm && !vm->console)
		return ERR_NOENT;
	move_focus(vm);
	return OK;
}

struct vm *console_focus(void)
{
	return console.focus;
}

/* ---- input ---- */

/* A VM may still be reading what was typed when another has the focus. */
static void rx_deliver_to(struct vuart *v)
{
	u32 n = v->rx_count;

	while (n && v->ops->rx(v->dev, v->rx[v->rx_first])) {
		v->rx_first = (v->rx_first + 1) % CONSOLE_RX;
		n--;
	}
	store_relaxed(&v->rx_count, n);
}

static void rx_deliver(void)
{
	for (u32 i = 0; i < nr_vms; i++)
		if (vms[i].console && vms[i].console->rx_count)
			rx_deliver_to(vms[i].console);
}

static void rx_hint(void)
{
	u64 now = time_now();

	if (now < console.hint_after)
		return;
	console.hint_after = now + ms_to_ticks(HINT_MS);
	log_info("no VM has the focus; Ctrl-] opens the monitor");
}

/* One that does not read loses the newest. */
static void rx_keep(struct vuart *v, u8 b)
{
	u32 n = v->rx_count;

	if (n == CONSOLE_RX)
		return;
	v->rx[(v->rx_first + n) % CONSOLE_RX] = b;
	store_relaxed(&v->rx_count, n + 1);
}

static void rx_byte(u8 b)
{
	struct console *c = &console;

	if (b == ESCAPE_KEY) {
		rx_deliver(); /* what was typed before it, as far as there is room */
		move_focus(NULL);
		monitor_open();
	} else if (monitor_is_open()) {
		monitor_key(b);
	} else if (!c->focus) {
		rx_hint();
	} else {
		rx_keep(c->focus->console, b);
	}
}

/* True: the UART may have more. */
static bool rx_poll(void)
{
	u8 b;

	for (u32 i = 0; i < RX_SLICE; i++) {
		if (!console.uart->rx(console.regs, &b))
			return false;
		rx_byte(b);
	}
	return true;
}

/* ---- the consumer's slice ---- */

static u64 tick_deadline(enum pump how)
{
	const struct console *c = &console;
	u64 now = time_now(), at = console_partial_deadline();

	if (how == PUMP_WAIT)
		at = min_u64(at, now + ms_to_ticks(c->has_irq ? LOST_IRQ_MS : POLL_BUSY_MS));
	else if (!c->has_irq || (c->focus && c->focus->console->rx_count))
		at = min_u64(at, now + ms_to_ticks(POLL_IDLE_MS));
	return at;
}

static void wait_for_uart(enum pump how)
{
	struct console *c = &console;
	bool tx = how == PUMP_WAIT;
	u64 at = tick_deadline(how);

	if (c->has_irq && tx != c->tx_irq) {
		c->tx_irq = tx;
		c->uart->irq_enable(c->regs, true, tx);
	}
	if (at != c->tick_at) {
		c->tick_at = at;
		ktimer_set(&c->tick, at);
	}
}

/* One slice on the housekeeping CPU; true: more to do now. */
static bool console_run(void)
{
	struct console *c = &console;
	enum pump how;
	bool more;

	if (!consumer_enter())
		return false;
	store_relaxed(&c->todo, 0);
	store_relaxed(&c->kicked, 0);
	atomic_fence(); /* then the rings are read: see console_kick() */
	more = rx_poll();
	rx_deliver();
	how = pump(TX_SLICE);
	wait_for_uart(how);
	if (how == PUMP_WAIT)
		store_relaxed(&c->kicked, 1); /* the UART's interrupt or the tick comes anyway */
	consumer_leave();
	return more || how == PUMP_MORE;
}

bool console_work(void)
{
	if (!load_acquire(&console.todo))
		return false;
	if (!console_run())
		return false;
	store_release(&console.todo, 1);
	return true;
}

void console_irq(void)
{
	console.uart->irq_ack(console.regs);
	if (console_run())
		look_again();
}

static void tick_fired(struct ktimer *t UNUSED)
{
	console.tick_at = NO_DEADLINE;
	if (console_run())
		look_again();
}

BOOT_CODE void console_init(const struct uart_ops *ops, volatile void *regs, const struct machine_uart *uart)
{
	struct console *c = &console;

	c->uart = ops ? ops : &null_uart;
	c->regs = regs;
	c->log_pos = 0;
	c->out_pos = c->out_len = 0; /* of a line that another UART did not take */
	c->open_line = NULL;
	c->has_irq = !ops || uart->irq;
	c->tick_at = NO_DEADLINE;
	ktimer_init(&c->tick, tick_fired);
	c->uart->init(regs, uart);
	console_flush(); /* lines that were logged before there was this console */
}

BOOT_CODE void console_start_irq(void)
{
	struct console *c = &console;

	if (!c->uart)
		console_init(NULL, NULL, NULL);
	if (c->has_irq)
		c->uart->irq_enable(c->regs, true, false);
	store_release(&c->started, 1);
	look_again();
}

/* ---- a VM's side ---- */

size_t console_vm_size(void)
{
	return sizeof(struct vuart);
}

BOOT_CODE void console_vm_attach(struct vm *vm, const struct vuart_ops *ops, void *dev)
{
	struct vuart *v = vm->console;

	if (!v)
		v = pool_alloc("console", sizeof(*v), 64);
	if (!v)
		return;
	v->ops = ops;
	v->dev = dev;
	vm->console = v;
}

static u32 room_of(const struct vuart *v)
{
	u64 behind = v->head - load_acquire(&v->tail);

	if (load_relaxed(&v->hidden))
		return CONSOLE_BEHIND;
	return behind < CONSOLE_BEHIND ? CONSOLE_BEHIND - (u32)behind : 0;
}

u32 console_vm_room(const struct vm *vm)
{
	struct vuart *v = vm->console;
	u32 room = v ? room_of(v) : CONSOLE_BEHIND;

	if (room)
		return room;
	store_relaxed(&v->held_back, 1);
	atomic_fence(); /* the consumer moves tail, or shows and hides, and then looks at held_back */
	return room_of(v);
}

void console_vm_put(struct vm *vm, u8 byte)
{
	struct vuart *v = vm->console;

	if (!v)
		return;
	store_relaxed(&v->ring[v->head % CONSOLE_RING], byte);
	store_release(&v->head, v->head + 1);
	atomic_fence(); /* a VM that becomes visible just now: its bytes are seen, or this sees that it is */
	if (!load_relaxed(&v->hidden))
		console_kick();
}

void console_vm_rx_room(struct vm *vm)
{
	if (vm->console && load_relaxed(&vm->console->rx_count))
		console_kick();
}
