/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM around the interrupt controllers of riscv64. vCPUs are not run: `woken` has the bits of those that were woken,
 * a test looks for them as their home would. Threads may stand for CPUs.
 */
#ifndef TESTS_UNIT_RV_IRQ_ENV_H
#define TESTS_UNIT_RV_IRQ_ENV_H

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "arch/riscv/vimsic.h"
#include "core/mmio.h"
#include "core/vm.h"

static struct vcpu vcpus[PLAN_VCPUS_MAX];
static struct vm vm = {.vcpus = vcpus};
static u64 woken;

void vcpu_wake(struct vcpu *vcpu)
{
	atomic_or(&woken, 1ULL << vcpu->index);
}

void cpu_relax(void)
{
	sched_yield();
}

static UNUSED void vm_of(u16 nr)
{
	vm.nr_vcpus = nr;
	for (u16 i = 0; i < nr; i++)
		vcpus[i] = (struct vcpu){.vm = &vm, .index = i};
	woken = 0;
}

/* Who was woken since the last call. */
static UNUSED u64 take_woken(void)
{
	return atomic_xchg(&woken, 0);
}

/* vCPU `i` looks at its interrupts, if it was woken. */
static UNUSED bool was_woken(u32 i)
{
	return atomic_and(&woken, ~(1ULL << i)) >> i & 1;
}

/* ---- chance ---- */

static UNUSED u32 rnd(u64 *seed, u32 n)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(*seed >> 33) % n;
}

static UNUSED u32 rnd32(u64 *seed)
{
	return rnd(seed, 0x10000) << 16 | rnd(seed, 0x10000);
}

/* ---- threads ---- */

#define STALL_S 20 /* nothing happened for so long: something was lost */

static UNUSED void run_threads(u32 nr, void *(*thread)(void *arg))
{
	pthread_t id[16];

	assert_true(nr <= ARRAY_SIZE(id));
	for (uintptr_t i = 0; i < nr; i++)
		assert_int_equal(pthread_create(&id[i], NULL, thread, (void *)i), 0);
	for (u32 i = 0; i < nr; i++)
		assert_int_equal(pthread_join(id[i], NULL), 0);
}

#endif
