/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated SiFive test finisher, as QEMU's `virt` of riscv64 has it: a write ends
 * the VM (syscon-poweroff and syscon-reboot of the guest's tree).
 */
#ifndef DRIVERS_EMUL_FINISHER_H
#define DRIVERS_EMUL_FINISHER_H

#include "core/mmio.h"
#include "core/vm.h"

#define FINISHER_SIZE KIB(4)

/* What is written to offset 0: one of these in the low half, with FAIL a code in the high half. */
#define FINISHER_FAIL 0x3333u
#define FINISHER_PASS 0x5555u
#define FINISHER_RESET 0x7777u

extern const struct mmio_ops vfinisher_mmio;

/* Boot: add FINISHER_SIZE bytes at `base` to the VM's map. It has no state. Errors of mmio_add(). */
enum err vfinisher_init(struct vm *vm, gpa_t base) MUST_USE;

#endif
