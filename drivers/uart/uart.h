/* SPDX-License-Identifier: Apache-2.0 */
/* The physical UART drivers of this build; bound once at boot by uart_driver() (core/console.h). */
#ifndef DRIVERS_UART_UART_H
#define DRIVERS_UART_UART_H

#include "core/console.h"

extern const struct uart_ops uart_pl011, uart_sbsa, uart_ns16550;

#endif
