/* SPDX-License-Identifier: Apache-2.0 */
/* Set/way maintenance and cache switches by a guest, as old firmware does them, against a model of the data cache.
 * SOURCES: hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c hal/fake/fake_mem.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The module reaches system registers by name; here they are a table. */
#include "arch/arm64/sysreg.h"
#undef read_sysreg
#undef write_sysreg
#define read_sysreg(name) (*fake_register(#name))
#define write_sysreg(name, v) ((void)(*fake_register(#name) = (v)))
static u64 *fake_register(const char *name);

#include "arch/arm64/setway.c"
#include "hal/fake/fake.h"

static struct {
	const char *name;
	u64 value;
} registers[16];

static u64 *fake_register(const char *name)
{
	u32 i = 0;

	while (registers[i].name && strcmp(registers[i].name, name) != 0)
		i++;
	assert_true(i + 1 < ARRAY_SIZE(registers));
	registers[i].name = name;
	return &registers[i].value;
}

#define PIECE_A HPA(FAKE_RAM_BASE + MIB(2))
#define PIECE_B HPA(FAKE_RAM_BASE + MIB(8) + KIB(12)) /* begins and ends inside of a slice */
#define SIZE_A MIB(1)
#define SIZE_B KIB(148)
#define STEPS_MAX 64 /* in which all of it must be done */

#define ENC(op1, crn, crm, op2) (3u << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

static struct vm_plan plan;
static struct vm vm = {.plan = &plan};
static struct vcpu core = {.vm = &vm};
static struct vcpu_arch vcpu;

static int begin(void **state UNUSED)
{
	fake_reset();
	fake_ram_init();
	memset(registers, 0, sizeof(registers));
	memset(&vcpu, 0, sizeof(vcpu));
	vcpu.core = &core;
	plan.nr_ram = 2;
	plan.ram[0] = (struct vm_ram){.hpa = PIECE_A, .size = SIZE_A};
	plan.ram[1] = (struct vm_ram){.hpa = PIECE_B, .size = SIZE_B};
	*fake_register("SCTLR_EL1") = SCTLR_M | SCTLR_C | SCTLR_I;
	*fake_register("HCR_EL2") = vcpu.hcr = HCR_VM | HCR_TSW;
	return 0;
}

static int end(void **state UNUSED)
{
	if (fake_violations)
		fail_msg("%s", fake_last_violation);
	return 0;
}

/* The guest writes all of its memory with its caches on: nothing of it is in memory yet. */
static void write_cached(u8 value)
{
	for (u32 i = 0; i < plan.nr_ram; i++) {
		memset(hpa_to_va(plan.ram[i].hpa), value, plan.ram[i].size);
		fake_cache_touch(plan.ram[i].hpa, plan.ram[i].size);
	}
}

static bool memory_is(u8 value)
{
	for (u32 i = 0; i < plan.nr_ram; i++) {
		for (u64 at = 0; at < plan.ram[i].size; at += 64) {
			u8 byte;

			fake_dram_read(HPA(plan.ram[i].hpa.v + at), &byte, 1);
			if (byte != value)
				return false;
		}
	}
	return true;
}

/* The instruction is taken again until it is complete; each time a slice, between which the world goes on. */
static u32 set_way_loop(void)
{
	u32 steps = 1;

	for (; !setway_step(&vcpu); steps++) {
		assert_true(steps < STEPS_MAX);
		assert_false(fake_mem.window_is_open);
	}
	return steps;
}

static u32 write_register(u32 enc, u64 value)
{
	u32 steps = 1;

	for (; !setway_vm_register(&vcpu, enc, value); steps++)
		assert_true(steps < STEPS_MAX);
	return steps;
}

static void what_was_written_with_caches_on_is_in_memory_after_the_loop(void **state UNUSED)
{
	write_cached(0x5a);
	assert_false(memory_is(0x5a));
	assert_true(set_way_loop() >= (SIZE_A + SIZE_B) / SLICE);
	assert_true(memory_is(0x5a));
}

static void the_rest_of_the_loop_costs_nothing(void **state UNUSED)
{
	u32 windows;

	(void)set_way_loop();
	windows = fake_mem.windows;
	for (u32 i = 0; i < 10000; i++)
		assert_true(setway_step(&vcpu));
	assert_int_equal(fake_mem.windows, windows);
	assert_true(*fake_register("HCR_EL2") & HCR_TVM);
	assert_int_equal(*fake_register("HCR_EL2") & ~HCR_TVM, HCR_VM | HCR_TSW);
}

static void what_is_written_between_the_loop_and_the_switch_is_not_lost(void **state UNUSED)
{
	write_cached(1);
	(void)set_way_loop();
	write_cached(2); /* its stack, say */
	*fake_register("SCTLR_EL1") = SCTLR_M | SCTLR_C | SCTLR_I;
	assert_false(setway_vm_register(&vcpu, ENC_SCTLR_EL1, 0));
	assert_true(*fake_register("SCTLR_EL1") & SCTLR_C); /* not before it is complete */
	(void)write_register(ENC_SCTLR_EL1, 0);
	assert_int_equal(*fake_register("SCTLR_EL1"), 0);
	assert_true(memory_is(2));
}

static void what_is_written_with_caches_off_is_seen_with_caches_on(void **state UNUSED)
{
	u8 byte = 0x77;

	write_cached(1);
	(void)set_way_loop();
	(void)write_register(ENC_SCTLR_EL1, 0);
	fake_cache_touch(PIECE_A, 64); /* a line comes back by speculation, and is outdated then */
	fake_dram_write(PIECE_A, &byte, 1);
	(void)set_way_loop();
	(void)write_register(ENC_SCTLR_EL1, SCTLR_M | SCTLR_C | SCTLR_I);
	assert_int_equal(*(u8 *)hpa_to_va(PIECE_A), 0x77);
	assert_false(*fake_register("HCR_EL2") & HCR_TVM);
	/* the next time is a new story */
	write_cached(3);
	assert_true(set_way_loop() > 1);
	assert_true(memory_is(3));
}

static void a_switch_of_something_else_cleans_nothing(void **state UNUSED)
{
	u32 windows;

	(void)set_way_loop();
	windows = fake_mem.windows;
	assert_int_equal(write_register(ENC_SCTLR_EL1, SCTLR_C | SCTLR_I), 1);
	assert_int_equal(*fake_register("SCTLR_EL1"), SCTLR_C | SCTLR_I);
	assert_int_equal(write_register(ENC(0, 2, 0, 0), 0x1234000), 1);
	assert_int_equal(*fake_register("TTBR0_EL1"), 0x1234000);
	assert_int_equal(write_register(ENC(0, 13, 0, 1), 7), 1);
	assert_int_equal(*fake_register("CONTEXTIDR_EL1"), 7);
	assert_int_equal(fake_mem.windows, windows);
	assert_true(*fake_register("HCR_EL2") & HCR_TVM);
}

static void a_virtual_serror_that_was_taken_is_not_pending_again(void **state UNUSED)
{
	vcpu.hcr |= HCR_VSE; /* hardware has cleared it since */
	(void)set_way_loop();
	assert_false(*fake_register("HCR_EL2") & HCR_VSE);
	assert_false(vcpu.hcr & HCR_VSE);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_was_written_with_caches_on_is_in_memory_after_the_loop),
		T(the_rest_of_the_loop_costs_nothing),
		T(what_is_written_between_the_loop_and_the_switch_is_not_lost),
		T(what_is_written_with_caches_off_is_seen_with_caches_on),
		T(a_switch_of_something_else_cleans_nothing),
		T(a_virtual_serror_that_was_taken_is_not_pending_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
