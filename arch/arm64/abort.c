/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage 2 aborts: accesses to emulated devices, and everything that would be
 * a bus error on a real machine, which becomes an external abort of the guest.
 * The syndrome is used where it is valid; otherwise the instruction is fetched
 * through the guest's own translation and decoded (decode.c).
 */
#include "arch/arm64/decode.h"
#include "arch/arm64/exit.h"
#include "arch/arm64/s1walk.h"
#include "arch/arm64/sysreg.h"
#include "arch/arm64/vcpu_arch.h"
#include "core/aspace.h"
#include "core/gmem.h"
#include "core/log.h"
#include "core/mmio.h"
#include "core/trace.h"
#include "core/vm.h"

#define FSC_TYPE(fsc) ((fsc) & 0x3c)
#define FSC_PERMISSION 0x0c /* below: address size, translation, access flag */
#define FSC_SEA 0x10
#define FSC_SEA_WALK 0x14 /* + level; level -1 is one below */
#define FSC_TLB_CONFLICT 0x30

#define SCTLR_E0E BIT(24)
#define SCTLR_EE BIT(25)
#define PSR_AA32_E BIT(9)

#define PAR_F BIT(0)
#define PAR_ADDRESS(par) ((par) & 0x0000fffffffff000ULL)

/* Translate a guest virtual address by stage 1 alone, as EL1 or EL0 would read it; PAR_EL1 is the guest's. */
static bool stage1_translate(u64 va, bool el0, u64 *ipa)
{
	u64 saved = read_sysreg(PAR_EL1), par;

	if (el0)
		__asm__ volatile("at s1e0r, %0" : : "r"(va) : "memory");
	else
		__asm__ volatile("at s1e1r, %0" : : "r"(va) : "memory");
	isb();
	par = read_sysreg(PAR_EL1);
	write_sysreg(PAR_EL1, saved);
	if (par & PAR_F)
		return false;
	*ipa = PAR_ADDRESS(par) | (va & (PAGE_SIZE - 1));
	return true;
}

static bool guest_is_el0(void)
{
	u64 spsr = read_sysreg(SPSR_EL2);

	return (spsr & PSR_NRW) || (spsr & PSR_MODE_MASK) == 0;
}

static u64 hpfar_ipa(u64 far)
{
	return BITS(read_sysreg(HPFAR_EL2), 43, 4) << 12 | (far & (PAGE_SIZE - 1));
}

/*
 * The IPA of the abort. HPFAR_EL2 holds it for translation and access flag
 * faults and for faults of a walk; for a permission fault it is unknown (D19.2.64).
 */
static bool abort_ipa(u64 esr, u64 *ipa)
{
	u64 iss = ESR_ISS(esr), far = read_sysreg(FAR_EL2);

	if (FSC_TYPE(ISS_FSC(iss)) == FSC_PERMISSION && !(iss & ISS_S1PTW))
		return stage1_translate(far, guest_is_el0(), ipa);
	*ipa = hpfar_ipa(far);
	return true;
}

/* Load the result as the instruction would: width, sign. */
static u64 extend(u64 value, u32 size, bool sign, bool sixty_four)
{
	u32 bits = size * 8;

	if (sign && bits < 64) {
		u64 top = 1ULL << (bits - 1);

		value = ((value & ((top << 1) - 1)) ^ top) - top;
	}
	return sixty_four ? value : value & 0xffffffff;
}

/* Devices are little-endian; a guest whose data accesses are not swaps on the way (B2.6.2). */
static bool big_endian(void)
{
	u64 spsr = read_sysreg(SPSR_EL2);

	if (spsr & PSR_NRW)
		return spsr & PSR_AA32_E;
	return read_sysreg(SCTLR_EL1) & (guest_is_el0() ? SCTLR_E0E : SCTLR_EE);
}

static u64 swapped(u64 value, u32 size)
{
	return big_endian() ? __builtin_bswap64(value) >> (64 - 8 * size) : value;
}

/* One element of an access. False: nothing there takes it. */
static bool access_one(struct vcpu_arch *a, u64 ipa, const struct decoded *d, u32 reg)
{
	struct mmio_access m = {.addr = GPA(ipa), .size = (u8)d->size, .write = d->write};

	if (d->write)
		m.value = swapped(exit_reg_get(a, reg) & ~0ULL >> (64 - 8 * d->size), d->size);
	if (mmio_dispatch(a->core, &m) != OK)
		return false;
	if (!d->write)
		exit_reg_set(a, reg, extend(swapped(m.value, d->size), d->size, d->sign, d->sixty_four));
	return true;
}

static bool from_syndrome(u64 iss, struct decoded *d)
{
	if (!(iss & ISS_ISV))
		return false;
	*d = (struct decoded){.size = 1u << ISS_SAS(iss),
			      .write = iss & ISS_WNR,
			      .sign = iss & ISS_SSE,
			      .sixty_four = iss & ISS_SF,
			      .nr = 1,
			      .reg = {(u8)ISS_SRT(iss), 31},
			      .base = 31};
	return true;
}

/*
 * The instruction at the guest's PC, read through its own tables. False: not readable now (the guest retries). Its caches
 * may be off, and its mapping or its walks not cacheable: EL2's view of the word is made to agree with memory first (B2.8,
 * mismatched memory attributes).
 */
static bool fetch(struct vcpu_arch *a, u32 *insn)
{
	u64 pc = read_sysreg(ELR_EL2), ipa;

	if ((pc & 3) || (read_sysreg(SPSR_EL2) & PSR_NRW))
		return false;
	if (!stage1_translate(pc, guest_is_el0(), &ipa))
		return false;
	return gmem_read_poc(a->core->vm->aspace, GPA(ipa), insn, sizeof(*insn)) == OK;
}

/* Register 31 as a base is the stack pointer of the mode that ran. */
static u64 base_get(const struct vcpu_arch *a, const struct decoded *d)
{
	if (d->base != 31)
		return exit_reg_get(a, d->base);
	return (read_sysreg(SPSR_EL2) & PSR_MODE_MASK) == PSR_MODE_EL1H ? read_sysreg(SP_EL1)
									: read_sysreg(SP_EL0);
}

static void base_set(struct vcpu_arch *a, const struct decoded *d, u64 value)
{
	if (d->base != 31)
		exit_reg_set(a, d->base, value);
	else if ((read_sysreg(SPSR_EL2) & PSR_MODE_MASK) == PSR_MODE_EL1H)
		write_sysreg(SP_EL1, value);
	else
		write_sysreg(SP_EL0, value);
}

/*
 * What was fetched has to be what faulted, from its first byte on and in one page: `ipa` is known for that alone. A
 * second CPU may have changed the instruction, or the fault may be the second page's of an access that spans two.
 */
static bool from_instruction(struct vcpu_arch *a, struct decoded *d)
{
	u64 at = read_sysreg(FAR_EL2) & (PAGE_SIZE - 1);
	u32 insn;

	if (!fetch(a, &insn) || !decode_load_store(insn, d))
		return false;
	return ((base_get(a, d) + (u64)(s64)d->disp) & (PAGE_SIZE - 1)) == at &&
	       at + d->nr * d->size <= PAGE_SIZE;
}

static void external_abort(struct vcpu_arch *a, bool instruction, u64 iss)
{
	trace_note(a->core, EXIT_FAULT, iss);
	inject_abort(a, instruction, read_sysreg(FAR_EL2), iss);
}

/* What hardware says of a data access besides where and why. */
static u64 kept(u64 iss)
{
	return iss & (ISS_CM | ISS_WNR);
}

static bool read_descriptor(void *ctx, u64 ipa, u64 *desc)
{
	const struct vcpu_arch *a = ctx;

	return gmem_read_poc(a->core->vm->aspace, GPA(ipa), desc, sizeof(*desc)) == OK;
}

/* The guest's own walk left memory: the status code of an external abort on it. */
static u64 walk_status(struct vcpu_arch *a, u64 ipa)
{
	struct s1_regime r = {.tcr = read_sysreg(TCR_EL1),
			      .ttbr = {read_sysreg(TTBR0_EL1), read_sysreg(TTBR1_EL1)},
			      .big_endian = read_sysreg(SCTLR_EL1) & SCTLR_EE};
	s32 level = s1_walk_level(&r, read_sysreg(FAR_EL2), ipa, read_descriptor, a);

	return (u64)(FSC_SEA_WALK + level);
}

/* The page is mapped now: somebody split or changed a leaf meanwhile (core/pgtable.h); take the access again. */
static bool is_mapped(struct vcpu_arch *a, u64 ipa, bool write)
{
	return aspace_is_mapped(a->core->vm->aspace, GPA(ipa), write ? PT_W : PT_R);
}

static void emulate(struct vcpu_arch *a, u64 esr, u64 ipa)
{
	struct decoded d;

	if (!from_syndrome(ESR_ISS(esr), &d) && !from_instruction(a, &d)) {
		external_abort(a, false, FSC_SEA | kept(ESR_ISS(esr)));
		return;
	}
	/* Each element is checked by the dispatch: a pair may leave a device only into an abort. */
	for (u32 i = 0; i < d.nr; i++) {
		if (!access_one(a, ipa + i * d.size, &d, d.reg[i])) {
			external_abort(a, false, FSC_SEA | kept(ESR_ISS(esr)));
			return;
		}
	}
	if (d.writeback)
		base_set(a, &d, base_get(a, &d) + (u64)(s64)d.offset);
	exit_skip(esr);
}

/*
 * Not a fault of stage 2. A guest can provoke a conflict of TLB entries: its entries are dropped and it goes on.
 * The rest is the bus's or the memory type's answer and becomes the guest's. True: that was it.
 */
static bool other_abort(struct vcpu_arch *a, bool instruction, u64 iss)
{
	u64 fsc = ISS_FSC(iss), keep = (iss & ISS_FNV) | (instruction ? 0 : kept(iss));

	if (fsc < FSC_SEA)
		return false;
	if (fsc == FSC_TLB_CONFLICT) {
		__asm__ volatile("tlbi vmalls12e1" : : : "memory");
		dsb(nsh);
		isb();
	} else {
		external_abort(a, instruction, (FSC_TYPE(fsc) == FSC_SEA_WALK ? fsc : FSC_SEA) | keep);
	}
	return true;
}

void exit_abort(struct vcpu_arch *a, u64 esr)
{
	u64 iss = ESR_ISS(esr), ipa;

	a->far_exit = read_sysreg(FAR_EL2);
	if (other_abort(a, false, iss))
		return;
	if (!abort_ipa(esr, &ipa))
		return; /* stage 1 changed meanwhile: the retry gives the guest its own fault */
	a->hpfar_exit = ipa;
	a->core->exits[EXIT_MMIO]++;
	trace_exit(a->core, EXIT_MMIO, ipa);
	if (iss & ISS_S1PTW) {
		if (!is_mapped(a, ipa, iss & ISS_WNR))
			external_abort(a, false, walk_status(a, ipa) | kept(iss));
		return;
	}
	if (iss & ISS_CM) { /* cache maintenance where no memory is: nothing to do */
		exit_skip(esr);
		return;
	}
	if (unlikely(is_mapped(a, ipa, iss & ISS_WNR)))
		return;
	emulate(a, esr, ipa);
}

/*
 * The one that is nearly all: a single little-endian load or store of AArch64, described by the syndrome, at a device.
 * Nothing else needs to be asked: a device's addresses are never RAM's. The vCPU goes on behind it before the device
 * acts, which may end it.
 */
#define FSC_TRANSLATION 0x04
#define PLAIN_MASK (ISS_ISV | ISS_CM | ISS_S1PTW | FSC_TYPE(0x3f))
#define PLAIN (ISS_ISV | FSC_TRANSLATION)

bool exit_fast_abort(struct vcpu_arch *a, u64 esr)
{
	u64 far = read_sysreg(FAR_EL2);
	gpa_t ipa = GPA(hpfar_ipa(far));
	u32 size = 1u << ISS_SAS(esr), rt = (u32)ISS_SRT(esr);
	const struct mmio_region *r;

	if ((esr & PLAIN_MASK) != PLAIN || !exit_fast_reg(rt) || unlikely(trace_wanted()))
		return false;
	if (unlikely((read_sysreg(SCTLR_EL1) & (SCTLR_EE | SCTLR_E0E)) || (read_sysreg(SPSR_EL2) & PSR_NRW)))
		return false;
	r = mmio_device_at(a->core, &a->mmio_last, ipa, size);
	if (unlikely(!r))
		return false;
	a->core->exits[EXIT_MMIO]++;
	exit_skip(esr);
	if (esr & ISS_WNR) {
		mmio_write(r, a->core, ipa, size, exit_reg_get(a, rt));
	} else {
		u64 value = mmio_read(r, a->core, ipa, size);

		exit_reg_set(a, rt, esr & ISS_SSE ? extend(value, size, true, esr & ISS_SF) : value);
	}
	return true;
}

void exit_instruction_abort(struct vcpu_arch *a, u64 esr)
{
	u64 iss = ESR_ISS(esr), ipa;

	a->far_exit = read_sysreg(FAR_EL2);
	if (other_abort(a, true, iss) || !abort_ipa(esr, &ipa))
		return;
	a->hpfar_exit = ipa;
	if (is_mapped(a, ipa, false) && FSC_TYPE(ISS_FSC(iss)) != FSC_PERMISSION)
		return;
	external_abort(a, true, iss & ISS_S1PTW ? walk_status(a, ipa) : FSC_SEA);
}
