/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Physical UART: 16550 and its many relatives, memory mapped (National
 * Semiconductor PC16550D; Synopsys DW_apb_uart for the busy interrupt). There is one
 * console, so what its registers look like is kept here.
 */
#include "core/console.h"
#include "core/machine.h"
#include "drivers/uart/uart.h"

/* Registers by index (PC16550D, table II) */
#define DATA 0
#define IER 1
#define IIR 2 /* read */
#define FCR 2 /* write */
#define LCR 3
#define MCR 4
#define LSR 5
#define MSR 6
#define DW_USR 31

#define IER_RX (1u << 0)
#define IER_TX (1u << 1)
#define IIR_CAUSE 0x0f
#define IIR_NONE 0x01
#define IIR_DW_BUSY 0x07
#define IIR_FIFO 0xc0
#define FCR_ENABLE 0x01
#define LCR_8N1 0x03
#define LCR_DLAB 0x80
#define MCR_ON 0x0b /* DTR, RTS, OUT2 (gates the interrupt on PCs) */
#define LSR_DR (1u << 0)
#define LSR_ERROR (7u << 2) /* parity, framing, break: there is no byte */
#define LSR_THRE (1u << 5)
#define LSR_ABSENT 0xff

#define FIFO 16u
#define BAD_BYTES 32u
#define ACK_TRIES 8u

static struct {
	u8 shift;  /* distance of registers, as a power of two */
	u8 width;  /* bytes an access */
	u8 fifo;   /* bytes that may be written when the transmitter is empty */
	u8 credit; /* of them left */
} port = {.width = 1, .fifo = 1};

static u32 reg_read(volatile void *regs, u32 index)
{
	volatile void *at = (volatile char *)regs + ((size_t)index << port.shift);

	if (port.width == 4)
		return *(volatile u32 *)at & 0xff;
	if (port.width == 2)
		return *(volatile u16 *)at & 0xff;
	return *(volatile u8 *)at;
}

static void reg_write(volatile void *regs, u32 index, u32 value)
{
	volatile void *at = (volatile char *)regs + ((size_t)index << port.shift);

	if (port.width == 4)
		*(volatile u32 *)at = value;
	else if (port.width == 2)
		*(volatile u16 *)at = (u16)value;
	else
		*(volatile u8 *)at = (u8)value;
}

/* Firmware's divisor stays; FIFOs are turned on, which empties them only if they were off. */
BOOT_CODE static void ns16550_init(volatile void *regs, const void *uart)
{
	const struct machine_uart *u = uart;

	port.shift = u->reg_shift;
	port.width = u->io_width ? u->io_width : 1;
	reg_write(regs, LCR, (reg_read(regs, LCR) & ~(u32)LCR_DLAB) | LCR_8N1);
	reg_write(regs, IER, 0);
	reg_write(regs, FCR, FCR_ENABLE);
	reg_write(regs, MCR, reg_read(regs, MCR) | MCR_ON);
	port.fifo = (reg_read(regs, IIR) & IIR_FIFO) == IIR_FIFO ? FIFO : 1;
	port.credit = 0;
}

/* THRE says that the whole FIFO is empty, and is seen again only when it is so again. */
static bool ns16550_tx_ready(volatile void *regs)
{
	if (!port.credit && (reg_read(regs, LSR) & LSR_THRE))
		port.credit = port.fifo;
	return port.credit;
}

static void ns16550_tx(volatile void *regs, u8 byte)
{
	reg_write(regs, DATA, byte);
	if (port.credit)
		port.credit--;
}

static bool ns16550_rx(volatile void *regs, u8 *byte)
{
	for (u32 i = 0; i < BAD_BYTES; i++) {
		u32 lsr = reg_read(regs, LSR);

		if (lsr == LSR_ABSENT || !(lsr & LSR_DR))
			return false;
		*byte = (u8)reg_read(regs, DATA);
		if (!(lsr & LSR_ERROR))
			return true;
	}
	return false;
}

static void ns16550_irq_enable(volatile void *regs, bool rx, bool tx)
{
	reg_write(regs, IER, (rx ? IER_RX : 0) | (tx ? IER_TX : 0));
}

/*
 * Reading IIR ends a transmit interrupt; line and modem status end when read. A receive interrupt lasts until the bytes
 * are read, so this does not wait for it.
 */
static void ns16550_irq_ack(volatile void *regs)
{
	for (u32 i = 0; i < ACK_TRIES; i++) {
		u32 cause = reg_read(regs, IIR) & IIR_CAUSE;

		if (cause == IIR_NONE)
			return;
		if (cause == IIR_DW_BUSY)
			(void)reg_read(regs, DW_USR);
		(void)reg_read(regs, MSR);
	}
}

const struct uart_ops uart_ns16550 = {
	.name = "16550",
	.init = ns16550_init,
	.tx_ready = ns16550_tx_ready,
	.tx = ns16550_tx,
	.rx = ns16550_rx,
	.irq_enable = ns16550_irq_enable,
	.irq_ack = ns16550_irq_ack,
};
