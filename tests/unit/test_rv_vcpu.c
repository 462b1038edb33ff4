/* SPDX-License-Identifier: Apache-2.0 */
/* A vCPU's state in and out of harts: all of it comes back, nothing of it stays for another VM's, on harts that have more and less.
 * SOURCES: arch/riscv/vcpu.c arch/riscv/fp.c arch/riscv/vector.c arch/riscv/vtimer.c arch/riscv/vintc.c arch/riscv/vplic.c arch/riscv/vaplic.c arch/riscv/vimsic.c arch/riscv/sbi.c arch/riscv/pt_formats.c core/isa.c core/fmt.c core/mmio.c core/timer.c core/vmid.c tests/unit/fake_hart.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/riscv/feature.c"
#include "arch/riscv/gstage.c"
#include "arch/riscv/imsic_regs.h"
#include "core/mmio.h"
#include "core/vm.h"
#include "hal/mem.h"
#include "tests/unit/fake_hart.h"

#define HARTS 2u
#define VMS 2u /* each has a vCPU on each hart */
#define VILL (1ULL << 63)
#define ENTRY(vm) (0x80200000ULL + 0x1000 * (vm))
#define ARG 0x123456789abcULL
#define VSSIP IRQ_BIT(IRQ_VSSI)
#define VSTIP IRQ_BIT(IRQ_VSTI)
#define FS(state) ((u64)(state) << SSTATUS_FS_SHIFT)
#define VS(state) ((u64)(state) << SSTATUS_VS_SHIFT)

/* ---- machines ---- */

enum lack { NO_AIA = 1, NO_FPU = 2, NO_V = 4, NO_SSTC = 8, LEAST = 15, LONG_V = 16 };

static const struct kind {
	const char *name;
	u32 lacks[HARTS];
	bool aia, fp, v; /* so guests have */
} kinds[] = {
	{"everything", {0, 0}, true, true, true},
	{"longer vectors", {LONG_V, LONG_V}, true, true, true},
	{"no AIA", {NO_AIA, NO_AIA}, false, true, true},
	{"no FPU", {NO_FPU, NO_FPU}, true, false, false},
	{"no V", {NO_V, NO_V}, true, true, false},
	{"no Sstc", {NO_SSTC, NO_SSTC}, true, true, true},
	{"least", {LEAST, LEAST}, false, false, false},
	{"V on the first", {0, NO_V}, true, true, false},
	{"V on the second", {NO_V, 0}, true, true, false},
	{"vectors of two lengths", {0, LONG_V}, true, true, false},
	{"FPU on the first", {0, NO_FPU}, true, false, false},
	{"AIA on the second", {NO_AIA, 0}, false, true, true},
};
#define EVERYTHING (&kinds[0])
#define WITHOUT_AIA (&kinds[2])
#define KINDS ARRAY_SIZE(kinds)

static const struct kind *kind; /* the machine there is */
static struct vm_plan plans[VMS];
static struct vm guests[VMS];
static struct vm_arch vm_archs[VMS];
static struct mmio_map maps[VMS];
static struct vcpu vcpus[VMS][HARTS];

volatile void *host_map_io(hpa_t base UNUSED, u64 size UNUSED)
{
	static u32 page[PAGE_SIZE / 4];

	return page;
}

void vcpu_wake(struct vcpu *vcpu UNUSED)
{
}

/* Registers are as somebody left them. Without an FPU there is no V (Vector extension 1.0, 18.3), though it is listed. */
static void make_hart(u32 i, u32 lacks)
{
	static const struct {
		u32 lack;
		enum riscv_ext ext;
	} taken[] = {
		{NO_AIA, EXT_SSAIA}, {NO_FPU, EXT_F}, {NO_FPU, EXT_D}, {NO_V, EXT_V}, {NO_SSTC, EXT_SSTC}};
	struct fake_hart *h = &fake_harts[i];

	for (u32 ext = 0; ext < RISCV_EXTS; ext++)
		isa_add(&the_machine.cpus[i].isa, ext);
	for (u32 n = 0; n < ARRAY_SIZE(taken); n++)
		if (lacks & taken[n].lack)
			isa_remove(&the_machine.cpus[i].isa, taken[n].ext);
	h->has.aia = !(lacks & NO_AIA);
	h->has.no_fpu = lacks & NO_FPU;
	h->has.no_vector = lacks & NO_V;
	h->has.sstc = !(lacks & NO_SSTC);
	h->has.henvcfg &= lacks & NO_SSTC ? ~(1ULL << ENVCFG_STCE_SHIFT) : ~0ULL;
	h->has.vlenb = lacks & LONG_V ? 32 : 16;
	memset(h->f, 0xf1, sizeof(h->f));
	memset(h->v, 0xe5, sizeof(h->v));
	h->csr[CSR_FCSR] = 0x1f;
	h->csr[CSR_VTYPE] = 0xc0;
	h->csr[CSR_VL] = h->csr[CSR_VCSR] = h->csr[CSR_VSTART] = 3;
	the_machine.aia.imsic.file[i] = HPA(0x28000000 + i * MIB(1));
}

static void make_harts(const struct kind *k)
{
	kind = k;
	fake_hart_reset(HARTS);
	memset(&host_features, 0, sizeof(host_features));
	memset(&vmids, 0, sizeof(vmids));
	any_read = false;
	fake_cpu.now = 1000000;
	the_machine.aia.imsic.nr_ids = the_machine.aia.imsic.nr_guest_ids = VIMSIC_IDS;
	the_machine.aia.imsic.nr_guest_files = 1;
	for (u32 i = HARTS; i-- > 0;) {
		make_hart(i, k->lacks[i]);
		fake_hart_on(i);
		feature_read_cpu();
	}
	gstage_init();
}

/* No byte more than the hypervisor gives it. */
static struct vcpu_arch *new_arch(struct vcpu_arch *former)
{
	struct vcpu_arch *a = aligned_alloc(64, vcpu_arch_size());

	free(former);
	assert_int_equal(vcpu_arch_size() % 64, 0);
	assert_non_null(a);
	return memset(a, 0, vcpu_arch_size());
}

static void make_vm(u32 n, enum vm_policy policy)
{
	struct vm *vm = &guests[n];

	plans[n] = (struct vm_plan){.name = "guest", .policy = policy, .nr_vcpus = HARTS, .cpus = {0, 1}};
	plans[n].layout.intc_dist = GPA(0xc000000);
	plans[n].layout.intc_cpu = GPA(0x28000000);
	vm_arch_claim(&plans[n]);
	memset(&vm_archs[n], 0, sizeof(vm_archs[n]));
	memset(&maps[n], 0, sizeof(maps[n]));
	*vm = (struct vm){.plan = &plans[n],
			  .arch = &vm_archs[n],
			  .mmio = &maps[n],
			  .vcpus = vcpus[n],
			  .index = (u16)n,
			  .nr_vcpus = HARTS};
	for (u16 i = 0; i < HARTS; i++)
		vcpus[n][i] =
			(struct vcpu){.vm = vm, .index = i, .home = i, .arch = new_arch(vcpus[n][i].arch)};
	assert_int_equal(vm_arch_init(vm), OK);
	for (u32 i = 0; i < HARTS; i++)
		vcpu_arch_init(&vcpus[n][i]);
	vm_arch_bind(vm, HPA(0x90000000 + n * MIB(1)), 41);
	assert_int_equal(vm_arch_map(vm, &maps[n]), OK);
	vm_arch_reset(vm);
	for (u32 i = 0; i < HARTS; i++)
		vcpu_arch_reset(&vcpus[n][i], GPA(ENTRY(n)), ARG);
}

/* The first VM shares its CPUs; the second has guest interrupt files where there are any. */
static void begin(const struct kind *k)
{
	make_harts(k);
	make_vm(0, POLICY_SHARED);
	make_vm(1, POLICY_PINNED);
	fake_fences_clear();
}

static void all_is_well(void)
{
	if (fake_violations)
		fail_msg("%s: %s", kind->name, fake_last_violation);
}

static u64 *reg(u32 csr)
{
	return &fake_hart_here()->csr[csr];
}

/* ---- what a guest sees of a hart ---- */

/* By the manual: written apart from csr_table.h. */
static const struct {
	u32 csr;
	u64 reset;
	bool aia;
} guest_csrs[] = {
	{CSR_VSSTATUS, SSTATUS_UXL_64, false},
	{CSR_VSIE, 0, false},
	{CSR_VSTVEC, 0, false},
	{CSR_VSSCRATCH, 0, false},
	{CSR_VSEPC, 0, false},
	{CSR_VSCAUSE, 0, false},
	{CSR_VSTVAL, 0, false},
	{CSR_VSATP, 0, false},
	{CSR_SCOUNTEREN, COUNTEREN_TM, false},
	{CSR_SENVCFG, 0, false},
	{CSR_VSISELECT, 0, true},
};
#define GUEST_CSRS ARRAY_SIZE(guest_csrs)
#define ONE_MORE(name, csr, need, reset) +1
_Static_assert(GUEST_CSRS == 0 VCPU_CSRS(ONE_MORE), "a register of VCPU_CSRS is not in guest_csrs");

struct state {
	u64 csr[GUEST_CSRS], pc, spp, spvp;
	u64 f[32], fcsr;
	u64 vl, vtype, vcsr, vstart;
	u8 v[32 * FAKE_VLENB_MAX];
};

static bool sees(u32 n)
{
	return kind->aia || !guest_csrs[n].aia;
}

static u32 v_bytes(void)
{
	return 32 * fake_hart_here()->has.vlenb;
}

/* What it does not have is 0. */
static struct state look(void)
{
	const struct fake_hart *h = fake_hart_here();
	struct state s = {.pc = *reg(CSR_SEPC),
			  .spp = *reg(CSR_SSTATUS) & SSTATUS_SPP,
			  .spvp = *reg(CSR_HSTATUS) & HSTATUS_SPVP};

	for (u32 i = 0; i < GUEST_CSRS; i++)
		s.csr[i] = sees(i) ? *reg(guest_csrs[i].csr) : 0;
	if (kind->fp) {
		memcpy(s.f, h->f, sizeof(s.f));
		s.fcsr = *reg(CSR_FCSR);
	}
	if (kind->v) {
		memcpy(s.v, h->v, v_bytes());
		s.vl = *reg(CSR_VL);
		s.vtype = *reg(CSR_VTYPE);
		s.vcsr = *reg(CSR_VCSR);
		s.vstart = *reg(CSR_VSTART);
	}
	return s;
}

static struct state reset_state(u64 entry)
{
	struct state s = {.pc = entry, .spp = SSTATUS_SPP, .spvp = HSTATUS_SPVP};

	for (u32 i = 0; i < GUEST_CSRS; i++)
		s.csr[i] = sees(i) ? guest_csrs[i].reset : 0;
	s.vtype = kind->v ? VILL : 0;
	return s;
}

static void same(const char *what, u64 is, u64 want)
{
	if (is != want)
		fail_msg("%s: %s is %llx instead of %llx", kind->name, what, (unsigned long long)is,
			 (unsigned long long)want);
}

static void expect_fp(const struct state *is, const struct state *want)
{
	for (u32 i = 0; i < 32; i++)
		same("an f register", is->f[i], want->f[i]);
	same("fcsr", is->fcsr, want->fcsr);
}

static void expect_vectors(const struct state *is, const struct state *want)
{
	for (u32 i = 0; i < sizeof(is->v); i++)
		same("a byte of a v register", is->v[i], want->v[i]);
	same("vl", is->vl, want->vl);
	same("vtype", is->vtype, want->vtype);
	same("vcsr", is->vcsr, want->vcsr);
	same("vstart", is->vstart, want->vstart);
}

static void expect_same(const struct state *is, const struct state *want)
{
	for (u32 i = 0; i < GUEST_CSRS; i++)
		if (is->csr[i] != want->csr[i])
			fail_msg("%s: CSR %03x is %llx instead of %llx", kind->name, guest_csrs[i].csr,
				 (unsigned long long)is->csr[i], (unsigned long long)want->csr[i]);
	same("the program counter", is->pc, want->pc);
	same("SPP", is->spp, want->spp);
	same("SPVP", is->spvp, want->spvp);
	expect_fp(is, want);
	expect_vectors(is, want);
}

static void expect_state(const struct state *want)
{
	struct state is = look();

	expect_same(&is, want);
}

/* ---- what a guest does ---- */

static u64 rnd(u64 *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return *seed ^ *seed >> 29;
}

/* The registers alone, not that they changed. */
static void change_fp(u64 seed)
{
	for (u32 i = 0; i < 32; i++)
		fake_hart_here()->f[i] = rnd(&seed);
	*reg(CSR_FCSR) = 1 + rnd(&seed) % 0xff;
}

/* 64 bits, groups of two; 16, half a register; 8; none, as at reset. */
static void change_vectors(u64 seed)
{
	static const u64 vtypes[] = {0xd9, 0x0f, 0xc0, VILL};
	u64 vtype = vtypes[seed % 4];

	for (u32 i = 0; i < v_bytes(); i++)
		fake_hart_here()->v[i] = (u8)rnd(&seed);
	*reg(CSR_VTYPE) = vtype;
	*reg(CSR_VL) = vtype == VILL ? 0 : 1 + rnd(&seed) % 4;
	*reg(CSR_VCSR) = 1 + rnd(&seed) % 7;
	*reg(CSR_VSTART) = 1 + rnd(&seed) % 100;
}

/* Bits of sstatus and hstatus as they are after the guest's exit. */
static void set_field(u32 csr, u64 field, u64 value)
{
	*reg(csr) = (*reg(csr) & ~field) | value;
}

/* What it wrote, as far as registers can hold it. It exits from VU-mode, or from VS-mode. */
static struct state run(u64 seed)
{
	bool user = seed & 1;

	for (u32 i = 0; i < GUEST_CSRS; i++) {
		u64 value = rnd(&seed);

		if (guest_csrs[i].csr == CSR_VSATP)
			value = (value & ~(0xfULL << ATP_MODE_SHIFT)) | (u64)ATP_SV48 << ATP_MODE_SHIFT;
		if (sees(i))
			csr_write(guest_csrs[i].csr, value);
	}
	*reg(CSR_SEPC) = rnd(&seed) & ~1ULL;
	set_field(CSR_SSTATUS, SSTATUS_SPP, user ? 0 : SSTATUS_SPP);
	set_field(CSR_HSTATUS, HSTATUS_SPVP, user ? 0 : HSTATUS_SPVP);
	if (kind->fp) {
		change_fp(seed);
		set_field(CSR_SSTATUS, SSTATUS_FS, FS(XS_DIRTY));
	}
	if (kind->v) {
		change_vectors(seed);
		set_field(CSR_SSTATUS, SSTATUS_VS, VS(XS_DIRTY));
	}
	return look();
}

/* What it has is clean, what it has not is off. */
static void enter(struct vcpu *v)
{
	fake_hart_on(v->home);
	this_cpu()->current = v;
	vcpu_load(v);
	all_is_well();
	same("FS", *reg(CSR_SSTATUS) & SSTATUS_FS, kind->fp ? FS(XS_CLEAN) : 0);
	same("VS", *reg(CSR_SSTATUS) & SSTATUS_VS, kind->v ? VS(XS_CLEAN) : 0);
}

static void leave(struct vcpu *v)
{
	vcpu_put(v);
	this_cpu()->current = NULL;
	all_is_well();
}

/* ---- round trips ---- */

static void round_trip(struct vcpu *a, struct vcpu *b, u64 seed)
{
	struct state fresh_a = reset_state(ENTRY(a->vm->index)), fresh_b = reset_state(ENTRY(b->vm->index));
	struct state of_a, of_b;

	enter(a);
	expect_state(&fresh_a);
	of_a = run(seed);
	leave(a);
	enter(b);
	expect_state(&fresh_b);
	of_b = run(seed + 7);
	leave(b);
	enter(a);
	expect_state(&of_a);
	leave(a);
	enter(b);
	expect_state(&of_b);
	leave(b);
}

static void a_vcpu_finds_all_its_registers_as_it_left_them_and_none_of_another(void **state UNUSED)
{
	for (u32 k = 0; k < KINDS; k++)
		for (u32 n = 0; n < 16; n++) {
			u32 hart = n & 1, first = n >> 1 & 1;

			begin(&kinds[k]);
			round_trip(&vcpus[first][hart], &vcpus[1 - first][hart], 100 + n);
		}
}

static void vcpus_of_one_vm_on_two_harts_do_not_mix(void **state UNUSED)
{
	struct state left[HARTS];

	for (u32 k = 0; k < KINDS; k++) {
		begin(&kinds[k]);
		for (u32 i = 0; i < HARTS; i++) {
			enter(&vcpus[0][i]);
			left[i] = run(i);
		}
		for (u32 i = 0; i < HARTS; i++) {
			fake_hart_on(i);
			leave(&vcpus[0][i]);
		}
		for (u32 i = 0; i < HARTS; i++) {
			enter(&vcpus[0][i]);
			expect_state(&left[i]);
		}
	}
}

/* ---- between two guests ---- */

static void nothing_of_a_guest_is_in_force_after_it_was_put(void **state UNUSED)
{
	static const u32 zero[] = {CSR_VSATP, CSR_HGATP, CSR_HVIP, CSR_HTIMEDELTA};

	for (u32 k = 0; k < KINDS; k++)
		for (u32 vm = 0; vm < VMS; vm++) {
			begin(&kinds[k]);
			enter(&vcpus[vm][1]);
			run(k + vm);
			csr_write(CSR_HVIP, VSSIP);
			assert_int_not_equal(*reg(CSR_HGATP), 0);
			leave(&vcpus[vm][1]);
			for (u32 i = 0; i < ARRAY_SIZE(zero); i++)
				assert_int_equal(*reg(zero[i]), 0);
			assert_int_equal(*reg(CSR_HSTATUS), HSTATUS_VSXL_64); /* cannot be 0 */
			assert_int_equal(*reg(CSR_SSTATUS) & (SSTATUS_FS | SSTATUS_VS), 0);
			if (fake_hart_here()->has.sstc)
				assert_int_equal(*reg(CSR_VSTIMECMP), NO_DEADLINE);
		}
}

static u32 atp_writes[2]; /* of 0; of others */

/* A first stage is there only under the second stage of its VM. */
static void watch_stages(u32 csr, u64 value)
{
	if (csr != CSR_VSATP && csr != CSR_HGATP)
		return;
	atp_writes[value != 0]++;
	if (*reg(CSR_VSATP) && (csr == CSR_HGATP || !*reg(CSR_HGATP)))
		fake_violation("vsatp %llx while hgatp becomes, or is, %llx",
			       (unsigned long long)*reg(CSR_VSATP), (unsigned long long)*reg(CSR_HGATP));
}

static void vsatp_is_bare_whenever_hgatp_changes(void **state UNUSED)
{
	for (u32 k = 0; k < KINDS; k++) {
		begin(&kinds[k]);
		for (u32 n = 0; n < 4; n++) {
			memset(atp_writes, 0, sizeof(atp_writes));
			fake_csr_written = watch_stages;
			enter(&vcpus[n & 1][0]);
			assert_int_equal(atp_writes[1], n < 2 ? 1 : 2); /* vsatp is 0 at reset */
			fake_csr_written = NULL;
			run(n);
			fake_csr_written = watch_stages;
			leave(&vcpus[n & 1][0]);
			assert_int_equal(atp_writes[0], n < 2 ? 3 : 2);
		}
	}
}

/* ---- FP and vector registers ---- */

static u64 ever_open;

static void watch_fields(u32 csr, u64 value)
{
	ever_open |= csr == CSR_SSTATUS ? value & (SSTATUS_FS | SSTATUS_VS) : 0;
}

static void registers_that_some_hart_lacks_are_never_opened(void **state UNUSED)
{
	for (u32 k = 0; k < KINDS; k++)
		for (u32 hart = 0; hart < HARTS; hart++) {
			begin(&kinds[k]);
			assert_int_equal(host_features.vlenb != 0, kind->v);
			ever_open = 0;
			fake_csr_written = watch_fields;
			for (u32 n = 0; n < 4; n++) {
				enter(&vcpus[n & 1][hart]);
				leave(&vcpus[n & 1][hart]);
			}
			same("FS, whenever,", ever_open & SSTATUS_FS, kind->fp ? SSTATUS_FS : 0);
			same("VS, whenever,", ever_open & SSTATUS_VS, kind->v ? SSTATUS_VS : 0);
		}
}

static void after_one_run(u64 fs, u64 vs)
{
	struct vcpu *a = &vcpus[0][0], *b = &vcpus[1][0];
	struct state before, changed, is;

	enter(a);
	before = run(4);
	leave(a);
	enter(a);
	change_fp(5);
	change_vectors(5);
	set_field(CSR_SSTATUS, SSTATUS_FS | SSTATUS_VS, FS(fs) | VS(vs));
	changed = look();
	leave(a);
	enter(b);
	run(6);
	leave(b);
	enter(a);
	is = look();
	expect_fp(&is, fs == XS_DIRTY ? &changed : &before);
	expect_vectors(&is, vs == XS_DIRTY ? &changed : &before);
}

/* A change without the field's saying so cannot be: it shows whether they were looked at. */
static void registers_are_stored_when_their_field_says_dirty_and_only_then(void **state UNUSED)
{
	for (u64 fs = XS_INITIAL; fs <= XS_DIRTY; fs++)
		for (u64 vs = XS_INITIAL; vs <= XS_DIRTY; vs++) {
			begin(EVERYTHING);
			after_one_run(fs, vs);
		}
}

/* ---- what others ask of it ---- */

static void quiet(struct vcpu *v)
{
	begin(EVERYTHING);
	enter(v);
	csr_write(CSR_VSIE, 0x222);
	leave(v);
	fake_fences_clear();
}

static void expect_done(const struct vcpu *v, u32 bits)
{
	u32 vvma = bits & POST_SFENCE_VMA ? 1 : 0, insn = bits & POST_FENCE_I ? 1 : 0;

	same("posted", v->arch->posted, 0);
	same("hvip", *reg(CSR_HVIP), bits & POST_IPI ? VSSIP : 0);
	same("HFENCE.VVMA here", fake_fence_count(HFENCE_VVMA, v->home), vvma);
	same("FENCE.I here", fake_fence_count(FENCE_I, v->home), insn);
	same("fences", fake_nr_fences, vvma + insn);
	for (u32 i = 0; i < fake_nr_fences; i++)
		same("hgatp then", fake_fences[i].hgatp, *reg(CSR_HGATP));
	assert_int_not_equal(*reg(CSR_HGATP), 0);
}

/* Posted while it was put, or while it was loaded. */
static void what_was_posted_is_done_once_at_load_or_when_it_looks(void **state UNUSED)
{
	for (u32 n = 0; n < 16; n++) {
		struct vcpu *v = &vcpus[n & 1][1];
		u32 bits = n >> 1;

		for (u32 loaded = 0; loaded < 2; loaded++) {
			quiet(v);
			if (loaded)
				enter(v);
			v->arch->posted = bits;
			loaded ? vcpu_sync_irqs(v) : enter(v);
			expect_done(v, bits);
			fake_fences_clear();
			csr_clear(CSR_HVIP, VSSIP); /* the guest took it */
			vcpu_sync_irqs(v);
			expect_done(v, 0);
			leave(v);
			enter(v);
			expect_done(v, 0);
		}
	}
}

static void an_interrupt_that_the_guest_did_not_take_is_still_there_at_the_next_load(void **state UNUSED)
{
	struct vcpu *v = &vcpus[0][1];

	quiet(v);
	v->arch->posted = POST_IPI;
	enter(v);
	leave(v);
	enter(&vcpus[1][1]);
	same("VSSIP of another", *reg(CSR_HVIP), 0);
	leave(&vcpus[1][1]);
	fake_fences_clear();
	enter(v);
	expect_done(v, POST_IPI);
}

/* ---- reset ---- */

/* It ran, has interrupts and a deadline pending, and others want things of it. */
static void live(struct vcpu *v, u64 seed)
{
	enter(v);
	run(seed);
	csr_set(CSR_HVIP, VSSIP);
	vtimer_set(v->arch, 0);
	leave(v);
	memset(v->arch->x, 0xa5, sizeof(v->arch->x));
	v->arch->posted = POST_IPI | POST_FENCE_I;
	v->arch->fwft_locked = 1;
}

static void expect_reset(struct vcpu *v, u64 entry, u64 arg)
{
	struct state want = reset_state(entry);
	u64 vsie = v->arch->vsie;

	for (u32 i = 0; i < 32; i++)
		same("an x register", v->arch->x[i], i == 10 ? v->index : i == 11 ? arg : 0);
	same("posted", v->arch->posted, POST_SFENCE_VMA | POST_FENCE_I);
	same("fwft_locked", v->arch->fwft_locked, 0);
	same("vtimer_pending()", vtimer_pending(v->arch), false);
	v->arch->vsie = 0x222;
	same("vcpu_has_irq()", vcpu_has_irq(v), false);
	v->arch->vsie = vsie;
	fake_fences_clear();
	enter(v);
	expect_state(&want);
	expect_done(v, POST_SFENCE_VMA | POST_FENCE_I);
	leave(v);
}

static void a_reset_vcpu_has_the_reset_values_whatever_was_before(void **state UNUSED)
{
	for (u32 k = 0; k < KINDS; k++)
		for (u32 n = 0; n < 8; n++) {
			struct vcpu *v = &vcpus[n & 1][n >> 1 & 1];

			begin(&kinds[k]);
			live(v, n);
			vcpu_arch_reset(v, GPA(0x84000000), ARG + n);
			expect_reset(v, 0x84000000, ARG + n);
		}
}

/* ---- pending interrupts ---- */

#define SOURCE 5u /* an identity, too */

static void drive_plic(struct vcpu *v, bool on)
{
	struct vplic *p = &v->vm->arch->vintc.plic;

	vplic_reset(p);
	vplic_ops.write(p, v, 4 * SOURCE, 4, 1);
	vplic_ops.write(p, v, 0x2000 + 0x80 * VPLIC_CONTEXT(v->index), 4, 1u << SOURCE);
	virq_set(v->vm, SOURCE, on);
}

static void drive_imsic(struct vcpu *v, bool on)
{
	struct vimsic *f = &v->arch->vintc.imsic;
	u64 old;

	vimsic_reset(f);
	assert_int_equal(vimsic_reg(f, EIDELIVERY, ~0ULL, 1, &old), OK);
	assert_int_equal(vimsic_reg(f, EIE0, ~0ULL, 1u << SOURCE, &old), OK);
	if (on)
		vimsic_send(v->vm, v->index, SOURCE);
}

static void drive_file(struct vcpu *v, bool on)
{
	u64 *file = fake_harts[v->home].file[1];

	memset(file, 0, sizeof(fake_harts[0].file[1]));
	file[EIDELIVERY] = 1;
	file[EIE0] = 1u << SOURCE;
	if (on)
		fake_hart_msi(v->home, 1, SOURCE);
}

static const struct {
	const struct kind *kind;
	u32 vm, file;
	void (*drive)(struct vcpu *v, bool on);
} controllers[] = {
	{WITHOUT_AIA, 0, 0, drive_plic}, {EVERYTHING, 0, 0, drive_imsic}, {EVERYTHING, 1, 1, drive_file}};

enum source { IPI = 1, HVIP_SSI = 2, HVIP_STI = 4, TIMER = 8, EXTERNAL = 16, SOURCES = 32 };

static void make_pending(struct vcpu *v, u32 sources)
{
	v->arch->posted = sources & IPI ? POST_IPI | POST_FENCE_I : POST_FENCE_I;
	v->arch->hvip = (sources & HVIP_SSI ? VSSIP : 0) | (sources & HVIP_STI ? VSTIP : 0);
	v->arch->vtimer.deadline = guest_clock_now(&v->vm->arch->clock) + (sources & TIMER ? 0 : 1);
}

static bool wakes(u32 sources, u64 vsie)
{
	return (sources & (IPI | HVIP_SSI) && vsie & IRQ_BIT(IRQ_SSI)) ||
	       (sources & (HVIP_STI | TIMER) && vsie & IRQ_BIT(IRQ_STI)) ||
	       (sources & EXTERNAL && vsie & IRQ_BIT(IRQ_SEI));
}

static void a_vcpu_has_an_interrupt_when_one_that_it_enabled_is_pending(void **state UNUSED)
{
	for (u32 c = 0; c < ARRAY_SIZE(controllers); c++) {
		struct vcpu *v = &vcpus[controllers[c].vm][1];

		begin(controllers[c].kind);
		enter(v);
		leave(v);
		same("the guest file", v->arch->vintc.file, controllers[c].file);
		for (u32 sources = 0; sources < SOURCES; sources++)
			for (u32 n = 0; n < 8; n++) {
				u64 vsie = (n & 1) << IRQ_SSI | (n >> 1 & 1) << IRQ_STI |
					   (u64)(n >> 2 & 1) << IRQ_SEI;

				controllers[c].drive(v, sources & EXTERNAL);
				make_pending(v, sources);
				v->arch->vsie = vsie;
				if (vcpu_has_irq(v) != wakes(sources, vsie))
					fail_msg("controller %u, sources %x, vsie %llx", c, sources,
						 (unsigned long long)vsie);
			}
		all_is_well();
	}
}

/* ---- hstatus ---- */

static void waiting_traps_unless_the_cpu_is_its_own_and_the_file_is_named(void **state UNUSED)
{
	static const struct {
		enum vm_policy policy;
		const struct kind *kind;
		u64 want;
	} rows[] = {
		{POLICY_SHARED, EVERYTHING, HSTATUS_VTW},
		{POLICY_REALTIME, EVERYTHING, HSTATUS_VTW},
		{POLICY_CYCLIC, EVERYTHING, HSTATUS_VTW},
		{POLICY_PINNED, EVERYTHING, 1 << HSTATUS_VGEIN_SHIFT},
		{POLICY_SHARED, WITHOUT_AIA, HSTATUS_VTW},
		{POLICY_PINNED, WITHOUT_AIA, 0},
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(rows[i].kind);
		make_vm(0, rows[i].policy);
		for (u32 n = 0; n < 3; n++) {
			enter(&vcpus[0][1]);
			same("hstatus", *reg(CSR_HSTATUS) & ~(u64)HSTATUS_SPVP,
			     rows[i].want | HSTATUS_SPV | HSTATUS_VSXL_64);
			run(n);
			leave(&vcpus[0][1]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vcpu_finds_all_its_registers_as_it_left_them_and_none_of_another),
		cmocka_unit_test(vcpus_of_one_vm_on_two_harts_do_not_mix),
		cmocka_unit_test(nothing_of_a_guest_is_in_force_after_it_was_put),
		cmocka_unit_test(vsatp_is_bare_whenever_hgatp_changes),
		cmocka_unit_test(registers_that_some_hart_lacks_are_never_opened),
		cmocka_unit_test(registers_are_stored_when_their_field_says_dirty_and_only_then),
		cmocka_unit_test(what_was_posted_is_done_once_at_load_or_when_it_looks),
		cmocka_unit_test(an_interrupt_that_the_guest_did_not_take_is_still_there_at_the_next_load),
		cmocka_unit_test(a_reset_vcpu_has_the_reset_values_whatever_was_before),
		cmocka_unit_test(a_vcpu_has_an_interrupt_when_one_that_it_enabled_is_pending),
		cmocka_unit_test(waiting_traps_unless_the_cpu_is_its_own_and_the_file_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
