/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ICH_* register access by index. A list register's number is part of the
 * instruction, hence the tables. Effects on the guest are synchronised by the
 * exception return; effects on direct reads by the exception entry.
 */
#include "arch/arm64/ich.h"
#include "arch/arm64/sysreg.h"

#define VTR_LISTREGS(v) BITS(v, 4, 0)
#define VTR_TDS BIT(19)
#define VTR_A3V BIT(21)
#define VTR_SEIS BIT(22)
#define VTR_IDBITS(v) BITS(v, 25, 23)
#define VTR_PREBITS(v) BITS(v, 28, 26)
#define VTR_PRIBITS(v) BITS(v, 31, 29)

struct ich_features ich_features = {.nr_lr = ICH_LR_MAX,
				    .priority_bits = 8,
				    .preempt_bits = 7,
				    .id_bits = 1,
				    .tdir = true,
				    .a3v = true,
				    .seis = false};

#define LIST_REGISTERS(X) \
	X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

u64 ich_lr_read(u32 n)
{
#define READ(i) \
	case i: \
		return read_sysreg(ICH_LR##i##_EL2);
	switch (n) {
		LIST_REGISTERS(READ)
	default:
		return 0;
	}
#undef READ
}

void ich_lr_write(u32 n, u64 lr)
{
#define WRITE(i)                                   \
	case i:                                    \
		write_sysreg(ICH_LR##i##_EL2, lr); \
		return;
	switch (n) {
		LIST_REGISTERS(WRITE)
	default:
		return;
	}
#undef WRITE
}

#define ACTIVE_PRIORITIES(X) X(0, 0) X(0, 1) X(0, 2) X(0, 3) X(1, 0) X(1, 1) X(1, 2) X(1, 3)

u32 ich_apr_read(u32 group, u32 n)
{
#define READ(g, i)          \
	case (g) * 4 + (i): \
		return (u32)read_sysreg(ICH_AP##g##R##i##_EL2);
	switch (group * 4 + n) {
		ACTIVE_PRIORITIES(READ)
	default:
		return 0;
	}
#undef READ
}

void ich_apr_write(u32 group, u32 n, u32 value)
{
#define WRITE(g, i)                                         \
	case (g) * 4 + (i):                                 \
		write_sysreg(ICH_AP##g##R##i##_EL2, value); \
		return;
	switch (group * 4 + n) {
		ACTIVE_PRIORITIES(WRITE)
	default:
		return;
	}
#undef WRITE
}

u64 ich_hcr_read(void)
{
	return read_sysreg(ICH_HCR_EL2);
}

void ich_hcr_write(u64 hcr)
{
	write_sysreg(ICH_HCR_EL2, hcr);
}

u64 ich_vmcr_read(void)
{
	return read_sysreg(ICH_VMCR_EL2);
}

void ich_vmcr_write(u64 vmcr)
{
	write_sysreg(ICH_VMCR_EL2, vmcr);
}

u32 ich_elrsr_read(void)
{
	isb(); /* an indirect read of LRs that were written just now */
	return (u32)read_sysreg(ICH_ELRSR_EL2);
}

void ich_sre_set(void)
{
	write_sysreg(ICC_SRE_EL1, 7);
}

static u8 least(u8 a, u64 b)
{
	return b < a ? (u8)b : a;
}

BOOT_CODE void ich_cpu_init(void)
{
	u64 vtr = read_sysreg(ICH_VTR_EL2);
	struct ich_features *f = &ich_features;
	u32 nr_lr = (u32)VTR_LISTREGS(vtr) + 1;

	f->nr_lr = least(f->nr_lr, nr_lr);
	f->priority_bits = least(f->priority_bits, VTR_PRIBITS(vtr) + 1);
	f->preempt_bits = least(f->preempt_bits, VTR_PREBITS(vtr) + 1);
	f->id_bits = least(f->id_bits, VTR_IDBITS(vtr));
	f->tdir = f->tdir && (vtr & VTR_TDS);
	f->a3v = f->a3v && (vtr & VTR_A3V);
	f->seis = f->seis || (vtr & VTR_SEIS);
	for (u32 n = 0; n < nr_lr && n < ICH_LR_MAX; n++)
		ich_lr_write(n, 0);
	for (u32 n = 0; n < 1u << (VTR_PREBITS(vtr) + 1 - 5); n++) {
		ich_apr_write(0, n, 0);
		ich_apr_write(1, n, 0);
	}
	isb();
}
