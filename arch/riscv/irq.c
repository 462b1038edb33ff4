/* SPDX-License-Identifier: Apache-2.0 */
/* See irq.h. */
#include "arch/riscv/irq.h"
#include "arch/riscv/cpu_arch.h"
#include "arch/riscv/csr.h"
#include "arch/riscv/intc.h"
#include "arch/riscv/sbi.h"
#include "arch/riscv/timer.h"
#include "arch/riscv/vintc.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/machine.h"
#include "hal/boot.h"

struct device_irq {
	u32 irq;
	void (*fn)(void);
};

/* Host devices: the console so far. */
static struct device_irq devices[4];
static const struct intc *intc;

static void software(void)
{
	csr_clear(CSR_SIP, IRQ_BIT(IRQ_SSI));
	cpu_kicked(this_cpu());
}

static void external(void)
{
	u32 irq = intc->take();

	if (irq == INTC_KICK) {
		cpu_kicked(this_cpu());
		return;
	}
	if (!irq)
		return;
	for (u32 i = 0; i < ARRAY_SIZE(devices); i++)
		if (devices[i].fn && devices[i].irq == irq)
			devices[i].fn();
	intc->done(irq);
}

static void (*const handlers[16])(void) = {
	[IRQ_SSI] = software,
	[IRQ_STI] = timer_irq,
	[IRQ_SEI] = external,
	[IRQ_SGEI] = vintc_file_irq,
};

void irq_handle(u64 cause)
{
	if (likely(cause < ARRAY_SIZE(handlers) && handlers[cause]))
		handlers[cause]();
}

/* Kicks and the timer in turn with devices: one of each kind that is pending, so that none storms the others out. */
bool irq_handle_one(void)
{
	u64 pending = (csr_read(CSR_SIP) & csr_read(CSR_SIE)) |
		      (csr_read(CSR_HIP) & csr_read(CSR_HIE) & IRQ_BIT(IRQ_SGEI));
	bool any = pending != 0;

	for (; pending; pending &= pending - 1)
		irq_handle((u64)__builtin_ctzll(pending));
	return any;
}

void intc_kick_by_firmware(u32 cpu)
{
	sbi_send_ipi(the_machine.cpus[cpu].hwid);
}

BOOT_CODE static const struct intc *choose(const struct machine *m)
{
	if (m->aia.aplic.base.v)
		return m->aia.aplic.msi && m->aia.imsic.nr_ids ? &intc_imsic : &intc_aplic;
	return m->plic.base.v ? &intc_plic : NULL;
}

BOOT_CODE enum err irq_init(const struct machine *m)
{
	intc = choose(m);
	if (!intc) {
		log_error("no PLIC and no APLIC: nothing would interrupt the hypervisor");
		return ERR_UNSUPPORTED;
	}
	log_info("interrupts: %s", intc->name);
	return intc->init(m);
}

/* What firmware left armed or pending is withdrawn first: until the hypervisor's own first deadline there is none. */
BOOT_CODE void irq_cpu_init(void)
{
	csr_write(CSR_SIE, 0);
	csr_clear(CSR_SIP, IRQ_BIT(IRQ_SSI));
	sbi_set_timer(NO_DEADLINE);
	intc->cpu_init(this_cpu()->index);
	csr_write(CSR_SIE, IRQ_BIT(IRQ_SSI) | IRQ_BIT(IRQ_STI) | IRQ_BIT(IRQ_SEI));
}

BOOT_CODE void irq_connect(u32 irq, bool edge, u32 cpu, void (*fn)(void))
{
	for (u32 i = 0; i < ARRAY_SIZE(devices); i++) {
		if (devices[i].fn)
			continue;
		devices[i] = (struct device_irq){irq, fn};
		intc->connect(irq, edge, cpu);
		return;
	}
	panic("no place for device interrupt %u", irq);
}

void cpu_kick(u32 cpu)
{
	intc->kick(cpu);
}
