/* SPDX-License-Identifier: Apache-2.0 */
/* Pools cut from one arena; see pools.h. One row a pool: its name, alignment and the size the plan gives it. Boot, one CPU. */
#include "core/pools.h"
#include "core/aspace.h"
#include "core/console.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/mmio.h"
#include "core/platform.h"
#include "core/string.h"
#include "core/trace.h"
#include "core/vm.h"
#include "hal/mem.h"
#include "hal/vcpu.h"

#define POOL_ALIGN 64
/* Translation tables: concatenated roots must lie on their whole size, 16 pages at most. */
#define TABLES_ALIGN KIB(64)

static u64 slot(u64 size)
{
	return align_up(size, POOL_ALIGN);
}

BOOT_CODE static u64 size_vms(const struct vm_plan *vm UNUSED)
{
	return sizeof(struct vm);
}

BOOT_CODE static u64 size_vcpus(const struct vm_plan *vm)
{
	return slot(vm->nr_vcpus * sizeof(struct vcpu));
}

BOOT_CODE static u64 size_vm_arch(const struct vm_plan *vm)
{
	return slot(vm_arch_size(vm));
}

BOOT_CODE static u64 size_vcpu_arch(const struct vm_plan *vm)
{
	return vm->nr_vcpus * slot(vcpu_arch_size());
}

BOOT_CODE static u64 size_aspace(const struct vm_plan *vm UNUSED)
{
	return slot(sizeof(struct aspace));
}

BOOT_CODE static u64 size_mmio(const struct vm_plan *vm UNUSED)
{
	return slot(sizeof(struct mmio_map));
}

BOOT_CODE static u64 size_devices(const struct vm_plan *vm)
{
	return slot(platform_size(vm));
}

BOOT_CODE static u64 size_console(const struct vm_plan *vm)
{
	return vm->console ? slot(console_vm_size()) : 0;
}

BOOT_CODE static u64 size_tables(const struct vm_plan *vm)
{
	return (u64)aspace_quota(vm) * PAGE_SIZE;
}

BOOT_CODE static u64 size_table_records(const struct vm_plan *vm)
{
	return (u64)aspace_quota(vm) * sizeof(struct pt_meta);
}

BOOT_CODE static u64 size_frames(const struct vm_plan *vm)
{
	return (vm->nr_ram + 2 + vm->nr_pages) * sizeof(struct frame_range);
}

BOOT_CODE static u64 size_trace(void)
{
	return slot(trace_size(nr_cpus));
}

/* `refused` VMs count only where the pool is an array over all VMs. */
static struct pool {
	const char *what;
	u64 (*size_of)(const struct vm_plan *vm); /* a VM's part, or */
	u64 (*fixed)(void);                       /* the machine's */
	bool all;
	u64 align;
	u64 base, size, used;
} pools[] = {
	{.what = "tables", .size_of = size_tables, .align = TABLES_ALIGN},
	{.what = "table records", .size_of = size_table_records, .align = POOL_ALIGN},
	{.what = "frames", .size_of = size_frames, .align = POOL_ALIGN},
	{.what = "vms", .size_of = size_vms, .all = true, .align = POOL_ALIGN},
	{.what = "vcpus", .size_of = size_vcpus, .align = POOL_ALIGN},
	{.what = "vm state", .size_of = size_vm_arch, .align = POOL_ALIGN},
	{.what = "vcpu state", .size_of = size_vcpu_arch, .align = POOL_ALIGN},
	{.what = "address spaces", .size_of = size_aspace, .align = POOL_ALIGN},
	{.what = "mmio", .size_of = size_mmio, .align = POOL_ALIGN},
	{.what = "devices", .size_of = size_devices, .align = POOL_ALIGN},
	{.what = "console", .size_of = size_console, .align = POOL_ALIGN},
	{.what = "trace", .fixed = size_trace, .align = 128},
};

BOOT_CODE static u64 pool_size(const struct pool *p, const struct plan *plan)
{
	u64 sum = p->fixed ? p->fixed() : 0;

	for (u32 i = 0; p->size_of && i < plan->nr_vms; i++)
		if (p->all || !plan->vms[i].refused)
			sum += p->size_of(&plan->vms[i]);
	return sum;
}

BOOT_CODE u64 pools_size(const struct plan *plan)
{
	u64 sum = 0;

	for (u32 i = 0; i < ARRAY_SIZE(pools); i++)
		sum = align_up(sum, pools[i].align) + pool_size(&pools[i], plan);
	return align_up(sum, PAGE_SIZE) + PAGE_SIZE;
}

BOOT_CODE void pools_init(const struct plan *plan, hpa_t base)
{
	u64 at = base.v;

	for (u32 i = 0; i < ARRAY_SIZE(pools); i++) {
		struct pool *p = &pools[i];

		p->base = align_up(at, p->align);
		p->size = pool_size(p, plan);
		p->used = 0;
		at = p->base + p->size;
	}
	ASSERT(at <= base.v + pools_size(plan));
}

BOOT_CODE void *pool_alloc(const char *what, size_t size, size_t align)
{
	for (u32 i = 0; i < ARRAY_SIZE(pools); i++) {
		struct pool *p = &pools[i];
		u64 at;

		if (strcmp(p->what, what) != 0)
			continue;
		at = align_up(p->used, align);
		if (align > p->align || at + size > p->size)
			panic("pool \"%s\": %llu bytes asked, %llu of %llu used", what,
			      (unsigned long long)size, (unsigned long long)p->used,
			      (unsigned long long)p->size);
		p->used = at + (align >= POOL_ALIGN ? slot(size) : size);
		return hpa_to_va(HPA(p->base + at));
	}
	panic("no pool \"%s\"", what);
}

bool pools_get(u32 index, const char **what, u64 *size, u64 *used)
{
	if (index >= ARRAY_SIZE(pools))
		return false;
	*what = pools[index].what;
	*size = pools[index].size;
	*used = pools[index].used;
	return true;
}

BOOT_CODE bool pools_exact(void)
{
	bool exact = true;

	for (u32 i = 0; i < ARRAY_SIZE(pools); i++) {
		if (pools[i].used == pools[i].size)
			continue;
		log_error("pool \"%s\": %llu bytes planned, %llu used", pools[i].what,
			  (unsigned long long)pools[i].size, (unsigned long long)pools[i].used);
		exact = false;
	}
	return exact;
}
