/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual PLIC: gateways, claims, contexts, lines from other CPUs.
 * SOURCES: arch/riscv/vplic.c */
#include "arch/riscv/vplic.h"
#include "tests/unit/rv_irq_env.h"

#define PENDING 0x1000u
#define ENABLE(vcpu) (0x2000u + 0x80 * VPLIC_CONTEXT(vcpu))
#define THRESHOLD(vcpu) (0x200000u + 0x1000 * VPLIC_CONTEXT(vcpu))
#define CLAIM(vcpu) (THRESHOLD(vcpu) + 4)

static struct vplic plic;

static void env(u16 nr)
{
	vm_of(nr);
	memset(&plic, 0, sizeof(plic));
	vplic_init(&plic, &vm);
}

/* Accesses by vCPU `by`. */
static u32 rd_by(u32 by, u64 off)
{
	return (u32)vplic_ops.read(&plic, &vcpus[by], off, 4);
}

static void wr_by(u32 by, u64 off, u32 value)
{
	vplic_ops.write(&plic, &vcpus[by], off, 4, value);
}

static u32 rd(u64 off)
{
	return rd_by(0, off);
}

static void wr(u64 off, u32 value)
{
	wr_by(0, off, value);
}

static u32 claim(u32 vcpu)
{
	return rd_by(vcpu, CLAIM(vcpu));
}

static void complete(u32 vcpu, u32 source)
{
	wr_by(vcpu, CLAIM(vcpu), source);
}

static void enable(u32 vcpu, u32 source, bool on)
{
	u32 off = ENABLE(vcpu) + source / 32 * 4, old = rd_by(vcpu, off), bit = 1u << source % 32;

	wr_by(vcpu, off, on ? old | bit : old & ~bit);
}

static void setup(u32 vcpu, u32 source, u32 priority)
{
	wr(source * 4, priority);
	enable(vcpu, source, true);
}

static bool is_pending(u32 source)
{
	return rd(PENDING + source / 32 * 4) >> source % 32 & 1;
}

/* ---- one interrupt ---- */

static void a_line_that_rises_is_notified_claimed_and_completed_once(void **s UNUSED)
{
	env(1);
	setup(0, 10, 1);
	vplic_line(&plic, 10, true);
	assert_int_equal(take_woken(), 1);
	assert_true(vplic_pending(&plic, 0) && is_pending(10));
	assert_int_equal(claim(0), 10);
	assert_false(vplic_pending(&plic, 0) || is_pending(10));
	assert_int_equal(claim(0), 0);
	vplic_line(&plic, 10, false);
	complete(0, 10);
	assert_false(vplic_pending(&plic, 0) || is_pending(10));
	assert_int_equal(woken, 0);
}

static void a_line_still_high_at_completion_is_pending_again(void **s UNUSED)
{
	env(2);
	setup(0, 95, 7);
	enable(1, 95, true);
	vplic_line(&plic, 95, true);
	assert_int_equal(claim(0), 95);
	take_woken();
	complete(0, 95);
	assert_true(is_pending(95) && vplic_pending(&plic, 0));
	assert_int_equal(take_woken(), 1 << 1); /* itself looks anyway */
	assert_int_equal(claim(1), 95);
}

static void a_request_is_not_withdrawn_when_the_line_falls(void **s UNUSED)
{
	env(1);
	setup(0, 33, 1);
	vplic_line(&plic, 33, true);
	vplic_line(&plic, 33, false);
	assert_true(vplic_pending(&plic, 0));
	assert_int_equal(claim(0), 33);
	complete(0, 33);
	assert_false(is_pending(33));
}

static void a_line_that_rose_and_fell_while_busy_is_forgotten(void **s UNUSED)
{
	env(1);
	setup(0, 1, 1);
	vplic_line(&plic, 1, true);
	assert_int_equal(claim(0), 1);
	vplic_line(&plic, 1, false);
	take_woken();
	vplic_line(&plic, 1, true);
	assert_false(vplic_pending(&plic, 0) || is_pending(1));
	assert_int_equal(woken, 0);
	vplic_line(&plic, 1, false);
	complete(0, 1);
	assert_false(vplic_pending(&plic, 0) || is_pending(1));
	vplic_line(&plic, 1, true);
	assert_int_equal(take_woken(), 1);
	assert_int_equal(claim(0), 1);
}

static void a_line_that_rose_again_while_busy_is_pending_after_completion(void **s UNUSED)
{
	env(1);
	setup(0, 64, 1);
	vplic_line(&plic, 64, true);
	assert_int_equal(claim(0), 64);
	vplic_line(&plic, 64, false);
	vplic_line(&plic, 64, true);
	complete(0, 64);
	assert_int_equal(claim(0), 64);
}

static void a_line_driven_twice_to_the_same_level_is_driven_once(void **s UNUSED)
{
	env(1);
	setup(0, 5, 1);
	vplic_line(&plic, 5, true);
	take_woken();
	vplic_line(&plic, 5, true);
	assert_int_equal(woken, 0);
	assert_int_equal(claim(0), 5);
	vplic_line(&plic, 5, true);
	assert_false(is_pending(5));
}

static void lines_that_do_not_exist_are_ignored(void **s UNUSED)
{
	static const u32 irqs[] = {0, 96, 97, 127, 1023, 1u << 31, ~0u};

	env(1);
	for (u32 w = 0; w < 3; w++)
		wr(ENABLE(0) + w * 4, ~0u);
	for (u32 i = 0; i < ARRAY_SIZE(irqs); i++)
		vplic_line(&plic, irqs[i], true);
	for (u32 w = 0; w < 32; w++)
		assert_int_equal(rd(PENDING + w * 4), 0);
	assert_int_equal(woken, 0);
}

/* ---- completion ---- */

static void a_completion_of_what_is_not_enabled_or_not_claimed_is_ignored(void **s UNUSED)
{
	static const u32 ids[] = {0, 96, 97, 128, 1023, 7 | 1u << 31, ~0u};

	env(2);
	setup(0, 7, 1);
	vplic_line(&plic, 7, true);
	complete(0, 7); /* pending, not claimed */
	assert_int_equal(claim(0), 7);
	for (u32 i = 0; i < ARRAY_SIZE(ids); i++)
		complete(0, ids[i]);
	complete(1, 7); /* not enabled there */
	assert_false(is_pending(7));
	enable(0, 7, false);
	complete(0, 7);
	assert_false(is_pending(7));
	enable(1, 7, true);
	complete(1, 7); /* by another that has it enabled */
	assert_true(is_pending(7));
}

/* ---- order ---- */

static void the_highest_priority_then_the_lowest_number_is_claimed_first(void **s UNUSED)
{
	static const u8 order[][2] = {{40, 7}, {95, 7}, {3, 4}, {31, 3}, {32, 3}, {64, 2}, {2, 1}, {94, 1}};

	env(1);
	for (u32 i = ARRAY_SIZE(order); i-- > 0;) {
		setup(0, order[i][0], order[i][1]);
		vplic_line(&plic, order[i][0], true);
	}
	for (u32 i = 0; i < ARRAY_SIZE(order); i++)
		assert_int_equal(claim(0), order[i][0]);
	assert_int_equal(claim(0), 0);
}

static void priority_0_never_interrupts_and_is_never_claimed(void **s UNUSED)
{
	env(2);
	setup(0, 9, 0);
	vplic_line(&plic, 9, true);
	assert_int_equal(woken, 0);
	assert_true(is_pending(9));
	assert_false(vplic_pending(&plic, 0));
	assert_int_equal(claim(0), 0);
	wr_by(1, 9 * 4, 1);
	assert_int_equal(take_woken(), 1);
	assert_true(vplic_pending(&plic, 0));
	wr_by(1, 9 * 4, 0);
	assert_int_equal(take_woken(), 1); /* to take its notification back */
	assert_false(vplic_pending(&plic, 0));
}

static void a_threshold_masks_up_to_itself_but_not_claims(void **s UNUSED)
{
	env(2);
	for (u32 priority = 1; priority <= 7; priority++) {
		setup(0, priority, priority);
		for (u32 threshold = 0; threshold <= 7; threshold++) {
			wr_by(1, THRESHOLD(0), threshold);
			assert_int_equal(take_woken(), 1);
			vplic_line(&plic, priority, true);
			assert_int_equal(take_woken(), priority > threshold);
			assert_int_equal(vplic_pending(&plic, 0), priority > threshold);
			vplic_line(&plic, priority, false);
			assert_int_equal(claim(0), priority);
			complete(0, priority);
		}
	}
}

/* ---- contexts ---- */

static void each_vcpu_that_has_a_source_enabled_is_notified_and_one_gets_it(void **s UNUSED)
{
	env(64);
	setup(0, 50, 2);
	enable(17, 50, true);
	enable(63, 50, true);
	wr(THRESHOLD(17), 2);
	take_woken();
	vplic_line(&plic, 50, true);
	assert_true(take_woken() == (1ULL << 63 | 1));
	assert_false(vplic_pending(&plic, 17) || vplic_pending(&plic, 1));
	assert_int_equal(claim(63), 50);
	assert_false(vplic_pending(&plic, 0));
	assert_int_equal(claim(0), 0);
}

static void another_vcpu_is_told_when_its_configuration_is_changed(void **s UNUSED)
{
	env(3);
	wr(20 * 4, 3);
	vplic_line(&plic, 20, true);
	wr_by(0, ENABLE(2), 1u << 20);
	assert_int_equal(take_woken(), 1 << 2);
	assert_true(vplic_pending(&plic, 2));
	wr_by(0, THRESHOLD(2), 3);
	assert_int_equal(take_woken(), 1 << 2);
	assert_false(vplic_pending(&plic, 2));
	wr_by(0, ENABLE(2), 0);
	assert_int_equal(take_woken(), 1 << 2);
	wr_by(2, ENABLE(2), 1u << 20);
	wr_by(2, THRESHOLD(2), 0);
	assert_int_equal(take_woken(), 0); /* itself looks anyway */
	assert_true(vplic_pending(&plic, 2));
}

static void machine_mode_and_absent_contexts_read_zero_and_ignore_writes(void **s UNUSED)
{
	env(3);
	for (u32 i = 1; i < 96; i++)
		wr(i * 4, 7);
	for (u32 context = 0; context < 0x400; context++) {
		if ((context & 1) && context / 2 < 3)
			continue;
		for (u32 w = 0; w < 32; w++)
			wr(0x2000 + context * 0x80 + w * 4, ~0u);
		wr(0x200000 + context * 0x1000, 7);
	}
	vplic_line(&plic, 1, true);
	assert_int_equal(woken, 0);
	for (u32 context = 0; context < 0x400; context++) {
		for (u32 w = 0; w < 32; w++)
			assert_int_equal(rd(0x2000 + context * 0x80 + w * 4), 0);
		assert_int_equal(rd(0x200000 + context * 0x1000), 0);
		assert_int_equal(rd(0x200004 + context * 0x1000), 0);
	}
}

/* ---- the region ---- */

/* What a register that exists keeps of all ones. */
static u32 writable(u64 off, u32 nr)
{
	if (off < 0x1000)
		return off >= 4 && off < 96 * 4 ? 7 : 0;
	if (off < 0x200000)
		for (u32 i = 0; i < nr; i++)
			if (off >= ENABLE(i) && off < ENABLE(i) + 12)
				return off == ENABLE(i) ? ~1u : ~0u;
	for (u32 i = 0; i < nr; i++)
		if (off == THRESHOLD(i))
			return 7;
	return 0;
}

static void sweep(u32 value)
{
	env(2);
	for (u64 off = 0; off < VPLIC_SIZE; off += 4) {
		u32 old = rd(off);

		assert_int_equal(old, 0);
		wr(off, value);
		assert_int_equal(rd(off), value & writable(off, 2));
		wr(off, 0);
	}
	assert_true(!vplic_pending(&plic, 0) && !vplic_pending(&plic, 1));
}

static void every_offset_keeps_what_its_register_has_and_nothing_else(void **s UNUSED)
{
	u64 seed = 3;

	sweep(~0u);
	sweep(rnd32(&seed));
	assert_int_equal(VPLIC_SIZE, 0x600000);
}

static void only_aligned_words_are_taken(void **s UNUSED)
{
	struct mmio_region r = {0x0c000000, VPLIC_SIZE, &vplic_ops, &plic};

	for (u32 size = 1; size <= 8; size *= 2)
		assert_int_equal(mmio_takes(&r, GPA(r.base + 0x200000), size), size == 4);
	assert_false(mmio_takes(&r, GPA(r.base + 2), 4));
	assert_true(mmio_takes(&r, GPA(r.base + VPLIC_SIZE - 4), 4));
}

static void after_a_reset_nothing_is_left(void **s UNUSED)
{
	struct vplic empty;

	env(64);
	memcpy(&empty, &plic, sizeof(plic));
	for (u32 i = 0; i < 64; i++)
		for (u32 n = 1; n < 96; n++)
			setup(i, n, 5);
	wr(THRESHOLD(63), 2);
	for (u32 n = 1; n < 96; n++)
		vplic_line(&plic, n, true);
	assert_int_equal(claim(5), 1);
	vplic_reset(&plic);
	plic.lock = empty.lock;
	assert_memory_equal(&plic, &empty, sizeof(plic));
	take_woken();
}

/* ---- against a reference ---- */

#define REF_VCPUS 3

static struct ref {
	bool line[96], pend[96], busy[96], enable[REF_VCPUS][96];
	u32 priority[96], threshold[REF_VCPUS];
} ref;

static u32 ref_top(u32 vcpu, u32 threshold)
{
	u32 best = 0, priority = threshold;

	for (u32 n = 1; n < 96; n++)
		if (ref.pend[n] && ref.enable[vcpu][n] && ref.priority[n] > priority) {
			best = n;
			priority = ref.priority[n];
		}
	return best;
}

static void ref_claim(u32 by, u32 vcpu)
{
	u32 n = ref_top(vcpu, 0);

	assert_int_equal(rd_by(by, CLAIM(vcpu)), n);
	ref.pend[n] = false;
	ref.busy[n] = n != 0;
}

static void ref_complete(u32 by, u32 vcpu, u32 n)
{
	wr_by(by, CLAIM(vcpu), n);
	if (n < 96 && ref.enable[vcpu][n] && ref.busy[n]) {
		ref.busy[n] = false;
		ref.pend[n] = ref.line[n];
	}
}

static void ref_line(u32 n)
{
	if (n >= 96)
		return;
	ref.line[n] = !ref.line[n];
	vplic_line(&plic, n, ref.line[n]);
	if (ref.line[n] && !ref.busy[n])
		ref.pend[n] = true;
}

static void ref_enable(u64 *seed, u32 by, u32 vcpu)
{
	u32 w = rnd(seed, 3), bits = rnd32(seed) | rnd32(seed);

	wr_by(by, ENABLE(vcpu) + w * 4, bits);
	for (u32 i = w == 0; i < 32; i++)
		ref.enable[vcpu][w * 32 + i] = bits >> i & 1;
}

/* Returns the vCPU whose access it was, or REF_VCPUS: a device. */
static u32 ref_step(u64 *seed)
{
	u32 n = 1 + rnd(seed, 97), by = rnd(seed, REF_VCPUS), vcpu = rnd(seed, 4) ? by : rnd(seed, REF_VCPUS);

	switch (rnd(seed, 16)) {
	case 0 ... 5:
		ref_line(n);
		return REF_VCPUS;
	case 6 ... 8:
		ref_claim(by, vcpu);
		break;
	case 9 ... 11:
		ref_complete(by, vcpu, n);
		break;
	case 12:
		ref.threshold[vcpu] = rnd(seed, 8);
		wr_by(by, THRESHOLD(vcpu), ref.threshold[vcpu] | 0x1230);
		break;
	case 13:
		ref_enable(seed, by, vcpu);
		break;
	default:
		if (n < 96)
			ref.priority[n] = rnd(seed, 8);
		wr_by(by, n * 4, n < 96 ? ref.priority[n] | 8 : ~0u);
	}
	return by;
}

static void ref_check(u32 by, bool *signal)
{
	for (u32 i = 0; i < REF_VCPUS; i++) {
		bool now = ref_top(i, ref.threshold[i]) != 0;

		/* whoever was neither woken nor acted has the signal it had, or a stale one that a claim clears */
		assert_int_equal(vplic_pending(&plic, i), now);
		if (was_woken(i) || i == by)
			signal[i] = now;
		assert_true(signal[i] || !now);
	}
	for (u32 n = 0; n < 96; n++)
		assert_int_equal(is_pending(n), ref.pend[n]);
}

static void random_histories_are_those_of_a_simple_plic(void **s UNUSED)
{
	for (u64 seed = 1, with = 1; with <= 20; seed = ++with) {
		bool signal[REF_VCPUS] = {false};

		env(REF_VCPUS);
		memset(&ref, 0, sizeof(ref));
		for (u32 n = 0; n < 3000; n++)
			ref_check(ref_step(&seed), signal);
	}
}

/* ---- CPUs at once ---- */

#define DEVICES 2
#define GUESTS 2
#define PER_DEVICE 3
#define ROUNDS 8000

/*
 * A device raises one of its lines and waits until a guest, in the handler, has made it fall. Guests sleep unless they are
 * woken; awake, they mask, change priorities and claim until their own last access left nothing pending.
 */
static struct {
	u32 serving[96]; /* claimed now, by how many */
	u32 wanted[96];  /* raised, not served */
	u32 wrong, lost, devices, stop;
} race;

static u32 source_of(u32 device, u32 k)
{
	return 31 + device + k * DEVICES; /* across a word's border */
}

static void *device(u32 self)
{
	u64 seed = self + 99;

	for (u32 n = 0; n < ROUNDS && !load_relaxed(&race.lost); n++) {
		u32 source = source_of(self, rnd(&seed, PER_DEVICE));
		time_t since = time(NULL);

		store_release(&race.wanted[source], 1);
		vplic_line(&plic, source, true);
		while (load_acquire(&race.wanted[source])) {
			cpu_relax();
			if (time(NULL) - since > STALL_S) {
				store_release(&race.lost, source);
				break;
			}
		}
		vplic_line(&plic, source, false);
	}
	if (atomic_add(&race.devices, 1) == DEVICES - 1)
		store_release(&race.stop, 1);
	return NULL;
}

static void serve(u32 self, u32 source)
{
	if (!source)
		return;
	if (atomic_add(&race.serving[source], 1))
		atomic_or(&race.wrong, 1);
	store_release(&race.wanted[source], 0);
	atomic_add(&race.serving[source], -1u);
	complete(self, source);
}

static void reconfigure(u32 self, u64 *seed)
{
	u32 source = source_of(rnd(seed, DEVICES), rnd(seed, PER_DEVICE));

	switch (rnd(seed, 3)) {
	case 0:
		wr_by(self, THRESHOLD(self), 7);
		wr_by(self, THRESHOLD(self), 0);
		break;
	case 1:
		wr_by(self, source * 4, 0);
		wr_by(self, source * 4, 1 + rnd(seed, 7));
		break;
	default: /* of what it has not claimed: a completion must not be ignored */
		wr_by(self, ENABLE(self) + 4, 0);
		wr_by(self, ENABLE(self) + 4, ~0u);
	}
}

static void *guest(u32 self)
{
	u64 seed = self + 7;

	while (!load_acquire(&race.stop)) {
		if (!was_woken(self)) {
			cpu_relax();
			continue;
		}
		while (vplic_pending(&plic, self)) {
			serve(self, claim(self));
			if (rnd(&seed, 2))
				reconfigure(self, &seed);
		}
	}
	return NULL;
}

static void *race_thread(void *arg)
{
	u32 i = (u32)(uintptr_t)arg;

	return i < DEVICES ? device(i) : guest(i - DEVICES);
}

static void no_interrupt_is_lost_or_served_twice_while_vcpus_reconfigure(void **s UNUSED)
{
	env(GUESTS);
	memset(&race, 0, sizeof(race));
	for (u32 i = 0; i < GUESTS; i++)
		for (u32 w = 0; w < 3; w++)
			wr(ENABLE(i) + w * 4, ~0u);
	for (u32 n = 1; n < 96; n++)
		wr(n * 4, 1);
	run_threads(DEVICES + GUESTS, race_thread);
	assert_int_equal(race.lost, 0);
	assert_int_equal(race.wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_that_rises_is_notified_claimed_and_completed_once),
		cmocka_unit_test(a_line_still_high_at_completion_is_pending_again),
		cmocka_unit_test(a_request_is_not_withdrawn_when_the_line_falls),
		cmocka_unit_test(a_line_that_rose_and_fell_while_busy_is_forgotten),
		cmocka_unit_test(a_line_that_rose_again_while_busy_is_pending_after_completion),
		cmocka_unit_test(a_line_driven_twice_to_the_same_level_is_driven_once),
		cmocka_unit_test(lines_that_do_not_exist_are_ignored),
		cmocka_unit_test(a_completion_of_what_is_not_enabled_or_not_claimed_is_ignored),
		cmocka_unit_test(the_highest_priority_then_the_lowest_number_is_claimed_first),
		cmocka_unit_test(priority_0_never_interrupts_and_is_never_claimed),
		cmocka_unit_test(a_threshold_masks_up_to_itself_but_not_claims),
		cmocka_unit_test(each_vcpu_that_has_a_source_enabled_is_notified_and_one_gets_it),
		cmocka_unit_test(another_vcpu_is_told_when_its_configuration_is_changed),
		cmocka_unit_test(machine_mode_and_absent_contexts_read_zero_and_ignore_writes),
		cmocka_unit_test(every_offset_keeps_what_its_register_has_and_nothing_else),
		cmocka_unit_test(only_aligned_words_are_taken),
		cmocka_unit_test(after_a_reset_nothing_is_left),
		cmocka_unit_test(random_histories_are_those_of_a_simple_plic),
		cmocka_unit_test(no_interrupt_is_lost_or_served_twice_while_vcpus_reconfigure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
