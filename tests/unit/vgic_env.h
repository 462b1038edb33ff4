/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM's virtual GIC on the fake machine: vCPU i lives on CPU i. `on(i)` makes
 * CPU i the one that runs; rd/wr are register accesses by its vCPU.
 */
#ifndef TESTS_UNIT_VGIC_ENV_H
#define TESTS_UNIT_VGIC_ENV_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/arm64/sysreg_iss.h"
#include "arch/arm64/vgic.h"
#include "core/mmio.h"
#include "core/vm.h"
#include "hal/fake/fake.h"
#include "tests/unit/fake_gic.h"

#define GICD_CTLR 0x000u
#define IGROUPR 0x080u
#define ISENABLER 0x100u
#define ICENABLER 0x180u
#define ISPENDR 0x200u
#define ICPENDR 0x280u
#define ISACTIVER 0x300u
#define ICACTIVER 0x380u
#define IPRIORITYR 0x400u
#define ICFGR 0xc00u
#define IROUTER 0x6000u
#define SGI_FRAME 0x10000u

static struct vgic g;
static struct vgic_cpu vc[64];
static u64 woken;

void vgic_wake(struct vgic *gic UNUSED, u32 index)
{
	woken |= 1ULL << index;
}

static inline void on(u32 cpu)
{
	fake_gic.current = cpu;
}

static inline struct vgic_cpu *me(void)
{
	return &vc[fake_gic.current];
}

static inline u64 gicd_rd(u32 off, u32 size)
{
	struct vcpu vcpu = {.index = (u16)fake_gic.current};

	return vgic_dist_ops.read(&g, &vcpu, off, size);
}

static inline void gicd_wr(u32 off, u32 size, u64 val)
{
	struct vcpu vcpu = {.index = (u16)fake_gic.current};

	vgic_dist_ops.write(&g, &vcpu, off, size, val);
}

static inline u64 gicr_rd(u32 cpu, u32 off, u32 size)
{
	struct vcpu vcpu = {.index = (u16)fake_gic.current};

	return vgic_redist_ops.read(&g, &vcpu, cpu * VGIC_REDIST_SIZE + off, size);
}

static inline void gicr_wr(u32 cpu, u32 off, u32 size, u64 val)
{
	struct vcpu vcpu = {.index = (u16)fake_gic.current};

	vgic_redist_ops.write(&g, &vcpu, cpu * VGIC_REDIST_SIZE + off, size, val);
}

/* The bit of an interrupt in a register array; PPIs and SGIs are the running vCPU's. */
static inline void set_bit(u32 array, u32 intid)
{
	if (intid < 32)
		gicr_wr(fake_gic.current, SGI_FRAME + array, 4, 1u << intid);
	else
		gicd_wr(array + intid / 32 * 4, 4, 1u << (intid & 31));
}

static inline bool get_bit(u32 array, u32 intid)
{
	u64 v = intid < 32 ? gicr_rd(fake_gic.current, SGI_FRAME + array, 4)
			   : gicd_rd(array + intid / 32 * 4, 4);

	return v >> (intid & 31) & 1;
}

static inline void set_priority(u32 intid, u32 priority)
{
	if (intid < 32)
		gicr_wr(fake_gic.current, SGI_FRAME + IPRIORITYR + intid, 1, priority);
	else
		gicd_wr(IPRIORITYR + intid, 1, priority);
}

static inline void set_group1(u32 intid)
{
	u64 v = intid < 32 ? gicr_rd(fake_gic.current, SGI_FRAME + IGROUPR, 4)
			   : gicd_rd(IGROUPR + intid / 32 * 4, 4);

	v |= 1u << (intid & 31);
	if (intid < 32)
		gicr_wr(fake_gic.current, SGI_FRAME + IGROUPR, 4, v);
	else
		gicd_wr(IGROUPR + intid / 32 * 4, 4, v);
}

static inline void set_edge(u32 intid)
{
	u32 off = ICFGR + intid / 16 * 4;

	gicd_wr(off, 4, gicd_rd(off, 4) | 2ULL << (intid % 16 * 2));
}

/* Group 1, enabled, this priority; edge where asked. */
static inline void setup_irq(u32 intid, u32 priority, bool edge)
{
	set_group1(intid);
	set_priority(intid, priority);
	if (edge)
		set_edge(intid);
	set_bit(ISENABLER, intid);
}

static inline u32 iar(void)
{
	return fake_guest_iar(1);
}

static inline void eoi(u32 intid)
{
	fake_guest_eoir(1, intid);
}

/* The guest's ICC_DIR_EL1 write, wherever it ends. */
static inline void dir(u32 intid)
{
	if (!fake_guest_dir(intid))
		vgic_dir(me(), intid);
}

/* As virq_set() from a CPU without a vCPU of this VM: nothing but the line and the wake-up. */
static inline void drive(u32 intid, bool level)
{
	u32 who = vgic_line(&g, intid, level);

	if (who != VGIC_NOBODY)
		vgic_wake(&g, who);
}

/* Take maintenance interrupts until there is none; they must not go on for ever. */
static inline u32 maintenance(void)
{
	u32 n = 0;

	while (fake_misr()) {
		vgic_cpu_resync(me());
		n++;
		assert_true(n < 4);
	}
	return n;
}

/* CPUs that were kicked do what their exit path does. */
static inline void deliver_wakes(void)
{
	u32 was = fake_gic.current;

	while (woken) {
		u32 i = (u32)__builtin_ctzll(woken);

		woken &= woken - 1;
		on(i);
		vgic_cpu_sync(&vc[i]);
	}
	on(was);
}

/* `nr` vCPUs, all loaded, group 1 on, PMR open, EOImode as given; CPU 0 runs. */
static inline void env(u32 nr, u32 nr_lr, bool eoimode)
{
	fake_reset();
	fake_gic_reset(nr_lr);
	memset(&g, 0, sizeof(g));
	memset(vc, 0, sizeof(vc));
	woken = 0;
	vgic_init(&g, nr);
	for (u32 i = 0; i < nr; i++)
		vgic_cpu_init(&g, &vc[i], i);
	vgic_reset(&g);
	for (u32 i = 0; i < nr; i++) {
		on(i);
		vgic_cpu_load(&vc[i]);
		fake_guest_setup(true, true, 0xff, eoimode);
	}
	on(0);
	gicd_wr(GICD_CTLR, 4, 3);
	deliver_wakes();
}

/* At the end of every test: the model saw nothing forbidden, the lock is free, nothing is owed. */
static inline void env_done(void)
{
	if (fake_violations)
		fail_msg("%s", fake_last_violation);
	assert_int_equal(g.lock.next, g.lock.owner);
	assert_true(g.wake == 0);
	for (u32 i = 0; i < VGIC_SPI_BANKS; i++) /* a bank without news has no change either */
		assert_true((g.news >> (i + 1) & 1) || (u32)g.input[i] == g.spi[i].line);
}

#endif
