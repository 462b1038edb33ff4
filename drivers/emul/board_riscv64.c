/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The devices of QEMU's `virt` board that a riscv64 guest has (docs/manifest.md, "What a guest sees"), and a power key,
 * which that board lacks.
 */
#include "drivers/emul/board_riscv64.h"

#include "core/platform.h"
#include "core/pools.h"
#include "drivers/emul/board.h"
#include "drivers/emul/dwgpio.h"
#include "drivers/emul/finisher.h"
#include "drivers/emul/goldfish_rtc.h"
#include "drivers/emul/ns16550.h"

struct board {
	struct vns16550 uart;
	struct vgoldfish_rtc rtc;
	struct vdwgpio gpio;
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
		e = vns16550_init(vm, &b->uart, at->uart, IRQ_UART);
	if (e == OK)
		e = vgoldfish_rtc_init(vm, &b->rtc, at->rtc, IRQ_RTC);
	if (e == OK)
		e = vdwgpio_init(vm, &b->gpio, at->power, IRQ_GPIO);
	if (e == OK)
		e = vfinisher_init(vm, at->finisher);
	if (e == OK)
		e = board_flash_create(vm, b->flash);
	return e;
}

void platform_reset(struct vm *vm)
{
	struct board *b = vm->board;

	if (vm->plan->console)
		vns16550_reset(&b->uart);
	vgoldfish_rtc_reset(&b->rtc);
	vdwgpio_reset(&b->gpio);
	board_flash_reset(vm, b->flash);
}

enum err platform_power_key(struct vm *vm)
{
	struct board *b = vm->board;

	vdwgpio_press(&b->gpio);
	return OK;
}

u32 platform_debug_write(struct vm *vm, const u8 *text, u32 n)
{
	struct board *b = vm->board;

	return vm->plan->console ? vns16550_text(&b->uart, text, n) : n;
}

u32 platform_debug_read(struct vm *vm, u8 *buf, u32 n)
{
	struct board *b = vm->board;

	return vm->plan->console ? vns16550_take(&b->uart, buf, n) : 0;
}
