/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vCPU's and a VM's architectural state. While a vCPU is loaded its CSRs and FP registers are in hardware and the
 * copies here are stale; the general registers are stored at every exit.
 */
#ifndef ARCH_RISCV_VCPU_ARCH_H
#define ARCH_RISCV_VCPU_ARCH_H

#include "arch/riscv/csr_table.h"
#include "arch/riscv/vector.h"
#include "arch/riscv/vintc.h"
#include "arch/riscv/vtimer.h"
#include "core/guest_clock.h"
#include "core/vm.h"
#include "core/vmid.h"
#include "hal/types.h"

struct cpu_arch;

struct fp_regs {
	u64 f[32];
	u64 fcsr;
};

/* Bits of vcpu_arch.posted: what other CPUs want of it, taken by vcpu_sync_irqs() and vcpu_load(). */
enum vcpu_posted {
	POST_IPI = 1u << 0,        /* SBI send_ipi: hvip.VSSIP */
	POST_FENCE_I = 1u << 1,    /* remote_fence_i while it was not loaded */
	POST_SFENCE_VMA = 1u << 2, /* remote_sfence_vma likewise: all addresses */
};

struct vcpu_arch {
	union {
		u64 x[32];            /* first: assembly stores here; x[0] is none: */
		struct cpu_arch *cpu; /* where it is loaded */
	};
	u64 pc;      /* sepc while put */
	u64 sstatus; /* SPP, FS and VS of sstatus while put */
	u64 hstatus; /* SPVP of hstatus while put, and what is constant */
	struct vcpu *core;

#define FIELD(name, csr, need, reset) u64 name;
	VCPU_CSRS(FIELD)
#undef FIELD
	u64 hvip; /* VSSIP and, without Sstc for guests, VSTIP; VSEIP is the interrupt controller's */

	u32 posted;                          /* enum vcpu_posted */
	u32 fwft_locked;                     /* SBI FWFT: a bit a feature */
	const struct mmio_region *mmio_last; /* device of the last access: likely the next one's too */
	const void
		*own_irqs; /* device whose registers change what is pending for the vCPU that accesses them */
	u64 scause_exit, stval_exit, gpa_exit; /* of the last full exit, for reports */

	struct vtimer vtimer;
	struct vintc_cpu vintc;
	struct fp_regs fp;
	struct vector_regs vector;
};

struct vm_arch {
	struct vm *core;
	u64 hgatp; /* mode and root; the VMID is put in at each load */
	struct vmid vmid;
	u64 flushes;           /* of the second stage, ever */
	u64 flushed[MAX_CPUS]; /* how many of them each CPU has made good when it loaded the VM */
	u64 last_user
		[MAX_CPUS]; /* on each CPU: VMID context << 8 | index + 1 of whose first stage it may hold */
	struct guest_clock clock;
	struct vintc vintc;
};

#endif
