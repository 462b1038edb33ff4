/* SPDX-License-Identifier: Apache-2.0 */
/* The compiler's stack protector. */
#ifndef CORE_GUARD_H
#define CORE_GUARD_H

#include "hal/types.h"

/*
 * Boot CPU, early: the guard becomes one that depends on `bits`, as random as the machine has them by then (its counter).
 * The caller is not protected itself: it is marked optimize("no-stack-protector") and does not return.
 */
void guard_init(u64 bits);

#endif
