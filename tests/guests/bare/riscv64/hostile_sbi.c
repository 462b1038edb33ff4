/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile rows: SBI calls at their limits (RISC-V SBI 3.0). */
#include "tests/guests/bare/riscv64/hostile.h"

#define SBI_PMU 0x504d55
#define SBI_SUSP 0x53555350
#define SBI_CPPC 0x43505043
#define SBI_NACL 0x4e41434c
#define SBI_STA 0x535441
#define SBI_SSE 0x535345
#define SBI_FWFT 0x46574654
#define SBI_DBTR 0x44425452
#define SBI_MPXY 0x4d505859

#define NOT_SUPPORTED (-2)
#define INVALID_PARAM (-3)
#define DENIED (-4)
#define INVALID_ADDRESS (-5)
#define ALREADY_AVAILABLE (-6)

#define DBCN_WRITE 0
#define DBCN_READ 1
#define SUSPEND_NON_RETENTIVE 0x80000000ULL

static struct sbi_ret call5(u64 ext, u64 fid, const u64 arg[5])
{
	register u64 a0 __asm__("a0") = arg[0];
	register u64 a1 __asm__("a1") = arg[1];
	register u64 a2 __asm__("a2") = arg[2];
	register u64 a3 __asm__("a3") = arg[3];
	register u64 a4 __asm__("a4") = arg[4];
	register u64 a6 __asm__("a6") = fid;
	register u64 a7 __asm__("a7") = ext;

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1)
			 : "r"(a2), "r"(a3), "r"(a4), "r"(a6), "r"(a7)
			 : "memory");
	return (struct sbi_ret){(s64)a0, a1};
}

static const u64 extremes[] = {0,
			       1,
			       2,
			       63,
			       64,
			       0x7fffffff,
			       0x80000000,
			       0xffffffff,
			       1ULL << 32,
			       1ULL << 63,
			       0x7fffffffffffffffULL,
			       ~1ULL,
			       ~0ULL,
			       RAM_BASE,
			       RAM_END - 1,
			       RAM_END,
			       HOLE,
			       UART_BASE};

/* ---- what there is ---- */

static void probe(void)
{
	static const struct {
		u32 ext;
		const char *name;
	} known[] = {
		{SBI_BASE, "BASE"}, {SBI_TIME, "TIME"}, {SBI_IPI, "IPI"},   {SBI_RFENCE, "RFENCE"},
		{SBI_HSM, "HSM"},   {SBI_SRST, "SRST"}, {SBI_PMU, "PMU"},   {SBI_DBCN, "DBCN"},
		{SBI_SUSP, "SUSP"}, {SBI_CPPC, "CPPC"}, {SBI_NACL, "NACL"}, {SBI_STA, "STA"},
		{SBI_SSE, "SSE"},   {SBI_FWFT, "FWFT"}, {SBI_DBTR, "DBTR"}, {SBI_MPXY, "MPXY"},
	};
	u32 others = 0;

	for (u32 i = 0; i < ARRAY_SIZE(known); i++)
		if (sbi_has(known[i].ext))
			say("%s", known[i].name);
	for (u64 ext = 0x11; ext < 0x4000; ext++)
		others += sbi_has(ext);
	for (u32 i = 0; i < ARRAY_SIZE(known); i++)
		others += sbi_has(known[i].ext | 1ULL << 32) + sbi_has(known[i].ext | 1ULL << 63);
	say("%u other", others);
}

/* Extensions that are not there: NOT_SUPPORTED, 0, and every other register as it was. */
static void absent(void)
{
	static const u64 base[] = {0x11,       0x1000,     0x08000000, 0x09000000, 0x0a000000, 0x0affffc0,
				   0x7fffffc0, 0x80000000, 0xffffffc0, 1ULL << 32, 1ULL << 63, ~0ULL - 64};
	u32 calls = 0, answered = 0, changed = 0;

	row_time(2000);
	for (u32 b = 0; b < ARRAY_SIZE(base); b++) {
		for (u32 i = 0; i < 64; i++, calls++) {
			const u64 arg[5] = {random64(), random64(), random64(), random64(), random64()};
			struct sbi_ret r = call5(base[b] + i, i & 1 ? random64() : i >> 1, arg);

			answered += r.error != NOT_SUPPORTED || r.value;
			changed += call_watch(base[b] + i, 0, arg[0]) != 0;
		}
	}
	say("%u calls, %u answered, %u changed registers", calls, answered, changed);
}

/* Functions that there are not, of extensions that are there; the same with bits above the low 32. */
static void functions(void)
{
	static const struct {
		u32 ext, functions;
	} have[] = {{SBI_BASE, 7}, {SBI_TIME, 1}, {SBI_IPI, 1},  {SBI_RFENCE, 3}, {SBI_HSM, 4},
		    {SBI_SRST, 1}, {SBI_DBCN, 3}, {SBI_SUSP, 1}, {SBI_FWFT, 2},   {SBI_PMU, 7}};
	u32 calls = 0, answered = 0, changed = 0;

	for (u32 i = 0; i < ARRAY_SIZE(have); i++) {
		for (u32 k = 0; k < 70; k++, calls++) {
			u64 fid = k < 64 ? have[i].functions + k
					 : 1ULL << (k - 64 + 32) | (k & 1 ? 0 : 1ULL << 63);

			answered += sbi_call(have[i].ext, fid, 0, 0, 0).error != NOT_SUPPORTED;
			changed += call_watch(have[i].ext, fid, 0) != 0;
		}
	}
	changed += call_watch(SBI_BASE, BASE_SPEC_VERSION, 0) != 0;
	changed += call_watch(SBI_IPI, 0, 0) != 0;
	changed += call_watch(SBI_HSM, HSM_STATUS, 1) != 0;
	changed += call_watch(SBI_DBCN, DBCN_WRITE, 0) != 0;
	say("%u calls, %u answered, %u changed registers", calls, answered, changed);
}

static void legacy_absent(void)
{
	u32 right = 0;

	for (u64 ext = 9; ext < 0x10; ext++)
		right += sbi_call(ext, 0, 0, 0, 0).error == NOT_SUPPORTED;
	say("%u of 7 refused", right);
}

/* ---- masks of harts ---- */

/* Is the mask of harts that are there, or base all ones? A vCPU is a hart, and there are two. */
static bool valid(u64 mask, u64 base)
{
	u64 set = base < 64 ? mask << base : 0;

	return base == ~0ULL || (base < 2 && !(set & ~3ULL) && set >> base == mask);
}

static void masks_of(u64 ext, u64 fid, u32 *tried, u32 *wrong)
{
	for (u32 b = 0; b < ARRAY_SIZE(extremes); b++) {
		for (u32 m = 0; m < ARRAY_SIZE(extremes); m++, (*tried)++) {
			const u64 arg[5] = {extremes[m], extremes[b], extremes[m], extremes[b], extremes[m]};
			struct sbi_ret r = call5(ext, fid, arg);
			s64 want = valid(arg[0], arg[1]) ? 0 : INVALID_PARAM;

			*wrong += r.error != want || r.value;
		}
	}
}

static void masks(void)
{
	u32 tried = 0, wrong = 0;

	row_time(2000);
	masks_of(SBI_IPI, 0, &tried, &wrong);
	for (u64 fid = 0; fid < 3; fid++)
		masks_of(SBI_RFENCE, fid, &tried, &wrong);
	irq_clean();
	say("%u tried, %u wrong", tried, wrong);
}

/* Ranges that wrap, of every size and place: all are done. */
static void fence_ranges(void)
{
	u32 wrong = 0, tried = 0;

	row_time(4000);
	for (u32 s = 0; s < ARRAY_SIZE(extremes); s++) {
		for (u32 z = 0; z < ARRAY_SIZE(extremes); z++, tried += 2) {
			const u64 arg[5] = {3, 0, extremes[s], extremes[z], extremes[(s + z) % 8]};

			wrong += call5(SBI_RFENCE, 1, arg).error != 0;
			wrong += call5(SBI_RFENCE, 2, arg).error != 0;
		}
	}
	say("%u tried, %u wrong", tried, wrong);
}

/* ---- the debug console ---- */

static u8 text[256] __attribute__((aligned(256)));

static void console_bounds(void)
{
	static const struct {
		u64 bytes, low, high;
	} bad[] = {
		{1, RAM_END, 0},
		{16, RAM_END - 8, 0},
		{64, RAM_END - 63, 0},
		{1, RAM_BASE - 1, 0},
		{1, HOLE, 0},
		{8, UART_BASE, 0},
		{8, IMSIC_BASE, 0},
		{8, PLIC_BASE, 0},
		{1, 0, 0},
		{1, ~0ULL, 0},
		{16, ~0ULL - 7, 0},
		{~0ULL, ~0ULL - 7, 0},
		{1, RAM_BASE, 1},
		{1, RAM_BASE, ~0ULL},
		{1, RAM_END + GIB, 0},
		{~0ULL, RAM_END, 0},
		{1, 1ULL << 41, 0},
		{1, 1ULL << 63, 0},
		{64, (1ULL << 41) - 32, 0},
		{1, RAM_BASE + (1ULL << 41), 0},
	};
	u32 refused = 0;
	struct sbi_ret none, least, most, read;

	for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
		refused += sbi_call(SBI_DBCN, DBCN_WRITE, bad[i].bytes, bad[i].low, bad[i].high).error ==
			   INVALID_PARAM;
	memset(text, '.', sizeof(text));
	none = sbi_call(SBI_DBCN, DBCN_WRITE, 0, (u64)(uintptr_t)text, 0);
	least = sbi_call(SBI_DBCN, DBCN_WRITE, 1, (u64)(uintptr_t)text, 0);
	most = sbi_call(SBI_DBCN, DBCN_WRITE, ~0ULL >> 1, (u64)(uintptr_t)text, 0);
	read = sbi_call(SBI_DBCN, DBCN_READ, 256, (u64)(uintptr_t)text, 0);
	say("%u of %u refused;", refused, (u32)ARRAY_SIZE(bad));
	say("%ld+%lu %ld+%lu %s", none.error, none.value, least.error, least.value,
	    !most.error && most.value <= sizeof(text) ? "some" : "?");
	say("%ld+%lu", read.error, read.value);
}

static void console_flood(void)
{
	u64 sent = 0;

	memset(text, 'F', sizeof(text));
	text[63] = '\n';
	row_time(2000);
	for (u32 i = 0; i < 600; i++) {
		struct sbi_ret r = sbi_call(SBI_DBCN, DBCN_WRITE, 64, (u64)(uintptr_t)text, 0);

		sent += r.error ? 0 : r.value;
		(void)sbi_call(1, 0, 'f', 0, 0);
	}
	print("\n");
	say("%s", sent ? "sent" : "nothing");
}

/* ---- harts ---- */

static void nothing(u64 arg UNUSED)
{
}

static void hart_self(void)
{
	say("%ld", cpu_start(0, nothing, 0));
	say("%ld", cpu_state(0));
}

static void hart_absent(void)
{
	u32 wrong = 0, tried = 0;

	for (u32 i = 0; i < ARRAY_SIZE(extremes); i++) {
		if (extremes[i] < 2)
			continue;
		wrong += sbi_call(SBI_HSM, HSM_START, extremes[i], RAM_BASE, 0).error != INVALID_PARAM;
		wrong += sbi_call(SBI_HSM, HSM_STATUS, extremes[i], 0, 0).error != INVALID_PARAM;
		tried += 2;
	}
	say("%u tried, %u wrong", tried, wrong);
}

static const u64 nowhere[] = {0,          HOLE,       UART_BASE,  RAM_BASE - 4, RAM_END,      RAM_END + GIB,
			      IMSIC_BASE, 1ULL << 41, 1ULL << 63, ~0ULL - 3,    RAM_BASE + 1, 0x10060000};

static void hart_nowhere(void)
{
	u32 right = 0;

	for (u32 i = 0; i < ARRAY_SIZE(nowhere); i++)
		right += sbi_call(SBI_HSM, HSM_START, 1, nowhere[i], 0).error == INVALID_ADDRESS;
	say("%u of %u invalid address, state %ld", right, (u32)ARRAY_SIZE(nowhere), cpu_state(1));
}

static volatile bool go_on;

static void until_told(u64 arg UNUSED)
{
	while (!go_on)
		cpu_relax();
}

static void hart_twice(void)
{
	u32 already = 0, other = 0;
	s64 first;

	go_on = false;
	first = cpu_start(1, until_told, 0);
	for (u32 i = 0; i < 100; i++) {
		s64 r = sbi_call(SBI_HSM, HSM_START, 1, RAM_BASE, 0).error;

		*(r == ALREADY_AVAILABLE ? &already : &other) += 1;
	}
	go_on = true;
	say("%ld, %u already, %u other", first, already, other);
	while (!other_is_off())
		cpu_relax();
}

static void hart_storm(void)
{
	u32 cycles = 0;

	row_time(3000);
	for (u32 i = 0; i < 200; i++)
		cycles += on_other(nothing, i);
	say("%u cycles", cycles);
}

/* Suspended harts come back: the retentive one behind the call, at once if an interrupt is pending. */
static void hart_suspend(void)
{
	static const u64 type[] = {1, 0x0fffffff, 0x80000001, 0x8fffffff, 0x10000000, 0x90000000, 0xffffffff};
	u32 back = 0;

	irq_off();
	for (u32 i = 0; i < 20; i++) {
		timer_set(counter() + i * 20);
		back += sbi_call(SBI_HSM, HSM_SUSPEND, SUSPEND_RETENTIVE, 0, 0).error == 0;
	}
	row_time(400);
	irq_on();
	say("%u back;", back);
	for (u32 i = 0; i < ARRAY_SIZE(type); i++)
		say("%ld", sbi_call(SBI_HSM, HSM_SUSPEND, type[i], RAM_BASE, 0).error);
}

/* The address it resumes at with translation off, a0 the hart, a1 what was asked: context_load() with a1 as its context. */
__asm__(".pushsection .text\n.balign 4\n.global resume_here\n"
	"resume_here:\n\tmv t0, a0\n\tmv a0, a1\n\tj context_load\n.popsection");
extern const char resume_here[];

static u64 resume_context[CONTEXT_WORDS];
static volatile u32 resumed;

/* Nothing of it is in a register when it comes back. */
static void sleep_once(u64 ticks)
{
	static u64 regime;

	regime = read_csr(satp);
	if (!context_save(resume_context)) {
		timer_set(counter() + ticks);
		sbi_call(SBI_HSM, HSM_SUSPEND, SUSPEND_NON_RETENTIVE, (u64)(uintptr_t)resume_here,
			 (u64)(uintptr_t)resume_context);
		return;
	}
	resumed += read_csr(satp) == 0 && !(read_csr(sstatus) & SSTATUS_SIE);
	write_csr(satp, regime);
	sfence();
}

static void hart_resume(void)
{
	u32 refused = 0;

	for (u32 i = 0; i < ARRAY_SIZE(nowhere); i++)
		refused += sbi_call(SBI_HSM, HSM_SUSPEND, SUSPEND_NON_RETENTIVE, nowhere[i], 0).error ==
			   INVALID_ADDRESS;
	irq_off();
	resumed = 0;
	for (u64 i = 0; i < 20; i++)
		sleep_once(i * 20);
	row_time(400);
	irq_on();
	say("%u of %u refused, %u back", refused, (u32)ARRAY_SIZE(nowhere), resumed);
}

/* ---- reset, suspend to RAM, features of firmware ---- */

static void reset_types(void)
{
	static const u64 type[] = {3, 0x7fffffff, 0xefffffff, 0xf0000000, 0xffffffff};

	for (u32 i = 0; i < ARRAY_SIZE(type); i++)
		say("%ld", sbi_call(SBI_SRST, 0, type[i], 0, 0).error);
	say("%ld %ld", sbi_call(SBI_SRST, 0, 0, 2, 0).error, sbi_call(SBI_SRST, 0, 0, 0xdfffffff, 0).error);
}

static void suspend_types(void)
{
	static const u64 type[] = {1, 0x7fffffff, 0x80000000, 0xffffffff};
	u32 refused = 0;

	for (u32 i = 0; i < ARRAY_SIZE(type); i++)
		say("%ld", sbi_call(SBI_SUSP, 0, type[i], RAM_BASE, 0).error);
	for (u32 i = 0; i < ARRAY_SIZE(nowhere); i++)
		refused += sbi_call(SBI_SUSP, 0, 0, nowhere[i], 0).error == INVALID_ADDRESS;
	go_on = false;
	cpu_start(1, until_told, 0);
	say("%u of %u refused, %ld with another hart", refused, (u32)ARRAY_SIZE(nowhere),
	    sbi_call(SBI_SUSP, 0, 0, RAM_BASE, 0).error);
	go_on = true;
	while (!other_is_off())
		cpu_relax();
}

static void firmware_features(void)
{
	u32 denied = 0, absent_ones = 0, other = 0;

	for (u32 i = 0; i < 4000; i++) {
		u64 feature = i < 64 ? i : random64();
		s64 g = sbi_call(SBI_FWFT, 1, feature, 0, 0).error;
		s64 s = sbi_call(SBI_FWFT, 0, feature, random64() | 2, 0).error;

		if (g == DENIED && s == DENIED)
			denied++;
		else if (g == NOT_SUPPORTED && s == NOT_SUPPORTED)
			absent_ones++;
		else if (g || s != INVALID_PARAM)
			other++;
	}
	say("%u other", other);
	say("%ld", sbi_call(SBI_FWFT, 0, 0, 0, 0).error);
}

/* ---- legacy calls with masks in memory ---- */

#define LEGACY_CLEAR_IPI 3
#define LEGACY_SEND_IPI 4
#define LEGACY_FENCE_I 5
#define LEGACY_SFENCE 6
#define LEGACY_SFENCE_ASID 7

static void legacy_pointers(void)
{
	static u64 mask = 3;
	static const u64 bad[] = {HOLE, RAM_END,      UART_BASE,   IMSIC_BASE, 1ULL << 38, ~7ULL,
				  1,    RAM_BASE + 3, RAM_END - 4, 1ULL << 63, RTC_BASE};
	u32 refused = 0, done = 0;

	for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
		for (u64 ext = LEGACY_SEND_IPI; ext <= LEGACY_SFENCE_ASID; ext++)
			refused += sbi_call(ext, 0, bad[i], 0, 0).error < 0;
	for (u64 ext = LEGACY_SEND_IPI; ext <= LEGACY_SFENCE_ASID; ext++) {
		done += sbi_call(ext, 0, (u64)(uintptr_t)&mask, 0, 0).error == 0;
		done += sbi_call(ext, 0, 0, 0, 0).error == 0;
	}
	sbi_call(LEGACY_CLEAR_IPI, 0, 0, 0, 0);
	mask = ~0ULL;
	say("%u of %u refused, %u of 8 done, absent harts %ld", refused, (u32)ARRAY_SIZE(bad) * 4, done,
	    sbi_call(LEGACY_SEND_IPI, 0, (u64)(uintptr_t)&mask, 0, 0).error);
	mask = 3;
}

/* ---- all at once ---- */

/* Any call but those that end this hart or the VM, with any of the extreme arguments. */
static void nonsense(void)
{
	static const u32 ext[] = {SBI_BASE, SBI_TIME, SBI_IPI, SBI_RFENCE,
				  SBI_DBCN, SBI_FWFT, SBI_PMU, SBI_STA};
	u32 odd = 0;

	row_time(4000);
	irq_off();
	for (u32 i = 0; i < 20000; i++) {
		u64 arg[5];
		struct sbi_ret r;

		for (u32 k = 0; k < 5; k++)
			arg[k] = extremes[random64() % ARRAY_SIZE(extremes)] + (random64() & 1);
		r = call5(ext[i % ARRAY_SIZE(ext)], random64() % 9, arg);
		odd += r.error > 0 || r.error < -14;
	}
	row_time(400);
	irq_clean();
	irq_on();
	print("\n");
	say("%u odd", odd);
}

/* ---- storms: both harts, all there is of one call ---- */

static void fences(u64 rounds)
{
	for (u64 i = 0; i < rounds; i++) {
		const u64 arg[5] = {3, 0, RAM_BASE, (i & 15) << 14, i};

		call5(SBI_RFENCE, i % 3, arg);
	}
}

static void fence_storm(void)
{
	row_time(4000);
	if (cpu_start(1, fences, 4000) != 0)
		say("not started");
	fences(4000);
	while (!other_is_off())
		cpu_relax();
	say("works");
}

static void ipis(u64 rounds)
{
	set_csr(sie, 1u << IRQ_SOFT);
	irq_on();
	for (u64 i = 0; i < rounds; i++)
		sbi_call(SBI_IPI, 0, 3, 0, 0);
	irq_off();
}

static void ipi_storm(void)
{
	row_time(4000);
	if (cpu_start(1, ipis, 6000) != 0)
		say("not started");
	ipis(6000);
	irq_on();
	while (!other_is_off())
		cpu_relax();
	say("%s", irqs_taken[IRQ_SOFT] >= 6000 ? "works" : "lost");
}

/* Every instruction an exit, of each kind, for 30 ms on both. */
static volatile u32 left;

static void exits(u64 kind)
{
	u64 until = counter() + 300000;

	fault_catch();
	while (counter() < until) {
		switch (kind) {
		case 0:
			sbi_call(SBI_BASE, BASE_SPEC_VERSION, 0, 0, 0);
			break;
		case 1:
			(void)read32(RTC_BASE);
			break;
		case 2:
			__asm__ volatile(".word 0x62000073"); /* hfence.gvma */
			break;
		case 3:
			(void)*(volatile u64 *)HOLE;
			break;
		case 4:
			__asm__ volatile("csrr t0, 0x600" ::: "t0");
			break;
		case 5:
			__asm__ volatile(".word 0xffffffff");
			break;
		case 6:
			__asm__ volatile("fence.i\n\tsfence.vma" ::: "memory");
			break;
		default:
			sbi_call(SBI_RFENCE, 0, 3, 0, 0);
			break;
		}
	}
	fault_caught(NULL);
	left++;
}

static void endless_exits(void)
{
	row_time(2000);
	left = 0;
	for (u64 kind = 0; kind < 8; kind++) {
		if (cpu_start(1, exits, kind) != 0)
			say("not started");
		exits(kind);
		while (!other_is_off())
			cpu_relax();
	}
	say("%u loops on two vCPUs", left / 2);
}

const struct row sbi_rows[] = {
	{"sbi-extensions", probe},
	{"sbi-absent", absent},
	{"sbi-functions", functions},
	{"sbi-legacy-absent", legacy_absent},
	{"sbi-masks", masks},
	{"sbi-fence-ranges", fence_ranges},
	{"sbi-console-bounds", console_bounds},
	{"sbi-console-flood", console_flood},
	{"hart-self", hart_self},
	{"hart-absent", hart_absent},
	{"hart-nowhere", hart_nowhere},
	{"hart-twice", hart_twice},
	{"hart-storm", hart_storm},
	{"hart-suspend", hart_suspend},
	{"hart-resume", hart_resume},
	{"sbi-reset-types", reset_types},
	{"sbi-suspend-types", suspend_types},
	{"sbi-firmware-features", firmware_features},
	{"sbi-legacy-pointers", legacy_pointers},
	{"sbi-nonsense", nonsense},
	{"fence-storm", fence_storm},
	{"ipi-storm", ipi_storm},
	{"endless-exits", endless_exits},
	{NULL, NULL},
};
