/* SPDX-License-Identifier: Apache-2.0 */
/* See fp.h. */
#include "arch/riscv/fp.h"
#include "arch/riscv/csr.h"
#include "arch/riscv/feature.h"
#include "arch/riscv/vcpu_arch.h"

/* fp_regs.S */
void fp_regs_save(u64 f[32]);
void fp_regs_load(const u64 f[32]);

/* The registers are 64 bits wide, or there are none that a guest may use (feature.c). */
static bool there(void)
{
	return feature_has(EXT_D);
}

u64 fp_clean(void)
{
	return there() ? (u64)XS_CLEAN << SSTATUS_FS_SHIFT : 0;
}

void fp_load(const struct fp_regs *fp)
{
	if (!there())
		return;
	csr_set(CSR_SSTATUS, SSTATUS_FS);
	fp_regs_load(fp->f);
	csr_write(CSR_FCSR, fp->fcsr);
}

void fp_save(struct fp_regs *fp, u64 sstatus)
{
	if ((sstatus & SSTATUS_FS) == (u64)XS_DIRTY << SSTATUS_FS_SHIFT) {
		fp_regs_save(fp->f);
		fp->fcsr = csr_read(CSR_FCSR);
	}
	csr_clear(CSR_SSTATUS, SSTATUS_FS);
}
