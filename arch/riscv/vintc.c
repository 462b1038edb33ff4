/* SPDX-License-Identifier: Apache-2.0 */
/* See vintc.h. */
#include "arch/riscv/vintc.h"
#include "arch/riscv/csr.h"
#include "arch/riscv/feature.h"
#include "arch/riscv/imsic_regs.h"
#include "arch/riscv/vcpu_arch.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/machine.h"
#include "core/mmio.h"
#include "hal/boot.h"
#include "hal/mem.h"
#include "hal/vcpu.h"

#define VSEIP IRQ_BIT(IRQ_VSEI)

struct vimsic *vimsic_of(const struct vm *vm, u32 vcpu)
{
	return &vm->vcpus[vcpu].arch->vintc.imsic;
}

BOOT_CODE void vintc_init(struct vm *vm)
{
	struct vintc *v = &vm->arch->vintc;

	v->aia = feature_guest_aia();
	if (v->aia)
		vaplic_init(&v->aplic, vm);
	else
		vplic_init(&v->plic, vm);
}

/* ---- guest interrupt files (AIA 1.0, chapter 3) ---- */

/*
 * A `pinned` vCPU is alone on its CPU and takes the first file there is; others share their CPU and have theirs in
 * software. A file of the machine's must have as many identities as the guest is told.
 */
#define GUEST_FILE 1u

BOOT_CODE void vm_arch_claim(struct vm_plan *plan)
{
	const struct machine_imsic *s = &the_machine.aia.imsic;

	plan->nr_pages = 0;
	if (!feature_guest_aia() || plan->policy != POLICY_PINNED || s->nr_guest_ids < VIMSIC_IDS ||
	    host_features.guest_files < GUEST_FILE || s->nr_guest_files < GUEST_FILE)
		return;
	for (u32 i = 0; i < plan->nr_vcpus; i++)
		if (s->file[plan->cpus[i]].v)
			plan->page[plan->nr_pages++] =
				(struct vm_page){GPA(plan->layout.intc_cpu.v + i * VIMSIC_PAGE),
						 HPA(s->file[plan->cpus[i]].v + GUEST_FILE * PAGE_SIZE)};
}

/* The page of a vCPU's file in the plan, or NULL. */
BOOT_CODE static const struct vm_page *page_of(const struct vcpu *vcpu)
{
	const struct vm_plan *plan = vcpu->vm->plan;

	for (u32 i = 0; i < plan->nr_pages; i++)
		if (plan->page[i].gpa.v == plan->layout.intc_cpu.v + vcpu->index * VIMSIC_PAGE)
			return &plan->page[i];
	return NULL;
}

BOOT_CODE static void claim_file(struct vcpu *vcpu)
{
	const struct vm_page *page = page_of(vcpu);
	volatile u32 *hw = page ? host_map_io(page->hpa, PAGE_SIZE) : NULL;

	if (!page)
		return;
	if (!hw)
		panic("%s: the interrupt file of vCPU %u cannot be mapped", vcpu->vm->plan->name,
		      vcpu->index);
	vcpu->arch->vintc.imsic.hw = hw;
	vcpu->arch->vintc.file = GUEST_FILE;
}

static void indirect_clear(u32 which)
{
	csr_write(CSR_VSISELECT, which);
	csr_write(CSR_VSIREG, 0);
}

/* As after reset; hstatus names the file. Whatever came for who had it before is gone. */
static void file_clear(const struct vcpu_arch *a)
{
	indirect_clear(EIDELIVERY);
	indirect_clear(EITHRESHOLD);
	for (u32 word = 0; word <= the_machine.aia.imsic.nr_guest_ids / 64; word++) {
		indirect_clear(EIE0 + 2 * word);
		indirect_clear(EIP0 + 2 * word);
	}
	csr_write(CSR_VSISELECT, a->vsiselect);
}

void vintc_file_irq(void)
{
	u64 pending = csr_read(CSR_HGEIP) & csr_read(CSR_HGEIE);

	csr_clear(CSR_HGEIE, pending); /* told once: it looks before it sleeps again */
	for (struct vcpu *v = this_cpu()->vcpus; v; v = v->cpu_next)
		if (pending >> v->arch->vintc.file & 1)
			vcpu_wake(v);
}

BOOT_CODE void vintc_vcpu_init(struct vcpu *vcpu)
{
	const struct vintc *v = &vcpu->vm->arch->vintc;

	if (v->aia)
		claim_file(vcpu);
	vcpu->arch->own_irqs = v->aia ? (const void *)vcpu->vm : &v->plic;
}

BOOT_CODE enum err vintc_map(struct vm *vm, struct mmio_map *map)
{
	const struct vm_layout *at = &vm->plan->layout;
	struct vintc *v = &vm->arch->vintc;
	enum err e;

	if (!v->aia)
		return mmio_add(map, at->intc_dist, VPLIC_SIZE, &vplic_ops, &v->plic);
	e = mmio_add(map, at->intc_dist, VAPLIC_SIZE, &vaplic_ops, &v->aplic);
	return e == OK ? mmio_add(map, at->intc_cpu, VIMSIC_PAGE * vm->nr_vcpus, &vimsic_ops, vm) : e;
}

void vintc_reset(struct vm *vm)
{
	struct vintc *v = &vm->arch->vintc;

	if (v->aia)
		vaplic_reset(&v->aplic);
	else
		vplic_reset(&v->plic);
}

void vintc_vcpu_reset(struct vcpu *vcpu)
{
	vimsic_reset(&vcpu->arch->vintc.imsic);
	vcpu->arch->vintc.clear = vcpu->arch->vintc.file;
}

void virq_set(struct vm *vm, u32 irq, bool level)
{
	struct vintc *v = &vm->arch->vintc;

	if (v->aia)
		vaplic_line(&v->aplic, irq, level);
	else
		vplic_line(&v->plic, irq, level);
}

bool vintc_pending(const struct vcpu *vcpu)
{
	const struct vintc *v = &vcpu->vm->arch->vintc;

	if (!v->aia)
		return vplic_pending(&v->plic, vcpu->index);
	if (vcpu->arch->vintc.file)
		return csr_read(CSR_HGEIP) >> vcpu->arch->vintc.file & 1;
	return vimsic_pending(&vcpu->arch->vintc.imsic);
}

/*
 * Without a guest interrupt file, stopi of the guest reports an external interrupt only when hvictl names it with a priority
 * (AIA 1.0, 6.3.3).
 */
static void set_external(const struct vcpu_arch *a, bool pending)
{
	if (a->core->vm->arch->vintc.aia)
		csr_write(CSR_HVICTL, HVICTL_IID_EXTERNAL | (pending ? HVICTL_IPRIO_FIRST : 0));
}

void vintc_update(const struct vcpu_arch *a)
{
	bool pending;

	if (a->vintc.file)
		return;
	pending = vintc_pending(a->core);

	set_external(a, pending);
	if (pending)
		csr_set(CSR_HVIP, VSEIP);
	else
		csr_clear(CSR_HVIP, VSEIP);
}

void vintc_load(struct vcpu_arch *a)
{
	bool pending = !a->vintc.file && vintc_pending(a->core);

	csr_clear(CSR_HGEIE, a->vintc.file ? 1ULL << a->vintc.file : 0);
	if (a->vintc.clear)
		file_clear(a);
	a->vintc.clear = false;

	set_external(a, pending);
	csr_write(CSR_HVIP, a->hvip | (pending ? VSEIP : 0));
}

void vintc_put(struct vcpu_arch *a)
{
	a->hvip = csr_swap(CSR_HVIP, 0) & (IRQ_BIT(IRQ_VSSI) | IRQ_BIT(IRQ_VSTI));
	csr_set(CSR_HGEIE, a->vintc.file ? 1ULL << a->vintc.file : 0);
}

bool vintc_csr(struct vcpu_arch *a, u32 csr, u64 mask, u64 value, u64 *old)
{
	struct vimsic *f = &a->vintc.imsic;
	bool known = a->core->vm->arch->vintc.aia;

	if (known && csr == CSR_STOPEI)
		*old = mask ? vimsic_claim(f) : vimsic_topei(f);
	else
		known = known && csr == CSR_SIREG &&
			vimsic_reg(f, csr_read(CSR_VSISELECT), mask, value, old) == OK;
	if (known)
		vintc_update(a);
	return known;
}
