/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decompression of guest images at boot: gzip (RFC 1952) and Zstandard (RFC
 * 8878), by fetched decoders that are given all their memory. Input is whatever
 * a bundle holds; output never passes its bound and its checksum is checked. Boot
 * only, one CPU.
 */
#ifndef CORE_DECOMPRESS_H
#define CORE_DECOMPRESS_H

#include "hal/types.h"

enum compression { COMPRESSION_GZIP, COMPRESSION_ZSTD, COMPRESSIONS };

/*
 * By the name EFI-zboot images use ("gzip", "zstd", "zstd22"); COMPRESSIONS: another one. `name` has at most
 * `max` bytes.
 */
enum compression compression_by_name(const char *name, size_t max);
/* Does the data begin like a gzip stream? */
bool is_gzip(const void *in, u64 size);

/* Bytes of work space one decompress() needs. */
size_t decompress_work_size(void);

/*
 * The most that [in, in+size) can unpack to, in bytes: exact where the format says it, else at
 * most 128 KiB more. Not yet to be believed: compare it with what there is room for. ERR_INVAL:
 * not such data.
 */
enum err decompress_bound(enum compression c, const void *in, u64 size, u64 *bound) MUST_USE;

/*
 * Unpack all of [in, in+size) to out, of `room` bytes; *got is how much it was. ERR_INVAL:
 * damaged, a wrong checksum or data after the end. ERR_RANGE: more than `room`. `work` is
 * decompress_work_size() bytes. On failure `out` is undefined.
 */
enum err decompress(enum compression c, void *work, const void *in, u64 size, void *out, u64 room,
		    u64 *got) MUST_USE;

#endif
