/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MMIO decode. 32 bits as an instruction: what decode_load_store() makes of it encodes to the same instruction again, and
 * it takes exactly what a second, differently written description takes. Then the table of devices: whatever was added, an
 * access reaches the one region that holds it as a whole, in a size it takes, or none.
 */
/* SOURCES: arch/arm64/decode.c core/mmio.c hal/fake/fake.c hal/fake/fake_cpu.c */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arm64/decode.h"
#include "core/mmio.h"
#include "hal/fake/fake.h"
#include "hal/vcpu.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

struct vm *vms;
u32 nr_vms;

#define check(good) ((good) ? (void)0 : fail(__LINE__))

static void fail(int line)
{
	fprintf(stderr, "fuzz_decode.c:%d: does not hold\n", line);
	abort();
}

static u64 all_ones(u32 size)
{
	return size == 8 ? ~0ULL : (1ULL << 8 * size) - 1;
}

static u64 take(const u8 **data, size_t *size, u32 n)
{
	u64 v = 0;

	for (u32 i = 0; i < n && *size; i++, (*data)++, (*size)--)
		v |= (u64) * *data << 8 * i;
	return v;
}

/* ---- instructions ---- */

static u32 field(u32 insn, u32 high, u32 low)
{
	return insn >> low & ((2u << (high - low)) - 1);
}

/* opc of a single load or store (DDI 0487, C4.1.94). */
static u32 opc_of(const struct decoded *d)
{
	if (d->write)
		return 0;
	return d->sign ? (d->sixty_four ? 2 : 3) : 1;
}

static u32 encode_single(const struct decoded *d, u32 form, u32 immediate)
{
	return (u32)__builtin_ctz(d->size) << 30 | form << 24 | opc_of(d) << 22 | immediate << 10 |
	       (u32)d->base << 5 | d->reg[0];
}

static u32 encode_pair(const struct decoded *d, u32 index)
{
	u32 opc = d->size == 8 ? 2 : d->sign ? 1 : 0;
	s32 units = d->disp / d->size;

	if (index == 1)
		units = d->offset / d->size;
	return opc << 30 | 0x28u << 24 | index << 23 | (u32)!d->write << 22 | ((u32)units & 0x7f) << 15 |
	       (u32)d->reg[1] << 10 | (u32)d->base << 5 | d->reg[0];
}

static void check_indexed(const struct decoded *d, bool post, bool pre)
{
	check(d->writeback == (post || pre));
	check(post ? d->disp == 0 : !pre || d->disp == d->offset);
	check(d->writeback || d->offset == 0);
}

static void check_decoded(u32 insn, const struct decoded *d)
{
	u32 index;

	check((d->size == 1 || d->size == 2 || d->size == 4 || d->size == 8) && d->base < 32);
	check(d->reg[0] < 32 && d->reg[1] < 32 && !(d->write && d->sign));
	if (d->nr == 2) {
		index = field(insn, 24, 23);
		check_indexed(d, index == 1, index == 3);
		check(encode_pair(d, index) == insn);
		return;
	}
	check(d->nr == 1);
	if (field(insn, 29, 24) == 0x39) {
		check(!d->writeback && d->disp >= 0 && d->disp % d->size == 0);
		check(encode_single(d, 0x39, (u32)(d->disp / d->size)) == insn);
		return;
	}
	index = field(insn, 11, 10);
	check_indexed(d, index == 1, index == 3);
	check(encode_single(d, 0x38, ((u32)(index == 1 ? d->offset : d->disp) & 0x1ff) << 2 | index) == insn);
}

/* Mask and value of every instruction that is taken, each written out. */
static const struct {
	u32 mask, value;
} taken[] = {
	/* imm9: STRB LDRB LDRSB(64) LDRSB(32), STRH LDRH LDRSH LDRSH, STR LDR LDRSW, STR LDR of 64 bits */
	{0xffe00000, 0x38000000},
	{0xffe00000, 0x38400000},
	{0xffe00000, 0x38800000},
	{0xffe00000, 0x38c00000},
	{0xffe00000, 0x78000000},
	{0xffe00000, 0x78400000},
	{0xffe00000, 0x78800000},
	{0xffe00000, 0x78c00000},
	{0xffe00000, 0xb8000000},
	{0xffe00000, 0xb8400000},
	{0xffe00000, 0xb8800000},
	{0xffe00000, 0xf8000000},
	{0xffe00000, 0xf8400000},
	/* the same with imm12 */
	{0xffc00000, 0x39000000},
	{0xffc00000, 0x39400000},
	{0xffc00000, 0x39800000},
	{0xffc00000, 0x39c00000},
	{0xffc00000, 0x79000000},
	{0xffc00000, 0x79400000},
	{0xffc00000, 0x79800000},
	{0xffc00000, 0x79c00000},
	{0xffc00000, 0xb9000000},
	{0xffc00000, 0xb9400000},
	{0xffc00000, 0xb9800000},
	{0xffc00000, 0xf9000000},
	{0xffc00000, 0xf9400000},
	/* STNP LDNP STP LDP of 32 and 64 bits with all ways of indexing; LDPSW without the first */
	{0xfe400000, 0x28000000},
	{0xfe400000, 0x28400000},
	{0xfe400000, 0xa8000000},
	{0xfe400000, 0xa8400000},
	{0xffc00000, 0x68c00000},
	{0xffc00000, 0x69400000},
	{0xffc00000, 0x69c00000},
};

static bool is_taken(u32 insn)
{
	for (u32 i = 0; i < ARRAY_SIZE(taken); i++)
		if ((insn & taken[i].mask) == taken[i].value)
			return true;
	return false;
}

/* Constrained unpredictable: the base is written back and transferred, or two loads go to one register. */
static bool unpredictable(u32 insn)
{
	u32 t = field(insn, 4, 0), n = field(insn, 9, 5), t2 = field(insn, 14, 10);
	bool is_pair = field(insn, 29, 27) == 5;

	if (is_pair)
		return (field(insn, 22, 22) && t == t2) ||
		       (field(insn, 23, 23) && n != 31 && (n == t || n == t2));
	return field(insn, 24, 24) == 0 && field(insn, 10, 10) && n == t && n != 31;
}

static void fuzz_instruction(u32 insn)
{
	struct decoded d;
	bool good;

	memset(&d, 0xa5, sizeof(d));
	good = decode_load_store(insn, &d);
	check(good == (is_taken(insn) && !unpredictable(insn)));
	if (good)
		check_decoded(insn, &d);
}

/* ---- devices ---- */

static struct mmio_map map;
static struct vm vm = {.mmio = &map};
static struct vcpu vcpu = {.vm = &vm};
static struct device {
	struct mmio_ops ops;
	u64 base, size;
	bool reached;
} devices[MMIO_REGIONS_MAX + 8];
static u32 nr_devices;

static u64 device_read(void *dev, struct vcpu *v, u64 off, u32 size)
{
	struct device *d = dev;

	check(v == &vcpu && off < d->size && size <= d->size - off && (d->ops.sizes & size) &&
	      off % size == 0);
	d->reached = true;
	return off & all_ones(size);
}

static void device_write(void *dev, struct vcpu *v, u64 off, u32 size, u64 value)
{
	check(!(value & ~all_ones(size)));
	device_read(dev, v, off, size);
}

static bool overlap(const struct device *a, const struct device *b)
{
	return a->base < b->base + b->size && b->base < a->base + a->size;
}

static void add(u64 base, u64 size, u32 sizes)
{
	struct device *d = &devices[nr_devices];
	bool clash = false;

	if (nr_devices == ARRAY_SIZE(devices) || !size)
		return;
	*d = (struct device){.ops = {sizes, device_read, device_write}, .base = base, .size = size};
	for (u32 i = 0; i < nr_devices; i++)
		clash |= overlap(d, &devices[i]);
	enum err e = mmio_add(&map, GPA(base), size, &d->ops, d);

	check(e == (clash ? ERR_EXIST : nr_devices == MMIO_REGIONS_MAX ? ERR_NOMEM : OK));
	nr_devices += e == OK;
}

static struct device *owner(u64 addr)
{
	for (u32 i = 0; i < nr_devices; i++)
		if (addr >= devices[i].base && addr - devices[i].base < devices[i].size)
			return &devices[i];
	return NULL;
}

static void dispatch(u64 addr, u32 size, bool write)
{
	struct mmio_access a = {
		.addr = GPA(addr), .size = (u8)size, .write = write, .value = addr & all_ones(size)};
	struct device *d = owner(addr);
	enum err e = mmio_dispatch(&vcpu, &a);

	if (!d) {
		check(e == ERR_NOENT);
		return;
	}
	check(d->reached == (e == OK));
	d->reached = false;
	if (e == OK && !write)
		check(a.value == ((addr - d->base) & all_ones(size)));
	if (e != OK) /* it would have been wrong */
		check(!(d->ops.sizes & size) || (addr - d->base) % size || size > d->size - (addr - d->base));
}

static void fuzz_devices(const u8 *data, size_t size)
{
	memset(&map, 0, sizeof(map));
	nr_devices = 0;
	while (size >= 4) {
		u32 op = (u32)take(&data, &size, 1);
		/* Few distinct addresses, so that they meet. */
		u64 addr = (op & 0x80 ? 0xffff0000 : 0x8000000) + (take(&data, &size, 2) << (op >> 4 & 7));

		if (op & 1)
			dispatch(addr, 1u << (op >> 1 & 3), op & 8);
		else
			add(align_down(addr, 16), 1 + take(&data, &size, 1) * 16, op >> 1 & 15);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (!size)
		return 0;
	if (data[0] & 1) {
		fuzz_devices(data + 1, size - 1);
		return 0;
	}
	data++;
	size--;
	while (size >= 4)
		fuzz_instruction((u32)take(&data, &size, 4));
	return 0;
}
