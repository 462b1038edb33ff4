/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkcpio: writes a newc cpio archive to standard output, the same bytes for the same arguments: no times, no owners, no
 * inode numbers of the file system, and no root for device nodes. Used for bundles and for the guests' initramfs.
 *
 *   mkcpio ENTRY...      NAME=FILE    regular file with FILE's contents, executable if FILE is
 *                        NAME/        directory
 *                        NAME->PATH   symbolic link
 *                        NAME:c,5,1   character device, major 5, minor 1
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum mode {
	MODE_DIR = 040755,
	MODE_FILE = 0100644,
	MODE_PROGRAM = 0100755,
	MODE_LINK = 0120777,
	MODE_CHAR = 020600,
};

struct entry {
	const char *name;
	const char *data;
	size_t size;
	unsigned int mode;
	unsigned int major;
	unsigned int minor;
};

static unsigned int inode;

_Noreturn static void fail(const char *what, const char *why)
{
	fprintf(stderr, "mkcpio: %s: %s\n", what, why);
	exit(1);
}

static void put(const char *bytes, size_t n)
{
	if (fwrite(bytes, 1, n, stdout) != n)
		fail("standard output", "cannot be written; is the disk full?");
}

/* Header with name, and data, are each padded to four bytes. */
static void put_padding(size_t n)
{
	put("\0\0\0", -n & 3U);
}

static void put_entry(const struct entry *e)
{
	size_t name_size = strlen(e->name) + 1;
	char header[111];

	inode++;
	snprintf(header, sizeof(header), "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", inode,
		 e->mode, 0U, 0U, 1U, 0U, (unsigned int)e->size, 0U, 0U, e->major, e->minor,
		 (unsigned int)name_size, 0U);
	put(header, 110);
	put(e->name, name_size);
	put_padding(110 + name_size);
	put(e->data, e->size);
	put_padding(e->size);
}

static void put_file(const char *name, const char *path)
{
	FILE *f = fopen(path, "rb");
	struct entry e = {.name = name};
	struct stat st;
	char *data;

	if (f == NULL || fstat(fileno(f), &st) != 0)
		fail(path, "cannot be read");
	if (!S_ISREG(st.st_mode) || st.st_size > UINT32_MAX)
		fail(path, "not a regular file below 4 GiB");
	data = malloc((size_t)st.st_size + 1);
	e.size = (size_t)st.st_size;
	if (data == NULL || fread(data, 1, e.size, f) != e.size)
		fail(path, "cannot be read whole");
	e.data = data;
	e.mode = (st.st_mode & S_IXUSR) != 0 ? MODE_PROGRAM : MODE_FILE;
	put_entry(&e);
	free(data);
	fclose(f);
}

static void put_argument(char *arg)
{
	struct entry e = {.name = arg, .data = ""};
	size_t n = strlen(arg);
	char *split;

	if ((split = strstr(arg, "->")) != NULL) {
		*split = '\0';
		e.data = split + 2;
		e.size = strlen(e.data);
		e.mode = MODE_LINK;
	} else if ((split = strchr(arg, '=')) != NULL) {
		*split = '\0';
		put_file(arg, split + 1);
		return;
	} else if ((split = strstr(arg, ":c,")) != NULL) {
		if (sscanf(split, ":c,%u,%u", &e.major, &e.minor) != 2)
			fail(arg, "a device is NAME:c,MAJOR,MINOR");
		*split = '\0';
		e.mode = MODE_CHAR;
	} else if (n > 1 && arg[n - 1] == '/') {
		arg[n - 1] = '\0';
		e.mode = MODE_DIR;
	} else {
		fail(arg, "an entry is NAME=FILE, NAME/, NAME->PATH or NAME:c,MAJOR,MINOR");
	}
	put_entry(&e);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		put_argument(argv[i]);
	inode = UINT32_MAX;
	put_entry(&(struct entry){.name = "TRAILER!!!", .data = ""});
	if (fflush(stdout) != 0)
		fail("standard output", "cannot be written; is the disk full?");
	return 0;
}
