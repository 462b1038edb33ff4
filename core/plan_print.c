/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan for people: one block of lines at info level. Boot and mkplan.
 */
#include "core/log.h"
#include "core/manifest.h"

#define LINE_MAX 220 /* a log line has room for it */
#define CPUS_A_LINE 8u

struct line {
	char text[LINE_MAX];
	int len;
};

static void add(struct line *l, const char *fmt, ...) PRINTF(2, 3);
static void add(struct line *l, const char *fmt, ...)
{
	va_list ap;

	if (l->len >= LINE_MAX)
		return;
	va_start(ap, fmt);
	l->len += fmt_vstring(l->text + l->len, LINE_MAX - (size_t)l->len, fmt, ap);
	va_end(ap);
}

/* The indices that the manifest uses, with what firmware calls these CPUs (MPIDR, hart id, APIC id). */
static void print_cpus(const struct planner *p)
{
	const struct machine *m = p->m;

	for (u32 first = 0; first < m->nr_cpus; first += CPUS_A_LINE) {
		struct line l = {.len = 0};

		add(&l, "plan: CPU index = id:");
		for (u32 i = first; i < m->nr_cpus && i < first + CPUS_A_LINE; i++) {
			add(&l, " %u = 0x%lx", i, (unsigned long)m->cpus[i].hwid);
			if (m->nr_nodes > 1)
				add(&l, " (node %u)", m->cpus[i].node);
		}
		log_info("%s", l.text);
	}
}

static void print_machine(const struct planner *p)
{
	const struct plan *plan = p->plan;
	struct line l = {.len = 0};
	u32 nodes = p->m->nr_nodes ? p->m->nr_nodes : 1;

	add(&l, "plan: %u CPUs, %u node%s, housekeeping on CPU", p->m->nr_cpus, nodes, nodes == 1 ? "" : "s");
	for (u32 i = 0; i < plan->nr_housekeeping; i++)
		add(&l, " %u", plan->housekeeping[i]);
	log_info("%s", l.text);
}

static void print_cpu_list(const struct vm_plan *vm)
{
	struct line l = {.len = 0};

	add(&l, "plan:   %u vCPU%s on CPU%s", vm->nr_vcpus, vm->nr_vcpus == 1 ? "" : "s",
	    vm->nr_vcpus == 1 ? "" : "s");
	for (u32 i = 0; i < vm->nr_vcpus; i++)
		add(&l, " %u", vm->cpus[i]);
	add(&l, ", %s", policy_names[vm->policy]);
	if (vm->policy == POLICY_SHARED)
		add(&l, ", weight %u", vm->weight);
	log_info("%s", l.text);
}

static void print_sharing(const struct planner *p, const struct vm_plan *vm)
{
	if (vm->policy != POLICY_PINNED)
		return;
	for (u32 i = 0; i < vm->nr_vcpus; i++)
		if (p->cpu[vm->cpus[i]].housekeeping)
			log_info("plan:   %s shares CPU %u with housekeeping in slices of at most 50 us",
				 vm->name, vm->cpus[i]);
}

static void print_memory(const struct vm_plan *vm)
{
	for (u32 i = 0; i < vm->nr_ram; i++) {
		const struct vm_ram *r = &vm->ram[i];

		log_info("plan:   RAM 0x%lx to 0x%lx at 0x%lx%s", (unsigned long)r->gpa.v,
			 (unsigned long)(r->gpa.v + r->size - 1), (unsigned long)r->hpa.v,
			 i                                      ? ""
			 : (r->hpa.v ^ r->gpa.v) & (MIB(2) - 1) ? ", by 4 KiB pages"
								: "");
	}
}

static void print_devices(const struct planner *p, const struct vm_plan *vm)
{
	const struct vm_request *req = &p->request[vm->index];
	struct line l = {.len = 0};

	add(&l, "plan:   devices:");
	for (u32 i = 0; i < req->nr_devices; i++) {
		const struct device_request *dev = &req->device[i];

		add(&l, " %s", dev->name);
		if (dev->type != DEV_CONSOLE)
			add(&l, " (%s)", device_names[dev->type]);
	}
	log_info("%s%s", l.text, req->nr_devices ? "" : " none");
}

static void print_vm(const struct planner *p, const struct vm_plan *vm)
{
	log_info("plan: %s: %lu MiB on node %u, kernel %.64s (%s)%s", vm->name,
		 (unsigned long)(vm->memory >> 20), vm->node, vm->kernel.name, protocol_names[vm->protocol],
		 vm->autostart ? ", autostart" : "");
	print_memory(vm);
	print_cpu_list(vm);
	print_sharing(p, vm);
	print_devices(p, vm);
}

void plan_print(const struct planner *p)
{
	const struct plan *plan = p->plan;

	print_machine(p);
	print_cpus(p);
	for (u32 i = 0; i < plan->nr_vms; i++)
		if (!plan->vms[i].refused)
			print_vm(p, &plan->vms[i]);
	log_info("plan: %u VM%s, %u refused, %lu MiB free", plan->nr_vms - plan->nr_refused,
		 plan->nr_vms - plan->nr_refused == 1 ? "" : "s", plan->nr_refused,
		 (unsigned long)(plan_mem_free(&p->mem, NODE_ANY) >> 20));
}
