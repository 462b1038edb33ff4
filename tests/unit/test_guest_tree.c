/* SPDX-License-Identifier: Apache-2.0 */
/* The device tree that a guest receives. */
/* SOURCES: core/guest_tree.c drivers/emul/tree_arm64.c @libfdt */
#define _GNU_SOURCE
#include "tree_env.h"

#include "filter.h"

static int setup(void **state)
{
	(void)state;
	memset(&vm, 0, sizeof(vm));
	vm.nr_vcpus = 2;
	vm.memory = MIB(512);
	vm.console = true;
	strcpy(vm.bootargs, "console=ttyAMA0 quiet");
	vm.layout = (struct vm_layout){
		.ram = GPA(0x40000000),
		.uart = GPA(0x9000000),
		.rtc = GPA(0x9010000),
		.power = GPA(0x9030000),
		.flash = {GPA(0), GPA(0x4000000)},
		.intc_dist = GPA(0x8000000),
		.intc_cpu = GPA(0x80a0000),
	};
	initrd = (struct guest_tree_initrd){GPA(0x44000000), 0x123457};
	return 0;
}

static void chosen_tells_arguments_console_and_initrd(void **state)
{
	(void)state;
	write_tree();
	assert_string_equal(text("/chosen", "bootargs"), "console=ttyAMA0 quiet");
	assert_string_equal(text("/chosen", "stdout-path"), "/pl011@9000000");
	assert_int_equal(number("/chosen", "linux,initrd-start", 0, 2), 0x44000000);
	assert_int_equal(number("/chosen", "linux,initrd-end", 0, 2), 0x44123457);
}

static void a_vm_without_console_has_no_uart_and_no_stdout(void **state)
{
	(void)state;
	vm.console = false;
	initrd.size = 0;
	write_tree();
	assert_false(has_node("/pl011@9000000"));
	assert_null(text("/chosen", "stdout-path"));
	assert_null(text("/chosen", "linux,initrd-start"));
}

static void memory_is_what_the_plan_gave_and_contiguous_parts_are_one(void **state)
{
	(void)state;
	write_tree();
	assert_int_equal(number("/memory@40000000", "reg", 0, 2), 0x40000000);
	assert_int_equal(number("/memory@40000000", "reg", 2, 2), MIB(512));
	vm.nr_ram = 3;
	vm.ram[0] = (struct vm_ram){GPA(0x40000000), HPA(0x1000), MIB(2)};
	vm.ram[1] = (struct vm_ram){GPA(0x40200000), HPA(0x9000000), MIB(4)};
	vm.ram[2] = (struct vm_ram){GPA(0x8000000000), HPA(0xa000000), MIB(6)};
	write_tree();
	assert_int_equal(number("/memory@40000000", "reg", 2, 2), MIB(6));
	assert_int_equal(number("/memory@8000000000", "reg", 0, 2), 0x8000000000);
	assert_int_equal(number("/memory@8000000000", "reg", 2, 2), MIB(6));
}

static void cpus_are_numbered_sixteen_to_a_cluster(void **state)
{
	(void)state;
	vm.nr_vcpus = 64;
	write_tree();
	assert_int_equal(number("/cpus/cpu@f", "reg", 0, 1), 0x00f);
	assert_int_equal(number("/cpus/cpu@100", "reg", 0, 1), 0x100);
	assert_int_equal(number("/cpus/cpu@30f", "reg", 0, 1), 0x30f);
	assert_string_equal(text("/cpus/cpu@30f", "enable-method"), "psci");
	assert_false(has_node("/cpus/cpu@10"));
	assert_int_equal(number("/intc@8000000", "reg", 6, 2), 64 * 0x20000);
}

static void interrupts_are_those_of_qemu_virt(void **state)
{
	static const u32 timer[] = {13, 14, 11, 10};

	(void)state;
	write_tree();
	for (u32 i = 0; i < 4; i++) {
		assert_int_equal(number("/timer", "interrupts", 3 * i, 1), 1);
		assert_int_equal(number("/timer", "interrupts", 3 * i + 1, 1), timer[i]);
		assert_int_equal(number("/timer", "interrupts", 3 * i + 2, 1), 4);
	}
	assert_int_equal(number("/pl011@9000000", "interrupts", 1, 1), 1);
	assert_int_equal(number("/pl031@9010000", "interrupts", 1, 1), 2);
	assert_int_equal(number("/pl061@9030000", "interrupts", 1, 1), 7);
	assert_true(compatible("/pl031@9010000", "arm,primecell"));
	assert_true(compatible("/pl061@9030000", "arm,pl061"));
}

static void power_is_psci_by_hvc_and_a_key(void **state)
{
	(void)state;
	write_tree();
	assert_true(compatible("/psci", "arm,psci-1.0"));
	assert_true(compatible("/psci", "arm,psci-0.2"));
	assert_string_equal(text("/psci", "method"), "hvc");
	assert_int_equal(number("/gpio-keys/poweroff", "gpios", 1, 1), 3);
	assert_int_equal(number("/gpio-keys/poweroff", "linux,code", 0, 1), 116);
	assert_int_equal(number("/gpio-keys/poweroff", "gpios", 0, 1),
			 (u64)fdt_get_phandle(tree, fdt_path_offset(tree, "/pl061@9030000")));
}

static void addresses_follow_the_layout(void **state)
{
	(void)state;
	vm.layout.ram = GPA(0x80000000);
	vm.layout.intc_cpu = GPA(0x1080a0000);
	vm.layout.uart = GPA(0x109000000);
	initrd.at = GPA(0x180000000);
	write_tree();
	assert_true(has_node("/memory@80000000"));
	assert_true(has_node("/pl011@109000000"));
	assert_int_equal(number("/intc@8000000", "reg", 4, 2), 0x1080a0000);
	assert_int_equal(number("/chosen", "linux,initrd-end", 0, 2), 0x180123457);
}

static void flash_is_there_for_firmware_only(void **state)
{
	(void)state;
	write_tree();
	assert_false(has_node("/flash@0"));
	vm.flash[0] = (struct vm_flash){.gpa = GPA(0), .size = MIB(64)};
	vm.flash[1] = (struct vm_flash){.gpa = GPA(0x4000000), .size = MIB(64)};
	write_tree();
	assert_int_equal(number("/flash@0", "reg", 4, 2), 0x4000000);
	assert_int_equal(number("/flash@0", "bank-width", 0, 1), 4);
}

static void what_does_not_exist_is_not_described(void **state)
{
	(void)state;
	write_tree();
	assert_false(has_node("/intc@8000000/its@8080000"));
	assert_false(has_node("/pmu"));
	assert_true(fdt_node_offset_by_compatible(tree, -1, "pci-host-ecam-generic") < 0);
	assert_true(compatible("/hypervisor", "monadic,hypervisor-1.0"));
	assert_true(compatible("/", "linux,dummy-virt"));
}

static void seeds_can_be_refreshed_in_place(void **state)
{
	static const char *const names[] = {"rng-seed", "kaslr-seed"};
	static const u32 sizes[] = {GUEST_RNG_SEED_SIZE, 8};

	(void)state;
	write_tree();
	for (u32 i = 0; i < 2; i++) {
		int len;
		const void *p = fdt_getprop(tree, fdt_path_offset(tree, "/chosen"), names[i], &len);

		assert_int_equal(vm.seed_len[i], sizes[i]);
		assert_int_equal(len, sizes[i]);
		assert_ptr_equal((u8 *)tree + vm.seed_off[i], p);
	}
	assert_true(vm.seed_len[0] >= 32);
}

static void seeds_can_be_taken_out_in_place(void **state)
{
	(void)state;
	write_tree();
	for (u32 i = 0; i < 2; i++)
		for (u64 at = vm.seed_off[i] - GUEST_SEED_HEADER; at < vm.seed_off[i] + vm.seed_len[i];
		     at += 4)
			((u32 *)tree)[at / 4] = GUEST_TREE_NOP;
	assert_null(text("/chosen", "rng-seed"));
	assert_null(text("/chosen", "kaslr-seed"));
	assert_string_equal(text("/chosen", "bootargs"), "console=ttyAMA0 quiet");
	assert_true(compatible("/hypervisor", "monadic,hypervisor-1.0"));
}

static void a_buffer_that_is_too_small_is_said(void **state)
{
	u32 size = 0;

	(void)state;
	write_tree();
	for (u32 room = 0; room < fdt_totalsize(tree) && room < 4096; room += 64) {
		u64 *small = malloc(room ? room : 1);

		assert_int_equal(guest_tree_write(&vm, &initrd, small, room, &size), ERR_NOMEM);
		free(small);
	}
}

static void the_largest_tree_fits(void **state)
{
	(void)state;
	vm.nr_vcpus = PLAN_VCPUS_MAX;
	memset(vm.bootargs, 'x', BOOTARGS_MAX - 1);
	vm.nr_ram = VM_RAM_MAX;
	for (u32 i = 0; i < VM_RAM_MAX; i++)
		vm.ram[i] = (struct vm_ram){GPA(0x40000000 + i * 0x400000), HPA(0), MIB(2)};
	write_tree();
	assert_true(fdt_totalsize(tree) < KIB(16)); /* half of what arm64 has room for */
}

static void dtc_has_nothing_to_complain_of(void **state)
{
	static char out[65536];

	(void)state;
	vm.nr_vcpus = 20;
	vm.flash[0] = (struct vm_flash){.gpa = GPA(0), .size = MIB(64)};
	vm.flash[1] = (struct vm_flash){.gpa = GPA(0x4000000), .size = MIB(64)};
	write_tree();
	assert_true(run_filter("dtc -I dtb -O dts %s", tree, fdt_totalsize(tree), out, sizeof(out)) > 1000);
	assert_int_equal(run_filter("dtc -I dtb -O dtb -o /dev/null %s 2>&1", tree, fdt_totalsize(tree), out,
				    sizeof(out)),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(chosen_tells_arguments_console_and_initrd, setup),
		cmocka_unit_test_setup(a_vm_without_console_has_no_uart_and_no_stdout, setup),
		cmocka_unit_test_setup(memory_is_what_the_plan_gave_and_contiguous_parts_are_one, setup),
		cmocka_unit_test_setup(cpus_are_numbered_sixteen_to_a_cluster, setup),
		cmocka_unit_test_setup(interrupts_are_those_of_qemu_virt, setup),
		cmocka_unit_test_setup(power_is_psci_by_hvc_and_a_key, setup),
		cmocka_unit_test_setup(addresses_follow_the_layout, setup),
		cmocka_unit_test_setup(flash_is_there_for_firmware_only, setup),
		cmocka_unit_test_setup(what_does_not_exist_is_not_described, setup),
		cmocka_unit_test_setup(seeds_can_be_refreshed_in_place, setup),
		cmocka_unit_test_setup(seeds_can_be_taken_out_in_place, setup),
		cmocka_unit_test_setup(a_buffer_that_is_too_small_is_said, setup),
		cmocka_unit_test_setup(the_largest_tree_fits, setup),
		cmocka_unit_test_setup(dtc_has_nothing_to_complain_of, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
