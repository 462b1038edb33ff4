/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The benchmark guest: two harts, each alone on its CPU. With one instruction a nanosecond (QEMU, -icount shift=0,sleep=off)
 * time is the number of instructions retired on all harts, by guest and hypervisor, in ticks of 100. Each line is
 * `bench NAME MINIMUM AVERAGE` of 256 runs, in instructions.
 *
 * What is finer than a tick comes from spinning: a measurement begins at a tick's edge, and its end spins to the next edge and
 * takes off what it spun. What can be repeated at once is measured 64 at a time, with the time for nothing but the loading of
 * operands taken off: exact to a tenth. Handlers cannot: they are exact to three instructions.
 *
 * The operation itself counts, its handler's first instruction does not.
 */
#include "tests/guests/bare/lib.h"

#define RUNS 256
#define WARM_UP 8
#define BATCH 64
#define SPIN 3                 /* instructions of the loop that looks for an edge at the end */
#define DEADLINE 300           /* ticks ahead */
#define NEAR 10000             /* ticks ahead; a batch is shorter */
#define MSI 5                  /* interrupt identity */
#define UNASSIGNED 0x0a000123u /* of the range for firmware; nobody has it */

extern const char bench_vectors[];

/* Where a hart's handler leaves what it saw; a cache line each. */
static volatile struct seen {
	u64 tick, spins, unused[6];
} seen[2] __attribute__((aligned(64)));
static volatile bool other_ready;
static u64 per_tick; /* instructions */

typedef u64 (*bench_fn)(void);

#define TEXT(n) TEXT_(n)
#define TEXT_(n) #n
/* %[from] becomes the tick that begins; at most two instructions of it are over. */
#define EDGE "csrr t0, time\n77:\tcsrr %[from], time\n\tbeq t0, %[from], 77b\n\t"

/* Instructions of BATCH times `instruction`, with a in a0, which is `step` more each time; f and x in a6 and a7. */
#define MEASURED(name, instruction, a, step, f, x)                                                                    \
	static u64 name(void)                                                                                         \
	{                                                                                                             \
		u64 operand = (a), from, to, spins;                                                                   \
		register u64 a6 __asm__("a6") = (f);                                                                  \
		register u64 a7 __asm__("a7") = (x);                                                                  \
                                                                                                                      \
		__asm__ volatile(                                                                                     \
			EDGE ".rept " TEXT(                                                                           \
				BATCH) "\n\tmv a0, %[operand]\n\tadd %[operand], %[operand], %[more]\n\t" instruction \
				       "\n\t.endr\n\tcsrr t0, time\n\tli %[spins], 0\n"                               \
				       "78:\taddi %[spins], %[spins], 1\n\tcsrr %[to], time\n\tbeq t0, %[to], 78b"    \
			: [from] "=&r"(from), [to] "=&r"(to), [spins] "=&r"(spins), [operand] "+&r"(operand)          \
			: [more] "r"((u64)(step)), "r"(a6), "r"(a7)                                                   \
			: "t0", "a0", "a1", "memory");                                                                \
		return (to - from) * per_tick - spins * SPIN;                                                         \
	}

MEASURED(nothing, "", 0, 0, 0, 0)
MEASURED(hypercall, "ecall", 0, 0, 0, UNASSIGNED)
MEASURED(spec_version, "ecall", 0, 0, BASE_SPEC_VERSION, SBI_BASE)
MEASURED(probe, "ecall", SBI_TIME, 0, BASE_PROBE, SBI_BASE)
MEASURED(set_timer, "ecall", ~0ULL, 0, 0, SBI_TIME)
MEASURED(set_timer_near, "ecall", counter() + NEAR, 1, 0, SBI_TIME)
MEASURED(aplic_read, "lw a1, 0(a0)", APLIC_BASE, 0, 0, 0)
MEASURED(plic_read, "lw a1, 4(a0)", PLIC_BASE, 0, 0, 0)

/* From the edge to the operation, not counting it, and from the vector to the handler. */
#define EDGE_COST 2
#define VECTOR_COST 1

static u64 since(u64 tick, u64 spins, u64 from, u64 cost)
{
	return (tick - from) * per_tick - spins * SPIN - cost;
}

/* The hart interrupts itself by `instruction`, with a, b, f, x as above. */
#define TO_HANDLER(name, instruction, a, b, f, x)                                                     \
	static u64 name(void)                                                                         \
	{                                                                                             \
		register u64 a0 __asm__("a0") = (a);                                                  \
		register u64 a1 __asm__("a1") = (b);                                                  \
		register u64 a6 __asm__("a6") = (f);                                                  \
		register u64 a7 __asm__("a7") = (x);                                                  \
		u64 from, to, spins;                                                                  \
                                                                                                      \
		__asm__ volatile(                                                                     \
			"li s9, 0\n\tcsrsi sstatus, 2\n\t" EDGE instruction                           \
			"\n79:\tbeqz s9, 79b\n\tcsrci sstatus, 2\n\tmv %[to], s9\n\tmv %[spins], s11" \
			: [from] "=&r"(from), [to] "=r"(to), [spins] "=r"(spins), "+r"(a0), "+r"(a1)  \
			: "r"(a6), "r"(a7)                                                            \
			: "t0", "s9", "s10", "s11", "memory");                                        \
		return since(to, spins, from, EDGE_COST + VECTOR_COST);                               \
	}

TO_HANDLER(self_ipi, "ecall", 1, 0, 0, SBI_IPI)
TO_HANDLER(self_msi, "sw a1, 0(a0)", imsic_file(0), MSI, 0, 0)

/*
 * By stimecmp, written at an edge: the emulator is late by as much as the tick was old then, which is known and taken off. By
 * SBI that is the age at the hypervisor's write, less than a tick, and stays in the figure.
 */
#define BY_STIMECMP "csrw " TEXT(CSR_STIMECMP) ", %[from]\n\t"
#define BY_CALL "mv a0, %[from]\n\tecall\n\t"
#define STIMECMP_COST (EDGE_COST + 1)

#define TIMER(name, arm, wait, cost)                                                                                 \
	static u64 name(void)                                                                                        \
	{                                                                                                            \
		register u64 a6 __asm__("a6") = 0;                                                                   \
		register u64 a7 __asm__("a7") = SBI_TIME;                                                            \
		u64 from, to, spins;                                                                                 \
                                                                                                                     \
		__asm__ volatile(                                                                                    \
			EDGE "addi %[from], %[from], " TEXT(                                                         \
				DEADLINE) "\n\t" arm                                                                 \
					  "li s9, 0\n\tli t0, 32\n\tcsrs sie, t0\n\tcsrsi sstatus, 2\n79:\t" wait    \
					  "\n\tbeqz s9, 79b\n\tcsrci sstatus, 2\n\tmv %[to], s9\n\tmv %[spins], s11" \
			: [from] "=&r"(from), [to] "=r"(to), [spins] "=r"(spins)                                     \
			: "r"(a6), "r"(a7)                                                                           \
			: "t0", "a0", "a1", "s9", "s10", "s11", "memory");                                           \
		return since(to, spins, from, (cost) + VECTOR_COST);                                                 \
	}
TIMER(timer_spin, BY_STIMECMP, "nop", STIMECMP_COST)
TIMER(timer_wfi, BY_STIMECMP, "wfi", STIMECMP_COST)
TIMER(sbi_timer_spin, BY_CALL, "nop", 0)
TIMER(sbi_timer_wfi, BY_CALL, "wfi", 0)

/* Until the timer's handler: the other hart has the emulator for itself meanwhile. */
static inline void sleep_until_timer(void)
{
	__asm__ volatile(
		"li s9, 0\n\tli t0, 32\n\tcsrs sie, t0\n\tcsrsi sstatus, 2\n79:\twfi\n\tbeqz s9, 79b\n\t"
		"csrci sstatus, 2" ::
			: "t0", "s9", "s10", "s11", "memory");
}

static void sleep_ticks(u64 ticks)
{
	timer_set(counter() + ticks);
	sleep_until_timer();
}

/* Its own function: no call may come between the registers' values and the instruction. The edge at which it sent. */
static u64 send_ipi_at_edge(void)
{
	register u64 a0 __asm__("a0") = 1;
	register u64 a1 __asm__("a1") = 1;
	register u64 a6 __asm__("a6") = 0;
	register u64 a7 __asm__("a7") = SBI_IPI;
	u64 from;

	__asm__ volatile(EDGE "ecall"
			 : [from] "=&r"(from), "+r"(a0), "+r"(a1)
			 : "r"(a6), "r"(a7)
			 : "t0", "memory");
	return from;
}

/*
 * From hart 0's call to the first instruction of hart 1's handler, while it spins. An emulator with one thread goes to the next
 * hart when this one sleeps: what it does until its WFI is in the figure.
 */
static u64 ipi(void)
{
	u64 from;

	sleep_ticks(DEADLINE);
	seen[1].tick = 0;
	fence();
	timer_set(counter() + DEADLINE);
	from = send_ipi_at_edge();
	sleep_until_timer();
	while (!seen[1].tick)
		cpu_relax();
	return since(seen[1].tick, seen[1].spins, from, EDGE_COST + VECTOR_COST);
}

static bool has_imsic;

static bool with_imsic(void)
{
	return has_imsic;
}
static bool with_plic(void)
{
	return !has_imsic;
}
static bool without_stimecmp(void)
{
	return !timer_has_stimecmp();
}

static const struct {
	const char *name;
	bench_fn fn;
	u64 batch;
	bool (*there)(void); /* NULL: always */
} benches[] = {
	{"hypercall", hypercall, BATCH, NULL},
	{"sbi-spec-version", spec_version, BATCH, NULL},
	{"sbi-probe-extension", probe, BATCH, NULL},
	{"sbi-set-timer-near", set_timer_near, BATCH, without_stimecmp}, /* the next takes it off */
	{"sbi-set-timer", set_timer, BATCH, NULL},
	{"aplic-domaincfg-read", aplic_read, BATCH, with_imsic},
	{"plic-priority-read", plic_read, BATCH, with_plic},
	{"self-ipi-to-handler", self_ipi, 1, NULL},
	{"self-msi-to-handler", self_msi, 1, with_imsic},
	{"timer-to-handler", timer_spin, 1, timer_has_stimecmp},
	{"timer-wake-from-wfi", timer_wfi, 1, timer_has_stimecmp},
	{"sbi-timer-to-handler", sbi_timer_spin, 1, without_stimecmp},
	{"sbi-timer-wake-from-wfi", sbi_timer_wfi, 1, without_stimecmp},
	{"ipi-to-handler", ipi, 1, NULL}, /* last: the other hart spins from here on */
};

static void cpu_ready(const void *tree)
{
	write_csr(stvec, (u64)(uintptr_t)bench_vectors | 1);
	write_csr(sscratch, (u64)(uintptr_t)&seen[cpu_index()]);
	has_imsic = imsic_init(tree);
	if (has_imsic)
		imsic_enable(MSI);
	write_csr(sie, 1ULL << IRQ_SOFT | 1ULL << IRQ_EXTERNAL);
}

static void other_main(u64 tree)
{
	cpu_ready((const void *)(uintptr_t)tree);
	other_ready = true;
	__asm__ volatile("csrsi sstatus, 2\n79:\tj 79b" ::: "s9", "s10", "s11", "memory");
}

/* False: there is no other hart, and nothing to measure. */
static bool start_other(const void *tree)
{
	s64 error = cpu_start(1, other_main, (u64)(uintptr_t)tree);

	while (!error && !other_ready)
		sleep_ticks(DEADLINE);
	return !error;
}

static u64 least_of_nothing;

static void run(const char *name, bench_fn fn, u64 batch)
{
	u64 least = ~0ULL, sum = 0, off = batch == 1 ? 0 : least_of_nothing;

	for (u32 i = 0; i < WARM_UP; i++)
		fn();
	for (u32 i = 0; i < RUNS; i++) {
		u64 ticks = fn() - off;

		least = ticks < least ? ticks : least;
		sum += ticks;
	}
	if (fn == nothing)
		least_of_nothing = least;
	else
		print("bench %s %lu %lu\n", name, (least + batch / 2) / batch,
		      (sum + RUNS * batch / 2) / (RUNS * batch));
}

void guest_main(const void *tree)
{
	per_tick = 1000000000u / tree_number(tree, NULL, "timebase-frequency", 10000000);
	mmu_on();
	timer_has_stimecmp(); /* before vectored mode: some firmware gives an exception on to the vectors' base plus mode */
	cpu_ready(tree);
	print("bench first-instruction %lu %lu\n", time_at_entry * per_tick, time_at_entry * per_tick);
	run("", nothing, 1);
	for (u32 i = 0; i < sizeof(benches) / sizeof(benches[0]); i++) {
		if (benches[i].there && !benches[i].there())
			continue;
		if (benches[i].fn == ipi && !start_other(tree))
			continue;
		run(benches[i].name, benches[i].fn, benches[i].batch);
	}
	print("bench done\n");
}
