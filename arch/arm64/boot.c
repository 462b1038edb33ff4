/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot CPU comes from head.S with the MMU on, the others by PSCI when core/smp.c asks for them. What CPUs do when
 * they wait or stop is here too.
 */
#include "arch/arm64/cpu_arch.h"
#include "arch/arm64/el2.h"
#include "arch/arm64/errata.h"
#include "arch/arm64/exit.h"
#include "arch/arm64/feature.h"
#include "arch/arm64/firmware.h"
#include "arch/arm64/gicv3.h"
#include "arch/arm64/irq.h"
#include "arch/arm64/mmu.h"
#include "arch/arm64/stage2.h"
#include "arch/arm64/sve.h"
#include "arch/arm64/sysreg.h"
#include "arch/arm64/timer.h"
#include "core/cpu.h"
#include "core/guard.h"
#include "core/log.h"
#include "core/machine.h"
#include "hal/boot.h"
#include "hal/mem.h"
#include "hal/smp.h"

#define MPIDR_AFFINITY 0xff00ffffffULL

extern char boot_stack_top[], vectors_none[], secondary_entry[];
NORETURN void arm64_boot(u64 arg, u64 began, u64 zeroing);
NORETURN void secondary_main(void);

struct cpu_arch cpu_archs[MAX_CPUS] EARLY_BSS;

struct cpu *this_cpu(void)
{
	return this_cpu_arch()->core;
}

BOOT_CODE u64 cpu_hwid(void)
{
	return read_sysreg(MPIDR_EL1) & MPIDR_AFFINITY;
}

BOOT_CODE __attribute__((optimize("no-stack-protector"))) void arm64_boot(u64 arg, u64 began, u64 zeroing)
{
	struct cpu_arch *cpu = this_cpu_arch();

	write_sysreg(VBAR_EL2, (u64)(uintptr_t)vectors_none);
	isb();
	cpu->core = &cpus[0];
	cpu->stack_top = (u64)(uintptr_t)boot_stack_top;
	cpu->mpidr = cpu_hwid();
	boot_began = began;
	boot_zeroing = zeroing;
	guard_init(read_sysreg(CNTPCT_EL0));
	boot_main(arg);
}

BOOT_CODE static void interface_setup(struct cpu_arch *cpu)
{
	if (gic_cpu_init(cpu->core->index) != OK)
		panic("CPU %u has no usable interrupt controller", cpu->core->index);
}

BOOT_CODE enum err arch_boot_init(const struct machine *m)
{
	struct cpu_arch *cpu = this_cpu_arch();
	enum err e;

	cpu->core = &cpus[m->boot_cpu];
	cpu->core->arch = cpu;
	feature_read_cpu();
	sve_read_cpu();
	/* The bit itself too: parts older than the field have it fixed. */
	if (feature_has(FEAT_E2H0_ABSENT) || (read_sysreg(HCR_EL2) & HCR_E2H)) {
		log_error("this CPU has HCR_EL2.E2H fixed at 1 (ID_AA64MMFR4_EL1.E2H0): not supported");
		return ERR_UNSUPPORTED;
	}
	firmware_init(m->conduit);
	e = gic_init(m);
	return e == OK ? timer_init(m) : e;
}

/* ---- the other CPUs (hal/smp.h) ---- */

/* The boot CPU has the first block (head.S). */
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
	block->mpidr = hwid;
	block->stack_top = stack_top.v;
	mmu_secondary(block, this_cpu_arch());
	/* It reads its block, and the tables are walked, before its caches are on. */
	cache_clean(block, sizeof(*block));
	return firmware_cpu_on(hwid, va_to_hpa(secondary_entry).v, va_to_hpa(block).v);
}

void secondary_main(void)
{
	write_sysreg(VBAR_EL2, (u64)(uintptr_t)vectors_none);
	isb();
	smp_enter();
}

BOOT_CODE void cpu_discover(void)
{
	feature_read_cpu();
	sve_read_cpu();
	interface_setup(this_cpu_arch());
}

/* WFE would be a busy loop in emulators. */
BOOT_CODE void cpu_doze(void)
{
	__asm__ volatile("wfi" : : : "memory");
}

BOOT_CODE void virt_init(void)
{
	stage2_init();
}

BOOT_CODE void cpu_virt_init(void)
{
	struct cpu_arch *cpu = this_cpu_arch();

	errata_init_cpu(cpu);
	el2_init_cpu();
	vcpu_regime_init();
	/* Whoever ran guests here before may have used the same VMIDs: nothing of theirs may be hit. */
	vmid_flush_local();
	cpu->mdcr = el2_mdcr();
	interface_setup(cpu);
	timer_cpu_init();
	irq_cpu_init();
}

BOOT_CODE void virt_report(void)
{
	feature_report();
	errata_report();
}

void cpu_run(struct cpu *cpu)
{
	enter_first(cpu);
}

void cpu_relax(void)
{
	__asm__ volatile("yield");
}

/* WFI ends when an interrupt is pending even though it is masked (D1.6.2); it is handled here, at a known point. */
void cpu_wait(void)
{
	dsb(sy);
	__asm__ volatile("wfi");
	isb();
	for (u32 i = 0; i < CPU_WAIT_IRQS && irq_handle_one(); i++)
		;
}

void cpu_panic_stop(void)
{
	for (;;)
		__asm__ volatile("msr daifset, #0xf\n\twfi");
}
