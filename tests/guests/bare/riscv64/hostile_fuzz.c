/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile rows: registers of devices at random, code that changes, blocks of the cache, and a hart that loses itself. */
#include "tests/guests/bare/riscv64/hostile.h"

/* Accesses of all widths and alignments in [base, base + size); what the device refuses is caught. */
static void fuzz(u64 base, u64 size, u32 n)
{
	fault_catch();
	for (u32 i = 0; i < n; i++) {
		u64 at = base + random64() % size, value = random64() >> (i & 63);
		u32 how = (u32)(random64() >> 40) & 15;

		if (how & 8)
			at &= ~3ULL;
		switch (how & 7) {
		case 0:
			(void)read8(at);
			break;
		case 1:
			(void)read64(at);
			break;
		case 2:
		case 3:
			(void)read32(at);
			break;
		case 4:
			write8(at, (u8)value);
			break;
		case 5:
			write64(at, value);
			break;
		default:
			write32(at, (u32)value);
			break;
		}
	}
	fault_caught(NULL);
}

static void fuzz_other(u64 size)
{
	u64 at = has_aia ? APLIC_BASE : PLIC_BASE;

	fault_catch();
	for (u32 i = 0; i < 20000; i++) {
		u64 off = (i * 2654435761u >> 9) % size & ~3ULL;

		if (i & 1)
			write32(at + off, i * 2246822519u);
		else
			(void)read32(at + off);
	}
	fault_caught(NULL);
}

/* Does an interrupt still come through? The controller is set up anew. */
static bool intc_works(void)
{
	u32 source = 10;
	u64 a = has_aia ? APLIC_BASE : PLIC_BASE;
	bool came;

	for (u32 i = 1; i < 96; i++)
		write32(a + 4 * i, 0);
	if (has_aia) {
		irq_clean();
		imsic_enable(50);
		__asm__ volatile("csrw %0, %1\n\tcsrw %2, %3" ::"i"(CSR_SISELECT), "r"(0x70ULL),
				 "i"(CSR_SIREG), "r"(1ULL));
		__asm__ volatile("csrw %0, %1\n\tcsrw %2, zero" ::"i"(CSR_SISELECT), "r"(0x72ULL),
				 "i"(CSR_SIREG));
		write32(a + 0x3000, 50);
		return imsic_claim() == 50;
	}
	for (u32 w = 0; w < 3; w++)
		write32(a + 0x2080 + 4 * w, 0);
	for (u32 i = 0; i < 96; i++)
		write32(a + 0x201004, i);
	write8(UART_BASE + 1, 2);
	write32(a + 4 * source, 1);
	write32(a + 0x201000, 0);
	write32(a + 0x2080, 1u << source);
	came = read32(a + 0x201004) == source;
	write8(UART_BASE + 1, 0);
	write32(a + 0x201004, source);
	write32(a + 0x2080, 0);
	return came;
}

static void fuzz_intc(void)
{
	row_time(4000);
	irq_off();
	if (has_aia) {
		fuzz(APLIC_BASE, 0x8000, 20000);
		fuzz(APLIC_BASE + 0x1c00, 0x500, 10000);
		fuzz(IMSIC_BASE, 0x2000, 4000);
	} else {
		fuzz(PLIC_BASE, 0x600000, 10000);
		fuzz(PLIC_BASE, 0x200, 10000);
		fuzz(PLIC_BASE + 0x2000, 0x200, 10000);
		fuzz(PLIC_BASE + 0x200000, 0x4000, 10000);
	}
	say("%s", intc_works() ? "works" : "broken");
	irq_clean();
	irq_on();
}

static void fuzz_intc_both(void)
{
	bool other = cpu_start(1, fuzz_other, 0x4000) == 0;

	row_time(4000);
	irq_off();
	fuzz(has_aia ? APLIC_BASE : PLIC_BASE, 0x4000, 20000);
	while (!other_is_off())
		cpu_relax();
	say("%s", intc_works() && other ? "works" : "broken");
	irq_clean();
	irq_on();
}

/* Ending with registers as the console wants them. */
static void fuzz_uart(void)
{
	row_time(3000);
	irq_off();
	for (u32 i = 0; i < 8000; i++) {
		u32 reg = 1 + (u32)(random64() % 7);

		if (random64() & 1)
			write8(UART_BASE + reg, (u8)random64());
		else
			(void)read8(UART_BASE + reg);
	}
	fuzz(UART_BASE + 8, UART_SIZE - 8, 4000);
	write8(UART_BASE + 3, 3);
	write8(UART_BASE + 1, 0);
	write8(UART_BASE + 4, 0);
	write8(UART_BASE + 2, 7);
	irq_on();
	print("\n");
	say("works");
}

static void fuzz_rtc(void)
{
	row_time(3000);
	fuzz(RTC_BASE, 0x1000, 8000);
	fuzz(RTC_BASE, 0x24, 8000);
	write32(RTC_BASE + 0x14, 1); /* alarm off */
	write32(RTC_BASE + RTC_ALARM_HIGH, 0x1234);
	say("%s", read32(RTC_BASE + RTC_ALARM_HIGH) == 0x1234 ? "works" : "broken");
	write32(RTC_BASE + RTC_ALARM_HIGH, 0);
}

static void fuzz_gpio(void)
{
	row_time(3000);
	fuzz(GPIO_BASE, 0x1000, 4000);
	fuzz(GPIO_BASE, 0x54, 8000);
	write32(GPIO_BASE, 0x5a);
	say("%s", read32(GPIO_BASE) == 0x5a ? "works" : "broken");
}

/* Anything but what ends the VM. */
static void fuzz_finisher(void)
{
	row_time(2000);
	fault_catch();
	for (u32 i = 0; i < 4000; i++) {
		u32 value = (u32)random64() & 0xffffeeee;

		if ((value & 0xffff) == 0x2222 || (value & 0xffff) == 0x4444 || (value & 0xffff) == 0x6666)
			continue;
		write32(FINISHER_BASE + (random64() & 0xffc), value);
		(void)read32(FINISHER_BASE + (random64() & 0xfff));
	}
	fault_caught(NULL);
	say("works");
}

/* ---- code ---- */

static u32 code[4] __attribute__((aligned(64)));

static void self_modifying(void)
{
	u32 wrong = 0;

	code[1] = INSN_RET;
	for (u32 i = 0; i < 2000; i++) {
		const u64 regs[8] = {0};
		struct outcome o;

		*(volatile u32 *)code = 0x00000593 | (i & 0x7ff) << 20; /* li a1, i */
		__asm__ volatile("fence.i" ::: "memory");
		o = run_code(code, regs);
		wrong += o.taken || o.x[1] != (i & 0x7ff);
	}
	say("%u wrong", wrong);
}

/* The other hart's code, after a remote FENCE.I: what it runs is what was written. */
static volatile u32 wanted, seen_wrong;
static volatile bool end;

static void run_wanted(u64 arg UNUSED)
{
	while (!end) {
		u32 w = wanted;
		const u64 regs[8] = {0};
		u64 got;

		fence();
		if (!w)
			continue;
		got = run_code(code, regs).x[1];
		seen_wrong += got != w;
		fence();
		wanted = 0;
	}
}

static void remote_code(void)
{
	row_time(3000);
	seen_wrong = 0;
	wanted = 0;
	end = false;
	code[1] = INSN_RET;
	if (cpu_start(1, run_wanted, 0) != 0)
		say("not started");
	for (u32 i = 1; i < 500; i++) {
		*(volatile u32 *)code = 0x00000593 | i << 20;
		fence();
		sbi_call(SBI_RFENCE, 0, 2, 0, 0);
		wanted = i;
		while (wanted)
			cpu_relax();
	}
	end = true;
	while (!other_is_off())
		cpu_relax();
	say("%u wrong", seen_wrong);
}

/* ---- blocks of the cache, of the guest's own memory ---- */

static void blocks_own(void)
{
	static volatile u64 block[16] __attribute__((aligned(64)));
	static const u32 insn[] = {0x0005200f, 0x0015200f, 0x0025200f}; /* inval, clean, flush */
	u32 lost = 0, taken = 0, left = 0;

	for (u32 i = 0; i < 300; i++) {
		for (u32 k = 0; k < 16; k++)
			block[k] = i * 0x0101010101010101ULL + k;
		/* Invalidation is done as a flush: nothing of what others wrote may come back, nor own stores go. */
		taken += run_insn(insn[i % 3], (u64)(uintptr_t)block + (i & 63), 0).taken;
		for (u32 k = 0; k < 16; k++)
			lost += block[k] != i * 0x0101010101010101ULL + k;
	}
	taken += run_insn(0x0045200f, (u64)(uintptr_t)block + 13, 0).taken; /* zero */
	for (u32 k = 0; k < 16; k++)
		left += block[k] != 0;
	say("%u taken, %u lost, %u of 16 left", taken, lost, left);
}

const struct row fuzz_rows[] = {
	{"fuzz-intc", fuzz_intc},           {"fuzz-intc-both", fuzz_intc_both},
	{"fuzz-uart", fuzz_uart},           {"fuzz-rtc", fuzz_rtc},
	{"fuzz-gpio", fuzz_gpio},           {"fuzz-finisher", fuzz_finisher},
	{"self-modifying", self_modifying}, {"remote-code", remote_code},
	{"blocks-own", blocks_own},         {NULL, NULL},
};

/* ---- once ---- */

/*
 * The second hart is lost in exceptions of its own: its tables are in a hole, so the handler's fetch faults as the first did. It
 * stays so until the VM ends.
 */
static void lose_itself(u64 arg UNUSED)
{
	vectors_at(HOLE);
	write_csr(satp, 8ULL << 60 | HOLE >> 12);
	__asm__ volatile("sfence.vma" ::: "memory");
	for (;;)
		(void)read32(HOLE);
}

static void vector_hole(void)
{
	u64 until = counter() + 200000;

	if (cpu_start(1, lose_itself, 0) != 0)
		say("not started");
	while (counter() < until)
		cpu_relax();
	say("%s", other_is_off() ? "is off" : "hangs itself");
}

const struct row last_rows[] = {
	{"vector-hole", vector_hole},
	{NULL, NULL},
};
