/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's own translation regime: Sv48, or Sv39 where that is all there is. core/host_map.c fills its tables. A hart
 * may cache entries that are not valid (Privileged Architecture 12.2.1), so making one valid owes a fence too.
 */
#include "arch/riscv/mmu.h"
#include "arch/riscv/cpu_arch.h"
#include "arch/riscv/csr.h"
#include "arch/riscv/pt_formats.h"
#include "arch/riscv/sbi.h"
#include "core/cpu.h"
#include "hal/host_map.h"

/* Beyond this one invalidation of everything is cheaper. */
#define FLUSH_PAGES_MAX 64
/* The image's tables at most: root, and a path to each part. */
#define EARLY_TABLES 16

/* Only the lower half, where addresses are not sign-extended: 128 TiB, or 256 GiB. */
static const struct host_layout layouts[] = {
	{.format = &host_formats[1],
	 .io = 0x7d0000000000ULL,
	 .io_size = GIB(1024),
	 .windows = 0x7f0000000000ULL},
	{.format = &host_formats[0], .io = GIB(192), .io_size = GIB(32), .windows = GIB(240)},
};

static void fence_here(u64 va, u64 size)
{
	if (!size || size > FLUSH_PAGES_MAX * PAGE_SIZE) {
		sfence_vma_all();
		return;
	}
	for (u64 off = 0; off < size; off += PAGE_SIZE)
		sfence_vma_page(va + off);
}

void host_publish(u64 va, u64 size)
{
	fence_stores();
	fence_here(va, size);
}

void host_flush(u64 va, u64 size)
{
	struct hart_mask m;

	fence_here(va, size);
	for (u32 next = 0; sbi_others(&next, &m);)
		sbi_sfence_vma(m, va, size);
}

/* Another hart never uses these addresses, and what it may have cached for them by speculation lets it do nothing else. */
void host_flush_window(u64 va, u64 size)
{
	fence_here(va, size);
}

/* Writing satp with a mode that the hart lacks has no effect (12.1.11). */
static bool turn_on(u64 satp)
{
	sfence_vma_all();
	csr_write(CSR_SATP, satp);
	sfence_vma_all();
	return csr_read(CSR_SATP) == satp;
}

BOOT_CODE void mmu_early_init(struct cpu_arch *cpu)
{
	for (u32 i = 0; i < ARRAY_SIZE(layouts); i++) {
		hpa_t root;

		if (host_map_image(&layouts[i], EARLY_TABLES, &root) != OK)
			break;
		cpu->satp = pt_mode(layouts[i].format) << ATP_MODE_SHIFT | root.v >> PAGE_SHIFT;
		if (turn_on(cpu->satp))
			return;
	}
	for (;;) /* no console yet: stay where a debugger finds it */
		__asm__ volatile("wfi");
}
