/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page table formats: the host's 4-level paging (Intel SDM vol. 3A, "4-Level Paging and 5-Level Paging"; AMD APM vol. 2, 5.3), EPT (SDM
 * vol. 3C, "EPT Translation Mechanism") and NPT (APM vol. 2, 15.25). Pure data and functions; s2_format() of hal/vcpu.h is here.
 *
 * Each comes twice: by whether the CPU has leaves of 1 GiB. Level n of the walker is the page table (0), the page directory (1), the
 * page-directory-pointer table (2) and the PML4 (3).
 */
#ifndef ARCH_X86_PT_FORMATS_H
#define ARCH_X86_PT_FORMATS_H

#include "core/pgtable.h"

#define PT_1G_VARIANTS 2u

/* EFER.NXE is set. Entry 3 of the PAT (PCD, PWT) is UC, entry 0 WB. */
extern const struct pt_format long_mode_formats[PT_1G_VARIANTS];
/* Walks of length 4; accessed and dirty flags for EPT are off (EPTP bit 6). */
extern const struct pt_format ept_formats[PT_1G_VARIANTS];
/* hCR4 and hEFER as the host's; all of a guest's accesses are user accesses here (15.25.5). */
extern const struct pt_format npt_formats[PT_1G_VARIANTS];

/* What all CPUs have: found before the plan, constant then. */
extern bool pt_1g;  /* leaves of 1 GiB, in the second stage */
extern bool pt_npt; /* the second stage is NPT, else EPT */

#endif
