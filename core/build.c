/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From plan to VM. build_vms() makes every object once. vm_build_step() makes
 * a VM ready to run, one slice a call: memory zeroed, images copied, translations
 * mapped, devices and vCPUs reset; vm_scrub_step() takes it down. Both run on the
 * CPU that runs vm_work, while no vCPU of the VM runs; no locks.
 */
#include "core/build.h"
#include "core/aspace.h"
#include "core/console.h"
#include "core/cpu.h"
#include "core/gmem.h"
#include "core/guest_tree.h"
#include "core/log.h"
#include "core/platform.h"
#include "core/pools.h"
#include "core/string.h"
#include "core/trace.h"
#include "core/vm.h"
#include "hal/boot.h"
#include "hal/cpu.h"
#include "hal/mem.h"
#include "hal/vcpu.h"

static const struct plan *the_plan;
static struct pt_pool table_pool;
static u32 tables_taken;

/* ---- stages of a build: each returns ERR_AGAIN until it is done ---- */

static enum err stage_clear(struct vm *vm)
{
	return aspace_scrub_step(vm->aspace);
}

/* Segment vm->step_item of the plan, a slice. */
static enum err stage_load(struct vm *vm)
{
	const struct vm_segment *seg = &vm->plan->seg[vm->step_item];
	enum err e;

	if (vm->step_item >= vm->plan->nr_seg)
		return OK;
	e = aspace_load_step(vm->aspace, seg->dst, seg->src, seg->size, &vm->step_pos);
	if (e != OK)
		return e;
	vm->step_item++;
	vm->step_pos = 0;
	return ERR_AGAIN;
}

/* Flash: erased to 0xFF, then its initial content over it. Two items a bank. */
static enum err stage_flash(struct vm *vm)
{
	const struct vm_flash *f = &vm->plan->flash[vm->step_item / 2];
	enum err e = OK;

	if (vm->step_item >= 2 * ARRAY_SIZE(vm->plan->flash))
		return OK;
	if (f->backing_size && vm->step_item % 2 == 0)
		e = aspace_fill_step(vm->aspace, f->gpa, 0xff, f->backing_size, &vm->step_pos);
	else if (f->src_size)
		e = aspace_load_step(vm->aspace, f->gpa, f->src, f->src_size, &vm->step_pos);
	if (e != OK)
		return e;
	vm->step_item++;
	vm->step_pos = 0;
	return ERR_AGAIN;
}

/* Take the seed's property out of the guest's copy: a guest would credit zeros as randomness. */
static enum err drop_seed(struct vm *vm, u64 off, u32 len)
{
	u32 nops[(GUEST_SEED_HEADER + GUEST_RNG_SEED_SIZE) / sizeof(u32)];
	u64 at = vm->plan->dtb.v + off - GUEST_SEED_HEADER;

	ASSERT(GUEST_SEED_HEADER + len <= sizeof(nops));
	for (u32 i = 0; i < ARRAY_SIZE(nops); i++)
		nops[i] = GUEST_TREE_NOP;
	return gmem_write_host(vm->aspace, GPA(at), nops, align_up(GUEST_SEED_HEADER + len, sizeof(u32)));
}

static enum err fill_seed(struct vm *vm, u64 off, u32 len)
{
	u64 bits[GUEST_RNG_SEED_SIZE / sizeof(u64)];

	ASSERT(len <= sizeof(bits));
	for (u32 i = 0; i * sizeof(u64) < len; i++)
		if (!entropy_get(&bits[i]))
			return drop_seed(vm, off, len);
	return gmem_write_host(vm->aspace, GPA(vm->plan->dtb.v + off), bits, len);
}

/* Seeds of the device tree: fresh at every start, absent without a source of entropy. */
static enum err stage_seeds(struct vm *vm)
{
	const struct vm_plan *p = vm->plan;
	enum err e = OK;

	for (u32 i = 0; e == OK && p->dtb.v && i < ARRAY_SIZE(p->seed_off); i++)
		if (p->seed_len[i])
			e = fill_seed(vm, p->seed_off[i], p->seed_len[i]);
	return e;
}

static enum err stage_map(struct vm *vm)
{
	return aspace_map_step(vm->aspace);
}

/* How long boot took, once, when it went on to a guest without waiting for anybody. */
static void report_boot(const struct vm *vm)
{
	static bool done;
	u64 ticks = time_now() - boot_began;

	if (!done && vm->plan->autostart)
		log_info(
			"boot: %s is ready after %llu us (%llu ticks, %llu zeroing the hypervisor's own memory)",
			vm->plan->name, (unsigned long long)(ticks * 1000000 / time_hz()),
			(unsigned long long)ticks, (unsigned long long)boot_zeroing);
	done = true;
}

static enum err stage_reset(struct vm *vm)
{
	icache_inval_all();
	vm_arch_reset(vm); /* the guest's time begins here */
	report_boot(vm);
	platform_reset(vm);
	vcpu_arch_reset(&vm->vcpus[0], vm->plan->entry, vm->plan->dtb.v);
	return OK;
}

static enum err (*const stages[])(struct vm *vm) = {stage_clear, stage_load, stage_flash,
						    stage_seeds, stage_map,  stage_reset};

enum err vm_build_step(struct vm *vm)
{
	enum err e = stages[vm->step](vm);

	if (e == ERR_AGAIN)
		return e;
	if (e != OK) {
		log_error("%s: building stopped in stage %u with error %u", vm->plan->name, vm->step, e);
		return e;
	}
	vm->step_item = 0;
	vm->step_pos = 0;
	vm->step++;
	return vm->step == ARRAY_SIZE(stages) ? OK : ERR_AGAIN;
}

enum err vm_scrub_step(struct vm *vm)
{
	return aspace_scrub_step(vm->aspace);
}

void vm_all_halted(void)
{
	if (the_plan->when_all_halted == HALTED_POWEROFF) {
		log_info("no VM is running: power off");
		console_flush();
		machine_poweroff();
	}
	log_info("no VM is running; Ctrl-] opens the monitor");
}

void vm_notice(const struct vm *vm, const char *what, const char *detail)
{
	log_info("%s: %s%s%s", vm->plan->name, what, detail ? ": " : "", detail ? detail : "");
}

/* ---- boot ---- */

BOOT_CODE static void make_vcpus(struct vm *vm)
{
	vm->vcpus = pool_alloc("vcpus", vm->nr_vcpus * sizeof(struct vcpu), 64);
	for (u32 i = 0; i < vm->nr_vcpus; i++) {
		struct vcpu *vcpu = &vm->vcpus[i];

		vcpu->arch = pool_alloc("vcpu state", vcpu_arch_size(), 64);
		vcpu_init(vcpu, vm, (u16)i);
		vcpu_arch_init(vcpu);
	}
}

BOOT_CODE static enum err make_vm(struct vm *vm)
{
	const struct vm_plan *p = vm->plan;
	u32 quota = aspace_quota(p);
	enum err e;

	vm->nr_vcpus = (u16)p->nr_vcpus;
	vm->arch = pool_alloc("vm state", vm_arch_size(p), 64);
	vm->aspace = pool_alloc("address spaces", sizeof(*vm->aspace), 64);
	vm->mmio = pool_alloc("mmio", sizeof(*vm->mmio), 64);
	e = vm_arch_init(vm);
	if (e == OK)
		e = aspace_init(vm->aspace, vm, p->index, p->layout.ipa_bits, &table_pool, tables_taken,
				quota);
	tables_taken += quota;
	if (e == OK)
		e = aspace_reserve(vm->aspace, p);
	if (e != OK)
		return e;
	vm_arch_bind(vm, pt_root(&vm->aspace->pt), p->layout.ipa_bits);
	make_vcpus(vm);
	e = platform_create(vm);
	return e == OK ? vm_arch_map(vm, vm->mmio) : e;
}

BOOT_CODE static void make_tables(const struct plan *plan)
{
	u32 pages = 0, ranges = 0;

	for (u32 i = 0; i < plan->nr_vms; i++) {
		if (plan->vms[i].refused)
			continue;
		pages += aspace_quota(&plan->vms[i]);
		ranges += plan->vms[i].nr_ram + 2 + plan->vms[i].nr_pages;
	}
	pt_pool_init(&table_pool, va_to_hpa(pool_alloc("tables", (size_t)pages * PAGE_SIZE, PAGE_SIZE)),
		     pool_alloc("table records", pages * sizeof(struct pt_meta), 8), pages);
	frames_init(pool_alloc("frames", ranges * sizeof(struct frame_range), 8), ranges);
}

BOOT_CODE void build_vms(const struct plan *plan)
{
	the_plan = plan;
	trace_init(nr_cpus);
	make_tables(plan);
	vms = pool_alloc("vms", plan->nr_vms * sizeof(struct vm), 8);
	for (u32 i = 0; i < plan->nr_vms; i++) {
		struct vm *vm = &vms[i];

		vm->plan = &plan->vms[i];
		vm->index = (u16)i;
		if (vm->plan->refused)
			continue;
		enum err e = make_vm(vm);

		if (e != OK)
			panic("VM %s could not be made: error %u", vm->plan->name, e);
	}
	nr_vms = plan->nr_vms;
	ASSERT(pools_exact());
}
