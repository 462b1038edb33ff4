/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every CSR that a guest can see or feel, and who owns it. Two rules:
 *
 *   HOST_CSRS   the hypervisor's: set once on every hart to one value; nothing is inherited from firmware. hstateen1 to 3 and
 *               sstateen1 to 3 too, to 0, where M-mode lets them be written (stateen_close() in entry.S)
 *   VCPU_CSRS   the vCPU's: saved at put, loaded at load. Those of VS level, and those without a VS copy (scounteren,
 *               senvcfg), which a guest writes itself. sstateen0 has none either, but stays closed to guests (hstateen0.SE0)
 *
 * Others: hgatp by gstage.c; hvip by vintc.c and vtimer.c; vstimecmp by vtimer.c; sepc, sstatus, hstatus and FP state by vcpu.c; IMSIC
 * registers by vintc.c; satp, stvec, sscratch by head.S and entry.S. docs/riscv.md has the reasons.
 */
#ifndef ARCH_RISCV_CSR_TABLE_H
#define ARCH_RISCV_CSR_TABLE_H

#include "arch/riscv/csr.h"

/*
 * What goes to VS-mode without the hypervisor: all that is the guest's own doing, and access faults, which are the bus's
 * answer to its own access. Not: ECALL from VS, guest page faults, virtual instructions, hardware errors.
 */
#define HEDELEG_GUEST                                                                               \
	(1 << EXC_INSN_MISALIGNED | 1 << EXC_INSN_ACCESS | 1 << EXC_ILLEGAL | 1 << EXC_BREAKPOINT | \
	 1 << EXC_LOAD_MISALIGNED | 1 << EXC_LOAD_ACCESS | 1 << EXC_STORE_MISALIGNED |              \
	 1 << EXC_STORE_ACCESS | 1 << EXC_ECALL_U | 1 << EXC_INSN_PAGE | 1 << EXC_LOAD_PAGE |       \
	 1 << EXC_STORE_PAGE | 1 << EXC_SOFTWARE_CHECK)
#define HIDELEG_GUEST (IRQ_BIT(IRQ_VSSI) | IRQ_BIT(IRQ_VSTI) | IRQ_BIT(IRQ_VSEI))

/* X(csr, whether this hart has it, value) */
#define HOST_CSRS(X)                                                     \
	X(CSR_HEDELEG, true, HEDELEG_GUEST)                              \
	X(CSR_HIDELEG, true, HIDELEG_GUEST)                              \
	X(CSR_HSTATUS, true, 0)                                          \
	X(CSR_HGATP, true, 0)                                            \
	X(CSR_HIE, true, IRQ_BIT(IRQ_SGEI))                              \
	X(CSR_HGEIE, true, 0)                                            \
	X(CSR_HVIP, true, 0)                                             \
	X(CSR_HTIMEDELTA, true, 0)                                       \
	X(CSR_HCOUNTEREN, true, COUNTEREN_TM)                            \
	X(CSR_HTVAL, true, 0)                                            \
	X(CSR_HTINST, true, 0)                                           \
	X(CSR_HENVCFG, true, feature_henvcfg())                          \
	X(CSR_HSTATEEN0, feature_cpu_has_stateen(), feature_hstateen0()) \
	X(CSR_HVIEN, feature_cpu_has(EXT_SSAIA), 0)                      \
	X(CSR_HVICTL, feature_cpu_has(EXT_SSAIA), 0)                     \
	X(CSR_HVIPRIO1, feature_cpu_has(EXT_SSAIA), 0)                   \
	X(CSR_HVIPRIO2, feature_cpu_has(EXT_SSAIA), 0)                   \
	X(CSR_SSTATEEN0, feature_cpu_has_stateen(), 0)                   \
	X(CSR_SCOUNTEREN, true, 0)                                       \
	X(CSR_VSSTATUS, true, 0)                                         \
	X(CSR_VSIE, true, 0)                                             \
	X(CSR_VSATP, true, 0)

/* Supervisors rely on firmware's having given programs the clock: Linux writes it only with the PMU's driver. */
#define SCOUNTEREN_START COUNTEREN_TM

/* X(field, csr, whether all harts have it, reset value) */
#define VCPU_CSRS(X)                                          \
	X(vsstatus, CSR_VSSTATUS, true, SSTATUS_UXL_64)       \
	X(vsie, CSR_VSIE, true, 0)                            \
	X(vstvec, CSR_VSTVEC, true, 0)                        \
	X(vsscratch, CSR_VSSCRATCH, true, 0)                  \
	X(vsepc, CSR_VSEPC, true, 0)                          \
	X(vscause, CSR_VSCAUSE, true, 0)                      \
	X(vstval, CSR_VSTVAL, true, 0)                        \
	X(vsatp, CSR_VSATP, true, 0)                          \
	X(scounteren, CSR_SCOUNTEREN, true, SCOUNTEREN_START) \
	X(senvcfg, CSR_SENVCFG, true, 0)                      \
	X(vsiselect, CSR_VSISELECT, feature_has(EXT_SSAIA), 0)

#endif
