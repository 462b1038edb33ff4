/* SPDX-License-Identifier: Apache-2.0 */
/* Calls to the firmware below (SBI 3.0): what the hypervisor itself asks of it. */
#ifndef ARCH_RISCV_SBI_H
#define ARCH_RISCV_SBI_H

#include "hal/types.h"

/* Extensions (SBI 3.0, chapters 4 to 19) */
#define SBI_EXT_BASE 0x10
#define SBI_EXT_TIME 0x54494d45
#define SBI_EXT_IPI 0x735049
#define SBI_EXT_RFENCE 0x52464e43
#define SBI_EXT_HSM 0x48534d
#define SBI_EXT_SRST 0x53525354
#define SBI_EXT_PMU 0x504d55
#define SBI_EXT_DBCN 0x4442434e
#define SBI_EXT_SUSP 0x53555350
#define SBI_EXT_FWFT 0x46574654

#define SBI_SUCCESS 0
#define SBI_ERR_FAILED (-1)
#define SBI_ERR_NOT_SUPPORTED (-2)
#define SBI_ERR_INVALID_PARAM (-3)
#define SBI_ERR_DENIED (-4)
#define SBI_ERR_INVALID_ADDRESS (-5)
#define SBI_ERR_ALREADY_AVAILABLE (-6)
#define SBI_ERR_ALREADY_STARTED (-7)
#define SBI_ERR_ALREADY_STOPPED (-8)
#define SBI_ERR_DENIED_LOCKED (-14)

struct sbi_ret {
	s64 error;
	u64 value;
};

struct sbi_ret sbi_call(u32 ext, u32 fid, u64 a0, u64 a1, u64 a2, u64 a3, u64 a4);

/* A set of harts in the form that firmware takes: bit n of `mask` is hart base + n. */
struct hart_mask {
	u64 mask, base;
};

/* Boot: what firmware offers; one line. ERR_UNSUPPORTED: what the hypervisor cannot do without is missing, said. */
enum err sbi_init(void) MUST_USE;
/* As PSCI's CPU_ON: SBI HSM hart_start; the firmware's error. */
s64 sbi_hart_start(u64 hart, u64 entry, u64 arg);
void sbi_set_timer(u64 deadline);
/* Software interrupt to a hart. */
void sbi_send_ipi(u64 hart);
/* Fences on other harts, complete on return (8.1-8.7). size 0: all. The VMID of hfence_vvma is that in this hart's hgatp. */
void sbi_fence_i(struct hart_mask m);
void sbi_sfence_vma(struct hart_mask m, u64 va, u64 size);
void sbi_hfence_gvma_vmid(struct hart_mask m, u64 gpa, u64 size, u64 vmid);
void sbi_hfence_gvma(struct hart_mask m, u64 gpa, u64 size);
void sbi_hfence_vvma(struct hart_mask m, u64 va, u64 size);
void sbi_hfence_vvma_asid(struct hart_mask m, u64 va, u64 size, u64 asid);

/* Every online hart but this one, in as few masks as their ids allow; *next begins as 0. False: there are no more. */
bool sbi_others(u32 *next, struct hart_mask *m);
/* The same of those for whose CPU `wanted` says so. */
bool sbi_harts(bool (*wanted)(u32 cpu, const void *ctx), const void *ctx, u32 *next, struct hart_mask *m);

#endif
