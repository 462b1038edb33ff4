/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated NOR flash, Intel command set. Both devices of the bank are driven as
 * one: a command is the low byte of what is written, and answers are given on
 * both halves. Programming clears bits and never sets them, as in the cell.
 *
 * Frames are touched through this CPU's window only, and cleaned to the point of
 * coherency: the guest may read them uncached. An erase proceeds by a slice at each
 * access; until it is done every read gives the status and every command is ignored,
 * as a device does whose erase cannot be suspended (P30, 11.1).
 *
 * The lock is held for one slice or one change of the mapping. A CPU waits for it
 * that long and no longer, however many of the VM's hammer the bank: then the bank
 * is busy for it. Who drives it as one does, from one CPU at a time, never sees that.
 */
#include "drivers/emul/flash.h"

#include "core/string.h"
#include "hal/mem.h"

/* Status register (P30, table 15) */
#define SR_READY 0x80
#define SR_ERASE_ERROR 0x20
#define SR_PROGRAM_ERROR 0x10
#define SR_SEQUENCE_ERROR (SR_ERASE_ERROR | SR_PROGRAM_ERROR)

#define ERASE_SLICE KIB(4)
#define LOCK_LOOKS 500u /* some 10 us */
#define MAKER_ID 0x89
#define DEVICE_ID 0x18

/* ---- the frames ---- */

/* How many of `len` bytes at `off` have a frame. */
static u64 backed(const struct vflash *d, u64 off, u64 len)
{
	return off < d->backing_size ? min_u64(len, d->backing_size - off) : 0;
}

static void frame_read(const struct vflash *d, u64 off, u8 *dst, u64 len)
{
	for (u64 got; len; off += got, dst += got, len -= got) {
		const void *src = window_open(HPA(d->backing.v + off), len, &got);

		memcpy(dst, src, got);
		window_close();
	}
}

static void frame_program(struct vflash *d, u64 off, const u8 *src, u64 len)
{
	for (u64 got; len; off += got, src += got, len -= got) {
		u8 *dst = window_open(HPA(d->backing.v + off), len, &got);

		for (u64 i = 0; i < got; i++)
			dst[i] &= src[i];
		cache_clean(dst, got);
		window_close();
	}
}

static void frame_erase(struct vflash *d, u64 off, u64 len)
{
	for (u64 got; len; off += got, len -= got) {
		void *dst = window_open(HPA(d->backing.v + off), len, &got);

		memset(dst, 0xff, got);
		cache_clean(dst, got);
		window_close();
	}
}

static u64 array_read(const struct vflash *d, u64 off, u32 size)
{
	u64 value = ~0ULL;

	frame_read(d, off, (u8 *)&value, backed(d, off, size));
	return value;
}

/* False: part of it has no frame; nothing is programmed then. */
static bool program(struct vflash *d, u64 off, const u8 *src, u64 len)
{
	if (backed(d, off, len) != len)
		return false;
	frame_program(d, off, src, len);
	return true;
}

static void erase_slice(struct vflash *d)
{
	u64 len = min_u64(ERASE_SLICE, d->erase_end - d->erase_at);

	frame_erase(d, d->erase_at, backed(d, d->erase_at, len));
	d->erase_at += len;
	if (d->erase_at == d->erase_end)
		d->status |= SR_READY;
}

/* ---- mapping ---- */

static void set_mapped(struct vflash *d, bool mapped)
{
	if (d->mapped == mapped || !d->map || !d->backing_size)
		return;
	d->mapped = mapped;
	d->map(d, mapped);
}

static void set_mode(struct vflash *d, u8 mode)
{
	d->mode = mode;
	d->wait = FLASH_IDLE;
	set_mapped(d, mode == FLASH_ARRAY);
}

/* ---- writes: one function for each thing the bank can be waiting for ---- */

struct flash_write {
	u64 off;
	u32 size;
	u64 value;
};

static void fail(struct vflash *d, u8 bits)
{
	d->status |= bits;
	d->wait = FLASH_IDLE;
}

/* First write of a command (P30, table 19). */
static void on_command(struct vflash *d, const struct flash_write *w)
{
	static const struct {
		u8 command, mode, wait;
	} commands[] = {
		{0x10, FLASH_STATUS, FLASH_PROGRAM}, {0x40, FLASH_STATUS, FLASH_PROGRAM},
		{0x20, FLASH_STATUS, FLASH_ERASE},   {0x60, FLASH_STATUS, FLASH_LOCK},
		{0xe8, FLASH_STATUS, FLASH_COUNT},   {0x70, FLASH_STATUS, FLASH_IDLE},
		{0x90, FLASH_ID, FLASH_IDLE},        {0x98, FLASH_CFI, FLASH_IDLE},
		{0xff, FLASH_ARRAY, FLASH_IDLE},     {0x00, FLASH_ARRAY, FLASH_IDLE},
		{0xf0, FLASH_ARRAY, FLASH_IDLE},
	};
	u8 command = (u8)w->value;

	if (command == 0x50) /* clear status: what reads give stays */
		d->status = SR_READY;
	for (u32 i = 0; i < ARRAY_SIZE(commands); i++) {
		if (commands[i].command != command)
			continue;
		set_mode(d, commands[i].mode);
		d->wait = commands[i].wait;
		return;
	}
	/* suspend, resume and what is unknown: nothing is under way, nothing changes */
}

static void on_program(struct vflash *d, const struct flash_write *w)
{
	d->wait = FLASH_IDLE;
	if (!program(d, w->off, (const u8 *)&w->value, w->size))
		fail(d, SR_PROGRAM_ERROR);
}

static void on_erase(struct vflash *d, const struct flash_write *w)
{
	if ((u8)w->value != 0xd0) {
		fail(d, SR_SEQUENCE_ERROR);
		return;
	}
	d->wait = FLASH_IDLE;
	d->erase_at = align_down(w->off, FLASH_BLOCK);
	d->erase_end = d->erase_at + FLASH_BLOCK;
	d->status &= (u8)~SR_READY;
	erase_slice(d);
}

/* Lock, unlock, lock-down: taken and without effect. */
static void on_lock(struct vflash *d, const struct flash_write *w)
{
	u8 how = (u8)w->value;

	d->wait = FLASH_IDLE;
	if (how != 0x01 && how != 0xd0 && how != 0x2f)
		fail(d, SR_SEQUENCE_ERROR);
}

/* Words minus one of each device: bus words of 4 bytes for the bank. */
static void on_count(struct vflash *d, const struct flash_write *w)
{
	u32 count = (u32)(w->value & 0xffff) + 1;

	if (count > FLASH_BUFFER / 4) {
		fail(d, SR_SEQUENCE_ERROR);
		return;
	}
	d->count = count;
	d->buf_bad = false;
	d->buf_base = ~0ULL;
	d->wait = FLASH_FILL;
	memset(d->buf, 0xff, sizeof(d->buf)); /* all ones program nothing */
}

/* The first word says where the buffer lies; all must fall into it. */
static void on_fill(struct vflash *d, const struct flash_write *w)
{
	if (d->buf_base == ~0ULL)
		d->buf_base = align_down(w->off, FLASH_BUFFER);
	if (range_inside(w->off, w->size, d->buf_base, FLASH_BUFFER))
		memcpy(d->buf + (w->off - d->buf_base), &w->value, w->size);
	else
		d->buf_bad = true;
	if (!--d->count)
		d->wait = FLASH_CONFIRM;
}

static void on_confirm(struct vflash *d, const struct flash_write *w)
{
	d->wait = FLASH_IDLE;
	if ((u8)w->value != 0xd0 || d->buf_bad)
		fail(d, SR_SEQUENCE_ERROR);
	else if (!program(d, d->buf_base, d->buf, FLASH_BUFFER))
		fail(d, SR_PROGRAM_ERROR);
}

static void (*const on_write[])(struct vflash *d, const struct flash_write *w) = {
	[FLASH_IDLE] = on_command,    [FLASH_PROGRAM] = on_program, [FLASH_ERASE] = on_erase,
	[FLASH_LOCK] = on_lock,       [FLASH_COUNT] = on_count,     [FLASH_FILL] = on_fill,
	[FLASH_CONFIRM] = on_confirm,
};

static void vflash_write(void *dev, struct vcpu *vcpu UNUSED, u64 off, u32 size, u64 value)
{
	struct vflash *d = dev;
	struct flash_write w = {off, size, value};

	if (!spin_try(&d->lock, LOCK_LOOKS))
		return;
	if (d->erase_at != d->erase_end)
		erase_slice(d);
	else
		on_write[d->wait](d, &w);
	spin_unlock(&d->lock);
}

/* ---- reads ---- */

static u16 id_word(u64 word)
{
	static const u16 id[] = {MAKER_ID, DEVICE_ID, 0}; /* third: the block is not locked */

	return word < ARRAY_SIZE(id) ? id[word] : 0;
}

static u16 cfi_word(const struct vflash *d, u64 word)
{
	return word < sizeof(d->cfi) ? d->cfi[word] : 0;
}

/* What one device answers at its word `word` (of its block, for identification). */
static u16 device_word(const struct vflash *d, u64 word)
{
	if (d->mode == FLASH_ID)
		return id_word(word & 0xff);
	if (d->mode == FLASH_CFI)
		return cfi_word(d, word & 0xff);
	return d->status;
}

/* Both devices answer alike on their halves of the bus. */
static u64 bus_read(const struct vflash *d, u64 off, u32 size)
{
	u64 value = 0;

	for (u32 i = 0; i < size; i++) {
		u64 at = off + i;

		value |= (u64)(u8)(device_word(d, at / 4) >> (8 * (at & 1))) << (8 * i);
	}
	return value;
}

static u64 vflash_read(void *dev, struct vcpu *vcpu UNUSED, u64 off, u32 size)
{
	struct vflash *d = dev;
	u64 value;

	/* Nothing is under way then, and a CPU that changes the mode meanwhile does so before or after this read. */
	if (load_relaxed(&d->mode) == FLASH_ARRAY)
		return array_read(d, off, size);
	if (!spin_try(&d->lock, LOCK_LOOKS))
		return 0; /* not ready */
	value = bus_read(d, off, size);
	if (d->erase_at != d->erase_end)
		erase_slice(d);
	spin_unlock(&d->lock);
	return value;
}

const struct mmio_ops vflash_mmio = {.sizes = 1 | 2 | 4 | 8, .read = vflash_read, .write = vflash_write};

/* ---- making one ---- */

/* By shifting: not every machine counts zeros by an instruction. */
static u8 log2_of(u64 x)
{
	u8 n = 0;

	while (x >>= 1)
		n++;
	return n;
}

/* Query structure of one device (JESD68.01): identification, voltages, times, geometry, Intel's extension. */
static void make_cfi(struct vflash *d)
{
	static const u8 fixed[] = {
		'Q',  'R',  'Y',  0x01, 0x00, 0x31,
		0x00, 0,    0,    0,    0,    /* 10: Intel command set, extension at 0x31 */
		0x45, 0x55, 0x00, 0x00,       /* 1b: 4.5 to 5.5 V, no programming supply */
		0x07, 0x07, 0x0a, 0x00,       /* 1f: typical 128 us, 128 us, 1 s */
		0x04, 0x04, 0x04, 0x00,       /* 23: at most 16 times that */
		0x00, 0x01, 0x00, 0x00, 0x00, /* 27: size; x16; buffer */
		0x01, 0x00, 0x00, 0x00, 0x00, /* 2c: one region: blocks - 1, block size / 256 */
		'P',  'R',  'I',  '1',  '0',  /* 31: extension 1.0 without optional features */
	};
	u64 device = d->size / 2, block = FLASH_BLOCK / 2, blocks = device / block - 1;

	memset(d->cfi, 0, sizeof(d->cfi));
	memcpy(d->cfi + 0x10, fixed, sizeof(fixed));
	d->cfi[0x27] = log2_of(device);
	d->cfi[0x2a] = log2_of(FLASH_BUFFER / 2);
	d->cfi[0x2d] = (u8)blocks;
	d->cfi[0x2e] = (u8)(blocks >> 8);
	d->cfi[0x2f] = (u8)(block >> 8);
	d->cfi[0x30] = (u8)(block >> 16);
}

void vflash_reset(struct vflash *d, bool mapped)
{
	spin_lock(&d->lock);
	d->mapped = mapped;
	d->status = SR_READY;
	d->erase_at = d->erase_end = 0;
	set_mode(d, FLASH_ARRAY);
	spin_unlock(&d->lock);
}

BOOT_CODE enum err vflash_init(struct vm *vm, struct vflash *d, const struct vm_flash *plan, flash_map_fn map)
{
	u64 size = plan->size;

	if (size < FLASH_BLOCK || (size & (size - 1)) || plan->backing_size > size)
		return ERR_RANGE;
	d->vm = vm;
	d->map = map;
	d->base = plan->gpa;
	d->size = size;
	d->backing = plan->backing;
	d->backing_size = plan->backing_size;
	d->status = SR_READY;
	d->mode = FLASH_ARRAY;
	make_cfi(d);
	return mmio_add(vm->mmio, plan->gpa, size, &vflash_mmio, d);
}
