/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two decoders behind one table. Both write straight into the output, which
 * is their window too, and take no memory but the work space they are given.
 */
#include "core/decompress.h"

#include <libdeflate.h>
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

#include "core/string.h"

/* ---- gzip ---- */

#define GZIP_SIZE_MIN 18 /* header 10, footer 8: checksum, length */

/* libdeflate's decoder is one allocation of about 12 KiB. */
#define GZIP_WORK_SIZE KIB(16)

static void *gzip_work; /* what the next allocation gets */

static void *gzip_alloc(size_t size)
{
	void *p = size <= GZIP_WORK_SIZE ? gzip_work : NULL;

	gzip_work = NULL;
	return p;
}

static void gzip_free(void *p)
{
	(void)p;
}

bool is_gzip(const void *in, u64 size)
{
	const u8 *p = in;

	return size >= GZIP_SIZE_MIN && p[0] == 0x1f && p[1] == 0x8b && p[2] == 8;
}

static size_t gzip_work_size(void)
{
	return GZIP_WORK_SIZE;
}

/* The last four bytes are the length modulo 4 GiB (RFC 1952, 2.3.1); no kernel is larger. */
static enum err gzip_bound(const u8 *in, u64 size, u64 *bound)
{
	const u8 *p;

	if (!is_gzip(in, size))
		return ERR_INVAL;
	p = in + size - 4;
	*bound = (u64)p[3] << 24 | (u64)p[2] << 16 | (u64)p[1] << 8 | p[0];
	return OK;
}

static enum err gzip_unpack(void *work, const u8 *in, u64 size, u8 *out, u64 room, u64 *got)
{
	struct libdeflate_decompressor *d;
	enum libdeflate_result result;
	size_t used = 0, made = 0;

	gzip_work = work;
	libdeflate_set_memory_allocator(gzip_alloc, gzip_free);
	d = libdeflate_alloc_decompressor();
	if (!d)
		return ERR_NOMEM;
	result = libdeflate_gzip_decompress_ex(d, in, size, out, room, &used, &made);
	*got = made;
	if (result == LIBDEFLATE_INSUFFICIENT_SPACE)
		return ERR_RANGE;
	return result == LIBDEFLATE_SUCCESS && used == size ? OK : ERR_INVAL;
}

/* ---- Zstandard ---- */

static size_t zstd_work_size(void)
{
	return ZSTD_estimateDCtxSize();
}

static enum err zstd_bound(const u8 *in, u64 size, u64 *bound)
{
	unsigned long long content = ZSTD_getFrameContentSize(in, size);

	/* One frame and no more; nothing behind it is unpacked. */
	if (content == ZSTD_CONTENTSIZE_ERROR || ZSTD_findFrameCompressedSize(in, size) != size)
		return ERR_INVAL;
	if (content == ZSTD_CONTENTSIZE_UNKNOWN)
		content = ZSTD_decompressBound(in, size); /* number of blocks times their largest size */
	if (content == ZSTD_CONTENTSIZE_ERROR)
		return ERR_INVAL;
	*bound = content;
	return OK;
}

static enum err zstd_unpack(void *work, const u8 *in, u64 size, u8 *out, u64 room, u64 *got)
{
	ZSTD_DCtx *d = ZSTD_initStaticDCtx(work, zstd_work_size());
	size_t n;

	if (!d)
		return ERR_NOMEM;
	n = ZSTD_decompressDCtx(d, out, room, in, size);
	if (ZSTD_getErrorCode(n) == ZSTD_error_dstSize_tooSmall)
		return ERR_RANGE;
	if (ZSTD_isError(n))
		return ERR_INVAL;
	*got = n;
	return OK;
}

/* ---- both ---- */

static const struct {
	size_t (*work_size)(void);
	enum err (*bound)(const u8 *in, u64 size, u64 *bound);
	enum err (*unpack)(void *work, const u8 *in, u64 size, u8 *out, u64 room, u64 *got);
} decoders[COMPRESSIONS] = {
	[COMPRESSION_GZIP] = {gzip_work_size, gzip_bound, gzip_unpack},
	[COMPRESSION_ZSTD] = {zstd_work_size, zstd_bound, zstd_unpack},
};

/* Linux names a compression as its build does, for zstd with the level. */
static const struct {
	char name[7];
	enum compression c;
} names[] = {
	{"gzip", COMPRESSION_GZIP},
	{"zstd", COMPRESSION_ZSTD},
	{"zstd22", COMPRESSION_ZSTD},
};

enum compression compression_by_name(const char *name, size_t max)
{
	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		size_t len = strlen(names[i].name);

		if (len < max && strncmp(name, names[i].name, len + 1) == 0)
			return names[i].c;
	}
	return COMPRESSIONS;
}

size_t decompress_work_size(void)
{
	size_t size = 0;

	for (u32 c = 0; c < COMPRESSIONS; c++)
		size = (size_t)max_u64(size, decoders[c].work_size());
	return size;
}

enum err decompress_bound(enum compression c, const void *in, u64 size, u64 *bound)
{
	return c < COMPRESSIONS ? decoders[c].bound(in, size, bound) : ERR_UNSUPPORTED;
}

enum err decompress(enum compression c, void *work, const void *in, u64 size, void *out, u64 room, u64 *got)
{
	return c < COMPRESSIONS ? decoders[c].unpack(work, in, size, out, room, got) : ERR_UNSUPPORTED;
}
