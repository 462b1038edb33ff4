/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile rows: calls of every owner and number, and games with PSCI. */
#include "tests/guests/bare/arm64/hostile.h"

#define NOT_SUPPORTED (-1)
#define PSCI_CPU_ON_32 0x84000003u
#define PSCI_AFFINITY_INFO_32 0x84000004u
#define PSCI_MIGRATE 0xc4000005u
#define PSCI_SYSTEM_RESET2 0xc4000012u
#define TRNG_RND32 0x84000053u
#define TRNG_RND64 0xc4000053u

extern const char secondary_start[];

/* Functions that docs/abi.md names. */
static bool assigned(u32 id)
{
	u32 n = id & 0xffff;

	if ((id & 0xbf000000u) == 0x84000000u)
		return n < 0x20 || (n >= 0x50 && n < 0x58);
	return (id & 0xff000000u) == 0x80000000u && (n == 0 || n == 1 || n >= 0x7ff0);
}

static void all_calls(u64 smc)
{
	static const u16 numbers[] = {0,      1,      2,      0x1f,   0x20,   0x50,   0x5f,  0x100,
				      0x3f00, 0x7fff, 0x8000, 0xff00, 0xff01, 0xff03, 0xffff};
	u32 calls = 0, answered = 0, changed = 0;

	for (u32 high = 0; high < 256; high++) {
		for (u32 i = 0; i < ARRAY_SIZE(numbers) * 2; i++) {
			/* bits 23:16 must be zero in a fast call: the other half sets one */
			u32 id = high << 24 | (i & 1 ? 1u << (16 + i % 8) : 0) | numbers[i / 2];

			if (assigned(id))
				continue;
			calls++;
			changed += call_watch(id, smc) != 0;
			answered += (s64)call_answer != NOT_SUPPORTED;
		}
	}
	say("%u calls, %u answered, %u changed registers", calls, answered, changed);
}

static void hvc_ranges(void)
{
	all_calls(0);
}
static void smc_ranges(void)
{
	all_calls(1);
}

/* The upper half of x0 is no part of the number; a negative one is none. */
static void odd_numbers(void)
{
	static const u64 id[] = {~0ULL, 0xffffffff00000000ULL, 1ULL << 63, 0xc600ff01, 0x8600ff01, 0x86000000,
				 0};
	u32 answered = 0;

	for (u32 i = 0; i < ARRAY_SIZE(id); i++)
		answered += hvc_call(id[i], 0, 0, 0) != NOT_SUPPORTED ||
			    smc_call(id[i], 0, 0, 0) != NOT_SUPPORTED;
	say("%u answered", answered);
	say("version %lx", hvc_call(0xffffffff00000000ULL | PSCI_VERSION, 0, 0, 0));
}

static void immediates(void)
{
	u32 other = 0, n = 0;

	for (u32 imm = 1; imm < 0x10000; imm = imm * 2 + 1) {
		for (u32 op = 2; op <= 3; op++, n++) {
			struct outcome o = run_insn(0xd4000000u | imm << 5 | op, 0xc2000001, 0);

			other += o.taken || (s64)o.x[0] != NOT_SUPPORTED;
		}
	}
	say("%u calls, %u other", n, other);
}

CODE(u_hvc, "hvc #0\n\tsvc #1");
CODE(u_smc, "smc #0\n\tsvc #1");

static void from_user(void)
{
	static const char *const code[] = {u_hvc, u_smc};

	for (u32 i = 0; i < ARRAY_SIZE(code); i++) {
		u64 regs[5] = {PSCI_SYSTEM_OFF}, pc = alias(ALIAS_USER, (u64)(uintptr_t)code[i]);
		struct frame f = run_el0(pc, SPSR_EL0_A64, regs);

		say("%s", ESR_EC(f.esr) == EC_UNKNOWN && f.elr == pc ? "undefined" : "?");
	}
}

/* ---- PSCI ---- */

static void cpu_on_self(void)
{
	say("%d", (s32)hvc_call(PSCI_CPU_ON, 0, (u64)(uintptr_t)secondary_start, 0));
	say("%d", (s32)smc_call(PSCI_CPU_ON_32, 0, (u64)(uintptr_t)secondary_start, 0));
}

/* Affinities that no vCPU has, all 64 bits of them in turn. */
static void cpu_on_absent(void)
{
	u32 wrong = 0, n = 0;

	for (u32 bit = 1; bit < 64; bit++, n++)
		wrong += hvc_call(PSCI_CPU_ON, 1ULL << bit, (u64)(uintptr_t)secondary_start, 0) != -2 ||
			 hvc_call(PSCI_AFFINITY_INFO, 1ULL << bit, 0, 0) != -2;
	for (u32 aff = 2; aff < 256; aff++, n++)
		wrong += hvc_call(PSCI_CPU_ON, aff, (u64)(uintptr_t)secondary_start, 0) != -2;
	say("%u tried, %u wrong", n, wrong);
}

static void cpu_on_nowhere(void)
{
	static const u64 entry[] = {0,
				    0x09000000,
				    0x08000000,
				    RAM_BASE + 0x80001,
				    RAM_BASE + 0x80002,
				    RAM_BASE - 4,
				    RAM_BASE + 0x4000000,
				    RAM_BASE + 0x40000000,
				    1ULL << 48,
				    ~3ULL,
				    ~0ULL};
	u32 refused = 0;

	for (u32 i = 0; i < ARRAY_SIZE(entry); i++)
		refused += hvc_call(PSCI_CPU_ON, 1, entry[i], 0) == -9;
	say("%u of %u invalid address,", refused, (u32)ARRAY_SIZE(entry));
	say("%s", other_is_off() ? "off" : "on");
}

static void affinity_levels(void)
{
	u32 wrong = 0;

	for (u64 level = 1; level < 64; level++)
		wrong += hvc_call(PSCI_AFFINITY_INFO, 0, level, 0) != -2;
	wrong += hvc_call(PSCI_AFFINITY_INFO, 0, 1ULL << 32, 0) != -2;
	say("%u wrong;", wrong);
	say("%d %d", (s32)cpu_affinity_info(0), (s32)cpu_affinity_info(1));
}

static void spin(u64 arg)
{
	u64 until = counter() + arg;

	while (counter() < until)
		;
}

/* One CPU_ON follows the other, before, while and after the first takes effect. */
static void cpu_on_twice(void)
{
	u32 on = 0, other = 0;
	s64 first = cpu_start(1, spin, read_sysreg(cntfrq_el0) / 1000);

	for (u32 i = 0; i < 100; i++) {
		s64 r = hvc_call(PSCI_CPU_ON, 1, (u64)(uintptr_t)secondary_start, 0);

		*(r == -4 || r == -5 ? &on : &other) += 1;
	}
	while (!other_is_off())
		cpu_relax();
	say("%d, %u on or pending, %u other", (s32)first, on, other);
}

static void nothing(u64 arg UNUSED)
{
}

static void on_off_storm(void)
{
	u32 done = 0;

	row_time(1000);
	for (u32 i = 0; i < 200; i++)
		done += on_other(nothing, 0);
	say("%u cycles", done);
}

/* Every CPU_SUSPEND ends by the timer interrupt. */
static void suspend(void)
{
	static const u32 state[] = {0,         1,         0xffff,     0x10000,    0x1000000,
				    0x3000000, 0x3010000, 0x80000000, 0xfefe0000, ~0u};
	u32 back = 0, other = 0;

	for (u32 i = 0; i < ARRAY_SIZE(state) * 2; i++) {
		s64 r;

		irq_off();
		vtimer_set(counter() + 20000);
		r = hvc_call(i & 1 ? PSCI_CPU_SUSPEND : 0x84000001u, state[i / 2],
			     (u64)(uintptr_t)secondary_start, 7);
		/* as in the specification: success, or refused parameters */
		*(r == 0 || r == -2 ? &back : &other) += 1;
		row_time(400);
		irq_on();
	}
	say("%u back, %u other", back, other);
}

static void not_offered(void)
{
	static const u32 id[] = {PSCI_MIGRATE, 0x84000005, 0x84000007, 0xc4000007, 0x8400000b, 0x8400000c,
				 0xc400000c,   0x8400000d, 0xc400000d, 0x8400000e, 0xc400000e, 0x8400000f,
				 0x84000010,   0xc4000010, 0x84000011, 0xc4000011, 0x84000013, 0xc4000014,
				 0x8400001f,   0xc4000000, 0xc4000002, 0xc4000008, 0xc4000009, 0xc400000a};
	u32 other = 0;

	for (u32 i = 0; i < ARRAY_SIZE(id); i++) {
		other += hvc_call(id[i], 0, 0, 0) != NOT_SUPPORTED;
		other += hvc_call(PSCI_FEATURES, id[i], 0, 0) != NOT_SUPPORTED;
	}
	say("%u other;", other);
	say("reset2 %d %d", (s32)hvc_call(PSCI_SYSTEM_RESET2, 0x80000000, 0, 0),
	    (s32)hvc_call(PSCI_SYSTEM_RESET2, 1, 0, 0));
}

static void features(void)
{
	u32 known = 0;

	for (u32 i = 0; i < 4096; i++) {
		u32 id = (u32)random64();

		if ((id & 0xbfffff00u) == 0x84000000u || id == 0x80000000u)
			continue;
		known += hvc_call(PSCI_FEATURES, id, 0, 0) != NOT_SUPPORTED;
		known += hvc_call(0x80000001u, id, 0, 0) != NOT_SUPPORTED;
		known += hvc_call(0x84000051u, id, 0, 0) != NOT_SUPPORTED;
	}
	say("%u known", known);
}

static void entropy(void)
{
	static const u64 bits[] = {0, 193, 1ULL << 32, ~0ULL};
	u32 refused = 0;

	for (u32 i = 0; i < ARRAY_SIZE(bits); i++)
		refused += hvc_call(TRNG_RND64, bits[i], 0, 0) != 0;
	say("%u refused;", refused);
	say("%s", hvc_call(TRNG_RND32, 97, 0, 0) != 0 ? "refused" : "?");
}

/* ---- exits without end ---- */

static void hvc_loop(u64 arg)
{
	for (u32 n = 0; n < (u32)arg; n++)
		hvc_call(0xc6000000, 0, 0, 0);
}
static void wfx_loop(u64 arg)
{
	for (u32 n = 0; n < (u32)arg; n++)
		__asm__ volatile("sev\n\twfe\n\twfe\n\tsevl\n\twfe" ::: "memory");
}
static void mmio_loop(u64 arg)
{
	for (u32 n = 0; n < (u32)arg; n++)
		(void)read32(GICD_BASE + 8);
}
static void sysreg_loop(u64 arg)
{
	for (u32 n = 0; n < (u32)arg; n++)
		(void)read_sysreg(id_aa64pfr0_el1);
}
static void abort_loop(u64 arg)
{
	fault_catch();
	for (u32 n = 0; n < (u32)arg; n++)
		(void)read32(0x0b000000);
	fault_caught(NULL);
}
static void undef_loop(u64 arg)
{
	fault_catch();
	for (u32 n = 0; n < (u32)arg; n++)
		(void)read_sysreg(S3_0_C10_C4_7);
	fault_caught(NULL);
}

static void endless(void)
{
	static void (*const loop[])(u64) = {hvc_loop,    wfx_loop,   mmio_loop,
					    sysreg_loop, abort_loop, undef_loop};
	u32 done = 0;

	row_time(2000);
	for (u32 i = 0; i < ARRAY_SIZE(loop); i++) {
		bool started = cpu_start(1, loop[i], 3000) == 0;

		loop[i](3000);
		while (!other_is_off())
			cpu_relax();
		done += started;
	}
	say("%u loops on two vCPUs", done);
}

const struct row call_rows[] = {
	{"hvc-ranges", hvc_ranges},
	{"smc-ranges", smc_ranges},
	{"call-numbers", odd_numbers},
	{"call-immediates", immediates},
	{"call-from-el0", from_user},
	{"psci-on-self", cpu_on_self},
	{"psci-on-absent", cpu_on_absent},
	{"psci-on-nowhere", cpu_on_nowhere},
	{"psci-levels", affinity_levels},
	{"psci-on-twice", cpu_on_twice},
	{"psci-on-off-storm", on_off_storm},
	{"psci-suspend", suspend},
	{"psci-not-offered", not_offered},
	{"call-features", features},
	{"trng-bounds", entropy},
	{"endless-exits", endless},
	{NULL, NULL},
};
