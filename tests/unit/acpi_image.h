/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ACPI tables built in a flat image whose offsets are the physical addresses: for
 * the unit tests and the fuzzers.
 */
#ifndef TESTS_UNIT_ACPI_IMAGE_H
#define TESTS_UNIT_ACPI_IMAGE_H

#include <string.h>

#include "boot/acpi_tables.h"

#define ACPI_IMAGE_SIZE 8192
#define ACPI_RSDP_AT 64

static u8 acpi_image[ACPI_IMAGE_SIZE];
static u32 acpi_end;   /* next free offset */
static u32 acpi_table; /* of the table being built */
static u64 acpi_roots[16];
static u32 acpi_nr_roots;

static inline void acpi_sum(u8 *p, u32 size, u8 *at)
{
	u8 sum = 0;

	*at = 0;
	for (u32 i = 0; i < size; i++)
		sum = (u8)(sum + p[i]);
	*at = (u8)-sum;
}

static inline void acpi_add(const void *bytes, u32 size)
{
	memcpy(acpi_image + acpi_end, bytes, size);
	acpi_end += size;
}

static inline void acpi_zero(u32 size)
{
	memset(acpi_image + acpi_end, 0, size);
	acpi_end += size;
}

static inline void acpi_open(const char *signature, u8 revision)
{
	struct acpi_header h = {.revision = revision};

	acpi_end = (acpi_end + 3) & ~3u; /* any alignment must do */
	acpi_end++;
	acpi_table = acpi_end;
	memcpy(h.signature, signature, 4);
	acpi_add(&h, sizeof(h));
}

static inline u8 *acpi_close(void)
{
	struct acpi_header *h = (void *)(acpi_image + acpi_table);

	h->length = acpi_end - acpi_table;
	acpi_sum((u8 *)h, h->length, &h->checksum);
	acpi_roots[acpi_nr_roots++] = acpi_table;
	return (u8 *)h;
}

static inline void acpi_begin(void)
{
	memset(acpi_image, 0, sizeof(acpi_image));
	acpi_end = 256;
	acpi_nr_roots = 0;
}

/* XSDT and RSDP over what was closed. */
static inline void acpi_finish(void)
{
	struct acpi_rsdp r = {.revision = 2, .length = sizeof(r)};
	u32 n = acpi_nr_roots;

	acpi_open("XSDT", 1);
	acpi_add(acpi_roots, n * 8);
	acpi_close();
	memcpy(r.signature, "RSD PTR ", 8);
	r.xsdt = acpi_table;
	acpi_sum((u8 *)&r, ACPI_RSDP_V1_SIZE, &r.checksum);
	acpi_sum((u8 *)&r, sizeof(r), &r.checksum_all);
	memcpy(acpi_image + ACPI_RSDP_AT, &r, sizeof(r));
}

static inline struct acpi_header *acpi_find(const char *signature)
{
	for (u32 i = 0; i < acpi_nr_roots; i++)
		if (memcmp(acpi_image + acpi_roots[i], signature, 4) == 0)
			return (void *)(acpi_image + acpi_roots[i]);
	return NULL;
}

/* Checksums right again, of every table that lies in the image, after bytes were changed. */
static inline void acpi_sum_all(void)
{
	for (u32 t = 0; t < acpi_nr_roots; t++) {
		struct acpi_header *h = (void *)(acpi_image + acpi_roots[t]);

		if (h->length >= sizeof(*h) && range_inside(acpi_roots[t], h->length, 0, ACPI_IMAGE_SIZE))
			acpi_sum((u8 *)h, h->length, &h->checksum);
	}
}

#endif
