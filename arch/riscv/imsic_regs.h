/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of an interrupt file, by siselect and vsiselect; of eip and eie every second one with XLEN 64 (AIA 1.0, 3.8). */
#ifndef ARCH_RISCV_IMSIC_REGS_H
#define ARCH_RISCV_IMSIC_REGS_H

#define EIDELIVERY 0x70
#define EITHRESHOLD 0x72
#define EIP0 0x80
#define EIE0 0xc0

#endif
