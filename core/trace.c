/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trace rings: each CPU writes its own and nobody else's, so there is no lock. A
 * reader checks after its copy that the writer has not come round meanwhile.
 */
#include "core/trace.h"

#include "core/log.h"
#include "core/pools.h"
#include "hal/cpu.h"
#include "hal/vcpu.h"
#include "core/cpu.h"

struct trace_ring {
	u32 next; /* entries ever written */
	struct trace_entry entry[TRACE_RECORDS];
} ALIGNED(128);

u32 trace_on;

static struct trace_ring *rings;
static u32 nr_rings;

size_t trace_size(u32 nr)
{
	return nr * sizeof(struct trace_ring);
}

BOOT_CODE void trace_init(u32 nr)
{
	rings = pool_alloc("trace", trace_size(nr), _Alignof(struct trace_ring));
	nr_rings = rings ? nr : 0;
}

void trace_put(const struct vcpu *vcpu, enum exit_reason reason, u64 info)
{
	if (vcpu->home >= nr_rings)
		return;
	struct trace_ring *ring = &rings[vcpu->home];
	struct trace_entry *e = &ring->entry[ring->next % TRACE_RECORDS];

	e->time = time_now();
	e->pc = vcpu_pc(vcpu);
	e->info = info;
	e->reason = (u16)reason;
	e->vm = vcpu->vm->index;
	e->vcpu = vcpu->index;
	e->valid = 1;
	store_release(&ring->next, ring->next + 1);
}

static u32 kept(u32 next)
{
	return next < TRACE_RECORDS ? next : TRACE_RECORDS;
}

bool trace_read(u32 cpu, u32 index, struct trace_entry *entry)
{
	if (cpu >= nr_rings)
		return false;
	const struct trace_ring *ring = &rings[cpu];
	u32 next = load_acquire(&ring->next);
	u32 at = next - kept(next) + index;

	if (index >= kept(next))
		return false;
	*entry = ring->entry[at % TRACE_RECORDS];
	atomic_fence();
	/* another CPU may be at work on its next entry, which is this one's place a round later */
	if (cpu != this_cpu()->index && load_relaxed(&ring->next) - at >= TRACE_RECORDS)
		entry->valid = 0;
	return true;
}

const char *exit_reason_name(u32 reason)
{
	static const char *const names[EXIT_REASONS] = {
		[EXIT_IRQ] = "irq",       [EXIT_MMIO] = "mmio",   [EXIT_HYPERCALL] = "call",
		[EXIT_SYSREG] = "sysreg", [EXIT_IDLE] = "idle",   [EXIT_YIELD] = "yield",
		[EXIT_SGI] = "sgi",       [EXIT_FAULT] = "fault", [EXIT_ERROR] = "error",
		[EXIT_OTHER] = "other",
	};

	return reason < EXIT_REASONS ? names[reason] : "?";
}

void trace_format(char *buf, size_t size, u32 cpu, const struct trace_entry *e)
{
	u32 hz = time_hz();

	fmt_string(buf, size, "%lu.%06lu cpu %u %s/%u %s pc %lx info %lx", e->time / hz,
		   e->time % hz * 1000000 / hz, cpu, e->vm < nr_vms ? vms[e->vm].plan->name : "?", e->vcpu,
		   exit_reason_name(e->reason), e->pc, e->info);
}

void trace_dump(u32 cpu)
{
	struct trace_entry e;
	char text[160];
	u32 total = cpu < nr_rings ? kept(load_acquire(&rings[cpu].next)) : 0;

	for (u32 i = total > TRACE_DUMP ? total - TRACE_DUMP : 0; i < total; i++) {
		if (!trace_read(cpu, i, &e) || !e.valid)
			continue;
		trace_format(text, sizeof(text), cpu, &e);
		log_error("  %s", text);
	}
}
