/* SPDX-License-Identifier: Apache-2.0 */
/* See feature.h. */
#include "arch/riscv/csr_table.h"
#include "arch/riscv/feature.h"
#include "arch/riscv/cache.h"
#include "arch/riscv/csr.h"
#include "arch/riscv/pt_formats.h"
#include "arch/riscv/vaplic.h"
#include "arch/riscv/vector.h"
#include "arch/riscv/vimsic.h"
#include "arch/riscv/vplic.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/machine.h"
#include "core/plan.h"
#include "drivers/emul/tree_riscv64.h"
#include "hal/boot.h"

#define HENVCFG_ASKED                                                                                      \
	(1ULL << ENVCFG_STCE_SHIFT | 1ULL << ENVCFG_PBMTE_SHIFT | 1ULL << ENVCFG_ADUE_SHIFT | ENVCFG_CBO | \
	 ENVCFG_FIOM)

/* hstateen0: state that a guest may have of its own. The rest stays closed, sstateen0 too. */
#define STATEEN_ENVCFG (1ULL << 62)
#define STATEEN_CSRIND (1ULL << 60)
#define STATEEN_AIA (1ULL << 59)
#define STATEEN_IMSIC (1ULL << 58)

struct host_features host_features;
static bool any_read;

BOOT_CODE static const struct machine_cpu *own(void)
{
	return &the_machine.cpus[this_cpu()->index];
}

BOOT_CODE bool feature_cpu_has(enum riscv_ext ext)
{
	return isa_has(&own()->isa, ext);
}

BOOT_CODE bool feature_cpu_has_stateen(void)
{
	return feature_cpu_has(EXT_SMSTATEEN) || feature_cpu_has(EXT_SSSTATEEN);
}

BOOT_CODE static u32 vmid_bits(void)
{
	u64 got;

	csr_write(CSR_HGATP, (u64)ATP_SV39 << ATP_MODE_SHIFT | (u64)HGATP_VMID_MASK << HGATP_VMID_SHIFT);
	got = csr_read(CSR_HGATP) >> HGATP_VMID_SHIFT & HGATP_VMID_MASK;
	csr_write(CSR_HGATP, 0);
	return (u32)__builtin_popcountll(got);
}

BOOT_CODE static bool takes_hgatp(u64 mode)
{
	bool yes;

	csr_write(CSR_HGATP, mode << ATP_MODE_SHIFT);
	yes = csr_read(CSR_HGATP) >> ATP_MODE_SHIFT == mode;
	csr_write(CSR_HGATP, 0);
	return yes;
}

BOOT_CODE static bool takes_vsatp(u64 mode)
{
	bool yes;

	csr_write(CSR_VSATP, mode << ATP_MODE_SHIFT);
	yes = csr_read(CSR_VSATP) >> ATP_MODE_SHIFT == mode;
	csr_write(CSR_VSATP, 0);
	return yes;
}

/* The widest mode that the register takes, as bits of address: `least` at Sv39, nine more at each next; 0: not even that. */
BOOT_CODE static u32 widest(bool (*takes)(u64 mode), u32 least)
{
	for (u32 mode = ATP_SV57; mode >= ATP_SV39; mode--)
		if (takes(mode))
			return least + 9 * (mode - ATP_SV39);
	return 0;
}

BOOT_CODE static u64 henvcfg_bits(void)
{
	u64 got;

	csr_write(CSR_HENVCFG, HENVCFG_ASKED);
	got = csr_read(CSR_HENVCFG) & HENVCFG_ASKED;
	csr_write(CSR_HENVCFG, 0);
	return got & (cache_cbo_open() | ~(u64)ENVCFG_CBO);
}

/* AIA 1.0, 2.5: without these bits a guest's access to its own registers of the AIA is refused. */
#define STATEEN_GUEST_AIA (STATEEN_CSRIND | STATEEN_AIA | STATEEN_IMSIC)

BOOT_CODE static u64 hstateen0_bits(void)
{
	u64 got;

	if (!feature_cpu_has_stateen())
		return ~0ULL;
	csr_write(CSR_HSTATEEN0, STATEEN_ENVCFG | STATEEN_GUEST_AIA);
	got = csr_read(CSR_HSTATEEN0);
	csr_write(CSR_HSTATEEN0, 0);
	return got;
}

/* GEILEN: which bits of hgeie can be set (21.2.4). */
BOOT_CODE static u32 guest_files(void)
{
	u64 got;

	csr_write(CSR_HGEIE, ~0ULL);
	got = csr_read(CSR_HGEIE);
	csr_write(CSR_HGEIE, 0);
	return (u32)__builtin_popcountll(got);
}

BOOT_CODE static struct host_features read_own(void)
{
	return (struct host_features){
		.isa = own()->isa,
		.henvcfg = henvcfg_bits(),
		.hstateen0 = hstateen0_bits(),
		.vmid_bits = vmid_bits(),
		.gpa_bits = widest(takes_hgatp, 41),
		.va_bits = widest(takes_vsatp, 39),
		.guest_files = guest_files(),
		.vlenb = vector_read_cpu(),
	};
}

BOOT_CODE static u32 least(u32 a, u32 b)
{
	return a < b ? a : b;
}

BOOT_CODE void feature_read_cpu(void)
{
	struct host_features mine = read_own(), *h = &host_features;

	if (!any_read)
		*h = mine;
	any_read = true;
	h->isa = isa_common(h->isa, mine.isa);
	h->henvcfg &= mine.henvcfg;
	h->hstateen0 &= mine.hstateen0;
	h->vmid_bits = least(h->vmid_bits, mine.vmid_bits);
	h->gpa_bits = least(h->gpa_bits, mine.gpa_bits);
	h->va_bits = least(h->va_bits, mine.va_bits);
	h->guest_files = least(h->guest_files, mine.guest_files);
	h->vlenb = h->vlenb == mine.vlenb ? mine.vlenb : 0;
	pt_pbmt = feature_has(EXT_SVPBMT) && h->henvcfg >> ENVCFG_PBMTE_SHIFT & 1;
	pt_napot = feature_has(EXT_SVNAPOT);
}

/* A guest that can go past the caches has to find what was zeroed and loaded for it there (cache.c). */
BOOT_CODE u64 feature_henvcfg(void)
{
	u64 bits = host_features.henvcfg & ~(u64)ENVCFG_FIOM;

	return bits & ENVCFG_CBCFE ? bits : bits & ~(1ULL << ENVCFG_PBMTE_SHIFT);
}

BOOT_CODE u64 feature_hstateen0(void)
{
	return STATEEN_ENVCFG | (feature_guest_aia() ? STATEEN_GUEST_AIA : 0);
}

BOOT_CODE bool feature_guest_aia(void)
{
	return feature_has(EXT_SSAIA) && the_machine.aia.imsic.nr_ids &&
	       (host_features.hstateen0 & STATEEN_GUEST_AIA) == STATEEN_GUEST_AIA;
}

/* entry.S */
bool stateen_close1(void);
bool stateen_close2(void);
bool stateen_close3(void);

/* Where more is asked than a hart has, it keeps what it can (WARL). */
BOOT_CODE void feature_host_csrs(void)
{
#define SET(csr, need, value) \
	if (need)             \
		csr_write(csr, value);
	HOST_CSRS(SET)
#undef SET
	if (feature_cpu_has_stateen()) {
		stateen_close1();
		stateen_close2();
		stateen_close3();
	}
}

BOOT_CODE void feature_report(void)
{
	const struct host_features *h = &host_features;
	static const enum riscv_ext named[] = {EXT_SSTC,  EXT_SSAIA,     EXT_SVPBMT, EXT_SVINVAL, EXT_SVNAPOT,
					       EXT_SVADU, EXT_SMSTATEEN, EXT_ZICBOM, EXT_ZICBOZ};
	char text[128] = "";
	int n = 0;

	for (u32 i = 0; i < ARRAY_SIZE(named); i++)
		if (feature_has(named[i]))
			n += fmt_string(text + n, sizeof(text) - (size_t)n, " %s", isa_name(named[i]));
	if (h->vlenb)
		fmt_string(text + n, sizeof(text) - (size_t)n, ", vectors of %u bits", h->vlenb * 8);
	log_info("harts: Sv%ux4, VMIDs of %u bits, %u guest interrupt files,%s", h->gpa_bits - 2,
		 h->vmid_bits, h->guest_files, text);
}

/* ---- what guests are shown ---- */

/* User-level extensions without state beyond x, f and v registers, and others for which more is asked below. */
static const u8 shown[] = {
	EXT_I,           EXT_M,        EXT_A,        EXT_F,      EXT_D,       EXT_C,        EXT_B,
	EXT_ZIC64B,      EXT_ZICBOP,   EXT_ZICCRSE,  EXT_ZICOND, EXT_ZICSR,   EXT_ZIFENCEI, EXT_ZIHINTNTL,
	EXT_ZIHINTPAUSE, EXT_ZIMOP,    EXT_ZMMUL,    EXT_ZAAMO,  EXT_ZABHA,   EXT_ZACAS,    EXT_ZALRSC,
	EXT_ZAWRS,       EXT_ZFA,      EXT_ZFBFMIN,  EXT_ZFH,    EXT_ZFHMIN,  EXT_ZCA,      EXT_ZCB,
	EXT_ZCD,         EXT_ZCMOP,    EXT_ZBA,      EXT_ZBB,    EXT_ZBC,     EXT_ZBKB,     EXT_ZBKC,
	EXT_ZBKX,        EXT_ZBS,      EXT_ZKN,      EXT_ZKND,   EXT_ZKNE,    EXT_ZKNH,     EXT_ZKS,
	EXT_ZKSED,       EXT_ZKSH,     EXT_ZKT,      EXT_ZTSO,   EXT_SVINVAL, EXT_SVNAPOT,  EXT_SVVPTC,
	EXT_V,           EXT_ZVBB,     EXT_ZVBC,     EXT_ZVE32F, EXT_ZVE32X,  EXT_ZVE64D,   EXT_ZVE64F,
	EXT_ZVE64X,      EXT_ZVFBFMIN, EXT_ZVFBFWMA, EXT_ZVFH,   EXT_ZVFHMIN, EXT_ZVKB,     EXT_ZVKG,
	EXT_ZVKN,        EXT_ZVKNC,    EXT_ZVKNED,   EXT_ZVKNG,  EXT_ZVKNHA,  EXT_ZVKNHB,   EXT_ZVKS,
	EXT_ZVKSC,       EXT_ZVKSED,   EXT_ZVKSG,    EXT_ZVKSH,  EXT_ZVKT,
};

/* Of these only with registers that are switched on every hart (fp.c). */
static const u8 floating[] = {EXT_F, EXT_D, EXT_ZFA, EXT_ZFBFMIN, EXT_ZFH, EXT_ZFHMIN, EXT_ZCD};

/* Those that henvcfg opens: offered when the bits could be set on all harts. */
static const struct {
	u8 ext;
	u64 bits;
} opened[] = {
	{EXT_SSTC, 1ULL << ENVCFG_STCE_SHIFT},
	{EXT_SVPBMT, 1ULL << ENVCFG_PBMTE_SHIFT},
	{EXT_SVADU, 1ULL << ENVCFG_ADUE_SHIFT},
	{EXT_ZICBOM, ENVCFG_CBCFE | ENVCFG_CBIE_FLUSH},
	{EXT_ZICBOZ, ENVCFG_CBZE},
};

/* What the homes of the VM's vCPUs have in common; where the manifest does not say which they are, what all harts have. */
BOOT_CODE static struct isa homes(const struct vm_plan *vm)
{
	struct isa all = vm->has_cpus ? the_machine.cpus[vm->cpus[0]].isa : host_features.isa;

	for (u32 i = 1; vm->has_cpus && i < vm->nr_cpus; i++)
		all = isa_common(all, the_machine.cpus[vm->cpus[i]].isa);
	return all;
}

/* Of the cache blocks of all homes; 0: they differ. */
BOOT_CODE static u32 block_size(const struct vm_plan *vm, u32 ext)
{
	u32 size = 0;

	for (u32 i = 0; i < (vm->has_cpus ? vm->nr_cpus : the_machine.nr_cpus); i++) {
		const struct machine_cpu *cpu = &the_machine.cpus[vm->has_cpus ? vm->cpus[i] : i];
		u32 its = ext == EXT_ZICBOM ? cpu->cbom_block : cpu->cboz_block;

		if (i && its != size)
			return 0;
		size = its;
	}
	return size;
}

BOOT_CODE static bool is_switched(u32 ext)
{
	if (ext == EXT_V || (ext >= EXT_ZVBB && ext <= EXT_ZVKT)) /* vector.c */
		return host_features.vlenb;
	for (u32 i = 0; i < ARRAY_SIZE(floating); i++)
		if (ext == floating[i])
			return feature_has(EXT_D);
	return true;
}

BOOT_CODE static struct isa guest_extensions(const struct vm_plan *vm)
{
	struct isa have = homes(vm), out = {{0, 0}};

	for (u32 i = 0; i < ARRAY_SIZE(shown); i++)
		if (isa_has(&have, shown[i]) && is_switched(shown[i]))
			isa_add(&out, shown[i]);
	for (u32 i = 0; i < ARRAY_SIZE(opened); i++)
		if (isa_has(&have, opened[i].ext) && (feature_henvcfg() & opened[i].bits) == opened[i].bits &&
		    (!(opened[i].bits & ENVCFG_CBO) || block_size(vm, opened[i].ext)))
			isa_add(&out, opened[i].ext);
	if (feature_guest_aia())
		isa_add(&out, EXT_SSAIA);
	return out;
}

BOOT_CODE const struct guest_isa *guest_isa(const struct vm_plan *vm)
{
	static struct guest_isa g;

	g = (struct guest_isa){
		.isa = guest_extensions(vm),
		.mmu_bits = (u8)host_features.va_bits,
		.timebase_hz = the_machine.timer.hz,
		.cbom_block = block_size(vm, EXT_ZICBOM),
		.cboz_block = block_size(vm, EXT_ZICBOZ),
		.aia = feature_guest_aia(),
		.imsic_ids = VIMSIC_IDS,
		.nr_sources = feature_guest_aia() ? VAPLIC_SOURCES : VPLIC_SOURCES - 1,
	};
	return &g;
}
