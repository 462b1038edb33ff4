/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated PL011 (ARM DDI 0183G). The line itself takes no time: a byte written
 * goes on to the console at once unless the console holds the VM back; then it
 * stays in the transmit FIFO, and FR and the transmit interrupt tell. Like
 * QEMU's model it sends and receives whether CR enables it or not: bare-metal
 * images count on that.
 *
 * Lock: dev->lock, a leaf. The console's calls (rx, tx_room) come from the housekeeping
 * CPU without a lock held; it waits for at most one register access of each vCPU.
 */
#include "drivers/emul/pl011.h"
#include "drivers/emul/primecell.h"

#include "core/console.h"
#include "core/string.h"
#include "hal/vcpu.h"

/* Registers by offset / 4 (3.2, table 3-1) */
enum {
	R_DR = 0x00 / 4,
	R_RSR = 0x04 / 4,
	R_FR = 0x18 / 4,
	R_ILPR = 0x20 / 4,
	R_IBRD = 0x24 / 4,
	R_FBRD = 0x28 / 4,
	R_LCR = 0x2c / 4,
	R_CR = 0x30 / 4,
	R_IFLS = 0x34 / 4,
	R_IMSC = 0x38 / 4,
	R_RIS = 0x3c / 4,
	R_MIS = 0x40 / 4,
	R_ICR = 0x44 / 4,
	R_DMACR = 0x48 / 4,
};

/* FR (3.3.3) */
#define FR_BUSY (1u << 3)
#define FR_RXFE (1u << 4)
#define FR_TXFF (1u << 5)
#define FR_RXFF (1u << 6)
#define FR_TXFE (1u << 7)
#define FR_RI (1u << 8)
#define FR_DCD (1u << 2)
#define FR_DSR (1u << 1)
#define FR_CTS (1u << 0)

/* DR and RSR (3.3.1, 3.3.2) */
#define DR_FE (1u << 8)
#define DR_BE (1u << 10)
#define DR_OE (1u << 11)

/* LCR_H (3.3.7), CR (3.3.8) */
#define LCR_BRK (1u << 0)
#define LCR_FEN (1u << 4)
#define CR_LBE (1u << 7)
#define CR_DTR (1u << 10)
#define CR_RTS (1u << 11)
#define CR_OUT1 (1u << 12)
#define CR_OUT2 (1u << 13)
#define CR_RESET 0x300u /* TXE, RXE */
#define IFLS_RESET 0x12u

/* Interrupts: IMSC, RIS, MIS, ICR (3.3.10 to 3.3.13) */
#define INT_RX (1u << 4)
#define INT_TX (1u << 5)
#define INT_RT (1u << 6)
#define INT_FE (1u << 7)
#define INT_BE (1u << 9)
#define INT_OE (1u << 10)
#define INT_ALL 0x7ffu

static u32 depth(const struct vpl011 *d)
{
	return d->reg[R_LCR] & LCR_FEN ? PL011_FIFO : 1;
}

static bool fifo_put(struct vpl011_fifo *f, u32 size, u16 entry)
{
	if (f->count >= size)
		return false;
	f->data[(f->first + f->count++) % PL011_FIFO] = entry;
	return true;
}

static u16 fifo_get(struct vpl011_fifo *f)
{
	u16 entry = f->data[f->first];

	f->first = (f->first + 1) % PL011_FIFO;
	f->count--;
	return entry;
}

/* IFLS (3.3.9): 1/8, 1/4, 1/2, 3/4, 7/8 of the FIFO; reserved values act as 1/2. */
static u32 level_of(u32 select)
{
	static const u8 eighths[8] = {1, 2, 4, 6, 7, 4, 4, 4};

	return eighths[select & 7] * PL011_FIFO / 8;
}

static u32 rx_level(const struct vpl011 *d)
{
	return d->reg[R_LCR] & LCR_FEN ? level_of(d->reg[R_IFLS] >> 3) : 1;
}

static u32 tx_level(const struct vpl011 *d)
{
	return d->reg[R_LCR] & LCR_FEN ? level_of(d->reg[R_IFLS]) : 0;
}

static void update_irq(struct vpl011 *d)
{
	bool level = d->reg[R_RIS] & d->reg[R_IMSC];

	if (level == d->level)
		return;
	d->level = level;
	virq_set(d->vm, d->irq, level);
}

/* ---- receive ---- */

/*
 * One entry arrives. The receive interrupt comes at the trigger level, the
 * timeout interrupt for what lies below it: nothing more is under way when the
 * console offers a byte, so its 32-bit period is over at once (2.4.2).
 */
static void rx_put(struct vpl011 *d, u16 entry)
{
	if (d->overrun)
		entry |= DR_OE;
	if (!fifo_put(&d->rx, depth(d), entry)) {
		d->overrun = true;
		d->reg[R_RSR] |= DR_OE >> 8;
		d->reg[R_RIS] |= INT_OE;
		return;
	}
	d->overrun = false;
	if (d->rx.count >= rx_level(d))
		d->reg[R_RIS] |= INT_RX;
	d->reg[R_RIS] |= INT_RT;
}

static u32 read_dr(struct vpl011 *d, bool *was_full)
{
	if (!d->rx.count)
		return 0;
	*was_full = d->rx.count >= depth(d);

	u32 entry = fifo_get(&d->rx);

	/* RSR shows the errors of the entry read last; an overrun stays until ECR (3.3.2) */
	d->reg[R_RSR] = (d->reg[R_RSR] & (DR_OE >> 8)) | ((entry >> 8) & 0xf);
	if (d->rx.count < rx_level(d))
		d->reg[R_RIS] &= ~INT_RX;
	if (!d->rx.count)
		d->reg[R_RIS] &= ~INT_RT;
	return entry;
}

/* ---- transmit ---- */

static void tx_one(struct vpl011 *d, u8 byte)
{
	if (d->reg[R_CR] & CR_LBE)
		rx_put(d, byte);
	else
		console_vm_put(d->vm, byte);
}

/* Bytes leave the FIFO while the far end takes them; passing the trigger level interrupts. */
static void tx_drain(struct vpl011 *d)
{
	bool above = d->tx.count > tx_level(d);

	while (d->tx.count && ((d->reg[R_CR] & CR_LBE) || console_vm_room(d->vm)))
		tx_one(d, (u8)fifo_get(&d->tx));
	if (above && d->tx.count <= tx_level(d))
		d->reg[R_RIS] |= INT_TX;
}

static void write_dr(struct vpl011 *d, u8 byte)
{
	/* the common case: nothing waits, the byte passes through the FIFO at once */
	if (!d->tx.count && ((d->reg[R_CR] & CR_LBE) || console_vm_room(d->vm))) {
		tx_one(d, byte);
		d->reg[R_RIS] |= INT_TX;
		return;
	}
	if (!fifo_put(&d->tx, depth(d), byte)) /* lost, as on hardware: software looks at TXFF */
		return;
	if (d->tx.count > tx_level(d))
		d->reg[R_RIS] &= ~INT_TX;
	tx_drain(d);
}

/* ---- registers ---- */

static u32 read_fr(const struct vpl011 *d)
{
	u32 fr = 0;

	fr |= d->rx.count ? 0 : FR_RXFE;
	fr |= d->rx.count >= depth(d) ? FR_RXFF : 0;
	fr |= d->tx.count ? FR_BUSY : FR_TXFE;
	fr |= d->tx.count >= depth(d) ? FR_TXFF : 0;
	if (!(d->reg[R_CR] & CR_LBE))
		return fr;
	/* loopback joins the modem outputs to the inputs (2.4.5) */
	fr |= d->reg[R_CR] & CR_RTS ? FR_CTS : 0;
	fr |= d->reg[R_CR] & CR_DTR ? FR_DSR : 0;
	fr |= d->reg[R_CR] & CR_OUT1 ? FR_DCD : 0;
	fr |= d->reg[R_CR] & CR_OUT2 ? FR_RI : 0;
	return fr;
}

/* The registers that are not simply stored. */
static u32 read_reg(const struct vpl011 *d, u32 reg)
{
	if (reg == R_FR)
		return read_fr(d);
	if (reg == R_MIS)
		return d->reg[R_RIS] & d->reg[R_IMSC];
	return reg < PL011_REGS ? d->reg[reg] : 0;
}

static u64 vpl011_read(void *dev, struct vcpu *vcpu UNUSED, u64 off, u32 size UNUSED)
{
	struct vpl011 *d = dev;
	bool was_full = false;
	u32 value;

	if (off & 3)
		return 0;
	if (off >= PRIMECELL_ID)
		return primecell_id(off, 0x011, 3);
	spin_lock(&d->lock);
	if (off / 4 == R_DR) {
		value = read_dr(d, &was_full);
		update_irq(d);
	} else {
		value = read_reg(d, (u32)off / 4);
	}
	spin_unlock(&d->lock);
	if (was_full)
		console_vm_rx_room(d->vm);
	return value;
}

static void write_data(struct vpl011 *d, u32 value)
{
	write_dr(d, (u8)value);
}

/* Turning the FIFOs on or off empties the receiver; what waits to be sent is kept. */
static void write_lcr(struct vpl011 *d, u32 value)
{
	u32 changed = d->reg[R_LCR] ^ value;

	d->reg[R_LCR] = value;
	if (changed & LCR_FEN) {
		d->rx.count = 0;
		d->reg[R_RIS] &= ~(INT_RX | INT_RT);
	}
	if ((changed & value & LCR_BRK) && (d->reg[R_CR] & CR_LBE)) {
		rx_put(d, DR_BE | DR_FE);
		d->reg[R_RIS] |= INT_BE | INT_FE;
	}
}

static void write_cr(struct vpl011 *d, u32 value)
{
	d->reg[R_CR] = value;
	tx_drain(d);
}

static void write_icr(struct vpl011 *d, u32 value)
{
	d->reg[R_RIS] &= ~value;
}

/* Writable bits, and what a write does when it does more than store. */
static const struct {
	u32 mask;
	void (*fn)(struct vpl011 *d, u32 value);
} reg_write[PL011_REGS] = {
	[R_DR] = {0xff, write_data}, [R_RSR] = {0, NULL}, /* ECR: any value clears the errors */
	[R_ILPR] = {0xff, NULL},     [R_IBRD] = {0xffff, NULL},
	[R_FBRD] = {0x3f, NULL},     [R_LCR] = {0xff, write_lcr},
	[R_CR] = {0xff87, write_cr}, [R_IFLS] = {0x3f, NULL},
	[R_IMSC] = {INT_ALL, NULL},  [R_ICR] = {INT_ALL, write_icr},
	[R_DMACR] = {7, NULL}, /* no DMA controller is there to answer */
};

static void vpl011_write(void *dev, struct vcpu *vcpu UNUSED, u64 off, u32 size UNUSED, u64 value)
{
	struct vpl011 *d = dev;
	u64 reg = off / 4;

	if ((off & 3) || reg >= PL011_REGS || (reg != R_RSR && !reg_write[reg].mask))
		return;
	value &= reg_write[reg].mask;
	spin_lock(&d->lock);
	if (reg_write[reg].fn)
		reg_write[reg].fn(d, (u32)value);
	else
		d->reg[reg] = (u32)value;
	update_irq(d);
	spin_unlock(&d->lock);
}

const struct mmio_ops vpl011_mmio = {.sizes = 1 | 2 | 4, .read = vpl011_read, .write = vpl011_write};

/* ---- the console's side ---- */

static bool vpl011_rx(void *dev, u8 byte)
{
	struct vpl011 *d = dev;
	bool taken;

	spin_lock(&d->lock);
	/* in loopback the receiver is cut off from the line (2.4.5): what is typed is lost */
	taken = (d->reg[R_CR] & CR_LBE) || d->rx.count < depth(d);
	if (taken && !(d->reg[R_CR] & CR_LBE)) {
		rx_put(d, byte);
		update_irq(d);
	}
	spin_unlock(&d->lock);
	return taken;
}

static void vpl011_tx_room(void *dev)
{
	struct vpl011 *d = dev;

	spin_lock(&d->lock);
	tx_drain(d);
	update_irq(d);
	spin_unlock(&d->lock);
}

static const struct vuart_ops vpl011_uart = {.rx = vpl011_rx, .tx_room = vpl011_tx_room};

void vpl011_reset(struct vpl011 *d)
{
	spin_lock(&d->lock);
	d->rx.count = 0;
	d->tx.count = 0;
	d->overrun = false;
	memset(d->reg, 0, sizeof(d->reg));
	d->reg[R_CR] = CR_RESET;
	d->reg[R_IFLS] = IFLS_RESET;
	update_irq(d);
	spin_unlock(&d->lock);
}

BOOT_CODE enum err vpl011_init(struct vm *vm, struct vpl011 *d, gpa_t base, u32 irq)
{
	d->vm = vm;
	d->irq = irq;
	d->level = false;
	vpl011_reset(d);
	console_vm_attach(vm, &vpl011_uart, d);
	return mmio_add(vm->mmio, base, PL011_SIZE, &vpl011_mmio, d);
}
