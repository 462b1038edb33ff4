/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second stage in hardware. HFENCE (Privileged Architecture 21.3.2) acts on the hart that executes it; other harts
 * fence by firmware (SBI RFENCE), which interrupts them in M-mode whatever they run and returns when all have done it.
 * So only those are asked that were seen with the VM loaded: what the others keep of it is out of reach until they load it again, and
 * then they fence first, see s2_flush(). A CPU that runs a neighbour all the time is interrupted by VMID rollovers alone.
 * Lock: vmids.lock for the VMID's validity across a flush, and for vm_arch.flushes.
 */
#include "arch/riscv/gstage.h"
#include "arch/riscv/cpu_arch.h"
#include "arch/riscv/csr.h"
#include "arch/riscv/feature.h"
#include "arch/riscv/pt_formats.h"
#include "arch/riscv/sbi.h"
#include "arch/riscv/vcpu_arch.h"
#include "core/cpu.h"
#include "hal/vcpu.h"

/*
 * Above this many pages one invalidation of the whole VMID is cheaper and bounded. It is also the only one that reaches pointers to
 * tables (21.3.2: with an address, only leaves): the walker changes none of them without a flush of what it translates.
 */
#define FLUSH_PAGES_MAX 64
_Static_assert(FLUSH_PAGES_MAX < PT_ENTRIES, "a table's range is flushed with its pointer");

static struct vmid_pool vmids;
/* Whose translations a hart uses now; written by that hart alone. A line each. */
static struct {
	const struct vm_arch *vm;
} ALIGNED(64) loaded[MAX_CPUS];

BOOT_CODE void gstage_init(void)
{
	vmid_pool_init(&vmids, host_features.vmid_bits, nr_cpus);
}

BOOT_CODE u32 s2_max_ipa_bits(void)
{
	return host_features.gpa_bits;
}

BOOT_CODE void gstage_bind(struct vm_arch *vm, hpa_t root, u32 ipa_bits)
{
	vm->hgatp = pt_mode(s2_format(ipa_bits)) << ATP_MODE_SHIFT | root.v >> PAGE_SHIFT;
	vm->flushes =
		1; /* whoever loads it first orders its walks behind the stores to its tables (21.2.10) */
}

/*
 * No HFENCE.GVMA needs to remove what a hart caches of the first stage, and HFENCE.VVMA removes it for the VMID in hgatp alone
 * (21.3.2): whoever gets a VMID anew fences when it is loaded, see gstage_load().
 */
void vmid_flush_all(void)
{
	struct hart_mask m;

	hfence_gvma_all();
	for (u32 next = 0; sbi_others(&next, &m);)
		sbi_hfence_gvma(m, 0, 0);
}

/* All run under VMID 0, which hgatp names now: nobody is loaded. */
void vmid_flush_local(void)
{
	hfence_gvma_all();
	hfence_vvma_all();
}

/*
 * Two vCPUs of a VM may use one ASID for different tables: what this hart cached for the other must go. So must what it cached of the
 * first stage for another VM that had the VMID before. HFENCE.VVMA goes by the VMID in hgatp. The instructions that the other
 * changed become visible too. A context that another CPU renews meanwhile has the same VMID.
 */
void gstage_load(struct vm_arch *vm, u32 vcpu_index)
{
	u32 cpu = this_cpu()->index;
	u64 vmid = vmid_load(&vmids, cpu, &vm->vmid);
	u64 user = load_relaxed(&vm->vmid.context) << 8 | (vcpu_index + 1), flushes;

	store_relaxed(&loaded[cpu].vm, vm);
	atomic_fence(); /* whoever flushes finds it loaded, or is found here */
	flushes = load_acquire(&vm->flushes);
	csr_write(CSR_HGATP, vm->hgatp | vmid << HGATP_VMID_SHIFT);
	if (unlikely(vm->flushed[cpu] != flushes)) {
		hfence_gvma_vmid(vmid);
		vm->flushed[cpu] = flushes;
	}
	if (vm->last_user[cpu] != user) {
		hfence_vvma_all();
		fence_i();
		vm->last_user[cpu] = user;
	}
}

static bool is_loaded(u32 cpu, const void *vm)
{
	return load_acquire(&loaded[cpu].vm) == vm; /* not any more: behind all that its guest did there */
}

void gstage_put(void)
{
	csr_write(CSR_HGATP, 0);
	store_release(&loaded[this_cpu()->index].vm, NULL);
	vmid_put(&vmids, this_cpu()->index);
}

/* HFENCE.GVMA with a VMID removes combined translations too (21.3.2: it orders against implicit accesses for either stage). */
static void flush_here(u64 gpa, u64 size, u64 vmid)
{
	if (!size) {
		hfence_gvma_vmid(vmid);
		return;
	}
	for (u64 off = 0; off < size; off += PAGE_SIZE)
		hfence_gvma(gpa + off, vmid);
}

/*
 * A hart that has the VM loaded fences now, any other when it loads it: then it finds the flush counted (gstage_load()). Between
 * counting here and looking who has it stands a fence, as between loading there and looking at the count: one of both sees the other.
 */
void s2_flush(struct vm *vm, gpa_t gpa, u64 size)
{
	struct vm_arch *a = vm->arch;
	struct hart_mask m;

	if (size > FLUSH_PAGES_MAX * PAGE_SIZE)
		size = 0;
	spin_lock(&vmids.lock);
	store_release(&a->flushes, a->flushes + 1);
	atomic_fence();
	if (vmid_valid(&vmids, &a->vmid)) {
		u64 vmid = vmid_of(&a->vmid);

		if (is_loaded(this_cpu()->index, a))
			flush_here(gpa.v, size, vmid);
		for (u32 next = 0; sbi_harts(is_loaded, a, &next, &m);)
			sbi_hfence_gvma_vmid(m, gpa.v, size, vmid);
	}
	spin_unlock(&vmids.lock);
}

/* Walks of all harts are coherent; order is what is owed (12.2.1: a store to a table becomes visible like any other). */
void s2_publish(const void *entry UNUSED, size_t size UNUSED)
{
	fence_stores();
}
