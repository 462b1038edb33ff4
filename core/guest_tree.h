/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device tree that a guest receives: QEMU's `virt`, less what the VM does not
 * have (docs/manifest.md, "What a guest sees"). Written once at boot, from the plan
 * alone. What the board adds is drivers/emul/tree_ARCH.c's.
 */
#ifndef CORE_GUEST_TREE_H
#define CORE_GUEST_TREE_H

#include "core/plan.h"
#include "hal/types.h"

/*
 * No tree is larger: 64 vCPUs and 2047 bytes of bootargs make about 12 KiB on arm64, and up to 120 KiB on riscv64, where
 * every vCPU has the names of all its extensions twice. Only what is used is kept.
 */
#define GUEST_TREE_MAX KIB(128)

#define GUEST_RNG_SEED_SIZE 64 /* bytes; Linux credits all of them */
#define GUEST_KASLR_SEED_SIZE 8

/*
 * Linux credits an rng-seed of zeros as randomness too, so without randomness the property must go: this many bytes
 * before seed_off and the seed itself, a multiple of 4, are overwritten with this word (the token FDT_NOP, as stored
 * by a little-endian CPU).
 */
#define GUEST_SEED_HEADER 12
#define GUEST_TREE_NOP UINT32_C(0x04000000)

struct guest_tree_initrd {
	gpa_t at;
	u64 size; /* 0: none */
};

/*
 * Write the tree of `vm` to `out` (8-byte aligned, `room` bytes); *size is what it takes.
 * vm->nr_vcpus, layout, memory or ram, console, bootargs and protocol are read; vm->seed_off and
 * seed_len are set. The seeds are zero until somebody who has randomness fills them, which must be
 * before every start. ERR_NOMEM: `room` is too small.
 */
enum err guest_tree_write(struct vm_plan *vm, const struct guest_tree_initrd *initrd, void *out, u32 room,
			  u32 *size) MUST_USE;

/*
 * arm64: MPIDR affinity of vCPU `i`, as the vGIC presents it: 16 to a cluster, because an SGI's target list
 * has 16.
 */
static inline u64 guest_mpidr(u32 i)
{
	return (i & 15) | (u64)(i >> 4) << 8;
}

#endif
