/* SPDX-License-Identifier: Apache-2.0 */
/* The host's PLIC, with memory for its registers.
 * SOURCES: arch/riscv/plic.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "arch/riscv/intc.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/machine.h"
#include "hal/cpu.h"
#include "hal/mem.h"

#define BASE 0xc000000
#define SOURCES 95u
#define ENABLE(context, word) regs[(0x2000 + (context) * 0x80 + (word) * 4) / 4]
#define THRESHOLD(context) regs[(0x200000 + (context) * 0x1000) / 4]
#define CLAIM(context) regs[(0x200004 + (context) * 0x1000) / 4]

struct machine the_machine;
static u32 regs[0x600000 / 4];
static struct cpu self;

volatile void *host_map_io(hpa_t at, u64 size)
{
	assert_int_equal(at.v, BASE);
	assert_int_equal(size, sizeof(regs));
	return regs;
}

struct cpu *this_cpu(void)
{
	return &self;
}

void log_line(enum log_level level, const char *fmt, ...)
{
	(void)level, (void)fmt;
}

void intc_kick_by_firmware(u32 cpu)
{
	(void)cpu;
}

/* CPU i has context 2i + 1, as on boards with M level; CPU 2 has none. */
static int setup(void **state)
{
	(void)state;
	memset(regs, 0xff, sizeof(regs)); /* what firmware left */
	memset(&the_machine, 0, sizeof(the_machine));
	the_machine.nr_cpus = 3;
	the_machine.plic = (struct machine_plic){HPA(BASE), sizeof(regs), SOURCES, {1, 3, UINT32_MAX}};
	self.index = 0;
	assert_int_equal(intc_plic.init(&the_machine), OK);
	return 0;
}

static void firmwares_enables_and_priorities_go(void **state)
{
	(void)state;
	for (u32 irq = 1; irq <= SOURCES; irq++)
		assert_int_equal(regs[irq], 0);
	for (u32 word = 0; word <= SOURCES / 32; word++) {
		assert_int_equal(ENABLE(1, word), 0);
		assert_int_equal(ENABLE(3, word), 0);
	}
	assert_int_equal(ENABLE(0, 0), UINT32_MAX); /* M level's are not ours */
	assert_int_equal(ENABLE(5, 0), UINT32_MAX);
}

static void a_source_stays_connected_when_its_hart_is_set_up_again(void **state)
{
	(void)state;
	intc_plic.cpu_init(0);
	intc_plic.connect(10, false, 0);
	intc_plic.connect(42, false, 1);
	intc_plic.cpu_init(0);
	intc_plic.cpu_init(1);
	assert_int_equal(ENABLE(1, 0), 1u << 10);
	assert_int_equal(ENABLE(3, 1), 1u << (42 - 32));
	assert_int_equal(regs[10], 1);
	assert_int_equal(regs[42], 1);
	assert_int_equal(THRESHOLD(1), 0);
	assert_int_equal(THRESHOLD(3), 0);
}

static void a_claim_that_firmware_left_open_is_completed(void **state)
{
	(void)state;
	intc_plic.cpu_init(1);
	intc_plic.connect(42, false, 1);
	assert_int_equal(CLAIM(3), 42);
	assert_int_equal(CLAIM(1), UINT32_MAX);
}

static void what_cannot_be_reached_is_not_connected(void **state)
{
	(void)state;
	intc_plic.cpu_init(2);
	intc_plic.connect(10, false, 2);
	intc_plic.connect(SOURCES + 1, false, 0);
	assert_int_equal(regs[10], 0);
	assert_int_equal(ENABLE(1, 3), UINT32_MAX);
}

static void a_claim_and_its_completion_are_of_the_harts_own_context(void **state)
{
	(void)state;
	self.index = 1;
	CLAIM(3) = 10;
	assert_int_equal(intc_plic.take(), 10);
	CLAIM(3) = 0;
	intc_plic.done(10);
	assert_int_equal(CLAIM(3), 10);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(firmwares_enables_and_priorities_go),
		T(a_source_stays_connected_when_its_hart_is_set_up_again),
		T(a_claim_that_firmware_left_open_is_completed),
		T(what_cannot_be_reached_is_not_connected),
		T(a_claim_and_its_completion_are_of_the_harts_own_context),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
