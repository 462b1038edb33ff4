/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's GICv3 (or v4, used as v3): distributor, redistributors and this
 * CPU's interface, as non-secure EL2 sees them with one or two security states
 * (IHI 0069H). Affinity routing, group 1, EOImode 1: dropping the priority and
 * deactivating are separate, so that a guest can do the second.
 *
 * INTIDs: SGI 0..15, PPI 16..31 of the calling CPU, SPI 32..1019. `cpu` is an
 * index into machine.cpus. What says "boot" is given back after it.
 */
#ifndef ARM64_GICV3_H
#define ARM64_GICV3_H

#include "hal/types.h"

struct machine;

#define GIC_SGI_KICK 0u
#define GIC_SPURIOUS 1020u /* acknowledged, this or more is no SGI, PPI or SPI */
#define GIC_LPI_FIRST 8192u

/* For gic_enable(): lower is more urgent. Nothing preempts here; it orders what is pending. */
/* The host's timer first: no storm of kicks keeps a deadline away. */
#define GIC_PRIO_TIMER 0x70
#define GIC_PRIO_KICK 0x80
#define GIC_PRIO_GUEST 0x90 /* guests' timers, maintenance */
#define GIC_PRIO_DEVICE 0xa0

/*
 * Boot CPU, once: find and map everything, quiesce the distributor as firmware
 * left it. ERR_UNSUPPORTED: no GICv3 or no affinity routing here; ERR_NOENT: a
 * CPU without redistributor; ERR_NOMEM: I/O area full; ERR_IO: it does not settle.
 * Logs which.
 */
enum err gic_init(const struct machine *m) MUST_USE;
/* Every CPU: its redistributor and interface, and ich_cpu_init(). Errors as above. */
enum err gic_cpu_init(u32 cpu) MUST_USE;

/* No longer active on this CPU (PPI, SGI) or anywhere (SPI). */
void gic_deactivate(u32 intid);
/* Make a PPI of this CPU active, as if acknowledged; it has happened when this returns. */
void gic_set_active(u32 intid);

/* Boot: let it be signalled, an SGI or PPI on this CPU. */
void gic_enable(u32 intid, u8 priority, bool edge);
/* Boot: which CPU takes an SPI. */
void gic_route(u32 intid, u32 cpu);
/* SGI 0 to a CPU (cpu_kick). Stores before it are visible to whoever takes it. */
void gic_send_sgi(u32 cpu);

#endif
