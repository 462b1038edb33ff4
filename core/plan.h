/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: manifest and machine made into one validated constant. Everything
 * else (stage 2, interrupt routes, placement, guest trees) is emitted from it.
 * Written by the planner at boot or by mkplan, never afterwards. Units are
 * bytes and microseconds.
 */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include "hal/cpu.h"
#include "hal/types.h"

#define PLAN_VMS_MAX 64
#define PLAN_VCPUS_MAX 64
#define PLAN_DEVICES_MAX 32
#define VM_NAME_MAX 32 /* with NUL */
#define BOOTARGS_MAX 2048
#define VM_RAM_MAX 16
#define VM_SEGMENTS_MAX 8

enum vm_policy { POLICY_PINNED, POLICY_SHARED, POLICY_REALTIME, POLICY_CYCLIC, POLICIES };
enum boot_protocol { BOOT_LINUX, BOOT_RAW, BOOT_ELF, BOOT_FIRMWARE, BOOT_PROTOCOLS };
enum on_fault { FAULT_HALT, FAULT_RESTART, FAULT_DESTROY };
enum on_reset { RESET_RESTART, RESET_HALT };

/* Guest RAM piece: guest [gpa, gpa+size) is host [hpa, hpa+size). 2 MiB aligned where it can be. */
struct vm_ram {
	gpa_t gpa;
	hpa_t hpa;
	u64 size;
};

/* A page of device registers that the machine has for a VM alone: a vCPU's interrupt file. In one 2 MiB of guest addresses. */
struct vm_page {
	gpa_t gpa;
	hpa_t hpa;
};

/* Copied into guest RAM (or flash backing) at every start; `src` is hypervisor-owned and constant. */
struct vm_segment {
	hpa_t src;
	gpa_t dst;
	u64 size;
};

/* A flash bank of a `firmware` VM. `backing` frames are the VM's; the rest of the bank reads 0xFF. */
struct vm_flash {
	gpa_t gpa;
	u64 size;         /* of the bank */
	hpa_t backing;    /* host frames, 0 size: blank and read-only */
	u64 backing_size; /* page multiple, <= size */
	hpa_t src;        /* initial content */
	u64 src_size;
};

/* Named part of the bundle, as found in memory. */
struct bundle_file {
	const char *name; /* in the archive, NUL terminated */
	hpa_t data;
	u64 size;
};

/* Fixed guest addresses of this architecture, after moving those RAM would reach (MANIFEST). */
struct vm_layout {
	gpa_t ram;
	gpa_t uart, rtc, flash[2];
	u64 flash_size;            /* of a bank */
	gpa_t intc_dist, intc_cpu; /* GICD, GICR; PLIC or APLIC, IMSICs */
	gpa_t power;               /* power-key GPIO */
	gpa_t finisher;            /* riscv64: ends the VM when written */
	gpa_t ecam, pci32, pci64;
	u64 ecam_size, pci32_size, pci64_size;
	u32 ipa_bits;
};

struct vm_plan {
	char name[VM_NAME_MAX];
	u32 index; /* in plan->vms */
	bool refused;
	enum vm_policy policy;
	enum boot_protocol protocol;
	enum on_fault on_fault;
	enum on_reset on_reset;
	bool autostart, trusted, console;
	u32 weight; /* 1..10000 */
	u32 budget_us, period_us;
	u32 nr_vcpus;
	u16 cpus[PLAN_VCPUS_MAX]; /* home of each vCPU, index into machine.cpus */
	u32 nr_cpus;              /* length of the manifest's `cpus` */
	bool has_cpus, has_node;  /* the manifest gave `cpus`, `numa-node` */
	u32 node;
	u64 memory; /* bytes */
	char bootargs[BOOTARGS_MAX];
	/* bundle members; size 0: none */
	struct bundle_file kernel, initrd, vars;
	bool has_load, has_entry;
	u64 load, entry_opt; /* `load`, `entry` of the manifest */

	/* ---- filled by the planner's memory stage ---- */
	struct vm_layout layout;
	struct vm_ram ram[VM_RAM_MAX];
	u32 nr_ram;
	u32 nr_tables; /* stage-2 table pages reserved */
	struct vm_page page[PLAN_VCPUS_MAX];
	u32 nr_pages;

	/* ---- filled by the image stage (core/image.c, core/guest_tree.c) ---- */
	struct vm_segment seg[VM_SEGMENTS_MAX];
	u32 nr_seg;
	struct vm_flash flash[2];
	gpa_t entry;     /* first instruction */
	gpa_t dtb;       /* guest device tree, 0: none */
	u64 seed_off[2]; /* offsets in the tree's segment of rng-seed and kaslr-seed values, 0: none */
	u32 seed_len[2];
	u32 dtb_seg; /* which segment is the tree */
};

enum when_all_halted { HALTED_MONITOR, HALTED_POWEROFF };

struct plan {
	char console[64];        /* "auto", path, "spcr", "pci:BDF" */
	char focus[VM_NAME_MAX]; /* VM that has the console from the start, "": none */
	u32 log_level;
	u16 housekeeping[MAX_CPUS]; /* CPUs of `cpus`, at least one */
	u32 nr_housekeeping;
	enum when_all_halted when_all_halted;
	u32 major_frame_us;
	struct vm_plan vms[PLAN_VMS_MAX];
	u32 nr_vms; /* in the manifest's order, refused ones included */
	u32 nr_refused;
};

#endif
