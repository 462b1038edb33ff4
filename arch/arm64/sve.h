/* SPDX-License-Identifier: Apache-2.0 */
/* SVE registers of a vCPU: Z0-Z31, P0-P15, FFR at this machine's vector length (DDI 0584). */
#ifndef ARM64_SVE_H
#define ARM64_SVE_H

#include "hal/types.h"

/* Bytes, multiple of 64; 0 without SVE. Constant after boot. */
size_t sve_state_size(void);
/* Boot, each CPU: use the shortest of the CPUs' maximum vector lengths on all. */
void sve_read_cpu(void);
/* ZCR_EL2 for that length. */
u64 sve_zcr_el2(void);

/* `fp` points at FPSR and FPCR, two u64. */
void sve_save(u8 *state, u64 *fp);
void sve_load(const u8 *state, const u64 *fp);

#endif
