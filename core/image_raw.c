/* SPDX-License-Identifier: Apache-2.0 */
/*
 * boot-protocol "raw": one piece copied and entered; and "firmware": the first
 * flash bank is the file, the second `vars` or blank. Boot only.
 */
#include "core/image_load.h"
#include "core/planner.h"

/* A blank second bank can be written this far: more than U-Boot's and EDK2's variables take. */
#define FLASH_BLANK_SIZE MIB(1)

enum err image_raw(struct image_job *job)
{
	struct vm_plan *vm = job->vm;
	u64 load = vm->has_load ? vm->load : vm->layout.ram.v + arch_plan.raw_load;
	u64 entry = vm->has_entry ? vm->entry_opt : load;
	enum err e = image_add(job, vm->has_load ? "load" : "kernel", vm->kernel.data, vm->kernel.size, load,
			       vm->kernel.size);

	if (e != OK)
		return e;
	if (entry % arch_image.code_align || !image_covers(job, entry))
		return image_refuse(job, vm->has_entry ? "entry" : "load",
				    "0x%llx is not an instruction of the image", (unsigned long long)entry);
	vm->entry = GPA(entry);
	return OK;
}

/* Frames behind the beginning of bank `i`, for `file` or (no file) `blank` bytes. */
static enum err add_bank(struct image_job *job, u32 i, const char *prop, const struct bundle_file *file,
			 u64 blank)
{
	struct vm_flash *flash = &job->vm->flash[i];
	u64 bank = job->vm->layout.flash_size;
	u64 size = align_up(file->size ? file->size : blank, PAGE_SIZE);

	if (file->size > bank)
		return image_refuse(job, prop, "0x%llx bytes, more than the flash bank of %llu MiB",
				    (unsigned long long)file->size, (unsigned long long)(bank >> 20));
	*flash = (struct vm_flash){
		.gpa = job->vm->layout.flash[i],
		.size = bank,
		/* mapped by blocks: modes change fast */
		.backing = job->env->carve(job->env->ctx, size, MIB(2)),
		.backing_size = size,
		.src = file->data,
		.src_size = file->size,
	};
	if (!flash->backing.v) {
		image_refuse(job, prop, "no memory for 0x%llx bytes of flash", (unsigned long long)size);
		return ERR_NOMEM;
	}
	return OK;
}

enum err image_firmware(struct image_job *job)
{
	struct vm_plan *vm = job->vm;
	enum err e = add_bank(job, 0, "kernel", &vm->kernel, 0);

	if (e == OK)
		e = add_bank(job, 1, "vars", &vm->vars, FLASH_BLANK_SIZE);
	vm->entry = vm->layout.flash[0];
	return e;
}
