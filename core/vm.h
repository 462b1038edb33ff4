/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VMs and vCPUs at run time, their state machines and the scheduler's part in
 * them. This header and vm.c, sched.c, timer.c, fault.c know no device tree,
 * MMIO or PCI; they also become the RTOS's core (rv32, no 64-bit division).
 *
 * Ownership: a vCPU's run state is touched only by its home CPU. Everybody
 * else sets bits in vcpu->requests and kicks (vcpu_request). A VM's state is
 * touched only by the CPU that runs vm_work (the first housekeeping CPU);
 * everybody else posts events (vm_post). So there are no run-queue locks.
 * Between a vCPU's STOP acknowledge and the next RUN its run state belongs to
 * the CPU that runs vm_work; the atomics on `live` and `requests` hand it over.
 */
#ifndef CORE_VM_H
#define CORE_VM_H

#include "core/plan.h"
#include "core/timer.h"
#include "hal/atomic.h"
#include "hal/types.h"
#include "hal/vmexit.h"

struct cpu;
struct mmio_map;
struct aspace;
struct vuart;
struct sched_policy;

/* ---- vCPU ---- */

/*
 * PSCI / HSM power state. OFF -> ON_PENDING: any CPU, who holds `claim` (vcpu_power_on).
 * ON_PENDING -> ON -> OFF: home.
 */
enum vcpu_power {
	VCPU_OFF,
	VCPU_ON_PENDING, /* entry and argument are there; the home has not started it yet */
	VCPU_ON,
};

/* Requests to the home CPU. */
enum vcpu_request {
	VCPU_REQ_START = 1u << 0, /* look whether power is ON_PENDING */
	VCPU_REQ_STOP = 1u << 1,  /* VM pauses or stops: put the vCPU and acknowledge */
	VCPU_REQ_RUN = 1u << 2,   /* VM runs (again) */
	/*
	 * An interrupt may be pending. Stays set while nobody needs to be told again (the vCPU is queued, off
	 * or stopped and will look before it runs): that is what keeps a storm of interrupts at a vCPU that
	 * does not run from disturbing its CPU.
	 */
	VCPU_REQ_WAKE = 1u << 3,
	VCPU_REQ_LISTED = 1u << 31, /* it is, or is about to be, on its home's list of requests */
};

/* Why a vCPU of a running VM does not run: bits of vcpu->held. */
enum vcpu_held {
	VCPU_HELD_OFF = 1u << 0,     /* powered off */
	VCPU_HELD_BLOCKED = 1u << 1, /* waits for an interrupt */
	VCPU_HELD_FAULT = 1u << 2,   /* its fault ends the VM; until reset */
};

struct vcpu {
	struct vcpu_arch *arch; /* first: assembly reads it */
	struct vm *vm;
	u16 index; /* in the VM */
	u16 home;  /* physical CPU */
	u32 requests;
	u32 power; /* enum vcpu_power */
	u32 claim; /* 1: a CPU_ON is writing what follows */
	gpa_t start_entry;
	u64 start_arg;
	struct vcpu *request_next; /* on the home's list of requests; owned by who set LISTED */

	/* ---- home CPU only ---- */
	bool stopped; /* by the VM's state; written by the home even while stopped */
	bool queued;  /* known to its policy as runnable: not stopped and not held */
	u8 held;      /* enum vcpu_held */
	const struct sched_policy *policy;
	struct vcpu *next, *prev; /* run queue */
	struct vcpu *cpu_next;    /* all vCPUs of this CPU; constant after boot */
	u64 vruntime;
	u32 weight_inv;
	u64 slice_start;
	struct ktimer timer; /* wake while blocked */

	u64 run_ticks; /* total time loaded, up to the last scheduling decision */
	u64 exits[EXIT_REASONS];
};

/* ---- VM ---- */

enum vm_state {
	VM_ABSENT,   /* holds nothing: its frames are zeroed, its translations gone */
	VM_BUILDING, /* zeroing, loading, mapping in steps */
	VM_READY,    /* built, never run since; no vCPU runs */
	VM_RUNNING,
	VM_PAUSED,
	VM_STOPPING,  /* vCPUs are being put; `goal` says what comes then */
	VM_SCRUBBING, /* unmapping and zeroing in steps */
	VM_HALTED,    /* SYSTEM_OFF, fault or too many restarts; memory still there, start rebuilds it */
	VM_STATES
};

/*
 * In the order in which events posted at the same time are handled. What the guest did comes before STOPPED,
 * so that an end that races with a pause is not lost; a person's commands follow the state's own events.
 */
enum vm_event {
	VM_EV_FAULT,       /* `on-fault` decides */
	VM_EV_HALT,        /* guest SYSTEM_OFF */
	VM_EV_GUEST_RESET, /* guest SYSTEM_RESET: `on-reset` decides */
	VM_EV_STOPPED,     /* internal: the last vCPU acknowledged STOP */
	VM_EV_BUILT,       /* internal: a build or scrub step sequence is complete */
	VM_EV_FAILED,      /* internal: building failed */
	VM_EV_DESTROY,     /* monitor from here on; boot posts CREATE and START */
	VM_EV_RESET,       /* always restarts */
	VM_EV_PAUSE,
	VM_EV_CREATE,
	VM_EV_START,
	VM_EV_RESUME,
	VM_EVENTS
};

#define VM_RESTARTS 5    /* more than these ... */
#define VM_RESTARTS_S 10 /* ... in so many seconds: halted */

struct vm {
	const struct vm_plan *plan;
	struct vm_arch *arch;
	struct vcpu *vcpus; /* nr_vcpus */
	u16 index;
	u16 nr_vcpus;
	u32 state;  /* enum vm_state */
	u32 goal;   /* STOPPING: VM_EV_PAUSE, _HALT, _RESET or _DESTROY */
	u32 events; /* posted, 1 << enum vm_event */
	u32 live;   /* STOPPING: vCPUs that have not acknowledged STOP; else 0 */
	bool start_when_built;
	u32 nr_restarts;           /* by faults and guest resets since a person last started it */
	u64 restarts[VM_RESTARTS]; /* ticks of the last ones, ring, by nr_restarts */
	const char *fault_reason;  /* of the last fault */

	struct aspace *aspace;
	struct mmio_map *mmio;
	struct vuart *console;
	void *board; /* its devices, platform.h */
	u32 step;    /* progress, owned by vm_build_step() and vm_scrub_step(); both 0 at their first call */
	u32 step_item;
	u64 step_pos;
	u64 work_ticks; /* housekeeping time charged to this VM */
};

extern struct vm *vms; /* plan order; refused ones stay VM_ABSENT and take no event */
extern u32 nr_vms;

/*
 * Boot: a zeroed vCPU with vcpu->arch set becomes vCPU `index` of `vm`, stopped and off, known to its home
 * CPU.
 */
void vcpu_init(struct vcpu *vcpu, struct vm *vm, u16 index);

/* Any CPU, any lock: post an event; the housekeeping CPU acts on it. */
void vm_post(struct vm *vm, enum vm_event ev);
/*
 * The first housekeeping CPU (elsewhere it does nothing): act on one posted event or do one step of long
 * work. True: call again, there may be more.
 */
bool vm_work(void);
/* By name; NULL when there is none. */
struct vm *vm_find(const char *name);
const char *vm_state_name(u32 state);
/* `pause`, `SYSTEM_OFF`, ... */
const char *vm_event_name(u32 ev);
/* Is any VM running, paused, stopping, being scrubbed, building towards a start, or asked to start? */
bool vm_any_active(void);

/*
 * A guest did what only ends it: record, dump its vCPU, apply `on-fault`.
 * Current vCPU of this CPU; after it the vCPU never runs again until reset.
 */
void vm_fault(struct vcpu *vcpu, const char *reason);
/*
 * For vm.c: what FAULT, GUEST_RESET or a person's event makes of the VM: VM_EV_HALT, _RESET, _DESTROY,
 * _PAUSE.
 */
enum vm_event vm_outcome(struct vm *vm, enum vm_event ev);

/* ---- vCPU operations ---- */

/* Any CPU, any lock: set request bits and make the home CPU look. */
void vcpu_request(struct vcpu *vcpu, u32 bits);
/* Any CPU, any lock: an interrupt became pending for it (the store that made it so comes first). */
void vcpu_wake(struct vcpu *vcpu);
/* Any CPU: CPU_ON. ERR_EXIST already on, ERR_BUSY pending. */
enum err vcpu_power_on(struct vcpu *vcpu, gpa_t entry, u64 arg) MUST_USE;
/* Any CPU: as AFFINITY_INFO reports it. */
static inline enum vcpu_power vcpu_power_state(const struct vcpu *vcpu)
{
	return (enum vcpu_power)load_acquire(&vcpu->power);
}
/*
 * Current vCPU: CPU_OFF; it is not entered again until CPU_ON. The last one may go too: the VM stays running.
 */
void vcpu_power_off(struct vcpu *vcpu);
/* Current vCPU: it does not run for a reason of enum vcpu_held. For sched.c and fault.c. */
void vcpu_hold(struct vcpu *vcpu, u32 why);
/* Current vCPU: wait for an interrupt (WFI, CPU_SUSPEND). May end early, as the instruction may. */
void vcpu_block(struct vcpu *vcpu);
/* Current vCPU: let others of its CPU run. */
void vcpu_yield(struct vcpu *vcpu);

/* ---- what these four files need from their surroundings (hypervisor: core/build.c; RTOS: its own) ---- */

/*
 * One slice (<= 50 us) of making the VM ready; ERR_AGAIN: more; another error: it will be scrubbed. May find
 * the VM built before. When OK: RAM loaded, vm_arch_reset() done, vCPU 0 reset to the boot protocol's entry.
 * No vCPU of the VM runs; another VM's may be loaded on this CPU.
 */
enum err vm_build_step(struct vm *vm) MUST_USE;
/*
 * One slice of tearing down, also what was only half built: translations gone, frames zeroed, pools returned.
 * Only OK and ERR_AGAIN: more.
 */
enum err vm_scrub_step(struct vm *vm) MUST_USE;
/*
 * Nothing is active any more (`when-all-halted`). Housekeeping CPU; called once each time that becomes true.
 */
void vm_all_halted(void);
/* One line for people: what happened, and why or NULL. */
void vm_notice(const struct vm *vm, const char *what, const char *detail);

#endif
