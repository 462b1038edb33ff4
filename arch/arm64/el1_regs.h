/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The EL1 and EL0 registers that belong to a vCPU: one line a register, in the
 * order in which they are saved and loaded. R(field, register, reset value).
 * Registers of optional features stand in tables of their own with the test
 * that says whether the machine has them.
 */
#ifndef ARM64_EL1_REGS_H
#define ARM64_EL1_REGS_H

/* Reset: MMU and caches off, little-endian; the rest is architecturally unknown and zero here. */
#define EL1_REGS(R)                      \
	R(cpacr, CPACR_EL1, 0)           \
	R(ttbr0, TTBR0_EL1, 0)           \
	R(ttbr1, TTBR1_EL1, 0)           \
	R(mair, MAIR_EL1, 0)             \
	R(amair, AMAIR_EL1, 0)           \
	R(vbar, VBAR_EL1, 0)             \
	R(contextidr, CONTEXTIDR_EL1, 0) \
	R(afsr0, AFSR0_EL1, 0)           \
	R(afsr1, AFSR1_EL1, 0)           \
	R(esr, ESR_EL1, 0)               \
	R(far, FAR_EL1, 0)               \
	R(par, PAR_EL1, 0)               \
	R(elr, ELR_EL1, 0)               \
	R(spsr, SPSR_EL1, 0)             \
	R(sp0, SP_EL0, 0)                \
	R(sp1, SP_EL1, 0)                \
	R(tpidr0, TPIDR_EL0, 0)          \
	R(tpidrro0, TPIDRRO_EL0, 0)      \
	R(tpidr1, TPIDR_EL1, 0)          \
	R(cntkctl, CNTKCTL_EL1, 0)       \
	R(csselr, CSSELR_EL1, 0)         \
	R(mdscr, MDSCR_EL1, 0)

/* SCTLR_EL1 and TCR_EL1 are apart: the order of their writes matters for speculative walks (vcpu.c). */

/* FEAT_PAuth (ID_AA64ISAR1/2) */
#define EL1_PAUTH_REGS(R)            \
	R(apia_lo, APIAKeyLo_EL1, 0) \
	R(apia_hi, APIAKeyHi_EL1, 0) \
	R(apib_lo, APIBKeyLo_EL1, 0) \
	R(apib_hi, APIBKeyHi_EL1, 0) \
	R(apda_lo, APDAKeyLo_EL1, 0) \
	R(apda_hi, APDAKeyHi_EL1, 0) \
	R(apdb_lo, APDBKeyLo_EL1, 0) \
	R(apdb_hi, APDBKeyHi_EL1, 0) \
	R(apga_lo, APGAKeyLo_EL1, 0) \
	R(apga_hi, APGAKeyHi_EL1, 0)

/* FEAT_RAS */
#define EL1_RAS_REGS(R)        \
	R(vsesr, VSESR_EL2, 0) \
	R(vdisr, VDISR_EL2, 0)

#endif
