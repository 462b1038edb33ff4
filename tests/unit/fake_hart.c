/* SPDX-License-Identifier: Apache-2.0 */
/* See fake_hart.h. */
#include <string.h>

#include "arch/riscv/cache.h"
#include "arch/riscv/cpu_arch.h"
#include "hal/fake/fake_hfence.h"
#include "tests/unit/fake_hart.h"

struct fake_hart fake_harts[FAKE_HARTS];
struct fake_fence_done fake_fences[FAKE_FENCES];
u32 fake_nr_fences;
struct fake_firmware fake_firmware;
bool (*fake_guest_load)(u64 va, u32 size, u64 *value, u64 *cause);
void (*fake_csr_written)(u32 csr, u64 value);

struct cpu cpus[MAX_CPUS];
u32 nr_cpus;
struct machine the_machine;
u32 cpus_stopping;

/* hal/fake/fake_hfence.c, when the test links it. */
#pragma weak fake_hfence_gvma
#pragma weak fake_hfence_vvma

struct fake_hart *fake_hart_here(void)
{
	return &fake_harts[this_cpu()->index];
}

void fake_hart_on(u32 n)
{
	fake_cpu.cpu = &cpus[n];
}

void fake_hart_reset(u32 n)
{
	static const struct fake_hart_has all = {
		.sstc = true,
		.aia = true,
		.stateen = true,
		.vlenb = 16,
		.vmid_bits = 14,
		.guest_files = 5,
		.henvcfg = 7ULL << 61 | 0xf1,
		.cbo = ENVCFG_CBO,
		.hgatp_top = ATP_SV57,
		.vsatp_top = ATP_SV57,
	};

	fake_reset();
	memset(fake_harts, 0, n * sizeof(fake_harts[0]));
	memset(cpus, 0, sizeof(cpus));
	memset(&the_machine, 0, sizeof(the_machine));
	memset(&fake_firmware, 0, sizeof(fake_firmware));
	fake_guest_load = NULL;
	fake_csr_written = NULL;
	nr_cpus = n;
	the_machine.nr_cpus = n;
	for (u32 i = 0; i < n; i++) {
		fake_harts[i].has = all;
		fake_harts[i].csr[CSR_VSSTATUS] = SSTATUS_UXL_64;
		cpus[i].index = i;
		cpus[i].online = true;
		the_machine.cpus[i].hwid = i;
	}
	fake_hart_on(0);
	fake_fences_clear();
}

/* ---- CSRs ---- */

#define WARL(number, bits) {number, bits, 0}
#define ANY UINT64_MAX

/* Bits that can be written; which extension has the register. */
static const struct {
	u16 csr;
	u64 mask;
	char needs; /* 's'stc, 'a'ia, state'e'n, 'f'loat, 'v'ector */
} known[] = {
	WARL(CSR_SSTATUS,
	     SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_SPP | SSTATUS_VS | SSTATUS_FS | SSTATUS_SUM | SSTATUS_MXR),
	WARL(CSR_SIE, 0x222 | 1 << IRQ_SGEI),
	WARL(CSR_STVEC, ~2ULL),
	WARL(CSR_SCOUNTEREN, UINT32_MAX),
	WARL(CSR_SENVCFG, 0xf1),
	WARL(CSR_SSCRATCH, ANY),
	WARL(CSR_SEPC, ~1ULL),
	WARL(CSR_SCAUSE, ANY),
	WARL(CSR_STVAL, ANY),
	WARL(CSR_SIP, IRQ_BIT(IRQ_SSI)),
	WARL(CSR_SATP, ANY),
	WARL(CSR_HSTATUS, HSTATUS_GVA | HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_VGEIN | HSTATUS_VTVM |
				  HSTATUS_VTW | HSTATUS_VTSR),
	WARL(CSR_HEDELEG, 0xcb1ff | 1 << EXC_SOFTWARE_CHECK | 1 << EXC_HARDWARE_ERROR),
	WARL(CSR_HIDELEG, IRQ_BIT(IRQ_VSSI) | IRQ_BIT(IRQ_VSTI) | IRQ_BIT(IRQ_VSEI)),
	WARL(CSR_HIE, 0x444 | 1 << IRQ_SGEI),
	WARL(CSR_HTIMEDELTA, ANY),
	WARL(CSR_HCOUNTEREN, UINT32_MAX),
	WARL(CSR_HGEIE, 0),
	WARL(CSR_HENVCFG, 0),
	WARL(CSR_HTVAL, ANY),
	WARL(CSR_HTINST, ANY),
	WARL(CSR_HVIP, IRQ_BIT(IRQ_VSSI) | IRQ_BIT(IRQ_VSTI) | IRQ_BIT(IRQ_VSEI)),
	WARL(CSR_HGATP, 0),
	WARL(CSR_VSSTATUS,
	     SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_SPP | SSTATUS_VS | SSTATUS_FS | SSTATUS_SUM | SSTATUS_MXR),
	WARL(CSR_VSIE, 0x222),
	WARL(CSR_VSTVEC, ~2ULL),
	WARL(CSR_VSSCRATCH, ANY),
	WARL(CSR_VSEPC, ~1ULL),
	WARL(CSR_VSCAUSE, ANY),
	WARL(CSR_VSTVAL, ANY),
	WARL(CSR_VSATP, ANY),
	{CSR_STIMECMP, ANY, 's'},
	{CSR_VSTIMECMP, ANY, 's'},
	{CSR_HSTATEEN0, 0xffULL << 56 | 7, 'e'},
	{CSR_SSTATEEN0, 7, 'e'},
	{CSR_SISELECT, 0x1ff, 'a'},
	{CSR_SIREG, ANY, 'a'},
	{CSR_STOPEI, 0, 'a'},
	{CSR_HVIEN, ANY, 'a'},
	{CSR_HVICTL, 0x4fff0000 | 0x3ff, 'a'},
	{CSR_HVIPRIO1, ANY, 'a'},
	{CSR_HVIPRIO2, ANY, 'a'},
	{CSR_VSISELECT, 0x1ff, 'a'},
	{CSR_VSIREG, ANY, 'a'},
	{CSR_FCSR, 0xff, 'f'},
	{CSR_VSTART, 0, 'v'},
	{CSR_VCSR, 7, 'v'},
	{CSR_VL, 0, 'v'},
	{CSR_VTYPE, 0, 'v'},
	{CSR_VLENB, 0, 'v'},
	WARL(CSR_HGEIP, 0),
	WARL(CSR_HIP, 0),
	WARL(CSR_TIME, 0),
};

static bool there(const struct fake_hart *h, char needs)
{
	return needs == 's'   ? h->has.sstc
	       : needs == 'a' ? h->has.aia
	       : needs == 'e' ? h->has.stateen
	       : needs == 'f' ? !h->has.no_fpu
	       : needs == 'v' ? !h->has.no_vector
			      : true;
}

/* The field of sstatus by which the state that `needs` names is used. */
static u64 switch_of(char needs)
{
	return needs == 'f' ? SSTATUS_FS : needs == 'v' ? SSTATUS_VS : 0;
}

static void demand(const struct fake_hart *h, char needs, const char *what, u32 csr)
{
	u64 field = switch_of(needs);

	if (field && !(h->csr[CSR_SSTATUS] & field))
		fake_violation("hart %u: %s %03x while sstatus.%s is off", this_cpu()->index, what, csr,
			       needs == 'f' ? "FS" : "VS");
}

static char needs_of(u32 csr)
{
	for (u32 i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].csr == csr)
			return known[i].needs;
	return 0;
}

static u64 mask_of(const struct fake_hart *h, u32 csr)
{
	for (u32 i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].csr != csr)
			continue;
		if (!there(h, known[i].needs))
			break;
		demand(h, known[i].needs, "CSR", csr);
		if (csr == CSR_HSTATEEN0)
			return known[i].mask & ~h->has.stateen_closed;
		return csr == CSR_VSTART ? 8 * h->has.vlenb - 1 : known[i].mask;
	}
	fake_violation("hart %u has no CSR %03x", this_cpu()->index, csr);
	return 0;
}

static u64 atp(u64 old, u64 value, u32 top, u64 mask)
{
	u64 mode = value >> ATP_MODE_SHIFT;

	return mode == ATP_BARE || (mode >= ATP_SV39 && mode <= top) ? value & mask : old;
}

static u64 hgatp_mask(const struct fake_hart *h)
{
	u64 vmid = (1ULL << h->has.vmid_bits) - 1;

	return 0xfULL << ATP_MODE_SHIFT | vmid << HGATP_VMID_SHIFT | (ATP_PPN_MASK & ~3ULL);
}

/* ---- interrupt files (AIA 1.0, chapter 3) ---- */

#define EIDELIVERY 0x70
#define EITHRESHOLD 0x72
#define EIP(id) (0x80 + (id) / 64 * 2)
#define EIE(id) (0xc0 + (id) / 64 * 2)

void fake_hart_msi(u32 hart, u32 file, u32 id)
{
	fake_harts[hart].file[file][EIP(id)] |= 1ULL << id % 64;
}

/* The identity on top, 0: none (3.9). */
static u32 file_top(const u64 *file)
{
	u64 threshold = file[EITHRESHOLD];

	for (u32 id = 1; id < 2048 && (!threshold || id < threshold); id++)
		if (file[EIP(id)] & file[EIE(id)] & 1ULL << id % 64)
			return id;
	return 0;
}

static void file_claim(u64 *file)
{
	u32 id = file_top(file);

	file[EIP(id)] &= ~(1ULL << id % 64);
}

static u64 hgeip(const struct fake_hart *h)
{
	u64 bits = 0;

	for (u32 f = 1; f <= h->has.guest_files; f++)
		bits |= h->file[f][EIDELIVERY] == 1 && file_top(h->file[f]) ? 1ULL << f : 0;
	return bits;
}

/* A register of a file: of eip and eie every second one (3.8.3). hstatus.VGEIN names a guest file (2.3). */
static u64 *file_place(struct fake_hart *h, u64 file, u64 select)
{
	if (file > h->has.guest_files || select < EIDELIVERY || select > 0xff ||
	    (select >= EIP(0) && select % 2))
		fake_violation("hart %u has no register %llx of interrupt file %llu", this_cpu()->index,
			       (unsigned long long)select, (unsigned long long)file);
	return &h->file[file <= FAKE_FILES ? file : 0][select & 0xff];
}

static u64 *place(struct fake_hart *h, u32 csr)
{
	u64 vgein = (h->csr[CSR_HSTATUS] & HSTATUS_VGEIN) >> HSTATUS_VGEIN_SHIFT;

	if (csr == CSR_SIREG)
		return file_place(h, 0, h->csr[CSR_SISELECT]);
	if (csr == CSR_VSIREG)
		return file_place(h, vgein ? vgein : UINT64_MAX, h->csr[CSR_VSISELECT]);
	return &h->csr[csr];
}

u64 csr_read(u32 csr)
{
	struct fake_hart *h = fake_hart_here();
	u64 v = *place(h, csr);

	(void)mask_of(h, csr);
	switch (csr) {
	case CSR_TIME:
		return fake_cpu.now;
	case CSR_STOPEI:
		return file_top(h->file[0]) * 0x10001ULL;
	case CSR_HGEIP:
		return hgeip(h);
	case CSR_VLENB:
		return h->has.vlenb;
	case CSR_SIP:
		return v | (h->file[0][EIDELIVERY] == 1 && file_top(h->file[0]) ? 1 << IRQ_SEI : 0);
	case CSR_HIP:
		return v | (hgeip(h) & h->csr[CSR_HGEIE] ? 1 << IRQ_SGEI : 0);
	default:
		return v;
	}
}

static u64 legal(const struct fake_hart *h, u32 csr, u64 old, u64 value)
{
	u64 mask = mask_of(h, csr);

	switch (csr) {
	case CSR_HGATP:
		return atp(old, value, h->has.hgatp_top, hgatp_mask(h));
	case CSR_VSATP:
		return atp(old, value, h->has.vsatp_top, UINT64_MAX);
	case CSR_HGEIE:
		return value & ((1ULL << h->has.guest_files) - 1) << 1;
	case CSR_HENVCFG:
		return value & h->has.henvcfg;
	case CSR_SSTATUS:
	case CSR_VSSTATUS:
		mask &= h->has.no_fpu ? ~(u64)SSTATUS_FS : mask;
		mask &= h->has.no_vector ? ~(u64)SSTATUS_VS : mask;
		return (value & mask) | SSTATUS_UXL_64;
	case CSR_HSTATUS:
		return (value & mask) | HSTATUS_VSXL_64;
	default:
		return (value & mask) | (old & ~mask);
	}
}

void csr_write(u32 csr, u64 value)
{
	struct fake_hart *h = fake_hart_here();
	u64 *at = place(h, csr);

	if (csr >> 10 == 3)
		fake_violation("hart %u: write of the read-only CSR %03x", this_cpu()->index, csr);
	if (csr == CSR_STOPEI) /* any write claims */
		file_claim(h->file[0]);
	else
		*at = legal(h, csr, *at, value);
	h->csr[CSR_SSTATUS] |= switch_of(needs_of(csr)); /* dirty */
	if (fake_csr_written)
		fake_csr_written(csr, *at);
}

void csr_set(u32 csr, u64 bits)
{
	csr_write(csr, csr_read(csr) | bits);
}

void csr_clear(u32 csr, u64 bits)
{
	csr_write(csr, csr_read(csr) & ~bits);
}

u64 csr_swap(u32 csr, u64 value)
{
	u64 old = csr_read(csr);

	csr_write(csr, value);
	return old;
}

void reservation_drop(void);
void reservation_drop(void)
{
}

/* ---- cache.c ---- */

u32 fake_stateen_closed;

/* M-mode of these harts lets the others be written. */
bool stateen_close1(void)
{
	fake_stateen_closed |= 1;
	return true;
}

bool stateen_close2(void)
{
	fake_stateen_closed |= 2;
	return true;
}

bool stateen_close3(void)
{
	fake_stateen_closed |= 4;
	return true;
}

u64 cache_cbo_open(void)
{
	return fake_hart_here()->has.cbo;
}

/* ---- fp_regs.S ---- */

void fp_regs_save(u64 f[32]);
void fp_regs_save(u64 f[32])
{
	const struct fake_hart *h = fake_hart_here();

	demand(h, 'f', "FSD", 0);
	memcpy(f, h->f, sizeof(h->f));
}

void fp_regs_load(const u64 f[32]);
void fp_regs_load(const u64 f[32])
{
	struct fake_hart *h = fake_hart_here();

	demand(h, 'f', "FLD", 0);
	memcpy(h->f, f, sizeof(h->f));
	h->csr[CSR_SSTATUS] |= SSTATUS_FS;
}

/* ---- vector_regs.S: section numbers are those of the Vector extension 1.0 ---- */

#define VTYPE_VILL (1ULL << 63)

/* Every instruction that changes something leaves vstart 0 (3.7) and VS dirty (3.2). */
static struct fake_hart *vector_insn(const char *what)
{
	struct fake_hart *h = fake_hart_here();

	demand(h, 'v', what, 0);
	h->csr[CSR_VSTART] = 0;
	h->csr[CSR_SSTATUS] |= SSTATUS_VS;
	return h;
}

void vector_file_save(u8 *v);
void vector_file_save(u8 *v)
{
	const struct fake_hart *h = vector_insn("VS8R");

	memcpy(v, h->v, (size_t)32 * h->has.vlenb);
}

void vector_file_load(const u8 *v);
void vector_file_load(const u8 *v)
{
	struct fake_hart *h = vector_insn("VL8R");

	memcpy(h->v, v, (size_t)32 * h->has.vlenb);
}

/* Elements of a group of registers (3.4), 0: there is no such vtype on a hart with ELEN 64. */
static u64 vlmax(const struct fake_hart *h, u64 vtype)
{
	u32 lmul = vtype & 7, sew = vtype >> 3 & 7;
	u32 eighths = lmul < 4 ? 8u << lmul : 1u << (lmul & 3) >> 1; /* of a register; 4: none */

	if (vtype >> 8 || lmul == 4 || sew > 3 || 1u << sew > eighths)
		return 0;
	return h->has.vlenb * eighths >> (sew + 3);
}

void vector_set(u64 vl, u64 vtype);
void vector_set(u64 vl, u64 vtype)
{
	struct fake_hart *h = vector_insn("VSETVL");
	u64 max = vlmax(h, vtype);

	h->csr[CSR_VTYPE] = max ? vtype : VTYPE_VILL;
	h->csr[CSR_VL] = vl < max ? vl : max;
}

/* ---- fences ---- */

void fake_fences_clear(void)
{
	fake_nr_fences = 0;
}

u32 fake_fence_count(enum fake_fence kind, u64 hart)
{
	u32 n = 0;

	for (u32 i = 0; i < fake_nr_fences; i++)
		n += fake_fences[i].kind == kind && (hart == FAKE_ALL || fake_fences[i].hart == hart);
	return n;
}

/* `hgatp` is that of the hart that asked: its VMID counts for HFENCE.VVMA. */
static void fence(enum fake_fence kind, u32 hart, u64 addr, u64 id, u64 hgatp)
{
	if (fake_nr_fences < FAKE_FENCES)
		fake_fences[fake_nr_fences++] = (struct fake_fence_done){kind, hart, addr, id, hgatp};
	if (kind == HFENCE_GVMA && fake_hfence_gvma)
		fake_hfence_gvma(hart, addr, id);
	else if (kind == HFENCE_VVMA && fake_hfence_vvma)
		fake_hfence_vvma(hart, hgatp >> HGATP_VMID_SHIFT & HGATP_VMID_MASK, addr, id);
}

static void fence_here(enum fake_fence kind, u64 addr, u64 id)
{
	fence(kind, this_cpu()->index, addr, id, fake_hart_here()->csr[CSR_HGATP]);
}

void hfence_gvma_all(void)
{
	fence_here(HFENCE_GVMA, FAKE_ALL, FAKE_ALL);
}

void hfence_gvma(u64 gpa, u64 vmid)
{
	fence_here(HFENCE_GVMA, gpa, vmid);
}

void hfence_gvma_vmid(u64 vmid)
{
	fence_here(HFENCE_GVMA, FAKE_ALL, vmid);
}

void hfence_vvma_all(void)
{
	fence_here(HFENCE_VVMA, FAKE_ALL, FAKE_ALL);
}

void sfence_vma_all(void)
{
	fence_here(SFENCE_VMA, FAKE_ALL, FAKE_ALL);
}

void sfence_vma_page(u64 va)
{
	fence_here(SFENCE_VMA, va, FAKE_ALL);
}

void fence_i(void)
{
	fence_here(FENCE_I, FAKE_ALL, FAKE_ALL);
}

void fence_stores(void)
{
}

void fence_device(void)
{
}

/* ---- firmware: SBI 3.0, chapters 3 and 8 ---- */

/* The hart with an id, UINT32_MAX: none. */
static u32 by_id(u64 id)
{
	for (u32 i = 0; i < nr_cpus; i++)
		if (the_machine.cpus[i].hwid == id)
			return i;
	return UINT32_MAX;
}

/* As firmware does it: a page at a time up to a few, else all. */
static void fence_range(enum fake_fence kind, u32 hart, u64 start, u64 size, u64 id)
{
	if ((!start && !size) || size == UINT64_MAX) {
		fence(kind, hart, FAKE_ALL, id, fake_hart_here()->csr[CSR_HGATP]);
		return;
	}
	for (u64 off = 0; off < size; off += PAGE_SIZE)
		fence(kind, hart, start + off, id, fake_hart_here()->csr[CSR_HGATP]);
}

static const struct {
	enum fake_fence kind;
	bool with_id;
} rfence[] = {
	{FENCE_I, false},     {SFENCE_VMA, false}, {SFENCE_VMA, true},   {HFENCE_GVMA, true},
	{HFENCE_GVMA, false}, {HFENCE_VVMA, true}, {HFENCE_VVMA, false},
};

/* Each hart of a mask; an id that no hart has is refused. */
static s64 each(u64 mask, u64 base, void (*act)(u32 hart))
{
	for (u32 pass = 0; pass < 2; pass++)
		for (u32 bit = 0; bit < 64; bit++) {
			u32 hart = mask >> bit & 1 ? by_id(base + bit) : 0;

			if (hart == UINT32_MAX)
				return SBI_ERR_INVALID_PARAM;
			if (pass && mask >> bit & 1)
				act(hart);
		}
	return SBI_SUCCESS;
}

static void do_fence(u32 hart)
{
	const struct fake_firmware *f = &fake_firmware;

	fence_range(rfence[f->fid].kind, hart, f->arg[2], f->arg[3],
		    rfence[f->fid].with_id ? f->arg[4] : FAKE_ALL);
}

static void do_ipi(u32 hart)
{
	fake_firmware.ipis[hart]++;
}

struct sbi_ret sbi_call(u32 ext, u32 fid, u64 a0, u64 a1, u64 a2, u64 a3, u64 a4)
{
	struct fake_firmware *f = &fake_firmware;

	f->calls++;
	f->ext = ext;
	f->fid = fid;
	memcpy(f->arg, (u64[]){a0, a1, a2, a3, a4}, sizeof(f->arg));
	if (ext == SBI_EXT_RFENCE && fid < sizeof(rfence) / sizeof(rfence[0])) {
		f->fence_calls++;
		return (struct sbi_ret){f->refuse ? f->refuse : each(a0, a1, do_fence), 0};
	}
	if (ext == SBI_EXT_IPI && fid == 0)
		return (struct sbi_ret){each(a0, a1, do_ipi), 0};
	if (ext == SBI_EXT_TIME && fid == 0) {
		f->timer = a0;
		return (struct sbi_ret){SBI_SUCCESS, 0};
	}
	return (struct sbi_ret){SBI_ERR_NOT_SUPPORTED, 0};
}

/* ---- entry.S ---- */

bool guest_fetch16(u64 va, u64 *value, u64 *cause);
bool guest_fetch16(u64 va, u64 *value, u64 *cause)
{
	*cause = EXC_LOAD_PAGE;
	return fake_guest_load && fake_guest_load(va, 2, value, cause);
}

bool guest_load64(u64 va, u64 *value, u64 *cause);
bool guest_load64(u64 va, u64 *value, u64 *cause)
{
	*cause = EXC_LOAD_PAGE;
	return fake_guest_load && fake_guest_load(va, 8, value, cause);
}

struct cpu_arch *this_cpu_arch(void)
{
	static struct cpu_arch none;

	return &none;
}
