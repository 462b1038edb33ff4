/* SPDX-License-Identifier: Apache-2.0 */
/* A line and a register access at the same time: as if one came after the other. */
#include "tests/unit/rv_irq_steps.h"

#include "arch/riscv/vaplic.c"

#define N 33u

static struct vaplic aplic;
static u32 sent;

void vimsic_send(struct vm *to UNUSED, u32 vcpu, u32 id)
{
	assert_true(vcpu == 0 && (id == N || id == 0)); /* 0: it was inactive at first */
	sent++;
}

static void wr(u32 off, u32 value)
{
	vaplic_ops.write(&aplic, &vcpus[0], off, 4, value);
}

/* ---- what happens ---- */

static void line_moves(void)
{
	vaplic_line(&aplic, N, !(aplic.source[N] & SRC_LINE));
}

static void sets_pending(void)
{
	wr(0x1cdc, N);
}
static void clears_pending(void)
{
	wr(0x1ddc, N);
}
static void enables(void)
{
	wr(0x1edc, N);
}
static void disables(void)
{
	wr(0x1fdc, N);
}
/* What is taken for the first event must not be this one. */
static void masks_and_pends_again(void)
{
	disables();
	clears_pending();
	sets_pending();
}
static void domain_on(void)
{
	wr(0, DOMAINCFG_IE);
}
static void domain_off(void)
{
	wr(0, 0);
}
static void inactive(void)
{
	wr(4 * N, 0);
}
static void detached(void)
{
	wr(4 * N, 1);
}
static void edge1(void)
{
	wr(4 * N, 4);
}
static void edge0(void)
{
	wr(4 * N, 5);
}
static void level1(void)
{
	wr(4 * N, 6);
}
static void level0(void)
{
	wr(4 * N, 7);
}

static void (*const accesses[])(void) = {
	sets_pending,
	clears_pending,
	enables,
	disables,
	domain_on,
	domain_off,
	inactive,
	detached,
	edge1,
	edge0,
	level1,
	level0,
	masks_and_pends_again,
};

/* ---- states ---- */

static const u32 modes[] = {0, 1, 4, 5, 6, 7};

#define STATES (ARRAY_SIZE(modes) * 16)

static void begin(u32 state)
{
	memset(&aplic, 0, sizeof(aplic));
	vaplic_init(&aplic, &vm);
	vaplic_line(&aplic, N, state & 1);
	wr(4 * N, modes[state / 16]);
	wr(0x3000 + 4 * N, N);
	if (state & 2)
		sets_pending();
	else
		clears_pending();
	if (state & 4)
		domain_on();
	if (state & 8)
		enables();
	sent = 0;
}

#define ONE_MORE (1u << 8) /* MSI, in outcome() */

/* All that can be seen of it. */
static u32 outcome(void)
{
	u32 s = aplic.source[N];

	return (s & SRC_MODE) | (u32)pending(s) << 3 | (u32)enabled(s) << 4 | (u32)rectified(s) << 5 |
	       sent << 8 | aplic.enable << 16 | aplic.target[N] << 20;
}

static u32 in_order(u32 state, void (*a)(void), void (*b)(void))
{
	begin(state);
	a();
	b();
	return outcome();
}

/* The same, but what the first makes pending is forwarded after the second: forwarding takes time (4.9.3). */
static u32 forwarded_late(u32 state, void (*a)(void), void (*b)(void))
{
	u32 enable;

	begin(state);
	enable = aplic.enable;
	aplic.enable = 0;
	a();
	if (a != domain_on && a != domain_off)
		aplic.enable = enable;
	b();
	forward(&aplic, N);
	return outcome();
}

static void check(u32 state, void (*a)(void), void (*b)(void))
{
	u32 ab = in_order(state, a, b), ba = in_order(state, b, a), now;
	u32 late_ab = forwarded_late(state, a, b), late_ba = forwarded_late(state, b, a);

	for (u32 at = 1;; at++) {
		begin(state);
		if (!interleave(a, b, at))
			break;
		now = outcome();
		if (b == level0 && a == line_moves && now == ab + ONE_MORE)
			continue; /* between the two operations of a fall: vaplic_line() says why */
		if (now != ab && now != ba && now != late_ab && now != late_ba)
			fail_msg("state %x access %u: %x, in order %x or %x, late %x or %x", state, at, now,
				 ab, ba, late_ab, late_ba);
		assert_false(aplic.enable && enabled(aplic.source[N]) && pending(aplic.source[N]));
	}
}

static void a_line_moves_before_or_after_whatever_a_guest_does(void **s UNUSED)
{
	vm_of(1);
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
