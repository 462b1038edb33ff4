/* SPDX-License-Identifier: Apache-2.0 */
/* Fake vCPUs, the core's surroundings, and several CPUs as coroutines. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "hal/fake/fake_vcpu.h"
#include "hal/vcpu.h"

#define FAKE_CPUS 8
#define FAKE_VMS 8
#define FAKE_VCPUS 8
#define FAKE_STACK 65536
#define WEAK __attribute__((weak))

struct cpu cpus[MAX_CPUS];
u32 nr_cpus;
struct fake_world fake_world;

static struct vm vm_pool[FAKE_VMS];
static struct vm_plan plan_pool[FAKE_VMS];
static struct vm_arch vm_arch_pool[FAKE_VMS];
static struct vcpu vcpu_pool[FAKE_VMS][FAKE_VCPUS];
static struct vcpu_arch vcpu_arch_pool[FAKE_VMS][FAKE_VCPUS];
static u64 armed_of[FAKE_CPUS]; /* of the CPUs that do not run now */

/* ---- the world ---- */

void fake_vcpu_reset(u32 nr, u32 housekeeping)
{
	fake_reset();
	memset(cpus, 0, sizeof(cpus));
	memset(vm_pool, 0, sizeof(vm_pool));
	memset(plan_pool, 0, sizeof(plan_pool));
	memset(vm_arch_pool, 0, sizeof(vm_arch_pool));
	memset(vcpu_pool, 0, sizeof(vcpu_pool));
	memset(vcpu_arch_pool, 0, sizeof(vcpu_arch_pool));
	memset(&fake_world, 0, sizeof(fake_world));
	vms = vm_pool;
	nr_vms = 0;
	nr_cpus = nr;
	house_cpu = NULL;
	fake_cpu.hz = 1000000;
	for (u32 i = 0; i < nr; i++) {
		armed_of[i] = NO_DEADLINE;
		cpus[i].index = i;
		cpus[i].housekeeping = i < housekeeping;
		cpus[i].online = true;
		sched_cpu_init(&cpus[i]);
	}
	fake_cpu.cpu = &cpus[0];
}

struct vm *fake_vm_add(const char *name, enum vm_policy policy, u32 weight, u32 nr_vcpus, const u16 *homes)
{
	u32 n = nr_vms++;
	struct vm_plan *plan = &plan_pool[n];
	struct vm *vm = &vm_pool[n];

	snprintf(plan->name, sizeof(plan->name), "%s", name);
	plan->index = n;
	plan->policy = policy;
	plan->weight = weight;
	plan->nr_vcpus = nr_vcpus;
	plan->on_fault = FAULT_HALT;
	plan->on_reset = RESET_RESTART;
	vm->plan = plan;
	vm->arch = &vm_arch_pool[n];
	vm->index = (u16)n;
	vm->nr_vcpus = (u16)nr_vcpus;
	vm->vcpus = vcpu_pool[n];
	for (u32 i = 0; i < nr_vcpus; i++) {
		plan->cpus[i] = homes[i];
		vm->vcpus[i].arch = &vcpu_arch_pool[n][i];
		vm->vcpus[i].arch->deadline = NO_DEADLINE;
		vcpu_init(&vm->vcpus[i], vm, (u16)i);
	}
	return vm;
}

struct vm_plan *fake_plan(struct vm *vm)
{
	return &plan_pool[vm->index];
}

bool fake_vm_loaded(const struct vm *vm)
{
	for (u32 i = 0; i < vm->nr_vcpus; i++)
		if (vm->vcpus[i].arch->loaded)
			return true;
	return false;
}

static void expect_stopped(const struct vm *vm, const char *what)
{
	if (fake_vm_loaded(vm))
		fake_violation("%s: %s while a vCPU is loaded", vm->plan->name, what);
	if (vm->live)
		fake_violation("%s: %s with %u acknowledges to come", vm->plan->name, what, vm->live);
}

/* ---- hal/vcpu.h ---- */

static void expect_home(const struct vcpu *v, const char *what)
{
	if (this_cpu() != &cpus[v->home])
		fake_violation("%s of %s/%u away from home", what, v->vm->plan->name, v->index);
}

void vcpu_load(struct vcpu *v)
{
	u32 state = v->vm->state;

	expect_home(v, "load");
	if (v->arch->loaded || this_cpu()->current != v)
		fake_violation("load of a loaded vCPU, or not the current one");
	if (state != VM_RUNNING && state != VM_STOPPING)
		fake_violation("load while the VM is %s", vm_state_name(state));
	if (v->stopped || v->held || v->power != VCPU_ON || v->vm->arch->time_stopped)
		fake_violation("load of a vCPU that must not run");
	if (v->arch->deadline <= fake_cpu.now && v->arch->deadline <= this_cpu()->accounted)
		fake_violation("load with a deadline that passed");
	for (u32 i = 0; i < nr_vms; i++)
		for (u32 j = 0; j < vms[i].nr_vcpus; j++)
			if (vms[i].vcpus[j].arch->loaded && vms[i].vcpus[j].home == v->home)
				fake_violation("two vCPUs loaded on CPU %u", v->home);
	v->arch->loaded = true;
	v->arch->loads++;
	v->arch->delivered |= v->arch->pending;
	v->arch->pending = false;
}

void vcpu_put(struct vcpu *v)
{
	expect_home(v, "put");
	if (!v->arch->loaded)
		fake_violation("put of a vCPU that is not loaded");
	v->arch->loaded = false;
	v->arch->puts++;
}

bool vcpu_has_irq(struct vcpu *v)
{
	expect_home(v, "has_irq");
	if (v->arch->loaded)
		fake_violation("has_irq of a loaded vCPU");
	return v->arch->pending || v->arch->delivered;
}

u64 vcpu_deadline(struct vcpu *v)
{
	expect_home(v, "deadline");
	return v->arch->deadline;
}

void vcpu_timer_expired(struct vcpu *v)
{
	expect_home(v, "timer_expired");
	if (v->arch->loaded)
		fake_violation("timer_expired of a loaded vCPU");
	v->arch->deadline = NO_DEADLINE;
	fake_virq(v);
}

void vcpu_sync_irqs(struct vcpu *v)
{
	expect_home(v, "sync");
	if (!v->arch->loaded)
		fake_violation("sync of a vCPU that is not loaded");
	v->arch->syncs++;
	v->arch->delivered |= v->arch->pending;
	v->arch->pending = false;
	if (fake_world.on_sync)
		fake_world.on_sync(v);
}

void vcpu_arch_reset(struct vcpu *v, gpa_t entry, u64 arg)
{
	if (v->arch->loaded)
		fake_violation("reset of a loaded vCPU");
	v->arch->entry = entry;
	v->arch->arg = arg;
	v->arch->resets++;
	v->arch->pending = v->arch->delivered = false;
	v->arch->deadline = NO_DEADLINE;
}

void vcpu_dump(struct vcpu *v)
{
	v->arch->dumps++;
}

void vm_time_stop(struct vm *vm)
{
	expect_stopped(vm, "time_stop");
	if (vm->arch->time_stopped)
		fake_violation("time stopped twice");
	vm->arch->time_stopped = true;
	vm->arch->time_stops++;
}

void vm_time_start(struct vm *vm)
{
	expect_stopped(vm, "time_start");
	if (!vm->arch->time_stopped)
		fake_violation("time started twice");
	vm->arch->time_stopped = false;
}

void fake_virq(struct vcpu *v)
{
	v->arch->pending = true;
	fake_preempt();
	vcpu_wake(v);
}

/* ---- what core/vm.h and core/cpu.h want ---- */

WEAK enum err vm_build_step(struct vm *vm)
{
	expect_stopped(vm, "build step");
	if (vm->arch->time_stopped)
		fake_violation("build with time stopped");
	fake_cpu.now += fake_world.step_ticks;
	vm->arch->dirty = vm->arch->mapped = true;
	if (vm->step++ < fake_world.build_steps)
		return ERR_AGAIN;
	if (fake_world.build_error)
		return fake_world.build_error;
	for (u32 i = 0; i < vm->nr_vcpus; i++)
		vcpu_arch_reset(&vm->vcpus[i], GPA(0), ~(u64)0);
	vm->arch->built++;
	return OK;
}

WEAK enum err vm_scrub_step(struct vm *vm)
{
	expect_stopped(vm, "scrub step");
	fake_cpu.now += fake_world.step_ticks;
	if (vm->step++ < fake_world.scrub_steps)
		return ERR_AGAIN;
	vm->arch->dirty = vm->arch->mapped = false;
	vm->arch->scrubbed++;
	return OK;
}

WEAK void vm_all_halted(void)
{
	fake_world.all_halted++;
}

WEAK void vm_notice(const struct vm *vm, const char *what, const char *detail)
{
	const u32 stopped = 1u << VM_ABSENT | 1u << VM_READY | 1u << VM_PAUSED | 1u << VM_HALTED;

	if (stopped >> vm->state & 1)
		expect_stopped(vm, what);
	if (vm->state == VM_ABSENT && (vm->arch->dirty || vm->arch->mapped))
		fake_violation("%s: absent but not clean", vm->plan->name);
	fake_world.notices++;
	snprintf(fake_world.last_notice, sizeof(fake_world.last_notice), "%s: %s%s%s", vm->plan->name, what,
		 detail ? ": " : "", detail ? detail : "");
	if (getenv("FAKE_LOG"))
		fprintf(stderr, "%s\n", fake_world.last_notice);
}

bool house_work(void)
{
	fake_world.house_calls++;
	if (!this_cpu()->housekeeping)
		fake_violation("house_work on CPU %u", this_cpu()->index);
	return fake_world.house ? fake_world.house() : vm_work();
}

/* ---- one CPU at a time ---- */

void fake_on(u32 cpu)
{
	armed_of[fake_cpu.cpu->index] = fake_cpu.armed;
	fake_cpu.cpu = &cpus[cpu];
	fake_cpu.armed = armed_of[cpu];
}

static bool irq_pending(void)
{
	return fake_cpu.kicks[fake_cpu.cpu->index] || fake_cpu.armed <= fake_cpu.now;
}

bool fake_take_irqs(void)
{
	bool any = irq_pending();

	fake_cpu.kicks[fake_cpu.cpu->index] = 0;
	if (fake_cpu.armed <= fake_cpu.now) {
		u32 arms = fake_cpu.arms;

		timer_expired();
		if (fake_cpu.arms == arms)
			fake_violation("timer_expired left the interrupt asserted");
	}
	return any;
}

/* ---- several CPUs ---- */

bool fake_smp_draining;
void (*fake_smp_check)(void);

static struct {
	ucontext_t controller;
	ucontext_t cpu[FAKE_CPUS];
	char stack[FAKE_CPUS][FAKE_STACK] ALIGNED(64);
	void (*main)(struct cpu *cpu);
	u64 random;
	u32 running; /* a coroutine runs: its CPU + 1 */
	u32 waiting; /* CPUs in cpu_wait() with nothing pending */
} smp;

u32 fake_random(u32 n)
{
	smp.random ^= smp.random << 13;
	smp.random ^= smp.random >> 7;
	smp.random ^= smp.random << 17;
	return (u32)(smp.random >> 33) % n;
}

static void back_to_controller(void)
{
	u32 me = smp.running - 1;

	smp.running = 0;
	swapcontext(&smp.cpu[me], &smp.controller);
}

/* Often enough to split every sequence, seldom enough to let long ones through. */
void fake_preempt(void)
{
	if (smp.running && fake_random(3) == 0)
		back_to_controller();
}

static void smp_wait(void)
{
	u32 bit = 1u << fake_cpu.cpu->index;

	while (!fake_take_irqs()) {
		smp.waiting |= bit;
		back_to_controller();
		smp.waiting &= ~bit;
	}
}

static void smp_enter(u32 cpu)
{
	smp.main(&cpus[cpu]);
	abort(); /* it never returns */
}

static void smp_prepare(ucontext_t *c, u32 cpu)
{
	getcontext(c);
	c->uc_stack.ss_sp = smp.stack[cpu];
	c->uc_stack.ss_size = FAKE_STACK;
	c->uc_link = NULL;
	makecontext(c, (void (*)(void))smp_enter, 1, cpu);
}

static void smp_switch_to(u32 cpu)
{
	fake_on(cpu);
	fake_cpu.now += fake_random(20);
	smp.running = cpu + 1;
	swapcontext(&smp.controller, &smp.cpu[cpu]);
	if (fake_smp_check)
		fake_smp_check();
}

/* All wait: let time jump to the first deadline. False: there is none, and no kick. */
static bool smp_wake_somebody(void)
{
	u64 first = NO_DEADLINE;

	fake_on(fake_cpu.cpu->index); /* write armed_of back */
	for (u32 i = 0; i < nr_cpus; i++) {
		if (fake_cpu.kicks[i])
			return true;
		first = min_u64(first, armed_of[i]);
	}
	if (first == NO_DEADLINE)
		return false;
	fake_cpu.now = max_u64(fake_cpu.now, first);
	return true;
}

bool fake_smp_run(u64 seed, u32 switches, void (*main)(struct cpu *cpu))
{
	u32 all = (1u << nr_cpus) - 1, limit = switches + 400000;

	smp.random = seed * 0x9E3779B97F4A7C15u + 1;
	smp.main = main;
	smp.waiting = 0;
	fake_smp_draining = false;
	fake_cpu.on_wait = smp_wait;
	for (u32 i = 0; i < nr_cpus; i++)
		smp_prepare(&smp.cpu[i], i);
	for (u32 n = 0; n < limit && !fake_violations; n++) {
		fake_smp_draining = n >= switches;
		if (smp.waiting == all && !smp_wake_somebody()) {
			if (fake_smp_draining)
				return true;
			fake_cpu.kicks
				[0]++; /* spurious; the test's house_work() may think of something new */
		}
		smp_switch_to(fake_random(nr_cpus));
	}
	if (!fake_violations)
		fake_violation("seed %llu: it does not settle", (unsigned long long)seed);
	return false;
}
