/* SPDX-License-Identifier: Apache-2.0 */
/* The riscv64 board: which device answers where and interrupts on which line; power key and finisher. */
/* SOURCES: drivers/emul/board_riscv64.c drivers/emul/board.c drivers/emul/ns16550.c drivers/emul/goldfish_rtc.c drivers/emul/rtc_base.c drivers/emul/dwgpio.c drivers/emul/finisher.c drivers/emul/flash.c core/mmio.c core/timer.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_mem.c */
#include <stdio.h>

#include "house_env.h"
#include "vuart_env.h"

#include "core/aspace.h"
#include "core/log.h"
#include "core/platform.h"
#include "core/pools.h"
#include "drivers/emul/board_riscv64.h"
#include "drivers/emul/dwgpio.h"
#include "drivers/emul/finisher.h"

#define FINISHER 0x00100000u
#define RTC 0x00101000u
#define UART 0x10000000u
#define GPIO 0x10060000u

/* Registers of the GPIO */
enum { DATA = 0, DIR = 4, INTEN = 0x30, INTMASK = 0x34, INTTYPE = 0x38, POLARITY = 0x3c, INTSTATUS = 0x40 };
enum { RAW = 0x44, DEBOUNCE = 0x48, EOI = 0x4c, EXT = 0x50, KEY = 1 << DWGPIO_POWER_LINE };

/* ---- what a board stands on ---- */

static u8 memory[65536] ALIGNED(64);
static size_t taken;
static struct vm_plan plan;
static u32 posted, off_calls, shown;
static char logged[128];

void *pool_alloc(const char *what UNUSED, size_t size, size_t align UNUSED)
{
	assert_true(size <= sizeof(memory));
	taken = size;
	memset(memory, 0, sizeof(memory));
	return memory;
}

void aspace_show(struct aspace *as UNUSED, gpa_t gpa UNUSED, bool show UNUSED)
{
	shown++;
}

void vm_post(struct vm *vm, enum vm_event ev)
{
	assert_ptr_equal(vm, &dev_vm);
	posted |= 1u << ev;
}

void vcpu_power_off(struct vcpu *vcpu)
{
	assert_ptr_equal(vcpu, &dev_vcpu);
	off_calls++;
}

void log_line(enum log_level level UNUSED, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(logged, sizeof(logged), fmt, ap);
	va_end(ap);
}

static enum err access_at(u64 addr, u8 size, bool write, u64 *value)
{
	struct mmio_access a = {.addr = GPA(addr), .size = size, .write = write, .value = *value};
	enum err e = mmio_dispatch(&dev_vcpu, &a);

	*value = a.value;
	return e;
}

static u64 get(u64 addr, u8 size)
{
	u64 value = 0;

	assert_int_equal(access_at(addr, size, false, &value), OK);
	return value;
}

static void set(u64 addr, u8 size, u64 value)
{
	assert_int_equal(access_at(addr, size, true, &value), OK);
}

static void create(void)
{
	assert_int_equal(platform_create(&dev_vm), OK);
	platform_reset(&dev_vm);
	house();
}

static int setup(void **state UNUSED)
{
	vuart_env_reset();
	memset(&plan, 0, sizeof(plan));
	strcpy(plan.name, "alpha");
	plan.console = true;
	plan.layout.uart = GPA(UART);
	plan.layout.rtc = GPA(RTC);
	plan.layout.power = GPA(GPIO);
	plan.layout.finisher = GPA(FINISHER);
	dev_vm.plan = &plan;
	posted = off_calls = shown = 0;
	logged[0] = 0;
	fake_cpu.now = 12345;
	platform_set_clock(1700000000, fake_cpu.now);
	create();
	return 0;
}

/* ---- the board ---- */

static void devices_answer_where_the_plan_puts_them(void **state UNUSED)
{
	u64 value = 0;

	assert_true(taken <= platform_size(&plan));
	set(UART, 1, 'x');
	assert_string_equal(out, "x");
	assert_int_equal(get(RTC, 4), (u32)(1700000000ull * 1000000000));
	assert_int_equal(get(GPIO + EXT, 4), 0);
	assert_int_equal(get(FINISHER, 4), 0);
	assert_int_equal(access_at(FINISHER - 4, 4, false, &value), ERR_NOENT);
	assert_int_equal(access_at(UART + 0x100, 1, false, &value), ERR_NOENT);
	assert_int_equal(access_at(GPIO + 0x1000, 4, false, &value), ERR_NOENT);
}

static void devices_interrupt_on_their_lines(void **state UNUSED)
{
	set(UART + 1, 1, 2);
	assert_true(line[IRQ_UART]);
	set(RTC + 0x10, 4, 1);
	set(RTC + 0x08, 4, 1);
	assert_true(line[IRQ_RTC]);
	assert_int_equal(line_changes, 2);
	platform_reset(&dev_vm);
	assert_false(line[IRQ_UART]);
	assert_false(line[IRQ_RTC]);
}

static void a_vm_without_console_has_no_uart(void **state UNUSED)
{
	u64 value = 0;

	memset(&dev_map, 0, sizeof(dev_map));
	plan.console = false;
	create();
	assert_int_equal(access_at(UART, 1, false, &value), ERR_NOENT);
}

static void firmware_has_two_flash_banks_and_others_none(void **state UNUSED)
{
	u64 value = 0;

	assert_int_equal(access_at(0x20000000, 4, false, &value), ERR_NOENT);
	memset(&dev_map, 0, sizeof(dev_map));
	plan.protocol = BOOT_FIRMWARE;
	plan.flash[0] = (struct vm_flash){.gpa = GPA(0x20000000), .size = MIB(32)};
	plan.flash[1] = (struct vm_flash){.gpa = GPA(0x22000000), .size = MIB(32)};
	create();
	assert_int_equal(get(0x20000000, 4), 0xffffffff);
	set(0x22000000, 4, 0x00980098);
	assert_int_equal(get(0x22000040, 4), 'Q' << 16 | 'Q');
	platform_reset(&dev_vm);
	assert_int_equal(get(0x22000040, 4), 0xffffffff);
	assert_int_equal(shown, 0); /* nothing is behind them */
}

static void a_flash_of_odd_size_is_refused(void **state UNUSED)
{
	memset(&dev_map, 0, sizeof(dev_map));
	plan.protocol = BOOT_FIRMWARE;
	plan.flash[0] = (struct vm_flash){.gpa = GPA(0x20000000), .size = MIB(32)};
	plan.flash[1] = (struct vm_flash){.gpa = GPA(0x22000000), .size = MIB(3)};
	assert_int_equal(platform_create(&dev_vm), ERR_RANGE);
}

/* ---- finisher ---- */

static void the_finisher_ends_or_restarts_the_vm_and_its_writer(void **state UNUSED)
{
	static const struct {
		u16 value;
		u8 size;
		enum vm_event event;
	} ends[] = {{0x5555, 4, VM_EV_HALT}, {0x5555, 2, VM_EV_HALT}, {0x7777, 4, VM_EV_GUEST_RESET}};

	for (u32 i = 0; i < ARRAY_SIZE(ends); i++) {
		posted = off_calls = 0;
		set(FINISHER, ends[i].size, ends[i].value);
		assert_int_equal(posted, 1u << ends[i].event);
		assert_int_equal(off_calls, 1);
		assert_string_equal(logged, "");
	}
}

static void a_failure_halts_and_says_its_code(void **state UNUSED)
{
	set(FINISHER, 4, 0x002a3333);
	assert_int_equal(posted, 1u << VM_EV_HALT);
	assert_int_equal(off_calls, 1);
	assert_string_equal(logged, "alpha: says that it failed, code 42");
}

static void anything_else_does_not_end_the_vm(void **state UNUSED)
{
	u64 value = 0x5555;

	set(FINISHER, 4, 0);
	set(FINISHER, 4, 0x55550000);
	set(FINISHER, 4, 0x1234);
	set(FINISHER + 4, 4, 0x5555);
	set(FINISHER + 2, 2, 0x5555);
	set(FINISHER + 0xffc, 4, 0x7777);
	assert_int_equal(access_at(FINISHER, 1, true, &value), ERR_INVAL);
	assert_int_equal(access_at(FINISHER, 8, true, &value), ERR_INVAL);
	assert_int_equal(posted | off_calls, 0);
	assert_string_equal(logged, "");
}

/* ---- power key ---- */

static void edge_wanted(bool rising)
{
	set(GPIO + INTTYPE, 4, KEY);
	set(GPIO + POLARITY, 4, rising ? KEY : 0);
	set(GPIO + INTEN, 4, KEY);
}

static void press(void)
{
	assert_int_equal(platform_power_key(&dev_vm), OK);
}

static void the_power_key_is_line_3_for_a_tenth_of_a_second(void **state UNUSED)
{
	press();
	assert_int_equal(get(GPIO + EXT, 4), 8);
	fake_time_advance(fake_cpu.hz / 10 - 1);
	assert_int_equal(get(GPIO + EXT, 4), 8);
	fake_time_advance(1);
	assert_int_equal(get(GPIO + EXT, 4), 0);
	assert_false(line[IRQ_GPIO]); /* nobody asked */
}

/* As gpio-keys does on a controller of single edges: the other one is chosen at each. */
static void both_edges_are_seen_by_turning_the_polarity(void **state UNUSED)
{
	edge_wanted(true);
	assert_false(line[IRQ_GPIO]);
	press();
	assert_true(line[IRQ_GPIO]);
	assert_int_equal(get(GPIO + INTSTATUS, 4), KEY);
	set(GPIO + EOI, 4, KEY);
	assert_false(line[IRQ_GPIO]);
	set(GPIO + POLARITY, 4, 0);
	assert_false(line[IRQ_GPIO]);
	fake_time_advance(fake_cpu.hz / 10);
	assert_true(line[IRQ_GPIO]);
	set(GPIO + EOI, 4, 0xff);
	assert_false(line[IRQ_GPIO]);
	set(GPIO + POLARITY, 4, KEY);
	assert_false(line[IRQ_GPIO]);
}

static void a_masked_edge_waits_and_a_disabled_one_is_forgotten(void **state UNUSED)
{
	edge_wanted(true);
	set(GPIO + INTMASK, 4, KEY);
	press();
	assert_false(line[IRQ_GPIO]);
	assert_int_equal(get(GPIO + RAW, 4), KEY);
	assert_int_equal(get(GPIO + INTSTATUS, 4), 0);
	set(GPIO + INTMASK, 4, 0);
	assert_true(line[IRQ_GPIO]);
	set(GPIO + INTEN, 4, 0);
	assert_false(line[IRQ_GPIO]);
	set(GPIO + INTEN, 4, KEY);
	assert_false(line[IRQ_GPIO]);
}

static void a_level_interrupt_lasts_as_long_as_the_level(void **state UNUSED)
{
	set(GPIO + POLARITY, 4, KEY);
	set(GPIO + INTEN, 4, KEY);
	assert_false(line[IRQ_GPIO]);
	press();
	assert_true(line[IRQ_GPIO]);
	set(GPIO + EOI, 4, KEY);
	assert_true(line[IRQ_GPIO]);
	fake_time_advance(fake_cpu.hz / 10);
	assert_false(line[IRQ_GPIO]);
}

static void outputs_read_back_and_neither_press_nor_interrupt(void **state UNUSED)
{
	set(GPIO + DIR, 4, 0x0f);
	set(GPIO + DATA, 4, 0xff);
	assert_int_equal(get(GPIO + DATA, 4), 0xff);
	assert_int_equal(get(GPIO + EXT, 4), 0x0f);
	set(GPIO + POLARITY, 4, 0xff);
	set(GPIO + INTEN, 4, 0x0f);
	assert_false(line[IRQ_GPIO]);
	set(GPIO + INTTYPE, 4, 0x0f);
	set(GPIO + DATA, 4, 0);
	set(GPIO + DATA, 4, 0xff);
	assert_int_equal(get(GPIO + RAW, 4), 0);
}

static void reset_lets_the_key_go(void **state UNUSED)
{
	edge_wanted(true);
	set(GPIO + DEBOUNCE, 4, KEY);
	press();
	platform_reset(&dev_vm);
	assert_false(line[IRQ_GPIO]);
	for (u32 off = 0; off < 0x60; off += 4)
		assert_int_equal(get(GPIO + off, 4), 0);
	fake_time_advance(fake_cpu.hz);
	assert_false(line[IRQ_GPIO]);
}

static void any_access_of_the_gpio_is_survived(void **state UNUSED)
{
	u32 seed = 1;

	for (u32 i = 0; i < 200000; i++) {
		seed = seed * 1103515245u + 12345u;
		u64 off = seed & 0x100 ? seed >> 16 & 0x7c : seed >> 16 & 0xffc;

		if (seed & 0x80)
			set(GPIO + off, 4, seed >> 3);
		else
			(void)get(GPIO + off, 4);
		if ((seed >> 9 & 0xff) == 0)
			press();
		fake_time_advance(fake_cpu.hz / 1000);
		assert_int_equal(line[IRQ_GPIO], get(GPIO + INTSTATUS, 4) != 0);
	}
}

#define T(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(devices_answer_where_the_plan_puts_them),
		T(devices_interrupt_on_their_lines),
		T(a_vm_without_console_has_no_uart),
		T(firmware_has_two_flash_banks_and_others_none),
		T(a_flash_of_odd_size_is_refused),
		T(the_finisher_ends_or_restarts_the_vm_and_its_writer),
		T(a_failure_halts_and_says_its_code),
		T(anything_else_does_not_end_the_vm),
		T(the_power_key_is_line_3_for_a_tenth_of_a_second),
		T(both_edges_are_seen_by_turning_the_polarity),
		T(a_masked_edge_waits_and_a_disabled_one_is_forgotten),
		T(a_level_interrupt_lasts_as_long_as_the_level),
		T(outputs_read_back_and_neither_press_nor_interrupt),
		T(reset_lets_the_key_go),
		T(any_access_of_the_gpio_is_survived),
	};

	return cmocka_run_group_tests_name("board", tests, NULL, NULL);
}
