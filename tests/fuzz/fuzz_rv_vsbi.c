/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SBI of a VM of up to 64 vCPUs against any calls of theirs: extension, function and six arguments a step, in few bytes. An answer
 * is an SBI error or what the call resumes with, other registers are preserved, and nobody but the VM's harts is touched.
 */
/* SOURCES: arch/riscv/vsbi.c arch/riscv/vsbi_base.c arch/riscv/vsbi_dbcn.c arch/riscv/vsbi_fwft.c arch/riscv/vsbi_hsm.c arch/riscv/vsbi_ipi.c arch/riscv/vsbi_legacy.c arch/riscv/vsbi_pmu.c arch/riscv/vsbi_rfence.c arch/riscv/vsbi_srst.c arch/riscv/vsbi_susp.c arch/riscv/vsbi_time.c arch/riscv/vtimer.c arch/riscv/sbi.c core/timer.c tests/unit/fake_hart.c hal/fake/fake.c hal/fake/fake_cpu.c hal/fake/fake_log.c */
#include <stdlib.h>

#define CHECK(x) ((x) ? (void)0 : abort())

#include "arch/riscv/feature.h"
#include "arch/riscv/vsbi.h"
#include "core/platform.h"
#include "tests/unit/rv_env.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

struct host_features host_features;

u32 platform_debug_write(struct vm *vm, const u8 *text, u32 n)
{
	volatile u8 last = 0;

	CHECK(vm == &guest && n <= 64);
	for (u32 i = 0; i < n; i++)
		last = text[i];
	(void)last;
	return n / 2;
}

u32 platform_debug_read(struct vm *vm, u8 *buf, u32 n)
{
	CHECK(vm == &guest && n <= 64);
	memset(buf, 'r', n - n / 3);
	return n - n / 3;
}

static bool load_mask(u64 va, u32 size, u64 *value, u64 *cause UNUSED)
{
	CHECK(size == 8 && va % 8 == 0);
	*value = va * 0x9e3779b97f4a7c15ULL;
	return va & 8;
}

/* A byte chooses one of the values that code compares with, or how the byte after it is spread. */
static u64 argument(u8 how, u8 byte)
{
	static const u64 values[] = {
		0,   1,          2,          63,         64,         UINT64_MAX,     RAM,  RAM + MEM_SIZE - 1,
		ROM, 1ULL << 63, UINT32_MAX, 0x80000000, 1ULL << 32, RAM + MEM_SIZE, 4096, 0x3f};

	return how < 128 ? values[how % ARRAY_SIZE(values)] : (u64)byte << (how & 63);
}

static void step(const u8 *p)
{
	static const u64 ext[] = {SBI_EXT_BASE,
				  SBI_EXT_TIME,
				  SBI_EXT_IPI,
				  SBI_EXT_RFENCE,
				  SBI_EXT_HSM,
				  SBI_EXT_SRST,
				  SBI_EXT_DBCN,
				  SBI_EXT_SUSP,
				  SBI_EXT_FWFT,
				  SBI_EXT_PMU,
				  0,
				  1,
				  2,
				  3,
				  4,
				  5,
				  6,
				  7,
				  8,
				  9};
	u64 *x, before[32];

	fake_hart_on(p[0] % guest.nr_vcpus);
	x = me()->x;
	x[A7] = ext[p[1] % ARRAY_SIZE(ext)];
	x[A6] = p[2] & 0x80 ? argument(p[2], p[1]) : p[2] % 8;
	for (u32 i = 0; i < 5; i++)
		x[A0 + i] = argument(p[3 + i], p[8 + i]);
	memcpy(before, x, sizeof(before));
	fake_fences_clear();
	vsbi_call(me());
	for (u32 i = 0; i < 32; i++)
		CHECK(i == A0 || i == A1 || x[i] == before[i]);
	CHECK(before[A7] > 0xf ? (s64)x[A0] >= SBI_ERR_DENIED_LOCKED && (s64)x[A0] < 64
			       : x[A1] == before[A1]);
	for (u32 i = 0; i < fake_nr_fences; i++)
		CHECK(fake_fences[i].hart < guest.nr_vcpus);
	CHECK(!fake_violations);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const u8 nr[] = {1, 2, 3, 4, 7, 64, 2, 3};

	if (!size)
		return 0;
	env(nr[data[0] % ARRAY_SIZE(nr)]);
	host_features.henvcfg = data[0] & 0x80 ? 0 : 1ULL << ENVCFG_STCE_SHIFT;
	fake_guest_load = load_mask;
	for (u32 i = 0; i < guest.nr_vcpus; i++) {
		vtimer_init(&guest_vcpus[i]);
		vtimer_reset(&guest_vcpus[i]);
		if (data[0] & 0x40 && i & 1)
			cpus[i].current = NULL;
	}
	for (size_t at = 1; at + 13 <= size; at += 13)
		if (cpus[data[at] % guest.nr_vcpus].current)
			step(data + at);
	return 0;
}
