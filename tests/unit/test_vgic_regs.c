/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual GIC's registers.
 * SOURCES: arch/arm64/vgic.c arch/arm64/vgic_line.c arch/arm64/vgic_lr.c arch/arm64/vgic_bank.c arch/arm64/vgic_dist.c arch/arm64/vgic_redist.c arch/arm64/vgic_cpuif.c tests/unit/fake_gic.c hal/fake/fake.c */
#include "tests/unit/vgic_env.h"

static void identification_says_gicv3_with_one_security_state_and_no_lpis(void **s UNUSED)
{
	u32 typer;

	env(3, 4, false);
	typer = (u32)gicd_rd(0x4, 4);
	assert_int_equal(typer & 31, 31);
	assert_int_equal(typer >> 17 & 1, 0); /* LPIS */
	assert_int_equal(typer >> 10 & 1, 0); /* SecurityExtn */
	assert_int_equal(gicd_rd(0xffe8, 4) >> 4 & 0xf, 3);
	assert_int_equal(gicr_rd(1, 0xffe8, 4) >> 4 & 0xf, 3);
	assert_int_equal(gicd_rd(0xfff0, 4), 0x0d);
	assert_int_equal(gicd_rd(0xfffc, 4), 0xb1);
	assert_int_equal(gicd_rd(0x8, 4), gicr_rd(0, 0x4, 4));
	assert_int_equal(gicd_rd(GICD_CTLR, 4), 0x53); /* DS, ARE, both groups */
	env_done();
}

static void control_keeps_only_the_group_enables(void **s UNUSED)
{
	env(1, 4, false);
	gicd_wr(GICD_CTLR, 4, 0);
	assert_int_equal(gicd_rd(GICD_CTLR, 4), 0x50);
	gicd_wr(GICD_CTLR, 4, 0xffffffff);
	assert_int_equal(gicd_rd(GICD_CTLR, 4), 0x53);
	env_done();
}

static void redistributor_types_give_affinity_number_and_last(void **s UNUSED)
{
	env(18, 4, false);
	assert_int_equal(gicr_rd(0, 8, 8), 0);
	assert_int_equal(gicr_rd(15, 8, 8), 15ULL << 32 | 15 << 8);
	assert_int_equal(gicr_rd(16, 8, 8), 0x100ULL << 32 | 16 << 8);
	assert_int_equal(gicr_rd(17, 8, 8), 0x101ULL << 32 | 17 << 8 | 1 << 4);
	assert_int_equal(gicr_rd(17, 8, 4), 17 << 8 | 1 << 4);
	assert_int_equal(gicr_rd(17, 12, 4), 0x101);
	env_done();
}

static void waker_starts_asleep_and_follows_what_is_written(void **s UNUSED)
{
	env(1, 4, false);
	assert_int_equal(gicr_rd(0, 0x14, 4), 6);
	gicr_wr(0, 0x14, 4, 0);
	assert_int_equal(gicr_rd(0, 0x14, 4), 0);
	env_done();
}

static void distributor_has_nothing_for_private_interrupts(void **s UNUSED)
{
	static const u32 arrays[] = {IGROUPR, ISENABLER, ISPENDR, ISACTIVER, IPRIORITYR, ICFGR, ICFGR + 4};

	env(1, 4, false);
	for (u32 i = 0; i < ARRAY_SIZE(arrays); i++) {
		gicd_wr(arrays[i], 4, ~0u);
		assert_int_equal(gicd_rd(arrays[i], 4), 0);
	}
	gicd_wr(IROUTER + 8 * 5, 8, 1);
	assert_int_equal(gicd_rd(IROUTER + 8 * 5, 8), 0);
	env_done();
}

static void intids_from_1020_do_not_exist(void **s UNUSED)
{
	env(1, 4, false);
	gicd_wr(ISENABLER + 31 * 4, 4, ~0u);
	assert_int_equal(gicd_rd(ISENABLER + 31 * 4, 4), 0x0fffffff);
	gicd_wr(ISPENDR + 31 * 4, 4, 0xf0000000);
	assert_int_equal(gicd_rd(ISPENDR + 31 * 4, 4), 0);
	gicd_wr(ISACTIVER + 31 * 4, 4, 0xf0000000);
	assert_int_equal(gicd_rd(ISACTIVER + 31 * 4, 4), 0);
	gicd_wr(IGROUPR + 31 * 4, 4, ~0u);
	assert_int_equal(gicd_rd(IGROUPR + 31 * 4, 4), 0x0fffffff);
	gicd_wr(IPRIORITYR + 1020, 4, ~0u);
	assert_int_equal(gicd_rd(IPRIORITYR + 1020, 4), 0);
	gicd_wr(IROUTER + 8 * 1020, 8, 1);
	assert_int_equal(gicd_rd(IROUTER + 8 * 1020, 8), 0);
	gicd_wr(IPRIORITYR + 1016, 4, ~0u);
	assert_int_equal(gicd_rd(IPRIORITYR + 1016, 4), 0xf8f8f8f8);
	env_done();
}

static void enable_bits_are_set_and_cleared_by_ones(void **s UNUSED)
{
	env(1, 4, false);
	gicd_wr(ISENABLER + 4, 4, 0xf0);
	gicd_wr(ISENABLER + 4, 4, 0x0f);
	assert_int_equal(gicd_rd(ISENABLER + 4, 4), 0xff);
	gicd_wr(ICENABLER + 4, 4, 0x3c);
	assert_int_equal(gicd_rd(ICENABLER + 4, 4), 0xc3);
	gicr_wr(0, SGI_FRAME + ISENABLER, 4, 0x08000001);
	assert_int_equal(gicr_rd(0, SGI_FRAME + ICENABLER, 4), 0x08000001);
	env_done();
}

static void priorities_are_bytes_with_five_bits(void **s UNUSED)
{
	env(1, 4, false);
	gicd_wr(IPRIORITYR + 40, 4, 0x12345678);
	assert_int_equal(gicd_rd(IPRIORITYR + 40, 4), 0x10305078);
	assert_int_equal(gicd_rd(IPRIORITYR + 42, 1), 0x30);
	gicd_wr(IPRIORITYR + 42, 1, 0xff);
	assert_int_equal(gicd_rd(IPRIORITYR + 40, 4), 0x10f85078);
	gicr_wr(0, SGI_FRAME + IPRIORITYR + 28, 4, 0xffffffff);
	assert_int_equal(gicr_rd(0, SGI_FRAME + IPRIORITYR + 27, 1), 0);
	assert_int_equal(gicr_rd(0, SGI_FRAME + IPRIORITYR + 31, 1), 0xf8);
	env_done();
}

static void configuration_is_fixed_for_sgis_and_ppis_and_free_for_spis(void **s UNUSED)
{
	env(1, 4, false);
	gicr_wr(0, SGI_FRAME + ICFGR, 4, 0);
	gicr_wr(0, SGI_FRAME + ICFGR + 4, 4, ~0u);
	assert_int_equal(gicr_rd(0, SGI_FRAME + ICFGR, 4), 0xaaaaaaaa);
	assert_int_equal(gicr_rd(0, SGI_FRAME + ICFGR + 4, 4), 0);
	gicd_wr(ICFGR + 8, 4, 0xffff0002);
	assert_int_equal(gicd_rd(ICFGR + 8, 4), 0xaaaa0002);
	gicd_wr(ICFGR + 12, 4, 0x80000000);
	assert_int_equal(gicd_rd(ICFGR + 12, 4), 0x80000000);
	assert_int_equal(gicd_rd(ICFGR + 8, 4), 0xaaaa0002);
	env_done();
}

static void routes_are_read_back_in_whole_and_in_halves(void **s UNUSED)
{
	env(2, 4, false);
	gicd_wr(IROUTER + 8 * 40, 8, 0xab80112233ULL);
	assert_int_equal(gicd_rd(IROUTER + 8 * 40, 8), 0xab80112233ULL);
	assert_int_equal(gicd_rd(IROUTER + 8 * 40, 4), 0x80112233);
	assert_int_equal(gicd_rd(IROUTER + 8 * 40 + 4, 4), 0xab);
	gicd_wr(IROUTER + 8 * 40, 4, 1);
	assert_int_equal(gicd_rd(IROUTER + 8 * 40, 8), 0xab00000001ULL);
	gicd_wr(IROUTER + 8 * 40 + 4, 4, 0);
	assert_int_equal(gicd_rd(IROUTER + 8 * 40, 8), 1);
	assert_int_equal(g.irq[8].target, 1);
	env_done();
}

static void reserved_registers_and_wrong_sizes_read_zero_and_ignore_writes(void **s UNUSED)
{
	static const u32 zero[] = {0xc,   0x10,  0x20,  0x50,   0x58,   0x808,  0xd04,
				   0xe04, 0xf00, 0xf10, 0x1000, 0x5ffc, 0x8000, 0xbffc};

	env(1, 4, false);
	for (u32 i = 0; i < ARRAY_SIZE(zero); i++) {
		gicd_wr(zero[i], 4, ~0u);
		assert_int_equal(gicd_rd(zero[i], 4), 0);
	}
	gicd_wr(ISENABLER + 8, 8, ~0ULL);
	gicd_wr(ISENABLER + 8, 1, 0xff);
	assert_int_equal(gicd_rd(ISENABLER + 8, 4), 0);
	assert_int_equal(gicd_rd(0x8, 1), 0);
	assert_int_equal(gicr_rd(0, 0, 4), 0);
	gicr_wr(0, 0, 4, ~0u);
	assert_int_equal(gicr_rd(0, 0, 4), 0); /* no LPIs to enable */
	assert_int_equal(gicr_rd(0, SGI_FRAME + ISENABLER + 4, 4), 0);
	assert_int_equal(gicr_rd(0, SGI_FRAME + 0x1000, 4), 0);
	assert_int_equal(vgic_dist_ops.sizes, 1 | 4 | 8);
	env_done();
}

static void every_offset_and_size_can_be_accessed(void **s UNUSED)
{
	static const u32 sizes[] = {1, 4, 8};

	env(2, 4, false);
	for (u32 i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (u32 off = 0; off < VGIC_DIST_SIZE; off += sizes[i]) {
			gicd_wr(off, sizes[i], ~0ULL);
			(void)gicd_rd(off, sizes[i]);
		}
		for (u32 off = 0; off < VGIC_REDIST_SIZE; off += sizes[i]) {
			gicr_wr(1, off, sizes[i], ~0ULL);
			(void)gicr_rd(1, off, sizes[i]);
		}
	}
	env_done();
}

static void reset_puts_everything_back(void **s UNUSED)
{
	env(2, 4, false);
	setup_irq(40, 0x80, true);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	set_bit(ISPENDR, 40);
	setup_irq(5, 0x40, false);
	set_bit(ISPENDR, 5);
	deliver_wakes();
	vgic_cpu_put(&vc[0]);
	on(1);
	vgic_cpu_put(&vc[1]);
	vgic_reset(&g);
	on(0);
	vgic_cpu_load(&vc[0]);
	assert_int_equal(gicd_rd(GICD_CTLR, 4), 0x50);
	assert_false(get_bit(ISENABLER, 40) || get_bit(ISPENDR, 40) || get_bit(IGROUPR, 40));
	assert_false(get_bit(ISENABLER, 5) || get_bit(ISPENDR, 5) || get_bit(ISACTIVER, 5));
	assert_int_equal(gicd_rd(IPRIORITYR + 40, 1), 0);
	assert_int_equal(gicd_rd(ICFGR + 8, 4), 0);
	assert_int_equal(gicd_rd(IROUTER + 8 * 40, 8), 0);
	assert_int_equal(fake_gic_here()->vmcr & 0xff0003ff, 0);
	assert_int_equal(vc[0].lr_used, 0);
	/* and works again, on vCPU 0 where the route points now */
	fake_guest_setup(true, true, 0xff, false);
	gicd_wr(GICD_CTLR, 4, 3);
	setup_irq(40, 0x80, true);
	set_bit(ISPENDR, 40);
	assert_int_equal(iar(), 40);
	env_done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identification_says_gicv3_with_one_security_state_and_no_lpis),
		cmocka_unit_test(control_keeps_only_the_group_enables),
		cmocka_unit_test(redistributor_types_give_affinity_number_and_last),
		cmocka_unit_test(waker_starts_asleep_and_follows_what_is_written),
		cmocka_unit_test(distributor_has_nothing_for_private_interrupts),
		cmocka_unit_test(intids_from_1020_do_not_exist),
		cmocka_unit_test(enable_bits_are_set_and_cleared_by_ones),
		cmocka_unit_test(priorities_are_bytes_with_five_bits),
		cmocka_unit_test(configuration_is_fixed_for_sgis_and_ppis_and_free_for_spis),
		cmocka_unit_test(routes_are_read_back_in_whole_and_in_halves),
		cmocka_unit_test(reserved_registers_and_wrong_sizes_read_zero_and_ignore_writes),
		cmocka_unit_test(every_offset_and_size_can_be_accessed),
		cmocka_unit_test(reset_puts_everything_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
