/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual GIC with several vCPUs on as many CPUs.
 * SOURCES: arch/arm64/vgic.c arch/arm64/vgic_line.c arch/arm64/vgic_lr.c arch/arm64/vgic_bank.c arch/arm64/vgic_dist.c arch/arm64/vgic_redist.c arch/arm64/vgic_cpuif.c tests/unit/fake_gic.c hal/fake/fake.c */
#include "tests/unit/vgic_env.h"

#define SGI(n, aff1, list) ((u64)(n) << 24 | (u64)(aff1) << 16 | (list))
#define IRM (1ULL << 40)
#define RWP (1ULL << 31)

static void an_sgi_reaches_the_named_vcpus_and_wakes_only_them(void **s UNUSED)
{
	env(4, 4, false);
	for (u32 i = 0; i < 4; i++) {
		on(i);
		setup_irq(2, 0x80, false);
	}
	on(0);
	vgic_sgi(me(), VGIC_SGI1R, SGI(2, 0, 0xa));
	assert_int_equal(woken, 0xa);
	deliver_wakes();
	for (u32 i = 0; i < 4; i++) {
		on(i);
		assert_int_equal(iar(), i & 1 ? 2 : FAKE_NONE);
	}
	env_done();
}

static void an_sgi_to_all_but_self_reaches_64_vcpus(void **s UNUSED)
{
	env(64, 4, false);
	for (u32 i = 0; i < 64; i++) {
		on(i);
		setup_irq(0, 0x80, false);
	}
	on(17);
	vgic_sgi(me(), VGIC_SGI1R, SGI(0, 0, 0) | IRM);
	assert_true(woken == ~(1ULL << 17));
	deliver_wakes();
	for (u32 i = 0; i < 64; i++) {
		on(i);
		assert_int_equal(iar(), i == 17 ? FAKE_NONE : 0);
	}
	on(3);
	vgic_sgi(me(), VGIC_SGI1R, SGI(0, 3, 0x8001));
	assert_true(woken == (1ULL << 63 | 1ULL << 48));
	woken = 0;
	env_done();
}

static void sgis_to_absent_vcpus_are_ignored(void **s UNUSED)
{
	static const u64 absent[] = {
		SGI(0, 0, 0xfff8), SGI(0, 1, 0xffff),   SGI(0, 4, 0xffff),   SGI(0, 255, 0xffff),
		1ULL << 32 | 1,    1ULL << 48 | 0xffff, 1ULL << 44 | 0xffff, 0,
	};

	env(3, 4, false);
	setup_irq(0, 0x80, false);
	for (u32 i = 0; i < ARRAY_SIZE(absent); i++)
		vgic_sgi(me(), VGIC_SGI1R, absent[i]);
	assert_int_equal(woken, 0);
	assert_int_equal(iar(), FAKE_NONE);
	env_done();
}

static void a_second_sgi_before_the_first_is_seen_does_not_kick_again(void **s UNUSED)
{
	env(2, 4, false);
	on(1);
	setup_irq(5, 0x80, false);
	on(0);
	vgic_sgi(me(), VGIC_SGI1R, SGI(5, 0, 2));
	woken = 0;
	vgic_sgi(me(), VGIC_SGI1R, SGI(5, 0, 2));
	assert_int_equal(woken, 0);
	on(1);
	vgic_cpu_sync(me());
	assert_int_equal(iar(), 5);
	eoi(5);
	assert_int_equal(iar(), FAKE_NONE);
	/* the LR is kept: the next one is found there */
	on(0);
	vgic_sgi(me(), VGIC_SGI1R, SGI(5, 0, 2));
	assert_int_equal(woken, 2);
	deliver_wakes();
	on(1);
	assert_int_equal(iar(), 5);
	env_done();
}

static void an_spi_goes_where_its_route_points(void **s UNUSED)
{
	env(3, 4, false);
	setup_irq(40, 0x80, true);
	gicd_wr(IROUTER + 8 * 40, 8, 2);
	vgic_set_spi(&g, me(), 40, true);
	assert_int_equal(woken, 4);
	deliver_wakes();
	assert_int_equal(iar(), FAKE_NONE);
	on(2);
	assert_int_equal(iar(), 40);
	env_done();
}

static void an_spi_routed_to_nobody_waits_for_a_route(void **s UNUSED)
{
	env(2, 4, false);
	setup_irq(40, 0x80, true);
	gicd_wr(IROUTER + 8 * 40, 8, 0x01000001ULL << 8 | 7);
	set_bit(ISPENDR, 40);
	assert_int_equal(woken, 0);
	assert_true(get_bit(ISPENDR, 40));
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	assert_int_equal(woken, 2);
	deliver_wakes();
	on(1);
	assert_int_equal(iar(), 40);
	env_done();
}

static void one_of_n_goes_to_a_vcpu_that_is_awake(void **s UNUSED)
{
	env(4, 4, false);
	gicr_wr(2, 0x14, 4, 0);
	setup_irq(40, 0x80, true);
	gicd_wr(IROUTER + 8 * 40, 8, 1ULL << 31);
	assert_int_equal(gicd_rd(IROUTER + 8 * 40, 8), 1ULL << 31);
	vgic_set_spi(&g, me(), 40, true);
	assert_int_equal(woken, 1 << 2);
	deliver_wakes();
	on(2);
	assert_int_equal(iar(), 40);
	eoi(40);
	env_done();
}

static void a_pending_spi_is_retargeted_out_of_anothers_list_register(void **s UNUSED)
{
	env(3, 4, false);
	setup_irq(40, 0x80, true);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	set_bit(ISPENDR, 40);
	deliver_wakes();
	on(1);
	assert_int_equal(fake_guest_pending(NULL), 40);
	on(0);
	gicd_wr(IROUTER + 8 * 40, 8, 2);
	assert_int_equal(woken, 1 << 1); /* who has it must let go first */
	deliver_wakes();
	on(1);
	assert_int_equal(fake_guest_pending(NULL), FAKE_NONE);
	deliver_wakes();
	on(2);
	vgic_cpu_sync(me());
	assert_int_equal(iar(), 40);
	env_done();
}

static void an_active_spi_stays_with_who_took_it_when_retargeted(void **s UNUSED)
{
	env(3, 4, false);
	setup_irq(40, 0x80, true);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	set_bit(ISPENDR, 40);
	deliver_wakes();
	on(1);
	assert_int_equal(iar(), 40);
	on(0);
	gicd_wr(IROUTER + 8 * 40, 8, 2);
	deliver_wakes();
	set_bit(ISPENDR, 40);
	deliver_wakes();
	on(2);
	assert_int_equal(iar(), FAKE_NONE);
	on(1);
	eoi(40);
	assert_int_equal(fake_guest_pending(NULL), FAKE_NONE);
	assert_true(maintenance() > 0);
	assert_int_equal(iar(), FAKE_NONE);
	deliver_wakes();
	on(2);
	assert_int_equal(iar(), 40);
	env_done();
}

static void disabling_in_anothers_list_register_shows_in_rwp_until_done(void **s UNUSED)
{
	env(2, 4, false);
	setup_irq(40, 0x80, true);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	set_bit(ISPENDR, 40);
	deliver_wakes();
	assert_false(gicd_rd(GICD_CTLR, 4) & RWP);
	set_bit(ICENABLER, 40);
	assert_int_equal(woken, 2);
	assert_true(gicd_rd(GICD_CTLR, 4) & RWP);
	deliver_wakes();
	assert_false(gicd_rd(GICD_CTLR, 4) & RWP);
	on(1);
	assert_int_equal(iar(), FAKE_NONE);
	assert_true(get_bit(ISPENDR, 40));
	env_done();
}

static void clear_pending_reaches_anothers_list_register(void **s UNUSED)
{
	env(2, 4, false);
	setup_irq(40, 0x80, true);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	set_bit(ISPENDR, 40);
	deliver_wakes();
	set_bit(ICPENDR, 40);
	deliver_wakes();
	on(1);
	assert_int_equal(iar(), FAKE_NONE);
	assert_false(get_bit(ISPENDR, 40));
	env_done();
}

static void a_new_edge_after_clear_pending_is_not_lost(void **s UNUSED)
{
	env(2, 4, false);
	setup_irq(40, 0x80, true);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	set_bit(ISPENDR, 40);
	deliver_wakes();
	set_bit(ICPENDR, 40);
	set_bit(ISPENDR, 40);
	deliver_wakes();
	on(1);
	assert_int_equal(iar(), 40);
	eoi(40);
	assert_int_equal(iar(), FAKE_NONE);
	env_done();
}

static void active_state_is_set_and_cleared_in_anothers_list_register(void **s UNUSED)
{
	env(2, 4, true);
	setup_irq(40, 0x80, true);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	set_bit(ISPENDR, 40);
	deliver_wakes();
	set_bit(ISACTIVER, 40);
	deliver_wakes();
	on(1);
	assert_true(get_bit(ISACTIVER, 40) && get_bit(ISPENDR, 40));
	assert_int_equal(iar(), FAKE_NONE);
	on(0);
	set_bit(ICACTIVER, 40);
	deliver_wakes();
	on(1);
	assert_false(get_bit(ISACTIVER, 40));
	assert_int_equal(iar(), 40);
	env_done();
}

static void an_spi_is_deactivated_by_another_vcpu(void **s UNUSED)
{
	env(2, 4, true);
	setup_irq(40, 0x80, true);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	set_bit(ISPENDR, 40);
	deliver_wakes();
	on(1);
	assert_int_equal(iar(), 40);
	eoi(40);
	on(0);
	assert_false(fake_guest_dir(40)); /* traps */
	dir(40);
	deliver_wakes();
	on(1);
	assert_false(get_bit(ISACTIVER, 40));
	env_done();
}

/* What CPU 1 does while CPU 0 waits for it. */
static void other_cpus_run(void)
{
	deliver_wakes();
}

static void a_read_waits_for_the_cpu_that_has_the_interrupt(void **s UNUSED)
{
	env(2, 4, false);
	setup_irq(40, 0x80, true);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	set_bit(ISPENDR, 40);
	deliver_wakes();
	fake_gic.on_relax = other_cpus_run;
	assert_true(get_bit(ISPENDR, 40));
	on(1);
	assert_int_equal(iar(), 40);
	on(0);
	assert_true(get_bit(ISACTIVER, 40));
	assert_false(get_bit(ISPENDR, 40));
	on(1);
	eoi(40);
	on(0);
	assert_false(get_bit(ISACTIVER, 40));
	env_done();
}

static void time_passes(void)
{
	fake_gic.now += 100;
}

static void a_read_does_not_wait_for_ever(void **s UNUSED)
{
	env(2, 4, false);
	setup_irq(40, 0x80, true);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	set_bit(ISPENDR, 40);
	deliver_wakes();
	fake_gic.on_relax = time_passes;
	(void)get_bit(ISACTIVER, 40);
	assert_in_range(fake_gic.now, timer_host.hz / 50000, timer_host.hz / 50000 + 200);
	deliver_wakes();
	env_done();
}

/* CPU 1 reads at the same time and waits for CPU 0: it sets CPU 0's dirty bit. */
static void cpu1_waits_for_cpu0(void)
{
	fake_gic.on_relax = NULL;
	g.dirty |= 1;
	fake_gic.on_relax = other_cpus_run;
}

static void two_readers_that_wait_for_each_other_both_go_on(void **s UNUSED)
{
	env(2, 4, false);
	setup_irq(40, 0x80, true);
	setup_irq(41, 0x80, true);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	set_bit(ISPENDR, 40);
	set_bit(ISPENDR, 41);
	deliver_wakes();
	fake_gic.on_relax = cpu1_waits_for_cpu0;
	(void)get_bit(ISACTIVER, 40);
	assert_int_equal(g.dirty & ~1ULL, 0);
	vgic_cpu_sync(me());
	assert_true(g.dirty == 0);
	env_done();
}

static void a_level_driven_from_another_cpu_rises_drops_and_rises(void **s UNUSED)
{
	env(2, 4, false);
	setup_irq(40, 0x80, false);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	vgic_set_spi(&g, NULL, 40, true); /* from a CPU without a vCPU of this VM */
	deliver_wakes();
	vgic_set_spi(&g, NULL, 40, false);
	assert_int_equal(woken, 2);
	deliver_wakes();
	on(1);
	assert_int_equal(iar(), FAKE_NONE);
	vgic_set_spi(&g, NULL, 40, true);
	deliver_wakes();
	assert_int_equal(iar(), 40);
	vgic_set_spi(&g, NULL, 40, false);
	vgic_set_spi(&g, NULL, 40, true);
	deliver_wakes();
	eoi(40);
	maintenance();
	assert_int_equal(iar(), 40);
	env_done();
}

/* A device on the housekeeping CPU: all the VM's vCPUs may be at the lock, and it must not wait for them. */
static void a_line_is_driven_while_another_cpu_has_the_lock(void **s UNUSED)
{
	env(2, 4, false);
	setup_irq(40, 0x80, false);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	spin_lock(&g.lock);
	drive(40, true);
	spin_unlock(&g.lock);
	assert_int_equal(woken, 2);
	deliver_wakes();
	on(1);
	assert_int_equal(iar(), 40);
	env_done();
}

static void a_line_driven_up_and_down_before_anybody_looks_is_an_edge_and_no_level(void **s UNUSED)
{
	env(2, 4, false);
	setup_irq(40, 0x80, true);
	setup_irq(41, 0x80, false);
	drive(40, true);
	drive(40, false);
	drive(41, true);
	drive(41, false);
	assert_int_equal(woken, 1);
	deliver_wakes();
	assert_int_equal(iar(), 40);
	eoi(40);
	assert_int_equal(iar(), FAKE_NONE);
	env_done();
}

static void an_edge_after_one_that_was_taken_in_counts_again_and_once(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, true);
	drive(40, true);
	deliver_wakes();
	assert_int_equal(iar(), 40);
	drive(40, false); /* and up again before anybody looks */
	drive(40, true);
	deliver_wakes();
	eoi(40);
	assert_int_equal(iar(), 40);
	eoi(40);
	drive(40, false);
	deliver_wakes();
	assert_int_equal(iar(), FAKE_NONE);
	env_done();
}

static void a_line_driven_twice_to_the_same_level_tells_nobody(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, false);
	assert_int_equal(vgic_line(&g, 40, false), VGIC_NOBODY);
	assert_int_equal(vgic_line(&g, 40, true), 0);
	assert_int_equal(vgic_line(&g, 40, true), VGIC_NOBODY);
	assert_int_equal(vgic_line(&g, 31, true), VGIC_NOBODY);
	assert_int_equal(vgic_line(&g, 1020, true), VGIC_NOBODY);
	vgic_cpu_sync(me());
	env_done();
}

/* The vCPU that was told is off, say; the guest routes the interrupt to another then. */
static void a_line_told_to_a_vcpu_that_does_not_look_is_found_by_a_new_route(void **s UNUSED)
{
	env(2, 4, false);
	setup_irq(40, 0x80, false);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	deliver_wakes();
	on(1);
	vgic_cpu_put(me());
	on(0);
	drive(40, true);
	assert_int_equal(woken, 2);
	woken = 0;
	assert_true(get_bit(ISPENDR, 40)); /* a read sees it at once */
	woken = 0;
	gicd_wr(IROUTER + 8 * 40, 8, 0);
	assert_int_equal(iar(), 40);
	env_done();
}

static void a_line_of_an_interrupt_for_nobody_waits_for_a_route(void **s UNUSED)
{
	env(2, 4, false);
	setup_irq(40, 0x80, false);
	gicd_wr(IROUTER + 8 * 40, 8, 7);
	assert_int_equal(vgic_line(&g, 40, true), VGIC_NOBODY);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	assert_int_equal(woken, 2);
	deliver_wakes();
	on(1);
	assert_int_equal(iar(), 40);
	env_done();
}

static void a_line_one_of_n_tells_a_vcpu_that_is_awake(void **s UNUSED)
{
	env(4, 4, false);
	setup_irq(40, 0x80, false);
	gicd_wr(IROUTER + 8 * 40, 8, 1ULL << 31);
	gicr_wr(2, 0x14, 4, 0);
	drive(40, true);
	assert_int_equal(woken, 1 << 2);
	deliver_wakes();
	on(2);
	assert_int_equal(iar(), 40);
	env_done();
}

/* It was still loaded when the line changed, so only its CPU was kicked; who puts it asks whether it can sleep. */
static void a_vcpu_does_not_sleep_over_a_line_that_changed_while_it_was_put(void **s UNUSED)
{
	env(2, 4, false);
	setup_irq(40, 0x80, false);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	deliver_wakes();
	on(1);
	vgic_cpu_put(me());
	g.cpu[1]->loaded = true; /* as another CPU saw it */
	drive(40, true);
	g.cpu[1]->loaded = false;
	assert_true(vgic_has_news(me()));
	woken = 0;
	assert_true(vgic_cpu_has_irq(me()));
	assert_int_equal(woken, 0); /* nobody has to be told what the caller asked */
	vgic_cpu_load(me());
	assert_int_equal(woken, 0);
	assert_int_equal(iar(), 40);
	env_done();
}

static void a_line_that_changed_is_found_at_load(void **s UNUSED)
{
	env(2, 4, false);
	setup_irq(40, 0x80, false);
	vgic_cpu_put(me());
	drive(40, true);
	woken = 0;
	vgic_cpu_load(me());
	assert_int_equal(woken, 0);
	assert_int_equal(iar(), 40);
	drive(40, false);
	deliver_wakes();
	eoi(40);
	assert_int_equal(iar(), FAKE_NONE);
	env_done();
}

static void whoever_takes_lines_in_passes_on_what_is_for_others(void **s UNUSED)
{
	env(3, 4, false);
	setup_irq(40, 0x80, false);
	setup_irq(41, 0x80, true);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	gicd_wr(IROUTER + 8 * 41, 8, 2);
	drive(40, true);
	drive(41, true);
	woken = 0; /* the kicks are still on their way */
	vgic_cpu_resync(me());
	assert_int_equal(woken, 6);
	deliver_wakes();
	on(1);
	assert_int_equal(iar(), 40);
	on(2);
	assert_int_equal(iar(), 41);
	env_done();
}

static void after_a_reset_all_lines_are_low(void **s UNUSED)
{
	env(1, 4, false);
	drive(40, true);
	vgic_cpu_put(me());
	vgic_reset(&g);
	woken = 0;
	vgic_cpu_load(me());
	assert_false(get_bit(ISPENDR, 40));
	drive(40, true);
	assert_true(get_bit(ISPENDR, 40));
	woken = 0;
	env_done();
}

static void another_vcpus_redistributor_can_be_programmed(void **s UNUSED)
{
	env(2, 4, false);
	gicr_wr(1, SGI_FRAME + IGROUPR, 4, ~0u);
	gicr_wr(1, SGI_FRAME + ISENABLER, 4, 1 << 9);
	gicr_wr(1, SGI_FRAME + ISPENDR, 4, 1 << 9);
	assert_int_equal(woken, 2);
	deliver_wakes();
	gicr_wr(1, SGI_FRAME + ICENABLER, 4, 1 << 9);
	deliver_wakes();
	on(1);
	assert_int_equal(iar(), FAKE_NONE);
	on(0);
	gicr_wr(1, SGI_FRAME + ISENABLER, 4, 1 << 9);
	deliver_wakes();
	on(1);
	assert_int_equal(iar(), 9);
	env_done();
}

static void group_switches_reach_every_vcpu(void **s UNUSED)
{
	env(3, 4, false);
	on(2);
	setup_irq(4, 0x80, false);
	set_bit(ISPENDR, 4);
	on(0);
	gicd_wr(GICD_CTLR, 4, 1);
	assert_int_equal(woken, 6);
	deliver_wakes();
	on(2);
	assert_int_equal(iar(), FAKE_NONE);
	on(0);
	gicd_wr(GICD_CTLR, 4, 3);
	deliver_wakes();
	on(2);
	assert_int_equal(iar(), 4);
	env_done();
}

static void interrupts_of_a_put_vcpu_wait_in_the_banks(void **s UNUSED)
{
	env(2, 4, false);
	setup_irq(40, 0x80, true);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	on(1);
	setup_irq(6, 0x70, false);
	vgic_cpu_put(me());
	on(0);
	set_bit(ISPENDR, 40);
	vgic_sgi(me(), VGIC_SGI1R, SGI(6, 0, 2));
	assert_int_equal(woken, 2);
	assert_true(get_bit(ISPENDR, 40));
	assert_int_equal(gicr_rd(1, SGI_FRAME + ISPENDR, 4), 1 << 6);
	set_bit(ICPENDR, 40);
	assert_false(get_bit(ISPENDR, 40));
	on(1);
	vgic_cpu_load(me());
	assert_int_equal(iar(), 6);
	eoi(6);
	assert_int_equal(iar(), FAKE_NONE);
	woken = 0;
	env_done();
}

static void active_spis_of_a_put_vcpu_come_back_with_it(void **s UNUSED)
{
	env(2, 4, false);
	setup_irq(40, 0x80, true);
	set_bit(ISPENDR, 40);
	assert_int_equal(iar(), 40);
	gicd_wr(IROUTER + 8 * 40, 8, 1);
	vgic_cpu_put(me());
	on(1);
	assert_true(get_bit(ISACTIVER, 40));
	on(0);
	vgic_cpu_load(me());
	eoi(40);
	assert_false(get_bit(ISACTIVER, 40));
	deliver_wakes();
	env_done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_sgi_reaches_the_named_vcpus_and_wakes_only_them),
		cmocka_unit_test(an_sgi_to_all_but_self_reaches_64_vcpus),
		cmocka_unit_test(sgis_to_absent_vcpus_are_ignored),
		cmocka_unit_test(a_second_sgi_before_the_first_is_seen_does_not_kick_again),
		cmocka_unit_test(an_spi_goes_where_its_route_points),
		cmocka_unit_test(an_spi_routed_to_nobody_waits_for_a_route),
		cmocka_unit_test(one_of_n_goes_to_a_vcpu_that_is_awake),
		cmocka_unit_test(a_pending_spi_is_retargeted_out_of_anothers_list_register),
		cmocka_unit_test(an_active_spi_stays_with_who_took_it_when_retargeted),
		cmocka_unit_test(disabling_in_anothers_list_register_shows_in_rwp_until_done),
		cmocka_unit_test(clear_pending_reaches_anothers_list_register),
		cmocka_unit_test(a_new_edge_after_clear_pending_is_not_lost),
		cmocka_unit_test(active_state_is_set_and_cleared_in_anothers_list_register),
		cmocka_unit_test(an_spi_is_deactivated_by_another_vcpu),
		cmocka_unit_test(a_read_waits_for_the_cpu_that_has_the_interrupt),
		cmocka_unit_test(a_read_does_not_wait_for_ever),
		cmocka_unit_test(two_readers_that_wait_for_each_other_both_go_on),
		cmocka_unit_test(a_level_driven_from_another_cpu_rises_drops_and_rises),
		cmocka_unit_test(a_line_is_driven_while_another_cpu_has_the_lock),
		cmocka_unit_test(a_line_driven_up_and_down_before_anybody_looks_is_an_edge_and_no_level),
		cmocka_unit_test(an_edge_after_one_that_was_taken_in_counts_again_and_once),
		cmocka_unit_test(a_line_driven_twice_to_the_same_level_tells_nobody),
		cmocka_unit_test(a_line_told_to_a_vcpu_that_does_not_look_is_found_by_a_new_route),
		cmocka_unit_test(a_line_of_an_interrupt_for_nobody_waits_for_a_route),
		cmocka_unit_test(a_line_one_of_n_tells_a_vcpu_that_is_awake),
		cmocka_unit_test(a_vcpu_does_not_sleep_over_a_line_that_changed_while_it_was_put),
		cmocka_unit_test(a_line_that_changed_is_found_at_load),
		cmocka_unit_test(whoever_takes_lines_in_passes_on_what_is_for_others),
		cmocka_unit_test(after_a_reset_all_lines_are_low),
		cmocka_unit_test(another_vcpus_redistributor_can_be_programmed),
		cmocka_unit_test(group_switches_reach_every_vcpu),
		cmocka_unit_test(interrupts_of_a_put_vcpu_wait_in_the_banks),
		cmocka_unit_test(active_spis_of_a_put_vcpu_come_back_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
