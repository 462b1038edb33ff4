/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated PL011: FIFOs, interrupts, holding back, identification, reset. */
/* SOURCES: drivers/emul/pl011.c core/mmio.c hal/fake/fake.c hal/fake/fake_cpu.c */
#include "vuart_env.h"

#include "drivers/emul/pl011.h"

enum {
	DR = 0,
	RSR = 4,
	FR = 0x18,
	IBRD = 0x24,
	FBRD = 0x28,
	LCR = 0x2c,
	CR = 0x30,
	IFLS = 0x34,
	IMSC = 0x38,
	RIS = 0x3c,
	MIS = 0x40,
	ICR = 0x44
};
enum { RXFE = 0x10, TXFF = 0x20, RXFF = 0x40, TXFE = 0x80, BUSY = 8 };
enum { I_RX = 0x10, I_TX = 0x20, I_RT = 0x40, I_BE = 0x200, I_OE = 0x400 };
enum { FEN = 0x10, LBE = 0x80, IRQ = 1 };

static struct vpl011 dev;

static int setup(void **state UNUSED)
{
	vuart_env_reset();
	memset(&dev, 0, sizeof(dev));
	assert_int_equal(vpl011_init(&dev_vm, &dev, GPA(DEV_BASE), IRQ), OK);
	return 0;
}

/* ---- */

static void identification_says_pl011_r1p5(void **state UNUSED)
{
	static const u8 id[] = {0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

	for (u32 i = 0; i < 8; i++)
		assert_int_equal(rd(0xfe0 + 4 * i), id[i]);
}

static void registers_have_their_reset_values(void **state UNUSED)
{
	assert_int_equal(rd(FR), TXFE | RXFE);
	assert_int_equal(rd(CR), 0x300);
	assert_int_equal(rd(IFLS), 0x12);
	assert_int_equal(rd(IMSC) | rd(RIS) | rd(MIS) | rd(LCR) | rd(RSR), 0);
}

static void registers_keep_only_their_own_bits(void **state UNUSED)
{
	static const struct {
		u32 off, bits;
	} regs[] = {{0x20, 0xff}, {IBRD, 0xffff}, {FBRD, 0x3f}, {LCR, 0xff}, {CR, 0xff87},
		    {IFLS, 0x3f}, {IMSC, 0x7ff},  {0x48, 7},    {FR, 0},     {MIS, 0},
		    {0x8, 0},     {0x1c, 0},      {0x4c, 0},    {0x100, 0}};

	for (u32 i = 0; i < ARRAY_SIZE(regs); i++) {
		setup(NULL);
		u32 before = regs[i].bits ? 0 : rd(regs[i].off);

		wr(regs[i].off, 0xffffffff);
		assert_int_equal(rd(regs[i].off), regs[i].bits | before);
	}
}

static void a_byte_written_goes_to_the_console_without_any_set_up(void **state UNUSED)
{
	wr_size(DR, 1, 'h');
	wr_size(DR, 2, 'e');
	wr_size(DR, 4, 0x12345600 | 'y');
	assert_string_equal(out, "hey");
	assert_int_equal(rd(FR), TXFE | RXFE);
}

static void sending_interrupts_when_the_fifo_is_at_its_level(void **state UNUSED)
{
	assert_int_equal(rd(RIS), 0); /* not before something was sent (2.8.2) */
	wr(IMSC, I_TX);
	assert_false(line[IRQ]);
	wr(DR, 'x');
	assert_int_equal(rd(RIS), I_TX);
	assert_true(line[IRQ]);
	wr(ICR, I_TX);
	assert_false(line[IRQ]);
	wr(DR, 'y');
	assert_true(line[IRQ]);
	wr(IMSC, 0);
	assert_false(line[IRQ]);
	assert_int_equal(rd(RIS), I_TX);
	assert_int_equal(rd(MIS), 0);
}

static void a_vm_held_back_sees_its_fifo_fill_up(void **state UNUSED)
{
	wr(LCR, FEN);
	room = 0;
	for (u32 i = 0; i < 32; i++) {
		assert_int_equal(rd(FR) & TXFF, 0);
		wr(DR, 'a' + i % 26);
		assert_int_equal(rd(FR) & (TXFE | BUSY), BUSY);
	}
	assert_int_equal(rd(FR) & TXFF, TXFF);
	wr(DR, '!'); /* lost */
	room = 1000;
	uart->tx_room(uart_dev);
	assert_string_equal(out, "abcdefghijklmnopqrstuvwxyzabcdef");
	assert_int_equal(rd(FR), TXFE | RXFE);
}

static void room_brings_the_transmit_interrupt_at_the_trigger_level(void **state UNUSED)
{
	wr(LCR, FEN);
	wr(IFLS, 0); /* at or below 4 of 32 */
	wr(IMSC, I_TX);
	wr(DR, 'x');
	room = 0;
	wr(ICR, I_TX);
	for (u32 i = 0; i < 32; i++)
		wr(DR, 'a');
	assert_false(line[IRQ]);
	room = 27;
	uart->tx_room(uart_dev);
	assert_false(line[IRQ]); /* five are left */
	room = 1;
	uart->tx_room(uart_dev);
	assert_true(line[IRQ]);
}

static void filling_above_the_level_ends_the_transmit_interrupt(void **state UNUSED)
{
	wr(LCR, FEN);
	wr(IMSC, I_TX);
	wr(DR, 'x');
	assert_true(line[IRQ]);
	room = 0;
	for (u32 i = 0; i < 17; i++)
		wr(DR, 'a');
	assert_false(line[IRQ]);
}

static void without_fifo_one_byte_fills_the_transmitter(void **state UNUSED)
{
	room = 0;
	wr(DR, 'a');
	assert_int_equal(rd(FR) & TXFF, TXFF);
	wr(DR, 'b');
	room = 10;
	uart->tx_room(uart_dev);
	assert_string_equal(out, "a");
	assert_int_equal(rd(RIS) & I_TX, I_TX);
}

static void no_transmit_interrupt_comes_without_a_byte_sent(void **state UNUSED)
{
	wr(IMSC, I_TX);
	wr(CR, 0x301);
	uart->tx_room(uart_dev);
	wr(LCR, FEN);
	assert_int_equal(rd(RIS), 0);
	assert_false(line[IRQ]);
}

static void order_is_kept_when_room_comes_back_between_writes(void **state UNUSED)
{
	wr(LCR, FEN);
	room = 0;
	wr(DR, '1');
	wr(DR, '2');
	room = 100;
	wr(DR, '3'); /* before tx_room */
	assert_string_equal(out, "123");
}

static void a_byte_received_interrupts_and_is_read(void **state UNUSED)
{
	wr(LCR, FEN);
	wr(IMSC, I_RX | I_RT);
	assert_true(receive('k'));
	assert_int_equal(rd(RIS), I_RT); /* below the trigger level: by timeout */
	assert_true(line[IRQ]);
	assert_int_equal(rd(FR) & RXFE, 0);
	assert_int_equal(rd(DR), 'k');
	assert_false(line[IRQ]);
	assert_int_equal(rd(FR) & RXFE, RXFE);
	assert_int_equal(rd(DR), 0);
}

static void the_receive_interrupt_follows_the_trigger_level(void **state UNUSED)
{
	static const u32 levels[] = {4, 8, 16, 24, 28};

	for (u32 l = 0; l < ARRAY_SIZE(levels); l++) {
		setup(NULL);
		wr(LCR, FEN);
		wr(IFLS, l << 3);
		for (u32 i = 1; i <= 32; i++) {
			assert_true(receive((u8)i));
			assert_int_equal(rd(RIS) & I_RX, i >= levels[l] ? I_RX : 0);
		}
		for (u32 i = 31;; i--) {
			(void)rd(DR);
			assert_int_equal(rd(RIS) & I_RX, i >= levels[l] ? I_RX : 0);
			assert_int_equal(rd(RIS) & I_RT, i ? I_RT : 0);
			if (!i)
				break;
		}
	}
}

static void without_fifo_each_byte_interrupts(void **state UNUSED)
{
	wr(IMSC, I_RX);
	assert_true(receive('a'));
	assert_true(line[IRQ]);
	assert_int_equal(rd(FR) & RXFF, RXFF);
	assert_false(receive('b'));
	assert_int_equal(rd(DR), 'a');
	assert_false(line[IRQ]);
	assert_true(receive('b'));
}

static void a_full_receiver_refuses_and_tells_when_it_has_room(void **state UNUSED)
{
	wr(LCR, FEN);
	for (u32 i = 0; i < 32; i++)
		assert_true(receive((u8)i));
	assert_false(receive('x'));
	assert_int_equal(rd(FR) & RXFF, RXFF);
	assert_int_equal(rd(RIS) & I_OE, 0); /* the line waits: nothing is lost */
	assert_int_equal(rx_rooms, 0);
	assert_int_equal(rd(DR), 0);
	assert_int_equal(rx_rooms, 1);
	assert_int_equal(rd(DR), 1);
	assert_int_equal(rx_rooms, 1);
	assert_true(receive('x'));
}

static void loopback_feeds_the_receiver_and_overruns_it(void **state UNUSED)
{
	wr(LCR, FEN);
	wr(CR, 0x301 | LBE);
	for (u32 i = 0; i < 33; i++)
		wr(DR, i);
	assert_int_equal(out_len, 0);
	assert_int_equal(rd(RIS) & I_OE, I_OE);
	assert_int_equal(rd(RSR), 8);
	for (u32 i = 0; i < 32; i++)
		assert_int_equal(rd(DR), i);
	wr(DR, 'z');
	assert_int_equal(rd(DR), 0x800 | 'z'); /* carries the overrun, once */
	wr(DR, 'y');
	assert_int_equal(rd(DR), 'y');
	wr(RSR, 0xff);
	assert_int_equal(rd(RSR), 0);
	wr(ICR, I_OE);
	assert_int_equal(rd(RIS) & I_OE, 0);
	assert_true(receive('q')); /* the line is cut off: lost, not refused for ever */
	assert_int_equal(rd(FR) & RXFE, RXFE);
}

static void loopback_joins_modem_lines(void **state UNUSED)
{
	wr(CR, 0x301 | LBE | 1u << 11 | 1u << 10);
	assert_int_equal(rd(FR) & 7, 3);
	wr(CR, 0x301 | LBE | 1u << 12 | 1u << 13);
	assert_int_equal(rd(FR) & 0x107, 0x104);
	wr(CR, 0x301 | 1u << 11);
	assert_int_equal(rd(FR) & 0x107, 0);
}

static void a_break_in_loopback_is_received_as_one(void **state UNUSED)
{
	wr(CR, 0x301 | LBE);
	wr(LCR, 1);
	assert_int_equal(rd(RIS) & I_BE, I_BE);
	assert_int_equal(rd(DR), 0x500);
	assert_int_equal(rd(RSR), 5);
}

static void turning_the_fifo_on_empties_the_receiver(void **state UNUSED)
{
	wr(IMSC, I_RX | I_RT);
	receive('a');
	wr(LCR, FEN);
	assert_int_equal(rd(FR) & RXFE, RXFE);
	assert_false(line[IRQ]);
}

static void reset_is_power_on_and_drops_the_line(void **state UNUSED)
{
	wr(LCR, FEN | 0x60);
	wr(IMSC, 0x7ff);
	receive('a');
	room = 0;
	wr(DR, 'x');
	assert_true(line[IRQ]);
	vpl011_reset(&dev);
	assert_false(line[IRQ]);
	registers_have_their_reset_values(NULL);
	room = 10;
	uart->tx_room(uart_dev);
	assert_int_equal(out_len, 0);
}

static void odd_offsets_do_nothing(void **state UNUSED)
{
	for (u64 off = 0; off < 0x1000; off++) {
		if (!(off & 3))
			continue;
		wr_size(off, 1, 0xff);
		assert_int_equal(rd_size(off, 1), 0);
	}
	assert_int_equal(out_len, 0);
	registers_have_their_reset_values(NULL);
}

#define T(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(identification_says_pl011_r1p5),
		T(registers_have_their_reset_values),
		T(registers_keep_only_their_own_bits),
		T(a_byte_written_goes_to_the_console_without_any_set_up),
		T(sending_interrupts_when_the_fifo_is_at_its_level),
		T(a_vm_held_back_sees_its_fifo_fill_up),
		T(room_brings_the_transmit_interrupt_at_the_trigger_level),
		T(filling_above_the_level_ends_the_transmit_interrupt),
		T(without_fifo_one_byte_fills_the_transmitter),
		T(no_transmit_interrupt_comes_without_a_byte_sent),
		T(order_is_kept_when_room_comes_back_between_writes),
		T(a_byte_received_interrupts_and_is_read),
		T(the_receive_interrupt_follows_the_trigger_level),
		T(without_fifo_each_byte_interrupts),
		T(a_full_receiver_refuses_and_tells_when_it_has_room),
		T(loopback_feeds_the_receiver_and_overruns_it),
		T(loopback_joins_modem_lines),
		T(a_break_in_loopback_is_received_as_one),
		T(turning_the_fifo_on_empties_the_receiver),
		T(reset_is_power_on_and_drops_the_line),
		T(odd_offsets_do_nothing),
	};

	return cmocka_run_group_tests_name("pl011", tests, NULL, NULL);
}
