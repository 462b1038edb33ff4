/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated NS16550A: FIFOs, interrupts by priority, holding back, loopback, what drivers probe, reset. */
/* SOURCES: drivers/emul/ns16550.c core/mmio.c hal/fake/fake.c hal/fake/fake_cpu.c */
#include "vuart_env.h"

#include "drivers/emul/ns16550.h"

enum {
	RBR = 0,
	THR = 0,
	DLL = 0,
	IER = 1,
	DLM = 1,
	IIR = 2,
	FCR = 2,
	LCR = 3,
	MCR = 4,
	LSR = 5,
	MSR = 6,
	SCR = 7
};
enum { DR = 1, OE = 2, THRE = 0x20, TEMT = 0x40 };
enum { I_NONE = 1, I_MODEM = 0, I_THRE = 2, I_RX = 4, I_LINE = 6, I_TIMEOUT = 0xc, FIFOS = 0xc0 };
enum { LOOP = 0x10, DLAB = 0x80, IRQ = 10 };

static struct vns16550 dev;

static u8 in8(u64 reg)
{
	return (u8)rd_size(reg, 1);
}

static void out8(u64 reg, u8 value)
{
	wr_size(reg, 1, value);
}

static int setup(void **state UNUSED)
{
	vuart_env_reset();
	memset(&dev, 0, sizeof(dev));
	assert_int_equal(vns16550_init(&dev_vm, &dev, GPA(DEV_BASE), IRQ), OK);
	return 0;
}

/* ---- registers ---- */

static void registers_have_their_reset_values(void **state UNUSED)
{
	assert_int_equal(in8(IER), 0);
	assert_int_equal(in8(IIR), I_NONE);
	assert_int_equal(in8(LCR), 0);
	assert_int_equal(in8(MCR), 0);
	assert_int_equal(in8(LSR), THRE | TEMT);
	assert_int_equal(in8(MSR), 0xb0); /* connected: DCD, DSR, CTS */
	assert_int_equal(in8(SCR), 0);
}

static void registers_keep_only_their_own_bits(void **state UNUSED)
{
	static const u8 bits[] = {[IER] = 0x0f, [LCR] = 0xff, [MCR] = 0x1f, [SCR] = 0xff};

	for (u32 i = 0; i < ARRAY_SIZE(bits); i++) {
		if (!bits[i])
			continue;
		setup(NULL);
		out8(i, 0xff);
		assert_int_equal(in8(i), bits[i]);
	}
	setup(NULL);
	out8(LSR, 0);
	out8(MSR, 0);
	assert_int_equal(in8(LSR), THRE | TEMT);
	assert_int_equal(in8(MSR), 0xb0);
}

static void the_divisor_lies_behind_dlab(void **state UNUSED)
{
	out8(IER, 5);
	out8(LCR, DLAB | 3);
	assert_int_equal(in8(DLL) | in8(DLM) << 8, NS16550_CLOCK_HZ / 16 / 115200);
	out8(DLL, 0x34);
	out8(DLM, 0x12);
	assert_int_equal(in8(DLL), 0x34);
	assert_int_equal(in8(DLM), 0x12);
	out8(LCR, 3);
	assert_int_equal(in8(IER), 5);
	assert_int_equal(in8(RBR), 0);
	assert_int_equal(out_len, 0);
}

static void an_access_of_any_width_reaches_the_register_at_its_address(void **state UNUSED)
{
	wr_size(THR, 1, 'a');
	wr_size(THR, 2, 0x5500 | 'b');
	wr_size(THR, 4, 0x12345500 | 'c');
	wr_size(THR, 8, 'd');
	assert_string_equal(out, "abcd");
	wr_size(MCR, 4, 0xffffff0b);
	assert_int_equal(rd_size(MCR, 4), 0x0b);
	assert_int_equal(rd_size(LSR, 1), THRE | TEMT);
	assert_int_equal(rd_size(MSR, 2), 0xb0);
	assert_int_equal(in8(SCR), 0);
}

static void behind_the_registers_is_nothing(void **state UNUSED)
{
	for (u64 off = 8; off < NS16550_SIZE; off++) {
		out8(off, 0xff);
		assert_int_equal(in8(off), 0);
	}
	registers_have_their_reset_values(NULL);
	assert_int_equal(out_len, 0);
}

/* ---- transmit ---- */

static void a_byte_written_goes_to_the_console_without_any_set_up(void **state UNUSED)
{
	out8(THR, 'h');
	out8(THR, 'i');
	assert_string_equal(out, "hi");
	assert_int_equal(in8(LSR), THRE | TEMT);
}

static void enabling_the_transmit_interrupt_while_empty_interrupts_each_time(void **state UNUSED)
{
	out8(IER, 2);
	assert_true(line[IRQ]);
	assert_int_equal(in8(IIR), I_THRE);
	assert_false(line[IRQ]); /* told */
	assert_int_equal(in8(IIR), I_NONE);
	out8(IER, 2);
	assert_false(line[IRQ]); /* no change */
	out8(IER, 0);
	out8(IER, 2);
	assert_true(line[IRQ]);
	assert_int_equal(in8(IIR), I_THRE);
}

static void sending_arms_the_transmit_interrupt_again(void **state UNUSED)
{
	out8(IER, 2);
	(void)in8(IIR);
	out8(THR, 'x');
	assert_true(line[IRQ]);
	out8(IER, 0);
	assert_false(line[IRQ]);
	assert_int_equal(in8(IIR), I_NONE);
}

static void a_vm_held_back_sees_its_transmitter_busy(void **state UNUSED)
{
	out8(FCR, 1);
	out8(IER, 2);
	(void)in8(IIR);
	room = 0;
	for (u32 i = 0; i < 16; i++) {
		out8(THR, (u8)('a' + i));
		assert_int_equal(in8(LSR), 0);
	}
	assert_false(line[IRQ]);
	out8(THR, '!'); /* lost */
	room = 15;
	uart->tx_room(uart_dev);
	assert_int_equal(in8(LSR), 0);
	assert_false(line[IRQ]);
	room = 1000;
	uart->tx_room(uart_dev);
	assert_string_equal(out, "abcdefghijklmnop");
	assert_int_equal(in8(LSR), THRE | TEMT);
	assert_true(line[IRQ]);
	assert_int_equal(in8(IIR), FIFOS | I_THRE);
}

static void without_fifo_one_byte_fills_the_transmitter(void **state UNUSED)
{
	room = 0;
	out8(THR, 'a');
	out8(THR, 'b');
	assert_int_equal(in8(LSR), 0);
	room = 10;
	uart->tx_room(uart_dev);
	assert_string_equal(out, "a");
}

static void room_without_anything_held_back_interrupts_nobody(void **state UNUSED)
{
	out8(IER, 2);
	(void)in8(IIR);
	uart->tx_room(uart_dev);
	assert_false(line[IRQ]);
}

static void order_is_kept_when_room_comes_back_between_writes(void **state UNUSED)
{
	out8(FCR, 1);
	room = 0;
	out8(THR, '1');
	out8(THR, '2');
	room = 100;
	out8(THR, '3'); /* before tx_room */
	assert_string_equal(out, "123");
}

static void enabling_the_transmit_interrupt_while_held_back_waits_for_room(void **state UNUSED)
{
	out8(FCR, 1);
	room = 0;
	out8(THR, 'a');
	out8(IER, 2);
	assert_false(line[IRQ]);
	room = 1;
	uart->tx_room(uart_dev);
	assert_true(line[IRQ]);
}

/* ---- receive ---- */

static void a_byte_below_the_trigger_interrupts_by_timeout(void **state UNUSED)
{
	out8(FCR, 0x81); /* 8 bytes */
	out8(IER, 1);
	assert_true(receive('k'));
	assert_true(line[IRQ]);
	assert_int_equal(in8(IIR), FIFOS | I_TIMEOUT);
	assert_int_equal(in8(LSR), DR | THRE | TEMT);
	assert_int_equal(in8(RBR), 'k');
	assert_false(line[IRQ]);
	assert_int_equal(in8(LSR), THRE | TEMT);
	assert_int_equal(in8(RBR), 0);
}

static void the_receive_interrupt_follows_the_trigger_level(void **state UNUSED)
{
	static const u8 levels[] = {1, 4, 8, 14};

	for (u32 l = 0; l < ARRAY_SIZE(levels); l++) {
		setup(NULL);
		out8(FCR, (u8)(l << 6 | 1));
		out8(IER, 1);
		for (u32 i = 1; i <= 16; i++) {
			assert_true(receive((u8)i));
			assert_int_equal(in8(IIR), FIFOS | (i >= levels[l] ? I_RX : I_TIMEOUT));
		}
		for (u32 i = 16; i > 0; i--) {
			assert_int_equal(in8(IIR), FIFOS | (i >= levels[l] ? I_RX : I_TIMEOUT));
			assert_int_equal(in8(RBR), 17 - i);
		}
		assert_int_equal(in8(IIR), FIFOS | I_NONE);
		assert_false(line[IRQ]);
	}
}

static void without_fifo_each_byte_interrupts(void **state UNUSED)
{
	out8(IER, 1);
	assert_true(receive('a'));
	assert_int_equal(in8(IIR), I_RX);
	assert_false(receive('b'));
	assert_int_equal(in8(RBR), 'a');
	assert_false(line[IRQ]);
	assert_int_equal(rx_rooms, 1);
	assert_true(receive('b'));
}

static void a_full_receiver_refuses_and_tells_when_it_has_room(void **state UNUSED)
{
	out8(FCR, 1);
	for (u32 i = 0; i < 16; i++)
		assert_true(receive((u8)i));
	assert_false(receive('x'));
	assert_int_equal(in8(LSR) & OE, 0); /* the line waits: nothing is lost */
	assert_int_equal(rx_rooms, 0);
	assert_int_equal(in8(RBR), 0);
	assert_int_equal(rx_rooms, 1);
	assert_int_equal(in8(RBR), 1);
	assert_int_equal(rx_rooms, 1);
	assert_true(receive('x'));
}

static void a_receiver_emptied_by_fcr_tells_that_it_has_room(void **state UNUSED)
{
	out8(FCR, 1);
	for (u32 i = 0; i < 16; i++)
		assert_true(receive((u8)i));
	out8(FCR, 3);
	assert_int_equal(rx_rooms, 1);
	assert_int_equal(in8(LSR) & DR, 0);
}

/* ---- interrupts ---- */

static void interrupts_are_named_by_priority(void **state UNUSED)
{
	out8(FCR, 1);
	out8(MCR, LOOP);
	for (u32 i = 0; i < 17; i++)
		out8(THR, (u8)i); /* overruns */
	out8(MCR, LOOP | 2);      /* CTS changes */
	out8(IER, 0x0f);
	assert_int_equal(in8(IIR), FIFOS | I_LINE);
	assert_int_equal(in8(LSR) & OE, OE);
	assert_int_equal(in8(IIR), FIFOS | I_RX);
	for (u32 i = 0; i < 16; i++)
		(void)in8(RBR);
	assert_int_equal(in8(IIR), FIFOS | I_THRE);
	assert_int_equal(in8(IIR), FIFOS | I_MODEM);
	assert_true(line[IRQ]);
	(void)in8(MSR);
	assert_int_equal(in8(IIR), FIFOS | I_NONE);
	assert_false(line[IRQ]);
}

static void naming_another_interrupt_leaves_the_transmitters(void **state UNUSED)
{
	out8(IER, 3);
	receive('a');
	assert_int_equal(in8(IIR), I_RX);
	(void)in8(RBR);
	assert_int_equal(in8(IIR), I_THRE);
}

/* ---- FIFO control ---- */

static void fifos_show_in_iir_only_while_enabled(void **state UNUSED)
{
	out8(FCR, 0xe7);
	assert_int_equal(in8(IIR), FIFOS | I_NONE); /* and no bit of a 64-byte FIFO */
	out8(FCR, 0);
	assert_int_equal(in8(IIR), I_NONE);
	out8(FCR, 0xc6); /* not programmed without the enabling bit */
	assert_int_equal(in8(IIR), I_NONE);
}

static void turning_fifos_on_or_off_empties_them(void **state UNUSED)
{
	receive('a');
	out8(FCR, 1);
	assert_int_equal(in8(LSR) & DR, 0);
	receive('b');
	out8(FCR, 1);
	assert_int_equal(in8(LSR) & DR, DR);
	room = 0;
	out8(THR, 'c');
	out8(FCR, 0);
	assert_int_equal(in8(LSR), THRE | TEMT);
	room = 10;
	uart->tx_room(uart_dev);
	assert_int_equal(out_len, 0);
}

static void fifos_are_cleared_one_by_one(void **state UNUSED)
{
	out8(FCR, 1);
	receive('a');
	room = 0;
	out8(THR, 'b');
	out8(FCR, 5);
	assert_int_equal(in8(LSR), DR | THRE | TEMT);
	out8(THR, 'c');
	out8(FCR, 3);
	assert_int_equal(in8(LSR), 0);
}

/* ---- loopback and modem lines ---- */

static void loopback_feeds_the_receiver_and_keeps_the_line_out(void **state UNUSED)
{
	out8(FCR, 1);
	out8(MCR, LOOP);
	for (u32 i = 0; i < 256; i++)
		out8(THR, (u8)i);
	assert_int_equal(out_len, 0);
	assert_true(receive('q')); /* lost, not refused for ever */
	assert_int_equal(in8(LSR) & OE, OE);
	assert_int_equal(in8(LSR) & OE, 0);
	for (u32 i = 0; i < 16; i++) {
		assert_int_equal(in8(LSR) & DR, DR);
		assert_int_equal(in8(RBR), i);
	}
	assert_int_equal(in8(LSR) & DR, 0); /* the depth that drivers count */
}

static void a_lone_receiver_buffer_keeps_the_newer_byte(void **state UNUSED)
{
	out8(MCR, LOOP);
	out8(THR, 'a');
	out8(THR, 'b');
	assert_int_equal(in8(LSR) & OE, OE);
	assert_int_equal(in8(RBR), 'b');
	assert_int_equal(in8(LSR) & DR, 0);
}

static void loopback_joins_modem_lines(void **state UNUSED)
{
	static const u8 joined[][2] = {{1, 0x20}, {2, 0x10}, {4, 0x40}, {8, 0x80}, {0x0a, 0x90}};

	for (u32 i = 0; i < ARRAY_SIZE(joined); i++) {
		out8(MCR, LOOP | joined[i][0]);
		assert_int_equal(in8(MSR) & 0xf0, joined[i][1]);
	}
}

static void changes_of_modem_lines_are_seen_once(void **state UNUSED)
{
	out8(IER, 8);
	out8(MCR, LOOP);
	assert_true(line[IRQ]);
	assert_int_equal(in8(MSR), 0x0b); /* all three fell */
	assert_false(line[IRQ]);
	assert_int_equal(in8(MSR), 0);
	out8(MCR, LOOP | 4);
	assert_int_equal(in8(MSR), 0x40); /* the ring indicator's rise does not count */
	out8(MCR, LOOP);
	assert_int_equal(in8(MSR), 0x04);
	out8(MCR, LOOP | 1);
	assert_int_equal(in8(MSR), 0x22);
}

static void what_was_held_back_goes_where_the_loop_leads(void **state UNUSED)
{
	out8(FCR, 1);
	room = 0;
	out8(THR, 'a');
	out8(MCR, LOOP);
	assert_int_equal(in8(LSR), DR | THRE | TEMT);
	assert_int_equal(in8(RBR), 'a');
	assert_int_equal(out_len, 0);
}

/* ---- what drivers do ---- */

/* The tests of Linux' 8250 driver: existence, loopback, kind, extended registers that this chip lacks. */
static void a_driver_finds_a_16550a_and_nothing_more(void **state UNUSED)
{
	out8(IER, 0);
	assert_int_equal(in8(IER), 0);
	out8(IER, 0x0f);
	assert_int_equal(in8(IER), 0x0f);
	out8(IER, 0);
	out8(MCR, LOOP | 0x0a);
	assert_int_equal(in8(MSR) & 0xf0, 0x90);
	out8(MCR, 0);
	out8(LCR, 0xbf); /* an enhanced feature register would be at 2 */
	out8(FCR, 0);
	out8(LCR, 0);
	out8(FCR, 1);
	assert_int_equal(in8(IIR) >> 6, 3);
	out8(LCR, DLAB);
	assert_int_not_equal(in8(2), 0);
	out8(LCR, 0xbf);
	assert_int_not_equal(in8(2), 0);
	out8(LCR, 0xe0); /* bank 2 of a Super I/O chip */
	assert_int_equal(in8(2) & LOOP, 0);
	out8(LCR, 0);
	out8(FCR, 0x21);
	assert_int_equal(in8(IIR) >> 5, 6);
	out8(LCR, DLAB);
	out8(FCR, 0x21);
	assert_int_equal(in8(IIR) >> 5, 6);
	out8(LCR, 0);
	out8(IER, 0x40);
	assert_int_equal(in8(IER), 0);
}

static void reset_is_power_on_and_drops_the_line(void **state UNUSED)
{
	out8(FCR, 0xc1);
	out8(LCR, 3);
	out8(SCR, 0x55);
	out8(MCR, 0x0b);
	out8(IER, 0x0f);
	receive('a');
	room = 0;
	out8(THR, 'x');
	assert_true(line[IRQ]);
	vns16550_reset(&dev);
	assert_false(line[IRQ]);
	registers_have_their_reset_values(NULL);
	room = 10;
	uart->tx_room(uart_dev);
	assert_int_equal(out_len, 0);
}

static void firmware_takes_what_was_received_as_a_driver_would(void **state UNUSED)
{
	u8 buf[4] = "";

	out8(FCR, 1);
	out8(IER, 1);
	assert_int_equal(vns16550_take(&dev, buf, sizeof(buf)), 0);
	for (u32 i = 0; i < NS16550_FIFO; i++)
		assert_true(receive((u8)('a' + i)));
	assert_false(receive('!'));
	assert_int_equal(vns16550_take(&dev, buf, 3), 3);
	assert_memory_equal(buf, "abc", 3);
	assert_int_equal(buf[3], 0);
	assert_int_equal(rx_rooms, 1); /* told that there is room, as after a read of RBR */
	assert_int_equal(in8(RBR), 'd');
	for (u32 i = 0; i < NS16550_FIFO / sizeof(buf); i++)
		(void)vns16550_take(&dev, buf, sizeof(buf));
	assert_int_equal(in8(LSR) & DR, 0);
	assert_false(line[IRQ]);
}

#define T(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(registers_have_their_reset_values),
		T(registers_keep_only_their_own_bits),
		T(the_divisor_lies_behind_dlab),
		T(an_access_of_any_width_reaches_the_register_at_its_address),
		T(behind_the_registers_is_nothing),
		T(a_byte_written_goes_to_the_console_without_any_set_up),
		T(enabling_the_transmit_interrupt_while_empty_interrupts_each_time),
		T(sending_arms_the_transmit_interrupt_again),
		T(a_vm_held_back_sees_its_transmitter_busy),
		T(without_fifo_one_byte_fills_the_transmitter),
		T(room_without_anything_held_back_interrupts_nobody),
		T(order_is_kept_when_room_comes_back_between_writes),
		T(enabling_the_transmit_interrupt_while_held_back_waits_for_room),
		T(a_byte_below_the_trigger_interrupts_by_timeout),
		T(the_receive_interrupt_follows_the_trigger_level),
		T(without_fifo_each_byte_interrupts),
		T(a_full_receiver_refuses_and_tells_when_it_has_room),
		T(a_receiver_emptied_by_fcr_tells_that_it_has_room),
		T(interrupts_are_named_by_priority),
		T(naming_another_interrupt_leaves_the_transmitters),
		T(fifos_show_in_iir_only_while_enabled),
		T(turning_fifos_on_or_off_empties_them),
		T(fifos_are_cleared_one_by_one),
		T(loopback_feeds_the_receiver_and_keeps_the_line_out),
		T(a_lone_receiver_buffer_keeps_the_newer_byte),
		T(loopback_joins_modem_lines),
		T(changes_of_modem_lines_are_seen_once),
		T(what_was_held_back_goes_where_the_loop_leads),
		T(a_driver_finds_a_16550a_and_nothing_more),
		T(firmware_takes_what_was_received_as_a_driver_would),
		T(reset_is_power_on_and_drops_the_line),
	};

	return cmocka_run_group_tests_name("ns16550", tests, NULL, NULL);
}
