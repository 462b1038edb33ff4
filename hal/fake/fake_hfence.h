/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RISC-V harts' address translation of guests: two stages, each with a cache of its own, and a third of what both give together, all
 * three by VMID (Privileged Architecture 21.3.2, 21.5). They keep everything that was ever looked up until a fence that must
 * remove it, and no fence removes more than it must:
 *
 *   HFENCE.GVMA with an address    leaves of the second stage for it; never pointers to tables; never the first stage
 *   HFENCE.GVMA without            all of the second stage
 *   either                         what both stages give together, of that VMID whatever the address
 *   HFENCE.VVMA                    the first stage and what both give together, of the VMID in hgatp
 *
 * The second stage's tables are walked in fake RAM, by the manual's figures.
 */
#ifndef HAL_FAKE_FAKE_HFENCE_H
#define HAL_FAKE_FAKE_HFENCE_H

#include "hal/types.h"

#define HFENCE_ALL UINT64_MAX

/* The harts have Svnapot; false after a reset. */
extern bool fake_hart_napot;

/* Nothing is cached anywhere. */
void fake_hfence_reset(void);

/* Where a guest's access ends under these registers; false: a guest-page fault. Fills the caches of `hart`. */
bool fake_hart_access(u32 hart, u64 hgatp, u64 vsatp, u64 va, bool write, u64 *hpa);
/* The same by a walk alone. */
bool fake_hart_walk(u64 hgatp, u64 vsatp, u64 va, bool write, u64 *hpa);
/* A guest's first stage: given by the test; NULL or vsatp 0: bare. */
extern u64 (*fake_hart_stage1)(u64 vsatp, u64 va);

/* Addresses are bytes; HFENCE_ALL: rs1 or rs2 is x0. */
void fake_hfence_gvma(u32 hart, u64 gpa, u64 vmid);
void fake_hfence_vvma(u32 hart, u64 vmid, u64 va, u64 asid);

#endif
