/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vocabulary of the whole tree: fixed-width integers, address types that
 * cannot be mixed up, the error codes of internal calls, and compiler
 * attributes. Freestanding; usable by every layer, host tool and proof.
 */
#ifndef HAL_TYPES_H
#define HAL_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

/* Physical address of the machine. */
typedef struct {
	u64 v;
} hpa_t;
/* Physical address as a guest sees it (Arm: IPA). */
typedef struct {
	u64 v;
} gpa_t;

#define HPA(x) ((hpa_t){(x)})
#define GPA(x) ((gpa_t){(x)})

/*
 * Outcome of an internal call. Zero is success. Each outer ABI (hypercall,
 * PSCI, SBI, monitor) translates these with a table of its own.
 */
enum err {
	OK = 0,
	ERR_AGAIN,       /* one step done, call again */
	ERR_INVAL,       /* argument malformed */
	ERR_RANGE,       /* argument outside its allowed range */
	ERR_EXIST,       /* already there */
	ERR_NOENT,       /* not there */
	ERR_NOMEM,       /* a static pool is exhausted */
	ERR_PERM,        /* caller does not own what it names */
	ERR_STATE,       /* not in a state in which this is possible */
	ERR_BUSY,        /* somebody else is at it */
	ERR_UNSUPPORTED, /* known, not in this build or machine */
	ERR_IO,          /* a device answered with an error */
};

#define MUST_USE __attribute__((warn_unused_result))
#define NORETURN __attribute__((noreturn))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define ALIGNED(n) __attribute__((aligned(n)))
#define PACKED __attribute__((packed))
/* Runs only before start_run(): given back then (linker/). */
#define BOOT_CODE __attribute__((section(".boot.text"), noinline))
/* Zeroed by the entry code, and may be written before caches are on; the rest of .bss is zeroed after that. */
#define EARLY_BSS __attribute__((section(".bss.early")))
#define UNUSED __attribute__((unused))
#define NOINLINE __attribute__((noinline))
#define COLD __attribute__((cold, noinline))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(p, type, member) ((type *)(void *)((char *)(p) - offsetof(type, member)))

#define KIB(n) ((u64)(n) << 10)
#define MIB(n) ((u64)(n) << 20)
#define GIB(n) ((u64)(n) << 30)
#define PAGE_SHIFT 12
#define PAGE_SIZE KIB(4)
#define NO_DEADLINE UINT64_MAX

static inline u64 align_down(u64 x, u64 a)
{
	return x & ~(a - 1);
}

static inline u64 align_up(u64 x, u64 a)
{
	return (x + a - 1) & ~(a - 1);
}

/* Is [addr, addr+size) inside [base, base+len), without overflow? */
static inline bool range_inside(u64 addr, u64 size, u64 base, u64 len)
{
	return addr >= base && size <= len && addr - base <= len - size;
}

static inline u64 min_u64(u64 a, u64 b)
{
	return a < b ? a : b;
}

static inline u64 max_u64(u64 a, u64 b)
{
	return a > b ? a : b;
}

#endif
