/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual-instruction exceptions (Privileged Architecture 21.6.1): what VS- or VU-mode may not do although HS-mode might. A guest
 * has no hypervisor extension, so nearly all of it becomes the illegal instruction it would be on such a machine.
 */
#include "arch/riscv/exit.h"
#include "core/vm.h"

#define OPCODE(i) ((i) & 0x7f)
#define OP_SYSTEM 0x73
#define FUNCT3(i) ((i) >> 12 & 7)
#define RD(i) ((i) >> 7 & 31)
#define RS1(i) ((i) >> 15 & 31)
#define CSR(i) ((i) >> 20)
#define INSN_WFI 0x10500073
#define INSN_WRS_NTO 0x00d00073

static void illegal(struct vcpu_arch *a, u32 insn)
{
	exit_note(a, EXIT_FAULT, insn);
	inject_exception(EXC_ILLEGAL, insn);
}

static void exit_wfi(struct vcpu_arch *a)
{
	exit_skip(4);
	a->core->exits[EXIT_IDLE]++;
	vcpu_block(a->core);
}

/* WRS.NTO of any mode, which waits for a store of another hart (Zawrs): it may end early, so another vCPU may run meanwhile. */
static void exit_wrs(struct vcpu_arch *a)
{
	exit_skip(4);
	a->core->exits[EXIT_IDLE]++;
	vcpu_yield(a->core);
}

/* CSRRW, CSRRS, CSRRC and their forms with an immediate: which bits are written, and what they become. */
static void csr_operands(const struct vcpu_arch *a, u32 insn, u64 *mask, u64 *value)
{
	u32 rs1 = RS1(insn);
	u64 operand = FUNCT3(insn) & 4 ? rs1 : exit_reg_get(a, rs1);

	*mask = (FUNCT3(insn) & 3) == 1 ? ~0ULL : operand;
	*value = (FUNCT3(insn) & 3) == 1 ? operand : (FUNCT3(insn) & 3) == 2 ? ~0ULL : 0;
}

/* Without a guest interrupt file these two of the AIA's trap (AIA 1.0, 2.5 and 3.10). False: it is not one of them. */
static bool aia_csr(struct vcpu_arch *a, u32 insn)
{
	u64 mask, value, old = 0;

	if (!FUNCT3(insn) || FUNCT3(insn) == 4 || (CSR(insn) != CSR_SIREG && CSR(insn) != CSR_STOPEI))
		return false;
	if (!(csr_read(CSR_SSTATUS) & SSTATUS_SPP))
		return false;
	csr_operands(a, insn, &mask, &value);
	/* A write of stopei with rs1 other than x0 claims, whatever is written. */
	if (CSR(insn) == CSR_STOPEI && (FUNCT3(insn) & 3) != 1)
		mask = RS1(insn) ? ~0ULL : 0;
	if (!vintc_csr(a, CSR(insn), mask, value, &old))
		return false;
	exit_reg_set(a, RD(insn), old);
	exit_skip(4);
	return true;
}

/* stval holds the instruction, or 0 where the hart does not give it (21.4.4). All that trap so have 32 bits. */
void exit_virtual_insn(struct vcpu_arch *a, u64 scause UNUSED)
{
	u32 insn = (u32)csr_read(CSR_STVAL), length = 4;

	if (!insn && !exit_fetch(a, &insn, &length))
		return;
	if (insn == INSN_WFI && csr_read(CSR_SSTATUS) & SSTATUS_SPP)
		exit_wfi(a);
	else if (insn == INSN_WRS_NTO)
		exit_wrs(a);
	else if (OPCODE(insn) != OP_SYSTEM || length != 4 || !aia_csr(a, insn))
		illegal(a, insn);
}
