/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduler: requests from other CPUs, the vCPU's run state, the policies
 * `pinned` and `shared`, the exit tail, idle and housekeeping time.
 *
 * Invariants:
 * - Run state (struct vcpu, "home CPU only") is written by the home CPU; from a STOP
 *   acknowledge to the next RUN by the CPU of vm_work().
 * - vcpu->queued == runnable: not stopped and not held. The current vCPU stays queued.
 * - A vCPU is on its home's request list exactly while LISTED is set (or about to be); whoever
 *   sets LISTED pushes it, the home clears LISTED after it has taken it off.
 * - WAKE is clear while a vCPU is loaded or blocked (so that a wake is told), and was set by its home or
 *   a waker else, so that further wakes are silent: it is loaded, and then looks, in any case.
 *
 * No locks. Remote accesses: requests, power, claim, request_next/requested, attention,
 * vm->live; all read-modify-write, whose order on each word carries the rest.
 */
#include "core/sched_policy.h"
#include "hal/atomic.h"
#include "hal/cpu.h"
#include "hal/vcpu.h"

/* vruntime advances by ticks * 100 / weight; the factor has this many binary places. */
#define WEIGHT_SHIFT 20
#define WEIGHT_UNIT 100u
/*
 * `shared`, as fractions of a second: longest slice, shortest one, how far a sleeper comes back before the
 * others.
 */
#define SLICE_MAX(hz) ((hz) / 100)
#define SLICE_MIN(hz) ((hz) / 1000)
#define WAKE_CREDIT(hz) ((hz) / 200)
/*
 * A guest on a housekeeping CPU runs at least this part of a second between two housekeeping slices (50 us).
 */
#define HOUSE_REST(hz) ((hz) / 20000)
/* Rounds of the tail before the guest is entered although others keep asking. */
#define TAIL_ROUNDS 4

struct cpu *house_cpu;
static u32 house_pending; /* a house_kick() that house_work() has not seen yet */

/* ---- policy `pinned`: a CPU for one vCPU, nothing to decide ---- */

static void pinned_enqueue(struct cpu *cpu, struct vcpu *vcpu, enum sched_why why UNUSED)
{
	cpu->pinned = vcpu;
}

static void pinned_dequeue(struct cpu *cpu, struct vcpu *vcpu UNUSED)
{
	cpu->pinned = NULL;
}

static struct vcpu *pinned_pick(struct cpu *cpu)
{
	return cpu->pinned;
}

static void pinned_account(struct cpu *cpu UNUSED, struct vcpu *vcpu UNUSED, u64 ticks UNUSED)
{
}

static u64 pinned_slice(struct cpu *cpu UNUSED, struct vcpu *vcpu UNUSED)
{
	return NO_DEADLINE;
}

static const struct sched_policy pinned = {
	.name = "pinned",
	.enqueue = pinned_enqueue,
	.dequeue = pinned_dequeue,
	.pick = pinned_pick,
	.account = pinned_account,
	.slice_ticks = pinned_slice,
};

/* ---- policy `shared`: weighted fair by virtual run time ---- */

static bool before(u64 a, u64 b)
{
	return (s64)(a - b) < 0;
}

static void runq_remove(struct cpu *cpu, struct vcpu *v)
{
	if (v->prev)
		v->prev->next = v->next;
	else
		cpu->runq = v->next;
	if (v->next)
		v->next->prev = v->prev;
}

/* Behind those with the same vruntime. */
static void runq_insert(struct cpu *cpu, struct vcpu *v)
{
	struct vcpu *prev = NULL, *next = cpu->runq;

	while (next && !before(v->vruntime, next->vruntime)) {
		prev = next;
		next = next->next;
	}
	v->prev = prev;
	v->next = next;
	if (prev)
		prev->next = v;
	else
		cpu->runq = v;
	if (next)
		next->prev = v;
}

static void advance_min(struct cpu *cpu)
{
	if (cpu->runq && before(cpu->min_vruntime, cpu->runq->vruntime))
		cpu->min_vruntime = cpu->runq->vruntime;
}

/*
 * A sleeper comes back at most WAKE_CREDIT before the others, however long it slept: time not
 * used is not saved. One that ran ahead of the others still owes.
 */
static void shared_enqueue(struct cpu *cpu, struct vcpu *v, enum sched_why why)
{
	u64 least = cpu->min_vruntime - WAKE_CREDIT(time_hz());

	if (why == SCHED_YIELDED && cpu->runq)
		least = cpu->runq->vruntime;
	if (before(v->vruntime, least))
		v->vruntime = least;
	runq_insert(cpu, v);
}

static void shared_dequeue(struct cpu *cpu, struct vcpu *v)
{
	runq_remove(cpu, v);
}

static struct vcpu *shared_pick(struct cpu *cpu)
{
	return cpu->runq;
}

/* More than 2^32 ticks only ever pass for one that is alone; then the sum does not matter. */
static void shared_account(struct cpu *cpu, struct vcpu *v, u64 ticks)
{
	u32 t = ticks > UINT32_MAX ? UINT32_MAX : (u32)ticks;

	v->vruntime += ((u64)t * v->weight_inv) >> WEIGHT_SHIFT;
	if (!v->queued)
		return;
	runq_remove(cpu, v);
	runq_insert(cpu, v);
	advance_min(cpu);
}

/*
 * Alone: no end. Someone is well ahead of it (woke up with credit, or is owed): after the shortest slice,
 * which also bounds how often wake-ups can preempt. Else its own slice, shorter for light ones so that they
 * come round more often.
 */
static u64 shared_slice(struct cpu *cpu, struct vcpu *v)
{
	u32 hz = time_hz();
	u32 slice = (hz / 10000) * v->vm->plan->weight;
	struct vcpu *head = cpu->runq;

	if (head == v && !v->next)
		return NO_DEADLINE;
	if (slice < SLICE_MIN(hz) || before(head->vruntime + SLICE_MIN(hz), v->vruntime))
		return SLICE_MIN(hz);
	return slice < SLICE_MAX(hz) ? slice : SLICE_MAX(hz);
}

static const struct sched_policy shared = {
	.name = "shared",
	.enqueue = shared_enqueue,
	.dequeue = shared_dequeue,
	.pick = shared_pick,
	.account = shared_account,
	.slice_ticks = shared_slice,
};

/* `realtime` and `cyclic` are not in this build. */
const struct sched_policy *const sched_policies[POLICIES] = {
	[POLICY_PINNED] = &pinned,
	[POLICY_SHARED] = &shared,
};

static struct vcpu *pick(struct cpu *cpu)
{
	for (u32 i = 0; i < POLICIES; i++) {
		struct vcpu *v = sched_policies[i] ? sched_policies[i]->pick(cpu) : NULL;

		if (v)
			return v;
	}
	return NULL;
}

/* ---- attention and requests: any CPU ---- */

static void attend(struct cpu *cpu, u32 bits)
{
	if (atomic_or(&cpu->attention, bits) == 0 && cpu != this_cpu())
		cpu_kick(cpu->index);
}

void cpu_attention(struct cpu *cpu)
{
	attend(cpu, ATTN_REQUEST);
}

/* The bits are set; see that the home looks at them. */
static void notify(struct vcpu *v)
{
	struct cpu *cpu = &cpus[v->home];
	struct vcpu *head;

	if (atomic_or(&v->requests, VCPU_REQ_LISTED) & VCPU_REQ_LISTED)
		return;
	do {
		head = load_relaxed(&cpu->requested);
		v->request_next = head;
	} while (!atomic_cas(&cpu->requested, head, v));
	attend(cpu, ATTN_REQUEST);
}

void vcpu_request(struct vcpu *v, u32 bits)
{
	atomic_or(&v->requests, bits);
	notify(v);
}

void vcpu_wake(struct vcpu *v)
{
	struct cpu *cpu = this_cpu();

	if (cpu->current == v)
		attend(cpu, ATTN_SYNC);
	else if (!(atomic_or(&v->requests, VCPU_REQ_WAKE) & VCPU_REQ_WAKE))
		notify(v);
}

/*
 * The claim is held for three stores: until then the vCPU is off to everybody, and no other CPU_ON mixes with
 * this one.
 */
enum err vcpu_power_on(struct vcpu *v, gpa_t entry, u64 arg)
{
	bool claimed = atomic_cas_u32(&v->claim, 0, 1);
	u32 power = load_acquire(&v->power);

	if (claimed && power == VCPU_OFF) {
		v->start_entry = entry;
		v->start_arg = arg;
		store_release(&v->power, VCPU_ON_PENDING);
	}
	if (claimed)
		store_release(&v->claim, 0);
	if (power == VCPU_ON)
		return ERR_EXIST;
	if (!claimed || power != VCPU_OFF)
		return ERR_BUSY;
	vcpu_request(v, VCPU_REQ_START);
	return OK;
}

/* ---- run state: home CPU ---- */

/* Charge the current vCPU for the time since the last call. */
static void charge(struct cpu *cpu)
{
	struct vcpu *v = cpu->current;
	u64 now = time_now();
	u64 ticks = now - cpu->accounted;

	cpu->accounted = now;
	if (!v)
		return;
	v->run_ticks += ticks;
	v->policy->account(cpu, v, ticks);
}

/* stopped or held changed: bring the policy's queue in line. */
static void requeue(struct cpu *cpu, struct vcpu *v)
{
	bool runnable = !v->stopped && !v->held;

	if (runnable == v->queued)
		return;
	charge(cpu);
	v->queued = runnable;
	if (runnable)
		v->policy->enqueue(cpu, v, SCHED_WOKEN);
	else
		v->policy->dequeue(cpu, v);
	attend(cpu, ATTN_RESCHED);
}

void vcpu_hold(struct vcpu *v, u32 why)
{
	v->held |= (u8)why;
	requeue(this_cpu(), v);
}

/* From here on a waker tells us; what it made pending before, we find by looking now. */
static void listen(struct vcpu *v)
{
	atomic_and(&v->requests, ~(u32)VCPU_REQ_WAKE);
}

static void unblock(struct cpu *cpu, struct vcpu *v)
{
	v->held &= (u8)~VCPU_HELD_BLOCKED;
	ktimer_cancel(&v->timer);
	requeue(cpu, v);
}

/*
 * It goes to sleep and is put. WAKE is cleared first and the interrupts are looked at then; a waker makes the
 * interrupt pending first and sets WAKE then. So one of the two sees the other.
 */
static void sleep_until_woken(struct cpu *cpu, struct vcpu *v)
{
	listen(v);
	if (vcpu_has_irq(v))
		unblock(cpu, v);
	else
		ktimer_set(&v->timer, vcpu_deadline(v));
}

static void put_current(struct cpu *cpu)
{
	struct vcpu *v = cpu->current;

	vcpu_put(v);
	cpu->current = NULL;
	if (v->held & VCPU_HELD_OFF)
		store_release(&v->power, VCPU_OFF);
	if (!v->stopped && v->held == VCPU_HELD_BLOCKED)
		sleep_until_woken(cpu, v);
	else
		atomic_or(&v->requests, VCPU_REQ_WAKE);
}

static void load(struct cpu *cpu, struct vcpu *v)
{
	cpu->current = v;
	listen(v);
	if (vcpu_deadline(v) <= cpu->accounted)
		vcpu_timer_expired(v);
	vcpu_load(v);
}

static void arm_slice(struct cpu *cpu)
{
	struct vcpu *v = cpu->current;
	u64 slice = v ? v->policy->slice_ticks(cpu, v) : NO_DEADLINE;

	ktimer_set(&cpu->slice, slice == NO_DEADLINE ? slice : v->slice_start + slice);
}

static void reschedule(struct cpu *cpu)
{
	struct vcpu *v = cpu->current, *next;

	charge(cpu);
	if (v && !v->queued)
		put_current(cpu);
	else if (v && cpu->accounted - v->slice_start < v->policy->slice_ticks(cpu, v))
		goto out;
	next = pick(cpu);
	if (cpu->current && next != cpu->current)
		put_current(cpu);
	if (next && !cpu->current)
		load(cpu, next);
	if (next)
		next->slice_start = cpu->accounted;
out:
	arm_slice(cpu);
}

/* ---- operations of the current vCPU ---- */

void vcpu_block(struct vcpu *v)
{
	vcpu_hold(v, VCPU_HELD_BLOCKED);
}

void vcpu_power_off(struct vcpu *v)
{
	vcpu_hold(v, VCPU_HELD_OFF); /* power becomes OFF when it is put: no CPU_ON before */
}

void vcpu_yield(struct vcpu *v)
{
	struct cpu *cpu = this_cpu();

	if (!v->queued || v->policy->slice_ticks(cpu, v) == NO_DEADLINE)
		return;
	charge(cpu);
	v->policy->dequeue(cpu, v);
	v->policy->enqueue(cpu, v, SCHED_YIELDED);
	v->slice_start = cpu->accounted - (NO_DEADLINE >> 1); /* over, whatever its length */
	attend(cpu, ATTN_RESCHED);
}

/* ---- requests: home CPU ---- */

/*
 * CPU_ON. While the VM is stopped nothing happens: RUN looks again, and a rebuild takes it back. The
 * request bit alone means nothing: only ON_PENDING says that entry and argument are there.
 */
static void start_if_asked(struct vcpu *v)
{
	if (load_acquire(&v->power) != VCPU_ON_PENDING)
		return;
	vcpu_arch_reset(v, v->start_entry, v->start_arg);
	v->held = 0;
	store_release(&v->power, VCPU_ON);
}

/* Out of the CPU first, then acknowledged; every vCPU acknowledges, whatever it did. */
static void stop(struct cpu *cpu, struct vcpu *v)
{
	v->stopped = true;
	requeue(cpu, v);
	ktimer_cancel(&v->timer);
	if (cpu->current == v)
		put_current(cpu);
	if (atomic_add(&v->vm->live, (u32)-1) == 1)
		vm_post(v->vm, VM_EV_STOPPED);
}

static void wake(struct cpu *cpu, struct vcpu *v)
{
	if (cpu->current == v) {
		listen(v);
		vcpu_sync_irqs(v);
	} else if (!v->stopped && v->held == VCPU_HELD_BLOCKED) {
		unblock(cpu, v);
	}
}

/* RUN is posted only after STOP was acknowledged, so of the two in one word RUN came first. */
static void serve(struct cpu *cpu, struct vcpu *v)
{
	u32 bits = atomic_and(&v->requests, VCPU_REQ_WAKE);

	if (bits & VCPU_REQ_RUN) {
		v->stopped = false;
		v->held &= (u8)~VCPU_HELD_BLOCKED; /* its deadline may be another now: let it look itself */
	}
	if (!v->stopped && (bits & (VCPU_REQ_RUN | VCPU_REQ_START))) {
		start_if_asked(v);
		requeue(cpu, v);
	}
	if (bits & VCPU_REQ_STOP)
		stop(cpu, v);
	if (bits & VCPU_REQ_WAKE)
		wake(cpu, v);
}

static void serve_requests(struct cpu *cpu)
{
	struct vcpu *v = atomic_xchg(&cpu->requested, NULL), *next;

	for (; v; v = next) {
		next = v->request_next; /* somebody else's once LISTED is clear */
		serve(cpu, v);
	}
}

/* ---- housekeeping and idle ---- */

void house_kick(void)
{
	if (house_cpu && atomic_xchg(&house_pending, 1) == 0)
		attend(house_cpu, ATTN_HOUSE);
}

static bool house_slice(struct cpu *cpu)
{
	if (cpu == house_cpu)
		atomic_xchg(&house_pending, 0);
	return house_work();
}

/*
 * One slice. A guest that is loaded then has the CPU for at least as long as the slice took, and not less
 * than HOUSE_REST; kicks meanwhile are silent (house_pending stays set). Its time account stands still. What
 * is left is always left with the timer armed, so that it is not forgotten when a guest comes or goes.
 */
static void house_turn(struct cpu *cpu)
{
	u64 start = time_now();
	bool more = true;

	if (!cpu->current || start >= cpu->house_next) {
		u32 took, rest = HOUSE_REST(time_hz());

		more = house_slice(cpu);
		took = (u32)(time_now() - start);
		cpu->house_next = start + took + (took > rest ? took : rest);
		if (cpu->current) {
			cpu->accounted += took;
			cpu->current->slice_start += took;
		}
	}
	if (more)
		ktimer_set(&cpu->house, cpu->current ? cpu->house_next : start);
}

/*
 * Nobody to run. With work left the timer is due already: cpu_wait() does not wait then, but takes what
 * interrupts are pending between two slices. attention is looked at last: what is set after that comes with a
 * kick, an interrupt that stays pending until it is taken, and with one pending cpu_wait() does not wait
 * either.
 */
static void idle(struct cpu *cpu)
{
	u64 start;

	if (cpu->housekeeping && !cpu->house.armed)
		house_turn(cpu);
	if (load_acquire(&cpu->attention))
		return;
	start = time_now();
	cpu_wait();
	cpu->idle_ticks += time_now() - start;
}

static void tail_round(struct cpu *cpu)
{
	/*
	 * Timers first: they cannot be kept out by a storm of requests, and a housekeeping timer that is due makes one turn
	 * together with what was asked already. Two turns one after the other would be two without end, each with the timer
	 * set for the other, and interrupts would wait until all work is done.
	 */
	ktimer_poll();
	u32 bits = atomic_xchg(&cpu->attention, 0);

	if (bits & ATTN_REQUEST)
		serve_requests(cpu);
	if ((bits & ATTN_SYNC) && cpu->current)
		vcpu_sync_irqs(cpu->current);
	if (bits & ATTN_RESCHED)
		reschedule(cpu);
	if (bits & ATTN_HOUSE)
		house_turn(cpu);
}

struct vcpu *sched_tail(struct cpu *cpu)
{
	for (u32 rounds = 1;; rounds++) {
		tail_round(cpu);
		if (!load_acquire(&cpu->attention)) {
			if (cpu->current)
				return cpu->current;
			idle(cpu);
		} else if (rounds >= TAIL_ROUNDS) {
			cpu_kick(cpu->index); /* so that what was asked meanwhile is not lost */
			if (cpu->current && cpu->current->queued)
				return cpu->current;
			cpu_wait(); /* only takes what interrupts are pending: the kick is one */
			rounds = 0;
		}
	}
}

/* ---- boot ---- */

static void slice_over(struct ktimer *t)
{
	attend(container_of(t, struct cpu, slice), ATTN_RESCHED);
}

static void house_due(struct ktimer *t)
{
	attend(container_of(t, struct cpu, house), ATTN_HOUSE);
}

/* The vCPU is blocked and put: only then is its timer armed. */
static void deadline_passed(struct ktimer *t)
{
	struct vcpu *v = container_of(t, struct vcpu, timer);

	vcpu_timer_expired(v);
	unblock(this_cpu(), v);
}

BOOT_CODE void sched_cpu_init(struct cpu *cpu)
{
	ktimer_init(&cpu->slice, slice_over);
	ktimer_init(&cpu->house, house_due);
	if (cpu->housekeeping && !house_cpu)
		house_cpu = cpu;
}

BOOT_CODE void vcpu_init(struct vcpu *v, struct vm *vm, u16 index)
{
	const struct vm_plan *plan = vm->plan;
	struct cpu *cpu = &cpus[plan->cpus[index]];

	v->vm = vm;
	v->index = index;
	v->home = plan->cpus[index];
	v->policy = sched_policies[plan->policy];
	v->weight_inv = (WEIGHT_UNIT << WEIGHT_SHIFT) / plan->weight;
	v->stopped = true;
	v->held = VCPU_HELD_OFF;
	ktimer_init(&v->timer, deadline_passed);
	v->cpu_next = cpu->vcpus;
	cpu->vcpus = v;
}
