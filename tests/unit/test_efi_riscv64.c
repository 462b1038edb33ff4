/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: @efi */
/*
 * The UEFI application on riscv64: whether there is a hypervisor extension, and which hart boots: from the protocol, else from
 * the device tree, which is not read beyond its end whatever it holds.
 */
#include "tests/unit/efi_env.h"

#include "boot/efi/arch_riscv64.c"

#define BIG(v) (UINT8)((v) >> 24), (UINT8)((v) >> 16), (UINT8)((v) >> 8), (UINT8)(v)

static bool hs_mode;
static UINT8 *tree; /* allocated, so that the sanitizer sees where it ends */

UINT64 efi_hypervisor_mode(void)
{
	return hs_mode;
}

static EFI_STATUS hart_7(struct riscv_efi_boot *this, UINTN *hart)
{
	boot_service();
	*hart = 7;
	return this->revision ? EFI_SUCCESS : EFI_UNSUPPORTED;
}

/* Strings first, so that the structure ends the tree. */
static const UINT8 sample[] = {
	BIG(TREE_MAGIC),
	BIG(192),
	BIG(72),
	BIG(40),
	BIG(40),
	BIG(17),
	BIG(16),
	BIG(0),
	BIG(32),
	BIG(120),
	/* 40 */ 'b',
	'o',
	'o',
	't',
	'-',
	'h',
	'a',
	'r',
	't',
	'i',
	'd',
	0,
	'm',
	'o',
	'd',
	'e',
	'l',
	0,
	0,
	0,
	/* 60 */ 0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	/* 72: the root, with one of the name that is not of /chosen */ BIG(TREE_BEGIN),
	BIG(0),
	BIG(TREE_PROP),
	BIG(4),
	BIG(0),
	BIG(5),
	/* 96 */ BIG(TREE_BEGIN),
	'c',
	'p',
	'u',
	's',
	0,
	0,
	0,
	0,
	BIG(TREE_NOP),
	/* 112: /cpus/chosen is another */ BIG(TREE_BEGIN),
	'c',
	'h',
	'o',
	's',
	'e',
	'n',
	0,
	0,
	BIG(TREE_END),
	/* 128 */ BIG(TREE_END),
	/* 132 */ BIG(TREE_BEGIN),
	'c',
	'h',
	'o',
	's',
	'e',
	'n',
	0,
	0,
	BIG(TREE_PROP),
	BIG(1),
	BIG(12),
	'x',
	0,
	0,
	0,
	/* 160 */ BIG(TREE_PROP),
	BIG(4),
	BIG(0),
	BIG(3),
	/* 176 */ BIG(TREE_END),
	BIG(TREE_END),
	BIG(9),
	BIG(0)};

static void put32(UINT32 at, UINT32 v)
{
	memcpy(tree + at, (UINT8[]){BIG(v)}, 4);
}

static int in_hs_mode(void **state)
{
	int result = fresh(state);

	hs_mode = true;
	tree = malloc(sizeof(sample));
	memcpy(tree, sample, sizeof(sample));
	tables[1].VendorTable = tree;
	return result;
}

static int all_freed(void **state)
{
	free(tree);
	return done(state);
}

static void without_the_extension_nothing_is_loaded(void **state)
{
	(void)state;
	hs_mode = false;
	assert_int_equal(run(), EFI_UNSUPPORTED);
	assert_int_equal(fw.nr_pages, 0);
	assert_int_equal(fw.tries, 0);
}

static void the_protocol_tells_the_hart(void **state)
{
	struct riscv_efi_boot boot = {0x10000, hart_7};

	(void)state;
	fw.protocol = &boot;
	assert_int_equal(run(), EFI_ABORTED);
	assert_int_equal(jumped_cpu, 7);
	assert_true(handoff_is(jumped_handoff));
	assert_int_equal(fw.located.Data1, 0xccd15fec);
	assert_int_equal(fw.forbid, 0);
}

static void without_the_protocol_the_tree_tells_the_hart(void **state)
{
	struct riscv_efi_boot broken = {0, hart_7};

	(void)state;
	assert_int_equal(run(), EFI_ABORTED);
	assert_int_equal(jumped_cpu, 3);
	fw.protocol = &broken;
	assert_int_equal(run(), EFI_ABORTED);
	assert_int_equal(jumped_cpu, 3);
}

static void a_hart_of_two_cells_is_read_whole(void **state)
{
	(void)state;
	put32(164, 8);
	put32(172, 1);
	put32(176, 0x20);
	assert_int_equal(run(), EFI_ABORTED);
	assert_true(jumped_cpu == 0x100000020ULL);
}

static void a_hart_of_no_size_is_none(void **state)
{
	(void)state;
	for (UINT32 size = 0; size < 12; size++) {
		put32(164, size);
		if (size != 4 && size != 8)
			assert_int_equal(run(), EFI_NOT_FOUND);
	}
	assert_int_equal(fw.tries, 0);
}

static void no_protocol_and_no_tree_is_said_before_firmware_is_left(void **state)
{
	(void)state;
	system_table.NumberOfTableEntries = 1;
	assert_int_equal(run(), EFI_NOT_FOUND);
	assert_int_equal(fw.tries, 0);
}

/* Every word of the tree becomes what leads astray, and the tree ends at every word. */
static void a_damaged_tree_is_not_read_beyond_its_end(void **state)
{
	static const UINT32 wrong[] = {0,   1,   2,          3,          4,          9,         191,
				       192, 193, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff};
	struct tree t;
	UINT64 value;

	(void)state;
	for (UINT32 at = 4; at < sizeof(sample); at += 4)
		for (UINT32 i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
			memcpy(tree, sample, sizeof(sample));
			put32(at, wrong[i]);
			if (be32(tree + 4) <= sizeof(sample) && tree_open(&t, tree))
				(void)chosen_number(&t, "boot-hartid", &value);
		}
	for (UINT32 size = 76; size < sizeof(sample); size++) {
		tree = realloc(tree, size);
		memcpy(tree, sample, size);
		put32(4, size);
		put32(36, size - 72);
		assert_true(tree_open(&t, tree));
		assert_true(chosen_number(&t, "boot-hartid", &value) == (size >= 176));
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, in_hs_mode, all_freed)
	const struct CMUnitTest tests[] = {
		TEST(without_the_extension_nothing_is_loaded),
		TEST(the_protocol_tells_the_hart),
		TEST(without_the_protocol_the_tree_tells_the_hart),
		TEST(a_hart_of_two_cells_is_read_whole),
		TEST(a_hart_of_no_size_is_none),
		TEST(no_protocol_and_no_tree_is_said_before_firmware_is_left),
		TEST(a_damaged_tree_is_not_read_beyond_its_end),
	};

	return cmocka_run_group_tests_name("efi on riscv64", tests, NULL, NULL);
}
