/* SPDX-License-Identifier: Apache-2.0 */
/* Calls from the hypervisor to firmware: SMC calling convention 1.1 (DEN 0028), PSCI (DEN 0022), TRNG (DEN 0098). */
#ifndef ARM64_FIRMWARE_H
#define ARM64_FIRMWARE_H

#include "core/machine.h"
#include "hal/types.h"

#define SMCCC_VERSION 0x80000000u
#define SMCCC_ARCH_FEATURES 0x80000001u
#define SMCCC_WORKAROUND_1 0x80008000u
#define SMCCC_WORKAROUND_2 0x80007fffu
#define SMCCC_WORKAROUND_3 0x80003fffu
#define SMCCC_NOT_SUPPORTED (-1)
#define SMCCC_NOT_REQUIRED (-2)

#define PSCI_VERSION 0x84000000u
#define PSCI_CPU_SUSPEND 0x84000001u
#define PSCI_CPU_OFF 0x84000002u
#define PSCI_CPU_ON 0xc4000003u
#define PSCI_AFFINITY_INFO 0xc4000004u
#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u
#define PSCI_FEATURES 0x8400000au
#define TRNG_VERSION 0x84000050u
#define TRNG_RND64 0xc4000053u

/* Boot: the conduit of the machine's tables. */
void firmware_init(enum psci_conduit conduit);
/* The call's x0; NOT_SUPPORTED without a conduit. */
s64 firmware_call(u32 fn, u64 a1, u64 a2, u64 a3);
/* Does firmware implement the architecture call `fn` (SMCCC 1.1 discovery)? The answer of ARCH_FEATURES. */
s32 firmware_arch_features(u32 fn);
/* Start a CPU at physical `entry` with x0 = `arg`; PSCI's return value. */
s64 firmware_cpu_on(u64 mpidr, u64 entry, u64 arg);

#endif
