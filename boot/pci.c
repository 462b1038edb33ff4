/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See pci.h. Configuration space by ECAM only. What is not there answers a read with all ones (PCI Express 5.0, 2.3.2;
 * Arm BSA, appendix E), so looking costs time and nothing else.
 */
#include "boot/pci.h"
#include "core/log.h"
#include "hal/mem.h"

#define PCI_ID 0x00
#define PCI_COMMAND 0x04
#define PCI_HEADER 0x0c
#define PCI_BUSES 0x18 /* of a bridge: primary, secondary, subordinate */
#define COMMAND_MASTER (1u << 2)
#define COMMAND_INTX_OFF (1u << 10)
#define HEADER_TYPE(dword) ((dword) >> 16 & 0x7f)
#define HEADER_MULTI (1u << 23)
#define NO_DEVICE 0xffffu

#define BRIDGES_MAX 256u

struct scan {
	volatile void *regs;
	u8 first, last;
	u32 seen[8]; /* buses to look at, a bit each */
	u32 functions, stopped;
	struct {
		u8 bus, devfn;
	} bridge[BRIDGES_MAX];
	u32 bridges;
};

static volatile u32 *reg_at(const struct scan *s, u32 bus, u32 devfn, u32 reg)
{
	u64 off = (u64)(bus - s->first) << 20 | devfn << 12 | reg;

	return (volatile u32 *)s->regs + off / sizeof(u32);
}

static void note_bus(struct scan *s, u32 bus)
{
	if (bus >= s->first && bus <= s->last)
		s->seen[bus / 32] |= 1u << (bus % 32);
}

static void stop(struct scan *s, u32 bus, u32 devfn)
{
	/* The upper half is status: writing zeros there clears nothing. */
	u32 command = *reg_at(s, bus, devfn, PCI_COMMAND) & 0xffff;

	s->stopped += (command & COMMAND_MASTER) != 0;
	*reg_at(s, bus, devfn, PCI_COMMAND) = (command & ~COMMAND_MASTER) | COMMAND_INTX_OFF;
	(void)*reg_at(s, bus, devfn, PCI_COMMAND); /* the write has arrived when this returns */
}

/* A bridge's turn comes after everything behind it, so that it has nothing to reject; with too many of them it is now. */
static void note_bridge(struct scan *s, u32 bus, u32 devfn)
{
	note_bus(s, *reg_at(s, bus, devfn, PCI_BUSES) >> 8 & 0xff);
	if (s->bridges == BRIDGES_MAX) {
		stop(s, bus, devfn);
		return;
	}
	s->bridge[s->bridges].bus = (u8)bus;
	s->bridge[s->bridges++].devfn = (u8)devfn;
}

/* True: more functions of this device exist. */
static bool quiesce_function(struct scan *s, u32 bus, u32 devfn)
{
	u32 header;

	if ((*reg_at(s, bus, devfn, PCI_ID) & 0xffff) == NO_DEVICE)
		return false;
	s->functions++;
	header = *reg_at(s, bus, devfn, PCI_HEADER);
	if (HEADER_TYPE(header) == 1)
		note_bridge(s, bus, devfn);
	else
		stop(s, bus, devfn);
	return header & HEADER_MULTI;
}

static void quiesce_bus(struct scan *s, u32 bus)
{
	for (u32 dev = 0; dev < 32; dev++)
		if (quiesce_function(s, bus, dev << 3))
			for (u32 fn = 1; fn < 8; fn++)
				(void)quiesce_function(s, bus, dev << 3 | fn);
}

static void quiesce_region(const struct machine_ecam *e, bool every_bus)
{
	static struct scan s;

	s = (struct scan){.first = e->bus_first, .last = e->bus_last};
	s.regs = host_map_io(e->base, (u64)(e->bus_last - e->bus_first + 1u) << 20);
	if (!s.regs) {
		log_warn("PCI segment %u: its configuration space cannot be mapped, devices stay as they are",
			 e->segment);
		return;
	}
	note_bus(&s, s.first);
	for (u32 bus = s.first; bus <= s.last; bus++)
		if (every_bus || (s.seen[bus / 32] >> (bus % 32) & 1))
			quiesce_bus(&s, bus);
	while (s.bridges--) /* deeper ones have higher bus numbers (PCI-to-PCI Bridge 1.2, 3.2.5) */
		stop(&s, s.bridge[s.bridges].bus, s.bridge[s.bridges].devfn);
	log_info("PCI segment %u: %u functions, bus mastering switched off on %u", e->segment, s.functions,
		 s.stopped);
}

void pci_quiesce(const struct machine *m, bool every_bus)
{
	for (u32 i = 0; i < m->nr_ecam; i++)
		quiesce_region(&m->ecam[i], every_bus);
}
