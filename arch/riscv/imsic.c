/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The harts' S-level interrupt files (AIA 1.0, chapter 3): identity 1 is a kick, the others are devices', in the order in which
 * they are connected. A file is reached by its own hart through siselect and sireg, by others through its page.
 */
#include "arch/riscv/cpu_arch.h"
#include "arch/riscv/csr.h"
#include "arch/riscv/imsic_regs.h"
#include "arch/riscv/intc.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/machine.h"
#include "hal/atomic.h"
#include "hal/boot.h"
#include "hal/mem.h"

#define DEVICES 8u

/* seteipnum_le of each CPU's file. */
static volatile u32 *files[MAX_CPUS];
static struct {
	u32 irq, cpu;
} devices[DEVICES];
static u32 nr_devices;

BOOT_CODE enum err imsic_init(const struct machine *m)
{
	for (u32 i = 0; i < m->nr_cpus; i++) {
		if (!m->aia.imsic.file[i].v) {
			log_error("CPU %u (hart %llx) has no IMSIC file, but others have", i,
				  (unsigned long long)m->cpus[i].hwid);
			return ERR_UNSUPPORTED;
		}
		files[i] = host_map_io(m->aia.imsic.file[i], PAGE_SIZE);
		if (!files[i])
			return ERR_NOMEM;
	}
	return OK;
}

static void indirect_write(u32 which, u64 value)
{
	csr_write(CSR_SISELECT, which);
	csr_write(CSR_SIREG, value);
}

static bool enabled_here(u32 id, u32 cpu)
{
	return id == IMSIC_KICK_ID || (id >= IMSIC_FIRST_ID && id - IMSIC_FIRST_ID < nr_devices &&
				       devices[id - IMSIC_FIRST_ID].cpu == cpu);
}

/* What is pending of devices that are connected already stays: a level source would not send it again. */
BOOT_CODE static void clear_pending(u32 word, u64 but)
{
	csr_write(CSR_SISELECT, EIP0 + 2 * word);
	csr_clear(CSR_SIREG, ~but);
}

BOOT_CODE void imsic_cpu_init(u32 cpu)
{
	u64 enabled = 0;

	for (u32 id = 1; id < 64; id++)
		enabled |= enabled_here(id, cpu) ? 1ULL << id : 0;
	for (u32 word = 0; word <= the_machine.aia.imsic.nr_ids / 64; word++) {
		indirect_write(EIE0 + 2 * word, word ? 0 : enabled);
		clear_pending(word, word ? 0 : enabled & ~(1ULL << IMSIC_KICK_ID));
	}
	indirect_write(EITHRESHOLD, 0);
	indirect_write(EIDELIVERY, 1);
}

BOOT_CODE u32 imsic_identity(u32 cpu, u32 irq)
{
	if (nr_devices == DEVICES || IMSIC_FIRST_ID + nr_devices > the_machine.aia.imsic.nr_ids)
		return 0;
	devices[nr_devices].irq = irq;
	devices[nr_devices].cpu = cpu;
	return IMSIC_FIRST_ID + nr_devices++;
}

void imsic_kick(u32 cpu)
{
	fence_device(); /* what was stored before is seen by whom it wakes */
	*files[cpu] = IMSIC_KICK_ID;
}

/* Claimed by the write, whatever it writes (3.10). */
u32 imsic_take(void)
{
	u32 id = (u32)(csr_swap(CSR_STOPEI, 0) >> 16);

	if (id == IMSIC_KICK_ID)
		return INTC_KICK;
	return id >= IMSIC_FIRST_ID && id - IMSIC_FIRST_ID < nr_devices ? devices[id - IMSIC_FIRST_ID].irq
									: 0;
}
