/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot hart comes from head.S with translation on, the others by SBI HSM when core/smp.c asks for them. What harts do when
 * they wait or stop is here too.
 */
#include "arch/riscv/cache.h"
#include "arch/riscv/cpu_arch.h"
#include "arch/riscv/exit.h"
#include "arch/riscv/feature.h"
#include "arch/riscv/gstage.h"
#include "arch/riscv/irq.h"
#include "arch/riscv/mmu.h"
#include "arch/riscv/sbi.h"
#include "arch/riscv/timer.h"
#include "core/cpu.h"
#include "core/guard.h"
#include "core/log.h"
#include "core/machine.h"
#include "hal/boot.h"
#include "hal/mem.h"
#include "hal/smp.h"
#include "hal/vcpu.h"

extern char boot_stack_top[], secondary_entry[];
NORETURN void riscv_boot(u64 hart, u64 arg, u64 began, u64 zeroing);
NORETURN void secondary_main(void);

struct cpu_arch cpu_archs[MAX_CPUS] EARLY_BSS;

struct cpu *this_cpu(void)
{
	return this_cpu_arch()->core;
}

BOOT_CODE u64 cpu_hwid(void)
{
	return this_cpu_arch()->hart;
}

BOOT_CODE __attribute__((optimize("no-stack-protector"))) void riscv_boot(u64 hart, u64 arg, u64 began,
									  u64 zeroing)
{
	struct cpu_arch *cpu = this_cpu_arch();

	cpu->core = &cpus[0];
	cpu->stack_top = (u64)(uintptr_t)boot_stack_top;
	cpu->hart = hart;
	boot_began = began;
	boot_zeroing = zeroing;
	guard_init(csr_read(CSR_TIME));
	boot_main(arg);
}

BOOT_CODE enum err arch_boot_init(const struct machine *m)
{
	struct cpu_arch *cpu = this_cpu_arch();
	enum err e;

	cpu->core = &cpus[m->boot_cpu];
	cpu->core->arch = cpu;
	feature_read_cpu();
	if (!host_features.gpa_bits) {
		log_error("the second stage of translation (hgatp) has no Sv39x4: no guest can be run");
		return ERR_UNSUPPORTED;
	}
	e = sbi_init();
	if (e == OK)
		e = timer_init(m);
	if (e == OK)
		e = irq_init(m);
	if (e == OK)
		irq_cpu_init();
	return e;
}

/* ---- the other harts (hal/smp.h) ---- */

/* The boot hart has the first block (head.S). */
BOOT_CODE static struct cpu_arch *new_block(void)
{
	static u32 used = 1;

	return &cpu_archs[used++];
}

BOOT_CODE s64 cpu_start(struct cpu *cpu, u64 hwid, hpa_t stack_top)
{
	struct cpu_arch *block = new_block();

	block->core = cpu;
	cpu->arch = block;
	block->hart = hwid;
	block->stack_top = stack_top.v;
	block->satp = this_cpu_arch()->satp;
	return sbi_hart_start(hwid, va_to_hpa(secondary_entry).v, va_to_hpa(block).v);
}

void secondary_main(void)
{
	smp_enter();
}

BOOT_CODE void cpu_discover(void)
{
	feature_read_cpu();
	irq_cpu_init();
}

BOOT_CODE void cpu_doze(void)
{
	__asm__ volatile("wfi" : : : "memory");
}

BOOT_CODE void virt_init(void)
{
	gstage_init();
}

BOOT_CODE void cpu_virt_init(void)
{
	feature_host_csrs();
	cache_cpu_init();
	hfence_gvma_all();
	hfence_vvma_all();
	sfence_vma_all();
	fence_i();
	timer_cpu_init();
	irq_cpu_init();
}

BOOT_CODE void virt_report(void)
{
	feature_report();
}

void cpu_run(struct cpu *cpu)
{
	enter_first(cpu);
}

void cpu_relax(void)
{
	__asm__ volatile(
		".insn i 0x0f, 0, x0, x0, 0x010"); /* PAUSE; a FENCE without effect where Zihintpause is not */
}

/* WFI ends when an interrupt is pending and enabled in sie, though sstatus.SIE masks it (12.1.3); it is handled here, at a known point. */
void cpu_wait(void)
{
	__asm__ volatile("fence rw, rw\n\twfi" : : : "memory");
	for (u32 i = 0; i < CPU_WAIT_IRQS && irq_handle_one(); i++)
		;
}

void cpu_panic_stop(void)
{
	csr_write(CSR_SIE, 0);
	for (;;)
		__asm__ volatile("wfi");
}
