/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulated PL011 against any guest and any operator: register accesses,
 * received bytes, a console that has room or not, resets, in any order.
 * Four bytes of input a step.
 */
/* SOURCES: drivers/emul/pl011.c core/mmio.c hal/fake/fake.c hal/fake/fake_cpu.c */
#include <stdlib.h>
#include <string.h>

#include "core/console.h"
#include "drivers/emul/pl011.h"
#include "hal/fake/fake.h"
#include "hal/vcpu.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define BASE 0x09000000u
#define IRQ 1

struct vm *vms;
u32 nr_vms;

static struct mmio_map map;
static struct vm vm;
static struct vcpu vcpu = {.vm = &vm};
static struct vpl011 dev;
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

static u32 reg(u64 off)
{
	struct mmio_access a = {.addr = GPA(BASE + off), .size = 4};

	check(mmio_dispatch(&vcpu, &a) == OK);
	return (u32)a.value;
}

/* What holds after every step. */
static void check_device(void)
{
	u32 fr = reg(0x18), ris = reg(0x3c), mis = reg(0x40);

	check(mis == (ris & reg(0x38)) && level == (mis != 0));
	check(!(fr & 0x10) == (dev.rx.count > 0) && !(fr & 0x80) == (dev.tx.count > 0));
	check(dev.rx.count <= PL011_FIFO && dev.tx.count <= PL011_FIFO);
	check(dev.rx.first < PL011_FIFO && dev.tx.first < PL011_FIFO);
	check(!(ris & 0x40) || dev.rx.count); /* no receive timeout of nothing */
}

static void step_access(const u8 *d)
{
	static const u16 offsets[16] = {0x00, 0x04, 0x18, 0x2c, 0x30, 0x34,  0x38,  0x3c,
					0x40, 0x44, 0x48, 0x00, 0x00, 0xfe0, 0xffc, 0x24};
	struct mmio_access a = {
		.size = (u8)(1u << (d[0] >> 2 & 3)), .write = d[0] & 0x10, .value = d[2] | d[3] << 8};

	a.addr = GPA(BASE + (d[0] & 0x20 ? (u64)(d[1] << 4 | d[2]) & 0xfff : offsets[d[1] & 15]));
	enum err e = mmio_dispatch(&vcpu, &a);

	check(e == OK || a.size == 8 || (a.addr.v & (a.size - 1u)));
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
			vpl011_reset(&dev);
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
	check(vpl011_init(&vm, &dev, GPA(BASE), IRQ) == OK);
	for (; size >= 4; data += 4, size -= 4) {
		step(data);
		check_device();
	}
	return 0;
}
