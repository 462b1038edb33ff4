/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vCPUs and VMs for tests of the core: hal/vcpu.h's run-time part, what core/vm.h wants of its
 * surroundings, and a simulation of several CPUs.
 *
 *   fake_vcpu.c   needs fake.c and fake_cpu.c; what core/build.c has is weak (the real one wins)
 *
 * The fake complains (fake_violation) when the contract is broken: a vCPU loaded
 * twice, on the wrong CPU, while its VM is stopped; work on a VM of which a
 * vCPU is loaded; time stopped twice; and so on.
 */
#ifndef HAL_FAKE_FAKE_VCPU_H
#define HAL_FAKE_FAKE_VCPU_H

#include "core/cpu.h"
#include "core/vm.h"
#include "hal/fake/fake.h"

struct vcpu_arch {
	bool loaded;
	bool pending;   /* an interrupt was made pending ... */
	bool delivered; /* ... and the vCPU sees it: at load or sync */
	u32 deaf;       /* looks by the guest that did not see what is pending; for tests */
	u64 deadline;   /* of its timer; NO_DEADLINE */
	gpa_t entry;    /* of the last reset */
	u64 arg;
	u32 loads, puts, syncs, resets, dumps;
};

struct vm_arch {
	bool time_stopped;
	u32 time_stops;
	u32 built, scrubbed; /* complete ones */
	bool dirty;          /* frames may hold something */
	bool mapped;         /* translations exist */
};

/* What the surroundings do; reset by fake_vcpu_reset(). */
struct fake_world {
	u32 build_steps, scrub_steps; /* ERR_AGAIN before OK */
	enum err build_error;         /* the last build step's outcome instead of OK */
	u64 step_ticks;               /* a step takes so long */
	u32 all_halted;               /* calls of vm_all_halted() */
	u32 notices;
	char last_notice[128]; /* `name: what: detail` */
	bool (*house)(void);   /* house_work(); NULL: vm_work() */
	u32 house_calls;
	void (*on_sync)(struct vcpu *v); /* in vcpu_sync_irqs(); what happens on other CPUs meanwhile */
};

extern struct fake_world fake_world;

/*
 * Put CPUs, VMs and the above back; then `nr` CPUs, of which the first `housekeeping` are housekeeping ones.
 */
void fake_vcpu_reset(u32 nr, u32 housekeeping);
/*
 * A VM with vCPU i on CPU homes[i]; policy and weight as given, on_fault and on_reset default to halt and
 * restart.
 */
struct vm *fake_vm_add(const char *name, enum vm_policy policy, u32 weight, u32 nr_vcpus, const u16 *homes);
struct vm_plan *fake_plan(struct vm *vm);
/* As virq_set() would: pending first, then the wake. */
void fake_virq(struct vcpu *v);
bool fake_vm_loaded(const struct vm *vm);

/* ---- one CPU at a time, by hand ---- */

/* Make `cpu` the one that runs. */
void fake_on(u32 cpu);
/*
 * Is an interrupt pending for the CPU that runs: a kick or its deadline? Take all of them. True: there was
 * one.
 */
bool fake_take_irqs(void);

/* ---- several CPUs, interleaved ---- */

/*
 * Run `main` on each CPU, on a stack of its own, until `switches` switches were made, then set
 * fake_smp_draining and go on until all CPUs wait with nothing pending. A switch can happen at every
 * fake_preempt(), which tests plant into the atomics of the code they include. False: a violation
 * (fake_last_violation), or it did not settle. Everything follows from `seed`.
 */
bool fake_smp_run(u64 seed, u32 switches, void (*main)(struct cpu *cpu));
extern bool fake_smp_draining;
/* Checked at every switch. */
extern void (*fake_smp_check)(void);
void fake_preempt(void);
/* 0 .. n-1 from the seed. */
u32 fake_random(u32 n);

#endif
