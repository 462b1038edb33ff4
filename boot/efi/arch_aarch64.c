/* SPDX-License-Identifier: Apache-2.0 */
/* The UEFI application on arm64: firmware must be at EL2. */
#include <efi.h>
#include <efilib.h>

#include "boot/efi/arch.h"

UINT64 efi_exception_level(void);

EFI_STATUS arch_check(void)
{
	INT32 level = (INT32)efi_exception_level();

	if (level == 2)
		return EFI_SUCCESS;
	Print(L"monadic: firmware runs at EL%d, the hypervisor needs EL2: enable virtualization in setup"
	      L" (QEMU: -M virt,virtualization=on)\n",
	      level);
	return EFI_UNSUPPORTED;
}

/* MPIDR_EL1 tells. */
EFI_STATUS arch_boot_cpu(UINT64 fdt, UINT64 *cpu)
{
	(void)fdt;
	*cpu = 0;
	return EFI_SUCCESS;
}
