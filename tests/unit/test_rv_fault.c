/* SPDX-License-Identifier: Apache-2.0 */
/* Guest-page faults: devices, and what no device is, with and without the hart's help.
 * SOURCES: arch/riscv/fault.c arch/riscv/exit.c arch/riscv/decode.c arch/riscv/s1walk.c arch/riscv/inject.c core/mmio.c tests/unit/fake_hart.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c */
#include "core/mmio.h"
#include "tests/unit/rv_env.h"

#define PC 0xffffffffc0000100ULL
#define DEV 0x10000000ULL
#define DEV_SIZE 0x100ULL
#define OTHER 0x10001000ULL /* takes words only, and is the interrupt controller */
#define HOLE 0x30000000ULL

/* ---- what the files under test call beside ---- */

static u32 irqs, traced, updates, sbi_calls;

void irq_handle(u64 cause UNUSED)
{
	irqs++;
}

void exit_virtual_insn(struct vcpu_arch *a UNUSED, u64 scause UNUSED)
{
	fail();
}

void vsbi_call(struct vcpu_arch *a UNUSED)
{
	sbi_calls++;
}

void vintc_update(const struct vcpu_arch *a UNUSED)
{
	updates++;
}

void trace_dump(u32 cpu UNUSED)
{
	traced++;
}

/* ---- devices ---- */

static struct {
	u32 reads, writes, size;
	u64 off, value, gives, pc;
} dev;

static u64 dev_read(void *d UNUSED, struct vcpu *vcpu, u64 off, u32 size)
{
	assert_ptr_equal(vcpu, &guest_vcpus[0]);
	dev.reads++;
	dev.off = off;
	dev.size = size;
	dev.pc = *reg(CSR_SEPC);
	return dev.gives;
}

static void dev_write(void *d UNUSED, struct vcpu *vcpu UNUSED, u64 off, u32 size, u64 value)
{
	dev.writes++;
	dev.off = off;
	dev.size = size;
	dev.value = value;
	dev.pc = *reg(CSR_SEPC);
}

static const struct mmio_ops any_size = {.sizes = 15, .read = dev_read, .write = dev_write};
static const struct mmio_ops words = {.sizes = 4, .read = dev_read, .write = dev_write};
static struct mmio_map map;

/* ---- the guest's code and its first stage ---- */

static u32 code;
static bool (*on_fetch)(u64 va, u64 *cause);

static bool fetch(u64 va, u32 size, u64 *value, u64 *cause)
{
	assert_int_equal(size, 2);
	if (on_fetch && !on_fetch(va, cause))
		return false;
	assert_in_range(va, PC, PC + 2);
	*value = va == PC ? code & 0xffff : code >> 16;
	return true;
}

static void begin(void)
{
	env(1);
	memset(&map, 0, sizeof(map));
	memset(&dev, 0, sizeof(dev));
	assert_int_equal(mmio_add(&map, GPA(DEV), DEV_SIZE, &any_size, &dev), OK);
	assert_int_equal(mmio_add(&map, GPA(OTHER), DEV_SIZE, &words, &map), OK);
	guest.mmio = &map;
	me()->own_irqs = &map;
	me()->mmio_last = &map.region[0];
	for (u32 i = 1; i < 32; i++)
		me()->x[i] = 0x1111111111111100ULL + i;
	me()->x[0] = 0xbad;
	*reg(CSR_SEPC) = PC;
	*reg(CSR_VSTVEC) = 0xffffffff80200000ULL;
	fake_guest_load = fetch;
	on_fetch = NULL;
	code = 0;
	updates = 0;
}

/* lw a0, 0(..) and its like as htinst has them */
#define LOADS(funct3, rd) (0x03u | (funct3) << 12 | (rd) << 7)
#define STORES(funct3, rs2) (0x23u | (funct3) << 12 | (rs2) << 20)

static void fault(u64 scause, u64 va, u64 gpa, u64 htinst)
{
	*reg(CSR_STVAL) = va;
	*reg(CSR_HTVAL) = gpa >> 2;
	*reg(CSR_HTINST) = htinst;
	exit_sync(me(), scause);
	assert_int_equal(fake_violations, 0);
}

static void expect_untouched(void)
{
	assert_int_equal(*reg(CSR_SEPC), PC);
	assert_int_equal(*reg(CSR_VSCAUSE), 0);
	assert_int_equal(dev.reads + dev.writes, 0);
}

/* ---- with htinst ---- */

static void loads_extend_as_their_instruction_says(void **state UNUSED)
{
	static const struct {
		u32 funct3, size;
		u64 want;
	} loads[] = {{0, 1, 0xfffffffffffffff8ULL},
		     {1, 2, 0xfffffffffffff7f8ULL},
		     {2, 4, 0xfffffffff5f6f7f8ULL},
		     {3, 8, 0xf1f2f3f4f5f6f7f8ULL},
		     {4, 1, 0xf8},
		     {5, 2, 0xf7f8},
		     {6, 4, 0xf5f6f7f8}};

	for (u32 i = 0; i < ARRAY_SIZE(loads); i++)
		for (u32 compressed = 0; compressed < 2; compressed++) {
			begin();
			dev.gives = 0xf1f2f3f4f5f6f7f8ULL;
			fault(EXC_LOAD_GUEST_PAGE, 0xffffffffd0000010ULL, DEV + 0x10,
			      LOADS(loads[i].funct3, 10u) & ~(compressed ? 2u : 0));
			assert_int_equal(dev.reads, 1);
			assert_int_equal(dev.size, loads[i].size);
			assert_int_equal(dev.off, 0x10);
			assert_int_equal(me()->x[10], loads[i].want);
			assert_int_equal(*reg(CSR_SEPC), PC + (compressed ? 2 : 4));
			assert_int_equal(dev.pc, *reg(CSR_SEPC)); /* behind it already */
		}
}

static void positive_values_are_not_extended_by_ones(void **state UNUSED)
{
	begin();
	dev.gives = 0x7f;
	fault(EXC_LOAD_GUEST_PAGE, 0x10, DEV + 0x10, LOADS(0u, 10u));
	assert_int_equal(me()->x[10], 0x7f);
}

static void the_low_two_bits_come_from_the_virtual_address(void **state UNUSED)
{
	for (u32 low = 0; low < 4; low++) {
		begin();
		fault(EXC_LOAD_GUEST_PAGE, 0x5000 + low, DEV, LOADS(4u, 10u));
		assert_int_equal(dev.off, low);
	}
}

static void stores_give_as_many_bytes_as_they_have(void **state UNUSED)
{
	static const u64 want[] = {0x0b, 0x110b, 0x1111110b, 0x111111111111110bULL};

	for (u32 funct3 = 0; funct3 < 4; funct3++) {
		begin();
		fault(EXC_STORE_GUEST_PAGE, 0x10, DEV + 0x10, STORES(funct3, 11u));
		assert_int_equal(dev.writes, 1);
		assert_int_equal(dev.size, 1u << funct3);
		assert_int_equal(dev.value, want[funct3]);
		assert_int_equal(*reg(CSR_SEPC), PC + 4);
	}
}

static void the_zero_register_is_written_as_zero_and_never_loaded(void **state UNUSED)
{
	begin();
	fault(EXC_STORE_GUEST_PAGE, 0x10, DEV, STORES(3u, 0u));
	assert_int_equal(dev.value, 0);
	fault(EXC_LOAD_GUEST_PAGE, 0x10, DEV, LOADS(3u, 0u));
	assert_int_equal(dev.reads, 1); /* what reading does is done */
	assert_int_equal(me()->x[0], 0xbad);
}

static void an_access_to_the_interrupt_controller_updates_what_is_pending(void **state UNUSED)
{
	begin();
	fault(EXC_LOAD_GUEST_PAGE, 0, DEV, LOADS(2u, 10u));
	assert_int_equal(updates, 0);
	fault(EXC_LOAD_GUEST_PAGE, 0, OTHER, LOADS(2u, 10u));
	assert_int_equal(updates, 1);
}

/* ---- the usual one, before all registers are stored ---- */

static bool fast(u64 scause, u64 gpa, u64 htinst)
{
	*reg(CSR_STVAL) = gpa;
	*reg(CSR_HTVAL) = gpa >> 2;
	*reg(CSR_HTINST) = htinst;
	return exit_fast_fault(me(), scause);
}

static void the_device_of_the_last_access_is_reached_at_once(void **state UNUSED)
{
	begin();
	dev.gives = 0x80;
	assert_true(fast(EXC_LOAD_GUEST_PAGE, DEV + 0x11, LOADS(0u, 10u)));
	assert_int_equal(me()->x[10], 0xffffffffffffff80ULL);
	assert_int_equal(dev.off, 0x11);
	assert_int_equal(*reg(CSR_SEPC), PC + 4);
	assert_true(fast(EXC_STORE_GUEST_PAGE, DEV + 0x10, STORES(2u, 0u)));
	assert_int_equal(dev.value, 0);
	assert_int_equal(guest_vcpus[0].exits[EXIT_MMIO], 2);
}

/* x3, x8, x9 and x18 to x27 are not stored yet. */
static void anything_unusual_takes_the_long_way(void **state UNUSED)
{
	static const u32 htinsts[] = {0,
				      0x3000,
				      0x3020,
				      LOADS(7u, 10u),
				      STORES(4u, 10u),
				      LOADS(2u, 10u) | 4 << 15,
				      0x3507,
				      0xa52f,
				      LOADS(2u, 3u),
				      LOADS(2u, 8u),
				      LOADS(2u, 9u),
				      LOADS(2u, 18u),
				      LOADS(2u, 27u)};

	for (u32 i = 0; i < ARRAY_SIZE(htinsts); i++) {
		begin();
		assert_false(fast(EXC_LOAD_GUEST_PAGE, DEV + 0x10, htinsts[i]));
		expect_untouched();
	}
	begin();
	assert_false(fast(EXC_LOAD_GUEST_PAGE, 0, LOADS(2u, 10u))); /* htval 0 */
	assert_false(fast(EXC_LOAD_GUEST_PAGE, OTHER, LOADS(2u, 10u)));
	assert_false(fast(EXC_LOAD_GUEST_PAGE, DEV + 2, LOADS(2u, 10u)));
	assert_false(fast(EXC_LOAD_GUEST_PAGE, DEV + DEV_SIZE, LOADS(2u, 10u)));
	assert_false(fast(EXC_LOAD_GUEST_PAGE, DEV - 4, LOADS(2u, 10u)));
	me()->mmio_last = &map.region[1];
	assert_false(fast(EXC_LOAD_GUEST_PAGE, OTHER, LOADS(3u, 10u))); /* takes words only */
	expect_untouched();
	assert_true(fast(EXC_LOAD_GUEST_PAGE, OTHER, LOADS(2u, 10u)));
	assert_int_equal(updates, 1);
}

/* ---- without htinst ---- */

static void the_instruction_is_fetched_and_decoded(void **state UNUSED)
{
	begin();
	code = 0x0105a503; /* lw a0, 16(a1) */
	dev.gives = 0x87654321;
	fault(EXC_LOAD_GUEST_PAGE, DEV + 0x10, DEV + 0x10, 0); /* bare */
	assert_int_equal(me()->x[10], 0xffffffff87654321ULL);
	assert_int_equal(*reg(CSR_SEPC), PC + 4);
}

static void compressed_ones_are_two_bytes_long_and_fetched_alone(void **state UNUSED)
{
	begin();
	code = 0xffff41c8; /* c.lw a0, 4(a1), and the end of the page */
	dev.gives = 5;
	fault(EXC_LOAD_GUEST_PAGE, DEV + 4, 0, 0);
	assert_int_equal(me()->x[10], 5);
	assert_int_equal(*reg(CSR_SEPC), PC + 2);
	begin();
	code = 0xc1c8; /* c.sw a0, 4(a1) */
	fault(EXC_STORE_GUEST_PAGE, DEV + 4, 0, 0);
	assert_int_equal(dev.value, 0x1111110a);
}

static u64 fetch_cause;

static bool fetch_fails(u64 va UNUSED, u64 *cause)
{
	*cause = fetch_cause;
	return false;
}

static bool second_half_fails(u64 va, u64 *cause)
{
	*cause = fetch_cause;
	return va == PC;
}

static void a_fetch_that_faults_is_the_guests_own_fault(void **state UNUSED)
{
	static const struct {
		u64 cause, want;
	} rows[] = {{EXC_LOAD_PAGE, EXC_INSN_PAGE},
		    {EXC_INSN_PAGE, EXC_INSN_PAGE},
		    {EXC_LOAD_ACCESS, EXC_INSN_ACCESS},
		    {EXC_INSN_ACCESS, EXC_INSN_ACCESS}};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		begin();
		on_fetch = fetch_fails;
		fetch_cause = rows[i].cause;
		fault(EXC_LOAD_GUEST_PAGE, DEV, 0, 0);
		expect_exception(rows[i].want, PC, PC);
		begin();
		on_fetch = second_half_fails;
		code = 0x0105a503;
		fault(EXC_LOAD_GUEST_PAGE, DEV, 0, 0);
		expect_exception(rows[i].want, PC + 2, PC); /* where the second page begins */
		assert_int_equal(dev.reads, 0);
	}
}

static void a_fetch_that_meets_a_change_of_the_second_stage_is_tried_again(void **state UNUSED)
{
	static const u64 causes[] = {EXC_LOAD_GUEST_PAGE, EXC_INSN_GUEST_PAGE};

	for (u32 i = 0; i < 2; i++) {
		begin();
		on_fetch = fetch_fails;
		fetch_cause = causes[i];
		fault(EXC_LOAD_GUEST_PAGE, DEV, 0, 0);
		expect_untouched();
	}
}

static void an_instruction_that_another_hart_changed_is_an_access_fault(void **state UNUSED)
{
	static const u32 codes[] = {0x00a5a823 /* sw */, 0x00000013 /* nop */, 0x00b5202f /* amoadd */,
				    0x0001};

	for (u32 i = 0; i < ARRAY_SIZE(codes); i++) {
		begin();
		code = codes[i];
		fault(EXC_LOAD_GUEST_PAGE, DEV, 0, 0);
		expect_exception(EXC_LOAD_ACCESS, DEV, PC);
		assert_int_equal(dev.reads + dev.writes, 0);
	}
	begin();
	code = 0x0105a503; /* a load, where a store trapped */
	fault(EXC_STORE_GUEST_PAGE, DEV, 0, 0);
	expect_exception(EXC_STORE_ACCESS, DEV, PC);
}

/* ---- without htval: the guest's tables say where ---- */

static void put_pte(u64 at, u64 pte)
{
	memcpy(ram + (at - RAM), &pte, 8);
}

/* Sv39: `va` leads by tables at RAM, +0x1000, +0x2000 to `gpa`. */
static void map_first_stage(u64 va, u64 gpa, u64 flags)
{
	*reg(CSR_VSATP) = 8ULL << 60 | RAM >> 12;
	put_pte(RAM + (va >> 30 & 511) * 8, (RAM + 0x1000) >> 2 | 1);
	put_pte(RAM + 0x1000 + (va >> 21 & 511) * 8, (RAM + 0x2000) >> 2 | 1);
	put_pte(RAM + 0x2000 + (va >> 12 & 511) * 8, (gpa & ~0xfffULL) >> 2 | flags);
}

#define VA 0xffffffd012345018ULL

static void a_walk_answers_when_htval_is_0(void **state UNUSED)
{
	for (u32 known = 0; known < 2; known++) {
		begin();
		map_first_stage(VA, DEV, 0xc7);
		fault(EXC_LOAD_GUEST_PAGE, VA, 0, known ? LOADS(2u, 10u) : 0);
		if (!known)
			expect_exception(EXC_LOAD_ACCESS, VA, PC); /* code is 0: no load */
		else
			assert_int_equal(dev.off, 0x18);
	}
}

static void tables_that_changed_meanwhile_mean_another_try(void **state UNUSED)
{
	begin();
	map_first_stage(VA, DEV, 0xc6); /* not valid any more */
	fault(EXC_LOAD_GUEST_PAGE, VA, 0, 0);
	expect_untouched();
	begin();
	map_first_stage(VA, DEV, 0xc5); /* W without R */
	fault(EXC_LOAD_GUEST_PAGE, VA, 0, 0);
	expect_untouched();
}

static void tables_outside_of_memory_are_an_access_fault(void **state UNUSED)
{
	begin();
	*reg(CSR_VSATP) = 8ULL << 60 | DEV >> 12; /* a device: never asked */
	fault(EXC_LOAD_GUEST_PAGE, VA, 0, 0);
	expect_exception(EXC_LOAD_ACCESS, VA, PC);
	assert_int_equal(dev.reads, 0);
	begin();
	*reg(CSR_VSATP) = 9ULL << 60 | HOLE >> 12;
	fault(EXC_INSN_GUEST_PAGE, VA, 0, 0);
	expect_exception(EXC_INSN_ACCESS, VA, PC);
}

/* ---- implicit accesses ---- */

static void a_walk_of_the_guests_that_meets_a_device_never_reaches_it(void **state UNUSED)
{
	static const u64 kinds[] = {0x2000, 0x3000, 0x2020, 0x3020}, at[] = {DEV, HOLE, 0, OTHER};

	for (u32 k = 0; k < 4; k++)
		for (u32 i = 0; i < 4; i++) {
			begin();
			fault(EXC_LOAD_GUEST_PAGE, VA, at[i], kinds[k]);
			expect_exception(EXC_LOAD_ACCESS, VA, PC);
			assert_int_equal(dev.reads + dev.writes, 0);
		}
}

static void a_walk_through_memory_that_is_mapped_now_is_tried_again(void **state UNUSED)
{
	begin();
	fault(EXC_STORE_GUEST_PAGE, VA, RAM + 0x800, 0x3000);
	expect_untouched();
	fault(EXC_LOAD_GUEST_PAGE, VA, RAM + 0x800, 0x3020);
	expect_untouched();
	fault(EXC_STORE_GUEST_PAGE, VA, ROM, 0x3000); /* read from there */
	expect_untouched();
}

static void accessed_bits_in_read_only_memory_are_an_access_fault(void **state UNUSED)
{
	begin();
	fault(EXC_LOAD_GUEST_PAGE, VA, ROM, 0x3020);
	expect_exception(EXC_LOAD_ACCESS, VA, PC);
}

/* ---- where nothing is ---- */

static void accesses_to_nothing_are_the_guests_access_faults(void **state UNUSED)
{
	static const struct {
		u64 scause, want, htinst;
	} rows[] = {{EXC_INSN_GUEST_PAGE, EXC_INSN_ACCESS, 0},
		    {EXC_LOAD_GUEST_PAGE, EXC_LOAD_ACCESS, LOADS(2u, 10u)},
		    {EXC_STORE_GUEST_PAGE, EXC_STORE_ACCESS, STORES(2u, 10u)},
		    {EXC_LOAD_GUEST_PAGE, EXC_LOAD_ACCESS, 0},
		    {EXC_STORE_GUEST_PAGE, EXC_STORE_ACCESS, 0}};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		begin();
		fault(rows[i].scause, HOLE + 8, HOLE + 8, rows[i].htinst);
		expect_exception(rows[i].want, HOLE + 8, PC);
		assert_int_equal(guest_vcpus[0].exits[EXIT_FAULT], 1);
	}
}

static void memory_that_is_mapped_now_is_tried_again(void **state UNUSED)
{
	begin();
	fault(EXC_LOAD_GUEST_PAGE, RAM, RAM, LOADS(2u, 10u));
	expect_untouched();
	fault(EXC_STORE_GUEST_PAGE, RAM, RAM, STORES(2u, 10u));
	expect_untouched();
	fault(EXC_INSN_GUEST_PAGE, RAM, RAM, 0);
	expect_untouched();
	/* The hart may have kept that it was not mapped. */
	assert_int_equal(fake_fence_count(HFENCE_GVMA, 0), 3);
	assert_int_equal(fake_fences[fake_nr_fences - 1].addr, RAM);
	fault(EXC_LOAD_GUEST_PAGE, HOLE, HOLE, LOADS(2u, 10u));
	assert_int_equal(fake_fence_count(HFENCE_GVMA, 0), 3);
}

static void code_in_a_page_of_a_real_device_is_an_access_fault(void **state UNUSED)
{
	begin();
	fault(EXC_LOAD_GUEST_PAGE, FILE_PAGE, FILE_PAGE, LOADS(2u, 10u));
	expect_untouched();
	fault(EXC_INSN_GUEST_PAGE, FILE_PAGE, FILE_PAGE, 0);
	expect_exception(EXC_INSN_ACCESS, FILE_PAGE, PC);
}

static void a_store_to_read_only_memory_is_an_access_fault(void **state UNUSED)
{
	begin();
	fault(EXC_LOAD_GUEST_PAGE, ROM, ROM, LOADS(2u, 10u));
	expect_untouched();
	fault(EXC_STORE_GUEST_PAGE, ROM, ROM, STORES(2u, 10u));
	expect_exception(EXC_STORE_ACCESS, ROM, PC);
}

static void code_in_a_device_is_an_access_fault(void **state UNUSED)
{
	begin();
	fault(EXC_INSN_GUEST_PAGE, DEV, DEV, 0);
	expect_exception(EXC_INSN_ACCESS, DEV, PC);
	assert_int_equal(dev.reads, 0);
}

static void sizes_alignments_and_ends_that_a_device_does_not_take_are_access_faults(void **state UNUSED)
{
	static const struct {
		u64 gpa;
		u32 funct3;
	} rows[] = {{OTHER, 0},   {OTHER, 1},   {OTHER, 3},  {OTHER + 2, 2},
		    {DEV + 1, 1}, {DEV + 4, 3}, {DEV + 1, 3}};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		begin();
		fault(EXC_LOAD_GUEST_PAGE, rows[i].gpa, rows[i].gpa, LOADS(rows[i].funct3, 10u));
		expect_exception(EXC_LOAD_ACCESS, rows[i].gpa, PC);
		begin();
		fault(EXC_STORE_GUEST_PAGE, rows[i].gpa, rows[i].gpa, STORES(rows[i].funct3, 10u));
		expect_exception(EXC_STORE_ACCESS, rows[i].gpa, PC);
		assert_int_equal(dev.reads + dev.writes, 0);
	}
}

static void the_second_half_of_a_misaligned_access_reaches_no_device(void **state UNUSED)
{
	begin();
	fault(EXC_LOAD_GUEST_PAGE, DEV, DEV, LOADS(3u, 10u) | 4 << 15);
	expect_exception(EXC_LOAD_ACCESS, DEV, PC);
	assert_int_equal(dev.reads, 0);
}

static void what_is_no_plain_load_or_store_reaches_no_device(void **state UNUSED)
{
	static const u32 htinsts[] = {0x0000a52f, 0x1000a52f, 0x00003507, 0x00a03027, 0x600040f3};

	for (u32 i = 0; i < ARRAY_SIZE(htinsts); i++) {
		begin();
		fault(EXC_STORE_GUEST_PAGE, DEV, DEV, htinsts[i]);
		expect_exception(EXC_STORE_ACCESS, DEV, PC);
		assert_int_equal(dev.reads + dev.writes, 0);
	}
}

/* ---- other exits ---- */

static void causes_that_have_no_handler_become_illegal_instructions(void **state UNUSED)
{
	static const u64 causes[] = {EXC_ILLEGAL, EXC_LOAD_PAGE, 9, 11, 14, 16, 24, 63, 1ULL << 62};

	for (u32 i = 0; i < ARRAY_SIZE(causes); i++) {
		begin();
		fault(causes[i], 0, 0, 0);
		expect_exception(EXC_ILLEGAL, 0, PC);
	}
}

static void a_hardware_error_is_the_guests(void **state UNUSED)
{
	begin();
	fault(EXC_HARDWARE_ERROR, 0x1234, 0, 0);
	expect_exception(EXC_HARDWARE_ERROR, 0x1234, PC);
	assert_int_equal(guest_vcpus[0].exits[EXIT_ERROR], 1);
}

static void a_call_goes_on_behind_it(void **state UNUSED)
{
	begin();
	exit_ecall(me());
	assert_int_equal(sbi_calls, 1);
	assert_int_equal(*reg(CSR_SEPC), PC + 4);
	exit_irq(me(), SCAUSE_IRQ | IRQ_STI);
	assert_int_equal(irqs, 1);
	assert_int_equal(guest_vcpus[0].exits[EXIT_IRQ], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_extend_as_their_instruction_says),
		cmocka_unit_test(positive_values_are_not_extended_by_ones),
		cmocka_unit_test(the_low_two_bits_come_from_the_virtual_address),
		cmocka_unit_test(stores_give_as_many_bytes_as_they_have),
		cmocka_unit_test(the_zero_register_is_written_as_zero_and_never_loaded),
		cmocka_unit_test(an_access_to_the_interrupt_controller_updates_what_is_pending),
		cmocka_unit_test(the_device_of_the_last_access_is_reached_at_once),
		cmocka_unit_test(anything_unusual_takes_the_long_way),
		cmocka_unit_test(the_instruction_is_fetched_and_decoded),
		cmocka_unit_test(compressed_ones_are_two_bytes_long_and_fetched_alone),
		cmocka_unit_test(a_fetch_that_faults_is_the_guests_own_fault),
		cmocka_unit_test(a_fetch_that_meets_a_change_of_the_second_stage_is_tried_again),
		cmocka_unit_test(an_instruction_that_another_hart_changed_is_an_access_fault),
		cmocka_unit_test(a_walk_answers_when_htval_is_0),
		cmocka_unit_test(tables_that_changed_meanwhile_mean_another_try),
		cmocka_unit_test(tables_outside_of_memory_are_an_access_fault),
		cmocka_unit_test(a_walk_of_the_guests_that_meets_a_device_never_reaches_it),
		cmocka_unit_test(a_walk_through_memory_that_is_mapped_now_is_tried_again),
		cmocka_unit_test(accessed_bits_in_read_only_memory_are_an_access_fault),
		cmocka_unit_test(accesses_to_nothing_are_the_guests_access_faults),
		cmocka_unit_test(memory_that_is_mapped_now_is_tried_again),
		cmocka_unit_test(code_in_a_page_of_a_real_device_is_an_access_fault),
		cmocka_unit_test(a_store_to_read_only_memory_is_an_access_fault),
		cmocka_unit_test(code_in_a_device_is_an_access_fault),
		cmocka_unit_test(sizes_alignments_and_ends_that_a_device_does_not_take_are_access_faults),
		cmocka_unit_test(the_second_half_of_a_misaligned_access_reaches_no_device),
		cmocka_unit_test(what_is_no_plain_load_or_store_reaches_no_device),
		cmocka_unit_test(causes_that_have_no_handler_become_illegal_instructions),
		cmocka_unit_test(a_hardware_error_is_the_guests),
		cmocka_unit_test(a_call_goes_on_behind_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
