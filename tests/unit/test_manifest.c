/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: core/bundle.c core/manifest.c core/manifest_table.c core/manifest_value.c core/manifest_check.c core/plan.c core/plan_bundle.c core/plan_mem.c core/plan_ram.c core/plan_layout.c core/plan_conflict.c core/plan_cpu.c core/plan_print.c core/fmt.c arch/arm64/layout.c tests/unit/bad/bad_build.c tests/unit/bad/bad_bundle.c tests/unit/bad/bad_manifest.c tests/unit/bad/bad_each.c @libfdt */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/bad/bad.h"
#include "core/manifest.h"
#include "tests/unit/plan_env.h"

static const uint8_t kernel[64] = "kernel";

static enum err make(const struct bad_case *c)
{
	struct bytes a = bad_build(c, kernel, sizeof(kernel));

	env_machine();
	enum err err = plan_make(&planner, &machine, a.data, a.size, &plan);

	free(a.data);
	return err;
}

static struct vm_plan *vm(const char *name)
{
	for (u32 i = 0; i < plan.nr_vms; i++)
		if (strcmp(plan.vms[i].name, name) == 0)
			return &plan.vms[i];
	fail_msg("no VM %s", name);
	return NULL;
}

/* ---- the malformed corpus ---- */

static u32 nr_lines(const struct bad_case *c)
{
	u32 nr = 0;

	while (nr < BAD_LINES && c->line[nr])
		nr++;
	return nr;
}

static void print_refusals(const struct bad_case *c)
{
	print_error("%s:\n", c->name);
	for (u32 i = 0; i < env_nr; i++)
		print_error("   got  %s\n", env_line[i]);
	for (u32 i = 0; i < nr_lines(c); i++)
		print_error("  want  refused: %s\n", c->line[i]);
}

static bool lines_are_exact(const struct bad_case *c)
{
	u32 nr = 0;

	for (u32 i = 0; i < env_nr; i++) {
		if (strncmp(env_line[i], "refused: ", 9) != 0)
			continue;
		if (nr == nr_lines(c) || strcmp(env_line[i] + 9, c->line[nr]) != 0 ||
		    env_level[i] != LOG_ERROR)
			return false;
		nr++;
	}
	return nr == nr_lines(c);
}

static bool is_named(const struct bad_case *c, const char *name)
{
	char start[64];

	snprintf(start, sizeof(start), "/vms/%s", name);
	for (u32 i = 0; i < nr_lines(c); i++) {
		size_t len = strlen(start);

		if (strncmp(c->line[i], start, len) == 0 &&
		    (c->line[i][len] == '/' || c->line[i][len] == ':'))
			return true;
	}
	return false;
}

static bool is_about_a_vm(const struct bad_case *c)
{
	return strncmp(c->line[0], "/vms/", 5) == 0 &&
	       strcmp(c->line[0], "/vms/autostart: unknown property") != 0;
}

static bool others_are_planned(const struct bad_case *c)
{
	u32 sound = 0;

	for (u32 i = 0; i < plan.nr_vms; i++) {
		const struct vm_plan *v = &plan.vms[i];

		/* Names with odd bytes are printed otherwise than they are; they are refused in any case. */
		if (!v->refused && (is_named(c, v->name) || v->nr_ram != 1 || v->ram[0].size != v->memory))
			return false;
		if (v->refused && !is_named(c, v->name) && strncmp(c->name, "vm-name", 7) != 0)
			return false;
		sound += !v->refused;
	}
	return sound >= 2 && !vm("last")->refused && sound == plan.nr_vms - plan.nr_refused;
}

static u32 cases, failed;

static void check_case(const struct bad_case *c, void *ctx)
{
	enum err err = make(c);
	bool one = is_about_a_vm(c);
	bool right = one ? err == OK && others_are_planned(c) : err == ERR_INVAL && plan.nr_vms == 0;

	(void)ctx;
	cases++;
	if (right && lines_are_exact(c))
		return;
	print_refusals(c);
	failed++;
}

static void every_malformed_input_gives_its_lines_and_sound_vms_are_planned(void **state)
{
	(void)state;
	cases = failed = 0;
	bad_each(true, check_case, NULL);
	print_message("%u malformed inputs\n", cases);
	assert_true(cases >= 60);
	assert_int_equal(failed, 0);
}

static void a_wrong_bundle_or_hypervisor_leaves_a_plan_of_defaults(void **state)
{
	const struct bad_case c = {
		.edit = {STR("/hypervisor", "log-level", "debug"), FLAG("/hypervisor", "foo")}};

	(void)state;
	assert_int_equal(make(&c), ERR_INVAL);
	assert_int_equal(plan.nr_vms, 0);
	assert_int_equal(plan.log_level, LOG_INFO);
	assert_int_equal(plan.when_all_halted, HALTED_MONITOR);
	assert_int_equal(plan.nr_housekeeping, 1);
	assert_string_equal(plan.console, "auto");
}

static void no_bundle_at_all_is_refused(void **state)
{
	(void)state;
	env_machine();
	assert_int_equal(plan_make(&planner, &machine, NULL, 0, &plan), ERR_INVAL);
	assert_true(env_has("refused: bundle: there is none"));
}

static void a_tree_cut_at_any_word_is_refused(void **state)
{
	struct bytes a = bad_build(NULL, kernel, sizeof(kernel));
	u64 size;

	(void)state;
	env_machine();
	plan_begin(&planner, &machine, &plan);
	assert_int_equal(plan_bundle(&planner, a.data, a.size), OK);
	const void *fdt = plan_find_manifest(&planner, &size);

	for (u64 cut = 0; cut < size; cut++) {
		void *copy = malloc(cut + 1);

		memcpy(copy, fdt, cut);
		plan_begin(&planner, &machine, &plan);
		assert_int_equal(plan_manifest(&planner, copy, cut), ERR_INVAL);
		free(copy);
	}
	free(a.data);
}

/* ---- sound manifests ---- */

static void the_sound_base_is_planned_without_a_word(void **state)
{
	(void)state;
	assert_int_equal(make(NULL), OK);
	assert_int_equal(plan.nr_vms, 4);
	assert_int_equal(plan.nr_refused, 0);
	assert_int_equal(env_count("refused"), 0);
	assert_int_equal(env_count("warning"), 0);
	assert_int_equal(plan.when_all_halted, HALTED_POWEROFF);
}

static void defaults_are_those_of_the_manual(void **state)
{
	(void)state;
	assert_int_equal(make(NULL), OK);
	const struct vm_plan *v = vm("victim");

	assert_int_equal(v->policy, POLICY_SHARED);
	assert_int_equal(v->weight, 100);
	assert_int_equal(v->nr_vcpus, 1);
	assert_int_equal(v->on_fault, FAULT_HALT);
	assert_int_equal(v->on_reset, RESET_RESTART);
	assert_string_equal(v->bootargs, "");
	assert_true(v->console && v->autostart && !v->trusted);
	assert_int_equal(v->load, 0x40080000);
	assert_int_equal(v->entry_opt, v->load);
	assert_int_equal(plan.major_frame_us, 10000);
	assert_int_equal(plan.log_level, LOG_INFO);
	assert_int_equal(plan.housekeeping[0], 0);
}

static void every_property_reaches_its_field(void **state)
{
	const struct bad_case c = {
		.edit = {U32("/vms/victim", "weight", 10000), STR("/vms/victim", "on-fault", "destroy"),
			 STR("/vms/victim", "on-reset", "halt"), U64("/vms/victim", "load", 0x40100000),
			 U64("/vms/victim", "entry", 0x40100040), STR("/vms/victim", "bootargs", "a b"),
			 STR("/vms/victim", "initrd", "odd.img"),
			 SET("/hypervisor", "cpus", "\0\0\0\3\0\0\0\1", 8)}};

	(void)state;
	assert_int_equal(make(&c), OK);
	const struct vm_plan *v = vm("victim");

	assert_false(v->refused);
	assert_int_equal(v->weight, 10000);
	assert_int_equal(v->on_fault, FAULT_DESTROY);
	assert_int_equal(v->on_reset, RESET_HALT);
	assert_int_equal(v->load, 0x40100000);
	assert_int_equal(v->entry_opt, 0x40100040);
	assert_true(v->has_load && v->has_entry);
	assert_string_equal(v->bootargs, "a b");
	assert_int_equal(v->initrd.size, 3);
	assert_int_equal(v->kernel.size, sizeof(kernel));
	assert_int_equal(v->memory, MIB(16));
	assert_int_equal(plan.nr_housekeeping, 2);
	assert_int_equal(plan.housekeeping[0], 3);
	assert_int_equal(plan.housekeeping[1], 1);
}

static void all_of_hypervisor_reaches_its_field(void **state)
{
	const struct bad_case c = {.edit = {STR("/hypervisor", "console", "/pl011@9000000"),
					    STR("/hypervisor", "log-level", "debug"),
					    U32("/hypervisor", "major-frame-us", 5000)}};

	(void)state;
	assert_int_equal(make(&c), OK);
	assert_string_equal(plan.console, "/pl011@9000000");
	assert_int_equal(plan.log_level, LOG_DEBUG);
	assert_int_equal(plan.major_frame_us, 5000);
}

/* ---- the console: what the machine has is the caller's to say ---- */

static const char *no_console(const char *value, struct machine_uart *u)
{
	(void)u;
	assert_string_equal(value, "spcr");
	return "not here; use auto";
}

static const char *some_console(const char *value, struct machine_uart *u)
{
	(void)value;
	u->kind = UART_SBSA;
	return NULL;
}

static enum err make_with(const struct bad_case *c, const char *(*find)(const char *, struct machine_uart *))
{
	struct bytes a = bad_build(c, kernel, sizeof(kernel));
	u64 size;

	env_machine();
	plan_begin(&planner, &machine, &plan);
	planner.find_console = find;
	assert_int_equal(plan_bundle(&planner, a.data, a.size), OK);
	const void *fdt = plan_find_manifest(&planner, &size);
	enum err e = plan_manifest(&planner, fdt, size);

	free(a.data);
	return e;
}

static void a_console_that_the_machine_lacks_refuses_all(void **state)
{
	const struct bad_case spcr = {.edit = {STR("/hypervisor", "console", "spcr")}};

	(void)state;
	assert_int_equal(make_with(&spcr, no_console), ERR_INVAL);
	assert_true(env_has("refused: /hypervisor/console: \"spcr\": not here; use auto"));
	assert_int_equal(make_with(&spcr, some_console), OK);
	assert_int_equal(planner.uart.kind, UART_SBSA);
	assert_int_equal(env_count("refused"), 0);
}

static void auto_is_whatever_the_machine_has(void **state)
{
	const struct bad_case c = {.edit = {STR("/hypervisor", "console", "auto")}};

	(void)state;
	assert_int_equal(make_with(&c, no_console), OK);
	assert_int_equal(planner.uart.kind, UART_NONE);
	assert_int_equal(make_with(NULL, no_console), OK);
}

static void com1_is_another_architectures_and_gives_one_warning(void **state)
{
	const struct bad_case c = {.edit = {STR("/hypervisor", "console", "com1")}};

	(void)state;
	assert_int_equal(make_with(&c, no_console), OK);
	assert_string_equal(plan.console, "auto");
	assert_int_equal(env_count("warning: "), 1);
	assert_true(
		env_has("warning: /hypervisor/console: com1 does not apply to architecture arm64, ignored"));
}

static void the_longest_bootargs_and_name_are_accepted(void **state)
{
	char args[2048];
	const struct bad_case c = {.edit = {SET("/vms/victim", "bootargs", args, sizeof(args)),
					    NODE("/vms", "abcdefghijklmnopqrstuvwxyz-0123")}};

	(void)state;
	memset(args, 'a', sizeof(args));
	args[2047] = 0;
	assert_int_equal(make(&c), OK);
	assert_false(vm("victim")->refused);
	assert_int_equal(strlen(vm("victim")->bootargs), 2047);
	assert_true(env_has("refused: /vms/abcdefghijklmnopqrstuvwxyz-0123/kernel: missing"));
}

static void a_property_that_does_not_apply_gives_one_warning(void **state)
{
	const struct bad_case c = {
		.edit = {STR("/vms/victim", "policy", "pinned"), U32("/vms/victim", "weight", 5),
			 FLAG("/vms/rival", "trusted"), U32("/vms/rival", "budget-us", 5),
			 STR("/vms/rival", "vars", "odd.img"), U32("/hypervisor", "smt", 5),
			 STR("/hypervisor", "profile", "generic")}};

	(void)state;
	assert_int_equal(make(&c), OK);
	assert_int_equal(plan.nr_refused, 0);
	assert_int_equal(env_count("warning: "), 6);
	assert_true(env_has("warning: /vms/victim/weight: does not apply to policy pinned, ignored"));
	assert_true(env_has("warning: /vms/rival/trusted: does not apply to architecture arm64, ignored"));
	assert_true(env_has("warning: /vms/rival/budget-us: does not apply to policy shared, ignored"));
	assert_true(env_has("warning: /vms/rival/vars: does not apply to boot-protocol raw, ignored"));
	assert_true(env_has("warning: /hypervisor/smt: does not apply to architecture arm64, ignored"));
	assert_true(env_has("warning: /hypervisor/profile: does not apply to architecture arm64, ignored"));
}

static void a_name_with_a_leading_dot_slash_means_the_member_without(void **state)
{
	const struct bad_case c = {.edit = {STR("/vms/victim", "kernel", "./" BAD_KERNEL)}};
	const struct bad_case twice = {.edit = {STR("/vms/victim", "kernel", "././" BAD_KERNEL)}};

	(void)state;
	assert_int_equal(make(&c), OK);
	assert_int_equal(vm("victim")->kernel.size, sizeof(kernel));
	assert_int_equal(make(&twice), OK);
	assert_true(env_has("refused: /vms/victim/kernel: no member \"././" BAD_KERNEL "\" in the bundle"));
}

static void initrd_with_firmware_and_a_period_that_is_no_reservation_are_warned_of(void **state)
{
	const struct bad_case c = {
		.edit = {STR("/vms/victim", "boot-protocol", "firmware"),
			 STR("/vms/victim", "initrd", "odd.img"), STR("/vms/rival", "policy", "cyclic"),
			 U32("/vms/rival", "budget-us", 5), U32("/vms/rival", "period-us", 5)}};

	(void)state;
	assert_int_equal(make(&c), OK);
	assert_int_equal(env_count("warning: "), 2);
	assert_true(
		env_has("warning: /vms/victim/initrd: does not apply to boot-protocol firmware, ignored"));
	assert_true(env_has("warning: /vms/rival/period-us: does not apply to policy cyclic, ignored"));
}

/* Each limit of the manual is the last value that is taken; what is one beyond is in the table of bad ones. */
static void what_just_keeps_the_limits_is_planned(void **state)
{
	const struct bad_case c = {.edit = {U32("/vms/victim", "vcpus", 64), U32("/vms/victim", "weight", 1),
					    U32("/vms/rival", "weight", 10000),
					    U32("/hypervisor", "major-frame-us", 0xffffffff)}};
	struct bytes a = bad_build(&c, kernel, sizeof(kernel));
	void *tree = calloc(1, MANIFEST_MAX);
	u64 size;

	(void)state;
	env_machine();
	plan_begin(&planner, &machine, &plan);
	assert_int_equal(plan_bundle(&planner, a.data, a.size), OK);
	const void *fdt = plan_find_manifest(&planner, &size);

	memcpy(tree, fdt, size); /* the file may be longer than its tree */
	assert_int_equal(plan_manifest(&planner, tree, MANIFEST_MAX), OK);
	plan_place(&planner);
	assert_int_equal(env_count("refused"), 0);
	assert_int_equal(vm("victim")->nr_vcpus, 64);
	free(tree);
	free(a.data);
}

static void a_manifest_without_vms_is_an_empty_plan(void **state)
{
	const struct bad_case c = {.edit = {DELETE_NODE("/vms"), DELETE_NODE("/hypervisor")}};

	(void)state;
	assert_int_equal(make(&c), OK);
	assert_int_equal(plan.nr_vms, 0);
	assert_int_equal(env_count("refused"), 0);
}

static void sixty_four_vms_with_thirty_two_devices_are_read(void **state)
{
	const struct bad_case c = {.edit = {NODES("/vms", "kernel", BAD_KERNEL, 60),
					    DELETE_NODE("/vms/victim/console"),
					    NODES("/vms/victim", "type", "virtio-rng", 32)}};

	(void)state;
	assert_int_equal(make(&c), OK);
	assert_int_equal(plan.nr_vms, 64);
	assert_int_equal(plan.nr_refused, 61);
	/* Too many mistakes of one VM are cut, not those of the others. */
	assert_int_equal(env_count("refused: /vms/victim"), PLAN_LINES_MAX);
	assert_int_equal(env_count("refused: /vms/n59/memory-mib: missing"), 1);
}

static void a_member_may_serve_several_vms(void **state)
{
	(void)state;
	assert_int_equal(make(NULL), OK);
	assert_int_equal(vm("first")->kernel.data.v, vm("last")->kernel.data.v);
}

static void names_of_one_table_differ(void **state)
{
	static const struct manifest_table *const tables[] = {&manifest_hypervisor, &manifest_vm,
							      &manifest_device};

	(void)state;
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++) {
		assert_true(tables[t]->nr <= 64);
		for (u32 i = 0; i < tables[t]->nr; i++)
			for (u32 j = 0; j < i; j++)
				assert_string_not_equal(tables[t]->prop[i].name, tables[t]->prop[j].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_malformed_input_gives_its_lines_and_sound_vms_are_planned),
		cmocka_unit_test(a_wrong_bundle_or_hypervisor_leaves_a_plan_of_defaults),
		cmocka_unit_test(no_bundle_at_all_is_refused),
		cmocka_unit_test(a_tree_cut_at_any_word_is_refused),
		cmocka_unit_test(the_sound_base_is_planned_without_a_word),
		cmocka_unit_test(defaults_are_those_of_the_manual),
		cmocka_unit_test(every_property_reaches_its_field),
		cmocka_unit_test(all_of_hypervisor_reaches_its_field),
		cmocka_unit_test(a_console_that_the_machine_lacks_refuses_all),
		cmocka_unit_test(auto_is_whatever_the_machine_has),
		cmocka_unit_test(com1_is_another_architectures_and_gives_one_warning),
		cmocka_unit_test(the_longest_bootargs_and_name_are_accepted),
		cmocka_unit_test(a_property_that_does_not_apply_gives_one_warning),
		cmocka_unit_test(a_name_with_a_leading_dot_slash_means_the_member_without),
		cmocka_unit_test(initrd_with_firmware_and_a_period_that_is_no_reservation_are_warned_of),
		cmocka_unit_test(what_just_keeps_the_limits_is_planned),
		cmocka_unit_test(a_manifest_without_vms_is_an_empty_plan),
		cmocka_unit_test(sixty_four_vms_with_thirty_two_devices_are_read),
		cmocka_unit_test(a_member_may_serve_several_vms),
		cmocka_unit_test(names_of_one_table_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
