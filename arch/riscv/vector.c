/* SPDX-License-Identifier: Apache-2.0 */
/* See vector.h. Section numbers are those of the Vector extension 1.0. */
#include "arch/riscv/vector.h"
#include "arch/riscv/csr.h"
#include "arch/riscv/feature.h"
#include "core/string.h"

/* vector_regs.S; vstart is 0 after the first two, whatever it was. */
void vector_file_save(u8 *v);
void vector_file_load(const u8 *v);
/* VSETVL: vl as long as `vtype` allows that many elements. */
void vector_set(u64 vl, u64 vtype);

/* vtype at reset: illegal, and vl 0 (3.11). */
#define VTYPE_VILL (1ULL << 63)

BOOT_CODE u32 vector_read_cpu(void)
{
	u64 bytes = 0;

	if (!feature_cpu_has(EXT_V) || !feature_cpu_has(EXT_D))
		return 0;
	csr_set(CSR_SSTATUS, (u64)XS_INITIAL << SSTATUS_VS_SHIFT);
	if (csr_read(CSR_SSTATUS) & SSTATUS_VS)
		bytes = csr_read(CSR_VLENB);
	csr_clear(CSR_SSTATUS, SSTATUS_VS);
	return (u32)bytes;
}

size_t vector_state_size(void)
{
	return (size_t)align_up(32 * (u64)host_features.vlenb, 64);
}

void vector_reset(struct vector_regs *r)
{
	r->vstart = r->vl = r->vcsr = 0;
	r->vtype = VTYPE_VILL;
	if (r->v)
		memset(r->v, 0, vector_state_size());
}

u64 vector_clean(void)
{
	return host_features.vlenb ? (u64)XS_CLEAN << SSTATUS_VS_SHIFT : 0;
}

void vector_load(const struct vector_regs *r)
{
	if (!r->v)
		return;
	csr_set(CSR_SSTATUS, SSTATUS_VS);
	vector_file_load(r->v);
	vector_set(r->vl, r->vtype);
	csr_write(CSR_VCSR, r->vcsr);
	csr_write(CSR_VSTART, r->vstart); /* last: vector instructions set it to 0 */
}

void vector_save(struct vector_regs *r, u64 sstatus)
{
	if (r->v && (sstatus & SSTATUS_VS) == (u64)XS_DIRTY << SSTATUS_VS_SHIFT) {
		r->vstart = csr_read(CSR_VSTART);
		r->vl = csr_read(CSR_VL);
		r->vtype = csr_read(CSR_VTYPE);
		r->vcsr = csr_read(CSR_VCSR);
		vector_file_save(r->v);
	}
	csr_clear(CSR_SSTATUS, SSTATUS_VS);
}
