/* SPDX-License-Identifier: Apache-2.0 */
/* Floating-point and vector registers and what the supervisor has for itself. */
#include "tests/guests/bare/residue.h"

#define VTYPE_VILL (1ULL << 63)
#define FLOATS(op) op(0) op(1) op(2) op(7) op(8) op(15) op(16) op(23) op(31)

/* Where the hart has vectors, sstatus.VS stays set. */
static bool vectors(void)
{
	set_csr(sstatus, SSTATUS_VS);
	return read_csr(sstatus) & SSTATUS_VS;
}

#define WITH_V(text) ".option push\n\t.option arch, +v\n\t" text "\n\t.option pop"
/* The first words of registers, whatever vtype is. */
#define VECTORS(op) op(0) op(8) op(16) op(24)

static u64 vectors_left(void)
{
	static u64 v[8 * 1024] __attribute__((aligned(64))); /* eight registers of VLEN = 65536 */
	u64 sum = 0, bytes, vtype;

	__asm__ volatile(WITH_V("csrr %0, vlenb\n\tcsrr %1, vtype") : "=r"(bytes), "=r"(vtype));
	sum |= vtype ^ VTYPE_VILL;
	__asm__ volatile(WITH_V("csrr %0, vcsr\n\tcsrr %1, vstart") : "=r"(v[0]), "=r"(v[1]));
	sum |= v[0] | v[1];
#define LOOK_V(n)                                                            \
	__asm__ volatile(WITH_V("vs8r.v v" #n ", (%0)")::"r"(v) : "memory"); \
	for (u64 i = 0; i < bytes; i++)                                      \
		sum |= v[i];
	VECTORS(LOOK_V)
	return sum;
}

static void leave_vectors(void)
{
	u64 vl;

	__asm__ volatile(WITH_V("vsetvli %0, zero, e64, m8, ta, ma") : "=r"(vl));
#define LEAVE_V(n) __asm__ volatile(WITH_V("vmv.v.x v" #n ", %0")::"r"(MARK));
	VECTORS(LEAVE_V)
	__asm__ volatile(WITH_V("csrwi vcsr, 7\n\tcsrwi vstart, 3"));
}

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
	if (vectors())
		sum |= vectors_left();
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
	if (vectors())
		leave_vectors();
}
