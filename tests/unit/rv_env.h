/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM on the modelled harts (fake_hart.h), as the files of arch/riscv that handle its exits see it: vCPU i has hart i for its
 * home. The core around them is replaced by records of what it was asked for: `core` below.
 */
#ifndef TESTS_UNIT_RV_ENV_H
#define TESTS_UNIT_RV_ENV_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifndef CHECK /* a fuzzer has its own */
#include <cmocka.h>
#define CHECK(x) assert_true(x)
#endif

#include "arch/riscv/exit.h"
#include "core/aspace.h"
#include "core/cpu.h"
#include "core/gmem.h"
#include "core/vm.h"
#include "hal/vcpu.h"
#include "tests/unit/fake_hart.h"

#define RAM 0x80000000ULL
#define ROM 0x20000000ULL       /* may be read and executed */
#define FILE_PAGE 0x28000000ULL /* a device of the host's that the guest has: to be read and written */
#define MEM_SIZE 0x10000ULL
#define ENV_VCPUS 64

static u8 ram[MEM_SIZE], rom[MEM_SIZE];
static struct vm_plan plan = {.name = "guest"};
static struct vm guest;
static struct vm_arch guest_arch;
static struct vcpu guest_vcpus[ENV_VCPUS];
static struct vcpu_arch guest_archs[ENV_VCPUS];

static struct {
	u32 blocked, yielded, off, posts;
	u64 woken;
	enum vm_event event;
	struct vcpu *on;
	gpa_t entry;
	u64 arg;
	enum err on_error;
} core;

u32 trace_on;

void trace_put(const struct vcpu *vcpu UNUSED, enum exit_reason reason UNUSED, u64 info UNUSED)
{
}

void vcpu_block(struct vcpu *vcpu)
{
	CHECK(vcpu == this_cpu()->current);
	core.blocked++;
}

void vcpu_yield(struct vcpu *vcpu)
{
	CHECK(vcpu == this_cpu()->current);
	core.yielded++;
}

void vcpu_wake(struct vcpu *vcpu)
{
	core.woken |= 1ULL << vcpu->index;
}

void vcpu_power_off(struct vcpu *vcpu)
{
	CHECK(vcpu == this_cpu()->current);
	core.off++;
}

enum err vcpu_power_on(struct vcpu *vcpu, gpa_t entry, u64 arg)
{
	core.on = vcpu;
	core.entry = entry;
	core.arg = arg;
	return core.on_error;
}

void vm_post(struct vm *vm, enum vm_event event)
{
	CHECK(vm == &guest);
	core.posts++;
	core.event = event;
}

/* ---- guest memory ---- */

static u8 *memory_at(u64 gpa, u64 size)
{
	if (range_inside(gpa, size, RAM, MEM_SIZE))
		return ram + (gpa - RAM);
	return range_inside(gpa, size, ROM, MEM_SIZE) ? rom + (gpa - ROM) : NULL;
}

bool aspace_is_mapped(const struct aspace *as UNUSED, gpa_t gpa, u32 rights)
{
	if (range_inside(gpa.v, 1, FILE_PAGE, PAGE_SIZE))
		return !(rights & PT_X);
	return memory_at(gpa.v, 1) && (!(rights & PT_W) || gpa.v >= RAM);
}

enum err aspace_translate(const struct aspace *as UNUSED, gpa_t gpa, u64 len, bool write, hpa_t *hpa,
			  u64 *chunk)
{
	u64 base = gpa.v >= RAM ? RAM : ROM;

	if (!len || !memory_at(gpa.v, 1) || (write && base == ROM))
		return ERR_RANGE;
	*hpa = HPA(gpa.v);
	*chunk = min_u64(len, base + MEM_SIZE - gpa.v);
	return OK;
}

enum err gmem_read(const struct aspace *as UNUSED, gpa_t gpa, void *buf, u64 len)
{
	const u8 *from = memory_at(gpa.v, len);

	if (!from)
		return ERR_RANGE;
	memcpy(buf, from, len);
	return OK;
}

enum err gmem_write(const struct aspace *as UNUSED, gpa_t gpa, const void *buf, u64 len)
{
	u8 *to = memory_at(gpa.v, len);

	if (!to || gpa.v < RAM)
		return ERR_RANGE;
	memcpy(to, buf, len);
	return OK;
}

enum err gmem_get(const struct aspace *as, gpa_t gpa, u32 size, u64 *value)
{
	*value = 0;
	return gpa.v % size ? ERR_INVAL : gmem_read(as, gpa, value, size);
}

/* ---- the VM ---- */

static UNUSED struct vcpu_arch *me(void)
{
	return this_cpu()->current->arch;
}

/* `nr` vCPUs, all powered, each loaded on its home; vCPU 0's hart runs. */
static UNUSED void env(u16 nr)
{
	fake_hart_reset(nr);
	memset(&core, 0, sizeof(core));
	memset(guest_archs, 0, sizeof(guest_archs));
	memset(&guest_arch, 0, sizeof(guest_arch));
	memset(ram, 0, sizeof(ram));
	memset(rom, 0, sizeof(rom));
	guest = (struct vm){.plan = &plan, .arch = &guest_arch, .vcpus = guest_vcpus, .nr_vcpus = nr};
	guest_arch.core = &guest;
	for (u16 i = 0; i < nr; i++) {
		guest_archs[i].core = &guest_vcpus[i];
		guest_vcpus[i] = (struct vcpu){
			.arch = &guest_archs[i], .vm = &guest, .index = i, .home = i, .power = VCPU_ON};
		cpus[i].current = &guest_vcpus[i];
		fake_harts[i].csr[CSR_SSTATUS] = SSTATUS_SPP | SSTATUS_UXL_64;
		fake_harts[i].csr[CSR_HSTATUS] = HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_VSXL_64;
	}
}

static UNUSED u64 *reg(u32 csr)
{
	return &fake_hart_here()->csr[csr];
}

/* The exception that the guest takes next, by its registers; then it runs in VS-mode at its vector. */
static UNUSED void expect_exception(u64 cause, u64 stval, u64 pc)
{
	CHECK(*reg(CSR_VSCAUSE) == (cause));
	CHECK(*reg(CSR_VSTVAL) == (stval));
	CHECK(*reg(CSR_VSEPC) == (pc));
	CHECK(*reg(CSR_SEPC) == (*reg(CSR_VSTVEC) & ~3ULL));
	CHECK(*reg(CSR_SSTATUS) & SSTATUS_SPP);
	CHECK(*reg(CSR_HSTATUS) & HSTATUS_SPVP);
}

#endif
