/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkbad: writes the malformed bundles of bad.h as files, to be booted.
 *
 *   mkbad DIR KERNEL    DIR/NAME.cpio and DIR/NAME.lines, the refusals in order as the console shows
 *                       them; KERNEL is the raw image of the sound VMs. Cases that depend on the machine's memory are left out.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/bad/bad.h"

struct output {
	const char *dir;
	struct bytes kernel;
};

static FILE *create(const struct output *o, const char *name, const char *suffix)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s.%s", o->dir, name, suffix);
	FILE *f = fopen(path, "wb");

	if (!f) {
		perror(path);
		exit(1);
	}
	return f;
}

static void done(FILE *f)
{
	if (ferror(f) || fclose(f) != 0) {
		perror("mkbad");
		exit(1);
	}
}

static void write_case(const struct bad_case *c, void *ctx)
{
	const struct output *o = ctx;

	if (c->here)
		return;
	struct bytes archive = bad_build(c, o->kernel.data, o->kernel.size);
	FILE *f = create(o, c->name, "cpio");

	fwrite(archive.data, 1, archive.size, f);
	done(f);
	f = create(o, c->name, "lines");
	for (int i = 0; i < BAD_LINES && c->line[i]; i++)
		fprintf(f, "monadic: refused: %s\n", c->line[i]);
	done(f);
	free(archive.data);
}

static struct bytes read_kernel(const char *name)
{
	struct bytes b = {malloc(16u << 20), 0, 16u << 20};
	FILE *f = fopen(name, "rb");

	if (!f || !b.data) {
		perror(name);
		exit(1);
	}
	b.size = fread(b.data, 1, b.room, f);
	fclose(f);
	return b;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fputs("usage: mkbad DIR KERNEL\n", stderr);
		return 2;
	}
	struct output o = {.dir = argv[1], .kernel = read_kernel(argv[2])};

	bad_each(false, write_case, &o);
	free(o.kernel.data);
	return 0;
}
