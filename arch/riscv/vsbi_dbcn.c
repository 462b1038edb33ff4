/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SBI 3.0, chapter 12, and legacy calls 1 and 2: the debug console is the VM's UART. Its output goes the way the UART's goes, and
 * it reads what the UART received and its driver has not taken, as firmware that shares a UART with its supervisor does.
 */
#include "arch/riscv/vsbi.h"
#include "core/aspace.h"
#include "core/gmem.h"
#include "core/platform.h"

#define BYTES_MAX 64u /* a call: the caller asks again for the rest (12.1, 12.2) */

/* Physical address in a1 (low) and a2 (high XLEN bits: there are none). What is held back is not taken. */
static s64 console_write(struct vcpu_arch *a, u64 *value)
{
	u8 text[BYTES_MAX];
	u64 n = min_u64(a->x[A0], BYTES_MAX);

	if (a->x[A2] || gmem_read(a->core->vm->aspace, GPA(a->x[A1]), text, n) != OK)
		return SBI_ERR_INVALID_PARAM;
	*value = platform_debug_write(a->core->vm, text, (u32)n);
	return SBI_SUCCESS;
}

/* Looked at before anything is taken: what was typed is not lost for a wrong address. */
static bool writable(const struct aspace *as, u64 at, u64 n)
{
	hpa_t hpa;

	for (u64 chunk; n; at += chunk, n -= chunk)
		if (aspace_translate(as, GPA(at), n, true, &hpa, &chunk) != OK)
			return false;
	return true;
}

static s64 console_read(struct vcpu_arch *a, u64 *value)
{
	u8 text[BYTES_MAX];
	u64 n = min_u64(a->x[A0], BYTES_MAX);
	const struct aspace *as = a->core->vm->aspace;

	if (a->x[A2] || !writable(as, a->x[A1], n))
		return SBI_ERR_INVALID_PARAM;
	n = platform_debug_read(a->core->vm, text, (u32)n);
	if (gmem_write(as, GPA(a->x[A1]), text, n) != OK)
		return SBI_ERR_INVALID_PARAM;
	*value = n;
	return SBI_SUCCESS;
}

void vsbi_console_put(struct vcpu_arch *a, u8 byte)
{
	(void)platform_debug_write(a->core->vm, &byte, 1);
}

s64 vsbi_console_get(struct vcpu_arch *a)
{
	u8 byte;

	return platform_debug_read(a->core->vm, &byte, 1) ? byte : -1;
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
