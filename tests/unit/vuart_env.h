/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of emulated UARTs share besides device_env.h: a console that records, with as much room as the test says. */
#ifndef TESTS_VUART_ENV_H
#define TESTS_VUART_ENV_H

#include "device_env.h"

#include "core/console.h"

static char out[4096];
static u32 out_len, room, rx_rooms;
static const struct vuart_ops *uart;
static void *uart_dev;

u32 console_vm_room(const struct vm *vm)
{
	assert_ptr_equal(vm, &dev_vm);
	return room;
}

void console_vm_put(struct vm *vm UNUSED, u8 byte)
{
	assert_true(room > 0);
	room--;
	out[out_len++] = (char)byte;
	out[out_len] = 0;
}

void console_vm_attach(struct vm *vm UNUSED, const struct vuart_ops *ops, void *dev)
{
	uart = ops;
	uart_dev = dev;
}

void console_vm_rx_room(struct vm *vm UNUSED)
{
	rx_rooms++;
}

static inline bool receive(u8 byte)
{
	return uart->rx(uart_dev, byte);
}

static inline void vuart_env_reset(void)
{
	env_reset();
	out_len = rx_rooms = 0;
	out[0] = 0;
	room = 1000;
}

#endif
