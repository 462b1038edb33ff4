/* SPDX-License-Identifier: Apache-2.0 */
/* See vintc.h. */
#include "arch/riscv/vintc.h"
#include "arch/riscv/csr.h"
#include "arch/riscv/feature.h"
#include "arch/riscv/vcpu_arch.h"
#include "core/cpu.h"
#include "core/mmio.h"
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
	v->own = v->aia ? (const void *)vm : &v->plic;
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

	return v->aia ? vimsic_pending(&vcpu->arch->vintc.imsic) : vplic_pending(&v->plic, vcpu->index);
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
	bool pending = vintc_pending(a->core);

	set_external(a, pending);
	if (pending)
		csr_set(CSR_HVIP, VSEIP);
	else
		csr_clear(CSR_HVIP, VSEIP);
}

void vintc_load(struct vcpu_arch *a)
{
	bool pending = vintc_pending(a->core);

	set_external(a, pending);
	csr_write(CSR_HVIP, a->hvip | (pending ? VSEIP : 0));
}

void vintc_put(struct vcpu_arch *a)
{
	a->hvip = csr_swap(CSR_HVIP, 0) & (IRQ_BIT(IRQ_VSSI) | IRQ_BIT(IRQ_VSTI));
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
