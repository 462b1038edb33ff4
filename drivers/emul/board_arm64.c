/* SPDX-License-Identifier: Apache-2.0 */
/* The devices of QEMU's `virt` board that an arm64 guest has (docs/manifest.md, "What a guest sees"). */
#include "core/platform.h"
#include "core/pools.h"
#include "drivers/emul/board.h"
#include "drivers/emul/pl011.h"
#include "drivers/emul/pl031.h"
#include "drivers/emul/pl061.h"

/* SPIs, counted from 0 (INTID 32), as the board wires them. */
enum board_irq { IRQ_UART = 1, IRQ_RTC = 2, IRQ_GPIO = 7 };

struct board {
	struct vpl011 uart;
	struct vpl031 rtc;
	struct vpl061 gpio;
	struct vflash flash[BOARD_FLASH_BANKS];
};

BOOT_CODE size_t platform_size(const struct vm_plan *plan UNUSED)
{
	return (size_t)align_up(sizeof(struct board), 64);
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
	if (e == OK)
		e = board_flash_create(vm, b->flash);
	return e;
}

void platform_reset(struct vm *vm)
{
	struct board *b = vm->board;

	if (vm->plan->console)
		vpl011_reset(&b->uart);
	vpl031_reset(&b->rtc);
	vpl061_reset(&b->gpio);
	board_flash_reset(vm, b->flash);
}

enum err platform_power_key(struct vm *vm)
{
	struct board *b = vm->board;

	vpl061_press(&b->gpio);
	return OK;
}
