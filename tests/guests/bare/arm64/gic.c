/* SPDX-License-Identifier: Apache-2.0 */
/* GICv3 as a guest uses it: one security state, everything in group 1 (IHI 0069, chapter 12). */
#include "tests/guests/bare/lib.h"

#define GICD_CTLR (GICD_BASE + 0x0)
#define CTLR_GRP1 (1u << 1)
#define CTLR_ARE (1u << 4)
#define CTLR_DS (1u << 6)
#define CTLR_RWP (1u << 31)
#define GICR_WAKER 0x14
#define WAKER_SLEEP (1u << 1)
#define WAKER_ASLEEP (1u << 2)
#define IGROUPR 0x80
#define ISENABLER 0x100
#define ICENABLER 0x180
#define IPRIORITYR 0x400
#define IROUTER 0x6000

u64 gicr_frame(u32 index)
{
	return GICR_BASE + index * GICR_STRIDE;
}

/* The frame that has the registers of an INTID. */
static u64 frame_of(u32 intid)
{
	return intid < 32 ? gicr_frame(cpu_index()) + GICR_SGI_FRAME : GICD_BASE;
}

void gic_init(void)
{
	write32(GICD_CTLR, CTLR_ARE | CTLR_DS);
	while (read32(GICD_CTLR) & CTLR_RWP)
		cpu_relax();
	write32(GICD_CTLR, CTLR_ARE | CTLR_DS | CTLR_GRP1);
}

void gic_cpu_init(void)
{
	u64 rd = gicr_frame(cpu_index());

	write32(rd + GICR_WAKER, read32(rd + GICR_WAKER) & ~WAKER_SLEEP);
	while (read32(rd + GICR_WAKER) & WAKER_ASLEEP)
		cpu_relax();
	write32(rd + GICR_SGI_FRAME + IGROUPR, ~0u);
	write_sysreg(icc_sre_el1, 7);
	isb();
	write_sysreg(icc_pmr_el1, 0xff);
	write_sysreg(icc_bpr1_el1, 0);
	write_sysreg(icc_ctlr_el1, 0);
	write_sysreg(icc_igrpen1_el1, 1);
	isb();
}

void gic_enable(u32 intid, u8 priority)
{
	u64 f = frame_of(intid);
	u64 group = f + IGROUPR + intid / 32 * 4;

	write32(group, read32(group) | 1u << intid % 32);
	write8(f + IPRIORITYR + intid, priority);
	write32(f + ISENABLER + intid / 32 * 4, 1u << intid % 32);
	dsb(sy);
}

void gic_disable(u32 intid)
{
	write32(frame_of(intid) + ICENABLER + intid / 32 * 4, 1u << intid % 32);
	while (read32(GICD_CTLR) & CTLR_RWP)
		cpu_relax();
}

void gic_route(u32 intid, u32 index)
{
	write64(GICD_BASE + IROUTER + 8 * intid, cpu_mpidr(index));
}

u64 gic_sgi_value(u32 intid, u32 index)
{
	return (u64)intid << 24 | (u64)(index >> 4) << 16 | 1ULL << (index & 0xf);
}

void gic_send_sgi(u32 intid, u32 index)
{
	dsb(ishst);
	write_sysreg(icc_sgi1r_el1, gic_sgi_value(intid, index));
	isb();
}
