/* SPDX-License-Identifier: Apache-2.0 */
/* See pci.h. Configuration space by ECAM only; buses are found through the bridges that firmware has numbered. */
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

struct scan {
	volatile void *regs;
	u8 first, last;
	u32 seen[8]; /* buses to look at, a bit each */
	u32 functions, stopped;
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

/* True: more functions of this device exist. */
static bool quiesce_function(struct scan *s, u32 bus, u32 devfn)
{
	u32 header, command;

	if ((*reg_at(s, bus, devfn, PCI_ID) & 0xffff) == NO_DEVICE)
		return false;
	s->functions++;
	header = *reg_at(s, bus, devfn, PCI_HEADER);
	if (HEADER_TYPE(header) == 1) {
		note_bus(s, *reg_at(s, bus, devfn, PCI_BUSES) >> 8 & 0xff);
		return header & HEADER_MULTI;
	}
	/* The upper half is status: writing zeros there clears nothing. */
	command = *reg_at(s, bus, devfn, PCI_COMMAND) & 0xffff;
	s->stopped += (command & COMMAND_MASTER) != 0;
	*reg_at(s, bus, devfn, PCI_COMMAND) = (command & ~COMMAND_MASTER) | COMMAND_INTX_OFF;
	(void)*reg_at(s, bus, devfn, PCI_COMMAND); /* the write has arrived when this returns */
	return header & HEADER_MULTI;
}

static void quiesce_bus(struct scan *s, u32 bus)
{
	for (u32 dev = 0; dev < 32; dev++)
		if (quiesce_function(s, bus, dev << 3))
			for (u32 fn = 1; fn < 8; fn++)
				(void)quiesce_function(s, bus, dev << 3 | fn);
}

static void quiesce_region(const struct machine_ecam *e)
{
	struct scan s = {.first = e->bus_first, .last = e->bus_last};

	s.regs = host_map_io(e->base, (u64)(e->bus_last - e->bus_first + 1u) << 20);
	if (!s.regs) {
		log_warn("PCI segment %u: its configuration space cannot be mapped, devices stay as they are",
			 e->segment);
		return;
	}
	note_bus(&s, s.first);
	for (u32 bus = s.first; bus <= s.last; bus++)
		if (s.seen[bus / 32] >> (bus % 32) & 1)
			quiesce_bus(&s, bus);
	log_info("PCI segment %u: %u functions, bus mastering switched off on %u", e->segment, s.functions,
		 s.stopped);
}

void pci_quiesce(const struct machine *m)
{
	for (u32 i = 0; i < m->nr_ecam; i++)
		quiesce_region(&m->ecam[i]);
}
