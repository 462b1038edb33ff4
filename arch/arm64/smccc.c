/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest's hypercalls: SMC calling convention (DEN 0028), PSCI 1.1 (DEN 0022),
 * TRNG 1.0 (DEN 0098). The conduit for guests is HVC; SMC is answered alike.
 * Everything that no table names returns NOT_SUPPORTED; docs/abi.md lists what is.
 */
#include "arch/arm64/errata.h"
#include "arch/arm64/exit.h"
#include "arch/arm64/firmware.h"
#include "arch/arm64/sysreg.h"
#include "arch/arm64/vcpu_arch.h"
#include "core/aspace.h"
#include "core/vm.h"
#include "hal/vcpu.h"

#define PSCI_OK 0
#define PSCI_NOT_SUPPORTED (-1)
#define PSCI_INVALID_PARAMETERS (-2)
#define PSCI_DENIED (-3)
#define PSCI_ALREADY_ON (-4)
#define PSCI_ON_PENDING (-5)
#define PSCI_INTERNAL_FAILURE (-6)
#define PSCI_INVALID_ADDRESS (-9)

#define FN_64 BIT(30)
#define FN_PSCI_MASK 0xbfffffe0u
#define FN_PSCI 0x84000000u
#define FN_TRNG_MASK 0xbffffff8u
#define FN_TRNG 0x84000050u

typedef s64 (*call_fn)(struct vcpu_arch *a);

/* Arguments of a 32-bit call are the low halves (DEN 0028, 2.7). */
static u64 arg(const struct vcpu_arch *a, u32 n)
{
	return a->x[0] & FN_64 ? a->x[n] : a->x[n] & 0xffffffff;
}

/* ---- PSCI ---- */

/* The one translation of internal outcomes to PSCI's. */
static s64 psci_error(enum err e)
{
	static const s8 table[] = {[OK] = PSCI_OK,
				   [ERR_INVAL] = PSCI_INVALID_PARAMETERS,
				   [ERR_RANGE] = PSCI_INVALID_ADDRESS,
				   [ERR_NOENT] = PSCI_INVALID_PARAMETERS,
				   [ERR_EXIST] = PSCI_ALREADY_ON,
				   [ERR_BUSY] = PSCI_ON_PENDING,
				   [ERR_PERM] = PSCI_DENIED,
				   [ERR_STATE] = PSCI_DENIED};

	return e < ARRAY_SIZE(table) ? table[e] : PSCI_INTERNAL_FAILURE;
}

static struct vcpu *by_mpidr(struct vm *vm, u64 mpidr)
{
	u64 aff0 = mpidr & 0xff, aff1 = BITS(mpidr, 15, 8), index = aff1 << 4 | aff0;

	if (aff0 > 15 || (mpidr & ~0xffffULL) || index >= vm->nr_vcpus)
		return NULL;
	return &vm->vcpus[index];
}

static s64 psci_version(struct vcpu_arch *a UNUSED)
{
	return 0x10001;
}

/* Standby and power-down states alike wait for an interrupt; a power-down request may end as standby (5.4.1). */
static s64 psci_cpu_suspend(struct vcpu_arch *a)
{
	vcpu_block(a->core);
	return PSCI_OK;
}

static s64 psci_cpu_off(struct vcpu_arch *a)
{
	vcpu_power_off(a->core);
	return PSCI_OK; /* not seen by anybody */
}

static s64 psci_cpu_on(struct vcpu_arch *a)
{
	struct vm *vm = a->core->vm;
	struct vcpu *target = by_mpidr(vm, arg(a, 1));
	u64 entry = arg(a, 2);

	if (!target)
		return PSCI_INVALID_PARAMETERS;
	if ((entry & 3) || !aspace_is_mapped(vm->aspace, GPA(entry), PT_X))
		return PSCI_INVALID_ADDRESS;
	return psci_error(vcpu_power_on(target, GPA(entry), arg(a, 3)));
}

static s64 psci_affinity_info(struct vcpu_arch *a)
{
	static const u8 answer[] = {[VCPU_OFF] = 1, [VCPU_ON_PENDING] = 2, [VCPU_ON] = 0};
	struct vcpu *target = by_mpidr(a->core->vm, arg(a, 1));

	if (!target || arg(a, 2) != 0)
		return PSCI_INVALID_PARAMETERS;
	return answer[vcpu_power_state(target)];
}

static s64 psci_migrate_info_type(struct vcpu_arch *a UNUSED)
{
	return 2; /* no trusted OS that would have to migrate */
}

static s64 psci_system_off(struct vcpu_arch *a)
{
	vm_post(a->core->vm, VM_EV_HALT);
	vcpu_power_off(a->core);
	return PSCI_OK;
}

static s64 psci_system_reset(struct vcpu_arch *a)
{
	vm_post(a->core->vm, VM_EV_GUEST_RESET);
	vcpu_power_off(a->core);
	return PSCI_OK;
}

/* SYSTEM_RESET2: only the architectural warm reset, which here is a cold one (5.13). */
static s64 psci_system_reset2(struct vcpu_arch *a)
{
	u32 type = (u32)arg(a, 1);

	return type == 0 ? psci_system_reset(a) : PSCI_INVALID_PARAMETERS;
}

static s64 psci_features(struct vcpu_arch *a);

#define IN32 1u
#define IN64 2u

/* By function number; `forms` says in which of the two calling conventions it exists. */
static const struct {
	call_fn fn;
	u32 forms;
} psci[32] = {
	[0x00] = {psci_version, IN32},
	[0x01] = {psci_cpu_suspend, IN32 | IN64},
	[0x02] = {psci_cpu_off, IN32},
	[0x03] = {psci_cpu_on, IN32 | IN64},
	[0x04] = {psci_affinity_info, IN32 | IN64},
	[0x06] = {psci_migrate_info_type, IN32},
	[0x08] = {psci_system_off, IN32},
	[0x09] = {psci_system_reset, IN32},
	[0x0a] = {psci_features, IN32},
	[0x12] = {psci_system_reset2, IN32 | IN64},
};

static call_fn psci_lookup(u32 fn)
{
	u32 n = fn & 31;

	return psci[n].forms & (fn & FN_64 ? IN64 : IN32) ? psci[n].fn : NULL;
}

static s64 psci_features(struct vcpu_arch *a)
{
	u32 fn = (u32)arg(a, 1);

	if (fn == SMCCC_VERSION)
		return PSCI_OK;
	if ((fn & FN_PSCI_MASK) != FN_PSCI || !psci_lookup(fn))
		return PSCI_NOT_SUPPORTED;
	return PSCI_OK; /* CPU_SUSPEND: original parameter format, platform-coordinated */
}

/* ---- TRNG ---- */

#define TRNG_INVALID_PARAMETERS (-2)
#define TRNG_NO_ENTROPY (-3)

static const u32 trng_uuid[4] = {0x6f4d3e9au, 0x4c1b7d52u, 0x90e1c3a4u, 0x2b58d176u};

static s64 trng_version(struct vcpu_arch *a UNUSED)
{
	return 0x10000;
}

static s64 trng_get_uuid(struct vcpu_arch *a)
{
	for (u32 i = 1; i < 4; i++)
		a->x[i] = trng_uuid[i];
	return trng_uuid[0];
}

/* RND32: up to 96 bits in W1-W3, RND64: up to 192 in X1-X3; the last register holds the lowest bits (DEN 0098, 2.5). */
static s64 trng_rnd(struct vcpu_arch *a)
{
	u32 width = a->x[0] & FN_64 ? 64 : 32;
	u64 bits = arg(a, 1), words[3] = {0, 0, 0};

	if (bits == 0 || bits > 3 * width)
		return TRNG_INVALID_PARAMETERS;
	for (u32 i = 0; i < 3 && bits > i * width; i++) {
		u64 left = bits - i * width;

		if (!entropy_get(&words[i]))
			return TRNG_NO_ENTROPY;
		if (width == 32)
			words[i] &= 0xffffffff;
		if (left < width)
			words[i] &= (1ULL << left) - 1;
	}
	for (u32 i = 0; i < 3; i++)
		a->x[3 - i] = words[i];
	return 0;
}

static s64 trng_features(struct vcpu_arch *a)
{
	u32 fn = (u32)arg(a, 1);
	bool known = (fn >= 0x84000050u && fn <= 0x84000053u) || fn == TRNG_RND64;

	return known ? 0 : SMCCC_NOT_SUPPORTED;
}

static const call_fn trng[8] = {[0] = trng_version, [1] = trng_features, [2] = trng_get_uuid, [3] = trng_rnd};

/* Without a source of entropy there is no TRNG at all. */
static s64 trng_call(struct vcpu_arch *a)
{
	u32 fn = (u32)a->x[0];
	call_fn f = (fn & FN_64) && (fn & 7) != 3 ? NULL : trng[fn & 7];
	u64 probe;

	return f && entropy_get(&probe) ? f(a) : SMCCC_NOT_SUPPORTED;
}

/* ---- architecture calls ---- */

static s64 arch_version(struct vcpu_arch *a UNUSED)
{
	return 0x10001;
}

static s64 arch_done(struct vcpu_arch *a UNUSED)
{
	return 0; /* the exit and entry themselves did what WORKAROUND_1 and _3 ask for */
}

static s64 arch_features(struct vcpu_arch *a);

static const struct {
	u32 id;
	call_fn fn;
} arch_calls[] = {
	{SMCCC_VERSION, arch_version},
	{SMCCC_ARCH_FEATURES, arch_features},
	{SMCCC_WORKAROUND_1, arch_done},
	{SMCCC_WORKAROUND_3, arch_done},
};

static s64 arch_features(struct vcpu_arch *a)
{
	u32 fn = (u32)arg(a, 1);

	if (fn == SMCCC_VERSION || fn == SMCCC_ARCH_FEATURES)
		return 0;
	return errata_guest_workaround(fn);
}

static call_fn arch_lookup(u32 fn)
{
	for (u32 i = 0; i < ARRAY_SIZE(arch_calls); i++)
		if (arch_calls[i].id == fn)
			return arch_calls[i].fn;
	return NULL;
}

/* ---- dispatch ---- */

/* Fast calls of the owners "standard" and "Arm architecture" (DEN 0028, 2.5, 6). */
#define FN_OWNER_MASK 0xbf000000u
#define FN_STANDARD 0x84000000u
#define FN_ARCH 0x80000000u

static call_fn standard_lookup(u32 fn)
{
	if ((fn & FN_PSCI_MASK) == FN_PSCI)
		return psci_lookup(fn);
	return (fn & FN_TRNG_MASK) == FN_TRNG ? trng_call : NULL;
}

static call_fn lookup(u32 fn)
{
	u32 owner = fn & FN_OWNER_MASK;

	if (owner == FN_STANDARD)
		return standard_lookup(fn);
	return owner == FN_ARCH ? arch_lookup(fn) : NULL;
}

/* A function of its own, so that smccc_call() has no frame. */
static NOINLINE void call(struct vcpu_arch *a, call_fn fn)
{
	a->x[0] = (u64)fn(a);
}

void smccc_call(struct vcpu_arch *a)
{
	call_fn fn = lookup((u32)a->x[0]);

	if (fn)
		call(a, fn);
	else
		a->x[0] = (u64)SMCCC_NOT_SUPPORTED;
}

/* A trapped SMC returns to itself; step over it first, so that a call that blocks resumes behind it. */
void exit_smc(struct vcpu_arch *a, u64 esr)
{
	a->core->exits[EXIT_HYPERCALL]++;
	exit_skip(esr);
	smccc_call(a);
}
