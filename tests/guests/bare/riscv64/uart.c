/* SPDX-License-Identifier: Apache-2.0 */
/* NS16550A by polling. */
#include "tests/guests/bare/lib.h"

#define UART_DATA (UART_BASE + 0)
#define UART_LSR (UART_BASE + 5)
#define LSR_DR (1u << 0)
#define LSR_THRE (1u << 5)

void uart_putc(char c)
{
	while (!(read8(UART_LSR) & LSR_THRE))
		cpu_relax();
	write8(UART_DATA, (u8)c);
}

int uart_getc(void)
{
	return read8(UART_LSR) & LSR_DR ? (int)read8(UART_DATA) : -1;
}
