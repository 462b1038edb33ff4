/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's own translation, walked by software (Privileged Architecture 12.3.2): Bare, Sv39, Sv48, Sv57 with Svnapot. Pure. */
#ifndef ARCH_RISCV_S1WALK_H
#define ARCH_RISCV_S1WALK_H

#include "hal/types.h"

enum s1_result {
	S1_OK,
	S1_FAULT,     /* the tables do not translate the address: a page fault */
	S1_NO_MEMORY, /* an entry lies where no memory is: an access fault */
};

/*
 * Where `va` lies under `vsatp`; rights are not looked at. `read` gives the entry of 8 bytes at a guest physical address,
 * false: no memory there. *gpa is where the address lies, or with S1_NO_MEMORY the entry.
 */
enum s1_result s1_walk(u64 vsatp, u64 va, bool (*read)(void *ctx, u64 gpa, u64 *pte), void *ctx, u64 *gpa);

#endif
