/* SPDX-License-Identifier: Apache-2.0 */
/*
 * At which level a guest's own (stage 1) walk left memory. Hardware reports the level of stage 2's walk
 * only; the external abort that a guest gets instead names the level of its own (DDI 0487 D8.2). Pure.
 */
#ifndef ARM64_S1WALK_H
#define ARM64_S1WALK_H

#include "hal/types.h"

struct s1_regime {
	u64 tcr, ttbr[2]; /* TCR_EL1, TTBR0_EL1, TTBR1_EL1 */
	bool big_endian;  /* SCTLR_EL1.EE */
};

/* Read a descriptor as memory has it, little-endian; false: no memory there. */
typedef bool (*s1_read_fn)(void *ctx, u64 ipa, u64 *desc);

/*
 * Level (-1 to 3) of the descriptor for `va` that lies in the 4 KiB page of `ipa`, or is the first that cannot be
 * read; where the tables lead elsewhere meanwhile, the last level reached. At most 5 reads.
 */
s32 s1_walk_level(const struct s1_regime *r, u64 va, u64 ipa, s1_read_fn read, void *ctx);

#endif
