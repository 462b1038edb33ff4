/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot bundle: a plain `newc` cpio archive in memory (docs/manifest.md,
 * "Bundle"; format: cpio(5), "New ASCII Format"). Boot only, one CPU. The archive
 * comes from outside: every length is checked before it is used, and nothing is
 * copied, so the archive must stay in place as long as the result is used.
 */
#ifndef CORE_BUNDLE_H
#define CORE_BUNDLE_H

#include "core/plan.h"
#include "hal/types.h"

#define BUNDLE_MEMBERS_MAX 256
#define BUNDLE_NAME_MAX 4096 /* with NUL */
#define BUNDLE_MANIFEST "manifest.dtb"

struct bundle {
	struct bundle_file file[BUNDLE_MEMBERS_MAX]; /* in the archive's order, without directories */
	u32 nr;

	/* Why bundle_parse() refused, for people. */
	const char *why;
	const char *
		why_name; /* the member it is about, NULL: its name is not known; NUL terminated, any bytes */
	const char *why_after; /* the sound file before it, NULL: none */
};

/*
 * Find the members of [data, data+size). file[i].name lies in the archive, without a leading "./";
 * file[i].data is the address of the contents as va_to_hpa() gives it. ERR_INVAL: not a sound archive,
 * no member is to be used, `why` says the reason.
 */
enum err bundle_parse(struct bundle *b, const void *data, u64 size) MUST_USE;

/* The member of that name; NULL when there is none. */
const struct bundle_file *bundle_find(const struct bundle *b, const char *name);

#endif
