/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulated NS16550A against any guest and any operator: register accesses,
 * received bytes, what firmware calls take of them, a console that has room or not, resets, in any order.
 * Four bytes of input a step.
 */
/* SOURCES: drivers/emul/ns16550.c core/mmio.c hal/fake/fake.c hal/fake/fake_cpu.c */
#include "drivers/emul/ns16550.h"

#define BASE 0x10000000u
#define IRQ 10
static struct vns16550 dev;

#include "tests/fuzz/fuzz_uart.h"

static enum err init(struct vm *v)
{
	return vns16550_init(v, &dev, GPA(BASE), IRQ);
}

static void reset(void)
{
	vns16550_reset(&dev);
}

static u64 offset(const u8 *d)
{
	return d[0] & 0x20 ? d[1] : d[1] & 7;
}

static bool refused(u32 size, u64 off)
{
	return off & (size - 1u);
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
static void look(void)
{
	bool pending = level;
	u32 iir = reg(2, 1), lsr;

	check(!(iir & 1) == pending);
	check((iir >> 6 == 3) == (dev.fcr & 1) && !(iir & 0x30));
	lsr = reg(5, 1);
	check(!(lsr & 1) == !dev.rx.count && !(lsr & 0x20) == (dev.tx.count > 0));
	check(!(lsr & 2) || !dev.overrun);
}

static void other(const u8 *d)
{
	u8 bytes[NS16550_FIFO + 1];
	u32 have = dev.rx.count, n = d[1] % (NS16550_FIFO + 2u), got;

	if (d[2] & 1) {
		look();
		return;
	}
	if (n > sizeof(bytes))
		n = 0;
	got = vns16550_take(&dev, bytes, n);
	check(got == (have < n ? have : n) && dev.rx.count == have - got);
}

static const struct uart_under_test uart_under_test = {init, reset, other, offset, check_device, refused};
