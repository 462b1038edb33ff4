/* SPDX-License-Identifier: Apache-2.0 */
/* The device tree that a riscv64 guest receives; what every tree has is test_guest_tree.c's. */
/* SOURCES: arch/riscv/layout.c core/guest_tree.c core/isa.c drivers/emul/tree_riscv64.c @libfdt */
#define _GNU_SOURCE
#include "tree_env.h"

#include "core/image.h"
#include "drivers/emul/tree_riscv64.h"
#include "filter.h"

static const char extensions[] = "i\0m\0a\0f\0d\0c\0zicbom\0zicboz\0zicntr\0zicsr\0zifencei\0sstc\0svpbmt";

static struct guest_isa isa;

const struct guest_isa *guest_isa(const struct vm_plan *plan)
{
	assert_ptr_equal(plan, &vm);
	return &isa;
}

static int setup(void **state)
{
	(void)state;
	memset(&vm, 0, sizeof(vm));
	vm.nr_vcpus = 3;
	vm.memory = MIB(512);
	vm.console = true;
	vm.layout = (struct vm_layout){
		.ram = GPA(0x80000000),
		.uart = GPA(0x10000000),
		.rtc = GPA(0x101000),
		.finisher = GPA(0x100000),
		.power = GPA(0x10060000),
		.flash = {GPA(0x20000000), GPA(0x22000000)},
		.intc_dist = GPA(0xc000000),
		.intc_cpu = GPA(0x28000000),
	};
	isa = (struct guest_isa){
		.mmu_bits = 48,
		.timebase_hz = 10000000,
		.cbom_block = 64,
		.cboz_block = 128,
		.nr_sources = 95,
		.imsic_ids = 255,
	};
	for (size_t at = 0; at < sizeof(extensions); at += strlen(extensions + at) + 1)
		isa_add(&isa.isa, isa_find(extensions + at, strlen(extensions + at)));
	initrd = (struct guest_tree_initrd){GPA(0x84000000), 0};
	return 0;
}

/* Is cell `index` of interrupts-extended the phandle of hart `hart`'s own controller? */
static bool is_hart(const char *path, u32 index, u32 hart)
{
	char intc[64];

	snprintf(intc, sizeof(intc), "/cpus/cpu@%x/interrupt-controller", hart);
	return number(path, "interrupts-extended", index, 1) == number(intc, "phandle", 0, 1);
}

#define PLIC "/soc/interrupt-controller@c000000"
#define APLIC "/soc/interrupt-controller@d000000"
#define IMSIC "/soc/interrupt-controller@28000000"
#define GPIO "/soc/gpio@10060000"

static void a_hart_says_its_extensions_in_both_ways(void **state)
{
	int len;
	const char *list;

	(void)state;
	write_tree();
	assert_true(compatible("/cpus/cpu@2", "riscv"));
	assert_int_equal(number("/cpus/cpu@2", "reg", 0, 1), 2);
	assert_string_equal(text("/cpus/cpu@2", "device_type"), "cpu");
	assert_string_equal(text("/cpus/cpu@2", "riscv,isa-base"), "rv64i");
	list = fdt_getprop(tree, fdt_path_offset(tree, "/cpus/cpu@2"), "riscv,isa-extensions", &len);
	assert_int_equal(len, sizeof(extensions));
	assert_memory_equal(list, extensions, sizeof(extensions));
	assert_string_equal(text("/cpus/cpu@2", "riscv,isa"),
			    "rv64imafdc_zicbom_zicboz_zicntr_zicsr_zifencei_sstc_svpbmt");
	assert_false(has_node("/cpus/cpu@3"));
	assert_int_equal(number("/cpus", "timebase-frequency", 0, 1), 10000000);
	assert_true(compatible("/cpus/cpu@0/interrupt-controller", "riscv,cpu-intc"));
}

static void the_mmu_is_that_of_the_vm(void **state)
{
	static const struct {
		u8 bits;
		const char *type;
	} rows[] = {{0, "riscv,none"}, {39, "riscv,sv39"}, {48, "riscv,sv48"}, {57, "riscv,sv57"}};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		isa.mmu_bits = rows[i].bits;
		write_tree();
		assert_string_equal(text("/cpus/cpu@0", "mmu-type"), rows[i].type);
	}
}

static void block_sizes_come_with_their_extensions(void **state)
{
	(void)state;
	write_tree();
	assert_int_equal(number("/cpus/cpu@0", "riscv,cbom-block-size", 0, 1), 64);
	assert_int_equal(number("/cpus/cpu@0", "riscv,cboz-block-size", 0, 1), 128);
	isa_remove(&isa.isa, EXT_ZICBOZ);
	isa.cbom_block = 0;
	write_tree();
	assert_null(text("/cpus/cpu@0", "riscv,cbom-block-size"));
	assert_null(text("/cpus/cpu@0", "riscv,cboz-block-size"));
}

static void the_plics_s_context_of_hart_h_is_2h_and_1(void **state)
{
	(void)state;
	write_tree();
	assert_true(compatible(PLIC, "sifive,plic-1.0.0") && compatible(PLIC, "riscv,plic0"));
	assert_int_equal(number(PLIC, "reg", 0, 2), 0xc000000);
	assert_int_equal(number(PLIC, "#interrupt-cells", 0, 1), 1);
	assert_int_equal(number(PLIC, "riscv,ndev", 0, 1), 95);
	for (u32 hart = 0; hart < 3; hart++) {
		assert_true(is_hart(PLIC, 4 * hart, hart));
		assert_int_equal(number(PLIC, "interrupts-extended", 4 * hart + 1, 1), 0xffffffff);
		assert_true(is_hart(PLIC, 4 * hart + 2, hart));
		assert_int_equal(number(PLIC, "interrupts-extended", 4 * hart + 3, 1), 9);
	}
	assert_int_equal(number("/soc", "interrupt-parent", 0, 1), number(PLIC, "phandle", 0, 1));
	assert_int_equal(number("/soc/serial@10000000", "interrupts", 0, 1), 10);
	assert_int_equal(number("/soc/rtc@101000", "interrupts", 0, 1), 11);
	assert_false(has_node(IMSIC));
}

static void with_aia_an_aplic_sends_msis_to_a_page_a_hart(void **state)
{
	int len;

	(void)state;
	isa.aia = true;
	vm.layout.intc_dist = GPA(0xd000000);
	write_tree();
	assert_true(compatible(APLIC, "riscv,aplic"));
	assert_int_equal(number(APLIC, "reg", 0, 2), 0xd000000);
	assert_int_equal(number(APLIC, "#interrupt-cells", 0, 1), 2);
	assert_int_equal(number(APLIC, "riscv,num-sources", 0, 1), 95);
	assert_int_equal(number(APLIC, "msi-parent", 0, 1), number(IMSIC, "phandle", 0, 1));
	assert_null(text(APLIC, "interrupts-extended"));
	assert_true(compatible(IMSIC, "riscv,imsics"));
	assert_int_equal(number(IMSIC, "reg", 2, 2), 3 * 0x1000);
	assert_int_equal(number(IMSIC, "riscv,num-ids", 0, 1), 255);
	assert_null(text(IMSIC, "riscv,guest-index-bits"));
	for (u32 hart = 0; hart < 3; hart++) {
		assert_true(is_hart(IMSIC, 2 * hart, hart));
		assert_int_equal(number(IMSIC, "interrupts-extended", 2 * hart + 1, 1), 9);
	}
	assert_int_equal(number("/soc", "interrupt-parent", 0, 1), number(APLIC, "phandle", 0, 1));
	fdt_getprop(tree, fdt_path_offset(tree, "/soc/serial@10000000"), "interrupts", &len);
	assert_int_equal(len, 8);
	assert_int_equal(number("/soc/serial@10000000", "interrupts", 0, 1), 10);
	assert_int_equal(number("/soc/serial@10000000", "interrupts", 1, 1), 4);
	assert_false(has_node(PLIC));
}

static void devices_are_those_of_qemu_virt(void **state)
{
	(void)state;
	write_tree();
	assert_true(compatible("/", "riscv-virtio") && compatible("/soc", "simple-bus"));
	assert_string_equal(text("/chosen", "stdout-path"), "/soc/serial@10000000");
	assert_true(compatible("/soc/serial@10000000", "ns16550a"));
	assert_int_equal(number("/soc/serial@10000000", "clock-frequency", 0, 1), 3686400);
	assert_true(compatible("/soc/rtc@101000", "google,goldfish-rtc"));
	assert_true(has_node("/memory@80000000"));
	assert_true(compatible("/hypervisor", "monadic,hypervisor-1.0"));
	vm.console = false;
	write_tree();
	assert_false(has_node("/soc/serial@10000000"));
	assert_null(text("/chosen", "stdout-path"));
}

static void power_goes_through_the_finisher(void **state)
{
	static const struct {
		const char *path, *compatible;
		u32 value;
	} rows[] = {{"/poweroff", "syscon-poweroff", 0x5555}, {"/reboot", "syscon-reboot", 0x7777}};

	(void)state;
	write_tree();
	assert_true(compatible("/soc/test@100000", "sifive,test0") &&
		    compatible("/soc/test@100000", "syscon"));
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(compatible(rows[i].path, rows[i].compatible));
		assert_int_equal(number(rows[i].path, "value", 0, 1), rows[i].value);
		assert_int_equal(number(rows[i].path, "offset", 0, 1), 0);
		assert_int_equal(number(rows[i].path, "regmap", 0, 1),
				 number("/soc/test@100000", "phandle", 0, 1));
	}
}

static void the_power_key_is_line_3_of_a_designware_gpio(void **state)
{
	static const char port[] = GPIO "/gpio-port@0";
	int len;

	(void)state;
	write_tree();
	assert_true(compatible(GPIO, "snps,dw-apb-gpio") && compatible(port, "snps,dw-apb-gpio-port"));
	assert_int_equal(number(GPIO, "reg", 0, 2), 0x10060000);
	assert_int_equal(number(GPIO, "reg", 2, 2), 0x1000);
	assert_int_equal(number(port, "reg", 0, 1), 0);
	assert_int_equal(number(port, "ngpios", 0, 1), 8);
	assert_int_equal(number(port, "interrupts", 0, 1), 12);
	assert_int_equal(number("/gpio-keys/poweroff", "linux,code", 0, 1), 116);
	assert_int_equal(number("/gpio-keys/poweroff", "gpios", 0, 1), number(port, "phandle", 0, 1));
	assert_int_equal(number("/gpio-keys/poweroff", "gpios", 1, 1), 3);
	isa.aia = true;
	write_tree();
	fdt_getprop(tree, fdt_path_offset(tree, port), "interrupts", &len);
	assert_int_equal(len, 8);
	assert_int_equal(number(port, "interrupts", 1, 1), 4);
}

static void phandles_are_unique(void **state)
{
	u32 seen[256] = {0};

	(void)state;
	vm.nr_vcpus = PLAN_VCPUS_MAX;
	isa.aia = true;
	write_tree();
	for (int node = 0; node >= 0; node = fdt_next_node(tree, node, NULL)) {
		u32 phandle = fdt_get_phandle(tree, node);

		assert_true(phandle < ARRAY_SIZE(seen));
		assert_true(!phandle || !seen[phandle]++);
	}
}

/* Into what the image stage takes for it. */
static void expect_room(u32 vcpus)
{
	u32 size, room = arch_image.tree_room + vcpus * arch_image.tree_room_vcpu;

	vm.nr_vcpus = (u16)vcpus;
	assert_true(room <= sizeof(tree));
	for (u32 aia = 0; aia < 2; aia++) {
		isa.aia = aia;
		assert_int_equal(guest_tree_write(&vm, &initrd, tree, room, &size), OK);
	}
}

static void the_largest_tree_fits(void **state)
{
	(void)state;
	memset(vm.bootargs, 'x', BOOTARGS_MAX - 1);
	vm.nr_ram = VM_RAM_MAX;
	for (u32 i = 0; i < VM_RAM_MAX; i++)
		vm.ram[i] = (struct vm_ram){GPA(0x80000000 + i * 0x400000), HPA(0), MIB(2)};
	vm.flash[0] = (struct vm_flash){.gpa = GPA(0x20000000), .size = MIB(32)};
	vm.flash[1] = (struct vm_flash){.gpa = GPA(0x22000000), .size = MIB(32)};
	for (u32 i = 0; i < RISCV_EXTS; i++)
		isa_add(&isa.isa, (enum riscv_ext)i);
	for (u32 n = 1; n <= PLAN_VCPUS_MAX; n++)
		expect_room(n);
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

static void dtc_has_nothing_to_complain_of(void **state)
{
	static char out[1 << 18];

	(void)state;
	vm.nr_vcpus = 20;
	vm.flash[0] = (struct vm_flash){.gpa = GPA(0x20000000), .size = MIB(32)};
	vm.flash[1] = (struct vm_flash){.gpa = GPA(0x22000000), .size = MIB(32)};
	for (u32 i = 0; i < 2; i++) {
		isa.aia = i;
		write_tree();
		assert_true(run_filter("dtc -q -I dtb -O dts %s", tree, fdt_totalsize(tree), out,
				       sizeof(out)) > 1000);
		assert_int_equal(run_filter("dtc -I dtb -O dtb -o /dev/null %s 2>&1", tree,
					    fdt_totalsize(tree), out, sizeof(out)),
				 0);
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(a_hart_says_its_extensions_in_both_ways),
		T(the_mmu_is_that_of_the_vm),
		T(block_sizes_come_with_their_extensions),
		T(the_plics_s_context_of_hart_h_is_2h_and_1),
		T(with_aia_an_aplic_sends_msis_to_a_page_a_hart),
		T(devices_are_those_of_qemu_virt),
		T(power_goes_through_the_finisher),
		T(the_power_key_is_line_3_of_a_designware_gpio),
		T(phandles_are_unique),
		T(the_largest_tree_fits),
		T(a_buffer_that_is_too_small_is_said),
		T(dtc_has_nothing_to_complain_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
