/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bringing CPUs up (hal/boot.h, hal/smp.h). Each is asked for, finds out what it has and waits until all have been
 * seen, because what a CPU is set to follows from what all have. Then all set up and go to work.
 *
 * A CPU that comes after the door was closed finds boot's code gone: `start` decides, by compare-and-swap, who was first.
 * Lock: one_by_one, around the architecture's part of each CPU; the architecture's own locks are inside it.
 */
#include "core/cpu.h"
#include "core/log.h"
#include "core/machine.h"
#include "core/planner.h"
#include "hal/boot.h"
#include "hal/mem.h"
#include "hal/smp.h"

#define PATIENCE_S 5

/* Of a CPU on its way: it sets CAME, the boot CPU LATE. */
enum { START_NONE, START_ASKED, START_CAME, START_LATE };

static u32 start[MAX_CPUS];
static u32 arrived, go, ready;
static spinlock_t one_by_one;
u32 cpus_stopping;

void cpu_stop_others(void)
{
	store_release(&cpus_stopping, 1);
	for (u32 i = 0; i < nr_cpus; i++)
		if (load_relaxed(&cpus[i].online) && &cpus[i] != this_cpu())
			cpu_kick(i);
}

BOOT_CODE static void alone(void (*part)(void))
{
	spin_lock(&one_by_one);
	part();
	spin_unlock(&one_by_one);
}

BOOT_CODE static void come_up(struct cpu *cpu)
{
	alone(cpu_discover);
	store_relaxed(&cpu->online, true);
	atomic_add(&arrived, 1);
	while (!load_acquire(&go))
		cpu_doze();
	alone(cpu_virt_init);
}

void smp_enter(void)
{
	struct cpu *cpu = this_cpu();

	if (!atomic_cas(&start[cpu->index], START_ASKED, START_CAME))
		cpu_panic_stop(); /* came too late: boot's code may be gone */
	come_up(cpu);
	atomic_add(&ready, 1); /* behind this, nothing of boot's code is run */
	cpu_run(cpu);
}

BOOT_CODE static bool ask_for(const struct machine_cpu *which, struct cpu *cpu, hpa_t stack)
{
	s64 r;

	store_release(&start[cpu->index], START_ASKED);
	r = cpu_start(cpu, which->hwid, HPA(stack.v + STACK_GUARD + STACK_SIZE));
	if (r == 0)
		return true;
	log_error("CPU %u (%s %llx) does not start: firmware says %lld", cpu->index, arch_plan.hwid_name,
		  (unsigned long long)which->hwid, (long long)r);
	store_release(&start[cpu->index], START_NONE);
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

/* What did not come is not let in later. Returns how many came. */
BOOT_CODE static u32 close_door(const struct machine *m)
{
	u32 came = 0;

	for (u32 i = 0; i < m->nr_cpus; i++) {
		if (load_acquire(&start[i]) == START_NONE)
			continue;
		if (atomic_cas(&start[i], START_ASKED, START_LATE))
			log_error("CPU %u (%s %llx) did not come", i, arch_plan.hwid_name,
				  (unsigned long long)m->cpus[i].hwid);
		else
			came++;
	}
	while (load_acquire(&arrived) != came)
		cpu_relax();
	return came;
}

BOOT_CODE u32 smp_start(const struct machine *m, hpa_t (*stack)(void))
{
	u32 asked = 0;

	this_cpu()->online = true;
	for (u32 i = 0; i < m->nr_cpus; i++) {
		if (i == m->boot_cpu)
			continue;
		hpa_t s = stack();

		if (s.v && host_unmap_ram(s, STACK_GUARD) == OK)
			asked += ask_for(&m->cpus[i], &cpus[i], s);
	}
	wait_for_arrivals(asked);
	return 1 + close_door(m);
}

BOOT_CODE void smp_go(void)
{
	virt_init();
	cpu_virt_init();
	store_release(&go, 1);
	for (u32 i = 0; i < nr_cpus; i++)
		if (cpus[i].online && &cpus[i] != this_cpu())
			cpu_kick(i);
	while (load_acquire(&ready) != load_acquire(&arrived))
		cpu_relax();
	virt_report();
}
