/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bare guest for the guests stage. Boot arguments say what it does:
 *   smp=N   starts vCPUs 1 to N - 1, counts them, sends each an interrupt that it answers, and ends
 *   again   resets at once
 *   laps    counts for ever and says so once a lap
 *   echo    gives back every line that is typed, in brackets
 */
#include "tests/guests/bare/lib.h"

#define LAP 4000000u

static u32 up, answered;

static u32 number(const char *s)
{
	u32 n = 0;

	while (*s >= '0' && *s <= '9')
		n = n * 10 + (u32)(*s++ - '0');
	return n;
}

static void wait_until(const u32 *counter, u32 value)
{
	while (__atomic_load_n(counter, __ATOMIC_ACQUIRE) != value)
		cpu_relax();
}

/* A secondary vCPU: says that it is there, waits for its interrupt, goes off. */
static void secondary(u64 arg)
{
	(void)arg;
	ipi_cpu_init();
	__atomic_fetch_add(&up, 1, __ATOMIC_RELEASE);
	while (!ipi_take())
		wfi();
	__atomic_fetch_add(&answered, 1, __ATOMIC_RELEASE);
}

static void smp(u32 nr)
{
	mmu_on();
	ipi_init();
	ipi_cpu_init();
	for (u32 i = 1; i < nr; i++) {
		s64 result = cpu_start(i, secondary, 0);

		if (result)
			print("TEST-FAIL vCPU %u: firmware says %u\n", i, (u32)-result);
	}
	wait_until(&up, nr - 1);
	for (u32 i = 1; i < nr; i++)
		ipi_send(i);
	wait_until(&answered, nr - 1);
	for (u32 i = 1; i < nr; i++)
		while (!cpu_is_off(i))
			cpu_relax();
	print("TEST-OK %u vCPUs came, answered and went\n", nr);
}

static void again(void)
{
	print("again\n");
	power_reset();
}

static void laps(void)
{
	for (u32 lap = 1;; lap++) {
		for (volatile u32 i = 0; i < LAP; i++)
			;
		print("lap %u.\n", lap);
	}
}

static void echo(void)
{
	char line[64];
	u32 n = 0;
	int c;

	print("echo\n");
	for (;;) {
		while ((c = uart_getc()) < 0)
			cpu_relax();
		if (c != '\r' && n < sizeof(line) - 1) {
			line[n++] = (char)c;
			continue;
		}
		line[n] = 0;
		n = 0;
		print("<%s>\n", line);
	}
}

void guest_main(const void *tree)
{
	const char *args = tree_bootargs(tree);

	if (args[0] == 's')
		smp(number(args + sizeof("smp=") - 1));
	else if (!strcmp(args, "again"))
		again();
	else if (!strcmp(args, "laps"))
		laps();
	else if (!strcmp(args, "echo"))
		echo();
	else
		print("TEST-FAIL arguments \"%s\"\n", args);
}
