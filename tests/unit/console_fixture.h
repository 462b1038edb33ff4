/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests of the console and the monitor share: a UART whose wire is a
 * buffer, three VMs with an emulated device of no logic, and a housekeeping CPU
 * that works until nothing is left to do.
 */
#ifndef TESTS_CONSOLE_FIXTURE_H
#define TESTS_CONSOLE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/console.h"
#include "core/console_int.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/machine.h"
#include "core/pools.h"
#include "hal/fake/fake.h"

#define NR_VMS 3

/* ---- the wire ---- */

static char wire[1 << 20];
static size_t wire_len;
static u32 tx_room; /* bytes the UART takes before it is full */
static const char *typed;
static size_t typed_len;
static bool irq_rx, irq_tx;
static u64 rx_ticks; /* a look at the receiver takes so long */

static void uart_init(volatile void *regs UNUSED, const void *uart UNUSED)
{
}

static bool uart_tx_ready(volatile void *regs UNUSED)
{
	return tx_room > 0;
}

static void uart_tx(volatile void *regs UNUSED, u8 byte)
{
	assert_true(tx_room > 0);
	tx_room--;
	if (wire_len + 1 < sizeof(wire))
		wire[wire_len++] = (char)byte;
	wire[wire_len] = 0;
}

static bool uart_rx(volatile void *regs UNUSED, u8 *byte)
{
	fake_cpu.now += rx_ticks;
	if (!typed_len)
		return false;
	*byte = (u8)*typed++;
	typed_len--;
	return true;
}

static void uart_irq_enable(volatile void *regs UNUSED, bool rx, bool tx)
{
	irq_rx = rx;
	irq_tx = tx;
}

static void uart_irq_ack(volatile void *regs UNUSED)
{
}

static const struct uart_ops wire_uart = {"wire",  uart_init,       uart_tx_ready, uart_tx,
					  uart_rx, uart_irq_enable, uart_irq_ack};
static struct machine_uart wire_desc = {.kind = UART_PL011, .irq = 33};

/* ---- the VMs ---- */

struct vm *vms;
u32 nr_vms;
struct cpu cpus[MAX_CPUS];
u32 nr_cpus = 1;
struct cpu *house_cpu;

static struct vm vm_array[NR_VMS];
static struct vm_plan vm_plans[NR_VMS];
static u32 kicks;
static char got[NR_VMS][2048]; /* what was typed into the VM */
static size_t got_len[NR_VMS];
static size_t got_max; /* bytes the device takes */
static u32 room_told[NR_VMS];

void house_kick(void)
{
	kicks++;
}

void *pool_alloc(const char *what, size_t size, size_t align)
{
	static u8 other[65536] ALIGNED(4096);
	void *p;

	if (strcmp(what, "console")) { /* one user at a time, never given back */
		memset(other, 0, sizeof(other));
		return size <= sizeof(other) ? other : NULL;
	}
	p = aligned_alloc(align, align_up(size, align));
	assert_non_null(p);
	memset(p, 0, size);
	return p;
}

static bool device_rx(void *dev, u8 byte)
{
	size_t i = (size_t)((struct vm *)dev - vm_array);

	if (got_len[i] >= got_max)
		return false;
	got[i][got_len[i]++] = (char)byte;
	got[i][got_len[i]] = 0;
	return true;
}

static void device_tx_room(void *dev)
{
	room_told[(struct vm *)dev - vm_array]++;
}

static const struct vuart_ops device = {device_rx, device_tx_room};

static void fixture_setup(void)
{
	static const char *const names[NR_VMS] = {"alpha", "beta", "gamma"};

	fake_reset();
	memset(&console, 0, sizeof(console));
	memset(vm_array, 0, sizeof(vm_array));
	memset(vm_plans, 0, sizeof(vm_plans));
	memset(got_len, 0, sizeof(got_len));
	memset(got, 0, sizeof(got));
	memset(room_told, 0, sizeof(room_told));
	memset(cpus, 0, sizeof(cpus));
	house_cpu = &cpus[0];
	fake_cpu.cpu = &cpus[0];
	fake_cpu.now = 1000 * (u64)fake_cpu.hz;
	wire_len = 0;
	wire[0] = 0;
	tx_room = UINT32_MAX;
	typed_len = 0;
	rx_ticks = 0;
	got_max = sizeof(got[0]) - 1;
	kicks = 0;
	vms = vm_array;
	nr_vms = NR_VMS;
	for (u16 i = 0; i < NR_VMS; i++) {
		strcpy(vm_plans[i].name, names[i]);
		vm_array[i].plan = &vm_plans[i];
		vm_array[i].index = i;
		console_vm_attach(&vm_array[i], &device, &vm_array[i]);
	}
}

static void fixture_teardown(void)
{
	for (u32 i = 0; i < NR_VMS; i++)
		free(vm_array[i].console);
}

/* ---- what happens ---- */

static void say(u32 vm, const char *text)
{
	while (*text)
		console_vm_put(&vm_array[vm], (u8)*text++);
}

static inline void say_n(u32 vm, char c, u32 n)
{
	while (n--)
		console_vm_put(&vm_array[vm], (u8)c);
}

static void after_ms(u32 ms)
{
	fake_time_advance((u64)ms * fake_cpu.hz / 1000 + 1);
}

static void wire_clear(void)
{
	wire_len = 0;
	wire[0] = 0;
}

#endif
