/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Setting up the host's GICv3; boot-only. Nothing is taken from firmware but
 * what only it can give: all that may interrupt or is active is switched off first.
 *
 * With two security states (GICD_CTLR.DS = 0) group 0 and secure group 1 are
 * firmware's: their bits read as zero and ignore writes, so the same sequence
 * serves. Only GICD_CTLR itself has another layout then (12.9.4).
 */
#include "arch/arm64/gicv3.h"
#include "arch/arm64/gicv3_regs.h"
#include "arch/arm64/ich.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/machine.h"
#include "hal/mem.h"

/* Mapped redistributor regions, in machine.gic's order. */
static volatile u8 *region[MACHINE_GICR_MAX];

/* Bounded waits: what takes longer is broken hardware. */
#define SETTLE_PARTS 100u /* of a second */

static enum err wait_clear(const volatile u8 *base, u32 off, u64 bits)
{
	u64 limit = time_now() + time_hz() / SETTLE_PARTS;

	while (rd32(base, off) & bits) {
		if (time_now() > limit)
			return ERR_IO;
		cpu_relax();
	}
	return OK;
}

/* ---- distributor ---- */

static void fill32(volatile u8 *base, u32 off, u32 words, u32 val)
{
	for (u32 i = 0; i < words; i++)
		wr32(base, off + 4 * i, val);
}

/* Extended SPIs (INTIDs 4096..5119): not used, silenced. */
static void quiesce_extended(u32 typer)
{
	u32 words = typer & TYPER_ESPI ? (u32)TYPER_ESPI_RANGE(typer) + 1 : 0;

	fill32(gic.dist, GICD_ICENABLERE, words, ~0u);
	fill32(gic.dist, GICD_ICPENDRE, words, ~0u);
	fill32(gic.dist, GICD_ICACTIVERE, words, ~0u);
}

/* 12.9.4: ARE may change only while the groups are off; each step waits for RWP. */
static enum err dist_quiesce(u32 typer, u64 boot_affinity)
{
	volatile u8 *d = gic.dist;
	u32 words = gic.nr_intids / 32;
	enum err err;

	wr32(d, GICD_CTLR, rd32(d, GICD_CTLR) & (CTLR_ARE_NS | CTLR_DS));
	err = wait_clear(d, GICD_CTLR, CTLR_RWP);
	if (err)
		return err;
	wr32(d, GICD_CTLR, CTLR_ARE_NS);
	err = wait_clear(d, GICD_CTLR, CTLR_RWP);
	if (err)
		return err;
	if (!(rd32(d, GICD_CTLR) & CTLR_ARE_NS))
		return ERR_UNSUPPORTED;

	fill32(d, GICD_ICENABLER + 4, words - 1, ~0u);
	quiesce_extended(typer);
	err = wait_clear(d, GICD_CTLR, CTLR_RWP);
	if (err)
		return err;
	fill32(d, GICD_ICPENDR + 4, words - 1, ~0u);
	fill32(d, GICD_ICACTIVER + 4, words - 1, ~0u);
	fill32(d, GICD_IGROUPR + 4, words - 1, ~0u);
	fill32(d, GICD_IGRPMODR + 4, words - 1, 0);
	fill32(d, GICD_IPRIORITYR + 32, (words - 1) * 8, GIC_PRIO_DEVICE * 0x01010101u);
	fill32(d, GICD_ICFGR + 8, (words - 1) * 2, 0);
	for (u32 i = 32; i < gic.nr_intids && i < GIC_SPURIOUS; i++)
		wr64(d, GICD_IROUTER + 8 * i, boot_affinity);

	wr32(d, GICD_CTLR, CTLR_ARE_NS | CTLR_ENABLE_G1 | (gic.ds ? 0 : CTLR_ENABLE_G1_NS));
	return wait_clear(d, GICD_CTLR, CTLR_RWP);
}

static enum err dist_init(const struct machine *m)
{
	u32 typer, arch;

	gic.dist = host_map_io(m->gic.dist, GICD_SIZE);
	if (!gic.dist)
		return ERR_NOMEM;
	arch = (u32)PIDR2_ARCH(rd32(gic.dist, GICD_PIDR2));
	if (arch != 3 && arch != 4) {
		log_error("interrupt controller: architecture version %u, only GICv3 and v4 are supported",
			  arch);
		return ERR_UNSUPPORTED;
	}
	typer = rd32(gic.dist, GICD_TYPER);
	gic.nr_intids = 32 * ((u32)TYPER_LINES(typer) + 1);
	gic.ds = rd32(gic.dist, GICD_CTLR) & CTLR_DS;
	return dist_quiesce(typer, m->cpus[m->boot_cpu].hwid);
}

/* ---- redistributors ---- */

/* MPIDR affinity fields as GICR_TYPER packs them. */
static u32 packed_affinity(u64 hwid)
{
	return (u32)((hwid & 0xffffff) | (hwid >> 32 & 0xff) << 24);
}

static u32 frames_of(u64 typer, u32 stride)
{
	if (stride)
		return stride;
	return (u32)(typer & GICR_TYPER_VLPIS ? GICR_FRAMES_V4 : GICR_FRAMES);
}

static enum err regions_map(const struct machine_gic *g)
{
	for (u32 i = 0; i < g->nr_redist; i++) {
		region[i] = host_map_io(g->redist[i].base, g->redist[i].size);
		if (!region[i])
			return ERR_NOMEM;
	}
	return OK;
}

/* Walk one region until its last redistributor or its end. */
static volatile u8 *region_find(const struct machine_gic *g, u32 i, u32 affinity)
{
	u64 off = 0;

	while (off + GICR_FRAMES <= g->redist[i].size) {
		volatile u8 *rd = region[i] + off;
		u64 typer = rd64(rd, GICR_TYPER);

		if (GICR_TYPER_AFFINITY(typer) == affinity)
			return rd;
		if (typer & GICR_TYPER_LAST)
			break;
		off += frames_of(typer, g->stride);
	}
	return NULL;
}

static volatile u8 *redist_find(const struct machine *m, u32 cpu)
{
	u32 affinity = packed_affinity(m->cpus[cpu].hwid);
	volatile u8 *rd = NULL;

	for (u32 i = 0; i < m->gic.nr_redist && !rd; i++)
		rd = region_find(&m->gic, i, affinity);
	if (rd || !m->cpus[cpu].gicr)
		return rd;
	rd = host_map_io(HPA(m->cpus[cpu].gicr), GICR_FRAMES);
	return rd && GICR_TYPER_AFFINITY(rd64(rd, GICR_TYPER)) == affinity ? rd : NULL;
}

/* ICC_SGI1R_EL1 (12.2.22): Aff3, RS, Aff2, INTID, Aff1, target list. */
static u64 sgi_value(u64 hwid)
{
	u64 aff0 = hwid & 0xff, aff1 = hwid >> 8 & 0xff, aff2 = hwid >> 16 & 0xff, aff3 = hwid >> 32 & 0xff;

	return aff3 << 48 | (aff0 >> 4) << 44 | aff2 << 32 | (u64)GIC_SGI_KICK << 24 | aff1 << 16 |
	       1ULL << (aff0 & 15);
}

static enum err redist_init(const struct machine *m)
{
	bool range = rd32(gic.dist, GICD_TYPER) & TYPER_RSS;
	enum err err = regions_map(&m->gic);

	if (err)
		return err;
	for (u32 i = 0; i < m->nr_cpus; i++) {
		u64 hwid = m->cpus[i].hwid;

		gic.cpu[i].rd = redist_find(m, i);
		gic.cpu[i].sgi = sgi_value(hwid);
		gic.cpu[i].affinity = hwid & 0xff00ffffffULL;
		if (!gic.cpu[i].rd) {
			log_error("CPU %u (MPIDR %llx) has no redistributor", i, (unsigned long long)hwid);
			return ERR_NOENT;
		}
		if ((hwid & 0xf0) && !range) {
			log_error("CPU %u (MPIDR %llx): the GIC has no range selector to reach it", i,
				  (unsigned long long)hwid);
			return ERR_UNSUPPORTED;
		}
	}
	return OK;
}

static enum err redist_wake(volatile u8 *rd)
{
	wr32(rd, GICR_WAKER, rd32(rd, GICR_WAKER) & ~WAKER_SLEEP);
	return wait_clear(rd, GICR_WAKER, WAKER_ASLEEP);
}

/*
 * Firmware or an earlier system may have left LPIs on; then the redistributor writes its tables, in memory
 * that would be given to a VM. An implementation may refuse to turn them off (12.11.2): no machine for guests.
 */
static enum err redist_lpis_off(volatile u8 *rd, u32 cpu)
{
	if (!(rd32(rd, GICR_CTLR) & GICR_CTLR_LPIS))
		return OK;
	wr32(rd, GICR_CTLR, rd32(rd, GICR_CTLR) & ~GICR_CTLR_LPIS);
	if (!wait_clear(rd, GICR_CTLR, GICR_CTLR_RWP) && !(rd32(rd, GICR_CTLR) & GICR_CTLR_LPIS))
		return OK;
	log_error("CPU %u: LPIs stay enabled as an earlier system left them: start from a cold boot", cpu);
	return ERR_STATE;
}

static enum err redist_quiesce(volatile u8 *rd)
{
	volatile u8 *sgi = rd + GICR_SGI;
	/* PPInum 1 and 2: extended PPIs, in the words after the first. */
	u32 words = (u32)GICR_TYPER_PPINUM(rd64(rd, GICR_TYPER)) + 1;
	enum err err;

	words = words > 3 ? 3 : words;
	fill32(sgi, GICD_ICENABLER, words, ~0u);
	err = wait_clear(rd, GICR_CTLR, GICR_CTLR_RWP);
	if (err)
		return err;
	fill32(sgi, GICD_ICPENDR, words, ~0u);
	fill32(sgi, GICD_ICACTIVER, words, ~0u);
	wr32(sgi, GICD_IGROUPR, ~0u);
	wr32(sgi, GICD_IGRPMODR, 0);
	fill32(sgi, GICD_IPRIORITYR, 8, GIC_PRIO_DEVICE * 0x01010101u);
	wr32(sgi, GICD_ICFGR + 4, 0);
	return OK;
}

/* ---- CPU interface ---- */

/* Active priorities that firmware left would mask ours; how many registers there are depends on PRIbits. */
static void active_priorities_clear(u32 priority_bits)
{
	if (priority_bits > 6) {
		write_sysreg(ICC_AP1R3_EL1, 0);
		write_sysreg(ICC_AP1R2_EL1, 0);
	}
	if (priority_bits > 5)
		write_sysreg(ICC_AP1R1_EL1, 0);
	write_sysreg(ICC_AP1R0_EL1, 0);
}

/*
 * SRE_EL2.Enable stays clear: a guest's ICC_SRE_EL1 traps, so it cannot leave the
 * system register interface for one that it does not have (12.2.25).
 */
static enum err interface_init(u32 cpu)
{
	u64 ctlr;

	write_sysreg(ICC_SRE_EL2, ICC_SRE_HOST);
	isb();
	if (!(read_sysreg(ICC_SRE_EL2) & SRE_SRE)) {
		log_error("CPU %u: the GIC's system registers cannot be enabled at EL2", cpu);
		return ERR_UNSUPPORTED;
	}
	ctlr = read_sysreg(ICC_CTLR_EL1);
	write_sysreg(ICC_IGRPEN1_EL1, 0);
	active_priorities_clear((u32)ICC_CTLR_PRIBITS(ctlr) + 1);
	write_sysreg(ICC_PMR_EL1, 0xff);
	write_sysreg(ICC_BPR1_EL1, 0);
	write_sysreg(ICC_CTLR_EL1, ICC_CTLR_EOIMODE);
	isb();
	if ((gic.cpu[cpu].affinity & 0xf0) && !(ctlr & ICC_CTLR_RSS))
		log_warn("CPU %u: no range selector in its interface", cpu);
	write_sysreg(ICC_IGRPEN1_EL1, 1);
	isb();
	return OK;
}

enum err gic_cpu_init(u32 cpu)
{
	volatile u8 *rd = gic.cpu[cpu].rd;
	enum err err = redist_wake(rd);

	if (!err)
		err = redist_quiesce(rd);
	if (err) {
		log_error("CPU %u: its redistributor does not settle", cpu);
		return err;
	}
	err = interface_init(cpu);
	if (err)
		return err;
	ich_cpu_init();
	gic_enable(GIC_SGI_KICK, GIC_PRIO_KICK, true);
	return OK;
}

enum err gic_init(const struct machine *m)
{
	enum err err;

	if (m->gic.version != 3 && m->gic.version != 4) {
		log_error("interrupt controller: GICv%u is not supported, only v3 and v4", m->gic.version);
		return ERR_UNSUPPORTED;
	}
	if (m->gic.maint_intid < 16 || m->gic.maint_intid > 31) {
		log_error("interrupt controller: maintenance interrupt %u is no PPI", m->gic.maint_intid);
		return ERR_INVAL;
	}
	err = dist_init(m);
	if (err == ERR_IO)
		log_error("interrupt controller: the distributor does not settle");
	if (!err)
		err = redist_init(m);
	for (u32 i = 0; !err && i < m->nr_cpus; i++)
		err = redist_lpis_off(gic.cpu[i].rd, i);
	return err;
}

/* ---- one interrupt ---- */

/* The frame that has the registers of an INTID. */
static volatile u8 *frame_of(u32 intid)
{
	return intid < 32 ? gic.cpu[this_cpu()->index].rd + GICR_SGI : gic.dist;
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

void gic_route(u32 intid, u32 cpu)
{
	if (intid >= 32 && intid < gic.nr_intids)
		wr64(gic.dist, GICD_IROUTER + 8 * intid, gic.cpu[cpu].affinity);
}
