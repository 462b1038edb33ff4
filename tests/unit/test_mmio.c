/* SPDX-License-Identifier: Apache-2.0 */
/* MMIO dispatch. */
/* SOURCES: core/mmio.c hal/fake/fake.c hal/fake/fake_cpu.c */
#include "device_env.h"

static u64 last_off, last_value;
static u32 last_size, calls;
static void *last_dev;

static u64 dev_read(void *dev, struct vcpu *vcpu UNUSED, u64 off, u32 size)
{
	calls++;
	last_dev = dev;
	last_off = off;
	last_size = size;
	return 0x1122334455667788;
}

static void dev_write(void *dev, struct vcpu *vcpu UNUSED, u64 off, u32 size, u64 value)
{
	calls++;
	last_dev = dev;
	last_off = off;
	last_size = size;
	last_value = value;
}

static const struct mmio_ops words = {.sizes = 4, .read = dev_read, .write = dev_write};
static const struct mmio_ops all = {.sizes = 1 | 2 | 4 | 8, .read = dev_read, .write = dev_write};
static int a, b, c;

static int setup(void **state UNUSED)
{
	env_reset();
	calls = 0;
	assert_int_equal(mmio_add(&dev_map, GPA(0x9000), 0x1000, &all, &b), OK);
	assert_int_equal(mmio_add(&dev_map, GPA(0x8000), 0x1000, &words, &a), OK);
	assert_int_equal(mmio_add(&dev_map, GPA(0x20000), 0x1002, &all, &c), OK);
	return 0;
}

static enum err access(u64 addr, u8 size, bool write)
{
	struct mmio_access x = {.addr = GPA(addr), .size = size, .write = write, .value = ~0ull};

	return mmio_dispatch(&dev_vcpu, &x);
}

static void an_access_reaches_its_device_with_its_offset(void **state UNUSED)
{
	assert_int_equal(access(0x8ffc, 4, false), OK);
	assert_ptr_equal(last_dev, &a);
	assert_int_equal(last_off, 0xffc);
	assert_int_equal(access(0x9000, 8, true), OK);
	assert_ptr_equal(last_dev, &b);
	assert_int_equal(last_off, 0);
	assert_int_equal(access(0x21000, 2, false), OK);
	assert_ptr_equal(last_dev, &c);
}

static void nothing_is_there_between_and_around_devices(void **state UNUSED)
{
	static const u64 holes[] = {0, 0x7fff, 0xa000, 0x1ffff, 0x21002, 0x100000000, ~0ull};

	for (u32 i = 0; i < ARRAY_SIZE(holes); i++)
		assert_int_equal(access(holes[i], 1, false), ERR_NOENT);
	dev_map.nr = 0;
	assert_int_equal(access(0x8000, 4, false), ERR_NOENT);
}

static void sizes_a_device_does_not_take_are_refused(void **state UNUSED)
{
	assert_int_equal(access(0x8000, 1, false), ERR_INVAL);
	assert_int_equal(access(0x8000, 8, true), ERR_INVAL);
	for (u32 size = 0; size < 256; size++)
		if (size != 1 && size != 2 && size != 4 && size != 8)
			assert_int_equal(access(0x9000, (u8)size, false), ERR_INVAL);
	assert_int_equal(calls, 0);
}

static void misaligned_accesses_and_those_across_the_end_are_refused(void **state UNUSED)
{
	assert_int_equal(access(0x8002, 4, false), ERR_INVAL);
	assert_int_equal(access(0x9001, 2, false), ERR_INVAL);
	assert_int_equal(access(0x21000, 4, false), ERR_INVAL);
	assert_int_equal(calls, 0);
}

static void values_are_cut_to_the_access_size(void **state UNUSED)
{
	struct mmio_access x = {.addr = GPA(0x9000), .size = 2};

	assert_int_equal(mmio_dispatch(&dev_vcpu, &x), OK);
	assert_int_equal(x.value, 0x7788);
	x = (struct mmio_access){.addr = GPA(0x9000), .size = 1, .write = true, .value = 0x1ff};
	assert_int_equal(mmio_dispatch(&dev_vcpu, &x), OK);
	assert_int_equal(last_value, 0xff);
	x = (struct mmio_access){.addr = GPA(0x9000), .size = 8};
	assert_int_equal(mmio_dispatch(&dev_vcpu, &x), OK);
	assert_int_equal(x.value, 0x1122334455667788);
}

static void overlapping_devices_are_refused(void **state UNUSED)
{
	assert_int_equal(mmio_add(&dev_map, GPA(0x8000), 0x1000, &all, &c), ERR_EXIST);
	assert_int_equal(mmio_add(&dev_map, GPA(0x7fff), 2, &all, &c), ERR_EXIST);
	assert_int_equal(mmio_add(&dev_map, GPA(0x9fff), 1, &all, &c), ERR_EXIST);
	assert_int_equal(mmio_add(&dev_map, GPA(0), 0x100000, &all, &c), ERR_EXIST);
	assert_int_equal(mmio_add(&dev_map, GPA(~0ull), 2, &all, &c), ERR_RANGE);
	assert_int_equal(mmio_add(&dev_map, GPA(0xa000), 0, &all, &c), ERR_RANGE);
	assert_int_equal(mmio_add(&dev_map, GPA(0xa000), 1, &all, &c), OK);
}

static void a_full_table_refuses_more(void **state UNUSED)
{
	for (u64 i = dev_map.nr; i < MMIO_REGIONS_MAX; i++)
		assert_int_equal(mmio_add(&dev_map, GPA(0x1000000 - i * 16), 16, &all, &a), OK);
	assert_int_equal(mmio_add(&dev_map, GPA(0x2000000), 16, &all, &a), ERR_NOMEM);
	for (u32 i = 1; i < dev_map.nr; i++)
		assert_true(dev_map.region[i - 1].base < dev_map.region[i].base);
}

#define T(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_access_reaches_its_device_with_its_offset),
		T(nothing_is_there_between_and_around_devices),
		T(sizes_a_device_does_not_take_are_refused),
		T(misaligned_accesses_and_those_across_the_end_are_refused),
		T(values_are_cut_to_the_access_size),
		T(overlapping_devices_are_refused),
		T(a_full_table_refuses_more),
	};

	return cmocka_run_group_tests_name("mmio", tests, NULL, NULL);
}
