/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile rows: registers of emulated devices at random, by a generator that gives the same each time; and the end. */
#include "tests/guests/bare/arm64/hostile.h"

#define GPIO_BASE 0x09030000ULL

/* Reads and writes of all sizes, one in four misaligned: aborts are caught by the runner's library. */
static u32 fuzz(u64 base, u64 size, u32 n, u64 (*change)(u64 off, u64 value))
{
	u32 aborts;

	fault_catch();
	for (u32 i = 0; i < n; i++) {
		u64 r = random64(), off = random64() % size, value = random64();
		u32 log = (u32)(r & 3);

		if (r & 0xc0)
			off &= ~((1ULL << log) - 1);
		if (r & 0x100)
			value = r >> 10 & 1 ? ~0ULL : 0;
		if (change)
			value = change(off, value);
		if (off + (1u << log) > size)
			continue;
		switch ((r & 3) << 1 | (r >> 5 & 1)) {
		case 0:
			(void)read8(base + off);
			break;
		case 1:
			write8(base + off, (u8)value);
			break;
		case 2:
			(void)read16(base + off);
			break;
		case 3:
			write16(base + off, (u16)value);
			break;
		case 4:
			(void)read32(base + off);
			break;
		case 5:
			write32(base + off, (u32)value);
			break;
		case 6:
			(void)read64(base + off);
			break;
		default:
			write64(base + off, value);
		}
	}
	aborts = fault_caught(NULL);
	return aborts;
}

static bool gic_works(void)
{
	gic_clean();
	gic_enable(5, 0x40);
	gic_send_sgi(5, 0);
	for (u32 i = 0; i < 100; i++) {
		u32 intid = gic_ack();

		if (intid < 1020)
			gic_eoi(intid);
		if (intid == 5)
			return gic_ack() == INTID_SPURIOUS;
	}
	return false;
}

/* Most of the registers are low in the frame. */
static void distributor(void)
{
	row_time(2000);
	irq_off();
	(void)fuzz(GICD_BASE, 0x1000, 20000, NULL);
	(void)fuzz(GICD_BASE, 0x10000, 20000, NULL);
	say("%s", gic_works() ? "works" : "broken");
	irq_on();
}

static void redistributors(void)
{
	row_time(2000);
	irq_off();
	for (u32 i = 0; i < 2; i++) {
		(void)fuzz(gicr_frame(i), 0x10000, 8000, NULL);
		(void)fuzz(gicr_frame(i) + GICR_SGI_FRAME, 0x1000, 8000, NULL);
	}
	say("%s", gic_works() ? "works" : "broken");
	irq_on();
}

/* Both vCPUs at once, on everything. */
static void gic_other(u64 arg)
{
	fault_catch();
	for (u32 i = 0; i < (u32)arg; i++) {
		u64 off = (i * 2654435761u) >> 12 & 0xffc;

		if (i & 1)
			write32(GICD_BASE + off, i * 2246822519u);
		else
			(void)read32(gicr_frame(i >> 1 & 1) + GICR_SGI_FRAME + off);
	}
	fault_caught(NULL);
}

static void gic_both(void)
{
	bool other = cpu_start(1, gic_other, 8000) == 0;

	row_time(2000);
	irq_off();
	(void)fuzz(GICD_BASE, 0x1000, 8000, NULL);
	while (!other_is_off())
		cpu_relax();
	say("%s", gic_works() && other ? "works" : "broken");
	irq_on();
}

/* The interrupt controller's CPU interface: all registers, any value, order. */
static void cpu_interface(void)
{
	static const u16 reg[] = {0x230, 0x640, 0x641, 0x642, 0x643, 0x644, 0x645, 0x646, 0x647,
				  0x648, 0x649, 0x64a, 0x64b, 0x659, 0x65b, 0x65d, 0x65e, 0x65f,
				  0x660, 0x661, 0x662, 0x663, 0x664, 0x665, 0x666, 0x667};

	row_time(2000);
	irq_off();
	for (u32 i = 0; i < 6000; i++) {
		u32 r = reg[random64() % ARRAY_SIZE(reg)];
		u64 v = random64() >> (random64() & 63);

		(void)run_insn(0xd5180001u | r << 5 | (i & 1) << 21, 0, v);
	}
	say("%s", gic_works() ? "works" : "broken");
	irq_on();
}

/* ---- the other devices ---- */

#define UART_CR 0x30
#define CR_LBE 0x80

/* Looped back, so that nothing reaches the console. */
static u64 loop_back(u64 off, u64 value)
{
	return (off & ~3ULL) == UART_CR ? value | CR_LBE : value;
}

static void uart_reset(void)
{
	write32(UART_BASE + UART_CR, 0);
	write32(UART_BASE + 0x38, 0);
	write32(UART_BASE + 0x44, 0x7ff);
	write32(UART_BASE + 0x2c, 0x70);
	while (!(read32(UART_BASE + 0x18) & 0x10))
		(void)read32(UART_BASE);
	write32(UART_BASE + UART_CR, 0x301);
}

static void uart(void)
{
	row_time(2000);
	irq_off();
	while (!(read32(UART_BASE + 0x18) & 0x80))
		cpu_relax();
	write32(UART_BASE + UART_CR, 0x301 | CR_LBE);
	(void)fuzz(UART_BASE, 0x100, 10000, loop_back);
	(void)fuzz(UART_BASE, 0x1000, 10000, loop_back);
	uart_reset();
	gic_clean();
	irq_on();
	say("works");
}

static void rtc(void)
{
	u32 before;

	row_time(2000);
	(void)fuzz(RTC_BASE, 0x100, 10000, NULL);
	(void)fuzz(RTC_BASE, 0x1000, 10000, NULL);
	write32(RTC_BASE + 0x10, 0);
	write32(RTC_BASE + 8, 1000);
	before = read32(RTC_BASE);
	say("%s", before >= 1000 && before < 1010 ? "works" : "broken");
}

static void gpio(void)
{
	row_time(2000);
	(void)fuzz(GPIO_BASE, 0x500, 10000, NULL);
	(void)fuzz(GPIO_BASE, 0x1000, 10000, NULL);
	write32(GPIO_BASE + 0x410, 0);
	write32(GPIO_BASE + 0x400, 0);
	say("%s", read32(GPIO_BASE + 0xfe0) == 0x61 ? "works" : "broken");
}

/* Characters without a look at the FIFO's flags: what does not fit is lost, nobody waits. */
static void uart_flood(void)
{
	row_time(2000);
	for (u32 i = 0; i < 20000; i++)
		write32(UART_BASE, '.');
	for (u32 i = 0; i < 2000; i++)
		uart_putc('-');
	say("sent");
}

const struct row fuzz_rows[] = {
	{"fuzz-distributor", distributor},
	{"fuzz-redistributors", redistributors},
	{"fuzz-gic-both", gic_both},
	{"fuzz-cpu-interface", cpu_interface},
	{"fuzz-uart", uart},
	{"fuzz-rtc", rtc},
	{"fuzz-gpio", gpio},
	{"uart-flood", uart_flood},
	{NULL, NULL},
};

/* ---- what can only be done once: the other vCPU does not come back ---- */

/*
 * Executable as far as stage 1 goes, so each of the exceptions passes through the hypervisor. An emulator that counts
 * instructions stops the clock of all its CPUs in a loop of exceptions within EL1, which executes none.
 */
static void lost(u64 vectors)
{
	write_sysreg(vbar_el1, vectors); /* nobody's: the first exception's handler is an exception */
	isb();
	(void)read32(0x0b000000);
}

/* An exception without end holds its own vCPU alone. */
static void vector_hole(void)
{
	u64 until = counter() + read_sysreg(cntfrq_el0) / 1000 * 20;
	bool started = cpu_start(1, lost, alias(ALIAS_NORMAL, 0x0b000000)) == 0;

	while (counter() < until)
		cpu_relax();
	say("%s", started && !other_is_off() ? "hangs itself" : "?");
}

const struct row last_rows[] = {
	{"vector-hole", vector_hole},
	{NULL, NULL},
};
