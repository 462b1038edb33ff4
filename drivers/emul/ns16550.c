/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated NS16550A (PC16550D; sections below are its). Registers are bytes at
 * consecutive addresses; a wider access reaches the one at its address, as on a bus of
 * 8-bit devices, and what lies behind the eight of them reads 0. The line itself takes
 * no time: a byte written goes on to the console at once unless the console holds
 * the VM back; then it stays in the transmitter, and LSR and the interrupt tell. It
 * is 8 bits wide whatever LCR says. OUT2 does not gate the interrupt: that is the PC's
 * wiring, not the chip's.
 *
 * Lock: dev->lock, a leaf. The console's calls (rx, tx_room) come from the housekeeping
 * CPU without a lock held; it waits for at most one register access of each vCPU.
 */
#include "drivers/emul/ns16550.h"

#include "core/console.h"
#include "hal/vcpu.h"

/* Registers by offset (table I) */
enum { R_DATA, R_IER, R_IIR, R_FCR = R_IIR, R_LCR, R_MCR, R_LSR, R_MSR, R_SCR, NR_REGS };

/* IER (8.7) */
#define IER_RX (1u << 0)
#define IER_THRE (1u << 1)
#define IER_LINE (1u << 2)
#define IER_MODEM (1u << 3)
#define IER_ALL 0x0fu

/* IIR (8.6, table V), in order of priority but for the last */
#define IIR_LINE 0x06u
#define IIR_RX 0x04u
#define IIR_TIMEOUT 0x0cu
#define IIR_THRE 0x02u
#define IIR_MODEM 0x00u
#define IIR_NONE 0x01u
#define IIR_FIFO 0xc0u

/* FCR (8.5) */
#define FCR_ENABLE (1u << 0)
#define FCR_CLEAR_RX (1u << 1)
#define FCR_CLEAR_TX (1u << 2)
#define FCR_KEPT 0xc9u /* trigger level, DMA mode, enable */

#define LCR_DLAB (1u << 7) /* 8.1 */

/* LSR (8.4); the line has no parity, framing or break errors */
#define LSR_DR (1u << 0)
#define LSR_OE (1u << 1)
#define LSR_THRE (1u << 5)
#define LSR_TEMT (1u << 6)

/* MCR (8.8), MSR (8.9) */
#define MCR_DTR (1u << 0)
#define MCR_RTS (1u << 1)
#define MCR_OUT1 (1u << 2)
#define MCR_OUT2 (1u << 3)
#define MCR_LOOP (1u << 4)
#define MCR_ALL 0x1fu
#define MSR_CTS (1u << 4)
#define MSR_DSR (1u << 5)
#define MSR_RI (1u << 6)
#define MSR_DCD (1u << 7)

#define DIVISOR_RESET (NS16550_CLOCK_HZ / 16 / 115200)

static bool fifo_mode(const struct vns16550 *d)
{
	return d->fcr & FCR_ENABLE;
}

static u32 depth(const struct vns16550 *d)
{
	return fifo_mode(d) ? NS16550_FIFO : 1;
}

static bool rx_full(const struct vns16550 *d)
{
	return d->rx.count >= depth(d);
}

static bool fifo_put(struct vns16550_fifo *f, u32 size, u8 byte)
{
	if (f->count >= size)
		return false;
	f->data[(f->first + f->count++) % NS16550_FIFO] = byte;
	return true;
}

static u8 fifo_get(struct vns16550_fifo *f)
{
	u8 byte = f->data[f->first];

	f->first = (f->first + 1) % NS16550_FIFO;
	f->count--;
	return byte;
}

/* ---- interrupts ---- */

static u32 rx_level(const struct vns16550 *d)
{
	static const u8 levels[4] = {1, 4, 8, 14};

	return fifo_mode(d) ? levels[d->fcr >> 6] : 1;
}

/* What wants to interrupt, as bits of IER. */
static u32 wanted(const struct vns16550 *d)
{
	return ((d->rx.count ? IER_RX : 0) | (d->thre ? IER_THRE : 0) | (d->overrun ? IER_LINE : 0) |
		(d->delta ? IER_MODEM : 0)) &
	       d->ier;
}

/*
 * The first of them by priority. Bytes below the trigger level interrupt by timeout: nothing more is under way when
 * the console offers a byte, so its period of four characters is over at once (8.10).
 */
static u32 cause(const struct vns16550 *d)
{
	u32 w = wanted(d);

	if (w & IER_LINE)
		return IIR_LINE;
	if (w & IER_RX)
		return d->rx.count >= rx_level(d) ? IIR_RX : IIR_TIMEOUT;
	if (w & IER_THRE)
		return IIR_THRE;
	return w ? IIR_MODEM : IIR_NONE;
}

static void update_irq(struct vns16550 *d)
{
	bool level = wanted(d);

	if (level == d->level)
		return;
	d->level = level;
	virq_set(d->vm, d->irq, level);
}

/* ---- receive ---- */

/* Too many bytes: the FIFO keeps the older ones, a lone receiver buffer the newer (8.4, bit 1). */
static void rx_put(struct vns16550 *d, u8 byte)
{
	if (fifo_put(&d->rx, depth(d), byte))
		return;
	d->overrun = true;
	if (!fifo_mode(d))
		d->rx.data[d->rx.first] = byte;
}

static u8 read_rbr(struct vns16550 *d)
{
	return d->rx.count ? fifo_get(&d->rx) : 0;
}

/* ---- transmit ---- */

/* In loopback the receiver takes all (8.8, bit 4). */
static bool tx_open(const struct vns16550 *d)
{
	return (d->mcr & MCR_LOOP) || console_vm_room(d->vm);
}

static void tx_one(struct vns16550 *d, u8 byte)
{
	if (d->mcr & MCR_LOOP)
		rx_put(d, byte);
	else
		console_vm_put(d->vm, byte);
}

/* Bytes leave the transmitter while the far end takes them; when it is empty it wants to say so. */
static void tx_drain(struct vns16550 *d)
{
	if (!d->tx.count)
		return;
	while (d->tx.count && tx_open(d))
		tx_one(d, fifo_get(&d->tx));
	d->thre = !d->tx.count;
}

static void write_thr(struct vns16550 *d, u8 byte)
{
	/* the common case: nothing waits, the byte passes through at once */
	if (!d->tx.count && tx_open(d)) {
		tx_one(d, byte);
		d->thre = true;
		return;
	}
	d->thre = false;
	(void)fifo_put(&d->tx, depth(d), byte); /* else lost, as on hardware: software looks at THRE */
	tx_drain(d);
}

/* ---- modem lines ---- */

/* The line is always connected; loopback joins the outputs to the inputs (8.8, bit 4). */
static u32 modem_inputs(const struct vns16550 *d)
{
	if (!(d->mcr & MCR_LOOP))
		return MSR_CTS | MSR_DSR | MSR_DCD;
	return (d->mcr & MCR_RTS ? MSR_CTS : 0) | (d->mcr & MCR_DTR ? MSR_DSR : 0) |
	       (d->mcr & MCR_OUT1 ? MSR_RI : 0) | (d->mcr & MCR_OUT2 ? MSR_DCD : 0);
}

/* Every change counts, of the ring indicator its end only (8.9, bit 2). */
static void write_mcr(struct vns16550 *d, u8 value)
{
	u32 before = modem_inputs(d), now;

	d->mcr = value & MCR_ALL;
	now = modem_inputs(d);
	d->delta |= (u8)(((before ^ now) & ~(now & MSR_RI)) >> 4);
	tx_drain(d);
}

/* ---- reads ---- */

static u8 read_data(struct vns16550 *d)
{
	return d->lcr & LCR_DLAB ? d->dll : read_rbr(d);
}

static u8 read_ier(struct vns16550 *d)
{
	return d->lcr & LCR_DLAB ? d->dlm : d->ier;
}

/* Naming the transmitter's interrupt ends it (table V). */
static u8 read_iir(struct vns16550 *d)
{
	u32 c = cause(d);

	if (c == IIR_THRE)
		d->thre = false;
	return (u8)(c | (fifo_mode(d) ? IIR_FIFO : 0));
}

static u8 read_lcr(struct vns16550 *d)
{
	return d->lcr;
}

static u8 read_mcr(struct vns16550 *d)
{
	return d->mcr;
}

static u8 read_lsr(struct vns16550 *d)
{
	u32 lsr = (d->rx.count ? LSR_DR : 0) | (d->overrun ? LSR_OE : 0) |
		  (d->tx.count ? 0 : LSR_THRE | LSR_TEMT);

	d->overrun = false;
	return (u8)lsr;
}

static u8 read_msr(struct vns16550 *d)
{
	u32 msr = modem_inputs(d) | d->delta;

	d->delta = 0;
	return (u8)msr;
}

static u8 read_scr(struct vns16550 *d)
{
	return d->scr;
}

/* ---- writes ---- */

static void write_data(struct vns16550 *d, u8 value)
{
	if (d->lcr & LCR_DLAB)
		d->dll = value;
	else
		write_thr(d, value);
}

/* Enabling the transmitter's interrupt while it is empty interrupts at once. */
static void write_ier(struct vns16550 *d, u8 value)
{
	u32 before = d->ier;

	if (d->lcr & LCR_DLAB) {
		d->dlm = value;
		return;
	}
	d->ier = value & IER_ALL;
	if (~before & d->ier & IER_THRE)
		d->thre = !d->tx.count;
}

/* Without the enabling bit no other is programmed; a change of it empties both FIFOs (8.5, bit 0). */
static void write_fcr(struct vns16550 *d, u8 value)
{
	bool changed = (d->fcr ^ value) & FCR_ENABLE;

	d->fcr = value & FCR_ENABLE ? value & FCR_KEPT : 0;
	if (changed || (value & FCR_ENABLE && value & FCR_CLEAR_RX))
		d->rx.count = 0;
	if ((changed || (value & FCR_ENABLE && value & FCR_CLEAR_TX)) && d->tx.count) {
		d->tx.count = 0;
		d->thre = true;
	}
}

static void write_lcr(struct vns16550 *d, u8 value)
{
	d->lcr = value;
}

static void write_scr(struct vns16550 *d, u8 value)
{
	d->scr = value;
}

static const struct {
	u8 (*read)(struct vns16550 *d);
	void (*write)(struct vns16550 *d, u8 value); /* NULL: read-only */
} regs[NR_REGS] = {
	[R_DATA] = {read_data, write_data}, [R_IER] = {read_ier, write_ier}, [R_IIR] = {read_iir, write_fcr},
	[R_LCR] = {read_lcr, write_lcr},    [R_MCR] = {read_mcr, write_mcr}, [R_LSR] = {read_lsr, NULL},
	[R_MSR] = {read_msr, NULL},         [R_SCR] = {read_scr, write_scr},
};

/* After an access: true when the receiver was full and has room now. */
static bool finish(struct vns16550 *d, bool was_full)
{
	bool room = was_full && !rx_full(d);

	update_irq(d);
	spin_unlock(&d->lock);
	return room;
}

static u64 vns16550_read(void *dev, struct vcpu *vcpu UNUSED, u64 off, u32 size UNUSED)
{
	struct vns16550 *d = dev;
	bool was_full;
	u8 value;

	if (off >= NR_REGS)
		return 0;
	spin_lock(&d->lock);
	was_full = rx_full(d);
	value = regs[off].read(d);
	if (finish(d, was_full))
		console_vm_rx_room(d->vm);
	return value;
}

static void vns16550_write(void *dev, struct vcpu *vcpu UNUSED, u64 off, u32 size UNUSED, u64 value)
{
	struct vns16550 *d = dev;
	bool was_full;

	if (off >= NR_REGS || !regs[off].write)
		return;
	spin_lock(&d->lock);
	was_full = rx_full(d);
	regs[off].write(d, (u8)value);
	if (finish(d, was_full))
		console_vm_rx_room(d->vm);
}

const struct mmio_ops vns16550_mmio = {
	.sizes = 1 | 2 | 4 | 8, .read = vns16550_read, .write = vns16550_write};

/* ---- the console's side ---- */

static bool vns16550_rx(void *dev, u8 byte)
{
	struct vns16550 *d = dev;
	bool looped, taken;

	spin_lock(&d->lock);
	looped = d->mcr & MCR_LOOP;
	/* in loopback the receiver is cut off from the line: what is typed is lost */
	taken = looped || fifo_put(&d->rx, depth(d), byte);
	if (!looped)
		update_irq(d);
	spin_unlock(&d->lock);
	return taken;
}

static void vns16550_tx_room(void *dev)
{
	struct vns16550 *d = dev;

	spin_lock(&d->lock);
	tx_drain(d);
	update_irq(d);
	spin_unlock(&d->lock);
}

static const struct vuart_ops vns16550_uart = {.rx = vns16550_rx, .tx_room = vns16550_tx_room};

void vns16550_reset(struct vns16550 *d)
{
	spin_lock(&d->lock);
	d->rx.count = d->tx.count = 0;
	d->overrun = d->thre = false;
	d->ier = d->fcr = d->lcr = d->mcr = d->scr = d->delta = 0;
	d->dll = DIVISOR_RESET;
	d->dlm = 0;
	update_irq(d);
	spin_unlock(&d->lock);
}

BOOT_CODE enum err vns16550_init(struct vm *vm, struct vns16550 *d, gpa_t base, u32 irq)
{
	d->vm = vm;
	d->irq = irq;
	d->level = false;
	vns16550_reset(d);
	console_vm_attach(vm, &vns16550_uart, d);
	return mmio_add(vm->mmio, base, NS16550_SIZE, &vns16550_mmio, d);
}

u32 vns16550_text(struct vns16550 *d, const u8 *text, u32 n)
{
	u32 done = 0;

	spin_lock(&d->lock);
	while (done < n && !d->tx.count && console_vm_room(d->vm))
		console_vm_put(d->vm, text[done++]);
	spin_unlock(&d->lock);
	return done;
}

u32 vns16550_take(struct vns16550 *d, u8 *buf, u32 n)
{
	u32 done = 0;
	bool was_full;

	spin_lock(&d->lock);
	was_full = rx_full(d);
	while (done < n && d->rx.count)
		buf[done++] = read_rbr(d);
	if (finish(d, was_full))
		console_vm_rx_room(d->vm);
	return done;
}
