/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The narrow accessors through which C reaches a hart's CSRs, and fences. On a hart they are one instruction each; on a
 * workstation functions, which a model beside the tests gives (tests/unit/fake_hart.c). All act on the hart that executes them.
 */
#ifndef ARCH_RISCV_CSR_ACCESS_H
#define ARCH_RISCV_CSR_ACCESS_H

#include "hal/types.h"

#ifdef __riscv

/* `csr` is a constant. */
#define csr_read(csr)                                                             \
	__extension__({                                                           \
		u64 v_;                                                           \
		__asm__ volatile("csrr %0, %1" : "=r"(v_) : "i"(csr) : "memory"); \
		v_;                                                               \
	})
#define csr_write(csr, value) __asm__ volatile("csrw %0, %1" : : "i"(csr), "rK"((u64)(value)) : "memory")
#define csr_set(csr, bits) __asm__ volatile("csrs %0, %1" : : "i"(csr), "rK"((u64)(bits)) : "memory")
#define csr_clear(csr, bits) __asm__ volatile("csrc %0, %1" : : "i"(csr), "rK"((u64)(bits)) : "memory")
#define csr_swap(csr, value)                                                                               \
	__extension__({                                                                                    \
		u64 v_;                                                                                    \
		__asm__ volatile("csrrw %0, %1, %2" : "=r"(v_) : "i"(csr), "rK"((u64)(value)) : "memory"); \
		v_;                                                                                        \
	})

/* HFENCE (21.3.2); rs1: address (of guest physical ones, divided by 4), rs2: identifier. */
static inline void hfence_gvma_all(void)
{
	__asm__ volatile(".insn r 0x73, 0, 0x31, x0, x0, x0" : : : "memory");
}
static inline void hfence_gvma(u64 gpa, u64 vmid)
{
	__asm__ volatile(".insn r 0x73, 0, 0x31, x0, %0, %1" : : "r"(gpa >> 2), "r"(vmid) : "memory");
}
static inline void hfence_gvma_vmid(u64 vmid)
{
	__asm__ volatile(".insn r 0x73, 0, 0x31, x0, x0, %0" : : "r"(vmid) : "memory");
}
/* Stage 1 translations under the VMID in hgatp. */
static inline void hfence_vvma_all(void)
{
	__asm__ volatile(".insn r 0x73, 0, 0x11, x0, x0, x0" : : : "memory");
}
static inline void sfence_vma_all(void)
{
	__asm__ volatile("sfence.vma" : : : "memory");
}
static inline void sfence_vma_page(u64 va)
{
	__asm__ volatile("sfence.vma %0" : : "r"(va) : "memory");
}
static inline void fence_i(void)
{
	__asm__ volatile("fence.i" : : : "memory");
}
/* Stores before it come before all accesses after it: table entries. */
static inline void fence_stores(void)
{
	__asm__ volatile("fence w, rw" : : : "memory");
}
/* Stores to memory before it come before stores to devices after it. */
static inline void fence_device(void)
{
	__asm__ volatile("fence w, o" : : : "memory");
}

#else

u64 csr_read(u32 csr);
void csr_write(u32 csr, u64 value);
void csr_set(u32 csr, u64 bits);
void csr_clear(u32 csr, u64 bits);
u64 csr_swap(u32 csr, u64 value);
void hfence_gvma_all(void);
void hfence_gvma(u64 gpa, u64 vmid);
void hfence_gvma_vmid(u64 vmid);
void hfence_vvma_all(void);
void sfence_vma_all(void);
void sfence_vma_page(u64 va);
void fence_i(void);
void fence_stores(void);
void fence_device(void);

#endif

#endif
