/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine on which the hypervisor boots as boot/main.c does it: bundle, manifest, images, placement, pools,
 * build_vms(). RAM is fake RAM full of rubbish; devices are the board's own; of the architecture there is what
 * hal/fake has and the stubs below. Every step of building or scrubbing is measured, every notice of a
 * new state checked by the test's on_state(). Include it in one file a program.
 */
#ifndef TESTS_UNIT_BUILD_ENV_H
#define TESTS_UNIT_BUILD_ENV_H

#define _GNU_SOURCE
#include "tests/unit/core_under_test.h"

#include "core/house.h"
#include "core/image.h"
#include "core/monitor.h"
#include "core/planner.h"
#include "hal/boot.h"
#include "hal/mem.h"
#include "tests/unit/bad/bad.h"
#include "tests/unit/filter.h"

/* The files under test, with the two kinds of steps and the notices behind a measuring wrapper. */
#define vm_build_step real_build_step
#define vm_scrub_step real_scrub_step
#define vm_notice real_notice
#include "core/build.c"
#undef vm_build_step
#undef vm_scrub_step
#undef vm_notice

#define ENV_CPUS 4u
#define ENV_RAM (FAKE_RAM_BASE + MIB(4))
#define ENV_RAM_SIZE MIB(64)
#define ENV_IMAGE_SIZE KIB(300)
#define ENV_IMAGE_MEM KIB(700)

static struct machine machine;
static struct planner planner;
static struct plan plan;
static struct bytes archive;

u64 boot_began, boot_zeroing;

/* ---- what the architecture has ---- */

static u32 arch_resets[PLAN_VMS_MAX];

size_t vcpu_arch_size(void)
{
	return (size_t)align_up(sizeof(struct vcpu_arch), 64) + 192;
}

/* Not the same for all. */
size_t vm_arch_size(const struct vm_plan *p)
{
	return (size_t)align_up(sizeof(struct vm_arch), 64) + 64 * p->nr_vcpus;
}

static void assert_zero(const void *p, size_t size)
{
	for (size_t i = 0; i < size; i++)
		assert_int_equal(((const u8 *)p)[i], 0);
}

enum err vm_arch_init(struct vm *vm)
{
	assert_zero(vm->arch, vm_arch_size(vm->plan));
	memset((u8 *)vm->arch + sizeof(*vm->arch), 0xee, vm_arch_size(vm->plan) - sizeof(*vm->arch));
	return OK;
}

void vcpu_arch_init(struct vcpu *vcpu)
{
	assert_zero(vcpu->arch, vcpu_arch_size());
	memset(vcpu->arch + 1, 0xee, vcpu_arch_size() - sizeof(*vcpu->arch));
	vcpu->arch->deadline = NO_DEADLINE;
}

enum err vm_arch_map(struct vm *vm UNUSED, struct mmio_map *map UNUSED)
{
	return OK;
}

void vm_arch_bind(struct vm *vm, hpa_t root, u32 ipa_bits)
{
	fake_walker_attach(vm, FAKE_STAGE2, root, ipa_bits);
}

void vm_arch_reset(struct vm *vm)
{
	assert_int_equal(fake_mem.icache_dirty,
			 0); /* new code is fetched only after the caches forgot the old */
	arch_resets[vm->index]++;
}

void virq_set(struct vm *vm UNUSED, u32 irq UNUSED, bool level UNUSED)
{
}

u64 vcpu_pc(const struct vcpu *vcpu UNUSED)
{
	return 0;
}

/* Value n of the source of randomness, n from 1. */
static u64 entropy_value(u64 n)
{
	return (n * 0x9E3779B97F4A7C15u) ^ (n << 57);
}

static u64 entropy_given;
static u32 entropy_left; /* values it still has */

bool entropy_get(u64 *value)
{
	if (!entropy_left)
		return false;
	entropy_left--;
	*value = entropy_value(++entropy_given);
	return true;
}

/* ---- no jobs; nobody looks at the console ---- */

void house_job_init(struct house_job *job, house_fn fn)
{
	job->fn = fn;
}

void house_post(struct house_job *job UNUSED)
{
}

void monitor_open(void)
{
}

bool monitor_is_open(void)
{
	return false;
}

void monitor_key(u8 key UNUSED)
{
}

u32 monitor_output(u8 *buf UNUSED, u32 size UNUSED)
{
	return 0;
}

void monitor_interrupted(void)
{
}

bool log_read(u64 *pos UNUSED, struct log_record *record UNUSED, u64 *lost UNUSED)
{
	return false;
}

/* ---- steps are measured ---- */

/* The most that one step did. */
static struct slice_max {
	u64 zeroed, cleaned; /* bytes; whatever is written by the hypervisor is cleaned */
	u32 writes, flushes; /* of descriptors and tables, of TLBs */
	u32 windows;
} most;
static u32 nr_steps;

/* Randomness that the VM's last build took: values seeds_from + 1 ... seeds_from + nr_seeds. */
static u64 seeds_from[PLAN_VMS_MAX], nr_seeds[PLAN_VMS_MAX];

static void note_most(u64 *max, u64 value)
{
	*max = max_u64(*max, value);
}

static void note_most_32(u32 *max, u32 value)
{
	*max = (u32)max_u64(*max, value);
}

static enum err measured(enum err (*step)(struct vm *), struct vm *vm)
{
	struct fake_mem_state mem = fake_mem;
	struct fake_tlb_state tlb = fake_tlb;

	assert_false(fake_vm_loaded(vm));
	assert_int_equal(vm->live, 0);
	assert_false(vm->arch->time_stopped);

	enum err e = step(vm);

	note_most(&most.zeroed, fake_mem.zeroed - mem.zeroed);
	if (fake_mem.icache_invs == mem.icache_invs)
		note_most(&most.cleaned, fake_mem.icache_dirty - mem.icache_dirty);
	note_most_32(&most.writes, fake_tlb.publishes - tlb.publishes);
	note_most_32(&most.flushes, fake_tlb.flushes - tlb.flushes);
	note_most_32(&most.windows, fake_mem.windows - mem.windows);
	assert_false(fake_mem.window_is_open);
	nr_steps++;
	return e;
}

enum err vm_build_step(struct vm *vm)
{
	u64 given = entropy_given;
	bool seeding = stages[vm->step] == stage_seeds;
	enum err e = measured(real_build_step, vm);

	if (seeding) {
		seeds_from[vm->index] = given;
		nr_seeds[vm->index] = entropy_given - given;
	}
	return e;
}

enum err vm_scrub_step(struct vm *vm)
{
	return measured(real_scrub_step, vm);
}

static void (*on_state)(struct vm *vm, const char *state);

void vm_notice(const struct vm *vm, const char *what, const char *detail)
{
	real_notice(vm, what, detail);
	snprintf(fake_world.last_notice, sizeof(fake_world.last_notice), "%s: %s%s%s", vm->plan->name, what,
		 detail ? ": " : "", detail ? detail : "");
	if (on_state)
		on_state(&vms[vm->index], what);
}

/* ---- the bundle ---- */

static u8 image[ENV_IMAGE_SIZE], packed[ENV_IMAGE_SIZE * 2], tree[KIB(64)];

static void fill(u8 *p, size_t size, u32 x)
{
	for (size_t i = 0; i < size; i++) {
		x = x * 1664525 + 1013904223;
		p[i] = (u8)(x >> 24) | 1; /* never what is zeroed or erased memory */
	}
}

static void put_le(u8 *p, u64 v)
{
	for (u32 i = 0; i < 8; i++)
		p[i] = (u8)(v >> 8 * i);
}

static void add_file(const char *name, const void *data, size_t size)
{
	cpio_add(&archive, name, data, size, 0100644, 1);
}

/* A kernel that begins 0 above 2 MiB and takes more memory than its file has. */
static void env_bundle(void)
{
	static u8 bytes[KIB(200)];
	size_t n = compile_dts("build", tree, sizeof(tree));

	assert_true(n);
	free(archive.data);
	archive = (struct bytes){NULL, 0, 0};
	add_file("manifest.dtb", tree, n);
	fill(image, sizeof(image), 1);
	memset(image, 0, 64);
	put_le(image + 16, ENV_IMAGE_MEM);
	put_le(image + 24, 10);
	memcpy(image + 0x38, "ARM\x64", 4);
	n = run_filter("gzip -1nc %s", image, sizeof(image), packed, sizeof(packed));
	assert_true(n);
	add_file("Image.gz", packed, n);
	fill(bytes, sizeof(bytes), 2);
	add_file("initrd", bytes, 150001);
	fill(bytes, sizeof(bytes), 3);
	add_file("raw.bin", bytes, 70001);
	fill(bytes, sizeof(bytes), 4);
	add_file("flash.bin", bytes, sizeof(bytes));
	fill(bytes, sizeof(bytes), 5);
	add_file("vars.bin", bytes, 10007);
	cpio_end(&archive);
}

/* ---- boot ---- */

static void *env_map(void *ctx UNUSED, hpa_t base, u64 size UNUSED)
{
	return hpa_to_va(base);
}

/* In pieces: sixteen ranges that no 2 MiB block fits into, so VMs lie in several pieces of 4 KiB pages. */
static void env_machine(bool pieces)
{
	memset(&machine, 0, sizeof(machine));
	machine.nr_cpus = ENV_CPUS;
	machine.nr_nodes = 1;
	machine.nr_ram = pieces ? 16 : 1;
	for (u32 i = 0; i < machine.nr_ram; i++)
		machine.ram[i] =
			(struct mem_range){HPA(ENV_RAM + i * MIB(4) + MIB(2) - KIB(768)), KIB(1792), 0};
	if (!pieces)
		machine.ram[0] = (struct mem_range){HPA(ENV_RAM + MIB(1)), ENV_RAM_SIZE - MIB(1), 0};
	for (u32 i = 0; i < machine.nr_ram; i++) {
		void *va = hpa_to_va(machine.ram[i].base);

		memset(va, 0x5a, machine.ram[i].size);
		cache_clean_inval(va, machine.ram[i].size);
	}
}

static void env_plan(bool pieces)
{
	const void *fdt;
	u64 size;

	fake_ram_init();
	core_reset(ENV_CPUS, 1);
	fake_tlb.max_ipa_bits = 44;
	memset(arch_resets, 0, sizeof(arch_resets));
	memset(&most, 0, sizeof(most));
	nr_steps = 0;
	on_state = NULL;
	entropy_given = 0;
	entropy_left = UINT32_MAX;
	env_machine(pieces);
	memset(&plan, 0, sizeof(plan));
	plan_begin(&planner, &machine, &plan);
	planner.reserve = pools_size;
	assert_int_equal(plan_bundle(&planner, archive.data, archive.size), OK);
	fdt = plan_find_manifest(&planner, &size);
	assert_non_null(fdt);
	assert_int_equal(plan_manifest(&planner, fdt, size), OK);
	image_stage(&planner, env_map);
	plan_place(&planner);
}

static hpa_t pools_at;

static void env_pools(void)
{
	u64 size = pools_size(&plan);

	pools_at = plan_carve(&planner.mem, size, KIB(64), NODE_ANY);
	assert_true(pools_at.v);
	memset(hpa_to_va(pools_at), 0, size);
	pools_init(&plan, pools_at);
	tables_taken = 0;
	vms = NULL;
	nr_vms = 0;
}

static void env_boot(bool pieces)
{
	env_plan(pieces);
	env_pools();
	build_vms(&plan);
}

#endif
