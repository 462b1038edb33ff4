/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where VMs and vCPUs meet their interrupt controller and timers: the parts of
 * hal/vcpu.h that are about interrupts and time, and the calls of the
 * architecture's switch code.
 */
#include "arch/arm64/cpu_arch.h"
#include "arch/arm64/gicv3.h"
#include "arch/arm64/vcpu_arch.h"
#include "arch/arm64/vgic_state.h"
#include "core/cpu.h"
#include "core/mmio.h"
#include "core/vm.h"
#include "hal/vcpu.h"

static struct vgic_cpu *vgic_of(struct vcpu *vcpu)
{
	return &vcpu->arch->vgic;
}

/* The vCPU of `vm` that is loaded on this CPU. */
static struct vgic_cpu *loaded_of(const struct vm *vm)
{
	struct vcpu *vcpu = this_cpu()->current;

	return vcpu && vcpu->vm == vm && vgic_of(vcpu)->loaded ? vgic_of(vcpu) : NULL;
}

/*
 * A loaded vCPU's CPU needs only a kick. If it is put meanwhile, whoever puts or loads it finds what was made pending
 * before under vgic.lock, and what is in `input` (vgic_line()).
 */
void vgic_wake(struct vgic *g, u32 index)
{
	struct vm *vm = g->owner;
	struct vcpu *vcpu = &vm->vcpus[index];

	if (load_relaxed(&g->cpu[index]->loaded))
		cpu_kick(vcpu->home);
	else
		vcpu_wake(vcpu);
}

void vgic_kicked(void)
{
	struct vcpu_arch *a = this_cpu_arch()->vcpu;

	if (a && vgic_has_news(&a->vgic))
		vgic_cpu_sync(&a->vgic);
}

/* ---- life ---- */

BOOT_CODE void vgic_vm_init(struct vm *vm)
{
	vgic_init(&vm->arch->vgic, vm->nr_vcpus);
	vm->arch->vgic.owner = vm;
}

BOOT_CODE void vgic_vcpu_init(struct vcpu *vcpu)
{
	vgic_cpu_init(&vcpu->vm->arch->vgic, vgic_of(vcpu), vcpu->index);
}

void vgic_vm_reset(struct vm *vm)
{
	vgic_reset(&vm->arch->vgic);
}

void vgic_vcpu_reset(struct vcpu *vcpu)
{
	vgic_cpu_reset(vgic_of(vcpu));
}

void vgic_load(struct vcpu *vcpu)
{
	vgic_cpu_load(vgic_of(vcpu));
}

void vgic_put(struct vcpu *vcpu)
{
	vgic_cpu_put(vgic_of(vcpu));
}

void vgic_maintenance_irq(void)
{
	struct vcpu *vcpu = this_cpu()->current;

	if (vcpu && vgic_of(vcpu)->loaded)
		vgic_cpu_resync(vgic_of(vcpu));
}

BOOT_CODE enum err vgic_map(struct vm *vm, struct mmio_map *map)
{
	const struct vm_layout *layout = &vm->plan->layout;
	struct vgic *g = &vm->arch->vgic;
	enum err err = mmio_add(map, layout->intc_dist, VGIC_DIST_SIZE, &vgic_dist_ops, g);

	if (err)
		return err;
	return mmio_add(map, layout->intc_cpu, vm->plan->nr_vcpus * VGIC_REDIST_SIZE, &vgic_redist_ops, g);
}

bool vgic_sysreg(struct vcpu *vcpu, u32 iss, bool write, u64 *val)
{
	return vgic_cpu_sysreg(vgic_of(vcpu), iss, write, val);
}

/* ---- hal/vcpu.h ---- */

void virq_set(struct vm *vm, u32 irq, bool level)
{
	struct vgic *g = &vm->arch->vgic;
	const struct vgic_cpu *self = loaded_of(vm);
	u32 who = irq < VGIC_SPIS ? vgic_line(g, irq + 32, level) : VGIC_NOBODY;

	if (who == VGIC_NOBODY)
		return;
	if (self &&
	    self->index == who) /* it looks before it is entered again, when the device's lock is free */
		vcpu_wake(this_cpu()->current);
	else
		vgic_wake(g, who);
}

bool vcpu_has_irq(struct vcpu *vcpu)
{
	return vgic_cpu_has_irq(vgic_of(vcpu));
}

void vcpu_sync_irqs(struct vcpu *vcpu)
{
	vgic_cpu_sync(vgic_of(vcpu));
}

u64 vcpu_deadline(struct vcpu *vcpu)
{
	return vtimer_deadline(&vcpu->arch->vtimer);
}

void vcpu_timer_expired(struct vcpu *vcpu)
{
	vtimer_expire(&vcpu->arch->vtimer);
}

void vm_time_stop(struct vm *vm)
{
	guest_clock_stop(&vm->arch->clock);
}

void vm_time_start(struct vm *vm)
{
	guest_clock_start(&vm->arch->clock);
}

/* ---- timers ---- */

BOOT_CODE void vtimer_vcpu_init(struct vcpu *vcpu)
{
	vtimer_init(&vcpu->arch->vtimer, &vcpu->vm->arch->clock, vgic_of(vcpu));
}

void vtimer_vcpu_reset(struct vcpu *vcpu)
{
	vtimer_reset(&vcpu->arch->vtimer);
}

void vtimer_load(struct vcpu *vcpu)
{
	vtimer_cpu_load(&vcpu->arch->vtimer);
}

void vtimer_put(struct vcpu *vcpu)
{
	vtimer_cpu_put(&vcpu->arch->vtimer);
}

void vtimer_irq(enum guest_timer t)
{
	struct vcpu_arch *a = this_cpu_arch()->vcpu;

	/* The level may have dropped between the interrupt and its acknowledge. */
	if (likely(a && a->vtimer.loaded && cnt_ctl_read(t) == (CNT_CTL_ENABLE | CNT_CTL_ISTATUS)))
		vgic_inject_linked(&a->vgic, t == TIMER_VIRT ? VTIMER_VIRT_INTID : VTIMER_PHYS_INTID);
	else
		gic_deactivate(timer_host.intid[t]);
}
