/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the image stage: one VM's job, shared by the boot protocols. A protocol
 * puts the kernel's pieces into guest RAM by image_add(); what follows (initrd,
 * device tree) is placed around them by core/image.c. Boot only.
 */
#ifndef CORE_IMAGE_LOAD_H
#define CORE_IMAGE_LOAD_H

#include "core/decompress.h"
#include "core/image.h"

#define IMAGE_EXTENTS_MAX (2 * VM_SEGMENTS_MAX)

struct image_job {
	const struct image_env *env;
	struct vm_plan *vm;
	/* Guest RAM in use, with what is not copied (bss); disjoint. */
	struct {
		u64 start, end;
	} extent[IMAGE_EXTENTS_MAX];
	u32 nr_extents;
	u64 initrd; /* guest address, size in vm->initrd; 0: none */
};

/* Bytes in memory that are mapped for the stage. */
struct image_bytes {
	hpa_t at;
	const u8 *p;
	u64 size;
};

/* One line for people, then ERR_INVAL. */
enum err image_refuse(struct image_job *job, const char *prop, const char *fmt, ...) PRINTF(3, 4);

/*
 * Occupy guest RAM [dst, dst+mem_size) and, when size is not 0, copy `size` <= mem_size bytes from
 * src to its start at every VM start. ERR_INVAL: outside RAM, in the way of what is there, or too
 * many pieces; refused by `prop`.
 */
enum err image_add(struct image_job *job, const char *prop, hpa_t src, u64 size, u64 dst,
		   u64 mem_size) MUST_USE;
/* Lowest and one past the highest occupied address; both are the end and start of RAM when nothing is. */
u64 image_lowest(const struct image_job *job);
u64 image_highest(const struct image_job *job);
/* Does guest address `at` lie in an occupied piece? */
bool image_covers(const struct image_job *job, u64 at);

struct image_bytes image_file(const struct image_job *job, const struct bundle_file *file);
/* Unpack `in`, once for all VMs that name it. */
enum err image_unpack(struct image_job *job, enum compression c, const struct image_bytes *in,
		      struct image_bytes *out) MUST_USE;

/* The protocols: fill segments and vm->entry. */
enum err image_linux(struct image_job *job) MUST_USE;
enum err image_raw(struct image_job *job) MUST_USE;
enum err image_elf(struct image_job *job) MUST_USE;
enum err image_firmware(struct image_job *job) MUST_USE;

/* Little-endian fields at any alignment; the caller has checked that they are inside. */
static inline u64 image_le(const u8 *p, u32 bytes)
{
	u64 v = 0;

	while (bytes-- > 0)
		v = v << 8 | p[bytes];
	return v;
}

#endif
