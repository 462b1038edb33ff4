/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs are brought up: threads stand for them, each with what firmware could do to it.
 * SOURCES: hal/fake/fake.c hal/fake/fake_log.c */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hal/fake/fake.h"

#include "core/smp.c"

#define CPUS 6
#define BOOT_CPU 2
#define REFUSED (-7)

enum way { COMES, REFUSES, NEVER, LATE };

static struct machine machine;
static enum way ways[CPUS];
static pthread_t thread[CPUS];
static __thread struct cpu *here;
static bool threads[CPUS], stopped[CPUS], running[CPUS], virt[CPUS], kicked[CPUS];
static u32 discovered, discovered_at_init, inits, reports, overlaps, inside, began_early;
static bool late_may_come;
static u64 guards[CPUS], tops[CPUS];
static u32 nr_guards, nr_tops;

struct cpu cpus[MAX_CPUS];
u32 nr_cpus;
const struct arch_plan arch_plan = {.hwid_name = "HWID"};

static bool get(const bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_SEQ_CST);
}

static void set(bool *flag)
{
	__atomic_store_n(flag, true, __ATOMIC_SEQ_CST);
}

/* ---- what the core asks of its surroundings ---- */

struct cpu *this_cpu(void)
{
	return here;
}

u32 time_hz(void)
{
	return 1000;
}

/* It passes only when all that come have come, so that a busy workstation changes nothing. */
u64 time_now(void)
{
	static u64 now;
	u32 expected = 0, seen = load_acquire(&arrived);

	for (u32 i = 0; i < machine.nr_cpus; i++)
		expected += i != machine.boot_cpu && ways[i] == COMES;
	return seen < expected ? now : (now += 100);
}

void cpu_relax(void)
{
	sched_yield();
}

void cpu_kick(u32 cpu)
{
	set(&kicked[cpu]);
}

void cpu_panic_stop(void)
{
	set(&stopped[here->index]);
	pthread_exit(NULL);
}

void cpu_run(struct cpu *cpu)
{
	set(&running[cpu->index]);
	pthread_exit(NULL);
}

enum err host_unmap_ram(hpa_t base, u64 size)
{
	assert_int_equal(size, STACK_GUARD);
	guards[nr_guards++] = base.v;
	return OK;
}

/* ---- the architecture ---- */

static void *arrive(void *arg)
{
	here = arg;
	while (ways[here->index] == LATE && !get(&late_may_come))
		sched_yield();
	smp_enter();
}

s64 cpu_start(struct cpu *cpu, u64 hwid, hpa_t stack_top)
{
	assert_int_equal(hwid, 0x100 + cpu->index);
	if (ways[cpu->index] == REFUSES)
		return REFUSED;
	tops[nr_tops++] = stack_top.v;
	if (ways[cpu->index] == NEVER)
		return 0;
	threads[cpu->index] = true;
	assert_int_equal(pthread_create(&thread[cpu->index], NULL, arrive, cpu), 0);
	return 0;
}

static void must_be_alone(void)
{
	if (__atomic_fetch_add(&inside, 1, __ATOMIC_SEQ_CST))
		__atomic_fetch_add(&overlaps, 1, __ATOMIC_SEQ_CST);
	sched_yield();
	__atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
}

void cpu_discover(void)
{
	must_be_alone();
	__atomic_fetch_add(&discovered, 1, __ATOMIC_SEQ_CST);
}

void cpu_doze(void)
{
	sched_yield();
}

void virt_init(void)
{
	inits++;
	discovered_at_init = __atomic_load_n(&discovered, __ATOMIC_SEQ_CST);
}

void cpu_virt_init(void)
{
	if (here->index != BOOT_CPU && (!inits || !get(&virt[BOOT_CPU]) || !get(&kicked[here->index])))
		__atomic_fetch_add(&began_early, 1, __ATOMIC_SEQ_CST);
	must_be_alone();
	set(&virt[here->index]);
}

void virt_report(void)
{
	reports++;
}

/* ---- the boot CPU ---- */

static hpa_t carve_stack(void)
{
	static u64 next = MIB(1);

	return HPA(next += MIB(1));
}

static int begin(void **state UNUSED)
{
	fake_reset();
	memset(start, 0, sizeof(start));
	memset(cpus, 0, sizeof(cpus));
	arrived = go = ready = cpus_stopping = 0;
	memset(threads, 0, sizeof(threads));
	memset(stopped, 0, sizeof(stopped));
	memset(running, 0, sizeof(running));
	memset(virt, 0, sizeof(virt));
	memset(kicked, 0, sizeof(kicked));
	discovered = discovered_at_init = inits = reports = overlaps = began_early = nr_guards = nr_tops = 0;
	late_may_come = false;
	machine = (struct machine){.nr_cpus = CPUS, .boot_cpu = BOOT_CPU};
	nr_cpus = CPUS;
	for (u32 i = 0; i < CPUS; i++) {
		cpus[i].index = i;
		machine.cpus[i].hwid = 0x100 + i;
		ways[i] = COMES;
	}
	here = &cpus[BOOT_CPU];
	return 0;
}

static void finish(void)
{
	set(&late_may_come);
	for (u32 i = 0; i < CPUS; i++)
		if (threads[i])
			assert_int_equal(pthread_join(thread[i], NULL), 0);
}

static void all_cpus_go_to_work_after_all_were_seen(void **state UNUSED)
{
	assert_int_equal(smp_start(&machine, carve_stack), CPUS);
	for (u32 i = 0; i < CPUS; i++) {
		assert_true(cpus[i].online);
		assert_false(get(&virt[i]) || get(&running[i]));
	}
	smp_go();
	assert_int_equal(reports, 1);
	for (u32 i = 0; i < CPUS; i++)
		assert_true(get(&virt[i]));
	finish();
	for (u32 i = 0; i < CPUS; i++)
		assert_int_equal(running[i], i != BOOT_CPU);
	assert_int_equal(inits, 1);
	assert_int_equal(discovered_at_init, CPUS - 1);
	assert_int_equal(began_early, 0);
	assert_int_equal(overlaps, 0);
}

static void each_stack_lies_above_its_unmapped_guard(void **state UNUSED)
{
	(void)smp_start(&machine, carve_stack);
	smp_go();
	finish();
	assert_int_equal(nr_guards, CPUS - 1);
	assert_int_equal(nr_tops, CPUS - 1);
	for (u32 i = 0; i < nr_guards; i++)
		assert_int_equal(tops[i], guards[i] + STACK_GUARD + STACK_SIZE);
}

static void a_cpu_that_firmware_refuses_is_said_and_left_out(void **state UNUSED)
{
	ways[4] = REFUSES;
	assert_int_equal(smp_start(&machine, carve_stack), CPUS - 1);
	assert_false(cpus[4].online);
	assert_true(fake_log_has("CPU 4 (HWID 104) does not start: firmware says -7"));
	smp_go();
	finish();
	assert_false(kicked[4]);
}

static void a_cpu_that_does_not_come_is_not_waited_for_long(void **state UNUSED)
{
	ways[0] = NEVER;
	assert_int_equal(smp_start(&machine, carve_stack), CPUS - 1);
	assert_false(cpus[0].online);
	assert_true(fake_log_has("CPU 0 (HWID 100) did not come"));
	smp_go();
	finish();
}

static void a_cpu_that_comes_too_late_runs_nothing_of_boot(void **state UNUSED)
{
	ways[5] = LATE;
	assert_int_equal(smp_start(&machine, carve_stack), CPUS - 1);
	smp_go();
	finish();
	assert_true(stopped[5]);
	assert_false(virt[5] || running[5] || cpus[5].online);
	assert_int_equal(discovered, CPUS - 2);
}

static void a_cpu_alone_starts_nobody(void **state UNUSED)
{
	machine = (struct machine){.nr_cpus = 1};
	nr_cpus = 1;
	here = &cpus[0];
	assert_int_equal(smp_start(&machine, carve_stack), 1);
	smp_go();
	assert_int_equal(inits + reports, 2);
	assert_int_equal(nr_guards, 0);
}

/* ---- panic ---- */

static void *take_kick(void *arg)
{
	here = arg;
	cpu_kicked(here);
	return NULL;
}

static void a_kick_stops_the_others_only_after_a_panic(void **state UNUSED)
{
	pthread_t t;

	cpus[0].online = cpus[1].online = cpus[BOOT_CPU].online = true;
	for (u32 round = 0; round < 2; round++) {
		assert_int_equal(pthread_create(&t, NULL, take_kick, &cpus[1]), 0);
		assert_int_equal(pthread_join(t, NULL), 0);
		assert_int_equal(get(&stopped[1]), round);
		cpu_stop_others();
	}
	assert_int_equal(cpus[1].kicks, 1);
	assert_true(kicked[0] && kicked[1]);
	assert_false(kicked[BOOT_CPU] || kicked[3]);
}

#define T(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(all_cpus_go_to_work_after_all_were_seen),
		T(each_stack_lies_above_its_unmapped_guard),
		T(a_cpu_that_firmware_refuses_is_said_and_left_out),
		T(a_cpu_that_does_not_come_is_not_waited_for_long),
		T(a_cpu_that_comes_too_late_runs_nothing_of_boot),
		T(a_cpu_alone_starts_nobody),
		T(a_kick_stops_the_others_only_after_a_panic),
	};

	return cmocka_run_group_tests_name("smp_start", tests, NULL, NULL);
}
