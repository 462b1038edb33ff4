/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The core's four files compiled into a test, with a place to switch CPUs
 * before and after every atomic access, so that the simulation of hal/fake/fake_vcpu.h can
 * interleave them there.
 */
#ifndef CORE_UNDER_TEST_H
#define CORE_UNDER_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hal/atomic.h"
#include "hal/fake/fake_vcpu.h"

static inline bool planted_cas_u32(u32 *p, u32 old, u32 new_value)
{
	fake_preempt();
	bool done = atomic_cas_u32(p, old, new_value);
	fake_preempt();
	return done;
}

#define PLANTED(op)                         \
	__extension__({                     \
		fake_preempt();             \
		__auto_type result_ = (op); \
		fake_preempt();             \
		result_;                    \
	})

#undef load_acquire
#undef load_relaxed
#undef store_release
#undef store_relaxed
#undef atomic_or
#undef atomic_and
#undef atomic_add
#undef atomic_xchg
#undef atomic_cas
#define load_acquire(p) PLANTED(__atomic_load_n((p), __ATOMIC_SEQ_CST))
#define load_relaxed(p) PLANTED(__atomic_load_n((p), __ATOMIC_SEQ_CST))
#define store_release(p, v) ((void)PLANTED((*(p) = (v))))
#define store_relaxed(p, v) ((void)PLANTED((*(p) = (v))))
#define atomic_or(p, v) PLANTED(__atomic_fetch_or((p), (v), __ATOMIC_SEQ_CST))
#define atomic_and(p, v) PLANTED(__atomic_fetch_and((p), (v), __ATOMIC_SEQ_CST))
#define atomic_add(p, v) PLANTED(__atomic_fetch_add((p), (v), __ATOMIC_SEQ_CST))
#define atomic_xchg(p, v) PLANTED(__atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST))
#define atomic_cas(p, old, new_value) PLANTED(__sync_bool_compare_and_swap((p), (old), (new_value)))
#define atomic_cas_u32 planted_cas_u32

#include "core/fault.c"
#include "core/sched.c"
#include "core/timer.c"
#include "core/vm.c"

static inline void core_reset(u32 cpus_used, u32 housekeeping)
{
	cursor = 0;
	halted_told = false;
	house_pending = 0;
	fake_vcpu_reset(cpus_used, housekeeping);
}

/* Let this CPU do what it is asked now; it neither idles nor runs a guest. */
static inline void rounds(u32 cpu)
{
	fake_on(cpu);
	do {
		(void)fake_take_irqs();
		tail_round(&cpus[cpu]);
	} while (cpus[cpu].attention);
}

/* All CPUs and vm_work() until nothing is left to do now. */
static inline void settle(void)
{
	for (u32 n = 0; n < 20; n++) {
		for (u32 i = 0; i < nr_cpus; i++)
			rounds(i);
		fake_on(house_cpu->index);
		while (house_work())
			continue;
	}
}

#endif
