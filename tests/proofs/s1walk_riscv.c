/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arch/riscv/s1walk.c for every vsatp, address and content of memory, which may be another at each look: the walk ends after at most
 * five entries, reads only entries of 8 bytes that the table it follows has, and what it gives fits a physical address.
 */
#include "arch/riscv/s1walk.h"
#include "tests/proofs/prove.h"

u64 nondet_u64(void);
bool nondet_bool(void);

static u32 reads;
static u64 table; /* that the next entry has to be of */

static bool memory(void *ctx, u64 gpa, u64 *pte)
{
	PROVE(ctx == &reads, "the context is passed on");
	PROVE(!(gpa & 7) && gpa >> 12 == table, "an entry of the table that was named");
	reads++;
	*pte = nondet_u64();
	table = *pte >> 10 & 0xfffffffffff;
	return nondet_bool();
}

int main(void)
{
	u64 vsatp = nondet_u64(), va = nondet_u64(), gpa = 0, mode = vsatp >> 60;
	enum s1_result r;

	table = vsatp & 0xfffffffffff;
	r = s1_walk(vsatp, va, memory, &reads, &gpa);
	PROVE(r == S1_OK || r == S1_FAULT || r == S1_NO_MEMORY, "results");
	PROVE(reads <= 5 && (mode < 8 || mode > 10 ? reads == 0 : reads <= mode - 5), "an entry a level");
	PROVE(mode || (r == S1_OK && gpa == va), "bare");
	PROVE(!mode || (mode >= 8 && mode <= 10) || r == S1_FAULT, "reserved modes");
	PROVE(!mode || r == S1_FAULT || gpa >> 56 == 0, "an address of 56 bits");
	PROVE(!mode || r != S1_OK || (gpa & 0xfff) == (va & 0xfff), "the offset in the page");
	REACHABLE(r == S1_OK && mode == 10 && reads == 5, "a page of Sv57");
	REACHABLE(r == S1_NO_MEMORY && reads == 2, "a table outside of memory");
	return 0;
}
