/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest exit in the core's terms. The architecture decodes what hardware
 * reports into this; exits that are wholly architectural (system registers,
 * power calls) never reach the core.
 */
#ifndef HAL_VMEXIT_H
#define HAL_VMEXIT_H

#include "hal/types.h"

enum exit_reason {
	EXIT_IRQ,       /* a physical interrupt */
	EXIT_MMIO,      /* access to a guest address without memory */
	EXIT_HYPERCALL, /* hypercall, secure monitor call */
	EXIT_SYSREG,    /* trapped system register, MSR, CSR */
	EXIT_IDLE,      /* WFI, HLT */
	EXIT_YIELD,     /* WFE, PAUSE */
	EXIT_SGI,       /* a guest's inter-processor interrupt */
	EXIT_FAULT,     /* reflected into the guest as an exception */
	EXIT_ERROR,     /* hardware error attributed to the guest */
	EXIT_OTHER,
	EXIT_REASONS
};

/* One access of 1, 2, 4 or 8 bytes to guest physical `addr`. */
struct mmio_access {
	gpa_t addr;
	u64 value; /* to write, or what was read (zero-extended) */
	u8 size;
	bool write;
};

#endif
