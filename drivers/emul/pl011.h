/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated PL011 UART, r1p5 (ARM DDI 0183G): 32-byte FIFOs, level and timeout
 * interrupts, loopback, identification registers. Its far end is the VM's
 * console (core/console.h): a VM that floods it sees its own transmit FIFO full.
 */
#ifndef DRIVERS_EMUL_PL011_H
#define DRIVERS_EMUL_PL011_H

#include "core/mmio.h"
#include "core/vm.h"
#include "hal/atomic.h"

#define PL011_SIZE KIB(4)
#define PL011_FIFO 32u
#define PL011_REGS 19 /* up to DMACR */

struct vpl011_fifo {
	u16 data[PL011_FIFO]; /* a received byte with its error bits, DR[11:0] */
	u32 first, count;
};

struct vpl011 {
	spinlock_t lock; /* a leaf; held for one register access */
	struct vm *vm;
	u32 irq; /* line, as for virq_set() */
	bool level;
	bool overrun; /* the next byte received carries it in DR[11] */
	struct vpl011_fifo rx, tx;
	u32 reg[PL011_REGS]; /* by offset / 4 */
};

extern const struct mmio_ops vpl011_mmio;

/*
 * Boot: make the device of `vm`: reset it, attach it to the VM's console and add PL011_SIZE bytes at
 * `base` to the VM's map. `irq` as for virq_set(). Errors of mmio_add().
 */
enum err vpl011_init(struct vm *vm, struct vpl011 *dev, gpa_t base, u32 irq) MUST_USE;
/* Power-on state; the interrupt line falls. No vCPU runs. */
void vpl011_reset(struct vpl011 *dev);

#endif
