/* SPDX-License-Identifier: Apache-2.0 */
/* What the boards of all architectures have in common: two flash banks of a `firmware` VM, and the time of day. */
#ifndef DRIVERS_EMUL_BOARD_H
#define DRIVERS_EMUL_BOARD_H

#include "drivers/emul/flash.h"

#define BOARD_FLASH_BANKS 2

/* Boot: make both banks as the VM's plan has them; none but for `firmware`. Errors of vflash_init(). */
enum err board_flash_create(struct vm *vm, struct vflash *bank) MUST_USE;
/* Both in read-array mode; stage 2 has their mapping. No vCPU runs. */
void board_flash_reset(const struct vm *vm, struct vflash *bank);

#endif
