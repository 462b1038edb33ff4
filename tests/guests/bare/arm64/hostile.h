/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of arm64; the runner is tests/guests/bare/hostile.c. */
#ifndef BARE_HOSTILE_H
#define BARE_HOSTILE_H

#define CONTEXT_SP 96

#ifndef __ASSEMBLER__
#include "tests/guests/bare/hostile.h"

/* Each file's rows; ended by one without a name. */
extern const struct row memory_rows[], walk_rows[], mmio_rows[], fuzz_rows[], gic_rows[], call_rows[],
	register_rows[], system_rows[], debug_rows[], aarch32_rows[], time_rows[], last_rows[];

/* ---- hostile_run.c ---- */

/* IRQs taken by the row runner's handler since the row began, by INTID below 32. */
extern volatile u32 irqs_taken[32];
/* The interrupt controller as the runner wants it: nothing but its own timer enabled, active or pending. */
void gic_clean(void);

/* ---- instructions under test ---- */

struct outcome {
	u32 taken; /* exceptions */
	u32 ec, iss;
	u64 far, elr, spsr;
	u64 x[8]; /* registers afterwards */
};

/* Call `code` with x0..x7 = regs; what it raised is caught. */
struct outcome run_code(const void *code, const u64 regs[8]);
/* The same for one instruction. */
struct outcome run_insn(u32 insn, u64 x0, u64 x1);
/* One instruction with a return behind it, as data (dst in x1, base in x0 by convention). */
#define CODE(name, text)          \
	extern const char name[]; \
	__asm__(".pushsection .text\n.balign 8\n.global " #name "\n" #name ": " text "\nret\n.popsection")

/* "ok", "undefined", "data abort 10 w"..., and what is wrong with FAR (when `va` is not NO_VA) or ELR. */
#define NO_VA (~0ULL)
void say_outcome(const struct outcome *o, u64 pc, u64 va);

/* MRS and MSR of a register by its encoding, x1. */
#define SYS_INSN(read, op0, op1, crn, crm, op2)                                                         \
	(0xd5000000u | (read ? 1u << 21 : 0) | (u32)(op0) << 19 | (u32)(op1) << 16 | (u32)(crn) << 12 | \
	 (u32)(crm) << 8 | (u32)(op2) << 5 | 1)

/* ---- hostile_asm.S ---- */

void code_call(const void *code, u64 regs[8]);
/* eret to (pc, spsr) with x0..x3 = regs, SP_EL0 = regs[4]; returns by context_load. */
u64 call_watch(u64 id, u64 smc); /* 0: x1..x30 came back */
extern u64 call_answer;
u32 read32_swapped(u64 va, u64 sctlr);
void write32_swapped(u64 va, u64 sctlr, u32 value);
void regime_nonsense(u64 value);
void enter_el0(u64 pc, u64 spsr, const u64 *regs);

/* ---- hostile_map.c ---- */

/* Aliases of a GiB in this guest's first level table: VA of the same address there. */
enum alias { ALIAS_NORMAL, ALIAS_USER, ALIAS_LOW_USER, ALIASES };
/* Normal memory: executable at EL1. User: EL0 may read, write and execute (device: not execute). */
u64 alias(enum alias how, u64 address);
void tlbi_all(void);

/* Run at EL0: x0..x3 = regs[0..3], SP = regs[4]; ends by any exception of EL0, which is returned. */
struct frame run_el0(u64 pc, u64 spsr, const u64 regs[5]);
#define SPSR_EL0_A64 0x3c0
#define SPSR_EL0_A32 0x1d0
#define SPSR_EL0_T32 0x1f0

#endif
#endif
