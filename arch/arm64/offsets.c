/* SPDX-License-Identifier: Apache-2.0 */
/* What assembly assumes about structures, checked when they are compiled. */
#include "arch/arm64/cpu_arch.h"
#include "arch/arm64/vcpu_arch.h"
#include "core/cpu.h"

#define SAME(a, b) _Static_assert((a) == (b), #a " is not " #b)

SAME(offsetof(struct cpu_arch, core), CPU_CORE);
SAME(offsetof(struct cpu_arch, stack_top), CPU_STACK_TOP);
SAME(offsetof(struct cpu_arch, vcpu), CPU_VCPU);
SAME(offsetof(struct cpu_arch, bhb_loops), CPU_BHB_LOOPS);
SAME(offsetof(struct cpu_arch, ttbr0), CPU_TTBR0);
SAME(offsetof(struct cpu_arch, entry), CPU_SECONDARY_ENTRY);
SAME(offsetof(struct cpu_arch, sctlr), CPU_SCTLR);
SAME(offsetof(struct cpu_arch, mair), CPU_MAIR);
SAME(offsetof(struct cpu_arch, tcr), CPU_TCR);
SAME(offsetof(struct vcpu_arch, x), VCPU_X(0));
SAME(offsetof(struct vcpu_arch, pc), VCPU_X(31));
SAME(offsetof(struct vcpu, arch), 0);
SAME(offsetof(struct cpu, current), 0);
SAME(offsetof(struct cpu, attention), 8);
