/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Physical UART: PL011 (ARM DDI 0183G) and the SBSA generic UART (ARM DEN 0029,
 * appendix B), which has the PL011's data, flag and interrupt registers only. All
 * accesses are 32 bits wide, as some of the latter demand.
 */
#include "core/console.h"
#include "core/machine.h"
#include "drivers/uart/uart.h"

/* Registers by offset (3.2) */
#define DR 0x00
#define FR 0x18
#define IBRD 0x24
#define FBRD 0x28
#define LCR_H 0x2c
#define CR 0x30
#define IFLS 0x34
#define IMSC 0x38
#define ICR 0x44

#define DR_ERROR (7u << 8) /* framing, parity, break: there is no byte */
#define FR_BUSY (1u << 3)
#define FR_RXFE (1u << 4)
#define FR_TXFF (1u << 5)
#define LCR_FEN (1u << 4)
#define LCR_WLEN8 (3u << 5)
#define CR_ON (1u << 0 | 1u << 8 | 1u << 9) /* UARTEN, TXE, RXE */
#define IFLS_HALF_EIGHTH (0u << 3 | 2u)     /* receive at 1/8, transmit at 1/2 */
#define INT_RX (1u << 4)
#define INT_TX (1u << 5)
#define INT_RT (1u << 6)
#define INT_ALL 0x7ffu

#define BAUD 115200u /* where firmware set none */

#define WAIT_TRIES 100000u /* far more than a FIFO takes at 9600 baud */
#define BAD_BYTES 32u

static u32 reg_read(volatile void *regs, u32 off)
{
	volatile void *at = (volatile char *)regs + off;

	return *(volatile u32 *)at;
}

static void reg_write(volatile void *regs, u32 off, u32 value)
{
	volatile void *at = (volatile char *)regs + off;

	*(volatile u32 *)at = value;
}

/* A divisor of 0 is no speed at all (3.3.6): one that firmware never used has it. In 64ths of 16 clocks a bit. */
BOOT_CODE static void pl011_speed(volatile void *regs, u32 clock_hz)
{
	u64 divisor = ((u64)clock_hz * 4 + BAUD / 2) / BAUD;

	if (reg_read(regs, IBRD) || divisor < 64 || divisor >> 22)
		return;
	reg_write(regs, IBRD, (u32)(divisor >> 6));
	reg_write(regs, FBRD, (u32)(divisor & 63));
}

/*
 * Firmware's speed stays, where there is one. If the UART is off, or has
 * its FIFOs off, it is set up as 3.3.8 demands: disabled, idle, then LCR_H (which
 * also latches the divisors), then enabled.
 */
BOOT_CODE static void pl011_init(volatile void *regs, const void *uart)
{
	const struct machine_uart *u = uart;
	u32 lcr = reg_read(regs, LCR_H), cr = reg_read(regs, CR);

	reg_write(regs, IMSC, 0);
	if ((cr & CR_ON) == CR_ON && (lcr & LCR_FEN))
		return;
	for (u32 i = 0; i < WAIT_TRIES && (reg_read(regs, FR) & FR_BUSY); i++)
		cpu_relax();
	reg_write(regs, CR, cr & ~CR_ON);
	if (u)
		pl011_speed(regs, u->clock_hz);
	reg_write(regs, IFLS, IFLS_HALF_EIGHTH);
	reg_write(regs, LCR_H, lcr | LCR_WLEN8 | LCR_FEN);
	reg_write(regs, ICR, INT_ALL);
	reg_write(regs, CR, cr | CR_ON);
}

BOOT_CODE static void sbsa_init(volatile void *regs, const void *uart UNUSED)
{
	reg_write(regs, IMSC, 0);
}

static bool pl011_tx_ready(volatile void *regs)
{
	return !(reg_read(regs, FR) & FR_TXFF);
}

static void pl011_tx(volatile void *regs, u8 byte)
{
	reg_write(regs, DR, byte);
}

static bool pl011_rx(volatile void *regs, u8 *byte)
{
	for (u32 i = 0; i < BAD_BYTES; i++) {
		if (reg_read(regs, FR) & FR_RXFE)
			return false;

		u32 data = reg_read(regs, DR);

		*byte = (u8)data;
		if (!(data & DR_ERROR))
			return true;
	}
	return false;
}

static void pl011_irq_enable(volatile void *regs, bool rx, bool tx)
{
	reg_write(regs, IMSC, (rx ? INT_RX | INT_RT : 0) | (tx ? INT_TX : 0));
}

/* Receive interrupts end when the bytes are read; clearing them here could lose one below the trigger level. */
static void pl011_irq_ack(volatile void *regs)
{
	reg_write(regs, ICR, INT_ALL & ~(INT_RX | INT_RT));
}

const struct uart_ops uart_pl011 = {
	.name = "PL011",
	.init = pl011_init,
	.tx_ready = pl011_tx_ready,
	.tx = pl011_tx,
	.rx = pl011_rx,
	.irq_enable = pl011_irq_enable,
	.irq_ack = pl011_irq_ack,
};

const struct uart_ops uart_sbsa = {
	.name = "SBSA generic UART",
	.init = sbsa_init,
	.tx_ready = pl011_tx_ready,
	.tx = pl011_tx,
	.rx = pl011_rx,
	.irq_enable = pl011_irq_enable,
	.irq_ack = pl011_irq_ack,
};
