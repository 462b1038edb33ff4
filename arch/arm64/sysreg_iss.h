/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A system register's name as ESR_EL2.ISS gives it for a trapped MSR or MRS
 * (DDI 0487, ESR_ELx, EC 0x18), without direction and transfer register.
 */
#ifndef ARM64_SYSREG_ISS_H
#define ARM64_SYSREG_ISS_H

#define SYSREG_ISS_MASK 0x3ffc1eu
#define SYSREG_ISS(op0, op1, crn, crm, op2) \
	((u32)(op0) << 20 | (u32)(op2) << 17 | (u32)(op1) << 14 | (u32)(crn) << 10 | (u32)(crm) << 1)

#endif
