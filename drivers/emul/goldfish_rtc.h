/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated Goldfish real-time clock (the Goldfish virtual hardware guide of the
 * Android emulator, "Goldfish timer"; as QEMU's `virt` of riscv64 has it):
 * nanoseconds since 1970, one alarm with an interrupt.
 */
#ifndef DRIVERS_EMUL_GOLDFISH_RTC_H
#define DRIVERS_EMUL_GOLDFISH_RTC_H

#include "core/mmio.h"
#include "drivers/emul/rtc_base.h"

#define GOLDFISH_RTC_SIZE KIB(4)

struct vgoldfish_rtc {
	struct rtc_base rtc; /* its lock covers all of it */
	u32 time_high;       /* upper half of the time whose lower half was read last */
	u64 alarm;           /* as written; counts from the write of its lower half on */
};

extern const struct mmio_ops vgoldfish_rtc_mmio;

/*
 * Boot: make the device, reset it, add GOLDFISH_RTC_SIZE bytes at `base` to the VM's map. `irq` as for virq_set(). Errors
 * of mmio_add().
 */
enum err vgoldfish_rtc_init(struct vm *vm, struct vgoldfish_rtc *dev, gpa_t base, u32 irq) MUST_USE;
/* Clock to the machine's time, no alarm; the interrupt line falls. No vCPU runs. */
void vgoldfish_rtc_reset(struct vgoldfish_rtc *dev);

#endif
