/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hostile guest's instructions, htinst and page tables: what is decoded is an access that exists, and a walk ends after an entry
 * a level at an address. Input: vsatp, address, htinst, an instruction, then entries in the order in which they are read.
 */
/* SOURCES: arch/riscv/decode.c arch/riscv/s1walk.c */
#include <stdlib.h>
#include <string.h>

#include "arch/riscv/decode.h"
#include "arch/riscv/s1walk.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static struct {
	const u8 *at;
	size_t left;
	u32 reads;
} in;

static void check(bool good)
{
	if (!good)
		abort();
}

static u64 next(void)
{
	u64 v = 0;
	size_t n = in.left < 8 ? in.left : 8;

	memcpy(&v, in.at, n);
	in.at += n;
	in.left -= n;
	return v;
}

/* Valid, or as the input has it; none is left: no memory. */
static bool entry(void *ctx, u64 gpa, u64 *pte)
{
	check(ctx == &in && gpa % 8 == 0 && gpa >> 56 == 0);
	in.reads++;
	if (!in.left)
		return false;
	*pte = next();
	return true;
}

static void check_decoded(const struct decoded *d)
{
	check(d->size && d->size <= 8 && !(d->size & (d->size - 1)));
	check(d->reg < 32);
}

static void decode(u64 htinst, u32 insn)
{
	struct decoded d;
	u32 length;

	if (decode_load_store(insn, 4, &d))
		check_decoded(&d);
	if (decode_load_store(insn, 2, &d))
		check_decoded(&d);
	if (decode_htinst(htinst, &d, &length)) {
		check_decoded(&d);
		check((length == 2 || length == 4) && !htinst_is_implicit(htinst));
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u64 vsatp, va, htinst, gpa = 0, mode;
	enum s1_result r;

	in.at = data;
	in.left = size;
	in.reads = 0;
	vsatp = next();
	va = next();
	htinst = next();
	decode(htinst, (u32)next());
	mode = vsatp >> 60;
	r = s1_walk(vsatp, va, entry, &in, &gpa);
	check(in.reads <= (mode >= 8 && mode <= 10 ? mode - 5 : 0));
	check(r == S1_OK || r == S1_FAULT || r == S1_NO_MEMORY);
	if (mode && r == S1_OK)
		check(gpa >> 56 == 0 && (gpa & 0xfff) == (va & 0xfff));
	return 0;
}
