/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's APLIC, its domain of S level (AIA 1.0, chapter 4), in either of its two modes: messages to the harts' IMSICs, or
 * wired to the harts by interrupt delivery control structures (IDC).
 */
#include "arch/riscv/cpu_arch.h"
#include "arch/riscv/intc.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/machine.h"
#include "hal/boot.h"
#include "hal/mem.h"

#define DOMAINCFG 0x0000
#define DOMAINCFG_DM (1u << 2)
#define DOMAINCFG_IE (1u << 8)
#define SOURCECFG(irq) (0x0004ULL + ((irq) - 1) * 4ULL)
#define SM_EDGE_RISE 4u
#define SM_LEVEL_HIGH 6u
#define SETIPNUM 0x1cdc
#define CLRIE(word) (0x1f00ULL + (word) * 4ULL)
#define SETIENUM 0x1edc
#define TARGET(irq) (0x3004ULL + ((irq) - 1) * 4ULL)
#define TARGET_HART_SHIFT 18
#define IDC(index) (0x4000ULL + (index) * 32ULL)
#define IDC_IDELIVERY 0x00
#define IDC_IFORCE 0x04
#define IDC_ITHRESHOLD 0x08
#define IDC_CLAIMI 0x1c

static volatile u8 *aplic;

static volatile u32 *reg(u64 offset)
{
	return (volatile u32 *)(volatile void *)(aplic + offset);
}

BOOT_CODE static enum err map(const struct machine *m, u32 mode)
{
	aplic = host_map_io(m->aia.aplic.base, m->aia.aplic.size);
	if (!aplic)
		return ERR_NOMEM;
	*reg(DOMAINCFG) = mode;
	for (u32 word = 0; word <= m->aia.aplic.nr_sources / 32; word++)
		*reg(CLRIE(word)) = UINT32_MAX;
	for (u32 irq = 1; irq <= m->aia.aplic.nr_sources; irq++)
		*reg(SOURCECFG(irq)) = 0;
	*reg(DOMAINCFG) = mode | DOMAINCFG_IE;
	return OK;
}

BOOT_CODE static void enable(u32 irq, bool edge, u32 target)
{
	if (!irq || irq > the_machine.aia.aplic.nr_sources) {
		log_warn("APLIC: there is no source %u", irq);
		return;
	}
	*reg(SOURCECFG(irq)) = edge ? SM_EDGE_RISE : SM_LEVEL_HIGH;
	*reg(TARGET(irq)) = target;
	*reg(SETIENUM) = irq;
}

/* ---- by messages ---- */

BOOT_CODE static enum err msi_init(const struct machine *m)
{
	enum err e = imsic_init(m);

	return e == OK ? map(m, DOMAINCFG_DM) : e;
}

static u64 field(u64 value, u32 shift, u32 bits)
{
	return value >> shift & ((1ULL << bits) - 1);
}

/* Group and hart index, as they are in the address of the CPU's file (4.9.1). */
BOOT_CODE static u32 hart_index(u32 cpu)
{
	const struct machine_imsic *s = &the_machine.aia.imsic;
	u64 at = s->file[cpu].v;
	u64 group = field(at, s->group_index_shift, s->group_index_bits);

	return (u32)(group << s->hart_index_bits |
		     field(at, PAGE_SHIFT + s->guest_index_bits, s->hart_index_bits));
}

BOOT_CODE static void msi_connect(u32 irq, bool edge, u32 cpu)
{
	u32 id = imsic_identity(cpu, irq);

	if (id)
		enable(irq, edge, hart_index(cpu) << TARGET_HART_SHIFT | id);
	else
		log_warn("IMSIC: no identity is left for source %u", irq);
}

/* A level that is still there after its handler sends no second message by itself (4.5.2): this makes it. */
static void msi_done(u32 irq)
{
	if (*reg(SOURCECFG(irq)) == SM_LEVEL_HIGH) /* of an edge it would make another */
		*reg(SETIPNUM) = irq;
}

const struct intc intc_imsic = {
	.name = "APLIC and IMSICs",
	.init = msi_init,
	.cpu_init = imsic_cpu_init,
	.connect = msi_connect,
	.kick = imsic_kick,
	.take = imsic_take,
	.done = msi_done,
};

/* ---- wired ---- */

BOOT_CODE static enum err wired_init(const struct machine *m)
{
	return map(m, 0);
}

static volatile u32 *idc(u32 cpu, u64 offset)
{
	return reg(IDC(the_machine.aia.aplic.idc[cpu]) + offset);
}

BOOT_CODE static void wired_cpu_init(u32 cpu)
{
	if (the_machine.aia.aplic.idc[cpu] == UINT32_MAX)
		return;
	*idc(cpu, IDC_IFORCE) = 0;
	*idc(cpu, IDC_ITHRESHOLD) = 0;
	*idc(cpu, IDC_IDELIVERY) = 1;
}

BOOT_CODE static void wired_connect(u32 irq, bool edge, u32 cpu)
{
	u32 index = the_machine.aia.aplic.idc[cpu];

	if (index == UINT32_MAX)
		log_warn("APLIC: source %u cannot reach CPU %u", irq, cpu);
	else
		enable(irq, edge, index << TARGET_HART_SHIFT | 1);
}

static u32 wired_take(void)
{
	return *idc(this_cpu()->index, IDC_CLAIMI) >> 16;
}

static void wired_done(u32 irq UNUSED)
{
}

const struct intc intc_aplic = {
	.name = "APLIC",
	.init = wired_init,
	.cpu_init = wired_cpu_init,
	.connect = wired_connect,
	.kick = intc_kick_by_firmware,
	.take = wired_take,
	.done = wired_done,
};
