/* SPDX-License-Identifier: Apache-2.0 */
/* Malformed archives (bad.h), made from the sound one. A case is added by adding its row. */
#define _GNU_SOURCE /* memmem */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/bad/bad.h"

/* The archive without its trailer. */
static void reopen(struct bytes *a)
{
	a->size = (size_t)((uint8_t *)memmem(a->data, a->size, "TRAILER!!!", 10) - a->data) - 110;
}

static void put(struct bytes *a, size_t at, const char *text)
{
	memcpy(a->data + at, text, strlen(text));
}

static void garbage(struct bytes *a)
{
	memset(a->data, 0x5a, a->size);
}

static void only_zeros(struct bytes *a)
{
	memset(a->data, 0, a->size);
}

static void no_trailer(struct bytes *a)
{
	reopen(a);
}

static void cut_trailer(struct bytes *a)
{
	reopen(a);
	a->size += 100;
}

static void cut_trailer_name(struct bytes *a)
{
	reopen(a);
	a->size += 115;
}

static void old_magic(struct bytes *a)
{
	put(a, 0, "070707");
}

static void crc_magic(struct bytes *a)
{
	put(a, 0, "070702");
}

static void no_hex(struct bytes *a)
{
	put(a, 54, "0000000g");
}

static void signed_size(struct bytes *a)
{
	put(a, 54, "-0000001");
}

static void spaced_size(struct bytes *a)
{
	put(a, 54, "     100");
}

static void huge_data(struct bytes *a)
{
	put(a, 54, "FFFFFFFF");
}

static void no_name(struct bytes *a)
{
	put(a, 94, "00000000");
}

static void empty_name(struct bytes *a)
{
	put(a, 94, "00000001");
}

static void short_name(struct bytes *a)
{
	put(a, 94, "0000000C");
}

static void early_nul(struct bytes *a)
{
	a->data[110 + 3] = 0;
}

static void long_name(struct bytes *a)
{
	put(a, 94, "00001001");
}

static void name_outside(struct bytes *a)
{
	reopen(a);
	cpio_add(a, "x", NULL, 0, 0100644, 1);
	put(a, a->size - 112 + 94, "00000FFF");
}

static void double_member(struct bytes *a)
{
	reopen(a);
	cpio_add(a, BAD_KERNEL, "x", 1, 0100644, 1);
	cpio_end(a);
}

static void double_dotted(struct bytes *a)
{
	reopen(a);
	cpio_add(a, "./manifest.dtb", "x", 1, 0100644, 1);
	cpio_end(a);
}

static void symlink_member(struct bytes *a)
{
	reopen(a);
	cpio_add(a, "Image", BAD_KERNEL, 9, 0120777, 1);
	cpio_end(a);
}

static void device_member(struct bytes *a)
{
	reopen(a);
	cpio_add(a, "null", NULL, 0, 020666, 1);
	cpio_end(a);
}

static void hard_link(struct bytes *a)
{
	reopen(a);
	cpio_add(a, "Image", NULL, 0, 0100644, 2);
	cpio_end(a);
}

static void many_members(struct bytes *a)
{
	char name[16];

	reopen(a);
	for (unsigned i = 4; i < 257; i++) {
		snprintf(name, sizeof(name), "m%u", i);
		cpio_add(a, name, "x", 1, 0100644, 1);
	}
	cpio_end(a);
}

static void no_manifest(struct bytes *a)
{
	put(a, 110, "manifest.dts");
}

static void gzipped(struct bytes *a)
{
	put(a, 0, "\x1f\x8b\x08\x04\x01");
}

const struct bad_case bad_bundles[] = {
	{"bundle-garbage", .archive = garbage, .line = {"bundle: not a newc cpio header, at its start"}},
	{"bundle-zeros", .archive = only_zeros, .line = {"bundle: not a newc cpio header, at its start"}},
	{"bundle-gzip", .archive = gzipped, .line = {"bundle: not a newc cpio header, at its start"}},
	{"bundle-odc", .archive = old_magic, .line = {"bundle: not a newc cpio header, at its start"}},
	{"bundle-crc", .archive = crc_magic, .line = {"bundle: not a newc cpio header, at its start"}},
	{"bundle-no-trailer", .archive = no_trailer, .line = {"bundle: no trailer, after member \"empty\""}},
	{"bundle-cut-trailer", .archive = cut_trailer,
	 .line = {"bundle: header runs past the end, after member \"empty\""}},
	{"bundle-cut-trailer-name", .archive = cut_trailer_name,
	 .line = {"bundle: name runs past the end, after member \"empty\""}},
	{"bundle-hex", .archive = no_hex,
	 .line = {"bundle: header field is not a hexadecimal number, at its start"}},
	{"bundle-sign", .archive = signed_size,
	 .line = {"bundle: header field is not a hexadecimal number, at its start"}},
	{"bundle-space", .archive = spaced_size,
	 .line = {"bundle: header field is not a hexadecimal number, at its start"}},
	{"bundle-data", .archive = huge_data,
	 .line = {"bundle: member \"manifest.dtb\": data runs past the end"}},
	{"bundle-no-name", .archive = no_name,
	 .line = {"bundle: name is empty or does not end where its length says, at its start"}},
	{"bundle-empty-name", .archive = empty_name,
	 .line = {"bundle: name is empty or does not end where its length says, at its start"}},
	{"bundle-short-name", .archive = short_name,
	 .line = {"bundle: name is empty or does not end where its length says, at its start"}},
	{"bundle-early-nul", .archive = early_nul,
	 .line = {"bundle: name is empty or does not end where its length says, at its start"}},
	{"bundle-long-name", .archive = long_name, .line = {"bundle: name is too long, at its start"}},
	{"bundle-name-outside", .archive = name_outside,
	 .line = {"bundle: name runs past the end, after member \"empty\""}},
	{"bundle-double", .archive = double_member,
	 .line = {"bundle: member \"" BAD_KERNEL "\": two members of this name"}},
	{"bundle-double-dotted", .archive = double_dotted,
	 .line = {"bundle: member \"./manifest.dtb\": two members of this name"}},
	{"bundle-symlink", .archive = symlink_member,
	 .line = {"bundle: member \"Image\": neither a file nor a directory"}},
	{"bundle-device", .archive = device_member,
	 .line = {"bundle: member \"null\": neither a file nor a directory"}},
	{"bundle-hard-link", .archive = hard_link,
	 .line = {"bundle: member \"Image\": hard link without data"}},
	{"bundle-257", .archive = many_members, .line = {"bundle: member \"m256\": more than 256 members"}},
	{"bundle-no-manifest", .archive = no_manifest, .line = {"bundle: no member \"manifest.dtb\""}},
};

const size_t nr_bad_bundles = sizeof(bad_bundles) / sizeof(bad_bundles[0]);
