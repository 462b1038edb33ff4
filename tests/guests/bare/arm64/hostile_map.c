/* SPDX-License-Identifier: Apache-2.0 */
/* Aliases in the hostile guest's own tables, and EL0. The library's first level table is TTBR0's. */
#include "tests/guests/bare/arm64/hostile.h"

#define BLOCK 1ULL
#define AF (1ULL << 10)
#define SHARED (3ULL << 8)
#define AP_EL0 (1ULL << 6)
#define PXN (1ULL << 53)
#define UXN (1ULL << 54)
#define NORMAL (1ULL << 2)

/* First level index: 2 and 3 are below 4 GiB, so that AArch32 reaches them. */
enum { LOW_DEVICE = 2, LOW_MEMORY = 3, HIGH = 480 };

static u64 *first_level(void)
{
	return (u64 *)(uintptr_t)(read_sysreg(ttbr0_el1) & 0xfffffffff000ULL);
}

void tlbi_all(void)
{
	__asm__ volatile("dsb ishst\n\ttlbi vmalle1is\n\tdsb ish\n\tisb" ::: "memory");
}

static u64 map_gib(u32 index, u64 gib, u64 attributes)
{
	first_level()[index] = gib * GIB | attributes | AF | BLOCK;
	tlbi_all();
	return index * GIB;
}

u64 alias(enum alias how, u64 address)
{
	u64 gib = address / GIB, off = address % GIB;
	bool memory = gib == RAM_BASE / GIB;
	u64 type = memory ? NORMAL | SHARED : UXN | PXN;

	if (how == ALIAS_NORMAL)
		return map_gib(HIGH, gib, NORMAL | SHARED) + off;
	if (how == ALIAS_USER)
		return map_gib(HIGH + 1 + (u32)memory, gib, type | AP_EL0) + off;
	return map_gib(memory ? LOW_MEMORY : LOW_DEVICE, gib, type | AP_EL0) + off;
}

static u64 el0_context[16];
static struct frame el0_frame;

static void from_el0(struct frame *f)
{
	el0_frame = *f;
	f->elr = (u64)(uintptr_t)context_load;
	f->spsr = 0x345; /* EL1h, IRQs on */
	f->x[0] = (u64)(uintptr_t)el0_context;
}

struct frame run_el0(u64 pc, u64 spsr, const u64 regs[5])
{
	exception_fn sync64 = exception_handler[VECTOR_EL0_SYNC],
		     sync32 = exception_handler[VECTOR_EL0_32_SYNC];

	exception_handler[VECTOR_EL0_SYNC] = exception_handler[VECTOR_EL0_32_SYNC] = from_el0;
	if (!context_save(el0_context))
		enter_el0(pc, spsr & ~0x80ULL, regs);
	exception_handler[VECTOR_EL0_SYNC] = sync64;
	exception_handler[VECTOR_EL0_32_SYNC] = sync32;
	return el0_frame;
}
