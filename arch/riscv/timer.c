/* SPDX-License-Identifier: Apache-2.0 */
/* See timer.h. `time` is the same on all harts (Unprivileged 8.1). */
#include "arch/riscv/timer.h"
#include "arch/riscv/csr.h"
#include "arch/riscv/feature.h"
#include "arch/riscv/sbi.h"
#include "core/log.h"
#include "core/machine.h"
#include "hal/cpu.h"

/* Until timer_init(), early boot waits by something sensible. */
#define DEFAULT_HZ 10000000u

static u32 hz = DEFAULT_HZ;
static bool sstc;

u64 time_now(void)
{
	u64 now;

	/* A read of `time` is device input to FENCE; it may not move up before what precedes it. */
	__asm__ volatile("fence r, i\n\tcsrr %0, %1" : "=r"(now) : "i"(CSR_TIME) : "memory");
	return now;
}

u32 time_hz(void)
{
	return hz;
}

void timer_arm(u64 deadline)
{
	if (likely(sstc))
		csr_write(CSR_STIMECMP, deadline);
	else
		sbi_set_timer(deadline);
}

void timer_irq(void)
{
	timer_expired(); /* it arms the next deadline, which withdraws this one */
}

BOOT_CODE enum err timer_init(const struct machine *m)
{
	if (!m->timer.hz) {
		log_error("firmware does not say how fast the time counter runs (timebase-frequency)");
		return ERR_INVAL;
	}
	hz = m->timer.hz;
	return OK;
}

BOOT_CODE void timer_cpu_init(void)
{
	/* Of all harts, which have been read. Where M-mode keeps stimecmp closed, henvcfg's bit is closed too (21.2.5). */
	sstc = feature_has(EXT_SSTC) && host_features.henvcfg >> ENVCFG_STCE_SHIFT & 1;
	timer_arm(NO_DEADLINE);
}
