/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image stage of the plan: what is copied into a VM at every start, and where
 * it begins (docs/manifest.md, "Boot protocols"). Compressed kernels are unpacked
 * and the guest's device tree is written here, once; a (re)start only copies. Boot
 * only, one CPU; also built into mkplan and the fuzzers. Images are hostile input.
 */
#ifndef CORE_IMAGE_H
#define CORE_IMAGE_H

#include "core/plan.h"
#include "hal/types.h"

struct planner;

/* What the architecture says of its programs (arch/ARCH/layout.c). */
struct arch_image {
	const char *linux_name; /* "an arm64 Linux Image" */
	u8 linux_magic[4];      /* at 0x38 of it */
	u64 text_align;         /* text_offset is a multiple of this, */
	u64 text_limit;         /* and below this */
	const char *elf_name;
	u16 elf_machine; /* e_machine */
	u8 code_align;   /* of an instruction's address */
	/* Bytes that no guest tree exceeds: the first, and the second for each vCPU; at most GUEST_TREE_MAX in all. */
	u32 tree_room, tree_room_vcpu;
};

extern const struct arch_image arch_image;

/* What the stage needs from its surroundings. */
struct image_env {
	void *ctx;
	/*
	 * Memory that stays the hypervisor's as long as there are VMs; HPA(0): none left. `align` is a
	 * power of two.
	 */
	hpa_t (*carve)(void *ctx, u64 size, u64 align);
	/* Give back a page-aligned part of it. */
	void (*release)(void *ctx, hpa_t base, u64 size);
	/*
	 * Carved memory, or a bundle member, readable and (carved) writable at the returned address.
	 * Never fails.
	 */
	void *(*map)(void *ctx, hpa_t base, u64 size);
	/* Say why the VM is refused and mark it so: `prop` is the manifest's property at fault. */
	void (*refuse)(void *ctx, struct vm_plan *vm, const char *prop, const char *why);
};

/*
 * Fill vm->seg, flash, entry, dtb and what belongs to them, from its files, layout and memory
 * size; guest RAM is one piece from layout.ram. ERR_INVAL, ERR_NOMEM: refused, already said.
 */
enum err image_prepare(const struct image_env *env, struct vm_plan *vm) MUST_USE;

/*
 * Forget unpacked kernels and work space of an earlier set of VMs; the last call gives the work space
 * back.
 */
void image_begin(void);
void image_end(const struct image_env *env);

/*
 * All VMs of the plan that are not refused, between plan_manifest() and plan_place(): carves from
 * the planner's memory, refuses by its lines. `map` is as above; the hypervisor maps virtual =
 * physical.
 */
void image_stage(struct planner *p, void *(*map)(void *ctx, hpa_t base, u64 size));

#endif
