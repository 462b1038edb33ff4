/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Surroundings of the image stage for unit tests and fuzzers: physical
 * addresses are the test's own, memory comes from one buffer, the last refusal is kept.
 */
#ifndef TESTS_UNIT_IMAGE_ENV_H
#define TESTS_UNIT_IMAGE_ENV_H

#include <stdio.h>
#include <string.h>

#include "core/image.h"
#include "core/planner.h"

#define ENV_POOL_SIZE MIB(16)
#ifndef ENV_RAM /* arch_layout.ram, as a constant */
#define ENV_RAM UINT64_C(0x40000000)
#endif

static _Alignas(4096) u8 env_pool[ENV_POOL_SIZE];
static u64 env_used, env_limit = ENV_POOL_SIZE;
static u64 env_held;          /* carved and not released */
static char env_refusal[256]; /* PROP: WHY */

static hpa_t env_carve(void *ctx, u64 size, u64 align)
{
	u64 at = align_up(env_used, align);

	(void)ctx;
	size = align_up(size, PAGE_SIZE);
	if (!size || !range_inside(at, size, 0, env_limit))
		return HPA(0);
	env_used = at + size;
	env_held += size;
	return HPA((u64)(uintptr_t)(env_pool + at));
}

static void env_release(void *ctx, hpa_t base, u64 size)
{
	(void)ctx;
	(void)base;
	env_held -= size;
}

static void *env_map(void *ctx, hpa_t base, u64 size)
{
	(void)ctx;
	(void)size;
	return (void *)(uintptr_t)base.v;
}

static void env_refuse(void *ctx, struct vm_plan *vm, const char *prop, const char *why)
{
	(void)ctx;
	vm->refused = true;
	snprintf(env_refusal, sizeof(env_refusal), "%s: %s", prop, why);
}

static const struct image_env env = {NULL, env_carve, env_release, env_map, env_refuse};

static inline void env_reset(void)
{
	env_used = env_held = 0;
	env_limit = ENV_POOL_SIZE;
	env_refusal[0] = 0;
	image_begin();
}

static inline struct bundle_file env_file(const void *bytes, u64 size)
{
	return (struct bundle_file){"file", HPA((u64)(uintptr_t)bytes), size};
}

static inline void env_vm(struct vm_plan *vm, enum boot_protocol protocol, const void *kernel, u64 size)
{
	memset(vm, 0, sizeof(*vm));
	strcpy(vm->name, "test");
	vm->protocol = protocol;
	vm->nr_vcpus = 1;
	vm->memory = MIB(64);
	vm->kernel = env_file(kernel, size);
	vm->layout = arch_layout;
}

#endif
