/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual redistributors (IHI 0069H, 12.10 and 12.11): two 64 KiB frames a
 * vCPU, in the order of vCPUs, without LPIs. Any vCPU may access any of them.
 */
#include "arch/arm64/vgic_state.h"
#include "core/mmio.h"
#include "core/vm.h"

#define SGI_FRAME 0x10000u
#define IDS 0xffd0u
#define WAKER_SLEEP (1u << 1)
#define WAKER_ASLEEP (1u << 2)
#define TYPER_LAST (1ULL << 4)

static u64 typer(const struct vgic *g, const struct vgic_cpu *c)
{
	u64 last = c->index + 1u == g->nr_cpus ? TYPER_LAST : 0;

	return (u64)vgic_affinity(c->index) << 32 | (u64)c->index << 8 | last;
}

/* The frame with control registers, 4-byte accesses. CTLR and STATUSR are RAZ/WI: no LPIs. */
static u32 control_read(const struct vgic *g, const struct vgic_cpu *c, u32 off)
{
	switch (off) {
	case 0x04:
		return VGIC_IIDR;
	case 0x08:
		return (u32)typer(g, c);
	case 0x0c:
		return (u32)(typer(g, c) >> 32);
	case 0x14:
		return c->asleep ? WAKER_SLEEP | WAKER_ASLEEP : 0;
	default:
		return off >= IDS ? vgic_id_register(off, 0x93) : 0;
	}
}

static u64 redist_read(void *dev, struct vcpu *vcpu, u64 off64, u32 size)
{
	struct vgic *g = dev;
	struct vgic_cpu *c = g->cpu[off64 / VGIC_REDIST_SIZE];
	u32 off = (u32)(off64 % VGIC_REDIST_SIZE);

	if (off >= SGI_FRAME) {
		off -= SGI_FRAME;
		if (size == 8 || off < 0x80 || off >= 0x1000)
			return 0;
		return vgic_bank_read(g, g->cpu[vcpu->index], c, off, size);
	}
	if (size == 8)
		return off == 0x08 ? typer(g, c) : 0;
	return size == 4 ? control_read(g, c, off) : 0;
}

static COLD void waker_write(struct vgic *g, struct vgic_cpu *self, struct vgic_cpu *c, u64 val)
{
	vgic_lock_lines(g, self);
	store_relaxed(&c->asleep, !!(val & WAKER_SLEEP));
	vgic_told_others(g, self);
	vgic_unlock(g, self);
}

static void redist_write(void *dev, struct vcpu *vcpu, u64 off64, u32 size, u64 val)
{
	struct vgic *g = dev;
	struct vgic_cpu *c = g->cpu[off64 / VGIC_REDIST_SIZE];
	u32 off = (u32)(off64 % VGIC_REDIST_SIZE);

	if (size == 8)
		return;
	if (off >= SGI_FRAME + 0x80 && off < SGI_FRAME + 0x1000)
		vgic_bank_write(g, g->cpu[vcpu->index], c, off - SGI_FRAME, size, (u32)val);
	else if (off == 0x14 && size == 4)
		waker_write(g, g->cpu[vcpu->index], c, val);
}

const struct mmio_ops vgic_redist_ops = {.sizes = 1 | 4 | 8, .read = redist_read, .write = redist_write};
