/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's own translation regime (EL2 stage 1, E2H=0): registers and invalidation. core/host_map.c fills
 * its tables. SCTLR_EL2.WXN once more sees to it that nothing is writable and executable.
 */
#include "arch/arm64/mmu.h"
#include "arch/arm64/cpu_arch.h"
#include "arch/arm64/errata.h"
#include "arch/arm64/pt_formats.h"
#include "arch/arm64/sysreg.h"
#include "hal/host_map.h"

/* TCR_EL2 (D19.2.139, E2H=0): 48-bit addresses, 4 KiB, write-back inner shareable walks. */
#define TCR_EL2_RES1 (BIT(31) | BIT(23))
#define TCR_EL2_WALKS ((1ULL << 8) | (1ULL << 10) | (3ULL << 12))
#define TCR_EL2_T0SZ 16ULL
#define TCR_EL2_PS(x) ((u64)(x) << 16)

/* Beyond this, the windows of a CPU for example, one invalidation of everything is cheaper. */
#define FLUSH_PAGES_MAX 128

static const struct host_layout layout = {
	.format = &el2_format,
	.io = 0xfe0000000000ULL,
	.io_size = GIB(1024),
	.windows = 0xff0000000000ULL,
};

static void invalidate(u64 va, u64 size)
{
	if (size >= FLUSH_PAGES_MAX * PAGE_SIZE) {
		__asm__ volatile("tlbi alle2is" : : : "memory");
		return;
	}
	for (u64 off = 0; off < size; off += PAGE_SIZE) {
		u64 arg = (va + off) >> PAGE_SHIFT & (BIT(44) - 1);

		__asm__ volatile("tlbi vae2is, %0" : : "r"(arg) : "memory");
	}
}

void host_flush(u64 va, u64 size)
{
	dsb(ishst);
	errata_tlbi_repeat(invalidate(va, size));
	dsb(ish);
	isb();
}

/* Broadcast, because another CPU may have cached an entry by speculation (D8.16.1). */
void host_flush_window(u64 va, u64 size)
{
	host_flush(va, size);
}

/* Walks are coherent, and what is invalid is never cached (D8.16.1). */
void host_publish(u64 va UNUSED, u64 size UNUSED)
{
	dsb(ishst);
	isb();
}

BOOT_CODE void mmu_early_init(struct cpu_arch *cpu)
{
	u64 pa_range = BITS(read_sysreg(ID_AA64MMFR0_EL1), 3, 0);
	hpa_t root;

	if (host_map_image(&layout, EARLY_TABLES_SIZE / PAGE_SIZE, &root) != OK)
		for (;;) /* no console yet: stay where a debugger finds it */
			__asm__ volatile("wfi");
	cpu->mair = EL2_MAIR;
	cpu->tcr = TCR_EL2_RES1 | TCR_EL2_T0SZ | TCR_EL2_WALKS | TCR_EL2_PS(pa_range > 5 ? 5 : pa_range);
	cpu->ttbr0 = root.v;
	cpu->sctlr = SCTLR_EL2_RES1 | SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_SA | SCTLR_WXN;
}

BOOT_CODE void mmu_secondary(struct cpu_arch *to, const struct cpu_arch *from)
{
	to->mair = from->mair;
	to->tcr = from->tcr;
	to->ttbr0 = from->ttbr0;
	to->sctlr = from->sctlr;
}
