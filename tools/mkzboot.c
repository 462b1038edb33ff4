/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkzboot: wraps a compressed Image as Linux's EFI zboot does (drivers/firmware/efi/libstub/zboot-header.S): what a
 * boot loader other than UEFI looks at. The decompressor program is left out, so UEFI itself would refuse the result.
 *
 *   mkzboot ARCH TYPE COMPRESSED SIZE > IMAGE
 *
 * ARCH: arm64 or riscv64; TYPE: gzip, zstd22 or zstd; SIZE: bytes when decompressed.
 *
 * The header's payload size does not count the four bytes of uncompressed size that follow it; gzip's own trailer ends in
 * them already, and there it does.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum offset {
	OFFSET_TYPE = 4,
	OFFSET_PAYLOAD = 8,
	OFFSET_SIZE = 12,
	OFFSET_COMPRESSION = 24,
	OFFSET_LINUX_MAGIC = 0x38,
	OFFSET_PE_OFFSET = 0x3C,
	OFFSET_PE = 0x40,
	HEADER_SIZE = 0x1000,
};

#define LINUX_PE_MAGIC 0x818223CDU

static const struct {
	const char *arch;
	uint32_t pe;
} machines[] = {
	{"arm64", 0xAA64},
	{"riscv64", 0x5064},
};

static void set32(uint8_t *at, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(v >> (8 * i));
}

_Noreturn static void fail(const char *what, const char *why)
{
	fprintf(stderr, "mkzboot: %s: %s\n", what, why);
	exit(1);
}

static uint32_t machine_of(const char *arch)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (strcmp(arch, machines[i].arch) == 0)
			return machines[i].pe;
	fail(arch, "neither arm64 nor riscv64");
}

static void make_header(uint8_t *h, uint32_t machine, const char *compression, size_t payload)
{
	memset(h, 0, HEADER_SIZE);
	memcpy(h, "MZ", 2);
	memcpy(h + OFFSET_TYPE, "zimg", 4);
	set32(h + OFFSET_PAYLOAD, HEADER_SIZE);
	set32(h + OFFSET_SIZE, (uint32_t)payload);
	snprintf((char *)h + OFFSET_COMPRESSION, 16, "%s", compression);
	set32(h + OFFSET_LINUX_MAGIC, LINUX_PE_MAGIC);
	set32(h + OFFSET_PE_OFFSET, OFFSET_PE);
	memcpy(h + OFFSET_PE, "PE\0\0", 4);
	set32(h + OFFSET_PE + 4, machine);
}

int main(int argc, char **argv)
{
	static uint8_t header[HEADER_SIZE];
	static uint8_t data[64 << 20];
	uint8_t size[4];
	size_t n;
	FILE *f;

	if (argc != 5)
		fail("arguments", "mkzboot ARCH TYPE COMPRESSED SIZE");
	f = fopen(argv[3], "rb");
	if (f == NULL)
		fail(argv[3], "cannot be read");
	n = fread(data, 1, sizeof(data), f);
	if (!feof(f))
		fail(argv[3], "more than 64 MiB");
	fclose(f);
	make_header(header, machine_of(argv[1]), argv[2], n);
	fwrite(header, 1, sizeof(header), stdout);
	fwrite(data, 1, n, stdout);
	set32(size, (uint32_t)strtoul(argv[4], NULL, 10));
	if (strcmp(argv[2], "gzip") != 0)
		fwrite(size, 1, sizeof(size), stdout);
	if (fflush(stdout) != 0 || ferror(stdout))
		fail("standard output", "cannot be written; is the disk full?");
	return 0;
}
