/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile rows: the timer at the ends of its range, and waiting. */
#include "tests/guests/bare/riscv64/hostile.h"

#define STIP (1ULL << IRQ_TIMER)
#define SSIP (1ULL << IRQ_SOFT)

static u64 us(u64 n)
{
	return n * 10; /* of the emulator's 10 MHz */
}

/* Is it pending within 50 us? By polling, the interrupt masked. */
static bool fires(void)
{
	u64 until = counter() + us(50);

	while (counter() < until)
		if (read_csr(sip) & STIP)
			return true;
	return false;
}

static void by_call(u64 at)
{
	sbi_call(SBI_TIME, 0, at, 0, 0);
}

static void by_legacy_call(u64 at)
{
	sbi_call(0, 0, at, 0, 0);
}

static void by_register(u64 at)
{
	__asm__ volatile("csrw %0, %1" ::"i"(CSR_STIMECMP), "r"(at) : "memory");
}

static void try(void (*set)(u64 at), const char *what, u64 at)
{
	bool fired, gone;

	set(at);
	fired = fires();
	set(~0ULL);
	gone = !fires();
	say("%s %s%s,", what, fired ? "fires" : "silent", gone ? "" : " stays");
}

static void timer_by(void (*set)(u64 at))
{
	irq_off();
	write_csr(sie, 0);
	timer_off();
	try(set, "0", 0);
	try(set, "1", 1);
	try(set, "now", counter());
	try(set, "+20us", counter() + us(20));
	try(set, "top bit", 1ULL << 63);
	try(set, "-2", ~1ULL);
	try(set, "-1", ~0ULL);
	for (u32 i = 0; i < 2000; i++)
		set(random64() >> (i & 63));
	set(~0ULL);
	say("then %s", fires() ? "fires" : "silent");
	irq_clean();
	row_time(400);
	irq_on();
}

static void timer_call(void)
{
	timer_by(by_call);
}
static void timer_legacy(void)
{
	timer_by(by_legacy_call);
}
static void timer_register(void)
{
	if (timer_has_stimecmp())
		timer_by(by_register);
	else
		say("none");
}

/* Both write one comparator. */
static void timer_both(void)
{
	irq_off();
	write_csr(sie, 0);
	by_call(0);
	say("%s", fires() ? "pending" : "not pending");
	timer_off();
	say("%s", fires() ? "pending" : "gone");
	irq_clean();
	irq_on();
}

static u32 storm_left;

static void storm_tick(struct frame *f UNUSED)
{
	if (storm_left && --storm_left)
		timer_set(storm_left & 1 ? 0 : counter());
	else
		timer_off();
}

/* Deadlines in the past as fast as they can be set, on both harts: each fires, and nobody else waits for it. */
static void storm_other(u64 rounds)
{
	write_csr(sie, 0);
	for (u64 i = 0; i < rounds; i++) {
		by_call(i & 1 ? 0 : counter() + 3);
		if (i & 16)
			timer_set(random64() & 0xffff);
	}
	timer_off();
}

static void timer_storm(void)
{
	trap_fn saved = interrupt_handler[IRQ_TIMER];
	u64 until = counter() + us(300000);

	irq_off();
	if (cpu_start(1, storm_other, 20000) != 0)
		say("not started");
	interrupt_handler[IRQ_TIMER] = storm_tick;
	storm_left = 10000;
	timer_set(0);
	irq_on();
	while (*(volatile u32 *)&storm_left && counter() < until)
		cpu_relax();
	irq_off();
	timer_off();
	interrupt_handler[IRQ_TIMER] = saved;
	say("%u left", storm_left);
	row_time(400);
	irq_on();
	while (!other_is_off())
		cpu_relax();
}

static volatile u64 shared_time;

static void clock_other(u64 rounds)
{
	u64 back = 0;

	for (u64 i = 0; i < rounds; i++) {
		u64 seen = shared_time;

		fence();
		back += counter() < seen;
		cpu_relax();
	}
	if (back)
		shared_time = 0;
	else
		shared_time = ~0ULL;
}

/* One clock for both, which never goes back. */
static void clock(void)
{
	u64 last = 0, back = 0;

	row_time(2000);
	shared_time = 0;
	if (cpu_start(1, clock_other, 3000) != 0)
		say("not started");
	while (!other_is_off()) {
		u64 t = counter();

		back += t < last;
		last = t;
		if (shared_time != ~0ULL)
			shared_time = t;
	}
	say("%lu back", back);
}

const struct row time_rows[] = {
	{"timer-call", timer_call},
	{"timer-legacy", timer_legacy},
	{"timer-register", timer_register},
	{"timer-both", timer_both},
	{"timer-storm", timer_storm},
	{"clock", clock},
	{NULL, NULL},
};

/* ---- waiting ---- */

/* What is pending and enabled ends a wait although interrupts are masked (Privileged 3.3.3). */
static void wait_masked(void)
{
	u32 woken = 0;

	irq_off();
	for (u32 i = 0; i < 50; i++) {
		timer_set(i & 1 ? counter() + us(20) : 0);
		while (!(read_csr(sip) & STIP))
			wfi();
		woken++;
	}
	timer_off();
	row_time(400);
	irq_on();
	say("%u woken", woken);
}

/* By software, before the wait and by the other hart during it. */
static void poke(u64 rounds)
{
	for (u64 i = 0; i < rounds; i++) {
		u64 until = counter() + us(30);

		while (counter() < until)
			cpu_relax();
		sbi_call(SBI_IPI, 0, 1, 0, 0);
	}
}

static void wait_software(void)
{
	u32 woken = 0;

	irq_off();
	for (u32 i = 0; i < 50; i++) {
		set_csr(sip, SSIP);
		wfi();
		woken += (read_csr(sip) & SSIP) != 0;
		clear_csr(sip, SSIP);
	}
	if (cpu_start(1, poke, 50) != 0)
		say("not started");
	irq_on();
	while (!other_is_off() && irqs_taken[IRQ_SOFT] < 50)
		wfi();
	irq_off();
	row_time(400);
	irq_on();
	while (!other_is_off())
		cpu_relax();
	say("%u woken, %s", woken, irqs_taken[IRQ_SOFT] > 10 ? "poked" : "not poked");
}

/* A wait in a tight loop with an interrupt always pending: nobody else waits for it. */
static void wait_loop(u64 arg)
{
	write_csr(sie, SSIP);
	set_csr(sip, SSIP);
	for (u32 i = 0; i < (u32)arg; i++)
		wfi();
	clear_csr(sip, SSIP);
}

static void wait_storm(void)
{
	row_time(3000);
	if (cpu_start(1, wait_loop, 20000) != 0)
		say("not started");
	irq_off();
	wait_loop(20000);
	while (!other_is_off())
		cpu_relax();
	irq_clean();
	row_time(400);
	irq_on();
	say("ended");
}

/* Waiting for a store to a reservation, with and without a limit (Zawrs): both may end at any time, and do, or are illegal. */
static void wait_reservation(void)
{
	u32 ended = 0;

	for (u32 i = 0; i < 20; i++) {
		static u64 word;
		struct outcome nto, sto;

		__asm__ volatile("lr.d zero, (%0)" ::"r"(&word) : "memory");
		timer_set(counter() + us(2000));
		nto = i ? run_insn(0x01d00073, 0, 0) : run_insn(0x00d00073, 0, 0);
		sto = run_insn(0x01d00073, 0, 0);
		ended += (!nto.taken || nto.cause == CAUSE_ILLEGAL) &&
			 (!sto.taken || sto.cause == CAUSE_ILLEGAL);
		row_time(400);
	}
	say("%u ended", ended);
}

const struct row wait_rows[] = {
	{"wait-masked", wait_masked},
	{"wait-software", wait_software},
	{"wait-storm", wait_storm},
	{"wait-reservation", wait_reservation},
	{NULL, NULL},
};
