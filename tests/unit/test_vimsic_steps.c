/* SPDX-License-Identifier: Apache-2.0 */
/* An MSI and its vCPU's own accesses at the same time: as if one came after the other. */
#include "tests/unit/rv_irq_steps.h"

#include "arch/riscv/vimsic.c"

#define ID 70

static struct vimsic file;
static u64 result;   /* what the vCPU's access returned */
static bool signal_; /* as the architecture left it after that */

struct vimsic *vimsic_of(const struct vm *of UNUSED, u32 vcpu UNUSED)
{
	return &file;
}

static void looks(void)
{
	signal_ = vimsic_pending(&file);
}

static void access_reg(u64 reg, u64 mask, u64 value)
{
	assert_int_equal(vimsic_reg(&file, reg, mask, value, &result), OK);
	looks();
}

static void msi(void)
{
	vimsic_send(&vm, 0, ID);
}

static void claims(void)
{
	result = vimsic_claim(&file);
	looks();
}
static void swaps_pending(void)
{
	access_reg(EIP0 + 2, ~0ULL, 1ULL << 9);
}
static void clears_pending(void)
{
	access_reg(EIP0 + 2, 1ULL << (ID - 64), 0);
}
static void sets_pending(void)
{
	access_reg(EIP0 + 2, 1ULL << (ID - 64), ~0ULL);
}
static void enables(void)
{
	access_reg(EIE0 + 2, ~0ULL, ~0ULL);
}
static void disables(void)
{
	access_reg(EIE0 + 2, ~0ULL, 0);
}
static void delivers(void)
{
	access_reg(EIDELIVERY, ~0ULL, 1);
}
static void is_silent(void)
{
	access_reg(EIDELIVERY, ~0ULL, 0);
}
static void opens_threshold(void)
{
	access_reg(EITHRESHOLD, ~0ULL, 0);
}
static void closes_threshold(void)
{
	access_reg(EITHRESHOLD, ~0ULL, ID);
}

static void (*const accesses[])(void) = {claims,          swaps_pending,   clears_pending, sets_pending,
					 enables,         disables,        delivers,       is_silent,
					 opens_threshold, closes_threshold};

/* One of 32 states, with a lower identity pending in half of them. */
static void begin(u32 state)
{
	vm_of(1);
	memset(&file, 0, sizeof(file));
	file.s.eip[1] = (state & 1 ? id_bit(ID) : 0) | (state & 2 ? id_bit(65) : 0);
	file.s.eie[1] = state & 4 ? ~0ULL : 0;
	file.s.delivery = state >> 3 & 1;
	file.s.threshold = state & 16 ? ID : 0;
	result = 0;
	looks();
}

struct outcome {
	struct vimsic_state s;
	u64 result;
};

static struct outcome outcome(void)
{
	return (struct outcome){file.s, result};
}

static struct outcome in_order(u32 state, void (*a)(void), void (*b)(void))
{
	begin(state);
	a();
	b();
	return outcome();
}

static void check(u32 state, void (*a)(void), void (*b)(void))
{
	struct outcome ab = in_order(state, a, b), ba = in_order(state, b, a), now;

	for (u32 at = 1;; at++) {
		begin(state);
		if (!interleave(a, b, at))
			break;
		now = outcome();
		assert_true(!memcmp(&now, &ab, sizeof(now)) || !memcmp(&now, &ba, sizeof(now)));
		if (was_woken(0))
			looks();
		assert_int_equal(signal_, vimsic_pending(&file));
	}
}

static void an_msi_comes_before_or_after_whatever_the_vcpu_does(void **s UNUSED)
{
	for (u32 state = 0; state < 32; state++)
		for (u32 i = 0; i < ARRAY_SIZE(accesses); i++) {
			check(state, accesses[i], msi);
			check(state, msi, accesses[i]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_msi_comes_before_or_after_whatever_the_vcpu_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
