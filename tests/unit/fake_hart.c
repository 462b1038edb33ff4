/* SPDX-License-Identifier: Apache-2.0 */
/* See fake_hart.h. */
#include <string.h>

#include "arch/riscv/cpu_arch.h"
#include "hal/fake/fake_hfence.h"
#include "tests/unit/fake_hart.h"

struct fake_hart fake_harts[FAKE_HARTS];
struct fake_fence_done fake_fences[FAKE_FENCES];
u32 fake_nr_fences;
struct fake_firmware fake_firmware;
bool (*fake_guest_load)(u64 va, u32 size, u64 *value, u64 *cause);

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
		.vmid_bits = 14,
		.guest_files = 5,
		.henvcfg = 7ULL << 61 | 0xf1,
		.hgatp_top = ATP_SV57,
		.vsatp_top = ATP_SV57,
	};

	fake_reset();
	memset(fake_harts, 0, n * sizeof(fake_harts[0]));
	memset(cpus, 0, sizeof(cpus));
	memset(&the_machine, 0, sizeof(the_machine));
	memset(&fake_firmware, 0, sizeof(fake_firmware));
	fake_guest_load = NULL;
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
	char needs; /* 's'stc, 'a'ia, state'e'n, 'f'loat */
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
	{CSR_FCSR, 0xff, 'f'},
	WARL(CSR_HGEIP, 0),
	WARL(CSR_TIME, 0),
};

static bool there(const struct fake_hart *h, char needs)
{
	return needs == 's'   ? h->has.sstc
	       : needs == 'a' ? h->has.aia
	       : needs == 'e' ? h->has.stateen
	       : needs == 'f' ? !h->has.no_fpu
			      : true;
}

static u64 mask_of(const struct fake_hart *h, u32 csr)
{
	for (u32 i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].csr != csr)
			continue;
		if (there(h, known[i].needs))
			return known[i].mask;
		break;
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

static u64 *place(struct fake_hart *h, u32 csr)
{
	return csr == CSR_SIREG ? &h->indirect[h->csr[CSR_SISELECT] & 0xff] : &h->csr[csr];
}

u64 csr_read(u32 csr)
{
	struct fake_hart *h = fake_hart_here();

	(void)mask_of(h, csr);
	if (csr == CSR_TIME)
		return fake_cpu.now;
	return *place(h, csr);
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

	if (csr == CSR_STOPEI) /* any write claims */
		h->csr[csr] = 0;
	else
		*place(h, csr) = legal(h, csr, *place(h, csr), value);
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
