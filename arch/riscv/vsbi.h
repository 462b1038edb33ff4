/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the guest's SBI (3.0): what the extensions' files share. A call has its extension in a7, function in a6, arguments in a0
 * to a5; its answer is an error in a0 and a value in a1. All run on the vCPU's home with the vCPU loaded, sepc behind the ECALL.
 */
#ifndef ARCH_RISCV_VSBI_H
#define ARCH_RISCV_VSBI_H

#include "arch/riscv/exit.h"
#include "arch/riscv/sbi.h"

#define A0 10
#define A1 11
#define A2 12
#define A3 13
#define A4 14
#define A6 16
#define A7 17

/* One function of an extension: the error; *value is 0 before. */
typedef s64 (*vsbi_fn)(struct vcpu_arch *a, u64 *value);

/* Function a6 of a table; NOT_SUPPORTED what it does not have. The answer goes into a0 and a1. */
void vsbi_function(struct vcpu_arch *a, const vsbi_fn *table, u32 count);
#define VSBI_FUNCTION(a, table) vsbi_function(a, table, ARRAY_SIZE(table))

/* Does the guest have this extension? The answer of probe_extension. */
bool vsbi_has(u64 ext);

/*
 * vCPUs of a hart mask (SBI 3.0, 3.4): bit n of `mask` is hart base + n; base all ones: every hart. INVALID_PARAM:
 * it names a hart that is none of the VM's. Bits of *set are vCPUs.
 */
s64 vsbi_harts(const struct vcpu_arch *a, u64 mask, u64 base, u64 *set);

/* ---- one a file: vsbi_NAME.c ---- */
void vsbi_base(struct vcpu_arch *a);
void vsbi_time(struct vcpu_arch *a);
void vsbi_ipi(struct vcpu_arch *a);
void vsbi_rfence(struct vcpu_arch *a);
void vsbi_hsm(struct vcpu_arch *a);
void vsbi_srst(struct vcpu_arch *a);
void vsbi_dbcn(struct vcpu_arch *a);
void vsbi_susp(struct vcpu_arch *a);
void vsbi_pmu(struct vcpu_arch *a);
void vsbi_fwft(struct vcpu_arch *a);
void vsbi_legacy(struct vcpu_arch *a);

/* What legacy calls share with the extensions that replace them. */
void vsbi_ipi_send(struct vcpu_arch *a, u64 set);
enum vsbi_fence { VSBI_FENCE_I, VSBI_SFENCE_VMA, VSBI_SFENCE_VMA_ASID };
void vsbi_fence(struct vcpu_arch *a, u64 set, enum vsbi_fence kind, u64 start, u64 size, u64 asid);
void vsbi_shutdown(struct vcpu_arch *a, enum vm_event ev);
/* Wait for an interrupt and go on at `entry` as after a start, a1 = opaque: what the call answers. */
s64 vsbi_sleep(struct vcpu_arch *a, u64 entry, u64 opaque, u64 *value);
void vsbi_console_put(struct vcpu_arch *a, u8 byte);
/* -1: nothing was typed. */
s64 vsbi_console_get(struct vcpu_arch *a);

#endif
