/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Surroundings of the planner in tests and fuzzers: captured lines, a machine of
 * four CPUs, what the page-table code would answer. Include it in one file a program.
 */
#ifndef TESTS_UNIT_PLAN_ENV_H
#define TESTS_UNIT_PLAN_ENV_H

#include <stdio.h>
#include <string.h>

#include "core/aspace.h"
#include "core/log.h"
#include "core/planner.h"
#include "hal/vcpu.h"

#define ENV_LINES 1024

static struct planner planner;
static struct plan plan;
static struct machine machine;
static u32 env_ipa_bits = 40;

static char env_line[ENV_LINES][256];
static enum log_level env_level[ENV_LINES];
static u32 env_nr;

u32 log_level = LOG_DEBUG;

void log_line(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	if (env_nr == ENV_LINES)
		return;
	va_start(ap, fmt);
	vsnprintf(env_line[env_nr], sizeof(env_line[0]), fmt, ap);
	va_end(ap);
	env_level[env_nr++] = level;
}

u32 s2_max_ipa_bits(void)
{
	return env_ipa_bits;
}

u32 aspace_quota(const struct vm_plan *vm)
{
	return vm->nr_ram + 2;
}

/* One gibibyte from 0x4000_0000, less 48 MiB for firmware and hypervisor; one node; CPU i is id i. */
static inline void env_machine(void)
{
	memset(&machine, 0, sizeof(machine));
	machine.nr_cpus = 4;
	for (u32 i = 0; i < machine.nr_cpus; i++)
		machine.cpus[i].hwid = i;
	machine.nr_nodes = 1;
	machine.ram[0] = (struct mem_range){HPA(GIB(1) + MIB(32)), MIB(992 - 16), 0};
	machine.nr_ram = 1;
	env_nr = 0;
	env_ipa_bits = 40;
}

static inline bool env_has(const char *line)
{
	for (u32 i = 0; i < env_nr; i++)
		if (strcmp(env_line[i], line) == 0)
			return true;
	return false;
}

/* How many lines begin with `text`. */
static inline u32 env_count(const char *text)
{
	u32 nr = 0;

	for (u32 i = 0; i < env_nr; i++)
		nr += strncmp(env_line[i], text, strlen(text)) == 0;
	return nr;
}

#endif
