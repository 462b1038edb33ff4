/* SPDX-License-Identifier: Apache-2.0 */
/* Besides device_env.h for devices that hand work to the housekeeping CPU: the last job posted runs when the test says so. */
#ifndef TESTS_HOUSE_ENV_H
#define TESTS_HOUSE_ENV_H

#include "device_env.h"

#include "core/house.h"

static struct house_job *job;

void house_job_init(struct house_job *j, house_fn fn)
{
	j->fn = fn;
}

void house_post(struct house_job *j)
{
	job = j;
}

static inline void house(void)
{
	struct house_job *j = job;

	job = NULL;
	if (j)
		j->fn(j);
}

static inline void seconds_pass(u32 s)
{
	while (s--)
		fake_time_advance(fake_cpu.hz);
	house();
}

#endif
