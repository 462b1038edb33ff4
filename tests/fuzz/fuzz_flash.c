/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulated flash against any sequence of accesses. Checked after each: it is
 * mapped exactly in read-array mode, frames outside of the bank are untouched, what
 * has no frame stays erased, and bits are set by erasing only. Five bytes a step.
 */
/* SOURCES: drivers/emul/flash.c core/mmio.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_mem.c */
#include <stdlib.h>
#include <string.h>

#include "drivers/emul/flash.h"
#include "hal/fake/fake.h"
#include "hal/mem.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define BANK MIB(1)
#define BACKED KIB(512)
#define FRAMES (FAKE_RAM_BASE + MIB(1) + KIB(768)) /* crosses a window's boundary */
#define GUARD 64u

struct vm *vms;
u32 nr_vms;

static struct mmio_map map;
static struct vm vm;
static struct vcpu vcpu = {.vm = &vm};
static struct vflash dev;
static bool direct;
static u8 sample[64]; /* bytes at the begin of the bank, before a step */

static void check(bool good)
{
	if (!good)
		abort();
}

static void map_changed(struct vflash *d, bool on)
{
	check(d == &dev && on != direct);
	direct = on;
}

static u8 *frames(void)
{
	return hpa_to_va(HPA(FRAMES));
}

static void check_guards(void)
{
	for (u32 i = 1; i <= GUARD; i++)
		check(frames()[-(long)i] == 0x5a && frames()[BACKED - 1 + i] == 0x5a);
}

/* A bit of the first bytes that was 0 is 1 now only after an erase began. */
static void check_bits(void)
{
	for (u32 i = 0; i < sizeof(sample); i++)
		check(!(frames()[i] & ~sample[i]) || frames()[i] == 0xff);
}

static void step(const u8 *d)
{
	static const u32 places[8] = {0, 0x20, 0x154, 0x400, FLASH_BLOCK, BACKED - 4, BACKED, BANK - 8};
	u8 size = (u8)(1u << (d[0] & 3));
	u64 off = (places[d[0] >> 4 & 7] + (u64)(d[1] & 0x3c)) & (BANK - 1) & ~(u64)(size - 1);
	struct mmio_access a = {
		.addr = GPA(off),
		.size = size,
		.write = d[0] & 4,
		.value = d[2] | (u64)d[3] << 8 | (u64)d[2] << 16 | (u64)d[4] << 24,
	};

	memcpy(sample, frames(), sizeof(sample));
	check(mmio_dispatch(&vcpu, &a) == OK);
	check(direct == (dev.mode == FLASH_ARRAY));
	if (!a.write && dev.mode == FLASH_ARRAY && off >= BACKED)
		check(a.value == ~0ull >> (64 - 8 * size));
	check(fake_violations == 0 && !fake_mem.window_is_open);
	check_bits();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const struct vm_flash plan = {.size = BANK, .backing = {FRAMES}, .backing_size = BACKED};

	fake_ram_init();
	memset(&map, 0, sizeof(map));
	memset(&dev, 0, sizeof(dev));
	memset(frames() - GUARD, 0x5a, GUARD);
	memset(frames() + BACKED, 0x5a, GUARD);
	memset(frames(), 0xff, 0x800);
	vm.mmio = &map;
	direct = false;
	check(vflash_init(&vm, &dev, &plan, map_changed) == OK);
	vflash_reset(&dev, false);
	for (; size >= 5; data += 5, size -= 5)
		step(data);
	check_guards();
	return 0;
}
