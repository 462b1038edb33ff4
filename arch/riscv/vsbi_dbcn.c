/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SBI 3.0, chapter 12, and legacy calls 1 and 2: the debug console is the VM's UART. Its output goes the way the UART's goes, its
 * input is not taken from the UART's driver: reads find nothing.
 */
#include "arch/riscv/vsbi.h"
#include "core/gmem.h"
#include "core/platform.h"

#define WRITE_MAX 64u /* bytes a call: the caller asks again for the rest (12.1) */

/* Physical address in a1 (low) and a2 (high XLEN bits: there are none). What is held back is not taken. */
static s64 console_write(struct vcpu_arch *a, u64 *value)
{
	u8 text[WRITE_MAX];
	u64 n = min_u64(a->x[A0], WRITE_MAX);

	if (a->x[A2] || gmem_read(a->core->vm->aspace, GPA(a->x[A1]), text, n) != OK)
		return SBI_ERR_INVALID_PARAM;
	*value = platform_debug_write(a->core->vm, text, (u32)n);
	return SBI_SUCCESS;
}

static s64 console_read(struct vcpu_arch *a UNUSED, u64 *value UNUSED)
{
	return SBI_SUCCESS;
}

void vsbi_console_byte(struct vcpu_arch *a, u8 byte)
{
	(void)platform_debug_write(a->core->vm, &byte, 1);
}

/* It may not block, so a byte that is held back is lost: SBI_ERR_FAILED says so (12.3). */
static s64 console_write_byte(struct vcpu_arch *a, u64 *value UNUSED)
{
	u8 byte = (u8)a->x[A0];

	return platform_debug_write(a->core->vm, &byte, 1) ? SBI_SUCCESS : SBI_ERR_FAILED;
}

static const vsbi_fn functions[] = {console_write, console_read, console_write_byte};

void vsbi_dbcn(struct vcpu_arch *a)
{
	VSBI_FUNCTION(a, functions);
}
