/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model of an APLIC's domain of S level (AIA 1.0, chapter 4) behind a page that may not be touched: the host's driver makes
 * its accesses as to a device, each is let through alone (x86-64's single step) and then done by the model, in order. First
 * of a test's includes.
 */
#ifndef TESTS_UNIT_FAKE_APLIC_H
#define TESTS_UNIT_FAKE_APLIC_H

#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "hal/types.h"
#include "tests/unit/fake_hart.h"

#define FAKE_APLIC_SIZE 0x8000u
#define FAKE_APLIC_SOURCES 96u
#define FAKE_APLIC_HARTS 8u
#define FAKE_EDGE 4u
#define FAKE_LEVEL 6u
#define FAKE_IE (1u << 8)
#define FAKE_DM (1u << 2)
#define FAKE_STEP 0x100 /* eflags.TF */

struct fake_idc {
	u32 delivery, force, threshold;
};

static struct {
	u32 domaincfg;
	struct {
		u32 mode, target;
		bool enabled, pending, line;
	} source[FAKE_APLIC_SOURCES + 1];
	struct fake_idc idc[FAKE_APLIC_HARTS];
	void (*deliver)(u32 target); /* where MSIs go */
	u32 signals;                 /* MSIs, and claims that gave something */
	u32 while_on;                /* writes to sources' registers with the domain enabled */
	u64 enabled_meanwhile;       /* sie of the hart at each write */
} fake_aplic;

static u8 *fake_aplic_at;
static u64 fake_aplic_off;
static bool fake_aplic_writes;

/* ---- sources (4.5, 4.7) ---- */

static bool fake_aplic_due(u32 irq)
{
	return fake_aplic.domaincfg & FAKE_IE && fake_aplic.source[irq].enabled &&
	       fake_aplic.source[irq].pending;
}

/* By messages: each that is due is sent and pending no more. */
static void fake_aplic_forward(void)
{
	for (u32 irq = 1; fake_aplic.domaincfg & FAKE_DM && irq <= FAKE_APLIC_SOURCES; irq++) {
		if (!fake_aplic_due(irq))
			continue;
		fake_aplic.source[irq].pending = false;
		fake_aplic.signals++;
		if (fake_aplic.deliver)
			fake_aplic.deliver(fake_aplic.source[irq].target);
	}
}

static UNUSED void fake_aplic_line(u32 irq, bool level)
{
	bool rises = level && !fake_aplic.source[irq].line;

	fake_aplic.source[irq].line = level;
	if (fake_aplic.source[irq].mode == FAKE_LEVEL)
		fake_aplic.source[irq].pending = level;
	else if (fake_aplic.source[irq].mode == FAKE_EDGE && rises)
		fake_aplic.source[irq].pending = true;
	fake_aplic_forward();
}

/* Wired: the source on top at a hart of the domain; all have one priority. 0: none. */
static u32 fake_aplic_top(u32 idc)
{
	const struct fake_idc *to = &fake_aplic.idc[idc];

	for (u32 irq = 1; irq <= FAKE_APLIC_SOURCES; irq++) {
		u32 target = fake_aplic.source[irq].target, priority = target & 0xff;

		if (fake_aplic_due(irq) && target >> 18 == idc && priority &&
		    (!to->threshold || priority < to->threshold))
			return irq;
	}
	return 0;
}

static UNUSED bool fake_aplic_asserts(u32 idc)
{
	return fake_aplic.idc[idc].delivery && (fake_aplic.idc[idc].force || fake_aplic_top(idc));
}

/* ---- registers ---- */

static u32 *fake_aplic_idc_reg(u64 off)
{
	struct fake_idc *idc = &fake_aplic.idc[(off - 0x4000) / 32 % FAKE_APLIC_HARTS];

	return off % 32 == 0 ? &idc->delivery : off % 32 == 4 ? &idc->force : &idc->threshold;
}

static u32 fake_aplic_claim(u32 idc)
{
	u32 irq = fake_aplic_top(idc);

	fake_aplic.idc[idc].force &= irq != 0;
	if (fake_aplic.source[irq].mode == FAKE_EDGE)
		fake_aplic.source[irq].pending = false;
	fake_aplic.signals += irq != 0;
	return irq << 16 | (fake_aplic.source[irq].target & 0xff);
}

static u32 fake_aplic_read(u64 off)
{
	if (off >= 0x4000)
		return off % 32 == 0x1c ? fake_aplic_claim((u32)(off - 0x4000) / 32)
					: *fake_aplic_idc_reg(off);
	if (off >= 0x3004 && off <= 0x3000 + 4 * FAKE_APLIC_SOURCES)
		return fake_aplic.source[(off - 0x3000) / 4].target;
	if (off >= 4 && off <= 4 * FAKE_APLIC_SOURCES)
		return fake_aplic.source[off / 4].mode;
	return off ? 0 : fake_aplic.domaincfg | 0x80000000;
}

static void fake_aplic_set_mode(u32 irq, u32 mode)
{
	bool was = fake_aplic.source[irq].mode;

	fake_aplic.source[irq].mode = mode;
	fake_aplic.source[irq].enabled &= mode != 0;
	fake_aplic.source[irq].pending &= mode != 0 && was;
	if (mode == FAKE_LEVEL)
		fake_aplic.source[irq].pending = fake_aplic.source[irq].line;
}

static void fake_aplic_write_word(u64 off, u32 value)
{
	u32 irq = value <= FAKE_APLIC_SOURCES ? value : 0;

	fake_aplic.while_on += off && off < 0x4000 && fake_aplic.domaincfg & FAKE_IE;
	if (off == 0)
		fake_aplic.domaincfg = value & (FAKE_IE | FAKE_DM);
	else if (off <= 4 * FAKE_APLIC_SOURCES)
		fake_aplic_set_mode((u32)off / 4, value & 7);
	else if (off == 0x1cdc && fake_aplic.source[irq].mode)
		fake_aplic.source[irq].pending |=
			fake_aplic.source[irq].mode == FAKE_EDGE || fake_aplic.source[irq].line;
	else if (off == 0x1edc && fake_aplic.source[irq].mode)
		fake_aplic.source[irq].enabled = true;
	else if (off >= 0x3004 && off <= 0x3000 + 4 * FAKE_APLIC_SOURCES)
		fake_aplic.source[(off - 0x3000) / 4].target = value;
	else if (off >= 0x1f00 && off <= 0x1f00 + FAKE_APLIC_SOURCES / 8)
		for (u32 i = 0; i < 32; i++)
			if (value >> i & 1 && (off - 0x1f00) * 8 + i <= FAKE_APLIC_SOURCES)
				fake_aplic.source[(off - 0x1f00) * 8 + i].enabled = false;
	if (off >= 0x4000)
		*fake_aplic_idc_reg(off) = value;
}

/* ---- accesses ---- */

static void fake_aplic_access(int sig UNUSED, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	fake_aplic_off = (u64)((u8 *)info->si_addr - fake_aplic_at);
	if (fake_aplic_off >= FAKE_APLIC_SIZE) {
		signal(SIGSEGV, SIG_DFL); /* an error of the test's, which happens again */
		return;
	}
	mprotect(fake_aplic_at, FAKE_APLIC_SIZE, PROT_READ | PROT_WRITE);
	fake_aplic_writes = regs[REG_ERR] & 2;
	if (!fake_aplic_writes)
		*(u32 *)(void *)(fake_aplic_at + fake_aplic_off) = fake_aplic_read(fake_aplic_off);
	regs[REG_EFL] |= FAKE_STEP;
}

static void fake_aplic_accessed(int sig UNUSED, siginfo_t *info UNUSED, void *context)
{
	if (fake_aplic_writes) {
		fake_aplic_write_word(fake_aplic_off, *(u32 *)(void *)(fake_aplic_at + fake_aplic_off));
		fake_aplic_forward();
		fake_aplic.enabled_meanwhile |= fake_hart_here()->csr[CSR_SIE];
	}
	mprotect(fake_aplic_at, FAKE_APLIC_SIZE, PROT_NONE);
	((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~FAKE_STEP;
}

/* As firmware left it: all sources are enabled and pending, the other mode is chosen, harts are forced. */
static UNUSED void fake_aplic_begin(void (*deliver)(u32 target))
{
	memset(&fake_aplic, 0, sizeof(fake_aplic));
	fake_aplic.domaincfg = FAKE_IE | (deliver ? 0 : FAKE_DM);
	fake_aplic.deliver = deliver;
	for (u32 irq = 1; irq <= FAKE_APLIC_SOURCES; irq++) {
		fake_aplic.source[irq].mode = FAKE_EDGE;
		fake_aplic.source[irq].enabled = true;
		fake_aplic.source[irq].pending = true;
		fake_aplic.source[irq].target = 1 << 18 | 5;
	}
	for (u32 i = 0; i < FAKE_APLIC_HARTS; i++)
		fake_aplic.idc[i] = (struct fake_idc){1, 1, 7};
}

static UNUSED volatile void *fake_aplic_frame(void)
{
	struct sigaction on_access = {.sa_sigaction = fake_aplic_access, .sa_flags = SA_SIGINFO};
	struct sigaction on_step = {.sa_sigaction = fake_aplic_accessed, .sa_flags = SA_SIGINFO};

	if (!fake_aplic_at)
		fake_aplic_at = mmap(NULL, FAKE_APLIC_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	sigaction(SIGSEGV, &on_access, NULL);
	sigaction(SIGTRAP, &on_step, NULL);
	return fake_aplic_at;
}

#endif
