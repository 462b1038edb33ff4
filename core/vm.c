/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of VMs: a state machine driven by posted events, and the steps of
 * long work.
 *
 * Invariants:
 * - Only vm_work(), on the first housekeeping CPU, writes a VM's state. One call does one event or
 *   one step: it is as short as the longest of those.
 * - In all states but RUNNING and STOPPING no vCPU of the VM is loaded anywhere: each has acknowledged STOP,
 *   and none was told to RUN since.
 * - Events are bits: posting one twice before it is handled is posting it once. Of several the lowest (enum
 *   vm_event) goes first; one that has to wait (LATER) stays posted until the state has a word for it.
 *
 * No locks: events, live and requests are read-modify-write words.
 */
#include "core/cpu.h"
#include "core/vm.h"
#include "hal/cpu.h"
#include "hal/vcpu.h"

struct vm *vms;
u32 nr_vms;

static u32 cursor;       /* VM to look at first */
static bool halted_told; /* vm_all_halted() was called and nothing became active since */

void vm_post(struct vm *vm, enum vm_event ev)
{
	atomic_or(&vm->events, 1u << ev);
	house_kick();
}

static bool vm_active(const struct vm *vm)
{
	static const u32 active = 1u << VM_RUNNING | 1u << VM_PAUSED | 1u << VM_STOPPING | 1u << VM_SCRUBBING;
	u32 state = load_acquire(&vm->state);

	return (active >> state & 1) || (state == VM_BUILDING && vm->start_when_built) ||
	       (load_relaxed(&vm->events) & 1u << VM_EV_START);
}

bool vm_any_active(void)
{
	for (u32 i = 0; i < nr_vms; i++)
		if (vm_active(&vms[i]))
			return true;
	return false;
}

/* ---- what happens on an event ---- */

static void enter_state(struct vm *vm, enum vm_state state)
{
	static const u32 told =
		1u << VM_ABSENT | 1u << VM_READY | 1u << VM_RUNNING | 1u << VM_PAUSED | 1u << VM_HALTED;

	vm->step = 0;
	vm->step_pos = 0;
	store_release(&vm->state, state);
	if (told >> state & 1)
		vm_notice(vm, vm_state_name(state), NULL);
}

static void request_all(struct vm *vm, u32 request)
{
	for (u32 i = 0; i < vm->nr_vcpus; i++)
		vcpu_request(&vm->vcpus[i], request);
}

static void act_drop(struct vm *vm UNUSED, enum vm_event ev UNUSED)
{
}

static void act_refuse(struct vm *vm, enum vm_event ev)
{
	vm_notice(vm, vm_event_name(ev), vm_state_name(vm->state));
}

static void act_create(struct vm *vm, enum vm_event ev)
{
	if (vm->plan->refused) {
		act_refuse(vm, ev);
		return;
	}
	vm->start_when_built = false;
	enter_state(vm, VM_BUILDING);
}

static void act_want_start(struct vm *vm, enum vm_event ev)
{
	(void)vm_outcome(vm, ev);
	vm->start_when_built = true;
}

static void act_run(struct vm *vm, enum vm_event ev)
{
	(void)vm_outcome(vm, ev); /* a person's START counts restarts anew */
	halted_told = false;
	enter_state(vm, VM_RUNNING);
	request_all(vm, VCPU_REQ_RUN);
}

static void leave_pause(struct vm *vm)
{
	if (vm->state == VM_PAUSED)
		vm_time_start(vm);
}

static void act_resume(struct vm *vm, enum vm_event ev)
{
	leave_pause(vm);
	act_run(vm, ev);
}

/* START and RESET of one that does not run, or a restart after all vCPUs stopped. */
static void act_rebuild(struct vm *vm, enum vm_event ev)
{
	(void)vm_outcome(vm, ev);
	leave_pause(vm);
	vm->start_when_built = true;
	enter_state(vm, VM_BUILDING);
}

/* From BUILDING too: steps and events are of one CPU, so a build is never in the middle of a step here. */
static void act_scrub(struct vm *vm, enum vm_event ev UNUSED)
{
	leave_pause(vm);
	enter_state(vm, VM_SCRUBBING);
}

static void act_failed(struct vm *vm, enum vm_event ev)
{
	act_refuse(vm, ev);
	act_scrub(vm, ev);
}

static void act_scrubbed(struct vm *vm, enum vm_event ev UNUSED)
{
	enter_state(vm, VM_ABSENT);
}

/* The vCPUs are this CPU's until RUN (core/vm.h). */
static void act_built(struct vm *vm, enum vm_event ev)
{
	for (u32 i = 0; i < vm->nr_vcpus; i++) {
		struct vcpu *v = &vm->vcpus[i];

		v->held = i ? VCPU_HELD_OFF : 0;
		store_release(&v->power, i ? VCPU_OFF : VCPU_ON);
	}
	if (vm->start_when_built)
		act_run(vm, ev);
	else
		enter_state(vm, VM_READY);
}

static void act_stop(struct vm *vm, enum vm_event ev)
{
	vm->goal = vm_outcome(vm, ev);
	store_relaxed(&vm->live, vm->nr_vcpus);
	enter_state(vm, VM_STOPPING);
	request_all(vm, VCPU_REQ_STOP);
}

/*
 * One more wish while it stops: anything goes before a pause, a person's RESET before HALT, DESTROY before
 * all. What the guest says once its end is decided does not count.
 */
static void act_goal(struct vm *vm, enum vm_event ev)
{
	if (ev == VM_EV_DESTROY || vm->goal == VM_EV_PAUSE || (ev == VM_EV_RESET && vm->goal == VM_EV_HALT))
		vm->goal = vm_outcome(vm, ev);
}

static void act_stopped(struct vm *vm, enum vm_event ev)
{
	switch (vm->goal) {
	case VM_EV_PAUSE:
		vm_time_stop(vm);
		enter_state(vm, VM_PAUSED);
		break;
	case VM_EV_RESET:
		act_rebuild(vm, ev);
		break;
	case VM_EV_DESTROY:
		act_scrub(vm, ev);
		break;
	default:
		enter_state(vm, VM_HALTED);
		break;
	}
}

/* ---- the table ---- */

enum action {
	DROP,   /* cannot be, or says nothing new */
	REFUSE, /* a person's mistake: say so */
	LATER,  /* stays posted until another state */
	CREATE,
	WANT,
	RUN,
	RESUME,
	REBUILD,
	SCRUB,
	FAILED,
	SCRUBBED,
	BUILT,
	STOP,
	GOAL,
	STOPPED,
	ACTIONS
};

static void (*const actions[ACTIONS])(struct vm *vm, enum vm_event ev) = {
	[DROP] = act_drop,       [REFUSE] = act_refuse, [LATER] = act_drop,        [CREATE] = act_create,
	[WANT] = act_want_start, [RUN] = act_run,       [RESUME] = act_resume,     [REBUILD] = act_rebuild,
	[SCRUB] = act_scrub,     [FAILED] = act_failed, [SCRUBBED] = act_scrubbed, [BUILT] = act_built,
	[STOP] = act_stop,       [GOAL] = act_goal,     [STOPPED] = act_stopped,
};

/* clang-format off */
static const u8 table[VM_STATES][VM_EVENTS] = {
/*                 FAULT HALT  G_RST STOPPED  BUILT     FAILED  DESTROY RESET    PAUSE   CREATE  START    RESUME */
[VM_ABSENT]    = { DROP, DROP, DROP, DROP,    DROP,     DROP,   REFUSE, REFUSE,  REFUSE, CREATE, REFUSE,  REFUSE },
[VM_BUILDING]  = { DROP, DROP, DROP, DROP,    BUILT,    FAILED, SCRUB,  WANT,    LATER,  REFUSE, WANT,    REFUSE },
[VM_READY]     = { DROP, DROP, DROP, DROP,    DROP,     DROP,   SCRUB,  REFUSE,  REFUSE, REFUSE, RUN,     REFUSE },
[VM_RUNNING]   = { STOP, STOP, STOP, DROP,    DROP,     DROP,   STOP,   STOP,    STOP,   REFUSE, REFUSE,  REFUSE },
[VM_PAUSED]    = { DROP, DROP, DROP, DROP,    DROP,     DROP,   SCRUB,  REBUILD, REFUSE, REFUSE, REFUSE,  RESUME },
[VM_STOPPING]  = { GOAL, GOAL, GOAL, STOPPED, DROP,     DROP,   GOAL,   GOAL,    LATER,  LATER,  LATER,   LATER },
[VM_SCRUBBING] = { DROP, DROP, DROP, DROP,    SCRUBBED, DROP,   DROP,   REFUSE,  REFUSE, LATER,  LATER,   REFUSE },
[VM_HALTED]    = { DROP, DROP, DROP, DROP,    DROP,     DROP,   SCRUB,  REBUILD, REFUSE, REFUSE, REBUILD, REFUSE },
};
/* clang-format on */

static void dispatch(struct vm *vm, enum vm_event ev)
{
	actions[table[vm->state][ev]](vm, ev);
}

/* True: one was handled. */
static bool handle_event(struct vm *vm)
{
	u32 events = load_acquire(&vm->events);

	for (u32 ev = 0; ev < VM_EVENTS; ev++) {
		if (!(events >> ev & 1) || table[vm->state][ev] == LATER)
			continue;
		atomic_and(&vm->events, ~(1u << ev));
		dispatch(vm, (enum vm_event)ev);
		return true;
	}
	return false;
}

/* True: a step was done. */
static bool do_step(struct vm *vm)
{
	u64 start = time_now();
	bool building = vm->state == VM_BUILDING;
	enum err e;

	if (!building && vm->state != VM_SCRUBBING)
		return false;
	e = building ? vm_build_step(vm) : vm_scrub_step(vm);
	vm->work_ticks += time_now() - start;
	if (e != ERR_AGAIN)
		dispatch(vm, e == OK ? VM_EV_BUILT : VM_EV_FAILED);
	return true;
}

bool vm_work(void)
{
	if (this_cpu() != house_cpu)
		return false;
	for (u32 n = 0; n < nr_vms; n++) {
		struct vm *vm = &vms[cursor];

		cursor = cursor + 1 < nr_vms ? cursor + 1 : 0;
		if (handle_event(vm) || do_step(vm))
			return true;
	}
	if (!halted_told && !vm_any_active()) {
		halted_told = true;
		vm_all_halted();
	}
	return false;
}
