/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guest images of every boot protocol, with any bytes. The first byte selects the protocol and a wrapper that is made
 * sound, so that what is behind headers is reached. Beside what the sanitizers see, the result is checked.
 */
/* SOURCES: core/image.c core/image_linux.c core/image_raw.c core/image_elf.c core/decompress.c core/guest_tree.c drivers/emul/tree_arm64.c arch/arm64/layout.c hal/fake/fake.c hal/fake/fake_log.c @libfdt @gzip @zstd */
#include <stdlib.h>

#include "tests/unit/image_env.h"

#define RAM_SIZE MIB(4)
#define INPUT_MAX KIB(256)

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static u8 *input; /* allocated at its exact size for the sanitizer */
static u64 input_size;

static void check(bool good)
{
	if (!good)
		abort();
}

static bool in_input_or_pool(u64 at, u64 size)
{
	return range_inside(at, size, (u64)(uintptr_t)input, input_size) ||
	       range_inside(at, size, (u64)(uintptr_t)env_pool, env_used);
}

static void check_plan(const struct vm_plan *vm)
{
	check(vm->nr_seg <= VM_SEGMENTS_MAX && vm->dtb_seg < vm->nr_seg);
	for (u32 i = 0; i < vm->nr_seg; i++) {
		const struct vm_segment *s = &vm->seg[i];

		check(s->size && range_inside(s->dst.v, s->size, ENV_RAM, RAM_SIZE));
		check(in_input_or_pool(s->src.v, s->size));
		for (u32 j = 0; j < i; j++)
			check(s->dst.v + s->size <= vm->seg[j].dst.v ||
			      vm->seg[j].dst.v + vm->seg[j].size <= s->dst.v);
	}
	check(vm->entry.v % arch_image.code_align == 0);
	check(vm->protocol == BOOT_FIRMWARE || range_inside(vm->entry.v, 1, ENV_RAM, RAM_SIZE));
	check(vm->seed_off[0] && vm->seed_off[0] + vm->seed_len[0] <= vm->seg[vm->dtb_seg].size);
}

/* How many bytes of `head` come before the data. */
static size_t wrapper(u32 mode, size_t size, u8 head[128])
{
	static const char *const types[] = {"gzip", "zstd"};
	static const u8 gzip[10] = {0x1f, 0x8b, 8};
	static const u8 zstd[6] = {0x28, 0xb5, 0x2f, 0xfd, 0, 0x38};
	u32 n = 64;

	memset(head, 0, 128);
	if (mode == 1) { /* an Image */
		head[18] = 1;
		memcpy(head + 0x38, arch_image.linux_magic, 4);
	} else if (mode == 2 || mode == 3) { /* EFI-zboot; the frame's first bytes are sound */
		memcpy(head, "MZ\0\0zimg", 8);
		memcpy(head + n, mode == 2 ? gzip : zstd, mode == 2 ? sizeof(gzip) : sizeof(zstd));
		n += mode == 2 ? sizeof(gzip) : sizeof(zstd);
		size += n - 64;
		head[8] = 64;
		for (u32 i = 0; i < 4; i++)
			head[12 + i] = (u8)(size >> 8 * i);
		memcpy(head + 0x18, types[mode - 2], 5);
	} else if (mode == 4) { /* ELF with three program headers */
		memcpy(head, "\177ELF\2\1\1", 7);
		head[16] = 2;
		head[18] = (u8)arch_image.elf_machine;
		head[27] = (u8)(ENV_RAM >> 24); /* entry: start of RAM */
		head[32] = 64;
		head[54] = 56;
		head[56] = 3;
	} else {
		n = 0;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct vm_plan vm;
	u8 head[128];
	size_t n;

	if (size < 18 || size > INPUT_MAX)
		return 0;
	n = wrapper(data[0] >> 4 & 7, size - 17, head);
	input_size = n + size - 17;
	input = malloc(input_size);
	memcpy(input, head, n);
	memcpy(input + n, data + 17, size - 17);
	env_reset();
	env_vm(&vm, (enum boot_protocol)(data[0] & 3), input, input_size);
	vm.memory = RAM_SIZE;
	vm.has_load = data[0] & 4;
	vm.has_entry = data[0] & 8;
	memcpy(&vm.load, data + 1, 8);
	memcpy(&vm.entry_opt, data + 9, 8);
	if (image_prepare(&env, &vm) == OK) {
		check_plan(&vm);
	} else {
		check(vm.refused && env_refusal[0]);
		image_end(&env);
		check(env_held == 0);
	}
	free(input);
	return 0;
}
