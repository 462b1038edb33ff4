/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bundle's manifest where libfdt can read it: cpio aligns data to four bytes,
 * a flattened tree must lie at eight (Devicetree Specification 0.4, 5.6). Boot only.
 */
#include "core/planner.h"
#include "core/string.h"
#include "hal/mem.h"

static u8 aligned_copy[MANIFEST_MAX] __attribute__((aligned(4096), section(".scratch"))); /* boot_scratch() */

const void *plan_find_manifest(struct planner *p, u64 *size)
{
	const struct bundle_file *file = bundle_find(&p->bundle, BUNDLE_MANIFEST);

	if (!file) {
		plan_refuse(p, NULL, "bundle", "no member \"%s\"", BUNDLE_MANIFEST);
		return NULL;
	}
	*size = file->size;
	if (file->data.v % 8 == 0 || file->size > MANIFEST_MAX)
		return hpa_to_va(file->data);
	memcpy(aligned_copy, hpa_to_va(file->data), file->size);
	return aligned_copy;
}
