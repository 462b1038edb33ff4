/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System register access and the fields used, by the Arm ARM's names
 * (DDI 0487). An encoding the assembler may not know is given as S<op0>_....
 */
#ifndef ARM64_SYSREG_H
#define ARM64_SYSREG_H

#ifndef __ASSEMBLER__
#include "hal/types.h"

#define SYSREG_STR_(x) #x
#define SYSREG_STR(x) SYSREG_STR_(x)

#define read_sysreg(reg)                                                   \
	({                                                                 \
		u64 val_;                                                  \
		__asm__ volatile("mrs %0, " SYSREG_STR(reg) : "=r"(val_)); \
		val_;                                                      \
	})
#define write_sysreg(reg, val)                                                    \
	do {                                                                      \
		u64 wval_ = (val);                                                \
		__asm__ volatile("msr " SYSREG_STR(reg) ", %x0" : : "rZ"(wval_)); \
	} while (0)

#define isb() __asm__ volatile("isb" : : : "memory")
#define dsb(opt) __asm__ volatile("dsb " #opt : : : "memory")
#define dmb(opt) __asm__ volatile("dmb " #opt : : : "memory")
#endif

#define BIT(n) (1ULL << (n))
/* Bits hi..lo of x, as in the manual's x<hi:lo>. */
#define BITS(x, hi, lo) (((x) >> (lo)) & ((2ULL << ((hi) - (lo))) - 1))

/* ---- encodings an Armv8.0 assembler does not know ---- */
#define ID_AA64ZFR0_EL1 S3_0_C0_C4_4
#define ID_AA64SMFR0_EL1 S3_0_C0_C4_5
#define ID_AA64MMFR2_EL1 S3_0_C0_C7_2
#define ID_AA64MMFR3_EL1 S3_0_C0_C7_3
#define ID_AA64MMFR4_EL1 S3_0_C0_C7_4
#define ID_AA64ISAR2_EL1 S3_0_C0_C6_2
#define ID_AA64ISAR3_EL1 S3_0_C0_C6_3
#define ID_AA64PFR2_EL1 S3_0_C0_C4_2
#define ID_PFR2_EL1 S3_0_C0_C3_4
#define ZCR_EL1 S3_0_C1_C2_0
#define ZCR_EL2 S3_4_C1_C2_0
#define SMCR_EL2 S3_4_C1_C2_6
#define HCRX_EL2 S3_4_C1_C2_2
#define HFGRTR_EL2 S3_4_C1_C1_4
#define HFGWTR_EL2 S3_4_C1_C1_5
#define HFGITR_EL2 S3_4_C1_C1_6
#define HDFGRTR_EL2 S3_4_C3_C1_4
#define HDFGWTR_EL2 S3_4_C3_C1_5
#define HAFGRTR_EL2 S3_4_C3_C1_6
#define HFGRTR2_EL2 S3_4_C3_C1_2
#define HFGWTR2_EL2 S3_4_C3_C1_3
#define HDFGRTR2_EL2 S3_4_C3_C1_0
#define HDFGWTR2_EL2 S3_4_C3_C1_1
#define HFGITR2_EL2 S3_4_C3_C1_7
#define TRFCR_EL2 S3_4_C1_C2_1
#define PMSCR_EL2 S3_4_C9_C9_0
#define MPAM2_EL2 S3_4_C10_C5_0
#define MPAMIDR_EL1 S3_0_C10_C4_4
#define PMBLIMITR_EL1 S3_0_C9_C10_0
#define PMBIDR_EL1 S3_0_C9_C10_7
#define TRBLIMITR_EL1 S3_0_C9_C11_0
#define TRBIDR_EL1 S3_0_C9_C11_7
#define AMUSERENR_EL0 S3_3_C13_C2_3
#define MPAMHCR_EL2 S3_4_C10_C4_0
#define MPAM1_EL1 S3_0_C10_C5_0
#define VNCR_EL2 S3_4_C2_C2_0
#define VSESR_EL2 S3_4_C5_C2_3
#define VDISR_EL2 S3_4_C12_C1_1
#define DISR_EL1 S3_0_C12_C1_1
#define CNTPOFF_EL2 S3_4_C14_C0_6
#define CNTSCALE_EL2 S3_4_C14_C0_4
#define TCR2_EL1 S3_0_C2_C0_3
#define SCTLR2_EL1 S3_0_C1_C0_3
#define TCR2_EL2 S3_4_C2_C0_3
#define SCTLR2_EL2 S3_4_C1_C0_3
#define CONTEXTIDR_EL2 S3_4_C13_C0_1
#define TTBR1_EL2 S3_4_C2_C0_1
#define TFSR_EL2 S3_4_C5_C6_0
#define PIR_EL1 S3_0_C10_C2_3
#define PIRE0_EL1 S3_0_C10_C2_2
#define POR_EL1 S3_0_C10_C2_4
#define GCSCR_EL2 S3_4_C2_C5_0
#define BRBCR_EL2 S2_4_C9_C0_0
#define PMMIR_EL1 S3_0_C9_C14_6
#define APIAKeyLo_EL1 S3_0_C2_C1_0
#define APIAKeyHi_EL1 S3_0_C2_C1_1
#define APIBKeyLo_EL1 S3_0_C2_C1_2
#define APIBKeyHi_EL1 S3_0_C2_C1_3
#define APDAKeyLo_EL1 S3_0_C2_C2_0
#define APDAKeyHi_EL1 S3_0_C2_C2_1
#define APDBKeyLo_EL1 S3_0_C2_C2_2
#define APDBKeyHi_EL1 S3_0_C2_C2_3
#define APGAKeyLo_EL1 S3_0_C2_C3_0
#define APGAKeyHi_EL1 S3_0_C2_C3_1
#define RNDR S3_3_C2_C4_0

/* GICv3 CPU interface, EL1 and EL2 (IHI 0069, chapter 12) */
#define ICC_PMR_EL1 S3_0_C4_C6_0
#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1
#define ICC_HPPIR1_EL1 S3_0_C12_C12_2
#define ICC_BPR1_EL1 S3_0_C12_C12_3
#define ICC_CTLR_EL1 S3_0_C12_C12_4
#define ICC_SRE_EL1 S3_0_C12_C12_5
#define ICC_IGRPEN0_EL1 S3_0_C12_C12_6
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7
#define ICC_DIR_EL1 S3_0_C12_C11_1
#define ICC_RPR_EL1 S3_0_C12_C11_3
#define ICC_SGI1R_EL1 S3_0_C12_C11_5
#define ICC_ASGI1R_EL1 S3_0_C12_C11_6
#define ICC_SGI0R_EL1 S3_0_C12_C11_7
#define ICC_SRE_EL2 S3_4_C12_C9_5
#define ICH_HCR_EL2 S3_4_C12_C11_0
#define ICH_VTR_EL2 S3_4_C12_C11_1
#define ICH_MISR_EL2 S3_4_C12_C11_2
#define ICH_EISR_EL2 S3_4_C12_C11_3
#define ICH_ELRSR_EL2 S3_4_C12_C11_5
#define ICH_VMCR_EL2 S3_4_C12_C11_7
#define ICH_AP0R0_EL2 S3_4_C12_C8_0
#define ICH_AP0R1_EL2 S3_4_C12_C8_1
#define ICH_AP0R2_EL2 S3_4_C12_C8_2
#define ICH_AP0R3_EL2 S3_4_C12_C8_3
#define ICH_AP1R0_EL2 S3_4_C12_C9_0
#define ICH_AP1R1_EL2 S3_4_C12_C9_1
#define ICH_AP1R2_EL2 S3_4_C12_C9_2
#define ICH_AP1R3_EL2 S3_4_C12_C9_3
#define ICH_LR0_EL2 S3_4_C12_C12_0
#define ICH_LR1_EL2 S3_4_C12_C12_1
#define ICH_LR2_EL2 S3_4_C12_C12_2
#define ICH_LR3_EL2 S3_4_C12_C12_3
#define ICH_LR4_EL2 S3_4_C12_C12_4
#define ICH_LR5_EL2 S3_4_C12_C12_5
#define ICH_LR6_EL2 S3_4_C12_C12_6
#define ICH_LR7_EL2 S3_4_C12_C12_7
#define ICH_LR8_EL2 S3_4_C12_C13_0
#define ICH_LR9_EL2 S3_4_C12_C13_1
#define ICH_LR10_EL2 S3_4_C12_C13_2
#define ICH_LR11_EL2 S3_4_C12_C13_3
#define ICH_LR12_EL2 S3_4_C12_C13_4
#define ICH_LR13_EL2 S3_4_C12_C13_5
#define ICH_LR14_EL2 S3_4_C12_C13_6
#define ICH_LR15_EL2 S3_4_C12_C13_7

/* ---- HCR_EL2 (D19.2.48); docs/arm64.md gives the reason for each bit ---- */
#define HCR_VM BIT(0)
#define HCR_SWIO BIT(1)
#define HCR_PTW BIT(2)
#define HCR_FMO BIT(3)
#define HCR_IMO BIT(4)
#define HCR_AMO BIT(5)
#define HCR_VF BIT(6)
#define HCR_VI BIT(7)
#define HCR_VSE BIT(8)
#define HCR_FB BIT(9)
#define HCR_BSU_IS BIT(10)
#define HCR_DC BIT(12)
#define HCR_TWI BIT(13)
#define HCR_TWE BIT(14)
#define HCR_TID0 BIT(15)
#define HCR_TID1 BIT(16)
#define HCR_TID2 BIT(17)
#define HCR_TID3 BIT(18)
#define HCR_TSC BIT(19)
#define HCR_TIDCP BIT(20)
#define HCR_TACR BIT(21)
#define HCR_TSW BIT(22)
#define HCR_TPCP BIT(23)
#define HCR_TPU BIT(24)
#define HCR_TTLB BIT(25)
#define HCR_TVM BIT(26)
#define HCR_TGE BIT(27)
#define HCR_TDZ BIT(28)
#define HCR_HCD BIT(29)
#define HCR_TRVM BIT(30)
#define HCR_RW BIT(31)
#define HCR_CD BIT(32)
#define HCR_ID BIT(33)
#define HCR_E2H_SHIFT 34
#define HCR_E2H BIT(HCR_E2H_SHIFT)
#define MMFR4_E2H0_SIGN 27 /* ID_AA64MMFR4_EL1.E2H0<3>: negative, E2H is fixed at 1 */
#define HCR_TLOR BIT(35)
#define HCR_TERR BIT(36)
#define HCR_TEA BIT(37)
#define HCR_APK BIT(40)
#define HCR_API BIT(41)
#define HCR_NV BIT(42)
#define HCR_AT BIT(44)
#define HCR_FWB BIT(46)
#define HCR_FIEN BIT(47)
#define HCR_TID4 BIT(49)
#define HCR_TICAB BIT(50)
#define HCR_AMVOFFEN BIT(51)
#define HCR_TOCU BIT(52)
#define HCR_TTLBIS BIT(54)
#define HCR_TTLBOS BIT(55)
#define HCR_ATA BIT(56)
#define HCR_DCT BIT(57)
#define HCR_TID5 BIT(58)

/* ---- SCTLR_EL2 (E2H=0) ---- */
#define SCTLR_M BIT(0)
#define SCTLR_A BIT(1)
#define SCTLR_C BIT(2)
#define SCTLR_SA BIT(3)
#define SCTLR_I BIT(12)
#define SCTLR_WXN BIT(19)
#define SCTLR_EL2_RES1 (BIT(4) | BIT(5) | BIT(11) | BIT(16) | BIT(18) | BIT(22) | BIT(23) | BIT(28) | BIT(29))
#define SCTLR_EL1_RES1 (BIT(11) | BIT(20) | BIT(22) | BIT(23) | BIT(28) | BIT(29))

/* ---- TCR_EL1 ---- */
#define TCR_EPD0 BIT(7)
#define TCR_EPD1 BIT(23)

/* ---- ESR_EL2 (D19.2.37) ---- */
#define ESR_EC(esr) BITS(esr, 31, 26)
#define ESR_IL BIT(25)
#define ESR_ISS(esr) BITS(esr, 24, 0)
#define EC_UNKNOWN 0x00
#define EC_WFX 0x01
#define EC_CP15_32 0x03
#define EC_CP15_64 0x04
#define EC_CP14_MR 0x05
#define EC_CP14_LS 0x06
#define EC_FP_ACCESS 0x07
#define EC_CP10_ID 0x08
#define EC_PAC 0x09
#define EC_LS64 0x0a
#define EC_CP14_64 0x0c
#define EC_BTI 0x0d
#define EC_ILLEGAL 0x0e
#define EC_SVC32 0x11
#define EC_HVC32 0x12
#define EC_SMC32 0x13
#define EC_SYS128 0x14
#define EC_SVC64 0x15
#define EC_HVC64 0x16
#define EC_SMC64 0x17
#define EC_SYSREG 0x18
#define EC_SVE 0x19
#define EC_ERET 0x1a
#define EC_SME 0x1d
#define EC_IABT_LOW 0x20
#define EC_IABT_CUR 0x21
#define EC_PC_ALIGN 0x22
#define EC_DABT_LOW 0x24
#define EC_DABT_CUR 0x25
#define EC_SP_ALIGN 0x26
#define EC_SERROR 0x2f
#define EC_BRK64 0x3c

/* Trapped AArch32 instruction: COND<23:20> is valid */
#define ISS_CV BIT(24)

/* Data abort ISS */
#define ISS_ISV BIT(24)
#define ISS_SAS(iss) BITS(iss, 23, 22)
#define ISS_SSE BIT(21)
#define ISS_SRT(iss) BITS(iss, 20, 16)
#define ISS_SF BIT(15)
#define ISS_FNV BIT(10)
#define ISS_EA BIT(9)
#define ISS_CM BIT(8)
#define ISS_S1PTW BIT(7)
#define ISS_WNR BIT(6)
#define ISS_FSC(iss) BITS(iss, 5, 0)

/* SPSR */
#define PSR_MODE_EL1H 5
#define PSR_MODE_EL2H 9
#define PSR_MODE_MASK 0xf
#define PSR_NRW BIT(4)
#define PSR_F BIT(6)
#define PSR_I BIT(7)
#define PSR_A BIT(8)
#define PSR_D BIT(9)
#define PSR_BTYPE (3ULL << 10)
#define PSR_IL BIT(20)
#define PSR_SS BIT(21)

#endif
