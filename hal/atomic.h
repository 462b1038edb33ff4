/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C11 atomics by the names the tree uses, and the ticket lock. A build with
 * one CPU (MONADIC_UP) reduces locks to nothing: interrupts are never taken
 * inside the hypervisor, so a lock there only orders CPUs.
 */
#ifndef HAL_ATOMIC_H
#define HAL_ATOMIC_H

#include "hal/cpu.h"
#include "hal/types.h"

#ifdef MONADIC_UP
/*
 * One CPU and no interrupt inside the core: each of these is one plain access. What is left of the order is
 * that the compiler keeps it (volatile), which hardware and interrupted code need. Works without atomic
 * instructions.
 */
#define atomic_volatile(p) (*(volatile __typeof__(*(p)) *)(p))
#define load_acquire(p) atomic_volatile(p)
#define load_relaxed(p) atomic_volatile(p)
#define store_release(p, v) ((void)(atomic_volatile(p) = (v)))
#define store_relaxed(p, v) ((void)(atomic_volatile(p) = (v)))
#define atomic_update(p, expr)                \
	__extension__({                       \
		__typeof__(*(p)) old_ = *(p); \
		atomic_volatile(p) = (expr);  \
		old_;                         \
	})
#define atomic_or(p, v) atomic_update(p, old_ | (v))
#define atomic_and(p, v) atomic_update(p, old_ &(v))
#define atomic_add(p, v) atomic_update(p, old_ + (v))
#define atomic_xchg(p, v) atomic_update(p, v)
#define atomic_cas(p, old, new_value) (*(p) == (old) ? (atomic_volatile(p) = (new_value), true) : false)
#else
#define load_acquire(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define load_relaxed(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#define store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define store_relaxed(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define atomic_or(p, v) __atomic_fetch_or((p), (v), __ATOMIC_ACQ_REL)
#define atomic_and(p, v) __atomic_fetch_and((p), (v), __ATOMIC_ACQ_REL)
#define atomic_add(p, v) __atomic_fetch_add((p), (v), __ATOMIC_ACQ_REL)
#define atomic_xchg(p, v) __atomic_exchange_n((p), (v), __ATOMIC_ACQ_REL)
/* One attempt on a word or pointer; true when *p was old and now is new. */
#define atomic_cas(p, old, new_value)                                                         \
	__extension__({                                                                       \
		__typeof__(*(p)) old_ = (old);                                                \
		__atomic_compare_exchange_n((p), &old_, (new_value), false, __ATOMIC_ACQ_REL, \
					    __ATOMIC_ACQUIRE);                                \
	})
#endif
/* Orders every access before it with every access after it, a store with a later load too. */
#define atomic_fence() __atomic_thread_fence(__ATOMIC_SEQ_CST)

/* One attempt; true when *p was old and now is new. */
static inline bool atomic_cas_u32(u32 *p, u32 old, u32 new_value)
{
	return atomic_cas(p, old, new_value);
}

/* Fair ticket lock. Hold for bounded time only; never across vcpu entry. */
typedef struct {
	u32 next;
	u32 owner;
} spinlock_t;

#ifdef MONADIC_UP
static inline void spin_lock(spinlock_t *l UNUSED)
{
}
static inline void spin_unlock(spinlock_t *l UNUSED)
{
}
static inline bool spin_try(spinlock_t *l UNUSED, u32 looks UNUSED)
{
	return true;
}
#else
static inline void spin_lock(spinlock_t *l)
{
	u32 ticket = __atomic_fetch_add(&l->next, 1, __ATOMIC_RELAXED);

	while (load_acquire(&l->owner) != ticket)
		cpu_relax();
}

static inline void spin_unlock(spinlock_t *l)
{
	store_release(&l->owner, load_relaxed(&l->owner) + 1);
}

/* False: others had it at each of so many looks. Takes no ticket, so whoever waits in the queue goes first. */
static inline bool spin_try(spinlock_t *l, u32 looks)
{
	while (looks--) {
		u32 owner = load_acquire(&l->owner);

		if (load_relaxed(&l->next) == owner && atomic_cas_u32(&l->next, owner, owner + 1))
			return true;
		cpu_relax();
	}
	return false;
}
#endif

#endif
