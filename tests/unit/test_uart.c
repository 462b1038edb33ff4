/* SPDX-License-Identifier: Apache-2.0 */
/* Physical UART drivers, on registers that are plain memory. */
/* SOURCES: drivers/uart/pl011.c drivers/uart/ns16550.c drivers/uart/drivers.c hal/fake/fake.c hal/fake/fake_cpu.c */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/console.h"
#include "core/machine.h"
#include "hal/fake/fake.h"

static u32 regs[0x400];

static int setup(void **state UNUSED)
{
	fake_reset();
	memset(regs, 0, sizeof(regs));
	return 0;
}

static u32 *reg(u32 off)
{
	return &regs[off / 4];
}

static void each_kind_has_its_driver(void **state UNUSED)
{
	assert_null(uart_driver(UART_NONE));
	assert_null(uart_driver(1000));
	assert_string_equal(uart_driver(UART_PL011)->name, "PL011");
	assert_string_equal(uart_driver(UART_SBSA)->name, "SBSA generic UART");
	assert_string_equal(uart_driver(UART_NS16550)->name, "16550");
	for (u32 i = 0; uart_drivers[i]; i++)
		assert_non_null(uart_drivers[i]->rx);
}

static void pl011_leaves_what_firmware_set_up(void **state UNUSED)
{
	*reg(0x24) = 13;
	*reg(0x28) = 1;
	*reg(0x2c) = 0x70;
	*reg(0x30) = 0xf01;
	*reg(0x38) = 0x50;
	uart_driver(UART_PL011)->init(regs, NULL);
	assert_int_equal(*reg(0x24), 13);
	assert_int_equal(*reg(0x28), 1);
	assert_int_equal(*reg(0x2c), 0x70);
	assert_int_equal(*reg(0x30), 0xf01);
	assert_int_equal(*reg(0x38), 0);
}

static void pl011_is_turned_on_when_nobody_did(void **state UNUSED)
{
	*reg(0x24) = 13;
	*reg(0x30) = 0x300;
	uart_driver(UART_PL011)->init(regs, NULL);
	assert_int_equal(*reg(0x24), 13);
	assert_int_equal(*reg(0x2c), 0x70);
	assert_int_equal(*reg(0x30), 0x301);
}

static void pl011_gets_a_speed_only_where_it_has_none(void **state UNUSED)
{
	const struct machine_uart fast = {.clock_hz = 24000000}, unknown = {.clock_hz = 0};

	uart_driver(UART_PL011)->init(regs, &unknown);
	assert_int_equal(*reg(0x24), 0);
	*reg(0x30) = 0;
	uart_driver(UART_PL011)->init(regs, &fast);
	assert_int_equal(*reg(0x24), 13); /* 24 MHz / 16 / 115200 = 13.02 */
	assert_int_equal(*reg(0x28), 1);
	assert_int_equal(*reg(0x30), 0x301);
	*reg(0x24) = 5;
	*reg(0x30) = 0;
	uart_driver(UART_PL011)->init(regs, &fast);
	assert_int_equal(*reg(0x24), 5);
}

static void pl011_that_is_busy_for_ever_does_not_hang_the_boot(void **state UNUSED)
{
	*reg(0x18) = 8;
	uart_driver(UART_PL011)->init(regs, NULL);
	assert_int_equal(*reg(0x30) & 0x301, 0x301);
}

static void sbsa_touches_no_register_that_it_lacks(void **state UNUSED)
{
	static u32 before[0x400];

	memset(regs, 0xa5, sizeof(regs));
	memcpy(before, regs, sizeof(regs));
	*reg(0x38) = before[0x38 / 4] = 0;
	uart_driver(UART_SBSA)->init(regs, NULL);
	assert_memory_equal(regs, before, sizeof(regs));
}

static void pl011_flags_are_honoured(void **state UNUSED)
{
	const struct uart_ops *u = uart_driver(UART_PL011);
	u8 b;

	*reg(0x18) = 0x20 | 0x10;
	assert_false(u->tx_ready(regs));
	assert_false(u->rx(regs, &b));
	*reg(0x18) = 0;
	assert_true(u->tx_ready(regs));
	u->tx(regs, 'x');
	assert_int_equal(*reg(0), 'x');
	assert_true(u->rx(regs, &b));
	assert_int_equal(b, 'x');
	*reg(0) = 0x100 | 'y'; /* framing error, for ever */
	assert_false(u->rx(regs, &b));
	u->irq_enable(regs, true, false);
	assert_int_equal(*reg(0x38), 0x50);
	u->irq_enable(regs, true, true);
	assert_int_equal(*reg(0x38), 0x70);
	u->irq_ack(regs);
	assert_int_equal(*reg(0x44) & 0x50, 0);
	assert_int_equal(*reg(0x44) & 0x20, 0x20);
}

/* Registers of every width and distance lie where they should. */
static void ns16550_finds_its_registers(void **state UNUSED)
{
	static const struct {
		u8 shift, width;
	} shapes[] = {{0, 1}, {1, 2}, {2, 4}, {2, 1}, {0, 0}};
	u8 *bytes = (u8 *)regs;
	u8 b;

	for (u32 i = 0; i < ARRAY_SIZE(shapes); i++) {
		struct machine_uart d = {.reg_shift = shapes[i].shift, .io_width = shapes[i].width};
		const struct uart_ops *u = uart_driver(UART_NS16550);

		memset(regs, 0, sizeof(regs));
		bytes[3u << shapes[i].shift] = 0x80; /* DLAB left on by firmware */
		u->init(regs, &d);
		assert_int_equal(bytes[3u << shapes[i].shift], 3);
		assert_int_equal(bytes[4u << shapes[i].shift], 0x0b);
		assert_false(u->tx_ready(regs));
		bytes[5u << shapes[i].shift] = 0x20;
		assert_true(u->tx_ready(regs));
		u->tx(regs, 'q');
		assert_int_equal(bytes[0], 'q');
		assert_false(u->rx(regs, &b));
		bytes[5u << shapes[i].shift] = 0x21;
		assert_true(u->rx(regs, &b));
		assert_int_equal(b, 'q');
		u->irq_enable(regs, true, true);
		assert_int_equal(bytes[1u << shapes[i].shift], 3);
	}
}

static void ns16550_without_fifo_sends_one_byte_per_empty(void **state UNUSED)
{
	struct machine_uart d = {.io_width = 1};
	const struct uart_ops *u = uart_driver(UART_NS16550);
	u8 *bytes = (u8 *)regs;

	u->init(regs, &d); /* plain memory reads back FCR as IIR: no FIFO */
	bytes[5] = 0x20;
	assert_true(u->tx_ready(regs));
	bytes[5] = 0;
	assert_true(u->tx_ready(regs)); /* seen empty once: room for one */
	u->tx(regs, 'x');
	assert_false(u->tx_ready(regs));
	bytes[5] = 0x20;
	assert_true(u->tx_ready(regs));
}

static void an_absent_ns16550_gives_nothing(void **state UNUSED)
{
	struct machine_uart d = {.io_width = 1};
	const struct uart_ops *u = uart_driver(UART_NS16550);
	u8 b;

	u->init(regs, &d);
	memset(regs, 0xff, sizeof(regs));
	assert_false(u->rx(regs, &b));
	u->irq_ack(regs);
}

#define T(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(each_kind_has_its_driver),
		T(pl011_leaves_what_firmware_set_up),
		T(pl011_is_turned_on_when_nobody_did),
		T(pl011_gets_a_speed_only_where_it_has_none),
		T(pl011_gets_a_speed_only_where_it_has_none),
		T(pl011_that_is_busy_for_ever_does_not_hang_the_boot),
		T(sbsa_touches_no_register_that_it_lacks),
		T(pl011_flags_are_honoured),
		T(ns16550_finds_its_registers),
		T(ns16550_without_fifo_sends_one_byte_per_empty),
		T(an_absent_ns16550_gives_nothing),
	};

	return cmocka_run_group_tests_name("uart", tests, NULL, NULL);
}
