/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine for unit tests: the HAL contract implemented on a workstation.
 * Link the pieces a test needs:
 *
 *   fake.c      violations, fake_reset()            (always)
 *   fake_log.c  log_line, panic, fmt_*              (weak: the real ones win)
 *   fake_cpu.c  this_cpu, time, timer, kicks        (no thread, nothing blocks)
 *   fake_mem.c  fake RAM, windows, a data cache     (needs fake.c)
 *   fake_tlb.c  stage-2 walker and TLB, s2_flush..  (needs fake.c, fake_mem.c)
 *
 * The models are stricter than any one machine: a cache line stays only in the
 * cache until it is cleaned, a descriptor is seen by the walker only after it
 * is published, and every translation that ever could be cached is cached
 * until it is flushed.
 */
#ifndef HAL_FAKE_FAKE_H
#define HAL_FAKE_FAKE_H

#include <setjmp.h>

#include "hal/cpu.h"
#include "hal/types.h"

/* Put every linked piece back to its state at start. */
void fake_reset(void);

/* ---- what the models complain about (fake.c) ---- */

/* A rule of the architecture was broken. Counted; the last text is kept. */
void fake_violation(const char *fmt, ...) PRINTF(1, 2);
extern u32 fake_violations;
extern char fake_last_violation[256];

/* ---- ends of the machine: panic, poweroff, reset ---- */

enum fake_end { FAKE_RUNNING, FAKE_PANIC, FAKE_POWEROFF, FAKE_RESET };

extern jmp_buf fake_jmp;
extern bool fake_catching;
extern char fake_panic_text[256];

/*
 * `if (fake_catch() == FAKE_RUNNING) { code(); fake_uncatch(); fail(); }`: a panic(),
 * machine_poweroff() or machine_reset() in code() comes back here with its value.
 * Without it they print and abort().
 */
#define fake_catch() ((enum fake_end)(fake_catching = true, setjmp(fake_jmp)))
void fake_uncatch(void);
NORETURN void fake_end(enum fake_end how);

/* ---- log (fake_log.c) ---- */

/* All lines since fake_reset(), each with '\n'; cut when full. FAKE_LOG=1 in the environment also prints them. */
extern char fake_log[16384];
extern size_t fake_log_len;
bool fake_log_has(const char *text);

/* ---- CPUs and time (fake_cpu.c) ---- */

struct fake_cpu_state {
	struct cpu *cpu; /* what this_cpu() returns; a record of its own until set */
	u64 now;         /* ticks */
	u32 hz;
	u64 armed; /* deadline, NO_DEADLINE: none */
	u32 arms;  /* calls of timer_arm() */
	u32 kicks[MAX_CPUS];
	u32 waits;             /* calls of cpu_wait() */
	void (*on_wait)(void); /* what happens while the CPU waits */
};

extern struct fake_cpu_state fake_cpu;
/* Time passes; the deadline, once reached, fires timer_expired() exactly once. */
void fake_time_advance(u64 ticks);

/* ---- RAM and data cache (fake_mem.c) ---- */

/* Host physical = host virtual. Zero at first use; three views of the same bytes. */
#define FAKE_RAM_BASE 0x40000000UL
#define FAKE_RAM_SIZE 0x10000000UL

/* Map the RAM; called by whatever needs it. Calls after the first do nothing. */
void fake_ram_init(void);
bool fake_is_ram(u64 hpa, u64 size);

/*
 * An observer with its caches off (a guest at its first instruction, a device):
 * reads what was last cleaned; a write is seen by the CPUs only where no line is
 * cached.
 */
void fake_dram_read(hpa_t hpa, void *buf, size_t size);
void fake_dram_write(hpa_t hpa, const void *buf, size_t size);
/* The CPUs loaded [hpa, hpa+size) into their cache (window_open() does this too). */
void fake_cache_touch(hpa_t hpa, u64 size);

struct fake_mem_state {
	bool window_is_open;
	u32 windows;      /* calls of window_open() */
	u64 zeroed;       /* bytes through mem_zero_fast() */
	u32 icache_invs;  /* calls of icache_inval_all() */
	u64 icache_dirty; /* bytes cleaned since the last one */
	bool drop_cleans; /* for tests of the model itself: cleaning does nothing */
};

extern struct fake_mem_state fake_mem;

/* ---- the hardware walker and its TLB (fake_tlb.c) ---- */

enum fake_fault { FAKE_OK, FAKE_TRANSLATION, FAKE_PERMISSION, FAKE_ACCESS_FLAG, FAKE_ADDRESS_SIZE };
enum fake_access { FAKE_READ, FAKE_WRITE, FAKE_EXEC };
enum fake_regime { FAKE_STAGE2, FAKE_EL2, FAKE_GSTAGE, FAKE_RISCV_HOST };

struct fake_xlat {
	enum fake_fault fault;
	u64 hpa;
	u64 leaf_size;
	bool write, exec, device;
};

/*
 * Point the walker of translation context `ctx` (a struct vm for stage 2) at a root, as
 * VTTBR/VTCR or TTBR0/TCR would. A 40- to 43-bit stage 2 starts at level 1 with
 * concatenated tables; RISC-V's second stage always has four (hgatp), the host's one (satp). The root's alignment is checked.
 */
void fake_walker_attach(const void *ctx, enum fake_regime regime, hpa_t root, u32 addr_bits);
/* Translate through the TLB (filling it) as hardware does for one access. */
struct fake_xlat fake_access(const void *ctx, u64 addr, enum fake_access access);
/* Same, by a walk of published descriptors only. */
struct fake_xlat fake_walk(const void *ctx, u64 addr, enum fake_access access);

/* The two hooks, for contexts that are not a struct vm (s2_flush and s2_publish call them). */
void fake_flush(void *ctx, u64 addr, u64 size);
void fake_publish(const void *entry, size_t size);

/* Cached translations that a walk would no longer give. */
u32 fake_tlb_stale(const void *ctx);
u32 fake_tlb_count(const void *ctx);

struct fake_tlb_state {
	u32 flushes;
	u64 flushed_bytes; /* of flushes with a size */
	u32 full_flushes;
	u32 publishes;
	u32 max_ipa_bits; /* s2_max_ipa_bits() */
	u32 max_between_flushes;
	bool napot; /* RISC-V's walkers have Svnapot */
};

extern struct fake_tlb_state fake_tlb;

/* A vCPU's access through stage 2; cached: with its caches on. True: no fault. */
bool fake_guest_read(const void *ctx, u64 gpa, void *buf, size_t size, bool cached);
bool fake_guest_write(const void *ctx, u64 gpa, const void *buf, size_t size, bool cached);

#endif
