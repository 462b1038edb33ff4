/* SPDX-License-Identifier: Apache-2.0 */
/* SOURCES: core/manifest_table.c tests/unit/bad/bad_build.c tests/unit/bad/bad_bundle.c tests/unit/bad/bad_manifest.c tests/unit/bad/bad_each.c core/bundle.c @libfdt */
/*
 * Seeds of fuzz_bundle and fuzz_manifest: the sound bundle and every malformed one, and the trees in them.
 *
 *   mkseeds DIR    writes DIR/bundle/NAME and DIR/manifest/NAME; both folders exist
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/bundle.h"
#include "hal/mem.h"
#include "tests/unit/bad/bad.h"

static struct bundle bundle;

static void write_file(const char *dir, const char *kind, const char *name, const void *data, size_t size)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s/%s", dir, kind, name);
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(data, 1, size, f) != size || fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

static void write_seed(const struct bad_case *c, void *ctx)
{
	const char *name = c->name, *dir = ctx;
	struct bytes a = bad_build(c, "kernel", 6);

	if (a.size < 20000)
		write_file(dir, "bundle", name, a.data, a.size);
	if (bundle_parse(&bundle, a.data, a.size) == OK) {
		const struct bundle_file *f = bundle_find(&bundle, BUNDLE_MANIFEST);

		if (f && f->size < 20000)
			write_file(dir, "manifest", name, hpa_to_va(f->data), f->size);
	}
	free(a.data);
}

int main(int argc, char **argv)
{
	const struct bad_case sound = {.name = "sound"};

	if (argc != 2) {
		fputs("usage: mkseeds DIR\n", stderr);
		return 2;
	}
	write_seed(&sound, argv[1]);
	bad_each(false, write_seed, argv[1]);
	return 0;
}
