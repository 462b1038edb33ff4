/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The housekeeping loop: a slice of one thing after the other, at most 50 us
 * in all, so that a guest pinned to the same CPU is held up no longer. Whoever
 * was cut off goes first the next time. Lock: job_lock, a leaf.
 */
#include "core/house.h"

#include "core/console.h"
#include "core/cpu.h"
#include "core/monitor.h"
#include "core/vm.h"
#include "hal/atomic.h"

/* A new slice of work is begun only in the first part of the 50 us: each takes up to 25 us, vm_work() 50. */
#define BEGIN_WITHIN_US 5u

static u32 open;
static spinlock_t job_lock;
static struct house_job *jobs, **jobs_end = &jobs;

BOOT_CODE void house_open(void)
{
	store_release(&open, 1);
}

BOOT_CODE void house_job_init(struct house_job *job, house_fn fn)
{
	job->next = NULL;
	job->fn = fn;
	job->posted = 0;
}

void house_post(struct house_job *job)
{
	if (atomic_xchg(&job->posted, 1))
		return;
	spin_lock(&job_lock);
	job->next = NULL;
	*jobs_end = job;
	jobs_end = &job->next;
	spin_unlock(&job_lock);
	house_kick();
}

static struct house_job *job_take(void)
{
	struct house_job *job;

	spin_lock(&job_lock);
	job = jobs;
	if (job) {
		jobs = job->next;
		if (!jobs)
			jobs_end = &jobs;
	}
	spin_unlock(&job_lock);
	return job;
}

/* One job; true: more wait. */
static bool job_work(void)
{
	struct house_job *job;

	if (!load_acquire(&jobs))
		return false;
	job = job_take();
	if (!job)
		return false;
	store_release(&job->posted, 0); /* before it runs: a post from now on runs it again */
	job->fn(job);
	return load_acquire(&jobs) != NULL;
}

/*
 * False only when every kind of work said in this very call that it has no more: whoever kicked before the call, but
 * after its kind had its turn in an earlier one, is not forgotten.
 */
bool house_work(void)
{
	static bool (*const work[])(void) = {console_work, monitor_work, job_work, vm_work};
	static u32 turn;
	u64 begin, within;
	bool more = false;

	if (this_cpu() != house_cpu || !load_acquire(&open))
		return false;
	begin = time_now();
	within = (u64)time_hz() * BEGIN_WITHIN_US / 1000000;
	for (u32 i = 0; i < ARRAY_SIZE(work); i++) {
		if (i && time_now() - begin > within)
			return true;
		if (work[turn]())
			more = true;
		turn = (turn + 1) % ARRAY_SIZE(work);
	}
	return more;
}
