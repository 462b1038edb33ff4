/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What firmware says of the physical machine, in one form whatever said it
 * (device tree, ACPI, UEFI memory map). Filled once at boot by boot/, constant
 * afterwards; the planner reads it and mkplan makes it from a .dtb.
 */
#ifndef CORE_MACHINE_H
#define CORE_MACHINE_H

#include "core/isa.h"
#include "hal/cpu.h"
#include "hal/types.h"

#define MACHINE_RAM_MAX 128
#define MACHINE_GICR_MAX 64
#define MACHINE_ECAM_MAX 32 /* a large server of two sockets has 16 */
#define MACHINE_NODES_MAX 16

struct mem_range {
	hpa_t base;
	u64 size;
	u32 node;
};

struct machine_cpu {
	u64 hwid; /* MPIDR affinity, hart id or APIC id */
	u64 gicr; /* its redistributor by MADT GICC, 0: find it in gicr[] */
	u32 acpi_uid;
	u32 node;
	/* riscv64 */
	struct isa isa;
	u8 mmu_bits;                /* of virtual addresses: 39, 48, 57; 0: no MMU */
	u16 cbom_block, cboz_block; /* bytes; 0: firmware does not say */
};

enum uart_kind { UART_NONE, UART_PL011, UART_SBSA, UART_NS16550 };

struct machine_uart {
	enum uart_kind kind;
	hpa_t base;
	u64 size;
	u32 irq; /* INTID, global interrupt or source of a PLIC or APLIC; 0: none, poll */
	u32 clock_hz;
	u8 reg_shift;
	u8 io_width; /* bytes an access */
	bool irq_edge;
	char path[64]; /* device tree path or ACPI name, for messages */
};

enum psci_conduit { PSCI_NONE, PSCI_SMC, PSCI_HVC };

struct machine_gic {
	hpa_t dist;
	struct mem_range redist[MACHINE_GICR_MAX]; /* regions of redistributors */
	u32 nr_redist;
	u32 stride;      /* of the device tree, 0: architectural */
	u32 maint_intid; /* maintenance interrupt */
	u32 version;     /* 3 or 4; another: refused with a message */
};

/* RISC-V PLIC (riscv-plic-1.0.0). base 0: none. */
struct machine_plic {
	hpa_t base;
	u64 size;
	u32 nr_sources;        /* source numbers are 1 to this */
	u32 context[MAX_CPUS]; /* by CPU index: that of its S-level external interrupt, UINT32_MAX: none */
};

/* RISC-V IMSICs of S level (AIA 1.0, chapter 3). nr_ids 0: none. */
struct machine_imsic {
	hpa_t file
		[MAX_CPUS]; /* by CPU index: its S-level interrupt file, 0: none; guest file g is g pages above */
	u32 nr_ids;         /* identities are 1 to this */
	u32 nr_guest_ids;   /* of guest files */
	u32 nr_guest_files; /* a CPU, by the room there is: GEILEN may be less */
	u32 stride;         /* bytes from one CPU's files to the next within a group */
	/* where in an address its indexes are, as an APLIC wants them (AIA 1.0, 4.9.1 and 3.6) */
	u8 guest_index_bits, hart_index_bits, group_index_bits, group_index_shift;
};

/* A RISC-V APLIC's domain of S level (AIA 1.0, chapter 4). base 0: none. */
struct machine_aplic {
	hpa_t base;
	u64 size;
	u32 nr_sources;
	bool msi;          /* it sends MSIs to the IMSICs; else it is wired to CPUs */
	u32 idc[MAX_CPUS]; /* wired, by CPU index: its number among the domain's harts, UINT32_MAX: none */
};

struct machine_aia {
	struct machine_imsic imsic;
	struct machine_aplic aplic;
};

struct machine_timer {
	u32 phys_intid; /* EL1 physical non-secure */
	u32 virt_intid;
	u32 hyp_intid;
	u32 hz; /* clock-frequency or timebase-frequency when firmware gives one, else 0 */
};

enum rtc_kind { RTC_PL031, RTC_GOLDFISH };

struct machine_ecam {
	hpa_t base; /* of bus_first's configuration space */
	u16 segment;
	u8 bus_first, bus_last;
};

struct machine {
	/* RAM that is free for the hypervisor: sorted, disjoint, page aligned, without firmware's,
	 * the hypervisor's image, the bundle and firmware tables. */
	struct mem_range ram[MACHINE_RAM_MAX];
	u32 nr_ram;
	u64 ram_total; /* bytes that firmware reports as RAM, for messages */

	struct machine_cpu cpus[MAX_CPUS]; /* in the firmware table's order */
	u32 nr_cpus;
	u32 boot_cpu;
	u32 nr_nodes;

	struct machine_uart uart; /* the console the manifest's `console = "auto"` means */
	struct machine_gic gic;
	struct machine_plic plic;
	struct machine_aia aia;
	struct machine_timer timer;
	enum psci_conduit conduit;
	struct machine_ecam ecam[MACHINE_ECAM_MAX];
	u32 nr_ecam;

	u64 clock_seconds; /* UTC since 1970, as firmware told when the counter was clock_at; 0: it did not */
	u64 clock_at;
	hpa_t rtc; /* a clock to ask instead, 0: none is named */
	enum rtc_kind rtc_kind;

	hpa_t bundle; /* as loaded */
	u64 bundle_size;
	const char *source; /* "device tree" or "ACPI" */
};

/*
 * Remove [base, base+size), widened to pages, from m->ram. ERR_NOMEM when the
 * table is full (a range is then dropped whole: never given out wrongly).
 */
enum err machine_reserve(struct machine *m, u64 base, u64 size) MUST_USE;
/* Add free RAM; keeps the table sorted and merged (same node only). */
enum err machine_add_ram(struct machine *m, u64 base, u64 size, u32 node) MUST_USE;

#endif
