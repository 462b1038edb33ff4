/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host GICv3 at run time; boot_gicv3.c sets it up. No lock: each register here
 * is of the calling CPU and needs no read.
 */
#include "arch/arm64/gicv3.h"
#include "arch/arm64/gicv3_regs.h"
#include "core/cpu.h"

struct gic_host gic;

static volatile u8 *my_rd(void)
{
	return gic.cpu[this_cpu()->index].rd;
}

void gic_deactivate(u32 intid)
{
	write_sysreg(ICC_DIR_EL1, intid);
	isb();
}

void gic_set_active(u32 intid)
{
	volatile u8 *sgi = my_rd() + GICR_SGI;

	wr32(sgi, GICD_ISACTIVER, BIT(intid));
	/* Read back: done before the caller lets the source assert. */
	(void)rd32(sgi, GICD_ISACTIVER);
	dsb(sy);
}

void gic_send_sgi(u32 cpu)
{
	/* What was stored before is there when the other CPU looks (IHI 0069H, 12.2.22). */
	dsb(ishst);
	write_sysreg(ICC_SGI1R_EL1, gic.cpu[cpu].sgi);
	isb();
}
