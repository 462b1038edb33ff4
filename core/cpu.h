/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The core's record of one physical CPU, and the scheduler's interface to the
 * architecture's exit tail.
 */
#ifndef CORE_CPU_H
#define CORE_CPU_H

#include "core/timer.h"
#include "core/vm.h"
#include "hal/atomic.h"
#include "hal/cpu.h"
#include "hal/types.h"

/*
 * Bits of cpu->attention, the one word that the exit path tests. Set with
 * atomic_or by anybody, taken whole by sched_tail().
 * A remote setter kicks when the word was 0 before. Hence, whenever a guest
 * runs or cpu_wait() is called, a word that is not 0 has a kick on its way.
 */
enum cpu_attention {
	ATTN_REQUEST = 1u << 0, /* look at cpu->requested, or just run the tail */
	ATTN_SYNC = 1u << 1,    /* home only: new virtual interrupts for the loaded vCPU */
	ATTN_RESCHED = 1u << 2, /* home only: the queue changed or the slice is over */
	ATTN_HOUSE = 1u << 3,   /* housekeeping CPU: house_work() has something */
};

struct cpu {
	struct vcpu *current; /* loaded vCPU, NULL when idle; first: assembly reads it */
	u32 attention;        /* enum cpu_attention; != 0: sched_tail() before the guest is entered again */
	u32 index;            /* in machine.cpus */
	void *arch;
	bool housekeeping; /* runs house_work(): console, monitor, and on the first one vm_work() */
	bool online;
	struct vcpu *vcpus; /* all that live here, by cpu_next; constant after boot */
	struct vcpu *
		requested; /* those with requests, by request_next; pushed by any CPU, taken whole by this one */

	/* ---- this CPU only ---- */
	struct vcpu *pinned; /* runnable `pinned` vCPU */
	struct vcpu *runq;   /* runnable `shared` vCPUs with the current one, sorted by vruntime */
	u64 min_vruntime;
	struct timer_queue timers;
	struct ktimer slice; /* end of the current vCPU's slice, only when another one waits */
	struct ktimer house; /* next housekeeping slice beside a guest */
	u64 house_next;      /* not before this, beside a guest */
	u64 accounted;       /* time is charged up to here */
	u64 idle_ticks;
	u32 kicks; /* interrupts from other CPUs */
} ALIGNED(128);

extern struct cpu cpus[MAX_CPUS];
extern u32 nr_cpus;
/* The first housekeeping CPU: the only one that runs vm_work() and that house_kick() wakes. Constant after boot. */
extern struct cpu *house_cpu;

/* core/smp.c: cpu_stop_others() was called. */
extern u32 cpus_stopping;

/* The architecture, on `cpu`, when it has taken a kick: what that is about stands in cpu->attention. */
static inline void cpu_kicked(struct cpu *cpu)
{
	if (unlikely(load_relaxed(&cpus_stopping)))
		cpu_panic_stop();
	cpu->kicks++;
}

/* Boot, once for each CPU, before its vCPUs: timers and queue. index and housekeeping are set. */
void sched_cpu_init(struct cpu *cpu);

/*
 * The exit tail. Looks at requests and timers, switches vCPU (vcpu_put,
 * vcpu_load) and returns the one to enter, now in cpu->current; does idle and
 * housekeeping work while there is none. Hot callers test cpu->attention first and
 * skip this when it is zero. The caller enters the guest without a second test.
 */
struct vcpu *sched_tail(struct cpu *cpu);

/* Any CPU, any lock: make `cpu` run sched_tail() soon. */
void cpu_attention(struct cpu *cpu);

/*
 * Ticks that the vCPU was loaded, the present stretch included: one with a CPU of its own may not be charged
 * for hours. Any CPU; a reading beside the home CPU's work, not a snapshot.
 */
static inline u64 vcpu_run_ticks(const struct vcpu *vcpu)
{
	const struct cpu *cpu = &cpus[vcpu->home];
	u64 since = load_acquire(&cpu->accounted), ticks = load_acquire(&vcpu->run_ticks), now = time_now();

	return load_relaxed(&cpu->current) == vcpu && now > since ? ticks + (now - since) : ticks;
}

/*
 * Housekeeping beside guests (console, monitor, long steps), one slice of at
 * most 50 us; true: more to do now. core/house.c; only on housekeeping CPUs. A
 * guest may be loaded meanwhile.
 */
bool house_work(void);
/* Any CPU, any lock: there is something for the first housekeeping CPU. */
void house_kick(void);

#endif
