/* SPDX-License-Identifier: Apache-2.0 */
/* VMs by name, and the names of states and events: what people read, kept out of the small core. */
#include "core/vm.h"

static const char *const state_names[VM_STATES] = {
	[VM_ABSENT] = "absent",       [VM_BUILDING] = "building", [VM_READY] = "ready",
	[VM_RUNNING] = "running",     [VM_PAUSED] = "paused",     [VM_STOPPING] = "stopping",
	[VM_SCRUBBING] = "scrubbing", [VM_HALTED] = "halted",
};

static const char *const event_names[VM_EVENTS] = {
	[VM_EV_FAULT] = "fault",
	[VM_EV_HALT] = "SYSTEM_OFF",
	[VM_EV_GUEST_RESET] = "SYSTEM_RESET",
	[VM_EV_STOPPED] = "stopped",
	[VM_EV_BUILT] = "built",
	[VM_EV_FAILED] = "cannot be built",
	[VM_EV_DESTROY] = "cannot be destroyed",
	[VM_EV_RESET] = "cannot be reset",
	[VM_EV_PAUSE] = "cannot be paused",
	[VM_EV_CREATE] = "cannot be created",
	[VM_EV_START] = "cannot be started",
	[VM_EV_RESUME] = "cannot be resumed",
};

const char *vm_state_name(u32 state)
{
	return state < VM_STATES ? state_names[state] : "?";
}

const char *vm_event_name(u32 ev)
{
	return ev < VM_EVENTS ? event_names[ev] : "?";
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

struct vm *vm_find(const char *name)
{
	for (u32 i = 0; i < nr_vms; i++)
		if (same(vms[i].plan->name, name))
			return &vms[i];
	return NULL;
}
