/* SPDX-License-Identifier: Apache-2.0 */
/* Floating-point registers and what the supervisor has for itself. */
#include "tests/guests/bare/residue.h"

#define SSTATUS_FS (3u << 13)
#define FLOATS(op) op(0) op(1) op(2) op(7) op(8) op(15) op(16) op(23) op(31)

u64 registers_left(void)
{
	u64 sum = read_csr(sscratch) | read_csr(sepc) | read_csr(scause) | read_csr(stval), v;

	set_csr(sstatus, SSTATUS_FS);
	sum |= read_csr(fcsr);
#define LOOK(n)                                                                                   \
	__asm__ volatile(".option push\n\t.option arch, +d\n\tfmv.x.d %0, f" #n "\n\t.option pop" \
			 : "=r"(v));                                                              \
	sum |= v;
	FLOATS(LOOK)
	return sum;
}

void leave_registers(void)
{
	write_csr(sscratch, MARK);
	write_csr(sepc, MARK);
	write_csr(scause, 13);
	write_csr(stval, MARK);
	write_csr(fcsr, 0x1f);
#define LEAVE(n)                                                            \
	__asm__ volatile(".option push\n\t.option arch, +d\n\tfmv.d.x f" #n \
			 ", %0\n\t.option pop" ::"r"(MARK));
	FLOATS(LEAVE)
}
