/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The UEFI application: it carries the hypervisor, loads the bundle, leaves
 * boot services and enters the hypervisor with a hand-off block
 * (boot/handoff.h). Everything that can go wrong is said before firmware is left;
 * after that the hypervisor speaks.
 */
#include <efi.h>
#include <efilib.h>

#include "boot/calendar.h"
#include "boot/efi/arch.h"
#include "boot/handoff.h"

#define IMAGE_ALIGN 0x200000u
#define IMAGE_SIZE_OFFSET 16 /* of Linux's Image header, arm64's and riscv64's */
#define MAP_SLACK 16         /* descriptors that allocating the map itself may add */
#define EXIT_TRIES 8

extern UINT8 payload_start[], payload_end[];
EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

static EFI_GUID fdt_guid = {0xb1b621d5, 0xf19c, 0x41a5, {0x83, 0x0b, 0xd9, 0x15, 0x2c, 0x69, 0xaa, 0xe0}};
static EFI_GUID acpi2_guid = {0x8868e871, 0xe4f1, 0x11d3, {0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}};

static UINT64 pages_of(UINT64 size)
{
	return (size + EFI_PAGE_SIZE - 1) / EFI_PAGE_SIZE;
}

static EFI_STATUS get_pages(UINT64 size, UINT64 *address)
{
	EFI_PHYSICAL_ADDRESS at = 0;
	EFI_STATUS s =
		uefi_call_wrapper(BS->AllocatePages, 4, AllocateAnyPages, EfiLoaderData, pages_of(size), &at);

	*address = at;
	return s;
}

static UINT64 find_table(EFI_GUID *guid)
{
	for (UINTN i = 0; i < ST->NumberOfTableEntries; i++)
		if (CompareGuid(&ST->ConfigurationTable[i].VendorGuid, guid) == 0)
			return (UINT64)(UINTN)ST->ConfigurationTable[i].VendorTable;
	return 0;
}

/* ---- the bundle ---- */

static EFI_FILE_HANDLE open_volume(EFI_HANDLE device)
{
	EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *fs;
	EFI_FILE_HANDLE root;
	EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;

	if (EFI_ERROR(uefi_call_wrapper(BS->HandleProtocol, 3, device, &guid, (void **)&fs)))
		return NULL;
	if (EFI_ERROR(uefi_call_wrapper(fs->OpenVolume, 2, fs, &root)))
		return NULL;
	return root;
}

static EFI_FILE_HANDLE open_file(EFI_FILE_HANDLE root, CHAR16 *path)
{
	EFI_FILE_HANDLE f;

	if (EFI_ERROR(uefi_call_wrapper(root->Open, 5, root, &f, path, EFI_FILE_MODE_READ, 0)))
		return NULL;
	return f;
}

static EFI_STATUS read_all(EFI_FILE_HANDLE f, struct handoff *h)
{
	UINT64 size = 0, at;
	EFI_STATUS s;

	s = uefi_call_wrapper(f->SetPosition, 2, f, ~0ULL);
	if (!EFI_ERROR(s))
		s = uefi_call_wrapper(f->GetPosition, 2, f, &size);
	if (!EFI_ERROR(s))
		s = uefi_call_wrapper(f->SetPosition, 2, f, 0);
	if (EFI_ERROR(s) || size == 0)
		return EFI_ERROR(s) ? s : EFI_END_OF_FILE;
	s = get_pages(size, &at);
	for (UINT64 done = 0; !EFI_ERROR(s) && done < size;) {
		UINTN n = size - done > 0x400000 ? 0x400000 : (UINTN)(size - done);

		s = uefi_call_wrapper(f->Read, 3, f, &n, (void *)(UINTN)(at + done));
		if (!EFI_ERROR(s) && n == 0)
			s = EFI_END_OF_FILE;
		done += n;
		Print(L"\rmonadic: loading bundle: %d of %d MiB", (INT32)(done >> 20), (INT32)(size >> 20));
	}
	Print(L"\n");
	h->bundle = at;
	h->bundle_size = size;
	return s;
}

/* `-b PATH` of the load options; NULL: not given. The options are the loader's text, not always terminated. */
static CHAR16 *option_path(EFI_LOADED_IMAGE *li)
{
	static CHAR16 path[256];
	const CHAR16 *o = li->LoadOptions;
	UINTN n = li->LoadOptionsSize / sizeof(CHAR16), i = 0, k = 0;

	for (; i + 3 < n && o[i]; i++)
		if (o[i] == L'-' && o[i + 1] == L'b' && o[i + 2] == L' ' && (i == 0 || o[i - 1] == L' '))
			break;
	if (i + 3 >= n || !o[i])
		return NULL;
	for (i += 3; i < n && o[i] == L' '; i++)
		;
	for (; i < n && o[i] && o[i] != L' ' && k + 1 < sizeof(path) / sizeof(path[0]); i++)
		path[k++] = o[i] == L'/' ? L'\\' : o[i];
	path[k] = 0;
	return k ? path : NULL;
}

/*
 * The folder of the loaded .efi with the file's name put in. Its path may be in several nodes, which become text with
 * slashes between them. No path: it was loaded from memory.
 */
static CHAR16 *beside_image(EFI_LOADED_IMAGE *li)
{
	static CHAR16 path[256];
	CHAR16 *own = li->FilePath ? DevicePathToStr(li->FilePath) : NULL;
	UINTN cut = 0, n = own ? StrLen(own) : 0;

	if (!n || n + 16 > sizeof(path) / sizeof(path[0]))
		return NULL;
	for (UINTN i = 0; i < n; i++) {
		path[i] = own[i] == L'/' ? L'\\' : own[i];
		if (path[i] == L'\\')
			cut = i + 1;
	}
	StrCpy(path + cut, L"bundle.cpio");
	return path;
}

static EFI_STATUS load_bundle(EFI_LOADED_IMAGE *li, struct handoff *h)
{
	static CHAR16 fixed[] = L"\\EFI\\monadic\\bundle.cpio";
	CHAR16 *given = option_path(li), *tries[] = {given ? given : beside_image(li), given ? NULL : fixed};
	EFI_FILE_HANDLE root = open_volume(li->DeviceHandle), f = NULL;

	for (UINTN i = 0; root && !f && i < sizeof(tries) / sizeof(tries[0]); i++)
		f = tries[i] ? open_file(root, tries[i]) : NULL;
	if (!f) {
		Print(L"monadic: no bundle: looked for %s%s\n",
		      given ? given : L"bundle.cpio beside the .efi",
		      given ? L"" : L" and \\EFI\\monadic\\bundle.cpio; -b PATH names another");
		return EFI_NOT_FOUND;
	}
	return read_all(f, h);
}

/* ---- the time ---- */

/*
 * UTC is local time plus TimeZone, which daylight saving has changed already where it has changed the time (UEFI 2.10, 8.3.1).
 * A firmware without a clock, or with one that is not set, says so or gives what is no date: then the time is not known.
 */
static void read_clock(struct handoff *h)
{
	EFI_TIME t;
	EFI_STATUS s = uefi_call_wrapper(RT->GetTime, 2, &t, NULL);

	h->time_counter = efi_counter();
	if (EFI_ERROR(s))
		return;
	h->time = calendar_seconds(&(struct calendar){
		.year = t.Year,
		.month = t.Month,
		.day = t.Day,
		.hour = t.Hour,
		.minute = t.Minute,
		.second = t.Second,
		.zone = t.TimeZone,
	});
}

/* ---- the hypervisor ---- */

static EFI_STATUS load_image(struct handoff *h)
{
	UINT64 size, at;
	UINT64 file = (UINT64)(payload_end - payload_start);
	EFI_STATUS s;

	CopyMem(&size, payload_start + IMAGE_SIZE_OFFSET, sizeof(size));
	s = get_pages(size + IMAGE_ALIGN, &at);
	if (EFI_ERROR(s))
		return s;
	at = (at + IMAGE_ALIGN - 1) & ~(UINT64)(IMAGE_ALIGN - 1);
	CopyMem((void *)(UINTN)at, payload_start, file);
	h->image = at;
	h->image_size = size;
	return EFI_SUCCESS;
}

/* ExitBootServices wants the key of the newest map: firmware may change it between the two calls (UEFI 2.10, 7.4.6). */
static EFI_STATUS leave(EFI_HANDLE image, struct handoff *h)
{
	UINTN size = 0, key, desc;
	UINT32 version;
	UINT64 at, room;
	EFI_STATUS s;

	(void)uefi_call_wrapper(BS->GetMemoryMap, 5, &size, NULL, &key, &desc, &version);
	room = size + MAP_SLACK * desc;
	s = get_pages(room, &at);
	if (EFI_ERROR(s))
		return s;
	s = EFI_INVALID_PARAMETER; /* what a stale key gives */
	for (UINTN i = 0; s == EFI_INVALID_PARAMETER && i < EXIT_TRIES; i++) {
		size = room;
		s = uefi_call_wrapper(BS->GetMemoryMap, 5, &size, (EFI_MEMORY_DESCRIPTOR *)(UINTN)at, &key,
				      &desc, &version);
		if (!EFI_ERROR(s))
			s = uefi_call_wrapper(BS->ExitBootServices, 2, image, key);
	}
	h->efi_map = at;
	h->efi_map_size = size;
	h->efi_desc_size = desc;
	h->efi_desc_version = version;
	return s;
}

static void clean_all(const struct handoff *h)
{
	efi_clean((UINT64)(UINTN)h, sizeof(*h));
	efi_clean(h->efi_map, h->efi_map_size);
	efi_clean(h->bundle, h->bundle_size);
	efi_clean(h->image, h->image_size);
	efi_clean((UINT64)(UINTN)efi_jump_start, (UINT64)(efi_jump_end - efi_jump_start));
}

static EFI_STATUS prepare(EFI_HANDLE image, struct handoff *h, UINT64 *cpu)
{
	EFI_LOADED_IMAGE *li;
	EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
	EFI_STATUS s = uefi_call_wrapper(BS->HandleProtocol, 3, image, &guid, (void **)&li);

	h->magic = HANDOFF_MAGIC;
	h->version = HANDOFF_VERSION;
	h->size = sizeof(*h);
	h->rsdp = find_table(&acpi2_guid);
	h->fdt = find_table(&fdt_guid);
	read_clock(h);
	if (!EFI_ERROR(s) && !h->rsdp && !h->fdt) {
		Print(L"monadic: firmware gives neither ACPI nor a device tree\n");
		s = EFI_UNSUPPORTED;
	}
	if (!EFI_ERROR(s))
		s = arch_boot_cpu(h->fdt, cpu);
	if (!EFI_ERROR(s))
		s = load_bundle(li, h);
	return EFI_ERROR(s) ? s : load_image(h);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	UINT64 at, cpu;
	struct handoff *h;
	EFI_STATUS s;

	InitializeLib(image, system);
	(void)uefi_call_wrapper(BS->SetWatchdogTimer, 4, 0, 0, 0, NULL);
	s = arch_check();
	if (EFI_ERROR(s))
		return s;
	s = get_pages(sizeof(*h), &at);
	if (EFI_ERROR(s))
		return s;
	h = (struct handoff *)(UINTN)at;
	SetMem(h, sizeof(*h), 0);
	s = prepare(image, h, &cpu);
	if (!EFI_ERROR(s))
		s = leave(image, h);
	if (EFI_ERROR(s)) {
		Print(L"monadic: cannot start: %r\n", s);
		return s;
	}
	clean_all(h);
	efi_jump(h->image, (UINT64)(UINTN)h, cpu);
}
