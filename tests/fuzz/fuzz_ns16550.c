/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulated NS16550A against any guest and any operator: register accesses,
 * received bytes, a console that has room or not, resets, in any order.
 * Four bytes of input a step.
 */
/* SOURCES: drivers/emul/ns16550.c core/mmio.c hal/fake/fake.c hal/fake/fake_cpu.c */
#include <stdlib.h>
#include <string.h>

#include "core/console.h"
#include "drivers/emul/ns16550.h"
#include "hal/fake/fake.h"
#include "hal/vcpu.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define BASE 0x10000000u
#define IRQ 10

struct vm *vms;
u32 nr_vms;

static struct mmio_map map;
static struct vm vm;
static struct vcpu vcpu = {.vm = &vm};
static struct vns16550 dev;
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

static u8 reg(u64 off)
{
	struct mmio_access a = {.addr = GPA(BASE + off), .size = 1};

	check(mmio_dispatch(&vcpu, &a) == OK);
	return (u8)a.value;
}

/* What holds after every step, seen without the reads that change something. */
static void check_device(void)
{
	u32 depth = dev.fcr & 1 ? NS16550_FIFO : 1;
	bool rx = dev.rx.count, tx = dev.thre, line_status = dev.overrun, modem = dev.delta;

	check(dev.rx.count <= depth && dev.tx.count <= depth);
	check(dev.rx.first < NS16550_FIFO && dev.tx.first < NS16550_FIFO);
	check(!(dev.ier & 0xf0) && !(dev.mcr & 0xe0) && !(dev.delta & 0xf0));
	check(!dev.thre || !dev.tx.count); /* no empty transmitter that is not */
	check(level == ((rx && (dev.ier & 1)) || (tx && (dev.ier & 2)) || (line_status && (dev.ier & 4)) ||
			(modem && (dev.ier & 8))));
}

/* A read of what tells about the device agrees with what it is. */
static void step_status(void)
{
	bool pending = level;
	u8 iir = reg(2), lsr;

	check(!(iir & 1) == pending);
	check((iir >> 6 == 3) == (dev.fcr & 1) && !(iir & 0x30));
	lsr = reg(5);
	check(!(lsr & 1) == !dev.rx.count && !(lsr & 0x20) == (dev.tx.count > 0));
	check(!(lsr & 2) || !dev.overrun);
}

static void step_access(const u8 *d)
{
	struct mmio_access a = {
		.size = (u8)(1u << (d[0] >> 2 & 3)), .write = d[0] & 0x10, .value = d[2] | d[3] << 8};

	a.addr = GPA(BASE + (d[0] & 0x20 ? d[1] : d[1] & 7));
	enum err e = mmio_dispatch(&vcpu, &a);

	check(e == OK || (a.addr.v & (a.size - 1u)));
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
			vns16550_reset(&dev);
		else
			step_status();
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
	check(vns16550_init(&vm, &dev, GPA(BASE), IRQ) == OK);
	for (; size >= 4; data += 4, size -= 4) {
		step(data);
		check_device();
	}
	return 0;
}
