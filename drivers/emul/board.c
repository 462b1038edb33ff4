/* SPDX-License-Identifier: Apache-2.0 */
/* The common part of all boards (board.h). */
#include "drivers/emul/board.h"

#include "core/aspace.h"
#include "core/platform.h"
#include "drivers/emul/rtc_base.h"

/* Flash is in stage 2 while it reads as an array; commands take it out. */
static void flash_direct(struct vflash *dev, bool direct)
{
	aspace_show(dev->vm->aspace, dev->base, direct);
}

BOOT_CODE enum err board_flash_create(struct vm *vm, struct vflash *bank)
{
	enum err e = OK;

	if (vm->plan->protocol != BOOT_FIRMWARE)
		return OK;
	for (u32 i = 0; i < BOARD_FLASH_BANKS && e == OK; i++)
		e = vflash_init(vm, &bank[i], &vm->plan->flash[i], flash_direct);
	return e;
}

void board_flash_reset(const struct vm *vm, struct vflash *bank)
{
	if (vm->plan->protocol != BOOT_FIRMWARE)
		return;
	for (u32 i = 0; i < BOARD_FLASH_BANKS; i++)
		vflash_reset(&bank[i], true);
}

BOOT_CODE void platform_set_clock(u64 seconds, u64 at)
{
	rtc_set_clock(seconds, at);
}
