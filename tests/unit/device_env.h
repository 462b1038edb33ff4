/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of emulated devices share: a VM with an MMIO table and interrupt lines that are recorded. */
#ifndef TESTS_DEVICE_ENV_H
#define TESTS_DEVICE_ENV_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/cpu.h"
#include "core/mmio.h"
#include "core/vm.h"
#include "hal/fake/fake.h"
#include "hal/vcpu.h"

#define DEV_BASE 0x09000000ull

static struct mmio_map dev_map;
static struct vm dev_vm = {.mmio = &dev_map};
static struct vcpu dev_vcpu = {.vm = &dev_vm};
static bool line[16];
static u32 line_changes;

struct vm *vms = &dev_vm;
u32 nr_vms = 1;

void virq_set(struct vm *vm, u32 irq, bool level)
{
	assert_ptr_equal(vm, &dev_vm);
	assert_true(irq < ARRAY_SIZE(line));
	assert_true(line[irq] != level); /* devices tell changes only */
	line[irq] = level;
	line_changes++;
}

static inline u64 rd_size(u64 off, u8 size)
{
	struct mmio_access a = {.addr = GPA(DEV_BASE + off), .size = size};

	assert_int_equal(mmio_dispatch(&dev_vcpu, &a), OK);
	return a.value;
}

static inline void wr_size(u64 off, u8 size, u64 value)
{
	struct mmio_access a = {.addr = GPA(DEV_BASE + off), .size = size, .write = true, .value = value};

	assert_int_equal(mmio_dispatch(&dev_vcpu, &a), OK);
}

static inline u32 rd(u64 off)
{
	return (u32)rd_size(off, 4);
}

static inline void wr(u64 off, u32 value)
{
	wr_size(off, 4, value);
}

static inline void env_reset(void)
{
	fake_reset();
	memset(&dev_map, 0, sizeof(dev_map));
	memset(line, 0, sizeof(line));
	line_changes = 0;
}

#endif
