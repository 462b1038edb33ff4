/* SPDX-License-Identifier: Apache-2.0 */
/* More interrupts in flight than list registers.
 * SOURCES: arch/arm64/vgic.c arch/arm64/vgic_line.c arch/arm64/vgic_lr.c arch/arm64/vgic_bank.c arch/arm64/vgic_dist.c arch/arm64/vgic_redist.c arch/arm64/vgic_cpuif.c tests/unit/fake_gic.c hal/fake/fake.c */
#include "tests/unit/vgic_env.h"

/* Acknowledge, with the maintenance interrupts that a real machine would take before and after. */
static u32 take(u32 group)
{
	u32 intid;

	maintenance();
	intid = fake_guest_iar(group);
	maintenance();
	return intid;
}

static void finish(u32 intid)
{
	eoi(intid);
	maintenance();
}

static void twenty_pending_come_in_order_of_priority(void **s UNUSED)
{
	env(1, 4, false);
	for (u32 i = 0; i < 20; i++)
		setup_irq(40 + i, 8 * ((i * 7) % 20), true);
	gicd_wr(ISPENDR + 4, 4, 0xffffff00);
	for (u32 prio = 0; prio < 20; prio++) {
		u32 intid = take(1);

		assert_in_range(intid, 40, 59);
		assert_int_equal(gicd_rd(IPRIORITYR + intid, 1), 8 * prio);
		finish(intid);
	}
	assert_int_equal(take(1), FAKE_NONE);
	assert_false(fake_gic_here()->hcr & ICH_HCR_NPIE);
	env_done();
}

static void a_flood_of_all_spis_is_taken_completely(void **s UNUSED)
{
	u32 n = 0;

	env(1, 4, false);
	for (u32 w = 1; w < 32; w++) {
		gicd_wr(IGROUPR + 4 * w, 4, ~0u);
		gicd_wr(ICFGR + 8 * w, 4, 0xaaaaaaaa);
		gicd_wr(ICFGR + 8 * w + 4, 4, 0xaaaaaaaa);
		gicd_wr(ISENABLER + 4 * w, 4, ~0u);
		gicd_wr(ISPENDR + 4 * w, 4, ~0u);
	}
	for (u32 intid = take(1); intid != FAKE_NONE; intid = take(1), n++)
		finish(intid);
	assert_int_equal(n, VGIC_SPIS);
	for (u32 w = 1; w < 32; w++)
		assert_int_equal(gicd_rd(ISPENDR + 4 * w, 4) | gicd_rd(ISACTIVER + 4 * w, 4), 0);
	env_done();
}

static void a_more_urgent_one_takes_the_place_of_a_less_urgent_one(void **s UNUSED)
{
	env(1, 4, false);
	for (u32 i = 0; i < 6; i++) {
		setup_irq(40 + i, 0xa0 + 8 * i, true);
		set_bit(ISPENDR, 40 + i);
	}
	setup_irq(60, 0x10, true);
	vgic_set_spi(&g, me(), 60, true);
	assert_int_equal(take(1), 60);
	finish(60);
	for (u32 i = 0; i < 6; i++) {
		assert_int_equal(take(1), 40 + i);
		finish(40 + i);
	}
	env_done();
}

static void an_sgi_gets_through_an_overflow(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(7, 0x10, false);
	for (u32 i = 0; i < 8; i++) {
		setup_irq(40 + i, 0xa0, true);
		set_bit(ISPENDR, 40 + i);
	}
	vgic_sgi(me(), VGIC_SGI1R, 7ULL << 24 | 1);
	assert_int_equal(take(1), 7);
	vgic_sgi(me(), VGIC_SGI1R, 7ULL << 24 | 1);
	finish(7);
	assert_int_equal(take(1), 7);
	finish(7);
	env_done();
}

/* Nests `depth` deep on nr_lr list registers and comes back. */
static void nest(u32 nr_lr, u32 depth, bool eoimode)
{
	env(1, nr_lr, eoimode);
	for (u32 i = 0; i < depth; i++)
		setup_irq(40 + i, 0xf0 - 8 * i, true);
	for (u32 i = 0; i < depth; i++) {
		set_bit(ISPENDR, 40 + i);
		assert_int_equal(take(1), 40 + i);
	}
	for (u32 i = 0; i < depth; i++)
		assert_true(get_bit(ISACTIVER, 40 + i));
	for (u32 i = depth; i-- > 0;) {
		finish(40 + i);
		if (eoimode) {
			assert_true(get_bit(ISACTIVER, 40 + i));
			dir(40 + i);
			maintenance();
		}
		assert_false(get_bit(ISACTIVER, 40 + i));
	}
	assert_int_equal(fake_gic_here()->apr[1][0], 0);
	assert_int_equal(take(1), FAKE_NONE);
	env_done();
}

static void nesting_deeper_than_the_list_registers_unwinds_by_eoi(void **s UNUSED)
{
	nest(4, 12, false);
	nest(2, 25, false);
	nest(1, 8, false);
}

static void nesting_deeper_than_the_list_registers_unwinds_by_dir(void **s UNUSED)
{
	nest(4, 12, true);
	nest(2, 25, true);
	nest(1, 8, true);
}

static void with_eoimode_1_many_are_active_and_deactivated_in_any_order(void **s UNUSED)
{
	env(1, 4, true);
	for (u32 i = 0; i < 10; i++) {
		setup_irq(40 + i, 0x80, true);
		set_bit(ISPENDR, 40 + i);
	}
	for (u32 i = 0; i < 10; i++) {
		u32 intid = take(1);

		assert_in_range(intid, 40, 49);
		finish(intid);
		assert_true(get_bit(ISACTIVER, intid));
	}
	assert_true(fake_gic_here()->hcr & ICH_HCR_TDIR);
	for (u32 i = 0; i < 10; i++) {
		u32 intid = 40 + (i * 7) % 10;

		dir(intid);
		maintenance();
		assert_false(get_bit(ISACTIVER, intid));
	}
	assert_int_equal(gicd_rd(ISACTIVER + 4, 4), 0);
	env_done();
}

static void without_tdir_all_common_registers_trap_instead(void **s UNUSED)
{
	env(1, 1, true);
	ich_features.tdir = false;
	for (u32 i = 0; i < 3; i++) {
		setup_irq(40 + i, 0x80, true);
		set_bit(ISPENDR, 40 + i);
		assert_int_equal(take(1), 40 + i);
		finish(40 + i);
	}
	maintenance();
	assert_true(fake_gic_here()->hcr & ICH_HCR_TC);
	assert_false(fake_gic_here()->hcr & ICH_HCR_TDIR);
	for (u32 i = 0; i < 3; i++)
		dir(40 + i);
	vgic_cpu_resync(me());
	assert_false(fake_gic_here()->hcr & ICH_HCR_TC);
	assert_int_equal(gicd_rd(ISACTIVER + 4, 4), 0);
	env_done();
}

static void a_group_the_guest_masks_does_not_starve_the_other(void **s UNUSED)
{
	env(1, 4, false);
	fake_guest_setup(false, true, 0xff, false);
	for (u32 i = 0; i < 8; i++) { /* group 0, most urgent */
		set_edge(40 + i);
		set_bit(ISENABLER, 40 + i);
		set_bit(ISPENDR, 40 + i);
	}
	setup_irq(60, 0xf0, true);
	set_bit(ISPENDR, 60);
	assert_int_equal(take(1), 60);
	finish(60);
	/* now the guest turns group 0 on: told by a maintenance interrupt */
	for (u32 i = 0; i < 8; i++)
		setup_irq(70 + i, 0xe0, true), set_bit(ISPENDR, 70 + i);
	fake_guest_setup(true, true, 0xff, false);
	assert_true(maintenance() > 0);
	for (u32 i = 0; i < 8; i++) {
		u32 intid = take(0);

		assert_in_range(intid, 40, 47);
		fake_guest_eoir(0, intid);
	}
	for (u32 i = 0; i < 8; i++) {
		u32 intid = take(1);

		assert_in_range(intid, 70, 77);
		finish(intid);
	}
	env_done();
}

static void levels_that_stay_up_share_the_list_registers_fairly(void **s UNUSED)
{
	u32 seen[6] = {0};

	env(1, 2, false);
	for (u32 i = 0; i < 6; i++) {
		setup_irq(40 + i, 0x80, false);
		vgic_set_spi(&g, me(), 40 + i, true);
	}
	for (u32 i = 0; i < 6; i++) {
		u32 intid = take(1);

		assert_in_range(intid, 40, 45);
		seen[intid - 40]++;
		vgic_set_spi(&g, me(), intid, false);
		finish(intid);
	}
	for (u32 i = 0; i < 6; i++)
		assert_int_equal(seen[i], 1);
	env_done();
}

static void put_and_load_in_the_middle_of_an_overflow_lose_nothing(void **s UNUSED)
{
	env(1, 2, false);
	for (u32 i = 0; i < 10; i++)
		setup_irq(40 + i, 0xf0 - 8 * i, true);
	for (u32 i = 0; i < 5; i++) {
		set_bit(ISPENDR, 40 + i);
		assert_int_equal(take(1), 40 + i);
	}
	for (u32 i = 5; i < 10; i++)
		set_bit(ISPENDR, 40 + i);
	for (u32 i = 10; i-- > 5;) {
		vgic_cpu_put(me());
		vgic_cpu_load(me());
		assert_int_equal(take(1), 40 + i);
		vgic_cpu_put(me());
		vgic_cpu_load(me());
		finish(40 + i);
	}
	for (u32 i = 5; i-- > 0;) {
		finish(40 + i);
		vgic_cpu_put(me());
		vgic_cpu_load(me());
	}
	assert_int_equal(gicd_rd(ISACTIVER + 4, 4) | gicd_rd(ISPENDR + 4, 4), 0);
	env_done();
}

static void an_eoi_without_list_register_counts_even_across_a_put(void **s UNUSED)
{
	env(1, 1, false);
	setup_irq(40, 0x80, true);
	setup_irq(41, 0x40, true);
	set_bit(ISPENDR, 40);
	assert_int_equal(take(1), 40);
	set_bit(ISPENDR, 41);
	assert_int_equal(take(1), 41);
	finish(41);
	/* 40 is active; pend something that takes its LR but is masked by running priority */
	setup_irq(42, 0xc0, true);
	set_bit(ISPENDR, 42);
	assert_int_equal(fake_guest_pending(NULL), FAKE_NONE);
	eoi(40); /* no LR: EOIcount */
	vgic_cpu_put(me());
	vgic_cpu_load(me());
	assert_false(get_bit(ISACTIVER, 40));
	assert_int_equal(take(1), 42);
	env_done();
}

static void a_spurious_eoi_deactivates_nothing(void **s UNUSED)
{
	env(1, 4, false);
	set_bit(ISACTIVER, 40);
	eoi(40); /* nothing is acknowledged: no priority to drop */
	maintenance();
	assert_true(get_bit(ISACTIVER, 40));
	env_done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twenty_pending_come_in_order_of_priority),
		cmocka_unit_test(a_flood_of_all_spis_is_taken_completely),
		cmocka_unit_test(a_more_urgent_one_takes_the_place_of_a_less_urgent_one),
		cmocka_unit_test(an_sgi_gets_through_an_overflow),
		cmocka_unit_test(nesting_deeper_than_the_list_registers_unwinds_by_eoi),
		cmocka_unit_test(nesting_deeper_than_the_list_registers_unwinds_by_dir),
		cmocka_unit_test(with_eoimode_1_many_are_active_and_deactivated_in_any_order),
		cmocka_unit_test(without_tdir_all_common_registers_trap_instead),
		cmocka_unit_test(a_group_the_guest_masks_does_not_starve_the_other),
		cmocka_unit_test(levels_that_stay_up_share_the_list_registers_fairly),
		cmocka_unit_test(put_and_load_in_the_middle_of_an_overflow_lose_nothing),
		cmocka_unit_test(an_eoi_without_list_register_counts_even_across_a_put),
		cmocka_unit_test(a_spurious_eoi_deactivates_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
