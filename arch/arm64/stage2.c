/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage 2 in hardware. Invalidation follows DDI 0487 D8.17: the descriptor
 * write is made visible (DSB ISHST), stage 2 entries are invalidated by IPA, then, after
 * completion, all combined entries of the VMID, since those are not found by IPA.
 * Lock: vmids.lock for the VMID's validity across a flush.
 */
#include "arch/arm64/stage2.h"
#include "arch/arm64/cpu_arch.h"
#include "arch/arm64/errata.h"
#include "arch/arm64/feature.h"
#include "arch/arm64/pt_formats.h"
#include "arch/arm64/sysreg.h"
#include "arch/arm64/vcpu_arch.h"
#include "core/cpu.h"
#include "hal/vcpu.h"

/* VTCR_EL2 (D19.2.160) */
#define VTCR_RES1 BIT(31)
#define VTCR_IRGN0_WBWA (1ULL << 8)
#define VTCR_ORGN0_WBWA (1ULL << 10)
#define VTCR_SH0_INNER (3ULL << 12)
#define VTCR_PS(x) ((u64)(x) << 16)
#define VTCR_VS16 BIT(19)

/* Above this many pages one invalidation of the whole VMID is cheaper and bounded. */
#define FLUSH_PAGES_MAX 64

static struct vmid_pool vmids;
static u64 vtcr_common, vtcr_none; /* of every VM; while no guest is loaded */
/* Stage 2 root with nothing in it: two concatenated level 1 tables (40-bit). */
static u64 empty_root[1024] ALIGNED(8192);

BOOT_CODE static u64 ps_field(void)
{
	u32 bits = feature_pa_bits;

	return bits >= 48 ? 5 : bits >= 44 ? 4 : bits >= 42 ? 3 : bits >= 40 ? 2 : bits >= 36 ? 1 : 0;
}

BOOT_CODE static u64 vtcr_of(u32 ipa_bits)
{
	return vtcr_common | s2_vtcr_geometry(s2_format(ipa_bits));
}

BOOT_CODE void stage2_init(void)
{
	bool wide = feature_has(FEAT_VMID16);

	vmid_pool_init(&vmids, wide ? 16 : 8, nr_cpus);
	vtcr_common = VTCR_RES1 | VTCR_IRGN0_WBWA | VTCR_ORGN0_WBWA | VTCR_SH0_INNER | VTCR_PS(ps_field()) |
		      (wide ? VTCR_VS16 : 0);
	vtcr_none = vtcr_of((u32)min_u64(40, s2_max_ipa_bits()));
}

u64 stage2_none_vttbr(void)
{
	return (u64)(uintptr_t)empty_root;
}

u64 stage2_none_vtcr(void)
{
	return vtcr_none;
}

BOOT_CODE u32 s2_max_ipa_bits(void)
{
	return feature_pa_bits;
}

void vmid_flush_all(void)
{
	dsb(ishst);
	errata_tlbi_repeat(__asm__ volatile("tlbi alle1is" : : : "memory"));
	__asm__ volatile("ic ialluis" : : : "memory");
	dsb(ish);
	isb();
}

void vmid_flush_local(void)
{
	__asm__ volatile("tlbi alle1\n\tic iallu" : : : "memory");
	dsb(nsh);
	isb();
}

static u64 vttbr_of(const struct vm_arch *vm, u64 vmid)
{
	return vm->vttbr_base | vmid << 48;
}

void stage2_load(struct vm_arch *vm, u32 vcpu_index)
{
	u32 cpu = this_cpu()->index;
	u32 vmid = vmid_load(&vmids, cpu, &vm->vmid);

	write_sysreg(VTCR_EL2, vm->vtcr);
	write_sysreg(VTTBR_EL2, vttbr_of(vm, vmid));
	isb();
	/*
	 * Two vCPUs of a VM may use one ASID for different tables: what this CPU
	 * cached for the other must go (D8.16.2 lets local TLBIs stay local).
	 */
	if (vm->last_vcpu[cpu] != vcpu_index + 1) {
		__asm__ volatile("tlbi vmalle1\n\tic iallu" : : : "memory");
		dsb(nsh);
		isb();
		vm->last_vcpu[cpu] = (u8)(vcpu_index + 1);
	}
}

void stage2_put(void)
{
	write_sysreg(VTTBR_EL2, stage2_none_vttbr());
	write_sysreg(VTCR_EL2, stage2_none_vtcr());
	isb();
	vmid_put(&vmids, this_cpu()->index);
}

static void flush_current(u64 gpa, u64 size)
{
	u64 pages = (size + PAGE_SIZE - 1) >> PAGE_SHIFT;

	if (size == 0 || pages > FLUSH_PAGES_MAX) {
		errata_tlbi_repeat(__asm__ volatile("tlbi vmalls12e1is" : : : "memory"));
		return;
	}
	for (u64 i = 0; i < pages; i++) {
		u64 arg = (gpa >> PAGE_SHIFT) + i;

		__asm__ volatile("tlbi ipas2e1is, %0" : : "r"(arg) : "memory");
	}
	dsb(ish);
	errata_tlbi_repeat(__asm__ volatile("tlbi vmalle1is" : : : "memory"));
}

/*
 * The VM's VMID must be in VTTBR_EL2 for the operations by VMID. Guest walks
 * of this CPU are disabled meanwhile, so that nothing speculative is cached
 * under the wrong VMID.
 */
void s2_flush(struct vm *vm, gpa_t gpa, u64 size)
{
	struct vm_arch *arch = vm->arch;
	u64 old_vttbr = read_sysreg(VTTBR_EL2), old_vtcr = read_sysreg(VTCR_EL2);
	u64 tcr = read_sysreg(TCR_EL1), sctlr = read_sysreg(SCTLR_EL1);

	dsb(ishst);
	spin_lock(&vmids.lock);
	if (vmid_valid(&vmids, &arch->vmid)) {
		/* In this order: with M set first, what TCR_EL1 and TTBRx_EL1 hold while the MMU is off could be walked. */
		write_sysreg(TCR_EL1, tcr | TCR_EPD0 | TCR_EPD1);
		isb();
		write_sysreg(SCTLR_EL1, sctlr | SCTLR_M);
		isb();
		write_sysreg(VTCR_EL2, arch->vtcr);
		write_sysreg(VTTBR_EL2, vttbr_of(arch, vmid_of(&arch->vmid)));
		isb();
		flush_current(gpa.v, size);
		dsb(ish);
		isb();
		write_sysreg(VTTBR_EL2, old_vttbr);
		write_sysreg(VTCR_EL2, old_vtcr);
		isb();
		write_sysreg(SCTLR_EL1, sctlr);
		isb();
		write_sysreg(TCR_EL1, tcr);
		isb();
	}
	spin_unlock(&vmids.lock);
}

void s2_publish(const void *entry UNUSED, size_t size UNUSED)
{
	/* Walks are coherent (VTCR_EL2 says write-back, inner shareable): order is all that is owed. */
	dsb(ishst);
	isb();
}

BOOT_CODE void stage2_bind(struct vm_arch *vm, hpa_t root, u32 ipa_bits)
{
	vm->vttbr_base = root.v;
	vm->vtcr = vtcr_of(ipa_bits);
}
