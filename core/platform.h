/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The devices a VM's board has besides CPUs and interrupt controller: UART,
 * clock, power key, flash. Which they are is the guest platform's (drivers/emul/board_*.c).
 */
#ifndef CORE_PLATFORM_H
#define CORE_PLATFORM_H

#include "core/mmio.h"
#include "core/plan.h"
#include "hal/types.h"

/* Bytes of pool "devices" that this VM takes. */
size_t platform_size(const struct vm_plan *plan);
/* Boot: make the VM's devices and put them into its MMIO table. Errors of mmio_add(). */
enum err platform_create(struct vm *vm) MUST_USE;
/* All of them as after power-on; no vCPU runs. */
void platform_reset(struct vm *vm);
/* Press the VM's power key. Housekeeping CPU. ERR_NOENT: it has none. */
enum err platform_power_key(struct vm *vm) MUST_USE;
/*
 * Boards of architectures that have such a call: text for the VM's UART from elsewhere than its driver (a firmware call of the guest's). Any CPU. How many of the `n` bytes were
 * taken; of a VM without UART all, and they are gone.
 */
u32 platform_debug_write(struct vm *vm, const u8 *text, u32 n);
/* The same way in: up to `n` bytes that the UART received; how many. */
u32 platform_debug_read(struct vm *vm, u8 *buf, u32 n);
/* Boot: it was `seconds` since 1970 when the machine's counter was `at`. VMs' clocks go by it from their next reset on. */
void platform_set_clock(u64 seconds, u64 at);

#endif
