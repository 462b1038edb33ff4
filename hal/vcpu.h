/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the architecture does for virtual CPUs and their VM. The core holds
 * `struct vcpu` and `struct vm`; each has an `arch` pointer to a block that only
 * the architecture can read, taken from a pool the plan sized with the
 * *_arch_size() functions.
 *
 * A vCPU lives on one physical CPU, its home; all functions marked (home) run
 * there and nowhere else, so they need no lock.
 */
#ifndef HAL_VCPU_H
#define HAL_VCPU_H

#include "hal/types.h"

struct vm;
struct vcpu;
struct vm_plan;

/* Bytes, multiple of 64, for one vCPU and one VM with `vcpus` vCPUs. Constant after boot. */
size_t vcpu_arch_size(void);
size_t vm_arch_size(const struct vm_plan *plan);

/* Boot, features are known: plan->page becomes what the machine gives straight to the VM on the CPUs that it has. */
void vm_arch_claim(struct vm_plan *plan);
/* A VM's and a vCPU's blocks are zeroed and its plan is set: make them ready. Not running. */
enum err vm_arch_init(struct vm *vm) MUST_USE;
void vcpu_arch_init(struct vcpu *vcpu);
/* Boot: the architecture's own devices (interrupt controller) into the VM's MMIO table. */
struct mmio_map;
enum err vm_arch_map(struct vm *vm, struct mmio_map *map) MUST_USE;
/* Boot: the VM's stage 2 root, before any vCPU is loaded. */
void vm_arch_bind(struct vm *vm, hpa_t root, u32 ipa_bits);
/* Interrupt controller, timers and power state of the VM as after reset. No vCPU runs. */
void vm_arch_reset(struct vm *vm);
/* Registers as after reset with the boot protocol's values; `entry` and `arg` as in CPU_ON. */
void vcpu_arch_reset(struct vcpu *vcpu, gpa_t entry, u64 arg);

/* (home) Put the vCPU's state into this CPU / take it out again. */
void vcpu_load(struct vcpu *vcpu);
void vcpu_put(struct vcpu *vcpu);

/* (home) Would an interrupt be delivered if the vCPU ran (it is blocked and put)? */
bool vcpu_has_irq(struct vcpu *vcpu);
/* (home) Next deadline of the vCPU's timers in host ticks while it is put; NO_DEADLINE for none. */
u64 vcpu_deadline(struct vcpu *vcpu);
/* (home) That deadline has passed while the vCPU was put: make the timer interrupts pending. */
void vcpu_timer_expired(struct vcpu *vcpu);
/* (home) Move newly pending virtual interrupts into the loaded vCPU. */
void vcpu_sync_irqs(struct vcpu *vcpu);

/* VM time stops (all vCPUs are put) and goes on: pauses are hidden from the guest. */
void vm_time_stop(struct vm *vm);
void vm_time_start(struct vm *vm);

/* (home, current) The guest's program counter at its last exit. */
u64 vcpu_pc(const struct vcpu *vcpu);
/* Print registers, decoded syndrome and fault addresses by `monadic: ` lines. vCPU put or current. */
void vcpu_dump(struct vcpu *vcpu);

/* 64 random bits from hardware or firmware; false: the machine has no source. Any CPU. */
bool entropy_get(u64 *value);

/* ---- virtual interrupt lines ---- */

/*
 * Drive the VM's interrupt line `irq` (Arm: SPI number, 0 = INTID 32; RISC-V: source of the PLIC
 * or APLIC) to `level`. Any CPU, any lock; waits for no other CPU. Calls for one line come one after
 * another (a device's lock). The target vCPU is woken and finds the level.
 */
void virq_set(struct vm *vm, u32 irq, bool level);

/* ---- stage 2 ---- */

struct pt_format;
/* Format of guest tables for an address space of `ipa_bits`; constant after boot. */
const struct pt_format *s2_format(u32 ipa_bits);
/* Largest guest physical address width this machine can give, in bits. */
u32 s2_max_ipa_bits(void);

/*
 * On return no CPU uses, or will use, a translation of the VM for [gpa, gpa+size) that was removed before;
 * size 0: of all of the VM. A CPU that runs another VM may keep it until it loads this one.
 */
void s2_flush(struct vm *vm, gpa_t gpa, u64 size);
/* Make a descriptor write visible to the walkers (barrier; cache clean where walks are not coherent). */
void s2_publish(const void *entry, size_t size);

#endif
