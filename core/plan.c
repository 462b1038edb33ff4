/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The planner's pipeline: bundle, manifest, conflicts, placement. Invariants: a VM
 * that is refused keeps its place in plan->vms and holds neither CPU nor memory;
 * when all are refused plan->nr_vms is 0 and everything else has its default.
 */
#include "core/log.h"
#include "core/manifest.h"
#include "core/planner.h"
#include "core/string.h"

#define RESERVE_ALIGN KIB(64)

/* ---- refusals ---- */

/* What firmware, archive and manifest say is not to be trusted with the terminal. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			*text = '?';
}

static void print_refusal(u32 *lines, const char *where, const char *fmt, va_list ap)
{
	char text[256];
	int at = fmt_string(text, sizeof(text), "%s: ", where);

	if ((*lines)++ >= PLAN_LINES_MAX)
		return;
	if (at < (int)sizeof(text))
		fmt_vstring(text + at, sizeof(text) - (size_t)at, fmt, ap);
	make_printable(text);
	log_error("refused: %s", text);
}

void plan_refuse(struct planner *p, struct vm_plan *vm, const char *where, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_refusal(vm ? &p->lines[vm->index] : &p->lines_all, where, fmt, ap);
	va_end(ap);
	if (!vm) {
		p->refused_all = true;
	} else if (!vm->refused) {
		vm->refused = true;
		p->plan->nr_refused++;
	}
}

void plan_refuse_prop(struct planner *p, struct vm_plan *vm, const char *prop, const char *fmt, ...)
{
	char where[128], text[192];
	va_list ap;

	fmt_string(where, sizeof(where), "/vms/%s%s%s", vm->name, prop ? "/" : "", prop ? prop : "");
	va_start(ap, fmt);
	fmt_vstring(text, sizeof(text), fmt, ap);
	va_end(ap);
	plan_refuse(p, vm, where, "%s", text);
}

/* ---- stages ---- */

static void set_defaults(struct plan *plan)
{
	plan->focus[0] = 0;
	plan->console[0] = 0;
	fmt_string(plan->console, sizeof(plan->console), "auto");
	plan->log_level = LOG_INFO;
	plan->housekeeping[0] = 0;
	plan->nr_housekeeping = 1;
	plan->when_all_halted = HALTED_MONITOR;
	plan->major_frame_us = 10000;
	plan->nr_vms = 0;
	plan->nr_refused = 0;
}

void plan_begin(struct planner *p, const struct machine *m, struct plan *plan)
{
	p->m = m;
	p->plan = plan;
	p->has_bundle = false;
	p->reserve = NULL;
	p->claim_pages = NULL;
	p->find_console = NULL;
	p->uart.kind = UART_NONE;
	p->refused_all = false;
	p->lines_all = 0;
	memset(p->lines, 0, sizeof(p->lines));
	memset(p->cpu, 0, sizeof(p->cpu));
	p->bundle.nr = 0;
	set_defaults(plan);
	plan_mem_init(&p->mem, m);
}

void plan_cpu_offline(struct planner *p, u32 cpu)
{
	p->cpu[cpu].offline = true;
	if (p->plan->housekeeping[0] == cpu) /* the default, when CPU 0 is missing */
		p->plan->housekeeping[0] = (u16)p->m->boot_cpu;
}

/* A housekeeping CPU that does not run: the boot CPU, which does, takes its place. */
static void check_housekeeping(struct planner *p)
{
	struct plan *plan = p->plan;
	u32 kept = 0;

	for (u32 i = 0; i < plan->nr_housekeeping; i++) {
		if (p->cpu[plan->housekeeping[i]].offline)
			log_warn("/hypervisor/cpus: CPU %u did not start", plan->housekeeping[i]);
		else
			plan->housekeeping[kept++] = plan->housekeeping[i];
	}
	if (!kept)
		plan->housekeeping[kept++] = (u16)p->m->boot_cpu;
	plan->nr_housekeeping = kept;
}

static enum err outcome(struct planner *p)
{
	if (!p->refused_all)
		return OK;
	set_defaults(p->plan);
	return ERR_INVAL;
}

enum err plan_bundle(struct planner *p, const void *data, u64 size)
{
	struct bundle *b = &p->bundle;

	if (!data || !size)
		plan_refuse(p, NULL, "bundle", "there is none");
	else if (bundle_parse(b, data, size) == OK)
		p->has_bundle = true;
	else if (b->why_name)
		plan_refuse(p, NULL, "bundle", "member \"%.64s\": %s", b->why_name, b->why);
	else if (b->why_after)
		plan_refuse(p, NULL, "bundle", "%s, after member \"%.64s\"", b->why, b->why_after);
	else
		plan_refuse(p, NULL, "bundle", "%s, at its start", b->why);
	return outcome(p);
}

enum err plan_manifest(struct planner *p, const void *fdt, u64 size)
{
	if (size > MANIFEST_MAX)
		plan_refuse(p, NULL, BUNDLE_MANIFEST, "%lu bytes, at most %lu allowed", (unsigned long)size,
			    (unsigned long)MANIFEST_MAX);
	else
		manifest_parse(p, fdt, size);
	return outcome(p);
}

/* ---- placement ---- */

static bool is_fixed(const struct vm_plan *vm)
{
	return vm->has_cpus;
}

static bool is_pinned(const struct vm_plan *vm)
{
	return !vm->has_cpus && vm->policy == POLICY_PINNED;
}

static bool is_other(const struct vm_plan *vm)
{
	return !vm->has_cpus && vm->policy != POLICY_PINNED;
}

/* Is there still enough for the hypervisor itself? */
static enum err check_reserve(struct planner *p, struct vm_plan *vm)
{
	u64 size = p->reserve ? align_up(p->reserve(p->plan), PAGE_SIZE) : 0;
	hpa_t trial = plan_carve(&p->mem, size, RESERVE_ALIGN, NODE_ANY);

	if (!size)
		return OK;
	if (!trial.v) {
		plan_refuse_prop(p, vm, "memory-mib", "%lu asked, but the hypervisor needs %lu KiB itself",
				 (unsigned long)(vm->memory >> 20), (unsigned long)(size >> 10));
		return ERR_NOMEM;
	}
	plan_release(&p->mem, trial, size, plan_node_of(p->m, trial));
	return OK;
}

static void place_vm(struct planner *p, struct vm_plan *vm)
{
	if (plan_place_cpus(p, vm) != OK)
		return;
	if (p->claim_pages)
		p->claim_pages(vm);
	if (plan_place_ram(p, vm) != OK) {
		plan_unplace_cpus(p, vm);
	} else if (check_reserve(p, vm) != OK) {
		plan_unplace_ram(p, vm);
		plan_unplace_cpus(p, vm);
	}
}

void plan_place(struct planner *p)
{
	/* What the manifest fixes first, then what needs whole CPUs, then what fits anywhere. */
	static bool (*const turns[])(const struct vm_plan *) = {is_fixed, is_pinned, is_other};
	struct plan *plan = p->plan;

	check_housekeeping(p);
	for (u32 i = 0; i < plan->nr_housekeeping; i++)
		p->cpu[plan->housekeeping[i]].housekeeping = true;
	plan_conflicts(p);
	for (u32 turn = 0; turn < ARRAY_SIZE(turns); turn++)
		for (u32 i = 0; i < plan->nr_vms; i++)
			if (!plan->vms[i].refused && turns[turn](&plan->vms[i]))
				place_vm(p, &plan->vms[i]);
}

enum err plan_make(struct planner *p, const struct machine *m, const void *bundle, u64 size,
		   struct plan *plan)
{
	const void *fdt;
	enum err err;

	plan_begin(p, m, plan);
	err = plan_bundle(p, bundle, size);
	if (err)
		return err;
	fdt = plan_find_manifest(p, &size);
	if (!fdt)
		return ERR_INVAL;
	err = plan_manifest(p, fdt, size);
	if (err)
		return err;
	plan_place(p);
	plan_print(p);
	return OK;
}
