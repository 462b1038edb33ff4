/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated NOR flash: Intel command set, CFI, mapping, what has no frames. */
/* SOURCES: drivers/emul/flash.c core/mmio.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_mem.c */
#include "device_env.h"

#include "drivers/emul/flash.h"
#include "hal/mem.h"

#define BANK MIB(64)
#define BACKED MIB(1)
#define FRAMES (FAKE_RAM_BASE + MIB(3) + KIB(512)) /* crosses a window's boundary */

static struct vflash dev;
static bool direct;
static u32 maps;

static void map(struct vflash *d, bool on)
{
	assert_ptr_equal(d, &dev);
	direct = on;
	maps++;
}

static struct vm_flash plan = {
	.gpa = {DEV_BASE},
	.size = BANK,
	.backing = {FRAMES},
	.backing_size = BACKED,
};

static u8 *frames(void)
{
	return hpa_to_va(HPA(FRAMES));
}

static int setup(void **state UNUSED)
{
	fake_ram_init();
	env_reset();
	memset(&dev, 0, sizeof(dev));
	maps = 0;
	direct = false;
	for (u32 i = 0; i < BACKED; i++)
		frames()[i] = (u8)(i * 7 + (i >> 8));
	cache_clean(frames(), BACKED);
	assert_int_equal(vflash_init(&dev_vm, &dev, &plan, map), OK);
	vflash_reset(&dev, false);
	return 0;
}

static int teardown(void **state UNUSED)
{
	assert_int_equal(fake_violations, 0);
	return 0;
}

/* A command on both devices, as a driver gives it. */
static void cmd(u64 off, u32 command)
{
	wr(off, command << 16 | command);
}

static void assert_clean(u64 off, u64 len)
{
	u8 dram[256];

	for (u64 at = off; at < off + len; at += sizeof(dram)) {
		fake_dram_read(HPA(FRAMES + at), dram, sizeof(dram));
		assert_memory_equal(dram, frames() + at, sizeof(dram));
	}
}

static void after_reset_the_array_is_mapped_and_read(void **state UNUSED)
{
	assert_true(direct);
	for (u32 i = 0; i < 64; i += 4) {
		u32 want;

		memcpy(&want, frames() + i, 4);
		assert_int_equal(rd(i), want);
	}
	assert_int_equal(rd_size(5, 1), frames()[5]);
	u64 wide;

	memcpy(&wide, frames() + 8, 8);
	assert_int_equal(rd_size(8, 8), wide);
}

static void beyond_the_frames_everything_is_erased(void **state UNUSED)
{
	assert_int_equal(rd(BACKED), 0xffffffff);
	assert_int_equal(rd(BANK - 4), 0xffffffff);
	assert_int_equal(rd_size(BANK - 8, 8), ~0ull);
}

static void cfi_query_tells_two_x16_devices_with_the_intel_command_set(void **state UNUSED)
{
	cmd(0x55 * 4, 0x98);
	assert_false(direct);
	assert_int_equal(rd(0x10 * 4), 'Q' << 16 | 'Q');
	assert_int_equal(rd(0x11 * 4), 'R' << 16 | 'R');
	assert_int_equal(rd(0x12 * 4), 'Y' << 16 | 'Y');
	assert_int_equal(rd_size(0x10 * 4 + 2, 2), 'Q');
	assert_int_equal(rd_size(0x10 * 4, 1), 'Q');
	assert_int_equal(rd_size(0x10 * 4 + 1, 1), 0);
	assert_int_equal(rd_size(0x13 * 4, 2), 1);
	assert_int_equal(rd_size(0x27 * 4, 2), 25); /* 32 MiB each */
	u32 region_blocks = (u32)rd_size(0x2d * 4, 2) + ((u32)rd_size(0x2e * 4, 2) << 8) + 1;
	u32 block = ((u32)rd_size(0x2f * 4, 2) + ((u32)rd_size(0x30 * 4, 2) << 8)) * 256;

	assert_int_equal((u64)region_blocks * block * 2, BANK);
	assert_int_equal(block * 2, FLASH_BLOCK);
	assert_int_equal(2 << rd_size(0x2a * 4, 2), FLASH_BUFFER);
	assert_int_equal(rd_size(0x31 * 4, 2), 'P');
	cmd(0, 0xff);
	assert_true(direct);
	assert_int_equal(rd_size(0, 1), frames()[0]);
}

static void identification_is_read_per_block(void **state UNUSED)
{
	cmd(0, 0x90);
	assert_int_equal(rd(0), 0x00890089);
	assert_int_equal(rd(4), 0x00180018);
	assert_int_equal(rd(8), 0); /* not locked */
	assert_int_equal(rd(FLASH_BLOCK * 3 + 8), 0);
	cmd(0, 0xff);
}

static void a_word_is_programmed_by_clearing_bits_only(void **state UNUSED)
{
	memset(frames() + 0x100, 0xff, 4);
	cmd(0x100, 0x40);
	wr(0x100, 0x12345678);
	assert_int_equal(rd(0x100), 0x00800080); /* status: ready, no error */
	cmd(0x100, 0x10);
	wr(0x100, 0xff00ff00);
	cmd(0, 0xff);
	assert_int_equal(rd(0x100), 0x12345678 & 0xff00ff00);
	assert_clean(0x100, 256);
}

static void a_half_word_is_programmed_alone(void **state UNUSED)
{
	memset(frames() + 0x200, 0xff, 8);
	wr_size(0x202, 2, 0x40);
	wr_size(0x202, 2, 0xbeef);
	cmd(0, 0xff);
	assert_int_equal(rd(0x200), 0xbeefffff);
}

static void programming_where_no_frame_is_fails_with_status(void **state UNUSED)
{
	cmd(BACKED, 0x40);
	wr(BACKED, 0);
	assert_int_equal(rd(0), 0x00900090);
	cmd(0, 0x50);
	cmd(0, 0x70);
	assert_int_equal(rd(0), 0x00800080);
	cmd(0, 0xff);
	assert_int_equal(rd(BACKED), 0xffffffff);
}

static u32 erase(u64 off)
{
	u32 polls = 0;

	cmd(off, 0x20);
	cmd(off, 0xd0);
	while (!(rd(off) & 0x80)) {
		polls++;
		assert_true(polls < 1000);
	}
	return polls;
}

static void a_block_is_erased_in_slices_and_no_other(void **state UNUSED)
{
	assert_true(erase(FLASH_BLOCK + 0x1234 * 4) > 2);
	assert_int_equal(rd(0), 0x00800080);
	cmd(0, 0xff);
	for (u64 i = 0; i < BACKED; i++) {
		bool erased = i >= FLASH_BLOCK && i < 2 * FLASH_BLOCK;

		if (frames()[i] != (erased ? 0xff : (u8)(i * 7 + (i >> 8))))
			fail_msg("byte %llx is %x", (unsigned long long)i, frames()[i]);
	}
	assert_clean(FLASH_BLOCK, FLASH_BLOCK);
}

/* Bytes of the first block that read as erased. */
static u32 erased_bytes(void)
{
	u32 n = 0;

	while (n < FLASH_BLOCK && frames()[n] == 0xff)
		n++;
	return n;
}

/* What a hostile or hasty guest writes while a block is under erase costs no more than a poll, and does nothing. */
static void commands_during_an_erase_are_ignored_and_cost_a_slice_each(void **state UNUSED)
{
	static const u32 commands[] = {0xff, 0x40, 0xe8, 0x20, 0xd0, 0x90,
				       0x98, 0x50, 0x70, 0xb0, 0x60, 0x01};
	u32 before, at = 0, accesses = 0;

	memset(frames(), 0, FLASH_BLOCK);
	cmd(0, 0x20);
	cmd(0, 0xd0);
	while ((before = erased_bytes()) < FLASH_BLOCK) {
		cmd(0x400, commands[at++ % ARRAY_SIZE(commands)]);
		assert_true(erased_bytes() - before <= KIB(4));
		if (erased_bytes() < FLASH_BLOCK)
			assert_int_equal(rd(4 * (at % 16)) & 0x00800080, 0);
		accesses++;
		assert_true(accesses < 1000 && !direct);
	}
	assert_int_equal(rd(0), 0x00800080); /* ready, no error */
	assert_int_equal(frames()[FLASH_BLOCK], (u8)(FLASH_BLOCK * 7 + (FLASH_BLOCK >> 8)));
	cmd(0, 0xff);
	assert_true(direct);
	assert_int_equal(rd(0x400), 0xffffffff);
}

/* Another CPU of the VM is at it for longer than anybody waits. */
static void a_bank_that_others_hold_is_busy_and_nobody_waits_for_ever(void **state UNUSED)
{
	cmd(0, 0x90);
	dev.lock.next++;
	assert_int_equal(rd(0), 0);
	cmd(0, 0xff);
	assert_false(direct);
	dev.lock.next--;
	assert_int_equal(rd(0), 0x00890089);
	cmd(0, 0xff);
	dev.lock.next++;
	assert_int_equal(rd(BACKED), 0xffffffff); /* the array is read without it */
	assert_int_equal(rd_size(0, 1), frames()[0]);
	dev.lock.next--;
}

static void an_erase_that_is_not_confirmed_does_nothing(void **state UNUSED)
{
	cmd(0, 0x20);
	cmd(0, 0xff);
	assert_int_equal(rd(0), 0x00b000b0); /* command sequence error */
	cmd(0, 0x50);
	cmd(0, 0xff);
	assert_int_equal(rd_size(1, 1), frames()[1]);
	assert_int_equal(frames()[1], 7);
}

static void erasing_what_has_no_frame_is_done_already(void **state UNUSED)
{
	(void)erase(BANK - FLASH_BLOCK);
	assert_int_equal(rd(0), 0x00800080);
}

/* Buffered program of `words` from `off`, data = index. */
static void buffered(u64 off, u32 words)
{
	cmd(off, 0xe8);
	assert_int_equal(rd(off) & 0x80, 0x80);
	cmd(off, words - 1);
	for (u32 i = 0; i < words; i++)
		wr(off + 4 * i, 0xa5000000 | i);
	cmd(off, 0xd0);
}

static void a_buffer_is_programmed_at_once(void **state UNUSED)
{
	(void)erase(0);
	buffered(0x400, FLASH_BUFFER / 4);
	assert_int_equal(rd(0), 0x00800080);
	buffered(0x820, 3);
	cmd(0, 0xff);
	for (u32 i = 0; i < FLASH_BUFFER / 4; i++)
		assert_int_equal(rd(0x400 + 4 * i), 0xa5000000 | i);
	assert_int_equal(rd(0x81c), 0xffffffff);
	assert_int_equal(rd(0x828), 0xa5000002);
	assert_int_equal(rd(0x82c), 0xffffffff);
	assert_clean(0x400, 0x800);
}

static void a_buffer_that_is_too_long_is_refused(void **state UNUSED)
{
	cmd(0, 0xe8);
	cmd(0, FLASH_BUFFER / 4);
	assert_int_equal(rd(0), 0x00b000b0);
	cmd(0, 0x50);
	cmd(0, 0xe8);
	cmd(0, 0xffff);
	assert_int_equal(rd(0), 0x00b000b0);
}

static void words_outside_the_buffer_spoil_the_whole(void **state UNUSED)
{
	u8 before = frames()[0x400];

	cmd(0x400, 0xe8);
	cmd(0x400, 1);
	wr(0x400, 0);
	wr(0x400 + FLASH_BUFFER, 0);
	cmd(0x400, 0xd0);
	assert_int_equal(rd(0), 0x00b000b0);
	assert_int_equal(frames()[0x400], before);
}

static void a_buffer_without_frames_fails(void **state UNUSED)
{
	buffered(BACKED + 0x400, 4);
	assert_int_equal(rd(0), 0x00900090);
	buffered(BANK - FLASH_BUFFER, 4);
	assert_int_equal(rd(0), 0x00900090);
}

static void lock_commands_are_taken_and_change_nothing(void **state UNUSED)
{
	static const u32 how[] = {0x01, 0xd0, 0x2f};

	for (u32 i = 0; i < ARRAY_SIZE(how); i++) {
		cmd(0, 0x60);
		cmd(0, how[i]);
		assert_int_equal(rd(0), 0x00800080);
	}
	cmd(0, 0x60);
	cmd(0, 0x33);
	assert_int_equal(rd(0), 0x00b000b0);
}

static void mapping_changes_only_with_the_mode(void **state UNUSED)
{
	u32 before = maps;

	cmd(0, 0xff);
	cmd(0, 0xff);
	assert_int_equal(maps, before);
	cmd(0, 0x70);
	assert_false(direct);
	cmd(0, 0x40);
	wr(0, 0xffffffff);
	assert_int_equal(maps, before + 1);
	cmd(0, 0xf0);
	assert_true(direct);
	vflash_reset(&dev, false); /* built anew: nothing is mapped */
	assert_true(direct);
	assert_int_equal(maps, before + 3);
}

static void a_blank_bank_is_never_mapped(void **state UNUSED)
{
	struct vm_flash blank = {.gpa = {DEV_BASE}, .size = BANK};

	memset(&dev_map, 0, sizeof(dev_map));
	memset(&dev, 0, sizeof(dev));
	maps = 0;
	assert_int_equal(vflash_init(&dev_vm, &dev, &blank, map), OK);
	vflash_reset(&dev, false);
	assert_int_equal(maps, 0);
	assert_int_equal(rd(0), 0xffffffff);
	cmd(0, 0x40);
	wr(0, 0);
	assert_int_equal(rd(0), 0x00900090);
	assert_int_equal(fake_mem.windows, 0);
}

static void odd_banks_are_refused(void **state UNUSED)
{
	struct vm_flash bad = plan;

	bad.size = KIB(128);
	assert_int_equal(vflash_init(&dev_vm, &dev, &bad, map), ERR_RANGE);
	bad.size = MIB(48);
	assert_int_equal(vflash_init(&dev_vm, &dev, &bad, map), ERR_RANGE);
	bad.size = KIB(512);
	assert_int_equal(vflash_init(&dev_vm, &dev, &bad, map), ERR_RANGE);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(after_reset_the_array_is_mapped_and_read),
		T(beyond_the_frames_everything_is_erased),
		T(cfi_query_tells_two_x16_devices_with_the_intel_command_set),
		T(identification_is_read_per_block),
		T(a_word_is_programmed_by_clearing_bits_only),
		T(a_half_word_is_programmed_alone),
		T(programming_where_no_frame_is_fails_with_status),
		T(a_block_is_erased_in_slices_and_no_other),
		T(commands_during_an_erase_are_ignored_and_cost_a_slice_each),
		T(a_bank_that_others_hold_is_busy_and_nobody_waits_for_ever),
		T(an_erase_that_is_not_confirmed_does_nothing),
		T(erasing_what_has_no_frame_is_done_already),
		T(a_buffer_is_programmed_at_once),
		T(a_buffer_that_is_too_long_is_refused),
		T(words_outside_the_buffer_spoil_the_whole),
		T(a_buffer_without_frames_fails),
		T(lock_commands_are_taken_and_change_nothing),
		T(mapping_changes_only_with_the_mode),
		T(a_blank_bank_is_never_mapped),
		T(odd_banks_are_refused),
	};

	return cmocka_run_group_tests_name("flash", tests, NULL, NULL);
}
