/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bringing CPUs up. The boot CPU comes from head.S with the MMU on; the others
 * are started by PSCI, read their features and wait until all have been seen, because
 * what EL2 is set to follows from what all CPUs have.
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
#include "core/log.h"
#include "core/machine.h"
#include "hal/boot.h"
#include "hal/mem.h"

#define PATIENCE_S 5
#define MPIDR_AFFINITY 0xff00ffffffULL

extern char boot_stack_top[], vectors_none[], secondary_entry[];
extern u64 __stack_chk_guard;
NORETURN void __stack_chk_fail(void);
NORETURN void arm64_boot(u64 arg, u64 began, u64 zeroing);
NORETURN void secondary_main(struct cpu_arch *cpu);

struct cpu_arch cpu_archs[MAX_CPUS] EARLY_BSS;
u64 __stack_chk_guard = 0x5bd1e995a7c3f00dULL;

static u32 arrived, go, ready;
static spinlock_t feature_lock;

void __stack_chk_fail(void)
{
	panic("stack overrun on CPU %u", this_cpu()->index);
}

struct cpu *this_cpu(void)
{
	return this_cpu_arch()->core;
}

BOOT_CODE u64 cpu_hwid(void)
{
	return read_sysreg(MPIDR_EL1) & MPIDR_AFFINITY;
}

/* Not inlined into anything protected: the guard changes here. */
BOOT_CODE __attribute__((optimize("no-stack-protector"))) static void random_guard(void)
{
	u64 bits = read_sysreg(CNTPCT_EL0);

	__stack_chk_guard ^= bits * 0x9e3779b97f4a7c15ULL;
	__stack_chk_guard &= ~0xffULL; /* a zero byte stops string overruns */
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
	random_guard();
	boot_main(arg);
}

BOOT_CODE static void interface_setup(struct cpu_arch *cpu)
{
	enum err e;

	spin_lock(&feature_lock); /* what the machine has is put together from what each CPU has */
	e = gic_cpu_init(cpu->core->index);
	spin_unlock(&feature_lock);
	if (e != OK)
		panic("CPU %u has no usable interrupt controller", cpu->core->index);
}

/* Everything of one CPU once all features are known. */
BOOT_CODE static void cpu_setup(struct cpu_arch *cpu)
{
	spin_lock(&feature_lock);
	errata_init_cpu(cpu);
	spin_unlock(&feature_lock);
	el2_init_cpu();
	vcpu_regime_init();
	/* Whoever ran guests here before may have used the same VMIDs: nothing of theirs may be hit. */
	vmid_flush_local();
	cpu->mdcr = el2_mdcr();
	interface_setup(cpu);
	timer_cpu_init();
	irq_cpu_init();
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

BOOT_CODE static void secondary_setup(struct cpu_arch *cpu)
{
	spin_lock(&feature_lock);
	feature_read_cpu();
	sve_read_cpu();
	spin_unlock(&feature_lock);
	/* smp_go()'s kick ends the WFI; it stays pending until cpu_setup() clears it. WFE would be a busy loop in emulators. */
	interface_setup(cpu);
	store_relaxed(&cpu->core->online, true);
	atomic_add(&arrived, 1);
	while (!load_acquire(&go))
		__asm__ volatile("wfi" : : : "memory");
	cpu_setup(cpu);
}

void secondary_main(struct cpu_arch *cpu)
{
	write_sysreg(VBAR_EL2, (u64)(uintptr_t)vectors_none);
	isb();
	if (!atomic_cas(&cpu->start, START_ASKED, START_CAME))
		cpu_panic_stop(); /* came too late: boot's code may be gone */
	secondary_setup(cpu);
	atomic_add(&ready, 1); /* behind this, nothing of boot's code is run */
	cpu_run(cpu->core);
}

BOOT_CODE static struct cpu_arch *new_block(u32 *next)
{
	struct cpu_arch *boot = this_cpu_arch();

	if (&cpu_archs[*next] == boot)
		(*next)++;
	return &cpu_archs[(*next)++];
}

/* Asks firmware for CPU `index`, which goes on in secondary_main(). */
BOOT_CODE static bool ask_for(const struct machine *m, u32 index, struct cpu_arch *block, hpa_t stack)
{
	u64 entry = va_to_hpa(secondary_entry).v;
	s64 r;

	block->core = &cpus[index];
	cpus[index].arch = block;
	block->mpidr = m->cpus[index].hwid;
	block->stack_top = stack.v + STACK_GUARD + STACK_SIZE;
	block->start = START_ASKED;
	mmu_secondary(block, this_cpu_arch());
	/* It reads its block, and the tables are walked, before its caches are on. */
	cache_clean(block, sizeof(*block));
	r = firmware_cpu_on(block->mpidr, entry, va_to_hpa(block).v);
	if (r == 0)
		return true;
	log_error("CPU %u (MPIDR %llx) does not start: PSCI says %lld", index,
		  (unsigned long long)block->mpidr, (long long)r);
	block->start = START_NONE;
	return false;
}

/* CPUs come one by one, with at most PATIENCE_S between them. */
BOOT_CODE static void wait_for_arrivals(u32 asked)
{
	u32 seen = 0, now;
	u64 deadline = 0;

	while ((now = load_acquire(&arrived)) < asked) {
		if (!deadline || now != seen)
			deadline = time_now() + (u64)time_hz() * PATIENCE_S;
		seen = now;
		if (time_now() > deadline)
			return;
		cpu_relax();
	}
}

/* What did not come is not let in later, when boot's code is gone. Returns how many came. */
BOOT_CODE static u32 close_door(const struct machine *m)
{
	u32 came = 0;

	for (u32 i = 0; i < m->nr_cpus; i++) {
		struct cpu_arch *block = cpus[i].arch;

		if (!block || block == this_cpu_arch() || load_acquire(&block->start) == START_NONE)
			continue;
		if (atomic_cas(&block->start, START_ASKED, START_LATE))
			log_error("CPU %u (MPIDR %llx) did not come", i, (unsigned long long)block->mpidr);
		else
			came++;
	}
	while (load_acquire(&arrived) != came)
		cpu_relax();
	return came;
}

BOOT_CODE u32 smp_start(const struct machine *m, hpa_t (*stack)(void))
{
	u32 next = 0, asked = 0;

	this_cpu()->online = true;
	for (u32 i = 0; i < m->nr_cpus; i++) {
		if (i == m->boot_cpu)
			continue;
		hpa_t s = stack();

		if (s.v && host_unmap_ram(s, STACK_GUARD) == OK)
			asked += ask_for(m, i, new_block(&next), s);
	}
	wait_for_arrivals(asked);
	return 1 + close_door(m);
}

BOOT_CODE void smp_go(void)
{
	stage2_init();
	cpu_setup(this_cpu_arch());
	store_release(&go, 1);
	dsb(ishst);
	for (u32 i = 0; i < nr_cpus; i++)
		if (cpus[i].online && &cpus[i] != this_cpu())
			cpu_kick(i);
	while (load_acquire(&ready) != load_acquire(&arrived))
		cpu_relax();
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
	while (irq_handle_one())
		;
}

void cpu_panic_stop(void)
{
	for (;;)
		__asm__ volatile("msr daifset, #0xf\n\twfi");
}
