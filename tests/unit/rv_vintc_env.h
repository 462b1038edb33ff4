/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM with one of the interrupt controllers of riscv64, vintc.c and vcpu.c around it, on the modelled harts. vCPU i lives alone
 * on CPU i, whose IMSIC has guest files where the VM is to have one.
 */
#ifndef TESTS_UNIT_RV_VINTC_ENV_H
#define TESTS_UNIT_RV_VINTC_ENV_H

#include "arch/riscv/feature.h"
#include "arch/riscv/fp.h"
#include "arch/riscv/gstage.h"
#include "arch/riscv/imsic_regs.h"
#include "core/mmio.h"
#include "hal/mem.h"
#include "tests/unit/rv_env.h"

/* Where the guest has its controllers, and where the machine has its IMSICs: a hart's S-level file, then guest files. */
#define DIST 0xc000000ULL
#define FILES 0x28000000ULL
#define IMSICS 0x24000000ULL
#define HART_FILES (8 * PAGE_SIZE)

#define VSEIP IRQ_BIT(IRQ_VSEI)
#define HVICTL_EXTERNAL (9 << 16)
#define EIE(id) (EIE0 + (id) / 64 * 2)
#define EIP(id) (EIP0 + (id) / 64 * 2)
#define BIT(id) (1ULL << (id) % 64)
#define TOP(id) ((u64)(id) << 16 | (id))
#define ALL UINT64_MAX

#define PLIC_PRIORITY(irq) ((irq) * 4u)
#define PLIC_ENABLE(vcpu, irq) (0x2000 + VPLIC_CONTEXT(vcpu) * 0x80 + (irq) / 32 * 4)
#define PLIC_CLAIM(vcpu) (0x200004 + VPLIC_CONTEXT(vcpu) * 0x1000)
#define APLIC_DOMAINCFG 0u
#define APLIC_SOURCECFG(irq) ((irq) * 4u)
#define APLIC_SETIE(word) (0x1e00 + (word) * 4)
#define APLIC_TARGET(irq) (0x3000 + (irq) * 4u)
#define LEVEL_HIGH 6

enum kind { PLIC, SOFTWARE, FILE_OF_HART };

static struct mmio_map map;
static bool aia;
static u32 pages[4][PAGE_SIZE / 4]; /* of each hart's first guest file, as stores to it are seen */
static bool cannot_map;

/* ---- around vcpu.c ---- */

struct host_features host_features;

bool feature_guest_aia(void)
{
	return aia;
}

/* The page of guest file 1, and no other. */
volatile void *host_map_io(hpa_t at, u64 size)
{
	u64 hart = (at.v - IMSICS) / HART_FILES;

	assert_int_equal(size, PAGE_SIZE);
	assert_true(at.v == IMSICS + hart * HART_FILES + PAGE_SIZE && hart < ARRAY_SIZE(pages));
	return cannot_map ? NULL : pages[hart];
}

void gstage_bind(struct vm_arch *vm UNUSED, hpa_t root UNUSED, u32 ipa_bits UNUSED)
{
}

void gstage_load(struct vm_arch *vm UNUSED, u32 vcpu_index UNUSED)
{
}

void gstage_put(void)
{
}

void fp_load(const struct fp_regs *fp UNUSED)
{
}

void fp_save(struct fp_regs *fp UNUSED, u64 sstatus UNUSED)
{
}

u64 fp_clean(void)
{
	return 0;
}

size_t vector_state_size(void)
{
	return 0;
}

void vector_reset(struct vector_regs *r UNUSED)
{
}

void vector_load(const struct vector_regs *r UNUSED)
{
}

void vector_save(struct vector_regs *r UNUSED, u64 sstatus UNUSED)
{
}

u64 vector_clean(void)
{
	return 0;
}

/* ---- a VM with one of the controllers ---- */

/* A machine on which nothing of what `kind` needs is missing; vCPU i lives alone on CPU i. */
static void machine(enum kind kind, u16 nr)
{
	struct machine_imsic *s = &the_machine.aia.imsic;

	env(nr);
	aia = kind != PLIC;
	cannot_map = false;
	memset(pages, 0, sizeof(pages));
	host_features = (struct host_features){.henvcfg = 1ULL << ENVCFG_STCE_SHIFT, .guest_files = 5};
	if (aia)
		isa_add(&host_features.isa, EXT_SSAIA);
	*s = (struct machine_imsic){.nr_ids = 255, .nr_guest_ids = 255, .nr_guest_files = 7};
	plan = (struct vm_plan){.name = "guest", .nr_vcpus = nr};
	plan.policy = kind == FILE_OF_HART ? POLICY_PINNED : POLICY_SHARED;
	plan.layout.intc_dist = GPA(DIST);
	plan.layout.intc_cpu = GPA(FILES);
	for (u16 i = 0; i < nr; i++) {
		fake_harts[i].has.aia = aia;
		s->file[i] = HPA(IMSICS + i * HART_FILES);
		plan.cpus[i] = i;
	}
	memset(&map, 0, sizeof(map));
	guest.mmio = &map;
}

static void boot(void)
{
	vm_arch_claim(&plan);
	assert_int_equal(vm_arch_init(&guest), OK);
	assert_int_equal(vm_arch_map(&guest, &map), OK);
	vm_arch_reset(&guest);
	for (u16 i = 0; i < guest.nr_vcpus; i++) {
		vcpu_arch_init(&guest_vcpus[i]);
		vcpu_arch_reset(&guest_vcpus[i], GPA(RAM), 0);
		cpus[i].vcpus = &guest_vcpus[i];
		cpus[i].current = NULL;
	}
}

static void begin(enum kind kind, u16 nr)
{
	machine(kind, nr);
	boot();
}

static void load(u32 i)
{
	fake_hart_on(guest_vcpus[i].home);
	this_cpu()->current = &guest_vcpus[i];
	vcpu_load(&guest_vcpus[i]);
}

static void put(u32 i)
{
	fake_hart_on(guest_vcpus[i].home);
	vcpu_put(&guest_vcpus[i]);
	this_cpu()->current = NULL;
}

static int no_violation(void **state UNUSED)
{
	if (fake_violations)
		fail_msg("%s", fake_last_violation);
	return 0;
}

/* ---- what vCPUs do ---- */

static void store(u32 by, u64 gpa, u64 value)
{
	const struct mmio_region *r = mmio_region_of(&map, GPA(gpa));

	assert_non_null(r);
	mmio_write(r, &guest_vcpus[by], GPA(gpa), 4, value);
}

static u64 fetch(u32 by, u64 gpa)
{
	const struct mmio_region *r = mmio_region_of(&map, GPA(gpa));

	assert_non_null(r);
	return mmio_read(r, &guest_vcpus[by], GPA(gpa), 4);
}

/* The loaded vCPU's CSRRW of sireg, which traps; what it read. */
static u64 sireg(u64 select, u64 value)
{
	u64 old = ~0ULL;

	csr_write(CSR_VSISELECT, select);
	assert_true(vintc_csr(me(), CSR_SIREG, ALL, value, &old));
	return old;
}

static u64 stopei(u64 mask)
{
	u64 old = ~0ULL;

	assert_true(vintc_csr(me(), CSR_STOPEI, mask, 0, &old));
	return old;
}

/* The loaded vCPU's software file delivers `id`. */
static void wants(u32 id)
{
	sireg(EIDELIVERY, 1);
	sireg(EIE(id), BIT(id));
}

/* The same of a guest file, whose registers its vCPU reaches without an exit. */
static void hart_file_wants(u32 hart, u32 file, u32 id)
{
	fake_harts[hart].file[file][EIDELIVERY] = 1;
	fake_harts[hart].file[file][EIE(id)] |= BIT(id);
}

/* An MSI by the guest; stores to a guest file's page arrive in the file. */
static void msi(u32 to, u32 id)
{
	vimsic_send(&guest, to, id);
	if (guest_archs[to].vintc.imsic.hw) {
		assert_int_equal(pages[to][0], id);
		fake_hart_msi(guest_vcpus[to].home, 1, id);
	}
}

/* Is an external interrupt told of by hvip, and by hvictl where stopi needs that (AIA 1.0, 6.3.3)? */
static bool told(void)
{
	bool yes = *reg(CSR_HVIP) & VSEIP;

	if (aia)
		assert_int_equal(*reg(CSR_HVICTL), HVICTL_EXTERNAL | yes);
	return yes;
}

#endif
