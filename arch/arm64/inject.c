/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exceptions that hardware would give a guest, delivered to its EL1 as
 * AArch64.TakeException does (DDI 0487 J1.1, D1.3.6). The vCPU is loaded: its EL1
 * registers are in hardware.
 */
#include "arch/arm64/exit.h"
#include "arch/arm64/feature.h"
#include "arch/arm64/sysreg.h"
#include "arch/arm64/vcpu_arch.h"

#define VECTOR_CUR_SP0 0x000
#define VECTOR_CUR_SPX 0x200
#define VECTOR_LOW_64 0x400
#define VECTOR_LOW_32 0x600

#define PSR_NZCV (0xfULL << 28)
#define PSR_DIT BIT(24)
#define PSR_PAN BIT(22)
#define PSR_SSBS BIT(12)
#define PSR_SSBS_A32 BIT(23)
#define SCTLR_EL1_SPAN BIT(23)
#define SCTLR_EL1_DSSBS BIT(44)

static u64 vector_offset(u64 spsr)
{
	if (spsr & PSR_NRW)
		return VECTOR_LOW_32;
	switch (spsr & PSR_MODE_MASK) {
	case 0:
		return VECTOR_LOW_64;
	case 4:
		return VECTOR_CUR_SP0;
	default:
		return VECTOR_CUR_SPX;
	}
}

/* PSTATE on entry to EL1: masked, EL1h; PAN and SSBS as SCTLR_EL1 asks; the rest of what survives. */
static u64 entry_pstate(u64 spsr, u64 sctlr)
{
	u64 p = PSR_D | PSR_A | PSR_I | PSR_F | PSR_MODE_EL1H;

	p |= spsr & PSR_NZCV;
	if (!(spsr & PSR_NRW))
		p |= spsr & PSR_DIT;
	if (feature_has(FEAT_PAN))
		p |= sctlr & SCTLR_EL1_SPAN ? spsr & PSR_PAN : PSR_PAN;
	if (feature_has(FEAT_SSBS) && sctlr & SCTLR_EL1_DSSBS)
		p |= PSR_SSBS;
	return p;
}

static void take_exception(u64 esr)
{
	u64 spsr = read_sysreg(SPSR_EL2), sctlr = read_sysreg(SCTLR_EL1);

	write_sysreg(ELR_EL1, read_sysreg(ELR_EL2));
	write_sysreg(SPSR_EL1, spsr);
	write_sysreg(ESR_EL1, esr);
	write_sysreg(ELR_EL2, read_sysreg(VBAR_EL1) + vector_offset(spsr));
	write_sysreg(SPSR_EL2, entry_pstate(spsr, sctlr));
}

void inject_undef(struct vcpu_arch *a UNUSED)
{
	/* EC 0: unknown reason, where IL is set whatever the length (D19.2.37). */
	take_exception(ESR_IL);
}

static bool from_lower(void)
{
	u64 spsr = read_sysreg(SPSR_EL2);

	return (spsr & PSR_NRW) || (spsr & PSR_MODE_MASK) == 0;
}

void inject_abort(struct vcpu_arch *a UNUSED, bool instruction, u64 far, u64 iss)
{
	u64 ec = instruction ? EC_IABT_LOW : EC_DABT_LOW;

	if (!from_lower())
		ec++;
	if (!(iss & ISS_FNV))
		write_sysreg(FAR_EL1, far);
	take_exception(ec << 26 | ESR_IL | iss);
}

/* A virtual SError: taken by the guest when it unmasks (HCR_EL2.VSE; syndrome in VSESR_EL2 with RAS). */
void inject_serror(struct vcpu_arch *a, u64 syndrome)
{
	if (feature_has(FEAT_RAS))
		write_sysreg(VSESR_EL2, syndrome & 0x1ffffff);
	a->hcr |= HCR_VSE;
	write_sysreg(HCR_EL2, a->hcr);
}
