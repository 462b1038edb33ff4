/* SPDX-License-Identifier: Apache-2.0 */
/* The monitor behind the console: editing, commands, errors, hostile input. */
/* SOURCES: core/console.c core/console_out.c core/log.c core/fmt.c core/timer.c core/monitor.c core/monitor_cmds.c core/trace.c core/house.c hal/fake/fake.c hal/fake/fake_cpu.c */
#include "console_fixture.h"

#include "core/house.h"
#include "core/monitor.h"
#include "core/trace.h"
#include "core/version.h"
#include "hal/vcpu.h"

const char monadic_version[] = "v-test";

/* ---- the VMs' state machine: what was asked of it ---- */

static u32 posted[NR_VMS];
static bool active;
static u32 vm_works;

void vm_post(struct vm *vm, enum vm_event ev)
{
	posted[vm->index] |= 1u << ev;
}

bool vm_work(void)
{
	vm_works++;
	return false;
}

struct vm *vm_find(const char *name)
{
	for (u32 i = 0; i < nr_vms; i++)
		if (!strcmp(vms[i].plan->name, name))
			return &vms[i];
	return NULL;
}

bool vm_any_active(void)
{
	return active;
}

const char *vm_state_name(u32 state)
{
	return state == VM_RUNNING  ? "running"
	       : state == VM_ABSENT ? "absent"
	       : state == VM_PAUSED ? "paused"
				    : "other";
}

u64 vcpu_pc(const struct vcpu *vcpu UNUSED)
{
	return 0x40080000;
}

static struct vm *pressed;

static enum err power_key(struct vm *vm)
{
	pressed = vm;
	return OK;
}

static bool pool(u32 index, struct monitor_pool *p)
{
	*p = (struct monitor_pool){"tables", 8192, 4096};
	return index == 0;
}

static struct machine machine;
static const struct monitor_env env = {.machine = &machine, .power_key = power_key, .pool = pool};
static struct vcpu vcpus[2];

static void work(void)
{
	for (u32 i = 0; house_work(); i++)
		assert_true(i < 1000000);
}

static void type_n(const char *text, size_t n)
{
	typed = text;
	typed_len = n;
	do {
		console_irq();
		work();
	} while (typed_len);
	work();
}

static void type_in(const char *text)
{
	type_n(text, strlen(text));
}

/* Runs a command and leaves its output, without echo and prompt, on the wire. */
static void command(const char *text)
{
	wire_clear();
	type_in(text);
	type_in("\r");
}

static bool says(const char *text)
{
	return strstr(wire, text) != NULL;
}

static int setup(void **state UNUSED)
{
	fixture_setup();
	house_open();
	memset(posted, 0, sizeof(posted));
	memset(vcpus, 0, sizeof(vcpus));
	active = false;
	pressed = NULL;
	machine.nr_cpus = 1;
	machine.cpus[0].hwid = 0x80000100;
	machine.ram_total = MIB(2048);
	cpus[0].online = cpus[0].housekeeping = true;
	for (u32 i = 0; i < NR_VMS; i++) {
		vm_plans[i].nr_vcpus = 1;
		vm_plans[i].memory = MIB(512);
		vm_array[i].state = VM_RUNNING;
	}
	vm_array[0].vcpus = vcpus;
	vm_array[0].nr_vcpus = 2;
	vcpus[0].vm = vcpus[1].vm = &vm_array[0];
	vcpus[1].index = 1;
	monitor_close();
	monitor_init(&env);
	console_init(&wire_uart, NULL, &wire_desc);
	console_start_irq();
	work();
	type_in("\x1d");
	wire_clear();
	return 0;
}

static int teardown(void **state UNUSED)
{
	monitor_close();
	fixture_teardown();
	return 0;
}

/* ---- the terminal ---- */

static void ctrl_bracket_gives_a_prompt(void **state UNUSED)
{
	type_in("\x1d");
	assert_string_equal(wire, "\r\nmonadic> ");
}

static void what_is_typed_is_echoed_and_carried_out(void **state UNUSED)
{
	command("version");
	assert_string_equal(wire, "version\r\nMonadic v-test\r\nmonadic> ");
}

static void cr_lf_is_one_line_end(void **state UNUSED)
{
	type_in("version\r\n");
	assert_string_equal(wire, "version\r\nMonadic v-test\r\nmonadic> ");
}

static void an_empty_line_gives_a_new_prompt(void **state UNUSED)
{
	type_in("\r");
	assert_string_equal(wire, "\r\nmonadic> ");
}

static void backspace_ctrl_u_and_ctrl_c_edit_the_line(void **state UNUSED)
{
	command("foo\x15versiox\bn");
	assert_true(says("Monadic v-test"));
	command("no such\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7fversion");
	assert_true(says("Monadic v-test"));
	wire_clear();
	type_in("destroy all\x03");
	assert_true(says("^C\r\nmonadic> "));
	command("version");
	assert_true(says("Monadic v-test"));
}

static void arrow_up_brings_back_earlier_lines(void **state UNUSED)
{
	command("version");
	command("cpus");
	wire_clear();
	type_in("\x1b[A\x1b[A\r");
	assert_true(says("Monadic v-test"));
	wire_clear();
	type_in("\x1bOA\x1bOA\x1bOB\r"); /* version, cpus -> back to version */
	assert_true(says("Monadic v-test"));
}

static void tab_completes_commands_verbs_and_names(void **state UNUSED)
{
	vm_array[1].state = VM_RUNNING;
	command("v\tpau\tbe\t"); /* `v` is ambiguous: vm, version */
	assert_false(says("beta is being paused"));
	command("vm pau\tbe\t");
	assert_true(says("vm pause beta "));
	assert_true(says("beta is being paused"));
	assert_int_equal(posted[1], 1u << VM_EV_PAUSE);
	wire_clear();
	type_in("vm re\t\x15");
	assert_true(says("vm res"));
	wire_clear();
	type_in("vm res\t\x15");
	assert_true(says("resume  reset"));
	wire_clear();
	type_in("\x15rep\tga\t");
	assert_true(says("replay gamma "));
	type_in("\x03");
}

static void a_broken_prompt_comes_back_when_things_are_quiet(void **state UNUSED)
{
	type_in("vm li");
	wire_clear();
	say(0, "boot\n");
	work();
	assert_string_equal(wire, "\r\n[alpha] boot\r\n");
	after_ms(300);
	say(0, "more\n");
	work();
	after_ms(300);
	work();
	assert_string_equal(wire, "\r\n[alpha] boot\r\n[alpha] more\r\n");
	after_ms(300);
	work();
	assert_string_equal(wire, "\r\n[alpha] boot\r\n[alpha] more\r\nmonadic> vm li");
}

static void a_key_brings_a_broken_prompt_back_at_once(void **state UNUSED)
{
	type_in("vm li");
	say(0, "boot\n");
	work();
	wire_clear();
	type_in("s");
	assert_string_equal(wire, "monadic> vm lis");
}

static void exit_and_ctrl_d_close_the_monitor(void **state UNUSED)
{
	command("exit");
	assert_false(monitor_is_open());
	type_in("\x1d");
	assert_true(monitor_is_open());
	type_in("\x04");
	assert_false(monitor_is_open());
}

static void hostile_input_is_survived(void **state UNUSED)
{
	char junk[4096];
	u32 seed = 12345;

	for (u32 round = 0; round < 50; round++) {
		for (u32 i = 0; i < sizeof(junk); i++) {
			seed = seed * 1103515245u + 12345u;
			junk[i] = (char)(seed >> 16);
		}
		type_n(junk, sizeof(junk));
		wire_clear();
	}
	type_in("\x1d");
	command("version");
	assert_true(says("Monadic v-test"));
}

static void a_line_that_is_too_long_is_cut_not_overrun(void **state UNUSED)
{
	char much[1000];

	memset(much, 'v', sizeof(much) - 1);
	much[sizeof(much) - 1] = 0;
	command(much);
	assert_true(says("no command \"vvvv"));
	command("a b c d e f g h i j k l m n o p");
	assert_true(says("no command \"a\""));
	command("vm a b c d e f g h");
	assert_true(says("too many words"));
}

static void no_key_is_taken_while_a_listing_runs_but_ctrl_c_ends_it(void **state UNUSED)
{
	for (u32 i = 0; i < 2000; i++) {
		say(0, "some line of output\n");
		work();
	}
	tx_room = 200;
	typed = "replay alpha\r";
	typed_len = strlen(typed);
	console_irq();
	for (u32 i = 0; i < 100; i++)
		(void)house_work();
	typed = "\x03";
	typed_len = 1;
	tx_room = 200;
	console_irq();
	tx_room = UINT32_MAX;
	wire_clear();
	console_irq();
	work();
	assert_true(says("^C\r\nmonadic> "));
	assert_in_range(wire_len, 10, 4096);
}

/* ---- commands ---- */

static void help_names_every_command(void **state UNUSED)
{
	static const char *const names[] = {"help", "vm ",  "console", "replay",  "log",      "trace",
					    "stat", "cpus", "mem",     "version", "poweroff", "reboot"};

	command("help");
	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		assert_true(says(names[i]));
	assert_true(says("list | create|start|shutdown|pause|resume|reset|destroy NAME"));
}

static void vm_list_shows_all(void **state UNUSED)
{
	vm_plans[2].refused = true;
	command("vm list");
	assert_true(says("alpha            running"));
	assert_true(says("gamma            refused"));
	assert_true(says("512"));
}

static void each_verb_posts_its_event(void **state UNUSED)
{
	static const struct {
		const char *verb;
		u32 state, events;
	} cases[] = {
		{"create", VM_ABSENT, 1u << VM_EV_CREATE},
		{"start", VM_READY, 1u << VM_EV_START},
		{"start", VM_ABSENT, 1u << VM_EV_CREATE | 1u << VM_EV_START},
		{"start", VM_HALTED, 1u << VM_EV_START},
		{"pause", VM_RUNNING, 1u << VM_EV_PAUSE},
		{"resume", VM_PAUSED, 1u << VM_EV_RESUME},
		{"reset", VM_RUNNING, 1u << VM_EV_RESET},
		{"destroy", VM_RUNNING, 1u << VM_EV_DESTROY},
	};

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		char line[64];

		posted[1] = 0;
		vm_array[1].state = cases[i].state;
		snprintf(line, sizeof(line), "vm %s beta", cases[i].verb);
		command(line);
		assert_int_equal(posted[1], cases[i].events);
		assert_int_equal(posted[0] | posted[2], 0);
	}
}

static void shutdown_presses_the_power_key(void **state UNUSED)
{
	command("vm shutdown beta");
	assert_ptr_equal(pressed, &vm_array[1]);
	assert_int_equal(posted[1], 0);
}

static void errors_name_the_thing_its_value_and_the_remedy(void **state UNUSED)
{
	command("vm start foo");
	assert_true(says("no VM named \"foo\"; `vm list` shows them"));
	command("frobnicate");
	assert_true(says("no command \"frobnicate\"; `help` lists them"));
	command("vm fly alpha");
	assert_true(says("vm: no action \"fly\""));
	command("vm start");
	assert_true(says("vm start: which VM?"));
	command("vm");
	assert_true(says("vm: too few words; it is `vm list |"));
	command("vm resume alpha");
	assert_true(says("vm resume: alpha is running; only a paused VM can be resumed"));
	command("trace maybe");
	assert_true(says("trace: \"maybe\" is neither on nor off"));
	command("console nobody");
	assert_true(says("no VM named \"nobody\""));
	vm_plans[0].refused = true;
	command("vm start alpha");
	assert_true(says("alpha was refused at boot; `log` tells why"));
	assert_int_equal(posted[0], 0);
}

static void console_gives_focus_and_closes_the_monitor(void **state UNUSED)
{
	command("console beta");
	assert_ptr_equal(console_focus(), &vm_array[1]);
	assert_false(monitor_is_open());
	assert_true(says("monadic: beta has the focus; Ctrl-] opens the monitor\r\n"));
	type_in("ls\r");
	assert_string_equal(got[1], "ls\r");
	type_in("\x1d");
	assert_true(monitor_is_open());
	assert_null(console_focus());
}

static void replay_shows_lines_with_their_prefix(void **state UNUSED)
{
	say(1, "first\nsecond\x1b[2J\n");
	work();
	command("replay beta");
	assert_true(says("replay beta\r\n[beta] first\r\n[beta] second\r\nmonadic> "));
	command("replay gamma");
	assert_true(says("gamma has written nothing"));
}

static void replay_of_a_vm_that_goes_on_writing_ends(void **state UNUSED)
{
	say(1, "first\n");
	work();
	tx_room = 60;
	typed = "replay beta\r";
	typed_len = strlen(typed);
	console_irq();
	for (u32 i = 0; i < 1000; i++) {
		say(1, "again\n");
		tx_room = 20;
		console_irq();
		(void)house_work();
	}
	tx_room = UINT32_MAX;
	console_irq();
	work();
	after_ms(600);
	work();
	assert_true(says("monadic> "));
}

static void log_shows_past_lines_with_their_time(void **state UNUSED)
{
	log_warn("something happened");
	work();
	command("log");
	assert_true(says("] something happened\r\n"));
}

static void stat_sums_exits_by_reason(void **state UNUSED)
{
	vcpus[0].exits[EXIT_MMIO] = 40;
	vcpus[1].exits[EXIT_MMIO] = 2;
	vcpus[1].home = 7;
	command("stat");
	assert_true(says(" mmio "));
	assert_true(says(" 42 "));
	command("stat alpha");
	assert_true(says("vCPU 1 on 7"));
	assert_true(says(" 40 "));
	command("stat nobody");
	assert_true(says("no VM named \"nobody\""));
}

static void stat_counts_a_vcpu_that_was_never_charged_yet(void **state UNUSED)
{
	u64 ms = fake_cpu.hz / 1000;

	vcpus[0].run_ticks = 5 * ms; /* put now */
	vcpus[1].home = 1;           /* loaded for 700 ms */
	vcpus[1].run_ticks = 2 * ms;
	cpus[1].current = &vcpus[1];
	cpus[1].accounted = fake_cpu.now - 700 * ms;
	command("stat alpha");
	assert_true(says(" 5\r\n"));
	assert_true(says(" 702\r\n"));
	command("stat");
	assert_true(says(" 707\r\n"));
	cpus[1].accounted = fake_cpu.now + ms; /* charged while we look: no negative stretch */
	command("stat alpha");
	assert_true(says(" 2\r\n"));
}

static void trace_keeps_rare_exits_always_and_all_when_on(void **state UNUSED)
{
	trace_init(1);
	trace_exit(&vcpus[0], EXIT_MMIO, 0x11);
	trace_exit(&vcpus[0], EXIT_FAULT, 0x22);
	command("trace");
	assert_false(says("info 11"));
	assert_true(says("alpha/0 fault pc 40080000 info 22"));
	command("trace on");
	trace_exit(&vcpus[1], EXIT_MMIO, 0x33);
	command("trace off");
	trace_exit(&vcpus[1], EXIT_MMIO, 0x44);
	command("trace");
	assert_true(says("alpha/1 mmio pc 40080000 info 33"));
	assert_false(says("info 44"));
}

static void trace_keeps_the_last_records(void **state UNUSED)
{
	struct trace_entry e;
	u32 n = 0;

	trace_init(1);
	trace_on = 1;
	for (u32 i = 0; i < 1000; i++)
		trace_exit(&vcpus[0], EXIT_IRQ, i);
	trace_on = 0;
	while (trace_read(0, n, &e)) {
		assert_int_equal(e.info, 1000 - TRACE_RECORDS + n);
		n++;
	}
	assert_int_equal(n, TRACE_RECORDS);
	assert_false(trace_read(5, 0, &e));
}

static void cpus_and_mem_list_the_machine(void **state UNUSED)
{
	command("cpus");
	assert_true(says("0000000080000100"));
	assert_true(says("(housekeeping) alpha beta gamma"));
	command("mem");
	assert_true(says("2048 MiB of RAM"));
	assert_true(says("VM beta"));
	assert_true(says("pool tables"));
}

static void poweroff_with_active_vms_needs_a_second_word(void **state UNUSED)
{
	active = true;
	command("poweroff");
	assert_true(says("or `poweroff now`"));
	command("reboot later");
	assert_true(says("reboot: \"later\" is not `now`"));
	if (fake_catch() == FAKE_RUNNING) {
		command("poweroff now");
		fake_uncatch();
		fail();
	}
	assert_true(says("monadic: power off\r\n"));
}

static void reboot_without_active_vms_happens(void **state UNUSED)
{
	enum fake_end how = fake_catch();

	if (how == FAKE_RUNNING) {
		command("reboot");
		fake_uncatch();
		fail();
	}
	assert_int_equal(how, FAKE_RESET);
}

/* ---- housekeeping ---- */

static u32 ran;

static void job_ran(struct house_job *job)
{
	if (!ran++)
		house_post(job); /* once more, from inside */
}

static void a_posted_job_runs_once_for_each_post(void **state UNUSED)
{
	struct house_job job;

	ran = 0;
	house_job_init(&job, job_ran);
	house_post(&job);
	house_post(&job);
	work();
	assert_int_equal(ran, 2);
	house_post(&job);
	work();
	assert_int_equal(ran, 3);
}

static void only_the_first_housekeeping_cpu_works(void **state UNUSED)
{
	u32 before = vm_works;

	fake_cpu.cpu = &cpus[1];
	cpus[1].index = 1;
	assert_false(house_work());
	assert_int_equal(vm_works, before);
	fake_cpu.cpu = &cpus[0];
	assert_false(house_work());
	assert_true(vm_works > before);
}

static void what_comes_between_two_slices_is_not_forgotten(void **state UNUSED)
{
	rx_ticks = fake_cpu.hz / 1000; /* a slow machine: a slice has time for one kind of work */
	for (u32 at = 0; at < 8; at++) {
		monitor_close();
		say(0, "first\n");
		for (u32 i = 0; i < at; i++)
			(void)house_work();
		wire_clear();
		say(0, "second\n");
		work();
		assert_true(says("[alpha] second\r\n"));
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(ctrl_bracket_gives_a_prompt),
		T(what_is_typed_is_echoed_and_carried_out),
		T(cr_lf_is_one_line_end),
		T(an_empty_line_gives_a_new_prompt),
		T(backspace_ctrl_u_and_ctrl_c_edit_the_line),
		T(arrow_up_brings_back_earlier_lines),
		T(tab_completes_commands_verbs_and_names),
		T(a_broken_prompt_comes_back_when_things_are_quiet),
		T(a_key_brings_a_broken_prompt_back_at_once),
		T(exit_and_ctrl_d_close_the_monitor),
		T(hostile_input_is_survived),
		T(a_line_that_is_too_long_is_cut_not_overrun),
		T(no_key_is_taken_while_a_listing_runs_but_ctrl_c_ends_it),
		T(help_names_every_command),
		T(vm_list_shows_all),
		T(each_verb_posts_its_event),
		T(shutdown_presses_the_power_key),
		T(errors_name_the_thing_its_value_and_the_remedy),
		T(console_gives_focus_and_closes_the_monitor),
		T(replay_shows_lines_with_their_prefix),
		T(replay_of_a_vm_that_goes_on_writing_ends),
		T(log_shows_past_lines_with_their_time),
		T(stat_sums_exits_by_reason),
		T(stat_counts_a_vcpu_that_was_never_charged_yet),
		T(trace_keeps_rare_exits_always_and_all_when_on),
		T(trace_keeps_the_last_records),
		T(cpus_and_mem_list_the_machine),
		T(poweroff_with_active_vms_needs_a_second_word),
		T(reboot_without_active_vms_happens),
		T(a_posted_job_runs_once_for_each_post),
		T(only_the_first_housekeeping_cpu_works),
		T(what_comes_between_two_slices_is_not_forgotten),
	};

	return cmocka_run_group_tests_name("monitor", tests, NULL, NULL);
}
