/* SPDX-License-Identifier: Apache-2.0 */
/* What assembly assumes about structures, checked when they are compiled. */
#include "arch/riscv/cpu_arch.h"
#include "arch/riscv/vcpu_arch.h"
#include "core/cpu.h"

#define SAME(a, b) _Static_assert((a) == (b), #a " is not " #b)

SAME(offsetof(struct cpu_arch, core), CPU_CORE);
SAME(offsetof(struct cpu_arch, stack_top), CPU_STACK_TOP);
SAME(offsetof(struct cpu_arch, vcpu), CPU_VCPU);
SAME(offsetof(struct cpu_arch, satp), CPU_SATP);
SAME(offsetof(struct vcpu_arch, x), VCPU_X(0));
SAME(offsetof(struct vcpu_arch, cpu), VCPU_CPU);
SAME(offsetof(struct vcpu, arch), 0);
SAME(offsetof(struct cpu, current), 0);
SAME(offsetof(struct cpu, attention), CORE_ATTENTION);
