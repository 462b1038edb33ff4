/* SPDX-License-Identifier: Apache-2.0 */
/* A call of the modelled VM's vCPU and what became of it; the VM's UART is a buffer. */
#ifndef TESTS_UNIT_RV_VSBI_ENV_H
#define TESTS_UNIT_RV_VSBI_ENV_H

#include "arch/riscv/feature.h"
#include "arch/riscv/vsbi.h"
#include "core/platform.h"
#include "tests/unit/rv_env.h"

#define ALL UINT64_MAX
#define SSTC (1ULL << ENVCFG_STCE_SHIFT)
#define ADUE (1ULL << ENVCFG_ADUE_SHIFT)

struct host_features host_features;

/* ---- the VM's UART ---- */

static u8 printed[256];
static u32 nr_printed, room;

u32 platform_debug_write(struct vm *vm, const u8 *text, u32 n)
{
	assert_ptr_equal(vm, &guest);
	n = n < room ? n : room;
	assert_true(nr_printed + n <= sizeof(printed));
	memcpy(printed + nr_printed, text, n);
	nr_printed += n;
	room -= n;
	return n;
}

static const char *typed;

u32 platform_debug_read(struct vm *vm, u8 *buf, u32 n)
{
	u32 got = 0;

	assert_ptr_equal(vm, &guest);
	while (typed && *typed && got < n)
		buf[got++] = (u8)*typed++;
	return got;
}

/* ---- calls ---- */

static s64 error;
static u64 value;

static void sbi(u64 ext, u64 fid, u64 a0, u64 a1, u64 a2, u64 a3, u64 a4)
{
	u64 *x = me()->x, before[32];

	memcpy(&x[A0], (u64[]){a0, a1, a2, a3, a4, 0xa5, fid, ext}, 8 * sizeof(u64));
	memcpy(before, x, sizeof(before));
	vsbi_call(me());
	error = (s64)x[A0];
	value = x[A1];
	for (u32 i = 0; i < 32; i++) /* all else is preserved (chapter 3) */
		if (i != A0 && i != A1)
			assert_int_equal(x[i], before[i]);
	assert_int_equal(fake_violations, 0);
}

static void begin(u16 nr)
{
	env(nr);
	host_features = (struct host_features){.henvcfg = SSTC, .va_bits = 57};
	nr_printed = 0;
	typed = NULL;
	room = sizeof(printed);
	guest_arch.clock.offset = 1000;
	fake_cpu.now = 5000;
	for (u32 i = 0; i < nr; i++) {
		vtimer_init(&guest_vcpus[i]);
		vtimer_reset(&guest_vcpus[i]);
	}
}

#define EXPECT(err)                             \
	do {                                    \
		assert_int_equal(error, (err)); \
		assert_int_equal(value, 0);     \
	} while (0)

#endif
