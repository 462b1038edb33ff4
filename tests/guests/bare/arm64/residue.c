/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks whether anything was left in its memory by who had it before, then leaves its own marks everywhere and resets: six
 * times, until the hypervisor has seen enough restarts. RAM is what hostile.sh gives it, 16 MiB.
 */
#include "tests/guests/bare/lib.h"

#define RAM_SIZE (16u << 20)
#define MARK 0x6c6566746f766572ULL /* "leftover" */

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

static u64 registers_left(void)
{
	u64 sum = 0, v;

	/* vector registers: nothing here has used them since the vCPU began */
	__asm__ volatile(
		"orr v0.16b, v0.16b, v1.16b\n\torr v2.16b, v2.16b, v3.16b\n\torr v0.16b, v0.16b, v2.16b\n\t"
		"orr v0.16b, v0.16b, v31.16b\n\torr v0.16b, v0.16b, v16.16b\n\tmov %0, v0.d[0]"
		: "=r"(v));
	sum |= v | read_sysreg(tpidr_el0) | read_sysreg(tpidr_el1) | read_sysreg(tpidrro_el0) |
	       read_sysreg(contextidr_el1) | read_sysreg(ttbr1_el1) | read_sysreg(par_el1) |
	       read_sysreg(cntv_cval_el0) | read_sysreg(cntp_cval_el0);
	return sum;
}

static void leave_registers(void)
{
	write_sysreg(tpidr_el0, MARK);
	write_sysreg(tpidr_el1, MARK);
	write_sysreg(tpidrro_el0, MARK);
	write_sysreg(contextidr_el1, 0x6c656674);
	write_sysreg(ttbr1_el1, 0x6c6566740000);
	write_sysreg(par_el1, MARK);
	write_sysreg(cntv_cval_el0, MARK);
	write_sysreg(cntp_cval_el0, MARK);
	__asm__ volatile("dup v0.2d, %0\n\tdup v1.2d, %0\n\tdup v16.2d, %0\n\tdup v31.2d, %0" ::"r"(MARK));
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
