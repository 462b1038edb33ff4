/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: core/bundle.c */
/*
 * Any bytes as a bundle: whatever is accepted lies inside the archive, is named, and named once.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/bundle.h"
#include "hal/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bundle bundle;

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void check_members(const uint8_t *data, size_t size)
{
	volatile uint8_t sum = 0;

	for (u32 i = 0; i < bundle.nr; i++) {
		const struct bundle_file *f = &bundle.file[i];
		const uint8_t *at = hpa_to_va(f->data);

		require(range_inside((uintptr_t)at, f->size, (uintptr_t)data, size));
		require(range_inside((uintptr_t)f->name, strlen(f->name) + 1, (uintptr_t)data, size));
		require(f->name[0] && bundle_find(&bundle, f->name) == f);
		if (f->size)
			sum = (uint8_t)(sum + at[0] + at[f->size - 1]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Aligned as at boot, and with nothing behind its end. */
	uint8_t *copy = malloc(size ? size : 1);

	if (size)
		memcpy(copy, data, size);
	if (bundle_parse(&bundle, copy, size) == OK)
		check_members(copy, size);
	else
		require(bundle.nr == 0 && bundle.why);
	free(copy);
	return 0;
}
