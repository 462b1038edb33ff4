/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exits: entry.S -> one of exit_*() here -> a handler by cause. What only ends a guest goes to vm_fault() with a dump;
 * nothing a guest does reaches panic().
 */
#include "arch/riscv/exit.h"
#include "arch/riscv/cpu_arch.h"
#include "arch/riscv/irq.h"
#include "core/cpu.h"
#include "core/log.h"
#include "hal/vcpu.h"

/* Causes that were delegated never come, and the others have a handler: should a hart think otherwise, the guest gets it. */
static COLD void exit_unhandled(struct vcpu_arch *a, u64 scause)
{
	exit_note(a, EXIT_FAULT, scause);
	log_warn("%s: unhandled exit, %s (scause %llx): the guest gets an illegal instruction",
		 a->core->vm->plan->name, exit_cause_name(scause), (unsigned long long)scause);
	vcpu_dump(a->core);
	inject_exception(EXC_ILLEGAL, 0);
}

/* Of the guest's own access or fetch: it is the guest's (21.6, hardware error). */
static COLD void exit_hardware_error(struct vcpu_arch *a, u64 scause)
{
	exit_note(a, EXIT_ERROR, scause);
	log_warn("%s: vCPU %u caused a hardware error at %llx: delivered to it", a->core->vm->plan->name,
		 a->core->index, (unsigned long long)csr_read(CSR_STVAL));
	inject_exception(EXC_HARDWARE_ERROR, csr_read(CSR_STVAL));
}

struct exit_cause {
	void (*handle)(struct vcpu_arch *a, u64 scause);
	const char *name;
};

static const struct exit_cause causes[24] = {
	[EXC_INSN_MISALIGNED] = {NULL, "instruction address misaligned"},
	[EXC_INSN_ACCESS] = {NULL, "instruction access fault"},
	[EXC_ILLEGAL] = {NULL, "illegal instruction"},
	[EXC_BREAKPOINT] = {NULL, "breakpoint"},
	[EXC_LOAD_MISALIGNED] = {NULL, "load address misaligned"},
	[EXC_LOAD_ACCESS] = {NULL, "load access fault"},
	[EXC_STORE_MISALIGNED] = {NULL, "store address misaligned"},
	[EXC_STORE_ACCESS] = {NULL, "store access fault"},
	[EXC_ECALL_U] = {NULL, "ECALL from U-mode"},
	[EXC_ECALL_VS] = {NULL, "ECALL from VS-mode"}, /* entry.S calls exit_ecall() */
	[EXC_INSN_PAGE] = {NULL, "instruction page fault"},
	[EXC_LOAD_PAGE] = {NULL, "load page fault"},
	[EXC_STORE_PAGE] = {NULL, "store page fault"},
	[EXC_SOFTWARE_CHECK] = {NULL, "software check"},
	[EXC_HARDWARE_ERROR] = {exit_hardware_error, "hardware error"},
	[EXC_INSN_GUEST_PAGE] = {exit_guest_page_fault, "instruction guest-page fault"},
	[EXC_LOAD_GUEST_PAGE] = {exit_guest_page_fault, "load guest-page fault"},
	[EXC_VIRTUAL_INSN] = {exit_virtual_insn, "virtual instruction"},
	[EXC_STORE_GUEST_PAGE] = {exit_guest_page_fault, "store guest-page fault"},
};

const char *exit_cause_name(u64 scause)
{
	if (scause & SCAUSE_IRQ)
		return "interrupt";
	return scause < ARRAY_SIZE(causes) && causes[scause].name ? causes[scause].name : "reserved";
}

static COLD void ecall_traced(struct vcpu_arch *a)
{
	trace_put(a->core, EXIT_HYPERCALL, a->x[17]);
	vsbi_call(a);
}

void exit_ecall(struct vcpu_arch *a)
{
	a->core->exits[EXIT_HYPERCALL]++;
	exit_skip(4);
	if (unlikely(trace_wanted()))
		ecall_traced(a);
	else
		vsbi_call(a);
}

void exit_sync(struct vcpu_arch *a, u64 scause)
{
	a->scause_exit = scause;
	a->stval_exit = csr_read(CSR_STVAL);
	if (likely(scause < ARRAY_SIZE(causes) && causes[scause].handle))
		causes[scause].handle(a, scause);
	else
		exit_unhandled(a, scause);
}

void exit_irq(struct vcpu_arch *a, u64 scause)
{
	a->core->exits[EXIT_IRQ]++;
	irq_handle(scause & ~SCAUSE_IRQ);
}

/* ---- fetching what trapped ---- */

/*
 * The fetch's own fault is the guest's affair: a page fault or access fault is injected, since the instruction that trapped a
 * moment ago would now fault. A guest page fault means that the second stage changes: the guest tries again.
 */
static bool fetch16(u64 va, u64 *half)
{
	u64 cause;

	if (guest_fetch16(va, half, &cause))
		return true;
	if (cause == EXC_LOAD_PAGE || cause == EXC_INSN_PAGE)
		inject_exception(EXC_INSN_PAGE, va);
	else if (cause == EXC_LOAD_ACCESS || cause == EXC_INSN_ACCESS)
		inject_exception(EXC_INSN_ACCESS, va);
	return false;
}

bool exit_fetch(struct vcpu_arch *a UNUSED, u32 *insn, u32 *length)
{
	u64 pc = csr_read(CSR_SEPC), low, high = 0;

	if (!fetch16(pc, &low))
		return false;
	*length = (low & 3) == 3 ? 4 : 2;
	if (*length == 4 && !fetch16(pc + 2, &high))
		return false;
	*insn = (u32)(low & 0xffff) | (u32)(high & 0xffff) << 16;
	return true;
}

/* ---- reports ---- */

static const char *const reg_names[32] = {"",   "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
					  "a1", "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
					  "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

static void dump_regs(const u64 *x)
{
	for (u32 i = 1; i < 31; i += 3)
		log_error("  %-3s %016llx  %-3s %016llx  %-3s %016llx", reg_names[i],
			  (unsigned long long)x[i], reg_names[i + 1], (unsigned long long)x[i + 1],
			  reg_names[i + 2], (unsigned long long)x[i + 2]);
	log_error("  t6  %016llx", (unsigned long long)x[31]);
}

u64 vcpu_pc(const struct vcpu *vcpu)
{
	return this_cpu()->current == vcpu ? csr_read(CSR_SEPC) : vcpu->arch->pc;
}

void vcpu_dump(struct vcpu *vcpu)
{
	const struct vcpu_arch *a = vcpu->arch;
	bool loaded = this_cpu()->current == vcpu;

	log_error("vCPU %s/%u: pc %016llx %s-mode", vcpu->vm->plan->name, vcpu->index,
		  (unsigned long long)vcpu_pc(vcpu),
		  (loaded ? csr_read(CSR_SSTATUS) : a->sstatus) & SSTATUS_SPP ? "VS" : "VU");
	dump_regs(a->x);
	if (loaded)
		log_error("  vsstatus %016llx vsatp %016llx vscause %llx vsepc %016llx vstval %016llx",
			  (unsigned long long)csr_read(CSR_VSSTATUS), (unsigned long long)csr_read(CSR_VSATP),
			  (unsigned long long)csr_read(CSR_VSCAUSE), (unsigned long long)csr_read(CSR_VSEPC),
			  (unsigned long long)csr_read(CSR_VSTVAL));
	log_error("  last exit: %s, scause %llx stval %016llx guest physical %012llx",
		  exit_cause_name(a->scause_exit), (unsigned long long)a->scause_exit,
		  (unsigned long long)a->stval_exit, (unsigned long long)a->gpa_exit);
	trace_dump(this_cpu()->index);
}

void exit_from_host(const u64 *frame)
{
	struct cpu_arch *cpu = this_cpu_arch();
	u64 cause = csr_read(CSR_SCAUSE);

	if (cpu->dump_busy++)
		cpu_panic_stop();
	log_error("trap inside the hypervisor on CPU %u: %s", cpu->core ? cpu->core->index : 0,
		  exit_cause_name(cause));
	log_error("  scause %llx sepc %016llx stval %016llx sstatus %llx", (unsigned long long)cause,
		  (unsigned long long)csr_read(CSR_SEPC), (unsigned long long)csr_read(CSR_STVAL),
		  (unsigned long long)csr_read(CSR_SSTATUS));
	dump_regs(frame);
	panic("stopped by a trap inside the hypervisor");
}
