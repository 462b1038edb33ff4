/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers of the machine's GICv3 and what its two files share: boot_gicv3.c
 * sets it up and is given back, gicv3.c stays. Offsets and names are IHI 0069H's,
 * chapter 12.
 */
#ifndef ARM64_GICV3_REGS_H
#define ARM64_GICV3_REGS_H

#include "arch/arm64/sysreg.h"
#include "hal/cpu.h"
#include "hal/types.h"

/* ---- distributor ---- */
#define GICD_CTLR 0x0000
#define CTLR_ENABLE_G1_NS BIT(0) /* DS = 0, non-secure view */
#define CTLR_ENABLE_G1 BIT(1)    /* DS = 1; DS = 0: group 1 with affinity routing */
#define CTLR_ARE_NS BIT(4)
#define CTLR_DS BIT(6)
#define CTLR_RWP BIT(31)
#define GICD_TYPER 0x0004
#define TYPER_LINES(t) BITS(t, 4, 0)
#define TYPER_ESPI BIT(8)
#define TYPER_RSS BIT(26)
#define TYPER_ESPI_RANGE(t) BITS(t, 31, 27)
#define GICD_IGROUPR 0x0080
#define GICD_ISENABLER 0x0100
#define GICD_ICENABLER 0x0180
#define GICD_ICPENDR 0x0280
#define GICD_ISACTIVER 0x0300
#define GICD_ICACTIVER 0x0380
#define GICD_IPRIORITYR 0x0400
#define GICD_ICFGR 0x0c00
#define GICD_IGRPMODR 0x0d00
#define GICD_ICENABLERE 0x1400
#define GICD_ICPENDRE 0x1800
#define GICD_ICACTIVERE 0x1c00
#define GICD_IROUTER 0x6000
#define GICD_PIDR2 0xffe8
#define PIDR2_ARCH(v) BITS(v, 7, 4)
#define GICD_SIZE KIB(64)

/* ---- redistributor: control frame, then SGI frame with the distributor's offsets ---- */
#define GICR_CTLR 0x0000
#define GICR_CTLR_LPIS BIT(0)
#define GICR_CTLR_RWP BIT(3)
#define GICR_TYPER 0x0008
#define GICR_TYPER_VLPIS BIT(1)
#define GICR_TYPER_LAST BIT(4)
#define GICR_TYPER_PPINUM(t) BITS(t, 31, 27)
#define GICR_TYPER_AFFINITY(t) ((u32)((t) >> 32))
#define GICR_WAKER 0x0014
#define WAKER_SLEEP BIT(1)
#define WAKER_ASLEEP BIT(2)
#define GICR_SGI 0x10000
#define GICR_FRAMES KIB(128)
#define GICR_FRAMES_V4 KIB(256)

/* ---- CPU interface ---- */
#define SRE_SRE BIT(0)
#define SRE_DFB BIT(1)
#define SRE_DIB BIT(2)
/* Enable stays clear: boot_gicv3.c. */
#define ICC_SRE_HOST (SRE_SRE | SRE_DFB | SRE_DIB)
#define ICC_CTLR_EOIMODE BIT(1)
#define ICC_CTLR_PRIBITS(v) BITS(v, 10, 8)
#define ICC_CTLR_RSS BIT(18)
#define ICC_AP1R0_EL1 S3_0_C12_C9_0
#define ICC_AP1R1_EL1 S3_0_C12_C9_1
#define ICC_AP1R2_EL1 S3_0_C12_C9_2
#define ICC_AP1R3_EL1 S3_0_C12_C9_3

struct gic_cpu {
	volatile u8 *rd;
	u64 sgi; /* value for ICC_SGI1R_EL1 that reaches it with SGI 0 */
	u64 affinity;
};

struct gic_host {
	volatile u8 *dist;
	u32 nr_intids;
	bool ds;
	struct gic_cpu cpu[MAX_CPUS];
};
extern struct gic_host gic;

static inline u32 rd32(const volatile u8 *base, u32 off)
{
	return *(const volatile u32 *)(const volatile void *)(base + off);
}

static inline void wr32(volatile u8 *base, u32 off, u64 val)
{
	*(volatile u32 *)(volatile void *)(base + off) = (u32)val;
}

static inline u64 rd64(const volatile u8 *base, u32 off)
{
	return *(const volatile u64 *)(const volatile void *)(base + off);
}

static inline void wr64(volatile u8 *base, u32 off, u64 val)
{
	*(volatile u64 *)(volatile void *)(base + off) = val;
}

#endif
