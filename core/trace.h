/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last exits of each CPU, in binary. trace_exit() costs a load and a branch
 * for the exits that happen often, until `trace on`; those of TRACE_ALWAYS are kept
 * in any case, so that the dump of a vCPU has what led to it.
 */
#ifndef CORE_TRACE_H
#define CORE_TRACE_H

#include "core/vm.h"
#include "hal/atomic.h"
#include "hal/vmexit.h"

#define TRACE_RECORDS 128u /* a CPU */
#define TRACE_DUMP 8u      /* of them in a dump */

/* Exits that are recorded though tracing is off: rare ones, none that a benchmark counts. */
#define TRACE_ALWAYS (1u << EXIT_FAULT | 1u << EXIT_ERROR | 1u << EXIT_OTHER)

struct trace_entry {
	u64 time;   /* ticks */
	u64 pc;     /* of the guest */
	u64 info;   /* the architecture's: syndrome, address, function number */
	u16 reason; /* enum exit_reason */
	u16 vm, vcpu;
	u16 valid;
};

/* Boot: rings for the first `nr` CPUs, trace_size(nr) bytes of pool "trace". */
size_t trace_size(u32 nr);
void trace_init(u32 nr);

extern u32 trace_on;

/* Home CPU of `vcpu`, which is current. */
void trace_put(const struct vcpu *vcpu, enum exit_reason reason, u64 info);

static inline bool trace_wanted(void)
{
	return load_relaxed(&trace_on);
}

static inline void trace_exit(const struct vcpu *vcpu, enum exit_reason reason, u64 info)
{
	if ((TRACE_ALWAYS >> reason & 1) || unlikely(trace_wanted()))
		trace_put(vcpu, reason, info);
}

/* A rare exit: counted, too. */
static inline void trace_note(struct vcpu *vcpu, enum exit_reason reason, u64 info)
{
	vcpu->exits[reason]++;
	trace_exit(vcpu, reason, info);
}

/*
 * Entry `index` of a CPU, 0 being the oldest kept. False: there is none (any more). Any CPU; an
 * entry that may have been overwritten meanwhile is given as not valid.
 */
bool trace_read(u32 cpu, u32 index, struct trace_entry *entry);
/* As text, without a line end. */
void trace_format(char *buf, size_t size, u32 cpu, const struct trace_entry *entry);
const char *exit_reason_name(u32 reason);

/* Log the last TRACE_DUMP entries of a CPU. For dumps. */
void trace_dump(u32 cpu);

#endif
