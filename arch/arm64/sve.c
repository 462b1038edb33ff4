/* SPDX-License-Identifier: Apache-2.0 */
/* Vector length of the machine; the registers themselves move in sve_regs.S. */
#include "arch/arm64/sve.h"
#include "arch/arm64/feature.h"
#include "arch/arm64/sysreg.h"

u64 sve_vector_bytes(void);

/* RES1 bits alone: nothing traps. */
#define CPTR_SVE_OPEN 0x32ffULL

static u64 common_vl; /* bytes */

BOOT_CODE void sve_read_cpu(void)
{
	u64 vl;

	if (!feature_cpu_has(FEAT_SVE))
		return;
	/* Firmware may have left SVE trapped, for EL2 too (CPTR_EL2.TZ, E2H = 0). */
	write_sysreg(CPTR_EL2, CPTR_SVE_OPEN);
	isb();
	write_sysreg(ZCR_EL2, 0xf);
	isb();
	vl = sve_vector_bytes();
	if (common_vl == 0 || vl < common_vl)
		common_vl = vl;
}

u64 sve_zcr_el2(void)
{
	return common_vl ? common_vl / 16 - 1 : 0;
}

/* 32 Z registers, 16 predicates and FFR of an eighth each, as sve_regs.S lays them out. */
size_t sve_state_size(void)
{
	if (!feature_has(FEAT_SVE))
		return 0;
	return (size_t)align_up(32 * common_vl + 17 * (common_vl / 8), 64);
}
