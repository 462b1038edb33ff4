/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual IMSIC interrupt file: registers, claims, MSIs from other CPUs.
 * SOURCES: arch/riscv/vimsic.c */
#include "tests/unit/rv_irq_env.h"

#define EIDELIVERY 0x70
#define EITHRESHOLD 0x72
#define EIP(k) (0x80 + 2 * (k))
#define EIE(k) (0xc0 + 2 * (k))
#define TOP(id) ((id) << 16 | (id))

static struct vimsic file[PLAN_VCPUS_MAX];

struct vimsic *vimsic_of(const struct vm *of, u32 vcpu)
{
	assert_true(of == &vm && vcpu < of->nr_vcpus);
	return &file[vcpu];
}

static void env(u16 nr)
{
	vm_of(nr);
	memset(file, 0, sizeof(file));
}

/* ---- as CSR instructions ---- */

static u64 csrrw(u32 i, u64 reg, u64 value)
{
	u64 old;

	assert_int_equal(vimsic_reg(&file[i], reg, ~0ULL, value, &old), OK);
	return old;
}

static u64 csrrs(u32 i, u64 reg, u64 bits)
{
	u64 old;

	assert_int_equal(vimsic_reg(&file[i], reg, bits, ~0ULL, &old), OK);
	return old;
}

static u64 csrrc(u32 i, u64 reg, u64 bits)
{
	u64 old;

	assert_int_equal(vimsic_reg(&file[i], reg, bits, 0, &old), OK);
	return old;
}

static void store(u32 by, u64 off, u32 value)
{
	vimsic_ops.write(&vm, &vcpus[by], off, 4, value);
}

static void enable(u32 i, u32 id)
{
	csrrs(i, EIE(id / 64), 1ULL << id % 64);
}

/* Everything enabled and delivered. */
static void open_file(u32 i)
{
	csrrw(i, EIDELIVERY, 1);
	for (u32 k = 0; k < 4; k++)
		csrrw(i, EIE(k), ~0ULL);
}

/* ---- registers ---- */

static void after_reset_a_file_is_empty_and_silent(void **s UNUSED)
{
	env(2);
	open_file(1);
	csrrw(1, EITHRESHOLD, 9);
	vimsic_send(&vm, 1, 255);
	vimsic_reset(&file[1]);
	for (u64 reg = 0x70; reg <= 0xff; reg++)
		if (reg < 0x80 || !(reg & 1))
			assert_int_equal(csrrs(1, reg, 0), 0);
	assert_false(vimsic_pending(&file[1]));
}

static void what_each_register_keeps_of_all_ones_is_what_exists(void **s UNUSED)
{
	env(1);
	for (u64 reg = 0; reg < 0x200; reg++) {
		bool priorities = reg >= 0x30 && reg <= 0x3f,
		     array = priorities || (reg >= 0x80 && reg <= 0xff);
		bool exists = array || (reg >= 0x70 && reg <= 0xff);
		u64 want = 0, old = 1;

		if (reg == EIDELIVERY)
			want = 1;
		else if (reg == EITHRESHOLD)
			want = 255;
		else if (array && !priorities && (reg & 0x3f) < 8)
			want = (reg & 0x3f) ? ~0ULL : ~1ULL;
		if (!exists || (array && (reg & 1))) {
			assert_int_equal(vimsic_reg(&file[0], reg, ~0ULL, ~0ULL, &old), ERR_NOENT);
			assert_int_equal(old, 0);
			continue;
		}
		assert_int_equal(csrrw(0, reg, ~0ULL), 0);
		assert_true(csrrs(0, reg, 0) == want);
		assert_true(csrrw(0, reg, 0) == want);
		assert_int_equal(csrrs(0, reg, 0), 0);
	}
	assert_int_equal(woken, 0); /* own accesses: the architecture looks afterwards */
}

static void register_numbers_beyond_32_bits_do_not_exist(void **s UNUSED)
{
	u64 old;

	env(1);
	assert_int_equal(vimsic_reg(&file[0], 0x100000070, ~0ULL, 1, &old), ERR_NOENT);
	assert_int_equal(vimsic_reg(&file[0], ~0ULL, ~0ULL, 1, &old), ERR_NOENT);
	assert_int_equal(file[0].s.delivery, 0);
}

static void set_and_clear_forms_change_only_the_bits_named(void **s UNUSED)
{
	static const u64 regs[] = {EITHRESHOLD, EIP(0), EIP(3), EIE(0), EIE(3)};

	env(1);
	for (u32 i = 0; i < ARRAY_SIZE(regs); i++) {
		assert_int_equal(csrrw(0, regs[i], 0xcc), 0);
		assert_int_equal(csrrs(0, regs[i], 0x12), 0xcc);
		assert_int_equal(csrrc(0, regs[i], 0x46), 0xde);
		assert_int_equal(csrrw(0, regs[i], 0x30), 0x98);
		assert_int_equal(csrrs(0, regs[i], 0), 0x30);
	}
}

static void delivery_by_a_plic_or_aplic_cannot_be_chosen(void **s UNUSED)
{
	env(1);
	csrrw(0, EIDELIVERY, 0x40000000);
	assert_int_equal(csrrs(0, EIDELIVERY, 0), 0);
	csrrw(0, EIDELIVERY, 0x40000001);
	assert_int_equal(csrrs(0, EIDELIVERY, 0), 1);
}

/* ---- what is on top ---- */

static void the_lowest_pending_and_enabled_identity_is_on_top(void **s UNUSED)
{
	static const u32 ids[] = {255, 200, 128, 127, 64, 63, 1};

	env(1);
	csrrw(0, EIDELIVERY, 1);
	vimsic_send(&vm, 0, 5);
	assert_int_equal(vimsic_topei(&file[0]), 0);
	for (u32 i = 0; i < ARRAY_SIZE(ids); i++) {
		enable(0, ids[i]);
		vimsic_send(&vm, 0, ids[i]);
		assert_int_equal(vimsic_topei(&file[0]), TOP(ids[i]));
		assert_true(vimsic_pending(&file[0]));
	}
	for (u32 i = ARRAY_SIZE(ids); i-- > 0;)
		assert_int_equal(vimsic_claim(&file[0]), TOP(ids[i]));
	assert_int_equal(vimsic_claim(&file[0]), 0);
	assert_false(vimsic_pending(&file[0]));
	assert_int_equal(csrrs(0, EIP(0), 0), 1 << 5);
}

static void a_threshold_hides_itself_and_what_is_above(void **s UNUSED)
{
	env(1);
	open_file(0);
	vimsic_send(&vm, 0, 70);
	csrrw(0, EITHRESHOLD, 70);
	assert_int_equal(vimsic_topei(&file[0]), 0);
	assert_int_equal(vimsic_claim(&file[0]), 0);
	csrrw(0, EITHRESHOLD, 71);
	assert_int_equal(vimsic_topei(&file[0]), TOP(70));
	csrrw(0, EITHRESHOLD, 1);
	assert_false(vimsic_pending(&file[0]));
	csrrw(0, EITHRESHOLD, 0);
	assert_true(vimsic_pending(&file[0]));
}

static void without_delivery_nothing_is_signalled_but_it_can_be_claimed(void **s UNUSED)
{
	env(1);
	open_file(0);
	csrrw(0, EIDELIVERY, 0);
	vimsic_send(&vm, 0, 3);
	assert_int_equal(woken, 0);
	assert_false(vimsic_pending(&file[0]));
	assert_int_equal(vimsic_topei(&file[0]), TOP(3));
	assert_int_equal(vimsic_claim(&file[0]), TOP(3));
}

static void pending_bits_written_by_the_guest_count_as_msis(void **s UNUSED)
{
	env(1);
	open_file(0);
	csrrs(0, EIP(2), 1);
	assert_int_equal(vimsic_claim(&file[0]), TOP(128));
}

/* ---- MSIs ---- */

static void an_msi_wakes_its_vcpu_only_when_it_can_be_delivered(void **s UNUSED)
{
	env(3);
	open_file(1);
	csrrw(1, EITHRESHOLD, 100);
	csrrc(1, EIE(0), 1 << 8);
	vimsic_send(&vm, 1, 8);
	vimsic_send(&vm, 1, 100);
	assert_int_equal(take_woken(), 0);
	vimsic_send(&vm, 1, 99);
	assert_int_equal(take_woken(), 1 << 1);
	vimsic_send(&vm, 1, 99); /* it has not looked yet */
	assert_int_equal(take_woken(), 0);
	assert_int_equal(vimsic_claim(&file[1]), TOP(99));
	vimsic_send(&vm, 1, 99);
	assert_int_equal(take_woken(), 1 << 1);
}

static void msis_to_nobody_or_without_identity_are_ignored(void **s UNUSED)
{
	static const u32 ids[] = {0, 256, 257, 2047, 0x10001, ~0u};

	env(2);
	open_file(1);
	vimsic_send(&vm, 2, 1);
	vimsic_send(&vm, 63, 1);
	vimsic_send(&vm, ~0u, 1);
	for (u32 i = 0; i < ARRAY_SIZE(ids); i++) {
		vimsic_send(&vm, 1, ids[i]);
		store(0, 0x1000, ids[i]);
	}
	assert_int_equal(woken, 0);
	assert_int_equal(vimsic_topei(&file[1]), 0);
}

static void a_store_to_the_page_is_an_msi_in_either_byte_order(void **s UNUSED)
{
	env(64);
	open_file(63);
	open_file(0);
	store(0, 63 * VIMSIC_PAGE, 77);
	assert_true(take_woken() == 1ULL << 63);
	assert_int_equal(vimsic_claim(&file[63]), TOP(77));
	store(0, 63 * VIMSIC_PAGE + 4, 78u << 24);
	assert_true(take_woken() == 1ULL << 63);
	assert_int_equal(vimsic_claim(&file[63]), TOP(78));
	store(0, 63 * VIMSIC_PAGE + 4, 78);
	store(0, 63 * VIMSIC_PAGE + 4, 1u << 24 | 1);
	store(0, 63 * VIMSIC_PAGE, 78u << 24);
	assert_int_equal(vimsic_claim(&file[63]), 0);
	store(63, 63 * VIMSIC_PAGE, 79); /* to itself: it looks anyway */
	assert_int_equal(take_woken(), 0);
	assert_int_equal(vimsic_claim(&file[63]), TOP(79));
}

static void the_rest_of_a_page_is_read_only_zero(void **s UNUSED)
{
	struct mmio_region r = {0x28000000, 2 * VIMSIC_PAGE, &vimsic_ops, &vm};

	env(2);
	open_file(0);
	open_file(1);
	for (u64 off = 0; off < r.size; off += 4) {
		assert_int_equal(vimsic_ops.read(&vm, &vcpus[0], off, 4), 0);
		if (off % VIMSIC_PAGE > 4)
			store(0, off, 1 | 1u << 24);
	}
	assert_int_equal(vimsic_topei(&file[0]) | vimsic_topei(&file[1]), 0);
	for (u32 size = 1; size <= 8; size *= 2)
		assert_int_equal(mmio_takes(&r, GPA(r.base), size), size == 4);
	assert_false(mmio_takes(&r, GPA(r.base + 2), 4));
}

static void msis_to_a_hardware_file_are_stores_and_nothing_else(void **s UNUSED)
{
	u32 page = 0;

	env(2);
	open_file(1);
	file[1].hw = &page;
	vimsic_send(&vm, 1, 255);
	assert_int_equal(page, 255);
	store(0, VIMSIC_PAGE + 4, 7u << 24);
	assert_int_equal(page, 7);
	vimsic_send(&vm, 1, 256);
	vimsic_send(&vm, 1, 0);
	assert_int_equal(page, 7);
	assert_int_equal(woken, 0);
	assert_false(vimsic_pending(&file[1]));
	vimsic_reset(&file[1]);
	assert_ptr_equal(file[1].hw, &page);
}

static void a_state_is_read_and_loaded_and_msis_in_between_are_kept(void **s UNUSED)
{
	struct vimsic_state state;

	env(2);
	open_file(0);
	csrrw(0, EITHRESHOLD, 200);
	vimsic_send(&vm, 0, 40);
	vimsic_read(&file[0], &state);
	vimsic_send(&vm, 1, 41);
	vimsic_load(&file[1], &state);
	assert_int_equal(csrrs(1, EITHRESHOLD, 0), 200);
	assert_int_equal(vimsic_claim(&file[1]), TOP(40));
	assert_int_equal(vimsic_claim(&file[1]), TOP(41));
	assert_true(vimsic_claim(&file[0]) == TOP(40));
	memset(&state, 0xff, sizeof(state));
	vimsic_load(&file[1], &state);
	assert_int_equal(csrrs(1, EIDELIVERY, 0), 1);
	assert_int_equal(csrrs(1, EITHRESHOLD, 0), 255);
	assert_true(csrrs(1, EIP(0), 0) == ~1ULL && csrrs(1, EIE(0), 0) == ~1ULL);
}

/* ---- against a reference ---- */

static struct ref {
	bool pend[256], enabled[256];
	u32 delivery, threshold;
} ref;

static u32 ref_top(void)
{
	for (u32 id = 1; id < 256; id++)
		if (ref.pend[id] && ref.enabled[id] && (!ref.threshold || id < ref.threshold))
			return id;
	return 0;
}

/* Bits of an array by a random instruction; what is read back is what was there. */
static void ref_array(u64 *seed, bool *array, u64 first)
{
	u32 k = rnd(seed, 4);
	u64 mask = 1ULL << rnd(seed, 64), value = rnd(seed, 2) ? ~0ULL : 0, was = 0, old;

	if (rnd(seed, 8) == 0) {
		mask = ~0ULL;
		value = (u64)rnd32(seed) << 32 | rnd32(seed);
	}
	for (u32 b = 0; b < 64; b++)
		was |= (u64)array[k * 64 + b] << b;
	assert_int_equal(vimsic_reg(&file[0], first + 2 * k, mask, value, &old), OK);
	assert_true(old == was);
	for (u32 b = k == 0; b < 64; b++)
		if (mask >> b & 1)
			array[k * 64 + b] = value >> b & 1;
}

static void ref_step(u64 *seed)
{
	u32 id = rnd(seed, 260), was = ref_top();

	switch (rnd(seed, 8)) {
	case 0:
		ref_array(seed, ref.pend, 0x80);
		break;
	case 1:
		ref_array(seed, ref.enabled, 0xc0);
		break;
	case 2:
		ref.threshold = rnd(seed, 3) ? 0 : id & 255;
		csrrw(0, EITHRESHOLD, ref.threshold | 0xff00);
		break;
	case 3:
		ref.delivery = rnd(seed, 4) != 0;
		csrrw(0, EIDELIVERY, ref.delivery | 2);
		break;
	case 4 ... 5:
		assert_int_equal(vimsic_claim(&file[0]), TOP(was));
		ref.pend[was] = false;
		break;
	default:
		vimsic_send(&vm, 0, id);
		if (id && id < 256) {
			bool news = !ref.pend[id] && ref.enabled[id] && ref.delivery &&
				    (!ref.threshold || id < ref.threshold);

			ref.pend[id] = true;
			assert_int_equal(woken, news);
		}
	}
	woken = 0;
}

static void random_histories_are_those_of_a_simple_file(void **s UNUSED)
{
	for (u64 seed = 1, with = 1; with <= 20; seed = ++with) {
		env(1);
		memset(&ref, 0, sizeof(ref));
		for (u32 n = 0; n < 5000; n++) {
			ref_step(&seed);
			assert_int_equal(vimsic_topei(&file[0]), TOP(ref_top()));
			assert_int_equal(vimsic_pending(&file[0]), ref.delivery && ref_top());
		}
	}
}

/* ---- CPUs at once ---- */

#define SENDERS 3
#define ROUNDS 20000

/*
 * Senders own identities and wait until one was taken before they send it again. The vCPU masks and unmasks, and sleeps when
 * it sees nothing pending. What is lost stalls a sender.
 */
static struct {
	u32 taken[256], stop, lost, senders;
} race;

static void *sender(uintptr_t self)
{
	u64 seed = self * 77;

	for (u32 n = 0; n < ROUNDS && !load_relaxed(&race.lost); n++) {
		u32 id = 1 + (u32)self + SENDERS * rnd(&seed, 80);
		time_t since = time(NULL);

		store_release(&race.taken[id], 0);
		vimsic_send(&vm, 0, id);
		while (!load_acquire(&race.taken[id])) {
			cpu_relax();
			if (time(NULL) - since > STALL_S) {
				store_release(&race.lost, id);
				break;
			}
		}
	}
	if (atomic_add(&race.senders, 1) == SENDERS - 1)
		store_release(&race.stop, 1);
	return NULL;
}

static void mask_something(u64 *seed)
{
	u32 k = rnd(seed, 4);

	if (rnd(seed, 4) == 0) {
		csrrw(0, EIDELIVERY, 0);
		csrrw(0, EIDELIVERY, 1);
	} else if (rnd(seed, 4) == 0) {
		csrrw(0, EITHRESHOLD, 1 + rnd(seed, 200));
		csrrw(0, EITHRESHOLD, 0);
	} else {
		csrrw(0, EIE(k), 0);
		csrrw(0, EIE(k), ~0ULL);
	}
}

/* Awake until its own last access left nothing pending: what comes after that must wake it. */
static void take_all(u64 *seed)
{
	do {
		u32 id = vimsic_claim(&file[0]);

		if (id)
			store_release(&race.taken[id & 0xffff], 1);
		if (rnd(seed, 2))
			mask_something(seed);
	} while (vimsic_pending(&file[0]));
}

static void *receiver(void)
{
	u64 seed = 5;

	while (!load_acquire(&race.stop)) {
		if (!was_woken(0))
			cpu_relax();
		else if (vimsic_pending(&file[0]))
			take_all(&seed);
	}
	return NULL;
}

static void *race_thread(void *arg)
{
	return (uintptr_t)arg < SENDERS ? sender((uintptr_t)arg) : receiver();
}

static void no_msi_is_lost_while_the_vcpu_masks_and_unmasks(void **s UNUSED)
{
	env(1);
	memset(&race, 0, sizeof(race));
	open_file(0);
	run_threads(SENDERS + 1, race_thread);
	assert_int_equal(race.lost, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_reset_a_file_is_empty_and_silent),
		cmocka_unit_test(what_each_register_keeps_of_all_ones_is_what_exists),
		cmocka_unit_test(register_numbers_beyond_32_bits_do_not_exist),
		cmocka_unit_test(set_and_clear_forms_change_only_the_bits_named),
		cmocka_unit_test(delivery_by_a_plic_or_aplic_cannot_be_chosen),
		cmocka_unit_test(the_lowest_pending_and_enabled_identity_is_on_top),
		cmocka_unit_test(a_threshold_hides_itself_and_what_is_above),
		cmocka_unit_test(without_delivery_nothing_is_signalled_but_it_can_be_claimed),
		cmocka_unit_test(pending_bits_written_by_the_guest_count_as_msis),
		cmocka_unit_test(an_msi_wakes_its_vcpu_only_when_it_can_be_delivered),
		cmocka_unit_test(msis_to_nobody_or_without_identity_are_ignored),
		cmocka_unit_test(a_store_to_the_page_is_an_msi_in_either_byte_order),
		cmocka_unit_test(the_rest_of_a_page_is_read_only_zero),
		cmocka_unit_test(msis_to_a_hardware_file_are_stores_and_nothing_else),
		cmocka_unit_test(a_state_is_read_and_loaded_and_msis_in_between_are_kept),
		cmocka_unit_test(random_histories_are_those_of_a_simple_file),
		cmocka_unit_test(no_msi_is_lost_while_the_vcpu_masks_and_unmasks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
