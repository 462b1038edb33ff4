/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes through host programs (dtc, gzip, zstd) for tests that need their output.
 * Tests run in the root of the tree. Define _GNU_SOURCE first.
 */
#ifndef TESTS_UNIT_FILTER_H
#define TESTS_UNIT_FILTER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Standard output of `command` into `out` of `room` bytes; how much, 0: it failed. */
static inline size_t run_command(const char *command, void *out, size_t room)
{
	FILE *f = popen(command, "r");
	size_t n = f ? fread(out, 1, room, f) : 0;

	return f && pclose(f) == 0 ? n : 0;
}

/* The same for a command that takes a file: `format` has one %s for the name of one with these bytes. */
static inline size_t run_filter(const char *format, const void *in, size_t size, void *out, size_t room)
{
	char name[] = "/tmp/monadic-test-XXXXXX";
	char command[512];
	int fd = mkstemp(name);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "wb");
	size_t n = 0;

	if (!f)
		return 0;
	if (fwrite(in, 1, size, f) == size && fclose(f) == 0) {
		snprintf(command, sizeof(command), format, name);
		n = run_command(command, out, room);
	}
	unlink(name);
	return n;
}

/* Compile tests/unit/data/NAME.dts. */
static inline size_t compile_dts(const char *name, void *out, size_t room)
{
	char command[512];

	snprintf(command, sizeof(command), "dtc -q -I dts -O dtb tests/unit/data/%s.dts", name);
	return run_command(command, out, room);
}

#endif
