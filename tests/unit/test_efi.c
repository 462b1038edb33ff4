/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: @efi */
/*
 * The UEFI application against a firmware of our own: which services it calls, in which order, and with what it leaves.
 * UEFI 2.10, 7.4.6: ExitBootServices fails when the map changed since its key was taken; from the first try on only the map
 * may be asked for.
 */
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
	UINT64 level;
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
	EFI_TIME time;
	EFI_STATUS clock; /* what asking for the time gives */
} fw;

static EFI_LOADED_IMAGE loaded;
static EFI_DEVICE_PATH some_path;
static EFI_CONFIGURATION_TABLE tables[2];
static jmp_buf jumped;
static UINT64 jumped_entry;
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

/* ---- what gnu-efi's library gives ---- */

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

/* ---- what the architecture gives ---- */

void efi_jump(UINT64 entry, UINT64 handoff)
{
	jumped_entry = entry;
	jumped_handoff = (struct handoff *)(UINTN)handoff;
	longjmp(jumped, 1);
}

void efi_clean(UINT64 address, UINT64 size)
{
	(void)address;
	fw.cleaned += size;
}

UINT64 efi_exception_level(void)
{
	return fw.level;
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

static EFI_BOOT_SERVICES boot_services = {
	.AllocatePages = allocate,
	.GetMemoryMap = get_map,
	.ExitBootServices = leave_firmware,
	.SetWatchdogTimer = watchdog,
	.HandleProtocol = handle_protocol,
};
static EFI_RUNTIME_SERVICES runtime_services = {.GetTime = get_time};
static EFI_SYSTEM_TABLE system_table = {
	.BootServices = &boot_services, .RuntimeServices = &runtime_services, .ConfigurationTable = tables};

/* ---- the tests ---- */

static int fresh(void **state)
{
	static const UINT64 takes = IMAGE_TAKES;

	(void)state;
	fw = (struct firmware){.level = 2, .has = L"\\EFI\\BOOT\\bundle.cpio"};
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

static void a_sound_firmware_is_left_with_the_newest_map_and_everything_clean(void **state)
{
	const struct handoff *h;

	(void)state;
	assert_int_equal(run(), EFI_ABORTED);
	h = jumped_handoff;
	assert_true(handoff_is(h));
	assert_int_equal(fw.tries, 1);
	assert_int_equal(fw.watchdog_off, 1);
	assert_int_equal(h->rsdp, 0x1234000);
	assert_int_equal(h->fdt, 0x5678000);
	assert_int_equal(h->bundle_size, FILE_SIZE);
	assert_int_equal(h->efi_map_size, 5 * h->efi_desc_size);
	assert_int_equal(h->image % IMAGE_ALIGN, 0);
	assert_int_equal(h->image, jumped_entry);
	assert_int_equal(h->image_size, IMAGE_TAKES);
	assert_memory_equal((void *)(UINTN)h->image, payload_start, IMAGE_FILE);
	assert_true(fw.cleaned >= sizeof(*h) + h->efi_map_size + h->bundle_size + h->image_size);
}

static void the_time_goes_along_as_utc(void **state)
{
	(void)state;
	/* two hours east of Greenwich: TimeZone is what to add for UTC (UEFI 2.10, 8.3.1) */
	fw.time = (EFI_TIME){
		.Year = 2033, .Month = 5, .Day = 18, .Hour = 5, .Minute = 33, .Second = 20, .TimeZone = -120};
	assert_int_equal(run(), EFI_ABORTED);
	assert_int_equal(jumped_handoff->time, 2000000000);
	assert_int_equal(jumped_handoff->time_counter, 777);
	fw.clock = EFI_DEVICE_ERROR;
	assert_int_equal(run(), EFI_ABORTED);
	assert_int_equal(jumped_handoff->time, 0);
}

static void a_stale_key_is_renewed_with_no_other_service_between(void **state)
{
	(void)state;
	fw.stale = 3;
	assert_int_equal(run(), EFI_ABORTED);
	assert_int_equal(fw.tries, 4);
	assert_int_equal(fw.maps, 5); /* the first asks how long it is */
	assert_int_equal(fw.forbid, 0);
}

static void a_key_that_stays_stale_does_not_enter_the_hypervisor(void **state)
{
	EFI_STATUS s;

	(void)state;
	fw.stale = 1000;
	s = run();
	assert_true(EFI_ERROR(s));
	assert_int_not_equal(s, EFI_ABORTED);
	assert_int_equal(fw.tries, EXIT_TRIES);
}

static void a_firmware_that_will_not_be_left_is_told_apart(void **state)
{
	(void)state;
	fw.exit_error = EFI_DEVICE_ERROR;
	assert_int_equal(run(), EFI_DEVICE_ERROR);
	assert_int_equal(fw.tries, 1);
}

static void at_el1_nothing_is_loaded(void **state)
{
	(void)state;
	fw.level = 1;
	assert_int_equal(run(), EFI_UNSUPPORTED);
	assert_int_equal(fw.nr_pages, 0);
	assert_int_equal(fw.tries, 0);
}

static void without_acpi_and_tree_firmware_is_not_left(void **state)
{
	(void)state;
	system_table.NumberOfTableEntries = 0;
	assert_int_equal(run(), EFI_UNSUPPORTED);
	assert_int_equal(fw.tries, 0);
}

static void the_bundle_beside_the_application_is_first(void **state)
{
	(void)state;
	fw.has = L"\\EFI\\monadic\\bundle.cpio";
	assert_int_equal(run(), EFI_ABORTED);
	assert_int_equal(fw.nr_opened, 2);
	assert_true(same16(fw.opened[0], L"\\EFI\\BOOT\\bundle.cpio"));
	assert_true(same16(fw.opened[1], L"\\EFI\\monadic\\bundle.cpio"));
}

static void without_a_path_of_its_own_only_the_fixed_place_is_left(void **state)
{
	(void)state;
	loaded.FilePath = NULL;
	fw.has = L"\\EFI\\monadic\\bundle.cpio";
	assert_int_equal(run(), EFI_ABORTED);
	assert_int_equal(fw.nr_opened, 1);
}

static void an_option_names_the_only_bundle(void **state)
{
	static CHAR16 options[] = L"monadic.efi -b /other/b.cpio more";

	(void)state;
	loaded.LoadOptions = options;
	loaded.LoadOptionsSize = sizeof(options);
	fw.has = L"\\other\\b.cpio";
	assert_int_equal(run(), EFI_ABORTED);
	assert_int_equal(fw.nr_opened, 1);
	fw.has = NULL;
	assert_int_equal(run(), EFI_NOT_FOUND);
	assert_int_equal(fw.nr_opened, 2);
	assert_true(same16(fw.opened[1], L"\\other\\b.cpio"));
}

static void options_without_an_end_are_not_read_beyond(void **state)
{
	CHAR16 *options = malloc(6 * sizeof(CHAR16));

	(void)state;
	memcpy(options, L"-b abc", 6 * sizeof(CHAR16)); /* no NUL: the sanitizer watches */
	loaded.LoadOptions = options;
	loaded.LoadOptionsSize = 6 * sizeof(CHAR16);
	assert_int_equal(run(), EFI_NOT_FOUND);
	assert_true(same16(fw.opened[0], L"abc"));
	loaded.LoadOptionsSize = 4 * sizeof(CHAR16);
	assert_int_equal(run(), EFI_NOT_FOUND);
	free(options);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, done)
	const struct CMUnitTest tests[] = {
		TEST(a_sound_firmware_is_left_with_the_newest_map_and_everything_clean),
		TEST(the_time_goes_along_as_utc),
		TEST(a_stale_key_is_renewed_with_no_other_service_between),
		TEST(a_key_that_stays_stale_does_not_enter_the_hypervisor),
		TEST(a_firmware_that_will_not_be_left_is_told_apart),
		TEST(at_el1_nothing_is_loaded),
		TEST(without_acpi_and_tree_firmware_is_not_left),
		TEST(the_bundle_beside_the_application_is_first),
		TEST(without_a_path_of_its_own_only_the_fixed_place_is_left),
		TEST(an_option_names_the_only_bundle),
		TEST(options_without_an_end_are_not_read_beyond),
	};

	return cmocka_run_group_tests_name("efi", tests, NULL, NULL);
}
