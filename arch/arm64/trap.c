/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trapped system registers: one table, sorted by encoding, a handler a row.
 * What no row names is undefined to the guest, as on a machine without it.
 */
#include "arch/arm64/exit.h"
#include "arch/arm64/feature.h"
#include "arch/arm64/sysreg.h"
#include "arch/arm64/sysreg_iss.h"
#include "arch/arm64/vcpu_arch.h"
#include "core/trace.h"
#include "core/vm.h"

/* op0<21:20> op2<19:17> op1<16:14> crn<13:10> crm<4:1> of the syndrome, put in architectural order. */
#define ENC(op0, op1, crn, crm, op2) ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))
#define ISS_ENC(iss)                                                                        \
	((u32)ENC(BITS(iss, 21, 20), BITS(iss, 16, 14), BITS(iss, 13, 10), BITS(iss, 4, 1), \
		  BITS(iss, 19, 17)))

/* Returns false: undefined. A handler that must be called again for the same instruction says so by *again. */
struct access {
	struct vcpu_arch *a;
	u32 enc, iss;
	bool write, again;
	u64 value;
};

typedef bool (*access_fn)(struct access *x);

static bool read_zero(struct access *x)
{
	x->value = 0;
	return true; /* writes are ignored */
}

static bool undefined(struct access *x UNUSED)
{
	return false;
}

static bool id_register(struct access *x)
{
	if (x->write)
		return false;
	x->value = feature_guest_id(&x->a->core->vm->arch->features, (x->enc >> 3) & 0xf, x->enc & 7);
	return true;
}

static bool interrupt_controller(struct access *x)
{
	return vgic_sysreg(x->a->core, x->iss, x->write, &x->value);
}

static bool sgi(struct access *x)
{
	x->a->core->exits[EXIT_SGI]++;
	return interrupt_controller(x);
}

/* The guest's view is a GICv3 without legacy operation: SRE, DFB and DIB read as one (IHI 0069, 12.2.27). */
static bool icc_sre(struct access *x)
{
	x->value = 7;
	return true;
}

static bool timer(struct access *x)
{
	return vtimer_access(&x->a->vtimer, x->enc, x->write, &x->value);
}

static bool debug(struct access *x)
{
	return debug_access(x->a, x->enc, x->write, &x->value);
}

static bool set_way(struct access *x)
{
	if (!x->write)
		return false;
	x->again = !setway_step(x->a);
	return true;
}

static bool vm_register(struct access *x)
{
	if (x->write)
		x->again = !setway_vm_register(x->a, x->enc, x->value);
	return x->write;
}

static bool revidr(struct access *x)
{
	x->value = read_sysreg(REVIDR_EL1);
	return !x->write;
}

static bool aidr(struct access *x)
{
	x->value = read_sysreg(AIDR_EL1);
	return !x->write;
}

/* Sorted by first; a row covers [first, last]. */
static const struct {
	u32 first, last;
	access_fn fn;
} rows[] = {
	{ENC(1, 0, 7, 6, 2), ENC(1, 0, 7, 6, 2), set_way},     /* DC ISW */
	{ENC(1, 0, 7, 10, 2), ENC(1, 0, 7, 10, 2), set_way},   /* DC CSW */
	{ENC(1, 0, 7, 14, 2), ENC(1, 0, 7, 14, 2), set_way},   /* DC CISW */
	{ENC(2, 0, 0, 0, 0), ENC(2, 0, 15, 15, 7), debug},     /* self-hosted debug */
	{ENC(2, 1, 0, 0, 0), ENC(2, 1, 15, 15, 7), undefined}, /* trace */
	{ENC(2, 3, 0, 0, 0), ENC(2, 3, 15, 15, 7), debug},     /* DBGDTR, MDCCSR */
	{ENC(3, 0, 0, 0, 6), ENC(3, 0, 0, 0, 6), revidr},
	{ENC(3, 0, 0, 1, 0), ENC(3, 0, 0, 7, 7), id_register},
	{ENC(3, 0, 1, 0, 0), ENC(3, 0, 1, 0, 0), vm_register},              /* SCTLR_EL1 */
	{ENC(3, 0, 1, 0, 1), ENC(3, 0, 1, 0, 1), read_zero},                /* ACTLR_EL1 */
	{ENC(3, 0, 2, 0, 0), ENC(3, 0, 2, 0, 2), vm_register},              /* TTBR0, TTBR1, TCR */
	{ENC(3, 0, 4, 6, 0), ENC(3, 0, 4, 6, 0), interrupt_controller},     /* PMR */
	{ENC(3, 0, 5, 1, 0), ENC(3, 0, 5, 1, 1), vm_register},              /* AFSR0, AFSR1 */
	{ENC(3, 0, 5, 2, 0), ENC(3, 0, 5, 2, 0), vm_register},              /* ESR */
	{ENC(3, 0, 6, 0, 0), ENC(3, 0, 6, 0, 0), vm_register},              /* FAR */
	{ENC(3, 0, 10, 2, 0), ENC(3, 0, 10, 2, 0), vm_register},            /* MAIR */
	{ENC(3, 0, 10, 3, 0), ENC(3, 0, 10, 3, 0), vm_register},            /* AMAIR */
	{ENC(3, 0, 12, 11, 1), ENC(3, 0, 12, 11, 3), interrupt_controller}, /* DIR, RPR */
	{ENC(3, 0, 12, 11, 5), ENC(3, 0, 12, 11, 7), sgi},
	{ENC(3, 0, 12, 12, 4), ENC(3, 0, 12, 12, 4), interrupt_controller}, /* CTLR */
	{ENC(3, 0, 12, 12, 5), ENC(3, 0, 12, 12, 5), icc_sre},
	{ENC(3, 0, 13, 0, 1), ENC(3, 0, 13, 0, 1), vm_register}, /* CONTEXTIDR */
	{ENC(3, 1, 0, 0, 7), ENC(3, 1, 0, 0, 7), aidr},
	{ENC(3, 3, 14, 0, 1), ENC(3, 3, 14, 0, 1), timer}, /* CNTPCT_EL0 */
	{ENC(3, 3, 14, 0, 5), ENC(3, 3, 14, 0, 5), timer}, /* CNTPCTSS_EL0 */
	{ENC(3, 3, 14, 2, 0), ENC(3, 3, 14, 2, 2), timer}, /* CNTP_TVAL, CTL, CVAL */
};

static access_fn find(u32 enc)
{
	u32 lo = 0, hi = ARRAY_SIZE(rows);

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (enc > rows[mid].last)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < ARRAY_SIZE(rows) && enc >= rows[lo].first ? rows[lo].fn : undefined;
}

/* SGIs are all that a running guest traps with often. */
bool exit_fast_sysreg(struct vcpu_arch *a, u64 esr)
{
	u32 rt = (u32)BITS(esr, 9, 5);

	if ((esr & (SYSREG_ISS_MASK | 1)) != SYSREG_ISS(3, 0, 12, 11, 5) || !exit_fast_reg(rt) ||
	    unlikely(trace_wanted()))
		return false;
	a->core->exits[EXIT_SYSREG]++;
	a->core->exits[EXIT_SGI]++;
	exit_skip(esr);
	vgic_sgi(&a->vgic, VGIC_SGI1R, exit_reg_get(a, rt));
	return true;
}

void exit_sysreg(struct vcpu_arch *a, u64 esr)
{
	u64 iss = ESR_ISS(esr);
	u32 rt = (u32)BITS(iss, 9, 5);
	struct access x = {.a = a, .enc = ISS_ENC(iss), .iss = (u32)iss, .write = !(iss & 1)};

	a->core->exits[EXIT_SYSREG]++;
	trace_exit(a->core, EXIT_SYSREG, iss);
	if (x.write)
		x.value = exit_reg_get(a, rt);
	if (!find(x.enc)(&x)) {
		trace_note(a->core, EXIT_FAULT, esr);
		inject_undef(a);
		return;
	}
	if (x.again)
		return;
	if (!x.write)
		exit_reg_set(a, rt, x.value);
	exit_skip(esr);
}
