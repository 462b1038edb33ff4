/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The formats a proof run may choose by -DFORMAT=...: those of arm64, of RISC-V's
 * second stage with its 16 KiB root, and of x86_64's.
 */
#ifndef TESTS_PROOFS_FORMATS_H
#define TESTS_PROOFS_FORMATS_H

#include "arch/arm64/pt_formats.h"
#include "arch/riscv/pt_formats.h"
#include "arch/x86/pt_formats.h"
#include "hal/vcpu.h"

#define FMT_S2_48 s2_format(48)
#define FMT_S2_44 s2_format(44)
#define FMT_S2_43 s2_format(43) /* 16 concatenated tables */
#define FMT_S2_40 s2_format(40) /* 2 */
#define FMT_S2_36 s2_format(36)
#define FMT_EL2 (&el2_format)
#define FMT_SV39X4 (&gstage_formats[0]) /* 41 bits, 4 root pages */
#define FMT_SV39X4_RUNS (&gstage_formats_napot[0])
#define FMT_SV48X4 (&gstage_formats_pbmt[1]) /* 50 bits, 4 root pages */
#define FMT_SV57X4 (&gstage_formats[2])
#define FMT_EPT (&ept_formats[1]) /* with leaves of 1 GiB */
#define FMT_EPT_2M (&ept_formats[0])
#define FMT_NPT (&npt_formats[1])

#endif
