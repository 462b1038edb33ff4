/* SPDX-License-Identifier: Apache-2.0 */
/* PL011 by polling. */
#include "tests/guests/bare/lib.h"

#define UART_DR (UART_BASE + 0x00)
#define UART_FR (UART_BASE + 0x18)
#define FR_RXFE (1u << 4)
#define FR_TXFF (1u << 5)

void uart_putc(char c)
{
	while (read32(UART_FR) & FR_TXFF)
		cpu_relax();
	write32(UART_DR, (u8)c);
}

int uart_getc(void)
{
	return read32(UART_FR) & FR_RXFE ? -1 : (int)(read32(UART_DR) & 0xff);
}
