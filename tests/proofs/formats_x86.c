/* SPDX-License-Identifier: Apache-2.0 */
/* x86_64's formats beside arm64's, whose s2_format() has the name. */
#include "tests/proofs/formats.h"

#define s2_format x86_s2_format
#include "arch/x86/pt_formats.c"
#undef s2_format
