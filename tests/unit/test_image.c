/* SPDX-License-Identifier: Apache-2.0 */
/* Guest images: boot protocols, unpacking, placement in guest RAM, and what is refused. */
/* SOURCES: core/image.c core/image_linux.c core/image_raw.c core/image_elf.c core/decompress.c core/guest_tree.c drivers/emul/tree_arm64.c arch/arm64/layout.c hal/fake/fake.c hal/fake/fake_log.c @libfdt @gzip @zstd */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <libfdt.h>

#include "filter.h"
#include "hal/fake/fake.h"
#include "image_env.h"

#define IMAGE_FILE KIB(300) /* bytes of the test kernel's file */
#define IMAGE_MEM MIB(1)    /* and with its bss */

static u8 image[IMAGE_FILE];
static u8 packed[MIB(1)], wrapped[MIB(1)];
static u8 scratch[MIB(1)];
static struct vm_plan vm;

static void put_le(u8 *p, u64 v, u32 bytes)
{
	while (bytes--) {
		*p++ = (u8)v;
		v >>= 8;
	}
}

static void make_image(u64 text_offset, u64 mem, u64 flags)
{
	u32 x = 1;

	for (u32 i = 0; i < sizeof(image); i++) {
		x = x * 1664525 + 1013904223;
		image[i] = i & 64 ? (u8)(x >> 24) : 0; /* packs to about half */
	}
	memset(image, 0, 64);
	put_le(image + 8, text_offset, 8);
	put_le(image + 16, mem, 8);
	put_le(image + 24, flags, 8);
	memcpy(image + 0x38, "ARM\x64", 4);
}

static int setup(void **state)
{
	(void)state;
	env_reset();
	make_image(0, IMAGE_MEM, 0xa);
	env_vm(&vm, BOOT_LINUX, image, sizeof(image));
	fake_reset();
	return 0;
}

static size_t pack(const char *tool, const void *in, size_t size, u8 *out, size_t room)
{
	size_t n = run_filter(tool, in, size, out, room);

	assert_true(n > 0);
	return n;
}

#define GZIP "gzip -9nc %s"
#define ZSTD_PIPE "zstd -q -19 < %s" /* the frame does not say its size, as Linux builds it */
#define ZSTD_SIZED "zstd -q -3 -c %s"
#define ZSTD_CHECK "zstd -q -3 --check -c %s"

static size_t zboot(const char *type, const u8 *payload, size_t size)
{
	memset(wrapped, 0, 0x200);
	memcpy(wrapped, "MZ", 2);
	memcpy(wrapped + 4, "zimg", 4);
	put_le(wrapped + 8, 0x200, 4);
	put_le(wrapped + 12, size, 4);
	strcpy((char *)wrapped + 0x18, type);
	memcpy(wrapped + 0x38, "\xcd\x23\x82\x81", 4);
	memcpy(wrapped + 0x200, payload, size);
	put_le(wrapped + 0x200 + size, IMAGE_FILE, 4); /* what follows is not part of the payload */
	return 0x200 + size + 4;
}

/* Does segment `i` give `size` bytes like `bytes` at RAM + offset? */
static void assert_segment(u32 i, u64 offset, const void *bytes, u64 size)
{
	assert_true(i < vm.nr_seg);
	assert_int_equal(vm.seg[i].dst.v, ENV_RAM + offset);
	assert_int_equal(vm.seg[i].size, size);
	assert_memory_equal((void *)(uintptr_t)vm.seg[i].src.v, bytes, size);
}

static void assert_refused(const char *why)
{
	assert_int_not_equal(image_prepare(&env, &vm), OK);
	assert_true(vm.refused);
	if (!strstr(env_refusal, why))
		print_error("refusal is \"%s\", not \"%s\"\n", env_refusal, why);
	assert_non_null(strstr(env_refusal, why));
	assert_int_equal(vm.nr_seg, 0);
	assert_int_equal(vm.entry.v, 0);
	assert_int_equal(vm.dtb.v, 0);
	image_end(&env);
	assert_int_equal(env_held, 0); /* nothing is lost */
}

static const void *tree(void)
{
	return (const void *)(uintptr_t)vm.seg[vm.dtb_seg].src.v;
}

/* ---- linux ---- */

static void a_plain_image_is_used_where_it_lies(void **state)
{
	(void)state;
	assert_int_equal(image_prepare(&env, &vm), OK);
	assert_int_equal(vm.nr_seg, 2);
	assert_segment(0, 0, image, sizeof(image));
	assert_int_equal(vm.seg[0].src.v, (uintptr_t)image);
	assert_int_equal(vm.entry.v, ENV_RAM);
}

static void text_offset_moves_image_and_entry(void **state)
{
	(void)state;
	make_image(0x80000, IMAGE_MEM, 0);
	assert_int_equal(image_prepare(&env, &vm), OK);
	assert_segment(0, 0x80000, image, sizeof(image));
	assert_int_equal(vm.entry.v, ENV_RAM + 0x80000);
}

static void initrd_and_tree_lie_above_the_kernels_bss(void **state)
{
	static const u8 initrd[5000] = {1, 2, 3};

	(void)state;
	vm.initrd = env_file(initrd, sizeof(initrd));
	make_image(0, MIB(2) + 1, 0);
	assert_int_equal(image_prepare(&env, &vm), OK);
	assert_segment(1, MIB(4), initrd, sizeof(initrd));
	assert_int_equal(vm.dtb.v, ENV_RAM + MIB(4) + KIB(64));
	assert_int_equal(vm.dtb_seg, 2);
	assert_int_equal(fdt_check_header(tree()), 0);
	assert_int_equal(vm.seg[2].size, fdt_totalsize(tree()));
	assert_int_equal(vm.seg[2].dst.v, vm.dtb.v);
	assert_true(vm.seed_off[0] && vm.seed_off[0] + vm.seed_len[0] <= vm.seg[2].size);
	const fdt64_t *start =
		fdt_getprop(tree(), fdt_path_offset(tree(), "/chosen"), "linux,initrd-start", NULL);
	assert_int_equal(fdt64_ld(start), ENV_RAM + MIB(4));
}

static void wrapped_images_are_unpacked(void **state)
{
	static const struct {
		const char *tool, *zboot;
	} rows[] = {
		{GZIP, NULL},         {GZIP, "gzip"},       {ZSTD_PIPE, "zstd22"},
		{ZSTD_SIZED, "zstd"}, {ZSTD_CHECK, "zstd"},
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		setup(NULL);
		size_t n = pack(rows[i].tool, image, sizeof(image), packed, sizeof(packed));

		vm.kernel = env_file(packed, n);
		if (rows[i].zboot)
			vm.kernel = env_file(wrapped, zboot(rows[i].zboot, packed, n));
		assert_int_equal(image_prepare(&env, &vm), OK);
		assert_segment(0, 0, image, sizeof(image));
		assert_int_equal(vm.entry.v, ENV_RAM);
		image_end(&env);
		/* What stays is the kernel and the tree, in pages. */
		assert_int_equal(env_held, align_up(sizeof(image), PAGE_SIZE) + PAGE_SIZE);
	}
}

static void a_file_of_several_vms_is_unpacked_once(void **state)
{
	static struct vm_plan second;
	size_t n = pack(GZIP, image, sizeof(image), packed, sizeof(packed));

	(void)state;
	vm.kernel = env_file(packed, n);
	second = vm;
	assert_int_equal(image_prepare(&env, &vm), OK);
	assert_int_equal(image_prepare(&env, &second), OK);
	assert_int_equal(vm.seg[0].src.v, second.seg[0].src.v);
	assert_int_not_equal(vm.seg[1].src.v,
			     second.seg[1].src.v); /* a tree of its own, with its own seeds */
}

static void what_is_not_an_image_is_refused(void **state)
{
	(void)state;
	image[0x38] ^= 1;
	assert_refused("kernel: not an arm64 Linux Image");
	setup(NULL);
	vm.kernel.size = 63;
	assert_refused("kernel: not an arm64 Linux Image");
	setup(NULL);
	vm.kernel.size = 0;
	assert_refused("kernel: empty file");
	setup(NULL);
	make_image(0, IMAGE_MEM, 1);
	assert_refused("kernel: a big-endian kernel");
	setup(NULL);
	make_image(0, 0, 0);
	assert_refused("kernel: the Image does not say its size");
	setup(NULL);
	make_image(MIB(2), IMAGE_MEM, 0);
	assert_refused("kernel: text_offset");
	setup(NULL);
	make_image(0x801, IMAGE_MEM, 0);
	assert_refused("kernel: text_offset");
}

static void an_image_larger_than_memory_is_refused(void **state)
{
	static const u64 sizes[] = {MIB(64) + 1, UINT64_MAX, UINT64_MAX - MIB(1), UINT64_C(1) << 63};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(sizes); i++) {
		setup(NULL);
		make_image(0x1000, sizes[i], 0);
		assert_refused("outside its memory");
	}
	setup(NULL);
	make_image(0, MIB(64), 0); /* no room for the tree */
	assert_refused("memory-mib: ");
	setup(NULL);
	make_image(0, MIB(63), 0);
	vm.initrd = env_file(image, sizeof(image));
	assert_refused("initrd: ");
}

static void gzip_of_gzip_is_refused(void **state)
{
	size_t n = pack(GZIP, image, sizeof(image), packed, sizeof(packed));

	(void)state;
	n = pack(GZIP, packed, n, wrapped, sizeof(wrapped));
	vm.kernel = env_file(wrapped, n);
	assert_refused("kernel: not an arm64 Linux Image");
}

static void a_gzip_file_that_lies_of_its_size_is_refused(void **state)
{
	static const u32 sizes[] = {0, 1, IMAGE_FILE - 1, IMAGE_FILE + 1, 0x7fffffff, 0xffffffff};
	size_t n = pack(GZIP, image, sizeof(image), packed, sizeof(packed));

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(sizes); i++) {
		setup(NULL);
		put_le(packed + n - 4, sizes[i], 4);
		vm.kernel = env_file(packed, n);
		assert_refused(sizes[i] > MIB(64) ? "more than its memory" : "damaged");
	}
	setup(NULL);
	put_le(packed + n - 4, IMAGE_FILE, 4);
	put_le(packed + n, IMAGE_FILE, 4);
	vm.kernel = env_file(packed, n + 4); /* data after the end */
	assert_refused("damaged");
}

static void damaged_compressed_data_is_refused(void **state)
{
	static const char *const tools[] = {GZIP, ZSTD_CHECK};
	static const char *const types[] = {"gzip", "zstd"};

	(void)state;
	for (u32 t = 0; t < 2; t++) {
		size_t n = pack(tools[t], image, sizeof(image), packed, sizeof(packed));

		for (size_t i = 16; i < n; i += n / 40) {
			setup(NULL);
			packed[i] ^= 0x11;
			vm.kernel = env_file(wrapped, zboot(types[t], packed, n));
			assert_refused("");
			packed[i] ^= 0x11;
		}
		for (size_t size = 1; size < n; size += n / 20) {
			setup(NULL);
			vm.kernel = env_file(wrapped, zboot(types[t], packed, size));
			assert_refused("");
		}
	}
}

static void a_zstd_bomb_is_refused_before_it_is_unpacked(void **state)
{
	static u8 bomb[64 + 3 * 4 * 600];
	u8 *p = bomb;

	(void)state;
	/* One frame, window 128 KiB, no content size, 600 blocks of one repeated byte: 75 MiB. */
	memcpy(p, "\x28\xb5\x2f\xfd\x00\x38", 6);
	p += 6;
	for (u32 i = 0; i < 600; i++, p += 4) {
		put_le(p, (u64)KIB(128) << 3 | 1 << 1 | (i == 599), 3);
		p[3] = 0;
	}
	vm.kernel = env_file(wrapped, zboot("zstd", bomb, (size_t)(p - bomb)));
	assert_refused("more than its memory");
	assert_int_equal(env_used, 0);
}

static void a_zboot_header_that_lies_is_refused(void **state)
{
	size_t n = pack(GZIP, image, sizeof(image), packed, sizeof(packed));
	size_t size = zboot("gzip", packed, n);
	static const struct {
		u32 at, value;
		const char *why;
	} rows[] = {
		{8, 0, "are not in the file"},
		{8, 63, "are not in the file"},
		{8, 0xffffffff, "are not in the file"},
		{12, 0, "are not in the file"},
		{12, 0xffffffff, "are not in the file"},
		{0x18, 0x70697a6c, "something else than gzip or zstd"},
		{0x1c, 0x20202020, "something else than gzip or zstd"},
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		setup(NULL);
		zboot("gzip", packed, n);
		put_le(wrapped + rows[i].at, rows[i].value, 4);
		vm.kernel = env_file(wrapped, size);
		assert_refused(rows[i].why);
	}
	setup(NULL);
	zboot("gzip", packed, n);
	memset(wrapped + 0x18, 'z', 0x20); /* a name without end */
	vm.kernel = env_file(wrapped, size);
	assert_refused("something else than gzip or zstd");
}

static void without_memory_to_unpack_the_vm_is_refused(void **state)
{
	size_t n = pack(GZIP, image, sizeof(image), packed, sizeof(packed));

	(void)state;
	vm.kernel = env_file(packed, n);
	for (env_limit = 0; env_limit < KIB(512); env_limit += KIB(32)) {
		env_used = 0;
		image_begin();
		if (image_prepare(&env, &vm) == OK)
			break;
		assert_non_null(strstr(env_refusal, "no memory"));
		assert_int_equal(vm.nr_seg, 0);
	}
	assert_true(env_limit >= KIB(256) && env_limit < KIB(512) + KIB(64));
}

/* ---- raw ---- */

static void a_raw_image_goes_where_qemu_puts_it_with_the_tree_below(void **state)
{
	(void)state;
	vm.protocol = BOOT_RAW;
	assert_int_equal(image_prepare(&env, &vm), OK);
	assert_segment(0, 0x80000, image, sizeof(image));
	assert_int_equal(vm.entry.v, ENV_RAM + 0x80000);
	assert_int_equal(vm.dtb.v, ENV_RAM);
}

static void load_and_entry_are_obeyed_and_the_tree_goes_to_the_end(void **state)
{
	(void)state;
	vm.protocol = BOOT_RAW;
	vm.has_load = vm.has_entry = true;
	vm.load = ENV_RAM;
	vm.entry_opt = ENV_RAM + 0x40;
	assert_int_equal(image_prepare(&env, &vm), OK);
	assert_segment(0, 0, image, sizeof(image));
	assert_int_equal(vm.entry.v, ENV_RAM + 0x40);
	assert_int_equal(vm.dtb.v, ENV_RAM + MIB(64) - KIB(64));
}

static void raw_addresses_outside_are_refused(void **state)
{
	static const struct {
		u64 load, entry;
		const char *why;
	} rows[] = {
		{ENV_RAM - 4, 0, "load: "},
		{ENV_RAM + MIB(64) - 4, 0, "load: "},
		{UINT64_MAX - 4, 0, "load: "},
		{ENV_RAM + 2, 0, "load: "},
		{ENV_RAM, ENV_RAM + IMAGE_FILE, "entry: "},
		{ENV_RAM + 4, ENV_RAM, "entry: "},
		{ENV_RAM, ENV_RAM + 2, "entry: "},
		{ENV_RAM, UINT64_MAX - 3, "entry: "},
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		setup(NULL);
		vm.protocol = BOOT_RAW;
		vm.has_load = true;
		vm.load = rows[i].load;
		vm.has_entry = rows[i].entry != 0;
		vm.entry_opt = rows[i].entry;
		assert_refused(rows[i].why);
	}
}

/* ---- elf ---- */

struct segment {
	u64 offset, vaddr, paddr, filesz, memsz;
};

static u64 make_elf(u64 entry, const struct segment *s, u32 n)
{
	memset(scratch, 0, KIB(64));
	memcpy(scratch, "\177ELF\2\1\1", 7);
	put_le(scratch + 16, 2, 2);
	put_le(scratch + 18, 183, 2);
	put_le(scratch + 24, entry, 8);
	put_le(scratch + 32, 64, 8);
	put_le(scratch + 54, 56, 2);
	put_le(scratch + 56, n, 2);
	for (u32 i = 0; i < n; i++, s++) {
		u8 *p = scratch + 64 + i * 56;

		put_le(p, 1, 4);
		put_le(p + 8, s->offset, 8);
		put_le(p + 16, s->vaddr, 8);
		put_le(p + 24, s->paddr, 8);
		put_le(p + 32, s->filesz, 8);
		put_le(p + 40, s->memsz, 8);
	}
	memset(scratch + 4096, 0x5a, 8192);
	vm.protocol = BOOT_ELF;
	vm.kernel = env_file(scratch, KIB(64));
	return KIB(64);
}

static void elf_segments_go_to_their_physical_addresses(void **state)
{
	static const struct segment s[] = {
		{4096, 0xffff000040200000, ENV_RAM + 0x200000, 4096, 4096},
		{8192, 0xffff000040202000, ENV_RAM + 0x202000, 100, 0x10000},
		{0, 0xffff000040300000, ENV_RAM + 0x300000, 0, 0x1000}, /* only bss */
	};

	(void)state;
	make_elf(ENV_RAM + 0x200040, s, 3);
	assert_int_equal(image_prepare(&env, &vm), OK);
	assert_int_equal(vm.nr_seg, 3);
	assert_segment(0, 0x200000, scratch + 4096, 4096);
	assert_segment(1, 0x202000, scratch + 8192, 100);
	assert_int_equal(vm.entry.v, ENV_RAM + 0x200040);
	assert_int_equal(vm.dtb.v, ENV_RAM);
	setup(NULL);
	make_elf(0xffff000040200080, s, 3); /* a virtual entry */
	assert_int_equal(image_prepare(&env, &vm), OK);
	assert_int_equal(vm.entry.v, ENV_RAM + 0x200080);
}

static void elf_files_that_lie_are_refused(void **state)
{
	static const struct {
		struct segment s;
		u64 entry;
		const char *why;
	} rows[] = {
		{{4096, 0, ENV_RAM, 4096, 4095}, ENV_RAM, "are not in the file"},
		{{KIB(64), 0, ENV_RAM, 1, 4096}, ENV_RAM, "are not in the file"},
		{{UINT64_MAX, 0, ENV_RAM, 4096, 4096}, ENV_RAM, "are not in the file"},
		{{4096, 0, ENV_RAM, UINT64_MAX, UINT64_MAX}, ENV_RAM, "are not in the file"},
		{{4096, 0, ENV_RAM - 1, 4096, 4096}, ENV_RAM, "outside its memory"},
		{{4096, 0, ENV_RAM, 4096, MIB(64) + 1}, ENV_RAM, "outside its memory"},
		{{4096, 0, UINT64_MAX - 100, 4096, 4096}, ENV_RAM, "outside its memory"},
		{{4096, 0, ENV_RAM, 4096, UINT64_MAX}, ENV_RAM, "outside its memory"},
		{{4096, 0, ENV_RAM + 0x8000, 4096, 4096}, ENV_RAM, "entry"},
		{{4096, 0, ENV_RAM, 4096, 4096}, ENV_RAM + 2, "entry"},
		{{4096, 0, ENV_RAM, 4096, 0}, ENV_RAM, "entry"},
		{{4096, 0, ENV_RAM, 4096, MIB(64)}, ENV_RAM, "memory-mib"},
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		setup(NULL);
		make_elf(rows[i].entry, &rows[i].s, 1);
		assert_refused(rows[i].why);
	}
}

static void wrong_elf_headers_are_refused(void **state)
{
	static const struct segment s = {4096, 0, ENV_RAM, 4096, 4096};
	static const struct {
		u32 at;
		u64 value;
		u32 bytes;
		const char *why;
	} rows[] = {
		{0, 0, 1, "not an ELF program"},
		{4, 1, 1, "not an ELF program"},
		{5, 2, 1, "not an ELF program"},
		{16, 1, 2, "not an ELF program"},
		{18, 40, 2, "not an ELF program"},
		{54, 32, 2, "program headers"},
		{56, 0, 2, "program headers"},
		{56, 65, 2, "program headers"},
		{32, KIB(64) - 55, 8, "program headers"},
		{32, UINT64_MAX, 8, "program headers"},
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		setup(NULL);
		make_elf(ENV_RAM, &s, 1);
		put_le(scratch + rows[i].at, rows[i].value, rows[i].bytes);
		assert_refused(rows[i].why);
	}
	setup(NULL);
	make_elf(ENV_RAM, &s, 1);
	vm.kernel.size = 63;
	assert_refused("not an ELF program");
}

static void overlapping_or_too_many_elf_segments_are_refused(void **state)
{
	struct segment s[20];

	(void)state;
	for (u32 i = 0; i < 20; i++)
		s[i] = (struct segment){4096, 0, ENV_RAM + i * 0x1000, 4096, 4096};
	make_elf(ENV_RAM, s, 20);
	assert_refused("too many parts");
	setup(NULL);
	s[1].paddr = ENV_RAM + 0xfff;
	make_elf(ENV_RAM, s, 2);
	assert_refused("overlap");
	setup(NULL);
	s[0].memsz = 0x5000; /* its bss */
	s[1].paddr = ENV_RAM + 0x4000;
	make_elf(ENV_RAM, s, 2);
	assert_refused("overlap");
}

/* ---- firmware ---- */

static void firmware_fills_the_first_bank_and_finds_the_tree_at_the_start_of_ram(void **state)
{
	(void)state;
	vm.protocol = BOOT_FIRMWARE;
	assert_int_equal(image_prepare(&env, &vm), OK);
	assert_int_equal(vm.flash[0].gpa.v, 0);
	assert_int_equal(vm.flash[0].size, MIB(64));
	assert_int_equal(vm.flash[0].src.v, (uintptr_t)image);
	assert_int_equal(vm.flash[0].src_size, sizeof(image));
	assert_int_equal(vm.flash[0].backing_size, align_up(sizeof(image), PAGE_SIZE));
	assert_true(vm.flash[0].backing.v);
	assert_int_equal(vm.flash[1].gpa.v, 0x4000000);
	assert_int_equal(vm.flash[1].src_size, 0);
	assert_int_equal(vm.flash[1].backing_size, MIB(1));
	assert_int_equal(vm.entry.v, 0);
	assert_int_equal(vm.dtb.v, ENV_RAM);
	assert_int_equal(vm.nr_seg, 1);
	assert_true(fdt_path_offset(tree(), "/flash@0") > 0);
}

static void vars_fill_the_second_bank(void **state)
{
	static const u8 vars[4097] = {1};

	(void)state;
	vm.protocol = BOOT_FIRMWARE;
	vm.vars = env_file(vars, sizeof(vars));
	assert_int_equal(image_prepare(&env, &vm), OK);
	assert_int_equal(vm.flash[1].src.v, (uintptr_t)vars);
	assert_int_equal(vm.flash[1].src_size, 4097);
	assert_int_equal(vm.flash[1].backing_size, 8192);
}

static void files_larger_than_a_bank_are_refused(void **state)
{
	(void)state;
	vm.protocol = BOOT_FIRMWARE;
	vm.kernel.size = MIB(64) + 1;
	assert_refused("kernel: ");
	setup(NULL);
	vm.protocol = BOOT_FIRMWARE;
	vm.vars = env_file(image, MIB(64) + 1);
	assert_refused("vars: ");
	assert_int_equal(vm.flash[0].size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_plain_image_is_used_where_it_lies, setup),
		cmocka_unit_test_setup(text_offset_moves_image_and_entry, setup),
		cmocka_unit_test_setup(initrd_and_tree_lie_above_the_kernels_bss, setup),
		cmocka_unit_test_setup(wrapped_images_are_unpacked, setup),
		cmocka_unit_test_setup(a_file_of_several_vms_is_unpacked_once, setup),
		cmocka_unit_test_setup(what_is_not_an_image_is_refused, setup),
		cmocka_unit_test_setup(an_image_larger_than_memory_is_refused, setup),
		cmocka_unit_test_setup(gzip_of_gzip_is_refused, setup),
		cmocka_unit_test_setup(a_gzip_file_that_lies_of_its_size_is_refused, setup),
		cmocka_unit_test_setup(damaged_compressed_data_is_refused, setup),
		cmocka_unit_test_setup(a_zstd_bomb_is_refused_before_it_is_unpacked, setup),
		cmocka_unit_test_setup(a_zboot_header_that_lies_is_refused, setup),
		cmocka_unit_test_setup(without_memory_to_unpack_the_vm_is_refused, setup),
		cmocka_unit_test_setup(a_raw_image_goes_where_qemu_puts_it_with_the_tree_below, setup),
		cmocka_unit_test_setup(load_and_entry_are_obeyed_and_the_tree_goes_to_the_end, setup),
		cmocka_unit_test_setup(raw_addresses_outside_are_refused, setup),
		cmocka_unit_test_setup(elf_segments_go_to_their_physical_addresses, setup),
		cmocka_unit_test_setup(elf_files_that_lie_are_refused, setup),
		cmocka_unit_test_setup(wrong_elf_headers_are_refused, setup),
		cmocka_unit_test_setup(overlapping_or_too_many_elf_segments_are_refused, setup),
		cmocka_unit_test_setup(firmware_fills_the_first_bank_and_finds_the_tree_at_the_start_of_ram,
				       setup),
		cmocka_unit_test_setup(vars_fill_the_second_bank, setup),
		cmocka_unit_test_setup(files_larger_than_a_bank_are_refused, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
