/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From bundle, manifest and machine to the plan (docs/manifest.md): parse,
 * validate, place, print. Boot only, one CPU, no lock; the same code is mkplan on a
 * workstation. Everything wrong becomes one `refused:` line and refuses one VM
 * or all of them, never the machine.
 *
 * Order of use: plan_begin, plan_bundle, plan_manifest (plan_find_manifest for the
 * bundle's own), then whatever else carves memory for the hypervisor, then
 * plan_place, plan_print. plan_make is all of it.
 */
#ifndef CORE_PLANNER_H
#define CORE_PLANNER_H

#include "core/bundle.h"
#include "core/machine.h"
#include "core/plan.h"
#include "hal/types.h"

#define MANIFEST_MAX MIB(1)

/* ---- what the architecture says ---- */

enum plan_arch { PLAN_ARM64 = 1u << 0, PLAN_RISCV64 = 1u << 1, PLAN_X86_64 = 1u << 2 };

enum device_type {
	DEV_CONSOLE,
	DEV_VIRTIO_BLK,
	DEV_VIRTIO_NET,
	DEV_VIRTIO_RNG,
	DEV_VIRTIO_CONSOLE,
	DEV_IVSHMEM,
	DEV_PASSTHROUGH,
	DEV_VGPU,
	DEVICE_TYPES
};

/* What this build has of what the manifest can ask; masks are 1 << the enumeration's value. */
struct arch_plan {
	const char *name;
	u32 arch; /* enum plan_arch */
	u32 policies;
	u32 protocols;
	u32 devices;
	u64 raw_load;          /* default `load`, above the start of RAM */
	const char *hwid_name; /* what people call a CPU's hardware identity (struct machine_cpu) */
};

extern const struct arch_plan arch_plan;
/* Fixed addresses before RAM moved any; ipa_bits is the least. */
extern const struct vm_layout arch_layout;
/* Change in it, at first a copy of arch_layout, what differs for this VM. */
void arch_plan_layout(const struct vm_plan *vm, struct vm_layout *layout);

/* ---- free memory ---- */

#define PLAN_FREE_MAX 512
#define NODE_ANY UINT32_MAX

/* Free RAM: sorted, disjoint, page aligned, neighbours on one node merged; never page 0. */
struct plan_mem {
	struct mem_range free[PLAN_FREE_MAX];
	u32 nr;
};

/* All of m->ram is free. */
void plan_mem_init(struct plan_mem *pm, const struct machine *m);
/* Bytes free on `node` (NODE_ANY: everywhere). */
u64 plan_mem_free(const struct plan_mem *pm, u32 node);
/*
 * Take `size` bytes, rounded up to pages, aligned to `align` (a power of two), for the hypervisor: from
 * the smallest range that has them, at its end. HPA(0): not there.
 */
hpa_t plan_carve(struct plan_mem *pm, u64 size, u64 align, u32 node);
/* Node of a piece of m->ram. */
u32 plan_node_of(const struct machine *m, hpa_t base);
/* Give [base, base+size), pages, back. When the table is full the memory is lost, never given out twice. */
void plan_release(struct plan_mem *pm, hpa_t base, u64 size, u32 node);
/* Take exactly [base, base+size) out of free range `i`; false: the table is full, nothing happened. */
bool plan_take(struct plan_mem *pm, u32 i, u64 base, u64 size) MUST_USE;

/* ---- the planner ---- */

struct device_request {
	char name[VM_NAME_MAX];
	u32 type; /* enum device_type */
	u32 bdf;  /* segment << 16 | bus << 8 | device << 3 | function */
	bool has_bdf;
};

struct vm_request {
	u32 nr_devices;
	struct device_request device[PLAN_DEVICES_MAX];
};

struct cpu_use {
	u32 owner;  /* index + 1 of the VM it is pinned to, 0: none */
	u32 weight; /* of all `shared` vCPUs on it */
	u32 own;    /* vCPUs of the VM that is being placed */
	bool housekeeping;
	bool offline; /* it did not start: nothing may live there */
};

/* Some 120 KiB, needed until the plan is printed: static, never on a stack. */
struct planner {
	const struct machine *m;
	struct plan *plan;
	struct plan_mem mem;
	struct bundle bundle;
	bool has_bundle;  /* else the manifest's file names are not looked up (mkplan without -b) */
	bool refused_all; /* no VM starts */
	/*
	 * Set after plan_begin(), NULL: nothing. Bytes the hypervisor needs in one piece, aligned to 64 KiB,
	 * beside the VMs placed so far (not refused, nr_ram > 0): a VM that leaves less is refused.
	 */
	u64 (*reserve)(const struct plan *plan);
	/* The same: the VM's CPUs are known; fill vm->page with what the machine has for it. */
	void (*claim_pages)(struct vm_plan *vm);
	/*
	 * The same: the UART that /hypervisor/console names, when that is neither "auto" nor refused already. NULL: found
	 * and written to `uart`; else why not, and what to write instead.
	 */
	const char *(*find_console)(const char *value, struct machine_uart *uart);
	struct machine_uart uart; /* kind UART_NONE: the machine's */
	u32 lines_all;
	u32 lines[PLAN_VMS_MAX]; /* refusals printed a VM */
	struct vm_request request[PLAN_VMS_MAX];
	struct cpu_use cpu[MAX_CPUS];
};

/* An empty plan with the defaults of /hypervisor, all of m->ram free. */
void plan_begin(struct planner *p, const struct machine *m, struct plan *plan);
/* Read the archive. ERR_INVAL: refused, no VM starts. */
enum err plan_bundle(struct planner *p, const void *data, u64 size) MUST_USE;
/* After plan_begin(): CPU `cpu` does not run; whoever names it is refused. */
void plan_cpu_offline(struct planner *p, u32 cpu);
/* The bundle's manifest, 8-byte aligned (a copy where the archive does not align it). NULL: refused. */
const void *plan_find_manifest(struct planner *p, u64 *size);
/* Parse and validate; VMs' layouts are known after it. `fdt` is 8-byte aligned. ERR_INVAL: no VM starts. */
enum err plan_manifest(struct planner *p, const void *fdt, u64 size) MUST_USE;
/* Conflicts, CPUs and memory for all VMs that are not refused. */
void plan_place(struct planner *p);
/* The readable block: log lines at info level. */
void plan_print(const struct planner *p);

/* All of it. ERR_INVAL: no VM starts, plan->nr_vms is 0 and the rest of the plan has its defaults. */
enum err plan_make(struct planner *p, const struct machine *m, const void *bundle, u64 size,
		   struct plan *plan) MUST_USE;

/*
 * One line `refused: WHERE: TEXT` at error level, and `vm` (NULL: all VMs) does not start. `where` is a
 * path in the manifest. At most PLAN_LINES_MAX lines for one VM are printed. Later stages use it too.
 */
#define PLAN_LINES_MAX 8
void plan_refuse(struct planner *p, struct vm_plan *vm, const char *where, const char *fmt, ...) PRINTF(4, 5);
/* The same for `/vms/NAME/PROP`. */
void plan_refuse_prop(struct planner *p, struct vm_plan *vm, const char *prop, const char *fmt, ...)
	PRINTF(4, 5);

/* ---- stages of plan_place and plan_manifest ---- */

/* core/plan_layout.c: fixed regions above RAM, ipa_bits. Refuses a VM whose RAM no guest address reaches. */
void plan_layout(struct planner *p, struct vm_plan *vm);
/* core/plan_conflict.c: refuse VMs that ask for one exclusive CPU or one device. */
void plan_conflicts(struct planner *p);
/* core/plan_cpu.c. Claims the VM's CPUs; ERR_NOENT: refused. */
enum err plan_place_cpus(struct planner *p, struct vm_plan *vm) MUST_USE;
/* Gives them back. */
void plan_unplace_cpus(struct planner *p, const struct vm_plan *vm);
/* core/plan_ram.c. Takes the VM's RAM; ERR_NOMEM: refused, nothing taken. */
enum err plan_place_ram(struct planner *p, struct vm_plan *vm) MUST_USE;
void plan_unplace_ram(struct planner *p, struct vm_plan *vm);

#endif
