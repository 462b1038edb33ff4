/* SPDX-License-Identifier: Apache-2.0 */
/* What gnu-efi's library gives the UEFI application, for efi_env.h, which has boot_service(). */
#ifndef TESTS_UNIT_EFI_LIB_H
#define TESTS_UNIT_EFI_LIB_H

VOID InitializeLib(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	(void)image;
	ST = system;
	BS = system->BootServices;
	RT = system->RuntimeServices;
}

INTN CompareGuid(EFI_GUID *a, EFI_GUID *b)
{
	return memcmp(a, b, sizeof(*a));
}

UINTN Print(CONST CHAR16 *text, ...)
{
	(void)text;
	boot_service();
	return 0;
}

CHAR16 *DevicePathToStr(EFI_DEVICE_PATH *path)
{
	static CHAR16 own[] = L"\\EFI\\BOOT\\BOOTAA64.EFI";

	(void)path;
	return own;
}

UINTN StrLen(CONST CHAR16 *s)
{
	UINTN n = 0;

	while (s[n])
		n++;
	return n;
}

VOID StrCpy(CHAR16 *to, CONST CHAR16 *from)
{
	while ((*to++ = *from++))
		;
}

VOID CopyMem(VOID *to, VOID *from, UINTN n)
{
	memmove(to, from, n);
}

VOID SetMem(VOID *to, UINTN n, UINT8 byte)
{
	memset(to, byte, n);
}

#endif
