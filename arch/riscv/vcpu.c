/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vCPU state in and out of a hart. All functions marked (home) in hal/vcpu.h run on the vCPU's CPU with interrupts masked; no
 * locks here. Between two guests vsatp is bare and hgatp off, so that neither speculation nor HLV can cache a mix of two.
 */
#include "arch/riscv/cpu_arch.h"
#include "arch/riscv/exit.h"
#include "arch/riscv/feature.h"
#include "arch/riscv/fp.h"
#include "arch/riscv/gstage.h"
#include "arch/riscv/vcpu_arch.h"
#include "core/cpu.h"
#include "core/mmio.h"
#include "core/string.h"
#include "hal/vcpu.h"

void reservation_drop(void); /* entry.S */

/* What of sstatus and hstatus is the vCPU's. */
#define SSTATUS_VCPU (SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_FS | SSTATUS_VS)
#define HSTATUS_VCPU (HSTATUS_SPVP)

BOOT_CODE size_t vcpu_arch_size(void)
{
	return (size_t)align_up(sizeof(struct vcpu_arch), 64) + vector_state_size();
}

BOOT_CODE size_t vm_arch_size(const struct vm_plan *plan UNUSED)
{
	return (size_t)align_up(sizeof(struct vm_arch), 64);
}

/* While it runs. VSXL is fixed where a hart has one width. A `pinned` vCPU waits by itself. */
static u64 hstatus_of(const struct vcpu *vcpu)
{
	u64 v = HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_VSXL_64;

	v |= (u64)vcpu->arch->vintc.file << HSTATUS_VGEIN_SHIFT;
	return vcpu->vm->plan->policy == POLICY_PINNED ? v : v | HSTATUS_VTW;
}

BOOT_CODE void vcpu_arch_init(struct vcpu *vcpu)
{
	struct vcpu_arch *a = vcpu->arch;

	a->core = vcpu;
	if (vector_state_size())
		a->vector.v = (u8 *)a + align_up(sizeof(*a), 64);
	a->mmio_last = &vcpu->vm->mmio->region[0];
	vtimer_init(vcpu);
	vintc_vcpu_init(vcpu);
}

void vcpu_arch_reset(struct vcpu *vcpu, gpa_t entry, u64 arg)
{
	struct vcpu_arch *a = vcpu->arch;

	memset(a->x, 0, sizeof(a->x));
#define RESET(name, csr, need, value) a->name = (value);
	VCPU_CSRS(RESET)
#undef RESET
	memset(&a->fp, 0, sizeof(a->fp));
	vector_reset(&a->vector);
	a->x[10] = vcpu->index;
	a->x[11] = arg;
	a->pc = entry.v;
	a->sstatus = SSTATUS_SPP;
	a->hstatus = hstatus_of(vcpu);
	a->hvip = 0;
	a->fwft_locked = 0;
	store_relaxed(&a->posted, POST_SFENCE_VMA | POST_FENCE_I); /* of its life before nothing is cached */
	vtimer_reset(vcpu);
	vintc_vcpu_reset(vcpu);
}

BOOT_CODE enum err vm_arch_init(struct vm *vm)
{
	vm->arch->core = vm;
	vintc_init(vm);
	return OK;
}

BOOT_CODE enum err vm_arch_map(struct vm *vm, struct mmio_map *map)
{
	return vintc_map(vm, map);
}

BOOT_CODE void vm_arch_bind(struct vm *vm, hpa_t root, u32 ipa_bits)
{
	gstage_bind(vm->arch, root, ipa_bits);
}

void vm_arch_reset(struct vm *vm)
{
	vintc_reset(vm);
	guest_clock_reset(&vm->arch->clock);
}

/* What other CPUs asked for while it was not loaded, or just now. */
static void take_posted(struct vcpu_arch *a)
{
	u32 bits = load_relaxed(&a->posted);

	if (!bits)
		return;
	bits = atomic_xchg(&a->posted, 0);
	if (bits & POST_IPI)
		csr_set(CSR_HVIP, IRQ_BIT(IRQ_VSSI));
	if (bits & POST_SFENCE_VMA)
		hfence_vvma_all();
	if (bits & POST_FENCE_I)
		fence_i();
}

void vcpu_load(struct vcpu *vcpu)
{
	struct vcpu_arch *a = vcpu->arch;

	csr_write(CSR_HSTATUS, a->hstatus);
	gstage_load(vcpu->vm->arch, vcpu->index);
#define LOAD(name, csr, need, reset) \
	if (need)                    \
		csr_write(csr, a->name);
	VCPU_CSRS(LOAD)
#undef LOAD
	fp_load(&a->fp);
	vector_load(&a->vector);
	csr_write(CSR_SSTATUS,
		  (csr_read(CSR_SSTATUS) & ~(u64)SSTATUS_VCPU) | a->sstatus | fp_clean() | vector_clean());
	csr_write(CSR_SEPC, a->pc);
	vtimer_load(a);
	vintc_load(a);
	atomic_fence(); /* it is current: who posts after this looks finds it so (vsbi_rfence.c) */
	take_posted(a);
}

void vcpu_put(struct vcpu *vcpu)
{
	struct vcpu_arch *a = vcpu->arch;
	u64 sstatus = csr_read(CSR_SSTATUS);

	a->pc = csr_read(CSR_SEPC);
	a->sstatus = sstatus & SSTATUS_SPP;
	a->hstatus = (a->hstatus & ~(u64)HSTATUS_VCPU) | (csr_read(CSR_HSTATUS) & HSTATUS_VCPU);
	fp_save(&a->fp, sstatus);
	vector_save(&a->vector, sstatus);
#define SAVE(name, csr, need, reset) \
	if (need)                    \
		a->name = csr_read(csr);
	VCPU_CSRS(SAVE)
#undef SAVE
	csr_write(CSR_VSATP, 0);
	reservation_drop();
	vtimer_put(a);
	vintc_put(a);
	gstage_put();
	csr_write(CSR_HSTATUS, 0);
}

void vcpu_sync_irqs(struct vcpu *vcpu)
{
	take_posted(vcpu->arch);
	vintc_update(vcpu->arch);
}

/* By the bits of VS level; vsie has them one place lower. */
bool vcpu_has_irq(struct vcpu *vcpu)
{
	const struct vcpu_arch *a = vcpu->arch;
	u64 pending = a->hvip;

	pending |= load_acquire(&a->posted) & POST_IPI ? IRQ_BIT(IRQ_VSSI) : 0;
	pending |= vtimer_pending(a) ? IRQ_BIT(IRQ_VSTI) : 0;
	pending |= vintc_pending(vcpu) ? IRQ_BIT(IRQ_VSEI) : 0;
	return pending >> 1 & a->vsie;
}
