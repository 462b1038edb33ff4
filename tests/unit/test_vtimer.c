/* SPDX-License-Identifier: Apache-2.0 */
/* Guest timers with the virtual GIC, one vCPU a CPU unless a test says otherwise.
 * SOURCES: arch/arm64/vtimer.c arch/arm64/vgic.c arch/arm64/vgic_line.c arch/arm64/vgic_lr.c arch/arm64/vgic_bank.c arch/arm64/vgic_dist.c arch/arm64/vgic_redist.c arch/arm64/vgic_cpuif.c core/timer.c tests/unit/fake_gic.c hal/fake/fake_cpu.c hal/fake/fake.c */
#include "tests/unit/vgic_env.h"

#include "arch/arm64/vtimer.h"

#define ENC(crm, op2) (3u << 14 | 3u << 11 | 14u << 7 | (crm) << 3 | (op2))
#define PCT ENC(0u, 1u)
#define PCTSS ENC(0u, 5u)
#define TVAL ENC(2u, 0u)
#define CTL ENC(2u, 1u)
#define CVAL ENC(2u, 2u)
#define ON CNT_CTL_ENABLE

static struct guest_clock tvm;
static struct vtimer vt[2];

/* Two vCPUs; offset 1000; CPU 0 runs vCPU 0, loaded. The timers' PPIs are enabled, group 1. */
static void tenv(bool cntpoff)
{
	env(2, 4, false);
	timer_host.cntpoff = cntpoff;
	memset(vt, 0, sizeof(vt));
	fake_cpu.now = 5000;
	tvm = (struct guest_clock){.offset = 1000};
	for (u32 i = 0; i < 2; i++) {
		vtimer_init(&vt[i], &tvm, &vc[i]);
		on(i);
		setup_irq(VTIMER_VIRT_INTID, 0x80, false);
		setup_irq(VTIMER_PHYS_INTID, 0x88, false);
		vtimer_cpu_load(&vt[i]);
	}
	on(0);
}

/* The guest programs its virtual timer; guest time is now - 1000. */
static void guest_cntv(u64 cval, u32 ctl)
{
	cnt_write(TIMER_VIRT, cval, ctl);
}

/* The host takes the timer's interrupt if there is one. */
static bool host_irq(enum guest_timer t)
{
	if (!fake_timer_irq(t))
		return false;
	vgic_inject_linked(me(), t == TIMER_VIRT ? VTIMER_VIRT_INTID : VTIMER_PHYS_INTID);
	return true;
}

static void put(u32 i)
{
	vtimer_cpu_put(&vt[i]);
	vgic_cpu_put(&vc[i]);
}

static void load(u32 i)
{
	vgic_cpu_load(&vc[i]);
	vtimer_cpu_load(&vt[i]);
}

static u64 sysreg_rd(u32 enc)
{
	u64 val = 0;

	assert_true(vtimer_access(&vt[0], enc, false, &val));
	return val;
}

static void sysreg_wr(u32 enc, u64 val)
{
	assert_true(vtimer_access(&vt[0], enc, true, &val));
}

static void a_deadline_reaches_the_guest_and_its_eoi_frees_the_physical_interrupt(void **s UNUSED)
{
	tenv(false);
	guest_cntv(4500, ON);
	assert_false(host_irq(TIMER_VIRT));
	fake_cpu.now = 5500;
	assert_true(host_irq(TIMER_VIRT));
	assert_true(fake_gic_here()->ppi_active[27]);
	assert_false(host_irq(TIMER_VIRT)); /* active: the host is left alone */
	assert_int_equal(iar(), 27);
	guest_cntv(9000, ON);
	eoi(27);
	assert_false(fake_gic_here()->ppi_active[27]);
	assert_int_equal(maintenance(), 0); /* no exit for it */
	env_done();
}

static void a_timer_that_still_asserts_fires_again_after_eoi(void **s UNUSED)
{
	tenv(false);
	guest_cntv(0, ON);
	for (u32 i = 0; i < 3; i++) {
		u32 writes = fake_gic_here()->lr_writes;

		assert_true(host_irq(TIMER_VIRT));
		assert_int_equal(fake_gic_here()->lr_writes, writes + 1);
		assert_int_equal(iar(), 27);
		eoi(27);
	}
	env_done();
}

static void a_read_of_pending_does_not_show_a_level_that_has_gone(void **s UNUSED)
{
	tenv(false);
	guest_cntv(0, ON);
	assert_true(host_irq(TIMER_VIRT));
	assert_true(get_bit(ISPENDR, 27));
	guest_cntv(9000, ON);
	assert_false(get_bit(ISPENDR, 27));
	assert_int_equal(iar(), FAKE_NONE);
	assert_false(fake_gic_here()->ppi_active[27]);
	fake_cpu.now = 10500;
	assert_true(host_irq(TIMER_VIRT)); /* and can fire again */
	assert_int_equal(iar(), 27);
	env_done();
}

static void a_timer_the_guest_silenced_before_acknowledge_is_retired(void **s UNUSED)
{
	tenv(false);
	guest_cntv(0, ON);
	assert_true(host_irq(TIMER_VIRT));
	guest_cntv(0, ON | CNT_CTL_IMASK);
	vgic_cpu_resync(me());
	assert_int_equal(iar(), FAKE_NONE);
	assert_false(fake_gic_here()->ppi_active[27]);
	assert_false(get_bit(ISPENDR, 27));
	guest_cntv(0, ON);
	assert_true(host_irq(TIMER_VIRT)); /* and can fire again */
	assert_int_equal(iar(), 27);
	env_done();
}

static void a_timer_disabled_in_the_gic_waits_and_is_delivered_when_enabled(void **s UNUSED)
{
	tenv(false);
	set_bit(ICENABLER, 27);
	guest_cntv(0, ON);
	assert_true(host_irq(TIMER_VIRT));
	assert_false(host_irq(TIMER_VIRT)); /* no storm */
	assert_int_equal(iar(), FAKE_NONE);
	assert_true(get_bit(ISPENDR, 27));
	set_bit(ISENABLER, 27);
	assert_int_equal(iar(), 27);
	eoi(27);
	assert_false(fake_gic_here()->ppi_active[27]);
	env_done();
}

static void disabling_the_ppi_while_in_the_list_register_keeps_it_linked(void **s UNUSED)
{
	tenv(false);
	guest_cntv(0, ON);
	assert_true(host_irq(TIMER_VIRT));
	set_bit(ICENABLER, 27);
	assert_int_equal(iar(), FAKE_NONE);
	assert_true(fake_gic_here()->ppi_active[27]);
	set_bit(ISENABLER, 27);
	assert_int_equal(iar(), 27);
	eoi(27);
	assert_false(fake_gic_here()->ppi_active[27]);
	env_done();
}

static void software_pending_while_active_is_not_lost_and_frees_the_physical_interrupt(void **s UNUSED)
{
	tenv(false);
	guest_cntv(0, ON);
	assert_true(host_irq(TIMER_VIRT));
	assert_int_equal(iar(), 27);
	guest_cntv(0, 0);
	set_bit(ISPENDR, 27);
	eoi(27);
	maintenance();
	assert_false(fake_gic_here()->ppi_active[27]);
	assert_int_equal(iar(), 27);
	eoi(27);
	assert_int_equal(iar(), FAKE_NONE);
	env_done();
}

static void clearing_active_in_the_gic_frees_the_physical_interrupt(void **s UNUSED)
{
	tenv(false);
	guest_cntv(0, ON);
	assert_true(host_irq(TIMER_VIRT));
	assert_int_equal(iar(), 27);
	set_bit(ICACTIVER, 27);
	assert_false(fake_gic_here()->ppi_active[27]);
	assert_true(host_irq(TIMER_VIRT));
	env_done();
}

static void another_vcpu_can_clear_its_active_state(void **s UNUSED)
{
	tenv(false);
	guest_cntv(0, ON);
	assert_true(host_irq(TIMER_VIRT));
	assert_int_equal(iar(), 27);
	on(1);
	gicr_wr(0, SGI_FRAME + ICACTIVER, 4, 1 << 27);
	assert_false(fake_gic.cpu[1].ppi_active[27]);
	deliver_wakes();
	on(0);
	assert_false(fake_gic_here()->ppi_active[27]);
	env_done();
}

static void a_linked_active_interrupt_that_lost_its_list_register_is_freed_by_eoi(void **s UNUSED)
{
	env(1, 1, false);
	memset(vt, 0, sizeof(vt));
	fake_cpu.now = 5000;
	tvm = (struct guest_clock){.offset = 1000};
	vtimer_init(&vt[0], &tvm, &vc[0]);
	vtimer_cpu_load(&vt[0]);
	setup_irq(27, 0x80, false);
	setup_irq(40, 0x40, true);
	guest_cntv(0, ON);
	assert_true(host_irq(TIMER_VIRT));
	assert_int_equal(iar(), 27);
	guest_cntv(0, 0);
	set_bit(ISPENDR, 40);
	assert_int_equal(iar(), 40); /* took the only LR */
	maintenance();
	eoi(40);
	maintenance();
	eoi(27);
	maintenance();
	assert_false(fake_gic_here()->ppi_active[27]);
	assert_false(get_bit(ISACTIVER, 27));
	env_done();
}

static void put_gives_the_physical_interrupt_back_and_load_takes_it_again(void **s UNUSED)
{
	tenv(false);
	guest_cntv(0, ON);
	assert_true(host_irq(TIMER_VIRT));
	assert_int_equal(iar(), 27);
	put(0);
	assert_false(fake_gic_here()->ppi_active[27]);
	assert_int_equal(fake_gic_here()->cnt_ctl[TIMER_VIRT], 0);
	assert_int_equal(vtimer_deadline(&vt[0]), NO_DEADLINE); /* active: cannot fire */
	load(0);
	assert_true(fake_gic_here()->ppi_active[27]);
	assert_false(host_irq(TIMER_VIRT));
	assert_int_equal(iar(), FAKE_NONE);
	eoi(27);
	assert_false(fake_gic_here()->ppi_active[27]);
	assert_true(host_irq(TIMER_VIRT));
	env_done();
}

static void pending_at_put_fires_again_at_load(void **s UNUSED)
{
	tenv(false);
	guest_cntv(0, ON);
	assert_true(host_irq(TIMER_VIRT));
	put(0);
	assert_false(fake_gic_here()->ppi_active[27]);
	assert_int_equal(vtimer_deadline(&vt[0]), 5000); /* now */
	load(0);
	assert_true(host_irq(TIMER_VIRT));
	assert_int_equal(iar(), 27);
	env_done();
}

static void a_deadline_while_put_wakes_and_is_delivered_at_load(void **s UNUSED)
{
	tenv(false);
	guest_cntv(4700, ON);
	put(0);
	assert_int_equal(vtimer_deadline(&vt[0]), 5700);
	vtimer_expire(&vt[0]);
	assert_false(vgic_cpu_has_irq(&vc[0]));
	fake_cpu.now = 5700;
	woken = 0;
	vtimer_expire(&vt[0]);
	assert_true(vgic_cpu_has_irq(&vc[0]));
	assert_int_equal(woken, 0); /* its own CPU did it */
	assert_int_equal(vtimer_deadline(&vt[0]), NO_DEADLINE);
	load(0);
	assert_true(fake_gic_here()->ppi_active[27]);
	assert_false(host_irq(TIMER_VIRT));
	assert_int_equal(iar(), 27);
	eoi(27);
	assert_false(fake_gic_here()->ppi_active[27]);
	env_done();
}

static void masked_and_disabled_timers_have_no_deadline(void **s UNUSED)
{
	tenv(false);
	guest_cntv(0, ON | CNT_CTL_IMASK);
	put(0);
	assert_int_equal(vtimer_deadline(&vt[0]), NO_DEADLINE);
	load(0);
	guest_cntv(0, 0);
	put(0);
	assert_int_equal(vtimer_deadline(&vt[0]), NO_DEADLINE);
	load(0);
	guest_cntv(UINT64_MAX, ON);
	put(0);
	assert_int_equal(vtimer_deadline(&vt[0]), NO_DEADLINE); /* beyond the host's counter */
	env_done();
}

static void two_vcpus_share_a_cpu_without_seeing_each_others_timer(void **s UNUSED)
{
	tenv(false);
	on(1);
	put(1);
	on(0);
	guest_cntv(0, ON);
	assert_true(host_irq(TIMER_VIRT));
	assert_int_equal(iar(), 27);
	put(0);
	load(1); /* vCPU 1 on CPU 0 now */
	fake_guest_setup(true, true, 0xff, false);
	assert_false(host_irq(TIMER_VIRT));
	assert_int_equal(iar(), FAKE_NONE);
	guest_cntv(0, ON);
	assert_true(fake_timer_irq(TIMER_VIRT));
	vgic_inject_linked(&vc[1], 27);
	assert_int_equal(iar(), 27);
	eoi(27);
	put(1);
	load(0);
	eoi(27);
	assert_false(fake_gic_here()->ppi_active[27]);
	assert_true(host_irq(TIMER_VIRT));
	env_done();
}

static void stopped_time_is_hidden(void **s UNUSED)
{
	tenv(false);
	guest_cntv(4700, ON);
	put(0);
	guest_clock_stop(&tvm);
	fake_cpu.now = 100000;
	guest_clock_stop(&tvm); /* twice is once */
	vtimer_expire(&vt[0]);
	assert_false(vgic_cpu_has_irq(&vc[0]));
	guest_clock_start(&tvm);
	guest_clock_start(&tvm);
	assert_int_equal(tvm.offset, 96000);
	assert_int_equal(vtimer_deadline(&vt[0]), 100700);
	load(0);
	assert_int_equal(fake_gic_here()->cnt_offset, 96000);
	assert_int_equal(sysreg_rd(PCT), 4000);
	env_done();
}

static void the_trapped_counter_agrees_with_the_virtual_one(void **s UNUSED)
{
	u64 val = 0;

	tenv(false);
	assert_int_equal(sysreg_rd(PCT), 4000);
	fake_cpu.now += 7;
	assert_int_equal(sysreg_rd(PCTSS), 4007);
	assert_false(vtimer_access(&vt[0], PCT, true, &val)); /* read-only */
	assert_false(vtimer_access(&vt[0], ENC(3u, 1u), false, &val));
	assert_false(vtimer_access(&vt[0], ENC(2u, 3u), false, &val));
	env_done();
}

static void the_trapped_timer_fires_by_a_software_timer(void **s UNUSED)
{
	tenv(false);
	sysreg_wr(CVAL, 4300);
	sysreg_wr(CTL, ON);
	assert_int_equal(fake_cpu.armed, 5300);
	assert_int_equal(sysreg_rd(CTL), ON);
	assert_int_equal(sysreg_rd(TVAL), 300);
	fake_time_advance(300);
	assert_int_equal(sysreg_rd(CTL), ON | CNT_CTL_ISTATUS);
	assert_int_equal(iar(), 30);
	eoi(30);
	maintenance();
	assert_int_equal(iar(), 30); /* a level: still there */
	sysreg_wr(TVAL, (u32)-5);
	assert_int_equal(sysreg_rd(CVAL), 4295);
	sysreg_wr(TVAL, 50);
	assert_int_equal(sysreg_rd(CVAL), 4350);
	eoi(30);
	assert_int_equal(maintenance(), 0);
	assert_int_equal(iar(), FAKE_NONE);
	fake_time_advance(50);
	assert_int_equal(iar(), 30);
	sysreg_wr(CTL, ON | CNT_CTL_IMASK);
	eoi(30);
	assert_int_equal(iar(), FAKE_NONE);
	sysreg_wr(CTL, 0xfffffff0);
	assert_int_equal(sysreg_rd(CTL), 0);
	env_done();
}

static void the_trapped_timers_deadline_counts_while_put(void **s UNUSED)
{
	tenv(false);
	sysreg_wr(CVAL, 4300);
	sysreg_wr(CTL, ON);
	guest_cntv(4500, ON);
	put(0);
	assert_int_equal(fake_cpu.armed, NO_DEADLINE);
	assert_int_equal(vtimer_deadline(&vt[0]), 5300);
	fake_cpu.now = 5300;
	vtimer_expire(&vt[0]);
	assert_true(vgic_cpu_has_irq(&vc[0]));
	assert_int_equal(vtimer_deadline(&vt[0]), 5500);
	load(0);
	assert_int_equal(iar(), 30);
	env_done();
}

static void with_cntpoff_the_physical_timer_is_linked_like_the_virtual_one(void **s UNUSED)
{
	tenv(true);
	cnt_write(TIMER_PHYS, 0, ON);
	guest_cntv(0, ON);
	assert_true(host_irq(TIMER_PHYS));
	assert_true(host_irq(TIMER_VIRT));
	assert_int_equal(iar(), 27);
	eoi(27);
	assert_int_equal(iar(), 30);
	put(0);
	assert_false(fake_gic_here()->ppi_active[30]);
	assert_int_equal(fake_gic_here()->cnt_ctl[TIMER_PHYS], 0);
	load(0);
	eoi(30);
	assert_false(fake_gic_here()->ppi_active[30]);
	env_done();
}

static void reset_stops_the_timers(void **s UNUSED)
{
	tenv(false);
	guest_cntv(0, ON);
	assert_true(host_irq(TIMER_VIRT));
	assert_int_equal(iar(), 27);
	put(0);
	on(1);
	put(1);
	on(0);
	vgic_reset(&g);
	vtimer_reset(&vt[0]);
	load(0);
	assert_false(fake_gic_here()->ppi_active[27]);
	assert_int_equal(fake_gic_here()->cnt_ctl[TIMER_VIRT], 0);
	assert_int_equal(vtimer_deadline(&vt[0]), NO_DEADLINE);
	env_done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deadline_reaches_the_guest_and_its_eoi_frees_the_physical_interrupt),
		cmocka_unit_test(a_timer_that_still_asserts_fires_again_after_eoi),
		cmocka_unit_test(a_read_of_pending_does_not_show_a_level_that_has_gone),
		cmocka_unit_test(a_timer_the_guest_silenced_before_acknowledge_is_retired),
		cmocka_unit_test(a_timer_disabled_in_the_gic_waits_and_is_delivered_when_enabled),
		cmocka_unit_test(disabling_the_ppi_while_in_the_list_register_keeps_it_linked),
		cmocka_unit_test(software_pending_while_active_is_not_lost_and_frees_the_physical_interrupt),
		cmocka_unit_test(clearing_active_in_the_gic_frees_the_physical_interrupt),
		cmocka_unit_test(another_vcpu_can_clear_its_active_state),
		cmocka_unit_test(a_linked_active_interrupt_that_lost_its_list_register_is_freed_by_eoi),
		cmocka_unit_test(put_gives_the_physical_interrupt_back_and_load_takes_it_again),
		cmocka_unit_test(pending_at_put_fires_again_at_load),
		cmocka_unit_test(a_deadline_while_put_wakes_and_is_delivered_at_load),
		cmocka_unit_test(masked_and_disabled_timers_have_no_deadline),
		cmocka_unit_test(two_vcpus_share_a_cpu_without_seeing_each_others_timer),
		cmocka_unit_test(stopped_time_is_hidden),
		cmocka_unit_test(the_trapped_counter_agrees_with_the_virtual_one),
		cmocka_unit_test(the_trapped_timer_fires_by_a_software_timer),
		cmocka_unit_test(the_trapped_timers_deadline_counts_while_put),
		cmocka_unit_test(with_cntpoff_the_physical_timer_is_linked_like_the_virtual_one),
		cmocka_unit_test(reset_stops_the_timers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
