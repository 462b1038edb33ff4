/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions that hardware would give a guest, delivered to its VS-mode as trap entry does (Privileged Architecture 12.1.1, 21.6). */
#include "arch/riscv/exit.h"

void inject_exception(u64 cause, u64 stval)
{
	u64 vsstatus = csr_read(CSR_VSSTATUS), sstatus = csr_read(CSR_SSTATUS);
	u64 entered = vsstatus & ~(u64)(SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_SPP);

	entered |= vsstatus & SSTATUS_SIE ? SSTATUS_SPIE : 0;
	entered |= sstatus & SSTATUS_SPP;
	csr_write(CSR_VSSTATUS, entered);
	csr_write(CSR_VSCAUSE, cause);
	csr_write(CSR_VSTVAL, stval);
	csr_write(CSR_VSEPC, csr_read(CSR_SEPC));
	/* Exceptions go to the base whatever the mode of the vector (12.1.2). */
	csr_write(CSR_SEPC, csr_read(CSR_VSTVEC) & ~3ULL);
	csr_set(CSR_SSTATUS, SSTATUS_SPP);
	csr_set(CSR_HSTATUS, HSTATUS_SPVP);
}
