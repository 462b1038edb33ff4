/* SPDX-License-Identifier: Apache-2.0 */
/* The console multiplexer: lines, prefixes, focus, replay, holding back, fairness. */
/* SOURCES: core/console.c core/console_out.c core/log.c core/fmt.c core/timer.c hal/fake/fake.c hal/fake/fake_cpu.c */
#include "console_fixture.h"

#include "core/monitor.h"

/* ---- a monitor of no words ---- */

static bool open;
static char keys[64];
static u32 nr_keys;
static const char *monitor_says = "";
static u32 interruptions;

void monitor_open(void)
{
	open = true;
}

bool monitor_is_open(void)
{
	return open;
}

void monitor_key(u8 key)
{
	keys[nr_keys++] = (char)key;
}

u32 monitor_output(u8 *buf, u32 size)
{
	u32 n = (u32)strlen(monitor_says);

	n = n < size ? n : size;
	memcpy(buf, monitor_says, n);
	monitor_says += n;
	return n;
}

void monitor_interrupted(void)
{
	interruptions++;
}

static void work(void)
{
	for (u32 i = 0; console_work(); i++)
		assert_true(i < 100000);
}

static void type_in(const char *text)
{
	typed = text;
	typed_len = strlen(text);
	do
		console_irq();
	while (typed_len);
	work();
}

static int setup(void **state UNUSED)
{
	static u32 once;

	open = false;
	nr_keys = 0;
	monitor_says = "";
	interruptions = 0;
	fixture_setup();
	/* the log's ring outlives a test: what earlier ones left is read before the wire is looked at */
	console_init(&wire_uart, NULL, &wire_desc);
	if (!once++)
		log_level = LOG_INFO;
	console_start_irq();
	work();
	wire_clear();
	kicks = 0;
	return 0;
}

static int teardown(void **state UNUSED)
{
	fixture_teardown();
	return 0;
}

/* ---- line mode ---- */

static void a_whole_line_is_shown_with_its_vms_name(void **state UNUSED)
{
	say(0, "hello\r\n");
	work();
	assert_string_equal(wire, "[alpha] hello\r\n");
}

static void an_unfinished_line_waits_for_50_ms(void **state UNUSED)
{
	say(0, "login: ");
	work();
	assert_string_equal(wire, "");
	after_ms(40);
	work();
	assert_string_equal(wire, "");
	after_ms(11);
	work();
	assert_string_equal(wire, "[alpha] login: ");
}

static void a_flushed_line_goes_on_without_a_second_prefix(void **state UNUSED)
{
	say(0, "login: ");
	work();
	after_ms(51);
	say(0, "root\r\nPassword\r\n");
	work();
	assert_string_equal(wire, "[alpha] login: root\r\n[alpha] Password\r\n");
}

static void another_vms_line_ends_an_unfinished_one_first(void **state UNUSED)
{
	say(0, "login: ");
	work();
	after_ms(51);
	say(1, "kernel\n");
	work();
	say(0, "root\n");
	work();
	assert_string_equal(wire, "[alpha] login: \r\n[beta] kernel\r\n[alpha] root\r\n");
}

static void lines_of_two_vms_never_mix(void **state UNUSED)
{
	for (u32 i = 0; i < 300; i++) {
		char a[2] = {(char)('a' + i % 26), 0}, b[2] = {(char)('A' + i % 26), 0};

		say(0, i % 30 == 29 ? "\n" : a);
		say(1, i % 50 == 49 ? "\n" : b);
		work();
	}
	for (char *line = strtok(wire, "\r\n"); line; line = strtok(NULL, "\r\n")) {
		bool alpha = !strncmp(line, "[alpha] ", 8);

		assert_true(alpha || !strncmp(line, "[beta] ", 7));
		for (const char *c = line + (alpha ? 8 : 7); *c; c++)
			assert_true(alpha ? *c >= 'a' && *c <= 'z' : *c >= 'A' && *c <= 'Z');
	}
}

static void a_line_of_512_bytes_is_shown_before_its_end(void **state UNUSED)
{
	say_n(0, 'x', 511);
	work();
	assert_int_equal(wire_len, 0);
	say_n(0, 'x', 1);
	work();
	assert_int_equal(wire_len, strlen("[alpha] ") + 512);
}

static void the_hypervisors_lines_begin_with_its_name(void **state UNUSED)
{
	log_info("refused: %s", "/vms/x");
	work();
	assert_string_equal(wire, "monadic: refused: /vms/x\r\n");
}

static void a_log_argument_cannot_break_its_line(void **state UNUSED)
{
	log_info("name %s", "a\r\nmonadic: forged\x1b[2J");
	work();
	assert_string_equal(wire, "monadic: name a??monadic: forged?[2J\r\n");
}

static void a_guest_cannot_forge_a_line_of_the_hypervisor(void **state UNUSED)
{
	say(0, "x\rmonadic: forged\n");
	say(0, "\x1b[1A\x1b[2K\rmonadic: forged\n");
	say(0, "\nmonadic: forged\n");
	say(0, "\x9b"
	       "1A\xc2\x9b"
	       "1Amonadic: forged\n");
	say(0, "\b\b\b\b\b\b\b\b\bmonadic: forged\x0b\x0cmonadic: forged\x85monadic: forged\n");
	work();
	assert_null(strchr(wire, '\x1b'));
	assert_null(strchr(wire, '\b'));
	assert_null(strchr(wire, '\x9b'));
	for (char *line = strtok(wire, "\r\n"); line; line = strtok(NULL, "\r\n"))
		assert_int_equal(strncmp(line, "[alpha] ", 8), 0);
}

static void a_progress_bar_becomes_lines(void **state UNUSED)
{
	say(0, "10%\r20%\rdone\r\n");
	work();
	assert_string_equal(wire, "[alpha] 10%\r\n[alpha] 20%\r\n[alpha] done\r\n");
}

static void colours_vanish_and_utf8_stays_in_line_mode(void **state UNUSED)
{
	say(0, "\x1b[0;32m  OK  \x1b[0m \xe2\x97\x8f \xc3\xbc \x1b(B\ttab\x07\n");
	work();
	assert_string_equal(wire, "[alpha]   OK   \xe2\x97\x8f \xc3\xbc \ttab^G\r\n");
}

static void an_escape_sequence_alone_shows_nothing(void **state UNUSED)
{
	say(0, "\x1b[6n");
	work();
	after_ms(51);
	work();
	assert_string_equal(wire, "");
}

static void a_flooding_vm_delays_another_by_one_line_only(void **state UNUSED)
{
	for (u32 i = 0; i < 100; i++)
		say(0, "flood flood flood\n");
	say(1, "alive\n");
	work();
	char *alive = strstr(wire, "[beta] alive");
	u32 before = 0;

	assert_non_null(alive);
	for (char *c = wire; c < alive; c++)
		before += *c == '\n';
	assert_in_range(before, 0, 1);
}

/* ---- holding back ---- */

static void a_vm_4_kib_ahead_of_the_uart_is_held_back_and_told_of_room(void **state UNUSED)
{
	tx_room = 0;
	for (u32 i = 0; console_vm_room(&vm_array[0]); i++) {
		assert_true(i <= CONSOLE_BEHIND + 64);
		console_vm_put(&vm_array[0], i % 64 == 63 ? '\n' : 'x');
		work();
	}
	assert_in_range(vm_array[0].console->head, CONSOLE_BEHIND, CONSOLE_BEHIND + 64);
	assert_int_equal(room_told[0], 0);
	tx_room = 1000;
	console_irq();
	work();
	assert_int_equal(room_told[0], 0); /* not for a few bytes */
	tx_room = UINT32_MAX;
	console_irq();
	work();
	assert_int_equal(room_told[0], 1);
	assert_true(console_vm_room(&vm_array[0]) > 0);
}

static void an_unseen_vm_is_never_held_back(void **state UNUSED)
{
	assert_int_equal(console_set_focus(&vm_array[0]), OK);
	tx_room = 0;
	for (u32 i = 0; i < 200000; i++) {
		assert_true(console_vm_room(&vm_array[1]) > 0);
		console_vm_put(&vm_array[1], 'x');
	}
}

static void hiding_a_vm_that_is_held_back_lets_it_go_on(void **state UNUSED)
{
	tx_room = 0;
	say_n(1, 'x', CONSOLE_BEHIND);
	assert_int_equal(console_vm_room(&vm_array[1]), 0);
	assert_int_equal(console_set_focus(&vm_array[0]), OK);
	assert_int_equal(room_told[1], 1);
	assert_true(console_vm_room(&vm_array[1]) > 0);
}

static void a_full_uart_is_waited_for_by_interrupt_and_not_by_looking(void **state UNUSED)
{
	tx_room = 3;
	say(0, "hello\n");
	work();
	assert_int_equal(wire_len, 3);
	assert_true(irq_tx);
	assert_false(console_work());
	kicks = 0;
	say(0, "more\n");
	assert_int_equal(kicks, 0); /* the interrupt comes anyway */
	tx_room = UINT32_MAX;
	console_irq();
	work();
	assert_string_equal(wire, "[alpha] hello\r\n[alpha] more\r\n");
	assert_false(irq_tx);
}

static void a_lost_transmit_interrupt_is_made_up_for(void **state UNUSED)
{
	tx_room = 3;
	say(0, "hello\n");
	work();
	tx_room = UINT32_MAX;
	after_ms(25);
	work();
	assert_string_equal(wire, "[alpha] hello\r\n");
}

static void a_slice_of_work_is_bounded(void **state UNUSED)
{
	for (u32 i = 0; i < 100; i++)
		say(0, "0123456789012345678901234567890123456789\n");
	assert_true(console_work());
	assert_in_range(wire_len, 1, 128);
}

static void bytes_that_vanish_still_end_a_slice(void **state UNUSED)
{
	for (u32 i = 0; i < 1000; i++)
		say(0, "\x1b[m");
	u32 slices = 0;

	while (console_work())
		slices++;
	assert_in_range(slices, 0, 100);
	assert_int_equal(wire_len, 0);
}

static void the_first_byte_kicks_the_housekeeping_cpu_and_the_next_do_not(void **state UNUSED)
{
	say(0, "a");
	assert_int_equal(kicks, 1);
	say(0, "bcdef");
	say(1, "ghi");
	assert_int_equal(kicks, 1);
	work();
	say(0, "j");
	assert_int_equal(kicks, 2);
}

/* ---- focus ---- */

static void focus_is_raw_in_both_directions(void **state UNUSED)
{
	assert_int_equal(console_set_focus(&vm_array[1]), OK);
	work();
	wire_clear();
	say(1, "\x1b[31m$ \r\x07x");
	work();
	assert_string_equal(wire, "\x1b[31m$ \r\x07x");
	type_in("ls\r\x03\x1b[A");
	assert_string_equal(got[1], "ls\r\x03\x1b[A");
}

static void focus_hides_others_and_counts_what_was_hidden(void **state UNUSED)
{
	assert_int_equal(console_set_focus(&vm_array[1]), OK);
	work();
	wire_clear();
	say(0, "secret\n");
	work();
	assert_string_equal(wire, "");
	assert_int_equal(console_set_focus(NULL), OK);
	work();
	assert_non_null(strstr(wire, "monadic: alpha: 7 bytes were not shown"));
	assert_null(strstr(wire, "secret"));
	wire_clear();
	say(0, "now\n");
	work();
	assert_string_equal(wire, "[alpha] now\r\n");
}

static void the_hypervisors_lines_show_on_their_own_while_a_vm_has_focus(void **state UNUSED)
{
	assert_int_equal(console_set_focus(&vm_array[1]), OK);
	work();
	wire_clear();
	say(1, "$ ls");
	work();
	log_info("alpha halted");
	work();
	say(1, " -l");
	work();
	assert_string_equal(wire, "$ ls\r\nmonadic: alpha halted\r\n -l");
}

static void a_vm_without_console_gets_no_focus(void **state UNUSED)
{
	struct vuart *v = vm_array[2].console;

	vm_array[2].console = NULL;
	assert_int_equal(console_set_focus(&vm_array[2]), ERR_NOENT);
	assert_null(console_focus());
	console_vm_put(&vm_array[2], 'x');
	assert_true(console_vm_room(&vm_array[2]) > 0);
	vm_array[2].console = v;
}

static void ctrl_bracket_takes_the_focus_and_opens_the_monitor(void **state UNUSED)
{
	assert_int_equal(console_set_focus(&vm_array[1]), OK);
	type_in("ab\x1d"
		"cd");
	assert_string_equal(got[1], "ab");
	assert_true(open);
	assert_null(console_focus());
	assert_int_equal(nr_keys, 2);
}

static void a_guest_that_does_not_read_cannot_keep_the_operator_out(void **state UNUSED)
{
	static char much[2000];

	memset(much, 'x', sizeof(much) - 1);
	got_max = 32;
	assert_int_equal(console_set_focus(&vm_array[1]), OK);
	type_in(much);
	assert_int_equal(got_len[1], 32);
	type_in("\x1d");
	assert_true(open);
}

static void typed_bytes_wait_until_the_device_has_room(void **state UNUSED)
{
	got_max = 2;
	assert_int_equal(console_set_focus(&vm_array[1]), OK);
	type_in("abcd");
	assert_string_equal(got[1], "ab");
	got_max = 100;
	console_vm_rx_room(&vm_array[1]);
	work();
	assert_string_equal(got[1], "abcd");
}

static void what_was_typed_before_the_escape_key_arrives_although_the_device_was_full(void **state UNUSED)
{
	got_max = 2;
	assert_int_equal(console_set_focus(&vm_array[1]), OK);
	type_in("abcd\x1d");
	assert_string_equal(got[1], "ab");
	assert_null(console_focus());
	got_max = 100;
	console_vm_rx_room(&vm_array[1]);
	work();
	assert_string_equal(got[1], "abcd");
}

static void what_one_vm_has_not_read_waits_for_it_alone(void **state UNUSED)
{
	got_max = 2;
	assert_int_equal(console_set_focus(&vm_array[1]), OK);
	type_in("abcd");
	assert_int_equal(console_set_focus(&vm_array[0]), OK);
	type_in("vwxyz");
	assert_string_equal(got[0], "vw");
	assert_string_equal(got[1], "ab");
	got_max = 100;
	console_vm_rx_room(&vm_array[1]);
	work();
	assert_string_equal(got[0], "vwxyz");
	assert_string_equal(got[1], "abcd");
}

static void typing_without_focus_tells_how_to_get_in(void **state UNUSED)
{
	type_in("hello?");
	assert_string_equal(wire, "monadic: no VM has the focus; Ctrl-] opens the monitor\r\n");
	wire_clear();
	type_in("hello?");
	assert_string_equal(wire, "");
}

static void the_monitors_unfinished_line_is_left_alone_by_others(void **state UNUSED)
{
	open = true;
	monitor_says = "monadic> vm li";
	console_wake();
	work();
	say(0, "boot\n");
	work();
	assert_string_equal(wire, "monadic> vm li\r\n[alpha] boot\r\n");
	assert_int_equal(interruptions, 1);
}

/* ---- replay ---- */

static void replay_gives_what_was_written_filtered(void **state UNUSED)
{
	char text[100];
	u64 pos = 0;

	say(0, "one\r\n\x1b[2Jtwo\r\nthr");
	assert_true(console_replay(&vm_array[0], &pos, text, sizeof(text)));
	assert_string_equal(text, "one");
	assert_true(console_replay(&vm_array[0], &pos, text, sizeof(text)));
	assert_string_equal(text, "two");
	assert_true(console_replay(&vm_array[0], &pos, text, sizeof(text)));
	assert_string_equal(text, "thr");
	assert_false(console_replay(&vm_array[0], &pos, text, sizeof(text)));
}

static void replay_keeps_the_last_64_kib(void **state UNUSED)
{
	char text[100];
	u64 pos = 0, total = 0;
	u32 first = 0, lines = 0, n;

	for (u32 i = 0; i < 10000; i++) {
		char line[32];

		snprintf(line, sizeof(line), "line %06u\n", i); /* 12 bytes */
		say(0, line);
		total += 12;
		work();
	}
	assert_int_equal(console_vm_bytes(&vm_array[0]), total);
	while (console_replay(&vm_array[0], &pos, text, sizeof(text))) {
		if (sscanf(text, "line %06u", &n) != 1)
			continue; /* the oldest is cut */
		if (!first)
			first = n;
		assert_int_equal(n, first + lines);
		lines++;
	}
	assert_int_equal(first + lines, 10000);
	assert_in_range(lines, 65536 / 12 - 1, 65536 / 12 + 1);
}

static void replay_of_hidden_output_is_complete(void **state UNUSED)
{
	char text[100];
	u64 pos = 0;

	assert_int_equal(console_set_focus(&vm_array[1]), OK);
	say(0, "unseen\n");
	work();
	assert_true(console_replay(&vm_array[0], &pos, text, sizeof(text)));
	assert_string_equal(text, "unseen");
}

static void a_long_line_is_replayed_in_pieces_that_fit(void **state UNUSED)
{
	char text[16];
	u64 pos = 0;
	size_t all = 0;

	say_n(0, '\x01', 1000); /* each is shown as two characters */
	while (console_replay(&vm_array[0], &pos, text, sizeof(text)))
		all += strlen(text);
	assert_int_equal(all, 2000);
}

/* ---- boot, flush, panic ---- */

static void a_polled_uart_is_polled(void **state UNUSED)
{
	static struct machine_uart polled = {.kind = UART_SBSA};

	memset(&console, 0, sizeof(console));
	console_init(&wire_uart, NULL, &polled);
	console_start_irq();
	work();
	wire_clear();
	typed = "\x1d";
	typed_len = 1;
	after_ms(11);
	work();
	assert_true(open);
	tx_room = 2;
	say(0, "hello\n");
	work();
	assert_int_equal(wire_len, 2);
	tx_room = UINT32_MAX;
	after_ms(2);
	work();
	assert_string_equal(wire, "[alpha] hello\r\n");
}

static void at_boot_lines_are_out_before_log_line_returns(void **state UNUSED)
{
	memset(&console, 0, sizeof(console));
	log_info("early");
	assert_string_equal(wire, "");
	console_init(&wire_uart, NULL, &wire_desc);
	wire_clear();
	log_info("one");
	assert_string_equal(wire, "monadic: one\r\n");
}

static void flush_gives_up_on_a_dead_uart(void **state UNUSED)
{
	tx_room = 0;
	say(0, "x");
	log_info("y");
	console_flush();
	assert_int_equal(wire_len, 0);
}

static void flush_includes_unfinished_lines(void **state UNUSED)
{
	say(0, "bye");
	console_flush();
	assert_string_equal(wire, "[alpha] bye");
}

static void a_panic_is_shown_whoever_holds_the_console(void **state UNUSED)
{
	say(0, "noise\n");
	console.busy = 1;
	if (fake_catch() == FAKE_RUNNING) {
		panic("frame %x is owned twice", 0x42);
		fake_uncatch();
		fail();
	}
	assert_string_equal(wire, "monadic: panic: frame 42 is owned twice\r\n");
}

static void without_a_uart_nobody_is_held_back_for_ever(void **state UNUSED)
{
	memset(&console, 0, sizeof(console));
	console_start_irq(); /* no console_init(): firmware named none */
	work();
	for (u32 i = 0; i < 20000; i++) {
		say(0, "x\n");
		work();
	}
	assert_true(console_vm_room(&vm_array[0]) > 0);
}

static void an_overflowing_log_says_so_and_goes_on(void **state UNUSED)
{
	tx_room = 0;
	for (u32 i = 0; i < 2000; i++)
		log_info("line %04u of a flood that is longer than the ring", i);
	work();
	tx_room = UINT32_MAX;
	console_irq();
	work();
	assert_non_null(strstr(wire, "monadic: lines were lost here"));
	assert_non_null(strstr(wire, "monadic: line 1999 of a flood"));
	assert_null(strstr(wire, "line 0500 "));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void another_uart_shows_the_log_from_its_start(void **state UNUSED)
{
	static const struct uart_ops second = {"second", uart_init,       uart_tx_ready, uart_tx,
					       uart_rx,  uart_irq_enable, uart_irq_ack};

	static const char lines[] = "monadic: before both\r\nmonadic: one line for the first of two\r\n";

	memset(&console, 0, sizeof(console));
	log_info("before both");
	console_init(&wire_uart, NULL, &wire_desc);
	tx_room = 20; /* it takes the half of a line */
	log_info("one line for the first of two");
	tx_room = UINT32_MAX;
	wire_clear();
	console_init(&second, NULL, &wire_desc);
	assert_true(wire_len >= sizeof(lines) - 1); /* behind what other tests logged */
	assert_string_equal(wire + wire_len - (sizeof(lines) - 1), lines);
	wire_clear();
	log_info("another");
	assert_string_equal(wire, "monadic: another\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_whole_line_is_shown_with_its_vms_name),
		T(an_unfinished_line_waits_for_50_ms),
		T(a_flushed_line_goes_on_without_a_second_prefix),
		T(another_vms_line_ends_an_unfinished_one_first),
		T(lines_of_two_vms_never_mix),
		T(a_line_of_512_bytes_is_shown_before_its_end),
		T(the_hypervisors_lines_begin_with_its_name),
		T(a_log_argument_cannot_break_its_line),
		T(a_guest_cannot_forge_a_line_of_the_hypervisor),
		T(a_progress_bar_becomes_lines),
		T(colours_vanish_and_utf8_stays_in_line_mode),
		T(an_escape_sequence_alone_shows_nothing),
		T(a_flooding_vm_delays_another_by_one_line_only),
		T(a_vm_4_kib_ahead_of_the_uart_is_held_back_and_told_of_room),
		T(an_unseen_vm_is_never_held_back),
		T(hiding_a_vm_that_is_held_back_lets_it_go_on),
		T(a_full_uart_is_waited_for_by_interrupt_and_not_by_looking),
		T(a_lost_transmit_interrupt_is_made_up_for),
		T(a_slice_of_work_is_bounded),
		T(bytes_that_vanish_still_end_a_slice),
		T(the_first_byte_kicks_the_housekeeping_cpu_and_the_next_do_not),
		T(focus_is_raw_in_both_directions),
		T(focus_hides_others_and_counts_what_was_hidden),
		T(the_hypervisors_lines_show_on_their_own_while_a_vm_has_focus),
		T(a_vm_without_console_gets_no_focus),
		T(ctrl_bracket_takes_the_focus_and_opens_the_monitor),
		T(a_guest_that_does_not_read_cannot_keep_the_operator_out),
		T(typed_bytes_wait_until_the_device_has_room),
		T(what_was_typed_before_the_escape_key_arrives_although_the_device_was_full),
		T(what_one_vm_has_not_read_waits_for_it_alone),
		T(typing_without_focus_tells_how_to_get_in),
		T(the_monitors_unfinished_line_is_left_alone_by_others),
		T(replay_gives_what_was_written_filtered),
		T(replay_keeps_the_last_64_kib),
		T(replay_of_hidden_output_is_complete),
		T(a_long_line_is_replayed_in_pieces_that_fit),
		T(a_polled_uart_is_polled),
		T(at_boot_lines_are_out_before_log_line_returns),
		T(another_uart_shows_the_log_from_its_start),
		T(flush_gives_up_on_a_dead_uart),
		T(flush_includes_unfinished_lines),
		T(a_panic_is_shown_whoever_holds_the_console),
		T(without_a_uart_nobody_is_held_back_for_ever),
		T(an_overflowing_log_says_so_and_goes_on),
	};

	return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
