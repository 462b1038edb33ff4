/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two CPUs at one interrupt controller, step by step: whatever another CPU does is done whole right before any one of
 * the atomic accesses of an operation. To be included before the controller's own source file.
 */
#ifndef TESTS_UNIT_RV_IRQ_STEPS_H
#define TESTS_UNIT_RV_IRQ_STEPS_H

#include "tests/unit/rv_irq_env.h"

static u32 steps_left; /* until the other CPU acts; 0: never */
static void (*other_cpu)(void);

static void step(void)
{
	if (steps_left && !--steps_left)
		other_cpu();
}

/* Do `a`, and `b` right before its access number `at`, from 1. False: it has fewer. */
static bool interleave(void (*a)(void), void (*b)(void), u32 at)
{
	bool done;

	steps_left = at;
	other_cpu = b;
	a();
	done = !steps_left;
	steps_left = 0;
	return done;
}

#undef load_relaxed
#undef load_acquire
#undef store_relaxed
#undef store_release
#undef atomic_or
#undef atomic_and
#define load_relaxed(p) (step(), __atomic_load_n((p), __ATOMIC_RELAXED))
#define load_acquire(p) (step(), __atomic_load_n((p), __ATOMIC_ACQUIRE))
#define store_relaxed(p, v) store_step((p), (v), __ATOMIC_RELAXED)
#define store_release(p, v) store_step((p), (v), __ATOMIC_RELEASE)
#define store_step(p, v, order)                        \
	__extension__({                                \
		__typeof__(*(p)) v_ = (v);             \
                                                       \
		step(); /* after the value was made */ \
		__atomic_store_n((p), v_, (order));    \
	})
#define atomic_or(p, v) (step(), __atomic_fetch_or((p), (v), __ATOMIC_ACQ_REL))
#define atomic_and(p, v) (step(), __atomic_fetch_and((p), (v), __ATOMIC_ACQ_REL))
#define atomic_cas_u32(p, old, new_value) (step(), atomic_cas_u32((p), (old), (new_value)))

#endif
