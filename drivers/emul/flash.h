/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated NOR flash bank: two x16 devices side by side (bank width 4 bytes),
 * CFI with the Intel command set (JESD68.01, Intel P30), as QEMU's `virt` has.
 *
 * In read-array mode the frames behind it are mapped read-only into the guest
 * and only writes exit; in any other mode the bank is unmapped and every access
 * exits. What lies beyond the frames reads 0xFF and cannot be programmed.
 */
#ifndef DRIVERS_EMUL_FLASH_H
#define DRIVERS_EMUL_FLASH_H

#include "core/mmio.h"
#include "core/vm.h"
#include "hal/atomic.h"

#define FLASH_BLOCK KIB(256) /* of the bank; 128 KiB a device */
#define FLASH_BUFFER 1024u   /* bytes of the bank's write buffer; 512 a device */

struct vflash;

/*
 * Make the backed part of the bank readable by the guest without an exit, or not. Read-only,
 * executable; at dev->base, dev->backing_size bytes from dev->backing. Called under
 * dev->lock by the vCPU that wrote (it returns with all CPUs' translations flushed), and by
 * vflash_reset(). Nothing behind it: not called.
 */
typedef void (*flash_map_fn)(struct vflash *dev, bool direct);

enum flash_mode { FLASH_ARRAY, FLASH_STATUS, FLASH_ID, FLASH_CFI };
enum flash_wait {
	FLASH_IDLE,
	FLASH_PROGRAM,
	FLASH_ERASE,
	FLASH_LOCK,
	FLASH_COUNT,
	FLASH_FILL,
	FLASH_CONFIRM
};

struct vflash {
	spinlock_t lock; /* before the locks that flash_map takes */
	struct vm *vm;
	flash_map_fn map;
	gpa_t base;
	u64 size; /* of the bank: power of two, multiple of FLASH_BLOCK */
	hpa_t backing;
	u64 backing_size;
	bool mapped;
	u8 mode; /* what reads give */
	u8 wait; /* what the next write is */
	u8 status;
	u32 count;               /* words still to come for the buffer */
	u64 buf_base;            /* offset of the buffer's first byte, buffer-aligned */
	bool buf_bad;            /* data for another place was written: the program will fail */
	u64 erase_at, erase_end; /* what an erase under way has left; equal: none */
	u8 buf[FLASH_BUFFER];
	u8 cfi[0x40];
};

extern const struct mmio_ops vflash_mmio;

/*
 * Boot: make the bank of `plan`, add it to the VM's map. `map` may be NULL: every read exits.
 * ERR_RANGE when the size is no power of two of blocks; errors of mmio_add().
 */
enum err vflash_init(struct vm *vm, struct vflash *dev, const struct vm_flash *plan,
		     flash_map_fn map) MUST_USE;
/*
 * Read-array mode, as after power-on; maps. Contents stay: who restarts the VM reloads them first.
 * `mapped` says whether stage 2 has the mapping already (false after the VM was built anew).
 */
void vflash_reset(struct vflash *dev, bool mapped);

#endif
