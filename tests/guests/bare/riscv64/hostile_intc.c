/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile rows: APLIC and IMSIC where the machine has them, else the PLIC. A row of the other kind says so. */
#include "tests/guests/bare/riscv64/hostile.h"

#define LAST_ID 255u
#define SEIP (1ULL << IRQ_EXTERNAL)

#define DOMAINCFG 0x0000
#define SOURCECFG(n) (4u * (n))
#define SETIPNUM 0x1cdc
#define SETIENUM 0x1edc
#define CLRIENUM 0x1fdc
#define GENMSI 0x3000
#define TARGET(n) (0x3000u + 4u * (n))
#define DETACHED 1u
#define TARGET_HART(h) ((u32)(h) << 18)

static void store_msi(u64 at, u32 id)
{
	write32(at, id);
	fence();
}

static void file_clear(void)
{
	for (u32 i = 0; i <= LAST_ID && imsic_claim(); i++)
		;
}

static void enable_all(bool on)
{
	for (u32 reg = 0xc0; reg < 0xc8; reg += 2)
		__asm__ volatile("csrw %0, %1\n\tcsrw %2, %3" ::"i"(CSR_SISELECT), "r"((u64)reg),
				 "i"(CSR_SIREG), "r"(on ? ~0ULL : 0ULL)
				 : "memory");
}

#define ONLY_AIA                     \
	if (!has_aia) {              \
		say("PLIC instead"); \
		return;              \
	}

/* Files of harts that are not there: nothing is there. */
static void msi_others(void)
{
	u32 faults = 0, tried = 0;

	ONLY_AIA
	for (u64 hart = 2; hart < 64; hart++, tried++) {
		u64 at = imsic_file((u32)hart);
		struct frame f;

		fault_catch();
		write32(at, 5);
		faults += fault_caught(&f) == 1 && f.scause == CAUSE_STORE_ACCESS && f.stval == at;
	}
	say("%u of %u fault", faults, tried);
}

/* Identities that are none, at all places of the page. */
static void msi_nonsense(void)
{
	static const u32 id[] = {0,       256,        257,        2047,       2048,
				 0x10000, 0x80000000, 0xffffffff, 0x00010000, 0xff000001};
	u32 came = 0;

	ONLY_AIA
	irq_off();
	enable_all(true);
	for (u32 i = 0; i < ARRAY_SIZE(id); i++) {
		store_msi(imsic_file(0), id[i]);
		came += imsic_claim() != 0;
		store_msi(imsic_file(1), id[i]);
	}
	for (u32 off = 8; off < 4096; off += 4) {
		store_msi(imsic_file(0) + off, 7);
		came += read32(imsic_file(0) + off) != 0;
	}
	came += imsic_claim() != 0;
	store_msi(imsic_file(0), LAST_ID);
	say("%u came, the last is %u", came, imsic_claim());
	enable_all(false);
	irq_clean();
	irq_on();
}

/* All at once: each is claimed once, the lowest first. */
static void msi_flood(void)
{
	u32 order = 0, claimed = 0, last = 0;

	ONLY_AIA
	irq_off();
	enable_all(true);
	for (u32 id = LAST_ID; id; id--)
		for (u32 twice = 0; twice < 2; twice++)
			store_msi(imsic_file(0), id);
	for (u32 i = 0; i < 2 * LAST_ID; i++) {
		u32 id = imsic_claim();

		if (!id)
			break;
		claimed++;
		order += id <= last;
		last = id;
	}
	enable_all(false);
	irq_clean();
	irq_on();
	say("%u claimed, %u out of order", claimed, order);
}

static void msi_sender(u64 rounds)
{
	for (u64 i = 0; i < rounds; i++) {
		store_msi(imsic_file(0), 1 + (u32)(i % LAST_ID));
		store_msi(imsic_file(1), 1 + (u32)(i % LAST_ID));
	}
}

/* From both harts to both, while one of them takes them. */
static void msi_storm(void)
{
	u32 taken = 0;

	ONLY_AIA
	row_time(3000);
	irq_off();
	enable_all(true);
	if (cpu_start(1, msi_sender, 6000) != 0)
		say("not started");
	while (!other_is_off()) {
		taken += imsic_claim() != 0;
		store_msi(imsic_file(1), 9);
	}
	file_clear();
	store_msi(imsic_file(0), 77);
	say("%s, then %u", taken > 300 ? "taken" : "few taken", imsic_claim());
	enable_all(false);
	irq_clean();
	row_time(400);
	irq_on();
}

/* The signal of the file: sip.SEIP follows delivery, threshold, enables; and the interrupt is taken. */
static void msi_signal(void)
{
	u64 before, with, taken;

	ONLY_AIA
	irq_off();
	imsic_enable(33);
	before = read_csr(sip) & SEIP;
	store_msi(imsic_file(0), 33);
	with = read_csr(sip) & SEIP;
	irq_on();
	for (u32 i = 0; i < 100 && !irqs_taken[IRQ_EXTERNAL]; i++)
		cpu_relax();
	taken = irqs_taken[IRQ_EXTERNAL];
	irq_off();
	say("%lx %lx, taken %lu, %u", before, with, taken, imsic_claim());
	enable_all(false);
	irq_clean();
	irq_on();
}

/* The APLIC's targets at harts that are not there, with identities that are none. */
static void aplic_targets(void)
{
	static const u32 hart[] = {2, 3, 63, 64, 127, 0x1fff, 0x3fff};
	static const u32 id[] = {0, 1, 255, 256, 2047};
	u64 a = APLIC_BASE;
	u32 came = 0;

	ONLY_AIA
	irq_off();
	enable_all(true);
	write32(a + SOURCECFG(5), DETACHED);
	write32(a + DOMAINCFG, 0x100);
	write32(a + SETIENUM, 5);
	for (u32 h = 0; h < ARRAY_SIZE(hart); h++) {
		for (u32 i = 0; i < ARRAY_SIZE(id); i++) {
			write32(a + TARGET(5), TARGET_HART(hart[h]) | id[i]);
			write32(a + SETIPNUM, 5);
			write32(a + GENMSI, TARGET_HART(hart[h]) | id[i]);
			came += imsic_claim() != 0;
		}
	}
	write32(a + TARGET(5), TARGET_HART(0) | 42);
	write32(a + SETIPNUM, 5);
	say("%u came, then %u", came, imsic_claim());
	write32(a + GENMSI, TARGET_HART(0) | 43);
	say("%u", imsic_claim());
	write32(a + SOURCECFG(5), 0);
	write32(a + DOMAINCFG, 0);
	enable_all(false);
	irq_clean();
	irq_on();
}

/* All sources pending for one identity each, switched on at once. */
static void aplic_flood(void)
{
	u64 a = APLIC_BASE;
	u32 claimed = 0, order = 0, last = 0;

	ONLY_AIA
	row_time(2000);
	irq_off();
	enable_all(true);
	write32(a + DOMAINCFG, 0);
	for (u32 n = 1; n < 1024; n++) {
		write32(a + SOURCECFG(n), DETACHED);
		write32(a + TARGET(n), TARGET_HART(0) | (n & LAST_ID));
		write32(a + SETIENUM, n);
		write32(a + SETIPNUM, n);
	}
	write32(a + DOMAINCFG, 0x100);
	for (u32 id; claimed < 1024 && (id = imsic_claim()) != 0; claimed++) {
		order += id <= last;
		last = id;
	}
	say("%u claimed, %u out of order", claimed, order);
	for (u32 n = 1; n < 1024; n++) {
		write32(a + CLRIENUM, n);
		write32(a + SOURCECFG(n), 0);
	}
	write32(a + DOMAINCFG, 0);
	enable_all(false);
	irq_clean();
	irq_on();
}

/* ---- the file against a model ---- */

#define EIDELIVERY 0x70
#define EITHRESHOLD 0x72
#define EIP 0x80
#define EIE 0xc0
#define CSR_STOPI 0xdb0
#define STOPI_EXTERNAL 9u

struct file {
	u64 eip[4], eie[4], delivery, threshold;
};

static u32 file_top(const struct file *m)
{
	for (u32 id = 1; id <= LAST_ID; id++)
		if ((m->eip[id / 64] & m->eie[id / 64]) >> id % 64 & 1)
			return !m->threshold || id < m->threshold ? id : 0;
	return 0;
}

/* That register by CSRRW, CSRRS or CSRRC: what it was before. */
static u64 sireg_by(u32 op, u64 select, u64 value)
{
	u64 old;

	__asm__ volatile("csrw %0, %1" ::"i"(CSR_SISELECT), "r"(select) : "memory");
	if (op == 0)
		__asm__ volatile("csrrw %0, %1, %2" : "=r"(old) : "i"(CSR_SIREG), "r"(value) : "memory");
	else if (op == 1)
		__asm__ volatile("csrrs %0, %1, %2" : "=r"(old) : "i"(CSR_SIREG), "r"(value) : "memory");
	else
		__asm__ volatile("csrrc %0, %1, %2" : "=r"(old) : "i"(CSR_SIREG), "r"(value) : "memory");
	return old;
}

/* As the other rows want it: it delivers, and nothing is pending or enabled. */
static void file_reset(void)
{
	for (u64 select = EIDELIVERY; select < EIE + 8; select += 2)
		(void)sireg_by(0, select, select == EIDELIVERY);
}

/* One access of one register; is what it was as the model says? */
static bool file_access(struct file *m)
{
	u64 r = random64(), value = random64(), exist, *reg, old, select;
	u32 op = (u32)(r >> 8) % 3, word = (u32)(r >> 16) % 4;

	switch (r % 8) {
	case 0:
		select = EIDELIVERY, reg = &m->delivery, exist = 1;
		break;
	case 1:
		select = EITHRESHOLD, reg = &m->threshold, exist = LAST_ID, value &= LAST_ID;
		break;
	case 2:
	case 3:
		select = EIP + 2 * word, reg = &m->eip[word], exist = word ? ~0ULL : ~1ULL;
		break;
	default:
		select = EIE + 2 * word, reg = &m->eie[word], exist = word ? ~0ULL : ~1ULL;
		break;
	}
	value &= exist;
	old = *reg;
	*reg = op == 0 ? value : op == 1 ? old | value : old & ~value;
	return sireg_by(op, select, value) == old;
}

/*
 * stopei read, and written by CSRRS: both tell the top, the second claims it, whatever is written. With an operand of 0 the emulator
 * does not.
 */
static bool file_claim(struct file *m, bool claim)
{
	u64 top = file_top(m), seen;

	if (claim)
		__asm__ volatile("csrrs %0, %1, %2" : "=r"(seen) : "i"(CSR_STOPEI), "r"(1ULL) : "memory");
	else
		__asm__ volatile("csrr %0, %1" : "=r"(seen) : "i"(CSR_STOPEI) : "memory");
	if (claim && top)
		m->eip[top / 64] &= ~(1ULL << top % 64);
	return seen == (top << 16 | top);
}

static bool file_signal(const struct file *m)
{
	bool on = m->delivery && file_top(m);
	u64 stopi;

	__asm__ volatile("csrr %0, %1" : "=r"(stopi) : "i"(CSR_STOPI) : "memory");
	return !(read_csr(sip) & SEIP) == !on && stopi >> 16 == (on ? STOPI_EXTERNAL : 0);
}

/* MSIs, accesses of sireg and of stopei at random: what each reads, and the signal after it. */
static void msi_model(void)
{
	struct file m = {.delivery = 1};
	u32 wrong = 0, signals = 0;

	ONLY_AIA
	row_time(3000);
	irq_off();
	file_reset();
	write_csr(sie, SEIP);
	for (u32 i = 0; i < 4000; i++) {
		u64 r = random64();
		u32 id = (u32)(r >> 8) % (2 * LAST_ID);

		if (r % 4 == 0) {
			store_msi(imsic_file(0), id);
			if (id && id <= LAST_ID)
				m.eip[id / 64] |= 1ULL << id % 64;
		} else {
			wrong += !(r % 4 == 1 ? file_access(&m) : file_claim(&m, r >> 32 & 1));
		}
		signals += !file_signal(&m);
	}
	file_reset();
	irq_clean();
	irq_on();
	say("%u reads and %u signals wrong", wrong, signals);
}

const struct row msi_rows[] = {
	{"msi-others", msi_others},   {"msi-nonsense", msi_nonsense}, {"msi-flood", msi_flood},
	{"msi-storm", msi_storm},     {"msi-signal", msi_signal},     {"aplic-targets", aplic_targets},
	{"aplic-flood", aplic_flood}, {"msi-model", msi_model},       {NULL, NULL},
};

/* ---- the PLIC ---- */

#define PLIC_PRIORITY(n) (PLIC_BASE + 4ULL * (n))
#define PLIC_PENDING (PLIC_BASE + 0x1000)
#define PLIC_ENABLE(context, word) (PLIC_BASE + 0x2000 + 0x80ULL * (context) + 4 * (word))
#define PLIC_THRESHOLD(context) (PLIC_BASE + 0x200000 + 0x1000ULL * (context))
#define PLIC_CLAIM(context) (PLIC_THRESHOLD(context) + 4)
#define UART_SOURCE 10u

#define ONLY_PLIC                   \
	if (has_aia) {              \
		say("AIA instead"); \
		return;             \
	}

/* All of its registers, and where there are none: M-mode's contexts and those of other harts read as zero and keep nothing. */
static void plic_sweep(void)
{
	u32 nonzero = 0;

	ONLY_PLIC
	row_time(4000);
	for (u32 context = 0; context < 128; context++) {
		if (context == 1 || context == 3)
			continue;
		write32(PLIC_ENABLE(context, 0), ~0u);
		write32(PLIC_THRESHOLD(context), 7);
		write32(PLIC_CLAIM(context), UART_SOURCE);
		nonzero += read32(PLIC_ENABLE(context, 0)) != 0;
		nonzero += read32(PLIC_THRESHOLD(context)) != 0;
		nonzero += read32(PLIC_CLAIM(context)) != 0;
	}
	for (u32 n = 96; n < 1024; n++) {
		write32(PLIC_PRIORITY(n), ~0u);
		nonzero += read32(PLIC_PRIORITY(n)) != 0;
	}
	for (u32 w = 0; w < 32; w++) {
		write32(PLIC_PENDING + 4 * w, ~0u);
		nonzero += read32(PLIC_PENDING + 4 * w) != 0;
	}
	write32(PLIC_PRIORITY(0), ~0u);
	nonzero += read32(PLIC_PRIORITY(0)) != 0;
	write32(PLIC_ENABLE(1, 0), ~0u);
	say("%u not zero, enables %x", nonzero, read32(PLIC_ENABLE(1, 0)));
	write32(PLIC_ENABLE(1, 0), 0);
}

/* The UART's transmitter interrupt is always there to be had. */
static void uart_interrupt(bool on)
{
	write8(UART_BASE + 1, on ? 2 : 0);
	write32(PLIC_PRIORITY(UART_SOURCE), on ? 3 : 0);
	write32(PLIC_ENABLE(1, 0), on ? 1u << UART_SOURCE : 0);
	write32(PLIC_THRESHOLD(1), 0);
}

static void plic_stray(void)
{
	u32 odd = 0, claims = 0;

	ONLY_PLIC
	irq_off();
	for (u32 i = 0; i < 2000; i++) {
		write32(PLIC_CLAIM(1), i < 1024 ? i : (u32)random64());
		odd += read32(PLIC_CLAIM(1)) != 0;
	}
	uart_interrupt(true);
	claims += read32(PLIC_CLAIM(1)) == UART_SOURCE; /* IIR is not read, but the line was up */
	write32(PLIC_CLAIM(1), UART_SOURCE);
	uart_interrupt(false);
	for (u32 i = 0; i < 4; i++)
		write32(PLIC_CLAIM(1), read32(PLIC_CLAIM(1)));
	irq_on();
	say("%u odd, then %u", odd, claims);
}

/* Thresholds and priorities of all values around a pending source: the signal is there when the one is above the other. */
static void plic_priorities(void)
{
	u32 wrong = 0;

	ONLY_PLIC
	row_time(2000);
	irq_off();
	uart_interrupt(true);
	for (u32 p = 0; p < 16; p++) {
		for (u32 t = 0; t < 16; t++) {
			write32(PLIC_PRIORITY(UART_SOURCE), p);
			write32(PLIC_THRESHOLD(1), t);
			wrong += !!(read_csr(sip) & SEIP) != ((p & 7) > (t & 7));
		}
	}
	uart_interrupt(false);
	(void)read8(UART_BASE + 2);
	write32(PLIC_CLAIM(1), read32(PLIC_CLAIM(1)));
	irq_on();
	say("%u wrong", wrong);
}

const struct row plic_rows[] = {
	{"plic-sweep", plic_sweep},
	{"plic-stray", plic_stray},
	{"plic-priorities", plic_priorities},
	{NULL, NULL},
};
