/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hostile guest: attacks in rows, each printing `ROW name: result`, which tests/guests/hostile-ARCH.cfg compares with what the
 * architecture says. A row that ends in an exception it did not expect, or takes too long, says so and the next one begins. Here
 * stands what every architecture has; ARCH/hostile.h is the rows' own.
 */
#ifndef BARE_HOSTILE_COMMON_H
#define BARE_HOSTILE_COMMON_H

#define CONTEXT_WORDS 16

#ifndef __ASSEMBLER__
#include "tests/guests/bare/lib.h"

#define KIB (1ULL << 10)
#define MIB (1ULL << 20)
#define GIB (1ULL << 30)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define UNUSED __attribute__((unused))

/* hostile.sh gives this VM 64 MiB, and the machine 2 GiB. */
#define RAM_END (RAM_BASE + 64 * MIB)
#define HOST_RAM_END (RAM_BASE + 2048 * MIB)

struct row {
	const char *name;
	void (*fn)(void);
};

/* ---- hostile.c ---- */

/* A part of the row's result; the first call prints its name before. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Deterministic, xorshift64. */
u64 random64(void);
/* The other vCPU runs fn(arg) and powers off; false: it did not end in time. */
bool on_other(void (*fn)(u64 arg), u64 arg);
bool other_is_off(void);
/* The row's time is `ms` from now on. */
void row_time(u32 ms);
/* context_load() of it, on vCPU 0: the row is over. */
u64 *row_context(void);

/* ---- the architecture's ---- */

/* Each a list ended by a row without a name; NULL: the last. */
extern const struct row *const row_groups[];
/* MMU, vectors, and no interrupt but the row's timer. */
void rows_init(const void *tree);
/* Interrupts are masked before and after. */
void row_begin(void);
void row_end(void);
/* As setjmp and longjmp: 0 now, 1 when context_load comes back here. */
__attribute__((returns_twice)) u64 context_save(u64 *context);
extern const char context_load[]; /* first argument: context */

#endif
#endif
