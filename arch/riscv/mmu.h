/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor's own translation regime. */
#ifndef ARCH_RISCV_MMU_H
#define ARCH_RISCV_MMU_H

struct cpu_arch;

/* Before translation is on: build the map of the image, turn it on, and note for the other harts what satp is. */
void mmu_early_init(struct cpu_arch *cpu);

#endif
