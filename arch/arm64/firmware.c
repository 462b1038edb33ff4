/* SPDX-License-Identifier: Apache-2.0 */
/* Firmware calls and what they offer; constant after boot. The conduit is what the machine's tables say. */
#include "arch/arm64/firmware.h"
#include "arch/arm64/feature.h"
#include "arch/arm64/sysreg.h"
#include "core/log.h"
#include "hal/cpu.h"
#include "hal/vcpu.h"

static enum psci_conduit conduit;
static s64 smccc_version;
static bool has_trng;

s64 firmware_call(u32 fn, u64 a1, u64 a2, u64 a3)
{
	register u64 x0 __asm__("x0") = fn;
	register u64 x1 __asm__("x1") = a1;
	register u64 x2 __asm__("x2") = a2;
	register u64 x3 __asm__("x3") = a3;

	if (conduit == PSCI_NONE)
		return SMCCC_NOT_SUPPORTED;
	/* Before SMCCC 1.1 a call may change x4-x17; with it, x0-x3. */
	if (conduit == PSCI_SMC)
		__asm__ volatile("smc #0"
				 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
				 :
				 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
				   "x15", "x16", "x17", "memory");
	else
		__asm__ volatile("hvc #0"
				 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
				 :
				 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
				   "x15", "x16", "x17", "memory");
	return (s64)x0;
}

BOOT_CODE void firmware_init(enum psci_conduit c)
{
	s64 psci;

	conduit = c;
	if (c == PSCI_NONE)
		return;
	psci = firmware_call(PSCI_VERSION, 0, 0, 0);
	/* SMCCC_VERSION may be called only when PSCI 1.0 says that it exists (DEN 0028, 7.1). */
	if (psci >= 0x10000 && (s32)firmware_call(PSCI_FEATURES, SMCCC_VERSION, 0, 0) >= 0)
		smccc_version = firmware_call(SMCCC_VERSION, 0, 0, 0);
	has_trng = smccc_version >= 0x10001 && (s32)firmware_call(TRNG_VERSION, 0, 0, 0) >= 0x10000;
	log_info("firmware: PSCI %u.%u by %s, SMCCC %u.%u%s", (u32)(psci >> 16), (u32)(psci & 0xffff),
		 c == PSCI_SMC ? "SMC" : "HVC", smccc_version ? (u32)(smccc_version >> 16) : 1,
		 smccc_version ? (u32)(smccc_version & 0xffff) : 0, has_trng ? ", TRNG" : "");
}

BOOT_CODE s32 firmware_arch_features(u32 fn)
{
	if (smccc_version < 0x10001)
		return SMCCC_NOT_SUPPORTED;
	return (s32)firmware_call(SMCCC_ARCH_FEATURES, fn, 0, 0);
}

BOOT_CODE s64 firmware_cpu_on(u64 mpidr, u64 entry, u64 arg)
{
	return (s64)(s32)firmware_call(PSCI_CPU_ON, mpidr, entry, arg);
}

void machine_poweroff(void)
{
	(void)firmware_call(PSCI_SYSTEM_OFF, 0, 0, 0);
	cpu_panic_stop();
}

void machine_reset(void)
{
	(void)firmware_call(PSCI_SYSTEM_RESET, 0, 0, 0);
	cpu_panic_stop();
}

static bool rndr(u64 *value)
{
	u64 ok;

	/* NZCV.Z is set when no number was available (D19.2.128). */
	__asm__ volatile("mrs %0, " SYSREG_STR(RNDR) "\n\tcset %1, ne" : "=r"(*value), "=r"(ok) : : "cc");
	return ok;
}

static bool trng(u64 *value)
{
	register u64 x0 __asm__("x0") = TRNG_RND64;
	register u64 x1 __asm__("x1") = 64;
	register u64 x2 __asm__("x2") = 0;
	register u64 x3 __asm__("x3") = 0;

	if (conduit == PSCI_SMC)
		__asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory");
	else
		__asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory");
	*value = x3;
	return x0 == 0;
}

bool entropy_get(u64 *value)
{
	if (feature_has(FEAT_RNG)) {
		for (u32 tries = 0; tries < 8; tries++)
			if (rndr(value))
				return true;
	}
	return has_trng && trng(value);
}
