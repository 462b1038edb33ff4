/* SPDX-License-Identifier: Apache-2.0 */
/* The machine that tests read from firmware's tables, and QEMU's `virt` as all of them describe it. */
#ifndef TESTS_UNIT_MACHINE_ENV_H
#define TESTS_UNIT_MACHINE_ENV_H

#include <string.h>

#include "core/machine.h"
#include "hal/fake/fake.h"

static struct machine m;

static int machine_setup(void **state)
{
	(void)state;
	memset(&m, 0, sizeof(m));
	fake_reset();
	return 0;
}

static inline bool is_free(u64 at)
{
	for (u32 i = 0; i < m.nr_ram; i++)
		if (range_inside(at, 1, m.ram[i].base.v, m.ram[i].size))
			return true;
	return false;
}

/* The interrupt controller and the timers of `virt`. */
static inline void assert_virt_interrupts(void)
{
	assert_int_equal(m.gic.version, 3);
	assert_int_equal(m.gic.dist.v, 0x8000000);
	assert_int_equal(m.gic.nr_redist, 1);
	assert_int_equal(m.gic.redist[0].base.v, 0x80a0000);
	assert_int_equal(m.gic.redist[0].size, 0xf60000);
	assert_int_equal(m.gic.maint_intid, 25);
	assert_int_equal(m.timer.phys_intid, 30);
	assert_int_equal(m.timer.virt_intid, 27);
	assert_int_equal(m.timer.hyp_intid, 26);
}

#endif
