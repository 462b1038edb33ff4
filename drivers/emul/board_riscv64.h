/* SPDX-License-Identifier: Apache-2.0 */
/* How the riscv64 board is wired: for the board itself and for the guest's tree. */
#ifndef DRIVERS_EMUL_BOARD_RISCV64_H
#define DRIVERS_EMUL_BOARD_RISCV64_H

/* Interrupt sources of the PLIC or APLIC. QEMU's `virt` has 1 to 8, 10, 11, 32 to 35, and from 64 on. */
enum board_irq { IRQ_UART = 10, IRQ_RTC = 11, IRQ_GPIO = 12 };

#endif
