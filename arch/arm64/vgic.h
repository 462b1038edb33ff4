/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM's interrupt controller: a GICv3 with one security state, SGIs, PPIs and
 * SPIs, no LPIs (IHI 0069H).
 *
 * State is kept as bits, 32 interrupts to a bank: bank 0 of each vCPU holds its
 * SGIs and PPIs, 31 banks of the VM hold the SPIs. While a vCPU is loaded, its
 * interrupts in flight live in list registers (LR) of its CPU, which nobody
 * else touches; when it is put, all of them return to the banks.
 *
 * An interrupt with its in_lr bit set is in LR `lr` of vCPU `owner`. Then:
 *   active   what was last seen in the LR
 *   lr_pend  the LR's pending state came from `latch`, which was cleared
 *   latch    pended again since (edge), or by software (level)
 *
 * Everything but `input` and `news` is guarded by vgic.lock, one a VM. It is a leaf:
 * wake-ups are sent after it is released. It is held for one access, at most for one look at all
 * 1020 interrupts; all vCPUs of a VM may want it at once. So a device, which may act for the
 * housekeeping CPU or be waited for by it, never takes it: it drives its line in
 * `input`, and whoever holds the lock next takes that in (vgic_take_lines()).
 *
 * What one vCPU sees of another's list registers: enable, group, priority, route
 * and configuration take effect there at its next kick, which is sent at once;
 * until then GICD_CTLR.RWP says so for disables. Pending and active state is
 * changed there by deferred operations, and a read waits (bounded) until the other
 * CPU has brought its state up to date.
 */
#ifndef ARM64_VGIC_H
#define ARM64_VGIC_H

#include "arch/arm64/ich.h"
#include "core/plan.h"
#include "hal/atomic.h"
#include "hal/types.h"

struct vm;
struct vcpu;
struct mmio_map;
struct mmio_ops;

#define VGIC_SPIS 988 /* INTIDs 32..1019 */
#define VGIC_INTIDS (32 + VGIC_SPIS)
#define VGIC_SPI_BANKS 31
#define VGIC_LAST_BANK_MASK 0x0fffffffu /* INTIDs 1020..1023 do not exist */
#define VGIC_NOBODY 0xff
#define VGIC_DIST_SIZE KIB(64)
#define VGIC_REDIST_SIZE KIB(128)

struct vgic_bank {
	u32 enable;
	u32 group; /* 1: group 1 */
	u32 edge;  /* 0: level */
	u32 line;  /* the input; of SPIs, as it was last taken in */
	u32 latch; /* pending by an edge or by software */
	u32 active;
	u32 in_lr;
	u32 lr_pend;
};

enum virq_flags {
	VIRQ_ANY = 1 << 0, /* GICD_IROUTER.Interrupt_Routing_Mode: one of N */
	/* For the owner, when it next takes the interrupt out of its LR: */
	VIRQ_CLEAR_PENDING = 1 << 1,
	VIRQ_CLEAR_ACTIVE = 1 << 2,
	VIRQ_SET_ACTIVE = 1 << 3,
	VIRQ_DEFERRED = VIRQ_CLEAR_PENDING | VIRQ_CLEAR_ACTIVE | VIRQ_SET_ACTIVE,
	/* Its LR is not as a newly pending interrupt's would be: active with another priority, or disabled. */
	VIRQ_ODD_LR = 1 << 4,
};

struct virq {
	u32 route; /* Aff3..Aff0 as written */
	u16 hw;    /* PPI: physical INTID that may be linked, 0 none */
	u8 priority;
	u8 active_tag; /* while active: priority when it was acknowledged; bit 0: group */
	u8 target;     /* vCPU it is routed to, or VGIC_NOBODY */
	u8 owner;      /* vCPU that has it in an LR or active */
	u8 lr;
	u8 flags;
};
_Static_assert(sizeof(struct virq) <= 16, "the array of SPIs is big enough");

struct vgic;

/*
 * A vCPU's part. `hint` and `act` name banks that may hold something for it
 * (never too few); `todo` those in which that changed since it last looked.
 */
struct vgic_cpu {
	struct vgic *vgic;
	u16 index;
	bool loaded;
	bool overflow; /* not all that is pending fits the LRs */
	bool asleep;   /* GICR_WAKER.ProcessorSleep */
	u32 hint, act, todo;
	u32 lr_used;
	u32 lr_mask; /* those that this CPU has */
	u32 linked;  /* PPIs whose physical interrupt is active on the vCPU's behalf */
	u64 hcr;     /* as in ICH_HCR_EL2 while loaded */
	struct vgic_bank priv;
	u16 lr_irq[ICH_LR_MAX];
	struct virq irq[32];
	u32 routed[VGIC_SPI_BANKS]; /* SPIs whose target this is */
	/* While put: */
	u64 vmcr;
	u32 apr[2][4];
};

struct vgic {
	spinlock_t lock;
	u32 ctlr; /* GICD_CTLR's enable bits */
	u32 nr_cpus;
	/* vCPUs, by bit: LRs must be taken out and filled again; because of a disable; to be woken at unlock. */
	u64 dirty, rwp, wake;
	struct vgic_cpu *cpu[PLAN_VCPUS_MAX];
	void *owner; /* the struct vm */
	/* Without the lock. By bank: lines as devices drive them, 31:0 level, 63:32 has risen since it was taken in. */
	u64 input[VGIC_SPI_BANKS];
	u32 news; /* banks of SPIs, by bit, whose input changed since it was taken in */
	struct vgic_bank spi[VGIC_SPI_BANKS];
	struct virq irq[VGIC_SPIS];
};

/* Affinity of vCPU i: 16 to a cluster, so that ICC_SGI1R's target list reaches all. MPIDR_EL1 must agree. */
static inline u32 vgic_affinity(u32 index)
{
	return (index >> 4) << 8 | (index & 15);
}

/* ---- for the architecture's VM code; vgic_vm.c ---- */

/* Boot, once a VM, then once a vCPU: blocks are zeroed. */
void vgic_vm_init(struct vm *vm);
void vgic_vcpu_init(struct vcpu *vcpu);
/* The whole controller as after power-on. No vCPU is loaded. */
void vgic_vm_reset(struct vm *vm);
/* The vCPU's CPU interface as after power-on (CPU_ON); its redistributor keeps its state. Not loaded. */
void vgic_vcpu_reset(struct vcpu *vcpu);
/* (home) Load: vgic_load() then vtimer_load(). Put: vtimer_put() then vgic_put(). */
void vgic_load(struct vcpu *vcpu);
void vgic_put(struct vcpu *vcpu);
/* (home) The maintenance interrupt; the caller drops its priority before and deactivates it after. */
void vgic_maintenance_irq(void);
/* This CPU was kicked: its vCPU may have something new. */
void vgic_kicked(void);
/* Distributor and redistributors into the VM's table, at the plan's addresses. Boot only. */
enum err vgic_map(struct vm *vm, struct mmio_map *map) MUST_USE;
/*
 * (home) A trapped access to ICC_SGI0R, SGI1R, ASGI1R, DIR, CTLR, PMR or RPR_EL1 by the
 * loaded vCPU. `iss` is ESR_EL2.ISS. False: not one of them, or not in that direction.
 */
bool vgic_sysreg(struct vcpu *vcpu, u32 iss, bool write, u64 *val);

/* ---- the controller itself, on the caller's CPU; no lock held ---- */

/* Boot: zeroed blocks become a controller of nr_cpus and its vCPU `index`. */
void vgic_init(struct vgic *g, u32 nr_cpus);
void vgic_cpu_init(struct vgic *g, struct vgic_cpu *c, u32 index);
/* What vgic_vm_reset() and vgic_vcpu_reset() do to it. */
void vgic_reset(struct vgic *g);
void vgic_cpu_reset(struct vgic_cpu *c);
/* (home) What vgic_load() and vgic_put() do to it. */
void vgic_cpu_load(struct vgic_cpu *c);
void vgic_cpu_put(struct vgic_cpu *c);
/* (home) Is there something for vgic_cpu_sync()? Whoever made it so kicks afterwards. */
static inline bool vgic_has_news(const struct vgic_cpu *c)
{
	return load_relaxed(&c->todo) || (load_relaxed(&c->vgic->dirty) >> c->index & 1) ||
	       load_relaxed(&c->vgic->news);
}
/* (home) The loaded vCPU takes in what others changed. */
void vgic_cpu_sync(struct vgic_cpu *c);
/* (home) It takes everything out of the LRs and fills them anew. */
void vgic_cpu_resync(struct vgic_cpu *c);
/* (home) Would the put vCPU be interrupted, PSTATE apart? */
bool vgic_cpu_has_irq(struct vgic_cpu *c);
/*
 * An SPI's input, from any CPU with any lock held; calls for one line come one after another. The vCPU that is to
 * look (vgic_wake(), or a sync if it is loaded here), VGIC_NOBODY: the line was so already, or the interrupt is for nobody.
 */
u32 vgic_line(struct vgic *g, u32 intid, bool level);
/* The same, and taken in. `self`: the vCPU of that VM which is loaded on this CPU, or NULL. */
void vgic_set_spi(struct vgic *g, struct vgic_cpu *self, u32 intid, bool level);
/* (home) A PPI's input, driven by software; c is loaded or put. */
void vgic_set_ppi(struct vgic_cpu *c, u32 intid, bool level);
/* (home) The PPI's physical interrupt fired and is active (or, c being put, is to be made so at load). */
void vgic_inject_linked(struct vgic_cpu *c, u32 intid);

enum vgic_sgi_kind { VGIC_SGI0R, VGIC_SGI1R, VGIC_ASGI1R };
/* (home) The loaded vCPU wrote ICC_SGI0R, SGI1R or ASGI1R_EL1 (12.2.20 to 22), or ICC_DIR_EL1. */
void vgic_sgi(struct vgic_cpu *self, enum vgic_sgi_kind kind, u64 value);
void vgic_dir(struct vgic_cpu *self, u32 intid);
/* As vgic_sysreg(). */
bool vgic_cpu_sysreg(struct vgic_cpu *self, u32 iss, bool write, u64 *val);

extern const struct mmio_ops vgic_dist_ops, vgic_redist_ops; /* dev: struct vgic */

/* Provided by vgic_vm.c (or a test): vCPU `index` shall look at its interrupts. No lock held. */
void vgic_wake(struct vgic *g, u32 index);

#endif
