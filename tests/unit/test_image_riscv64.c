/* SPDX-License-Identifier: Apache-2.0 */
/* Guest images as riscv64 is built, where they are not as on arm64; the rest is test_image.c's. */
/* SOURCES: core/image.c core/image_linux.c core/image_raw.c core/image_elf.c core/decompress.c core/guest_tree.c core/isa.c drivers/emul/tree_riscv64.c arch/riscv/layout.c hal/fake/fake.c hal/fake/fake_log.c @libfdt @gzip @zstd */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <libfdt.h>

#include "drivers/emul/tree_riscv64.h"
#include "filter.h"
#include "hal/fake/fake.h"

#define ENV_RAM UINT64_C(0x80000000)
#include "image_env.h"

#define IMAGE_FILE KIB(64)
#define IMAGE_MEM MIB(1)

static u8 image[IMAGE_FILE];
static u8 packed[IMAGE_FILE * 2], wrapped[IMAGE_FILE * 2];
static struct vm_plan vm;
static struct guest_isa isa;

const struct guest_isa *guest_isa(const struct vm_plan *plan)
{
	(void)plan;
	return &isa;
}

static void put_le(u8 *p, u64 v, u32 bytes)
{
	while (bytes--) {
		*p++ = (u8)v;
		v >>= 8;
	}
}

/* Linux, Documentation/arch/riscv/boot-image-header */
static void make_image(u64 text_offset, u64 mem, u64 flags)
{
	memset(image, 0, sizeof(image));
	put_le(image + 0x08, text_offset, 8);
	put_le(image + 0x10, mem, 8);
	put_le(image + 0x18, flags, 8);
	put_le(image + 0x20, 2, 4);
	memcpy(image + 0x30, "RISCV", 5);
	memcpy(image + 0x38, "RSC\x05", 4);
	memset(image + 64, 0x13, 1000);
}

/* One segment of 4096 bytes of the file to `paddr`. */
static void make_elf(u32 machine, u64 entry, u64 paddr)
{
	u8 *ph = image + 64;

	memset(image, 0, sizeof(image));
	memcpy(image, "\177ELF\2\1\1", 7);
	put_le(image + 16, 2, 2);
	put_le(image + 18, machine, 2);
	put_le(image + 24, entry, 8);
	put_le(image + 32, 64, 8);
	put_le(image + 54, 56, 2);
	put_le(image + 56, 1, 2);
	put_le(ph, 1, 4);
	put_le(ph + 8, 4096, 8);
	put_le(ph + 16, paddr, 8);
	put_le(ph + 24, paddr, 8);
	put_le(ph + 32, 4096, 8);
	put_le(ph + 40, 4096, 8);
	vm.protocol = BOOT_ELF;
}

static int setup(void **state)
{
	(void)state;
	env_reset();
	make_image(MIB(2), IMAGE_MEM, 0);
	env_vm(&vm, BOOT_LINUX, image, sizeof(image));
	isa = (struct guest_isa){.mmu_bits = 39, .timebase_hz = 10000000, .nr_sources = 95};
	fake_reset();
	return 0;
}

static void assert_refused(const char *why)
{
	assert_int_not_equal(image_prepare(&env, &vm), OK);
	assert_true(vm.refused);
	if (!strstr(env_refusal, why))
		print_error("refusal is \"%s\", not \"%s\"\n", env_refusal, why);
	assert_non_null(strstr(env_refusal, why));
	image_end(&env);
	assert_int_equal(env_held, 0);
}

static void an_image_lies_where_its_header_says(void **state)
{
	(void)state;
	assert_int_equal(image_prepare(&env, &vm), OK);
	assert_int_equal(vm.entry.v, ENV_RAM + MIB(2));
	assert_int_equal(vm.seg[0].dst.v, ENV_RAM + MIB(2));
	assert_int_equal(vm.seg[0].src.v, (uintptr_t)image);
	assert_int_equal(vm.dtb.v, ENV_RAM + MIB(3));
	assert_int_equal(fdt_check_header((const void *)(uintptr_t)vm.seg[vm.dtb_seg].src.v), 0);
}

static void wrapped_images_are_unpacked(void **state)
{
	size_t n = run_filter("gzip -9nc %s", image, sizeof(image), packed, sizeof(packed));

	(void)state;
	assert_true(n > 0);
	for (u32 zboot = 0; zboot < 2; zboot++) {
		setup(NULL);
		vm.kernel = env_file(packed, n);
		if (zboot) {
			memset(wrapped, 0, 64);
			memcpy(wrapped, "MZ\0\0zimg", 8);
			put_le(wrapped + 8, 64, 4);
			put_le(wrapped + 12, n, 4);
			strcpy((char *)wrapped + 0x18, "gzip");
			memcpy(wrapped + 64, packed, n);
			vm.kernel = env_file(wrapped, 64 + n);
		}
		assert_int_equal(image_prepare(&env, &vm), OK);
		assert_int_equal(vm.entry.v, ENV_RAM + MIB(2));
		assert_memory_equal((void *)(uintptr_t)vm.seg[0].src.v, image, sizeof(image));
		image_end(&env);
	}
}

static void what_is_not_an_image_of_riscv64_is_refused(void **state)
{
	(void)state;
	memcpy(image + 0x38, "ARM\x64", 4);
	assert_refused("kernel: not a riscv64 Linux Image");
	setup(NULL);
	make_image(MIB(2), IMAGE_MEM, 1);
	assert_refused("kernel: a big-endian kernel");
	setup(NULL);
	make_image(MIB(2), 0, 0);
	assert_refused("kernel: the Image does not say its size");
	setup(NULL);
	make_image(MIB(2) + 4096, IMAGE_MEM, 0);
	assert_refused("kernel: text_offset");
	setup(NULL);
	make_image(UINT64_MAX - MIB(2) + 1, IMAGE_MEM, 0);
	assert_refused("kernel: text_offset");
	setup(NULL);
	make_image(MIB(64), IMAGE_MEM, 0);
	assert_refused("outside its memory");
}

static void a_raw_image_goes_to_two_mib(void **state)
{
	(void)state;
	vm.protocol = BOOT_RAW;
	assert_int_equal(image_prepare(&env, &vm), OK);
	assert_int_equal(vm.seg[0].dst.v, ENV_RAM + MIB(2));
	assert_int_equal(vm.entry.v, ENV_RAM + MIB(2));
	assert_int_equal(vm.dtb.v, ENV_RAM);
}

static void an_entry_may_lie_at_a_compressed_instruction(void **state)
{
	(void)state;
	make_elf(243, ENV_RAM + 0x1002, ENV_RAM + 0x1000);
	assert_int_equal(image_prepare(&env, &vm), OK);
	assert_int_equal(vm.entry.v, ENV_RAM + 0x1002);
	setup(NULL);
	make_elf(243, ENV_RAM + 0x1001, ENV_RAM + 0x1000);
	assert_refused("ELF: entry");
	setup(NULL);
	vm.protocol = BOOT_RAW;
	vm.has_entry = true;
	vm.entry_opt = ENV_RAM + MIB(2) + 2;
	assert_int_equal(image_prepare(&env, &vm), OK);
	assert_int_equal(vm.entry.v, ENV_RAM + MIB(2) + 2);
}

static void programs_of_another_machine_are_refused(void **state)
{
	(void)state;
	make_elf(183, ENV_RAM + 0x1000, ENV_RAM + 0x1000);
	assert_refused("kernel: not an ELF program for RISC-V");
}

static void a_flash_bank_has_32_mib(void **state)
{
	(void)state;
	vm.protocol = BOOT_FIRMWARE;
	assert_int_equal(image_prepare(&env, &vm), OK);
	assert_int_equal(vm.entry.v, 0x20000000);
	assert_int_equal(vm.flash[0].size, MIB(32));
	assert_int_equal(vm.flash[1].gpa.v, 0x22000000);
	setup(NULL);
	vm.protocol = BOOT_FIRMWARE;
	vm.kernel.size = MIB(32) + 1;
	assert_refused("more than the flash bank of 32 MiB");
}

/* A tree of more than 64 KiB still lies within a block of 2 MiB, whatever is before it. */
static void a_large_tree_crosses_no_block(void **state)
{
	(void)state;
	vm.nr_vcpus = PLAN_VCPUS_MAX;
	for (u32 i = 0; i < RISCV_EXTS; i++)
		isa_add(&isa.isa, (enum riscv_ext)i);
	make_image(MIB(2), MIB(2) - KIB(64), 0);
	assert_int_equal(image_prepare(&env, &vm), OK);
	assert_true(vm.seg[vm.dtb_seg].size > KIB(64));
	assert_int_equal(align_down(vm.dtb.v, MIB(2)),
			 align_down(vm.dtb.v + vm.seg[vm.dtb_seg].size - 1, MIB(2)));
}

static void with_aia_the_aplic_takes_the_plics_place(void **state)
{
	struct vm_layout layout = arch_layout;

	(void)state;
	arch_plan_layout(&vm, &layout);
	assert_int_equal(layout.intc_dist.v, 0xc000000);
	isa.aia = true;
	arch_plan_layout(&vm, &layout);
	assert_int_equal(layout.intc_dist.v, 0xd000000);
	assert_int_equal(layout.intc_cpu.v, 0x28000000);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(an_image_lies_where_its_header_says),
		T(wrapped_images_are_unpacked),
		T(what_is_not_an_image_of_riscv64_is_refused),
		T(a_raw_image_goes_to_two_mib),
		T(an_entry_may_lie_at_a_compressed_instruction),
		T(programs_of_another_machine_are_refused),
		T(a_flash_bank_has_32_mib),
		T(a_large_tree_crosses_no_block),
		T(with_aia_the_aplic_takes_the_plics_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
