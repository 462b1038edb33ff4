/* SPDX-License-Identifier: Apache-2.0 */
/* The firmware below, by SBI (see sbi.h). Any hart, no locks; constant after boot. */
#include "arch/riscv/sbi.h"
#include "core/cpu.h"
#include "core/log.h"
#include "core/machine.h"
#include "hal/boot.h"
#include "hal/cpu.h"
#include "hal/vcpu.h"

#define BASE_GET_SPEC_VERSION 0
#define BASE_GET_IMPL_ID 1
#define BASE_GET_IMPL_VERSION 2
#define BASE_PROBE_EXTENSION 3
#define TIME_SET_TIMER 0
#define IPI_SEND 0
#define RFENCE_FENCE_I 0
#define RFENCE_SFENCE_VMA 1
#define RFENCE_HFENCE_GVMA_VMID 3
#define RFENCE_HFENCE_GVMA 4
#define RFENCE_HFENCE_VVMA_ASID 5
#define RFENCE_HFENCE_VVMA 6
#define HSM_START 0
#define SRST_RESET 0
#define SRST_SHUTDOWN 0
#define SRST_COLD_REBOOT 1

static u64 base_value(u32 fid, u64 arg)
{
	struct sbi_ret r = sbi_call(SBI_EXT_BASE, fid, arg, 0, 0, 0, 0);

	return r.error ? 0 : r.value;
}

BOOT_CODE enum err sbi_init(void)
{
	static const struct {
		u32 ext;
		const char *what;
	} needed[] = {{SBI_EXT_TIME, "TIME"},
		      {SBI_EXT_IPI, "IPI"},
		      {SBI_EXT_RFENCE, "RFENCE"},
		      {SBI_EXT_HSM, "HSM"}};
	u64 version = base_value(BASE_GET_SPEC_VERSION, 0);

	log_info("firmware: SBI %u.%u, implementation %llu version %llx", (u32)(version >> 24 & 0x7f),
		 (u32)(version & 0xffffff), (unsigned long long)base_value(BASE_GET_IMPL_ID, 0),
		 (unsigned long long)base_value(BASE_GET_IMPL_VERSION, 0));
	for (u32 i = 0; i < ARRAY_SIZE(needed); i++) {
		if (base_value(BASE_PROBE_EXTENSION, needed[i].ext))
			continue;
		log_error("firmware lacks the SBI extension %s; OpenSBI 1.0 and newer have it",
			  needed[i].what);
		return ERR_UNSUPPORTED;
	}
	return OK;
}

BOOT_CODE s64 sbi_hart_start(u64 hart, u64 entry, u64 arg)
{
	return sbi_call(SBI_EXT_HSM, HSM_START, hart, entry, arg, 0, 0).error;
}

void sbi_set_timer(u64 deadline)
{
	sbi_call(SBI_EXT_TIME, TIME_SET_TIMER, deadline, 0, 0, 0, 0);
}

void sbi_send_ipi(u64 hart)
{
	sbi_call(SBI_EXT_IPI, IPI_SEND, 1, hart, 0, 0, 0);
}

/* A fence that firmware refuses would leave translations behind: nothing may go on then. */
static void fence(u32 fid, struct hart_mask m, u64 start, u64 size, u64 id)
{
	s64 e = sbi_call(SBI_EXT_RFENCE, fid, m.mask, m.base, start, size ? size : UINT64_MAX, id).error;

	if (unlikely(e))
		panic("firmware refuses fence %u of harts %llx + %llu: %lld", fid, (unsigned long long)m.mask,
		      (unsigned long long)m.base, (long long)e);
}

void sbi_fence_i(struct hart_mask m)
{
	fence(RFENCE_FENCE_I, m, 0, 0, 0);
}

void sbi_sfence_vma(struct hart_mask m, u64 va, u64 size)
{
	fence(RFENCE_SFENCE_VMA, m, va, size, 0);
}

void sbi_hfence_gvma_vmid(struct hart_mask m, u64 gpa, u64 size, u64 vmid)
{
	fence(RFENCE_HFENCE_GVMA_VMID, m, gpa, size, vmid);
}

void sbi_hfence_gvma(struct hart_mask m, u64 gpa, u64 size)
{
	fence(RFENCE_HFENCE_GVMA, m, gpa, size, 0);
}

void sbi_hfence_vvma(struct hart_mask m, u64 va, u64 size)
{
	fence(RFENCE_HFENCE_VVMA, m, va, size, 0);
}

void sbi_hfence_vvma_asid(struct hart_mask m, u64 va, u64 size, u64 asid)
{
	fence(RFENCE_HFENCE_VVMA_ASID, m, va, size, asid);
}

/* False: CPU `cpu` does not fit into the mask with those that are in it. */
static bool add_cpu(struct hart_mask *m, u32 cpu)
{
	u64 hart = the_machine.cpus[cpu].hwid;

	if (!load_relaxed(&cpus[cpu].online) || &cpus[cpu] == this_cpu())
		return true;
	if (!m->mask)
		m->base = align_down(hart, 64);
	if (hart - m->base >= 64)
		return false;
	m->mask |= 1ULL << (hart - m->base);
	return true;
}

bool sbi_harts(bool (*wanted)(u32 cpu, const void *ctx), const void *ctx, u32 *next, struct hart_mask *m)
{
	m->mask = 0;
	for (; *next < nr_cpus; (*next)++)
		if (wanted(*next, ctx) && !add_cpu(m, *next))
			break;
	return m->mask != 0;
}

static bool any_cpu(u32 cpu UNUSED, const void *ctx UNUSED)
{
	return true;
}

bool sbi_others(u32 *next, struct hart_mask *m)
{
	return sbi_harts(any_cpu, NULL, next, m);
}

static NORETURN void system_reset(u32 type, const char *what)
{
	struct sbi_ret r = sbi_call(SBI_EXT_SRST, SRST_RESET, type, 0, 0, 0, 0);

	log_error("firmware does not %s: %lld", what, (long long)r.error);
	cpu_panic_stop();
}

void machine_poweroff(void)
{
	system_reset(SRST_SHUTDOWN, "turn the machine off");
}

void machine_reset(void)
{
	system_reset(SRST_COLD_REBOOT, "reset the machine");
}
