/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interrupt controllers of a riscv64 guest, PLIC, or APLIC with IMSIC files, against any accesses of its vCPUs, lines of its
 * devices and resets, in any order: eight bytes of input a step. What a controller says is pending it gives, once.
 */
/* SOURCES: arch/riscv/vplic.c arch/riscv/vaplic.c arch/riscv/vimsic.c hal/fake/fake.c hal/fake/fake_cpu.c */
#include <stdlib.h>
#include <string.h>

#include "arch/riscv/vaplic.h"
#include "arch/riscv/vimsic.h"
#include "arch/riscv/vplic.h"
#include "core/mmio.h"
#include "core/vm.h"
#include "hal/fake/fake.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define VCPUS 5

static struct vm vm;
static struct vcpu vcpus[VCPUS];
static struct vimsic files[VCPUS];
static struct vplic plic;
static struct vaplic aplic;

static void check(bool good)
{
	if (!good)
		abort();
}

void vcpu_wake(struct vcpu *vcpu)
{
	check(vcpu >= vcpus && vcpu < vcpus + VCPUS);
}

struct vimsic *vimsic_of(const struct vm *v, u32 vcpu)
{
	check(v == &vm && vcpu < VCPUS);
	return &files[vcpu];
}

/* As the exit path does: sizes and alignments that the device takes, inside the region. */
static u64 access(const struct mmio_ops *ops, void *dev, u64 region, const u8 *p, u32 off)
{
	struct vcpu *vcpu = &vcpus[p[1] % VCPUS];
	u32 size = 1u << (p[1] >> 6), value;

	memcpy(&value, p + 4, sizeof(value));
	off = off / size * size;
	if (!(ops->sizes & size) || off + size > region)
		return 0;
	if (p[0] & 0x80)
		ops->write(dev, vcpu, off, size, value);
	else
		return ops->read(dev, vcpu, off, size);
	return 0;
}

/* Registers lie far apart: often one of the places where they are. */
static u32 plic_offset(u32 n)
{
	switch (n >> 14) {
	case 0:
		return n & 0x1ff;
	case 1:
		return 0x1000 + (n & 0x1f);
	case 2:
		return 0x2000 + (n & 0x7ff);
	default:
		return 0x200000 + (n >> 3 & 0xf) * 0x1000 + (n & 7);
	}
}

static void claims(u32 i)
{
	u64 claim = 0x200000 + 0x1000 * VPLIC_CONTEXT(i) + 4, irq;

	if (!vplic_pending(&plic, i))
		return;
	irq = vplic_ops.read(&plic, &vcpus[i], claim, 4);
	check(irq && irq < VPLIC_SOURCES);
	check(vplic_ops.read(&plic, &vcpus[i], claim, 4) != irq);
	vplic_ops.write(&plic, &vcpus[i], claim, 4, irq);
}

static void plic_step(const u8 *p)
{
	u32 n = p[2] | (u32)p[3] << 8;

	switch (p[0] & 7) {
	case 0:
		vplic_line(&plic, p[2] % VPLIC_SOURCES, p[3] & 1);
		break;
	case 1:
		claims(p[1] % VCPUS);
		break;
	case 2:
		if (p[1] == 0xff)
			vplic_reset(&plic);
		break;
	default:
		(void)access(&vplic_ops, &plic, VPLIC_SIZE, p, p[0] & 8 ? n << 6 : plic_offset(n));
	}
}

static void own_registers(const u8 *p)
{
	struct vimsic *f = &files[p[1] % VCPUS];
	u64 mask, old;
	u32 top;

	memcpy(&mask, p, sizeof(mask));
	if (p[0] & 8) {
		top = vimsic_topei(f);
		check(!top == !vimsic_pending(f) || !f->s.delivery);
		check(vimsic_claim(f) == top);
		check(!top || vimsic_topei(f) != top);
	} else if (vimsic_reg(f, p[2], mask, mask * 0x9e3779b97f4a7c15ULL, &old) == OK) {
		check(vimsic_reg(f, p[2], 0, 0, &old) == OK);
	}
	check(!(f->s.eip[0] & 1) && !(f->s.eie[0] & 1));
}

static void aia_step(const u8 *p)
{
	u32 n = p[2] | (u32)p[3] << 8;

	switch (p[0] & 7) {
	case 0:
		vaplic_line(&aplic, 1 + p[2] % VAPLIC_SOURCES, p[3] & 1);
		break;
	case 1:
		own_registers(p);
		break;
	case 2:
		vimsic_send(&vm, p[1], n);
		break;
	case 3:
		(void)access(&vimsic_ops, &vm, VIMSIC_PAGE * VCPUS, p, n % (VIMSIC_PAGE * VCPUS));
		break;
	case 4:
		if (p[1] == 0xff)
			vaplic_reset(&aplic);
		else if (p[1] == 0xfe)
			vimsic_reset(&files[p[2] % VCPUS]);
		break;
	default:
		(void)access(&vaplic_ops, &aplic, VAPLIC_SIZE, p, n & (p[0] & 8 ? 0x7fff : 0x31ff));
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	memset(&plic, 0, sizeof(plic));
	memset(&aplic, 0, sizeof(aplic));
	memset(files, 0, sizeof(files));
	vm = (struct vm){.vcpus = vcpus, .nr_vcpus = VCPUS};
	for (u16 i = 0; i < VCPUS; i++)
		vcpus[i] = (struct vcpu){.vm = &vm, .index = i};
	vplic_init(&plic, &vm);
	vaplic_init(&aplic, &vm);
	if (!size)
		return 0;
	for (size_t at = 1; at + 8 <= size; at += 8)
		(data[0] & 1 ? aia_step : plic_step)(data + at);
	return 0;
}
