/* SPDX-License-Identifier: Apache-2.0 */
/* Which driver serves which kind of UART. */
#include "core/machine.h"
#include "drivers/uart/uart.h"

static const struct uart_ops *const by_kind[] = {
	[UART_NONE] = NULL,
	[UART_PL011] = &uart_pl011,
	[UART_SBSA] = &uart_sbsa,
	[UART_NS16550] = &uart_ns16550,
};

const struct uart_ops *const uart_drivers[] = {&uart_pl011, &uart_sbsa, &uart_ns16550, NULL};

BOOT_CODE const struct uart_ops *uart_driver(u32 kind)
{
	return kind < ARRAY_SIZE(by_kind) ? by_kind[kind] : NULL;
}
