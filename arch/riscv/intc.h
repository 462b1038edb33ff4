/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's interrupt controllers. Data picks one of three pairs: a PLIC; an APLIC wired to the harts; an APLIC that sends
 * messages to the harts' IMSICs, which then also carry kicks.
 */
#ifndef ARCH_RISCV_INTC_H
#define ARCH_RISCV_INTC_H

#include "hal/types.h"

struct machine;

struct intc {
	const char *name;
	/* Boot hart, once: map and quiesce. */
	enum err (*init)(const struct machine *m);
	/* This hart takes what is, or will be, connected to it: called before that, and again after. */
	void (*cpu_init)(u32 cpu);
	/* Source `irq` goes to `cpu`. Boot. */
	void (*connect)(u32 irq, bool edge, u32 cpu);
	/* Interrupt another hart. */
	void (*kick)(u32 cpu);
	/* An external interrupt is pending here: take one. The source, KICK, or 0: it went away. */
	u32 (*take)(void);
	/* The source's handler has run. */
	void (*done)(u32 irq);
};

#define INTC_KICK UINT32_MAX

extern const struct intc intc_plic, intc_aplic, intc_imsic;

/* Kicks by firmware (SBI IPI), where the controller has none. */
void intc_kick_by_firmware(u32 cpu);

/* ---- what aplic.c and imsic.c share ---- */
#define IMSIC_KICK_ID 1u
#define IMSIC_FIRST_ID 2u /* of devices */
/* An identity for source `irq` at `cpu`, enabled there; 0: none is left. Boot, on the boot hart. */
u32 imsic_identity(u32 cpu, u32 irq);
/* This hart's file: enable what imsic_identity() gave it. */
void imsic_cpu_init(u32 cpu);
u32 imsic_take(void);
void imsic_kick(u32 cpu);
enum err imsic_init(const struct machine *m) MUST_USE;

#endif
