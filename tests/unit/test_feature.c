/* SPDX-License-Identifier: Apache-2.0 */
/* Feature registers of several CPUs, and what a guest is shown of them.
 * SOURCES: core/fmt.c core/string.c arch/arm64/feature.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The module reads its CPU's registers by name; here they come from a table. */
#define ARM64_SYSREG_H
#define BIT(n) (1ULL << (n))
#define read_sysreg(name) fake_register(#name)
#include "hal/types.h"
static u64 fake_register(const char *name);

#include "arch/arm64/boot_feature.c"
#include "core/cpu.h"
#include "hal/fake/fake.h"

static struct {
	const char *name;
	u64 value;
} registers[64];
static u32 nr_registers;

static u64 fake_register(const char *name)
{
	for (u32 i = 0; i < nr_registers; i++)
		if (strcmp(registers[i].name, name) == 0)
			return registers[i].value;
	return 0;
}

static void set(const char *name, u64 value)
{
	registers[nr_registers].name = name;
	registers[nr_registers++].value = value;
}

static struct vm_plan plan; /* over all CPUs that were read, unless a test says otherwise */
static struct cpu machine[4];

static int begin(void **state UNUSED)
{
	any_read = false;
	nr_registers = 0;
	fake_cpu.cpu = machine;
	for (u32 i = 0; i < ARRAY_SIZE(machine); i++)
		machine[i].index = i;
	memset(&plan, 0, sizeof(plan));
	plan.layout.ipa_bits = 40;
	return 0;
}

static void cpu_is_read(void)
{
	feature_read_cpu();
	nr_registers = 0;
	plan.cpus[plan.nr_vcpus++] = (u16)this_cpu()->index;
	fake_cpu.cpu++;
}

/* The VM's vCPUs live on these two CPUs. */
static void live_on(u16 a, u16 b)
{
	plan.nr_vcpus = 2;
	plan.cpus[0] = a;
	plan.cpus[1] = b;
}

static u64 guest_reads(u32 crm, u32 op2)
{
	static struct feature_view view;

	memset(&view, 0xff, sizeof(view));
	feature_view_init(&view, &plan);
	return feature_guest_id(&view, crm, op2);
}

static u64 guest_field(u32 crm, u32 op2, u32 lo)
{
	return guest_reads(crm, op2) >> lo & 0xf;
}

/* Every field at its largest unsigned value: a CPU of the future. */
static void set_all(u64 value)
{
#define SET(crm, op2, name) set(#name, value);
	ID_NAMED(SET)
#undef SET
}

static void a_feature_is_what_all_cpus_have(void **state UNUSED)
{
	set("ID_AA64ISAR0_EL1", 2ULL << 20 | 1ULL << 16);
	cpu_is_read();
	assert_int_equal(guest_field(6, 0, 20), 2);
	set("ID_AA64ISAR0_EL1", 1ULL << 16);
	cpu_is_read();
	assert_int_equal(guest_field(6, 0, 20), 0);
	assert_int_equal(guest_field(6, 0, 16), 1);
}

static void a_signed_field_is_absent_as_soon_as_one_cpu_lacks_it(void **state UNUSED)
{
	set("ID_AA64PFR0_EL1", 1ULL << 16 | 1ULL << 20);
	cpu_is_read();
	assert_int_equal(guest_field(4, 0, 16), 1);
	set("ID_AA64PFR0_EL1", 0xfULL << 16 | 0xfULL << 20);
	cpu_is_read();
	assert_int_equal(guest_field(4, 0, 16), 0xf);
	assert_int_equal(guest_field(4, 0, 20), 0xf);
}

/* The fields that docs/arm64.md says no guest sees, by register and lowest bit. */
static void what_is_hidden_stays_hidden_whatever_the_machine_has(void **state UNUSED)
{
	static const struct {
		u8 crm, op2, lo[14];
	} hidden[] = {
		{4, 0, {28, 36, 40, 44, 52}},
		{4, 1, {8, 12, 16, 20, 24, 28, 36, 40, 44, 48, 52, 56, 60}},
		{5, 0, {4, 8, 16, 24, 32, 36, 40, 44, 48, 52, 56, 60}},
		{6, 1, {56, 60}},
		{6, 2, {0, 16, 32, 36, 40, 44, 48, 52, 56, 60}},
		{7, 0, {12, 32, 36, 40, 44, 48, 52, 56, 60}},
		{7, 1, {4, 8, 16, 24, 28, 32, 40, 44, 48, 52, 56}},
		{7, 2, {12, 24, 40, 44, 48, 56}},
	};

	set_all(0x1111111111111111ULL);
	cpu_is_read();
	for (u32 i = 0; i < ARRAY_SIZE(hidden); i++)
		for (u32 k = 0; k < 14 && (!k || hidden[i].lo[k]); k++)
			if (guest_field(hidden[i].crm, hidden[i].op2, hidden[i].lo[k]))
				fail_msg("crm %u op2 %u bit %u is shown", hidden[i].crm, hidden[i].op2,
					 hidden[i].lo[k]);
}

static void a_register_that_no_table_names_reads_as_zero(void **state UNUSED)
{
	static const u8 unnamed[][2] = {{1, 3}, {3, 3}, {3, 5}, {3, 6}, {3, 7}, {4, 2},
					{4, 3}, {4, 5}, {4, 7}, {5, 1}, {5, 4}, {5, 5},
					{6, 3}, {6, 7}, {7, 3}, {7, 4}, {7, 7}};

	set_all(~0ULL);
	cpu_is_read();
	for (u32 i = 0; i < ARRAY_SIZE(unnamed); i++)
		assert_int_equal(guest_reads(unnamed[i][0], unnamed[i][1]), 0);
}

/* A value that this build does not know is shown as the largest it knows. */
static void an_unknown_value_is_capped(void **state UNUSED)
{
	set_all(0x7777777777777777ULL);
	cpu_is_read();
	for (u32 i = 0; i < ARRAY_SIZE(guest_fields); i++) {
		const struct id_field *f = &guest_fields[i];

		assert_int_equal(guest_field(f->crm, f->op2, f->lo), f->cap > 7 ? 7 : f->cap);
	}
}

static void el1_is_64_bit_and_the_interrupt_controller_has_registers(void **state UNUSED)
{
	set("ID_AA64PFR0_EL1", 0x2222); /* AArch32 everywhere, no GIC field */
	cpu_is_read();
	assert_int_equal(guest_field(4, 0, 0), 2);
	assert_int_equal(guest_field(4, 0, 4), 1);
	assert_int_equal(guest_field(4, 0, 8), 0);
	assert_int_equal(guest_field(4, 0, 12), 0);
	assert_int_equal(guest_field(4, 0, 24), 1);
}

static void aarch32_registers_are_zero_without_aarch32_at_el0(void **state UNUSED)
{
	set_all(0x1111111111111111ULL);
	cpu_is_read();
	for (u32 crm = 1; crm < 4; crm++)
		for (u32 op2 = 0; op2 < 8; op2++)
			assert_int_equal(guest_reads(crm, op2), 0);
}

static void aarch32_registers_hide_what_the_64_bit_ones_hide(void **state UNUSED)
{
	set("ID_AA64PFR0_EL1", 0x12);
	set("ID_PFR0_EL1", 0x21310131);
	set("ID_DFR0_EL1", 0x15011088 & ~0xfULL);
	cpu_is_read();
	assert_int_equal(guest_field(1, 0, 28), 0); /* RAS */
	assert_int_equal(guest_field(1, 0, 20), 0); /* AMU */
	assert_int_equal(guest_field(1, 0, 24), 1); /* DIT */
	assert_int_equal(guest_reads(1, 2), 0);     /* PMU, trace */
}

static void sve_registers_are_zero_where_one_cpu_has_no_sve(void **state UNUSED)
{
	set("ID_AA64PFR0_EL1", 1ULL << 32);
	set("ID_AA64ZFR0_EL1", 0x1);
	cpu_is_read();
	assert_int_equal(guest_field(4, 4, 0), 1);
	set("ID_AA64ZFR0_EL1", 0x1);
	cpu_is_read();
	assert_int_equal(guest_reads(4, 4), 0);
	assert_false(feature_has(FEAT_SVE));
}

static void the_address_width_is_the_vms(void **state UNUSED)
{
	static const struct {
		u32 bits, field;
	} known[] = {{32, 0}, {36, 1}, {40, 2}, {42, 3}, {44, 4}, {48, 5}};

	set("ID_AA64MMFR0_EL1", 6);
	cpu_is_read();
	assert_int_equal(feature_pa_bits, 48);
	for (u32 i = 0; i < ARRAY_SIZE(known); i++) {
		plan.layout.ipa_bits = known[i].bits;
		assert_int_equal(guest_field(7, 0, 0), known[i].field);
	}
}

static void the_smallest_physical_width_counts(void **state UNUSED)
{
	set("ID_AA64MMFR0_EL1", 5);
	cpu_is_read();
	set("ID_AA64MMFR0_EL1", 2);
	cpu_is_read();
	assert_int_equal(feature_pa_bits, 40);
}

static void an_implementation_defined_pmu_is_none(void **state UNUSED)
{
	set("ID_AA64DFR0_EL1", 0xf00);
	cpu_is_read();
	assert_false(feature_has(FEAT_PMU));
}

static void mpam_of_version_0_1_is_seen(void **state UNUSED)
{
	set("ID_AA64PFR1_EL1", 1ULL << 16);
	cpu_is_read();
	assert_true(feature_has(FEAT_MPAM));
}

static void pointer_authentication_by_any_algorithm_counts(void **state UNUSED)
{
	static const struct {
		const char *name;
		u32 lo;
	} by[] = {{"ID_AA64ISAR1_EL1", 4}, {"ID_AA64ISAR1_EL1", 8}, {"ID_AA64ISAR2_EL1", 12}};

	for (u32 i = 0; i < ARRAY_SIZE(by); i++) {
		(void)begin(state);
		set(by[i].name, 1ULL << by[i].lo);
		cpu_is_read();
		assert_true(feature_has(FEAT_PAUTH));
	}
}

/* Two big CPUs with what two little ones lack, as in big.LITTLE. */
static void big_and_little(const char *name, u64 big, u64 little)
{
	for (u32 i = 0; i < 4; i++) {
		set(name, i < 2 ? big : little);
		cpu_is_read();
	}
}

static void a_vm_sees_what_its_own_cpus_have(void **state UNUSED)
{
	big_and_little("ID_AA64ISAR0_EL1", 2ULL << 20 | 1ULL << 16, 1ULL << 16);
	assert_int_equal(guest_field(6, 0, 20), 0);
	live_on(0, 1);
	assert_int_equal(guest_field(6, 0, 20), 2);
	live_on(2, 3);
	assert_int_equal(guest_field(6, 0, 20), 0);
	live_on(3, 0);
	assert_int_equal(guest_field(6, 0, 20), 0);
	assert_int_equal(guest_field(6, 0, 16), 1);
}

static void a_vm_on_cpus_without_fp_sees_none_although_others_have_it(void **state UNUSED)
{
	big_and_little("ID_AA64PFR0_EL1", 1ULL << 16, 0xfULL << 16);
	live_on(0, 1);
	assert_int_equal(guest_field(4, 0, 16), 1);
	live_on(1, 2);
	assert_int_equal(guest_field(4, 0, 16), 0xf);
}

static void aarch32_is_there_where_the_vms_cpus_have_it(void **state UNUSED)
{
	for (u32 i = 0; i < 4; i++) {
		set("ID_AA64PFR0_EL1", i < 2 ? 0x12 : 0x11);
		set("ID_ISAR0_EL1", i < 2 ? 0x2101110 : 0);
		cpu_is_read();
	}
	live_on(0, 1);
	assert_int_equal(guest_reads(2, 0), 0x2101110);
	live_on(2, 3);
	assert_int_equal(guest_reads(2, 0), 0);
	assert_int_equal(guest_field(4, 0, 0), 1);
}

/* What is switched, opened or emulated on all CPUs or on none. */
static void what_the_hypervisor_has_a_part_in_needs_all_cpus(void **state UNUSED)
{
	static const struct {
		const char *name;
		u8 crm, op2, lo, has, shown;
	} part[] = {
		{"ID_AA64PFR0_EL1", 4, 0, 32, 1, 0},  {"ID_AA64PFR0_EL1", 4, 0, 56, 3, 1},
		{"ID_AA64PFR1_EL1", 4, 1, 4, 2, 0},   {"ID_AA64MMFR1_EL1", 7, 1, 20, 3, 0},
		{"ID_AA64ISAR1_EL1", 6, 1, 4, 5, 0},  {"ID_AA64ISAR1_EL1", 6, 1, 8, 5, 0},
		{"ID_AA64ISAR1_EL1", 6, 1, 24, 1, 0}, {"ID_AA64ISAR1_EL1", 6, 1, 28, 1, 0},
		{"ID_AA64ISAR2_EL1", 6, 2, 12, 5, 0}, {"ID_AA64ISAR2_EL1", 6, 2, 24, 1, 0},
	};

	for (u32 i = 0; i < ARRAY_SIZE(part); i++) {
		(void)begin(state);
		big_and_little(part[i].name, (u64)part[i].has << part[i].lo, 0);
		live_on(0, 1);
		assert_int_equal(guest_field(part[i].crm, part[i].op2, part[i].lo), part[i].shown);
	}
}

/* One CPU signs by one algorithm, the other by another: no field is common, so keys are not switched. */
static void pointer_authentication_of_two_kinds_is_none(void **state UNUSED)
{
	big_and_little("ID_AA64ISAR1_EL1", 1ULL << 4 | 1ULL << 24, 1ULL << 8 | 1ULL << 28);
	live_on(0, 1);
	assert_false(feature_has(FEAT_PAUTH));
	assert_int_equal(guest_reads(6, 1), 0);
}

static void sve_registers_are_zero_for_a_vm_whose_cpus_alone_have_sve(void **state UNUSED)
{
	for (u32 i = 0; i < 4; i++) {
		set("ID_AA64PFR0_EL1", i < 2 ? 1ULL << 32 : 0);
		set("ID_AA64ZFR0_EL1", i < 2 ? 1 : 0);
		cpu_is_read();
	}
	live_on(0, 1);
	assert_int_equal(guest_reads(4, 4), 0);
}

static void a_feature_of_one_cpu_is_asked_of_that_cpu(void **state UNUSED)
{
	big_and_little("ID_AA64DFR0_EL1", 1ULL << 32, 0);
	fake_cpu.cpu = &machine[1];
	assert_true(feature_cpu_has(FEAT_SPE));
	fake_cpu.cpu = &machine[2];
	assert_false(feature_cpu_has(FEAT_SPE));
	assert_false(feature_has(FEAT_SPE));
}

#define T(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_feature_is_what_all_cpus_have),
		T(a_signed_field_is_absent_as_soon_as_one_cpu_lacks_it),
		T(what_is_hidden_stays_hidden_whatever_the_machine_has),
		T(a_register_that_no_table_names_reads_as_zero),
		T(an_unknown_value_is_capped),
		T(el1_is_64_bit_and_the_interrupt_controller_has_registers),
		T(aarch32_registers_are_zero_without_aarch32_at_el0),
		T(aarch32_registers_hide_what_the_64_bit_ones_hide),
		T(sve_registers_are_zero_where_one_cpu_has_no_sve),
		T(the_address_width_is_the_vms),
		T(the_smallest_physical_width_counts),
		T(an_implementation_defined_pmu_is_none),
		T(mpam_of_version_0_1_is_seen),
		T(pointer_authentication_by_any_algorithm_counts),
		T(a_vm_sees_what_its_own_cpus_have),
		T(a_vm_on_cpus_without_fp_sees_none_although_others_have_it),
		T(aarch32_is_there_where_the_vms_cpus_have_it),
		T(what_the_hypervisor_has_a_part_in_needs_all_cpus),
		T(pointer_authentication_of_two_kinds_is_none),
		T(sve_registers_are_zero_for_a_vm_whose_cpus_alone_have_sve),
		T(a_feature_of_one_cpu_is_asked_of_that_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
