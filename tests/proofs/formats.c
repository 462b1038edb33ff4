/* SPDX-License-Identifier: Apache-2.0 */
/* RISC-V's formats beside arm64's, whose s2_format() has the name. */
#include "tests/proofs/formats.h"

#define s2_format riscv_s2_format
#include "arch/riscv/pt_formats.c"
#undef s2_format
