/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dispatch of physical interrupts. They are taken when a guest is left, or
 * polled while idle; never inside the hypervisor. EOI drops the priority; the
 * guest itself deactivates what is linked to its virtual interrupts.
 */
#include "arch/arm64/irq.h"
#include "arch/arm64/cpu_arch.h"
#include "arch/arm64/gicv3.h"
#include "arch/arm64/sysreg.h"
#include "arch/arm64/timer.h"
#include "arch/arm64/vcpu_arch.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/machine.h"
#include "hal/boot.h"

/* The most urgent pending interrupt becomes active; >= GIC_SPURIOUS: none. */
static inline u32 gic_ack(void)
{
	u32 intid = (u32)read_sysreg(ICC_IAR1_EL1);

	/* The acknowledge takes effect before the handler looks at its device (IHI 0069H, 4.1.1). */
	dsb(sy);
	return intid;
}

/* Priority drop; it stays active. */
static inline void gic_eoi(u32 intid)
{
	write_sysreg(ICC_EOIR1_EL1, intid);
	isb();
}

struct device_irq {
	u32 intid;
	void (*fn)(void);
};

/* Host devices: the console so far. */
static struct device_irq devices[4];

/* What it is about stands in cpu->attention, which every exit looks at, or in the vCPU's interrupt controller. */
static void kick_irq(u32 intid)
{
	cpu_kicked(this_cpu_arch()->core);
	gic_eoi(intid);
	gic_deactivate(intid);
	vgic_kicked();
}

static void host_timer_irq(u32 intid)
{
	gic_eoi(intid);
	timer_irq();
	gic_deactivate(intid);
}

static void maintenance_irq(u32 intid)
{
	gic_eoi(intid);
	vgic_maintenance_irq();
	gic_deactivate(intid);
}

static void guest_virt_irq(u32 intid)
{
	gic_eoi(intid);
	vtimer_irq(TIMER_VIRT);
}

static void guest_phys_irq(u32 intid)
{
	gic_eoi(intid);
	vtimer_irq(TIMER_PHYS);
}

static void device_irq(u32 intid)
{
	gic_eoi(intid);
	for (u32 i = 0; i < ARRAY_SIZE(devices); i++)
		if (devices[i].fn && devices[i].intid == intid)
			devices[i].fn();
	gic_deactivate(intid);
}

/* SGIs and PPIs by number; filled from what firmware's tables say. */
static void (*local[32])(u32 intid);

static void dispatch(u32 intid)
{
	if (intid < ARRAY_SIZE(local) && likely(local[intid] != NULL))
		local[intid](intid);
	else
		device_irq(intid);
}

/* LPIs are never switched on here; one that firmware left comes once and must not keep its priority active. */
static inline bool handle(u32 intid)
{
	if (likely(intid < GIC_SPURIOUS))
		dispatch(intid);
	else if (intid >= GIC_LPI_FIRST)
		gic_eoi(intid);
	else
		return false;
	return true;
}

void irq_handle(void)
{
	(void)handle(gic_ack());
}

bool irq_handle_one(void)
{
	return handle(gic_ack());
}

BOOT_CODE void irq_cpu_init(void)
{
	const struct machine *m = &the_machine;
	/* The host's own timer is the first. */
	const u32 own[] = {m->timer.hyp_intid, m->timer.virt_intid, m->gic.maint_intid, m->timer.phys_intid};

	local[GIC_SGI_KICK] = kick_irq;
	local[m->timer.hyp_intid & 31] = host_timer_irq;
	local[m->timer.virt_intid & 31] = guest_virt_irq;
	local[m->timer.phys_intid & 31] = guest_phys_irq;
	local[m->gic.maint_intid & 31] = maintenance_irq;
	gic_enable(GIC_SGI_KICK, GIC_PRIO_KICK, false);
	for (u32 i = 0; i < ARRAY_SIZE(own); i++)
		if (own[i] >= 16 && own[i] < 32)
			gic_enable(own[i], i == 0 ? GIC_PRIO_TIMER : GIC_PRIO_GUEST, false);
}

BOOT_CODE void irq_connect(u32 irq, bool edge, u32 cpu, void (*fn)(void))
{
	for (u32 i = 0; i < ARRAY_SIZE(devices); i++) {
		if (devices[i].fn)
			continue;
		devices[i] = (struct device_irq){irq, fn};
		gic_route(irq, cpu);
		gic_enable(irq, GIC_PRIO_DEVICE, edge);
		return;
	}
	panic("no place for device interrupt %u", irq);
}

void cpu_kick(u32 cpu)
{
	gic_send_sgi(cpu);
}
