/* SPDX-License-Identifier: Apache-2.0 */
/* Registers that outlive a vCPU when nobody cleans them: residue_registers.c of each architecture. */
#ifndef BARE_RESIDUE_H
#define BARE_RESIDUE_H

#include "tests/guests/bare/lib.h"

#define MARK 0x6c6566746f766572ULL /* "leftover" */

/* The bits that are set in any of them: before anything here has used one. */
u64 registers_left(void);
/* MARK into all of them. */
void leave_registers(void);

#endif
