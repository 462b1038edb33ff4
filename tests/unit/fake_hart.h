/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model of the harts under arch/riscv: the CSRs of csr.h with their WARL fields (Privileged Architecture 21.2, AIA 1.0), HFENCE, and
 * the firmware of M-mode that fences, kicks and starts other harts. The hart whose record is fake_cpu.cpu is the one that runs.
 *
 * A CSR that the hart does not have, or of which the model does not know, is a violation (hal/fake/fake.h): on a real one it
 * would be an illegal instruction inside the hypervisor. So is HFENCE.VVMA's or HGATP's wrong use, and a touch of floating-point
 * or vector state while sstatus.FS or VS is off.
 */
#ifndef TESTS_UNIT_FAKE_HART_H
#define TESTS_UNIT_FAKE_HART_H

#include "arch/riscv/csr.h"
#include "arch/riscv/sbi.h"
#include "core/cpu.h"
#include "core/machine.h"
#include "hal/boot.h"
#include "hal/fake/fake.h"

#define FAKE_HARTS 64
#define FAKE_VLENB_MAX 64
#define FAKE_FILES 5 /* guest interrupt files; of fewer, has.guest_files */

/* What a hart has. */
struct fake_hart_has {
	bool sstc, aia, stateen, no_fpu, no_vector;
	u32 vlenb; /* bytes of a vector register, a power of two */
	u32 vmid_bits, guest_files;
	u64 henvcfg;              /* bits that can be set */
	u64 stateen_closed;       /* of hstateen0, by M-mode */
	u64 cbo;                  /* of ENVCFG_CBO: what M-mode lets through */
	u32 hgatp_top, vsatp_top; /* ATP_SV39.. : the widest; 0: bare only */
};

struct fake_hart {
	struct fake_hart_has has;
	u64 csr[0x1000];
	u64 file[1 + FAKE_FILES]
		[0x100]; /* interrupt files, by siselect: S level's; guest files, by vsiselect */
	u64 f[32];
	u8 v[32 * FAKE_VLENB_MAX]; /* has.vlenb bytes each */
};

enum fake_fence { FENCE_I, HFENCE_GVMA, HFENCE_VVMA, SFENCE_VMA };

/* One fence on one hart, whoever asked for it. */
struct fake_fence_done {
	enum fake_fence kind;
	u32 hart;
	u64 addr, id; /* FAKE_ALL: all of them */
	u64 hgatp;    /* there, then */
};

#define FAKE_ALL UINT64_MAX
#define FAKE_FENCES 4096

extern struct fake_hart fake_harts[FAKE_HARTS];
extern struct fake_fence_done fake_fences[FAKE_FENCES];
extern u32 fake_nr_fences;

/* `n` harts with hart ids 0.., all that there is (sstc, aia, ...), and hart 0 running. */
void fake_hart_reset(u32 n);
/* Make hart `n` the one that runs. */
void fake_hart_on(u32 n);
struct fake_hart *fake_hart_here(void);
/* Given by a test: a CSR was written and has `value` now. NULL: nobody wants to know. */
extern void (*fake_csr_written)(u32 csr, u64 value);
/* An MSI to an interrupt file, 0: S level's. */
void fake_hart_msi(u32 hart, u32 file, u32 id);
/* Bit n: hstateen n + 1 was closed, on any hart. */
extern u32 fake_stateen_closed;
/* Forget which fences there were. */
void fake_fences_clear(void);
/* How many of the kind were done on `hart`, FAKE_ALL: on any. */
u32 fake_fence_count(enum fake_fence kind, u64 hart);

/* ---- firmware ---- */

struct fake_firmware {
	u32 calls; /* all */
	u64 timer; /* of set_timer */
	u32 ipis[FAKE_HARTS];
	u32 fence_calls;
	s64 refuse; /* RFENCE answers this error instead */
	u32 ext, fid;
	u64 arg[5]; /* of the last call */
};
extern struct fake_firmware fake_firmware;

/* ---- the guest's memory by its own translation: what HLV and HLVX would give ---- */

/* Given by a test: false, and *cause. NULL: nothing can be read, load page fault. */
extern bool (*fake_guest_load)(u64 va, u32 size, u64 *value, u64 *cause);

#endif
