/* SPDX-License-Identifier: Apache-2.0 */
/* The compiler's own <limits.h> expects a C library behind it. */
#ifndef STUB_LIMITS_H
#define STUB_LIMITS_H

#define CHAR_BIT 8
#define INT_MAX __INT_MAX__
#define INT_MIN (-INT_MAX - 1)
#define UINT_MAX (2U * INT_MAX + 1U)
#define LONG_MAX __LONG_MAX__
#define ULONG_MAX (2UL * LONG_MAX + 1UL)

#endif
