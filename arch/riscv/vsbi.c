/* SPDX-License-Identifier: Apache-2.0 */
/* Dispatch of a guest's SBI calls. What no table names is NOT_SUPPORTED; docs/riscv.md lists what is. */
#include "arch/riscv/vsbi.h"
#include "core/vm.h"

/* A perfect hash of the extensions below: a slot for each. */
#define SLOTS 16u
#define SLOT(ext) (((ext) >> 2 ^ (ext) >> 25) & (SLOTS - 1))
#define LEGACY_LAST 0x0f

static const struct {
	u32 ext;
	void (*call)(struct vcpu_arch *a);
} extensions[SLOTS] = {
	[SLOT(SBI_EXT_BASE)] = {SBI_EXT_BASE, vsbi_base},
	[SLOT(SBI_EXT_TIME)] = {SBI_EXT_TIME, vsbi_time},
	[SLOT(SBI_EXT_IPI)] = {SBI_EXT_IPI, vsbi_ipi},
	[SLOT(SBI_EXT_RFENCE)] = {SBI_EXT_RFENCE, vsbi_rfence},
	[SLOT(SBI_EXT_HSM)] = {SBI_EXT_HSM, vsbi_hsm},
	[SLOT(SBI_EXT_SRST)] = {SBI_EXT_SRST, vsbi_srst},
	[SLOT(SBI_EXT_DBCN)] = {SBI_EXT_DBCN, vsbi_dbcn},
	[SLOT(SBI_EXT_SUSP)] = {SBI_EXT_SUSP, vsbi_susp},
	[SLOT(SBI_EXT_PMU)] = {SBI_EXT_PMU, vsbi_pmu},
	[SLOT(SBI_EXT_FWFT)] = {SBI_EXT_FWFT, vsbi_fwft},
};

bool vsbi_has(u64 ext)
{
	return ext <= LEGACY_LAST ? ext <= 8 : ext == extensions[SLOT(ext)].ext;
}

void vsbi_call(struct vcpu_arch *a)
{
	u64 ext = a->x[A7];
	u32 slot = SLOT(ext);

	if (likely(ext == extensions[slot].ext && ext)) {
		extensions[slot].call(a);
	} else if (ext <= LEGACY_LAST) {
		vsbi_legacy(a);
	} else {
		a->x[A0] = (u64)SBI_ERR_NOT_SUPPORTED;
		a->x[A1] = 0;
	}
}

void vsbi_function(struct vcpu_arch *a, const vsbi_fn *table, u32 count)
{
	u64 fid = a->x[A6], value = 0;
	s64 error = fid < count && table[fid] ? table[fid](a, &value) : SBI_ERR_NOT_SUPPORTED;

	a->x[A0] = (u64)error;
	a->x[A1] = value;
}

s64 vsbi_harts(const struct vcpu_arch *a, u64 mask, u64 base, u64 *set)
{
	u32 n = a->core->vm->nr_vcpus;
	u64 all = ~0ULL >> (64 - n);

	*set = all;
	if (base == UINT64_MAX)
		return SBI_SUCCESS;
	if (base >= 64)
		return SBI_ERR_INVALID_PARAM;
	*set = mask << base;
	return base >= n || (*set & ~all) || *set >> base != mask ? SBI_ERR_INVALID_PARAM : SBI_SUCCESS;
}
