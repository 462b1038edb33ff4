/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The benchmark guest: two vCPUs, each alone on its CPU. With a 1 GHz counter and one instruction a nanosecond
 * (tests/bench/run.sh) a difference of two counter reads is the number of instructions retired between them, by
 * the guest and by the hypervisor, on all CPUs. Each line is `bench NAME MINIMUM AVERAGE` of 256 runs.
 *
 * Reading the counters counts 3: what follows the first read is ISB, the operation, ISB, the second read. Where an interrupt
 * handler's first instruction makes the second read there is one ISB and that read.
 */
#include "tests/guests/bare/lib.h"

#define RUNS 256
#define WARM_UP 8
#define DEADLINE 20000 /* ticks ahead */
#define SGI 5
#define PRIORITY 0x80
#define SPI 40
#define UNASSIGNED 0x86001234u /* OEM service call that nobody implements */
#define ISENABLER1 (GICD_BASE + 0x104)
#define ICENABLER1 (GICD_BASE + 0x184)

extern const char bench_vectors[];

/* Where a CPU's handler leaves its counter read; a cache line each. */
static volatile struct {
	u64 ticks, unused[7];
} seen[2] __attribute__((aligned(64)));
static volatile bool other_ready;

typedef u64 (*bench_fn)(void);

/* Ticks of one instruction, with operands a and b in registers; x0-x17 are lost. */
#define MEASURED(name, instruction, a, b)                                                             \
	static u64 name(void)                                                                         \
	{                                                                                             \
		register u64 x0 __asm__("x0") = (a);                                                  \
		register u64 x1 __asm__("x1") = (b);                                                  \
		u64 from, to;                                                                         \
                                                                                                      \
		__asm__ volatile("isb\n\tmrs %0, cntvct_el0\n\tisb\n\t" instruction                   \
				 "\n\tisb\n\tmrs %1, cntvct_el0"                                      \
				 : "=&r"(from), "=&r"(to), "+r"(x0), "+r"(x1)::"x2", "x3", "memory"); \
		return to - from;                                                                     \
	}

MEASURED(nothing, "", 0, 0)
MEASURED(hypercall, "hvc #0", UNASSIGNED, 0)
MEASURED(psci_version, "hvc #0", PSCI_VERSION, 0)
MEASURED(iidr_read, "ldr w1, [x0]", GICD_BASE + 0x8, 0)
MEASURED(enable_write, "str w1, [x0]", ISENABLER1, 1u << (SPI - 32))
MEASURED(waker_read, "ldr w1, [x0]", GICR_BASE + 0x14, 0)
MEASURED(sgi_nobody, "msr icc_sgi1r_el1, x0", 0, 0)
MEASURED(id_read, "mrs x0, id_aa64pfr0_el1", 0, 0)

/* The interrupt is disabled again first, not measured. */
static u64 isenabler_write(void)
{
	write32(ICENABLER1, 1u << (SPI - 32));
	return enable_write();
}

static u64 self_sgi(void)
{
	u64 value = gic_sgi_value(SGI, 0), from, to;

	__asm__ volatile("mov x28, xzr\n\tmsr daifclr, #2\n\tisb\n\tmrs %0, cntvct_el0\n\tisb\n\t"
			 "msr icc_sgi1r_el1, %2\n"
			 "1:\tyield\n\tcbz x28, 1b\n\tmsr daifset, #2\n\tmov %1, x28"
			 : "=&r"(from), "=&r"(to)
			 : "r"(value)
			 : "x26", "x27", "x28", "memory");
	return to - from;
}

#define TIMER(name, wait)                                                                        \
	static u64 name(void)                                                                    \
	{                                                                                        \
		u64 deadline = counter() + DEADLINE, to;                                         \
                                                                                                 \
		vtimer_set(deadline);                                                            \
		__asm__ volatile("mov x28, xzr\n\tmsr daifclr, #2\n"                             \
				 "1:\t" wait "\n\tcbz x28, 1b\n\tmsr daifset, #2\n\tmov %0, x28" \
				 : "=&r"(to)::"x26", "x27", "x28", "memory");                    \
		return to - deadline;                                                            \
	}
TIMER(timer_spin, "nop")
TIMER(timer_wfi, "wfi")

/* From vCPU 0's write to the first instruction of vCPU 1's handler, while it spins. */
static u64 ipi(void)
{
	u64 value = gic_sgi_value(SGI, 1), from;

	seen[1].ticks = 0;
	dsb(sy);
	__asm__ volatile("isb\n\tmrs %0, cntvct_el0\n\tisb\n\tmsr icc_sgi1r_el1, %1\n\tisb"
			 : "=&r"(from)
			 : "r"(value)
			 : "memory");
	while (!seen[1].ticks)
		cpu_relax();
	return seen[1].ticks - from;
}

static void cpu_ready(void)
{
	write_sysreg(vbar_el1, (u64)(uintptr_t)bench_vectors);
	write_sysreg(tpidr_el1, (u64)(uintptr_t)&seen[cpu_index()]);
	isb();
	gic_cpu_init();
	gic_enable(SGI, PRIORITY);
}

static void other_main(u64 arg __attribute__((unused)))
{
	cpu_ready();
	other_ready = true;
	__asm__ volatile("msr daifclr, #2\n1:\tyield\n\tb 1b" ::: "x26", "x27", "x28", "memory");
}

static const struct {
	const char *name;
	bench_fn fn;
} benches[] = {
	{"counter-reads", nothing},
	{"hypercall", hypercall},
	{"psci-version", psci_version},
	{"gicd-iidr-read", iidr_read},
	{"gicd-isenabler-write", isenabler_write},
	{"gicr-waker-read", waker_read},
	{"sgi1r-no-target", sgi_nobody},
	{"id-register-read", id_read},
	{"self-sgi-to-handler", self_sgi},
	{"timer-to-handler", timer_spin},
	{"timer-wake-from-wfi", timer_wfi},
	{"ipi-to-handler", ipi}, /* last: the other vCPU spins from here on */
};

static void run(const char *name, bench_fn fn)
{
	u64 least = ~0ULL, sum = 0;

	for (u32 i = 0; i < WARM_UP; i++)
		fn();
	for (u32 i = 0; i < RUNS; i++) {
		u64 ticks = fn();

		least = ticks < least ? ticks : least;
		sum += ticks;
	}
	print("bench %s %lu %lu\n", name, least, (sum + RUNS / 2) / RUNS);
}

void guest_main(const void *tree __attribute__((unused)))
{
	mmu_on();
	gic_init();
	cpu_ready();
	gic_enable(INTID_VTIMER, PRIORITY);
	print("bench first-instruction %lu %lu\n", cntvct_at_entry[0], cntvct_at_entry[0]);
	for (u32 i = 0; i < sizeof(benches) / sizeof(benches[0]); i++) {
		if (benches[i].fn == ipi) {
			if (cpu_start(1, other_main, 0) != 0)
				print("FAIL vCPU 1 does not start\n");
			while (!other_ready)
				cpu_relax();
		}
		run(benches[i].name, benches[i].fn);
	}
	print("bench done\n");
}
