/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Library of the bare-metal test guests: QEMU `virt` as the hypervisor shows it (docs/manifest.md, "What a guest sees").
 * A guest defines guest_main(); it runs in the kernel's mode on vCPU 0 with the MMU off and interrupts masked. Returning from
 * it powers the VM off. Nothing here takes a lock: printing from several CPUs at once mixes characters. Here stands what every
 * architecture has; machine.h is the architecture's own, from tests/guests/bare/ARCH.
 */
#ifndef BARE_LIB_H
#define BARE_LIB_H

#define BARE_CPUS 64
#define STACK_SIZE 4096

/* struct cpu_boot, what a secondary CPU is started with */
#define CPU_BOOT_MMU 0
#define CPU_BOOT_FN 8

#ifndef __ASSEMBLER__

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#endif

/* Found by -I; has CPU_MODE, cpu_index(), cpu_relax(), wfi(), counter(), RAM_BASE, UART_BASE, read32() and its like. */
#include "machine.h"

#ifndef __ASSEMBLER__

/* ---- start.S ---- */

/* The guest. `tree` is the device tree. */
void guest_main(const void *tree);

/* ---- psci.c, sbi.c ---- */

__attribute__((noreturn)) void power_off(void);
__attribute__((noreturn)) void power_reset(void);
__attribute__((noreturn)) void cpu_off(void);
/* Runs fn(arg) on vCPU `index`, interrupts masked, with the MMU on if it is on here. Firmware's answer, 0: it will. */
s64 cpu_start(u32 index, void (*fn)(u64 arg), u64 arg);

/* ---- uart.c: by polling ---- */

void uart_putc(char c);
/* A character, or -1. */
int uart_getc(void);

/* ---- print.c ---- */

/* %c %s %d %u %x %p %%, with zero padding, width, and l or ll (64 bits). A line break becomes CR LF. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void vprint(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

/* ---- tick.c: the timer and one interrupt from CPU to CPU, whatever brings them ---- */

/* Ticks of counter() a second. */
u64 counter_hz(const void *tree);
/* Once counter() reaches `deadline` this CPU's timer interrupt is pending, until the next deadline is set. */
void timer_set(u64 deadline);
/* Once: fn(counter at the vector) is what a timer interrupt does; it sets the next deadline. Then each CPU for itself. */
void tick_init(void (*fn)(u64 entered));
void tick_cpu_init(void);
/* Interrupts masked, tick_cpu_init() done: sleeps until one is pending, the timer's as a rule. */
void tick_wait(void);
/* Once; then each CPU for itself. Interrupts stay masked: who waits for one asks ipi_take() after each WFI. */
void ipi_init(void);
void ipi_cpu_init(void);
void ipi_send(u32 index);
bool ipi_take(void);
bool cpu_is_off(u32 index);

/* ---- mmu.c: optional; VA = PA ---- */

/* On the CPU that calls; the tables are made by the first call. */
void mmu_on(void);
bool mmu_is_on(void);

/* ---- tree.c ---- */

/* The first property of that name, of a node whose unit address is the text `unit` (NULL: of any node), or NULL. */
const u8 *tree_property(const void *tree, const char *unit, const char *name, u32 *size);
/* Its first cell. */
u32 tree_number(const void *tree, const char *unit, const char *name, u32 otherwise);
/* /chosen/bootargs, or "". */
const char *tree_bootargs(const void *tree);

/* ---- print.c: what the compiler may call ---- */

void *memset(void *to, int c, size_t n);
void *memcpy(void *to, const void *from, size_t n);
int strcmp(const char *a, const char *b);

#endif
#endif
