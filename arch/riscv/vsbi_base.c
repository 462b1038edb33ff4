/* SPDX-License-Identifier: Apache-2.0 */
/* SBI 3.0, chapter 4: base. */
#include "arch/riscv/vsbi.h"

#define SPEC_VERSION (3u << 24) /* 3.0 */
#define IMPL_ID 0x4d4f4e41      /* "MONA": none is assigned */
#define IMPL_VERSION 1

static s64 spec_version(struct vcpu_arch *a UNUSED, u64 *value)
{
	*value = SPEC_VERSION;
	return SBI_SUCCESS;
}

static s64 impl_id(struct vcpu_arch *a UNUSED, u64 *value)
{
	*value = IMPL_ID;
	return SBI_SUCCESS;
}

static s64 impl_version(struct vcpu_arch *a UNUSED, u64 *value)
{
	*value = IMPL_VERSION;
	return SBI_SUCCESS;
}

static s64 probe_extension(struct vcpu_arch *a, u64 *value)
{
	*value = vsbi_has(a->x[A0]);
	return SBI_SUCCESS;
}

/* mvendorid, marchid, mimpid: 0 is a legal value for each, and guests work around nobody's errata by it. */
static s64 machine_id(struct vcpu_arch *a UNUSED, u64 *value UNUSED)
{
	return SBI_SUCCESS;
}

static const vsbi_fn functions[] = {spec_version, impl_id,    impl_version, probe_extension,
				    machine_id,   machine_id, machine_id};

void vsbi_base(struct vcpu_arch *a)
{
	VSBI_FUNCTION(a, functions);
}
