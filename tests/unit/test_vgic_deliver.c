/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts of one vCPU that fit the list registers.
 * SOURCES: arch/arm64/vgic.c arch/arm64/vgic_line.c arch/arm64/vgic_lr.c arch/arm64/vgic_bank.c arch/arm64/vgic_dist.c arch/arm64/vgic_redist.c arch/arm64/vgic_cpuif.c tests/unit/fake_gic.c hal/fake/fake.c */
#include "tests/unit/vgic_env.h"

#define SELF_SGI(n) ((u64)(n) << 24 | 1)

static void pending_edge_is_acknowledged_once_and_deactivated(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, true);
	set_bit(ISPENDR, 40);
	assert_true(get_bit(ISPENDR, 40));
	assert_int_equal(iar(), 40);
	assert_false(get_bit(ISPENDR, 40));
	assert_true(get_bit(ISACTIVER, 40));
	assert_int_equal(iar(), FAKE_NONE);
	eoi(40);
	assert_false(get_bit(ISACTIVER, 40));
	assert_int_equal(maintenance(), 0);
	env_done();
}

static void eoimode_1_deactivates_only_by_dir(void **s UNUSED)
{
	env(1, 4, true);
	setup_irq(40, 0x80, true);
	setup_irq(41, 0x80, true);
	set_bit(ISPENDR, 40);
	assert_int_equal(iar(), 40);
	eoi(40);
	assert_true(get_bit(ISACTIVER, 40));
	set_bit(ISPENDR, 41);
	assert_int_equal(iar(), 41); /* same priority: the drop was enough */
	eoi(41);
	assert_true(fake_guest_dir(40)); /* one vCPU, no overflow: no trap */
	assert_false(get_bit(ISACTIVER, 40));
	assert_true(get_bit(ISACTIVER, 41));
	dir(41);
	assert_false(get_bit(ISACTIVER, 41));
	env_done();
}

static void an_edge_while_active_is_taken_after_deactivation(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, true);
	vgic_set_spi(&g, me(), 40, true);
	assert_int_equal(iar(), 40);
	vgic_set_spi(&g, me(), 40, false);
	vgic_set_spi(&g, me(), 40, true);
	assert_true(get_bit(ISPENDR, 40) && get_bit(ISACTIVER, 40));
	assert_int_equal(iar(), FAKE_NONE);
	eoi(40);
	assert_int_equal(iar(), 40);
	eoi(40);
	assert_int_equal(iar(), FAKE_NONE);
	env_done();
}

static void a_level_that_stays_up_is_sampled_again_after_eoi(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, false);
	vgic_set_spi(&g, me(), 40, true);
	for (u32 i = 0; i < 3; i++) {
		assert_int_equal(iar(), 40);
		assert_true(get_bit(ISPENDR, 40)); /* the line is up */
		eoi(40);
		assert_true(maintenance() > 0);
	}
	assert_int_equal(iar(), 40);
	vgic_set_spi(&g, me(), 40, false);
	assert_false(get_bit(ISPENDR, 40));
	eoi(40);
	assert_int_equal(maintenance(), 0); /* the line was down in time: nobody asked for it */
	assert_int_equal(iar(), FAKE_NONE);
	env_done();
}

static void a_level_that_drops_before_acknowledge_is_retired(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, false);
	vgic_set_spi(&g, me(), 40, true);
	assert_int_equal(fake_guest_pending(NULL), 40);
	vgic_set_spi(&g, me(), 40, false);
	assert_int_equal(fake_guest_pending(NULL), FAKE_NONE);
	vgic_set_spi(&g, me(), 40, true);
	assert_int_equal(iar(), 40);
	env_done();
}

static void a_level_that_rises_while_active_comes_again(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, false);
	vgic_set_spi(&g, me(), 40, true);
	assert_int_equal(iar(), 40);
	vgic_set_spi(&g, me(), 40, false);
	vgic_set_spi(&g, me(), 40, true);
	eoi(40);
	maintenance();
	assert_int_equal(iar(), 40);
	env_done();
}

static void software_pending_of_a_level_lasts_until_acknowledge(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, false);
	set_bit(ISPENDR, 40);
	assert_int_equal(iar(), 40);
	assert_false(get_bit(ISPENDR, 40));
	eoi(40);
	assert_int_equal(maintenance(), 0);
	assert_int_equal(iar(), FAKE_NONE);
	/* taken back in time: nothing comes */
	set_bit(ISPENDR, 40);
	set_bit(ICPENDR, 40);
	assert_int_equal(iar(), FAKE_NONE);
	/* the line holds it up against ICPENDR */
	vgic_set_spi(&g, me(), 40, true);
	set_bit(ICPENDR, 40);
	assert_int_equal(iar(), 40);
	env_done();
}

static void software_pending_of_an_active_level_comes_after_eoi(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, false);
	set_bit(ISPENDR, 40);
	assert_int_equal(iar(), 40);
	set_bit(ISPENDR, 40);
	assert_true(get_bit(ISPENDR, 40));
	eoi(40);
	maintenance();
	assert_int_equal(iar(), 40);
	env_done();
}

static void clear_pending_takes_an_edge_out_of_the_list_register(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, true);
	set_bit(ISPENDR, 40);
	set_bit(ICPENDR, 40);
	assert_int_equal(iar(), FAKE_NONE);
	assert_false(get_bit(ISPENDR, 40));
	env_done();
}

static void disabled_interrupts_stay_pending_and_come_when_enabled(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, true);
	set_bit(ISPENDR, 40);
	set_bit(ICENABLER, 40);
	assert_int_equal(iar(), FAKE_NONE);
	assert_true(get_bit(ISPENDR, 40));
	set_bit(ISENABLER, 40);
	assert_int_equal(iar(), 40);
	env_done();
}

static void disabling_an_active_interrupt_leaves_it_active(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, true);
	set_bit(ISPENDR, 40);
	assert_int_equal(iar(), 40);
	set_bit(ICENABLER, 40);
	assert_true(get_bit(ISACTIVER, 40));
	set_bit(ISPENDR, 40);
	eoi(40);
	assert_int_equal(iar(), FAKE_NONE);
	assert_true(get_bit(ISPENDR, 40));
	assert_false(get_bit(ISACTIVER, 40));
	set_bit(ISENABLER, 40);
	assert_int_equal(iar(), 40);
	env_done();
}

static void lower_number_preempts_and_equal_does_not(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, true);
	setup_irq(41, 0x80, true);
	setup_irq(42, 0x40, true);
	set_bit(ISPENDR, 40);
	assert_int_equal(iar(), 40);
	set_bit(ISPENDR, 41);
	assert_int_equal(iar(), FAKE_NONE);
	set_bit(ISPENDR, 42);
	assert_int_equal(iar(), 42);
	eoi(42);
	assert_int_equal(iar(), FAKE_NONE);
	eoi(40);
	assert_int_equal(iar(), 41);
	env_done();
}

static void a_priority_change_counts_while_pending(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, true);
	setup_irq(41, 0x90, true);
	set_bit(ISPENDR, 40);
	set_bit(ISPENDR, 41);
	set_priority(41, 0x20);
	assert_int_equal(iar(), 41);
	env_done();
}

static void a_priority_or_group_change_while_active_does_not_hinder_eoi(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, true);
	set_bit(ISPENDR, 40);
	assert_int_equal(iar(), 40);
	set_priority(40, 0x20);
	gicd_wr(IGROUPR + 4, 4, 0);
	eoi(40);
	assert_false(get_bit(ISACTIVER, 40));
	assert_int_equal(fake_gic_here()->apr[1][0], 0);
	env_done();
}

static void the_priority_mask_holds_back(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, true);
	fake_guest_setup(true, true, 0x80, false);
	set_bit(ISPENDR, 40);
	assert_int_equal(iar(), FAKE_NONE);
	fake_guest_setup(true, true, 0x88, false);
	assert_int_equal(iar(), 40);
	env_done();
}

static void group_0_comes_as_group_0(void **s UNUSED)
{
	env(1, 4, false);
	set_edge(40);
	set_bit(ISENABLER, 40);
	set_priority(40, 0x80);
	set_bit(ISPENDR, 40);
	assert_int_equal(iar(), FAKE_NONE);
	assert_int_equal(fake_guest_iar(0), 40);
	fake_guest_eoir(0, 40);
	assert_false(get_bit(ISACTIVER, 40));
	env_done();
}

static void a_group_switched_off_in_the_distributor_is_held_back(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, true); /* group 1 */
	set_edge(41);
	set_bit(ISENABLER, 41); /* group 0 */
	set_bit(ISPENDR, 40);
	set_bit(ISPENDR, 41);
	gicd_wr(GICD_CTLR, 4, 1);
	assert_int_equal(iar(), FAKE_NONE);
	assert_int_equal(fake_guest_iar(0), 41);
	fake_guest_eoir(0, 41);
	gicd_wr(GICD_CTLR, 4, 2);
	assert_int_equal(iar(), 40);
	env_done();
}

static void moving_a_pending_interrupt_to_the_other_group_works(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, true);
	set_bit(ISPENDR, 40);
	gicd_wr(IGROUPR + 4, 4, 0);
	assert_int_equal(iar(), FAKE_NONE);
	assert_int_equal(fake_guest_iar(0), 40);
	env_done();
}

static void a_guest_can_make_interrupts_active_and_inactive(void **s UNUSED)
{
	env(1, 4, true);
	setup_irq(40, 0x80, true);
	set_bit(ISACTIVER, 40);
	assert_true(get_bit(ISACTIVER, 40));
	set_bit(ISPENDR, 40);
	assert_int_equal(iar(), FAKE_NONE);
	set_bit(ICACTIVER, 40);
	assert_false(get_bit(ISACTIVER, 40));
	assert_int_equal(iar(), 40);
	eoi(40);
	set_bit(ICACTIVER, 40);
	assert_false(get_bit(ISACTIVER, 40));
	set_bit(ISACTIVER, 40);
	dir(40);
	assert_false(get_bit(ISACTIVER, 40));
	env_done();
}

static void a_change_from_edge_to_level_drops_nothing_pended_by_software(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, true);
	set_bit(ISPENDR, 40);
	gicd_wr(ICFGR + 8, 4, 0);
	assert_int_equal(iar(), 40);
	eoi(40);
	vgic_set_spi(&g, me(), 40, true);
	assert_int_equal(iar(), 40);
	env_done();
}

static void messages_pend_edges_and_hold_levels(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, true);
	setup_irq(50, 0x90, false);
	gicd_wr(0x40, 4, 40);
	assert_int_equal(iar(), 40);
	eoi(40);
	gicd_wr(0x40, 4, 40);
	gicd_wr(0x48, 4, 40);
	assert_int_equal(iar(), FAKE_NONE);
	gicd_wr(0x40, 4, 50);
	assert_int_equal(iar(), 50);
	eoi(50);
	maintenance();
	assert_int_equal(iar(), 50);
	gicd_wr(0x48, 4, 50);
	eoi(50);
	assert_int_equal(iar(), FAKE_NONE);
	gicd_wr(0x40, 4, 5);
	gicd_wr(0x40, 4, 1020);
	gicd_wr(0x40, 4, 0xffffffff);
	assert_int_equal(iar(), FAKE_NONE);
	env_done();
}

static void an_sgi_to_self_is_one_list_register_write_the_second_time(void **s UNUSED)
{
	u32 writes;

	env(1, 4, false);
	setup_irq(3, 0x80, false);
	vgic_sgi(me(), VGIC_SGI1R, SELF_SGI(3));
	assert_int_equal(iar(), 3);
	eoi(3);
	writes = fake_gic_here()->lr_writes;
	vgic_sgi(me(), VGIC_SGI1R, SELF_SGI(3));
	assert_int_equal(fake_gic_here()->lr_writes, writes + 1);
	assert_int_equal(iar(), 3);
	eoi(3);
	env_done();
}

static void an_sgi_while_active_is_taken_again(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(3, 0x80, false);
	vgic_sgi(me(), VGIC_SGI1R, SELF_SGI(3));
	assert_int_equal(iar(), 3);
	vgic_sgi(me(), VGIC_SGI1R, SELF_SGI(3));
	vgic_sgi(me(), VGIC_SGI1R, SELF_SGI(3));
	eoi(3);
	assert_int_equal(iar(), 3);
	eoi(3);
	assert_int_equal(iar(), FAKE_NONE);
	env_done();
}

static void sgi_registers_respect_groups(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(1, 0x80, false); /* group 1 */
	set_bit(ISENABLER, 2);     /* group 0 */
	vgic_sgi(me(), VGIC_SGI0R, SELF_SGI(1));
	vgic_sgi(me(), VGIC_ASGI1R, SELF_SGI(1));
	assert_int_equal(iar(), FAKE_NONE);
	vgic_sgi(me(), VGIC_SGI0R, SELF_SGI(2));
	assert_int_equal(fake_guest_iar(0), 2);
	fake_guest_eoir(0, 2);
	vgic_sgi(me(), VGIC_SGI1R, SELF_SGI(2));
	assert_int_equal(fake_guest_iar(0), 2);
	fake_guest_eoir(0, 2);
	vgic_sgi(me(), VGIC_SGI1R, SELF_SGI(1));
	assert_int_equal(iar(), 1);
	env_done();
}

static void put_and_load_keep_every_state(void **s UNUSED)
{
	u32 apr;

	env(1, 4, false);
	setup_irq(40, 0x80, true);  /* will be active and pending */
	setup_irq(41, 0x90, true);  /* pending */
	setup_irq(42, 0x40, false); /* active, line up */
	set_bit(ISPENDR, 40);
	assert_int_equal(iar(), 40);
	set_bit(ISPENDR, 40);
	vgic_set_spi(&g, me(), 42, true);
	assert_int_equal(iar(), 42);
	set_bit(ISPENDR, 41);
	apr = fake_gic_here()->apr[1][0];

	vgic_cpu_put(&vc[0]);
	assert_int_equal(fake_gic_here()->hcr, 0);
	assert_int_equal(vc[0].lr_used, 0);
	for (u32 i = 0; i < 4; i++)
		assert_false(fake_gic_here()->lr[i] & LR_STATE);
	memset(fake_gic_here()->apr, 0, sizeof(fake_gic_here()->apr));
	fake_gic_here()->vmcr = 0;
	vgic_cpu_load(&vc[0]);

	assert_int_equal(fake_gic_here()->apr[1][0], apr);
	assert_int_equal(iar(), FAKE_NONE);
	eoi(42);
	maintenance();
	assert_int_equal(iar(), 42);
	vgic_set_spi(&g, me(), 42, false);
	eoi(42);
	eoi(40);
	maintenance();
	assert_int_equal(iar(), 40);
	eoi(40);
	assert_int_equal(iar(), 41);
	eoi(41);
	assert_int_equal(iar(), FAKE_NONE);
	env_done();
}

static void a_put_vcpu_has_an_interrupt_only_if_it_would_be_signalled(void **s UNUSED)
{
	env(1, 4, false);
	setup_irq(40, 0x80, true);
	setup_irq(41, 0x40, true);
	vgic_cpu_put(&vc[0]);
	assert_false(vgic_cpu_has_irq(&vc[0]));
	vgic_set_spi(&g, NULL, 40, true);
	assert_int_equal(woken, 1);
	assert_true(vgic_cpu_has_irq(&vc[0]));
	vc[0].vmcr = (vc[0].vmcr & ~(0xffULL << VMCR_VPMR_SHIFT)) | 0x80ULL << VMCR_VPMR_SHIFT;
	assert_false(vgic_cpu_has_irq(&vc[0])); /* masked by priority */
	vc[0].vmcr |= 0xffULL << VMCR_VPMR_SHIFT;
	vc[0].vmcr &= ~VMCR_VENG1;
	assert_false(vgic_cpu_has_irq(&vc[0])); /* its group is off */
	vc[0].vmcr |= VMCR_VENG1;
	vgic_cpu_load(&vc[0]);
	assert_int_equal(iar(), 40);
	vgic_cpu_put(&vc[0]);
	assert_false(vgic_cpu_has_irq(&vc[0]));
	vgic_set_spi(&g, NULL, 40, false);
	vgic_set_spi(&g, NULL, 40, true);
	assert_false(vgic_cpu_has_irq(&vc[0])); /* active */
	vgic_set_spi(&g, NULL, 41, true);
	assert_true(vgic_cpu_has_irq(&vc[0])); /* preempts */
	env_done();
}

static void nothing_is_written_when_nothing_changed(void **s UNUSED)
{
	u32 writes;

	env(1, 4, false);
	setup_irq(40, 0x80, true);
	set_bit(ISPENDR, 40);
	writes = fake_gic_here()->lr_writes;
	vgic_cpu_sync(me());
	set_bit(ISENABLER, 40);
	set_bit(ISENABLER, 60);
	set_bit(ICENABLER, 61);
	assert_int_equal(fake_gic_here()->lr_writes, writes);
	env_done();
}

static void trapped_common_registers_show_the_virtual_interface(void **s UNUSED)
{
	u64 val = 0x50;

	env(1, 4, false);
	assert_true(vgic_cpu_sysreg(me(), SYSREG_ISS(3, 0, 4, 6, 0), true, &val)); /* PMR */
	assert_int_equal(VMCR_VPMR(ich_vmcr_read()), 0x50);
	assert_true(vgic_cpu_sysreg(me(), SYSREG_ISS(3, 0, 4, 6, 0), false, &val));
	assert_int_equal(val, 0x50);
	val = 3;
	assert_true(vgic_cpu_sysreg(me(), SYSREG_ISS(3, 0, 12, 12, 4), true, &val)); /* CTLR */
	assert_true(vgic_cpu_sysreg(me(), SYSREG_ISS(3, 0, 12, 12, 4), false, &val));
	assert_int_equal(val & 0x3fff, 4 << 8 | 3);
	assert_true(vgic_cpu_sysreg(me(), SYSREG_ISS(3, 0, 12, 11, 3), false, &val)); /* RPR */
	assert_int_equal(val, 0xff);
	setup_irq(40, 0x48, true);
	set_bit(ISPENDR, 40);
	assert_int_equal(iar(), 40);
	assert_true(vgic_cpu_sysreg(me(), SYSREG_ISS(3, 0, 12, 11, 3), false, &val));
	assert_int_equal(val, 0x48);
	/* SGI1R is write-only, RPR read-only, IAR1 never traps */
	assert_false(vgic_cpu_sysreg(me(), SYSREG_ISS(3, 0, 12, 11, 5), false, &val));
	assert_false(vgic_cpu_sysreg(me(), SYSREG_ISS(3, 0, 12, 11, 3), true, &val));
	assert_false(vgic_cpu_sysreg(me(), SYSREG_ISS(3, 0, 12, 12, 0), false, &val));
	env_done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pending_edge_is_acknowledged_once_and_deactivated),
		cmocka_unit_test(eoimode_1_deactivates_only_by_dir),
		cmocka_unit_test(an_edge_while_active_is_taken_after_deactivation),
		cmocka_unit_test(a_level_that_stays_up_is_sampled_again_after_eoi),
		cmocka_unit_test(a_level_that_drops_before_acknowledge_is_retired),
		cmocka_unit_test(a_level_that_rises_while_active_comes_again),
		cmocka_unit_test(software_pending_of_a_level_lasts_until_acknowledge),
		cmocka_unit_test(software_pending_of_an_active_level_comes_after_eoi),
		cmocka_unit_test(clear_pending_takes_an_edge_out_of_the_list_register),
		cmocka_unit_test(disabled_interrupts_stay_pending_and_come_when_enabled),
		cmocka_unit_test(disabling_an_active_interrupt_leaves_it_active),
		cmocka_unit_test(lower_number_preempts_and_equal_does_not),
		cmocka_unit_test(a_priority_change_counts_while_pending),
		cmocka_unit_test(a_priority_or_group_change_while_active_does_not_hinder_eoi),
		cmocka_unit_test(the_priority_mask_holds_back),
		cmocka_unit_test(group_0_comes_as_group_0),
		cmocka_unit_test(a_group_switched_off_in_the_distributor_is_held_back),
		cmocka_unit_test(moving_a_pending_interrupt_to_the_other_group_works),
		cmocka_unit_test(a_guest_can_make_interrupts_active_and_inactive),
		cmocka_unit_test(a_change_from_edge_to_level_drops_nothing_pended_by_software),
		cmocka_unit_test(messages_pend_edges_and_hold_levels),
		cmocka_unit_test(an_sgi_to_self_is_one_list_register_write_the_second_time),
		cmocka_unit_test(an_sgi_while_active_is_taken_again),
		cmocka_unit_test(sgi_registers_respect_groups),
		cmocka_unit_test(put_and_load_keep_every_state),
		cmocka_unit_test(a_put_vcpu_has_an_interrupt_only_if_it_would_be_signalled),
		cmocka_unit_test(nothing_is_written_when_nothing_changed),
		cmocka_unit_test(trapped_common_registers_show_the_virtual_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
