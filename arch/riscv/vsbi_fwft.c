/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SBI 3.0, chapter 18: firmware features. Misaligned exceptions are delegated and hardware updates A and D where it can, both
 * for good: a guest may ask, set what is set, and lock that until its hart starts anew.
 */
#include "arch/riscv/feature.h"
#include "arch/riscv/vsbi.h"

#define LOCK 1u

enum fwft {
	MISALIGNED_EXC_DELEG,
	LANDING_PAD,
	SHADOW_STACK,
	DOUBLE_TRAP,
	PTE_AD_HW_UPDATING,
	POINTER_MASKING_PMLEN
};

/* What a feature is now; false: there is none such. */
static bool value_of(u32 feature, u64 *value)
{
	bool adue = host_features.henvcfg >> ENVCFG_ADUE_SHIFT & 1;

	*value = 1;
	return feature == MISALIGNED_EXC_DELEG || (feature == PTE_AD_HW_UPDATING && adue);
}

/* Reserved numbers are denied, defined ones are not supported (table 18.1). */
static s64 unknown(u32 feature)
{
	return feature <= POINTER_MASKING_PMLEN ? SBI_ERR_NOT_SUPPORTED : SBI_ERR_DENIED;
}

static s64 fwft_set(struct vcpu_arch *a, u64 *value UNUSED)
{
	u64 now, wanted = a->x[A1];

	if (!value_of((u32)a->x[A0], &now))
		return unknown((u32)a->x[A0]);
	if (wanted > 1 || (a->x[A2] & ~(u64)LOCK))
		return SBI_ERR_INVALID_PARAM;
	if (a->fwft_locked >> (u32)a->x[A0] & 1)
		return SBI_ERR_DENIED_LOCKED;
	if (wanted != now)
		return SBI_ERR_DENIED;
	a->fwft_locked |= (u32)(a->x[A2] & LOCK) << (u32)a->x[A0];
	return SBI_SUCCESS;
}

static s64 fwft_get(struct vcpu_arch *a, u64 *value)
{
	u64 now;

	if (!value_of((u32)a->x[A0], &now))
		return unknown((u32)a->x[A0]);
	*value = now;
	return SBI_SUCCESS;
}

static const vsbi_fn functions[] = {fwft_set, fwft_get};

void vsbi_fwft(struct vcpu_arch *a)
{
	VSBI_FUNCTION(a, functions);
}
