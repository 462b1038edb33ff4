/* SPDX-License-Identifier: Apache-2.0 */
/* Vector, thread and translation registers, and compare values. */
#include "tests/guests/bare/residue.h"

u64 registers_left(void)
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

void leave_registers(void)
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
