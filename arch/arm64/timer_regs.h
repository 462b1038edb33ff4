/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generic timer registers as EL2 sees them with E2H = 0 (DDI 0487, D12): the
 * guest's two timers and the offsets. timer.c implements these with MRS and MSR,
 * tests/unit/fake_gic.c with a model. All act on the CPU that calls.
 */
#ifndef ARM64_TIMER_REGS_H
#define ARM64_TIMER_REGS_H

#include "hal/types.h"

#define CNT_CTL_ENABLE (1u << 0)
#define CNT_CTL_IMASK (1u << 1)
#define CNT_CTL_ISTATUS (1u << 2)

enum guest_timer { TIMER_VIRT, TIMER_PHYS, GUEST_TIMERS };

/* CNTx_CTL_EL0 with ISTATUS, CNTx_CVAL_EL0 in guest time. */
u32 cnt_ctl_read(enum guest_timer t);
u64 cnt_cval_read(enum guest_timer t);
/* The compare value first, then control; both take effect before this returns. */
void cnt_write(enum guest_timer t, u64 cval, u32 ctl);
/* CNTVOFF_EL2, and CNTPOFF_EL2 where timer_host.cntpoff. */
void cnt_offset_write(u64 offset);

/* Does the guest timer behind this physical PPI assert it now? */
bool timer_ppi_asserted(u32 intid);

/* Constant after boot. */
struct timer_host {
	u32 intid[GUEST_TIMERS]; /* physical PPIs of the EL1 virtual and physical timer */
	u32 hyp_intid;
	u32 hz;
	bool cntpoff; /* guests use the EL1 physical timer directly, offset by CNTPOFF_EL2 */
};
extern struct timer_host timer_host;

#endif
