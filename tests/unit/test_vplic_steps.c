/* SPDX-License-Identifier: Apache-2.0 */
/* A line and a register access at the same time: as if one came after the other, and whoever has to look is told. */
#include "tests/unit/rv_irq_steps.h"

#include "arch/riscv/vplic.c"

#define N 33u
#define BIT BIT32(N % 32)
#define VCPUS 2

static struct vplic plic;
static u32 result;            /* of a claim */
static bool signal_of[VCPUS]; /* as the architecture left it when the vCPU last looked */

static u32 enable_reg(u32 vcpu)
{
	return ENABLE + ENABLE_STRIDE * VPLIC_CONTEXT(vcpu) + 4;
}

static u32 context_reg(u32 vcpu, u32 reg)
{
	return CONTEXT + CONTEXT_STRIDE * VPLIC_CONTEXT(vcpu) + reg;
}

static void looks(u32 vcpu)
{
	signal_of[vcpu] = vplic_pending(&plic, vcpu);
}

/* vCPU 0 writes, and looks. */
static void wr(u32 off, u32 value)
{
	vplic_ops.write(&plic, &vcpus[0], off, 4, value);
	looks(0);
}

static void line_moves(void)
{
	vplic_line(&plic, N, !(plic.input[N / 32] & INPUT_LEVEL(N % 32)));
}

static void claims(void)
{
	result = (u32)vplic_ops.read(&plic, &vcpus[0], context_reg(0, CLAIM), 4);
	looks(0);
}
static void completes(void)
{
	wr(context_reg(0, CLAIM), N);
}
static void enables(void)
{
	wr(enable_reg(0), BIT);
}
static void disables(void)
{
	wr(enable_reg(0), 0);
}
static void enables_for_other(void)
{
	wr(enable_reg(1), BIT);
}
static void disables_for_other(void)
{
	wr(enable_reg(1), 0);
}
static void priority_up(void)
{
	wr(4 * N, 6);
}
static void priority_none(void)
{
	wr(4 * N, 0);
}
static void threshold_up(void)
{
	wr(context_reg(0, THRESHOLD), 5);
}
static void threshold_none(void)
{
	wr(context_reg(0, THRESHOLD), 0);
}
static void threshold_none_for_other(void)
{
	wr(context_reg(1, THRESHOLD), 0);
}

static void (*const accesses[])(void) = {
	claims,
	completes,
	enables,
	disables,
	enables_for_other,
	disables_for_other,
	priority_up,
	priority_none,
	threshold_up,
	threshold_none,
	threshold_none_for_other,
};

/* Bits of a state: the line; what the gateway did (nothing, requested, claimed, claimed with a request); the configuration. */
#define STATES 512

static void begin(u32 state)
{
	memset(&plic, 0, sizeof(plic));
	vplic_init(&plic, &vm);
	plic.input[N / 32] = (state & 1 ? INPUT_LEVEL(N % 32) : 0) | (state & 2 ? INPUT_REQUEST(N % 32) : 0);
	plic.busy[N / 32] = state & 4 ? BIT : 0;
	wr(4 * N, state & 8 ? 5 : state & 16 ? 1 : 0);
	wr(enable_reg(0), state & 32 ? BIT : 0);
	wr(enable_reg(1), state & 64 ? BIT : 0);
	wr(context_reg(0, THRESHOLD), state & 128 ? 5 : 0);
	wr(context_reg(1, THRESHOLD), state & 256 ? 4 : 0);
	result = 0;
	take_woken();
	looks(0);
	looks(1);
}

static u32 outcome(void)
{
	u32 w = N / 32;

	return !!(pending(&plic, w) & BIT) | !!(plic.busy[w] & BIT) << 1 | (u32)vplic_pending(&plic, 0) << 2 |
	       (u32)vplic_pending(&plic, 1) << 3 | result << 8;
}

static u32 in_order(u32 state, void (*a)(void), void (*b)(void))
{
	begin(state);
	a();
	b();
	return outcome();
}

/* Nobody sleeps while it has an interrupt. A signal without one is only what a claim returns 0 for. */
static void check_signals(void)
{
	for (u32 i = 0; i < VCPUS; i++) {
		if (was_woken(i))
			looks(i);
		assert_true(signal_of[i] || !vplic_pending(&plic, i));
	}
}

static void check(u32 state, void (*a)(void), void (*b)(void))
{
	u32 ab = in_order(state, a, b), ba = in_order(state, b, a), now;

	for (u32 at = 1;; at++) {
		begin(state);
		if (!interleave(a, b, at))
			break;
		now = outcome();
		if (now != ab && now != ba)
			fail_msg("state %x access %u: %x, in order %x or %x", state, at, now, ab, ba);
		check_signals();
	}
}

static void a_line_moves_before_or_after_whatever_a_guest_does(void **s UNUSED)
{
	vm_of(VCPUS);
	for (u32 state = 0; state < STATES; state++)
		for (u32 i = 0; i < ARRAY_SIZE(accesses); i++) {
			check(state, accesses[i], line_moves);
			check(state, line_moves, accesses[i]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_moves_before_or_after_whatever_a_guest_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
