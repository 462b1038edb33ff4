/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fuzzers of emulated UARTs share: a VM with that device at BASE, line IRQ, a console that has room or not. Before it the file
 * defines BASE, IRQ and `dev`, behind it `uart_under_test`.
 */
#ifndef TESTS_FUZZ_UART_H
#define TESTS_FUZZ_UART_H

#include <stdlib.h>
#include <string.h>

#include "core/console.h"
#include "hal/fake/fake.h"
#include "hal/vcpu.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

struct uart_under_test {
	enum err (*init)(struct vm *vm);
	void (*reset)(void);
	void (*other)(const u8 *step);         /* what only this one has */
	u64 (*offset)(const u8 *step);         /* of the register that a step accesses */
	void (*check)(void);                   /* what holds after every step */
	bool (*refused)(u32 size, u64 offset); /* may the access be none of the device's? */
};
static const struct uart_under_test uart_under_test;

struct vm *vms;
u32 nr_vms;

static struct mmio_map map;
static struct vm vm;
static struct vcpu vcpu = {.vm = &vm};
static const struct vuart_ops *uart;
static bool level;
static u32 room;

static void check(bool good)
{
	if (!good)
		abort();
}

void virq_set(struct vm *v, u32 irq, bool on)
{
	check(v == &vm && irq == IRQ && on != level);
	level = on;
}

u32 console_vm_room(const struct vm *v UNUSED)
{
	return room;
}

void console_vm_put(struct vm *v UNUSED, u8 byte UNUSED)
{
	check(room > 0);
	room--;
}

void console_vm_attach(struct vm *v UNUSED, const struct vuart_ops *ops, void *d)
{
	check(d == &dev);
	uart = ops;
}

void console_vm_rx_room(struct vm *v UNUSED)
{
}

static u32 reg(u64 off, u8 size)
{
	struct mmio_access a = {.addr = GPA(BASE + off), .size = size};

	check(mmio_dispatch(&vcpu, &a) == OK);
	return (u32)a.value;
}

static void step_access(const u8 *d)
{
	struct mmio_access a = {
		.size = (u8)(1u << (d[0] >> 2 & 3)), .write = d[0] & 0x10, .value = d[2] | d[3] << 8};
	u64 off = uart_under_test.offset(d);

	a.addr = GPA(BASE + off);
	check(mmio_dispatch(&vcpu, &a) == OK || uart_under_test.refused(a.size, off));
}

static void step(const u8 *d)
{
	switch (d[0] & 3) {
	case 0:
		room = d[1] & 0x3f;
		uart->tx_room(&dev);
		break;
	case 1:
		(void)uart->rx(&dev, d[1]);
		break;
	case 2:
		if (d[1] == 0xff && d[2] == 0xff)
			uart_under_test.reset();
		else
			uart_under_test.other(d);
		break;
	default:
		step_access(d);
		break;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	memset(&map, 0, sizeof(map));
	memset(&dev, 0, sizeof(dev));
	vm.mmio = &map;
	level = false;
	room = 8;
	check(uart_under_test.init(&vm) == OK);
	for (; size >= 4; data += 4, size -= 4) {
		step(data);
		uart_under_test.check();
	}
	return 0;
}

#endif
