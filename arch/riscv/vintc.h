/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The VM's interrupt controller, one of two kinds: an APLIC with an IMSIC file for each vCPU where the machine's harts have
 * the AIA, else a PLIC. The models (vplic.h, vaplic.h, vimsic.h) touch no hardware; here is what joins them to a vCPU: hvip.VSEIP, the
 * guest interrupt file, the AIA's registers of VS level.
 */
#ifndef ARCH_RISCV_VINTC_H
#define ARCH_RISCV_VINTC_H

#include "arch/riscv/vaplic.h"
#include "arch/riscv/vimsic.h"
#include "arch/riscv/vplic.h"
#include "hal/types.h"

struct vcpu;
struct vcpu_arch;
struct mmio_map;
struct mmio_region;

struct vintc {
	bool aia;
	union {
		struct vplic plic;
		struct vaplic aplic;
	};
};

struct vintc_cpu {
	struct vimsic imsic;
	u32 file;   /* guest interrupt file of its home, 1..; 0: software */
	bool clear; /* the file is to be cleared at the next load */
};

/* Boot. */
void vintc_init(struct vm *vm);
void vintc_vcpu_init(struct vcpu *vcpu);
enum err vintc_map(struct vm *vm, struct mmio_map *map) MUST_USE;
/* No vCPU of the VM runs. */
void vintc_reset(struct vm *vm);
void vintc_vcpu_reset(struct vcpu *vcpu);
/* Is an external interrupt pending for it? Any CPU; of a guest file: home, put. */
bool vintc_pending(const struct vcpu *vcpu);
/* (home, loaded) Put that into hvip. */
void vintc_update(const struct vcpu_arch *a);
/* (home) The vCPU is being loaded, or was put. */
void vintc_load(struct vcpu_arch *a);
void vintc_put(struct vcpu_arch *a);
/* A guest interrupt file has something for a vCPU that is put (SGEI). */
void vintc_file_irq(void);
/* (home, loaded) An access of the guest's to sireg or stopei that trapped, done; false: there is no such register. */
bool vintc_csr(struct vcpu_arch *a, u32 csr, u64 mask, u64 value, u64 *old);

#endif
