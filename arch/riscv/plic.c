/* SPDX-License-Identifier: Apache-2.0 */
/* The host's PLIC (RISC-V PLIC 1.0). Sources go to one hart's S-mode context each; claim and complete by that hart. */
#include "arch/riscv/cpu_arch.h"
#include "arch/riscv/intc.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/machine.h"
#include "hal/boot.h"
#include "hal/mem.h"

#define PRIORITY(irq) ((irq) * 4ULL)
#define ENABLE(context, word) (0x2000ULL + (context) * 0x80ULL + (word) * 4ULL)
#define CONTEXT(context) (0x200000ULL + (context) * 0x1000ULL)
#define THRESHOLD 0
#define CLAIM 4

static volatile u8 *plic;
static u32 nr_sources;

static volatile u32 *reg(u64 offset)
{
	return (volatile u32 *)(volatile void *)(plic + offset);
}

static u32 context_of(u32 cpu)
{
	return the_machine.plic.context[cpu];
}

BOOT_CODE static void quiesce(u32 context)
{
	if (context == UINT32_MAX)
		return;
	for (u32 word = 0; word <= nr_sources / 32; word++)
		*reg(ENABLE(context, word)) = 0;
}

BOOT_CODE static enum err plic_init(const struct machine *m)
{
	plic = host_map_io(m->plic.base, m->plic.size);
	if (!plic)
		return ERR_NOMEM;
	nr_sources = m->plic.nr_sources;
	for (u32 irq = 1; irq <= nr_sources; irq++)
		*reg(PRIORITY(irq)) = 0;
	for (u32 i = 0; i < m->nr_cpus; i++)
		quiesce(m->plic.context[i]);
	return OK;
}

BOOT_CODE static void plic_cpu_init(u32 cpu)
{
	u32 c = context_of(cpu);

	if (c != UINT32_MAX)
		*reg(CONTEXT(c) + THRESHOLD) = 0;
}

BOOT_CODE static void plic_connect(u32 irq, bool edge UNUSED, u32 cpu)
{
	u32 c = context_of(cpu);

	if (c == UINT32_MAX || irq > nr_sources) {
		log_warn("PLIC: source %u cannot reach CPU %u", irq, cpu);
		return;
	}
	*reg(ENABLE(c, irq / 32)) |= 1u << irq % 32;
	/* Firmware may have claimed it and not completed; else this has no effect (PLIC 1.0, chapter 9). */
	*reg(CONTEXT(c) + CLAIM) = irq;
	*reg(PRIORITY(irq)) = 1;
}

static u32 plic_take(void)
{
	return *reg(CONTEXT(context_of(this_cpu()->index)) + CLAIM);
}

static void plic_done(u32 irq)
{
	*reg(CONTEXT(context_of(this_cpu()->index)) + CLAIM) = irq;
}

const struct intc intc_plic = {
	.name = "PLIC",
	.init = plic_init,
	.cpu_init = plic_cpu_init,
	.connect = plic_connect,
	.kick = intc_kick_by_firmware,
	.take = plic_take,
	.done = plic_done,
};
