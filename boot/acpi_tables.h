/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layouts of the ACPI tables that are read, fields that are not used left as
 * padding. Packed, because tables have no alignment and neither have their fields.
 */
#ifndef BOOT_ACPI_TABLES_H
#define BOOT_ACPI_TABLES_H

#include "hal/types.h"

/* ACPI 6.5, 5.2.5.3 */
struct acpi_rsdp {
	char signature[8]; /* "RSD PTR " */
	u8 checksum;       /* of the first 20 bytes */
	char oem[6];
	u8 revision;
	u32 rsdt;
	u32 length;
	u64 xsdt;
	u8 checksum_all;
	u8 reserved[3];
} PACKED;

#define ACPI_RSDP_V1_SIZE 20

/* 5.2.6 */
struct acpi_header {
	char signature[4];
	u32 length;
	u8 revision;
	u8 checksum;
	char oem[6], oem_table[8];
	u32 oem_revision, creator, creator_revision;
} PACKED;

/* 5.2.3.2 Generic Address Structure */
struct acpi_gas {
	u8 space; /* 0: system memory */
	u8 bits;
	u8 offset;
	u8 access; /* 0 not said, 1 to 4: 1, 2, 4, 8 bytes */
	u64 address;
} PACKED;

/* What subtables of MADT and SRAT begin with. */
struct acpi_sub {
	u8 type;
	u8 length;
} PACKED;

/* 5.2.12 MADT */
#define MADT_SUBTABLES 44 /* offset */

/* Flags of a CPU, of which an architecture has its own numbers. */
#define ACPI_CPU_ENABLED (1u << 0)
#define ACPI_CPU_ONLINE_CAPABLE (1u << 1)
#define MADT_GICC 11
#define MADT_GICD 12
#define MADT_GICR 14

#define GICC_ENABLED (1u << 0)
#define GICC_ONLINE_CAPABLE (1u << 3)

struct madt_gicc {
	struct acpi_sub sub;
	u16 reserved;
	u32 interface;
	u32 uid;
	u32 flags;
	u32 parking_version, perf_gsiv;
	u64 parked, base, gicv, gich;
	u32 maint_gsiv;
	u64 gicr; /* 0: in a GICR structure */
	u64 mpidr;
} PACKED; /* later revisions append */

struct madt_gicd {
	struct acpi_sub sub;
	u16 reserved;
	u32 id;
	u64 base;
	u32 gsi_base;
	u8 version; /* 0: ask the hardware */
	u8 reserved2[3];
} PACKED;

struct madt_gicr {
	struct acpi_sub sub;
	u16 reserved;
	u64 base;
	u32 length;
} PACKED;

#define MADT_RINTC 24
#define MADT_IMSIC 25
#define MADT_APLIC 26
#define MADT_PLIC 27

struct madt_rintc {
	struct acpi_sub sub;
	u8 version, reserved;
	u32 flags; /* ACPI_CPU_ENABLED, ACPI_CPU_ONLINE_CAPABLE */
	u64 hart;
	u32 uid;
	u32 intc;  /* an APLIC's or PLIC's identifier, and the hart's IDC or S-mode context there */
	u64 imsic; /* of S level */
	u32 imsic_size;
} PACKED;

#define RINTC_INTC_ID_SHIFT 24
#define RINTC_INTC_PLACE 0xffffu

struct madt_imsic {
	struct acpi_sub sub;
	u8 version, reserved;
	u32 flags;
	u16 ids, guest_ids;
	u8 guest_bits, hart_bits, group_bits, group_shift;
} PACKED;

struct madt_aplic {
	struct acpi_sub sub;
	u8 version, id;
	u32 flags;
	u8 hardware_id[8];
	u16 nr_idcs; /* 0: it sends messages */
	u16 nr_sources;
	u32 gsi_base;
	u64 base;
	u32 size;
} PACKED;

struct madt_plic {
	struct acpi_sub sub;
	u8 version, id;
	u8 hardware_id[8];
	u16 nr_sources, max_priority;
	u32 flags;
	u32 size;
	u64 base;
	u32 gsi_base;
} PACKED;

/* RHCT (RISC-V hart capabilities) */
struct acpi_rhct {
	struct acpi_header h;
	u32 flags;
	u64 timebase_hz;
	u32 nr_nodes;
	u32 node_offset; /* of the first; each begins behind the one before */
} PACKED;

#define RHCT_ISA 0
#define RHCT_CMO 1
#define RHCT_MMU 2
#define RHCT_HART 0xffff

struct rhct_node {
	u16 type;
	u16 length;
	u16 revision;
} PACKED;

struct rhct_isa {
	struct rhct_node node;
	u16 length; /* of the text, with its NUL */
	char text[];
} PACKED;

/* Sizes of blocks as powers of two */
struct rhct_cmo {
	struct rhct_node node;
	u8 reserved;
	u8 cbom, cbop, cboz;
} PACKED;

struct rhct_mmu {
	struct rhct_node node;
	u8 reserved;
	u8 type; /* 0: Sv39, 1: Sv48, 2: Sv57 */
} PACKED;

struct rhct_hart {
	struct rhct_node node;
	u16 nr_offsets; /* of 4 bytes each behind this, to nodes of the other types */
	u32 uid;
} PACKED;

/* 5.2.25 GTDT */
struct acpi_gtdt {
	struct acpi_header h;
	u64 control;
	u32 reserved;
	u32 secure_gsiv, secure_flags;
	u32 phys_gsiv, phys_flags;
	u32 virt_gsiv, virt_flags;
	u32 hyp_gsiv, hyp_flags;
} PACKED;

/* 5.2.16 SRAT */
#define SRAT_SUBTABLES 48 /* offset */
#define SRAT_MEMORY 1
#define SRAT_GICC 3
#define SRAT_RINTC 7
#define SRAT_ENABLED (1u << 0)

struct srat_memory {
	struct acpi_sub sub;
	u32 domain;
	u16 reserved;
	u64 base, length;
	u32 reserved2;
	u32 flags;
	u64 reserved3;
} PACKED;

struct srat_gicc {
	struct acpi_sub sub;
	u32 domain;
	u32 uid;
	u32 flags;
	u32 clock;
} PACKED;

struct srat_rintc {
	struct acpi_sub sub;
	u16 reserved;
	u32 domain;
	u32 uid;
	u32 flags;
	u32 clock;
} PACKED;

/* 5.2.9 FADT: only the Arm boot flags, 5.2.9.4 */
#define FADT_ARM_BOOT 129 /* offset, 2 bytes */
#define FADT_PSCI (1u << 0)
#define FADT_PSCI_HVC (1u << 1)

/* PCI Firmware Specification 3.3, 4.1.2 */
#define MCFG_ENTRIES 44 /* offset */

struct mcfg_entry {
	u64 base;
	u16 segment;
	u8 bus_first, bus_last;
	u32 reserved;
} PACKED;

/* Serial Port Console Redirection Table, revision 2 and later */
struct acpi_spcr {
	struct acpi_header h;
	u8 interface;
	u8 reserved[3];
	struct acpi_gas base;
	u8 irq_type;
	u8 irq;
	u32 gsiv;
	u8 baud, parity, stop, flow, terminal, language;
	u16 pci_device, pci_vendor;
	u8 pci_bus, pci_slot, pci_function;
	u32 pci_flags;
	u8 pci_segment;
	u32 clock_hz; /* 0: not said */
} PACKED;

/* gsiv is valid */
#define SPCR_IRQ_GIC (1u << 3)
#define SPCR_IRQ_RISCV (1u << 4) /* PLIC or APLIC */

_Static_assert(sizeof(struct acpi_rsdp) == 36, "RSDP");
_Static_assert(sizeof(struct acpi_header) == 36, "header");
_Static_assert(sizeof(struct madt_gicc) == 76, "GICC of ACPI 5.1");
_Static_assert(sizeof(struct madt_gicd) == 24, "GICD");
_Static_assert(sizeof(struct madt_gicr) == 16, "GICR");
_Static_assert(sizeof(struct madt_rintc) == 36, "RINTC");
_Static_assert(sizeof(struct madt_imsic) == 16, "IMSIC");
_Static_assert(sizeof(struct madt_aplic) == 36, "APLIC");
_Static_assert(sizeof(struct madt_plic) == 36, "PLIC");
_Static_assert(sizeof(struct acpi_rhct) == 56, "RHCT");
_Static_assert(sizeof(struct rhct_cmo) == 10, "RHCT CMO");
_Static_assert(sizeof(struct rhct_mmu) == 8, "RHCT MMU");
_Static_assert(sizeof(struct rhct_hart) == 12, "RHCT hart info");
_Static_assert(sizeof(struct acpi_gtdt) == 80, "GTDT");
_Static_assert(sizeof(struct srat_memory) == 40, "SRAT memory");
_Static_assert(sizeof(struct srat_gicc) == 18, "SRAT GICC");
_Static_assert(sizeof(struct srat_rintc) == 20, "SRAT RINTC");
_Static_assert(sizeof(struct mcfg_entry) == 16, "MCFG");
_Static_assert(sizeof(struct acpi_spcr) == 80, "SPCR");

#endif
