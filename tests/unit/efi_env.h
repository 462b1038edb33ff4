/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A firmware of our own under the UEFI application, which a test includes with an architecture's part: what it offers is set in
 * `fw`, which services are called, in which order and with what it is left is noted there.
 */
#ifndef TESTS_UNIT_EFI_ENV_H
#define TESTS_UNIT_EFI_ENV_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The headers are those of the arm64 package; nothing in them depends on the processor but the widths of types. */
#undef __x86_64__
#undef __amd64__
#define __aarch64__ 1
#include <efi.h>
#include <efilib.h>
#undef __aarch64__
#define __x86_64__ 1
#define __amd64__ 1

#include "boot/efi/main.c"

#define FILE_SIZE 5000u
#define IMAGE_FILE 4096u
#define IMAGE_TAKES 3000000u
#define PAGES_MAX 16

EFI_BOOT_SERVICES *BS;
EFI_SYSTEM_TABLE *ST;
EFI_RUNTIME_SERVICES *RT;
/* The payload lies between two symbols: one array serves as both. */
__asm__(".pushsection .data\n.balign 16\npayload_start: .fill 4096\npayload_end:\n"
	"efi_jump_start: .fill 64\nefi_jump_end:\n.popsection\n");

static struct firmware {
	UINTN stale;  /* how often the key is stale */
	UINTN forbid; /* calls of services that a try to leave forbids */
	UINTN tries, maps, watchdog_off;
	UINTN key;
	EFI_STATUS exit_error; /* of ExitBootServices instead */
	bool tried;
	const CHAR16 *has; /* the one file there is */
	CHAR16 opened[4][64];
	UINTN nr_opened;
	UINT64 position;
	void *pages[PAGES_MAX];
	UINTN nr_pages;
	UINT64 cleaned;
	EFI_GUID located;
	void *protocol; /* the one there is beside the image's and the volume's */
	EFI_TIME time;
	EFI_STATUS clock; /* what asking for the time gives */
} fw;

static EFI_LOADED_IMAGE loaded;
static EFI_DEVICE_PATH some_path;
static EFI_CONFIGURATION_TABLE tables[2];
static jmp_buf jumped;
static UINT64 jumped_entry, jumped_cpu;
static struct handoff *jumped_handoff;

static bool same16(const CHAR16 *a, const CHAR16 *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return *a == *b;
}

static void boot_service(void)
{
	fw.forbid += fw.tried;
}

#include "tests/unit/efi_lib.h"

/* ---- what the architecture gives ---- */

void efi_jump(UINT64 entry, UINT64 handoff, UINT64 cpu)
{
	jumped_cpu = cpu;
	jumped_entry = entry;
	jumped_handoff = (struct handoff *)(UINTN)handoff;
	longjmp(jumped, 1);
}

UINT64 efi_counter(void)
{
	return 777;
}

/* ---- services ---- */

static EFI_STATUS get_time(EFI_TIME *t, EFI_TIME_CAPABILITIES *what)
{
	(void)what;
	*t = fw.time;
	return fw.clock;
}

static EFI_STATUS allocate(EFI_ALLOCATE_TYPE type, EFI_MEMORY_TYPE kind, UINTN pages,
			   EFI_PHYSICAL_ADDRESS *at)
{
	(void)type;
	boot_service();
	assert_int_equal(kind, EfiLoaderData);
	assert_true(fw.nr_pages < PAGES_MAX);
	*at = (UINT64)(UINTN)(fw.pages[fw.nr_pages++] = aligned_alloc(EFI_PAGE_SIZE, pages * EFI_PAGE_SIZE));
	return EFI_SUCCESS;
}

static EFI_STATUS get_map(UINTN *size, EFI_MEMORY_DESCRIPTOR *map, UINTN *key, UINTN *desc, UINT32 *version)
{
	UINTN room = *size;

	fw.maps++;
	*desc = sizeof(EFI_MEMORY_DESCRIPTOR) + 8;
	*version = 1;
	*size = 5 * *desc;
	if (!map || room < *size)
		return EFI_BUFFER_TOO_SMALL;
	*key = ++fw.key;
	return EFI_SUCCESS;
}

static EFI_STATUS leave_firmware(EFI_HANDLE image, UINTN key)
{
	(void)image;
	fw.tried = true;
	fw.tries++;
	if (fw.exit_error)
		return fw.exit_error;
	if (fw.stale && fw.stale--)
		fw.key++;
	return key == fw.key ? EFI_SUCCESS : EFI_INVALID_PARAMETER;
}

static EFI_STATUS watchdog(UINTN seconds, UINT64 code, UINTN size, CHAR16 *data)
{
	(void)code, (void)size, (void)data;
	boot_service();
	fw.watchdog_off += seconds == 0;
	return EFI_SUCCESS;
}

static EFI_STATUS file_open(EFI_FILE *root, EFI_FILE **f, CHAR16 *path, UINT64 mode, UINT64 attributes)
{
	(void)mode, (void)attributes;
	boot_service();
	StrCpy(fw.opened[fw.nr_opened++], path);
	if (!fw.has || !same16(path, fw.has))
		return EFI_NOT_FOUND;
	*f = root;
	return EFI_SUCCESS;
}

static EFI_STATUS file_seek(EFI_FILE *f, UINT64 at)
{
	(void)f;
	fw.position = at == ~0ULL ? FILE_SIZE : at;
	return EFI_SUCCESS;
}

static EFI_STATUS file_tell(EFI_FILE *f, UINT64 *at)
{
	(void)f;
	*at = fw.position;
	return EFI_SUCCESS;
}

static EFI_STATUS file_read(EFI_FILE *f, UINTN *n, VOID *to)
{
	(void)f;
	*n = *n > FILE_SIZE - fw.position ? FILE_SIZE - fw.position : *n;
	memset(to, 0x5a, *n);
	fw.position += *n;
	return EFI_SUCCESS;
}

static EFI_FILE volume = {
	.Open = file_open, .SetPosition = file_seek, .GetPosition = file_tell, .Read = file_read};

static EFI_STATUS open_root(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *fs, EFI_FILE **root)
{
	(void)fs;
	*root = &volume;
	return EFI_SUCCESS;
}

static EFI_SIMPLE_FILE_SYSTEM_PROTOCOL file_system = {.OpenVolume = open_root};

static EFI_STATUS handle_protocol(EFI_HANDLE handle, EFI_GUID *guid, VOID **interface)
{
	EFI_GUID image = LOADED_IMAGE_PROTOCOL;

	(void)handle;
	boot_service();
	*interface = memcmp(guid, &image, sizeof(image)) ? (VOID *)&file_system : (VOID *)&loaded;
	return EFI_SUCCESS;
}

static EFI_STATUS locate(EFI_GUID *guid, VOID *registration, VOID **interface)
{
	(void)registration;
	boot_service();
	fw.located = *guid;
	*interface = fw.protocol;
	return fw.protocol ? EFI_SUCCESS : EFI_NOT_FOUND;
}

static EFI_BOOT_SERVICES boot_services = {
	.AllocatePages = allocate,
	.GetMemoryMap = get_map,
	.ExitBootServices = leave_firmware,
	.SetWatchdogTimer = watchdog,
	.HandleProtocol = handle_protocol,
	.LocateProtocol = locate,
};
static EFI_RUNTIME_SERVICES runtime_services = {.GetTime = get_time};
static EFI_SYSTEM_TABLE system_table = {
	.BootServices = &boot_services, .RuntimeServices = &runtime_services, .ConfigurationTable = tables};

/* ---- before and after a test ---- */

static int fresh(void **state)
{
	static const UINT64 takes = IMAGE_TAKES;

	(void)state;
	fw = (struct firmware){.has = L"\\EFI\\BOOT\\bundle.cpio"};
	loaded = (EFI_LOADED_IMAGE){.FilePath = &some_path};
	tables[0] = (EFI_CONFIGURATION_TABLE){acpi2_guid, (VOID *)(UINTN)0x1234000};
	tables[1] = (EFI_CONFIGURATION_TABLE){fdt_guid, (VOID *)(UINTN)0x5678000};
	system_table.NumberOfTableEntries = 2;
	memcpy(payload_start + IMAGE_SIZE_OFFSET, &takes, sizeof(takes));
	jumped_handoff = NULL;
	return 0;
}

static int done(void **state)
{
	(void)state;
	while (fw.nr_pages)
		free(fw.pages[--fw.nr_pages]);
	return 0;
}

/* EFI_ABORTED never comes from the application: the hypervisor was entered. */
static EFI_STATUS run(void)
{
	return setjmp(jumped) ? EFI_ABORTED : efi_main(NULL, &system_table);
}

#endif
