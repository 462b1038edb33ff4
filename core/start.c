/* SPDX-License-Identifier: Apache-2.0 */
/* See start.h. Runs once on the boot CPU; the machine and the plan live here because they outlive boot's memory. */
#include "core/start.h"
#include "core/console.h"
#include "core/cpu.h"
#include "core/house.h"
#include "core/log.h"
#include "core/monitor.h"
#include "core/platform.h"
#include "core/pools.h"
#include "core/string.h"
#include "hal/boot.h"

struct machine the_machine;
struct cpu cpus[MAX_CPUS];
u32 nr_cpus;
struct plan the_plan;
u64 boot_began, boot_zeroing;

static bool pool_row(u32 index, struct monitor_pool *row)
{
	return pools_get(index, &row->what, &row->size, &row->used);
}

static const struct monitor_env monitor = {&the_machine, &the_plan, platform_power_key, pool_row};

BOOT_CODE void start_cpus(const struct machine *m)
{
	nr_cpus = m->nr_cpus;
	for (u32 i = 0; i < m->nr_cpus; i++)
		cpus[i].index = i;
}

static void autostart(void)
{
	for (u32 i = 0; i < nr_vms; i++) {
		if (vms[i].plan->refused)
			continue;
		vm_post(&vms[i], VM_EV_CREATE);
		if (vms[i].plan->autostart)
			vm_post(&vms[i], VM_EV_START);
	}
}

/* The last of boot, while its memory is there. */
BOOT_CODE static void finish_boot(void)
{
	the_machine.source = strcmp(the_machine.source, "ACPI") == 0 ? "ACPI" : "device tree";
	monitor_init(&monitor);
	console_start_irq();
	house_open();
}

void start_run(void)
{
	u64 released;

	finish_boot();
	released = boot_memory_release();
	log_info("boot code and data given back: %llu KiB", (unsigned long long)(released >> 10));
	if (the_plan.focus[0] && console_set_focus(vm_find(the_plan.focus)) != OK)
		log_warn("%s does not exist: it cannot have the focus", the_plan.focus);
	autostart();
	house_kick();
	cpu_run(this_cpu());
}
