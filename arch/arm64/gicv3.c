/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host GICv3 at run time; boot_gicv3.c sets it up. No lock: an SPI's registers
 * are written by one owner, and the enable, disable and active registers need
 * no read.
 */
#include "arch/arm64/gicv3.h"
#include "arch/arm64/gicv3_regs.h"
#include "core/cpu.h"

/* Bounded waits: what takes longer is broken hardware. */
#define SETTLE_PARTS 100u /* of a second */

struct gic_host gic;

enum err gic_wait_clear(const volatile u8 *base, u32 off, u64 bits)
{
	u64 limit = time_now() + time_hz() / SETTLE_PARTS;

	while (rd32(base, off) & bits) {
		if (time_now() > limit)
			return ERR_IO;
		cpu_relax();
	}
	return OK;
}

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

/* The frame that has the registers of an INTID. */
static volatile u8 *frame_of(u32 intid)
{
	return intid < 32 ? my_rd() + GICR_SGI : gic.dist;
}

static void set_priority(volatile u8 *frame, u32 intid, u8 priority)
{
	*(frame + GICD_IPRIORITYR + intid) = priority;
}

static void set_edge(volatile u8 *frame, u32 intid, bool edge)
{
	u32 off = GICD_ICFGR + intid / 16 * 4;
	u32 bit = (u32)BIT(intid % 16 * 2 + 1);
	u32 val = rd32(frame, off);

	if (intid >= 16)
		wr32(frame, off, edge ? val | bit : val & ~bit);
}

void gic_enable(u32 intid, u8 priority, bool edge)
{
	volatile u8 *frame = frame_of(intid);

	set_priority(frame, intid, priority);
	set_edge(frame, intid, edge);
	wr32(frame, GICD_ISENABLER + intid / 32 * 4, BIT(intid % 32));
	dsb(sy);
}

enum err gic_disable(u32 intid)
{
	wr32(frame_of(intid), GICD_ICENABLER + intid / 32 * 4, BIT(intid % 32));
	return intid < 32 ? gic_wait_clear(my_rd(), GICR_CTLR, GICR_CTLR_RWP)
			  : gic_wait_clear(gic.dist, GICD_CTLR, CTLR_RWP);
}

void gic_route(u32 intid, u32 cpu)
{
	if (intid >= 32 && intid < gic.nr_intids)
		wr64(gic.dist, GICD_IROUTER + 8 * intid, gic.cpu[cpu].affinity);
}

void gic_send_sgi(u32 cpu)
{
	/* What was stored before is there when the other CPU looks (IHI 0069H, 12.2.22). */
	dsb(ishst);
	write_sysreg(ICC_SGI1R_EL1, gic.cpu[cpu].sgi);
	isb();
}

u32 gic_nr_intids(void)
{
	return gic.nr_intids < GIC_SPURIOUS ? gic.nr_intids : GIC_SPURIOUS;
}

bool gic_one_security_state(void)
{
	return gic.ds;
}
