/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The monitor's commands: one table for the words, one for what `vm` does to a
 * VM. A command acts at once or posts an event; none waits. An error names the
 * thing, its value and what to do.
 */
#include "core/console.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/machine.h"
#include "core/monitor_int.h"
#include "core/plan.h"
#include "core/string.h"
#include "core/trace.h"
#include "core/version.h"
#include "hal/atomic.h"
#include "hal/cpu.h"

typedef char *const *args_t;

static struct vm *find_vm(const char *name)
{
	struct vm *vm = vm_find(name);

	if (!vm)
		monitor_printf("no VM named \"%s\"; `vm list` shows them\n", name);
	return vm;
}

/* ---- vm ---- */

#define IN(state) (1u << (state))
#define IN_ANY (~0u)

struct verb {
	const char *name;
	enum vm_event event; /* VM_EVENTS: none, the power key */
	u32 states;          /* in which it makes sense */
	const char *doing;
	const char *remedy; /* in any other state */
};

static const struct verb verbs[] = {
	{"create", VM_EV_CREATE, IN(VM_ABSENT), "is being created", "only what is absent can be created"},
	{"start", VM_EV_START, IN(VM_ABSENT) | IN(VM_READY) | IN(VM_HALTED) | IN(VM_BUILDING), "will start",
	 "`vm resume` continues what is paused, `vm reset` restarts what runs"},
	{"shutdown", VM_EVENTS, IN(VM_RUNNING), "has its power key pressed",
	 "only a running VM hears its power key; `vm destroy` ends any"},
	{"pause", VM_EV_PAUSE, IN(VM_RUNNING), "is being paused", "only a running VM can be paused"},
	{"resume", VM_EV_RESUME, IN(VM_PAUSED), "goes on",
	 "only a paused VM can be resumed; `vm start` starts one"},
	{"reset", VM_EV_RESET, IN(VM_RUNNING) | IN(VM_PAUSED) | IN(VM_HALTED), "is being reset",
	 "`vm start` starts what does not run"},
	{"destroy", VM_EV_DESTROY, IN_ANY & ~(IN(VM_ABSENT) | IN(VM_SCRUBBING)), "is being destroyed",
	 "there is nothing left of it"},
};

static const char *const policy_names[POLICIES] = {
	[POLICY_PINNED] = "pinned",
	[POLICY_SHARED] = "shared",
	[POLICY_REALTIME] = "realtime",
	[POLICY_CYCLIC] = "cyclic",
};

static const char *state_of(const struct vm *vm)
{
	return vm->plan->refused ? "refused" : vm_state_name(load_relaxed(&vm->state));
}

static bool list_row(u32 i)
{
	char homes[64] = "";
	size_t len = 0;

	if (!i)
		monitor_printf("%-16s %-10s %5s %9s %-8s CPUs\n", "NAME", "STATE", "vCPUs", "MiB", "POLICY");
	if (i >= nr_vms)
		return false;
	const struct vm_plan *p = vms[i].plan;

	for (u32 c = 0; c < p->nr_vcpus && len + 8 < sizeof(homes); c++)
		len += (size_t)fmt_string(homes + len, sizeof(homes) - len, "%s%u", c ? " " : "", p->cpus[c]);
	monitor_printf("%-16s %-10s %5u %9lu %-8s %s\n", p->name, state_of(&vms[i]), p->nr_vcpus,
		       p->memory >> 20, policy_names[p->policy], homes);
	return i + 1 < nr_vms;
}

static void press_power_key(struct vm *vm)
{
	if (!monitor_env->power_key)
		monitor_printf("vm shutdown: this build has no power key; `vm destroy %s` ends it\n",
			       vm->plan->name);
	else if (monitor_env->power_key(vm))
		monitor_printf("%s has no power key; `vm destroy %s` ends it\n", vm->plan->name,
			       vm->plan->name);
}

static void do_verb(const struct verb *verb, struct vm *vm)
{
	const char *name = vm->plan->name;

	if (vm->plan->refused) {
		monitor_printf("%s was refused at boot; `log` tells why\n", name);
	} else if (!(verb->states & IN(load_relaxed(&vm->state)))) {
		monitor_printf("vm %s: %s is %s; %s\n", verb->name, name, state_of(vm), verb->remedy);
	} else {
		monitor_printf("%s %s\n", name, verb->doing);
		if (verb->event == VM_EVENTS) {
			press_power_key(vm);
			return;
		}
		if (verb->event == VM_EV_START && load_relaxed(&vm->state) == VM_ABSENT)
			vm_post(vm, VM_EV_CREATE); /* goes first (enum vm_event) */
		vm_post(vm, verb->event);
	}
}

static void cmd_vm(u32 argc, args_t argv)
{
	if (argc == 2 && !strcmp(argv[1], "list")) {
		monitor_rows(list_row);
		return;
	}
	for (u32 i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(argv[1], verbs[i].name) != 0)
			continue;
		struct vm *vm = argc == 3 ? find_vm(argv[2]) : NULL;

		if (argc == 2)
			monitor_printf("vm %s: which VM? `vm list` shows them\n", argv[1]);
		else if (vm)
			do_verb(&verbs[i], vm);
		return;
	}
	monitor_printf("vm: no action \"%s\"; `help` lists them\n", argv[1]);
}

/* ---- console, replay ---- */

static void cmd_console(u32 argc UNUSED, args_t argv)
{
	struct vm *vm = find_vm(argv[1]);

	if (!vm)
		return;
	if (console_set_focus(vm))
		monitor_printf("%s has no console; its manifest lacks `console { };`\n", argv[1]);
	else
		monitor_close();
}

static struct {
	const struct vm *vm;
	u64 pos, end;
} replay;

static bool replay_row(u32 i UNUSED)
{
	char text[480];

	if (replay.pos >= replay.end ||
	    !console_replay(replay.vm, &replay.pos, text, sizeof(text) - VM_NAME_MAX))
		return false;
	monitor_printf("[%s] %s\n", replay.vm->plan->name, text);
	return true;
}

static void cmd_replay(u32 argc UNUSED, args_t argv)
{
	replay.vm = find_vm(argv[1]);
	if (!replay.vm)
		return;
	replay.pos = 0;
	replay.end = console_vm_bytes(replay.vm);
	if (replay.end)
		monitor_rows(replay_row);
	else
		monitor_printf("%s has written nothing\n", argv[1]);
}

/* ---- log, trace ---- */

static bool log_row(u32 i)
{
	static struct log_record r;
	static u64 pos;
	u64 lost;
	u32 hz = time_hz();

	if (!i)
		pos = 0;
	if (!log_read(&pos, &r, &lost))
		return false;
	monitor_printf("[%5lu.%06lu] %s\n", r.ticks / hz, r.ticks % hz * 1000000 / hz, r.text);
	return true;
}

static void cmd_log(u32 argc UNUSED, args_t argv UNUSED)
{
	monitor_rows(log_row);
}

static bool trace_row(u32 i)
{
	static u32 cpu, index;
	struct trace_entry r;
	char text[160];

	if (!i)
		cpu = index = 0;
	if (!trace_read(cpu, index++, &r)) {
		cpu++;
		index = 0;
		return cpu < nr_cpus;
	}
	if (r.valid) {
		trace_format(text, sizeof(text), cpu, &r);
		monitor_printf("%s\n", text);
	}
	return true;
}

static void cmd_trace(u32 argc, args_t argv)
{
	bool on = argc == 2 && !strcmp(argv[1], "on");

	if (argc == 1)
		monitor_rows(trace_row);
	else if (on || !strcmp(argv[1], "off"))
		store_relaxed(&trace_on, on);
	else
		monitor_printf("trace: \"%s\" is neither on nor off\n", argv[1]);
}

/* ---- stat ---- */

static struct vm *stat_vm;

static void stat_header(void)
{
	monitor_printf("%-16s", "EXITS");
	for (u32 r = 0; r < EXIT_REASONS; r++)
		monitor_printf(" %9s", exit_reason_name(r));
	monitor_printf(" %9s\n", "run ms");
}

/* Counters of vCPUs first to last - 1, which run on: a reading, not a snapshot. */
static void stat_line(const char *name, const struct vm *vm, u32 first, u32 last)
{
	u64 ticks = 0;

	monitor_printf("%-16s", name);
	for (u32 r = 0; r < EXIT_REASONS; r++) {
		u64 sum = 0;

		for (u32 i = first; i < last; i++)
			sum += load_relaxed(&vm->vcpus[i].exits[r]);
		monitor_printf(" %9lu", sum);
	}
	for (u32 i = first; i < last; i++)
		ticks += vcpu_run_ticks(&vm->vcpus[i]);
	monitor_printf(" %9lu\n", ticks / (time_hz() / 1000));
}

static bool stat_row_vm(u32 i)
{
	if (!i)
		stat_header();
	if (i >= nr_vms)
		return false;
	if (vms[i].vcpus)
		stat_line(vms[i].plan->name, &vms[i], 0, vms[i].nr_vcpus);
	return i + 1 < nr_vms;
}

static bool stat_row_vcpu(u32 i)
{
	char name[24];

	if (!i)
		stat_header();
	if (!stat_vm->vcpus || i >= stat_vm->nr_vcpus)
		return false;
	fmt_string(name, sizeof(name), "vCPU %u on %u", i, stat_vm->vcpus[i].home);
	stat_line(name, stat_vm, i, i + 1);
	return i + 1u < stat_vm->nr_vcpus;
}

static void cmd_stat(u32 argc, args_t argv)
{
	if (argc == 1) {
		monitor_rows(stat_row_vm);
		return;
	}
	stat_vm = find_vm(argv[1]);
	if (stat_vm)
		monitor_rows(stat_row_vcpu);
}

/* ---- cpus, mem, version ---- */

/* Names of the VMs with a vCPU on the CPU, each once, as many as fit. */
static void homes_of(u32 cpu, char *text, size_t size)
{
	size_t len = 0;

	text[0] = 0;
	for (u32 v = 0; v < nr_vms; v++) {
		const struct vm_plan *p = vms[v].plan;
		u32 i = 0;

		while (i < p->nr_vcpus && p->cpus[i] != cpu)
			i++;
		if (i == p->nr_vcpus || p->refused || len + VM_NAME_MAX + 2 > size)
			continue;
		len += (size_t)fmt_string(text + len, size - len, "%s%s", len ? " " : "", p->name);
	}
}

static bool cpu_row(u32 i)
{
	const struct machine *m = monitor_env->machine;
	char homes[256];

	if (!i)
		monitor_printf("CPU  %-16s NODE %12s %10s  VMs\n", "HARDWARE ID", "idle ms", "kicks");
	homes_of(i, homes, sizeof(homes));
	monitor_printf("%3u  %016lx %4u %12lu %10u  %s%s%s\n", i, m && i < m->nr_cpus ? m->cpus[i].hwid : 0,
		       m && i < m->nr_cpus ? m->cpus[i].node : 0,
		       load_relaxed(&cpus[i].idle_ticks) / (time_hz() / 1000), load_relaxed(&cpus[i].kicks),
		       cpus[i].online ? "" : "(offline) ", cpus[i].housekeeping ? "(housekeeping) " : "",
		       homes);
	return i + 1 < nr_cpus;
}

static void cmd_cpus(u32 argc UNUSED, args_t argv UNUSED)
{
	monitor_rows(cpu_row);
}

static bool mem_row_pool(u32 i)
{
	struct monitor_pool p;

	if (!monitor_env->pool || !monitor_env->pool(i, &p))
		return false;
	monitor_printf("  pool %-14s %9lu KiB, %lu used\n", p.what, (p.size + 1023) >> 10,
		       (p.used + 1023) >> 10);
	return true;
}

static bool mem_row(u32 i)
{
	const struct machine *m = monitor_env->machine;

	if (!i && m)
		monitor_printf("machine: %lu MiB of RAM, %u nodes\n", m->ram_total >> 20, m->nr_nodes);
	if (i >= nr_vms)
		return mem_row_pool(i - nr_vms);
	monitor_printf("  VM %-16s %9lu MiB on node %u%s\n", vms[i].plan->name, vms[i].plan->memory >> 20,
		       vms[i].plan->node, vms[i].plan->refused ? " (refused: none)" : "");
	return true;
}

static void cmd_mem(u32 argc UNUSED, args_t argv UNUSED)
{
	monitor_rows(mem_row);
}

static void cmd_version(u32 argc UNUSED, args_t argv UNUSED)
{
	monitor_printf("Monadic %s\n", monadic_version);
}

/* ---- the machine ---- */

/* VMs that would lose their state: only on a second word. */
static bool machine_may_end(u32 argc, args_t argv)
{
	if (argc == 2 && strcmp(argv[1], "now") != 0) {
		monitor_printf("%s: \"%s\" is not `now`\n", argv[0], argv[1]);
		return false;
	}
	if (argc == 2 || !vm_any_active())
		return true;
	monitor_printf("VMs are active (`vm list`): shut them down first, or `%s now`\n", argv[0]);
	return false;
}

static void cmd_poweroff(u32 argc, args_t argv)
{
	if (!machine_may_end(argc, argv))
		return;
	log_info("power off");
	console_flush();
	machine_poweroff();
}

static void cmd_reboot(u32 argc, args_t argv)
{
	if (!machine_may_end(argc, argv))
		return;
	log_info("reboot");
	console_flush();
	machine_reset();
}

static void cmd_exit(u32 argc UNUSED, args_t argv UNUSED)
{
	monitor_printf("all VMs are shown; Ctrl-] opens the monitor again\n");
	monitor_close();
}

/* ---- the table ---- */

enum operand { OP_NONE, OP_VERB, OP_VM, OP_SWITCH, OP_NOW };

static void cmd_help(u32 argc, args_t argv);

static const struct command {
	const char *name;
	void (*run)(u32 argc, args_t argv);
	u8 min_args, max_args; /* words behind the name */
	u8 operand;            /* enum operand: what the first one is */
	const char *usage, *help;
} commands[] = {
	{"help", cmd_help, 0, 0, OP_NONE, "", "this list"},
	{"vm", cmd_vm, 1, 2, OP_VERB, "list | create|start|shutdown|pause|resume|reset|destroy NAME",
	 "list VMs, act on one"},
	{"console", cmd_console, 1, 1, OP_VM, "NAME", "give a VM the console until Ctrl-]"},
	{"replay", cmd_replay, 1, 1, OP_VM, "NAME", "the last 64 KiB a VM wrote"},
	{"log", cmd_log, 0, 0, OP_NONE, "", "the hypervisor's own lines"},
	{"trace", cmd_trace, 0, 1, OP_SWITCH, "[on|off]", "last exits of each CPU; on records all"},
	{"stat", cmd_stat, 0, 1, OP_VM, "[NAME]", "exits by reason, of VMs or of one's vCPUs"},
	{"cpus", cmd_cpus, 0, 0, OP_NONE, "", "physical CPUs and who lives there"},
	{"mem", cmd_mem, 0, 0, OP_NONE, "", "who has the memory"},
	{"version", cmd_version, 0, 0, OP_NONE, "", "what this is"},
	{"exit", cmd_exit, 0, 0, OP_NONE, "", "close the monitor, show all VMs"},
	{"poweroff", cmd_poweroff, 0, 1, OP_NOW, "[now]", "switch the machine off"},
	{"reboot", cmd_reboot, 0, 1, OP_NOW, "[now]", "restart the machine"},
};

static bool help_row(u32 i)
{
	const struct command *c = &commands[i];

	monitor_printf("  %-8s %s%s%s\n", c->name, c->usage, *c->usage ? ": " : "", c->help);
	return i + 1 < ARRAY_SIZE(commands);
}

static void cmd_help(u32 argc UNUSED, args_t argv UNUSED)
{
	monitor_rows(help_row);
}

static const struct command *find_command(const char *name)
{
	for (u32 i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

void monitor_command(char *line)
{
	char *word[MONITOR_ARGS + 1];
	u32 argc = monitor_split(line, word);
	const struct command *c;

	if (!argc)
		return;
	c = find_command(word[0]);
	if (!c)
		monitor_printf("no command \"%s\"; `help` lists them\n", word[0]);
	else if (argc - 1 < c->min_args || argc - 1 > c->max_args)
		monitor_printf("%s: %s; it is `%s %s`\n", c->name,
			       argc - 1 < c->min_args ? "too few words" : "too many words", c->name,
			       c->usage);
	else
		c->run(argc, word);
}

/* ---- completion ---- */

static const char *nth_command(u32 i)
{
	return i < ARRAY_SIZE(commands) ? commands[i].name : NULL;
}

static const char *nth_verb(u32 i)
{
	return i < ARRAY_SIZE(verbs) ? verbs[i].name : i == ARRAY_SIZE(verbs) ? "list" : NULL;
}

static const char *nth_vm(u32 i)
{
	return i < nr_vms ? vms[i].plan->name : NULL;
}

static const char *nth_switch(u32 i)
{
	return i == 0 ? "on" : i == 1 ? "off" : NULL;
}

static const char *nth_now(u32 i)
{
	return i == 0 ? "now" : NULL;
}

const char *monitor_candidate(u32 nr, char *const before[], u32 index)
{
	static const char *(*const of[])(u32 i) = {
		[OP_NONE] = NULL,         [OP_VERB] = nth_verb, [OP_VM] = nth_vm,
		[OP_SWITCH] = nth_switch, [OP_NOW] = nth_now,
	};
	const struct command *c = nr ? find_command(before[0]) : NULL;

	if (!nr)
		return nth_command(index);
	if (!c || nr > 2 || (nr == 2 && c->operand != OP_VERB))
		return NULL;
	if (nr == 2)
		return nth_vm(index);
	return of[c->operand] ? of[c->operand](index) : NULL;
}
