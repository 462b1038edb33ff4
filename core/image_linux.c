/* SPDX-License-Identifier: Apache-2.0 */
/*
 * boot-protocol "linux": an Image (Linux, Documentation/arch/arm64/booting and arch/riscv/boot-image-header,
 * which are the same but for what struct arch_image says), plain, as one gzip stream, or inside an EFI-zboot
 * image (its header is in Linux' drivers/firmware/efi/libstub/zboot-header). Boot only.
 */
#include "core/image_load.h"
#include "core/string.h"

#define PROP "kernel"

/* Image header: little-endian fields */
#define IMAGE_HEADER_SIZE 64
#define IMAGE_TEXT_OFFSET 0x08 /* 8 bytes, from a 2 MiB boundary on */
#define IMAGE_SIZE 0x10        /* 8 bytes, with bss; 0 in arm64's before Linux 3.17 */
#define IMAGE_FLAGS 0x18       /* 8 bytes */
#define IMAGE_MAGIC 0x38
#define IMAGE_FLAG_BE 1
#define IMAGE_ALIGN MIB(2)

/* EFI-zboot header */
#define ZBOOT_MAGIC 0x04
#define ZBOOT_OFFSET 0x08 /* 4 bytes: of the payload in the file */
#define ZBOOT_SIZE 0x0c   /* 4 bytes */
#define ZBOOT_TYPE 0x18   /* NUL-terminated name */
#define ZBOOT_TYPE_MAX 32

static bool is_image(const struct image_bytes *b)
{
	return b->size >= IMAGE_HEADER_SIZE &&
	       memcmp(b->p + IMAGE_MAGIC, arch_image.linux_magic, sizeof(arch_image.linux_magic)) == 0;
}

static bool is_zboot(const struct image_bytes *b)
{
	return b->size >= IMAGE_HEADER_SIZE && memcmp(b->p, "MZ", 2) == 0 &&
	       memcmp(b->p + ZBOOT_MAGIC, "zimg", 4) == 0;
}

static enum err unwrap_zboot(struct image_job *job, const struct image_bytes *file, struct image_bytes *out)
{
	u64 offset = image_le(file->p + ZBOOT_OFFSET, 4);
	u64 size = image_le(file->p + ZBOOT_SIZE, 4);
	enum compression c = compression_by_name((const char *)file->p + ZBOOT_TYPE, ZBOOT_TYPE_MAX);
	struct image_bytes payload;

	if (!size || offset < IMAGE_HEADER_SIZE || !range_inside(offset, size, 0, file->size))
		return image_refuse(job, PROP, "EFI-zboot: 0x%llx bytes at 0x%llx are not in the file",
				    (unsigned long long)size, (unsigned long long)offset);
	if (c == COMPRESSIONS)
		return image_refuse(job, PROP, "EFI-zboot: compressed by something else than gzip or zstd");
	payload = (struct image_bytes){HPA(file->at.v + offset), file->p + offset, size};
	return image_unpack(job, c, &payload, out);
}

static enum err unwrap(struct image_job *job, struct image_bytes *image)
{
	struct image_bytes file = image_file(job, &job->vm->kernel);
	enum err e = OK;

	*image = file;
	if (is_zboot(&file))
		e = unwrap_zboot(job, &file, image);
	else if (is_gzip(file.p, file.size))
		e = image_unpack(job, COMPRESSION_GZIP, &file, image);
	if (e == OK && !is_image(image))
		e = image_refuse(job, PROP, "not %s, plain, gzip or EFI-zboot", arch_image.linux_name);
	return e;
}

enum err image_linux(struct image_job *job)
{
	struct image_bytes image;
	u64 base = align_up(job->vm->layout.ram.v, IMAGE_ALIGN);
	u64 text_offset, mem_size;
	enum err e = unwrap(job, &image);

	if (e != OK)
		return e;
	text_offset = image_le(image.p + IMAGE_TEXT_OFFSET, 8);
	mem_size = image_le(image.p + IMAGE_SIZE, 8);
	if (image_le(image.p + IMAGE_FLAGS, 8) & IMAGE_FLAG_BE)
		return image_refuse(job, PROP, "a big-endian kernel");
	if (!mem_size)
		return image_refuse(job, PROP, "the Image does not say its size");
	if (text_offset >= arch_image.text_limit || text_offset % arch_image.text_align)
		return image_refuse(job, PROP, "text_offset 0x%llx is not a multiple of 0x%llx below 0x%llx",
				    (unsigned long long)text_offset,
				    (unsigned long long)arch_image.text_align,
				    (unsigned long long)arch_image.text_limit);
	job->vm->entry = GPA(base + text_offset);
	return image_add(job, PROP, image.at, image.size, base + text_offset, max_u64(mem_size, image.size));
}
