/* SPDX-License-Identifier: Apache-2.0 */
/* See fake_gic.h. Function names in comments are the pseudocode's. */
#include <string.h>

#include "arch/arm64/gicv3.h"
#include "hal/cpu.h"
#include "hal/fake/fake.h"
#include "tests/unit/fake_gic.h"

struct fake_gic fake_gic;
struct ich_features ich_features;
struct timer_host timer_host;

#define EOICOUNT_MASK (0x1fULL << ICH_HCR_EOICOUNT_SHIFT)

void fake_gic_reset(u32 nr_lr)
{
	memset(&fake_gic, 0, sizeof(fake_gic));
	ich_features = (struct ich_features){.nr_lr = (u8)nr_lr,
					     .priority_bits = 5,
					     .preempt_bits = 5,
					     .id_bits = 0,
					     .tdir = true,
					     .a3v = true};
	timer_host = (struct timer_host){.intid = {27, 30}, .hyp_intid = 26, .hz = 62500000};
}

struct fake_gic_cpu *fake_gic_here(void)
{
	return &fake_gic.cpu[fake_gic.current];
}

/* ---- time, unless the fake CPU brings it ---- */

__attribute__((weak)) u64 time_now(void)
{
	return fake_gic.now;
}

__attribute__((weak)) u32 time_hz(void)
{
	return timer_host.hz;
}

__attribute__((weak)) void cpu_relax(void)
{
	if (fake_gic.on_relax)
		fake_gic.on_relax();
}

/* ---- ICH_* ---- */

static void check_lr(u32 n, u64 lr)
{
	struct fake_gic_cpu *c = fake_gic_here();

	if (!(lr & LR_STATE))
		return;
	for (u32 i = 0; i < ich_features.nr_lr; i++)
		if (i != n && (c->lr[i] & LR_STATE) && LR_VINTID(c->lr[i]) == LR_VINTID(lr))
			fake_violation("INTID %u in list registers %u and %u", LR_VINTID(lr), i, n);
	if (!(lr & LR_HW))
		return;
	if ((lr & LR_STATE) == LR_STATE)
		fake_violation("list register %u: HW with active and pending", n);
	if (!c->ppi_active[lr >> LR_PINTID_SHIFT & 31])
		fake_violation("list register %u: physical INTID %u is not active", n,
			       (u32)(lr >> LR_PINTID_SHIFT & 31));
}

u64 ich_lr_read(u32 n)
{
	if (n >= ich_features.nr_lr) {
		fake_violation("read of list register %u", n);
		return 0;
	}
	return fake_gic_here()->lr[n];
}

void ich_lr_write(u32 n, u64 lr)
{
	if (n >= ich_features.nr_lr) {
		fake_violation("write of list register %u", n);
		return;
	}
	check_lr(n, lr);
	fake_gic_here()->lr[n] = lr;
	fake_gic_here()->lr_writes++;
}

u64 ich_hcr_read(void)
{
	return fake_gic_here()->hcr;
}

void ich_hcr_write(u64 hcr)
{
	fake_gic_here()->hcr = hcr;
}

u64 ich_vmcr_read(void)
{
	return fake_gic_here()->vmcr;
}

/* Binary points below the least are the least. */
void ich_vmcr_write(u64 vmcr)
{
	u64 least = 7u - ich_features.preempt_bits;
	u64 b0 = VMCR_VBPR0(vmcr), b1 = VMCR_VBPR1(vmcr);

	b0 = b0 < least ? least : b0;
	b1 = b1 < least + 1 ? least + 1 : b1;
	vmcr &= ~(7ULL << VMCR_VBPR0_SHIFT | 7ULL << VMCR_VBPR1_SHIFT);
	fake_gic_here()->vmcr = vmcr | b0 << VMCR_VBPR0_SHIFT | b1 << VMCR_VBPR1_SHIFT;
}

u32 ich_apr_read(u32 group, u32 n)
{
	return fake_gic_here()->apr[group][n];
}

void ich_apr_write(u32 group, u32 n, u32 value)
{
	fake_gic_here()->apr[group][n] = value;
}

static bool lr_empty(u64 lr)
{
	return !(lr & LR_STATE) && ((lr & LR_HW) || !(lr & LR_EOI));
}

u32 ich_elrsr_read(void)
{
	u32 empty = 0;

	for (u32 i = 0; i < ich_features.nr_lr; i++)
		if (lr_empty(fake_gic_here()->lr[i]))
			empty |= 1u << i;
	return empty;
}

void ich_sre_set(void)
{
}

void ich_cpu_init(void)
{
}

u32 fake_misr(void)
{
	struct fake_gic_cpu *c = fake_gic_here();
	u32 eisr = 0, valid = 0, pending = 0, misr = 0;

	if (!(c->hcr & ICH_HCR_EN))
		return 0;
	for (u32 i = 0; i < ich_features.nr_lr; i++) {
		eisr += !(c->lr[i] & LR_STATE) && !lr_empty(c->lr[i]);
		valid += !!(c->lr[i] & LR_STATE);
		pending += (c->lr[i] & LR_STATE) == LR_PENDING;
	}
	misr |= eisr ? MISR_EOI : 0;
	misr |= (c->hcr & ICH_HCR_UIE) && valid <= 1 ? MISR_U : 0;
	misr |= (c->hcr & ICH_HCR_LRENPIE) && ICH_HCR_EOICOUNT(c->hcr) ? MISR_LRENP : 0;
	misr |= (c->hcr & ICH_HCR_NPIE) && !pending ? MISR_NP : 0;
	misr |= (c->hcr & ICH_HCR_VGRP0EIE) && (c->vmcr & VMCR_VENG0) ? 1u << 4 : 0;
	misr |= (c->hcr & ICH_HCR_VGRP0DIE) && !(c->vmcr & VMCR_VENG0) ? 1u << 5 : 0;
	misr |= (c->hcr & ICH_HCR_VGRP1EIE) && (c->vmcr & VMCR_VENG1) ? 1u << 6 : 0;
	misr |= (c->hcr & ICH_HCR_VGRP1DIE) && !(c->vmcr & VMCR_VENG1) ? 1u << 7 : 0;
	return misr;
}

/* ---- ICV_* ---- */

/* VPriorityGroup() */
static u32 group_priority_mask(u32 group)
{
	u64 vmcr = fake_gic_here()->vmcr;

	if (group == 0 || (vmcr & VMCR_VCBPR))
		return 0xffu & ~0u << (VMCR_VBPR0(vmcr) + 1);
	return 0xffu & ~0u << VMCR_VBPR1(vmcr);
}

/* GetHighestActiveVPriority(); 0x100 for none. */
static u32 running_priority(void)
{
	struct fake_gic_cpu *c = fake_gic_here();
	u32 apr = c->apr[0][0] | c->apr[1][0];

	return apr ? (u32)__builtin_ctz(apr) << (8 - ich_features.preempt_bits) : 0x100;
}

/* HighestPriorityVirtualInterrupt(): of the enabled groups. */
static int highest_pending(void)
{
	struct fake_gic_cpu *c = fake_gic_here();
	u32 best = 0x100;
	int found = -1;

	if (!(c->hcr & ICH_HCR_EN))
		return -1;
	for (u32 i = 0; i < ich_features.nr_lr; i++) {
		u64 enable = c->lr[i] & LR_GROUP1 ? VMCR_VENG1 : VMCR_VENG0;

		if ((c->lr[i] & LR_STATE) != LR_PENDING || !(c->vmcr & enable) ||
		    LR_PRIORITY(c->lr[i]) >= best)
			continue;
		best = LR_PRIORITY(c->lr[i]);
		found = (int)i;
	}
	return found;
}

u32 fake_guest_pending(u32 *group)
{
	struct fake_gic_cpu *c = fake_gic_here();
	int i = highest_pending();
	u32 priority, grp;

	if (i < 0)
		return FAKE_NONE;
	priority = LR_PRIORITY(c->lr[i]);
	grp = c->lr[i] & LR_GROUP1 ? 1 : 0;
	if (group)
		*group = grp;
	/* CanSignalVirtualInterrupt() */
	if (priority >= VMCR_VPMR(c->vmcr))
		return FAKE_NONE;
	if ((priority & group_priority_mask(grp)) >= running_priority())
		return FAKE_NONE;
	return LR_VINTID(c->lr[i]);
}

/* VirtualReadIAR() */
u32 fake_guest_iar(u32 group)
{
	struct fake_gic_cpu *c = fake_gic_here();
	u32 grp = 0, intid = fake_guest_pending(&grp);
	int i = highest_pending();

	if (intid == FAKE_NONE || grp != group)
		return FAKE_NONE;
	c->lr[i] = (c->lr[i] & ~LR_PENDING) | LR_ACTIVE;
	c->apr[grp][0] |=
		1u << ((LR_PRIORITY(c->lr[i]) & group_priority_mask(grp)) >> (8 - ich_features.preempt_bits));
	return intid;
}

static int find_active(u32 intid)
{
	for (u32 i = 0; i < ich_features.nr_lr; i++)
		if ((fake_gic_here()->lr[i] & LR_ACTIVE) && LR_VINTID(fake_gic_here()->lr[i]) == intid)
			return (int)i;
	return -1;
}

static void deactivate_lr(int i)
{
	struct fake_gic_cpu *c = fake_gic_here();

	if (c->lr[i] & LR_HW)
		c->ppi_active[c->lr[i] >> LR_PINTID_SHIFT & 31] = false;
	c->lr[i] &= ~LR_ACTIVE;
}

static void eoi_without_lr(void)
{
	struct fake_gic_cpu *c = fake_gic_here();
	u64 count = (ICH_HCR_EOICOUNT(c->hcr) + 1) & 0x1f;

	c->hcr = (c->hcr & ~EOICOUNT_MASK) | count << ICH_HCR_EOICOUNT_SHIFT;
}

/* VPriorityDrop(): the highest active priority goes, group 0 first; 0x100: there was none. */
static u32 priority_drop(void)
{
	struct fake_gic_cpu *c = fake_gic_here();
	u32 priority = running_priority(), bit;
	u32 group;

	if (priority == 0x100)
		return priority;
	bit = 1u << (priority >> (8 - ich_features.preempt_bits));
	group = c->apr[0][0] & bit ? 0 : 1;
	c->apr[group][0] &= ~bit;
	return priority;
}

/* VirtualWriteEOIR() */
void fake_guest_eoir(u32 group, u32 intid)
{
	struct fake_gic_cpu *c = fake_gic_here();
	bool split = c->vmcr & VMCR_VEOIM;
	u32 dropped;
	int i;

	if (intid >= 1020)
		return;
	dropped = priority_drop();
	if (dropped == 0x100)
		return;
	i = find_active(intid);
	if (i < 0) {
		eoi_without_lr();
		return;
	}
	if ((c->lr[i] & LR_GROUP1 ? 1u : 0u) != group ||
	    (LR_PRIORITY(c->lr[i]) & group_priority_mask(group)) != dropped)
		return;
	if (!split)
		deactivate_lr(i);
}

/* VirtualWriteDIR() */
bool fake_guest_dir(u32 intid)
{
	struct fake_gic_cpu *c = fake_gic_here();
	int i;

	if (c->hcr & (ICH_HCR_TDIR | ICH_HCR_TC))
		return false;
	if (!(c->vmcr & VMCR_VEOIM) || intid >= 1020)
		return true;
	i = find_active(intid);
	if (i < 0)
		eoi_without_lr();
	else
		deactivate_lr(i);
	return true;
}

void fake_guest_setup(bool group0, bool group1, u32 pmr, bool eoimode)
{
	u64 vmcr = (group0 ? VMCR_VENG0 : 0) | (group1 ? VMCR_VENG1 : 0) | (eoimode ? VMCR_VEOIM : 0);

	ich_vmcr_write(vmcr | (u64)pmr << VMCR_VPMR_SHIFT);
}

/* ---- physical PPIs and timers ---- */

void gic_deactivate(u32 intid)
{
	if (!fake_gic_here()->ppi_active[intid & 31])
		fake_violation("physical INTID %u deactivated while inactive", intid);
	fake_gic_here()->ppi_active[intid & 31] = false;
}

void gic_set_active(u32 intid)
{
	fake_gic_here()->ppi_active[intid & 31] = true;
}

u32 cnt_ctl_read(enum guest_timer t)
{
	struct fake_gic_cpu *c = fake_gic_here();
	bool met = (c->cnt_ctl[t] & CNT_CTL_ENABLE) && time_now() - c->cnt_offset >= c->cnt_cval[t];

	return c->cnt_ctl[t] | (met ? CNT_CTL_ISTATUS : 0);
}

u64 cnt_cval_read(enum guest_timer t)
{
	return fake_gic_here()->cnt_cval[t];
}

void cnt_write(enum guest_timer t, u64 cval, u32 ctl)
{
	fake_gic_here()->cnt_cval[t] = cval;
	fake_gic_here()->cnt_ctl[t] = ctl & (CNT_CTL_ENABLE | CNT_CTL_IMASK);
}

void cnt_offset_write(u64 offset)
{
	fake_gic_here()->cnt_offset = offset;
}

bool timer_ppi_asserted(u32 intid)
{
	u32 ctl = cnt_ctl_read(intid == timer_host.intid[TIMER_VIRT] ? TIMER_VIRT : TIMER_PHYS);

	return ctl == (CNT_CTL_ENABLE | CNT_CTL_ISTATUS);
}

bool fake_timer_irq(enum guest_timer t)
{
	u32 intid = timer_host.intid[t];

	if (!timer_ppi_asserted(intid) || fake_gic_here()->ppi_active[intid])
		return false;
	fake_gic_here()->ppi_active[intid] = true;
	return true;
}
