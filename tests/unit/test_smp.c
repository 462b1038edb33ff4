/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: core/vm_names.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c hal/fake/fake_vcpu.c */
/*
 * The core on four CPUs, switched at random between any two atomic accesses:
 * guests do what guests may, a monitor does what people do, devices
 * interrupt. The fake complains when a vCPU is where it must not be; here is
 * checked that nothing is lost. SMP_SEEDS and SMP_SEED in the environment choose.
 */
#include "tests/unit/core_under_test.h"

#define DEAF_LIMIT 200

static struct {
	u32 starts, resets, stops, wakes;
} seen;
static bool wakes_only; /* this run is about interrupts: guests sleep, wake each other and yield */

/* ---- what a guest does between two exits ---- */

static void wrong(const char *what, const struct vcpu *v)
{
	fake_violation("%s: %s/%u", what, v->vm->plan->name, v->index);
}

/* It was started by somebody's CPU_ON, with the entry and argument of one and the same call. */
static void check_entry(const struct vcpu *v)
{
	if (v->arch->arg != ~v->arch->entry.v)
		wrong("entry and argument of two calls", v);
}

static void check_running(struct cpu *cpu, struct vcpu *v)
{
	if (cpu->current != v || !v->arch->loaded || v->stopped || v->held || v->power != VCPU_ON)
		wrong("entered and must not", v);
	if (v->vm->state != VM_RUNNING && v->vm->state != VM_STOPPING)
		wrong("entered while its VM does not run", v);
	check_entry(v);
	if (v->arch->pending && !cpu->attention && !fake_cpu.kicks[cpu->index])
		v->arch->deaf++;
	else
		v->arch->deaf = 0;
	if (v->arch->deaf > DEAF_LIMIT)
		wrong("an interrupt never reaches it", v);
}

static struct vcpu *any_vcpu(void)
{
	struct vm *vm = &vms[fake_random(nr_vms)];

	return &vm->vcpus[fake_random(vm->nr_vcpus)];
}

static void cpu_on(struct vcpu *v)
{
	static u64 token;
	struct vcpu *target = &v->vm->vcpus[fake_random(v->vm->nr_vcpus)];

	token += 16;
	if (vcpu_power_on(target, GPA(token), ~token) == OK)
		seen.starts++;
}

static void act_as_guest(struct vcpu *v)
{
	struct vm *vm = v->vm;

	if (fake_smp_draining) {
		vcpu_block(v);
		return;
	}
	switch (fake_random(48) + (wakes_only && fake_random(2) ? 48 : 0)) {
	case 0 ... 3:
		vcpu_block(v);
		break;
	case 4 ... 7:
		v->arch->deadline = fake_cpu.now + fake_random(3000);
		vcpu_block(v);
		break;
	case 8 ... 13:
		cpu_on(v);
		break;
	case 14:
		if (!wakes_only)
			vcpu_power_off(v);
		break;
	case 15 ... 22:
		fake_virq(&vm->vcpus[fake_random(vm->nr_vcpus)]);
		seen.wakes++;
		break;
	case 23 ... 25:
		vcpu_yield(v);
		break;
	case 26 ... 27: /* a device's interrupt was routed to this CPU */
		fake_virq(any_vcpu());
		break;
	case 28:
		if (!wakes_only && fake_random(6) == 0)
			vm_post(vm, VM_EV_HALT);
		break;
	case 29:
		if (!wakes_only && fake_random(6) == 0)
			vm_post(vm, VM_EV_GUEST_RESET);
		break;
	case 30:
		if (!wakes_only && fake_random(6) == 0)
			vm_fault(v, "test");
		break;
	default:
		break;
	}
}

static void run_cpu(struct cpu *cpu)
{
	for (;;) {
		struct vcpu *v = sched_tail(cpu);

		do {
			fake_preempt();
			if (fake_take_irqs())
				continue;
			check_running(cpu, v);
			if (v->arch->delivered && fake_random(2)) {
				v->arch->delivered = false;
				continue;
			}
			/* While draining it listens for a while before it sleeps, so that a lost interrupt shows. */
			if (!(fake_smp_draining && v->arch->pending))
				act_as_guest(v);
		} while (!cpu->attention);
	}
}

/* ---- what people do ---- */

static bool house(void)
{
	static const u8 wish[] = {VM_EV_CREATE, VM_EV_CREATE, VM_EV_START,  VM_EV_START,
				  VM_EV_START,  VM_EV_PAUSE,  VM_EV_RESUME, VM_EV_RESUME,
				  VM_EV_RESUME, VM_EV_RESET,  VM_EV_DESTROY};

	if (!fake_smp_draining && fake_random(wakes_only ? 50 : 8) == 0)
		vm_post(&vms[fake_random(nr_vms)], (enum vm_event)wish[fake_random(ARRAY_SIZE(wish))]);
	if (!fake_smp_draining && fake_random(8) == 0)
		fake_virq(any_vcpu());
	return vm_work();
}

/* ---- what must hold ---- */

static void always(void)
{
	for (u32 i = 0; i < nr_vms; i++) {
		const struct vm *vm = &vms[i];

		if (vm->live > vm->nr_vcpus)
			fake_violation("%s: %u acknowledges to come", vm->plan->name, vm->live);
		if (vm->live && vm->state != VM_STOPPING && vm->state != VM_RUNNING)
			fake_violation("%s: live while %s", vm->plan->name, vm_state_name(vm->state));
	}
}

static void check_vcpu_at_rest(const struct vcpu *v)
{
	bool running = v->vm->state == VM_RUNNING;

	if (v->arch->loaded || v->queued)
		wrong("not at rest", v);
	if (v->requests & ~(u32)VCPU_REQ_WAKE)
		wrong("a request was lost", v);
	if (v->stopped == running)
		wrong("stopped does not follow the VM", v);
	if (!running)
		return;
	if (v->power == VCPU_ON_PENDING || v->claim)
		wrong("CPU_ON was lost", v);
	if (v->power == VCPU_ON && v->held == VCPU_HELD_BLOCKED && (v->arch->pending || v->arch->delivered))
		wrong("a wake was lost", v);
	if (v->power == VCPU_ON && v->held == VCPU_HELD_BLOCKED && v->arch->deadline != NO_DEADLINE)
		wrong("a deadline was lost", v);
	if (v->held & VCPU_HELD_FAULT)
		wrong("a fault was lost", v);
}

static void check_at_rest(void)
{
	for (u32 i = 0; i < nr_vms; i++) {
		const struct vm *vm = &vms[i];

		if (vm->state == VM_STOPPING || vm->state == VM_BUILDING || vm->state == VM_SCRUBBING)
			fake_violation("%s: for ever %s", vm->plan->name, vm_state_name(vm->state));
		if (vm->events)
			fake_violation("%s: events %x were lost", vm->plan->name, vm->events);
		if (vm->live)
			fake_violation("%s: an acknowledge was lost", vm->plan->name);
		for (u32 j = 0; j < vm->nr_vcpus; j++) {
			check_vcpu_at_rest(&vm->vcpus[j]);
			seen.resets += vm->vcpus[j].arch->resets;
		}
		seen.stops += vm->arch->time_stops;
	}
	for (u32 i = 0; i < nr_cpus; i++)
		if (cpus[i].current || cpus[i].runq || cpus[i].pinned || cpus[i].attention ||
		    cpus[i].requested)
			fake_violation("CPU %u is not at rest", i);
	if (house_pending)
		fake_violation("a kick of the housekeeping CPU was lost");
}

static void make_vms(void)
{
	static const u16 a[] = {0, 1, 2, 3}, b[] = {3, 2, 3}, c[] = {1}, d[] = {2, 1, 0};
	struct vm *vm[] = {
		fake_vm_add("a", POLICY_SHARED, 100, 4, a),
		fake_vm_add("b", POLICY_SHARED, 1000, 3, b),
		fake_vm_add("c", POLICY_SHARED, 10, 1, c),
		fake_vm_add("d", POLICY_SHARED, 300, 3, d),
	};

	fake_plan(vm[0])->on_fault = FAULT_RESTART;
	fake_plan(vm[1])->on_fault = FAULT_DESTROY;
	fake_plan(vm[2])->on_reset = RESET_HALT;
	for (u32 i = 0; i < ARRAY_SIZE(vm); i++) {
		vm_post(vm[i], VM_EV_CREATE);
		vm_post(vm[i], VM_EV_START);
	}
}

static void one_run(u64 seed, u32 switches)
{
	core_reset(4, seed % 3 == 0 ? 2 : 1);
	wakes_only = seed % 2;
	fake_world.house = house;
	fake_world.build_steps = seed % 4;
	fake_world.scrub_steps = seed % 3;
	fake_world.step_ticks = 40;
	fake_smp_check = always;
	make_vms();
	if (fake_smp_run(seed, switches, run_cpu))
		check_at_rest();
	if (fake_violations) {
		print_error("SMP_SEED=%llu: %s\n", (unsigned long long)seed, fake_last_violation);
		fail_msg("%s", fake_last_violation);
	}
}

static u32 number(const char *name, u32 otherwise)
{
	const char *s = getenv(name);

	return s ? (u32)atoi(s) : otherwise;
}

static void no_interleaving_loses_or_doubles_anything(void **state UNUSED)
{
	u32 first = number("SMP_SEED", 0), n = first ? first + 1 : number("SMP_SEEDS", 1500);

	memset(&seen, 0, sizeof(seen));
	for (u32 seed = first ? first : 1; seed < n; seed++)
		one_run(seed, 6000);
	print_message("CPU_ON %u, resets %u, pauses %u, wakes %u\n", seen.starts, seen.resets, seen.stops,
		      seen.wakes);
	if (!first) /* the runs did reach what they are about */
		assert_true(seen.starts > n && seen.resets > 4 * n && seen.stops > n / 2 && seen.wakes > n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_interleaving_loses_or_doubles_anything),
	};

	return cmocka_run_group_tests_name("smp", tests, NULL, NULL);
}
