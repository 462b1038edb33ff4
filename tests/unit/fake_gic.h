/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model of what the virtual GIC and the guest timers stand on: the ICH_*
 * registers and the guest's view of them (ICV_*), by the pseudocode of IHI
 * 0069H, physical PPIs with their active state, and the EL1 timers, for each of
 * a few CPUs. One CPU at a time is the one that runs.
 *
 * A list register written in a way the architecture calls UNPREDICTABLE is a
 * violation (hal/fake/fake.h): one INTID in two, HW with active and pending, HW
 * without an active physical interrupt.
 */
#ifndef TESTS_UNIT_FAKE_GIC_H
#define TESTS_UNIT_FAKE_GIC_H

#include "arch/arm64/ich.h"
#include "arch/arm64/timer_regs.h"
#include "hal/types.h"

#define FAKE_GIC_CPUS 64
#define FAKE_NONE 1023u

struct fake_gic_cpu {
	u64 lr[ICH_LR_MAX];
	u64 hcr, vmcr;
	u32 apr[2][4];
	bool ppi_active[32]; /* in the redistributor */
	u32 cnt_ctl[GUEST_TIMERS];
	u64 cnt_cval[GUEST_TIMERS];
	u64 cnt_offset;
	u32 lr_writes;
};

struct fake_gic {
	struct fake_gic_cpu cpu[FAKE_GIC_CPUS];
	u32 current;
	void (*on_relax)(void); /* what other CPUs do while this one waits */
	u64 now;                /* when hal/fake/fake_cpu.c is not linked */
};
extern struct fake_gic fake_gic;

/* Everything off, `nr_lr` list registers, 5 bits of priority. */
void fake_gic_reset(u32 nr_lr);
struct fake_gic_cpu *fake_gic_here(void);

/* ---- the guest ---- */

/* Is IRQ or FIQ signalled to it? Returns the INTID it would acknowledge, or FAKE_NONE; *group says which. */
u32 fake_guest_pending(u32 *group);
/* ICC_IAR<group>_EL1 */
u32 fake_guest_iar(u32 group);
/* ICC_EOIR<group>_EL1 */
void fake_guest_eoir(u32 group, u32 intid);
/* ICC_DIR_EL1; false: the write traps to EL2. */
bool fake_guest_dir(u32 intid);
/* Bits of its ICC_IGRPEN0/1, ICC_PMR, ICC_CTLR.EOImode. */
void fake_guest_setup(bool group0, bool group1, u32 pmr, bool eoimode);

/* ---- the machine ---- */

/* ICH_MISR_EL2: which conditions of the maintenance interrupt hold. */
u32 fake_misr(void);
#define MISR_EOI (1u << 0)
#define MISR_U (1u << 1)
#define MISR_LRENP (1u << 2)
#define MISR_NP (1u << 3)
/* Does the timer's PPI interrupt the host now? Then it is acknowledged: active. */
bool fake_timer_irq(enum guest_timer t);

#endif
