/* SPDX-License-Identifier: Apache-2.0 */
/* Incoming MSIs (AIA 1.0, chapter 3): the hart's file through siselect and sireg, others' by their page. */
#include "tests/guests/bare/lib.h"

#define EIDELIVERY 0x70
#define EITHRESHOLD 0x72
#define EIE0 0xc0

/* On the emulator's board a hart's page is followed by those of its guest files: 2 to this power pages a hart. */
static u32 index_bits;

static void file_write(u64 reg, u64 value)
{
	__asm__ volatile("csrw %0, %1\n\tcsrw %2, %3" ::"i"(CSR_SISELECT), "r"(reg), "i"(CSR_SIREG),
			 "r"(value)
			 : "memory");
}

bool imsic_init(const void *tree)
{
	if (!tree_property(tree, IMSIC_UNIT, "msi-controller", NULL))
		return false;
	index_bits = tree_number(tree, IMSIC_UNIT, "riscv,guest-index-bits", 0);
	file_write(EIDELIVERY, 1);
	file_write(EITHRESHOLD, 0);
	return true;
}

/* With XLEN 64 only the even registers are there, 64 identities each. */
void imsic_enable(u32 id)
{
	__asm__ volatile("csrw %0, %1\n\tcsrs %2, %3" ::"i"(CSR_SISELECT), "r"((u64)(EIE0 + id / 64 * 2)),
			 "i"(CSR_SIREG), "r"(1ULL << id % 64)
			 : "memory");
}

u64 imsic_file(u32 index)
{
	return IMSIC_BASE + ((u64)index << (12 + index_bits));
}
