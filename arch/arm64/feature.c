/* SPDX-License-Identifier: Apache-2.0 */
/* What stays of boot_feature.c once guests run. Constant by then. */
#include "arch/arm64/feature.h"

u64 features_present;
u32 feature_pa_bits;
_Static_assert(FEATURES <= 64, "a bit each");
