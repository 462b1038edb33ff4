/* SPDX-License-Identifier: Apache-2.0 */
/*
 * boot-protocol "elf": the architecture's executables (ELF-64 Object File Format; ELF
 * for the Arm 64-bit Architecture, RISC-V ELF psABI). PT_LOAD segments go to their physical addresses. Every
 * offset in the file is checked against the file, every address against RAM. Boot only.
 */
#include "core/image_load.h"
#include "core/string.h"

#define PROP "kernel"

/* ELF header */
#define EH_SIZE 64
#define EH_TYPE 16      /* 2 bytes */
#define EH_MACHINE 18   /* 2 bytes */
#define EH_ENTRY 24     /* 8 bytes */
#define EH_PHOFF 32     /* 8 bytes */
#define EH_PHENTSIZE 54 /* 2 bytes */
#define EH_PHNUM 56     /* 2 bytes */
#define ET_EXEC 2
#define ET_DYN 3

/* Program header */
#define PH_SIZE 56
#define PH_TYPE 0   /* 4 bytes */
#define PH_OFFSET 8 /* the rest 8 bytes each */
#define PH_VADDR 16
#define PH_PADDR 24
#define PH_FILESZ 32
#define PH_MEMSZ 40
#define PT_LOAD 1

#define PHNUM_MAX 64

struct program {
	u32 type;
	u64 offset, vaddr, paddr, filesz, memsz;
};

static struct program program_at(const u8 *p)
{
	return (struct program){
		.type = (u32)image_le(p + PH_TYPE, 4),
		.offset = image_le(p + PH_OFFSET, 8),
		.vaddr = image_le(p + PH_VADDR, 8),
		.paddr = image_le(p + PH_PADDR, 8),
		.filesz = image_le(p + PH_FILESZ, 8),
		.memsz = image_le(p + PH_MEMSZ, 8),
	};
}

/* Class 64, little-endian, version 1, a program for this machine. */
static bool is_elf(const struct image_bytes *f)
{
	u64 type;

	if (f->size < EH_SIZE || memcmp(f->p, "\177ELF\2\1\1", 7) != 0)
		return false;
	type = image_le(f->p + EH_TYPE, 2);
	return (type == ET_EXEC || type == ET_DYN) &&
	       image_le(f->p + EH_MACHINE, 2) == arch_image.elf_machine;
}

static enum err load_program(struct image_job *job, const struct image_bytes *f, const struct program *ph)
{
	if (ph->type != PT_LOAD || !ph->memsz)
		return OK;
	if (ph->filesz > ph->memsz || !range_inside(ph->offset, ph->filesz, 0, f->size))
		return image_refuse(job, PROP, "ELF: a segment's 0x%llx bytes at 0x%llx are not in the file",
				    (unsigned long long)ph->filesz, (unsigned long long)ph->offset);
	return image_add(job, PROP, HPA(f->at.v + ph->offset), ph->filesz, ph->paddr, ph->memsz);
}

/* The entry is physical already, or virtual in a segment that lies elsewhere physically. */
static u64 entry_address(const struct image_job *job, const u8 *table, u64 n, u64 entry)
{
	if (image_covers(job, entry))
		return entry;
	for (u64 i = 0; i < n; i++) {
		struct program ph = program_at(table + i * PH_SIZE);

		if (ph.type == PT_LOAD && range_inside(entry, 1, ph.vaddr, ph.memsz))
			return entry - ph.vaddr + ph.paddr;
	}
	return entry;
}

enum err image_elf(struct image_job *job)
{
	struct image_bytes f = image_file(job, &job->vm->kernel);
	u64 at, n, entry;

	if (!is_elf(&f))
		return image_refuse(job, PROP, "not an ELF program for %s", arch_image.elf_name);
	at = image_le(f.p + EH_PHOFF, 8);
	n = image_le(f.p + EH_PHNUM, 2);
	if (image_le(f.p + EH_PHENTSIZE, 2) != PH_SIZE || !n || n > PHNUM_MAX ||
	    !range_inside(at, n * PH_SIZE, 0, f.size))
		return image_refuse(job, PROP, "ELF: the program headers are wrong");
	for (u64 i = 0; i < n; i++) {
		struct program ph = program_at(f.p + at + i * PH_SIZE);
		enum err e = load_program(job, &f, &ph);

		if (e != OK)
			return e;
	}
	entry = entry_address(job, f.p + at, n, image_le(f.p + EH_ENTRY, 8));
	if (entry % arch_image.code_align || !image_covers(job, entry))
		return image_refuse(job, PROP, "ELF: entry 0x%llx is not in a segment",
				    (unsigned long long)entry);
	job->vm->entry = GPA(entry);
	return OK;
}
