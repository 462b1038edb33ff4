/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control and status registers of S, HS and VS level by number (RISC-V Privileged Architecture 20240411, table 5 on;
 * AIA 1.0; Sstc, Smstateen), so that no assembler has to know an extension, and their fields.
 */
#ifndef ARCH_RISCV_CSR_H
#define ARCH_RISCV_CSR_H

/* ---- supervisor ---- */
#define CSR_SSTATUS 0x100
#define CSR_SIE 0x104
#define CSR_STVEC 0x105
#define CSR_SCOUNTEREN 0x106
#define CSR_SENVCFG 0x10a
#define CSR_SSTATEEN0 0x10c
#define CSR_SSCRATCH 0x140
#define CSR_SEPC 0x141
#define CSR_SCAUSE 0x142
#define CSR_STVAL 0x143
#define CSR_SIP 0x144
#define CSR_STIMECMP 0x14d
#define CSR_SISELECT 0x150
#define CSR_SIREG 0x151
#define CSR_STOPEI 0x15c
#define CSR_SATP 0x180
#define CSR_TIME 0xc01

/* ---- hypervisor ---- */
#define CSR_HSTATUS 0x600
#define CSR_HEDELEG 0x602
#define CSR_HIDELEG 0x603
#define CSR_HIE 0x604
#define CSR_HTIMEDELTA 0x605
#define CSR_HCOUNTEREN 0x606
#define CSR_HGEIE 0x607
#define CSR_HVIEN 0x608
#define CSR_HVICTL 0x609
#define CSR_HENVCFG 0x60a
#define CSR_HSTATEEN0 0x60c
#define CSR_HTVAL 0x643
#define CSR_HIP 0x644
#define CSR_HVIP 0x645
#define CSR_HVIPRIO1 0x646
#define CSR_HVIPRIO2 0x647
#define CSR_HTINST 0x64a
#define CSR_HGATP 0x680
#define CSR_HGEIP 0xe12

/* ---- virtual supervisor ---- */
#define CSR_VSSTATUS 0x200
#define CSR_VSIE 0x204
#define CSR_VSTVEC 0x205
#define CSR_VSSCRATCH 0x240
#define CSR_VSEPC 0x241
#define CSR_VSCAUSE 0x242
#define CSR_VSTVAL 0x243
#define CSR_VSIP 0x244
#define CSR_VSTIMECMP 0x24d
#define CSR_VSISELECT 0x250
#define CSR_VSIREG 0x251
#define CSR_VSTOPEI 0x25c
#define CSR_VSATP 0x280

/* ---- floating point and vector ---- */
#define CSR_FCSR 0x003
#define CSR_VSTART 0x008
#define CSR_VCSR 0x00f
#define CSR_VL 0xc20
#define CSR_VTYPE 0xc21
#define CSR_VLENB 0xc22

/* sstatus, vsstatus (12.1.1) */
#define SSTATUS_SIE (1 << 1)
#define SSTATUS_SPIE (1 << 5)
#define SSTATUS_SPP (1 << 8)
#define SSTATUS_VS_SHIFT 9
#define SSTATUS_FS_SHIFT 13
#define SSTATUS_VS (3 << 9)
#define SSTATUS_FS (3 << 13)
#define SSTATUS_SUM (1 << 18)
#define SSTATUS_MXR (1 << 19)
#define SSTATUS_UXL_64 0x200000000
#define XS_OFF 0
#define XS_INITIAL 1
#define XS_CLEAN 2
#define XS_DIRTY 3

/* hstatus (21.2.1) */
#define HSTATUS_GVA (1 << 6)
#define HSTATUS_SPV (1 << 7)
#define HSTATUS_SPVP (1 << 8)
#define HSTATUS_VGEIN_SHIFT 12
#define HSTATUS_VGEIN (0x3f << 12)
#define HSTATUS_VTVM (1 << 20)
#define HSTATUS_VTW (1 << 21)
#define HSTATUS_VTSR (1 << 22)
#define HSTATUS_VSXL_64 0x200000000

/* hvictl (AIA 1.0, 6.3.2) */
#define HVICTL_IID_EXTERNAL (9 << 16)
#define HVICTL_IPRIO_FIRST 1

/* Interrupts, by number in sip, hip, hvip and scause */
#define IRQ_SSI 1
#define IRQ_VSSI 2
#define IRQ_STI 5
#define IRQ_VSTI 6
#define IRQ_SEI 9
#define IRQ_VSEI 10
#define IRQ_SGEI 12
#define IRQ_BIT(n) (1 << (n))

/* Exceptions, scause (table 22) */
#define EXC_INSN_MISALIGNED 0
#define EXC_INSN_ACCESS 1
#define EXC_ILLEGAL 2
#define EXC_BREAKPOINT 3
#define EXC_LOAD_MISALIGNED 4
#define EXC_LOAD_ACCESS 5
#define EXC_STORE_MISALIGNED 6
#define EXC_STORE_ACCESS 7
#define EXC_ECALL_U 8
#define EXC_ECALL_VS 10
#define EXC_INSN_PAGE 12
#define EXC_LOAD_PAGE 13
#define EXC_STORE_PAGE 15
#define EXC_SOFTWARE_CHECK 18
#define EXC_HARDWARE_ERROR 19
#define EXC_INSN_GUEST_PAGE 20
#define EXC_LOAD_GUEST_PAGE 21
#define EXC_VIRTUAL_INSN 22
#define EXC_STORE_GUEST_PAGE 23

/* satp, vsatp, hgatp */
#define ATP_MODE_SHIFT 60
#define ATP_BARE 0
#define ATP_SV39 8
#define ATP_SV48 9
#define ATP_SV57 10
#define HGATP_VMID_SHIFT 44
#define HGATP_VMID_MASK 0x3fff
#define ATP_PPN_MASK 0xfffffffffff

/* henvcfg, senvcfg (12.1.10, 21.2.5) */
#define ENVCFG_FIOM (1 << 0)
#define ENVCFG_CBIE_FLUSH (1 << 4)
#define ENVCFG_CBCFE (1 << 6)
#define ENVCFG_CBZE (1 << 7)
#define ENVCFG_CBO (ENVCFG_CBIE_FLUSH | ENVCFG_CBCFE | ENVCFG_CBZE)
#define ENVCFG_ADUE_SHIFT 61
#define ENVCFG_PBMTE_SHIFT 62
#define ENVCFG_STCE_SHIFT 63

/* counteren */
#define COUNTEREN_CY (1 << 0)
#define COUNTEREN_TM (1 << 1)
#define COUNTEREN_IR (1 << 2)

#ifndef __ASSEMBLER__
#include "arch/riscv/csr_access.h"

#define SCAUSE_IRQ (1ULL << 63)
#endif

#endif
