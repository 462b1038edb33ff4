/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one physical UART, multiplexed (docs/manifest.md, "The console"). VMs'
 * bytes and the hypervisor's lines go into rings; a housekeeping CPU moves them to
 * the UART as it takes them. No CPU ever waits on the physical UART.
 */
#ifndef CORE_CONSOLE_H
#define CORE_CONSOLE_H

#include "core/vm.h"
#include "hal/types.h"

/* A physical UART driver; bound once at boot. Registers are mapped already. */
struct uart_ops {
	const char *name;
	void (*init)(volatile void *regs,
		     const void *uart);        /* const struct machine_uart *; keeps firmware's speed */
	bool (*tx_ready)(volatile void *regs); /* room for one byte */
	void (*tx)(volatile void *regs, u8 byte);
	bool (*rx)(volatile void *regs, u8 *byte); /* false: nothing there */
	void (*irq_enable)(volatile void *regs, bool rx, bool tx);
	void (*irq_ack)(volatile void *regs);
};

struct machine_uart;
extern const struct uart_ops *const uart_drivers[]; /* NULL-terminated, indexed by nothing: matched by kind */
const struct uart_ops *uart_driver(u32 kind);       /* enum uart_kind; NULL: none */

/*
 * Boot: start with the UART (NULL: no console; rings only), or go on with another; the whole log is shown on it. Polled
 * until console_start_irq().
 */
void console_init(const struct uart_ops *ops, volatile void *regs, const struct machine_uart *uart);
/* From here on nobody waits for the UART. Boot, last; without console_init() there is no UART. */
void console_start_irq(void);
/* The UART's interrupt (housekeeping CPU). */
void console_irq(void);
/* Housekeeping: move bytes; one bounded slice; true: more to do now (not: waits for the UART). */
bool console_work(void);
/* A line was added to the log. Any CPU, no lock held that the UART's CPU could want. */
void console_log_added(void);
/* The monitor has output. Housekeeping CPU. */
void console_wake(void);
/* Panic: the log goes out by polling, with a bound, whoever was using the console. */
void console_emergency(void);
/* Everything that is queued goes out, by polling with a bound. Boot, panic, power-off. */
void console_flush(void);

/* ---- a VM's side: its emulated UART ---- */

/* How many bytes the VM may put now; 0: hold it back through its own FIFO flags. */
u32 console_vm_room(const struct vm *vm);
void console_vm_put(struct vm *vm, u8 byte);
/*
 * Given by the device: `rx` offers one byte (false: its FIFO is full, try later),
 * `tx_room` says that the ring has room again. Called on the housekeeping CPU.
 */
struct vuart_ops {
	bool (*rx)(void *dev, u8 byte);
	void (*tx_room)(void *dev);
};
/* Boot: the device behind a VM's ring; the ring comes from the pools at the first call. */
void console_vm_attach(struct vm *vm, const struct vuart_ops *ops, void *dev);
/* Bytes that console_vm_attach() takes from the pools for a VM: struct vuart with its ring. */
size_t console_vm_size(void);
/* The device refused a byte by `rx` and has room now. Any CPU, no lock of the device held. */
void console_vm_rx_room(struct vm *vm);

/* ---- focus and replay: housekeeping CPU, or boot ---- */

/* Raw both ways for this VM (it must have a console: else ERR_NOENT), or whole lines of all (NULL). */
enum err console_set_focus(struct vm *vm) MUST_USE;
/* Who has it, NULL: nobody. */
struct vm *console_focus(void);

/*
 * One line of the last 64 KiB of a VM, as it would be shown, without prefix and line end. *pos 0:
 * the oldest byte kept; moves on. `size` at least 4. False: all were given.
 */
bool console_replay(const struct vm *vm, u64 *pos, char *text, u32 size);
/* Bytes the VM has put so far: where a replay begun now ends. */
u64 console_vm_bytes(const struct vm *vm);

#endif
