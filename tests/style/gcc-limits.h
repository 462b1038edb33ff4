/* SPDX-License-Identifier: Apache-2.0 */
/* Macros that gcc defines and its <stdint.h> uses; clang-tidy reads that header without them. */
#ifndef GCC_LIMITS_H
#define GCC_LIMITS_H

#define __INT8_C(c) c
#define __INT16_C(c) c
#define __INT32_C(c) c
#define __INT64_C(c) c##L
#define __UINT8_C(c) c
#define __UINT16_C(c) c
#define __UINT32_C(c) c##U
#define __UINT64_C(c) c##UL
#define __INTMAX_C(c) c##L
#define __UINTMAX_C(c) c##UL

#endif
