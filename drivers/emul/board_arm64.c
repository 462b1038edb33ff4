/* SPDX-License-Identifier: Apache-2.0 */
/* The devices of QEMU's `virt` board that an arm64 guest has (docs/manifest.md, "What a guest sees"). */
#include "core/platform.h"
#include "core/aspace.h"
#include "core/pools.h"
#include "drivers/emul/flash.h"
#include "drivers/emul/pl011.h"
#include "drivers/emul/pl031.h"
#include "drivers/emul/pl061.h"

/* SPIs, counted from 0 (INTID 32), as the board wires them. */
enum board_irq { IRQ_UART = 1, IRQ_RTC = 2, IRQ_GPIO = 7 };

struct board {
	struct vpl011 uart;
	struct vpl031 rtc;
	struct vpl061 gpio;
	struct vflash flash[2];
};

BOOT_CODE size_t platform_size(const struct vm_plan *plan UNUSED)
{
	return (size_t)align_up(sizeof(struct board), 64);
}

/* Flash is in stage 2 while it reads as an array; commands take it out. */
static void flash_direct(struct vflash *dev, bool direct)
{
	aspace_show(dev->vm->aspace, dev->base, direct);
}

BOOT_CODE static enum err create_flash(struct vm *vm, struct board *b)
{
	for (u32 i = 0; i < ARRAY_SIZE(b->flash); i++) {
		enum err e = vflash_init(vm, &b->flash[i], &vm->plan->flash[i], flash_direct);

		if (e != OK)
			return e;
	}
	return OK;
}

BOOT_CODE enum err platform_create(struct vm *vm)
{
	const struct vm_layout *at = &vm->plan->layout;
	struct board *b = pool_alloc("devices", sizeof(*b), 64);
	enum err e = OK;

	vm->board = b;
	if (vm->plan->console)
		e = vpl011_init(vm, &b->uart, at->uart, IRQ_UART);
	if (e == OK)
		e = vpl031_init(vm, &b->rtc, at->rtc, IRQ_RTC);
	if (e == OK)
		e = vpl061_init(vm, &b->gpio, at->power, IRQ_GPIO);
	if (e == OK && vm->plan->protocol == BOOT_FIRMWARE)
		e = create_flash(vm, b);
	return e;
}

void platform_reset(struct vm *vm)
{
	struct board *b = vm->board;

	if (vm->plan->console)
		vpl011_reset(&b->uart);
	vpl031_reset(&b->rtc);
	vpl061_reset(&b->gpio);
	if (vm->plan->protocol == BOOT_FIRMWARE) {
		vflash_reset(&b->flash[0], true);
		vflash_reset(&b->flash[1], true);
	}
}

enum err platform_power_key(struct vm *vm)
{
	struct board *b = vm->board;

	vpl061_press(&b->gpio);
	return OK;
}

BOOT_CODE void platform_set_clock(u64 seconds, u64 at)
{
	rtc_set_clock(seconds, at);
}
