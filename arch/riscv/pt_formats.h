/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page table formats: the host's Sv39, Sv48, Sv57 and the second stage's Sv39x4, Sv48x4, Sv57x4 (Privileged Architecture
 * 12.3-12.6, 21.5.1), whose root has four times the entries: 16 KiB, aligned to that. Pure data and functions;
 * s2_format() of hal/vcpu.h is here.
 *
 * The architecture's level n is the walker's level n.
 */
#ifndef ARCH_RISCV_PT_FORMATS_H
#define ARCH_RISCV_PT_FORMATS_H

#include "core/pgtable.h"

/* By number of levels less 3: Sv39, Sv48, Sv57. */
#define SV_FORMATS 3u
extern const struct pt_format host_formats[SV_FORMATS];
/* The same where Svpbmt exists: device memory says so itself instead of by the machine's attributes alone. */
extern const struct pt_format host_formats_pbmt[SV_FORMATS];
extern const struct pt_format gstage_formats[SV_FORMATS];
extern const struct pt_format gstage_formats_pbmt[SV_FORMATS];
/* Both with runs of 64 KiB, where Svnapot exists. */
extern const struct pt_format gstage_formats_napot[SV_FORMATS];
extern const struct pt_format gstage_formats_pbmt_napot[SV_FORMATS];
/* Svpbmt, Svnapot are there, on all harts and in both stages: found by feature.c. Constant from the plan on. */
extern bool pt_pbmt, pt_napot;

/* MODE of satp and hgatp for a format: 8, 9, 10 (tables 31 and 62). */
static inline u64 pt_mode(const struct pt_format *fmt)
{
	return 5u + fmt->levels;
}

#endif
