/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot: what boot/main.c asks of the architecture and of what the core does with it, in the order in which it does.
 * The boot CPU runs all of it; others wait inside smp_start() for smp_go().
 */
#ifndef HAL_BOOT_H
#define HAL_BOOT_H

#include "hal/types.h"

struct machine;
struct cpu;

/* boot/main.c: the machine, constant after discovery. */
extern struct machine the_machine;
/* core/start.c: the host's counter at the hypervisor's first instruction; the architecture's entry stores it. */
extern u64 boot_began;
/* Of the ticks since then, those spent on zeroing the hypervisor's own memory. */
extern u64 boot_zeroing;
/* boot/main.c: everything from the first line to the first guest. `arg` is what the entry point was given. */
NORETURN void boot_main(u64 arg);

/* Hardware identity of the CPU that runs this, comparable to machine_cpu.hwid. */
u64 cpu_hwid(void);
/* core/host_map.c: where the image lies, to be reserved. */
void image_range(hpa_t *base, u64 *size);

/* Features, firmware interface, interrupt controller, timers: of the machine and of the boot CPU. */
enum err arch_boot_init(const struct machine *m) MUST_USE;
/*
 * core/smp.c: start all other CPUs; each finds its features and waits. `stack` gives memory for one CPU's stacks
 * (page aligned, STACK_TOTAL bytes, mapped). Returns how many run, the boot CPU included; those that do not are
 * marked in cpus[].online and have been reported.
 */
#define STACK_GUARD KIB(4)
#define STACK_SIZE KIB(16)
#define STACK_EMERGENCY KIB(4)
#define STACK_TOTAL (STACK_GUARD + STACK_SIZE + STACK_EMERGENCY)
u32 smp_start(const struct machine *m, hpa_t (*stack)(void));
/* core/smp.c: all features are known: set up this machine's virtualization and let the others go to their first guest. */
void smp_go(void);
/*
 * core/release.c, as boot_memory_release(). The image's big buffers (sections .scratch of boot-only files) are mapped only as far as they are needed:
 * their first `size` bytes. ERR_*: as host_map_ram().
 */
enum err boot_scratch(u64 size) MUST_USE;
/* Make code and data that only boot needs vanish; bytes. The caller is resident code. */
u64 boot_memory_release(void);
/* This CPU goes to work and never comes back. */
NORETURN void cpu_run(struct cpu *cpu);

/* Host device interrupt `irq` goes to `cpu`, which calls fn with its priority dropped. */
void irq_connect(u32 irq, bool edge, u32 cpu, void (*fn)(void));

#endif
