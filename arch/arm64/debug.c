/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Self-hosted debug of a guest (DDI 0487 D2). Its registers trap; the first
 * use of a breakpoint or watchpoint makes them part of the vCPU's switched state.
 * They live in this CPU's registers while the vCPU is loaded; debug exceptions go
 * to EL1 (MDCR_EL2.TDE = 0). The external debug channel is absent: it reads as zero.
 */
#include "arch/arm64/exit.h"
#include "arch/arm64/sysreg.h"
#include "arch/arm64/vcpu_arch.h"

#define REPEAT16(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

enum bank { BVR = 4, BCR = 5, WVR = 6, WCR = 7 };

static u32 pairs(u32 lo)
{
	return (u32)((read_sysreg(ID_AA64DFR0_EL1) >> lo) & 0xf) + 1;
}

static u32 breakpoints(void)
{
	return pairs(12);
}

static u32 watchpoints(void)
{
	return pairs(20);
}

/*
 * What a guest may set in DBGBCR (E, PMC, BAS, LBN, BT) and DBGWCR (E, PAC, LSC, BAS, LBN, WT, MASK): HMC and SSC, which would
 * reach EL2 or another security state, stay clear.
 */
#define BCR_GUEST 0x00ff01e7ULL
#define WCR_GUEST 0x1f1f1fffULL

static void bank_write(u32 bank, u32 n, u64 v)
{
#define CASE(i)                                           \
	case i:                                           \
		if (bank == BVR)                          \
			write_sysreg(dbgbvr##i##_el1, v); \
		else if (bank == BCR)                     \
			write_sysreg(dbgbcr##i##_el1, v); \
		else if (bank == WVR)                     \
			write_sysreg(dbgwvr##i##_el1, v); \
		else                                      \
			write_sysreg(dbgwcr##i##_el1, v); \
		break;
	switch (n) {
		REPEAT16(CASE)
	default:
		break;
	}
#undef CASE
}

static u64 *stored(struct vcpu_arch *a, u32 bank, u32 n)
{
	u64 *const base[] = {a->dbgbvr, a->dbgbcr, a->dbgwvr, a->dbgwcr};

	return &base[bank - BVR][n];
}

void debug_load(const struct vcpu_arch *a)
{
	for (u32 n = 0; n < breakpoints(); n++) {
		bank_write(BVR, n, a->dbgbvr[n]);
		bank_write(BCR, n, a->dbgbcr[n]);
	}
	for (u32 n = 0; n < watchpoints(); n++) {
		bank_write(WVR, n, a->dbgwvr[n]);
		bank_write(WCR, n, a->dbgwcr[n]);
	}
}

/* The copies are current (every write passes here); nothing may stay armed for the next guest. */
void debug_save(const struct vcpu_arch *a UNUSED)
{
	for (u32 n = 0; n < breakpoints(); n++)
		bank_write(BCR, n, 0);
	for (u32 n = 0; n < watchpoints(); n++)
		bank_write(WCR, n, 0);
}

static bool bank_access(struct vcpu_arch *a, u32 bank, u32 n, bool write, u64 *value)
{
	u32 have = bank <= BCR ? breakpoints() : watchpoints();

	if (n >= have)
		return false;
	if (!write) {
		*value = *stored(a, bank, n);
		return true;
	}
	if (bank == BCR || bank == WCR)
		*value &= bank == BCR ? BCR_GUEST : WCR_GUEST;
	*stored(a, bank, n) = *value;
	if (!a->debug_used) {
		a->debug_used = true;
		debug_load(a);
	}
	bank_write(bank, n, *value);
	return true;
}

/* MDSCR_EL1 bits a guest has: SS, TDCC, KDE, MDE. */
#define MDSCR_GUEST (BIT(0) | BIT(12) | BIT(13) | BIT(15))

/* Encodings as in trap.c: op0<15:14> op1<13:11> crn<10:7> crm<6:3> op2<2:0>. */
bool debug_access(struct vcpu_arch *a, u32 enc, bool write, u64 *value)
{
	u32 op1 = (enc >> 11) & 7, crn = (enc >> 7) & 0xf, crm = (enc >> 3) & 0xf, op2 = enc & 7;

	if (op1 == 0 && crn == 0 && op2 >= BVR)
		return bank_access(a, op2, crm, write, value);
	if (op1 == 0 && crn == 0 && crm == 2 && op2 == 2) { /* MDSCR_EL1 */
		if (write)
			write_sysreg(MDSCR_EL1, *value & MDSCR_GUEST);
		else
			*value = read_sysreg(MDSCR_EL1);
		return true;
	}
	if (op1 == 0 && crn == 1 && crm == 0 && op2 == 4) { /* OSLAR_EL1 */
		if (write)
			a->oslsr = (*value & 1) << 1;
		return write;
	}
	if (op1 == 0 && crn == 1 && crm == 1 && op2 == 4) { /* OSLSR_EL1: OSLM = 0b10 */
		*value = a->oslsr | BIT(3);
		return !write;
	}
	/* MDCCINT, OSDTR, OSECCR, OSDLR, DBGPRCR, DBGCLAIM, DBGAUTHSTATUS, MDRAR, the data channel: nothing there. */
	if (!write)
		*value = 0;
	return crn == 0 || crn == 1 || crn == 7;
}
