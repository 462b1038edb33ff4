/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of riscv64; the runner is tests/guests/bare/hostile.c. */
#ifndef BARE_RISCV64_HOSTILE_H
#define BARE_RISCV64_HOSTILE_H

#ifndef __ASSEMBLER__
#include "tests/guests/bare/hostile.h"

extern const struct row memory_rows[], walk_rows[], mmio_rows[], csr_rows[], insn_rows[], user_rows[],
	sbi_rows[], time_rows[], msi_rows[], plic_rows[], wait_rows[], fuzz_rows[], last_rows[];

/* ---- the machine ---- */

#define RTC_BASE 0x00101000ULL
#define FINISHER_BASE 0x00100000ULL
#define GPIO_BASE 0x10060000ULL
#define RTC_ALARM_HIGH 0x0c
/* Nobody's. */
#define HOLE 0x0b000000ULL
#define UART_SCRATCH 7
#define UART_SIZE 0x100

/* ---- hostile_run.c ---- */

/* Does this machine have APLIC and IMSICs? Else a PLIC. */
extern bool has_aia;
/* Interrupts that the runner's handlers took since the row began, by number. */
extern volatile u32 irqs_taken[IRQS];
/* Interrupts as the runner wants them: enabled are its timer's and software's, nothing else is pending. */
void irq_clean(void);

/* ---- instructions under test ---- */

struct outcome {
	u32 taken; /* exceptions; what follows is the last one's */
	u64 cause, stval, sepc;
	u64 x[8]; /* a0..a7 afterwards */
};

/* Call `code` with a0..a7 = regs; what it raises is caught and gone on behind. */
struct outcome run_code(const void *code, const u64 regs[8]);
/* The same for one instruction, of 16 or 32 bits by its encoding. */
struct outcome run_insn(u32 insn, u64 a0, u64 a1);
/* Where run_insn() has it. */
u64 insn_address(void);

/* Instructions with a return behind them. */
#define CODE(name, text)                                                                                \
	extern const char name[];                                                                       \
	__asm__(".pushsection .text\n.option push\n.option arch, +f, +d, +c\n.balign 8\n.global " #name \
		"\n" #name ": " text "\nret\n.option pop\n.popsection")

/* One exception of that cause, with stval and sepc as hardware gives them. */
bool is_fault(const struct outcome *o, u64 cause, u64 stval, u64 sepc);
static inline bool is_illegal(const struct outcome *o, u32 insn)
{
	return is_fault(o, CAUSE_ILLEGAL, insn, insn_address());
}
/* "ok", "illegal", "load fault"..., and what is wrong with stval (when `va` is not NO_VA) or sepc (when not 0). */
#define NO_VA (~0ULL)
void say_outcome(const struct outcome *o, u64 sepc, u64 va);
/* Its name in these. */
const char *cause_name(u64 cause);

/* Encodings: SYSTEM instructions by fields; CSRs by funct3. */
#define INSN_SYSTEM(funct3, rd, rs1, imm) \
	(0x73u | (rd) << 7 | (funct3) << 12 | (rs1) << 15 | (u32)(imm) << 20)
#define INSN_CSRRW(rd, csr, rs1) INSN_SYSTEM(1u, rd, rs1, csr)
#define INSN_CSRRS(rd, csr, rs1) INSN_SYSTEM(2u, rd, rs1, csr)
#define INSN_R(opcode, funct3, funct7, rd, rs1, rs2)                                        \
	((opcode) | (u32)(rd) << 7 | (funct3) << 12 | (u32)(rs1) << 15 | (u32)(rs2) << 20 | \
	 (u32)(funct7) << 25)
#define INSN_RET 0x00008067u
#define A0 10u
#define A1 11u

/* ---- hostile_asm.S ---- */

void code_call(const void *code, u64 regs[8]);
/* An SBI call with all other registers watched: 0 when they came back, else the number of one that did not. */
u64 call_watch(u64 extension, u64 function, u64 a0);
/* sret to (pc, U-mode) with a0..a3 = regs. */
void enter_user(u64 pc, const u64 *regs);

/* ---- hostile_map.c ---- */

#define PTE_V (1ULL << 0)
#define PTE_R (1ULL << 1)
#define PTE_W (1ULL << 2)
#define PTE_X (1ULL << 3)
#define PTE_U (1ULL << 4)
#define PTE_A (1ULL << 6)
#define PTE_D (1ULL << 7)
#define PTE_LEAF (PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D)
#define PTE_OF(address, bits) ((address) >> 2 | (bits))

void sfence(void);
/* The first level's entries; those of alias() and of the upper half are for rows. */
u64 *root_table(void);
/* The address, executable (and U-mode's) as far as stage 1 goes. */
u64 alias(u64 address);
u64 user_alias(u64 address);
/* Run in U-mode: a0..a3 = regs; ends by any exception, which is returned. */
struct frame run_user(u64 pc, const u64 regs[4]);

#endif
#endif
