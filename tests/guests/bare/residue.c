/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks whether anything was left in its memory by who had it before, then leaves its own marks everywhere and resets: six
 * times, until the hypervisor has seen enough restarts. RAM is what hostile.dts gives it.
 */
#include "tests/guests/bare/lib.h"
#include "tests/guests/bare/residue.h"

#define RAM_SIZE (15u << 20)

extern const char _start[], __image_end[], __bss_start[], __bss_end[];

static u64 be32(const u8 *p)
{
	return (u64)p[0] << 24 | (u64)p[1] << 16 | (u64)p[2] << 8 | p[3];
}

struct span {
	u64 from, to;
};

/* The image with its variables and stacks, and the device tree: what loading and running have written. */
static bool own(const struct span *s, u64 at)
{
	return (at >= s[0].from && at < s[0].to) || (at >= s[1].from && at < s[1].to);
}

void guest_main(const void *tree)
{
	u64 registers = registers_left(), left = 0, marks = 0, begin = (u64)(uintptr_t)tree;
	const struct span s[2] = {{(u64)(uintptr_t)_start, (u64)(uintptr_t)__image_end},
				  {begin, begin + be32((const u8 *)tree + 4)}};

	mmu_on();
	for (u64 at = RAM_BASE; at < RAM_BASE + RAM_SIZE; at += 8) {
		u64 v = *(const volatile u64 *)at;

		if (own(s, at))
			continue;
		left += v != 0;
		marks += v == MARK;
	}
	print("residue: %lu words left, %lu of them marks, registers %lx\n", left, marks, registers);
	for (u64 at = RAM_BASE; at < RAM_BASE + RAM_SIZE; at += 8)
		if (!own(s, at))
			*(volatile u64 *)at = MARK;
	leave_registers();
	power_reset();
}
