/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated NS16550A UART (National Semiconductor PC16550D, June 1995): 16-byte
 * FIFOs, all five interrupts, loopback. Its far end is the VM's console
 * (core/console.h): a VM that floods it sees its transmitter not empty.
 */
#ifndef DRIVERS_EMUL_NS16550_H
#define DRIVERS_EMUL_NS16550_H

#include "core/mmio.h"
#include "core/vm.h"
#include "hal/atomic.h"

#define NS16550_SIZE 0x100u
#define NS16550_FIFO 16u
#define NS16550_CLOCK_HZ 3686400u /* for the guest's tree; nothing here depends on it */

struct vns16550_fifo {
	u8 data[NS16550_FIFO];
	u8 first, count;
};

struct vns16550 {
	spinlock_t lock; /* a leaf; held for one register access */
	struct vm *vm;
	u32 irq;      /* line, as for virq_set() */
	bool level;   /* of the line */
	bool overrun; /* LSR: a byte was lost since it was read */
	bool thre;    /* the transmitter became empty and nobody was told by IIR */
	struct vns16550_fifo rx, tx;
	u8 ier, fcr, lcr, mcr, scr, dll, dlm;
	u8 delta; /* MSR: modem inputs that changed since it was read */
};

extern const struct mmio_ops vns16550_mmio;

/*
 * Boot: make the device of `vm`: reset it, attach it to the VM's console and add NS16550_SIZE bytes at
 * `base` to the VM's map. `irq` as for virq_set(). Errors of mmio_add().
 */
enum err vns16550_init(struct vm *vm, struct vns16550 *dev, gpa_t base, u32 irq) MUST_USE;
/* Power-on state; the interrupt line falls. No vCPU runs. */
void vns16550_reset(struct vns16550 *dev);
/* Bytes sent past the registers, behind what stands in the FIFO; how many were taken: none while the VM is held back. Any CPU. */
u32 vns16550_text(struct vns16550 *dev, const u8 *text, u32 n);
/* Up to `n` received bytes, as reads of RBR would take them; how many. Any CPU. */
u32 vns16550_take(struct vns16550 *dev, u8 *buf, u32 n);

#endif
