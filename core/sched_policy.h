/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a scheduling policy is to the scheduler. A VM's policy is chosen in the
 * manifest; all vCPUs of a VM have it. The table is indexed by enum vm_policy;
 * NULL: not in this build, and the planner refuses such VMs. A CPU asks its
 * policies in the table's order, so an earlier one goes first.
 *
 * All functions run on the vCPU's home CPU and take no lock. They keep the
 * current vCPU in their queue: a vCPU leaves it only by dequeue. What ends by
 * itself (budgets, windows) a policy tells by slice_ticks; what begins by itself it
 * arms a ktimer for, whose callback enqueues. Members are all mandatory.
 */
#ifndef CORE_SCHED_POLICY_H
#define CORE_SCHED_POLICY_H

#include "core/cpu.h"
#include "core/vm.h"

enum sched_why {
	SCHED_WOKEN,   /* was not runnable before */
	SCHED_YIELDED, /* is current and lets others go first */
};

struct sched_policy {
	const char *name;
	/* It became runnable. Time is accounted up to now. */
	void (*enqueue)(struct cpu *cpu, struct vcpu *vcpu, enum sched_why why);
	/* It is no longer runnable. Time is accounted up to now. */
	void (*dequeue)(struct cpu *cpu, struct vcpu *vcpu);
	/* Who should run now; NULL: none. Changes nothing. */
	struct vcpu *(*pick)(struct cpu *cpu);
	/* It was loaded for `ticks` since the last call. It may be queued or already dequeued. */
	void (*account)(struct cpu *cpu, struct vcpu *vcpu, u64 ticks);
	/*
	 * How long, since its slice began, the current vCPU may run before pick is asked again, given who
	 * waits now; NO_DEADLINE: until it gives up or the queue changes. Asked anew at each change of the
	 * queue.
	 */
	u64 (*slice_ticks)(struct cpu *cpu, struct vcpu *vcpu);
};

extern const struct sched_policy *const sched_policies[POLICIES];

#endif
