/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image stage's frame: placing pieces in guest RAM, the initrd and the device
 * tree. Invariants: every piece lies inside the VM's RAM and no two overlap; a VM
 * whose job fails keeps no segment. Boot only, one CPU, no lock.
 */
#include "core/image.h"

#include "core/guest_tree.h"
#include "core/image_load.h"
#include "core/log.h"
#include "core/string.h"

/*
 * The tree never crosses a 2 MiB boundary when it is aligned to no less than its size (old kernels map one
 * block).
 */
#define TREE_ALIGN KIB(64)
#define LARGE_TREE_ALIGN KIB(256)
_Static_assert(GUEST_TREE_MAX <= LARGE_TREE_ALIGN, "a tree fits between its alignment boundaries");
#define INITRD_ALIGN MIB(2)

enum err image_refuse(struct image_job *job, const char *prop, const char *fmt, ...)
{
	char why[160];
	va_list ap;

	va_start(ap, fmt);
	fmt_vstring(why, sizeof(why), fmt, ap);
	va_end(ap);
	job->env->refuse(job->env->ctx, job->vm, prop, why);
	return ERR_INVAL;
}

/* ---- pieces ---- */

static bool is_free(const struct image_job *job, u64 start, u64 end)
{
	for (u32 i = 0; i < job->nr_extents; i++) {
		if (start < job->extent[i].end && job->extent[i].start < end)
			return false;
	}
	return true;
}

enum err image_add(struct image_job *job, const char *prop, hpa_t src, u64 size, u64 dst, u64 mem_size)
{
	struct vm_plan *vm = job->vm;
	u64 ram = vm->layout.ram.v;

	if (!mem_size)
		return OK;
	if (size > mem_size || !range_inside(dst, mem_size, ram, vm->memory))
		return image_refuse(job, prop,
				    "0x%llx bytes at 0x%llx are outside its memory, 0x%llx bytes at 0x%llx",
				    (unsigned long long)mem_size, (unsigned long long)dst,
				    (unsigned long long)vm->memory, (unsigned long long)ram);
	if (!is_free(job, dst, dst + mem_size))
		return image_refuse(job, prop, "0x%llx bytes at 0x%llx overlap another part",
				    (unsigned long long)mem_size, (unsigned long long)dst);
	if (job->nr_extents == IMAGE_EXTENTS_MAX || (size && vm->nr_seg == VM_SEGMENTS_MAX))
		return image_refuse(job, prop, "too many parts to load, at most %u", VM_SEGMENTS_MAX);
	job->extent[job->nr_extents].start = dst;
	job->extent[job->nr_extents++].end = dst + mem_size;
	if (size)
		vm->seg[vm->nr_seg++] = (struct vm_segment){.src = src, .dst = GPA(dst), .size = size};
	return OK;
}

u64 image_lowest(const struct image_job *job)
{
	u64 low = job->vm->layout.ram.v + job->vm->memory;

	for (u32 i = 0; i < job->nr_extents; i++)
		low = min_u64(low, job->extent[i].start);
	return low;
}

u64 image_highest(const struct image_job *job)
{
	u64 high = job->vm->layout.ram.v;

	for (u32 i = 0; i < job->nr_extents; i++)
		high = max_u64(high, job->extent[i].end);
	return high;
}

bool image_covers(const struct image_job *job, u64 at)
{
	return !is_free(job, at, at + 1);
}

struct image_bytes image_file(const struct image_job *job, const struct bundle_file *file)
{
	const u8 *p = job->env->map(job->env->ctx, file->data, file->size);

	return (struct image_bytes){file->data, p, file->size};
}

/* ---- unpacked kernels ---- */

/* A member that several VMs name is unpacked for the first one. */
static struct {
	hpa_t in;
	struct image_bytes out;
} unpacked[PLAN_VMS_MAX];
static u32 nr_unpacked;
static hpa_t work_at; /* work space of the decoders; 0: not there */

static u64 work_bytes(void)
{
	return align_up(decompress_work_size(), PAGE_SIZE);
}

static void *work_space(const struct image_env *env)
{
	if (!work_at.v)
		work_at = env->carve(env->ctx, work_bytes(), PAGE_SIZE);
	return work_at.v ? env->map(env->ctx, work_at, work_bytes()) : NULL;
}

/* Give back what of carved [base, base+size) lies beyond `used` bytes. */
static void trim(const struct image_env *env, hpa_t base, u64 size, u64 used)
{
	u64 keep = align_up(used, PAGE_SIZE);

	size = align_up(size, PAGE_SIZE);
	if (keep < size)
		env->release(env->ctx, HPA(base.v + keep), size - keep);
}

static enum err unpack_new(struct image_job *job, enum compression c, const struct image_bytes *in, u64 bound,
			   struct image_bytes *out)
{
	const struct image_env *env = job->env;
	void *work = work_space(env);
	hpa_t at = work ? env->carve(env->ctx, bound, PAGE_SIZE) : HPA(0);
	u8 *room = at.v ? env->map(env->ctx, at, bound) : NULL;
	u64 got = 0;

	if (!room) {
		image_refuse(job, "kernel", "no memory to unpack 0x%llx bytes", (unsigned long long)bound);
		return ERR_NOMEM;
	}
	if (decompress(c, work, in->p, in->size, room, bound, &got) != OK || !got) {
		trim(env, at, bound, 0);
		return image_refuse(job, "kernel", "the compressed data is damaged");
	}
	trim(env, at, bound, got);
	*out = (struct image_bytes){at, room, got};
	return OK;
}

enum err image_unpack(struct image_job *job, enum compression c, const struct image_bytes *in,
		      struct image_bytes *out)
{
	u64 bound;
	enum err e;

	if (decompress_bound(c, in->p, in->size, &bound) != OK || !bound)
		return image_refuse(job, "kernel", "the compressed data is damaged");
	for (u32 i = 0; i < nr_unpacked; i++) {
		if (unpacked[i].in.v == in->at.v) {
			*out = unpacked[i].out;
			return OK;
		}
	}
	if (bound > job->vm->memory)
		return image_refuse(job, "kernel", "unpacks to 0x%llx bytes, more than its memory",
				    (unsigned long long)bound);
	e = unpack_new(job, c, in, bound, out);
	if (e == OK && nr_unpacked < PLAN_VMS_MAX) {
		unpacked[nr_unpacked].in = in->at;
		unpacked[nr_unpacked++].out = *out;
	}
	return e;
}

void image_begin(void)
{
	nr_unpacked = 0;
	work_at = HPA(0);
}

void image_end(const struct image_env *env)
{
	if (work_at.v)
		env->release(env->ctx, work_at, work_bytes());
	image_begin();
}

/* ---- initrd and device tree ---- */

static enum err add_initrd(struct image_job *job)
{
	const struct bundle_file *f = &job->vm->initrd;

	if (!f->size || job->vm->protocol == BOOT_FIRMWARE) /* the manifest's reader has warned */
		return OK;
	job->initrd = align_up(image_highest(job), INITRD_ALIGN);
	return image_add(job, "initrd", f->data, f->size, job->initrd, f->size);
}

/*
 * Linux takes the tree anywhere; it goes above kernel and initrd. Others may look
 * only at the start of RAM, so it goes there if it can, else to the end.
 */
static u64 tree_place(const struct image_job *job, u64 size)
{
	u64 ram = job->vm->layout.ram.v;
	u64 end = ram + job->vm->memory;
	u64 align = size <= TREE_ALIGN ? TREE_ALIGN : LARGE_TREE_ALIGN;

	if (job->vm->protocol == BOOT_LINUX)
		return align_up(image_highest(job), align);
	if (image_lowest(job) - ram >= size)
		return ram;
	return max_u64(align_down(end - min_u64(size, end), align), ram);
}

static enum err add_tree(struct image_job *job)
{
	const struct image_env *env = job->env;
	struct vm_plan *vm = job->vm;
	u32 room = (u32)align_up(arch_image.tree_room + vm->nr_vcpus * arch_image.tree_room_vcpu, PAGE_SIZE);
	hpa_t at = env->carve(env->ctx, room, PAGE_SIZE);
	struct guest_tree_initrd initrd = {GPA(job->initrd), job->initrd ? vm->initrd.size : 0};
	u32 size = 0;
	u64 place;

	if (!at.v) {
		image_refuse(job, "memory-mib", "no memory for its device tree");
		return ERR_NOMEM;
	}
	if (guest_tree_write(vm, &initrd, env->map(env->ctx, at, room), room, &size) != OK) {
		trim(env, at, room, 0);
		return image_refuse(job, "vcpus", "its device tree does not fit 0x%llx bytes",
				    (unsigned long long)room);
	}
	trim(env, at, room, size);
	place = tree_place(job, size);
	vm->dtb = GPA(place);
	vm->dtb_seg = vm->nr_seg;
	if (image_add(job, "memory-mib", at, size, place, size) == OK)
		return OK;
	trim(env, at, size, 0);
	return ERR_INVAL;
}

/* ---- the whole ---- */

static enum err (*const protocols[BOOT_PROTOCOLS])(struct image_job *job) = {
	[BOOT_LINUX] = image_linux,
	[BOOT_RAW] = image_raw,
	[BOOT_ELF] = image_elf,
	[BOOT_FIRMWARE] = image_firmware,
};

static void forget(struct vm_plan *vm)
{
	vm->nr_seg = 0;
	memset(vm->seg, 0, sizeof(vm->seg));
	memset(vm->flash, 0, sizeof(vm->flash));
	vm->entry = GPA(0);
	vm->dtb = GPA(0);
	vm->dtb_seg = 0;
	memset(vm->seed_off, 0, sizeof(vm->seed_off));
	memset(vm->seed_len, 0, sizeof(vm->seed_len));
}

/* Give back what a job that failed has carved: flash frames and what it was the first to unpack. */
static void give_back(const struct image_env *env, const struct vm_plan *vm, u32 unpacked_before)
{
	for (u32 i = 0; i < ARRAY_SIZE(vm->flash); i++) {
		if (vm->flash[i].backing.v)
			trim(env, vm->flash[i].backing, vm->flash[i].backing_size, 0);
	}
	while (nr_unpacked > unpacked_before) {
		nr_unpacked--;
		trim(env, unpacked[nr_unpacked].out.at, unpacked[nr_unpacked].out.size, 0);
	}
}

enum err image_prepare(const struct image_env *env, struct vm_plan *vm)
{
	struct image_job job = {.env = env, .vm = vm};
	u32 unpacked_before = nr_unpacked;
	enum err e;

	forget(vm);
	if ((u32)vm->protocol >= BOOT_PROTOCOLS || !vm->kernel.size)
		return image_refuse(&job, "kernel", "empty file");
	e = protocols[vm->protocol](&job);
	if (e == OK)
		e = add_initrd(&job);
	if (e == OK)
		e = add_tree(&job);
	if (e != OK) {
		give_back(env, vm, unpacked_before);
		forget(vm);
	}
	return e;
}
