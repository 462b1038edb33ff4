/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulated PL011 against any guest and any operator: register accesses,
 * received bytes, a console that has room or not, resets, in any order.
 * Four bytes of input a step.
 */
/* SOURCES: drivers/emul/pl011.c core/mmio.c hal/fake/fake.c hal/fake/fake_cpu.c */
#include "drivers/emul/pl011.h"

#define BASE 0x09000000u
#define IRQ 1
static struct vpl011 dev;

#include "tests/fuzz/fuzz_uart.h"

static enum err init(struct vm *v)
{
	return vpl011_init(v, &dev, GPA(BASE), IRQ);
}

static void reset(void)
{
	vpl011_reset(&dev);
}

static void none(const u8 *d UNUSED)
{
}

static u64 offset(const u8 *d)
{
	static const u16 offsets[16] = {0x00, 0x04, 0x18, 0x2c, 0x30, 0x34,  0x38,  0x3c,
					0x40, 0x44, 0x48, 0x00, 0x00, 0xfe0, 0xffc, 0x24};

	return d[0] & 0x20 ? (u64)(d[1] << 4 | d[2]) & 0xfff : offsets[d[1] & 15];
}

static bool refused(u32 size, u64 off)
{
	return size == 8 || (off & (size - 1u));
}

static void check_device(void)
{
	u32 fr = reg(0x18, 4), ris = reg(0x3c, 4), mis = reg(0x40, 4);

	check(mis == (ris & reg(0x38, 4)) && level == (mis != 0));
	check(!(fr & 0x10) == (dev.rx.count > 0) && !(fr & 0x80) == (dev.tx.count > 0));
	check(dev.rx.count <= PL011_FIFO && dev.tx.count <= PL011_FIFO);
	check(dev.rx.first < PL011_FIFO && dev.tx.first < PL011_FIFO);
	check(!(ris & 0x40) || dev.rx.count); /* no receive timeout of nothing */
}

static const struct uart_under_test uart_under_test = {init, reset, none, offset, check_device, refused};
